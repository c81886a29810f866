"""What is dangerous about a transaction's frame, and whose facts a review goes by."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.matters import (
    BLOCK,
    GROUP,
    OWN_SAFE,
    SAFE,
    STRATEGIES,
    USDC,
    VAULT,
    a_call,
    a_price,
    a_treasury_safe,
    a_tx,
    an_evidence,
    entering,
    local,
    nested_execution,
    pay,
    prices,
    queued,
    tokens,
)
from tests.samples import PAYROLL, STRANGER, a_confirmation, an_address, an_owner
from treasury_desktop.assets.address import Address
from treasury_desktop.assets.quote import QuoteKind
from treasury_desktop.assets.unknown import UNKNOWN
from treasury_desktop.bundle import (
    Bundle,
    ClaimedAbi,
    ClaimedSignature,
    Disagreement,
    InnerTransaction,
    read_bundle,
    write_bundle,
)
from treasury_desktop.calls.abi_type import parse_function
from treasury_desktop.desk.review_transaction import bundle_with_our_evidence
from treasury_desktop.errors import Refused
from treasury_desktop.review.clock import aged_to
from treasury_desktop.review.facts import LocalFacts, facts_for
from treasury_desktop.review.report import report, report_bytes
from treasury_desktop.review.review import Review, examine
from treasury_desktop.safes.hashes import safe_tx_hashes
from treasury_desktop.safes.safe import SafeVersion
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.treasury.evidence import (
    BookEntry,
    DescribedContract,
    Evidence,
    HeldAmount,
    Origin,
    QueueEntry,
)
from treasury_desktop.treasury.terms import PolicyTerms

HOUR = 3600
YES = True


def reviewed(tx: SafeTx | None = None, facts: LocalFacts | None = None, **claims: Any) -> Review:
    """The review of a small payment by our own facts."""
    made = a_tx(pay(1_000)) if tx is None else tx
    bundle = Bundle(**{"safe": a_treasury_safe(), "tx": made, **claims})
    return examine(bundle, local() if facts is None else facts)


def found(review: Review) -> dict[str, str]:
    """Findings by code with their severity."""
    return {f.code: f.severity.word for f in review.findings}


# ── the frame ────────────────────────────────────────────────────────────────────────────────────


def test_claimed_hash() -> None:
    """A hash that the fields do not give blocks; the right one is no finding."""
    assert found(reviewed(claimed_hash=bytes(32)))["SAFE_TX_HASH_MISMATCH"] == "block"
    right = reviewed().hashes.safe_tx
    assert "SAFE_TX_HASH_MISMATCH" not in found(reviewed(claimed_hash=right))


@pytest.mark.parametrize(
    ("nonce", "code", "severity"),
    [(41, "NONCE_TOO_LOW", "block"), (44, "NONCE_GAP", "warn"), (2**255, "NONCE_GAP", "warn")],
)
def test_nonces(nonce: int, code: str, severity: str) -> None:
    """A passed nonce can never run; a gap holds it up."""
    assert found(reviewed(a_tx(pay(1), nonce=nonce)))[code] == severity


def test_gap_that_is_queued() -> None:
    """Where all nonces between are queued there is no gap."""
    facts = local(an_evidence(queue=(queued(pay(5), nonce=42), queued(pay(6), nonce=43))))
    codes = found(reviewed(a_tx(pay(1), nonce=44), facts))
    assert not {"NONCE_GAP", "NONCE_TOO_LOW", "NONCE_CONFLICT"} & set(codes)


def test_rival_for_the_nonce() -> None:
    """Another transaction for the same nonce is a danger; the same one is not."""
    rival = local(an_evidence(queue=(queued(pay(5), nonce=42),)))
    assert found(reviewed(facts=rival))["NONCE_CONFLICT"] == "danger"
    same = local(an_evidence(queue=(queued(pay(1_000), nonce=42),)))
    assert "NONCE_CONFLICT" not in found(reviewed(facts=same))


def test_rivals_are_named_by_their_hashes() -> None:
    """Each rival has a hash to look for, by its bytes rather than by what is said beside them."""
    named = bytes.fromhex("12" * 32)
    lying = queued(pay(5), nonce=42)._replace(safe_tx_hash=named)
    real = queued(pay(5), nonce=42).safe_tx_hash
    assert isinstance(real, bytes)
    others = tuple(QueueEntry(nonce=42, safe_tx_hash=bytes((n,)) * 32) for n in range(1, 5))

    def sentence(*queue: QueueEntry) -> str:
        review = reviewed(facts=local(an_evidence(queue=queue)))
        return next(f.sentence for f in review.findings if f.code == "NONCE_CONFLICT")

    assert real.hex() in sentence(lying)
    assert named.hex() not in sentence(lying)
    assert f"0x{named.hex()}" in sentence(QueueEntry(nonce=42, safe_tx_hash=named))
    assert "and 1 more" in sentence(*others)
    assert "(" not in sentence(QueueEntry(nonce=42))


def test_rejections_rival_by_design() -> None:
    """A rejection takes the nonce of what it rejects, and that is only said."""
    rival = local(an_evidence(queue=(queued(pay(5), nonce=42),)))
    rejection = SafeTx(to=SAFE, nonce=42)
    assert found(reviewed(rejection, rival)) == {"NONCE_CONFLICT": "note"}
    assert found(reviewed(rejection)) == {}
    for dressed in (
        replace(rejection, value=1),
        replace(rejection, data=b"\0" * 4),
        replace(rejection, gas_price=1, safe_tx_gas=1, refund_receiver=PAYROLL),
    ):
        assert found(reviewed(dressed, rival))["NONCE_CONFLICT"] == "danger"
    rejected = local(an_evidence(queue=(QueueEntry(nonce=42, tx=rejection),)))
    assert found(reviewed(facts=rejected))["NONCE_CONFLICT"] == "danger"


def test_rival_that_says_it_is_this_one() -> None:
    """The bytes of a queued transaction say which one it is, not the hash or nonce beside them."""
    honest = reviewed().hashes.safe_tx
    lying = queued(pay(5), nonce=42)._replace(safe_tx_hash=honest)
    moved = queued(pay(5), nonce=42)._replace(nonce=77, safe_tx_hash=UNKNOWN)
    nonceless = queued(pay(5), nonce=42)._replace(nonce=UNKNOWN)
    for entry in (lying, moved, nonceless):
        codes = found(reviewed(evidence=Evidence(queue=(entry,))))
        assert codes["NONCE_CONFLICT"] == "danger"
    itself = QueueEntry(nonce=42, safe_tx_hash=honest)
    assert not found(reviewed(evidence=Evidence(queue=(itself,))))
    nobody = QueueEntry(nonce=42)
    assert found(reviewed(evidence=Evidence(queue=(nobody,))))["NONCE_CONFLICT"] == "danger"


def test_entries_without_hashes_all_count() -> None:
    """A queued transaction of ours whose hash nobody knows hides none that a sender claims."""
    ours = local(an_evidence(queue=(QueueEntry(nonce=43),)))
    claimed = Evidence(queue=(QueueEntry(nonce=42),))
    assert "NONCE_CONFLICT" in found(reviewed(facts=ours, evidence=claimed))


def test_hash_of_another_chain() -> None:
    """A hash that would be right elsewhere says where."""
    tx = a_tx(pay(1_000))
    elsewhere = safe_tx_hashes(a_treasury_safe(chain_id=10), tx).safe_tx
    review = reviewed(tx, claimed_hash=elsewhere)
    assert {"SAFE_TX_HASH_MISMATCH", "CHAIN_MISMATCH"} <= set(found(review))
    assert any("chain 10" in f.sentence for f in review.findings)
    nowhere = found(reviewed(tx, claimed_hash=bytes(32)))
    assert "CHAIN_MISMATCH" not in nowhere


IMPOSSIBLE: dict[str, dict[str, Any]] = {
    "no signature needed": {"threshold": 0},
    "no signature of nobody knows whom": {"threshold": 0, "owners": UNKNOWN},
    "more signatures than owners": {"threshold": 4},
    "nobody": {"owners": ()},
    "an owner twice": {"owners": (an_owner(1), an_owner(1))},
    "the zero address": {"owners": (an_owner(1), an_owner(2), Address(bytes(20)))},
    "itself": {"owners": (an_owner(1), an_owner(2), SAFE)},
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_safes_that_cannot_be(name: str) -> None:
    """A state no Safe can have is no known state."""
    assert found(reviewed(facts=local(**IMPOSSIBLE[name])))["STATE_UNKNOWN"] == "block"


@pytest.mark.parametrize(
    "state", [{"threshold": 3}, {"threshold": 1}, {"owners": UNKNOWN}, {"threshold": UNKNOWN}]
)
def test_safes_that_can_be(state: dict[str, Any]) -> None:
    """All owners, one of them, or nobody knows how many: nothing is contradicted."""
    assert not found(reviewed(facts=local(**state)))


def test_another_safe_at_the_same_nonce_is_no_rival() -> None:
    """Nonces are each Safe's own."""
    other = local(an_evidence(queue=(queued(pay(5), nonce=42, safe=OWN_SAFE),)))
    assert "NONCE_CONFLICT" not in found(reviewed(facts=other))
    elsewhere = local(an_evidence(queue=(queued(pay(5), nonce=42, safe=OWN_SAFE),)))
    assert "NONCE_GAP" in found(reviewed(a_tx(pay(1), nonce=43), elsewhere))


