"""The whole road of a signature: Secret Service, secret-entry window, signer, and back.

The windows are real and drawn offscreen; the rehearsal types the demonstration's public passphrase.
"""

import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from tests.doors.keys.key_samples import (
    Case,
    a_safe,
    address_of,
    case_of,
    sealed,
    signed,
)
from treasury_desktop.desk.doors import ExecutionTransaction, KeyLabel
from treasury_desktop.errors import Cancelled, Malformed, Refused, Unavailable
from treasury_desktop.keys.encrypted_key import EncryptedKey
from treasury_desktop.keys.hardening import window_environment
from treasury_desktop.keys.jobs import answer_text
from treasury_desktop.keys.key_store import INDEX, KeyStore, keys_in_files
from treasury_desktop.keys.signer_process import SignerProcess, WindowWish
from treasury_desktop.keys.system_keyring import SystemKeyRing
from treasury_desktop.safes.execution import exec_transaction_calldata
from treasury_desktop.safes.safe_tx import SafeTx

REHEARSAL = WindowWish(theme="light", rehearse=True)


def nothing_signed(*_: object) -> bytes | None:
    """A desk that has signed nothing yet."""
    return None


@pytest.fixture
def store(tmp_path: Path) -> Iterator[KeyStore]:
    """The real Secret Service, under a name of its own."""
    ring = SystemKeyRing(service=f"treasury-desktop-{tmp_path.name}")
    yield KeyStore(ring)
    for name in (INDEX, *(str(address_of(index)) for index in (1, 2, 4))):
        ring.remove(name)


def signer(store: KeyStore, wish: WindowWish = REHEARSAL) -> SignerProcess:
    """The parent's side, as the program makes it."""
    return SignerProcess(store, signed_hash_for=nothing_signed, wish=wish)


def answering(answer: str) -> SignerProcess:
    """A parent whose secret-entry process answers something of its own."""
    script = (
        "import os,sys; n=int.from_bytes(os.read(0,4),'big')\n"
        "while n: n-=len(os.read(0,n))\n"
        "a=sys.argv[1].encode(); os.write(1,len(a).to_bytes(4,'big')+a)"
    )

    def lying(_: str) -> Sequence[str]:
        return [sys.executable, "-I", "-c", script, answer]

    class OneKey(KeyStore):
        def __init__(self) -> None:
            pass

        def encrypted(self, label: KeyLabel) -> EncryptedKey:
            return sealed(1, "Desk A", label.role)

    return SignerProcess(OneKey(), signed_hash_for=nothing_signed, command=lying)


OWNER = KeyLabel(label="Desk A", address=address_of(1), role="owner", kept_in="test")


def test_signature_from_key_ring_through_both_processes(
    store: KeyStore, owner_key: EncryptedKey, honest: Case, tmp_path: Path
) -> None:
    """A key in the real Secret Service signs, and the signature recovers to its owner."""
    picture = tmp_path / "sign.png"
    key = store.keep(owner_key)
    wish = WindowWish(theme="dark", rehearse=True, screenshot=str(picture))
    signature = signer(store, wish).sign_safe_tx(key, honest.bundle, honest.hash)
    assert signature.signer_of(honest.hash) == address_of(1)
    assert signature == signed(1, honest.hash)
    shown = QImage(str(picture))
    assert (shown.width(), shown.height()) > (700, 400)


def test_execution_through_both_processes(
    store: KeyStore, executor_key: EncryptedKey, honest: Case
) -> None:
    """The executor's key signs the execution, and the parent finds every field as asked."""
    key = store.keep(executor_key)
    owners = sorted((1, 2), key=address_of)
    signatures = b"".join(signed(index, honest.hash).encoded for index in owners)
    transaction = ExecutionTransaction(
        chain_id=31337,
        sender=key.address,
        account_nonce=0,
        to=honest.safe.address,
        data=exec_transaction_calldata(honest.tx, signatures),
        gas=200_000,
        max_fee_per_gas=2_000_000_000,
        max_priority_fee_per_gas=1,
    )
    raw = signer(store).sign_execution(key, honest.bundle, signatures, transaction)
    assert raw[0] == 2


