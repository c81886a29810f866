"""Which days of movements are shown and in which form they are written: the row above the table."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from treasury_desktop.errors import Malformed
from treasury_desktop.treasury.period import Period, parse_day
from treasury_desktop.viewmodels.movement_exports import ExportForm
from treasury_desktop.windows.untrusted import plain_label
from treasury_desktop.windows.widgets.disabled_reason import DisabledReason
from treasury_desktop.windows.widgets.fields import Choice

NOTHING_IN_PERIOD = "Nothing moved in this period."
_DAY_WIDTH = 116


class ExportRow(QWidget):
    """From, to, form, and the button; a period that is none shuts the button with the reason.

    Signals: `period_changed`; `asked` where somebody wants the export.
    """

    period_changed = Signal()
    asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.first, self.last = _day("First day, included"), _day("Last day, included")
        self.form = Choice()
        self.form.addItems([form.words for form in ExportForm])
        self.form.setAccessibleName("Form of the export")
        self.button = DisabledReason("Export…", role="", icon_name="export")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(plain_label("From", role="quiet"))
        row.addWidget(self.first)
        row.addWidget(plain_label("to", role="quiet"))
        row.addWidget(self.last)
        row.addWidget(plain_label("both included, UTC", role="quiet"))
        row.addSpacing(16)
        row.addWidget(self.form)
        row.addWidget(self.button, 1)
        for field in (self.first, self.last):
            field.textChanged.connect(self.period_changed)
        self.button.clicked.connect(self.asked)

    @property
    def chosen(self) -> ExportForm:
        """The form to write."""
        return tuple(ExportForm)[self.form.currentIndex()]

    def period(self) -> Period:
        """What was written, as a period; Malformed where it is none."""
        return Period(
            first=parse_day(self.first.text(), "from"), last=parse_day(self.last.text(), "to")
        )

    def period_or_all(self) -> tuple[Period, str]:
        """The period, or everything beside the sentence why what was written is none."""
        try:
            return self.period(), ""
        except Malformed as failure:
            return Period(), failure.sentence

    def allow_or_refuse(self, reason: str) -> None:
        """Opens the button, or shuts it for this reason."""
        if reason:
            self.button.refuse(reason)
        else:
            self.button.allow()


def _day(name: str) -> QLineEdit:
    field = QLineEdit()
    field.setPlaceholderText("YYYY-MM-DD")
    field.setFixedWidth(_DAY_WIDTH)
    field.setAccessibleName(name)
    return field
