"""The signer process and messages: real processes, refusals before any key, no raw hash."""

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QImage

from tests.desk.in_memory import a_key
from tests.desk.messages_in_memory import MemoryMessageSigner
from tests.doors.keys.key_samples import (
    PASSPHRASE,
    SAFE_ADDRESS,
    a_safe,
    address_of,
    ask,
    quick_scrypt,
    sealed,
    signed,
)
from tests.messages_at_hand import MessagesAtHand
from tests.samples import SAFE as SAMPLE_SAFE
from tests.samples import VAULT, an_owner
from tests.typed_data_samples import a_dai_permit, a_permit, a_vote, as_bytes
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.assets.strict_json import canonical_json
from treasury_desktop.bundle import Bundle, write_bundle
from treasury_desktop.desk.doors import KeyLabel, WorkspaceFacts
from treasury_desktop.errors import Malformed, Refused
from treasury_desktop.keys.encrypted_key import EncryptedKey, empty_key
from treasury_desktop.keys.jobs import answer_text, answered_bytes, job_text, parse_job
from treasury_desktop.keys.key_store import INDEX, KeyStore
from treasury_desktop.keys.message_checks import safe_message_hash_to_sign
from treasury_desktop.keys.message_job import SignMessage
from treasury_desktop.keys.signer_process import SignerProcess, WindowWish
from treasury_desktop.keys.system_keyring import SystemKeyRing
from treasury_desktop.messages.hashes import message_hashes
from treasury_desktop.messages.message import Message, message_bytes
from treasury_desktop.messages.text_message import TextMessage
from treasury_desktop.messages.typed_data import read_typed_data
from treasury_desktop.safes.safe import Safe
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.safes.signature import Signature, parse_signature

VOTE = read_typed_data(as_bytes(a_vote(str(SAFE_ADDRESS))))
SENTENCE = TextMessage("Harbour DAO agrees.")
NOW = 1_795_356_120


def setting(safe: Safe | None = None) -> bytes:
    """The Safe as the desk hands it over."""
    known = safe or a_safe()
    return write_bundle(Bundle(safe=known, tx=SafeTx(to=known.address, nonce=7)))


def a_job(key: EncryptedKey, message: Message = VOTE, **changes: Any) -> SignMessage:
    """A job to sign a message that was reviewed."""
    made = SignMessage(
        key=key,
        message=message_bytes(message),
        setting=setting(),
        reviewed_hash=message_hashes(a_safe(), message).safe_message,
    )
    return replace(made, **changes)


@pytest.mark.parametrize("message", [VOTE, SENTENCE], ids=["typed data", "text"])
def test_a_message_is_signed(owner_key: EncryptedKey, message: Message) -> None:
    """The signature is over the SafeMessage hash and nothing else."""
    answer = ask(a_job(owner_key, message), PASSPHRASE)
    signature = parse_signature(answered_bytes(answer, "signature"))  # type: ignore[arg-type]  JSON
    expected = message_hashes(a_safe(), message)
    assert signature.signer_of(expected.safe_message) == owner_key.address
    assert signature.signer_of(expected.message) != owner_key.address
    assert signature == signed(1, expected.safe_message)


@pytest.mark.parametrize(
    "raw",
    [
        {"message": "0x" + "ab" * 32},
        {"message": "ab" * 32},
        {"message": "x" * 32},
        {"message": [1, 2]},
        {"hash": "0x" + "ab" * 32},
        {"message": {"hash": "0x" + "ab" * 32}},
    ],
)
def test_no_raw_hash_is_signed(owner_key: EncryptedKey, raw: Any) -> None:
    """Whatever the window's process hands over: a hash has no form here."""
    job = a_job(owner_key, message=SENTENCE)
    for reviewed in (bytes.fromhex("ab" * 32), keccak(b"something")):
        with pytest.raises((Refused, Malformed)):
            ask(replace(job, message=canonical_json(raw), reviewed_hash=reviewed), PASSPHRASE)


def test_bytes_that_are_no_json_are_no_message(owner_key: EncryptedKey) -> None:
    """Thirty-two of them least of all."""
    with pytest.raises(Malformed):
        ask(replace(a_job(owner_key), message=keccak(b"a transaction")), PASSPHRASE)


