"""What the treasury holds, row by row, as the holdings page says it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

from treasury_desktop.assets.amount import decimal_text
from treasury_desktop.assets.quote import Quote, QuoteKind
from treasury_desktop.assets.usd import exact_text, usd_text
from treasury_desktop.treasury.snapshot import TreasurySnapshot
from treasury_desktop.treasury.workspace import Workspace
from treasury_desktop.viewmodels.csv_text import csv_text
from treasury_desktop.viewmodels.figures import (
    MINUS,
    NONE,
    Remark,
    age_text,
    amount_text,
    exact_amount_text,
    name_text,
    price_range_text,
    share_text,
    span_text,
    symbol_text,
    unit_price_text,
    usd_or_none,
)
from treasury_desktop.viewmodels.valuation import (
    Valued,
    kind_word,
    series_of,
    source_text,
    total,
    treasury_net,
    valued_debts,
    valued_holdings,
)

_NOWHERE = Fraction(-1)
"""What a missing figure sorts by: below zero."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingRow:
    """One holding, or a debt where it `is_owed`: that has a minus and the high end's value.

    Texts are finished; `valued` and `share` carry the exact figures.
    """

    asset: str
    asset_tip: str
    amount: str
    amount_tip: str
    price: str
    price_tip: str
    source: str
    value: str
    value_tip: str
    share: Fraction | None
    share_text: str
    place: str
    place_tip: str
    remark: Remark
    note: str
    series: int
    key: tuple[str, str, str, str]
    valued: Valued
    is_owed: bool = False

    @property
    def amount_order(self) -> Fraction:
        """What the amount sorts by: whole tokens."""
        whole = self.valued.holding.amount.whole
        return -whole if self.is_owed else whole

    @property
    def price_order(self) -> Fraction:
        """What the price sorts by: its low end."""
        return _NOWHERE if self.valued.price.lowest is None else self.valued.price.lowest

    @property
    def value_order(self) -> Fraction:
        """What the value sorts by: its low end."""
        return _NOWHERE if self.low_usd is None else self.low_usd

    @property
    def low_usd(self) -> Fraction | None:
        """What it adds to the treasury's value, below zero for a debt; `None` where unknown."""
        high = self.valued.high_usd
        if self.is_owed:
            return None if high is None else -high
        return self.valued.low_usd


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingTotals:
    """The sums under the table."""

    counted: str
    counted_words: str
    own_token: str
    without_value: str


def holding_rows(
    workspace: Workspace, snapshot: TreasurySnapshot, now: int
) -> tuple[HoldingRow, ...]:
    """One row per holding and debt, the largest value first and what does not count last."""
    net = treasury_net(workspace, snapshot).net_usd
    rows = [_row(each, workspace, net, snapshot, now)
            for each in valued_holdings(workspace, snapshot, now)]  # fmt: skip
    rows += [_owed(_row(each, workspace, None, snapshot, now))
             for each in valued_debts(workspace, snapshot, now)]  # fmt: skip
    return tuple(sorted(rows, key=_largest_first))


def holding_totals(rows: Iterable[HoldingRow], *, of: int | None = None) -> HoldingTotals:
    """The sums of some rows; `of` is how many there are when only some are shown."""
    shown = list(rows)
    counted = total(row.low_usd for row in shown if row.valued.counts or row.is_owed)
    own = total(row.valued.low_usd for row in shown if row.valued.holding.is_own_token)
    own_counts = any(row.valued.counts for row in shown if row.valued.holding.is_own_token)
    missing = [row.asset for row in shown if row.low_usd is None]
    is_part = of is not None and of != len(shown)
    return HoldingTotals(
        counted=usd_text(counted),
        counted_words=(
            f"counted, in {len(shown)} of {of} holdings" if is_part
            else "counted in the treasury's value, at the low end of the prices"
        ),
        own_token=f"{usd_text(own)} in own tokens, not counted" if own and not own_counts else "",
        without_value=f"{', '.join(dict.fromkeys(missing))} without value" if missing else "",
    )  # fmt: skip


def holdings_csv(rows: Iterable[HoldingRow]) -> str:
    """The rows with exact figures, for a spreadsheet."""
    titles = ("asset", "token", "amount", "base units", "low price USD", "high price USD",
              "low value USD", "counted", "place", "part", "remark")  # fmt: skip
    return csv_text(titles, (_csv_row(row) for row in rows))


def _largest_first(row: HoldingRow) -> tuple[bool, Fraction, str]:
    return (not row.valued.counts, -row.value_order, row.asset)


