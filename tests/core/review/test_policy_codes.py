"""Codes that the policy's judgements give a review: each with a hostile and a benign transaction.

The treasury is worth ten million by what it holds; whoever wants more below the limit says that it
is worth more, borrows, or deploys what has no price that may decide.
"""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from tests.matters import (
    DAI,
    GROUP,
    JUNK,
    SAFE,
    STRATEGIES,
    TREASURY,
    USDC,
    WETH,
    a_call,
    a_price,
    a_treasury_safe,
    a_tx,
    an_evidence,
    approve,
    deposit,
    entering,
    local,
    outsider,
    pay,
    prices,
    units,
)
from tests.samples import PAYROLL, an_address
from treasury_desktop.assets.quote import QuoteKind
from treasury_desktop.assets.unknown import UNKNOWN, Unknown
from treasury_desktop.bundle import Bundle, read_bundle, write_bundle
from treasury_desktop.deployments.calls import Call
from treasury_desktop.review.review import Review, examine
from treasury_desktop.treasury.evidence import Evidence, Exposed, HeldAmount, OwedAmount
from treasury_desktop.treasury.strategy import Strategy

HELD = (HeldAmount(token=str(USDC), base_units=units(TREASURY), place="safe"),)
COMPUTED = an_evidence(net_usd=UNKNOWN, holdings=HELD)
LENDING_POOL = an_address("lending pool")
LENDING = Strategy(name="Lending", group="Lending", venue="aave_v3", contracts=(LENDING_POOL,))
BORROW = "borrow(address,uint256,uint256,uint16,address)"
INFLATED, INDEBTED = "TREASURY_VALUE_INFLATED", "DEBT_INCREASED"


def reviewed(calls: Call | tuple[Call, ...], evidence: Evidence) -> Review:
    """What a review says by this evidence."""
    tx = a_tx(*calls) if isinstance(calls, tuple) else a_tx(calls)
    facts = local(evidence, strategies=(*STRATEGIES, LENDING))
    return examine(Bundle(safe=a_treasury_safe(), tx=tx), facts)


def found(calls: Call | tuple[Call, ...], evidence: Evidence) -> dict[str, set[str]]:
    """Codes with the severities they have."""
    codes: dict[str, set[str]] = {}
    for finding in reviewed(calls, evidence).findings:
        codes.setdefault(finding.code, set()).add(finding.severity.word)
    return codes


def verdict(calls: Call | tuple[Call, ...], evidence: Evidence, group: str = GROUP) -> str:
    """The verdict of one group."""
    (judgement,) = [j for j in reviewed(calls, evidence).judgements if j.group == group]
    return judgement.verdict.words


# ── a treasury that is said to be larger ─────────────────────────────────────────────────────────

JUNK_HELD = HeldAmount(token=str(JUNK), base_units=10**24, place="safe")
STATED_HIGHER = replace(COMPUTED, net_usd=Fraction(50_000_000))
WITH_JUNK = replace(COMPUTED, holdings=(*HELD, JUNK_HELD), quotes=(*prices(), a_price(JUNK, 40)))
WITH_SPOT = replace(
    COMPUTED,
    holdings=(*HELD, HeldAmount(token=str(WETH), base_units=10**18, place="safe")),
    quotes=(*prices(), a_price(WETH, 40_000_000, kind=QuoteKind.SPOT)),
)
LARGER = {"stated figure": STATED_HIGHER, "airdrop": WITH_JUNK, "spot price": WITH_SPOT}


@pytest.mark.parametrize("how", LARGER)
def test_treasury_made_to_look_larger(how: str) -> None:
    """Fifteen percent stays fifteen percent, and what made it look like three is named."""
    codes = found(entering(1_500_000), LARGER[how])
    assert codes["POLICY_LIMIT_EXCEEDED"] == {"block"}
    assert codes[INFLATED] == {"block"}
    assert found(pay(1_500_000), LARGER[how])[INFLATED] == {"block"}


