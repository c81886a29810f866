"""The window on a real desk: offline first, honest when the node fails, clean when closed."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pytestqt.qtbot import QtBot

from tests.demonstration_chain import copy_of_demonstration
from tests.journeys.conftest import Ceremony
from treasury_desktop.application import demonstration
from treasury_desktop.application.window import DeskWindow
from treasury_desktop.errors import TreasuryError
from treasury_desktop.treasury.workspace import Endpoint


@contextmanager
def _window(ceremony: Ceremony, endpoint: str | None) -> Iterator[DeskWindow]:
    """A shown window that asks this endpoint, or none; closed at the end."""
    desk = ceremony.desk(is_online=False)
    if endpoint is not None:
        desk.use_endpoints((Endpoint(name="local node", url=endpoint),))
    opened = DeskWindow(desk)
    opened.window.show()
    try:
        yield opened
    finally:
        opened.window.close()


def test_window_opens_from_the_store_without_any_network(ceremony: Ceremony, qtbot: QtBot) -> None:
    """Snapshot and queue are there before anything was asked of a node."""
    with _window(ceremony, None) as opened:
        assert opened.session.snapshot is not None
        assert len(opened.session.queue) == 2


def test_refresh_replaces_the_snapshot(ceremony: Ceremony, qtbot: QtBot) -> None:
    """A refresh ends with a snapshot of a newer block and no trouble."""
    with _window(ceremony, ceremony.endpoint) as opened:
        before = opened.session.snapshot

        with qtbot.waitSignal(opened.session.refresh_ended, timeout=30_000):
            opened.session.ask_refresh()

        assert before is not None
        assert opened.session.snapshot is not None
        assert opened.session.snapshot.block.number >= before.block.number
        assert not opened.session.chain_trouble


def test_node_that_is_down_leaves_everything_usable(ceremony: Ceremony, qtbot: QtBot) -> None:
    """One sentence says that the node does not answer; the kept figures stay."""
    with _window(ceremony, "http://127.0.0.1:9") as opened:
        kept = opened.session.snapshot

        with qtbot.waitSignal(opened.session.refresh_ended, timeout=60_000):
            opened.session.ask_refresh()

        assert "local node" in opened.session.chain_trouble
        assert opened.session.snapshot is kept


def test_node_that_dies_during_a_refresh_leaves_nothing_half_read(
    ceremony: Ceremony, qtbot: QtBot
) -> None:
    """Whatever moment the node dies at, the window shows exactly what the store keeps."""
    dying = DyingChain(ceremony)
    with _window(ceremony, dying.endpoint) as opened:
        with qtbot.waitSignal(opened.session.refresh_ended, timeout=60_000):
            opened.session.ask_refresh()
            dying.close()

        assert opened.session.snapshot == opened.desk.snapshot()


def test_closing_during_a_refresh_is_clean(ceremony: Ceremony, qtbot: QtBot) -> None:
    """The window may be closed in the middle of an errand; the store is closed afterwards."""
    with _window(ceremony, ceremony.endpoint) as opened:
        opened.session.ask_refresh()

        with qtbot.waitSignal(opened.window.closed, timeout=60_000):
            opened.window.close()


class DyingChain:
    """A second living chain that can be ended in the middle of a question."""

    def __init__(self, ceremony: Ceremony) -> None:
        root = ceremony.folders.root / "dying"
        self._folders = demonstration.DemonstrationFolders(root)
        copy_of_demonstration(self._folders.chain)
        self._chain = demonstration.start_chain(self._folders)
        self.endpoint = self._chain.endpoint

    def close(self) -> None:
        """Ends the chain."""
        demonstration.stop_chain(self._folders, self._chain)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ('format = "treasury-desktop/workspace@2"\n', "newer"),
        ("this is no TOML\n", "treasury.toml"),
    ],
)
def test_damaged_or_newer_workspace_is_refused_in_one_sentence(
    ceremony: Ceremony, damage: str, words: str
) -> None:
    """The sentence names the file; the file is left as it is."""
    file = ceremony.folders.desk(as_second_signer=True) / "treasury.toml"
    file.write_text(damage)

    with pytest.raises(TreasuryError, match=words):
        ceremony.desk(as_second_signer=True)

    assert file.read_text() == damage