def test_demonstration_key_is_imported_and_signs(store: KeyStore, honest: Case) -> None:
    """Import under a new passphrase, then sign with it: what the tour does."""
    desk = signer(store)
    key = desk.import_demonstration_key("Desk B", "owner", 2, 31337)
    assert store.labels() == (key,)
    assert key.kept_in == "Secret Service"
    signature = desk.sign_safe_tx(key, honest.bundle, honest.hash)
    assert signature.signer_of(honest.hash) == address_of(2)


def test_rehearsal_is_refused_outside_the_demonstration(
    store: KeyStore, owner_key: EncryptedKey
) -> None:
    """On another chain, with another key, or for a key of one's own, nobody types for a person."""
    elsewhere = a_safe(chain_id=1)
    case = case_of(elsewhere, SafeTx(to=elsewhere.address, nonce=7))
    key = store.keep(owner_key)
    with pytest.raises(Refused, match="demonstration's chain and accounts only"):
        signer(store).sign_safe_tx(key, case.bundle, case.hash)
    with pytest.raises(Refused, match="demonstration's chain and accounts only"):
        signer(store).create_key("My own", "owner")


def test_wrong_passphrase_ends_a_rehearsal(
    tmp_path: Path, owner_key: EncryptedKey, honest: Case
) -> None:
    """Where the public passphrase does not open the key, three tries end in a refusal."""
    store = keys_in_files(tmp_path / "keys")
    key = store.keep(replace(owner_key, label="Another"))
    with pytest.raises(Refused, match="wrong three times"):
        signer(store).sign_safe_tx(key, honest.bundle, honest.hash)


def test_second_transaction_for_a_nonce_is_refused(
    tmp_path: Path, owner_key: EncryptedKey, honest: Case, calm: Case
) -> None:
    """What the records say was signed reaches the signer, which signs only its rejection beside."""
    store = keys_in_files(tmp_path / "keys")
    key = store.keep(owner_key)
    asked: list[tuple[object, ...]] = []

    def another(*what: object) -> bytes:
        asked.append(what)
        return bytes(32)

    desk = SignerProcess(store, signed_hash_for=another, wish=REHEARSAL)
    with pytest.raises(Refused, match="a different transaction"):
        desk.sign_safe_tx(key, calm.bundle, calm.hash)
    assert asked == [(calm.safe.address, 7, address_of(1))]
    assert desk.sign_safe_tx(key, honest.bundle, honest.hash) == signed(1, honest.hash)


def test_danger_reaches_the_signer_only_acknowledged(
    tmp_path: Path, owner_key: EncryptedKey
) -> None:
    """What was named on the review page is handed through both processes."""
    store = keys_in_files(tmp_path / "keys")
    key = store.keep(owner_key)
    lowers = bytes.fromhex("694e80c3") + (1).to_bytes(32, "big")  # changeThreshold(1)
    case = case_of(a_safe(), SafeTx(to=a_safe().address, data=lowers, nonce=7))
    with pytest.raises(Refused, match="THRESHOLD_LOWERED"):
        signer(store).sign_safe_tx(key, case.bundle, case.hash)
    signature = signer(store).sign_safe_tx(
        key, case.bundle, case.hash, acknowledged=frozenset({"THRESHOLD_LOWERED"})
    )
    assert signature == signed(1, case.hash)


def test_bytes_that_were_not_reviewed_start_nothing(honest: Case) -> None:
    """The parent compares the hash before any window opens."""
    with pytest.raises(Refused, match="not those that were reviewed"):
        answering("").sign_safe_tx(OWNER, honest.bundle, bytes(32))


def _answer(signature: bytes, safe_tx_hash: bytes) -> str:
    members = {"signature": "0x" + signature.hex(), "safe_tx_hash": "0x" + safe_tx_hash.hex()}
    return answer_text(members).decode()


def test_parent_believes_no_signature(honest: Case) -> None:
    """A signature by another key, over another hash, with high s or cut is not taken."""
    good = signed(1, honest.hash)
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    twin = replace(good, s=order - good.s, v=55 - good.v)
    assert twin.signer_of(honest.hash) == address_of(1)
    for encoded, stated in (
        (signed(2, honest.hash).encoded, honest.hash),
        (signed(1, bytes(32)).encoded, honest.hash),
        (good.encoded, bytes(32)),
        (twin.encoded, honest.hash),
        (good.encoded[:-1], honest.hash),
        (b"", honest.hash),
    ):
        with pytest.raises(Malformed):
            answering(_answer(encoded, stated)).sign_safe_tx(OWNER, honest.bundle, honest.hash)
    accepted = answering(_answer(good.encoded, honest.hash))
    assert accepted.sign_safe_tx(OWNER, honest.bundle, honest.hash) == good


