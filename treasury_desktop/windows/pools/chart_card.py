"""The chart in its frame: last price above, figures under the crosshair, source below."""

from collections.abc import Sequence

from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from treasury_desktop.pools.history import PoolSeries
from treasury_desktop.viewmodels.pools import (
    Band,
    ChartSeries,
    Span,
    caption,
    change_remark,
    first_shown,
    last_price_text,
    readout,
)
from treasury_desktop.windows.look.icons import icon, spaced
from treasury_desktop.windows.pools.chart import PoolChart
from treasury_desktop.windows.untrusted import plain_label
from treasury_desktop.windows.widgets.card import Card
from treasury_desktop.windows.widgets.chip import Chip

_CHART_HEIGHT = 320


class ChartCard(Card):
    """Everything that is exported as one picture, and the buttons that export it.

    The chart itself is built with the first series: only then is pyqtgraph there.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.series: ChartSeries | None = None
        self._chart: PoolChart | None = None
        self._price = plain_label(role="section")
        self._change = Chip()
        self._readout = plain_label(role="quiet")
        self._caption = plain_label(role="quiet", wrap=True)
        self._ranges = plain_label(role="quiet", wrap=True)
        self.sync = _button("Read new swaps", "download-simple")
        self.png = _button("PNG…", "image")
        self.csv = _button("CSV…", "export")
        head = QHBoxLayout()
        head.setSpacing(8)
        for widget in (self._price, self._change):
            head.addWidget(widget)
        head.addStretch(1)
        for button in (self.sync, self.png, self.csv):
            head.addWidget(button)
        self._place = QVBoxLayout()
        self.add(head, self._readout)
        self.add(self._place, stretch=1)
        self.add(self._ranges, self._caption)
        self.body.setSpacing(8)

    def show_chart(
        self,
        series: PoolSeries,
        chart: ChartSeries,
        bands: Sequence[Band],
        span: Span,
        now: int,
    ) -> None:
        """Shows a pool's candles, the last ones of the span in sight."""
        self.series = chart
        drawn = self._built()
        first = first_shown(chart, span)
        drawn.show_series(chart, bands, first)
        self._price.setText(last_price_text(chart))
        change = change_remark(chart, first, span)
        self._change.say(change.text, change.kind)
        self._caption.setText(caption(series, chart, now))
        self._ranges.setText("Shaded: " + "; ".join(b.words for b in bands) if bands else "")
        self._ranges.setVisible(bool(bands))
        self._on_chosen(None)

    def draw(self, *, has_candles: bool, is_log: bool) -> None:
        """Draws candles or a line, on a logarithmic axis or a linear one."""
        if self._chart is not None:
            self._chart.draw_as(has_candles=has_candles, is_log=is_log)

    def picture(self) -> QPixmap:
        """The chart with its figures and caption, without the buttons."""
        buttons = (self.sync, self.png, self.csv)
        for button in buttons:
            button.hide()
        taken = self.grab()
        for button in buttons:
            button.show()
        return taken

    def _built(self) -> PoolChart:
        if self._chart is None:
            self._chart = PoolChart()
            self._chart.setMinimumHeight(_CHART_HEIGHT)
            self._chart.candle_chosen.connect(self._on_chosen)
            self._place.addWidget(self._chart)
        return self._chart

    def _on_chosen(self, index: int | None) -> None:
        """The figures of the chosen candle, else of the last one."""
        if self.series is not None and len(self.series):
            at = len(self.series) - 1 if index is None else index
            self._readout.setText(readout(self.series, at))


def _button(words: str, icon_name: str) -> QPushButton:
    button = QPushButton(words)
    button.setIcon(icon(icon_name, "text_quiet"))
    button.setIconSize(spaced())
    return button
