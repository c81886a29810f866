"""The treasury at a glance, as the overview says it: value, shares, queue, what happened last."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from typing import Final

from treasury_desktop.assets.amount import TokenAmount
from treasury_desktop.assets.usd import usd_text, whole_usd_text
from treasury_desktop.desk.doors import KeyLabel
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.treasury.snapshot import TreasurySnapshot
from treasury_desktop.treasury.workspace import Workspace
from treasury_desktop.viewmodels.figures import (
    Remark,
    amount_text,
    as_of_text,
    exact_amount_text,
    share_text,
    symbol_text,
    usd_or_none,
)
from treasury_desktop.viewmodels.next_step import Step
from treasury_desktop.viewmodels.queue import (
    VERDICTS,
    QueueCard,
    QueueView,
    other_safes,
    queue_view,
)
from treasury_desktop.viewmodels.valuation import (
    Valued,
    series_of,
    total,
    treasury_net,
    valued_debts,
    valued_holdings,
)

FEWEST_PLACES: Final = 2
MOST_PLACES: Final = 4
SMALL_AMOUNT: Final = 10
"""Whole tokens below which two decimals would say too little."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TreasuryFigure:
    """The one number of the page and the sentences that belong to it."""

    value: str
    meaning: str
    own_token: str
    as_of: Remark
    remarks: tuple[Remark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetRow:
    """What the treasury holds of one asset in all places; `weight` is its part of the bar.

    `counts` says whether its value is a part of the treasury's.
    """

    asset: str
    amount: str
    amount_tip: str
    value: str
    share_text: str
    weight: Fraction
    remark: Remark
    series: int
    counts: bool
    words: str
    amount_order: Fraction
    value_order: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLine:
    """A queued transaction in one line; `for_me` when I am the one who can move it on."""

    safe_tx_hash: bytes
    nonce: str
    purpose: str
    detail: str
    signed: str
    next_step: Remark
    words: str
    for_me: bool


def treasury_figure(workspace: Workspace, snapshot: TreasurySnapshot, now: int) -> TreasuryFigure:
    """The treasury's net value at the low end of the prices, and what it leaves out."""
    net = treasury_net(workspace, snapshot)
    valued = valued_holdings(workspace, snapshot, now)
    high = total(each.high_usd for each in valued if each.counts)
    owed = valued_debts(workspace, snapshot, now)
    high -= total(each.low_usd for each in owed)
    debts = f" Debts of {usd_text(total(d.high_usd for d in owed))} are taken off." if owed else ""
    is_old = now - snapshot.block.timestamp > workspace.terms.max_quote_age_seconds
    if net.net_usd is None:
        value, meaning = "Not known", f"It cannot be said: {net.why_unknown}."
    else:
        value = whole_usd_text(net.net_usd)
        meaning = f"Net, at the low end of the prices; {usd_text(high)} at the high end.{debts}"
    return TreasuryFigure(
        value=value,
        meaning=meaning,
        own_token=_own_token_words(valued, workspace),
        as_of=Remark(as_of_text(snapshot.block, now), "advice" if is_old else ""),
        remarks=_remarks(valued),
    )


def asset_rows(workspace: Workspace, snapshot: TreasurySnapshot, now: int) -> tuple[AssetRow, ...]:
    """One row per asset, the largest first; what does not count comes last.

    Amounts are glanced at here: two decimals, four where one is so small that it needs them, and
    the same for all, so that they line up. The tooltip has every digit.
    """
    net = treasury_net(workspace, snapshot).net_usd
    valued = sorted(valued_holdings(workspace, snapshot, now), key=_token_key)
    assets = [list(parts) for _, parts in groupby(valued, key=_token_key)]
    is_any_small = any(0 < _amount_of(parts).whole < SMALL_AMOUNT for parts in assets)
    places = MOST_PLACES if is_any_small else FEWEST_PLACES
    rows = [_asset_row(parts, workspace, net, places) for parts in assets]
    return tuple(sorted(rows, key=lambda row: (-row.weight, -row.value_order, row.asset)))


def queue_lines(
    queue: tuple[QueuedTransaction, ...],
    workspace: Workspace,
    snapshot: TreasurySnapshot | None,
    keys: tuple[KeyLabel, ...] | None,
    verdicts: Mapping[bytes, str],
) -> tuple[QueueLine, ...]:
    """What waits, first what needs me, by the same rules as the queue page."""
    view = _queue_view(queue, workspace, snapshot, keys, verdicts)
    cards = [card for lane in view.lanes for card in lane.cards]
    cards.sort(key=lambda card: (card.step > Step.SIGN, card.nonce, card.step))
    return tuple(_queue_line(card) for card in cards)


def queue_sentence(
    queue: tuple[QueuedTransaction, ...],
    workspace: Workspace,
    snapshot: TreasurySnapshot | None,
    keys: tuple[KeyLabel, ...] | None,
    verdicts: Mapping[bytes, str],
) -> str:
    """How many wait and how many of them for me."""
    return _queue_view(queue, workspace, snapshot, keys, verdicts).sentence


def _queue_view(
    queue: tuple[QueuedTransaction, ...],
    workspace: Workspace,
    snapshot: TreasurySnapshot | None,
    keys: tuple[KeyLabel, ...] | None,
    verdicts: Mapping[bytes, str],
) -> QueueView:
    safe = None if snapshot is None else snapshot.safe_at(workspace.safes[0].address)
    others = other_safes(workspace, snapshot)
    return queue_view(queue, safe, workspace, keys, verdicts, others=others)


def _queue_line(card: QueueCard) -> QueueLine:
    detail = " · ".join(part for part in (card.strategy, card.origin) if part)
    return QueueLine(
        safe_tx_hash=card.safe_tx_hash,
        nonce=f"{card.nonce:,}",
        purpose=card.purpose,
        detail=detail,
        signed=card.signed,
        next_step=_next_step(card),
        words=card.step_words,
        for_me=card.waits_for_me,
    )


def _next_step(card: QueueCard) -> Remark:
    if card.verdict == VERDICTS["block"]:
        return Remark("do not sign", "block")
    if card.step is Step.SIGN:
        return Remark("yours to sign", "accent")
    return card.state


def _token_key(valued: Valued) -> str:
    return valued.holding.amount.token.key


def _own_token_words(valued: tuple[Valued, ...], workspace: Workspace) -> str:
    own = [each for each in valued if each.holding.is_own_token]
    if not own:
        return ""
    amount = TokenAmount(
        token=own[0].holding.amount.token,
        base_units=sum(each.holding.amount.base_units for each in own),
    )
    worth = usd_or_none(total(each.low_usd for each in own) or None)
    counted = "counted" if workspace.terms.count_own_token else "not counted"
    return f"Own token: {amount_text(amount, 0)} {symbol_text(amount)}, {worth}, {counted}."


def _remarks(valued: tuple[Valued, ...]) -> tuple[Remark, ...]:
    """Which trouble how many holdings have, such as "unpriced (2)"."""
    counts: dict[str, tuple[int, str]] = {}
    for each in valued:
        if each.remark.text and each.holding.amount.base_units:
            words = "stale" if each.remark.text.startswith("stale") else each.remark.text
            counts[words] = (counts.get(words, (0, ""))[0] + 1, each.remark.kind)
    return tuple(Remark(f"{words} ({count})", kind) for words, (count, kind) in counts.items())


def _amount_of(parts: list[Valued]) -> TokenAmount:
    """What all parts of one asset hold together."""
    units = sum(part.holding.amount.base_units for part in parts)
    return TokenAmount(token=parts[0].holding.amount.token, base_units=units)


def _asset_row(
    parts: list[Valued], workspace: Workspace, net: Fraction | None, places: int
) -> AssetRow:
    amount = _amount_of(parts)
    counted = total(part.low_usd for part in parts if part.counts)
    value = total(part.low_usd for part in parts) if parts[0].low_usd is not None else None
    share = counted / net if net and counted else None
    is_left_out = parts[0].holding.is_own_token and not parts[0].counts
    remark = parts[0].remark
    symbol = symbol_text(amount)
    return AssetRow(
        asset=symbol,
        amount=amount_text(amount, places),
        amount_tip=exact_amount_text(amount),
        value=usd_or_none(value),
        share_text=share_text(share),
        weight=counted,
        remark=remark if remark.text or not is_left_out else Remark("not counted", "idle"),
        series=series_of(amount.token, workspace),
        counts=parts[0].counts,
        words=f"{symbol} {share_text(share)}, {usd_or_none(value)}",
        amount_order=amount.whole,
        value_order=Fraction(-1) if value is None else value,
    )
