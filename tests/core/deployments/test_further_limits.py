"""The limits a DAO switches on beside the first: caps per protocol and window, idle stablecoins."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.matters import (
    BLOCK,
    DAI,
    GROUP,
    OTHER_VAULT,
    SAFE,
    STRANGER,
    STRATEGIES,
    TWIN_VAULT,
    USDC,
    VAULT,
    WETH,
    a_call,
    a_matter,
    a_price,
    an_evidence,
    approve,
    entering,
    judged,
    pay,
    prices,
    queued,
    units,
)
from treasury_desktop.assets.quote import QuoteKind
from treasury_desktop.assets.unknown import UNKNOWN
from treasury_desktop.deployments.calls import Call
from treasury_desktop.deployments.case import case_of
from treasury_desktop.deployments.further_limits import LimitOutcome, judge_limits
from treasury_desktop.deployments.judgement import Verdict
from treasury_desktop.errors import Malformed
from treasury_desktop.treasury.evidence import (
    Deployed,
    Evidence,
    Exposed,
    HeldAmount,
    QueueEntry,
)
from treasury_desktop.treasury.further_limits import FurtherLimits
from treasury_desktop.treasury.policy_hash import policy_hash
from treasury_desktop.treasury.terms import PolicyTerms

DAY = 86_400
PROTOCOL = FurtherLimits(protocol_limit_bps=1500)
WINDOW = FurtherLimits(window_limit_bps=800, window_days=30)
SHARE = FurtherLimits(stable_floor_bps=2000)
RUNWAY = FurtherLimits(runway_months=6, monthly_spend_usd=250_000)
STABLE = frozenset({str(USDC), str(DAI)})
AT_ONE_PROTOCOL = tuple(replace(each, protocol="Morpho") for each in STRATEGIES)
PASSES, REFUSED, UNJUDGED = Verdict.WITHIN, Verdict.REFUSED, Verdict.CANNOT_BE_JUDGED


def outcomes(
    further: FurtherLimits, *calls: Call, evidence: Evidence | None = None, **changes: Any
) -> tuple[LimitOutcome, ...]:
    """What further limits say of a batch, under a first limit that forbids nothing here."""
    terms = PolicyTerms(limit_bps=10_000, further=further)
    return judge_limits(case_of(a_matter(calls, evidence, terms=terms, **changes)))


def verdict(further: FurtherLimits, *calls: Call, **changes: Any) -> Verdict | None:
    """The worst verdict of a further limit, `None` where none says anything."""
    return max((each.verdict for each in outcomes(further, *calls, **changes)), default=None)


def holding(usdc: int = 3_000_000, dai: int = 0, **changes: Any) -> Evidence:
    """Ten million in all, of which so many stablecoins lie in the Safes."""
    held = (
        HeldAmount(token=str(USDC), base_units=units(usdc), place="safe"),
        HeldAmount(token=str(DAI), base_units=units(dai, DAI), place="safe"),
        HeldAmount(
            token=str(WETH), base_units=units(10_000_000 - usdc - dai, WETH, 2500), place="safe"
        ),
    )
    return an_evidence(**{"holdings": held, "stablecoins": STABLE, **changes})


def lately(*deployed: tuple[str, int, int], token: str = str(USDC)) -> Evidence:
    """Dollars of USDC that went into strategies so many days before the block."""
    return an_evidence(
        deployed=tuple(
            Deployed(
                strategy=strategy,
                token=token,
                base_units=units(dollars),
                timestamp=BLOCK.timestamp - days * DAY,
            )
            for strategy, dollars, days in deployed
        )
    )


# ── one protocol ─────────────────────────────────────────────────────────────────────────────────


def test_groups_at_one_protocol_count_together() -> None:
    """Two groups of 8% each are within their own limits, and 16% at one protocol."""
    batch = (*entering(800_000), *entering(800_000, OTHER_VAULT))
    assert verdict(PROTOCOL, *batch) is PASSES
    assert verdict(PROTOCOL, *batch, strategies=AT_ONE_PROTOCOL) is REFUSED
    (outcome,) = outcomes(PROTOCOL, *batch, strategies=AT_ONE_PROTOCOL)
    assert outcome.sentence == (
        "$1,600,000.00 at Morpho would be 16.00% of the treasury's $10,000,000.00; the limit is "
        "15.00%, which must not be reached."
    )
    assert outcome.codes == ("POLICY_PROTOCOL_LIMIT",)
    assert outcome.room_usd == -100_000


def test_one_base_unit_decides_at_a_protocol() -> None:
    """Just below 15% passes, 15% does not, and does where limits may be reached."""
    below = entering(Fraction(1_500_000 * 10**6 - 1, 10**6))
    assert verdict(PROTOCOL, *below) is PASSES
    assert verdict(PROTOCOL, *entering(1_500_000)) is REFUSED
    terms = PolicyTerms(limit_bps=10_000, limit_is_inclusive=True, further=PROTOCOL)
    (outcome,) = judge_limits(case_of(a_matter(entering(1_500_000), terms=terms)))
    assert outcome.verdict is PASSES


def test_protocol_counts_what_is_there_and_queued() -> None:
    """Another group's exposure and queue at the same protocol add up with this."""
    evidence = an_evidence(
        exposures=(Exposed(strategy="Vault C", usd=Fraction(700_000)),),
        queue=(queued(*entering(400_000, OTHER_VAULT), nonce=50),),
    )
    batch = entering(400_000)
    assert verdict(PROTOCOL, *batch, evidence=evidence) is PASSES
    assert verdict(PROTOCOL, *batch, evidence=evidence, strategies=AT_ONE_PROTOCOL) is REFUSED


