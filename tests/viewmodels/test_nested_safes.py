"""Owners that are Safes, in words: on the queue page, in the review and where somebody signs."""

from dataclasses import replace
from typing import Any

from tests.nested_safes import (
    COUNCIL,
    both_read,
    nested_facts,
    outer_queued,
    signed_inside,
    the_council,
    the_treasury,
    two_safes,
)
from tests.samples import NOW, SAFE, STRANGER, a_block, an_owner
from tests.signing_desk import EXECUTOR_KEY, OWNER_KEY
from treasury_desktop.desk.doors import WATCHED, KeyLabel
from treasury_desktop.desk.draft_approval import draft_approval
from treasury_desktop.desk.import_transaction import queued_from
from treasury_desktop.desk.review_transaction import review_queued
from treasury_desktop.desk.sign_for_nested import SignedInside
from treasury_desktop.safes.chain_answer import ChainAnswer, approved_by
from treasury_desktop.safes.lifecycle import State
from treasury_desktop.safes.queued import QuarantinedSignature, QueuedTransaction
from treasury_desktop.safes.safe import SafeVersion
from treasury_desktop.safes.signature import Signature
from treasury_desktop.viewmodels.call_sentences import sentence_of
from treasury_desktop.viewmodels.names import Names
from treasury_desktop.viewmodels.nested_signing import (
    NestedDesk,
    signed_inside_outcome,
    with_nested_keys,
)
from treasury_desktop.viewmodels.next_step import Step
from treasury_desktop.viewmodels.queue import QueueCard, other_safes, queue_view
from treasury_desktop.viewmodels.review import review_view
from treasury_desktop.viewmodels.signing import KeyChoice, keys_to_sign

COUNCIL_KEY = KeyLabel(label="Council key", address=an_owner(4), role="owner", kept_in="memory")
KEYS = (COUNCIL_KEY, EXECUTOR_KEY)


def cards_of(
    *queue: QueuedTransaction, keys: tuple[KeyLabel, ...] = KEYS, **snapshot: Any
) -> list[QueueCard]:
    """The cards of a queue at the desk of both Safes."""
    read, workspace = both_read(**snapshot), two_safes()
    view = queue_view(
        queue, read.safe_at(SAFE), workspace, keys, {}, others=other_safes(workspace, read)
    )
    return [card for lane in view.lanes for card in lane.cards]


def accepted(queued: QueuedTransaction, signature: Signature) -> QueuedTransaction:
    """With the chain's yes to the council's signature."""
    answer = ChainAnswer(
        safe_tx_hash=queued.safe_tx_hash, owner=COUNCIL, signature=signature,
        is_accepted=True, block_number=a_block().number,
    )  # fmt: skip
    return replace(queued, answered=(answer,))


def approval_of(queued: QueuedTransaction) -> QueuedTransaction:
    """Its approval by the council, drafted here."""
    draft = draft_approval(queued, COUNCIL, two_safes(), both_read(), (queued,))
    return queued_from(draft.bundle, now=NOW, drafted_here=True)


def choice_of(
    reviewed: QueuedTransaction, keys: tuple[KeyLabel, ...] = KEYS, **changes: Any
) -> KeyChoice:
    """The keys with which it can be signed."""
    review = review_queued(reviewed, nested_facts(reviewed))
    desk = NestedDesk(workspace=two_safes(), snapshot=both_read(), queued=reviewed)
    choice = keys_to_sign(review, keys)
    signed = changes.pop("signed", frozenset())
    return with_nested_keys(choice, review, keys, replace(desk, **changes), signed)


# ── the queue ────────────────────────────────────────────────────────────────────────────────────


def test_my_signature_inside_is_the_step() -> None:
    """With a key of the council's the step is to sign for it; pieces are counted, not aside."""
    (card,) = cards_of(signed_inside(outer_queued(), 5))
    assert (card.step, card.step_text) == (Step.SIGN, "Sign as owner of Council")
    assert card.step_words == "Your signature as an owner of Council is missing."
    (nested,) = card.nested
    assert (nested.words, nested.is_signed, nested.can_draft) == ("1 of 2 inside", False, True)
    assert card.quarantined == ()
    assert card.signed == "0 of 2 signed"