def test_a_safe_transaction_is_never_signed_as_a_message(owner_key: EncryptedKey) -> None:
    """Its owners' typed data is refused by name."""
    data = json.loads(as_bytes(a_permit()))
    data["types"]["SafeTx"] = data["types"].pop("Permit")
    data["primaryType"] = "SafeTx"
    with pytest.raises(Refused, match="never signed as a message"):
        ask(replace(a_job(owner_key), message=canonical_json({"message": data})), PASSPHRASE)


def test_another_hash_than_the_reviewed_is_refused(owner_key: EncryptedKey) -> None:
    """The signer derives it itself."""
    with pytest.raises(Refused, match="not the one that was reviewed"):
        safe_message_hash_to_sign(a_job(owner_key, reviewed_hash=bytes(32)), NOW)
    other = replace(a_job(owner_key), message=message_bytes(SENTENCE))
    with pytest.raises(Refused, match="not the one that was reviewed"):
        safe_message_hash_to_sign(other, NOW)


def test_the_signer_judges_by_itself(owner_key: EncryptedKey) -> None:
    """A permit to a stranger blocks here too."""
    permit = read_typed_data(as_bytes(a_permit(owner=str(SAFE_ADDRESS))))
    with pytest.raises(Refused, match="which is on no token list"):
        ask(a_job(owner_key, permit), PASSPHRASE)


def test_a_danger_that_nobody_named_is_refused(owner_key: EncryptedKey) -> None:
    """The text leads elsewhere than it says."""
    text = TextMessage("Pay \u202e001 to us")
    with pytest.raises(Refused, match=r"nobody acknowledged \(BIDI_CONTROL_CHARS\)"):
        safe_message_hash_to_sign(a_job(owner_key, text), NOW)
    named = a_job(owner_key, text, acknowledged=frozenset({"BIDI_CONTROL_CHARS"}))
    assert safe_message_hash_to_sign(named, NOW) == named.reviewed_hash


def test_what_was_signed_before_is_judged_with_it(owner_key: EncryptedKey) -> None:
    """It goes through the pipe and is read again."""
    domain = {"name": "Dai", "verifyingContract": str(address_of(2))}
    earlier = message_bytes(
        read_typed_data(
            as_bytes(a_dai_permit(str(SAFE_ADDRESS), str(address_of(3)), domain=domain))
        )
    )
    job = a_job(owner_key, earlier=(earlier,), workspace=WorkspaceFacts())
    parsed, window = parse_job(job_text(job))
    assert (parsed, window) == (job, {})
    assert safe_message_hash_to_sign(job, NOW) == job.reviewed_hash
    with pytest.raises(Malformed):
        safe_message_hash_to_sign(replace(job, earlier=(b"0x",)), NOW)


@pytest.mark.parametrize("earlier", [None, "text", [1]])
def test_a_job_names_earlier_messages_in_a_list(owner_key: EncryptedKey, earlier: Any) -> None:
    """Anything else is no job."""
    fields = json.loads(job_text(a_job(owner_key)))
    with pytest.raises(Malformed, match=r"job\.earlier"):
        parse_job(json.dumps(fields | {"earlier": earlier}).encode())


def test_only_an_owners_key_signs(executor_key: EncryptedKey) -> None:
    """Not an executor's, and not that of somebody who owns nothing here."""
    with pytest.raises(Refused, match="executor's key"):
        safe_message_hash_to_sign(a_job(executor_key), NOW)
    stranger = sealed(4, "Desk D", "owner")
    with pytest.raises(Refused, match="not an owner"):
        safe_message_hash_to_sign(a_job(stranger), NOW)


# ── the whole road ───────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def store(tmp_path: Path) -> Iterator[KeyStore]:
    """The real Secret Service, under a name of its own."""
    ring = SystemKeyRing(service=f"treasury-desktop-{tmp_path.name}")
    yield KeyStore(ring)
    for name in (INDEX, str(address_of(1))):
        ring.remove(name)


