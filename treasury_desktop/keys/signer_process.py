"""The window's side of signing: it starts the secret-entry process and distrusts its answer.

This process hands over a job without any secret and gets back a signature or a ciphertext. Waiting
has no time limit, because a person types meanwhile, but can be cancelled from another thread.
"""

import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.strict_json import JsonSource, JsonValue
from treasury_desktop.bundle import read_bundle
from treasury_desktop.desk.doors import (
    NOTHING_KNOWN,
    ExecutionTransaction,
    KeyLabel,
    WorkspaceFacts,
)
from treasury_desktop.errors import Cancelled, Malformed, Refused, TreasuryError, Unavailable
from treasury_desktop.keys.back_off import BackOff
from treasury_desktop.keys.cancellation_job import SignCancellation
from treasury_desktop.keys.child_process import ChildProcess, child_command
from treasury_desktop.keys.encrypted_key import EncryptedKey, checked_label, parse_encrypted_key
from treasury_desktop.keys.hardening import window_environment
from treasury_desktop.keys.jobs import (
    Job,
    SignExecution,
    SignSafeTx,
    answered_bytes,
    job_text,
    parse_answer,
    unlocked_seconds_in,
    wrong_passphrases_in,
)
from treasury_desktop.keys.key_jobs import (
    ChangePassphrase,
    CreateKey,
    ExportKeystore,
    ImportDemonstration,
    ImportKeystore,
    ImportPrivateKey,
    ImportWords,
    RenameKey,
)
from treasury_desktop.keys.key_store import KeyStore
from treasury_desktop.keys.keystore import parse_keystore
from treasury_desktop.keys.lasting_process import LastingProcess
from treasury_desktop.keys.message_job import SignMessage
from treasury_desktop.keys.nested_job import SignForNested
from treasury_desktop.keys.unlocked import Unlocked
from treasury_desktop.messages.hashes import message_hashes
from treasury_desktop.messages.message import message_of
from treasury_desktop.safes.hashes import safe_tx_hashes
from treasury_desktop.safes.nested_signature import message_to_sign
from treasury_desktop.safes.safe import Safe
from treasury_desktop.safes.signature import SIGNATURE_LENGTH, Signature, parse_signature

SECRET_ENTRY: Final = "secret-entry"  # noqa: S105  the name of a process
NOTHING_SIGNED: Final = "Cancelled; nothing was signed."
LOCKED_MEANWHILE: Final = (
    "The key was locked meanwhile{why}; nothing was signed. Sign again to type its passphrase."
)

