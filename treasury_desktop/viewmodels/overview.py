"""The treasury at a glance, as the overview says it: value, shares, queue, what happened last."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.amount import TokenAmount
from treasury_desktop.assets.usd import usd_text, whole_usd_text
from treasury_desktop.safes.lifecycle import FINAL, State
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.treasury.snapshot import TreasurySnapshot
from treasury_desktop.treasury.workspace import Workspace
from treasury_desktop.viewmodels.figures import (
    NONE,
    Remark,
    amount_text,
    as_of_text,
    exact_amount_text,
    name_text,
    share_text,
    symbol_text,
    usd_or_none,
)
from treasury_desktop.viewmodels.valuation import (
    Valued,
    series_of,
    total,
    treasury_net,
    valued_holdings,
)


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
    """What the treasury holds of one asset in all places; `weight` is its part of the bar."""

    asset: str
    amount: str
    amount_tip: str
    value: str
    share_text: str
    weight: Fraction
    remark: Remark
    series: int
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
    for_me: bool
    is_foreign: bool


def treasury_figure(workspace: Workspace, snapshot: TreasurySnapshot, now: int) -> TreasuryFigure:
    """The treasury's net value at the low end of the prices, and what it leaves out."""
    net = treasury_net(workspace, snapshot)
    valued = valued_holdings(workspace, snapshot, now)
    high = total(each.high_usd for each in valued if each.counts)
    is_old = now - snapshot.block.timestamp > workspace.terms.max_quote_age_seconds
    if net.net_usd is None:
        value, meaning = "Not known", f"It cannot be said: {net.why_unknown}."
    else:
        value = whole_usd_text(net.net_usd)
        meaning = f"Net, at the low end of the prices; {usd_text(high)} at the high end."
    return TreasuryFigure(
        value=value,
        meaning=meaning,
        own_token=_own_token_words(valued, workspace),
        as_of=Remark(as_of_text(snapshot.block, now), "advice" if is_old else ""),
        remarks=_remarks(valued),
    )


def asset_rows(workspace: Workspace, snapshot: TreasurySnapshot, now: int) -> tuple[AssetRow, ...]:
    """One row per asset, the largest first; what does not count comes last."""
    net = treasury_net(workspace, snapshot).net_usd
    valued = sorted(valued_holdings(workspace, snapshot, now), key=_token_key)
    rows = [_asset_row(list(parts), workspace, net) for _, parts in groupby(valued, key=_token_key)]
    return tuple(sorted(rows, key=lambda row: (-row.weight, -row.value_order, row.asset)))


def queue_lines(
    queue: Iterable[QueuedTransaction],
    snapshot: TreasurySnapshot | None,
    mine: frozenset[Address],
) -> tuple[QueueLine, ...]:
    """What waits, first what needs me; `mine` are the owner addresses whose keys are here."""
    open_ones = [queued for queued in queue if queued.state not in FINAL]
    lines = [(queued, _queue_line(queued, snapshot, mine)) for queued in open_ones]
    lines.sort(key=_most_urgent_first)
    return tuple(line for _, line in lines)


def queue_caption(lines: tuple[QueueLine, ...]) -> str:
    """How many wait and how many of them for me."""
    for_me = sum(line.for_me for line in lines)
    if not lines:
        return "nothing waits"
    return f"{len(lines)} waiting" + (f", {for_me} for you" if for_me else "")


def _most_urgent_first(pair: tuple[QueuedTransaction, QueueLine]) -> tuple[bool, bool, int, int]:
    queued, line = pair
    return (not line.for_me, line.is_foreign, queued.tx.nonce, queued.created_at)


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


def _asset_row(parts: list[Valued], workspace: Workspace, net: Fraction | None) -> AssetRow:
    token = parts[0].holding.amount.token
    units = sum(part.holding.amount.base_units for part in parts)
    amount = TokenAmount(token=token, base_units=units)
    counted = total(part.low_usd for part in parts if part.counts)
    value = total(part.low_usd for part in parts) if parts[0].low_usd is not None else None
    share = counted / net if net and counted else None
    is_left_out = parts[0].holding.is_own_token and not parts[0].counts
    remark = parts[0].remark
    symbol = symbol_text(amount)
    return AssetRow(
        asset=symbol,
        amount=amount_text(amount),
        amount_tip=exact_amount_text(amount),
        value=usd_or_none(value),
        share_text=share_text(share),
        weight=counted,
        remark=remark if remark.text or not is_left_out else Remark("not counted", "idle"),
        series=series_of(token, workspace),
        words=f"{symbol} {share_text(share)}, {usd_or_none(value)}",
        amount_order=amount.whole,
        value_order=Fraction(-1) if value is None else value,
    )


def _queue_line(
    queued: QueuedTransaction,
    snapshot: TreasurySnapshot | None,
    mine: frozenset[Address],
) -> QueueLine:
    safe = None if snapshot is None else snapshot.safe_at(queued.safe)
    threshold = safe.threshold if safe is not None and isinstance(safe.threshold, int) else None
    owners = safe.owners if safe is not None and isinstance(safe.owners, tuple) else ()
    signed_by = {confirmation.owner for confirmation in queued.confirmations}
    can_sign = bool((mine & frozenset(owners)) - signed_by)
    is_foreign = not queued.drafted_here and not queued.confirmations
    step, for_me = _next_step(queued, can_sign=can_sign, is_foreign=is_foreign)
    strategy = name_text(queued.strategy) if queued.strategy else "no strategy"
    return QueueLine(
        safe_tx_hash=queued.safe_tx_hash,
        nonce=f"{queued.tx.nonce:,}",
        purpose=name_text(queued.purpose) or "no purpose given",
        detail=f"{strategy}, claimed by the sender" if is_foreign else strategy,
        signed=f"{len(signed_by)} of {NONE if threshold is None else threshold} signed",
        next_step=step,
        for_me=for_me,
        is_foreign=is_foreign,
    )


def _next_step(
    queued: QueuedTransaction, *, can_sign: bool, is_foreign: bool
) -> tuple[Remark, bool]:
    """What happens next and whether it is mine to do; a stranger cannot ask me to sign."""
    if is_foreign:
        return Remark("no owner signed it", "danger"), False
    if queued.state is State.SENT:
        return Remark("sent, waiting for the chain", "accent"), False
    if queued.state is State.CONFIRMED:
        return Remark("ready to execute", "good"), True
    if can_sign:
        return Remark("review and sign", "accent"), True
    return Remark("waiting for other owners"), False
