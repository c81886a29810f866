"""A desk with a key that is unlocked, and what a desk does that locks it."""

import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.doors.keys.key_samples import Case, a_safe, address_of, case_of, sealed, signed
from tests.doors.keys.session_bus import LOGIN, SCREEN, Teller, a_bus, telling
from tests.doors.keys.unlocking import person, wait_until_gone
from tests.samples import NOW, a_snapshot, a_workspace
from treasury_desktop.application.desk_keys import FILE_MODE_MARK
from treasury_desktop.application.open_desk import OpenDesk
from treasury_desktop.application.unlocking import DeskUnlocking
from treasury_desktop.desk.doors import KeyLabel
from treasury_desktop.files.workspace_file import write_workspace
from treasury_desktop.keys.key_store import keys_in_files
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.store.records import open_records

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="nobody tells elsewhere")
CASE = case_of(a_safe(), SafeTx(to=a_safe().address, nonce=7))


@pytest.fixture
def teller() -> Iterator[Teller]:
    """A screen saver that is not locked, and a login manager."""
    with a_bus() as bus, telling(bus, SCREEN, LOGIN) as found:
        yield found


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[OpenDesk]:
    """A desk with one key, kept in an encrypted file."""
    folder = tmp_path / "desk"
    folder.mkdir(mode=0o700)
    write_workspace(folder, a_workspace())
    records = open_records(folder)
    records.keep_snapshot(a_snapshot())
    records.close()
    (folder / FILE_MODE_MARK).touch()
    keys_in_files(folder / "keys").keep(sealed(1, "Desk A", "owner"))
    opened = OpenDesk(folder, clock=lambda: NOW)
    yield opened
    opened.close()


def unlock(desk: OpenDesk, teller: Teller, case: Case = CASE) -> int:
    """Signs with a person who keeps the key unlocked; the process that keeps it."""
    (key,) = desk.keys.all()
    with desk.signer() as signer:
        signer._command = lambda _: person(teller.bus.address)
        assert signer.sign_safe_tx(key, case.bundle, case.hash) == signed(1, case.hash)
    kept = desk.unlocking.for_signer()
    assert kept.key is not None
    process = kept.process_for(kept.key)
    assert process is not None
    return process.process_id


def test_desk_says_which_key_is_unlocked(desk: OpenDesk, teller: Teller) -> None:
    """And tells whoever listens; before that there is none."""
    assert desk.unlocking.unlocked() is None
    assert desk.unlocking.why_ended() == ""
    told = threading.Event()
    desk.unlocking.listen(told.set)
    unlock(desk, teller)
    unlocked = desk.unlocking.unlocked()
    assert unlocked is not None
    assert (unlocked.label, unlocked.address) == ("Desk A", address_of(1))
    assert 0 < unlocked.seconds_left <= 300
    assert told.wait(10)


def _remove(desk: OpenDesk, key: KeyLabel) -> None:
    desk.keys.remove(key)


def _stop(desk: OpenDesk, _key: KeyLabel) -> None:
    desk.keys.stop_signing("The window was closed.")


def _close(desk: OpenDesk, _key: KeyLabel) -> None:
    desk.close()


def _lock(desk: OpenDesk, _key: KeyLabel) -> None:
    desk.unlocking.lock()


@pytest.mark.parametrize("act", [_remove, _stop, _close, _lock])
def test_what_a_desk_does_locks_the_key(
    desk: OpenDesk, teller: Teller, act: Callable[[OpenDesk, KeyLabel], None]
) -> None:
    """Removing the key, a fault or a closed window, closing the desk, and Lock now."""
    (key,) = desk.keys.all()
    process = unlock(desk, teller)
    act(desk, key)
    assert desk.unlocking.unlocked() is None
    wait_until_gone(process)


def test_screen_lock_is_told_with_its_reason(desk: OpenDesk, teller: Teller) -> None:
    """The window hears why a key is locked again."""
    process = unlock(desk, teller)
    told = threading.Event()
    desk.unlocking.listen(told.set)
    teller.emit(SCREEN, "ActiveChanged", "b", (True,))
    assert told.wait(10)
    wait_until_gone(process)
    assert desk.unlocking.unlocked() is None
    assert desk.unlocking.why_ended() == "the screen was locked"


def test_nothing_to_lock_is_fine() -> None:
    """A desk that never used a key."""
    unlocking = DeskUnlocking()
    unlocking.lock()
    unlocking.close()
    assert unlocking.unlocked() is None