SignedHashFor = Callable[[Address, int, Address], bytes | None]
"""Which safeTxHash an owner signed here for a Safe and nonce: `Records.signed_hash_for`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowWish:
    """How the secret-entry window should look; `rehearse` works in the demonstration only.

    A rehearsal types the demonstration's public passphrase, and saves what the window showed as a
    picture named `screenshot`.
    """

    theme: str = "system"
    rehearse: bool = False
    screenshot: str | None = None

    @property
    def fields(self) -> dict[str, JsonSource]:
        """The wish as members of the job."""
        if not self.rehearse:
            return {"theme": self.theme}
        return {"theme": self.theme, "rehearsal": {"screenshot": self.screenshot}}


NEW_KEYS = (CreateKey, ImportWords, ImportPrivateKey, ImportKeystore, ImportDemonstration)
"""Jobs about keys that this desk does not have yet."""
SIGNING = (SignSafeTx, SignExecution)
"""Jobs for which a key may stay unlocked; every other one locks it."""


class SignerProcess:
    """Keeps the desk's Protocol `Signer`, and makes new keys the same way."""

    def __init__(
        self,
        store: KeyStore,
        *,
        signed_hash_for: SignedHashFor,
        command: Callable[[str], Sequence[str]] = child_command,
        wish: WindowWish | None = None,
        back_off: BackOff | None = None,
        unlocked: Unlocked | None = None,
    ) -> None:
        self._store = store
        self._signed_hash_for = signed_hash_for
        self._command = command
        self.wish = wish or WindowWish()
        self._back_off = back_off or BackOff()
        self._unlocked = unlocked or Unlocked(None)
        self._lock = threading.Lock()
        self._running: ChildProcess | LastingProcess | None = None
        self._is_cancelled = False
        self._is_ended = False

    def sign_safe_tx(
        self,
        key: KeyLabel,
        bundle: bytes,
        reviewed_hash: bytes,
        *,
        acknowledged: frozenset[str] = frozenset(),
        workspace: WorkspaceFacts = NOTHING_KNOWN,
    ) -> Signature:
        """A signature that recovers to the key's address over the hash of these bytes."""
        read = read_bundle(bundle)
        if safe_tx_hashes(read.safe, read.tx).safe_tx != reviewed_hash:
            raise Refused("The bytes are not those that were reviewed; nothing is signed.")
        job = SignSafeTx(
            key=self._store.encrypted(key),
            bundle=bundle,
            reviewed_hash=reviewed_hash,
            already_signed=self._signed_hash_for(read.safe.address, read.tx.nonce, key.address),
            acknowledged=acknowledged,
            workspace=workspace,
        )
        with self._locking_if_wrong():
            return _checked_signature(self._done(job), key.address, reviewed_hash)

    def sign_for_nested(
        self,
        key: KeyLabel,
        bundle: bytes,
        reviewed_hash: bytes,
        inner: Safe,
        *,
        signed_before: bytes | None,
        acknowledged: frozenset[str],
        workspace: WorkspaceFacts,
    ) -> Signature:
        """A signature by which `inner` confirms, over the message of these bytes."""
        read = read_bundle(bundle)
        message = message_to_sign(read.safe, read.tx, inner)
        job = SignForNested(
            key=self._store.encrypted(key),
            bundle=bundle,
            reviewed_hash=reviewed_hash,
            inner=inner,
            already_signed=signed_before,
            acknowledged=acknowledged,
            workspace=workspace,
        )
        return _checked_signature(self._done(job), key.address, message, "message_hash")

    def sign_message(
        self,
        key: KeyLabel,
        message: bytes,
        setting: bytes,
        reviewed_hash: bytes,
        *,
        earlier: tuple[bytes, ...] = (),
        acknowledged: frozenset[str] = frozenset(),
        workspace: WorkspaceFacts = NOTHING_KNOWN,
    ) -> Signature:
        """A signature that recovers to the key's address over the SafeMessage of these bytes."""
        safe = read_bundle(setting).safe
        if message_hashes(safe, message_of(message)).safe_message != reviewed_hash:
            raise Refused("The message is not the one that was reviewed; nothing is signed.")
        job = SignMessage(
            key=self._store.encrypted(key),
            message=message,
            setting=setting,
            earlier=earlier,
            reviewed_hash=reviewed_hash,
            acknowledged=acknowledged,
            workspace=workspace,
        )
        answer = self._done(job)
        return _checked_signature(answer, key.address, reviewed_hash, "safe_message_hash")

    def sign_execution(
        self,
        key: KeyLabel,
        bundle: bytes,
        signatures: bytes,
        transaction: ExecutionTransaction,
        *,
        workspace: WorkspaceFacts = NOTHING_KNOWN,
        replaces: bytes = b"",
    ) -> bytes:
        """The raw Ethereum transaction, whose every field is the one that was asked for."""
        job = SignExecution(
            key=self._store.encrypted(key),
            bundle=bundle,
            signatures=signatures,
            transaction=transaction,
            replaces=replaces,
            workspace=workspace,
        )
        with self._locking_if_wrong():
            raw = answered_bytes(self._done(job), "raw_transaction")
            _check_raw_transaction(raw, transaction)
        return raw

    def sign_cancellation(
        self, key: KeyLabel, transaction: ExecutionTransaction, replaces: bytes
    ) -> bytes:
        """The raw empty transfer that takes the place of a sending."""
        job = SignCancellation(
            key=self._store.encrypted(key), transaction=transaction, replaces=replaces
        )
        raw = answered_bytes(self._done(job), "raw_transaction")
        _check_raw_transaction(raw, transaction)
        return raw

    @contextmanager
    def _locking_if_wrong(self) -> Iterator[None]:
        """Whatever is not the signature that was asked for locks the key that is unlocked."""
        try:
            yield
        except TreasuryError:
            self._unlocked.lock()
            raise

    def create_key(self, label: str, role: str) -> KeyLabel:
        """A new key, whose words were written down, under a new passphrase; kept on return."""
        return self._made(CreateKey(label=checked_label(label), role=role))

    def import_words(self, label: str, role: str) -> KeyLabel:
        """A key under a mnemonic that somebody types; kept when this returns."""
        return self._made(ImportWords(label=checked_label(label), role=role))

    def import_private_key(self, label: str, role: str) -> KeyLabel:
        """A private key that somebody types; kept when this returns."""
        return self._made(ImportPrivateKey(label=checked_label(label), role=role))

    def import_keystore(self, label: str, role: str, keystore: str) -> KeyLabel:
        """The key of a keystore file, encrypted anew; kept when this returns."""
        stated = parse_keystore(keystore).address  # what is none is refused before anybody types
        job = ImportKeystore(label=checked_label(label), role=role, keystore=keystore)
        key = self._made(job)
        if stated not in {None, key.address}:
            raise Malformed("answer", f"is the key of {key.address}, not of {stated}")
        return key

    def import_demonstration_key(
        self, label: str, role: str, index: int, chain_id: int
    ) -> KeyLabel:
        """A public account of the demonstration under a new passphrase, kept when this returns."""
        return self._made(
            ImportDemonstration(
                label=checked_label(label), role=role, index=index, chain_id=chain_id
            )
        )

    def _made(
        self,
        job: CreateKey | ImportWords | ImportPrivateKey | ImportKeystore | ImportDemonstration,
    ) -> KeyLabel:
        self._store.refuse_taken_label(job.label)  # before anybody types anything for nothing
        key = _made_key(self._done(job), job.label, job.role)
        self._store.refuse_taken_address(key.address)
        return self._store.keep(key)

    def export_keystore(self, key: KeyLabel) -> str:
        """The text of a keystore file with that key, under a passphrase of the file's own."""
        text = self._done(ExportKeystore(key=self._store.encrypted(key))).get("keystore")
        if not isinstance(text, str) or parse_keystore(text).address != key.address:
            raise Malformed("answer", "is not the keystore that was asked for")
        return text

    def rename_key(self, key: KeyLabel, label: str) -> KeyLabel:
        """The same key under another label; the old ciphertext is replaced when this returns."""
        self._store.refuse_taken_label(label)
        job = RenameKey(key=self._store.encrypted(key), label=checked_label(label))
        made = _made_key(self._done(job), label, key.role)
        if made.address != key.address:
            raise Malformed("answer", "is another key than the one that was renamed")
        return self._store.keep(made)

    def change_passphrase(self, key: KeyLabel) -> KeyLabel:
        """The same key under a new passphrase; the old ciphertext is replaced when this returns."""
        job = ChangePassphrase(key=self._store.encrypted(key))
        made = _made_key(self._done(job), key.label, key.role)
        if made.address != key.address:
            raise Malformed("answer", "is another key than the one whose passphrase changed")
        return self._store.keep(made)

    def cancel(self) -> None:
        """Ends what is running; whoever waits for it gets Cancelled. May come from any thread."""
        with self._lock:
            if self._running is not None:
                self._is_cancelled = True
                self._running.kill()

    def end(self) -> None:
        """As `cancel`, and for good: a window that was about to open stays closed."""
        with self._lock:
            self._is_ended = True
        self.cancel()

    def _done(self, job: Job) -> Mapping[str, JsonValue]:
        if not isinstance(job, NEW_KEYS):
            self._back_off.require_no_wait(job.key.address)
        if not isinstance(job, SIGNING):
            self._unlocked.lock()
        with self._lock:
            if self._running is not None:
                raise Refused("Another passphrase window is open; finish or cancel it first.")
            if self._is_ended:
                raise Cancelled(NOTHING_SIGNED)
            self._is_cancelled = False
            asked_at = self._unlocked.locks
            self._running, wish = self._process_for(job)
        try:
            answer = self._asked(self._running, job, wish, asked_at)
        except Unavailable:
            if self._is_cancelled:
                raise Cancelled(NOTHING_SIGNED) from None
            raise
        finally:
            with self._lock:
                self._running = None
        if self._is_cancelled:  # the answer was on its way already; it is thrown away
            raise Cancelled(NOTHING_SIGNED)
        return answer

    def _process_for(self, job: Job) -> tuple[ChildProcess | LastingProcess, dict[str, JsonSource]]:
        """The process that does a job, and what it is told about its window.

        A key that is unlocked has one; for a signature it is offered to keep a new one.
        """
        fields, seconds = self.wish.fields, self._unlocked.seconds
        is_offered = isinstance(job, SIGNING) and seconds is not None and not self.wish.rehearse
        if is_offered and isinstance(job, SIGNING):
            known = self._unlocked.process_for(job.key)
            if known is not None:
                return known, fields
        environment = window_environment(os.environ)
        command = self._command(SECRET_ENTRY)
        if not is_offered:
            return ChildProcess(command, environment), fields
        process = LastingProcess(command, environment, self._unlocked.ended)
        return process, {**fields, "unlock": seconds}

    def _asked(
        self,
        process: ChildProcess | LastingProcess,
        job: Job,
        wish: dict[str, JsonSource],
        asked_at: int,
    ) -> Mapping[str, JsonValue]:
        """The answer; the process ends with it unless it keeps the job's key unlocked."""
        stays = False
        try:
            said = self._said(process, job_text(job, wish), was_unlocked="unlock" not in wish)
            answer = self._noted(job, said)
            seconds = unlocked_seconds_in(said)
            if seconds and isinstance(job, SIGNING) and isinstance(process, LastingProcess):
                stays = self._unlocked.keep(process, job.key, seconds, asked_at=asked_at)
        finally:
            if not stays:
                process.end()
        return answer

    def _said(
        self, process: ChildProcess | LastingProcess, job: bytes, *, was_unlocked: bool
    ) -> bytes:
        """What a process says; one that kept a key unlocked may have ended meanwhile."""
        try:
            return process.ask(job)
        except Unavailable:
            if self._is_cancelled or not was_unlocked or isinstance(process, ChildProcess):
                raise
        process.end()  # its thread has told by then why it ended
        why = self._unlocked.why_ended
        raise Refused(LOCKED_MEANWHILE.format(why=f": {why}" if why else ""))

    def _noted(self, job: Job, said: bytes) -> Mapping[str, JsonValue]:
        """The answer, after wrong passphrases for a key of ours were counted."""
        key = None if isinstance(job, NEW_KEYS) else job.key.address
        try:
            answer = parse_answer(said)
        except TreasuryError:
            if key is not None:
                self._back_off.note(key, wrong_passphrases_in(said), is_opened=False)
            raise
        if key is not None:
            self._back_off.note(key, 0, is_opened=True)
        return answer


