"""Where a key comes from: new words, words somebody has, a private key, or a keystore file."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QGridLayout, QLineEdit, QWidget

from treasury_desktop.viewmodels.keys import LABEL_RULE, LONGEST_LABEL, ROLES, SOURCES
from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.style import set_variant
from treasury_desktop.windows.untrusted import PlainLabel, plain_label
from treasury_desktop.windows.widgets.card import Card
from treasury_desktop.windows.widgets.disabled_reason import DisabledReason
from treasury_desktop.windows.widgets.fields import Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """What the person wants: `source` is one of `SOURCES`, with the file or address it may need."""

    source: str
    label: str
    role: str
    path: Path | None = None
    address: str = ""


class NewKeyCard(Card):
    """Label, purpose and source of a key this desk does not have yet.

    Signals: `wanted` with a `NewKey`, `changed` when the label was typed.
    """

    wanted = Signal(object)
    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Add a key", parent=parent)
        self.dialog: QFileDialog | None = None
        self.label = QLineEdit()
        self.label.setMaxLength(LONGEST_LABEL)
        self.label.setPlaceholderText("such as Signer A")
        self.label.setAccessibleName("Label of the new key")
        self.role = Choice()
        self.role.setAccessibleName("What the new key is for")
        for _role, words in ROLES:
            self.role.addItem(words)
        self.source = Choice()
        self.source.setAccessibleName("Where the key comes from")
        for _source, words in SOURCES:
            self.source.addItem(words)
        self.address = QLineEdit()
        self.address.setPlaceholderText("0x…")
        self.address.setAccessibleName("Address of the owner")
        set_variant(self.address, role="mono")
        self._address_name = plain_label("Address", role="quiet")
        self._role_name = plain_label("For", role="quiet")
        self.button = DisabledReason("Add the key…", icon_name="key")
        self.source.currentIndexChanged.connect(self._show)
        self.label.textChanged.connect(self.changed)
        self.address.textChanged.connect(self.changed)
        self.address.returnPressed.connect(self.button.button.click)
        self.label.returnPressed.connect(self.button.button.click)
        self.button.clicked.connect(self._on_clicked)
        self._lay_out()
        self._show()

    @property
    def is_watching(self) -> bool:
        """Whether only an address is to be remembered."""
        return SOURCES[self.source.currentIndex()][0] == "watch"

    def clear(self) -> None:
        """After a key the next one."""
        self.label.clear()
        self.address.clear()

    def _show(self) -> None:
        of_watching: tuple[QWidget, ...] = (self.address, self._address_name)
        of_keys: tuple[QWidget, ...] = (self.role, self._role_name)
        for widget in (*of_watching, *of_keys):
            widget.setVisible(self.is_watching == (widget in of_watching))
        self.button.set_text("Watch this owner" if self.is_watching else "Add the key…")
        self.changed.emit()

    def _on_clicked(self) -> None:
        if SOURCES[self.source.currentIndex()][0] != "keystore":
            self.wanted.emit(self._wish())
            return
        dialog = QFileDialog(self, "Import a keystore file")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.choose_file(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.finished.connect(self._on_closed)
        self.dialog = dialog
        dialog.open()

    def choose_file(self, path: Path) -> None:
        """The keystore file is this one."""
        self.wanted.emit(self._wish(path))

    def _wish(self, path: Path | None = None) -> NewKey:
        return NewKey(
            source=SOURCES[self.source.currentIndex()][0],
            label=self.label.text().strip(),
            role=ROLES[self.role.currentIndex()][0],
            path=path,
            address=self.address.text().strip(),
        )

    def _on_closed(self, _result: object) -> None:
        self.dialog = None

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(tokens.GAP)
        grid.setVerticalSpacing(tokens.GRID)
        grid.setColumnStretch(1, 1)
        rows: tuple[tuple[PlainLabel, QWidget], ...] = (
            (plain_label("Label", role="quiet"), self.label),
            (plain_label("From", role="quiet"), self.source),
            (self._role_name, self.role),
            (self._address_name, self.address),
        )
        for row, (name, field) in enumerate(rows):
            grid.addWidget(name, row, 0)
            grid.addWidget(field, row, 1)
        self.add(grid, plain_label(LABEL_RULE, role="quiet", wrap=True), self.button)
        self.body.addStretch(1)