@pytest.mark.parametrize("name", ["morpho", " Morpho ", "MORPHO"])
def test_protocol_spelled_otherwise_is_the_same(name: str) -> None:
    """Letter case and blanks make no protocol of its own."""
    strategies = (*AT_ONE_PROTOCOL[:2], replace(AT_ONE_PROTOCOL[2], protocol=name))
    batch = (*entering(800_000), *entering(800_000, OTHER_VAULT))
    assert verdict(PROTOCOL, *batch, strategies=strategies) is REFUSED


def test_full_protocol_forbids_nothing_elsewhere() -> None:
    """A protocol that prices moved above its limit is judged where something is added to it."""
    evidence = an_evidence(exposures=(Exposed(strategy="Pool", usd=Fraction(5_000_000)),))
    assert verdict(PROTOCOL, *entering(1), evidence=evidence) is PASSES
    assert verdict(PROTOCOL, pay(1), evidence=evidence) is None


def test_unknown_at_a_protocol_cannot_be_judged() -> None:
    """Neither an unknown exposure, nor an unknown queue, price or treasury passes."""
    for evidence in (
        an_evidence(exposures=UNKNOWN),
        an_evidence(queue=UNKNOWN),
        an_evidence(queue=(QueueEntry(nonce=50, strategy="nobody's"),)),
        an_evidence(quotes=prices()[1:]),
        an_evidence(quotes=(a_price(age_seconds=4000),)),
        an_evidence(net_usd=UNKNOWN),
    ):
        assert verdict(PROTOCOL, *entering(1), evidence=evidence) is UNJUDGED


def test_lowest_price_over_a_cap_is_a_refusal() -> None:
    """Prices that disagree help nobody whose lowest is over the limit."""
    quotes = (a_price(usd=1), a_price(usd="1.5", kind=QuoteKind.TWAP))
    batch = entering(1_600_000)
    assert verdict(PROTOCOL, *batch, evidence=an_evidence(quotes=quotes)) is REFUSED
    assert verdict(PROTOCOL, *entering(5), evidence=an_evidence(quotes=quotes)) is UNJUDGED


# ── one window ───────────────────────────────────────────────────────────────────────────────────


