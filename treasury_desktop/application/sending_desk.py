"""What an open desk does to send executions: estimate, sign and send, follow."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from treasury_desktop.desk.doors import KeyLabel, Receipt
from treasury_desktop.desk.estimate_cost import estimate_cost
from treasury_desktop.desk.execute_transaction import execute_transaction
from treasury_desktop.desk.fees import AgreedCost, CostEstimate
from treasury_desktop.desk.follow_sendings import WaitingSending, follow_execution
from treasury_desktop.desk.replace_sending import (
    cancel_sending,
    estimate_cancellation,
    estimate_speed_up,
    speed_up,
    what_waits,
)
from treasury_desktop.errors import Cancelled, Refused

if TYPE_CHECKING:
    from treasury_desktop.application.open_desk import OpenDesk
    from treasury_desktop.chain.broadcaster import Broadcaster

SECONDS_BETWEEN_LOOKS = 0.5


class SendingDesk:
    """Keeps the Protocol `windows.actions_of_sending.SendingActions`."""

    def __init__(self, desk: "OpenDesk") -> None:
        self._desk = desk

    def estimate(self, safe_tx_hash: bytes, executor: KeyLabel) -> CostEstimate:
        """What it would cost now, by the very bytes that would be sent."""
        from treasury_desktop.chain.confirmation_reader import (  # noqa: PLC0415  loads web3
            ConfirmationReader,
        )
        from treasury_desktop.chain.safe_reader import SafeReader  # noqa: PLC0415  loads web3

        desk = self._desk
        node = desk.open_node()
        return estimate_cost(
            safe_tx_hash,
            desk.local_facts(),
            executor,
            reader=SafeReader(node),
            broadcaster=self._broadcaster(),
            records=desk.records,
            now=desk.now(),
            confirmations_on_chain=ConfirmationReader(node),
        )

    def execute(self, safe_tx_hash: bytes, executor: KeyLabel, agreed: AgreedCost) -> Receipt:
        """Send it at what was agreed, and wait for what becomes of it."""
        from treasury_desktop.chain.confirmation_reader import (  # noqa: PLC0415  loads web3
            ConfirmationReader,
        )
        from treasury_desktop.chain.safe_reader import SafeReader  # noqa: PLC0415  loads web3

        desk = self._desk
        node = desk.open_node()
        broadcaster = self._broadcaster()
        is_stopped = desk.keys.stopped_since()
        desk.refresh()  # fresh facts: an execution is judged by the newest block
        if is_stopped():
            raise Cancelled("Cancelled; nothing was sent.")
        with desk.signer() as signer:
            execute_transaction(
                safe_tx_hash,
                desk.local_facts(),
                executor,
                agreed,
                signer=signer,
                reader=SafeReader(node),
                broadcaster=broadcaster,
                records=desk.records,
                now=desk.now(),
                confirmations_on_chain=ConfirmationReader(node),
            )
        return self._followed(safe_tx_hash, broadcaster, is_stopped)

    def waiting(self, safe_tx_hash: bytes) -> WaitingSending | None:
        """What is on its way for it; what was mined meanwhile is recorded."""
        desk = self._desk
        return what_waits(safe_tx_hash, self._broadcaster(), desk.records, now=desk.now())

    def estimate_replacement(self, safe_tx_hash: bytes, *, cancels: bool) -> CostEstimate:
        """What speeding it up or cancelling it would cost now."""
        desk = self._desk
        estimate = estimate_cancellation if cancels else estimate_speed_up
        return estimate(safe_tx_hash, self._broadcaster(), desk.records, now=desk.now())

    def replace_sending(self, safe_tx_hash: bytes, agreed: AgreedCost, *, cancels: bool) -> Receipt:
        """Send a replacement and wait for whichever of them is mined."""
        from treasury_desktop.chain.safe_reader import SafeReader  # noqa: PLC0415  loads web3

        desk = self._desk
        broadcaster = self._broadcaster()
        is_stopped = desk.keys.stopped_since()
        desk.refresh()  # a speed-up is judged by the newest block, and what ran needs neither
        if is_stopped():
            raise Cancelled("Cancelled; nothing was sent.")
        executor = self._executor_of(safe_tx_hash)
        with desk.signer() as signer:
            if cancels:
                cancel_sending(
                    safe_tx_hash, executor, agreed,
                    signer=signer, broadcaster=broadcaster, records=desk.records, now=desk.now(),
                )  # fmt: skip
            else:
                speed_up(
                    safe_tx_hash, desk.local_facts(), executor, agreed,
                    signer=signer, reader=SafeReader(desk.open_node()),
                    broadcaster=broadcaster, records=desk.records, now=desk.now(),
                )  # fmt: skip
        return self._followed(safe_tx_hash, broadcaster, is_stopped)

    def _executor_of(self, safe_tx_hash: bytes) -> KeyLabel:
        """The key of this desk that sent it."""
        waiting = self.waiting(safe_tx_hash)
        signed = None if waiting is None else waiting.signed
        if signed is None:
            raise Refused("Nothing waits any more: look at what became of it.")
        keys = self._desk.keys.all()
        for key in keys:
            if key.address == signed.sender and key.is_here:
                return key
        raise Refused(f"The key of {signed.sender}, which sent it, is not on this desk.")

    def _broadcaster(self) -> "Broadcaster":
        from treasury_desktop.chain.broadcaster import Broadcaster  # noqa: PLC0415  loads web3

        return Broadcaster(self._desk.open_node())

    def _followed(
        self, safe_tx_hash: bytes, broadcaster: "Broadcaster", is_stopped: Callable[[], bool]
    ) -> Receipt:
        return follow_execution(
            safe_tx_hash,
            broadcaster,
            self._desk.records,
            pause=lambda: time.sleep(SECONDS_BETWEEN_LOOKS),
            is_cancelled=is_stopped,
            now=self._desk.now(),
        )
