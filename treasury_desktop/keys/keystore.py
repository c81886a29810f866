"""Keystore V3 files: the encrypted keys of geth, eth-keyfile and the wallets that follow them.

They are for coming and going only: a V3 file authenticates neither its address nor its parameters,
so keys are kept in our own format. Reading is lenient where real files differ (letter case of
members, `0x`, no address) and bounded before any key derivation runs. Deriving and opening are two
steps, because a private key may not exist for as long as the derivation takes; tests compare both
ways with eth_keyfile. Source: Web3 Secret Storage Definition, version 3.
"""

import hashlib
import hmac
import json
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.assets.strict_json import JsonValue, read_json_object
from treasury_desktop.errors import Malformed, Refused
from treasury_desktop.keys.encrypted_key import KEY_LENGTH, WrongPassphrase
from treasury_desktop.keys.secret import Secret

MAX_FILE: Final = 64 * 1024
"""Bytes; real files have about 500."""
MAX_MEMORY: Final = 2**30
"""Bytes that scrypt may need: 128·n·r."""
MAX_WORK: Final = 2**24
"""n·r·p of scrypt: eight times what geth writes, some seconds."""
MAX_ROUNDS: Final = 10_000_000
"""Rounds of PBKDF2: ten times what eth-keyfile writes."""
WEAK_WORK: Final = 2**12
"""Below this n·r·p or number of rounds a passphrase is guessed in no time."""
N_WRITTEN: Final = 2**18
SALT_WRITTEN: Final = 32
PRF: Final = "hmac-sha256"
CIPHER: Final = "aes-128-ctr"
IV_LENGTH: Final = 16
MAC_LENGTH: Final = 32
DERIVED_LENGTH: Final = 32
MAX_SALT: Final = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Keystore:
    """A V3 file whose every parameter is within bounds; nothing in it is secret.

    `address` is the one it states, which its passphrase does not prove; `None` where it says none.
    """

    address: Address | None
    kdf: "ScryptOf3 | Pbkdf2"
    iv: bytes
    ciphertext: bytes
    mac: bytes

    @property
    def is_weak(self) -> bool:
        """Whether its passphrase is guessed in no time by whoever has the file."""
        return self.kdf.work < WEAK_WORK

    def open(self, derived: Secret) -> Secret:
        """The private key, by what `kdf.derive` made of the passphrase.

        WrongPassphrase where the file's own check fails.
        """
        if not hmac.compare_digest(_mac(derived, self.ciphertext), self.mac):
            raise WrongPassphrase
        return Secret(_in_counter_mode(derived, self.iv, self.ciphertext))


