"""What is current: the one place pages read it from, so that no widget holds the truth.

Everything here is immutable; a newer state replaces the older one whole, and a signal without
arguments says so. Numbers never travel in typed signals, which cut them to 32 bits.
"""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from treasury_desktop.safes.queued import QueuedTransaction
    from treasury_desktop.treasury.snapshot import TreasurySnapshot


class Session(QObject):
    """The snapshot, queue, selection and state of the chain that all pages show.

    Signals: `snapshot_arrived`, `queue_changed`, `selection_changed`, `chain_status_changed`, each
    after the fact and without arguments; `refresh_asked` and `refresh_ended` around a refresh;
    `signing_stopped` when the program met a fault of its own.
    """

    snapshot_arrived = Signal()
    queue_changed = Signal()
    selection_changed = Signal()
    chain_status_changed = Signal()
    refresh_asked = Signal()
    refresh_ended = Signal()
    signing_stopped = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._snapshot: TreasurySnapshot | None = None
        self._queue: tuple[QueuedTransaction, ...] = ()
        self._selection: bytes | None = None
        self._chain_trouble = ""
        self._trouble_since: int | None = None
        self._is_refreshing = self._asks_again = False
        self._why_no_signing = ""

    @property
    def snapshot(self) -> "TreasurySnapshot | None":
        """The treasury as last read, or `None` before the first time."""
        return self._snapshot

    @property
    def queue(self) -> "tuple[QueuedTransaction, ...]":
        """The transactions not yet executed."""
        return self._queue

    @property
    def selection(self) -> bytes | None:
        """The safeTxHash of the transaction under review, or `None`."""
        return self._selection

    @property
    def selected(self) -> "QueuedTransaction | None":
        """The queued transaction under review, or `None`."""
        return next((each for each in self._queue if each.safe_tx_hash == self._selection), None)

    @property
    def chain_trouble(self) -> str:
        """One sentence why the chain does not answer; empty while it does."""
        return self._chain_trouble

    @property
    def trouble_since(self) -> int | None:
        """When the chain first failed to answer, in Unix seconds."""
        return self._trouble_since

    @property
    def is_refreshing(self) -> bool:
        """Whether a refresh is under way."""
        return self._is_refreshing

    @property
    def why_no_signing(self) -> str:
        """One sentence why nothing is signed or sent any more; empty while it may be."""
        return self._why_no_signing

    def stop_signing(self, sentence: str) -> None:
        """Nothing is signed or sent from now on; there is no way back but a new start."""
        if not self._why_no_signing:
            self._why_no_signing = sentence
            self.signing_stopped.emit()

    def take_snapshot(self, snapshot: "TreasurySnapshot") -> None:
        """Makes this snapshot the current one; an equal one changes nothing."""
        if snapshot != self._snapshot:
            self._snapshot = snapshot
            self.snapshot_arrived.emit()

    def take_queue(self, queue: "tuple[QueuedTransaction, ...]") -> None:
        """Makes this queue the current one."""
        if queue != self._queue:
            self._queue = queue
            self.queue_changed.emit()

    def select(self, safe_tx_hash: bytes | None) -> None:
        """Chooses the transaction that review and sign are about."""
        if safe_tx_hash != self._selection:
            self._selection = safe_tx_hash
            self.selection_changed.emit()

    def chain_answered(self) -> None:
        """The chain answers: earlier trouble is over."""
        if self._chain_trouble:
            self._chain_trouble, self._trouble_since = "", None
            self.chain_status_changed.emit()

    def chain_failed(self, sentence: str, now: int) -> None:
        """The chain does not answer; the first failure's time stays until it does again."""
        if sentence == self._chain_trouble:
            return
        if self._trouble_since is None:
            self._trouble_since = now
        self._chain_trouble = sentence
        self.chain_status_changed.emit()

    def ask_refresh(self) -> None:
        """Asks whoever reads the chain to do so, unless that is under way."""
        if not self._is_refreshing:
            self._is_refreshing = True
            self.refresh_asked.emit()

    def ask_refresh_anew(self) -> None:
        """Asks also while one is under way, which asks nodes of before: then again after it."""
        self._asks_again = self._is_refreshing
        self.ask_refresh()

    def end_refresh(self) -> None:
        """The refresh is over, whatever came of it; another begins where one was asked anew."""
        if self._is_refreshing:
            self._is_refreshing = False
            self.refresh_ended.emit()
            if self._asks_again:
                self._asks_again = False
                self.ask_refresh()
