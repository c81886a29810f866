"""Which keys this desk has, and where each is kept: key ring or, when chosen, encrypted files.

A small index lists addresses; everything else is read from the encrypted keys themselves, whose
every field is authenticated. Nothing here can open a key.
"""

from pathlib import Path
from typing import Final, Protocol

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.strict_json import JsonSource, canonical_json, read_json_object
from treasury_desktop.desk.doors import WATCHED, KeyLabel
from treasury_desktop.errors import Malformed, Refused, Unavailable
from treasury_desktop.keys.encrypted_file import EncryptedFiles
from treasury_desktop.keys.encrypted_key import (
    EncryptedKey,
    checked_label,
    parse_encrypted_key,
)
from treasury_desktop.keys.system_keyring import SERVICE, AllowedBackend, SystemKeyRing

INDEX: Final = "index"
WATCHED_OWNERS: Final = "watched"
WATCHED_FORMAT: Final = "treasury-desktop/watched@1"
MOST_WATCHED: Final = 8
"""As many as one item of 1,280 characters holds."""
NO_KEY_HERE: Final = "no key here"
INDEX_FORMAT: Final = "treasury-desktop/key-index@1"
MOST_KEYS: Final = 24
"""As many as an index of 1,280 characters names."""


class KeyPlace(Protocol):
    """Somewhere texts are kept by name."""

    @property
    def title(self) -> str:
        """What the person calls the place."""
        ...

    def read(self, name: str) -> str | None:
        """The text kept under a name, or `None`."""
        ...

    def write(self, name: str, text: str) -> None:
        """Keeps a text under a name."""
        ...

    def remove(self, name: str) -> None:
        """Forgets what is kept under a name."""
        ...

    def called(self, name: str) -> str:
        """What is kept under a name, as a sentence names it."""
        ...

    def names(self) -> tuple[str, ...]:
        """The names under which something is kept, where the place can tell."""
        ...


