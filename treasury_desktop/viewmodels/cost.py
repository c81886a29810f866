"""What sending costs, in words: three speeds or fees of one's own, in native coin and in money.

Money is by our own quotes of the native coin, at their high end so that no cost looks smaller than
it is. What has no price is unpriced, never zero.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from treasury_desktop.assets.amount import decimal_text
from treasury_desktop.assets.usd import usd_text
from treasury_desktop.deployments.prices import price_range
from treasury_desktop.desk.fees import (
    AgreedCost,
    CostEstimate,
    Fees,
    Speed,
    gwei_text,
    own_fees,
)
from treasury_desktop.errors import Malformed, Refused
from treasury_desktop.review.clock import aged_to
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.treasury.evidence import NATIVE
from treasury_desktop.viewmodels.figures import UNPRICED, Remark, block_text, span_text

NATIVE_DECIMALS: Final = 18
SHOWN_DIGITS: Final = 6
DATA_FEE: Final = "Data fee now"
"""Set by the chain when it is mined; no signature bounds it."""
A_CENT: Final = Fraction(1, 100)
SPEED_NAMES: Final = {Speed.ECONOMY: "Economy", Speed.NORMAL: "Normal", Speed.FAST: "Fast"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeChoice:
    """What the person chose: a speed, or `None` and fees typed in gwei."""

    speed: Speed | None = Speed.NORMAL
    max_fee: str = ""
    tip: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeedRow:
    """One speed to pick, with what it would cost in the next block."""

    speed: Speed
    name: str
    tip: str
    cost: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CostView:
    """Everything about the cost; `agreed` is `None` where `why_not` says what is wrong.

    `field` names what was not typed as a number ("highest fee", "tip" or ""); `own` are the chosen
    fees as a person would type them.
    """

    speeds: tuple[SpeedRow, ...]
    facts: tuple[tuple[str, str], ...]
    remark: Remark | None
    agreed: AgreedCost | None
    why_not: str = ""
    field: str = ""
    own: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """The native coin and what it is worth to us; `usd` is `None` where no quote says."""

    symbol: str
    usd: Fraction | None = None
    is_stale: bool = False

    def text(self, wei: int) -> str:
        """An amount of native coin, rounded up, and in dollars."""
        return f"{coin_text(wei)} {self.symbol} · {self._dollars(wei)}"

    def _dollars(self, wei: int) -> str:
        if self.usd is None:
            return UNPRICED
        dollars = self.usd * Fraction(wei, 10**NATIVE_DECIMALS)
        text = f"under {usd_text(A_CENT)}" if 0 < dollars < A_CENT else usd_text(dollars)
        return f"{text} by a stale price" if self.is_stale else text


def coin_text(wei: int) -> str:
    """Native coin to six decimals, rounded up: "at most" stays true."""
    step = 10 ** (NATIVE_DECIMALS - SHOWN_DIGITS)
    return decimal_text(-(-wei // step) * step, NATIVE_DECIMALS)


def money_of(facts: LocalFacts, symbol: str, now: int) -> Money:
    """What the native coin is worth by our own quotes, as old as they are now."""
    quotes = aged_to(facts.evidence, now).quotes_of(NATIVE)
    price = price_range(quotes, facts.terms)
    if price.lowest_credible is not None:
        return Money(symbol=symbol, usd=price.highest_fresh)
    if "PRICE_MISSING" in price.problems or "PRICE_INVALID" in price.problems:
        return Money(symbol=symbol)
    return Money(symbol=symbol, usd=price.highest, is_stale=True)


def cost_view(estimate: CostEstimate, choice: FeeChoice, money: Money, now: int) -> CostView:
    """The cost of what was chosen; `now` is Unix seconds."""
    speeds = tuple(_speed_row(estimate, speed, money) for speed in Speed)
    remark = _remark(estimate, now)
    normal = estimate.fees_at(choice.speed or Speed.NORMAL)
    own = (
        gwei_text(normal.max_fee_per_gas).replace(",", ""),
        gwei_text(normal.max_priority_fee_per_gas).replace(",", ""),
    )
    fees: Fees | None = None
    try:
        fees = normal if choice.speed is not None else own_fees(choice.max_fee, choice.tip)
        agreed = estimate.agreed(fees)
    except (Refused, Malformed) as refusal:
        return CostView(
            speeds=speeds,
            facts=_facts(estimate, fees, money),
            remark=remark,
            agreed=None,
            why_not=refusal.sentence,
            field=refusal.field if isinstance(refusal, Malformed) else "",
            own=own,
        )
    return CostView(
        speeds=speeds, facts=_facts(estimate, fees, money), remark=remark, agreed=agreed, own=own
    )


def _speed_row(estimate: CostEstimate, speed: Speed, money: Money) -> SpeedRow:
    fees = estimate.fees_at(speed)
    return SpeedRow(
        speed=speed,
        name=SPEED_NAMES[speed],
        tip=f"tip {gwei_text(fees.max_priority_fee_per_gas)} gwei",
        cost=money.text(estimate.expected_wei(fees)),
    )


def _facts(estimate: CostEstimate, fees: Fees | None, money: Money) -> tuple[tuple[str, str], ...]:
    base = (
        ("Gas", f"{estimate.gas_expected:,} expected, {estimate.gas_limit:,} at most"),
        (
            "Base fee now",
            f"{gwei_text(estimate.market.base_fee_wei)} gwei · {block_text(estimate.market.block)}",
        ),
    )
    if fees is None:
        return base
    return (
        *base,
        ("Tip", f"{gwei_text(fees.max_priority_fee_per_gas)} gwei"),
        ("Highest fee", f"{gwei_text(fees.max_fee_per_gas)} gwei"),
        *_data_fee(estimate, money),
        ("Expected cost", money.text(estimate.expected_wei(fees))),
        ("Highest cost", money.text(estimate.highest_wei(fees))),
    )


def _data_fee(estimate: CostEstimate, money: Money) -> tuple[tuple[str, str], ...]:
    """What publishing on the parent chain costs, where the chain is a rollup that charges it."""
    if estimate.data_fee_wei == 0:
        return ()
    wei = estimate.data_fee_wei
    return ((DATA_FEE, "unknown; the costs are without it" if wei is None else money.text(wei)),)


def _remark(estimate: CostEstimate, now: int) -> Remark | None:
    """What has to be known of the figures; nothing where they are fresh and from the chain."""
    if estimate.is_stale(now):
        age = span_text(max(now - estimate.estimated_at, 0))
        words = f"Estimated {age} ago; the base fee has moved since."
        return Remark(words, "advice")
    if not estimate.market.has_history:
        words = "The last blocks say nothing of tips: every speed pays what the nodes recommend."
        return Remark(words, "")
    return None
