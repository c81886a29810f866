"""A private key at rest: our own authenticated, versioned ciphertext.

Keystore V3 authenticates neither its address nor its label; this format authenticates every field.
The text is canonical JSON, so each of its bytes is either authenticated or refused:

    {"address", "cipher": {"name", "nonce"}, "ciphertext", "created", "format",
     "kdf": {"n", "name", "p", "r", "salt"}, "label", "role"}

* The cipher's associated data is the same text without `ciphertext`.
* The key of the cipher is scrypt(UTF-8 of the passphrase in NFKD, salt), 32 bytes.
* The plaintext is the 32 bytes of a secp256k1 private key.
* A later version of the format, KDF or cipher gets a new name; unknown names are refused.
* At most 1,280 UTF-16 units, because Windows Credential Locker keeps no more in one item.
"""

import hashlib
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.strict_json import (
    JsonSource,
    JsonValue,
    canonical_json,
    read_json_object,
)
from treasury_desktop.errors import Malformed, Refused
from treasury_desktop.keys.secret import Secret

FORMAT: Final = "treasury-desktop/key@1"
KDF_NAME: Final = "scrypt"
CIPHER_NAME: Final = "chacha20-poly1305"
OWNER: Final = "owner"
EXECUTOR: Final = "executor"
ROLES: Final = (OWNER, EXECUTOR)

MAX_TEXT_UNITS: Final = 1280
MAX_LABEL: Final = 64
KEY_LENGTH: Final = 32
SALT_LENGTH: Final = 32
NONCE_LENGTH: Final = 12
TAG_LENGTH: Final = 16
MIN_SCRYPT_N: Final = 2**17
MAX_KDF_MEMORY: Final = 2**30
"""Bytes. A file that asks for more is refused before anything runs: n = 2³⁰ would take 1 TB."""
WANTED_KDF_SECONDS: Final = 0.5
LATEST_CREATED: Final = 2**40

_FIELDS: Final = {"address", "cipher", "ciphertext", "created", "format", "kdf", "label", "role"}