@pytest.mark.parametrize("answer", ["", "{}", "[1]", '{"format":"treasury-desktop/answer@1"}'])
def test_nonsense_answer_is_malformed(honest: Case, answer: str) -> None:
    """An answer that is none is named as that."""
    with pytest.raises(Malformed):
        answering(answer).sign_safe_tx(OWNER, honest.bundle, honest.hash)


def test_cancelling_ends_both_processes(
    tmp_path: Path, owner_key: EncryptedKey, honest: Case
) -> None:
    """Cancelled from another thread while the person would type; the desk can sign afterwards."""
    store = keys_in_files(tmp_path / "keys")
    key = store.keep(owner_key)
    desk = signer(store, WindowWish())
    seen: list[BaseException] = []

    def sign() -> None:
        try:
            desk.sign_safe_tx(key, honest.bundle, honest.hash)
        except Cancelled as cancelled:
            seen.append(cancelled)

    thread = threading.Thread(target=sign)
    thread.start()
    while desk._running is None:
        assert thread.is_alive()
    with pytest.raises(Refused, match="Another passphrase window is open"):
        desk.create_key("Second", "owner")
    desk.cancel()
    thread.join(30)
    assert [type(each) for each in seen] == [Cancelled]
    desk.cancel()
    desk.wish = REHEARSAL
    assert desk.sign_safe_tx(key, honest.bundle, honest.hash).has_low_s


def test_ended_signer_opens_no_window(
    tmp_path: Path, owner_key: EncryptedKey, honest: Case
) -> None:
    """Ended before or while it asks, nothing is signed then or afterwards."""
    store = keys_in_files(tmp_path / "keys")
    key = store.keep(owner_key)

    def no_window(_: str) -> Sequence[str]:
        raise AssertionError("a window was opened")

    early = SignerProcess(store, signed_hash_for=nothing_signed, command=no_window)
    early.end()
    with pytest.raises(Cancelled, match="nothing was signed"):
        early.sign_safe_tx(key, honest.bundle, honest.hash)


def test_answer_that_came_too_late_is_thrown_away(honest: Case) -> None:
    """Cancelled while the answer was on its way: there is no signature all the same."""
    desk = answering(_answer(signed(1, honest.hash).encoded, honest.hash))
    command = desk._command

    def cancelled_meanwhile(name: str) -> Sequence[str]:
        desk._is_cancelled = True
        return command(name)

    desk._command = cancelled_meanwhile
    with pytest.raises(Cancelled, match="nothing was signed"):
        desk.sign_safe_tx(OWNER, honest.bundle, honest.hash)


def test_taken_label_is_refused_before_a_window_opens(
    tmp_path: Path, owner_key: EncryptedKey
) -> None:
    """Nobody types a passphrase twice to hear that the label is taken."""
    store = keys_in_files(tmp_path / "keys")
    store.keep(owner_key)

    def no_window(_: str) -> Sequence[str]:
        raise AssertionError("a window was opened")

    desk = SignerProcess(store, signed_hash_for=nothing_signed, command=no_window)
    with pytest.raises(Refused, match="label Desk A already"):
        desk.create_key("Desk A", "owner")


def test_secret_entry_inherits_only_its_screen() -> None:
    """Variables that load code into Qt or Python stay behind."""
    hostile = {
        "QT_PLUGIN_PATH": "/x",
        "LD_PRELOAD": "/x",
        "PYTHONPATH": "/x",
        "QT_QPA_PLATFORM": "offscreen:evil",
        "QT_SCALE_FACTOR": "2; x",
        "SECRET": "x",
    }
    assert window_environment(hostile | {"DISPLAY": ":0"}) == {"DISPLAY": ":0"}
    wanted = {"QT_QPA_PLATFORM": "xcb", "QT_SCALE_FACTOR": "1.5"}
    assert window_environment(wanted) == wanted


def test_process_that_dies_is_unavailable(honest: Case) -> None:
    """A secret-entry process that ends without an answer is one sentence."""
    desk = answering("")
    desk._command = lambda _: [sys.executable, "-c", "raise SystemExit(9)"]
    with pytest.raises(Unavailable, match="exit status 9"):
        desk.sign_safe_tx(OWNER, honest.bundle, honest.hash)
