"""Closing the window in the middle of an act with a key: nothing is signed, nothing is lost."""

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from tests.desk.in_memory import MemorySigner
from tests.journeys.conftest import Ceremony, drafted, executed, key_of, save_bundle
from tests.samples import an_agreed_cost
from treasury_desktop.application.open_desk import OpenDesk
from treasury_desktop.application.window import DeskWindow
from treasury_desktop.chain.broadcaster import Broadcaster
from treasury_desktop.chain.safe_reader import SafeReader
from treasury_desktop.desk.doors import KeyLabel
from treasury_desktop.desk.execute_transaction import execute_transaction
from treasury_desktop.devnet.json_rpc import JsonRpc
from treasury_desktop.errors import Cancelled, Refused, Unavailable
from treasury_desktop.keys.signer_process import WindowWish
from treasury_desktop.safes.lifecycle import State
from treasury_desktop.windows.errands import Failed

MINES_AT_ONCE, HOLDS_BACK = True, False  # how evm_setAutomine is told


def a_window(desk: OpenDesk) -> DeskWindow:
    """A shown window of this desk."""
    opened = DeskWindow(lambda: desk)
    opened.open()
    opened.window.show()
    return opened


def passphrase_window(desk: OpenDesk) -> int | None:
    """The process that asks for a passphrase, once it runs."""
    running = None if desk.keys._acting is None else desk.keys._acting._running
    return None if running is None else running.process_id


@pytest.mark.parametrize("how", ["close", "cancel"])
def test_passphrase_window_ends_with_the_act(ceremony: Ceremony, qtbot: QtBot, how: str) -> None:
    """Closing the window or cancelling the act ends the other window; nothing was signed."""
    desk = ceremony.desk()
    desk.refresh()
    owner = key_of(desk, "Owner A")
    queued = desk.keep_draft(drafted(desk, 4))
    review = desk.review(queued.safe_tx_hash)
    desk.keys.wish = WindowWish()  # from now on a person would type, and nobody does
    opened, said = a_window(desk), list[Any]()
    opened.errands.act("sign", lambda _: desk.sign(review, owner), said.append, room="keys")
    qtbot.waitUntil(lambda: passphrase_window(desk) is not None, timeout=20_000)
    child = passphrase_window(desk)

    if how == "cancel":
        opened.errands.cancel("sign")
        qtbot.waitUntil(lambda: bool(said), timeout=20_000)
        assert not desk._records.transaction(queued.safe_tx_hash).confirmations  # type: ignore[union-attr]
    opened.window.close()

    assert isinstance(said[0], Failed)
    assert isinstance(said[0].error, Cancelled)
    assert not Path(f"/proc/{child}").exists()
    with pytest.raises(Refused, match="window was closed"):
        desk.sign(review, owner)
    again = ceremony.desk(is_online=False).records.transaction(queued.safe_tx_hash)
    assert again is not None
    assert again.confirmations == ()
    assert again.state is State.DRAFTED


def test_closing_while_a_receipt_is_waited_for(
    ceremony: Ceremony, qtbot: QtBot, tmp_path: Path
) -> None:
    """It was sent and is in no block: closing waits no longer, and the next desk finishes it."""
    desk = ceremony.desk()
    desk.refresh()
    queued = desk.keep_draft(drafted(desk, 4))
    executor = signed_by_both(ceremony, desk, queued.safe_tx_hash, tmp_path)
    opened, said = a_window(desk), list[Any]()
    with closing(JsonRpc(ceremony.endpoint)) as chain:
        chain.ask("evm_setAutomine", HOLDS_BACK)
        opened.errands.act(
            "execute", lambda _: executed(desk, queued.safe_tx_hash, executor), said.append
        )
        qtbot.waitUntil(lambda: pending_transactions(chain) == 1, timeout=60_000)

        opened.window.close()
        again = ceremony.desk()
        (sending,) = again.records.sendings(queued.safe_tx_hash)
        sent = execute_once_more(again, queued.safe_tx_hash, executor)
        pending = pending_transactions(chain)
        chain.ask("evm_mine")
        chain.ask("evm_setAutomine", MINES_AT_ONCE)
        again.refresh()

    assert isinstance(said[0], Failed)
    assert isinstance(said[0].error, Unavailable)
    assert (sent, pending) == (sending.transaction_hash, 1)
    kept = again.records.transaction(queued.safe_tx_hash)
    assert kept is not None
    assert (kept.state, kept.transaction_hash) == (State.EXECUTED, sending.transaction_hash)
    assert len(again.records.sendings(queued.safe_tx_hash)) == 1


def pending_transactions(chain: JsonRpc) -> int:
    """How many transactions wait for a block."""
    return int(chain.ask("txpool_status")["pending"], 16)


def execute_once_more(desk: OpenDesk, safe_tx_hash: bytes, executor: KeyLabel) -> bytes:
    """Execute pressed again, on the real chain, where nobody is there to type a passphrase."""
    node = desk.open_node()
    return execute_transaction(
        safe_tx_hash, desk.local_facts(), executor, an_agreed_cost(),
        signer=Nobody(), reader=SafeReader(node),
        broadcaster=Broadcaster(node), records=desk.records, now=desk.now(),
    )  # fmt: skip


class Nobody(MemorySigner):
    """Nobody is asked for a passphrase."""

    def sign_execution(self, *asked: object, **how: object) -> bytes:
        """Never called."""
        raise AssertionError("a passphrase was asked for")


def signed_by_both(
    ceremony: Ceremony, first: OpenDesk, safe_tx_hash: bytes, folder: Path
) -> KeyLabel:
    """Both owners' confirmations on the first desk; the executor's key."""
    second = ceremony.desk(as_second_signer=True)
    second.refresh()
    first.sign(first.review(safe_tx_hash), key_of(first, "Owner A"))
    save_bundle(first, safe_tx_hash, folder / "a.json")
    second.import_file(folder / "a.json")
    second.sign(second.review(safe_tx_hash), key_of(second, "Owner B"))
    save_bundle(second, safe_tx_hash, folder / "b.json")
    first.import_file(folder / "b.json")
    return key_of(first, "Executor")
