"""Where secrets are not: files, arguments, variables, the window's memory, orphaned processes."""

import base64
import contextlib
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from eth_account import Account
from eth_account.hdaccount.mnemonic import Mnemonic

from tests.doors.keys.key_samples import PASSPHRASE, PUBLIC_KEYS, SIGNER, Case
from tests.doors.keys.session_bus import LOGIN, SCREEN, a_bus, telling
from tests.doors.keys.unlocking import person, wait_until_gone
from treasury_desktop.keys.encrypted_key import EncryptedKey
from treasury_desktop.keys.key_store import keys_in_files

PARENT = """
import sys
from pathlib import Path
from treasury_desktop.keys.key_store import keys_in_files
from treasury_desktop.keys.signer_process import SignerProcess, WindowWish
store = keys_in_files(Path(sys.argv[1]))
bundle = Path(sys.argv[2]).read_bytes()
desk = SignerProcess(store, signed_hash_for=lambda *_: None, wish=WindowWish({wish}))
print("ready", flush=True)
signature = desk.sign_safe_tx(store.labels()[0], bundle, bytes.fromhex(sys.argv[3]))
print("0x" + signature.encoded.hex(), flush=True)
sys.stdin.read()
"""


def parent(tmp_path: Path, key: EncryptedKey, case: Case, wish: str) -> subprocess.Popen[bytes]:
    """A program that signs, in a process of its own that can be looked at and killed."""
    keys_in_files(tmp_path / "keys").keep(key)
    (tmp_path / "bundle.json").write_bytes(case.bundle)
    arguments = [str(tmp_path / "keys"), str(tmp_path / "bundle.json"), case.hash.hex()]
    with (tmp_path / "log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-c", PARENT.format(wish=wish), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
        )


def children_of(process_id: int) -> list[int]:
    """The processes that a process has started, and those they have started."""
    found: list[int] = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                status = (entry / "stat").read_text()
            except OSError:
                continue
            fields = status.rpartition(")")[2].split()
            if int(fields[1]) == process_id and fields[0] != "Z":
                found += [int(entry.name), *children_of(int(entry.name))]
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_killed_parent_takes_its_children_with_it(
    tmp_path: Path, owner_key: EncryptedKey, honest: Case
) -> None:
    """After kill -9 of the window's process no passphrase window stays behind."""
    with parent(tmp_path, owner_key, honest, "") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        while not (children := children_of(process.pid)):
            assert process.poll() is None
        process.kill()
        process.wait(10)
        for child in children:
            _wait_until_gone(child)


def _wait_until_gone(process_id: int) -> None:
    descriptor = os.pidfd_open(process_id)
    try:
        assert select.select([descriptor], [], [], 20)[0], "a child outlived its parent"
    finally:
        os.close(descriptor)


IMPORTS = """
import sys
from treasury_desktop.keys import secret_entry_host
from treasury_desktop.windows.secret_entry import run
print(*{name.partition(".")[0] for name in sys.modules})
"""
LONG_LIFE = """
from treasury_desktop.keys.opened_key import short_life
with short_life():
    print("begun", flush=True)
    while True:
        pass
"""


def test_secret_entry_has_no_network_and_no_store() -> None:
    """The window's process loads Qt, and nothing that reaches a node, a store or a key ring."""
    arguments = [sys.executable, "-I", "-P", "-c", IMPORTS]
    loaded = set(subprocess.run(arguments, capture_output=True, check=True).stdout.decode().split())
    assert "PySide6" in loaded
    banned = {"web3", "requests", "sqlite3", "duckdb", "keyring", "eth_account", "pyqtgraph"}
    assert not loaded & banned


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such timer")
def test_kernel_ends_a_signer_that_keeps_a_key_too_long() -> None:
    """Two seconds after a key was decrypted the process is gone, whatever it is doing."""
    arguments = [sys.executable, "-I", "-P", "-c", LONG_LIFE]
    done = subprocess.run(arguments, capture_output=True, check=False, timeout=30)
    assert done.stdout == b"begun\n"
    assert done.returncode == -signal.SIGALRM


