"""What a bundle claims beside our own facts: it makes a review stricter and never milder."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from tests.matters import (
    JUNK,
    OWN_SAFE,
    SAFE,
    USDC,
    VAULT,
    a_call,
    a_treasury_safe,
    a_tx,
    an_evidence,
    approve,
    deposit,
    entering,
    local,
    pay,
    queued,
    units,
)
from tests.samples import PAYROLL, STRANGER, an_owner
from treasury_desktop.assets.unknown import UNKNOWN
from treasury_desktop.bundle import Bundle
from treasury_desktop.deployments.calls import Call
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.review.review import Review, examine
from treasury_desktop.safes.hashes import safe_tx_hashes
from treasury_desktop.treasury.evidence import (
    BalanceChange,
    BookEntry,
    DescribedContract,
    DescribedToken,
    Evidence,
    QueueEntry,
)

PAID_JUNK = pay(1, token=JUNK)
LISTED = tuple(token for token in an_evidence().tokens if token.listed)


def reviewed(
    *calls: Call, facts: LocalFacts | None = None, safe: Any = None, **claimed: Any
) -> Review:
    """The review of calls by our own facts, which know no unlisted token, and this evidence."""
    ours = local(an_evidence(tokens=LISTED)) if facts is None else facts
    whose = a_treasury_safe() if safe is None else safe
    bundle = Bundle(safe=whose, tx=a_tx(*calls), evidence=Evidence(**claimed))
    return examine(bundle, ours)


def found(*calls: Call, facts: LocalFacts | None = None, **claimed: Any) -> dict[str, str]:
    """Findings by code with their severity."""
    return severities(reviewed(*calls, facts=facts, **claimed))


def severities(review: Review) -> dict[str, str]:
    """The same of a review."""
    return {finding.code: finding.severity.word for finding in review.findings}


# ── what a simulation saw ────────────────────────────────────────────────────────────────────────


def lost(dollars: int) -> tuple[BalanceChange, ...]:
    """So much USDC that leaves the Safe in a simulation."""
    return (BalanceChange(account=SAFE, token=str(USDC), delta=-units(dollars)),)


def test_simulated_outflow_of_a_sender_counts_beside_our_own_facts() -> None:
    """A deposit that takes thirty times as much as it says is judged by what it takes."""
    review = reviewed(deposit(100_000), balance_changes=lost(3_000_000))
    (judgement,) = review.judgements
    assert judgement.amount_usd == Fraction(3_000_000)
    assert severities(review)["POLICY_LIMIT_EXCEEDED"] == "block"
    calm = reviewed(*entering(100_000), balance_changes=lost(100_000))
    assert calm.verdict == "ok"


def test_our_own_simulation_wins() -> None:
    """Where the desk has simulated itself, a sender's simulation says nothing."""
    ours = local(an_evidence(balance_changes=lost(100_000)))
    assert reviewed(*entering(100_000), facts=ours, balance_changes=lost(3_000_000)).verdict == "ok"


def test_sender_who_sees_less_leave_changes_nothing() -> None:
    """A simulation in which nothing leaves makes nothing milder."""
    for changes in ((), lost(1), (lost(1)[0]._replace(delta=units(5_000_000)),)):
        (judgement,) = reviewed(*entering(1_200_000), balance_changes=changes).judgements
        assert judgement.verdict.words == "refused"


# ── tokens and contracts that only the sender describes ──────────────────────────────────────────


def test_token_that_only_the_sender_describes_is_one_on_no_list() -> None:
    """It is judged as what it is, also where the sender calls it listed; its payment stays calm."""
    for listed in (True, False, UNKNOWN):
        honest = DescribedToken(JUNK, symbol="JNK", name="Junk", decimals=18, listed=listed)
        codes = found(PAID_JUNK, tokens=(honest,))
        assert codes == {"TOKEN_NOT_IN_TOKEN_LIST": "warn", "PAYMENT_NOT_VALUED": "warn"}
    assert found(PAID_JUNK)["UNKNOWN_CONTRACT"] == "danger"


def test_sender_makes_nothing_a_token_but_what_tokens_do() -> None:
    """Whatever else is called there stays a call of an unknown contract."""
    described = DescribedToken(STRANGER, symbol="JNK", name="Junk", decimals=18, listed=True)
    for call in (
        a_call(STRANGER, "deposit(uint256,address)", 1, SAFE),
        replace(pay(1, token=USDC), to=STRANGER, value=1),
        a_call(STRANGER, "transferOwnership(address)", PAYROLL),
    ):
        assert found(call, tokens=(described,))["UNKNOWN_CONTRACT"] == "danger"


def test_hostile_token_of_a_sender_is_named() -> None:
    """A false symbol, absurd decimals and dressed-up texts, as without facts of our own."""
    hostile = DescribedToken(JUNK, symbol="USDC\u202e", name="<b>x", decimals=255, listed=True)
    codes = found(PAID_JUNK, tokens=(hostile,))
    assert codes["TOKEN_DECIMALS_OUT_OF_RANGE"] == "danger"
    assert codes["BIDI_CONTROL_CHARS"] == "danger"
    assert codes["UNTRUSTED_RICH_TEXT"] == "warn"
    twin = found(PAID_JUNK, tokens=(hostile._replace(symbol="USDC", decimals=6),))
    assert twin["DUPLICATE_SYMBOL"] == "danger"
    silent = found(PAID_JUNK, tokens=(hostile._replace(decimals=None),))
    assert silent["TOKEN_METADATA_UNAVAILABLE"] == "warn"


