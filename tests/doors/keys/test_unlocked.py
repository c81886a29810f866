"""A key that stays unlocked: for whom, for how long, and everything that ends it.

Real processes on a real bus; only the window is a script that presses what a person would.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.doors.keys.key_samples import Case, blob, execution, sealed, signed
from tests.doors.keys.session_bus import LOGIN, SCREEN, Bus, Teller, a_bus, telling
from tests.doors.keys.unlocking import Desk, person, wait_until_gone
from treasury_desktop.desk.doors import KeyLabel
from treasury_desktop.errors import Malformed, Refused, TreasuryError
from treasury_desktop.keys.back_off import BackOff
from treasury_desktop.keys.child_process import ChildProcess
from treasury_desktop.keys.encrypted_key import EncryptedKey
from treasury_desktop.keys.hardening import window_environment
from treasury_desktop.keys.jobs import Job, SignSafeTx, job_text, parse_answer
from treasury_desktop.keys.key_jobs import ExportKeystore
from treasury_desktop.keys.key_store import KeyStore, keys_in_files
from treasury_desktop.keys.unlock import Ending

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="nobody tells elsewhere")


@pytest.fixture
def bus() -> Iterator[Bus]:
    """A bus of the test's own."""
    with a_bus() as found:
        yield found


@pytest.fixture
def teller(bus: Bus) -> Iterator[Teller]:
    """A screen saver that is not locked, and a login manager."""
    with telling(bus, SCREEN, LOGIN) as found:
        yield found


@pytest.fixture
def store(tmp_path: Path) -> KeyStore:
    """Encrypted files in an empty folder."""
    return keys_in_files(tmp_path / "keys")


@pytest.fixture
def key(store: KeyStore, owner_key: EncryptedKey) -> KeyLabel:
    """The owner's key, kept."""
    return store.keep(owner_key)


@pytest.fixture
def desk(store: KeyStore, teller: Teller) -> Iterator[Desk]:
    """A desk whose person keeps the key unlocked."""
    found = Desk(store, person(teller.bus.address))
    yield found
    found.unlocked.close()


def sign(desk: Desk, key: KeyLabel, case: Case) -> None:
    """Signs, and checks the signature."""
    signature = desk.signer.sign_safe_tx(key, case.bundle, case.hash)
    assert signature == signed(1, case.hash)


def test_second_signature_asks_for_no_passphrase(
    desk: Desk, key: KeyLabel, honest: Case, calm: Case
) -> None:
    """One process signs twice; the second time nobody types, and each time a window is opened."""
    sign(desk, key, honest)
    process = desk.process
    assert desk.unlocked.key is not None
    assert desk.unlocked.key.address == key.address
    assert 290 < desk.unlocked.seconds_left <= 300
    sign(desk, key, calm)
    assert desk.process is process


def test_executor_key_stays_unlocked_beside_nothing_else(
    desk: Desk, store: KeyStore, key: KeyLabel, executor_key: EncryptedKey, honest: Case
) -> None:
    """An execution with another key that is kept unlocked too locks the first."""
    executor = store.keep(executor_key)
    sign(desk, key, honest)
    process = desk.process
    job = execution(honest, executor_key, blob(honest, 1, 2))
    raw = desk.signer.sign_execution(executor, honest.bundle, job.signatures, job.transaction)
    assert raw
    assert desk.unlocked.key == executor_key
    wait_until_gone(process.process_id)


def test_unlock_ends_by_itself_when_its_time_is_over(
    store: KeyStore, teller: Teller, key: KeyLabel, honest: Case
) -> None:
    """After its seconds the process is gone, and the desk knows why."""
    desk = Desk(store, person(teller.bus.address), seconds=2)
    sign(desk, key, honest)
    assert desk.wait_until_locked(desk.process) == Ending.TIME
    assert desk.unlocked.why_ended == "its time was over"


PROPERTIES = "org.freedesktop.DBus.Properties"
SESSION = f"{LOGIN}.Session"


def _changed(**values: tuple[str, object]) -> tuple[Any, ...]:
    return (PROPERTIES, "PropertiesChanged", "sa{sv}as", (SESSION, values, []))


@pytest.mark.parametrize(
    "news",
    [
        ((SCREEN, "ActiveChanged", "b", (True,)), Ending.SCREEN),
        ((f"{LOGIN}.Manager", "PrepareForSleep", "b", (True,)), Ending.SLEEP),
        ((SESSION, "Lock"), Ending.SCREEN),
        (_changed(LockedHint=("b", True)), Ending.SCREEN),
        (_changed(Active=("b", False)), Ending.SCREEN),
        ((PROPERTIES, "PropertiesChanged", "sa{sv}as", (SESSION, {}, ["LockedHint"])), 22),
        ((SCREEN, "ActiveChanged", "s", ("what",)), Ending.SCREEN),
    ],
    ids=["locked", "sleep", "lock asked", "hint", "other session", "untold", "nonsense"],
)
def test_what_the_system_tells_ends_it(
    desk: Desk, teller: Teller, key: KeyLabel, honest: Case, news: tuple[Any, Ending]
) -> None:
    """A locked screen, sleep or another session in front: the process is gone at once."""
    sign(desk, key, honest)
    process = desk.process
    told, ending = news
    teller.emit(*told)
    assert desk.wait_until_locked(process) == ending