def spellings(key: str) -> dict[str, bytes]:
    """A key as it might lie around somewhere."""
    raw = bytes.fromhex(key)
    return {
        "raw": raw,
        "reversed": raw[::-1],
        "hex": key.encode(),
        "upper hex": key.upper().encode(),
        "reversed hex": key[::-1].encode(),
        "decimal": str(int(key, 16)).encode(),
        "base64": base64.b64encode(raw).rstrip(b"="),
        "words": Mnemonic().to_mnemonic(raw).encode(),
    }


def memory_of(process_id: int) -> Iterator[bytes]:
    """Everything a process has in memory that can be read, region by region."""
    with Path(f"/proc/{process_id}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{process_id}/maps").read_text().splitlines():
            span, access, *_ = line.split()
            if "r" not in access or line.endswith(("[vvar]", "[vsyscall]", "[vvar_vclock]")):
                continue
            begin, end = (int(part, 16) for part in span.split("-"))
            try:
                memory.seek(begin)
                yield memory.read(end - begin)
            except (OSError, OverflowError):
                continue


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_canary_key_is_nowhere_but_in_the_signer(
    tmp_path: Path, owner_key: EncryptedKey, honest: Case
) -> None:
    """Neither key nor passphrase is in a log, file, argument, variable or the parent's memory."""
    needles = spellings(PUBLIC_KEYS[1]) | {
        "passphrase": PASSPHRASE.encode(),
        "wide passphrase": PASSPHRASE.encode("utf-16-le"),
    }
    visible: dict[str, bytes] = {}
    with parent(tmp_path, owner_key, honest, "rehearse=True") as process:
        answer = answer_while_watching(process, visible)
        refuse_needles(needles, ((f"memory {n}", r) for n, r in enumerate(memory_of(process.pid))))
        assert any(answer in region for region in memory_of(process.pid))
        process.communicate(timeout=20)
        assert process.returncode == 0
    refuse_needles(needles, visible.items())
    files = (path for path in tmp_path.rglob("*") if path.is_file())
    refuse_needles(needles, ((path.name, path.read_bytes()) for path in files))


WORDS = "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong"
PERSON = """
import sys
from pathlib import Path
from treasury_desktop.keys.secret_entry_host import main
def ask_all(shown, window, ask):
    typed = Path(sys.argv[1]).read_text().splitlines()
    def answer(*given):
        return ask([bytearray(each, "utf-8") for each in given])
    path = answer(typed[0], "")["addresses"][0]["path"]
    return answer(typed[0], "", path, typed[1])
sys.exit(main(lambda: ask_all, [sys.executable, "-I", "-P", "-c", sys.argv[2]]))
"""
IMPORTING = """
import sys
from pathlib import Path
from treasury_desktop.keys.key_store import keys_in_files
from treasury_desktop.keys.signer_process import SignerProcess
store = keys_in_files(Path(sys.argv[1]))
person = [sys.executable, "-I", "-P", "-c", sys.argv[2], sys.argv[3], sys.argv[4]]
desk = SignerProcess(store, signed_hash_for=lambda *_: None, command=lambda _: person)
print("ready", flush=True)
print(str(desk.import_words("Desk", "owner").address), flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_canary_words_are_nowhere_but_where_they_are_typed(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Words, the key under them and the new passphrase never reach the window's process."""
    typed = tmp_path_factory.mktemp("paper") / "words"
    typed.write_text(f"{WORDS}\n{PASSPHRASE}\n", encoding="utf-8")
    Account.enable_unaudited_hdwallet_features()
    account = Account.from_mnemonic(WORDS)
    needles = spellings(account.key.hex().removeprefix("0x")) | {
        "their words": WORDS.encode(),
        "their wide words": WORDS.encode("utf-16-le"),
        "passphrase": PASSPHRASE.encode(),
    }
    visible: dict[str, bytes] = {}
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", IMPORTING, str(tmp_path / "keys"), PERSON, str(typed), SIGNER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
        )
    with process:
        answer = answer_while_watching(process, visible)
        assert answer.decode() == account.address
        refuse_needles(needles, ((f"memory {n}", r) for n, r in enumerate(memory_of(process.pid))))
        process.communicate(timeout=20)
    refuse_needles(needles, visible.items())
    files = (path for path in tmp_path.rglob("*") if path.is_file())
    refuse_needles(needles, ((path.name, path.read_bytes()) for path in files))


