"""The page on which a workspace begins: paste a Safe, name nodes, look, confirm.

Nobody is contacted before the person presses the button, and then only the nodes named here.
"""

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from treasury_desktop.desk.begin_workspace import Choices, WantedSafe
from treasury_desktop.errors import Malformed
from treasury_desktop.treasury.first_sight import FirstSight
from treasury_desktop.treasury.workspace import Endpoint
from treasury_desktop.viewmodels.beginning import sight_words
from treasury_desktop.windows.actions_of_beginning import BeginningActions
from treasury_desktop.windows.beginning.found_cards import HoldingsCard, SafeCard
from treasury_desktop.windows.beginning.names_card import NamesCard
from treasury_desktop.windows.errands import Done, Errands, Failed
from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.style import look, set_variant
from treasury_desktop.windows.untrusted import plain_label
from treasury_desktop.windows.widgets.card import Card
from treasury_desktop.windows.widgets.disabled_reason import DisabledReason
from treasury_desktop.windows.widgets.field_rows import Column, FieldRows
from treasury_desktop.windows.widgets.node_rows import NodeRows
from treasury_desktop.windows.widgets.notice import NoticeLine

LOOK, CREATE = "first look", "begin workspace"
MOST_SAFES = 20
NOBODY = (
    "Nobody is contacted before you press Look, and then only these. With two or more an answer "
    "counts where they agree; a single node is believed in everything."
)


@dataclass(frozen=True, slots=True)
class _Asked:
    wanted: tuple[WantedSafe, ...]
    endpoints: tuple[Endpoint, ...]