class KeyStore:
    """The encrypted keys of one place; keeps the Protocol `KeyRing` of the desk."""

    def __init__(self, place: KeyPlace) -> None:
        self._place = place

    @property
    def kept_in(self) -> str:
        """What the person calls the place, such as "Secret Service" or "encrypted file"."""
        return self._place.title

    def labels(self) -> tuple[KeyLabel, ...]:
        """All keys of this desk that can be read, in the order in which they were added."""
        found = (self._found(address) for address in self._index())
        return tuple(self._label(each) for each in found if isinstance(each, EncryptedKey))

    def troubles(self) -> tuple[str, ...]:
        """One sentence for each key that is listed and cannot be read, or there and not listed."""
        listed = self._index()
        found = (self._found(address) for address in listed)
        known = {INDEX, WATCHED_OWNERS, *map(str, listed)}
        return (
            *(each for each in found if isinstance(each, str)),
            *(
                f"There is {self._place.called(name)}, which is not in the list of keys."
                for name in self._place.names()
                if name not in known
            ),
        )

    def encrypted(self, label: KeyLabel) -> EncryptedKey:
        """The ciphertext of a key; Unavailable when it is no longer there."""
        return self._read(label.address)

    def keep(self, key: EncryptedKey) -> KeyLabel:
        """Keeps a key, instead of an older ciphertext of the same address if there is one."""
        known = self._index()
        if key.address not in known:
            self.refuse_taken_label(key.label)
            if len(known) >= MOST_KEYS:
                raise Refused(f"This desk has {MOST_KEYS} keys, and the index holds no more.")
        self._place.write(str(key.address), key.text)
        if key.address not in known:
            self._write_index((*known, key.address))
            if any(each.address == key.address for each in self.watched()):
                self.stop_watching(key.address)  # its key is here from now on
        return self._label(key)

    def refuse_taken_label(self, label: str) -> None:
        """Refuses a label that another key has: people choose keys by it."""
        if any(each.label == label for each in (*self.labels(), *self.watched())):
            raise Refused(f"There is a key with the label {label} already.")

    def refuse_taken_address(self, address: Address) -> None:
        """Refuses a key that is here already, under whatever label and passphrase."""
        for each in self.labels():
            if each.address == address:
                raise Refused(f"This desk has the key of {address} already, as {each.label}.")

    def remove(self, label: KeyLabel) -> None:
        """Forgets a key for good: from the index first, then the ciphertext."""
        self._write_index(tuple(each for each in self._index() if each != label.address))
        self._place.remove(str(label.address))

    # ── owners whose keys lie elsewhere ──────────────────────────────────────────────────────────

    def watched(self) -> tuple[KeyLabel, ...]:
        """Owners of ours whose keys are not here, in the order in which they were added."""
        text = self._place.read(WATCHED_OWNERS)
        if text is None:
            return ()
        return tuple(
            KeyLabel(label=label, address=address, role=WATCHED, kept_in=NO_KEY_HERE)
            for label, address in _watched_in(text)
        )

    def watch(self, label: str, address: Address) -> KeyLabel:
        """Remembers an owner of ours by label and address."""
        watched = self.watched()
        self.refuse_taken_label(checked_label(label))
        self.refuse_taken_address(address)
        if any(each.address == address for each in watched):
            raise Refused(f"{address} is watched already.")
        if len(watched) >= MOST_WATCHED:
            raise Refused(f"This desk watches {MOST_WATCHED} owners, and the list holds no more.")
        key = KeyLabel(label=label, address=address, role=WATCHED, kept_in=NO_KEY_HERE)
        self._write_watched((*watched, key))
        return key

    def stop_watching(self, address: Address) -> None:
        """Forgets an owner whose key was never here."""
        self._write_watched(tuple(each for each in self.watched() if each.address != address))

    def _write_watched(self, watched: tuple[KeyLabel, ...]) -> None:
        owners: list[JsonSource] = [
            {"address": str(each.address), "label": each.label} for each in watched
        ]
        content: JsonSource = {"format": WATCHED_FORMAT, "owners": owners}
        self._place.write(WATCHED_OWNERS, canonical_json(content).decode())

    def _label(self, key: EncryptedKey) -> KeyLabel:
        return KeyLabel(
            label=key.label, address=key.address, role=key.role, kept_in=self._place.title
        )

    def _found(self, address: Address) -> EncryptedKey | str:
        """The key, or why this one cannot be read: that hides no other."""
        name = str(address)
        try:
            text = self._place.read(name)
            if text is None:
                return f"The key {address} is listed, and is no longer in the {self.kept_in}."
            return self._parsed(address, text)
        except Malformed as error:
            return f"The key in {self._place.called(name)} is damaged: {error.sentence}."
        except (Refused, Unavailable) as error:
            return error.sentence

    def _read(self, address: Address) -> EncryptedKey:
        text = self._place.read(str(address))
        if text is None:
            raise Unavailable(f"The key {address} is no longer in the {self.kept_in}.")
        return self._parsed(address, text)

    @staticmethod
    def _parsed(address: Address, text: str) -> EncryptedKey:
        key = parse_encrypted_key(text)
        if key.address != address:
            raise Malformed("address", f"the key kept for {address} belongs to {key.address}")
        return key

    def _index(self) -> tuple[Address, ...]:
        text = self._place.read(INDEX)
        if text is None:
            return ()
        try:
            return _addresses_in(text)
        except Malformed as error:
            raise Malformed(
                "key index", f"the list of keys in {self._place.called(INDEX)} is damaged"
            ) from error

    def _write_index(self, addresses: tuple[Address, ...]) -> None:
        index = {"format": INDEX_FORMAT, "keys": [str(address) for address in addresses]}
        self._place.write(INDEX, canonical_json(index).decode())


def _watched_in(text: str) -> list[tuple[str, Address]]:
    """Labels and addresses, each read strictly: other programs may write there."""
    fields = read_json_object(text.encode(errors="replace"))
    owners = fields.get("owners")
    if fields.get("format") != WATCHED_FORMAT or not isinstance(owners, list):
        raise Malformed("watched owners", "is no such list")
    found = []
    for each in owners[:MOST_WATCHED]:
        label = each.get("label") if isinstance(each, dict) else None
        if not isinstance(each, dict) or not isinstance(label, str):
            raise Malformed("watched owners", "holds something else")
        found.append((checked_label(label), Address.parse(each.get("address"), "watched owner")))
    return found


def _addresses_in(index: str) -> tuple[Address, ...]:
    """The addresses an index lists, each once."""
    fields = read_json_object(index.encode(errors="replace"))
    names = fields.get("keys")
    if fields.get("format") != INDEX_FORMAT or not isinstance(names, list):
        raise Malformed("key index", "is none")
    if len(names) > MOST_KEYS:
        raise Malformed("key index", "lists too many")
    return tuple(dict.fromkeys(Address.parse(name, "key index") for name in names))


def keys_in_system_key_ring(
    allowed: AllowedBackend | None = None, *, profile: str = ""
) -> KeyStore:
    """The keys in this system's key ring; never falls back to anything else.

    A profile keeps its keys apart from those of others on the same computer, as the two desks of
    the demonstration do; the person's own keys have none.
    """
    service = f"{SERVICE} {profile}" if profile else SERVICE
    return KeyStore(SystemKeyRing(allowed, service))


def keys_in_files(folder: Path) -> KeyStore:
    """The keys in encrypted files, because the person chose so."""
    return KeyStore(EncryptedFiles(folder))