def _row(
    valued: Valued,
    workspace: Workspace,
    net: Fraction | None,
    snapshot: TreasurySnapshot,
    now: int,
) -> HoldingRow:
    holding = valued.holding
    share = None
    if net is not None and valued.counts and valued.low_usd is not None:
        share = valued.low_usd / net
    place, place_tip = _place(valued, workspace)
    is_left_out = holding.is_own_token and not valued.counts
    remark = Remark("own token", "idle") if is_left_out else Remark("")
    remark = valued.remark if valued.remark.text else remark
    return HoldingRow(
        asset=symbol_text(holding.amount),
        asset_tip=_asset_tip(valued),
        amount=amount_text(holding.amount),
        amount_tip=exact_amount_text(holding.amount),
        price=_price(valued),
        price_tip=_price_tip(valued, snapshot, now),
        source=_source(valued),
        value=usd_or_none(valued.low_usd),
        value_tip=_value_tip(valued),
        share=share,
        share_text=share_text(share),
        place=place,
        place_tip=place_tip,
        remark=remark,
        note=remark.text or _part(holding.detail),
        series=series_of(holding.amount.token, workspace),
        key=(str(holding.safe), holding.amount.token.key, holding.strategy or "", holding.detail),
        valued=valued,
    )


def _owed(row: HoldingRow) -> HoldingRow:
    """A row of a debt: taken off at the high end, as the policy does."""
    high = row.valued.high_usd
    return replace(
        row,
        is_owed=True,
        amount=f"{MINUS}{row.amount}",
        amount_tip=f"{MINUS}{row.amount_tip}",
        value=NONE if high is None else usd_text(-high),
        value_tip="No quote that may decide; what the treasury is worth cannot be said."
        if high is None
        else f"{usd_text(high)} at the highest quote, taken off the treasury's value.",
        note=row.remark.text or "owed",
    )


def _part(detail: str) -> str:
    """Which part of a position it is, in the few words a column has room for."""
    return "fees to collect" if detail.endswith("uncollected fees") else name_text(detail)


def _asset_tip(valued: Valued) -> str:
    token = valued.holding.amount.token
    where = "native coin of the chain" if token.address is None else str(token.address)
    return f"{name_text(token.name)}\n{where}"


def _price(valued: Valued) -> str:
    low, high = valued.price.lowest, valued.price.highest
    if high is None:
        return NONE
    return unit_price_text(high) if low is None else price_range_text(low, high)


def _source(valued: Valued) -> str:
    """Which quotes decide and how old the oldest of them is; spot never decides."""
    if not valued.quotes:
        return NONE
    lasting = tuple(quote for quote in valued.quotes if quote.kind is not QuoteKind.SPOT)
    age = "age unknown" if valued.age_seconds is None else span_text(valued.age_seconds)
    return f"{source_text(lasting or valued.quotes)} · {age}"


def _price_tip(valued: Valued, snapshot: TreasurySnapshot, now: int) -> str:
    elapsed = max(0, now - snapshot.block.timestamp)
    return "\n".join(_quote_line(quote, elapsed) for quote in valued.quotes)


def _quote_line(quote: Quote, elapsed: int) -> str:
    price = unit_price_text(quote.usd) if quote.is_valid else exact_text(quote.usd)
    age = age_text(None if quote.age_seconds is None else quote.age_seconds + elapsed)
    return f"{price} {kind_word(quote)}, {age}: {quote.source}"


def _value_tip(valued: Valued) -> str:
    if valued.low_usd is None or valued.high_usd is None:
        return "No quote that may decide; it adds nothing to the treasury's value."
    ends = f"{usd_text(valued.low_usd)} at the lowest quote\n{usd_text(valued.high_usd)} at the "
    left_out = "" if valued.counts else "\nNot counted in the treasury's value."
    return f"{ends}highest{left_out}"


def _place(valued: Valued, workspace: Workspace) -> tuple[str, str]:
    holding = valued.holding
    safe = next((s for s in workspace.safes if s.address == holding.safe), None)
    name = "Safe" if safe is None else name_text(safe.name)
    tip = f"{name}\n{holding.safe}"
    if holding.strategy is None:
        return f"{name}, idle", tip
    strategy = name_text(holding.strategy)
    detail = f", {name_text(holding.detail)}" if holding.detail else ""
    return strategy, f"{strategy}{detail}\nowned by {tip}"


def _csv_row(row: HoldingRow) -> tuple[str, ...]:
    amount, price = row.valued.holding.amount, row.valued.price
    return (
        row.asset,
        amount.token.key,
        decimal_text(amount.base_units, amount.token.decimals or 0).replace(",", ""),
        str(amount.base_units),
        _exact(price.lowest),
        _exact(price.highest),
        _exact(row.valued.high_usd if row.is_owed else row.valued.low_usd),
        _counted(row),
        row.place,
        row.valued.holding.detail,
        row.remark.text,
    )


def _exact(value: Fraction | None) -> str:
    return "" if value is None else exact_text(value)


def _counted(row: HoldingRow) -> str:
    """Whether it adds to the treasury's value; a minus would make the figures a formula."""
    if row.is_owed:
        return "taken off"
    return "yes" if row.valued.counts else "no"
