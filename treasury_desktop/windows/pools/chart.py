"""Price and volume of a pool on one time axis, drawn by pyqtgraph.

pyqtgraph takes 0.4 s to import, so this module imports it when the first chart is built; whoever
builds one imports it off the GUI thread before.
"""

# mypy: disable-error-code="no-any-unimported"

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPen, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from treasury_desktop.viewmodels.pools import Band, ChartSeries
from treasury_desktop.windows.look.style import look
from treasury_desktop.windows.pools.panel import Panel, colour_axis, time_axis

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_BODY: Final = 0.7
"""Width of a candle's body as a part of its time."""
_HEADROOM: Final = 0.06
_NEAR: Final = 0.5
"""An end of a range is shown when it is no further away than half the height of the prices."""
_FEWEST_CANDLES: Final = 6
_DENSE: Final = 180
"""More candles than this stand so close that bars touch."""


class PoolChart(QWidget):
    """Candles or a line above bars of volume; the crosshair snaps to candles.

    Signals: `candle_chosen` with the index of the candle under the pointer or chosen with the
    arrow keys, and with `None` when the pointer leaves.
    """

    candle_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        import pyqtgraph as pg  # noqa: PLC0415  see the module's docstring

        self._pg = pg
        self._series: ChartSeries | None = None
        self._bands: tuple[Band, ...] = ()
        self._is_log = False
        self._is_dense = False
        self._has_candles = True
        self._chosen: int | None = None
        self._canvas = pg.GraphicsLayoutWidget()
        self._canvas.ci.layout.setSpacing(4)
        self._canvas.ci.setContentsMargins(0, 4, 4, 0)
        self._canvas.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._price = Panel(self._canvas.ci, 0)
        self._volume = Panel(self._canvas.ci, 1)
        self._time = time_axis(self._canvas.ci, 2, self._volume.vb)
        self._volume.vb.setXLink(self._price.vb)
        self._canvas.ci.layout.setRowStretchFactor(0, 3)
        self._canvas.ci.layout.setRowStretchFactor(1, 1)
        self._cross = [pg.InfiniteLine(angle=90, movable=False) for _ in range(2)]
        for panel, line in zip((self._price, self._volume), self._cross, strict=True):
            panel.vb.addItem(line, ignoreBounds=True)
            line.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._canvas)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Price and volume; the arrow keys walk along the candles")
        self._canvas.scene().sigMouseMoved.connect(self._on_moved)
        self._price.vb.sigXRangeChanged.connect(self._fit_heights)
        self._is_outdated = False
        look().changed.connect(self._on_look_changed)

    def show_series(self, series: ChartSeries, bands: Sequence[Band], first: int) -> None:
        """Shows other candles and ranges, from the candle of the index `first` to the last."""
        self._series, self._bands, self._chosen = series, tuple(bands), None
        self._is_dense = len(series) - first > _DENSE
        self._draw()
        self._show_from(first)

    def draw_as(self, *, has_candles: bool, is_log: bool) -> None:
        """Draws candles or a line of closing prices, on a logarithmic axis or a linear one."""
        if (has_candles, is_log) != (self._has_candles, self._is_log):
            self._has_candles, self._is_log = has_candles, is_log
            self._draw()

    def choose(self, index: int | None) -> None:
        """Puts the crosshair on a candle, or takes it away."""
        self._chosen = index
        series = self._series
        for line in self._cross:
            line.setVisible(index is not None)
            if index is not None and series is not None:
                line.setValue(float(series.time[index]) + series.bucket_seconds / 2)
        self.candle_chosen.emit(index)

    def _on_look_changed(self) -> None:
        """Drawn in the new colours at once where it is seen, else when it is shown again."""
        self._is_outdated = not self.isVisible()
        if not self._is_outdated:
            self._draw()

    def showEvent(self, event: QShowEvent) -> None:
        """Catches up with a change of look that came while it was hidden."""
        super().showEvent(event)
        if self._is_outdated:
            self._is_outdated = False
            self._draw()

    def leaveEvent(self, event: QEvent) -> None:
        """The crosshair goes with the pointer."""
        super().leaveEvent(event)
        self.choose(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The arrow keys walk from candle to candle; Escape takes the crosshair away."""
        steps = {Qt.Key.Key_Left.value: -1, Qt.Key.Key_Right.value: 1}
        series = self._series
        if event.key() == Qt.Key.Key_Escape:
            self.choose(None)
        elif event.key() in steps and series is not None and len(series):
            last = len(series) - 1
            start = last + 1 if self._chosen is None else self._chosen
            self.choose(max(0, min(last, start + steps[event.key()])))
        else:
            super().keyPressEvent(event)

    def _show_from(self, first: int) -> None:
        series = self._series
        if series is None or not len(series):
            return
        step = float(series.bucket_seconds)
        start, end = float(series.time[first]), float(series.time[-1]) + step
        start = min(start, end - _FEWEST_CANDLES * step)
        self._price.vb.setLimits(
            xMin=float(series.time[0]) - step, xMax=end + step, minXRange=_FEWEST_CANDLES * step
        )
        self._price.vb.setXRange(start, end, padding=0.01)
        self._fit_heights()

    # ── building ─────────────────────────────────────────────────────────────────────────────────

    def _draw(self) -> None:
        series = self._series
        self._clear()
        self._colour()
        if series is None or not len(series):
            return
        self._price.left.setLogMode(x=False, y=self._is_log)
        for band in self._bands:
            self._draw_band(band)
        if self._has_candles:
            self._draw_candles(series)
        else:
            self._draw_line(series)
        middle = series.time + series.bucket_seconds / 2
        quiet = QColor(look().colour("idle"))
        quiet.setAlphaF(0.55)
        # Gaps of half a pixel between hundreds of bars would shimmer.
        part = 1 if self._is_dense else _BODY
        bars = self._pg.BarGraphItem(
            x=middle,
            height=series.volume,
            width=series.bucket_seconds * part,
            brush=quiet,
            pen=None,
        )
        self._volume.add(bars)
        self._fit_heights()

    def _draw_band(self, band: Band) -> None:
        """A position's range as a band over all of the time shown."""
        fill = look().colour("good" if band.is_in_range else "advice")
        edge = QColor(fill)
        fill.setAlphaF(0.10)
        edge.setAlphaF(0.7)
        ends = tuple(float(end) for end in self._drawn_prices((band.low, band.high)))
        item = self._pg.LinearRegionItem(
            values=ends, orientation="horizontal", movable=False, brush=fill, pen=_pen(edge)
        )
        item.setZValue(-10)
        self._price.add(item)

    def _draw_line(self, series: ChartSeries) -> None:
        middle = series.line_time + series.bucket_seconds / 2
        item = self._pg.PlotDataItem(
            middle, series.line, pen=_pen(look().colour("accent")), connect="finite"
        )
        self._price.add(item)
        item.setLogMode(False, self._is_log)  # noqa: FBT003  pyqtgraph's own arguments
        # Only after it was added: passed to the constructor, clipping raises in pyqtgraph 0.14.
        item.setClipToView(True)
        item.setDownsampling(auto=True, method="peak")

    def _draw_candles(self, series: ChartSeries) -> None:
        """Hollow where the price rose and filled where it fell: told apart without colour."""
        import numpy as np  # noqa: PLC0415  the window starts without it

        middle = series.time + series.bucket_seconds / 2
        ink, ground = look().colour("accent"), look().colour("surface")
        wicks = self._pg.PlotDataItem(
            np.repeat(middle, 2),
            np.column_stack((series.low, series.high)).ravel(),
            pen=_pen(ink),
            connect="pairs",
        )
        self._price.add(wicks)
        wicks.setLogMode(False, self._is_log)  # noqa: FBT003  pyqtgraph's own arguments
        rose = series.close >= series.open
        for kept, brush in ((rose, ground), (~rose, ink)):
            bars = self._pg.BarGraphItem(
                x=middle[kept],
                y0=self._drawn_prices(np.minimum(series.open, series.close)[kept]),
                y1=self._drawn_prices(np.maximum(series.open, series.close)[kept]),
                width=series.bucket_seconds * _BODY,
                brush=brush,
                pen=_pen(ink),
            )
            self._price.add(bars)

    def _drawn_prices(self, prices: Any) -> "NDArray[np.float64]":
        """Prices as the axis has them: their logarithms where it is logarithmic."""
        import numpy as np  # noqa: PLC0415  the window starts without it

        drawn = np.asarray(prices, dtype=np.float64)
        return np.log10(drawn) if self._is_log else drawn

    # ── keeping ──────────────────────────────────────────────────────────────────────────────────

    def _clear(self) -> None:
        for panel in (self._price, self._volume):
            panel.clear()

    def _colour(self) -> None:
        self._canvas.setBackground(look().colour("surface"))
        line = _pen(look().colour("line"))
        for panel in (self._price, self._volume):
            panel.colour(line)
        colour_axis(self._time, line)
        for cross in self._cross:
            cross.setPen(_pen(look().colour("text_quiet"), Qt.PenStyle.DashLine))

    def _fit_heights(self, *_changed: object) -> None:
        """Fits the heights to the candles in sight; a range far away does not squeeze them."""
        import numpy as np  # noqa: PLC0415  the window starts without it

        series = self._series
        if series is None or not len(series):
            return
        start, end = self._price.vb.viewRange()[0]
        seen = (series.time + series.bucket_seconds > start) & (series.time < end)
        if not seen.any():
            return
        lowest, highest = self._with_near_bands(
            float(series.low[seen].min()), float(series.high[seen].max())
        )
        low, high = (float(end) for end in self._drawn_prices((lowest, highest)))
        room = max(high - low, abs(high) * 1e-9) * _HEADROOM
        self._price.vb.setYRange(low - room, high + room, padding=0)
        top = float(np.max(series.volume[seen])) or 1.0
        self._volume.vb.setYRange(0, top * (1 + _HEADROOM), padding=0)

    def _with_near_bands(self, low: float, high: float) -> tuple[float, float]:
        """The heights to be shown, with those ends of ranges that lie near enough."""
        near = (high - low) * _NEAR
        ends = [end for band in self._bands for end in (band.low, band.high)]
        seen = [end for end in ends if low - near <= end <= high + near]
        return min((low, *seen)), max((high, *seen))

    def _on_moved(self, at: QPointF) -> None:
        series = self._series
        views = (self._price.vb, self._volume.vb)
        inside = any(view.sceneBoundingRect().contains(at) for view in views)
        if series is None or not inside:
            self.choose(None)
            return
        self.choose(series.nearest(float(self._price.vb.mapSceneToView(at).x())))


def _pen(colour: QColor, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    """One device pixel wide at any zoom: pens of width 2 draw ten times slower."""
    pen = QPen(colour, 1, style)
    pen.setCosmetic(True)
    return pen