@dataclass(frozen=True, slots=True, kw_only=True)
class ScryptOf3:
    """scrypt as V3 files have it, within what this program runs."""

    n: int
    r: int
    p: int
    salt: bytes
    name: str = field(default="scrypt", init=False)

    def __post_init__(self) -> None:
        if self.n & (self.n - 1) or self.n < 2:  # noqa: PLR2004  scrypt's least
            raise Malformed("keystore.n", "is no power of two above 1")
        if 128 * self.n * self.r > MAX_MEMORY:
            raise Malformed("keystore.n", "scrypt would need more than 1 GiB of memory")
        if self.work > MAX_WORK:
            raise Malformed("keystore.n", "scrypt would run for many seconds")

    @property
    def work(self) -> int:
        """What a guess costs: n·r·p."""
        return self.n * self.r * self.p

    @property
    def parameters(self) -> dict[str, int | str]:
        """As the file writes them."""
        return {
            "dklen": DERIVED_LENGTH,
            "n": self.n,
            "r": self.r,
            "p": self.p,
            "salt": self.salt.hex(),
        }

    def derive(self, passphrase: Secret) -> Secret:
        """Thirty-two bytes, half to decrypt and half to check."""
        # OpenSSL refuses n ≥ 2^(16·r), which RFC 7914 rules out and eth-keyfile used to write.
        from Crypto.Protocol.KDF import scrypt  # noqa: PLC0415  for foreign files only

        derived = scrypt(
            bytes(passphrase.content).decode("latin-1"),  # its text is taken as these very bytes
            self.salt.decode("latin-1"),
            DERIVED_LENGTH,
            N=self.n,
            r=self.r,
            p=self.p,
        )
        assert isinstance(derived, bytes)  # one key was asked for, so no list of them
        return Secret(bytearray(derived))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pbkdf2:
    """PBKDF2 with HMAC-SHA-256 as V3 files have it, within what this program runs."""

    rounds: int
    salt: bytes
    name: str = field(default="pbkdf2", init=False)

    def __post_init__(self) -> None:
        if self.rounds > MAX_ROUNDS:
            raise Malformed("keystore.c", f"asks for more than {MAX_ROUNDS:,} rounds")

    @property
    def work(self) -> int:
        """What a guess costs, in rounds."""
        return self.rounds

    @property
    def parameters(self) -> dict[str, int | str]:
        """As the file writes them."""
        return {
            "dklen": DERIVED_LENGTH,
            "c": self.rounds,
            "prf": PRF,
            "salt": self.salt.hex(),
        }

    def derive(self, passphrase: Secret) -> Secret:
        """Thirty-two bytes, half to decrypt and half to check."""
        derived = hashlib.pbkdf2_hmac(
            "sha256", passphrase.content, self.salt, self.rounds, DERIVED_LENGTH
        )
        return Secret(bytearray(derived))


def parse_keystore(text: str) -> Keystore:
    """The keystore a text describes; refuses by name what is another kind of file.

    Runs no KDF: what would need too much memory or time is refused here.
    """
    data = text.encode(errors="replace")
    if len(data) > MAX_FILE:
        raise Malformed("keystore", f"has {len(data):,} bytes; a real one has about 500")
    fields = _lowered(read_json_object(data))
    _refuse_other_files(fields)
    crypto = fields.get("crypto")
    if not isinstance(crypto, dict):
        raise Malformed("keystore.crypto", "is missing: this is no keystore file")
    if _text(crypto, "cipher") != CIPHER:
        raise Malformed("keystore.cipher", f"is not {CIPHER}, the one of version 3")
    keystore = Keystore(
        address=_address(fields),
        kdf=_kdf(_text(crypto, "kdf").lower(), _object(crypto, "kdfparams")),
        iv=_bytes(_object(crypto, "cipherparams"), "iv", length=IV_LENGTH),
        ciphertext=_bytes(crypto, "ciphertext", length=KEY_LENGTH),
        mac=_bytes(crypto, "mac", length=MAC_LENGTH),
    )
    if keystore.address is None and keystore.is_weak:
        raise Refused(
            "This keystore names no address, and guessing its passphrase takes no time: nobody "
            "can tell whether the key in it is still yours."
        )
    return keystore


def new_kdf() -> ScryptOf3:
    """What the files we write are derived with: as geth does, with a salt of their own."""
    return ScryptOf3(n=N_WRITTEN, r=8, p=1, salt=secrets.token_bytes(SALT_WRITTEN))


def write_keystore(private_key: Secret, derived: Secret, kdf: ScryptOf3, address: Address) -> str:
    """The V3 file of a key, encrypted with what `kdf.derive` made of the file's passphrase."""
    iv = secrets.token_bytes(IV_LENGTH)
    ciphertext = bytes(_in_counter_mode(derived, iv, private_key.content))
    fields = {
        "address": address.raw.hex(),
        "crypto": {
            "cipher": CIPHER,
            "cipherparams": {"iv": iv.hex()},
            "ciphertext": ciphertext.hex(),
            "kdf": kdf.name,
            "kdfparams": kdf.parameters,
            "mac": _mac(derived, ciphertext).hex(),
        },
        "id": str(uuid.uuid4()),
        "version": 3,
    }
    return json.dumps(fields, separators=(",", ":"), sort_keys=True)


