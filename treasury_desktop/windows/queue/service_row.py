"""One transaction and the service: who brought it, and what of ours can be sent."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from treasury_desktop.viewmodels.service import ServiceRowView
from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.untrusted import plain_label
from treasury_desktop.windows.widgets.chip import Chip
from treasury_desktop.windows.widgets.disabled_reason import DisabledReason


class ServiceRow(QWidget):
    """Shows a `ServiceRowView`.

    Signals: `send_asked` when the person wants it sent.
    """

    send_asked = Signal()

    def __init__(self, nonce: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._nonce = nonce
        self.send = DisabledReason("Propose to service", role="", icon_name="upload-simple")
        self.origin = Chip()
        self._note = plain_label(role="quiet", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.GRID)
        column.addWidget(self.origin, 0, Qt.AlignmentFlag.AlignLeft)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.send, 1)
        row.addWidget(self._note, 1)
        column.addLayout(row)
        self.send.clicked.connect(self.send_asked)

    def show_view(self, view: ServiceRowView) -> None:
        """Shows other words; the reason takes the place of the note."""
        self.send.set_text(view.action)
        self.send.button.setAccessibleName(f"{view.action}, nonce {self._nonce}")
        self._note.setText("" if view.why_not else view.note)
        self._note.setVisible(not view.why_not)
        across = QSizePolicy.Policy.Preferred if view.why_not else QSizePolicy.Policy.Maximum
        self.send.setSizePolicy(across, QSizePolicy.Policy.Preferred)
        if view.why_not:
            self.send.refuse(view.why_not)
        else:
            self.send.allow()
        self.origin.say(view.origin, "advice")