class BeginningPage(QWidget):
    """From an address to a treasury. Signals: `created` once treasury.toml is written."""

    created = Signal()

    def __init__(
        self, errands: Errands, actions: BeginningActions, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._errands, self._actions = errands, actions
        self._asked: _Asked | None = None
        self._sight: FirstSight | None = None
        self.safes = FieldRows(
            [Column(name="Safe", hint="0x… or eth:0x… or a link", most=2_000, is_mono=True)],
            another="Another Safe",
            most=MOST_SAFES,
        )
        self.nodes = NodeRows(name_width=200)
        self.look = DisabledReason("Look")
        self.cancel = QPushButton("Cancel")
        self.says = NoticeLine(can_close=True)
        self.holdings: HoldingsCard | None = None
        self.names: NamesCard | None = None
        self.open = DisabledReason("Open this treasury", icon_name="check")
        self._found = QWidget()
        self.setFocusProxy(self.safes.field(0))
        self._lay_out()
        self._connect()
        self._show()

    # ── looking ──────────────────────────────────────────────────────────────────────────────────

    def _on_look(self) -> None:
        if self.look.reason:
            return
        try:
            asked = _Asked(
                tuple(self._actions.wanted_safe(row[0]) for row in self.safes.texts),
                self.nodes.endpoints,
            )
        except Malformed as failure:
            self.says.say(failure.sentence, "block")
            return
        self._forget()
        self._asked = asked
        self.says.say("")
        self.cancel.show()
        self.look.refuse("Looking…")
        self._errands.look(
            LOOK, lambda _p: self._actions.look(asked.wanted, asked.endpoints), self._on_found
        )

    def _on_cancel(self) -> None:
        self._errands.cancel_look(LOOK)
        self._actions.hang_up()
        self._asked = None
        self.says.say("The look was cancelled; nothing was kept.")
        self._end_look()

    def _on_found(self, outcome: Done[FirstSight] | Failed) -> None:
        if isinstance(outcome, Failed):
            self._asked = None
            self.says.say(outcome.sentence, "block")
        else:
            self._take(outcome.value)
        self._end_look()

    def _end_look(self) -> None:
        self.cancel.hide()
        self._show()

    def _take(self, sight: FirstSight) -> None:
        """Shows what was found, and the names to choose."""
        self._sight = sight
        words = sight_words(sight, self._actions.now())
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.GAP)
        column.addWidget(plain_label(f"On {words.chain}", role="section"))
        for safe in words.safes:
            column.addWidget(SafeCard(safe))
        self.holdings, self.names = HoldingsCard(words), NamesCard(words)
        self.names.changed.connect(self._show)
        column.addWidget(self.holdings)
        column.addWidget(self.names)
        found = QWidget()
        found.setLayout(column)
        self._replace_found(found)
        self.names.treasury.setFocus()

    def _forget(self) -> None:
        """What was found is of other addresses or nodes than those that stand here now."""
        if self._sight is not None:
            self._sight = self.holdings = self.names = None
            self._replace_found(QWidget())

    def _replace_found(self, found: QWidget) -> None:
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.replaceWidget(self._found, found)
        self._found.hide()
        self._found.deleteLater()
        self._found = found
        look().dress_part(found)

    def _on_changed(self) -> None:
        """Another address or node: what was found, or is being asked, no longer counts."""
        if self._asked is not None and self._sight is None:
            self._errands.cancel_look(LOOK)
            self._actions.hang_up()
        self._asked = None
        self._forget()
        self._end_look()

    # ── creating ─────────────────────────────────────────────────────────────────────────────────

    def _on_create(self) -> None:
        if self._sight is None or self._asked is None or self.names is None:
            return
        assert self.holdings is not None
        sight, endpoints = self._sight, self._asked.endpoints
        choices = Choices(
            name=self.names.treasury.text().strip(),
            chain_name=self.names.chain.text().strip(),
            native_symbol=self.names.coin.text().strip(),
            safe_names=tuple(field.text().strip() for field in self.names.safes),
            tokens=self.holdings.chosen,
        )
        self._errands.act(
            CREATE, lambda _p: self._actions.create(sight, choices, endpoints), self._on_created
        )
        self._show()

    def _on_created(self, outcome: Done[None] | Failed) -> None:
        if isinstance(outcome, Failed):
            self.says.say(f"Nothing was written. {outcome.sentence}", "block")
            self._show()
            return
        self.created.emit()

    # ── showing ──────────────────────────────────────────────────────────────────────────────────

    def _show(self) -> None:
        if why := self._why_not_look():
            self.look.refuse(why)
        else:
            self.look.allow()
        self.look.set_text("Look again" if self._sight is not None else "Look")
        set_variant(self.look.button, role="" if self._sight is not None else "primary")
        self.open.setVisible(self._sight is not None)
        if why := self._why_not_create():
            self.open.refuse(why)
        else:
            self.open.allow()

    def _why_not_look(self) -> str:
        if not self.safes.texts:
            return "Paste the address of a Safe first."
        if not self.nodes.texts:
            return "Name a node that may be asked."
        if why := self.nodes.why_not:
            return why
        return "Looking…" if self._asked is not None and self._sight is None else ""

    def _why_not_create(self) -> str:
        if self._sight is None or self.names is None:
            return "Look first."
        if self._errands.is_acting(CREATE):
            return "Writing…"
        fields = (self.names.treasury, *self.names.safes, self.names.chain, self.names.coin)
        missing = next((field for field in fields if not field.text().strip()), None)
        if missing is not None:
            return f"Name it first: {missing.accessibleName()}."
        return ""

    def _connect(self) -> None:
        self.safes.changed.connect(self._on_changed)
        self.nodes.changed.connect(self._on_changed)
        self.safes.entered.connect(self._on_look)
        self.nodes.entered.connect(self._on_look)
        self.look.clicked.connect(self._on_look)
        self.cancel.clicked.connect(self._on_cancel)
        self.open.clicked.connect(self._on_create)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.GAP)
        safes = Card("Which Safes", caption="all of one treasury, on one chain")
        safes.add(self.safes)
        nodes = Card("Which nodes")
        nodes.add(self.nodes, plain_label(NOBODY, role="quiet", wrap=True))
        row = QHBoxLayout()
        row.setSpacing(tokens.GRID)
        row.addWidget(self.look, 1)
        row.addWidget(self.cancel)
        self.cancel.hide()
        place = f"It will be kept in {self._actions.place}, in a file that you can read and edit."
        self.open.hide()
        for part in (safes, nodes):
            column.addWidget(part)
        column.addLayout(row)
        column.addWidget(self.says)
        column.addWidget(self._found)
        column.addWidget(self.open)
        column.addWidget(plain_label(place, role="quiet", wrap=True))
        column.addStretch(1)
