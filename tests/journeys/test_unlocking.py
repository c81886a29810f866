"""A key that stays unlocked in the whole program: the window tells it, and minimising ends it."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.doors.keys.key_samples import a_safe, case_of, sealed, signed
from tests.doors.keys.session_bus import LOGIN, SCREEN, Teller, a_bus, telling
from tests.doors.keys.unlocking import person, wait_until_gone
from tests.samples import NOW, a_snapshot, a_workspace
from treasury_desktop.application.desk_keys import FILE_MODE_MARK
from treasury_desktop.application.open_desk import OpenDesk
from treasury_desktop.application.window import DeskWindow
from treasury_desktop.files.workspace_file import write_workspace
from treasury_desktop.keys.key_store import keys_in_files
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.store.records import open_records
from treasury_desktop.windows.untrusted import texts_in

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="nobody tells elsewhere")
CASE = case_of(a_safe(), SafeTx(to=a_safe().address, nonce=7))


@pytest.fixture
def teller() -> Iterator[Teller]:
    """A screen saver that is not locked, and a login manager."""
    with a_bus() as bus, telling(bus, SCREEN, LOGIN) as found:
        yield found


@pytest.fixture
def opened(tmp_path: Path, qtbot: QtBot) -> Iterator[DeskWindow]:
    """The window of a desk with one key, kept in an encrypted file."""
    folder = tmp_path / "desk"
    folder.mkdir(mode=0o700)
    write_workspace(folder, a_workspace())
    records = open_records(folder)
    records.keep_snapshot(a_snapshot())
    records.close()
    (folder / FILE_MODE_MARK).touch()
    keys_in_files(folder / "keys").keep(sealed(1, "Desk A", "owner"))
    shown = DeskWindow(lambda: OpenDesk(folder, clock=lambda: NOW))
    shown.open()
    shown.window.show()
    qtbot.waitUntil(lambda: shown.errands.is_quiet)
    yield shown
    shown.window.close()


def unlock(desk: OpenDesk, teller: Teller) -> int:
    """Signs with a person who keeps the key unlocked; the process that keeps it."""
    (key,) = desk.keys.all()
    with desk.signer() as signer:
        signer._command = lambda _: person(teller.bus.address)
        assert signer.sign_safe_tx(key, CASE.bundle, CASE.hash) == signed(1, CASE.hash)
    kept = desk.unlocking.for_signer()
    assert kept.key is not None
    process = kept.process_for(kept.key)
    assert process is not None
    return process.process_id


def is_said(opened: DeskWindow) -> bool:
    """Whether the window tells that a key is unlocked."""
    return any("is unlocked for" in text for text in texts_in(opened.window))


def test_window_tells_it_and_minimising_ends_it(
    opened: DeskWindow, teller: Teller, qtbot: QtBot
) -> None:
    """The line is there while the process is, and gone with it."""
    assert not is_said(opened)
    process = unlock(opened.desk, teller)
    qtbot.waitUntil(lambda: is_said(opened))
    opened.window.showMinimized()
    qtbot.waitUntil(lambda: opened.desk.unlocking.unlocked() is None)
    wait_until_gone(process)


def test_locked_screen_ends_it_and_the_window_says_so(
    opened: DeskWindow, teller: Teller, qtbot: QtBot
) -> None:
    """In passing, with the reason."""
    process = unlock(opened.desk, teller)
    qtbot.waitUntil(lambda: is_said(opened))
    teller.emit(SCREEN, "ActiveChanged", "b", (True,))
    wait_until_gone(process)
    qtbot.waitUntil(lambda: "Desk A is locked: the screen was locked." in texts_in(opened.window))
    assert opened.desk.unlocking.unlocked() is None


def test_closing_the_window_ends_it(opened: DeskWindow, teller: Teller) -> None:
    """Nothing of the desk is left."""
    process = unlock(opened.desk, teller)
    opened.window.close()
    wait_until_gone(process)
    assert opened.desk.unlocking.unlocked() is None