def answer_while_watching(process: subprocess.Popen[bytes], visible: dict[str, bytes]) -> bytes:
    """The signature a parent prints; collects arguments and variables of all three processes."""
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    answer: list[bytes] = []
    line = threading.Thread(target=lambda: answer.append(_line(process)))
    line.start()
    seen: set[int] = set()
    while line.is_alive():
        for each in (process.pid, *children_of(process.pid)):
            seen.add(each)
            for name in ("cmdline", "environ"):
                with contextlib.suppress(OSError):
                    visible[f"{each} {name}"] = Path(f"/proc/{each}/{name}").read_bytes()
    assert answer[0].startswith(b"0x")
    assert len(seen) >= 3
    return answer[0].strip()


def _line(process: subprocess.Popen[bytes]) -> bytes:
    return process.stdout.readline() if process.stdout is not None else b""


def refuse_needles(needles: dict[str, bytes], places: Iterable[tuple[str, bytes]]) -> None:
    """Fails with the name of what was found and where, never with the content."""
    for place, content in places:
        found = [name for name, needle in needles.items() if needle in content]
        assert not found, f"{found} in {place}"


UNLOCKING = """
import sys
from pathlib import Path
from treasury_desktop.keys.key_store import keys_in_files
from treasury_desktop.keys.signer_process import SignerProcess
from treasury_desktop.keys.unlocked import Unlocked
store, unlocked = keys_in_files(Path(sys.argv[1])), Unlocked(300)
desk = SignerProcess(
    store, signed_hash_for=lambda *_: None, command=lambda _: sys.argv[4:], unlocked=unlocked
)
key, bundle, digest = store.labels()[0], Path(sys.argv[2]).read_bytes(), bytes.fromhex(sys.argv[3])
print("ready", flush=True)
desk.sign_safe_tx(key, bundle, digest)
assert unlocked.key is not None
signature = desk.sign_safe_tx(key, bundle, digest)
print("0x" + signature.encoded.hex(), flush=True)
sys.stdin.readline()
unlocked.lock()
"""
"""The person is started from a file: an argument would have the passphrase in it."""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc, and nothing is kept elsewhere")
def test_canary_passphrase_of_an_unlocked_key_is_in_its_own_process_only(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, owner_key: EncryptedKey, honest: Case
) -> None:
    """While the key is unlocked the window's process holds neither passphrase nor key."""
    needles = spellings(PUBLIC_KEYS[1]) | {
        "passphrase": PASSPHRASE.encode(),
        "wide passphrase": PASSPHRASE.encode("utf-16-le"),
    }
    keys_in_files(tmp_path / "keys").keep(owner_key)
    (tmp_path / "bundle.json").write_bytes(honest.bundle)
    visible: dict[str, bytes] = {}
    with a_bus() as bus, telling(bus, SCREEN, LOGIN):
        paper = tmp_path_factory.mktemp("paper") / "person.py"
        paper.write_text(person(bus.address)[-1], encoding="utf-8")
        arguments = [str(tmp_path / "keys"), str(tmp_path / "bundle.json"), honest.hash.hex()]
        with (tmp_path / "log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-c", UNLOCKING, *arguments, sys.executable, "-P", str(paper)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        with process:
            answer_while_watching(process, visible)
            (keeper,) = children_of(process.pid)
            places = enumerate(memory_of(process.pid))
            refuse_needles(needles, ((f"memory {number}", region) for number, region in places))
            process.communicate(b"\n", timeout=20)
            wait_until_gone(keeper)
    refuse_needles(needles, visible.items())
    files = (path for path in tmp_path.rglob("*") if path.is_file())
    refuse_needles(needles, ((path.name, path.read_bytes()) for path in files))