@pytest.mark.parametrize("how", LARGER)
def test_policy_that_does_not_turn_on_the_larger_figure(how: str) -> None:
    """Junk in the Safe is no accusation where the deployment keeps to the policy without it."""
    for dollars in (100_000, 400_000):
        assert verdict(entering(dollars), LARGER[how]) == "within"
        assert INFLATED not in found(entering(dollars), LARGER[how])
    assert INFLATED not in found(entering(6_000_000), LARGER[how])
    assert INFLATED not in found(pay(100_000), LARGER[how])


def test_larger_figure_that_hides_only_the_advice() -> None:
    """Seven percent that look like one and a half are shown, and not blocked."""
    codes = found(entering(700_000), STATED_HIGHER)
    assert codes["POLICY_ABOVE_ADVICE"] == codes[INFLATED] == {"warn"}
    assert reviewed(entering(700_000), STATED_HIGHER).verdict == "warn"


def test_treasury_of_junk_alone() -> None:
    """Where nothing counts nothing can be judged, whatever the junk is said to be worth."""
    junk = replace(WITH_JUNK, holdings=(JUNK_HELD,))
    codes = found(entering(400_000), junk)
    assert codes["STATE_UNKNOWN"] == codes[INFLATED] == {"block"}
    old = tuple(replace(quote, age_seconds=10**6) for quote in prices())
    stale = found(entering(400_000), replace(COMPUTED, quotes=old))
    assert "PRICE_STALE" in stale
    assert INFLATED not in stale


def test_figures_that_differ_as_prices_do() -> None:
    """Two percent between a statement and our sum is no inflation."""
    close = replace(COMPUTED, net_usd=Fraction(TREASURY * 102, 100))
    codes = found(entering(1_010_000), close)
    assert "POLICY_LIMIT_EXCEEDED" in codes
    assert INFLATED not in codes
    higher = replace(close, net_usd=Fraction(TREASURY * 102, 100) + 1)
    assert INFLATED in found(entering(1_010_000), higher)


def test_lower_of_two_figures_counts() -> None:
    """Stated and computed: the lower one measures, whichever it is."""
    lower = replace(COMPUTED, net_usd=Fraction(5_000_000))
    assert verdict(entering(600_000), lower) == "refused"
    assert verdict(entering(600_000), STATED_HIGHER) == "above advice"


# ── debts ────────────────────────────────────────────────────────────────────────────────────────


def borrow(dollars: int, debtor: Any = SAFE) -> Call:
    """A loan of USDC from the lending pool."""
    return a_call(LENDING_POOL, BORROW, USDC, units(dollars), 2, 0, debtor)


def test_borrowing_makes_no_room() -> None:
    """Borrow five millions, deploy twelve percent: the treasury is net, and before."""
    codes = found((borrow(5_000_000), *entering(1_200_000)), COMPUTED)
    assert codes["POLICY_LIMIT_EXCEEDED"] == {"block"}
    assert "block" in codes[INDEBTED]


@pytest.mark.parametrize(
    ("loan", "dollars"),
    [(5_000_000, 400_000), (5_000_000, 1_600_000), (1_000, 1_200_000)],
)
def test_policy_that_does_not_turn_on_the_loan(loan: int, dollars: int) -> None:
    """Too much with the loan counted too, or little enough without it, is not the loan's doing."""
    judgements = reviewed((borrow(loan), *entering(dollars)), COMPUTED).judgements
    assert all(INDEBTED not in judgement.codes for judgement in judgements)


def test_loan_without_a_price_may_be_any_size() -> None:
    """What is borrowed without a price hides every deployment over the limit."""
    loan = a_call(LENDING_POOL, BORROW, JUNK, 1, 2, 0, SAFE)
    (judgement,) = reviewed((loan, *entering(1_200_000)), COMPUTED).judgements
    assert INDEBTED in judgement.codes
    somebody_elses = borrow(5_000_000, PAYROLL)
    (judgement,) = reviewed((somebody_elses, *entering(1_200_000)), COMPUTED).judgements
    assert INDEBTED not in judgement.codes