class WrongPassphrase(Refused):
    """The ciphertext does not authenticate under this passphrase."""

    def __init__(self) -> None:
        super().__init__("The passphrase does not open this key.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scrypt:
    """Parameters of scrypt (RFC 7914), within what this program runs."""

    n: int
    r: int
    p: int
    salt: bytes

    def __post_init__(self) -> None:
        if self.n & (self.n - 1) or self.n < MIN_SCRYPT_N:
            raise Malformed("kdf.n", "scrypt's cost is a power of two of at least 131072")
        if self.r < 1 or self.p < 1:
            raise Malformed("kdf.r", "scrypt's r and p are positive")
        if 128 * self.n * self.r * self.p > MAX_KDF_MEMORY:
            raise Malformed("kdf.n", "scrypt would need more than 1 GiB for this key")
        if len(self.salt) != SALT_LENGTH:
            raise Malformed("kdf.salt", "the salt has 32 bytes")

    @property
    def memory(self) -> int:
        """Bytes that scrypt needs, with a little room for OpenSSL's own count."""
        return 128 * self.r * (self.n + self.p + 2)

    def derive(self, passphrase: Secret) -> Secret:
        """The cipher's key; takes at least about 0.3 s, and `memory` bytes."""
        derived = hashlib.scrypt(
            passphrase.content,
            salt=self.salt,
            n=self.n,
            r=self.r,
            p=self.p,
            maxmem=self.memory,
            dklen=KEY_LENGTH,
        )
        return Secret(bytearray(derived))


@dataclass(frozen=True, slots=True, kw_only=True)
class EncryptedKey:
    """One key as it is kept. Nothing in it is secret; everything in it is authenticated.

    `created` is in Unix seconds; `role` is "owner" or "executor".
    """

    label: str
    address: Address
    role: str
    created: int
    kdf: Scrypt
    nonce: bytes
    ciphertext: bytes

    def __post_init__(self) -> None:
        checked_label(self.label)
        if self.role not in ROLES:
            raise Malformed("role", "a key belongs to an owner or to an executor")
        if not 0 <= self.created < LATEST_CREATED:
            raise Malformed("created", "is a time in Unix seconds")
        if len(self.nonce) != NONCE_LENGTH:
            raise Malformed("cipher.nonce", "the nonce has 12 bytes")
        if len(self.ciphertext) != KEY_LENGTH + TAG_LENGTH:
            raise Malformed("ciphertext", "an encrypted key has 48 bytes")

    @property
    def text(self) -> str:
        """The key as it is written: canonical JSON, at most 1,280 UTF-16 units."""
        return canonical_json({**self._envelope, "ciphertext": self.ciphertext.hex()}).decode()

    @property
    def associated_data(self) -> bytes:
        """What the cipher authenticates besides the ciphertext: every other field."""
        return canonical_json(self._envelope)

    @property
    def _envelope(self) -> dict[str, JsonSource]:
        kdf = self.kdf
        return {
            "format": FORMAT,
            "address": str(self.address),
            "label": self.label,
            "role": self.role,
            "created": self.created,
            "kdf": {"name": KDF_NAME, "n": kdf.n, "r": kdf.r, "p": kdf.p, "salt": kdf.salt.hex()},
            "cipher": {"name": CIPHER_NAME, "nonce": self.nonce.hex()},
        }


def empty_key(
    *, label: str, address: Address, role: str, created: int, kdf: Scrypt
) -> EncryptedKey:
    """Everything about a key except its ciphertext, which `seal` fills in."""
    return EncryptedKey(
        label=label,
        address=address,
        role=role,
        created=created,
        kdf=kdf,
        nonce=bytes(NONCE_LENGTH),
        ciphertext=bytes(KEY_LENGTH + TAG_LENGTH),
    )


def seal(private_key: Secret, cipher_key: Secret, about: EncryptedKey) -> EncryptedKey:
    """Encrypts a private key with what `about.kdf.derive` made of the passphrase.

    Everything `about` says is authenticated with it; nonce and ciphertext are new.
    """
    fresh = replace(about, nonce=secrets.token_bytes(NONCE_LENGTH))
    cipher = ChaCha20Poly1305(cipher_key.content)
    sealed = cipher.encrypt(fresh.nonce, private_key.content, fresh.associated_data)
    return replace(fresh, ciphertext=sealed)


def unseal(key: EncryptedKey, cipher_key: Secret) -> Secret:
    """The private key, decrypted with what `key.kdf.derive` made of the passphrase.

    Raises WrongPassphrase, also when any field was changed: the two look the same.
    """
    private_key = bytearray(KEY_LENGTH)
    cipher = ChaCha20Poly1305(cipher_key.content)
    try:
        cipher.decrypt_into(key.nonce, key.ciphertext, key.associated_data, private_key)
    except InvalidTag:
        raise WrongPassphrase from None
    return Secret(private_key)


def parse_encrypted_key(text: str) -> EncryptedKey:
    """The key a text describes; refuses any spelling other than the canonical one.

    Runs no KDF: parameters that would need too much memory are refused here.
    """
    if len(text.encode("utf-16-le", "surrogatepass")) > 2 * MAX_TEXT_UNITS:
        raise Malformed("encrypted key", "is longer than 1280 characters")
    fields = read_json_object(text.encode(errors="replace"))
    _refuse_other_format(fields)
    if set(fields) != _FIELDS:
        raise Malformed("encrypted key", "has missing or unknown fields")
    cipher, kdf = fields["cipher"], fields["kdf"]
    if not isinstance(cipher, dict) or cipher.get("name") != CIPHER_NAME:
        raise Malformed("cipher", "is none that this version of the program knows")
    key = EncryptedKey(
        label=_text(fields, "label"),
        address=Address.parse(fields["address"], "encrypted key: address"),
        role=_text(fields, "role"),
        created=_number(fields, "created"),
        kdf=_scrypt(kdf),
        nonce=_bytes(cipher, "nonce"),
        ciphertext=_bytes(fields, "ciphertext"),
    )
    if key.text != text:
        raise Malformed("encrypted key", "is not written in its one canonical form")
    return key


def checked_label(label: str) -> str:
    """The label, if people can read and tell it apart: 1 to 64 printable characters."""
    if not label.isprintable() or label != label.strip() or not 0 < len(label) <= MAX_LABEL:
        raise Malformed("label", "a key's label has 1 to 64 printable characters")
    return label


def calibrated_scrypt() -> Scrypt:
    """Parameters with a fresh salt that take at least half a second on this machine."""
    n = MIN_SCRYPT_N
    while 128 * n * 8 < MAX_KDF_MEMORY // 2:
        begun = time.perf_counter()
        Scrypt(n=n, r=8, p=1, salt=bytes(SALT_LENGTH)).derive(Secret(bytearray(b"calibration")))
        if time.perf_counter() - begun >= WANTED_KDF_SECONDS:
            break
        n *= 2
    return Scrypt(n=n, r=8, p=1, salt=secrets.token_bytes(SALT_LENGTH))


def _refuse_other_format(fields: Mapping[str, JsonValue]) -> None:
    name = fields.get("format")
    if isinstance(name, str) and name.startswith("treasury-desktop/key@") and name != FORMAT:
        raise Malformed("format", "this key was written by a newer version of the program")
    if name != FORMAT:
        raise Malformed("format", f'an encrypted key says "{FORMAT}"')


def _scrypt(fields: JsonValue) -> Scrypt:
    if not isinstance(fields, dict) or fields.get("name") != KDF_NAME:
        raise Malformed("kdf", "is none that this version of the program knows")
    return Scrypt(
        n=_number(fields, "n"),
        r=_number(fields, "r"),
        p=_number(fields, "p"),
        salt=_bytes(fields, "salt"),
    )


def _text(fields: Mapping[str, JsonValue], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str):
        raise Malformed(name, "is text")
    return value


def _number(fields: Mapping[str, JsonValue], name: str) -> int:
    value = fields.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise Malformed(name, "is a whole number")
    return value


def _bytes(fields: Mapping[str, JsonValue], name: str) -> bytes:
    try:
        return bytes.fromhex(_text(fields, name))
    except ValueError:
        raise Malformed(name, "is written in hex digits") from None
