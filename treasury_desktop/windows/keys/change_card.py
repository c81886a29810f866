"""What can be done with a key that is here: rename, another passphrase, export, remove."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from treasury_desktop.desk.doors import KeyLabel
from treasury_desktop.viewmodels.keys import (
    FORGETTING,
    LONGEST_LABEL,
    REMOVING,
    suggested_keystore_name,
    why_not_remove,
    why_not_rename,
)
from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.untrusted import plain_label
from treasury_desktop.windows.widgets.card import Card
from treasury_desktop.windows.widgets.disabled_reason import DisabledReason


class ChangeCard(Card):
    """One key and what can be done with it; hidden while none is chosen.

    Signals: `renamed` with key and label, `passphrase_wanted`, `removed` with the key, `exported`
    with key and path, `closed`.
    """

    renamed = Signal(object, object)
    passphrase_wanted = Signal(object)
    exported = Signal(object, object)
    removed = Signal(object)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Change a key", parent=parent)
        self.key: KeyLabel | None = None
        self.dialog: QFileDialog | None = None
        self._others: tuple[KeyLabel, ...] = ()
        self._busy = ""
        self.label = _field("New label of this key")
        self.typed = _field("The key's label, to remove it")
        self.rename = DisabledReason("Rename…", role="")
        self.passphrase = DisabledReason("Change passphrase…", role="", icon_name="lock-key")
        self.export = DisabledReason("Export as a keystore file…", role="", icon_name="export")
        self.remove = DisabledReason("Remove", role="risky")
        self.close_button = QPushButton("Close")
        self._removing = plain_label(role="quiet", wrap=True)
        self.label.textChanged.connect(self._show)
        self.typed.textChanged.connect(self._show)
        self.label.returnPressed.connect(self.rename.button.click)
        self.rename.clicked.connect(self._on_rename)
        self.passphrase.clicked.connect(lambda: self.passphrase_wanted.emit(self.key))
        self.export.clicked.connect(self._on_export)
        self.remove.clicked.connect(lambda: self.removed.emit(self.key))
        self.close_button.clicked.connect(self.closed)
        self._lay_out()
        self.hide()

    def choose(self, key: KeyLabel | None, keys: tuple[KeyLabel, ...]) -> None:
        """Shows what can be done with a key; nothing at all where there is none."""
        if key is not None and key != self.key:
            self.label.setText(key.label)
            self.typed.clear()
            if self.title is not None:
                self.title.set_title(f"Change {key.label}")
            self.typed.setPlaceholderText(key.label)
        self.key, self._others = key, keys
        self._show()
        self.setVisible(key is not None)

    def wait_for(self, why: str) -> None:
        """Nothing can be begun while a passphrase is asked for; "" when it can again."""
        self._busy = why
        self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def save_as(self, path: Path) -> None:
        """The keystore file goes there."""
        self.exported.emit(self.key, path)

    def _on_rename(self) -> None:
        self.renamed.emit(self.key, self.label.text().strip())

    def _on_export(self) -> None:
        if self.key is None:
            return
        dialog = QFileDialog(self, "Export as a keystore file")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("json")
        dialog.selectFile(suggested_keystore_name(self.key))
        dialog.fileSelected.connect(lambda name: self.save_as(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.finished.connect(self._on_closed)
        self.dialog = dialog
        dialog.open()

    def _on_closed(self, _result: object) -> None:
        self.dialog = None

    def _show(self) -> None:
        if self.key is None:
            return
        for widget in (self.label, self.rename, self.passphrase, self.export, *self._of_keys):
            widget.setVisible(self.key.is_here)
        self._removing.setText(REMOVING if self.key.is_here else FORGETTING)
        whys = (
            (self.rename, why_not_rename(self.label.text(), self.key, self._others)),
            (self.passphrase, ""),
            (self.export, ""),
            (self.remove, why_not_remove(self.typed.text(), self.key)),
        )
        for button, why in whys:
            if self._busy or why:
                button.refuse(self._busy or why)
            else:
                button.allow()

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(tokens.GAP)
        grid.setVerticalSpacing(tokens.GAP)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(2, 1)
        self._of_keys = [plain_label("Label", role="quiet"), plain_label("Key", role="quiet")]
        grid.addWidget(self._of_keys[0], 0, 0)
        grid.addWidget(self.label, 0, 1)
        grid.addWidget(self.rename, 0, 2)
        both = QHBoxLayout()
        both.setSpacing(tokens.GRID)
        both.addWidget(self.passphrase)
        both.addWidget(self.export)
        both.addStretch(1)
        grid.addWidget(self._of_keys[1], 1, 0)
        grid.addLayout(both, 1, 1, 1, 2)
        grid.addWidget(plain_label("Remove", role="quiet"), 2, 0)
        grid.addWidget(self.typed, 2, 1)
        grid.addWidget(self.remove, 2, 2)
        below = QVBoxLayout()
        below.addWidget(self._removing)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.close_button)
        self.add(grid, below, row)


def _field(name: str) -> QLineEdit:
    field = QLineEdit()
    field.setMaxLength(LONGEST_LABEL)
    field.setAccessibleName(name)
    return field
