"""The figures below a judgement: flows by group, what they are worth, what a simulation adds."""

from dataclasses import replace
from fractions import Fraction

import pytest

from tests.matters import (
    DAI,
    GROUP,
    JUNK,
    MANAGER,
    OTHER_VAULT,
    OWN_SAFE,
    ROUTER,
    SAFE,
    TWIN_VAULT,
    UNISWAP,
    USDC,
    VAULT,
    WETH,
    a_call,
    a_matter,
    a_price,
    an_evidence,
    approve,
    deposit,
    entering,
    judged,
    nested_execution,
    outsider,
    pay,
    prices,
    units,
    words,
)
from tests.samples import PAYROLL, STRANGER
from treasury_desktop.assets.address import Address
from treasury_desktop.assets.quote import QuoteKind
from treasury_desktop.assets.unknown import UNKNOWN
from treasury_desktop.deployments.flows import Flow, flows_by_limit
from treasury_desktop.deployments.worth import (
    NOTHING,
    UNKNOWN_DOLLARS,
    DollarRange,
    sure_value_of,
    value_of,
    value_of_token,
    values_of,
)
from treasury_desktop.treasury.evidence import (
    BalanceChange,
    HeldAmount,
    ObservedAllowance,
    OwedAmount,
)

SHARES = a_call(VAULT, "mint(uint256,address)", 10**12, SAFE)


def change(dollars: int, account: Address = SAFE, token: Address = USDC) -> BalanceChange:
    """A simulated loss."""
    return BalanceChange(account=account, token=str(token), delta=-units(dollars, token))


def amount(
    evidence_changes: tuple[BalanceChange, ...], *calls: object, group: str = GROUP
) -> object:
    """What a group gets by calls and a simulation."""
    evidence = an_evidence(balance_changes=evidence_changes)
    return judged(calls, evidence)[group].amount_usd


# ── simulated ────────────────────────────────────────────────────────────────────────────────────


def test_only_our_own_losses_count() -> None:
    """What a simulation saw others lose is no outflow of ours; each of our Safes counts."""
    deposit_of_one = entering(100_000)
    assert amount((change(300_000, STRANGER),), *deposit_of_one) == 100_000
    assert amount((change(300_000, OWN_SAFE),), *deposit_of_one) == 300_000
    both = (change(200_000), change(300_000, OWN_SAFE))
    assert amount(both, *deposit_of_one) == 500_000
    netted = (change(300_000), change(-300_000, OWN_SAFE))
    assert amount(netted, *deposit_of_one) == 100_000


def test_simulated_loss_that_calldata_explains() -> None:
    """What goes to other groups, is converted or hidden behind shares explains a loss once."""
    seen = (change(400_000),)
    assert amount(seen, *entering(100_000), pay(300_000)) == 100_000
    swap = a_call(
        ROUTER,
        "exactInputSingle((address,address,uint24,address,uint256,uint256,uint256,uint160))",
        (USDC, WETH, 500, SAFE, 0, units(300_000), 1, 0),
    )  # fmt: skip
    assert amount(seen, *entering(100_000), approve(300_000, ROUTER), swap) == 100_000
    assert amount(seen, approve(400_000), SHARES) == 400_000
    assert amount(seen, *entering(100_000), approve(300_000, VAULT), SHARES) == 400_000
    own = pay(300_000, OWN_SAFE)
    assert amount(seen, *entering(100_000), own) == 400_000
    assert amount((change(400_000, token=DAI),), *entering(100_000)) == 500_000


def test_unexplained_loss_is_charged_to_every_group() -> None:
    """Nobody can say who got it, so everybody who was touched did."""
    evidence = an_evidence(balance_changes=(change(400_000),))
    found = judged((*entering(100_000), *entering(50_000, OTHER_VAULT), pay(50_000)), evidence)
    assert {group: j.amount_usd for group, j in found.items()} == {
        GROUP: 300_000, "Other yield": 250_000, outsider(PAYROLL): 250_000,
    }  # fmt: skip


