"""KDE's key ring: the real KWallet, which offers the Secret Service that this program speaks.

A KWallet of its own on a bus of its own; its wallet is opened the way a login opens it, because
nobody is there to answer its window.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.doors.keys.test_system_keyring import BARE_BUS

pytestmark = pytest.mark.skipif(
    shutil.which("kwalletd5") is None or shutil.which("dbus-run-session") is None,
    reason="needs the packages that packaging/debian-packages.txt names for tests",
)

CONFIGURATION = """[Wallet]
Enabled=true
First Use=false
Default Wallet=kdewallet
Prompt on Open=false
"""
DISTRIBUTION = "/usr/lib/python3/dist-packages"
"""Where a distribution puts dbus-python."""
LOGIN = """
import subprocess, sys
from jeepney import DBusAddress, MatchRule, message_bus, new_method_call
from jeepney.io.blocking import open_dbus_connection
WALLETS = DBusAddress("/modules/kwalletd5", "org.kde.kwalletd5", "org.kde.KWallet")
SECRETS = DBusAddress(
    "/org/freedesktop/secrets", "org.freedesktop.secrets", "org.freedesktop.Secret.Service"
)
bus = open_dbus_connection()
def call(message):
    return bus.send_and_get_reply(message, timeout=20).body
def start():
    rule = MatchRule(type="signal", member="NameOwnerChanged", sender="org.freedesktop.DBus")
    rule.add_arg_condition(0, "NAME")
    call(message_bus.AddMatch(rule))
    daemon = subprocess.Popen(["kwalletd5"], stderr=subprocess.DEVNULL)
    with bus.filter(rule) as told:
        bus.recv_until_filtered(told, timeout=20)
    call(message_bus.RemoveMatch(rule))
    call(opening)
    return daemon
opening = new_method_call(WALLETS, "pamOpen", "sayi", ("kdewallet", bytes(range(56)), 0))
daemon = start()
default = new_method_call(SECRETS, "ReadAlias", "s", ("default",))
if "NAME" == SECRETS.bus_name and call(default) == ("/",):
    daemon.terminate()  # a wallet made just now becomes the default collection at the next login
    daemon.wait()
    daemon = start()
try:
    subprocess.run([sys.executable, "-c", sys.argv[1]], check=True)
finally:
    daemon.terminate()
    daemon.wait()
"""
KEEP = """
from treasury_desktop.keys.system_keyring import SystemKeyRing
ring = SystemKeyRing(service="treasury-desktop-tests")
print(ring.read("a"))
ring.write("a", "kept ✓")
print(ring.read("a"))
ring.write("a", "anew")
print(ring.read("a"), ring.read("self-test"))
ring.remove("a")
ring.remove("a")
print(ring.read("a"), type(ring._instance).__module__)
"""
SIGN = """
import sys
from tests.doors.keys.key_samples import SAFE_ADDRESS, a_safe, address_of, case_of, sealed
from treasury_desktop.keys.key_store import KeyStore, keys_in_system_key_ring
from treasury_desktop.keys.signer_process import SignerProcess, WindowWish
from treasury_desktop.safes.safe_tx import SafeTx
store = keys_in_system_key_ring(profile="kwallet test")
key = store.keep(sealed(1, "Desk A", "owner"))
case = case_of(a_safe(), SafeTx(to=SAFE_ADDRESS, nonce=7))
desk = SignerProcess(store, signed_hash_for=lambda *_: None, wish=WindowWish(rehearse=True))
signature = desk.sign_safe_tx(key, case.bundle, case.hash)
print(signature.signer_of(case.hash) == address_of(1), key.kept_in)
store.remove(key)
print(store.labels())
"""


def in_session(tmp_path: Path, script: str, *, offers_secrets: bool = True) -> list[str]:
    """What a script prints in a session whose secrets KWallet keeps."""
    configuration = tmp_path / ".config"
    configuration.mkdir()
    offer = f"[org.freedesktop.secrets]\napiEnabled={str(offers_secrets).lower()}\n"
    (configuration / "kwalletrc").write_text(CONFIGURATION + offer)
    (tmp_path / "run").mkdir(mode=0o700)
    repository = str(Path(__file__).parents[3])
    own = {
        "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(configuration),
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "XDG_RUNTIME_DIR": str(tmp_path / "run"),
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHONPATH": repository if offers_secrets else f"{repository}:{DISTRIBUTION}",
    }
    bus = tmp_path / "bus.conf"
    bus.write_text(BARE_BUS)  # nothing is started by being called, such as another key ring
    name = "org.freedesktop.secrets" if offers_secrets else "org.kde.kwalletd5"
    login = [sys.executable, "-c", LOGIN.replace("NAME", name), script]
    done = subprocess.run(
        ["dbus-run-session", f"--config-file={bus}", "--", *login],
        env=os.environ | own,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.splitlines()


def test_text_is_kept_and_forgotten_by_kwallet(tmp_path: Path) -> None:
    """It gives back what it was given, until it is told to forget; by the same pinned class."""
    assert in_session(tmp_path, KEEP) == [
        "None",
        "kept ✓",
        "anew None",
        "None keyring.backends.SecretService",
    ]
    (wallet,) = (tmp_path / "data" / "kwalletd").glob("*.kwl")
    assert b"kept" not in wallet.read_bytes()


def test_key_in_kwallet_signs(tmp_path: Path) -> None:
    """The whole road: kept by KWallet, signed with by both processes, and removed."""
    assert in_session(tmp_path, SIGN) == ["True Secret Service", "()"]


MANY = """
from treasury_desktop.keys.system_keyring import SystemKeyRing
ring = SystemKeyRing(service="treasury-desktop-tests")
for number in range(150):
    text = f"text {number}"
    ring.write("a", text)
    assert ring.read("a") == text
print("all alike")
"""


def test_wrong_sessions_of_kwallet_are_not_believed(tmp_path: Path) -> None:
    """Of so many sessions some are derived wrongly; each text is read as it was written."""
    assert in_session(tmp_path, MANY) == ["all alike"]


def has_dbus_python() -> bool:
    """Whether the distribution's dbus-python fits this Python."""
    look = [sys.executable, "-c", "import dbus.mainloop.glib"]
    variables = os.environ | {"PYTHONPATH": DISTRIBUTION}
    return subprocess.run(look, env=variables, capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not has_dbus_python(), reason="needs python3-dbus, built for this Python")
def test_kwallet_that_offers_no_secret_service_is_reached_by_its_own_interface(
    tmp_path: Path,
) -> None:
    """Where nothing else keeps secrets, by the class that is pinned for it."""
    assert in_session(tmp_path, KEEP, offers_secrets=False) == [
        "None",
        "kept ✓",
        "anew None",
        "None keyring.backends.kwallet",
    ]
