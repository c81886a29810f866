"""An amount: figure at the right edge, unit after it, exact base units one step away."""

from PySide6.QtWidgets import QHBoxLayout, QWidget

from treasury_desktop.windows.untrusted import plain_label, plain_tooltip
from treasury_desktop.windows.widgets.chip import Chip

_UNIT_WIDTH = 48


class AmountLabel(QWidget):
    """Figure, unit, and a chip such as `stale 3 h`; stacked ones align at the figure's right."""

    def __init__(
        self,
        figure: str = "–",
        unit: str = "",
        *,
        exact: str = "",
        note: str = "",
        note_kind: str = "advice",
        role: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self._chip = Chip()
        self._figure = plain_label(role=role, right=True)
        self._unit = plain_label(role="unit")
        self._unit.setMinimumWidth(_UNIT_WIDTH)
        row.addStretch(1)
        row.addWidget(self._chip)
        row.addWidget(self._figure)
        row.addWidget(self._unit)
        self.show_amount(figure, unit, exact=exact, note=note, note_kind=note_kind)

    def show_amount(
        self, figure: str, unit: str = "", *, exact: str = "", note: str = "", note_kind: str = ""
    ) -> None:
        """Shows another amount; `exact` is the tooltip with the base units."""
        self._figure.setText(figure)
        self._unit.setText(unit)
        self._unit.setVisible(bool(unit))
        self._chip.say(note, note_kind)
        plain_tooltip(self, exact)
        self.setAccessibleName(f"{figure} {unit} {note}".strip())