def test_window_adds_what_was_deployed_lately() -> None:
    """5% three weeks ago and 3% now are 8% within 30 days, also where an exit came between."""
    assert verdict(WINDOW, *entering(300_000), evidence=lately(("Vault B", 499_999, 21))) is PASSES
    found = outcomes(WINDOW, *entering(300_000), evidence=lately(("Vault B", 500_000, 21)))
    assert [each.verdict for each in found] == [REFUSED]
    assert found[0].codes == ("POLICY_WINDOW_LIMIT",)
    assert found[0].sentence.startswith("$800,000.00 into Yield within 30 days would be 8.00%")


def test_window_ends() -> None:
    """What is 30 days old still counts; what is older does not."""
    assert verdict(WINDOW, *entering(300_000), evidence=lately(("Vault A", 500_000, 30))) is REFUSED
    assert verdict(WINDOW, *entering(300_000), evidence=lately(("Vault A", 500_000, 31))) is PASSES


def test_window_is_of_the_group() -> None:
    """What another group got counts nothing; a name that nobody knows counts everywhere."""
    elsewhere = lately(("Vault C", 700_000, 1))
    assert verdict(WINDOW, *entering(300_000), evidence=elsewhere) is PASSES
    for name in ("gone from the file", ""):
        nameless = lately((name, 700_000, 1))
        assert verdict(WINDOW, *entering(300_000), evidence=nameless) is REFUSED


def test_window_that_nobody_read_cannot_be_judged() -> None:
    """Unknown movements, an unknown block and a token without price pass nothing."""
    for evidence in (
        an_evidence(),
        replace(lately(), block=UNKNOWN),
        lately(("Vault A", 1, 1), token=str(SAFE)),
    ):
        assert verdict(WINDOW, *entering(1), evidence=evidence) is UNJUDGED


def test_payments_have_no_window() -> None:
    """What is paid to somebody outside is no deployment."""
    assert verdict(WINDOW, pay(900_000, STRANGER), evidence=lately()) is None


@given(st.lists(st.integers(0, 400_000), min_size=1, max_size=5), st.integers(1, 800_000))
def test_cutting_a_deployment_over_days_never_helps(before: list[int], now: int) -> None:
    """Parts of some weeks are judged as their sum at once."""
    cut = lately(*(("Vault A", part, day) for day, part in enumerate(before)))
    whole = verdict(WINDOW, *entering(sum(before) + now), evidence=lately())
    assert verdict(WINDOW, *entering(now), evidence=cut) == whole


# ── idle stablecoins ─────────────────────────────────────────────────────────────────────────────


def test_stablecoins_left_have_to_be_enough() -> None:
    """Of 30% in stablecoins 10% may go where 20% has to stay, and not one base unit more."""
    assert verdict(SHARE, *entering(1_000_000), evidence=holding()) is PASSES
    more = entering(Fraction(1_000_000 * 10**6 + 1, 10**6))
    (outcome,) = outcomes(SHARE, *more, evidence=holding())
    assert outcome.verdict is REFUSED
    assert outcome.codes == ("POLICY_STABLECOIN_FLOOR",)
    assert outcome.sentence == (
        "just below $2,000,000.00 of stablecoins would stay in the Safes, queue included; the "
        "least is 20.00% of the treasury's $10,000,000.00, $2,000,000.00."
    )


def test_runway_is_counted_in_months() -> None:
    """Six months of $250,000 have to stay."""
    assert verdict(RUNWAY, *entering(1_500_000), evidence=holding()) is PASSES
    (outcome,) = outcomes(RUNWAY, *entering(1_500_001), evidence=holding())
    assert outcome.codes == ("POLICY_RUNWAY_FLOOR",)
    assert "6 months of $250,000.00" in outcome.sentence
    assert outcome.room_usd == -1


def test_all_stablecoins_count_together() -> None:
    """What is left of one may make up for what is taken of another."""
    assert verdict(SHARE, *entering(1_000_000), evidence=holding(1_000_000, 2_000_000)) is PASSES
    assert verdict(SHARE, *entering(1_000_000), evidence=holding(1_500_000, 1_499_999)) is REFUSED


