"""A desk whose newest figures are damaged on the disk opens with older ones and says so."""

import sqlite3

from pytestqt.qtbot import QtBot

from tests.journeys.conftest import Ceremony
from treasury_desktop.application.window import DeskWindow
from treasury_desktop.store.records import RECORDS_NAME
from treasury_desktop.windows.untrusted import texts_in


def test_newest_snapshot_that_reads_opens_the_window(ceremony: Ceremony, qtbot: QtBot) -> None:
    """The damaged one is named by its block in a line above every page."""
    desk = ceremony.desk()
    kept = desk.snapshot()
    assert kept is not None
    desk.close()
    connection = sqlite3.connect(desk.folder / RECORDS_NAME)
    connection.execute(
        "INSERT INTO snapshots (chain_id, block_number, block_hash, timestamp, snapshot)"
        " SELECT chain_id, block_number + 1, block_hash, timestamp, X'7b' FROM snapshots"
        " ORDER BY block_number DESC LIMIT 1"
    )
    connection.commit()
    connection.close()

    opened = DeskWindow(lambda: ceremony.desk(is_online=False))
    opened.open()
    opened.window.show()

    said = f"The kept snapshot of block {kept.block.number + 1:,} is damaged"
    assert any(text.startswith(said) for text in texts_in(opened.window))
    assert opened.session.snapshot == kept
    opened.window.close()


def test_damaged_rows_are_named_and_everything_else_works(ceremony: Ceremony, qtbot: QtBot) -> None:
    """One transaction and one movement cannot be read: both are left out and told."""
    desk = ceremony.desk()
    transactions, movements = len(desk.queue()), len(desk.movements())
    desk.close()
    connection = sqlite3.connect(desk.folder / RECORDS_NAME)
    connection.execute("UPDATE transactions SET value = '-1' WHERE rowid = 1")
    connection.execute(
        "UPDATE movements SET kind = 'x' WHERE block_number ="
        " (SELECT max(block_number) FROM movements)"
    )
    connection.commit()
    connection.close()

    opened = DeskWindow(lambda: ceremony.desk(is_online=False))
    opened.open()
    opened.window.show()
    qtbot.waitUntil(lambda: opened.errands.is_quiet)

    said = "\n".join(texts_in(opened.window))
    assert "transaction 0x" in said
    assert "movement in block" in said
    assert said.count("it is left out") == 2
    assert len(opened.session.queue) == transactions - 1
    assert len(opened.desk.movements()) == movements - 1
    opened.window.close()
