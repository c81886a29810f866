"""Nobody signs a danger that was not shown, and beside what they signed only its rejection."""

from dataclasses import replace
from fractions import Fraction

import pytest

from tests.desk.in_memory import MemoryRecords, MemorySigner, a_key
from tests.matters import a_call
from tests.samples import (
    NOW,
    PAYROLL,
    SAFE,
    STRANGER,
    USDC_AT,
    VAULT_STRATEGY,
    a_deposit_tx,
    a_safe,
    a_snapshot,
    a_workspace,
    an_address,
    an_owner,
)
from treasury_desktop.bundle import Bundle, read_bundle
from treasury_desktop.deployments.calls import safe_tx_of
from treasury_desktop.desk.import_transaction import queued_from
from treasury_desktop.desk.local_facts import local_facts
from treasury_desktop.desk.review_transaction import bundle_with_our_evidence, review_queued
from treasury_desktop.desk.sign_transaction import sign_transaction
from treasury_desktop.errors import Refused
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.review.review import Review
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.treasury.evidence import QueueEntry
from treasury_desktop.treasury.terms import PolicyTerms

NO_BOOK = replace(a_workspace(), address_book=())
REJECTION = SafeTx(to=SAFE, nonce=12)


def facts_of(*queue: QueuedTransaction, workspace: object = None) -> LocalFacts:
    """What the sample desk knows."""
    return local_facts(workspace or a_workspace(), a_snapshot(), queue)


def a_payment(*units: int) -> SafeTx:
    """Payments of so many USDC units each to the payroll."""
    calls = (a_call(USDC_AT, "transfer(address,uint256)", PAYROLL, each) for each in units)
    return safe_tx_of(tuple(calls), a_safe(), 12)


def queued(tx: SafeTx, **changes: object) -> QueuedTransaction:
    """A transaction drafted here."""
    bundle = bundle_with_our_evidence(a_safe(), tx, facts_of(), purpose="", strategy=None)
    return queued_from(replace(bundle, **changes), now=NOW, drafted_here=True)


class Desk:
    """Records, signer and one transaction that was reviewed."""

    def __init__(self, tx: SafeTx, facts: LocalFacts | None = None, **bundle: object) -> None:
        self.records, self.signer = MemoryRecords(), MemorySigner()
        self.queued = queued(tx, **bundle)
        self.records.keep_transaction(self.queued)
        self.review = review_queued(self.queued, facts or facts_of())

    def sign(self, facts: LocalFacts, review: Review | None = None, key: int = 1) -> None:
        """Signs with this key on what is known now."""
        sign_transaction(
            review or self.review, facts, a_key(key), self.signer, self.records, now=NOW
        )

    def refused(self, facts: LocalFacts, review: Review | None = None) -> str:
        """The sentence with which signing is refused; nobody is asked and nothing is recorded."""
        asked, notes = len(self.signer.asked), len(self.records.notes)
        with pytest.raises(Refused) as refusal:
            self.sign(facts, review)
        assert (len(self.signer.asked), len(self.records.notes)) == (asked, notes)
        return refusal.value.sentence

    @property
    def told(self) -> Bundle:
        """The bundle the signer was given last."""
        return read_bundle(self.signer.asked[-1])


# ── dangers ──────────────────────────────────────────────────────────────────────────────────────


def test_payee_who_left_the_address_book_since_the_review() -> None:
    """The review was calm; at signing the recipient is a stranger, and nobody has read that."""
    desk = Desk(a_payment(10**9))
    assert desk.review.verdict == "ok"
    sentence = desk.refused(facts_of(workspace=NO_BOOK))
    assert "RECIPIENT_NOT_IN_ADDRESS_BOOK" in sentence
    assert str(PAYROLL) in sentence
    assert sentence.endswith("Review it again.")


def test_rival_that_came_in_since_the_review() -> None:
    """A second transaction for the nonce is a danger that has to be read first."""
    desk = Desk(a_payment(10**9))
    assert "NONCE_CONFLICT" in desk.refused(facts_of(queued(a_deposit_tx())))


def test_same_danger_about_another_call_is_a_new_one() -> None:
    """What was named of one call was not named of the next; the sentence says which it is."""
    tx = a_payment(10**9, 2 * 10**9)
    desk = Desk(tx, facts_of(workspace=NO_BOOK))
    dangers = [f for f in desk.review.findings if f.severity.word == "danger"]
    assert [finding.path for finding in dangers] == ["0.0", "0.1"]
    half = replace(desk.review, findings=tuple(f for f in desk.review.findings if f != dangers[1]))
    assert "(call 0.1)" in desk.refused(facts_of(workspace=NO_BOOK), half)


def test_same_danger_in_other_words_is_a_new_one() -> None:
    """One rival was named; two are there now."""
    first, second = queued(a_deposit_tx()), queued(a_deposit_tx(1_000))
    desk = Desk(a_payment(10**9), facts_of(first))
    assert "2 other queued" in desk.refused(facts_of(first, second))


