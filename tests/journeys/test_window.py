"""The window on a real desk: offline first, honest when the node fails, clean when closed."""

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest
from PySide6.QtWidgets import QApplication, QPlainTextEdit
from pytestqt.qtbot import QtBot

from tests.demonstration_chain import copy_of_demonstration
from tests.doors.chain.hostile_tokens import LOOPING, Announcer, a_token, text
from tests.doors.chain.lying_endpoint import LyingEndpoint
from tests.journeys.conftest import Ceremony
from treasury_desktop.application import demonstration
from treasury_desktop.application.crashes import Crashes
from treasury_desktop.application.window import SECONDS_BETWEEN_REFRESHES, DeskWindow
from treasury_desktop.devnet.json_rpc import JsonRpc
from treasury_desktop.errors import Malformed, Refused, TreasuryError, Unavailable
from treasury_desktop.treasury.snapshot import TreasurySnapshot
from treasury_desktop.treasury.workspace import Endpoint
from treasury_desktop.viewmodels.valuation import treasury_net
from treasury_desktop.windows.crash_page import CrashPage
from treasury_desktop.windows.holdings.page import HoldingsPage
from treasury_desktop.windows.untrusted import texts_in


@contextmanager
def _window(ceremony: Ceremony, endpoint: str | None) -> Iterator[DeskWindow]:
    """A shown window that asks this endpoint, or none; closed at the end."""
    desk = ceremony.desk(is_online=False)
    if endpoint is not None:
        desk.use_endpoints((Endpoint(name="local node", url=endpoint),))
    opened = DeskWindow(lambda: desk)
    opened.open()
    opened.window.show()
    try:
        yield opened
    finally:
        opened.window.close()


def _shown(opened: DeskWindow) -> TreasurySnapshot:
    """The snapshot the window shows."""
    assert opened.session.snapshot is not None
    return opened.session.snapshot


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


def test_a_hostile_token_is_shown_as_not_listed(ceremony: Ceremony, qtbot: QtBot) -> None:
    """A false USDC that a stranger sent: in sight after the next refresh, and worth nothing."""
    facts = json.loads((ceremony.folders.chain / "demonstration.json").read_bytes())
    with _window(ceremony, ceremony.endpoint) as opened:
        workspace = opened.desk.workspace
        with closing(JsonRpc(ceremony.endpoint)) as chain:
            announcer = Announcer(chain, workspace.safes[0].address, facts["roles"]["stranger"])
            false_usdc = a_token(units=10**12, symbol=text("USD\u0421"), decimals=6)
            bait = announcer.put("bait", false_usdc)
            silent = announcer.put("silent", LOOPING)
        before = treasury_net(workspace, _shown(opened))

        for _ in range(2):  # the second one finds them where it ended
            with qtbot.waitSignal(opened.session.refresh_ended, timeout=60_000):
                opened.session.ask_refresh()

        assert not opened.session.chain_trouble
        opened.window.show_page("holdings")
        page = opened.window.page_widget("holdings")
        assert isinstance(page, HoldingsPage)
        qtbot.waitUntil(page.unlisted.isVisible, timeout=10_000)
        page.unlisted.fold.click()
        rows = {row[2]: row for row in page.unlisted.table.shown_texts()}
        assert rows[str(bait)][:2] == ["USD\u0421", "imitates USDC"]
        assert rows[str(bait)][3:5] == ["1,000,000.000000", "nothing until trusted"]
        assert rows[str(silent)][0] == "symbol unknown"
        assert rows[str(silent)][3] == "amount unknown"
        held = {row.valued.holding.amount.token.address for row in page.table.rows_model.rows}
        assert not {bait, silent} & held
        kept = opened.desk.snapshot()
        assert kept is not None
        assert treasury_net(workspace, kept).unpriced == before.unpriced


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


def test_closing_does_not_wait_for_a_node_that_says_nothing(
    ceremony: Ceremony, qtbot: QtBot
) -> None:
    """A refresh that waits for an answer is cut off with the window."""
    with LyingEndpoint(ceremony.endpoint) as silent:
        silent.deaf = True
        with _window(ceremony, silent.endpoint.url) as opened:
            opened.session.ask_refresh()
            qtbot.waitUntil(lambda: silent.requests == 1, timeout=30_000)

            opened.window.close()

            assert opened.errands.is_quiet
            assert not opened.errands.has_given_up