def test_sender_names_nothing_where_we_have_facts() -> None:
    """A symbol, a contract's name or a payee of the sender's stands before no address."""
    review = reviewed(
        pay(1, STRANGER, JUNK),
        tokens=(DescribedToken(JUNK, symbol="FINE", name="Fine", decimals=18, listed=True),),
        contracts=(DescribedContract(STRANGER, name="Friend", trusted=True, code_size=1),),
        address_book=(BookEntry(STRANGER, name="Friend", chain_id=1),),
    )
    assert review.names[JUNK] == review.names[STRANGER] == ""
    assert severities(review)["RECIPIENT_NOT_IN_ADDRESS_BOOK"] == "danger"


@pytest.mark.parametrize("spender", [VAULT, STRANGER])
def test_spender_that_a_sender_says_is_a_key(spender: Any) -> None:
    """No code at an address is suspicious, whoever says so; code at it lifts nothing."""
    key = DescribedContract(spender, name="x", code_size=0)
    assert found(approve(1, spender), contracts=(key,))["SPENDER_IS_EOA"] == "danger"
    code = key._replace(code_size=1, trusted=True)
    assert found(approve(1, spender), contracts=(code,)) == found(approve(1, spender))


def test_what_we_have_seen_of_a_contract_wins() -> None:
    """Where the desk knows the code itself, a sender's claim about it says nothing."""
    seen = DescribedContract(VAULT, name="Vault A", trusted=True, code_size=99)
    ours = local(an_evidence(contracts=(seen,)))
    key = DescribedContract(VAULT, code_size=0)
    assert "SPENDER_IS_EOA" not in found(approve(1), facts=ours, contracts=(key,))


def test_recipient_that_a_sender_knows_on_another_chain() -> None:
    """A stranger known elsewhere only; one of our own payees is known here."""
    for to, is_elsewhere in ((STRANGER, True), (PAYROLL, False)):
        book = (BookEntry(to, name="x", chain_id=10),)
        codes = found(pay(1, to), address_book=book)
        assert ("RECIPIENT_NOT_DEPLOYED_ON_CHAIN" in codes) is is_elsewhere
    both = (BookEntry(STRANGER, "x", chain_id=10), BookEntry(STRANGER, "x", chain_id=1))
    codes = found(pay(1, STRANGER), address_book=both)
    assert "RECIPIENT_NOT_DEPLOYED_ON_CHAIN" not in codes
    assert codes["RECIPIENT_NOT_IN_ADDRESS_BOOK"] == "danger"


# ── the queue ────────────────────────────────────────────────────────────────────────────────────


def judged_with(*entries: QueueEntry, ours: tuple[QueueEntry, ...] = ()) -> str:
    """The verdict on a deployment of 4% beside our queue and a sender's."""
    facts = local(an_evidence(queue=ours))
    review = reviewed(*entering(400_000), facts=facts, queue=entries)
    return review.judgements[0].verdict.words


def test_queued_bytes_under_the_hash_of_one_we_know() -> None:
    """A sender's entry is one of ours by its bytes and not by the hash it claims."""
    mine, theirs = queued(*entering(10_000), nonce=43), queued(*entering(700_000), nonce=44)
    assert judged_with(theirs, ours=(mine,)) == "refused"
    assert judged_with(theirs._replace(safe_tx_hash=mine.safe_tx_hash), ours=(mine,)) == "refused"
    assert judged_with(mine, ours=(mine,)) == "within"
    assert judged_with(mine._replace(safe_tx_hash=UNKNOWN), ours=(mine,)) == "within"
    bare = QueueEntry(nonce=43, safe_tx_hash=mine.safe_tx_hash, usd=Fraction(700_000))
    assert judged_with(bare, ours=(mine,)) == "within"


def test_entry_of_another_safe_is_not_the_same_entry() -> None:
    """The same bytes for another Safe of the treasury deploy a second time."""
    mine = queued(*entering(300_000), nonce=43)
    assert judged_with(mine._replace(safe=OWN_SAFE), ours=(mine,)) == "refused"


# ── whose state ──────────────────────────────────────────────────────────────────────────────────

SECOND = a_treasury_safe(address=OWN_SAFE, nonce=42, owners=(an_owner(7),), threshold=1)


def test_other_safe_of_the_treasury_is_judged_by_its_own_state() -> None:
    """Its owners and its nonce, and not those of the first Safe."""
    facts = replace(local(nonce=99), others=(SECOND,))
    review = reviewed(pay(1), facts=facts, safe=replace(SECOND, owners=UNKNOWN))
    assert review.facts.safe == SECOND
    assert review.facts.is_state_our_own
    assert review.verdict == "ok"
    assert "NONCE_TOO_LOW" in found(pay(1), facts=facts)


def test_other_safe_that_was_never_read() -> None:
    """It is ours, but what is known of its state is the sender's claim."""
    codes = severities(reviewed(pay(1), safe=SECOND))
    assert codes == {"STATE_UNKNOWN": "block"}


def test_safe_of_somebody_else_gets_no_verdict_by_our_state() -> None:
    """Neither its nonce nor its owners are measured by another Safe's."""
    foreign = a_treasury_safe(address=STRANGER)
    review = reviewed(pay(1), facts=local(nonce=99), safe=foreign)
    assert review.facts.safe.owners is UNKNOWN
    assert "NONCE_TOO_LOW" not in severities(review)
    reasons = [f.sentence for f in review.blocks if f.code == "STATE_UNKNOWN"]
    assert any(str(STRANGER) in reason for reason in reasons)


def test_hash_of_another_safe_is_made_of_that_safe() -> None:
    """What is shown is the hash that its own owners would sign."""
    review = reviewed(pay(1), facts=replace(local(), others=(SECOND,)), safe=SECOND)
    assert review.hashes == safe_tx_hashes(SECOND, a_tx(pay(1)))
