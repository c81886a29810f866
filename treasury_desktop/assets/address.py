"""An account on an EVM chain: twenty bytes, written with the EIP-55 checksum."""

from dataclasses import dataclass
from functools import lru_cache

from treasury_desktop.assets.keccak import keccak
from treasury_desktop.errors import Malformed

ADDRESS_LENGTH = 20
HEX_DIGITS = 40
_LETTER_BITS = int.from_bytes(b"\x40" * HEX_DIGITS, "big")
"""Set in the codes of a to f and not in those of 0 to 9; half of it tells lower from upper case."""
_CASE_BIT_FROM_8 = bytes(0x20 * (code in b"89abcdef") for code in range(256))


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """Twenty bytes; equal, ordered and hashed by those bytes and never by their spelling."""

    raw: bytes

    def __post_init__(self) -> None:
        if len(self.raw) != ADDRESS_LENGTH:
            raise ValueError(f"an address has 20 bytes, not {len(self.raw)}")

    @classmethod
    def parse(cls, text: object, field: str = "address") -> "Address":
        """The address a text names; refuses wrong lengths, non-hex and broken EIP-55 checksums.

        All-lower and all-upper hex carry no checksum and are accepted (EIP-55).
        """
        if not isinstance(text, str):
            raise Malformed(field, "an address is a text of 0x and 40 hex digits")
        digits = text[2:]
        if text[:2] != "0x" or len(digits) != HEX_DIGITS or not _is_hex(digits):
            raise Malformed(field, "an address is 0x and 40 hex digits")
        address = cls(bytes.fromhex(digits))
        has_checksum = digits not in (digits.lower(), digits.upper())
        if has_checksum and str(address) != text:
            raise Malformed(field, "the EIP-55 checksum does not match; a digit is wrong")
        return address

    @property
    def number(self) -> int:
        """The address as the integer by which Safe sorts signatures."""
        return int.from_bytes(self.raw, "big")

    @property
    def is_zero(self) -> bool:
        """Whether this is 0x0000…0000, which nobody owns."""
        return self == ZERO_ADDRESS

    def __hash__(self) -> int:
        return hash(self.raw)

    def __str__(self) -> str:
        return _checksummed(self.raw)

    def __repr__(self) -> str:
        return f"Address({self})"


@lru_cache(maxsize=65_536)
def _checksummed(raw: bytes) -> str:
    """The EIP-55 text; remembered, because a review writes the same addresses again and again."""
    lower = raw.hex().encode()
    digest = keccak(lower).hex().encode()[:HEX_DIGITS]
    # All forty digits at once: a letter is upper case where the digest's digit is 8 or more.
    letters = (int.from_bytes(lower, "big") & _LETTER_BITS) >> 1
    upper = letters & int.from_bytes(digest.translate(_CASE_BIT_FROM_8), "big")
    return "0x" + (int.from_bytes(lower, "big") ^ upper).to_bytes(HEX_DIGITS, "big").decode()


def _is_hex(text: str) -> bool:
    return all(character in "0123456789abcdefABCDEF" for character in text)


ZERO_ADDRESS = Address(bytes(ADDRESS_LENGTH))