def _mac(derived: Secret, ciphertext: bytes) -> bytes:
    return keccak(bytes(derived.content[16:]) + ciphertext)


def _in_counter_mode(derived: Secret, iv: bytes, content: bytes | bytearray) -> bytearray:
    """AES-128 in counter mode, which is the same both ways."""
    cipher = Cipher(algorithms.AES(derived.content[:16]), modes.CTR(iv)).encryptor()
    return bytearray(cipher.update(content) + cipher.finalize())


def _refuse_other_files(fields: Mapping[str, JsonValue]) -> None:
    """Names the file that somebody took for a keystore."""
    version = fields.get("version")
    if fields.get("format") == "treasury-desktop/key@1":
        raise Malformed("keystore", "is a key of this program, which its key ring keeps")
    if version == 4 or ("pubkey" in fields and "crypto" in fields):  # noqa: PLR2004  EIP-2335's
        raise Malformed("keystore", "is a validator's key (EIP-2335), which cannot sign for a Safe")
    if "encseed" in fields:
        raise Malformed("keystore", "is a presale wallet of 2014; open it with geth and export it")
    if {"data", "iv", "salt"} <= fields.keys():
        raise Malformed(
            "keystore", "is a browser wallet's vault; export the private key or the words from it"
        )
    if version in (1, 2, "1", "2"):  # no set: what a stranger wrote may be a list
        raise Malformed("keystore", f"is of version {version}; open it with geth and save it anew")
    if version not in (3, "3"):
        raise Malformed("keystore.version", "is not 3: this is no keystore file we know")


def _lowered(fields: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Members by their names in lower case: old wallets wrote "Crypto". None may be there twice."""
    lowered: dict[str, JsonValue] = {}
    for name, value in fields.items():
        if name.lower() in lowered:
            raise Malformed(f"keystore.{name.lower()}", "is there twice, in other letters")
        lowered[name.lower()] = _lowered(value) if isinstance(value, dict) else value
    return lowered


def _kdf(name: str, given: Mapping[str, JsonValue]) -> ScryptOf3 | Pbkdf2:
    if _number(given, "dklen") != DERIVED_LENGTH:
        raise Malformed("keystore.dklen", "is not 32")
    salt = _bytes(given, "salt", most=MAX_SALT)
    if name == "scrypt":
        n, r, p = (_number(given, part) for part in ("n", "r", "p"))
        return ScryptOf3(n=n, r=r, p=p, salt=salt)
    if name == "pbkdf2":
        if _text(given, "prf") != PRF:
            raise Malformed("keystore.prf", f"is not {PRF}")
        return Pbkdf2(rounds=_number(given, "c"), salt=salt)
    raise Malformed("keystore.kdf", "is neither scrypt nor pbkdf2")


def _address(fields: Mapping[str, JsonValue]) -> Address | None:
    value = fields.get("address")
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise Malformed("keystore.address", "is text")
    return Address.parse("0x" + value.removeprefix("0x").removeprefix("0X"), "keystore.address")


def _object(fields: Mapping[str, JsonValue], name: str) -> dict[str, JsonValue]:
    value = fields.get(name)
    if not isinstance(value, dict):
        raise Malformed(f"keystore.{name}", "is missing")
    return value


def _text(fields: Mapping[str, JsonValue], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str):
        raise Malformed(f"keystore.{name}", "is missing or no text")
    return value


def _number(fields: Mapping[str, JsonValue], name: str) -> int:
    value = fields.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise Malformed(f"keystore.{name}", "is no positive number")
    return value


def _bytes(
    fields: Mapping[str, JsonValue], name: str, *, length: int | None = None, most: int = MAX_SALT
) -> bytes:
    try:
        value = bytes.fromhex(_text(fields, name).removeprefix("0x"))
    except ValueError:
        raise Malformed(f"keystore.{name}", "is not hex") from None
    if (length is not None and len(value) != length) or len(value) > most:
        raise Malformed(f"keystore.{name}", "has the wrong length")
    return value
