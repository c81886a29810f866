"""The demonstration's public accounts, offered for import; never shown in another workspace."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from treasury_desktop.windows.actions_of_keys import DemonstrationKey
from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.icons import icon, spaced
from treasury_desktop.windows.untrusted import button_text, plain_label
from treasury_desktop.windows.widgets.card import Card

WORDS = (
    "They are public test accounts of the chain on this computer and hold nothing of value. Choose "
    "any passphrase for each; you need it to sign."
)


class DemonstrationCard(Card):
    """One button for each account that this desk does not hold yet.

    Signals: `wanted` with the `DemonstrationKey` that was chosen.
    """

    wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Accounts of the demonstration", parent=parent)
        self.buttons: list[QPushButton] = []
        self._row = QHBoxLayout()
        self._row.setSpacing(tokens.GRID)
        self._row.addStretch(1)
        self.add(plain_label(WORDS, role="quiet", wrap=True), self._row)
        self.hide()

    def offer(self, keys: tuple[DemonstrationKey, ...], *, is_enabled: bool) -> None:
        """Shows these accounts; nothing at all where there are none."""
        if any(old.hasFocus() for old in self.buttons):
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        for old in self.buttons:
            self._row.removeWidget(old)
            old.deleteLater()
        self.buttons = [self._button(key, is_enabled=is_enabled) for key in keys]
        for place, button in enumerate(self.buttons):
            self._row.insertWidget(place, button)
        self.setVisible(bool(keys))
        if self.hasFocus() and self.buttons and is_enabled:
            self.buttons[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def _button(self, key: DemonstrationKey, *, is_enabled: bool) -> QPushButton:
        button = QPushButton(button_text(f"Import {key.label}…"))
        button.setIcon(icon("key"))
        button.setIconSize(spaced())
        button.setEnabled(is_enabled)
        button.clicked.connect(lambda: self.wanted.emit(key))
        return button
