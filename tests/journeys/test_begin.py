"""A first start: an empty folder, a Safe's address, a node, and then a treasury that is open."""

from contextlib import closing
from pathlib import Path

from pytestqt.qtbot import QtBot

from tests.journeys.conftest import Ceremony
from treasury_desktop.application.beginning import beginning_of
from treasury_desktop.application.open_desk import OpenDesk
from treasury_desktop.application.window import DeskWindow
from treasury_desktop.files.workspace_file import read_workspace
from treasury_desktop.windows.beginning.page import BeginningPage
from treasury_desktop.windows.untrusted import texts_in


def test_from_an_address_to_an_open_treasury(
    ceremony: Ceremony, tmp_path: Path, qtbot: QtBot
) -> None:
    """The real Safe on the real node is found, confirmed, written down, opened and read."""
    folder = tmp_path / "mine"
    safe = read_workspace(ceremony.folders.desk(as_second_signer=False)).safes[0].address
    opened = DeskWindow(lambda: OpenDesk(folder), begins=lambda: beginning_of(folder))
    opened.opened.connect(opened.session.ask_refresh)
    opened.window.show()
    try:
        qtbot.waitUntil(lambda: bool(opened.window.findChildren(BeginningPage)))
        (page,) = opened.window.findChildren(BeginningPage)
        assert not opened.window._navigation.isEnabled()
        page.safes.field(0).setText(str(safe))
        page.nodes.field(0, 0).setText("My node")
        page.nodes.field(0, 1).setText(ceremony.endpoint)
        page.look.button.click()
        qtbot.waitUntil(lambda: page.names is not None, timeout=20_000)
        assert "2 of 3 owners have to sign" in "\n".join(texts_in(page))
        assert page.names is not None
        page.names.treasury.setText("Mine")
        page.open.button.click()
        qtbot.waitUntil(lambda: opened.session.snapshot is not None, timeout=20_000)

        assert opened.window.shown_page == "overview"
        assert opened.window._navigation.isEnabled()
        snapshot = opened.session.snapshot
        assert snapshot is not None
        assert [each.address for each in snapshot.safes] == [safe]
        assert read_workspace(folder).name == "Mine"
    finally:
        with qtbot.waitSignal(opened.window.closed, timeout=20_000):
            opened.window.close()
    with closing(OpenDesk(folder)) as again:
        assert again.snapshot() is not None
