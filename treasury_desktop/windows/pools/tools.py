"""The row above the chart: which pool, which way round, how long, and how it is drawn."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QTabBar, QWidget

from treasury_desktop.viewmodels.pools import SPANS, Span
from treasury_desktop.windows.look.icons import icon, spaced
from treasury_desktop.windows.untrusted import button_text, plain_tooltip
from treasury_desktop.windows.widgets.fields import Choice, Tick

FIRST_SPAN = 4
"""A year, as the pools page is asked for."""
_NARROWEST_NAME = 120


class ChartTools(QWidget):
    """Signals: `pool_chosen`, `span_chosen`, `turned`, `drawing_changed`, without arguments."""

    pool_chosen = Signal()
    span_chosen = Signal()
    turned = Signal()
    drawing_changed = Signal()

    def __init__(self, pools: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pools = Choice()
        self._pools.addItems(list(pools))
        self._pools.setMinimumWidth(_NARROWEST_NAME)
        self._pools.setAccessibleName("Pool")
        self._turn = QPushButton()
        self._turn.setIcon(icon("arrows-left-right", "text_quiet"))
        self._turn.setIconSize(spaced())
        plain_tooltip(self._turn, "Read the price the other way round")
        self._drawing = Choice()
        self._drawing.addItems(["Candles", "Line"])
        self._drawing.setAccessibleName("How the price is drawn")
        self._log = Tick("Log")
        plain_tooltip(self._log, "Logarithmic prices: equal steps are equal percentages")
        self._spans = QTabBar()
        self._spans.setDrawBase(False)
        self._spans.setExpanding(False)
        self._spans.setUsesScrollButtons(False)
        self._spans.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._spans.setAccessibleName("How long")
        for span in SPANS:
            self._spans.addTab(span.label)
        self._spans.setCurrentIndex(FIRST_SPAN)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._pools)
        row.addWidget(self._turn)
        row.addStretch(1)
        row.addWidget(self._spans)
        row.addSpacing(8)
        row.addWidget(self._drawing)
        row.addWidget(self._log)
        self.setFocusProxy(self._pools)
        self._pools.currentIndexChanged.connect(lambda _: self.pool_chosen.emit())
        self._turn.clicked.connect(lambda _: self.turned.emit())
        self._spans.currentChanged.connect(lambda _: self.span_chosen.emit())
        self._drawing.currentIndexChanged.connect(lambda _: self.drawing_changed.emit())
        self._log.toggled.connect(lambda _: self.drawing_changed.emit())

    @property
    def pool(self) -> int:
        """The place of the chosen pool in the workspace's list."""
        return self._pools.currentIndex()

    @property
    def span(self) -> Span:
        """The chosen length of time."""
        return SPANS[self._spans.currentIndex()]

    @property
    def has_candles(self) -> bool:
        """Whether candles are drawn rather than a line."""
        return self._drawing.currentIndex() == 0

    @property
    def is_log(self) -> bool:
        """Whether the price axis is logarithmic."""
        return self._log.isChecked()

    def show_unit(self, unit: str) -> None:
        """Shows which way round the price is read."""
        self._turn.setText(button_text(unit))
        self._turn.setVisible(bool(unit))

    def choose_span(self, number: int) -> None:
        """Chooses a length of time by its place in `SPANS`."""
        self._spans.setCurrentIndex(number)

    def choose_drawing(self, *, has_candles: bool, is_log: bool) -> None:
        """Chooses how the price is drawn."""
        self._drawing.setCurrentIndex(0 if has_candles else 1)
        self._log.setChecked(is_log)
