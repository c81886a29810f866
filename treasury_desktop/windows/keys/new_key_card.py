"""Where a key comes from: new words, words somebody has, a private key, or a keystore file."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QGridLayout, QLineEdit, QWidget

from treasury_desktop.viewmodels.keys import LABEL_RULE, LONGEST_LABEL, ROLES, SOURCES
from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.untrusted import plain_label
from treasury_desktop.windows.widgets.card import Card
from treasury_desktop.windows.widgets.disabled_reason import DisabledReason
from treasury_desktop.windows.widgets.fields import Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """What the person wants: `source` is one of `SOURCES`, `path` the file it may need."""

    source: str
    label: str
    role: str
    path: Path | None = None


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
        self.button = DisabledReason("Add the key…", icon_name="key")
        self.label.textChanged.connect(self.changed)
        self.label.returnPressed.connect(self.button.button.click)
        self.button.clicked.connect(self._on_clicked)
        self._lay_out()

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
        )

    def _on_closed(self, _result: object) -> None:
        self.dialog = None

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(tokens.GAP)
        grid.setVerticalSpacing(tokens.GRID)
        grid.setColumnStretch(1, 1)
        rows = (("Label", self.label), ("For", self.role), ("From", self.source))
        for row, (name, field) in enumerate(rows):
            grid.addWidget(plain_label(name, role="quiet"), row, 0)
            grid.addWidget(field, row, 1)
        self.add(grid, plain_label(LABEL_RULE, role="quiet", wrap=True), self.button)
        self.body.addStretch(1)