def test_unknown_nonce() -> None:
    """Without the Safe's nonce the queue cannot be read, and that blocks."""
    codes = found(reviewed(facts=replace(local(), safe=a_treasury_safe(nonce=UNKNOWN))))
    assert codes["STATE_UNKNOWN"] == "block"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"chain_id": 10}, "CHAIN_MISMATCH"),
        ({"version": SafeVersion(1, 2, 0)}, "STATE_UNKNOWN"),
        ({"address": OWN_SAFE}, "STATE_UNKNOWN"),
    ],
)
def test_bundle_for_another_safe(change: dict[str, Any], code: str) -> None:
    """Another chain, version or Safe than our facts are about blocks."""
    assert found(reviewed(safe=a_treasury_safe(**change)))[code] == "block"
    assert code not in found(reviewed())


def test_l2_mark_of_a_version_is_no_difference() -> None:
    """The hash of 1.4.1 and 1.4.1+L2 is the same."""
    l2 = a_treasury_safe(version=SafeVersion(1, 4, 1, is_l2=True))
    assert "STATE_UNKNOWN" not in found(reviewed(safe=l2))


def test_domain_without_a_chain() -> None:
    """Before 1.3.0 a signature is good on every chain, and that is told."""
    old = a_treasury_safe(version=SafeVersion(1, 1, 1))
    review = examine(
        Bundle(safe=old, tx=SafeTx(to=PAYROLL, value=1, nonce=42)), replace(local(), safe=old)
    )
    assert found(review)["DOMAIN_WITHOUT_CHAINID"] == "warn"
    assert "DOMAIN_WITHOUT_CHAINID" not in found(reviewed())


