"""The pinned key-ring back-end: the real Secret Service, and everything that tries to replace it.

Run inside `packaging/with_keyring.sh`, which gives a home, a bus and a key ring of their own.
"""

import importlib.util
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from keyring.backends import SecretService, chainer, fail, null
from keyring.errors import KeyringError

from treasury_desktop.errors import Refused, Unavailable
from treasury_desktop.keys import system_keyring
from treasury_desktop.keys.linux_key_rings import has_kwallet_only
from treasury_desktop.keys.reading_alike import WRONG_SESSION
from treasury_desktop.keys.system_keyring import (
    ALLOWED,
    SECRET_SERVICE,
    AllowedBackend,
    SystemKeyRing,
)

HOSTILE_MODULE = """
import pathlib
pathlib.Path(__file__).with_name("loaded").touch()
from keyring.backend import KeyringBackend
class Keyring(KeyringBackend):
    priority = 99
    def get_password(self, service, username): return "hostile"
    def set_password(self, service, username, password): pass
    def delete_password(self, service, username): pass
PlaintextKeyring = Keyring
"""
USE = """
import sys
sys.path.insert(0, {folder!r})
from treasury_desktop.keys.system_keyring import SystemKeyRing
ring = SystemKeyRing()
ring.write("hostile-test", "ours")
print(type(ring._instance).__module__, ring.read("hostile-test"))
ring.remove("hostile-test")
"""


@pytest.fixture
def ring() -> SystemKeyRing:
    """This session's key ring."""
    return SystemKeyRing(service="treasury-desktop-tests")


@pytest.fixture
def hostile_folder(tmp_path: Path) -> Path:
    """A folder with a back-end that keeps nothing secret, in the shapes in which it may come."""
    (tmp_path / "hostile.py").write_text(HOSTILE_MODULE)
    alt = tmp_path / "keyrings" / "alt"
    alt.mkdir(parents=True)
    (alt / "file.py").write_text(HOSTILE_MODULE)
    plug_in = tmp_path / "hostile-1.0.dist-info"
    plug_in.mkdir()
    (plug_in / "METADATA").write_text("Metadata-Version: 2.1\nName: hostile\nVersion: 1.0\n")
    (plug_in / "entry_points.txt").write_text("[keyring.backends]\nhostile = hostile\n")
    return tmp_path


