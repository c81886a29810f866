"""The worked examples of the policy (product.md), one test for each, and each of its points."""

from dataclasses import replace
from fractions import Fraction

import pytest

from tests.matters import (
    DAI,
    GROUP,
    JUNK,
    OTHER_GROUP,
    OTHER_VAULT,
    ROUTER,
    SAFE,
    TWIN_VAULT,
    USDC,
    VAULT,
    WETH,
    a_call,
    a_price,
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
    tokens,
    units,
    words,
)
from tests.samples import PAYROLL, an_address
from treasury_desktop.assets.quote import QuoteKind
from treasury_desktop.assets.unknown import UNKNOWN
from treasury_desktop.treasury.evidence import (
    BalanceChange,
    Exposed,
    HeldAmount,
    ObservedAllowance,
)
from treasury_desktop.treasury.terms import PolicyTerms


@pytest.mark.parametrize(
    ("dollars", "verdict"),
    [
        ("999999.99", "above advice"),
        ("999999.999999", "above advice"),
        ("1000000", "refused"),
        ("1000000.000001", "refused"),
        ("400000", "within"),
        ("500000", "within"),
        ("500000.000001", "above advice"),
        ("1200000", "refused"),
    ],
)
def test_one_base_unit_decides(dollars: str, verdict: str) -> None:
    """999,999.99 → above advice; 1,000,000 → refused; 400,000 → within."""
    assert words(entering(dollars)) == {GROUP: verdict}


def test_limit_that_may_be_reached() -> None:
    """Where the DAO says so, exactly the limit is allowed and one unit more is not."""
    terms = PolicyTerms(limit_is_inclusive=True)
    assert words(entering("1000000"), terms=terms) == {GROUP: "above advice"}
    assert words(entering("1000000.000001"), terms=terms) == {GROUP: "refused"}


def test_existing_nine_and_new_two() -> None:
    """Existing 9% + new 2% → refused."""
    evidence = an_evidence(exposures=(Exposed(strategy="Vault A", usd=Fraction(900_000)),))
    judgement = judged(entering(200_000), evidence)[GROUP]
    assert judgement.verdict.words == "refused"
    assert judgement.exposure_after_bps == 1100
    assert judgement.share_bps == 200
    assert judgement.codes == ("POLICY_LIMIT_EXCEEDED",)


def test_existing_in_another_strategy_of_the_group() -> None:
    """What another strategy of the group holds counts; what another group holds does not."""
    same = an_evidence(exposures=(Exposed(strategy="Vault B", usd=Fraction(900_000)),))
    other = an_evidence(exposures=(Exposed(strategy="Vault C", usd=Fraction(900_000)),))
    assert words(entering(200_000), same) == {GROUP: "refused"}
    assert words(entering(200_000), other) == {GROUP: "within"}


def test_queue_and_new_in_the_same_group() -> None:
    """Queue 7.5% (owner-signed) + new 7.5% in the same group → refused."""
    evidence = an_evidence(queue=(queued(*entering(750_000), nonce=43),))
    assert words(entering(750_000), evidence) == {GROUP: "refused"}


def test_rival_at_the_same_nonce() -> None:
    """The same with the queued one at the same nonce as this one → above advice (rivals)."""
    evidence = an_evidence(queue=(queued(*entering(750_000, TWIN_VAULT), nonce=42),))
    assert words(entering(750_000), evidence) == {GROUP: "above advice"}


def test_the_transaction_itself_in_the_queue() -> None:
    """The transaction itself is excluded from the queue by its hash."""
    evidence = an_evidence(queue=(queued(*entering(750_000), nonce=42),))
    assert words(entering(750_000), evidence) == {GROUP: "above advice"}


def test_approve_and_deposit_count_once() -> None:
    """Approve 5% and deposit 5% in one batch → 5%, within."""
    judgement = judged(entering(500_000))[GROUP]
    assert judgement.verdict.words == "within"
    assert judgement.amount_usd == 500_000


def test_deposit_and_another_approval() -> None:
    """Deposit 7.5% and then approve another 7.5% counts 15%."""
    batch = (*entering(750_000), approve(750_000))
    assert judged(batch)[GROUP].amount_usd == 1_500_000
    assert words(batch) == {GROUP: "refused"}