def test_an_own_owner_key_comes_first() -> None:
    """Signing for oneself is the step; signing for the council is offered beside it."""
    (card,) = cards_of(outer_queued(), keys=(OWNER_KEY, *KEYS))
    assert (card.step_text, card.nested[0].can_sign) == ("Review and sign", True)


def test_what_is_offered_for_a_safe() -> None:
    """Not to sign twice, nor with a key that lies elsewhere, nor where it is not understood."""
    queued = outer_queued()
    watched = replace(COUNCIL_KEY, role=WATCHED)
    for cards in (
        cards_of(signed_inside(queued, 4)),
        cards_of(queued, keys=(watched,)),
        cards_of(queued, council=the_council(version=SafeVersion(1, 5, 0))),
    ):
        assert cards[0].step is not Step.SIGN
        assert (cards[0].nested[0].can_sign, cards[0].nested[0].can_draft) == (False, True)
    enough = cards_of(signed_inside(queued, 4, 5))[0].nested[0]
    assert enough.words == "2 of 2 inside; refresh, so that the chain confirms it"


def test_an_approval_has_a_lane_of_its_own() -> None:
    """Of the council's nonce and owners; at the outer transaction it is shown and not drafted."""
    queued = outer_queued()
    outer, inner = cards_of(queued, approval_of(queued))
    (nested,) = outer.nested
    assert (nested.can_draft, nested.approval) == (False, inner.safe_tx_hash)
    assert nested.words == "0 of 2 inside; its approval waits at its nonce 7"
    assert (inner.nonce, inner.purpose) == (7, "Approve nonce 12 of Treasury")
    assert {dot.address for dot in inner.dots} == {str(an_owner(n)) for n in (4, 5, 6)}
    read, workspace = both_read(), two_safes()
    view = queue_view(
        (queued, approval_of(queued)), the_treasury(), workspace, KEYS, {},
        others=other_safes(workspace, read),
    )  # fmt: skip
    assert [lane.title for lane in view.lanes] == ["Nonce 12 · Treasury", "Nonce 7 · Council"]
    assert [lane.caption for lane in view.lanes] == ["next to run", "next to run"]


def test_how_the_chain_says_it() -> None:
    """An approval and a contract's word, each with the block; nothing more is offered."""
    queued = outer_queued()
    for signature, words in (
        (approved_by(COUNCIL), "approved it on the chain, by block 19,000,123"),
        (
            Signature(COUNCIL.number, 0, 0, b"1"),
            "signed, and its contract agrees, by block 19,000,123",
        ),
    ):
        (card,) = cards_of(accepted(queued, signature))
        (nested,) = card.nested
        assert (nested.words, nested.is_signed) == (words, True)
        assert (nested.can_sign, nested.can_draft, nested.approval) == (False, False, None)
        assert card.signed == "1 of 2 signed"


def test_what_is_over_offers_nothing() -> None:
    """Neither what was sent nor what can never run."""
    (sent,) = cards_of(outer_queued(state=State.SENT))
    (late,) = cards_of(outer_queued(), treasury=the_treasury(nonce=13))
    for card in (sent, late):
        assert card.nested[0].words == "has not confirmed"
        assert not card.nested[0].can_draft


def test_safes_that_were_not_read() -> None:
    """Nobody says who owns what, and nothing is offered."""
    workspace = two_safes()
    assert other_safes(workspace, None) == ()
    (lane,) = queue_view((outer_queued(),), None, workspace, KEYS, {}).lanes
    assert lane.cards[0].nested == ()
    (lane,) = queue_view((outer_queued(),), the_treasury(), workspace, KEYS, {}).lanes
    assert lane.cards[0].nested == ()
    unknown = the_council(threshold=both_read().safes[0].threshold)
    assert cards_of(outer_queued(), council=unknown)[0].nested


