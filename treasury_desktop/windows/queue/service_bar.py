"""The Safe Transaction Service above the queue: read from it, and send to it, when asked to."""

from collections.abc import Callable, Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from treasury_desktop.assets.address import Address
from treasury_desktop.desk.exchange_with_service import ServiceReading
from treasury_desktop.desk.service_settings import ServiceState
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.safes.safe import Safe
from treasury_desktop.viewmodels.service import (
    ServiceBarView,
    ServiceRowView,
    reading_view,
    service_bar,
    service_row,
)
from treasury_desktop.windows.actions_of_service import READ, SEND, ServiceActions
from treasury_desktop.windows.errands import Done, Errands, Failed, Progress, Step
from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.queue.reading_card import ReadingCard
from treasury_desktop.windows.session import Session
from treasury_desktop.windows.untrusted import plain_label
from treasury_desktop.windows.widgets.budget_meter import BudgetMeter
from treasury_desktop.windows.widgets.card import Card
from treasury_desktop.windows.widgets.chip import Chip
from treasury_desktop.windows.widgets.disabled_reason import DisabledReason
from treasury_desktop.windows.widgets.discard import discard
from treasury_desktop.windows.widgets.fields import Tick
from treasury_desktop.windows.widgets.notice import NoticeLine
from treasury_desktop.windows.widgets.progress_row import ProgressRow


class ServiceBar(QWidget):
    """Hidden until an address was chosen in Settings; asks nothing by itself.

    Signals: `queue_outdated` when something may have been kept, `changed` when the rows of
    transactions say something else now.
    """

    queue_outdated = Signal()
    changed = Signal()

    def __init__(
        self,
        session: Session,
        errands: Errands,
        service: ServiceActions,
        safe: Callable[[], Safe | None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._errands, self._service = session, errands, service
        self._safe = safe
        self._state: ServiceState | None = None
        self._view: ServiceBarView | None = None
        self._card = Card("Safe Transaction Service")
        self.chip = Chip()
        self.meter = BudgetMeter()
        self.read = DisabledReason("Read from service", role="", icon_name="download-simple")
        self.with_untrusted = Tick("Also what the service itself does not trust")
        self.progress = ProgressRow()
        self.says = NoticeLine(can_close=True)
        self._trouble = plain_label(role="quiet", wrap=True)
        self.reading: ReadingCard | None = None
        self._column = QVBoxLayout(self)
        self._lay_out()
        self.read.clicked.connect(self._on_read)
        self.says.dismissed.connect(self._show)
        self.progress.cancel_asked.connect(lambda: errands.cancel(READ))
        session.chain_status_changed.connect(self._show)
        session.snapshot_arrived.connect(self._show)
        self.reload()

    def reload(self) -> None:
        """Reads what is kept and how much of the budget is left; asks no service."""
        self._errands.look("service of the queue", lambda _p: self._service.state(), self._on_state)

    def row_of(self, queued: QueuedTransaction, owners: Iterable[Address]) -> ServiceRowView | None:
        """What one transaction can have sent; `None` where there is no service."""
        if self._state is None or self._view is None or not self._view.is_there:
            return None
        return service_row(queued, self._safe(), self._state, owners, self._view)

    def send(self, safe_tx_hash: bytes) -> None:
        """Proposes a transaction, or adds our confirmation."""
        if self._errands.act(SEND, lambda _p: self._service.send(safe_tx_hash), self._on_sent):
            self.says.say("Sending…", "accent")
            self._show()

    # ── showing ──────────────────────────────────────────────────────────────────────────────────

    def _on_state(self, outcome: Done[ServiceState] | Failed) -> None:
        if isinstance(outcome, Done):
            self._state = outcome.value
            self._show()

    def _show(self) -> None:
        if self._state is None:
            return
        self._view = view = service_bar(
            self._state,
            has_safe=self._safe() is not None,
            chain_trouble=self._session.chain_trouble,
            is_asking=self._errands.is_acting(READ) or self._errands.is_acting(SEND),
        )
        self.setVisible(view.is_there)
        if self._card.title is not None:
            self._card.title.set_title(view.title)
        self.chip.say(view.chip.text, view.chip.kind)
        self.meter.show_use(view.meter, *view.share)
        self.with_untrusted.setVisible(not view.why_not)
        is_said = self.says.isVisibleTo(self) and self.says.text() == view.sentence
        self._trouble.setText(view.sentence)
        self._trouble.setVisible(bool(view.sentence) and not is_said)
        if view.why_not:
            self.read.refuse(view.why_not)
        else:
            self.read.allow()
        self.changed.emit()

    # ── reading and sending ──────────────────────────────────────────────────────────────────────

    def _on_read(self) -> None:
        with_untrusted = self.with_untrusted.isChecked()

        def work(progress: Progress) -> ServiceReading:
            return self._service.read(
                with_untrusted=with_untrusted,
                on_progress=progress.report,
                is_cancelled=progress.is_cancelled,
            )

        if self._errands.act(READ, work, self._on_came, on_step=self._on_step):
            self._show_reading(None)
            self.says.say("")
            self._show()

    def _on_step(self, step: Step) -> None:
        self.progress.show_step(step)

    def _on_came(self, outcome: Done[ServiceReading] | Failed) -> None:
        self.progress.end()
        if isinstance(outcome, Failed):
            self.says.say(outcome.sentence, "advice")
        elif self._state is not None:
            view = reading_view(outcome.value, self._state.host)
            self.says.say(view.sentence, view.kind)
            if view.has_more:
                self._show_reading(ReadingCard(view))
        self._after()

    def _on_sent(self, outcome: Done[str] | Failed) -> None:
        if isinstance(outcome, Failed):
            self.says.say(outcome.sentence, "block")
        else:
            self.says.say(outcome.value, "good")
        self._after()

    def _after(self) -> None:
        self._show()
        self.reload()
        self.queue_outdated.emit()

    def _show_reading(self, card: ReadingCard | None) -> None:
        if self.reading is not None:
            discard(self.reading)
        self.reading = card
        if card is not None:
            card.closed.connect(self._on_closed)
            self._column.addWidget(card)

    def _on_closed(self) -> None:
        self._show_reading(None)

    # ── layout ───────────────────────────────────────────────────────────────────────────────────

    def _lay_out(self) -> None:
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(tokens.GAP)
        if self._card.title is not None:
            self._card.title.add(self.meter, self.chip)
        row = QHBoxLayout()
        row.setSpacing(tokens.GAP)
        row.addWidget(self.read, 1)
        row.addWidget(self.with_untrusted, 0, Qt.AlignmentFlag.AlignRight)
        self._card.add(row, self._trouble, self.progress, self.says)
        self._column.addWidget(self._card)
        self.hide()