def test_two_strategies_of_one_group() -> None:
    """Two strategies of one group at 6% each in one batch → refused."""
    batch = (*entering(600_000), *entering(600_000, TWIN_VAULT))
    assert words(batch) == {GROUP: "refused"}
    apart = (*entering(600_000), *entering(600_000, OTHER_VAULT))
    assert words(apart) == {GROUP: "above advice", OTHER_GROUP: "above advice"}


def test_forty_percent_at_an_honest_price() -> None:
    """40% that a spot pool shows as 9% → refused: feed and TWAP disagree with spot."""
    quotes = (
        a_price(WETH, 2500),
        a_price(WETH, 2500, kind=QuoteKind.TWAP),
        a_price(WETH, "562.5", kind=QuoteKind.SPOT),
    )
    amount = 1_600 * 10**18
    to_vault = a_call(WETH, "transfer(address,uint256)", VAULT, amount)
    judgement = judged(to_vault, an_evidence(quotes=quotes))[GROUP]
    assert judgement.verdict.words == "refused"
    assert judgement.codes == ("POLICY_LIMIT_EXCEEDED", "PRICE_SOURCE_DISAGREEMENT")


def test_no_price_for_the_deployed_token() -> None:
    """No price for the deployed token → cannot be judged."""
    to_vault = a_call(JUNK, "transfer(address,uint256)", VAULT, 1)
    judgement = judged(to_vault)[GROUP]
    assert judgement.verdict.words == "cannot be judged"
    assert judgement.codes == ("PRICE_MISSING",)
    assert judgement.amount_usd is None


def test_borrow_and_deploy() -> None:
    """Borrow 5,000,000 and deploy 1,200,000 → refused: the denominator is net and before."""
    pool = an_address("lending pool")
    borrow = a_call(
        pool, "borrow(address,uint256,uint256,uint16,address)", USDC, units(5_000_000), 2, 0, SAFE
    )
    judgement = judged((borrow, *entering(1_200_000)))[GROUP]
    assert judgement.verdict.words == "refused"
    assert judgement.treasury_usd == 10_000_000


# ── points 2 to 9 ────────────────────────────────────────────────────────────────────────────────


def test_contract_of_no_strategy_is_a_group_of_its_own() -> None:
    """Outflows to two outsiders are two groups; one at the limit needs an exception."""
    other = an_address("other outsider")
    batch = (pay(600_000), pay(600_000, other))
    assert words(batch) == {
        outsider(PAYROLL): "not a deployment",
        outsider(other): "not a deployment",
    }
    assert words(pay(1_000_000)) == {outsider(PAYROLL): "refused"}
    assert words(pay("999999.999999")) == {outsider(PAYROLL): "not a deployment"}


def test_outsiders_need_not_be_judged_where_the_dao_says_so() -> None:
    """Judging payments is a setting, on by default."""
    terms = PolicyTerms(judge_outsiders=False)
    assert words(pay(4_000_000), terms=terms) == {outsider(PAYROLL): "not a deployment"}


def test_transfers_among_own_safes_are_netted() -> None:
    """Money that moves to another Safe of the treasury is judged not at all."""
    own = an_address("another Safe of the treasury")
    assert words(pay(9_000_000, own)) == {}
    assert words((pay(9_000_000, own), *entering(400_000))) == {GROUP: "within"}


@pytest.mark.parametrize("why", ["no quote", "no treasury value", "counts nothing"])
def test_payment_that_cannot_be_valued(why: str) -> None:
    """A payment that cannot be valued is no deployment, with the warning PAYMENT_NOT_VALUED."""
    tx, evidence = pay(100), an_evidence(quotes=())
    if why == "no treasury value":
        evidence = an_evidence(net_usd=UNKNOWN)
    elif why == "counts nothing":
        tx = a_call(JUNK, "transfer(address,uint256)", PAYROLL, 10**30)
        evidence = an_evidence(quotes=(*prices(), a_price(JUNK, 1)))
    judgement = judged(tx, evidence)[outsider(PAYROLL)]
    assert judgement.verdict.words == "not a deployment"
    assert judgement.codes == ("PAYMENT_NOT_VALUED",)