REFUNDS = {
    "off": ({"refund_receiver": PAYROLL}, "REFUND_RECEIVER_SET", "warn"),
    "small": (
        {"refund_receiver": PAYROLL, "gas_price": 10**9, "safe_tx_gas": 10**5},
        "REFUND_RECEIVER_SET", "warn",
    ),
    "stranger": (
        {"refund_receiver": STRANGER, "gas_price": 1, "safe_tx_gas": 1},
        "GAS_REFUND_DRAIN", "block",
    ),
    "whoever executes": (
        {"gas_price": 1, "safe_tx_gas": 1}, "GAS_REFUND_DRAIN", "block",
    ),
    "large": (
        {"refund_receiver": PAYROLL, "gas_price": 10**18, "base_gas": 10**6, "safe_tx_gas": 1},
        "GAS_REFUND_DRAIN", "block",
    ),
    "without bound": (
        {"refund_receiver": PAYROLL, "gas_price": 1}, "GAS_REFUND_DRAIN", "block",
    ),
    "unpriced": (
        {"refund_receiver": PAYROLL, "gas_price": 1, "safe_tx_gas": 1, "gas_token": STRANGER},
        "GAS_REFUND_DRAIN", "block",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUNDS)
def test_gas_refunds(name: str) -> None:
    """A refund is a payment: small and to a known payee, or it blocks."""
    change, code, severity = REFUNDS[name]
    assert found(reviewed(replace(a_tx(pay(1)), **change)))[code] == severity
    assert not {"GAS_REFUND_DRAIN", "REFUND_RECEIVER_SET"} & set(found(reviewed()))


def test_refunds_that_prices_make_small() -> None:
    """A price that may not decide is no bound, and nobody's name makes the executor known."""
    small = {"refund_receiver": PAYROLL, "gas_price": 10**9, "safe_tx_gas": 10**5}
    tx = replace(a_tx(pay(1)), **small)
    for quotes in (
        (*prices(), a_price("native", "0.01", kind=QuoteKind.SPOT)),
        tuple(replace(quote, kind=QuoteKind.SPOT) for quote in prices()),
        tuple(replace(quote, age_seconds=99_999) for quote in prices()),
    ):
        facts = local(an_evidence(quotes=quotes))
        assert found(reviewed(tx, facts))["GAS_REFUND_DRAIN"] == "block"
    nobody = BookEntry(address=Address(bytes(20)), name="Relayer", chain_id=1)
    facts = local(an_evidence(address_book=(nobody,)))
    anybody = replace(tx, refund_receiver=Address(bytes(20)))
    assert found(reviewed(anybody, facts))["GAS_REFUND_DRAIN"] == "block"
    itself = replace(tx, refund_receiver=SAFE)
    assert found(reviewed(itself))["REFUND_RECEIVER_SET"] == "warn"


def test_refund_in_a_token_of_absurd_decimals() -> None:
    """A token that claims 2**255 decimals costs no time and has no value."""
    odd = tuple(t._replace(decimals=2**255) for t in tokens())
    tx = replace(a_tx(pay(1)), gas_token=USDC, gas_price=1, safe_tx_gas=1, refund_receiver=PAYROLL)
    assert found(reviewed(tx, local(an_evidence(tokens=odd))))["GAS_REFUND_DRAIN"] == "block"


def test_policy_among_the_findings() -> None:
    """Every judgement that is not calm is a finding of its group."""
    refused = reviewed(a_tx(*entering(1_200_000)))
    assert found(refused)["POLICY_LIMIT_EXCEEDED"] == "block"
    assert any(f.sentence.startswith(f"{GROUP}: ") for f in refused.findings)
    assert found(reviewed(a_tx(*entering(700_000))))["POLICY_ABOVE_ADVICE"] == "warn"
    unpriced = local(an_evidence(quotes=()))
    assert found(reviewed(facts=unpriced))["PAYMENT_NOT_VALUED"] == "warn"
    assert found(reviewed(a_tx(*entering(1)), unpriced))["PRICE_MISSING"] == "block"
    assert not found(reviewed(a_tx(*entering(400_000))))


def test_signatures_of_strangers() -> None:
    """A stranger's or a wrong signature is shown and never counted; it blocks no honest signing."""
    safe_tx_hash = reviewed().hashes.safe_tx
    owner, stranger = (a_confirmation(safe_tx_hash, number) for number in (1, 9))
    signatures = tuple(
        ClaimedSignature(signer=c.owner, data=c.signature.encoded) for c in (owner, stranger, owner)
    )
    lying = ClaimedSignature(signer=an_owner(2), data=owner.signature.encoded)
    short = ClaimedSignature(signer=None, data=b"\x01")
    approved = ClaimedSignature(signer=None, data=bytes(12) + an_owner(3).raw + bytes(32) + b"\x01")
    review = reviewed(signatures=(*signatures, lying, short, approved))
    assert [one.counts for one in review.signatures] == [True, False, False, False, False, False]
    assert [one.status for one in review.signatures] == [
        "valid", "not an owner", "valid", "invalid", "invalid", "unverifiable",
    ]  # fmt: skip
    assert review.valid_signers == (an_owner(1),)
    assert found(review) == {
        "SIGNATURE_NOT_FROM_OWNER": "danger", "SIGNATURE_UNVERIFIABLE": "note",
    }  # fmt: skip
    assert review.why_not_signable is None
    nobody = reviewed(
        signatures=signatures[:1], facts=replace(local(), safe=a_treasury_safe(owners=UNKNOWN))
    )
    assert nobody.signatures[0].status == "unverifiable"


# ── whose facts ──────────────────────────────────────────────────────────────────────────────────


def test_sender_alone_enables_nothing() -> None:
    """Without a workspace the evidence is the sender's, says so, and nothing can be signed."""
    unlike_any = tuple(token._replace(symbol=f"x{token.symbol}") for token in tokens())
    bundle = Bundle(
        safe=a_treasury_safe(), tx=a_tx(*entering(400_000)),
        evidence=an_evidence(tokens=unlike_any), strategies=STRATEGIES,
    )  # fmt: skip
    review = examine(bundle)
    assert review.facts.origin is Origin.SENDER
    assert found(review) == {"EVIDENCE_CLAIMED_BY_SENDER": "note"}
    assert review.verdict == "ok"
    assert "sender's own" in (review.why_not_signable or "")
    with pytest.raises(Refused):
        review.require_signable()


def test_local_facts_win() -> None:
    """Prices, names, holdings and strategies of a sender change nothing where we have our own."""
    lies = an_evidence(
        net_usd=Fraction(10**12),
        quotes=prices(usdc="0.0001"),
        contracts=(DescribedContract(address=STRANGER, trusted=True),),
        address_book=(BookEntry(address=STRANGER, name="Friend", chain_id=1),),
        holdings=(HeldAmount(token=str(USDC), base_units=10**20, place="safe"),),
    )
    friendly = replace(STRATEGIES[0], contracts=(STRANGER,))
    for tx in (a_tx(*entering(1_200_000)), a_tx(pay(1, STRANGER))):
        honest, lied = reviewed(tx), reviewed(tx, evidence=lies, strategies=(friendly,))
        assert found(honest) == found(lied)
        assert honest.judgements == lied.judgements
        assert lied.facts.origin is Origin.WORKSPACE


def test_state_of_the_safe_is_ours() -> None:
    """Owners, threshold and nonce come from our reading, whatever the bundle says."""
    lying = a_treasury_safe(owners=(STRANGER,), threshold=1, nonce=7)
    review = reviewed(safe=lying)
    assert review.facts.safe == a_treasury_safe()


def test_our_own_safe_of_unknown_nonce() -> None:
    """Where facts of our own say nothing of it, nothing is signed."""
    review = reviewed(facts=replace(local(), safe=a_treasury_safe(nonce=UNKNOWN)))
    assert found(review)["STATE_UNKNOWN"] == "block"
    assert "SAFE_NONCE_UNKNOWN" not in found(review)


def test_a_senders_safe_of_unknown_nonce() -> None:
    """Without facts of our own it is a note, and nothing is signed anyway."""
    safe = a_treasury_safe(nonce=UNKNOWN)
    review = examine(Bundle(safe=safe, tx=SafeTx(to=safe.address, nonce=42)))
    assert found(review)["SAFE_NONCE_UNKNOWN"] == "note"
    assert "STATE_UNKNOWN" not in found(review)
    assert review.why_not_signable is not None


def test_safe_we_never_read() -> None:
    """A workspace that never read the Safe cannot sign for it."""
    review = reviewed(facts=replace(local(), safe=None))
    assert found(review)["STATE_UNKNOWN"] == "block"
    assert review.why_not_signable is not None


@given(
    st.builds(
        PolicyTerms, limit_bps=st.integers(1, 10_000), limit_is_inclusive=st.booleans(),
        advised_low_bps=st.integers(0, 400), advised_high_bps=st.integers(400, 900),
        max_quote_age_seconds=st.integers(0, 10**5), max_quote_spread_bps=st.integers(0, 1000),
        count_own_token=st.booleans(), judge_outsiders=st.booleans(),
    )
)  # fmt: skip
def test_sender_can_only_tighten(claimed: PolicyTerms) -> None:
    """Whatever terms a bundle brings, no verdict gets milder than by our own."""
    tx = a_tx(*entering(700_000), pay(600_000))
    ours, both = reviewed(tx).judgements, reviewed(tx, terms=claimed).judgements
    by_group = {j.group: j for j in both}
    assert all(by_group[j.group].verdict >= j.verdict for j in ours)
    stricter = PolicyTerms().stricter_of(claimed)
    assert stricter == claimed.stricter_of(PolicyTerms())
    assert stricter.stricter_of(claimed) == stricter


def test_queue_of_a_sender_only_adds() -> None:
    """Entries of a bundle's queue count beside ours; those we know are ours."""
    mine = queued(*entering(300_000), nonce=43)
    claimed = QueueEntry(nonce=44, strategy="Vault A", usd=Fraction(500_000))
    milder = mine._replace(tx=UNKNOWN, strategy="Vault A", usd=Fraction(0))
    facts = local(an_evidence(queue=(mine,)))
    review = reviewed(
        a_tx(*entering(300_000)), facts, evidence=an_evidence(queue=(claimed, milder))
    )
    assert review.facts.origin is Origin.BOTH
    assert review.judgements[0].queued_usd == 800_000
    assert review.judgements[0].verdict.words == "refused"


def test_claims_that_make_room_make_none() -> None:
    """A sender's entry of less than nothing, at our own nonce or twice, loosens nothing."""
    tx = a_tx(*entering(1_200_000))
    for entry in (
        QueueEntry(nonce=50, strategy="Vault A", usd=Fraction(-(10**9))),
        QueueEntry(nonce=42, strategy="Vault A", usd=Fraction(0)),
        QueueEntry(nonce=UNKNOWN),
    ):
        review = reviewed(tx, evidence=an_evidence(queue=(entry,)))
        assert any(j.verdict.words == "refused" for j in review.judgements)


def test_facts_without_claims_are_the_workspaces() -> None:
    """A bundle that claims neither queue nor policy leaves the facts as they are."""
    facts = facts_for(Bundle(safe=a_treasury_safe(), tx=a_tx(pay(1))), local())
    assert facts.origin is Origin.WORKSPACE
    assert facts.evidence == an_evidence()


# ── the present clock ────────────────────────────────────────────────────────────────────────────


def test_signing_judges_by_the_present_clock() -> None:
    """As of its block a deployment is within; an hour later its prices are stale."""
    bundle = Bundle(safe=a_treasury_safe(), tx=a_tx(*entering(400_000)))
    assert examine(bundle, local()).verdict == "ok"
    assert examine(bundle, local(), now=BLOCK.timestamp + HOUR - 60).verdict == "ok"
    late = examine(bundle, local(), now=BLOCK.timestamp + HOUR - 59)
    assert found(late)["PRICE_STALE"] == "block"
    assert examine(bundle, local(), now=0).verdict == "ok"


def test_ages_only_grow() -> None:
    """Quotes of unknown age, of the future or without a block never become fresh."""
    evidence = an_evidence(
        quotes=(a_price(), a_price(age_seconds=None), a_price(age_seconds=-5)), net_usd=UNKNOWN
    )
    later = aged_to(evidence, BLOCK.timestamp + 100).quotes
    assert isinstance(later, tuple)
    assert [quote.age_seconds for quote in later] == [160, None, None]
    without_block = aged_to(replace(evidence, block=UNKNOWN), BLOCK.timestamp).quotes
    assert isinstance(without_block, tuple)
    assert [quote.age_seconds for quote in without_block] == [None] * 3
    assert aged_to(replace(evidence, quotes=UNKNOWN), 5).quotes is UNKNOWN


# ── the report ───────────────────────────────────────────────────────────────────────────────────

ROOT = Path(__file__).parents[3]
SCRIPT = (
    "import sys; from treasury_desktop.bundle import read_bundle;"
    "from treasury_desktop.review.report import report_bytes;"
    "from treasury_desktop.review.review import examine;"
    "sys.stdout.buffer.write(report_bytes(examine(read_bundle(sys.stdin.buffer.read()))))"
)


def a_troubled_bundle() -> Bundle:
    """Many groups, twins of several anchors, rivals, and signatures: much to put in order."""
    twin = Address(PAYROLL.raw[:2] + bytes(16) + PAYROLL.raw[-2:])
    near = Address(PAYROLL.raw[:2] + b"\x01" * 16 + PAYROLL.raw[-2:])
    far = Address(PAYROLL.raw[:2] + b"\x02" * 16 + PAYROLL.raw[-2:])
    book = tuple(BookEntry(address=a, name="x", chain_id=1) for a in (PAYROLL, near, far))
    tx = a_tx(
        *entering(700_000),
        pay(1, twin),
        pay(2_000_000),
        *(pay(1, an_address(f"{number}")) for number in range(9)),
    )
    facts = local(
        an_evidence(address_book=book, queue=(queued(pay(5), nonce=42), queued(pay(6), nonce=50)))
    )
    bundle = bundle_with_our_evidence(
        a_treasury_safe(), tx, facts, purpose="\u202e<b>x</b>", strategy="Vault A"
    )
    return replace(bundle, claimed_hash=bytes(32))


def test_report_is_the_same_bytes_in_every_process() -> None:
    """Neither hash seed nor process changes one byte of the report."""
    data = write_bundle(a_troubled_bundle())
    reports = [
        subprocess.run(
            [sys.executable, "-c", SCRIPT], input=data, capture_output=True, check=True, cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("0", "1", "2")
    ]  # fmt: skip
    assert reports[0] == reports[1] == reports[2] == report_bytes(examine(read_bundle(data)))


def test_judgement_is_the_same_on_every_machine() -> None:
    """By our own facts, and by a bundle of just these facts, comes the same judgement."""
    facts, tx = local(), a_tx(*entering(700_000), pay(5))
    bundle = bundle_with_our_evidence(a_treasury_safe(), tx, facts, purpose="", strategy=None)
    sent = read_bundle(write_bundle(bundle))
    assert examine(bundle, facts).judgements == examine(sent).judgements


def test_report_says_what_the_format_promises() -> None:
    """Every member of the review format is there, worst findings first."""
    shown = json.loads(report_bytes(examine(a_troubled_bundle())))
    assert shown["format"] == "treasury-desktop/review@1"
    assert set(shown) == {
        "format", "verdict", "evidence_from", "safe", "hashes", "comparison_code", "calls",
        "findings", "judgements", "signatures", "confirmations",
    }  # fmt: skip
    order = ["block", "danger", "warn", "note"]
    ranks = [order.index(f["severity"]) for f in shown["findings"]]
    assert ranks == sorted(ranks)
    assert shown["verdict"] == "block"
    assert len(shown["comparison_code"].split()) == 8
    assert shown["confirmations"] == {"valid": 0, "threshold": 2}
    (call,) = shown["calls"]
    assert call["operation"] == "delegatecall"
    assert [inner["path"] for inner in call["calls"]][:3] == ["0.0", "0.1", "0.2"]
    assert call["calls"][0]["arguments"] == [
        {"name": "spender", "type": "address", "value": str(VAULT)},
        {"name": "amount", "type": "uint256", "value": "700000000000"},
    ]
    judgement = next(j for j in shown["judgements"] if j["group"] == GROUP)
    assert judgement["share_bps"] == "700"
    assert judgement["amount_usd"] == "700000"


def test_findings_stand_in_the_order_of_their_calls() -> None:
    """The eleventh call comes after the third, not before it."""
    strangers = [an_address(f"stranger {number}") for number in range(12)]
    review = reviewed(a_tx(*(pay(1, stranger) for stranger in strangers)))
    paths = [f.path for f in review.findings if f.code == "RECIPIENT_NOT_IN_ADDRESS_BOOK"]
    assert paths == [f"0.{number}" for number in range(12)]


def test_report_of_the_deepest_call() -> None:
    """Batches nested as deep as they are read, with the deepest type inside, are written down."""
    kind = "bool"
    values: object = True
    for _ in range(5):
        kind, values = f"({kind})[]", ((values,),)
    call = a_call(STRANGER, f"deep({kind})", values)
    abi = ClaimedAbi(address=STRANGER, functions=(parse_function(f"deep({kind} x)"),))
    for _ in range(16):
        call = nested_execution(STRANGER, call.to, call.data)
    shown: Any = report(examine(Bundle(safe=a_treasury_safe(), tx=a_tx(call), abis=(abi,))))
    inner = shown["calls"][0]
    for _ in range(16):
        (inner,) = inner["calls"]
    assert inner["function"] == f"deep({kind})"
    assert inner["certainty"] == "guess"
    assert report_bytes(examine(Bundle(safe=a_treasury_safe(), tx=a_tx(call), abis=(abi,))))


def test_arguments_as_text() -> None:
    """Numbers are decimal text, addresses checksummed, bytes hex, texts literal, lists lists."""
    signature = "f(uint256,int8,bool,bytes,bytes4,string,(address,uint8[])[])"
    call = a_call(
        STRANGER, signature, 2**255, -1, YES, b"\x01", b"\x02" * 4, "x\u202ey", ((PAYROLL, (3,)),)
    )
    abi = ClaimedAbi(address=STRANGER, functions=(parse_function(signature),))
    shown: Any = report(examine(Bundle(safe=a_treasury_safe(), tx=a_tx(call), abis=(abi,))))
    assert [a["value"] for a in shown["calls"][0]["arguments"]] == [
        str(2**255), "-1", YES, "0x01", "0x02020202", "x⟨U+202E⟩y", [[str(PAYROLL), ["3"]]],
    ]  # fmt: skip
    assert shown["calls"][0]["arguments"][6]["type"] == "(address,uint8[])[]"


def test_whose_evidence_the_report_names() -> None:
    """Claims that are looked at beside our own facts make the evidence both's."""
    disagreement = Disagreement(field="x", answers=(("a", "1"), ("b", "2")))
    for claims, whose in (
        ({}, "workspace"),
        ({"purpose": "why"}, "workspace"),
        ({"disagreements": (disagreement,)}, "both"),
        ({"inner_transactions": (InnerTransaction(),)}, "both"),
        ({"evidence": Evidence(storage_changes=())}, "both"),
        ({"terms": PolicyTerms()}, "both"),
    ):
        shown: Any = report(reviewed(**claims))
        assert shown["evidence_from"] == whose


def test_report_of_a_bundle_that_says_nothing() -> None:
    """What is unknown is null, never zero."""
    bundle = Bundle(safe=a_treasury_safe(threshold=UNKNOWN), tx=a_tx(*entering(1)))
    shown: Any = report(examine(bundle))
    assert shown["confirmations"]["threshold"] is None
    assert {j["treasury_usd"] for j in shown["judgements"]} == {None}
    assert {j["share_bps"] for j in shown["judgements"]} == {None}
    assert shown["evidence_from"] == "sender"