def test_dangers_that_were_shown_may_be_signed() -> None:
    """The signer is told which were acknowledged; one that has gone meanwhile is no obstacle."""
    desk = Desk(a_payment(10**9), facts_of(queued(a_deposit_tx()), workspace=NO_BOOK))
    desk.sign(facts_of(workspace=NO_BOOK))
    assert desk.signer.acknowledged == [
        frozenset({"RECIPIENT_NOT_IN_ADDRESS_BOOK", "NONCE_CONFLICT"})
    ]


# ── what the signer judges by ────────────────────────────────────────────────────────────────────


def test_signer_gets_what_no_bundle_can_say() -> None:
    """The workspace's own Safes, strategies and settings go beside the bundle."""
    terms = PolicyTerms(count_own_token=True, judge_outsiders=False)
    facts = replace(
        facts_of(), own_safes=frozenset({SAFE, an_address("another Safe of ours")}), terms=terms
    )
    desk = Desk(a_payment(10**9), facts)
    desk.sign(facts)
    (workspace,) = desk.signer.workspaces
    assert workspace.own_safes == facts.own_safes
    assert workspace.strategies == facts.strategies
    assert (workspace.count_own_token, workspace.judge_outsiders) == (True, False)


def test_signer_gets_the_senders_stricter_terms_and_queue() -> None:
    """What a sender claims to be stricter binds the signer as it bound the desk."""
    stricter = PolicyTerms(limit_bps=777, advised_low_bps=100, advised_high_bps=200)
    claimed = QueueEntry(nonce=13, strategy=VAULT_STRATEGY.name, usd=Fraction(5))
    bundle = queued(a_deposit_tx(1_000)).bundle
    evidence = replace(read_bundle(bundle).evidence, queue=(claimed,))
    desk = Desk(a_deposit_tx(1_000), terms=stricter, evidence=evidence)
    desk.sign(facts_of())
    assert desk.told.terms.limit_bps == 777
    assert claimed in desk.told.evidence.queue
    assert desk.told.evidence.quotes == facts_of().evidence.quotes
    assert desk.told.signatures == ()


# ── the one second signature for a nonce ─────────────────────────────────────────────────────────


def signed_deposit() -> tuple[MemoryRecords, MemorySigner, QueuedTransaction]:
    """A desk whose first owner signed a deposit at nonce 12."""
    desk = Desk(a_deposit_tx())
    desk.sign(facts_of())
    return desk.records, desk.signer, desk.queued


def test_owner_may_reject_what_they_signed() -> None:
    """The rejection is signed beside it, and the dossier says beside what."""
    records, signer, first = signed_deposit()
    rejection = queued(REJECTION)
    records.keep_transaction(rejection)
    facts = facts_of(first)
    review = review_queued(rejection, facts)
    confirmation = sign_transaction(review, facts, a_key(), signer, records, now=NOW)
    assert confirmation.safe_tx_hash == rejection.safe_tx_hash
    kinds = [(kind, payload.get("signed_before")) for kind, payload, _ in records.notes]
    assert ("rejecting", "0x" + first.safe_tx_hash.hex()) in kinds
    assert [kind for kind, _ in kinds] == ["signing", "signed", "rejecting", "signing", "signed"]


@pytest.mark.parametrize(
    "change",
    [
        {"to": an_owner(1)},
        {"to": STRANGER},
        {"value": 1},
        {"data": b"\x01"},
        {"gas_price": 1, "safe_tx_gas": 1, "refund_receiver": PAYROLL},
    ],
)
def test_nothing_else_is_signed_beside(change: dict[str, object]) -> None:
    """Whatever does more than use the nonce up is no rejection."""
    records, signer, first = signed_deposit()
    other = queued(replace(REJECTION, **change))
    records.keep_transaction(other)
    facts = facts_of(first)
    review = review_queued(other, facts)
    with pytest.raises(Refused):
        sign_transaction(review, facts, a_key(), signer, records, now=NOW)
    assert len(signer.asked) == 1


def test_what_was_rejected_is_not_signed_afterwards() -> None:
    """The rejection first, then the transaction: the second is no rejection."""
    desk = Desk(REJECTION)
    desk.sign(facts_of())
    late = queued(a_deposit_tx())
    desk.records.keep_transaction(late)
    facts = facts_of(desk.queued)
    with pytest.raises(Refused, match="only the rejection of that nonce"):
        sign_transaction(
            review_queued(late, facts), facts, a_key(), desk.signer, desk.records, now=NOW
        )


def test_transaction_and_its_rejection_again_are_harmless() -> None:
    """Signing what was signed once more changes nothing, also after the rejection."""
    records, signer, first = signed_deposit()
    rejection = queued(REJECTION)
    records.keep_transaction(rejection)
    for one, other in ((rejection, first), (first, rejection), (rejection, first)):
        facts = facts_of(other)
        sign_transaction(review_queued(one, facts), facts, a_key(), signer, records, now=NOW)
    assert len(records.signed) == 2
