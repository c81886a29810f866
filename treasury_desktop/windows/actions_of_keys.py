"""What pages may ask about keys, as a Protocol; `application/desk_keys.py` is behind it.

Every method blocks and runs inside an errand. Passphrases, words and keys are typed in the
secret-entry process; none of them comes here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # names only
    from pathlib import Path

    from treasury_desktop.desk.doors import KeyLabel


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPlaces:
    """Where keys can be kept here; a sentence says why a place cannot be used."""

    key_ring: str
    why_no_key_ring: str
    encrypted_file: str
    is_file_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DemonstrationKey:
    """A public account of the demonstration: label, role ("owner", "executor") and its number."""

    label: str
    role: str
    index: int


class KeyActions(Protocol):
    """The keys of this desk."""

    def all(self) -> tuple[KeyLabel, ...]:
        """Those that lie here, and owners that are only watched."""
        ...

    def troubles(self) -> tuple[str, ...]:
        """One sentence for each key that is listed and cannot be read."""
        ...

    def places(self) -> KeyPlaces:
        """Where keys can be kept."""
        ...

    def choose_encrypted_file(self) -> None:
        """Keep keys in an encrypted file, because the person said so."""
        ...

    def create(self, label: str, role: str) -> KeyLabel:
        """A new key."""
        ...

    def import_words(self, label: str, role: str) -> KeyLabel:
        """A key under a mnemonic."""
        ...

    def import_private_key(self, label: str, role: str) -> KeyLabel:
        """A private key."""
        ...

    def import_keystore(self, label: str, role: str, path: Path) -> KeyLabel:
        """The key of a keystore file, encrypted anew."""
        ...

    def export_keystore(self, key: KeyLabel, path: Path) -> None:
        """Write a key as a keystore file under a passphrase of the file's own."""
        ...

    def rename(self, key: KeyLabel, label: str) -> KeyLabel:
        """The same key under another label; its passphrase is asked for."""
        ...

    def change_passphrase(self, key: KeyLabel) -> KeyLabel:
        """The same key under another passphrase."""
        ...

    def watch(self, label: str, address: str) -> KeyLabel:
        """Remember an owner whose key lies elsewhere, by its EIP-55 address."""
        ...

    def remove(self, key: KeyLabel) -> None:
        """Forget a key for good, or an owner that was only watched."""
        ...

    def offered(self) -> tuple[DemonstrationKey, ...]:
        """The demonstration's public accounts that this desk lacks; none in other workspaces."""
        ...

    def import_offered(self, key: DemonstrationKey) -> KeyLabel:
        """Take in one of the demonstration's public accounts, under a passphrase asked for."""
        ...
