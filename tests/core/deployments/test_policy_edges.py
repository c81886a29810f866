"""Edges of the policy that the worked examples do not touch: reasons, queue and quiet calls."""

from dataclasses import replace
from fractions import Fraction

import pytest

from tests.matters import (
    BLOCK,
    GROUP,
    OWN_SAFE,
    SAFE,
    STRATEGIES,
    USDC,
    VAULT,
    a_call,
    a_matter,
    a_price,
    a_treasury_safe,
    a_tx,
    an_evidence,
    approve,
    deposit,
    entering,
    ether,
    judged,
    outsider,
    pay,
    prices,
    queued,
    units,
    words,
)
from tests.samples import PAYROLL, STRANGER
from treasury_desktop.assets.quote import QuoteKind
from treasury_desktop.assets.unknown import UNKNOWN
from treasury_desktop.calls.abi_type import parse_function
from treasury_desktop.calls.known_contracts import official_address
from treasury_desktop.deployments.judgement import Judgement, Verdict
from treasury_desktop.deployments.policy import judge
from treasury_desktop.review.clock import aged_to
from treasury_desktop.safes.hashes import safe_tx_hashes
from treasury_desktop.safes.safe_tx import Operation
from treasury_desktop.treasury.evidence import Exposed, HeldAmount, ObservedAllowance, QueueEntry
from treasury_desktop.treasury.terms import PolicyTerms

# ── reasons ──────────────────────────────────────────────────────────────────────────────────────


def test_reason_of_a_refusal_has_the_figures() -> None:
    """What it would be, of how much, and what is allowed."""
    (reason,) = judged(entering(1_200_000))[GROUP].reasons
    assert reason == (
        "$1,200,000.00 in all would be 12.00% of the treasury's $10,000,000.00; the limit is "
        "10.00%, which must not be reached."
    )
    terms = PolicyTerms(limit_is_inclusive=True)
    (reason,) = judged(entering(1_200_000), terms=terms)[GROUP].reasons
    assert reason.endswith("the limit is 10.00%.")


@pytest.mark.parametrize(
    ("dollars", "share", "verdict"),
    [
        ("999999.999999", "just below 10.00%", "above advice"),
        ("1000000", "10.00%", "refused"),
        ("1000000.000001", "just above 10.00%", "refused"),
        ("500000", "5.00%", "within"),
        ("500000.000001", "just above 5.00%", "above advice"),
        ("499900", "just below 5.00%", "within"),
        ("700000", "7.00%", "above advice"),
    ],
)
def test_rounded_share_never_contradicts_its_verdict(
    dollars: str, share: str, verdict: str
) -> None:
    """A share that reads as the limit or the advice says on which side of it it is."""
    judgement = judged(entering(dollars))[GROUP]
    assert judgement.verdict.words == verdict
    assert f" would be {share} of " in judgement.reasons[0]


def test_definitions_say_what_the_terms_are() -> None:
    """Limit, own token, advice and quotes are those by which it was judged."""
    plain = judged(entering(1))[GROUP].definitions
    assert plain["limit"] == "1000 basis points, must not be reached"
    assert plain["treasury"].endswith("own token not counted")
    assert plain["advice"] == "300 to 500 basis points"
    assert plain["quotes"] == "at most 3600 s old, within 200 basis points of each other"
    terms = PolicyTerms(limit_is_inclusive=True, count_own_token=True)
    other = judged(entering(1), terms=terms)[GROUP].definitions
    assert other["limit"] == "1000 basis points, may be reached"
    assert other["treasury"].endswith("own token counted")


def test_reasons_of_what_cannot_be_judged() -> None:
    """Whether the group's own value or the queue is unknown is told apart."""
    held = an_evidence(exposures=(Exposed(strategy="Vault A", usd=UNKNOWN),))
    assert "holds already" in judged(entering(1), held)[GROUP].reasons[0]
    waiting = an_evidence(queue=(QueueEntry(nonce=50, strategy="Vault A"),))
    assert "queued transaction" in judged(entering(1), waiting)[GROUP].reasons[0]
    nothing = an_evidence(net_usd=UNKNOWN)
    assert "nobody says" in judged(entering(1), nothing)[GROUP].reasons[0]
    stale = an_evidence(net_usd=UNKNOWN, holdings=(), quotes=(a_price(age_seconds=9_999),))
    judgement = judged(entering(1), stale)[GROUP]
    assert judgement.codes == ("STATE_UNKNOWN", "PRICE_STALE")
    assert "too old" in judgement.reasons[0]
    assert "not positive" in judgement.reasons[1]


def test_calm_payment_has_no_codes() -> None:
    """A payment that can be valued and is small is no finding at all."""
    judgement = judged(pay(10_000))[outsider(PAYROLL)]
    assert judgement.verdict is Verdict.NOT_A_DEPLOYMENT
    assert judgement.codes == ()
    assert "0.10%" in judgement.reasons[0]
    assert judgement.exposure_after_bps == judgement.share_bps == 10