def test_swap_out_of_stablecoins_is_measured() -> None:
    """A conversion is no deployment and takes stablecoins all the same."""
    wrapped = an_evidence().tokens
    withdraw = a_call(WETH, "withdraw(uint256)", 10**18)
    assert verdict(SHARE, withdraw, evidence=holding(tokens=wrapped)) is None
    stable_weth = holding(stablecoins=frozenset({str(WETH)}), tokens=wrapped)
    swapped = a_call(WETH, "withdraw(uint256)", units(5_500_000, WETH, 2500))
    assert verdict(SHARE, swapped, evidence=stable_weth) is REFUSED


def test_payment_to_a_known_payee_is_what_they_are_for() -> None:
    """Payroll may be paid below the floor; a stranger may not, nor behind the payroll."""
    poor = holding(1_000_000)
    assert verdict(SHARE, pay(500_000), evidence=poor) is None
    assert verdict(SHARE, pay(1, STRANGER), evidence=poor) is REFUSED
    assert verdict(SHARE, pay(1_500_000), pay(1, STRANGER), evidence=holding()) is REFUSED


def test_queue_takes_stablecoins_too() -> None:
    """What waits is gone already: payments and deployments, rivals as the largest of them."""
    queue = (
        queued(pay(400_000), nonce=50),
        queued(pay(100_000), nonce=50),
        queued(*entering(300_000, TWIN_VAULT), nonce=51),
    )
    assert verdict(SHARE, *entering(300_000), evidence=holding(queue=queue)) is PASSES
    assert verdict(SHARE, *entering(300_001), evidence=holding(queue=queue)) is REFUSED
    stated = QueueEntry(nonce=52, strategy="Vault A", usd=Fraction(700_001))
    one = holding(queue=(stated,))
    assert verdict(SHARE, *entering(300_000), evidence=one) is REFUSED


def test_unknown_stablecoins_cannot_be_judged() -> None:
    """Unknown holdings, an unknown or unreadable queue and an unknown treasury pass nothing."""
    unread = queued(a_call(STRANGER, "nobody(uint256)", 1), nonce=50)
    for evidence in (
        an_evidence(stablecoins=STABLE),
        holding(queue=UNKNOWN),
        holding(queue=(QueueEntry(nonce=50, strategy="Vault A"),)),
        holding(queue=(unread,)),
        replace(holding(), debts=UNKNOWN, net_usd=UNKNOWN),
    ):
        assert verdict(SHARE, *entering(1), evidence=evidence) is UNJUDGED


def test_stablecoin_without_price_is_none() -> None:
    """It adds nothing; where it might be enough by another price nobody can judge it."""
    half = holding(1_500_000, 1_500_000, quotes=prices()[:1] + prices()[2:])
    assert verdict(SHARE, *entering(1), evidence=half) is UNJUDGED
    enough = holding(2_500_000, 500_000, quotes=prices()[:1] + prices()[2:])
    small = FurtherLimits(stable_floor_bps=1000)
    assert verdict(small, *entering(1), evidence=enough) is PASSES


def test_stablecoin_that_lost_its_peg_counts_what_it_is_worth() -> None:
    """Its name is no dollar."""
    depegged = holding(quotes=prices(usdc="0.5"))
    assert (
        verdict(
            FurtherLimits(runway_months=1, monthly_spend_usd=1_499_999),
            *entering(1),
            evidence=depegged,
        )
        is PASSES
    )
    assert (
        verdict(
            FurtherLimits(runway_months=1, monthly_spend_usd=1_500_000),
            *entering(1),
            evidence=depegged,
        )
        is REFUSED
    )


def test_open_allowance_takes_stablecoins() -> None:
    """What a strategy may take afterwards is not kept."""
    assert verdict(SHARE, approve(1_000_001), evidence=holding()) is REFUSED


