"""The deny-lists of the workspace, and a way to take a published one in."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QGridLayout, QLineEdit, QVBoxLayout, QWidget

from treasury_desktop.viewmodels.settings import deny_list_entries
from treasury_desktop.windows.actions import KEY_ACTS, Actions
from treasury_desktop.windows.actions_of_workspace import IMPORT_DENY_LIST
from treasury_desktop.windows.errands import Done, Errands, Failed
from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.style import look
from treasury_desktop.windows.settings.named_row import named_row
from treasury_desktop.windows.untrusted import plain_label
from treasury_desktop.windows.widgets.card import Card
from treasury_desktop.windows.widgets.disabled_reason import DisabledReason
from treasury_desktop.windows.widgets.notice import NoticeLine

FIELD_WIDTH = 320
NONE = (
    "None. Lists of addresses that are published as files, of sanctions for example, are read here "
    "and nowhere else: whoever stands on one is paid and approved by no signature."
)


class DenyListsCard(Card):
    """Name, date and size of each list. Signals: `changed` once one was taken in."""

    changed = Signal()

    def __init__(self, errands: Errands, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__("Deny-lists", caption="no exception lifts them", parent=parent)
        self._errands, self._actions = errands, actions
        self.dialog: QFileDialog | None = None
        self.name = _field("OFAC, Ethereum addresses", "Name of the list")
        self.published = _field("2026-11-01", "Day it was published")
        self.choose = DisabledReason("Import a file…")
        self.says = NoticeLine(can_close=True)
        self._shown = QWidget()
        self.add(self._shown, self.says)
        self._lay_out_fields()
        self.add(self.choose)
        for field in (self.name, self.published):
            field.textChanged.connect(self._show_choose)
            field.returnPressed.connect(self.ask_file)
        self.choose.clicked.connect(self.ask_file)
        self._show()
        self._show_choose()

    def ask_file(self) -> None:
        """Opens a dialog for the list; nothing blocks."""
        if self._why_not():
            return
        dialog = QFileDialog(self, "Import a deny-list")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters(["Lists of addresses (*.txt *.csv *.json)", "All files (*)"])
        dialog.fileSelected.connect(lambda name: self.import_file(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        self.dialog = dialog
        dialog.open()

    def import_file(self, path: Path) -> None:
        """Takes a file in under the name and day that were typed."""
        name, published = self.name.text().strip(), self.published.text().strip()
        self._errands.act(
            IMPORT_DENY_LIST,
            lambda _p: self._actions.workspace_changes.import_deny_list(path, name, published),
            self._on_imported,
        )
        self._show_choose()

    def _on_imported(self, outcome: Done[str] | Failed) -> None:
        if isinstance(outcome, Failed):
            self.says.say(outcome.sentence, "block")
        else:
            self.says.say(outcome.value)
            self.name.clear()
            self.published.clear()
            self._show()
            self.changed.emit()
        self._show_choose()

    def _show(self) -> None:
        denied = self._actions.denied
        shown = QWidget()
        column = QVBoxLayout(shown)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.GRID)
        for entry in deny_list_entries(denied):
            column.addWidget(named_row(entry))
        for sentence in denied.unread:
            column.addWidget(plain_label(sentence, kind="danger", wrap=True))
        if not (denied.read or denied.unread):
            column.addWidget(plain_label(NONE, role="quiet", wrap=True))
        self.body.replaceWidget(self._shown, shown)
        self._shown.hide()
        self._shown.deleteLater()
        self._shown = shown
        look().dress_part(shown)

    def _show_choose(self) -> None:
        if why := self._why_not():
            self.choose.refuse(why)
        else:
            self.choose.allow()

    def _why_not(self) -> str:
        if self._errands.is_acting(IMPORT_DENY_LIST):
            return "Reading the list…"
        if any(map(self._errands.is_acting, KEY_ACTS)):
            return "Something is being signed or sent; the lists stay until that is over."
        if not self.name.text().strip():
            return "Give the list a name; one of the same name gives way."
        return "" if self.published.text().strip() else "Type the day it was published."

    def _lay_out_fields(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(tokens.GAP)
        grid.setVerticalSpacing(tokens.GRID)
        for line, (words, field) in enumerate((("Name", self.name), ("Published", self.published))):
            grid.addWidget(plain_label(words, role="quiet"), line, 0)
            grid.addWidget(field, line, 1, Qt.AlignmentFlag.AlignLeft)
        grid.setColumnStretch(1, 1)
        self.add(grid)


def _field(example: str, name: str) -> QLineEdit:
    field = QLineEdit()
    field.setPlaceholderText(example)
    field.setAccessibleName(name)
    field.setFixedWidth(FIELD_WIDTH)
    field.setMaxLength(80)
    return field
