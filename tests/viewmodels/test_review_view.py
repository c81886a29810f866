"""What the review page says: verdict, effects, findings, judgements, signatures."""

from dataclasses import replace

import pytest

from tests.samples import (
    NOW,
    PAYROLL,
    STRANGER,
    USDC,
    a_deposit_tx,
    a_safe_tx,
    an_owner,
)
from tests.signing_desk import OWNER_KEY, a_hostile_tx, a_kept, a_signing_desk, a_transfer_data
from treasury_desktop.review.review import Review, examine
from treasury_desktop.safes.queued import QuarantinedSignature, QueuedTransaction
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.viewmodels.finding_sentences import whole_sentence
from treasury_desktop.viewmodels.review import (
    acknowledgement_words,
    is_acknowledged,
    review_view,
    with_our_names,
)


def reviewed(queued: QueuedTransaction) -> Review:
    """The review of one queued transaction at the sample desk."""
    review = a_signing_desk((queued,)).review(queued.safe_tx_hash)
    assert isinstance(review, Review)
    return review


def a_payment_to_a_stranger(units: int = 5_000 * 10**6) -> SafeTx:
    """USDC to somebody nobody knows."""
    assert USDC.address is not None
    return SafeTx(to=USDC.address, data=a_transfer_data(STRANGER.raw, units), nonce=12)


def test_a_deposit_says_what_leaves_and_how_it_is_judged() -> None:
    """The first sentence carries dollars, share and verdict, the second the tokens."""
    view = review_view(reviewed(a_kept(a_deposit_tx(50_000))), now=NOW)
    assert view.kind == "ok"
    assert "into Yield vault is 0.52% of the treasury" in view.sentence
    assert view.sentence.endswith("within.")
    assert view.leaving == "Leaves this Safe: 50,000 USDC to USDC yield vault."
    assert view.why_not == ""


def test_above_advice_says_what_is_advised() -> None:
    """The sentence at the head of the page carries it too."""
    view = review_view(reviewed(a_kept(a_deposit_tx(400_000))))
    assert view.sentence.endswith("above advice; advised is at most 5.00%.")


def test_our_own_keys_go_by_the_same_names_as_in_the_queue() -> None:
    """An owner whose key lies here is named, every other stays as it was."""
    rows = review_view(reviewed(a_kept())).signatures
    named = with_our_names(rows, (OWNER_KEY,))
    assert [row.name for row in named] == ["Signer A (this desk)", "", ""]
    assert [row.address for row in named] == [row.address for row in rows]


def test_a_delegatecall_dressed_as_a_transfer_is_never_read_as_one() -> None:
    """Foreign code may do anything, so no amount is claimed to leave."""
    view = review_view(reviewed(a_kept(a_hostile_tx(), strategy=None)))
    assert view.verdict == "Do not sign"
    assert view.leaving == "What it does cannot be told from its bytes."
    assert view.why_not.startswith("Blocked: ")
    assert all(row.caution for row in view.judgements)


def test_each_danger_wants_its_own_words() -> None:
    """A danger is acknowledged by typing its name, whatever the case, and by nothing else."""
    view = review_view(reviewed(a_kept(a_payment_to_a_stranger(), strategy=None)))
    (row,) = view.dangers
    assert row.words == "recipient not in address book"
    assert is_acknowledged(row, "  Recipient NOT in_address  book ")
    assert not is_acknowledged(row, "yes")
    assert not is_acknowledged(row, "")


def test_findings_without_danger_want_no_words() -> None:
    """Nothing is asked for a note, and a block cannot be acknowledged away."""
    view = review_view(reviewed(a_kept(a_hostile_tx(), strategy=None)))
    assert all(not row.words for row in view.findings if row.severity != "danger")


def test_equal_sentences_about_several_calls_are_one_row() -> None:
    """Fifty payments to one stranger are one danger with fifty paths."""
    review = reviewed(a_kept(a_payment_to_a_stranger(), strategy=None))
    (finding,) = (f for f in review.findings if f.code == "RECIPIENT_NOT_IN_ADDRESS_BOOK")
    many = tuple(finding._replace(path=f"0.{number}") for number in range(50))
    (row,) = review_view(replace(review, findings=many)).findings
    assert len(row.paths) == 50
    assert row.where == "50 calls"


def test_signatures_show_owners_in_order_and_strangers_last() -> None:
    """A filled place for each owner who signed; what does not count says why."""
    queued = a_kept(signed_by=(2,))
    bad = QuarantinedSignature(
        safe_tx_hash=queued.safe_tx_hash,
        claimed_signer=an_owner(3),
        data=bytes(64) + b"\x1b",
        reason="invalid",
    )
    view = review_view(reviewed(replace(queued, quarantined=(bad,))))
    assert view.signed == "1 of 2 signed"
    assert [row.counts for row in view.signatures] == [False, True, False, False]
    assert view.signatures[-1].state == "does not verify, not counted"
    assert not view.signatures[-1].is_owner


def test_evidence_of_a_sender_is_called_so_and_forbids_signing() -> None:
    """Without a workspace the names are the sender's, and the page says it."""
    queued = a_kept()
    view = review_view(examine(reviewed(queued).bundle))
    assert "evidence claimed by the sender" in [remark.text for remark in view.remarks]
    assert view.why_not


def test_a_purpose_is_dead_text_and_what_is_odd_about_it_is_said() -> None:
    """Direction marks and tags are shown as what they are."""
    view = review_view(reviewed(a_kept(purpose="pay\u202e <b>now</b>")))
    assert view.purpose == "pay⟨U+202E⟩ <b>now</b>"
    assert "looks like markup" in view.purpose_note


@pytest.mark.parametrize(
    ("said", "whole"),
    [
        ("gives X all.", "It gives X all."),
        ("may pay.", "It may pay."),
        ("The Safe's nonce is unknown.", "The Safe's nonce is unknown."),
        ("transferOwnership on Y.", "transferOwnership on Y."),
        ("outsider 0x12: no price.", "Payment to 0x12: no price."),
    ],
)
def test_findings_become_whole_sentences(said: str, whole: str) -> None:
    """The core speaks about "it"; the page names the subject."""
    assert whole_sentence(said) == whole


def test_acknowledgement_words_are_the_code_in_plain_words() -> None:
    """OWNER_ADDED is typed as owner added."""
    assert acknowledgement_words("OWNER_ADDED") == "owner added"


def test_a_payment_to_a_known_payee_names_them() -> None:
    """Names come from the address book, with their source elsewhere on the page."""
    view = review_view(reviewed(a_kept(a_safe_tx(), strategy=None)))
    assert view.leaving == "Leaves this Safe: 0.000000000000000001 ETH to Payroll A."
    assert view.judgements == () or view.judgements[0].group == "Payment to Payroll A"
    assert str(PAYROLL) not in view.leaving