@given(st.integers(1, 3_000_000), st.integers(1, 3_000_000))
def test_more_is_never_more_allowed(one: int, other: int) -> None:
    """Every limit is monotone in the amount."""
    less, more = sorted((one, other))
    further = FurtherLimits(
        protocol_limit_bps=1500, window_limit_bps=800, window_days=30,
        stable_floor_bps=2000, runway_months=6, monthly_spend_usd=250_000,
    )  # fmt: skip
    evidence = holding(deployed=())
    smaller = {o.name: o.verdict for o in outcomes(further, *entering(less), evidence=evidence)}
    larger = {o.name: o.verdict for o in outcomes(further, *entering(more), evidence=evidence)}
    assert smaller.keys() == larger.keys()
    assert all(smaller[name] <= larger[name] for name in smaller)


@given(st.integers(1, 3_000_000), st.sampled_from((PROTOCOL, WINDOW, SHARE, RUNWAY)))
def test_room_is_what_would_just_pass(dollars: int, further: FurtherLimits) -> None:
    """The amount and its room reach the limit; a base unit beyond is refused."""
    evidence = holding(deployed=())
    (outcome,) = outcomes(further, *entering(dollars), evidence=evidence)
    assert outcome.room_usd is not None
    most = dollars + outcome.room_usd
    step = Fraction(1, 10**6)
    at, above, below = (
        outcomes(further, *entering(most + by), evidence=evidence)[0].verdict
        for by in (0, step, -step)
    )
    assert (below, above) == (PASSES, REFUSED)
    assert at is (PASSES if outcome.may_be_reached else REFUSED)


# ── all of them ──────────────────────────────────────────────────────────────────────────────────


def test_no_further_limit_says_nothing() -> None:
    """Without any the policy is what it was, and so is its hash."""
    assert outcomes(FurtherLimits(), *entering(900_000)) == ()
    assert policy_hash(PolicyTerms()) == policy_hash(PolicyTerms(further=FurtherLimits()))


def test_every_further_limit_is_in_the_policy_hash() -> None:
    """Switching one on, or moving it, makes another policy."""
    every = [PROTOCOL, WINDOW, SHARE, RUNWAY, replace(PROTOCOL, protocol_limit_bps=1501)]
    every += [replace(WINDOW, window_days=31), replace(RUNWAY, runway_months=7), FurtherLimits()]
    assert len({policy_hash(PolicyTerms(further=each)) for each in every}) == len(every)


def test_evidence_of_further_limits_is_in_the_digest() -> None:
    """What only they read shows in the digest of a judgement where they are on, and not else."""
    terms = PolicyTerms(further=SHARE)
    variants = (
        an_evidence(),
        an_evidence(stablecoins=STABLE),
        an_evidence(deployed=()),
        lately(("Vault A", 1, 1)),
    )
    on = {judged(entering(5), each, terms=terms)[GROUP].evidence_digest for each in variants}
    off = {judged(entering(5), each)[GROUP].evidence_digest for each in variants}
    assert (len(on), len(off)) == (len(variants), 1)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"window_days": 30}, "policy.window_limit_bps"),
        ({"window_limit_bps": 30}, "policy.window_days"),
        ({"runway_months": 3}, "policy.monthly_spend_usd"),
        ({"monthly_spend_usd": 3}, "policy.runway_months"),
        ({"protocol_limit_bps": 0}, "policy.protocol_limit_bps"),
        ({"stable_floor_bps": 10_001}, "policy.stable_floor_bps"),
    ],
)
def test_half_a_limit_is_refused(values: dict[str, int], field: str) -> None:
    """What belongs together has to be there together, and lie where it can."""
    with pytest.raises(Malformed) as refusal:
        FurtherLimits(**values)
    assert refusal.value.field == field


def test_vault_is_a_protocol_of_its_own() -> None:
    """Where nobody names a protocol, a vault's is its group and a venue's is the venue."""
    assert [each.runs_at for each in STRATEGIES] == [GROUP, GROUP, "Other yield", "Uniswap v3"]
    assert VAULT in STRATEGIES[0].contracts
