"""One part of a chart: a view with its axis of figures at the left.

Made of pyqtgraph's view and axes alone. Its PlotItem would bring a hidden menu with labels that
interpret markup, and takes three times as long to build.
"""

from typing import Any, Final

from PySide6.QtGui import QPen

from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.style import look, sans
from treasury_desktop.windows.pools.axis import write_figures

_AXIS_WIDTH: Final = 68
_GRID_ALPHA: Final = 28


class Panel:
    """A view and its left axis, placed in a row of a pyqtgraph layout; zooms along time only."""

    def __init__(self, layout: Any, row: int) -> None:
        import pyqtgraph as pg  # noqa: PLC0415  see chart.py

        self.vb = pg.ViewBox(enableMenu=False)
        self.vb.setMouseEnabled(x=True, y=False)
        self.left = pg.AxisItem("left")
        self.left.setWidth(_AXIS_WIDTH)
        self.left.enableAutoSIPrefix(enable=False)
        self.left.setGrid(_GRID_ALPHA)
        write_figures(self.left)
        _small(self.left)
        layout.addItem(self.left, row, 0)
        layout.addItem(self.vb, row, 1)
        self.left.linkToView(self.vb)
        self._items: list[Any] = []

    def add(self, item: Any) -> None:
        """Shows an item until `clear`; it does not change the range shown."""
        self.vb.addItem(item, ignoreBounds=True)
        self._items.append(item)

    def clear(self) -> None:
        """Takes every added item away."""
        for item in self._items:
            self.vb.removeItem(item)
        self._items.clear()

    @property
    def items(self) -> tuple[Any, ...]:
        """What was added, in order."""
        return tuple(self._items)

    def colour(self, line: QPen) -> None:
        """Draws the axis in the present look."""
        colour_axis(self.left, line)


def time_axis(layout: Any, row: int, view: Any) -> Any:
    """An axis of days and hours in UTC below a view."""
    import pyqtgraph as pg  # noqa: PLC0415  see chart.py

    axis = pg.DateAxisItem(orientation="bottom", utcOffset=0)
    _small(axis)
    layout.addItem(axis, row, 1)
    axis.linkToView(view)
    return axis


def colour_axis(axis: Any, line: QPen) -> None:
    """Draws an axis in the present look."""
    axis.setPen(line)
    axis.setTextPen(look().colour("text_quiet"))


def _small(axis: Any) -> None:
    axis.setStyle(tickFont=sans(tokens.CAPTION_TEXT), tickLength=0)