@pytest.mark.parametrize("name", [SCREEN, LOGIN])
def test_nobody_left_to_tell_ends_it(
    desk: Desk, teller: Teller, key: KeyLabel, honest: Case, name: str
) -> None:
    """When the screen saver or the login manager leaves the bus, nothing stays unlocked."""
    sign(desk, key, honest)
    process = desk.process
    teller.leave(name)
    assert desk.wait_until_locked(process) == Ending.DEAF


def test_end_of_the_bus_ends_it(desk: Desk, bus: Bus, key: KeyLabel, honest: Case) -> None:
    """Without a bus nobody can tell anything."""
    sign(desk, key, honest)
    process = desk.process
    bus.end()
    assert desk.wait_until_locked(process) == Ending.DEAF
    assert desk.unlocked.why_ended == "nothing told any more whether the screen is locked"


def test_harmless_news_change_nothing(
    desk: Desk, teller: Teller, key: KeyLabel, honest: Case
) -> None:
    """An unlocked screen, the end of sleep and other properties are no reason to end."""
    sign(desk, key, honest)
    process = desk.process
    teller.emit(SCREEN, "ActiveChanged", "b", (False,))
    teller.emit(f"{LOGIN}.Manager", "PrepareForSleep", "b", (False,))
    teller.emit(*_changed(IdleHint=("b", True), LockedHint=("b", False)))
    teller.emit(
        PROPERTIES, "PropertiesChanged", "sa{sv}as", ("other", {"Active": ("b", False)}, [])
    )
    sign(desk, key, honest)
    assert desk.process is process


@pytest.mark.parametrize(
    "situation",
    [
        ((LOGIN,), False, "Nothing on this session tells whether the screen is locked."),
        ((SCREEN,), False, "Nothing on this computer tells when it goes to sleep."),
        ((SCREEN, LOGIN), True, "The screen is locked."),
    ],
    ids=["no screen saver", "no login manager", "locked"],
)
def test_nothing_is_offered_where_nobody_tells(
    store: KeyStore,
    bus: Bus,
    key: KeyLabel,
    honest: Case,
    situation: tuple[tuple[str, ...], bool, str],
) -> None:
    """The window says why the key cannot stay unlocked."""
    names, is_locked, why = situation
    with telling(bus, *names, is_locked=is_locked):
        desk = Desk(store, person(bus.address))
        with pytest.raises(Refused, match=f"Not offered: {why}"):
            desk.signer.sign_safe_tx(key, honest.bundle, honest.hash)
    assert desk.unlocked.key is None


def test_nothing_is_offered_without_a_bus(
    store: KeyStore, key: KeyLabel, honest: Case, tmp_path: Path
) -> None:
    """No bus is as good as nobody who tells."""
    desk = Desk(store, person(f"unix:path={tmp_path}/nobody"))
    with pytest.raises(Refused, match="Nothing on this session tells"):
        desk.signer.sign_safe_tx(key, honest.bundle, honest.hash)


def test_screen_locked_while_the_passphrase_is_typed(
    store: KeyStore, teller: Teller, key: KeyLabel, honest: Case, tmp_path: Path
) -> None:
    """What ended it before it began keeps it from beginning; the signature itself stands."""
    fifo = tmp_path / "typing"
    os.mkfifo(fifo)
    (*command, script) = person(teller.bus.address)
    script = script.replace("answer = ask(", f"open({str(fifo)!r}).read(); answer = ask(")
    desk = Desk(store, [*command, script])
    signing = threading.Thread(target=lambda: sign(desk, key, honest))
    signing.start()
    with fifo.open("w"):  # opens once the window is there, and what it asked the bus is answered
        teller.emit(SCREEN, "ActiveChanged", "b", (True,))
        teller.wait_until_passed_on()
    signing.join()
    assert desk.unlocked.key is None