# ── allowances ───────────────────────────────────────────────────────────────────────────────────


def older(
    dollars: int, spender: Address = VAULT, token: Address = USDC, **safe: Address
) -> ObservedAllowance:
    """An allowance from before."""
    return ObservedAllowance(
        token=str(token), spender=spender, base_units=units(dollars, token), **safe
    )


def test_allowance_of_another_safe() -> None:
    """Whose allowance it is decides who can use it; all of a touched group count."""
    evidence = an_evidence(allowances=(older(300_000, safe=OWN_SAFE),))
    assert judged(deposit(100_000), evidence)[GROUP].amount_usd == 400_000
    inner = deposit(100_000)
    by_the_other = nested_execution(OWN_SAFE, inner.to, inner.data)
    assert judged(by_the_other, evidence)[GROUP].amount_usd == 300_000
    ours = an_evidence(allowances=(older(300_000, safe=SAFE),))
    assert judged(deposit(100_000), ours)[GROUP].amount_usd == 300_000
    assert judged(by_the_other, ours)[GROUP].amount_usd == 400_000


def test_older_allowances_of_a_group_that_gets_a_new_one() -> None:
    """An approval alone touches its group: older ones beside it count, others' do not."""
    evidence = an_evidence(
        allowances=(older(300_000, TWIN_VAULT), older(300_000, OTHER_VAULT), older(7, STRANGER))
    )
    assert judged(approve(100_000), evidence)["Yield"].amount_usd == 400_000
    assert set(judged(approve(100_000), evidence)) == {GROUP}
    assert words(pay(5), evidence) == {outsider(PAYROLL): "not a deployment"}


def test_shares_for_a_token_that_was_not_allowed() -> None:
    """An allowance of another token, or to another vault, bounds nothing."""
    for allowed in (approve(400_000, token=DAI), approve(400_000, TWIN_VAULT)):
        judgement = judged((allowed, SHARES))[GROUP]
        assert judgement.verdict.words == "cannot be judged"
        assert judgement.codes == ("PRICE_MISSING",)
    assert words((approve(400_000), SHARES)) == {GROUP: "within"}


@pytest.mark.parametrize(
    ("dollars", "verdict"), [(100_000, "within"), ("99999.999999", "cannot be judged")]
)
def test_allowance_that_covers_only_a_part(dollars: int | str, verdict: str) -> None:
    """A call that names more than its taker may take is bounded by nothing known."""
    increase = "increaseLiquidity((uint256,uint256,uint256,uint256,uint256,uint256))"
    more = a_call(MANAGER, increase, (7, units(100_000), 0, 0, 0, 2**40))
    other = a_call(WETH, "approve(address,uint256)", MANAGER, 5)
    assert words((approve(dollars, MANAGER), other, more)) == {UNISWAP: verdict}


def test_cap_counts_what_wrapping_brings() -> None:
    """Balance and wrapped ether together are the most an allowance is worth."""
    held = (
        HeldAmount(token=str(WETH), base_units=10 * 10**18, place="safe"),
        HeldAmount(token=str(WETH), base_units=10**24, place="elsewhere"),
    )
    evidence = an_evidence(holdings=held)
    wrap = a_call(WETH, "deposit()", value=30 * 10**18)
    allow = a_call(WETH, "approve(address,uint256)", VAULT, 2**90)
    assert judged((wrap, allow), evidence)[GROUP].amount_usd == 40 * 2500
    assert judged(allow, evidence)[GROUP].amount_usd == 10 * 2500
    assert judged(allow, replace(evidence, holdings=UNKNOWN))[GROUP].verdict.words == "refused"


