"""How much works in each strategy group, drawn against advice and limit."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLayout, QWidget

from treasury_desktop.viewmodels.exposure import ExposureRow, ExposureScale
from treasury_desktop.windows.untrusted import plain_label, plain_tooltip
from treasury_desktop.windows.widgets.card import Card
from treasury_desktop.windows.widgets.exposure_bar import ExposureBar
from treasury_desktop.windows.widgets.verdict_badge import VerdictBadge


class ExposureCard(Card):
    """One row per strategy group; the last one carries the scale's labels."""

    def __init__(self, scale: ExposureScale, parent: QWidget | None = None) -> None:
        super().__init__("Exposure", caption="share of the treasury, queue hatched", parent=parent)
        self._scale = scale
        self._rows: tuple[ExposureRow, ...] = ()
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(2, 1)
        self._none = plain_label("The workspace names no strategies yet.", role="quiet")
        self.add(self._grid, self._none)

    def show_rows(self, rows: Sequence[ExposureRow]) -> None:
        """Shows these groups; rows are built anew only when the groups change."""
        self._none.setVisible(not rows)
        if tuple(rows) == self._rows:
            return
        self._rows = tuple(rows)
        _clear(self._grid)
        for number, row in enumerate(rows):
            self._add_row(number, row, is_last=number == len(rows) - 1)

    def _add_row(self, number: int, row: ExposureRow, *, is_last: bool) -> None:
        bar = ExposureBar(
            advised_bps=self._scale.advised_bps,
            limit_bps=self._scale.limit_bps,
            has_labels=is_last,
            series=row.series,
        )
        bar.show_exposure(existing_bps=row.existing_bps, queued_bps=row.queued_bps, words=row.words)
        tip = (
            f"{row.strategies}\n{row.existing_text} deployed, {row.queued_text} in the queue\n"
            f"{row.room_text}\n{self._scale.caption}"
        )
        plain_tooltip(bar, tip)
        name = plain_label(row.group)
        plain_tooltip(name, tip)
        share = plain_label(row.share, role="strong", right=True)
        plain_tooltip(share, row.share_with_limit)
        top = Qt.AlignmentFlag.AlignTop
        for column, widget in enumerate((name, share, bar, VerdictBadge(row.mark, row.verdict))):
            if column != 2:  # noqa: PLR2004  the bar carries labels below itself
                widget.setFixedHeight(22)
            self._grid.addWidget(widget, number, column, top)


def _clear(layout: QLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