def test_desk_minimised_while_the_passphrase_is_typed(
    store: KeyStore, teller: Teller, key: KeyLabel, honest: Case, tmp_path: Path
) -> None:
    """Locking when nothing is unlocked yet keeps it from beginning; the signature itself stands."""
    fifo = tmp_path / "typing"
    os.mkfifo(fifo)
    (*command, script) = person(teller.bus.address)
    script = script.replace("answer = ask(", f"open({str(fifo)!r}).read(); answer = ask(")
    desk = Desk(store, [*command, script])
    signing = threading.Thread(target=lambda: sign(desk, key, honest))
    signing.start()
    with fifo.open("w"):
        desk.unlocked.lock()
    signing.join()
    assert desk.unlocked.key is None
    fifo.unlink()
    fifo.touch()
    sign(desk, key, honest)  # the next question is a new one
    assert desk.unlocked.key is not None


def test_lock_now_ends_it(desk: Desk, key: KeyLabel, honest: Case) -> None:
    """Locking waits for nothing; the process overwrites what it kept and is gone."""
    sign(desk, key, honest)
    process = desk.process
    desk.unlocked.lock()
    assert desk.unlocked.key is None
    assert desk.wait_until_locked(process) == Ending.DESK
    assert desk.unlocked.why_ended == ""
    assert desk.changed.is_set()


def test_locked_while_the_window_waits_for_the_press(
    store: KeyStore, teller: Teller, key: KeyLabel, honest: Case
) -> None:
    """Nothing is signed, and the sentence says what happened and what to do."""
    desk = Desk(store, person(teller.bus.address, unlocked="time.sleep(60)"))
    sign(desk, key, honest)
    seen: list[TreasuryError] = []

    def again() -> None:
        try:
            sign(desk, key, honest)
        except TreasuryError as failure:
            seen.append(failure)

    thread = threading.Thread(target=again)
    thread.start()
    while desk.signer._running is None:
        assert thread.is_alive()
    teller.emit(SCREEN, "ActiveChanged", "b", (True,))
    thread.join(20)
    told = "The key was locked meanwhile: the screen was locked; nothing was signed."
    assert [failure.sentence for failure in seen] == [f"{told} Sign again to type its passphrase."]
    assert desk.unlocked.key is None


def asked(desk: Desk, job: Job, wish: dict[str, Any] | None = None) -> dict[str, Any]:
    """What the process that keeps a key unlocked answers to a job of whoever has its pipe."""
    process = desk.process
    said = process.ask(job_text(job, wish or {}))
    wait_until_gone(process.process_id)
    process.end()
    assert desk.unlocked.key is None
    return dict(parse_answer(said))


def test_job_for_another_key_is_refused(desk: Desk, key: KeyLabel, honest: Case) -> None:
    """The same key under another ciphertext is another key too; the process ends with that."""
    sign(desk, key, honest)
    other = sealed(1, "Desk B", "owner")
    with pytest.raises(Refused, match="unlocked for signing with it only"):
        asked(desk, SignSafeTx(key=other, bundle=honest.bundle, reviewed_hash=honest.hash))


def test_other_work_with_the_unlocked_key_is_refused(
    desk: Desk, key: KeyLabel, owner_key: EncryptedKey, honest: Case
) -> None:
    """No export, whoever has the pipe."""
    sign(desk, key, honest)
    with pytest.raises(Refused, match="unlocked for signing with it only"):
        asked(desk, ExportKeystore(key=owner_key))


def test_rehearsal_with_the_unlocked_key_is_refused(
    desk: Desk, key: KeyLabel, owner_key: EncryptedKey, honest: Case
) -> None:
    """Nobody presses the button but a person."""
    sign(desk, key, honest)
    job = SignSafeTx(key=owner_key, bundle=honest.bundle, reviewed_hash=honest.hash)
    with pytest.raises(Refused, match="unlocked for signing with it only"):
        asked(desk, job, {"rehearsal": {"screenshot": None}})


def test_altered_message_is_refused(
    desk: Desk, key: KeyLabel, owner_key: EncryptedKey, honest: Case, calm: Case
) -> None:
    """Bytes of another hash than the reviewed one end it."""
    sign(desk, key, honest)
    with pytest.raises(Refused):
        asked(desk, SignSafeTx(key=owner_key, bundle=calm.bundle, reviewed_hash=honest.hash))


def test_what_a_review_blocks_is_refused(
    desk: Desk, key: KeyLabel, hostile: Case, honest: Case
) -> None:
    """The signer judges each time, and its refusal locks the key."""
    sign(desk, key, honest)
    process = desk.process
    with pytest.raises(Refused):
        desk.signer.sign_safe_tx(key, hostile.bundle, hostile.hash)
    desk.wait_until_locked(process)


def test_job_out_of_turn_ends_the_process(
    store: KeyStore, teller: Teller, key: KeyLabel, owner_key: EncryptedKey, honest: Case
) -> None:
    """A second job while the first waits for its press is nothing a desk of ours sends."""
    desk = Desk(store, person(teller.bus.address, unlocked="time.sleep(60)"))
    sign(desk, key, honest)
    process = desk.process
    job = job_text(SignSafeTx(key=owner_key, bundle=honest.bundle, reviewed_hash=honest.hash), {})
    stream = process._process._process.stdin
    assert stream is not None
    for _ in range(2):
        stream.write(len(job).to_bytes(4, "big") + job)
    assert desk.wait_until_locked(process) == Ending.DESK