def _checked_signature(
    answer: Mapping[str, JsonValue],
    signer: Address,
    digest: bytes,
    named: str = "safe_tx_hash",
) -> Signature:
    encoded = answered_bytes(answer, "signature")
    if len(encoded) != SIGNATURE_LENGTH or answered_bytes(answer, named) != digest:
        raise Malformed("answer", "is not a signature over the reviewed hash")
    signature = parse_signature(encoded)
    if not signature.has_low_s or signature.signer_of(digest) != signer:
        raise Malformed("answer", f"the signature does not recover to {signer}")
    return signature


def _made_key(answer: Mapping[str, JsonValue], label: str, role: str) -> EncryptedKey:
    text = answer.get("encrypted_key")
    if not isinstance(text, str):
        raise Malformed("answer", "contains no encrypted key")
    key = parse_encrypted_key(text)
    if (key.label, key.role) != (label, role):
        raise Malformed("answer", "is not the key that was asked for")
    return key


def _check_raw_transaction(raw: bytes, wanted: ExecutionTransaction) -> None:
    """Refuses a raw transaction that differs from what was asked for, or is signed by others."""
    # 0.5 s; by the time something is executed, a node was contacted and web3 has loaded it
    from eth_account import Account  # noqa: PLC0415  see above
    from eth_account.typed_transactions.typed_transaction import (  # noqa: PLC0415  see above
        TypedTransaction,
    )
    from hexbytes import HexBytes  # noqa: PLC0415  see above

    try:
        found = TypedTransaction.from_bytes(HexBytes(raw)).as_dict()
        sender = Account.recover_transaction(raw)
    except (ValueError, TypeError, KeyError):
        raise Malformed("answer", "is not a signed Ethereum transaction") from None
    expected = {
        "chainId": wanted.chain_id,
        "nonce": wanted.account_nonce,
        "to": wanted.to.raw,
        "value": 0,
        "data": wanted.data,
        "gas": wanted.gas,
        "maxFeePerGas": wanted.max_fee_per_gas,
        "maxPriorityFeePerGas": wanted.max_priority_fee_per_gas,
    }
    if any(found[name] != value for name, value in expected.items()):
        raise Malformed("answer", "is not the execution that was asked for")
    if sender != str(wanted.sender):
        raise Malformed("answer", f"the execution is not signed by {wanted.sender}")
