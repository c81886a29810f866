"""A key that stays unlocked with the real window: typed into once, pressed twice, always shown."""

import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from tests.doors.keys.key_samples import PASSPHRASE, SIGNER, Case, signed
from tests.doors.keys.session_bus import LOGIN, SCREEN, a_bus, telling
from tests.doors.keys.unlocking import Desk
from treasury_desktop.keys.encrypted_key import EncryptedKey
from treasury_desktop.keys.key_store import keys_in_files
from treasury_desktop.keys.unlock import Ending

PERSON = """
import sys
from functools import partial
from treasury_desktop.keys.secret_entry_host import main
from treasury_desktop.keys.session_watch import SessionWatch
seen = []
def load():
    from treasury_desktop.windows.secret_entry import run as room
    show = room._shown
    def shown(entry, application):
        window = entry.window
        def act():
            seen.append(len(window.fields))
            for field in window.fields:
                field.setText({passphrase!r})
                window.unlock_tick.click()
            window.grab().save({folder!r} + "/" + str(len(seen)) + ".png")
            window.confirm_button.click()
        window.became_ready.connect(act)
        answer = show(entry, application)
        assert seen in ([1], [1, 0]), seen
        return answer
    room._shown = shown
    return room.run
def wait(for_job):
    from treasury_desktop.windows.secret_entry.run import while_waiting
    return while_waiting(for_job)
watch = partial(SessionWatch, session={address!r}, system={address!r})
signer = [sys.executable, "-I", "-P", "-c", {signer!r}]
sys.exit(main(load, signer, while_waiting=wait, watch=watch))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="nobody tells elsewhere")
def test_window_opens_for_each_signature(
    tmp_path: Path, owner_key: EncryptedKey, honest: Case, calm: Case
) -> None:
    """One process, two windows, one passphrase; minutes later the process would still be there."""
    store = keys_in_files(tmp_path / "keys")
    key = store.keep(owner_key)
    with a_bus() as bus, telling(bus, SCREEN, LOGIN) as teller:
        script = PERSON.format(
            passphrase=PASSPHRASE, folder=str(tmp_path), address=bus.address, signer=SIGNER
        )
        desk = Desk(store, [sys.executable, "-I", "-P", "-c", script])
        for case in (honest, calm):
            signature = desk.signer.sign_safe_tx(key, case.bundle, case.hash)
            assert signature == signed(1, case.hash)
        process = desk.process
        teller.emit(SCREEN, "ActiveChanged", "b", (True,))
        assert desk.wait_until_locked(process) == Ending.SCREEN
    first, second = (QImage(str(tmp_path / f"{number}.png")) for number in (1, 2))
    assert first.width() == second.width() >= 700
    assert first.height() > second.height() > 400