def test_wrapping_and_swaps_to_the_safe_are_conversions() -> None:
    """Wrapping, unwrapping and swaps on an allow-listed router to the Safe are no outflows."""
    wrap = a_call(WETH, "deposit()", value=2_000 * 10**18)
    unwrap = a_call(WETH, "withdraw(uint256)", 2_000 * 10**18)
    swap = a_call(
        ROUTER,
        "exactInputSingle((address,address,uint24,address,uint256,uint256,uint256,uint160))",
        (USDC, WETH, 500, SAFE, 0, units(4_000_000), 1, 0),
    )
    assert words((wrap, unwrap)) == {}
    assert words((approve(4_000_000, ROUTER), swap)) == {}


def test_simulation_saw_more_leave() -> None:
    """The amount is the larger of decoded and simulated outflow."""
    changes = (BalanceChange(account=SAFE, token=str(USDC), delta=-units(1_100_000)),)
    evidence = an_evidence(balance_changes=changes)
    assert words(entering(400_000), evidence) == {GROUP: "refused"}
    smaller = changes[0]._replace(delta=-units(300_000))
    evidence = an_evidence(balance_changes=(smaller,))
    assert judged(entering(400_000), evidence)[GROUP].amount_usd == 400_000


def test_older_allowances_of_the_group_count() -> None:
    """Allowances that stay open count, older ones of the group too, capped by the balance."""
    older = (ObservedAllowance(token=str(USDC), spender=TWIN_VAULT, base_units=2**200),)
    held = (HeldAmount(token=str(USDC), base_units=units(700_000), place="safe"),)
    evidence = an_evidence(allowances=older, holdings=held)
    evidence = replace(evidence, net_usd=Fraction(10_000_000))
    judgement = judged(deposit(400_000), replace(evidence, holdings=UNKNOWN))[GROUP]
    assert judgement.verdict.words == "refused"
    rich = replace(
        evidence,
        holdings=(*held, HeldAmount(token=str(DAI), base_units=units(9_300_000, DAI), place="x")),
    )
    assert judged(deposit(200_000), rich)[GROUP].amount_usd == 900_000
    assert words(deposit(300_000), rich) == {GROUP: "refused"}


def test_exits_in_the_same_batch_never_reduce() -> None:
    """Taking 9% out of one vault pays for nothing in the other vault of the group."""
    leave = a_call(VAULT, "withdraw(uint256,address,address)", units(900_000), SAFE, SAFE)
    with_exit = judged((leave, *entering(1_000_000, TWIN_VAULT)))[GROUP]
    assert with_exit.verdict.words == "refused"
    assert with_exit.amount_usd == judged(entering(1_000_000, TWIN_VAULT))[GROUP].amount_usd


def test_amount_at_the_high_end_and_treasury_at_the_low_end() -> None:
    """The numerator is priced at the highest quote, the denominator at the lowest."""
    quotes = (a_price(USDC, "1.01"), a_price(USDC, "1.00", kind=QuoteKind.TWAP))
    held = (HeldAmount(token=str(USDC), base_units=units(10_000_000), place="safe"),)
    evidence = an_evidence(quotes=quotes, holdings=held, net_usd=UNKNOWN)
    judgement = judged(entering(995_000), evidence)[GROUP]
    assert judgement.amount_usd == Fraction("1004950")
    assert judgement.treasury_usd == 10_000_000
    assert judgement.verdict.words == "refused"


def test_queue_entry_that_cannot_be_judged() -> None:
    """One queued transaction whose bytes nobody can read makes the exposure unjudgeable."""
    opaque = replace(ether(0, an_address("somebody")), data=bytes.fromhex("deadbeef"))
    judgement = judged(entering(100), an_evidence(queue=(queued(opaque, nonce=43),)))[GROUP]
    assert judgement.verdict.words == "cannot be judged"
    assert judgement.codes == ("STATE_UNKNOWN",)
    assert judgement.queued_usd is None


def test_passed_nonces_count_no_longer() -> None:
    """What the Safe's nonce has passed is no queue any more."""
    evidence = an_evidence(queue=(queued(*entering(750_000), nonce=41),))
    assert words(entering(750_000), evidence) == {GROUP: "above advice"}


