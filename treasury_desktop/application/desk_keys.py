"""The keys of one desk; keeps the Protocol `windows.actions_of_keys.KeyActions`.

The key ring is looked at when keys are, and one act with a key goes on at a time.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from treasury_desktop.application.unlocking import DeskUnlocking
from treasury_desktop.assets.address import Address
from treasury_desktop.desk.doors import KeyLabel
from treasury_desktop.errors import Refused, Unavailable
from treasury_desktop.files.bundle_file import read_bundle_file, write_whole_file
from treasury_desktop.windows.actions_of_keys import DemonstrationKey, KeyPlaces

if TYPE_CHECKING:
    from treasury_desktop.keys.back_off import BackOff
    from treasury_desktop.keys.key_store import KeyStore
    from treasury_desktop.keys.service_key import ServiceKeys
    from treasury_desktop.keys.signer_process import SignerProcess, WindowWish

LARGEST_KEYSTORE = 64 * 1024
"""Bytes; real ones have about 500."""
FILE_MODE_MARK = "keys-in-files"
"""An empty file in the workspace: the person chose to keep keys in encrypted files."""

SignedHashFor = Callable[[Address, int, Address], bytes | None]
"""Safe, nonce and owner to the Safe transaction hash that owner signed first for it."""


class DeskKeys:
    """Keys in the key ring, or in files where the person chose so; `profile` tells desks apart."""

    def __init__(
        self,
        folder: Path,
        *,
        chain_id: int,
        signed_hash_for: SignedHashFor,
        profile: str = "",
        offered: tuple[DemonstrationKey, ...] = (),
        wish: "WindowWish | None" = None,
    ) -> None:
        self.unlocking = DeskUnlocking()
        self.wish = wish
        self._folder = folder
        self._chain_id = chain_id
        self._signed_hash_for = signed_hash_for
        self._profile = profile
        self._offered = offered
        self._lock = threading.Lock()
        self._store: KeyStore | None = None
        self._signing = threading.Lock()
        self._why_no_signing = ""
        self._acting: SignerProcess | None = None
        self._back_off: BackOff | None = None
        self._stops = 0

    # ── which there are ──────────────────────────────────────────────────────────────────────────

    def all(self) -> tuple[KeyLabel, ...]:
        """The keys of this desk, and owners of ours whose keys lie elsewhere."""
        store = self._open_store()
        return (*store.labels(), *store.watched())

    def troubles(self) -> tuple[str, ...]:
        """The keys that are listed and cannot be read."""
        return self._open_store().troubles()

    def places(self) -> KeyPlaces:
        """Where keys can be kept, and why not in the key ring."""
        from treasury_desktop.keys.key_store import (  # noqa: PLC0415  loads the key ring
            keys_in_system_key_ring,
        )

        why_not, name = "", ""
        try:
            store = keys_in_system_key_ring(profile=self._profile)
            store.labels()
            name = store.kept_in
        except Unavailable as failure:
            why_not = failure.sentence
        return KeyPlaces(
            key_ring=name,
            why_no_key_ring=why_not,
            encrypted_file=str(self._folder / "keys"),
            is_file_chosen=self._is_file_mode,
        )

    def choose_encrypted_file(self) -> None:
        """Keep keys in encrypted files, because the person said so."""
        try:
            (self._folder / FILE_MODE_MARK).touch(mode=0o600)
        except OSError as failure:
            raise Unavailable(f"The choice cannot be kept: {failure.strerror}.") from None
        with self._lock:
            self._store = None

    def watch(self, label: str, address: str) -> KeyLabel:
        """Remember an owner of ours whose key lies elsewhere."""
        return self._open_store().watch(label, Address.parse(address))

    def remove(self, key: KeyLabel) -> None:
        """Forget a key, whose ciphertext is gone then, or an owner that was only watched."""
        store = self._open_store()
        if key.is_here:
            self.unlocking.lock()
            store.remove(key)
        else:
            store.stop_watching(key.address)

    # ── acts, each with a window of its own ──────────────────────────────────────────────────────

    def create(self, label: str, role: str) -> KeyLabel:
        """A new key under a passphrase that the secret-entry process asks for."""
        with self.signer() as signer:
            return signer.create_key(label, role)

    def import_words(self, label: str, role: str) -> KeyLabel:
        """A key under a mnemonic that the secret-entry process asks for."""
        with self.signer() as signer:
            return signer.import_words(label, role)

    def import_private_key(self, label: str, role: str) -> KeyLabel:
        """A private key that the secret-entry process asks for."""
        with self.signer() as signer:
            return signer.import_private_key(label, role)

    def import_keystore(self, label: str, role: str, path: Path) -> KeyLabel:
        """The key of a keystore file; the file stays as it is."""
        text = read_bundle_file(path, max_bytes=LARGEST_KEYSTORE).decode("utf-8", "replace")
        with self.signer() as signer:
            return signer.import_keystore(label, role, text)

    def export_keystore(self, key: KeyLabel, path: Path) -> None:
        """Write a key as a keystore file, readable by its owner only."""
        with self.signer() as signer:
            write_whole_file(path, signer.export_keystore(key).encode())

    def rename(self, key: KeyLabel, label: str) -> KeyLabel:
        """The same key under another label."""
        with self.signer() as signer:
            return signer.rename_key(key, label)

    def change_passphrase(self, key: KeyLabel) -> KeyLabel:
        """The same key under another passphrase."""
        with self.signer() as signer:
            return signer.change_passphrase(key)

    def offered(self) -> tuple[DemonstrationKey, ...]:
        """The public accounts offered to this desk that it does not hold yet."""
        held = {key.label for key in self.all()} if self._offered else set()
        return tuple(key for key in self._offered if key.label not in held)

    def import_offered(self, key: DemonstrationKey) -> KeyLabel:
        """One of the demonstration's public accounts, on the demonstration's chain only."""
        with self.signer() as signer:
            return signer.import_demonstration_key(key.label, key.role, key.index, self._chain_id)

    # ── one act at a time, and none once it was stopped ──────────────────────────────────────────

    @contextmanager
    def signer(self) -> "Iterator[SignerProcess]":
        """A signer for one act; a second act waits for nothing and is refused."""
        from treasury_desktop.keys.signer_process import (  # noqa: PLC0415  loads the key ring
            SignerProcess,
        )

        self._require_signing()
        if not self._signing.acquire(blocking=False):
            raise Refused("Another passphrase window is open; finish or cancel it first.")
        try:
            self._acting = SignerProcess(
                self._open_store(),
                signed_hash_for=self._signed_hash_for,
                wish=self.wish,
                back_off=self._back_off_of_keys(),
                unlocked=self.unlocking.for_signer(),
            )
            self._require_signing()  # once more: whoever stops it ends what is acting by then
            yield self._acting
        finally:
            self._acting = None
            self._signing.release()

    def stop_signing(self, sentence: str) -> None:
        """Refuse every use of a key from now on, for this reason."""
        self._why_no_signing = sentence
        self.unlocking.lock()

    def end_acts(self) -> None:
        """End the passphrase window and the wait for a receipt, if any; nothing is signed."""
        self._stops += 1
        acting = self._acting
        if acting is not None:
            acting.end()

    def stopped_since(self) -> Callable[[], bool]:
        """Whether key acts were ended after this was asked."""
        stops = self._stops
        return lambda: self._stops != stops

    def _require_signing(self) -> None:
        if self._why_no_signing:
            raise Refused(self._why_no_signing)

    def _back_off_of_keys(self) -> "BackOff":
        """Wrong passphrases are counted for as long as the desk is open."""
        from treasury_desktop.keys.back_off import BackOff  # noqa: PLC0415  with the first act

        if self._back_off is None:
            self._back_off = BackOff()
        return self._back_off

    # ── where they are kept ──────────────────────────────────────────────────────────────────────

    @property
    def _is_file_mode(self) -> bool:
        return (self._folder / FILE_MODE_MARK).exists()

    def _open_store(self) -> "KeyStore":
        from treasury_desktop.keys.key_store import (  # noqa: PLC0415  loads the key ring
            keys_in_files,
            keys_in_system_key_ring,
        )

        with self._lock:
            if self._store is None:
                self._store = (
                    keys_in_files(self._folder / "keys")
                    if self._is_file_mode
                    else keys_in_system_key_ring(profile=self._profile)
                )
            return self._store

    def service_key_place(self) -> str:
        """Where the key of a Safe Transaction Service is kept, in words."""
        if self._is_file_mode:
            return "a file that only you can read"
        return "the key ring of this system"

    def open_service_keys(self) -> "ServiceKeys":
        """Where the keys of Safe Transaction Services are kept."""
        from treasury_desktop.keys.service_key import (  # noqa: PLC0415  loads the key ring
            service_keys_in_files,
            service_keys_in_key_ring,
        )

        if self._is_file_mode:
            return service_keys_in_files(self._folder / "service-keys")
        return service_keys_in_key_ring(profile=self._profile)