def test_desk_that_can_keep_nothing_shows_new_figures(ceremony: Ceremony) -> None:
    """Beside another desk of the same folder it reads the treasury, and changes no record."""
    writing = ceremony.desk()
    kept = writing.snapshot()
    assert kept is not None
    ceremony.mine()
    looking = ceremony.desk()
    found = looking.refresh()
    assert looking.records.is_read_only
    assert found.snapshot.block.number > kept.block.number
    assert looking.snapshot() == found.snapshot
    assert writing.snapshot() == kept


def test_block_far_behind_is_said_in_the_window(ceremony: Ceremony, qtbot: QtBot) -> None:
    """A node once named a far block; the honest one after it is believed, and that is said."""
    with _window(ceremony, ceremony.endpoint) as opened:
        honest = opened.session.snapshot
        assert honest is not None
        far = replace(honest.block, number=honest.block.number + 5_000_000)
        opened.desk.records.keep_snapshot(replace(honest, block=far))

        with qtbot.waitSignal(opened.session.refresh_ended, timeout=30_000):
            opened.session.ask_refresh()

        assert opened.session.snapshot is not None
        assert opened.session.snapshot.block.number < far.number
        assert "blocks before the one read last" in _words(opened)
        assert opened.desk.snapshot() == opened.session.snapshot


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


def test_figures_are_read_again_before_they_are_too_old(ceremony: Ceremony, qtbot: QtBot) -> None:
    """Every few minutes while a node answers; one that does not is left alone."""
    with _window(ceremony, ceremony.endpoint) as opened:
        snapshot = opened.session.snapshot
        assert snapshot is not None
        age = 0
        opened.desk._clock = lambda: snapshot.block.timestamp + age

        opened._on_tick()
        assert not opened.session.is_refreshing

        age = SECONDS_BETWEEN_REFRESHES
        opened.session.chain_failed("The node does not answer.", 0)
        opened._on_tick()
        assert not opened.session.is_refreshing

        opened.session.chain_answered()
        with qtbot.waitSignal(opened.session.refresh_ended, timeout=30_000):
            opened._on_tick()
        assert opened.session.snapshot is not snapshot


def test_two_desks_of_one_treasury_are_told_apart(ceremony: Ceremony, qtbot: QtBot) -> None:
    """By the title of the window and the words above the navigation."""
    desk = ceremony.desk(is_online=False, as_second_signer=True)
    opened = DeskWindow(lambda: desk, whose="Second signer")
    opened.open()
    try:
        assert opened.window.windowTitle().endswith("Second signer")
        assert "Second signer" in _words(opened)
    finally:
        opened.window.close()


def test_starting_over_keeps_keys_in_files(tmp_path: Path) -> None:
    """Records and series go; what only the person has stays."""
    folders = demonstration.DemonstrationFolders(tmp_path)
    desk = folders.desk(as_second_signer=False)
    (desk / "keys").mkdir(parents=True)
    for name in ("keys/owner.json", "keys-in-files", "records.sqlite", "ready"):
        (desk / name).write_text("kept?")

    demonstration.forget(folders)

    left = sorted(each.relative_to(desk).as_posix() for each in desk.rglob("*"))
    assert left == ["desk.lock", "keys", "keys-in-files", "keys/owner.json"]


@pytest.mark.parametrize("second", [False, True])
def test_starting_over_is_refused_while_a_desk_is_open(ceremony: Ceremony, second: bool) -> None:
    """It would go on recording into files that are gone; nothing of either desk is touched."""
    desk = ceremony.desk(as_second_signer=second, is_online=False)
    before = desk.queue()
    with pytest.raises(Unavailable, match="open in another window"):
        demonstration.forget(ceremony.folders)
    assert desk.queue() == before
    for each in (False, True):
        assert (ceremony.folders.desk(as_second_signer=each) / "records.sqlite").exists()
    desk.close()
    demonstration.forget(ceremony.folders)
    assert not (desk.folder / "records.sqlite").exists()


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe",
        b"http://127.0.0.1:1/" + b"a" * 10**6,
        b"file:///etc/passwd",
        b"http://example.com:80",
        b"\nhttp://127.0.0.1:8545\n",
        b"",
        None,
    ],
)
def test_second_desk_believes_only_the_url_of_a_chain_on_this_computer(
    tmp_path: Path, content: bytes | None
) -> None:
    """Whatever else stands there is one sentence that names the file."""
    folders = demonstration.DemonstrationFolders(tmp_path)
    assert demonstration.living_endpoint(folders) == ""
    if content is None:
        folders.endpoint_file.mkdir()
    else:
        folders.endpoint_file.write_bytes(content)
    with pytest.raises(Unavailable, match="endpoint"):
        demonstration.living_endpoint(folders)