@pytest.mark.parametrize(
    ("debts", "words"),
    [
        ((), "within"),
        ((HeldAmount(token=str(USDC), base_units=units(5_000_000), place="x"),), "above advice"),
        (
            (HeldAmount(token=str(USDC), base_units=units(2_500_000), place="x"),) * 2,
            "above advice",
        ),
        ((HeldAmount(token=str(USDC), base_units=units(TREASURY), place="x"),), "cannot be judged"),
        ((HeldAmount(token=str(JUNK), base_units=1, place="x"),), "cannot be judged"),
        (UNKNOWN, "cannot be judged"),
    ],
)
def test_debts_of_the_treasury(debts: tuple[HeldAmount, ...] | Unknown, words: str) -> None:
    """Debts are subtracted; without a price, or where nobody speaks of them, nothing is known."""
    assert verdict(entering(400_000), replace(COMPUTED, debts=debts)) == words


def test_stated_net_value_has_its_debts_in_it() -> None:
    """Where somebody states the net value, silence about debts takes nothing from it."""
    stated = an_evidence(debts=UNKNOWN)
    assert verdict(entering(400_000), stated) == "within"
    assert verdict(entering(400_000), replace(stated, holdings=HELD)) == "within"


@pytest.mark.parametrize(
    "debt",
    [
        OwedAmount(token=str(JUNK), base_units=1, place="x"),
        OwedAmount(token=str(USDC), base_units=UNKNOWN, place="x"),
        OwedAmount(token=UNKNOWN, base_units=1, place="x"),
    ],
)
def test_debt_that_nobody_can_value(debt: OwedAmount) -> None:
    """Beside a stated net value too; what is held stays known, and a large payment refused."""
    for evidence in (COMPUTED, an_evidence(), an_evidence(holdings=HELD)):
        owing = replace(evidence, debts=(debt,))
        assert verdict(entering(400_000), owing) == "cannot be judged"
        assert verdict(pay(1_000_000), owing, outsider(PAYROLL)) == "refused"
        assert verdict(pay(10_000), owing, outsider(PAYROLL)) == "not a deployment"
    half = (HeldAmount(token=str(USDC), base_units=units(TREASURY // 2), place="safe"),)
    owing = an_evidence(holdings=half, debts=(debt,))
    assert verdict(pay(600_000), owing, outsider(PAYROLL)) == "refused"


def test_debt_that_hides_behind_one_that_nobody_can_value() -> None:
    """What is known of the debts is subtracted, in whatever order they stand."""
    known = OwedAmount(token=str(USDC), base_units=units(5_000_000), place="x")
    unknown = OwedAmount(token=str(JUNK), base_units=1, place="x")
    for debts in ((known, unknown), (unknown, known)):
        owing = replace(COMPUTED, debts=debts)
        assert verdict(pay(600_000), owing, outsider(PAYROLL)) == "refused"


def test_payments_of_a_treasury_with_unknown_debts() -> None:
    """A payment of ten percent of all there is stays refused; a small one stays calm."""
    indebted = replace(COMPUTED, debts=UNKNOWN)
    assert verdict(pay(1_000_000), indebted, outsider(PAYROLL)) == "refused"
    assert found(pay(1_000_000), indebted)["POLICY_LIMIT_EXCEEDED"] == {"block"}
    assert found(pay(10_000), indebted)["PAYMENT_NOT_VALUED"] == {"warn"}
    old = tuple(replace(quote, age_seconds=10**6) for quote in prices())
    stale = replace(indebted, quotes=old)
    assert verdict(pay(4_000_000), stale, outsider(PAYROLL)) == "refused"
    assert verdict(pay(10_000), stale, outsider(PAYROLL)) == "not a deployment"
    worthless = replace(indebted, holdings=())
    assert verdict(pay(10_000), worthless, outsider(PAYROLL)) == "not a deployment"


# ── prices of what is deployed ───────────────────────────────────────────────────────────────────

BAD_PRICES = {
    "PRICE_MISSING": (),
    "PRICE_INVALID": (a_price(usd=0),),
    "PRICE_STALE": (a_price(age_seconds=3_601),),
    "PRICE_SOURCE_DISAGREEMENT": (a_price(), a_price(usd="1.03", kind=QuoteKind.TWAP)),
}


@pytest.mark.parametrize("code", BAD_PRICES)
def test_prices_of_what_is_deployed(code: str) -> None:
    """A deployment that cannot be valued blocks; the same flaw of another token does not."""
    others = tuple(quote for quote in prices() if quote.token_key != str(USDC))
    bad = an_evidence(quotes=(*others, *BAD_PRICES[code]))
    assert found(entering(400_000), bad)[code] == {"block"}
    assert verdict(entering(400_000), bad) == "cannot be judged"
    elsewhere = tuple(replace(quote, token_key=str(DAI)) for quote in BAD_PRICES[code])
    calm = an_evidence(quotes=(*prices(), *elsewhere))
    assert code not in found(entering(400_000), calm)
    assert verdict(entering(400_000), calm) == "within"


@pytest.mark.parametrize("code", BAD_PRICES)
def test_prices_of_what_is_paid(code: str) -> None:
    """A payment to a known payee that cannot be valued is shown and stays calm."""
    others = tuple(quote for quote in prices() if quote.token_key != str(USDC))
    bad = an_evidence(quotes=(*others, *BAD_PRICES[code]))
    codes = found(pay(10_000), bad)
    assert codes["PAYMENT_NOT_VALUED"] == {"warn"}
    assert code not in codes
    assert reviewed(pay(10_000), bad).verdict == "warn"


@pytest.mark.parametrize(
    ("quotes", "is_good"),
    [
        ((a_price(age_seconds=3_600),), True),
        ((a_price(), a_price(usd="1.02", kind=QuoteKind.TWAP)), True),
        ((a_price(age_seconds=None),), False),
        ((a_price(age_seconds=-1),), False),
        ((a_price(kind=QuoteKind.SPOT),), False),
        ((a_price(kind=QuoteKind.MANUAL),), True),
        ((a_price(), a_price(usd="-1")), False),
    ],
)
def test_edges_of_a_good_price(quotes: tuple[Any, ...], is_good: bool) -> None:
    """At most an hour, at most two percent apart, never spot alone, never of unknown age."""
    others = tuple(quote for quote in prices() if quote.token_key != str(USDC))
    words = verdict(entering(400_000), an_evidence(quotes=(*others, *quotes)))
    assert words == ("within" if is_good else "cannot be judged")


# ── what a strategy holds already ────────────────────────────────────────────────────────────────


def test_exposure_that_nobody_states() -> None:
    """Known to be none leaves room; unknown leaves none, whatever is deployed."""
    assert verdict(entering(400_000), an_evidence(exposures=())) == "within"
    unknown = an_evidence(exposures=UNKNOWN)
    assert verdict(entering(400_000), unknown) == "cannot be judged"
    assert verdict(entering(1_200_000), unknown) == "refused"
    assert found(pay(10_000), unknown) == {}


def test_queue_that_nobody_states() -> None:
    """Nobody having said what waits is no empty queue."""
    unknown = an_evidence(queue=UNKNOWN)
    assert verdict(entering(400_000), unknown) == "cannot be judged"
    assert verdict(entering(1_200_000), unknown) == "refused"
    assert found(pay(10_000), unknown) == {}


@pytest.mark.parametrize("name", ["exposures", "queue"])
def test_what_a_bundle_leaves_out(name: str) -> None:
    """Left out is unknown, an empty list is none: also in the bytes of a bundle."""
    for value, words in ((UNKNOWN, "cannot be judged"), ((), "within")):
        evidence = replace(COMPUTED, **{name: value})
        bundle = Bundle(
            safe=a_treasury_safe(),
            tx=a_tx(*entering(400_000)),
            strategies=STRATEGIES,
            evidence=evidence,
        )
        again = read_bundle(write_bundle(bundle))
        assert getattr(again.evidence, name) == value
        assert [judgement.verdict.words for judgement in examine(again).judgements] == [words]


def test_exposure_stated_for_the_group() -> None:
    """A figure that goes by the group's name counts for the group."""
    stated = an_evidence(exposures=(Exposed(strategy=GROUP, usd=Fraction(900_000)),))
    assert verdict(entering(200_000), stated) == "refused"


def test_exact_deployment_has_no_findings_of_the_policy() -> None:
    """Four percent, approved exactly and deposited, is calm."""
    assert found((approve(400_000), deposit(400_000)), COMPUTED) == {}
