"""The review page on a batch of 20,000 payments to strangers; says its event loop's longest block.

The batch is reviewed, shown, scrolled through to its last call and left alone until garbage has
been collected, as the window does it. Ends with its input.
"""

import sys
from collections.abc import Callable

from PySide6.QtCore import QObject, QSocketNotifier, QTimer
from PySide6.QtWidgets import QApplication

from tests.samples import USDC_AT, a_safe, a_snapshot
from tests.signing_desk import a_kept, a_signing_desk, a_transfer_data
from treasury_desktop.deployments.calls import Call, safe_tx_of
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.windows.collector import INTERVAL_MS, Collector
from treasury_desktop.windows.errands import Errands
from treasury_desktop.windows.heartbeat import Heartbeat
from treasury_desktop.windows.review.acknowledged import Acknowledged
from treasury_desktop.windows.review.page import ReviewPage
from treasury_desktop.windows.session import Session

CALLS = 20_000
DOLLAR = 10**6
LOOKED_AT_MS = 1_000


def a_batch_to_strangers() -> SafeTx:
    """One dollar to each of 20,000 addresses."""
    calls = (
        Call(
            to=USDC_AT, data=a_transfer_data((number << 64).to_bytes(20, "big"), 10**6), purpose=""
        )
        for number in range(1, CALLS + 1)
    )
    return safe_tx_of(tuple(calls), a_safe(), 12)


class Reading(QObject):
    """What a person does with it, one step after the other."""

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        kept = a_kept(a_batch_to_strangers())
        self._chosen = kept.safe_tx_hash
        self._session = Session(self)
        self._session.take_snapshot(a_snapshot())
        self._session.take_queue((kept,))
        self._collector = Collector(self)
        self._acknowledged = Acknowledged(self)
        desk = a_signing_desk((kept,))
        self.page = ReviewPage(self._session, Errands(self), desk, self._acknowledged)
        self.page.resize(1280, 800)
        self._heartbeat = Heartbeat(self)

    def begin(self) -> None:
        """Chooses the batch in the queue."""
        self._heartbeat.start()
        self._acknowledged.changed.connect(self._on_changed)
        self._session.select(self._chosen)

    def _on_changed(self) -> None:
        if self._acknowledged.review is not None:
            self._acknowledged.changed.disconnect(self._on_changed)
            self._then(self._scroll)

    def _scroll(self) -> None:
        self.page.tree.scrollToBottom()
        self._then(self._go_to_the_last)

    def _go_to_the_last(self) -> None:
        self.page.tree.show_path(f"0.{CALLS - 1}")
        self._then(self._say, INTERVAL_MS + LOOKED_AT_MS)

    def _say(self) -> None:
        print(self._heartbeat.stop(), flush=True)  # noqa: T201  the answer

    def _then(self, step: Callable[[], None], milliseconds: int = LOOKED_AT_MS) -> None:
        QTimer.singleShot(milliseconds, self, step)


if __name__ == "__main__":
    application = QApplication(sys.argv)
    reading = Reading(application)
    end = QSocketNotifier(0, QSocketNotifier.Type.Read)
    end.activated.connect(application.quit)
    reading.page.show()
    QTimer.singleShot(LOOKED_AT_MS, reading, reading.begin)
    sys.exit(application.exec())