def test_reason_of_a_payment_by_old_prices() -> None:
    """Only where the treasury has no value by the prices of now are the old ones named."""
    held = (HeldAmount(token=str(USDC), base_units=units(10**7), place="safe"),)
    aged = aged_to(an_evidence(net_usd=UNKNOWN, holdings=held), BLOCK.timestamp + 10**6)
    assert judged(pay(4_000_000), aged)[outsider(PAYROLL)].reasons[0].startswith("By old prices")
    mixed = an_evidence(quotes=(a_price(), a_price(age_seconds=9_999)))
    judgement = judged(pay(4_000_000), mixed)[outsider(PAYROLL)]
    assert judgement.verdict is Verdict.REFUSED
    assert not judgement.reasons[0].startswith("By old prices")
    nobody = aged_to(an_evidence(net_usd=UNKNOWN, holdings=()), BLOCK.timestamp + 10**6)
    assert judged(pay(4_000_000), nobody)[outsider(PAYROLL)].codes == ("PAYMENT_NOT_VALUED",)
    terms = PolicyTerms(judge_outsiders=False)
    assert words(pay(4_000_000), aged, terms=terms) == {outsider(PAYROLL): "not a deployment"}


def test_payment_at_disagreeing_prices_counts_its_high_end() -> None:
    """A low price among others makes no large payment small; a spot price alone decides nothing."""
    cheap = (*prices(), a_price(usd="0.01"))
    assert words(pay(4_000_000), an_evidence(quotes=cheap)) == {outsider(PAYROLL): "refused"}
    assert judged(pay(300_000), an_evidence(quotes=cheap))[outsider(PAYROLL)].codes == (
        "PAYMENT_NOT_VALUED",
    )
    spot = (a_price(kind=QuoteKind.SPOT),)
    assert judged(pay(4_000_000), an_evidence(quotes=spot))[outsider(PAYROLL)].codes == (
        "PAYMENT_NOT_VALUED",
    )


def test_shares_of_a_judgement() -> None:
    """Shares are exact fractions, and unknown where a part of them is."""
    whole = judged(entering(1))[GROUP]
    assert whole.share_bps == Fraction(1, 1000)
    for part in ("amount_usd", "treasury_usd", "existing_usd", "queued_usd"):
        missing: Judgement = whole._replace(**{part: None})
        assert missing.exposure_after_bps is None
    assert whole._replace(amount_usd=None).share_bps is None
    assert whole._replace(treasury_usd=None).share_bps is None
    assert Verdict.CANNOT_BE_JUDGED.words == "cannot be judged"
    assert [verdict.blocks for verdict in Verdict] == [False, False, False, True, True]


def test_nothing_leaves_and_nothing_is_judged() -> None:
    """A rejection touches no group."""
    assert judge(a_matter(a_tx(ether(0, SAFE)))) == ()


# ── queue ────────────────────────────────────────────────────────────────────────────────────────


def test_entries_without_a_nonce_count_each() -> None:
    """Nobody knows whether they are rivals, so they are not; this very transaction is left out."""
    stated = QueueEntry(nonce=UNKNOWN, strategy="Vault A", usd=Fraction(100_000))
    found = judged(entering(1), an_evidence(queue=(stated, stated)))[GROUP]
    assert found.queued_usd == 200_000
    tx = a_tx(*entering(700_000))
    itself = QueueEntry(
        nonce=UNKNOWN, tx=tx, safe_tx_hash=safe_tx_hashes(a_treasury_safe(), tx).safe_tx
    )
    assert judged(tx, an_evidence(queue=(itself,)))[GROUP].queued_usd == 0


def verdict_beside(*entries: QueueEntry, dollars: int = 400_000) -> str:
    """The verdict on a deployment at nonce 42 beside this queue."""
    return words(entering(dollars), an_evidence(queue=entries))[GROUP]


def test_bytes_of_an_entry_say_whether_it_is_this_transaction() -> None:
    """An entry is left out for being this one by its bytes; a claimed hash does not make it so."""
    tx = a_tx(*entering(400_000))
    ours = safe_tx_hashes(a_treasury_safe(), tx).safe_tx
    itself = QueueEntry(nonce=42, tx=tx, safe_tx_hash=ours, usd=Fraction(900_000))
    another = queued(*entering(700_000), nonce=43)
    bare = QueueEntry(nonce=42, safe_tx_hash=ours, strategy="Vault A", usd=Fraction(900_000))
    assert verdict_beside(itself) == "within"
    assert verdict_beside(itself._replace(safe_tx_hash=b"x" * 32, nonce=43)) == "within"
    assert verdict_beside(another._replace(safe_tx_hash=ours)) == "refused"
    assert verdict_beside(bare) == "within"
    assert verdict_beside(bare._replace(nonce=UNKNOWN)) == "within"
    assert verdict_beside(bare._replace(nonce=43)) == "refused"
    assert verdict_beside(bare._replace(safe=OWN_SAFE)) == "refused"


