"""What an open desk does to send executions: estimate, sign and send, follow."""

import time
from typing import TYPE_CHECKING

from treasury_desktop.desk.doors import KeyLabel, Receipt
from treasury_desktop.desk.estimate_cost import estimate_cost
from treasury_desktop.desk.execute_transaction import execute_transaction
from treasury_desktop.desk.fees import AgreedCost, CostEstimate
from treasury_desktop.desk.follow_sendings import follow_execution
from treasury_desktop.errors import Cancelled

if TYPE_CHECKING:
    from treasury_desktop.application.open_desk import OpenDesk

SECONDS_BETWEEN_LOOKS = 0.5


class SendingDesk:
    """Keeps the Protocol `windows.actions_of_sending.SendingActions`."""

    def __init__(self, desk: "OpenDesk") -> None:
        self._desk = desk

    def estimate(self, safe_tx_hash: bytes, executor: KeyLabel) -> CostEstimate:
        """What it would cost now, by the very bytes that would be sent."""
        from treasury_desktop.chain.broadcaster import Broadcaster  # noqa: PLC0415  loads web3
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
            broadcaster=Broadcaster(node),
            records=desk.records,
            now=desk.now(),
            confirmations_on_chain=ConfirmationReader(node),
        )

    def execute(
        self, safe_tx_hash: bytes, executor: KeyLabel, agreed: AgreedCost | None
    ) -> Receipt:
        """Send it and wait for what becomes of it; without `agreed` at what it costs by then."""
        from treasury_desktop.chain.broadcaster import Broadcaster  # noqa: PLC0415  loads web3
        from treasury_desktop.chain.confirmation_reader import (  # noqa: PLC0415  loads web3
            ConfirmationReader,
        )
        from treasury_desktop.chain.safe_reader import SafeReader  # noqa: PLC0415  loads web3

        desk = self._desk
        node = desk.open_node()
        broadcaster = Broadcaster(node)
        is_stopped = desk.stopped_since()
        desk.refresh()  # fresh facts: an execution is judged by the newest block
        if is_stopped():
            raise Cancelled("Cancelled; nothing was sent.")
        with desk.signer() as signer:
            execute_transaction(
                safe_tx_hash,
                desk.local_facts(),
                executor,
                signer=signer,
                reader=SafeReader(node),
                broadcaster=broadcaster,
                records=desk.records,
                now=desk.now(),
                confirmations_on_chain=ConfirmationReader(node),
                agreed=agreed,
            )
        return follow_execution(
            safe_tx_hash,
            broadcaster,
            desk.records,
            pause=lambda: time.sleep(SECONDS_BETWEEN_LOOKS),
            is_cancelled=is_stopped,
            now=desk.now(),
        )