def test_stated_and_computed_treasury() -> None:
    """Where both are there the lower one counts."""
    held = (HeldAmount(token=str(USDC), base_units=units(8_000_000), place="safe"),)
    assert judged(entering(1), an_evidence(holdings=held))[GROUP].treasury_usd == 8_000_000
    more = held[0]._replace(base_units=units(20_000_000))
    assert judged(entering(1), an_evidence(holdings=(more,)))[GROUP].treasury_usd == 10_000_000


def test_debt_is_subtracted_at_the_high_end() -> None:
    """Debt lowers the treasury by its highest price; without a price nothing can be judged."""
    held = (HeldAmount(token=str(USDC), base_units=units(10_000_000), place="safe"),)
    debt = HeldAmount(token=str(WETH), base_units=1_000 * 10**18, place="aave_v3")
    quotes = (*prices(), a_price(WETH, "2510", kind=QuoteKind.TWAP))
    evidence = an_evidence(holdings=held, debts=(debt,), quotes=quotes, net_usd=UNKNOWN)
    assert judged(entering(1), evidence)[GROUP].treasury_usd == 10_000_000 - 2_510_000
    unpriced = debt._replace(token=str(JUNK))
    judgement = judged(entering(1), replace(evidence, debts=(unpriced,)))[GROUP]
    assert judgement.verdict.words == "cannot be judged"
    assert "debt" in judgement.reasons[0]


@pytest.mark.parametrize("net", [Fraction(0), Fraction(-1)])
def test_treasury_that_is_worth_nothing(net: Fraction) -> None:
    """A net value at or below zero cannot be judged."""
    judgement = judged(entering(1), an_evidence(net_usd=net))[GROUP]
    assert judgement.verdict.words == "cannot be judged"
    assert judgement.codes == ("STATE_UNKNOWN",)


def test_own_token_is_excluded_by_default() -> None:
    """The DAO's own token counts in the treasury only where the terms say so."""
    held = (
        HeldAmount(token=str(USDC), base_units=units(1_000_000), place="safe"),
        HeldAmount(token=str(DAI), base_units=units(1_000_000, DAI), place="x", is_own_token=True),
    )
    evidence = an_evidence(holdings=held, net_usd=UNKNOWN)
    assert judged(entering(1), evidence)[GROUP].treasury_usd == 1_000_000
    terms = PolicyTerms(count_own_token=True)
    assert judged(entering(1), evidence, terms=terms)[GROUP].treasury_usd == 2_000_000


def test_unlisted_and_unpriced_assets_add_nothing() -> None:
    """Tokens off the list and tokens without a price make no treasury larger."""
    held = (
        HeldAmount(token=str(USDC), base_units=units(1_000_000), place="safe"),
        HeldAmount(token=str(JUNK), base_units=10**30, place="safe"),
        HeldAmount(token=str(DAI), base_units=10**30, place="safe"),
    )
    quotes = (a_price(USDC), a_price(JUNK, 1000))
    evidence = an_evidence(holdings=held, quotes=quotes, net_usd=UNKNOWN)
    assert judged(entering(1), evidence)[GROUP].treasury_usd == 1_000_000


PROBLEMS = {
    "PRICE_STALE": (a_price(USDC, age_seconds=3601),),
    "PRICE_STALE ": (a_price(USDC, age_seconds=None),),
    "PRICE_STALE  ": (a_price(USDC), a_price(USDC, age_seconds=-1)),
    "PRICE_INVALID": (a_price(USDC), a_price(USDC, 0)),
    "PRICE_INVALID ": (a_price(USDC, -1),),
    "PRICE_MISSING": (a_price(USDC, kind=QuoteKind.SPOT),),
    "PRICE_SOURCE_DISAGREEMENT": (a_price(USDC), a_price(USDC, "1.0200001")),
}


