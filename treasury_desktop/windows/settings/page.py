"""The settings page: appearance, and the workspace's own facts to look at."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from treasury_desktop.viewmodels.settings import Entry, settings_view
from treasury_desktop.windows.actions import Actions
from treasury_desktop.windows.errands import Errands
from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.style import Preference, look
from treasury_desktop.windows.settings.deny_lists_card import DenyListsCard
from treasury_desktop.windows.settings.named_row import named_row
from treasury_desktop.windows.settings.nodes_card import NodesCard
from treasury_desktop.windows.settings.service_card import ServiceCard
from treasury_desktop.windows.untrusted import breakable, plain_label
from treasury_desktop.windows.widgets.address_label import AddressLabel, line_up
from treasury_desktop.windows.widgets.card import Card
from treasury_desktop.windows.widgets.fields import Choice

_LOOKS: tuple[tuple[Preference, str], ...] = (
    ("system", "As the system"),
    ("light", "Light"),
    ("dark", "Dark"),
)
_NAME_WIDTH = 180


class SettingsPage(QWidget):
    """Appearance, nodes, the optional service, and everything else the workspace file says.

    Signals: `look_chosen` with "system", "light" or "dark", for whoever keeps it;
    `service_changed` when the service was turned on or off or changed; `nodes_changed` when others
    are to be asked; `deny_lists_changed` when a list was taken in.
    """

    look_chosen = Signal(object)
    service_changed = Signal()
    nodes_changed = Signal()
    deny_lists_changed = Signal()

    def __init__(self, actions: Actions, errands: Errands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.service = ServiceCard(errands, actions.service)
        self.service.changed.connect(self.service_changed)
        self.nodes = NodesCard(errands, actions)
        self.nodes.changed.connect(self.nodes_changed)
        self.deny_lists = DenyListsCard(errands, actions)
        self.deny_lists.changed.connect(self.deny_lists_changed)
        view = settings_view(actions.workspace)
        self.look = Choice()
        self.look.setAccessibleName("Appearance")
        for _preference, words in _LOOKS:
            self.look.addItem(words)
        self._show_look()
        self.look.activated.connect(self._on_look)
        look().changed.connect(self._show_look)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.GAP)
        column.addWidget(self._appearance())
        across = QHBoxLayout()
        across.setSpacing(tokens.GAP)
        across.addWidget(_terms(view.terms), 1)
        across.addWidget(self.nodes, 1)
        column.addLayout(across)
        column.addWidget(self.service)
        safes = _named("Safes", view.workspace, view.safes)
        column.addWidget(safes)
        column.addWidget(_named("Strategies", "their contracts are allow-listed", view.strategies))
        column.addWidget(_named("Address book", "valid on this chain only", view.address_book))
        column.addWidget(self.deny_lists)
        column.addWidget(
            plain_label(
                "All but the service comes from the workspace file treasury.toml; what cannot be "
                "changed here is changed there.",
                role="quiet",
                wrap=True,
            )
        )
        column.addStretch(1)
        line_up(self.findChildren(AddressLabel))

    def showEvent(self, event: QShowEvent) -> None:
        """The count of requests may have grown on another page."""
        super().showEvent(event)
        self.service.reload()

    def _appearance(self) -> Card:
        card = Card("Appearance")
        row = QHBoxLayout()
        row.addWidget(self.look)
        row.addStretch(1)
        card.add(row)
        return card

    def _show_look(self) -> None:
        names = [preference for preference, _words in _LOOKS]
        self.look.setCurrentIndex(names.index(look().preference))

    def _on_look(self, at: object) -> None:
        if isinstance(at, int):
            preference = _LOOKS[at][0]
            look().prefer(preference)
            self.look_chosen.emit(preference)


def _terms(rows: Sequence[tuple[str, str]]) -> Card:
    card = Card("Policy", caption="as the DAO voted it")
    grid = QGridLayout()
    grid.setHorizontalSpacing(tokens.GAP)
    grid.setVerticalSpacing(tokens.GRID)
    for line, (name, words) in enumerate(rows):
        grid.addWidget(plain_label(name, role="quiet"), line, 0)
        grid.addWidget(plain_label(breakable(words), wrap=True), line, 1)
    grid.setColumnStretch(1, 1)
    card.add(grid)
    card.body.addStretch(1)
    return card


def _named(title: str, caption: str, entries: Sequence[Entry]) -> Card:
    card = Card(title, caption=caption)
    for entry in entries:
        card.add(named_row(entry))
    if not entries:
        card.add(plain_label("None in this workspace.", role="quiet"))
    card.body.addStretch(1)
    return card