def use(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Writes and reads through the key ring in a new process with these variables."""
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(USE).format(folder=str(folder))],
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_text_is_kept_and_forgotten(ring: SystemKeyRing) -> None:
    """The real Secret Service gives back what it was given, until it is told to forget."""
    assert ring.title == "Secret Service"
    assert ring.read("a") is None
    ring.write("a", "kept ✓")
    assert ring.read("a") == "kept ✓"
    ring.write("a", "anew")
    assert ring.read("a") == "anew"
    ring.remove("a")
    ring.remove("a")
    assert ring.read("a") is None


def test_self_test_leaves_nothing_behind(ring: SystemKeyRing) -> None:
    """The trial entry made before the first write is gone afterwards."""
    ring.write("b", "x")
    assert ring.read(system_keyring.SELF_TEST) is None
    ring.remove("b")


def test_text_too_long_for_windows_is_refused(ring: SystemKeyRing) -> None:
    """The smallest key ring sets the limit everywhere."""
    with pytest.raises(Refused, match="longer than the smallest"):
        ring.write("long", "x" * 1281)


@pytest.mark.parametrize(
    "variables",
    [
        {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"},
        {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"},
        {"PYTHON_KEYRING_BACKEND": "keyring.backends.chainer.ChainerBackend"},
        {"PYTHON_KEYRING_BACKEND": "keyrings.alt.file.PlaintextKeyring"},
        {"PYTHON_KEYRING_BACKEND": "hostile.Keyring"},
        {"KEYRING_PROPERTY_SCHEME": "KeePassXC"},
        {"KEYRING_PROPERTY_PREFERRED_COLLECTION": "/org/freedesktop/secrets/collection/session"},
        {"KEYRING_PROPERTY_GET_PASSWORD": "hostile"},
        {},
    ],
)
def test_variables_and_plug_ins_change_nothing(
    hostile_folder: Path, variables: dict[str, str]
) -> None:
    """No variable, plug-in or plaintext back-end replaces the Secret Service, or is even loaded."""
    done = use(hostile_folder, **variables)
    assert done.stdout.split() == ["keyring.backends.SecretService", "ours"], done.stderr
    assert not list(hostile_folder.rglob("loaded"))


def test_configuration_file_changes_nothing(hostile_folder: Path, tmp_path: Path) -> None:
    """A keyringrc.cfg that extends Python's path and names a back-end is never read."""
    folder = tmp_path / "config" / "python_keyring"
    folder.mkdir(parents=True)
    (folder / "keyringrc.cfg").write_text(
        f"[backend]\ndefault-keyring=hostile.Keyring\nkeyring-path={hostile_folder}\n"
    )
    done = use(tmp_path / "elsewhere", XDG_CONFIG_HOME=str(tmp_path / "config"))
    assert done.stdout.split() == ["keyring.backends.SecretService", "ours"], done.stderr
    assert not list(hostile_folder.rglob("loaded"))


@pytest.mark.parametrize(
    "foreign",
    [null.Keyring, fail.Keyring, chainer.ChainerBackend],
    ids=["null", "fail", "chainer"],
)
def test_other_back_ends_are_not_on_the_list(foreign: type) -> None:
    """A back-end that is not on the list cannot be asked for."""
    named = AllowedBackend(title="x", module=foreign.__module__, name=foreign.__name__)
    with pytest.raises(Refused, match="not a key ring this program trusts"):
        SystemKeyRing(named)


def test_list_names_four_back_ends() -> None:
    """The list is what the documents say it is."""
    assert {f"{each.module}.{each.name}" for each in ALLOWED} == {
        "keyring.backends.SecretService.Keyring",
        "keyring.backends.macOS.Keyring",
        "keyring.backends.Windows.WinVaultKeyring",
        "keyring.backends.kwallet.DBusKeyring",
    }


def test_exchanged_class_is_refused_at_the_next_use(
    ring: SystemKeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A class put in the place of the pinned one is noticed."""
    monkeypatch.setattr(SecretService, "Keyring", null.Keyring)
    with pytest.raises(Refused, match="not the class it should be"):
        ring.read("a")
    with pytest.raises(Refused, match="not the class it should be"):
        SystemKeyRing()


def test_imitated_class_is_refused(ring: SystemKeyRing, monkeypatch: pytest.MonkeyPatch) -> None:
    """A class with the right names that is not the one first found is noticed too."""
    imitation = type("Keyring", (SecretService.Keyring,), {"__module__": SECRET_SERVICE.module})
    monkeypatch.setattr(SecretService, "Keyring", imitation)
    with pytest.raises(Refused, match="was exchanged"):
        ring.read("a")


def test_exchanged_instance_is_refused(
    ring: SystemKeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An object of another class in the place of the back-end is noticed."""
    monkeypatch.setattr(ring, "_instance", null.Keyring())
    with pytest.raises(Refused, match="was exchanged"):
        ring.write("a", "x")


def test_foreign_setting_on_the_instance_is_refused(ring: SystemKeyRing) -> None:
    """Attributes set on the back-end from outside are noticed."""
    ring._instance.preferred_collection = "/org/freedesktop/secrets/collection/session"
    with pytest.raises(Refused, match="foreign settings"):
        ring.read("a")


def test_key_ring_that_forgets_is_unavailable(
    ring: SystemKeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key ring that does not give back what it was given is not used."""
    monkeypatch.setattr(SecretService.Keyring, "get_password", lambda *_: None)
    with pytest.raises(Unavailable, match="does not give back"):
        ring.write("a", "x")


def test_unknown_failure_names_its_kind_only(
    ring: SystemKeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failure of another sort is one sentence without the library's text."""

    def failing(*_: object) -> str:
        raise KeyringError("internal details")

    monkeypatch.setattr(SecretService.Keyring, "get_password", failing)
    with pytest.raises(Unavailable) as caught:
        ring.read("a")
    assert caught.value.sentence == ("The Secret Service did not do what was asked (KeyringError).")


def test_lacking_plug_in_of_kwallet_is_named(
    ring: SystemKeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """KWallet without QCA's plug-in opens no session; what is missing can be installed."""

    def failing(*_: object) -> str:
        raise KeyringError("createDLGroup failed: maybe libqca-ossl is missing")

    monkeypatch.setattr(SecretService.Keyring, "get_password", failing)
    with pytest.raises(Unavailable, match=r"lacks its plug-in for encryption \(QCA\)"):
        ring.read("a")


def test_text_that_was_not_understood_is_written_again(
    ring: SystemKeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twice at most, and only where the session was at fault."""
    write, failures = SecretService.Keyring.set_password, [WRONG_SESSION, WRONG_SESSION]

    def at_first_not(self: SecretService.Keyring, *given: str) -> None:
        if failures:
            raise KeyringError(failures.pop())
        write(self, *given)

    monkeypatch.setattr(SecretService.Keyring, "set_password", at_first_not)
    ring._is_tested = True
    ring.write("a", "kept")
    assert ring.read("a") == "kept"
    ring.remove("a")
    for often in (3, 1):
        failures[:] = [WRONG_SESSION] * often if often > 1 else ["something else"]
        with pytest.raises(Unavailable):
            ring.write("a", "never")
    failures.clear()
    assert ring.read("a") is None


def test_answers_that_differ_each_time_are_unavailable(
    ring: SystemKeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No two alike, no text."""
    answers = iter("abcdefgh")
    monkeypatch.setattr(SecretService.Keyring, "get_password", lambda *_: next(answers))
    with pytest.raises(Unavailable, match="gives another answer each time"):
        ring.read("a")


READ = """
from treasury_desktop.errors import Unavailable
from treasury_desktop.keys.system_keyring import SystemKeyRing
{before}
try:
    SystemKeyRing().read("a")
except Unavailable as failure:
    print(failure.sentence)
"""
LOCK = """
import secretstorage
connection = secretstorage.dbus_init()
secretstorage.get_default_collection(connection).lock()
"""
BARE_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/>
<allow eavesdrop="true"/><allow own="*"/></policy></busconfig>"""


def sentence(tmp_path: Path, *wrapper: str, before: str = "", **variables: str) -> str:
    """What reading says in a new process, inside a wrapper and with a home of its own."""
    tmp_path.mkdir(exist_ok=True)
    (tmp_path / "run").mkdir(mode=0o700)
    own = {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path / "run")}
    own |= {f"XDG_{kind}_HOME": str(tmp_path / kind) for kind in ("DATA", "CONFIG", "CACHE")}
    done = subprocess.run(
        [*wrapper, sys.executable, "-c", READ.format(before=before)],
        env={k: v for k, v in (os.environ | own | variables).items() if v},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=False,
        timeout=60,
    )
    return done.stdout.strip()


def test_no_session_bus_is_one_sentence(tmp_path: Path) -> None:
    """Without a session bus, or with a dead one, reading says so."""
    expected = "There is no session bus here, so the Secret Service cannot be reached."
    assert sentence(tmp_path / "1", DBUS_SESSION_BUS_ADDRESS="") == expected
    dead = f"unix:path={tmp_path}/nobody"
    assert sentence(tmp_path / "2", DBUS_SESSION_BUS_ADDRESS=dead) == expected


def test_no_service_is_one_sentence(tmp_path: Path) -> None:
    """A bus on which nothing keeps secrets is named as that."""
    configuration = tmp_path / "bus.conf"
    configuration.write_text(BARE_BUS)
    bus = ("dbus-run-session", f"--config-file={configuration}", "--")
    expected = "No program on this session offers the Secret Service."
    assert sentence(tmp_path / "home", *bus) == expected


def test_missing_collection_is_one_sentence(tmp_path: Path) -> None:
    """A Secret Service that was never set up has no collection."""
    script = 'gnome-keyring-daemon --start --components=secrets >/dev/null 2>&1; exec "$@"'
    bus = ("dbus-run-session", "--", "bash", "-c", script, "bash")
    expected = "The Secret Service has no default collection to keep keys in."
    assert sentence(tmp_path, *bus) == expected


def test_locked_key_ring_is_one_sentence(tmp_path: Path) -> None:
    """A locked collection whose prompt nobody answers is named as locked."""
    script = 'printf x | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; "$@"'
    bus = ("dbus-run-session", "--", "bash", "-c", script, "bash")
    expected = "The Secret Service is locked; unlock it and try again."
    assert sentence(tmp_path, *bus, before=LOCK) == expected


def test_kwallets_own_interface_is_not_taken_where_there_is_a_secret_service(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nor without the library it needs, nor without a bus."""
    found: list[object] = [None, object(), object()]
    monkeypatch.setattr(importlib.util, "find_spec", lambda *_: found.pop(0))
    assert not has_kwallet_only()
    assert not has_kwallet_only()
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS")
    assert not has_kwallet_only()