@pytest.mark.parametrize("problem", PROBLEMS)
def test_bad_prices_of_what_is_deployed(problem: str) -> None:
    """Stale, missing, non-positive or disagreeing quotes cannot be judged, and that blocks."""
    judgement = judged(entering(1), an_evidence(quotes=PROBLEMS[problem]))[GROUP]
    assert judgement.verdict.words == "cannot be judged"
    assert judgement.verdict.blocks
    assert judgement.codes == (problem.strip(),)
    assert judgement.reasons


@pytest.mark.parametrize(
    "quote",
    [
        a_price(USDC, age_seconds=3600),
        a_price(USDC, age_seconds=0),
        a_price(USDC, "1.02", kind=QuoteKind.SPOT),
        a_price(USDC, "1.02", kind=QuoteKind.MANUAL),
    ],
)
def test_prices_just_good_enough(quote: object) -> None:
    """An hour old, two percent apart: still good enough beside a feed."""
    evidence = an_evidence(quotes=(a_price(USDC), quote))
    assert words(entering(400_000), evidence) == {GROUP: "within"}


def test_spot_alone_never_decides() -> None:
    """A spot price by itself neither allows nor refuses: it cannot be judged."""
    evidence = an_evidence(quotes=(a_price(USDC, kind=QuoteKind.SPOT),))
    assert words(entering(9_000_000), evidence) == {GROUP: "cannot be judged"}


def test_low_end_over_the_limit_is_refused_whatever_else_is_wrong() -> None:
    """When even the lowest credible price is over the limit the answer is refused."""
    quotes = (a_price(USDC), a_price(USDC, 3), a_price(USDC, 1, age_seconds=99_999))
    judgement = judged(entering(1_000_000), an_evidence(quotes=quotes))[GROUP]
    assert judgement.verdict.words == "refused"
    assert judgement.codes == (
        "POLICY_LIMIT_EXCEEDED", "PRICE_SOURCE_DISAGREEMENT", "PRICE_STALE",
    )  # fmt: skip


def test_judgements_are_listed_worst_first() -> None:
    """One judgement a group, the worst first, then by name."""
    batch = (*entering(400_000), *entering(1_000_000, OTHER_VAULT), pay(1))
    listed = list(judged(batch).values())
    assert [j.verdict.words for j in listed] == ["refused", "within", "not a deployment"]


def test_judgement_prints_its_definitions() -> None:
    """Every judgement says what amount, treasury, exposure, limit, advice and quotes meant."""
    definitions = judged(entering(1))[GROUP].definitions
    words = {"amount", "treasury", "exposure", "limit", "advice", "quotes", "policy"}
    assert set(definitions) == words


def test_passive_breach() -> None:
    """A group above the limit by prices alone: an exit is judged not at all, more is refused."""
    evidence = an_evidence(exposures=(Exposed(strategy="Vault A", usd=Fraction(1_200_000)),))
    leave = a_call(VAULT, "redeem(uint256,address,address)", 10**12, SAFE, SAFE)
    assert words(leave, evidence) == {}
    assert words(a_call(USDC, "approve(address,uint256)", VAULT, 0), evidence) == {}
    assert words(entering("0.000001"), evidence) == {GROUP: "refused"}


def test_native_coin_is_deployed_too() -> None:
    """Ether sent to a strategy's contract is a deployment at ether's price."""
    assert words(ether(100 * 10**18, VAULT)) == {GROUP: "within"}
    assert words(ether(400 * 10**18, VAULT)) == {GROUP: "refused"}
    assert judged(ether(1, VAULT))[GROUP].amount_usd == Fraction(2500, 10**18)


def test_existing_value_nobody_can_price() -> None:
    """What the group holds without a price makes more of it unjudgeable."""
    evidence = an_evidence(exposures=(Exposed(strategy="Vault A", usd=UNKNOWN),))
    judgement = judged(entering(1), evidence)[GROUP]
    assert judgement.verdict.words == "cannot be judged"
    assert judgement.existing_usd is None
    assert words(entering(1, OTHER_VAULT), evidence) == {OTHER_GROUP: "within"}


def test_decimals_nobody_can_believe() -> None:
    """A token of 78 decimals has no amount, however many quotes it has."""
    odd = tuple(t._replace(decimals=78) if t.address == USDC else t for t in tokens())
    assert words(entering(1), an_evidence(tokens=odd)) == {GROUP: "cannot be judged"}
