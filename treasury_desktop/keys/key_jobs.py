"""Jobs that make, take in, give out or change a key, as JSON between our processes.

Where a job takes secrets in several steps, such as words before an address is chosen, the steps
before the last one are between the secret-entry and the signer process alone: what they answer
never reaches the window's process.
"""

from dataclasses import dataclass
from typing import ClassVar

from treasury_desktop.assets.strict_json import JsonSource
from treasury_desktop.keys.encrypted_key import EncryptedKey, checked_label, parse_encrypted_key
from treasury_desktop.keys.job_fields import Fields, quantity_of, role_of, text_of

KEY_AND_ADDRESS = frozenset({"encrypted_key", "address"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _NewKey:
    """A key that this desk does not have yet: what it is called and whose it will be."""

    answers: ClassVar[frozenset[str]] = KEY_AND_ADDRESS
    label: str
    role: str

    @property
    def fields(self) -> dict[str, JsonSource]:
        """The job as JSON members."""
        return {"label": self.label, "role": self.role}


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateKey(_NewKey):
    """Make a new mnemonic and encrypt the first key under it.

    Secrets: none, which answers the words; then the words and the new passphrase.
    """

    name: ClassVar[str] = "create"
    takes: ClassVar[tuple[int, ...]] = (0, 2)

    @classmethod
    def parse(cls, fields: Fields) -> "CreateKey":
        """The job that JSON members describe."""
        return cls(label=checked_label(text_of(fields, "label")), role=role_of(fields))


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportWords(_NewKey):
    """Encrypt a key under a mnemonic that somebody has.

    Secrets: the words and their extra passphrase, which may be empty, answers the addresses of the
    usual paths; with a path of one's own as the third, that one's; with the new passphrase as the
    fourth the key is made.
    """

    name: ClassVar[str] = "import_words"
    takes: ClassVar[tuple[int, ...]] = (2, 3, 4)

    @classmethod
    def parse(cls, fields: Fields) -> "ImportWords":
        """The job that JSON members describe."""
        return cls(label=checked_label(text_of(fields, "label")), role=role_of(fields))


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPrivateKey(_NewKey):
    """Encrypt a private key that somebody types.

    Secrets: the key in hex, which answers its address; then also the new passphrase.
    """

    name: ClassVar[str] = "import_private_key"
    takes: ClassVar[tuple[int, ...]] = (1, 2)

    @classmethod
    def parse(cls, fields: Fields) -> "ImportPrivateKey":
        """The job that JSON members describe."""
        return cls(label=checked_label(text_of(fields, "label")), role=role_of(fields))


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportKeystore(_NewKey):
    """Encrypt the key of a keystore file anew; the file itself is no secret.

    Secrets: the file's passphrase, which answers the address; then also the new passphrase.
    """

    name: ClassVar[str] = "import_keystore"
    takes: ClassVar[tuple[int, ...]] = (1, 2)
    keystore: str

    @property
    def fields(self) -> dict[str, JsonSource]:
        """The job as JSON members."""
        return {"label": self.label, "role": self.role, "keystore": self.keystore}

    @classmethod
    def parse(cls, fields: Fields) -> "ImportKeystore":
        """The job that JSON members describe; the file is read where it is opened."""
        return cls(
            label=checked_label(text_of(fields, "label")),
            role=role_of(fields),
            keystore=text_of(fields, "keystore"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportDemonstration(_NewKey):
    """Encrypt a public account of the demonstration chain, which is not money."""

    name: ClassVar[str] = "import_demonstration"
    takes: ClassVar[tuple[int, ...]] = (1,)
    index: int
    chain_id: int

    @property
    def fields(self) -> dict[str, JsonSource]:
        """The job as JSON members."""
        return {
            "label": self.label,
            "role": self.role,
            "index": str(self.index),
            "chain_id": str(self.chain_id),
        }

    @classmethod
    def parse(cls, fields: Fields) -> "ImportDemonstration":
        """The job that JSON members describe."""
        return cls(
            label=checked_label(text_of(fields, "label")),
            role=role_of(fields),
            index=quantity_of(fields, "index"),
            chain_id=quantity_of(fields, "chain_id"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportKeystore:
    """Write a key as a keystore file, which other programs read.

    Secrets: the key's passphrase, and the one for the file.
    """

    name: ClassVar[str] = "export_keystore"
    takes: ClassVar[tuple[int, ...]] = (2,)
    answers: ClassVar[frozenset[str]] = frozenset({"keystore", "address"})
    key: EncryptedKey

    @property
    def fields(self) -> dict[str, JsonSource]:
        """The job as JSON members."""
        return {"key": self.key.text}

    @classmethod
    def parse(cls, fields: Fields) -> "ExportKeystore":
        """The job that JSON members describe."""
        return cls(key=parse_encrypted_key(text_of(fields, "key")))


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameKey:
    """Encrypt a key anew under the same passphrase and another label, which is authenticated."""

    name: ClassVar[str] = "rename"
    takes: ClassVar[tuple[int, ...]] = (1,)
    answers: ClassVar[frozenset[str]] = KEY_AND_ADDRESS
    key: EncryptedKey
    label: str

    @property
    def fields(self) -> dict[str, JsonSource]:
        """The job as JSON members."""
        return {"key": self.key.text, "label": self.label}

    @classmethod
    def parse(cls, fields: Fields) -> "RenameKey":
        """The job that JSON members describe."""
        return cls(
            key=parse_encrypted_key(text_of(fields, "key")),
            label=checked_label(text_of(fields, "label")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePassphrase:
    """Encrypt a key anew: its present passphrase comes first, the new one second."""

    name: ClassVar[str] = "change_passphrase"
    takes: ClassVar[tuple[int, ...]] = (2,)
    answers: ClassVar[frozenset[str]] = KEY_AND_ADDRESS
    key: EncryptedKey

    @property
    def fields(self) -> dict[str, JsonSource]:
        """The job as JSON members."""
        return {"key": self.key.text}

    @classmethod
    def parse(cls, fields: Fields) -> "ChangePassphrase":
        """The job that JSON members describe."""
        return cls(key=parse_encrypted_key(text_of(fields, "key")))
