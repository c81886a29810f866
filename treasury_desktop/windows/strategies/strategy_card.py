"""One strategy: exposure, holdings, positions and contracts, each in full."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from treasury_desktop.viewmodels.exposure import ExposureScale
from treasury_desktop.viewmodels.strategies import PositionLine, StrategyHolding, StrategyView
from treasury_desktop.windows.look.tokens import Token
from treasury_desktop.windows.rows_table import RowsTable
from treasury_desktop.windows.side_by_side import SideBySide
from treasury_desktop.windows.table import Column
from treasury_desktop.windows.untrusted import plain_label, plain_tooltip
from treasury_desktop.windows.widgets.address_label import AddressLabel
from treasury_desktop.windows.widgets.card import Card
from treasury_desktop.windows.widgets.chip import Chip
from treasury_desktop.windows.widgets.exposure_bar import ExposureBar
from treasury_desktop.windows.widgets.verdict_badge import VerdictBadge

_BAR_HEIGHT = 22
_SHARE_WIDTH, _BADGE_WIDTH, _ROOM_WIDTH = 128, 132, 256
"""Fixed, so that the bars of all cards begin and end alike and can be compared."""
_KINDS: dict[str, Token] = {"advice": "advice", "danger": "danger"}


class StrategyCard(Card):
    """Everything about one strategy; built anew when anything of it changes."""

    def __init__(
        self, view: StrategyView, scale: ExposureScale, parent: QWidget | None = None
    ) -> None:
        super().__init__(view.name, caption=f"{view.venue} · group {view.group}", parent=parent)
        assert self.title is not None
        self.title.add(plain_label(view.value, role="section"))
        self.add(_exposure(view, scale))
        sides = QWidget(), QWidget()
        left, right = (QVBoxLayout(side) for side in sides)
        for column in (left, right):
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(8)
        left.addWidget(plain_label("Holds", role="header"))
        left.addWidget(_holdings(view))
        left.addStretch(1)
        for position in view.positions:
            right.addLayout(_position(position))
            right.addSpacing(8)
        right.addWidget(plain_label("Contracts", role="header"))
        for contract in view.contracts:
            right.addWidget(AddressLabel(contract.address, name=contract.name))
        right.addStretch(1)
        self.add(SideBySide(*sides, spacing=32))


def _exposure(view: StrategyView, scale: ExposureScale) -> QHBoxLayout:
    exposure = view.exposure
    row = QHBoxLayout()
    row.setSpacing(16)
    share = plain_label(exposure.share_with_limit, role="strong")
    bar = ExposureBar(
        advised_bps=scale.advised_bps, limit_bps=scale.limit_bps, series=exposure.series
    )
    bar.show_exposure(
        existing_bps=exposure.existing_bps, queued_bps=exposure.queued_bps, words=exposure.words
    )
    plain_tooltip(
        bar,
        f"{exposure.existing_text} deployed, {exposure.queued_text} in the queue\n{scale.caption}",
    )
    badge = VerdictBadge(exposure.mark, exposure.verdict)
    room = plain_label(exposure.room_text, role="quiet", right=True)
    top = Qt.AlignmentFlag.AlignTop
    for widget, width in ((share, _SHARE_WIDTH), (badge, _BADGE_WIDTH), (room, _ROOM_WIDTH)):
        widget.setFixedSize(width, _BAR_HEIGHT)
    row.addWidget(share, 0, top)
    row.addWidget(bar, 1, top)
    row.addWidget(badge, 0, top)
    row.addWidget(room, 0, top)
    return row


def _holdings(view: StrategyView) -> RowsTable[StrategyHolding]:
    table: RowsTable[StrategyHolding] = RowsTable(
        [
            Column(title="Asset", text=lambda row: row.asset, series=lambda row: row.series),
            Column(title="Amount", text=lambda row: row.amount, align="right",
                   tooltip=lambda row: row.amount_tip),
            Column(title="Value", text=lambda row: row.value, align="right", is_strong=True),
            Column(title="What", text=_what, kind=_kind, stretch=True, tooltip=_what),
        ],
        empty_text="Nothing is deployed here yet.",
        fits_content=True,
    )  # fmt: skip
    table.setSortingEnabled(False)
    table.setAccessibleName(f"What {view.name} holds")
    table.set_rows(view.holdings)
    return table


def _what(row: StrategyHolding) -> str:
    return f"{row.remark.text} · {row.detail}" if row.remark.text else row.detail


def _kind(row: StrategyHolding) -> Token:
    return _KINDS.get(row.remark.kind, "text_quiet")


def _position(position: PositionLine) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(4)
    head = QHBoxLayout()
    head.setSpacing(8)
    head.addWidget(plain_label(position.title, role="header"))
    head.addWidget(Chip(position.state.text, position.state.kind))
    head.addStretch(1)
    facts = QGridLayout()
    facts.setHorizontalSpacing(16)
    facts.setVerticalSpacing(2)
    facts.setColumnStretch(1, 1)
    said = (("Range", position.range), ("Price now", position.price),
            ("Uncollected fees", position.fees))  # fmt: skip
    for number, (name, words) in enumerate(said):
        facts.addWidget(plain_label(name, role="quiet"), number, 0)
        label = plain_label(words, wrap=True)
        plain_tooltip(label, position.range_tip if number == 0 else "")
        facts.addWidget(label, number, 1)
    column.addLayout(head)
    column.addLayout(facts)
    return column