def test_a_message_through_both_processes(
    store: KeyStore, owner_key: EncryptedKey, tmp_path: Path
) -> None:
    """Secret Service, secret-entry window, signer, and back."""
    picture = tmp_path / "sign.png"
    wish = WindowWish(theme="light", rehearse=True, screenshot=str(picture))
    desk = SignerProcess(store, signed_hash_for=lambda *_: None, wish=wish)
    reviewed = message_hashes(a_safe(), VOTE).safe_message
    signature = desk.sign_message(store.keep(owner_key), message_bytes(VOTE), setting(), reviewed)
    assert signature == signed(1, reviewed)
    assert QImage(str(picture)).width() > 600


def test_the_parent_distrusts_the_answer(owner_key: EncryptedKey) -> None:
    """A signature over another hash, or by somebody else, is thrown away."""
    reviewed = message_hashes(a_safe(), VOTE).safe_message
    lies = (
        (signed(2, reviewed), reviewed, "does not recover"),
        (signed(1, bytes(32)), reviewed, "does not recover"),
        (signed(1, reviewed), bytes(32), "over the reviewed hash"),
    )
    for signature, digest, words in lies:
        said = answer_text(
            {
                "signature": "0x" + signature.encoded.hex(),
                "safe_message_hash": "0x" + digest.hex(),
            }
        )
        desk = _answering(said.decode())
        with pytest.raises(Malformed, match=words):
            desk.sign_message(OWNER, message_bytes(VOTE), setting(), reviewed)


def test_the_parent_asks_for_nothing_that_was_not_reviewed() -> None:
    """No window opens for it."""
    with pytest.raises(Refused, match="not the one that was reviewed"):
        _answering("{}").sign_message(OWNER, message_bytes(VOTE), setting(), bytes(32))


OWNER = KeyLabel(label="Desk A", address=address_of(1), role="owner", kept_in="test")


def _answering(answer: str) -> SignerProcess:
    """A parent whose secret-entry process answers something of its own."""
    script = (
        "import os,sys; n=int.from_bytes(os.read(0,4),'big')\n"
        "while n: n-=len(os.read(0,n))\n"
        "a=sys.argv[1].encode(); os.write(1,len(a).to_bytes(4,'big')+a)"
    )

    class OneKey(KeyStore):
        def __init__(self) -> None:
            pass

        def encrypted(self, label: KeyLabel) -> EncryptedKey:
            return sealed(1, "Desk A", label.role)

    return SignerProcess(
        OneKey(),
        signed_hash_for=lambda *_: None,
        command=lambda _: [sys.executable, "-I", "-c", script, answer],
    )


# ── as the desk ──────────────────────────────────────────────────────────────────────────────────


class RealChecks(MemoryMessageSigner):
    """Signs what the signer process would: the job goes through its pipe and its own checks."""

    def sign_message(
        self,
        key: KeyLabel,
        message: bytes,
        setting: bytes,
        reviewed_hash: bytes,
        **more: Any,
    ) -> Signature:
        """A signature, where the signer process would make one."""
        encrypted = empty_key(
            label=key.label, address=key.address, role=key.role, created=0, kdf=quick_scrypt()
        )
        made = SignMessage(
            key=encrypted, message=message, setting=setting, reviewed_hash=reviewed_hash, **more
        )
        job, _ = parse_job(job_text(made))
        assert isinstance(job, SignMessage)
        assert safe_message_hash_to_sign(job, NOW) == reviewed_hash
        return super().sign_message(key, message, setting, reviewed_hash, **more)


def test_the_signer_comes_to_the_desks_verdict() -> None:
    """A permit that is within the policy by the desk's evidence is so by what it hands over."""
    desk = MessagesAtHand(asked=RealChecks(), time=NOW)
    small = as_bytes(a_permit(owner=str(SAMPLE_SAFE), spender=str(VAULT))).decode()
    for text, number in ((small, 1), (small, 2), (a_vote_text(), 1)):
        came = desk.messages.import_text(text)
        review = desk.messages.review(came.safe_message_hash)
        assert desk.messages.sign(review, a_key(number)).owner == an_owner(number)


def a_vote_text() -> str:
    """A vote of the sample Safe."""
    return as_bytes(a_vote(str(SAMPLE_SAFE))).decode()
