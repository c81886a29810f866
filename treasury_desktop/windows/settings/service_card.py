"""The card that turns the optional Safe Transaction Service on and off."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QPushButton, QWidget

from treasury_desktop.desk.service_settings import MOST_ADDRESS_CHARACTERS, ServiceState
from treasury_desktop.errors import Malformed
from treasury_desktop.viewmodels.service import BELIEVED, LEARNS, UNDER_WAY, service_view
from treasury_desktop.windows.actions_of_service import KEEP, TRY, ServiceActions
from treasury_desktop.windows.errands import Done, Errands, Failed
from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.style import set_variant
from treasury_desktop.windows.untrusted import PlainLabel, plain_label
from treasury_desktop.windows.widgets.budget_meter import BudgetMeter
from treasury_desktop.windows.widgets.card import Card
from treasury_desktop.windows.widgets.chip import Chip
from treasury_desktop.windows.widgets.disabled_reason import DisabledReason
from treasury_desktop.windows.widgets.notice import NoticeLine

FIELD_WIDTH = 480
BUDGET_WIDTH = 120
MOST_KEY_CHARACTERS = 4_000
NAMES = {"service": "Address", "service key": "API key", "budget": "Requests a month"}
"""The fields by the names under which they are refused."""


class ServiceCard(Card):
    """Address, API key and budget of a service, and what it learns.

    Signals: `changed` when it was turned on or off or changed.
    """

    changed = Signal()

    def __init__(
        self, errands: Errands, service: ServiceActions, parent: QWidget | None = None
    ) -> None:
        super().__init__("Safe Transaction Service", caption="optional", parent=parent)
        self._errands, self._service = errands, service
        self._state: ServiceState | None = None
        self._acting = self._done = ""
        self.chip = Chip()
        self.fields = {name: QLineEdit() for name in NAMES}
        self.refusals = {name: plain_label(kind="block", wrap=True) for name in NAMES}
        self._key_words = plain_label(role="quiet", wrap=True)
        self.forget = QPushButton("Forget the key")
        self.meter = BudgetMeter()
        self._sentence = plain_label(wrap=True)
        self.says = NoticeLine(can_close=True)
        self.main = DisabledReason("Turn on", icon_name="power")
        self.attempt = QPushButton("Try the connection")
        self.off = QPushButton("Turn off")
        self._lay_out()
        self._connect()
        self.reload()

    def reload(self) -> None:
        """Reads what is kept, and the count of requests; asks no service."""
        self._errands.look("service settings", lambda _p: self._service.state(), self._on_state)

    # ── showing ──────────────────────────────────────────────────────────────────────────────────

    def _on_state(self, outcome: Done[ServiceState] | Failed) -> None:
        if isinstance(outcome, Failed):
            self.says.say(outcome.sentence, "block")
            return
        is_first = self._state is None
        self._state = outcome.value
        if is_first:
            self._fill(outcome.value)
        self._show()

    def _fill(self, state: ServiceState) -> None:
        """What is kept, into the fields; the key never is."""
        self.fields["service"].setText(state.settings.address)
        self.fields["budget"].setText(str(state.settings.requests_per_month))
        self.fields["service key"].clear()

    def _show(self) -> None:
        state = self._state
        if state is None:
            return
        view = service_view(state)
        self.chip.say(view.chip.text, view.chip.kind)
        self._sentence.setText(view.sentence)
        self.meter.show_use(view.meter, *view.share)
        self._key_words.setText(view.key_words)
        self.fields["service key"].setPlaceholderText(view.key_hint)
        self.main.set_text(view.main)
        is_busy = self._is_busy
        self.forget.setVisible(bool(state.settings.key_entry))
        for button, is_apt in ((self.attempt, state.is_on), (self.off, state.is_on)):
            button.setVisible(is_apt)
        self.attempt.setEnabled(not is_busy and not state.is_used_up)
        self.forget.setEnabled(not is_busy)
        self.off.setEnabled(not is_busy)
        self._show_main(state, is_busy=is_busy)

    @property
    def _is_busy(self) -> bool:
        return self._errands.is_acting(KEEP) or self._errands.is_acting(TRY)

    def _show_main(self, state: ServiceState, *, is_busy: bool) -> None:
        address = self.fields["service"].text().strip()
        is_as_kept = (
            address == state.settings.address
            and self.fields["budget"].text().strip() == str(state.settings.requests_per_month)
            and not self.fields["service key"].text()
        )
        if is_busy:
            self.main.refuse(UNDER_WAY)
        elif not address:
            self.main.refuse("Type the address of a service first.")
        elif state.is_on and is_as_kept:
            self.main.refuse("Nothing was changed.")
        else:
            self.main.allow()

    # ── acting ───────────────────────────────────────────────────────────────────────────────────

    def _on_main(self) -> None:
        if not self.main.button.isEnabled():
            return
        address, budget = self.fields["service"].text(), self.fields["budget"].text()
        key = self.fields["service key"].text().strip()
        self._act(KEEP, lambda: self._service.turn_on(address, budget, key), "It is on.")

    def _on_try(self) -> None:
        self._act(TRY, self._service.try_connection, "")

    def _on_off(self) -> None:
        self._act(KEEP, self._service.turn_off, "It is off; nothing is asked any more.")

    def _on_forget(self) -> None:
        self._act(KEEP, self._service.forget_key, "The API key is forgotten.")

    def _act(self, name: str, work: Callable[[], ServiceState], done: str) -> None:
        if self._is_busy:  # one at a time: each replaces the state
            return
        if self._errands.act(name, lambda _p: work(), self._on_acted):
            self._acting, self._done = name, done
            self.says.say("")
            self._refuse("", "")
            self._show()

    def _on_acted(self, outcome: Done[ServiceState] | Failed) -> None:
        if isinstance(outcome, Failed):
            error = outcome.error
            if isinstance(error, Malformed) and error.field in NAMES:
                self._refuse(error.field, error.problem)
            else:
                self.says.say(outcome.sentence, "block")
            self._show()
            self.reload()  # part of it may have been done
            return
        self._state = outcome.value
        if self._acting == KEEP:
            self._fill(outcome.value)
        self.says.say(self._done, "good")
        self._show()
        self.changed.emit()

    def _refuse(self, field: str, problem: str) -> None:
        """The sentence beside the field it is about, which gets the keyboard."""
        for name, label in self.refusals.items():
            is_it = name == field
            label.setText(f"{NAMES[name]}: {problem}." if is_it else "")
            label.setVisible(is_it)
            set_variant(self.fields[name], kind="block" if is_it else "")
            if is_it:
                self.fields[name].setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_edited(self) -> None:
        self._refuse("", "")
        self._show()

    # ── layout ───────────────────────────────────────────────────────────────────────────────────

    def _connect(self) -> None:
        for field in self.fields.values():
            field.textEdited.connect(self._on_edited)
            field.returnPressed.connect(self._on_main)
        self.main.clicked.connect(self._on_main)
        self.attempt.clicked.connect(self._on_try)
        self.off.clicked.connect(self._on_off)
        self.forget.clicked.connect(self._on_forget)

    def _lay_out(self) -> None:
        if self.title is not None:
            self.title.add(self.chip)
        self._prepare_fields()
        grid = QGridLayout()
        grid.setHorizontalSpacing(tokens.GAP)
        grid.setVerticalSpacing(tokens.GRID)
        grid.setColumnStretch(1, 1)
        self._row(grid, "service")
        self._row(grid, "service key", self.forget)
        grid.addWidget(self._key_words, grid.rowCount(), 1)
        self._row(grid, "budget", self.meter)
        set_variant(self.forget, role="ghost")
        buttons = QHBoxLayout()
        buttons.setSpacing(tokens.GRID)
        buttons.addWidget(self.attempt)
        buttons.addWidget(self.off)
        buttons.addWidget(self.main, 1)
        self.add(plain_label(LEARNS, wrap=True), plain_label(BELIEVED, role="quiet", wrap=True))
        self.add(grid, self._sentence, self.says, buttons)

    def _row(self, grid: QGridLayout, name: str, *beside: QWidget) -> None:
        row = grid.rowCount()
        label: PlainLabel = plain_label(NAMES[name], role="quiet")
        across = QHBoxLayout()
        across.setSpacing(tokens.GAP)
        across.addWidget(self.fields[name])
        for widget in beside:
            across.addWidget(widget)
        across.addStretch(1)
        grid.addWidget(label, row, 0)
        grid.addLayout(across, row, 1)
        self.refusals[name].hide()
        grid.addWidget(self.refusals[name], row + 1, 1)

    def _prepare_fields(self) -> None:
        address, key, budget = (self.fields[name] for name in NAMES)
        for name, field in self.fields.items():
            field.setAccessibleName(f"{NAMES[name]} of the Safe Transaction Service")
        address.setPlaceholderText("https://api.safe.global/tx-service/eth")
        address.setMaxLength(MOST_ADDRESS_CHARACTERS)
        for field in (address, key):
            field.setFixedWidth(FIELD_WIDTH)
        set_variant(address, role="mono")
        key.setEchoMode(QLineEdit.EchoMode.Password)
        key.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        key.setDragEnabled(False)
        key.setMaxLength(MOST_KEY_CHARACTERS)
        key.setInputMethodHints(
            Qt.InputMethodHint.ImhHiddenText | Qt.InputMethodHint.ImhSensitiveData
        )
        budget.setMaxLength(12)
        budget.setMaximumWidth(BUDGET_WIDTH)