def test_groups_to_which_nothing_goes() -> None:
    """A transfer of nothing touches no group."""
    assert words((pay(0), deposit(0))) == {}
    assert Flow().is_nothing
    assert not Flow(has_unknown=True).is_nothing
    assert flows_by_limit(a_matter(pay(0)), a_matter(pay(0)).call) == {}


# ── worth ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("quotes", "low", "high", "problems"),
    [
        ((a_price(usd=2),), 2, 2, ()),
        ((a_price(usd=2), a_price(usd="2.01")), 2, Fraction("2.01"), ()),
        ((), 0, None, ("PRICE_MISSING",)),
        ((a_price(usd=2, kind=QuoteKind.SPOT),), 0, 2, ("PRICE_MISSING",)),
        ((a_price(usd=2, age_seconds=9_999),), 0, 2, ("PRICE_STALE",)),
        ((a_price(usd=0),), 0, None, ("PRICE_INVALID",)),
    ],
)
def test_worth_of_one_dollar_token(
    quotes: tuple[object, ...], low: int, high: object, problems: tuple[str, ...]
) -> None:
    """The low end is the lowest credible price, nothing where there is none; the high end any."""
    matter = a_matter(pay(1), an_evidence(quotes=quotes))
    found = value_of_token(matter, str(USDC), 10**6)
    assert found == DollarRange(Fraction(low), None if high is None else Fraction(high), problems)


def test_worth_of_what_nobody_can_measure() -> None:
    """Unknown takings and unknown decimals have no high end and add nothing to the low one."""
    matter = a_matter(pay(1))
    assert value_of(matter, Flow(has_unknown=True)) == DollarRange(
        Fraction(0), None, ("PRICE_MISSING",)
    )
    odd = an_evidence(tokens=())
    assert value_of_token(a_matter(pay(1), odd), str(USDC), 5) == DollarRange(
        Fraction(0), None, ("PRICE_MISSING",)
    )
    flow = Flow({str(USDC): units(5), str(DAI): 0, str(JUNK): 0})
    assert value_of(matter, flow) == DollarRange(Fraction(5), Fraction(5))
    assert value_of(matter, Flow()) == NOTHING


def test_sums_and_rivals() -> None:
    """Sums add both ends, rivals take the larger of each; unknown stays unknown at the top."""
    small, large = (
        DollarRange(Fraction(1), Fraction(5)),
        DollarRange(Fraction(2), Fraction(3), ("x",)),
    )
    assert small + large == DollarRange(Fraction(3), Fraction(8), ("x",))
    assert small.or_larger(large) == large.or_larger(small)
    assert small.or_larger(large) == DollarRange(Fraction(2), Fraction(5), ("x",))
    assert (small + UNKNOWN_DOLLARS) == DollarRange(Fraction(1), None)
    assert UNKNOWN_DOLLARS.or_larger(small) == DollarRange(Fraction(1), None)
    assert [one.sure for one in (small, large, UNKNOWN_DOLLARS)] == [5, 3, 0]
    assert replace(large, problems=("PRICE_MISSING",)).sure == 2


def test_sure_value_of_a_payment() -> None:
    """Only listed tokens count, at the high end of their prices."""
    quotes = (*prices(), a_price(JUNK, 9), a_price(DAI, 2))
    matter = a_matter(pay(1), an_evidence(quotes=quotes))
    flow = Flow({str(USDC): units(5), str(DAI): units(7, DAI), str(JUNK): 10**18})
    assert sure_value_of(matter, values_of(matter, flow)) == 5 + 14
    assert sure_value_of(matter, values_of(matter, Flow())) == 0


def test_debt_of_nothing_needs_no_price() -> None:
    """What is not owed is worth nothing, whatever its token; one unit of it makes all unknown."""
    for units_owed, verdict in ((0, "within"), (1, "cannot be judged")):
        debt = OwedAmount(token=str(JUNK), base_units=units_owed, place="somewhere")
        assert words(entering(400_000), an_evidence(debts=(debt,))) == {GROUP: verdict}
