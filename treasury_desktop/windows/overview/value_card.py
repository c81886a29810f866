"""The number that matters most, and what it is made of."""

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QWidget

from treasury_desktop.viewmodels.overview import AssetRow, TreasuryFigure
from treasury_desktop.windows.look.tokens import Token
from treasury_desktop.windows.rows_table import RowsTable
from treasury_desktop.windows.table import Column
from treasury_desktop.windows.untrusted import plain_label
from treasury_desktop.windows.widgets.allocation_bar import AllocationBar, Share
from treasury_desktop.windows.widgets.card import Card
from treasury_desktop.windows.widgets.chip import Chip

_MOST_CHIPS = 3


class ValueCard(Card):
    """The treasury's value with chips, the allocation bar and its legend."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._figure = plain_label(role="figure")
        self._as_of = Chip()
        self._chips = [Chip() for _ in range(_MOST_CHIPS)]
        self._meaning = plain_label(role="quiet", wrap=True)
        self._own_token = plain_label(role="quiet", wrap=True)
        self._bar = AllocationBar()
        self._legend = RowsTable(
            _columns(), empty_text="The Safe holds nothing.", row_key=_key, fits_content=True
        )
        self._legend.setAccessibleName("Share of each asset")
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._figure)
        row.addSpacing(8)
        row.addWidget(self._as_of)
        row.addStretch(1)
        remarks = QHBoxLayout()
        remarks.setSpacing(8)
        for chip in self._chips:
            remarks.addWidget(chip)
        remarks.addStretch(1)
        self.add(plain_label("Treasury value", role="quiet"), row, self._meaning, self._own_token)
        self.add(remarks, self._bar, self._legend)
        self.body.setSpacing(8)

    def show_value(self, figure: TreasuryFigure, assets: Sequence[AssetRow]) -> None:
        """Shows the value and the shares of the assets."""
        self._figure.setText(figure.value)
        self._meaning.setText(figure.meaning)
        self._own_token.setText(figure.own_token)
        self._own_token.setVisible(bool(figure.own_token))
        self._as_of.say(figure.as_of.text, figure.as_of.kind)
        remarks = figure.remarks[:_MOST_CHIPS]
        for number, chip in enumerate(self._chips):
            chip.say(*((remarks[number].text, remarks[number].kind) if number < len(remarks)
                       else ("", "")))  # fmt: skip
        self._bar.show_shares(
            [Share(words=row.words, weight=row.weight, series=row.series) for row in assets]
        )
        self._legend.set_rows(assets)


def _key(row: AssetRow) -> tuple[str, int]:
    return (row.asset, row.series)


def _kind(row: AssetRow) -> Token:
    kinds: dict[str, Token] = {"advice": "advice", "danger": "danger"}
    return kinds.get(row.remark.kind, "text_quiet")


def _value_kind(row: AssetRow) -> Token:
    """What is no part of the big number does not look like one."""
    return "text" if row.counts else "text_quiet"


def _columns() -> list[Column[AssetRow]]:
    return [
        Column(title="Asset", text=lambda row: row.asset, series=lambda row: row.series,
               tooltip=lambda row: row.asset, width=96),
        Column(title="", text=lambda row: row.remark.text, kind=_kind, stretch=True),
        Column(title="Amount", text=lambda row: row.amount, align="right",
               sort_key=lambda row: row.amount_order, tooltip=lambda row: row.amount_tip),
        Column(title="Value", text=lambda row: row.value, align="right",
               sort_key=lambda row: row.value_order, is_strong=True, kind=_value_kind),
        Column(title="Share", text=lambda row: row.share_text, align="right",
               sort_key=lambda row: row.weight),
    ]  # fmt: skip