@pytest.mark.parametrize("seconds", [301, 10**9, 0, -1, True, "300", None])
def test_process_refuses_to_keep_a_key_for_longer(
    bus: Bus, owner_key: EncryptedKey, honest: Case, seconds: Any
) -> None:
    """Five minutes is the most, whatever is asked of the process that would keep it."""
    job = SignSafeTx(key=owner_key, bundle=honest.bundle, reviewed_hash=honest.hash)
    with ChildProcess(person(bus.address), window_environment(os.environ)) as process:
        said = process.ask(job_text(job, {"unlock": seconds}))
    with pytest.raises(Malformed):
        parse_answer(said)


@pytest.mark.parametrize("kind", ["export", "rehearsal"])
def test_only_a_person_who_signs_may_keep_a_key_unlocked(
    bus: Bus, owner_key: EncryptedKey, honest: Case, kind: str
) -> None:
    """Not for an export, and not in a rehearsal."""
    job: Job = SignSafeTx(key=owner_key, bundle=honest.bundle, reviewed_hash=honest.hash)
    wish: dict[str, Any] = {"unlock": 300}
    if kind == "export":
        job = ExportKeystore(key=owner_key)
    else:
        wish["rehearsal"] = {"screenshot": None}
    with ChildProcess(person(bus.address), window_environment(os.environ)) as process:
        said = process.ask(job_text(job, wish))
    with pytest.raises(Malformed, match="for signing only, by a person"):
        parse_answer(said)


@pytest.mark.parametrize("act", ["export", "rename", "change", "create"])
def test_any_other_act_locks_the_key(desk: Desk, key: KeyLabel, honest: Case, act: str) -> None:
    """Changing, exporting or making a key, even if it comes to nothing."""
    sign(desk, key, honest)
    process = desk.process
    acts: dict[str, Callable[[], object]] = {
        "export": lambda: desk.signer.export_keystore(key),
        "rename": lambda: desk.signer.rename_key(key, "Other"),
        "change": lambda: desk.signer.change_passphrase(key),
        "create": lambda: desk.signer.create_key("New", "owner"),
    }
    desk.signer._command = lambda _: [sys.executable, "-c", "raise SystemExit(9)"]
    with pytest.raises(TreasuryError):
        acts[act]()
    assert desk.wait_until_locked(process) == Ending.DESK


def test_wrong_passphrases_count_where_the_key_would_stay_unlocked(
    store: KeyStore, teller: Teller, key: KeyLabel, honest: Case
) -> None:
    """Five of them, and the key has to be waited for; nothing is unlocked."""
    desk = Desk(store, person(teller.bus.address, passphrase="wrong"), back_off=BackOff())
    for _ in range(5):
        with pytest.raises(Refused, match="wrong"):
            sign(desk, key, honest)
    with pytest.raises(Refused, match="5 wrong passphrases in a row"):
        sign(desk, key, honest)
    assert desk.unlocked.key is None


def test_another_ciphertext_is_asked_for_its_own_passphrase(
    desk: Desk, key: KeyLabel, owner_key: EncryptedKey, honest: Case
) -> None:
    """The unlocked process is for exactly the key that it signed with."""
    sign(desk, key, honest)
    assert desk.unlocked.process_for(sealed(1, "Desk A", "executor")) is None
    assert desk.unlocked.process_for(owner_key) is desk.process


PARENT = """
import sys
from pathlib import Path
from tests.doors.keys.unlocking import Desk, person
from treasury_desktop.keys.key_store import keys_in_files
store = keys_in_files(Path(sys.argv[1]))
desk = Desk(store, person(sys.argv[4]))
desk.signer.sign_safe_tx(
    store.labels()[0], Path(sys.argv[2]).read_bytes(), bytes.fromhex(sys.argv[3])
)
print(desk.process.process_id, flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("how", ["killed", "ended"])
def test_desk_that_is_gone_takes_the_unlocked_key_with_it(
    tmp_path: Path, teller: Teller, key: KeyLabel, honest: Case, how: str
) -> None:
    """After the window's process nothing stays, however that one ended."""
    (tmp_path / "bundle.json").write_bytes(honest.bundle)
    arguments = [str(tmp_path / "keys"), str(tmp_path / "bundle.json"), honest.hash.hex()]
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, *arguments, teller.bus.address],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        child = int(process.stdout.readline())
        if how == "killed":
            process.send_signal(signal.SIGKILL)
        process.communicate(timeout=20)
    wait_until_gone(child)