def test_what_only_the_chain_can_tell_says_so() -> None:
    """Whatever is aside for that reason is not called by its code word."""
    queued = outer_queued()
    aside = QuarantinedSignature(
        safe_tx_hash=queued.safe_tx_hash, claimed_signer=an_owner(2),
        data=approved_by(an_owner(2)).encoded, reason="unverifiable",
    )  # fmt: skip
    (card,) = cards_of(replace(queued, quarantined=(aside,)))
    (words,) = card.quarantined
    assert words.endswith("only the chain can tell, and it does not accept it so far")


# ── the review ───────────────────────────────────────────────────────────────────────────────────


def view_of(queued: QueuedTransaction, *beside: QueuedTransaction) -> Any:
    """The review page of one of them."""
    review = review_queued(queued, nested_facts(queued, *beside))
    return review_view(review)


def test_signature_rows_say_how_an_owner_confirmed() -> None:
    """On the chain or by its contract; a key's signature is just signed."""
    queued = outer_queued()
    states = [
        {row.address: row.state for row in view_of(accepted(queued, each)).signatures}[str(COUNCIL)]
        for each in (approved_by(COUNCIL), Signature(COUNCIL.number, 0, 0, b"1"))
    ]
    assert states == ["approved on the chain", "signed, its contract agrees"]


def test_an_approval_is_read_with_what_it_approves() -> None:
    """In a sentence, and whose money it is about."""
    outer = outer_queued()
    view = view_of(approval_of(outer), outer)
    review = review_queued(approval_of(outer), nested_facts(outer))
    names = Names(review.facts, "ETH")
    assert sentence_of(review.call, names).startswith("Approve the transaction below, on ")
    alone = review.call.with_calls(())
    assert sentence_of(alone, names).startswith("Approve a transaction that is not shown, on ")
    assert view.leaving.startswith(f"Leaves the Safe {SAFE}, by what is approved: 150,000 USDC")


# ── signing ──────────────────────────────────────────────────────────────────────────────────────


def test_a_key_of_an_inner_owner_can_be_chosen() -> None:
    """The list and the button say for whom it signs; a key of an owner's own stays as it was."""
    choice = choice_of(outer_queued(), (OWNER_KEY, *KEYS))
    assert [key.label for key in choice.keys] == ["Signer A", "Council key"]
    assert [choice.safe_at(at) for at in (0, 1, 2)] == [None, COUNCIL, None]
    assert choice.text_at(1).endswith(" · as owner of Council")
    assert not choice.text_at(0).endswith("Council")
    assert [choice.button_at(at) for at in (0, 1)] == [
        "Sign with Signer A…", "Sign with Council key for Council…",
    ]  # fmt: skip
    assert (choice.why_none, choice.lacks_key) == ("", False)


def test_who_signed_inside_is_not_asked_again() -> None:
    """Neither by what is in the records, nor just now, nor where nothing was read."""
    queued = outer_queued()
    for choice in (
        choice_of(signed_inside(queued, 4)),
        choice_of(queued, signed={(an_owner(4), COUNCIL)}),
        choice_of(queued, snapshot=None),
        choice_of(queued, queued=None),
        choice_of(accepted(queued, approved_by(COUNCIL))),
    ):
        assert choice.keys == ()
        assert choice.why_none


def test_what_is_said_after_signing_inside() -> None:
    """How many of how many, and what is next."""
    done = SignedInside(
        safe_tx_hash=bytes(32), inner=COUNCIL, owner=an_owner(4), signed=1, threshold=2
    )
    first = signed_inside_outcome(done, COUNCIL_KEY, two_safes())
    assert first.title == "Signed with Council key for Council"
    assert first.sentence.startswith("1 of 2 signatures inside Council.")
    assert first.next_step == "export"
    last = signed_inside_outcome(replace(done, signed=2), COUNCIL_KEY, two_safes())
    assert (last.next_step, "at the next refresh" in last.sentence) == ("queue", True)
    unknown = signed_inside_outcome(
        replace(done, threshold=None, inner=STRANGER), COUNCIL_KEY, two_safes()
    )
    assert unknown.sentence.startswith("1 of ? signatures inside 0x")
