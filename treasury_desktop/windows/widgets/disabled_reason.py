"""A button that cannot be pressed without saying why: every refusal has its sentence beside it."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from treasury_desktop.windows.look.icons import icon, spaced
from treasury_desktop.windows.look.style import set_variant
from treasury_desktop.windows.untrusted import (
    breakable,
    button_text,
    plain_label,
    plain_tooltip,
)


class DisabledReason(QWidget):
    """A button with a visible line for the reason it is disabled; begins disabled.

    `hold` keeps it shut a moment after the content changed, so that nobody presses a button that
    was moved under the pointer. A button shut while it has the focus gets it back when it opens: Qt
    would hand it to whatever comes next on the page. Signals: `clicked`.
    """

    clicked = Signal()

    def __init__(
        self,
        text: str,
        *,
        reason: str = "Not ready yet.",
        role: str = "primary",
        icon_name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        self.button = QPushButton(button_text(text))
        if icon_name:
            self.button.setIcon(icon(icon_name, "on_accent" if role == "primary" else "text"))
            self.button.setIconSize(spaced())
        set_variant(self.button, role=role)
        self.button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._line = plain_label(role="quiet", wrap=True)
        row.addWidget(self.button)
        row.addWidget(self._line, 1)
        self._reason = self._said = reason
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._show)
        self.button.clicked.connect(self.clicked)
        self._show()

    @property
    def reason(self) -> str:
        """Why it cannot be pressed; empty when it can."""
        return self._said

    def refuse(self, reason: str) -> None:
        """Disables it for this reason, a whole sentence."""
        if not reason:
            raise ValueError("a disabled button always says why")
        self._reason = reason
        self._show()

    def allow(self) -> None:
        """Enables it, unless it is being held."""
        self._reason = ""
        self._show()

    def hold(self, milliseconds: int = 1500) -> None:
        """Keeps it shut for a moment because what it acts on has just changed."""
        self._timer.start(milliseconds)
        self._show()

    def set_text(self, text: str) -> None:
        """Changes the button's words."""
        self.button.setText(button_text(text))

    def _show(self) -> None:
        held = "Just changed: read it once more." if self._timer.isActive() else ""
        reason = self._reason or held
        if reason and self.button.hasFocus():
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.button.setEnabled(not reason)
        if not reason and self.hasFocus():
            self.button.setFocus(Qt.FocusReason.OtherFocusReason)
        self._said = reason
        self._line.setText(breakable(reason))
        plain_tooltip(self.button, reason)
        self.button.setAccessibleDescription(reason)
