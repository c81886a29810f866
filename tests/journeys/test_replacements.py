"""Speeding up and cancelling on a real chain that mines when told, through the real signer."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.journeys.conftest import Ceremony, drafted
from tests.journeys.test_closing import HOLDS_BACK, MINES_AT_ONCE, signed_by_both
from treasury_desktop.application.open_desk import OpenDesk
from treasury_desktop.desk.doors import KeyLabel, Receipt
from treasury_desktop.desk.fees import AgreedCost, CostEstimate, Speed
from treasury_desktop.desk.follow_sendings import Fate
from treasury_desktop.desk.signed_transaction import read_signed
from treasury_desktop.devnet.json_rpc import JsonRpc
from treasury_desktop.errors import Unavailable
from treasury_desktop.safes.lifecycle import State


class Waiting:
    """An execution in the pool of a node that mines only when told."""

    def __init__(self, desk: OpenDesk, chain: JsonRpc, queued_hash: bytes, key: KeyLabel) -> None:
        self.desk, self.chain, self.hash, self.key = desk, chain, queued_hash, key

    @property
    def state(self) -> State:
        """Where the transaction stands."""
        queued = self.desk.records.transaction(self.hash)
        assert queued is not None
        return queued.state

    def refreshed(self) -> State:
        """Where it stands after a refresh."""
        self.desk.refresh()
        return self.state

    def unmined(self, act: Callable[[], Receipt]) -> None:
        """Does something that ends in waiting for a receipt, and stops waiting once it is sent."""
        before = len(self.desk.records.sendings(self.hash))

        def stop_once_sent() -> None:
            until = time.monotonic() + 90
            while time.monotonic() < until:
                sendings = self.desk.records.sendings(self.hash)
                if len(sendings) > before and self._knows(sendings[-1].transaction_hash):
                    self.desk.keys.end_acts()
                    return

        watcher = threading.Thread(target=stop_once_sent)
        watcher.start()
        try:
            with pytest.raises(Unavailable, match="what became of it is unknown"):
                act()
        finally:
            watcher.join()

    def _knows(self, transaction_hash: bytes) -> bool:
        with closing(JsonRpc(self.desk.workspace.endpoints[0].url)) as chain:
            return chain.ask("eth_getTransactionByHash", "0x" + transaction_hash.hex()) is not None

    def execute(self) -> None:
        """Sends it for the first time, or again."""
        agreed = agreed_to(self.desk.sending.estimate(self.hash, self.key))
        self.unmined(lambda: self.desk.sending.execute(self.hash, self.key, agreed))

    def replace_it(self, *, cancels: bool) -> None:
        """Speeds it up or cancels it."""
        sending = self.desk.sending
        agreed = agreed_to(sending.estimate_replacement(self.hash, cancels=cancels))
        self.unmined(lambda: sending.replace_sending(self.hash, agreed, cancels=cancels))

    @contextmanager
    def another_desk(self, ceremony: Ceremony) -> Iterator[None]:
        """The program, started again."""
        self.desk.close()
        self.desk = ceremony.desk()
        yield


def agreed_to(estimate: CostEstimate) -> AgreedCost:
    """The normal speed."""
    return estimate.agreed(estimate.fees_at(Speed.NORMAL))


@pytest.fixture
def waiting(ceremony: Ceremony, tmp_path: Path) -> Iterator[Waiting]:
    """A deployment that both owners signed, sent once and in no block."""
    desk = ceremony.desk()
    desk.refresh()
    queued = desk.keep_draft(drafted(desk, 4))
    executor = signed_by_both(ceremony, desk, queued.safe_tx_hash, tmp_path)
    with closing(JsonRpc(ceremony.endpoint)) as chain:
        chain.ask("evm_setAutomine", HOLDS_BACK)
        made = Waiting(desk, chain, queued.safe_tx_hash, executor)
        made.execute()
        yield made
        chain.ask("evm_setAutomine", MINES_AT_ONCE)


def test_sped_up_cancelled_and_executed_after_all(ceremony: Ceremony, waiting: Waiting) -> None:
    """Same bytes dearer, then nothing in their place, then a block that is no more."""
    assert waiting.refreshed() is State.SENT
    with waiting.another_desk(ceremony):
        waiting.desk.refresh()
        waiting.replace_it(cancels=False)
        what = waiting.desk.sending.waiting(waiting.hash)
        assert what is not None
        assert what.fate is Fate.WAITING
        first, second = (
            read_signed(one.raw_transaction) for one in waiting.desk.records.sendings(waiting.hash)
        )
        assert (first.data, first.place) == (second.data, second.place)

        waiting.replace_it(cancels=True)
        before_block = waiting.chain.ask("evm_snapshot")
        waiting.chain.ask("evm_mine")
        assert waiting.refreshed() is State.CONFIRMED
        cancelled = read_signed(waiting.desk.records.sendings(waiting.hash)[-1].raw_transaction)
        assert cancelled.is_cancellation

        waiting.chain.ask("evm_revert", before_block)  # another block without it takes its place
        execution = waiting.desk.records.sendings(waiting.hash)[1].raw_transaction
        assert second.place == cancelled.place
        waiting.chain.ask("anvil_dropAllTransactions")
        waiting.chain.ask("eth_sendRawTransaction", "0x" + execution.hex())
        assert waiting.refreshed() is State.SENT
        waiting.chain.ask("evm_mine")
        assert waiting.refreshed() is State.EXECUTED


def test_another_transaction_of_the_executor_takes_its_place(waiting: Waiting) -> None:
    """Dropped first, and unknown; then its account nonce is used: executable again, not failed."""
    (sending,) = waiting.desk.records.sendings(waiting.hash)
    waiting.chain.ask("anvil_dropTransaction", "0x" + sending.transaction_hash.hex())
    what = waiting.desk.sending.waiting(waiting.hash)
    assert what is not None
    assert what.fate is Fate.DROPPED
    assert waiting.refreshed() is State.SENT
    whom = str(waiting.key.address)
    waiting.chain.ask("eth_sendTransaction", {"from": whom, "to": whom})
    waiting.chain.ask("evm_mine")
    assert waiting.refreshed() is State.CONFIRMED
    waiting.chain.ask("evm_setAutomine", MINES_AT_ONCE)
    estimate = waiting.desk.sending.estimate(waiting.hash, waiting.key)
    receipt = waiting.desk.sending.execute(waiting.hash, waiting.key, agreed_to(estimate))
    assert receipt.execution_success is True
