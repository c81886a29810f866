"""The API key of a Safe Transaction Service: a credential, kept where this desk keeps its keys.

It signs nothing and moves nothing; whoever has it can ask the service in our name. It is kept with
the address it was given for and told to no other: somebody who changes the address in a workspace
does not get it. It cannot be encrypted as signing keys are, because nobody is asked for a
passphrase when a queue is read: in the explicit file mode its file is merely private (0600).
"""

import secrets
from pathlib import Path
from typing import Final

from treasury_desktop.assets.strict_json import canonical_json, read_json_object
from treasury_desktop.errors import Malformed, Refused
from treasury_desktop.keys.encrypted_file import EncryptedFiles
from treasury_desktop.keys.encrypted_key import MAX_TEXT_UNITS
from treasury_desktop.keys.key_store import KeyPlace
from treasury_desktop.keys.system_keyring import SERVICE, AllowedBackend, SystemKeyRing

FORMAT: Final = "treasury-desktop/service-key@1"
IN_A_FILE: Final = "a file that only you can read"


class ServiceKeys:
    """API keys in one place, each under an entry of its own."""

    def __init__(self, place: KeyPlace, kept_in: str) -> None:
        self._place = place
        self.kept_in = kept_in
        """What the person calls the place."""

    def keep(self, address: str, key: str) -> str:
        """Keeps a key for that address; returns the entry under which it is."""
        text = canonical_json({"address": address, "format": FORMAT, "key": key}).decode()
        if len(text.encode("utf-16-le")) > 2 * MAX_TEXT_UNITS:
            raise Malformed("service key", "is longer than the smallest key ring keeps")
        entry = f"service-{secrets.token_hex(16)}"
        self._place.write(entry, text)
        return entry

    def read(self, entry: str, address: str) -> str:
        """The key under an entry; refused where it was given for another address."""
        text = self._place.read(entry)
        if text is None:
            raise Refused(f"The API key is no longer in {self._called}; enter it again.")
        try:
            found = read_json_object(text.encode(errors="replace"))
        except Malformed:
            found = {}
        key, given_for = found.get("key"), found.get("address")
        if found.get("format") != FORMAT or not isinstance(key, str):
            raise Refused(f"The API key in {self._called} is damaged; enter it again.")
        if given_for != address:
            raise Refused(
                f"The API key in {self._called} was given for another address than {address}; "
                "enter the one for this address."
            )
        return key

    def forget(self, entry: str) -> None:
        """Forgets what is kept under an entry; nothing there is fine."""
        self._place.remove(entry)

    @property
    def _called(self) -> str:
        return self.kept_in if self.kept_in == IN_A_FILE else f"the {self.kept_in}"


def service_keys_in_key_ring(
    allowed: AllowedBackend | None = None, *, profile: str = ""
) -> ServiceKeys:
    """In this system's key ring, beside the signing keys; never anywhere else instead."""
    ring = SystemKeyRing(allowed, f"{SERVICE} {profile}" if profile else SERVICE)
    return ServiceKeys(ring, ring.title)


def service_keys_in_files(folder: Path) -> ServiceKeys:
    """In private files of one folder, because the person chose to keep keys in files."""
    return ServiceKeys(EncryptedFiles(folder), IN_A_FILE)