def test_entries_whose_nonces_contradict_count_each() -> None:
    """A stated nonce that the bytes deny makes an entry no rival of this one or of another."""
    large = queued(*entering(700_000), nonce=43)
    assert verdict_beside(large._replace(nonce=42)) == "refused"
    assert verdict_beside(queued(*entering(700_000), nonce=42)._replace(nonce=43)) == "refused"
    assert verdict_beside(large._replace(nonce=41)) == "refused"
    small, other = queued(*entering(400_000), nonce=43), queued(*entering(400_000), nonce=44)
    assert verdict_beside(small, other._replace(nonce=43), dollars=300_000) == "refused"
    rivals = (small, queued(*entering(390_000), nonce=43))
    assert verdict_beside(*rivals, dollars=300_000) == "above advice"


def test_nonce_that_only_the_bytes_say() -> None:
    """A rival for this very nonce never enters its exposure, named or not."""
    rival = queued(*entering(700_000), nonce=42)
    assert verdict_beside(rival._replace(nonce=UNKNOWN)) == "within"


def test_queued_bytes_that_only_a_senders_abi_explains() -> None:
    """They are no less unread: the exposure cannot be judged."""
    opaque = queued(a_call(VAULT, "unheardOf(uint256)", 5), nonce=43)
    matter = a_matter(entering(400_000), an_evidence(queue=(opaque,)))
    function = parse_function("unheardOf(uint256)")
    claimed = {VAULT: {function.selector: function}}
    for reading in (matter.reading, replace(matter.reading, claimed=claimed)):
        (judgement,) = judge(replace(matter, reading=reading))
        assert judgement.verdict.words == "cannot be judged"


def test_entry_at_the_safes_own_nonce_counts() -> None:
    """What may run next counts; where our nonce is unknown everything does."""
    tx = a_tx(*entering(100_000), nonce=43)
    next_one = queued(*entering(300_000), nonce=42)
    passed = queued(*entering(300_000), nonce=41)
    evidence = an_evidence(queue=(next_one, passed))
    assert judged(tx, evidence)[GROUP].queued_usd == 300_000
    matter = a_matter(tx, evidence)
    unsure = replace(matter, safe=replace(matter.safe, nonce=UNKNOWN))
    (judgement,) = judge(unsure)
    assert judgement.queued_usd == 600_000


def test_stated_zero_is_known() -> None:
    """A queue entry that is said to deploy nothing leaves the figures known."""
    evidence = an_evidence(queue=(QueueEntry(nonce=50, strategy="Vault A", usd=Fraction(0)),))
    assert judged(entering(1), evidence)[GROUP].queued_usd == 0


def test_another_safes_entry_is_read_as_its_own() -> None:
    """Whose allowance names the token depends on whose transaction it is."""
    nameless = tuple(replace(strategy, asset=None) for strategy in STRATEGIES)
    allowance = ObservedAllowance(
        token=str(USDC), spender=VAULT, base_units=units(300_000), safe=OWN_SAFE
    )
    evidence = an_evidence(
        allowances=(allowance,), queue=(queued(deposit(100_000), nonce=3, safe=OWN_SAFE),)
    )
    found = judged(ether(1, VAULT), evidence, strategies=nameless)[GROUP]
    assert found.queued_usd == 300_000


def test_migration_in_the_queue_is_foreign_code() -> None:
    """Official contracts that replace code hide what the Safe will do."""
    migration = official_address(1, "SafeMigration", (1, 4, 1))
    assert migration is not None
    tx = replace(
        a_tx(a_call(migration, "migrateSingleton()"), nonce=50), operation=Operation.DELEGATECALL
    )
    evidence = an_evidence(queue=(QueueEntry(nonce=50, tx=tx),))
    assert words(entering(1), evidence) == {GROUP: "cannot be judged"}


# ── quiet calls ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("account", [SAFE, OWN_SAFE])
def test_our_own_safes_pull_nothing(account: object) -> None:
    """Between approval and revocation a call to a Safe of ours uses no allowance."""
    assert words((approve(4_000_000, STRANGER), ether(0, account), approve(0, STRANGER))) == {}


def test_older_allowance_used_and_then_revoked() -> None:
    """Revoking afterwards does not undo what a call nobody reads could take before."""
    older = ObservedAllowance(token=str(USDC), spender=VAULT, base_units=units(4_000_000))
    use = a_call(VAULT, "burn(uint256)", 1)
    evidence = an_evidence(allowances=(older,))
    assert words((use, approve(0)), evidence) == {GROUP: "refused"}
    assert words((approve(0), use), evidence) == {}


def test_approval_after_the_last_call_is_simply_open() -> None:
    """What is approved after a call nobody reads was not there for it."""
    use = a_call(STRANGER, "burn(uint256)", 1)
    assert words((use, approve(400_000), approve(100_000))) == {GROUP: "within"}
    assert judged((use, approve(400_000), approve(100_000)))[GROUP].amount_usd == 100_000
    assert judged((approve(400_000), use, approve(100_000)))[GROUP].amount_usd == 500_000