def test_chain_that_cannot_be_named_is_ended(ceremony: Ceremony) -> None:
    """A folder in the place of the file that names it: one sentence, and no node is left."""
    folders = demonstration.DemonstrationFolders(ceremony.folders.root / "another")
    copy_of_demonstration(folders.chain)
    folders.endpoint_file.mkdir()
    with pytest.raises(Unavailable, match="endpoint cannot be written"):
        demonstration.start_chain(folders)
    folders.endpoint_file.rmdir()
    chain = demonstration.start_chain(folders)
    folders.endpoint_file.unlink()
    folders.endpoint_file.mkdir()
    demonstration.stop_chain(folders, chain)
    demonstration.start_chain(DemonstrationWithoutEndpoint(folders.root)).close()


class DemonstrationWithoutEndpoint(demonstration.DemonstrationFolders):
    """The same chain with its URL written elsewhere."""

    @property
    def endpoint_file(self) -> Path:
        """Beside the folder that is in the way."""
        return self.root / "elsewhere"


def test_workspace_that_cannot_be_opened_says_so_in_the_window(qtbot: QtBot) -> None:
    """The sentence stands in the frame; there is nothing to press but to close it."""

    def refused() -> NoReturn:
        raise Malformed("treasury.toml", "format is missing")

    opened = DeskWindow(refused)
    opened.window.show()
    try:
        qtbot.waitUntil(lambda: "treasury.toml: format is missing" in _words(opened))
        assert "The treasury could not be opened" in _words(opened)
        assert not opened.window._navigation.isEnabled()
        assert not opened.window._refresh.isEnabled()
    finally:
        opened.window.close()


@pytest.mark.expects_log
def test_fault_of_our_own_in_an_errand_is_shown_and_stops_signing(
    ceremony: Ceremony, qtbot: QtBot
) -> None:
    """The report names the errand; keys are refused from then on, looking goes on."""
    with _window(ceremony, None) as opened:
        opened.errands.look("sum", lambda _: 1 // 0, lambda _: None)

        qtbot.waitUntil(lambda: bool(opened.session.why_no_signing))

        assert "ZeroDivisionError" in _words(opened)
        assert "while doing: sum" in _words(opened)
        with pytest.raises(Refused, match="fault of its own"):
            opened.desk.keys.create("Another", "owner")
        opened.show("holdings")
        assert opened.window.shown_page == "holdings"


def test_fault_of_our_own_while_opening_is_shown_in_the_window(
    qtbot: QtBot,
    qapp: QApplication,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """An exception in a slot does not leave an empty window behind."""
    crashes = Crashes(qapp)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    crashes.install()
    opened = DeskWindow(lambda: 1 // 0)  # type: ignore[arg-type, return-value]  our bug
    crashes.show_in(opened.show_crash)
    opened.window.show()
    try:
        qtbot.waitUntil(lambda: "ZeroDivisionError" in _words(opened))
        assert opened.session.why_no_signing
        assert "ZeroDivisionError" in capsys.readouterr().err
    finally:
        opened.window.close()


def test_fault_of_our_own_without_a_window_gets_one(qtbot: QtBot, qapp: QApplication) -> None:
    """The first is shown; what comes after it changes nothing in sight."""
    crashes = Crashes(qapp)

    crashes.met(ValueError("first"))
    crashes.met(KeyError("second"))

    qtbot.waitUntil(lambda: crashes.report != "")
    assert "ValueError" in crashes.report
    shown = [each for each in qapp.topLevelWidgets() if isinstance(each, CrashPage)]
    assert len(shown) == 1
    shown[0].close()


def _words(opened: DeskWindow) -> str:
    reports = opened.window.findChildren(QPlainTextEdit)
    return "\n".join([*texts_in(opened.window), *(each.toPlainText() for each in reports)])
