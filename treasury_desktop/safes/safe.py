"""A Safe: the multisig contract account that holds a treasury, as somebody described it."""

import re
from dataclasses import dataclass

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.unknown import UNKNOWN, Unknown
from treasury_desktop.errors import Malformed

_VERSION = re.compile(r"(\d{1,3})\.(\d{1,3})\.(\d{1,3})(\+L2)?", re.ASCII)
RELEASED = (
    (0, 1, 0),
    (1, 0, 0),
    (1, 1, 0),
    (1, 1, 1),
    (1, 2, 0),
    (1, 3, 0),
    (1, 4, 0),
    (1, 4, 1),
    (1, 5, 0),
)
"""Every version whose hashes we know. Another one may hash otherwise, so it is not guessed at."""
FIRST_VERSION_WITH_CHAIN_ID = (1, 3, 0)
FIRST_VERSION_WITH_BASE_GAS = (1, 0, 0)
FIRST_VERSION_WITH_ETH_SIGN = (1, 1, 0)
FIRST_VERSION_ASKING_FOR_HASHES = (1, 5, 0)


@dataclass(frozen=True, slots=True, order=True)
class SafeVersion:
    """What VERSION() of the Safe answers, such as 1.3.0 or 1.4.1+L2."""

    major: int
    minor: int
    patch: int
    is_l2: bool = False

    @classmethod
    def parse(cls, text: object, field: str = "safe.version") -> "SafeVersion":
        """The version a text names; "+L2" is allowed, nothing else after the numbers.

        A version nobody released is refused: nobody can say how such a Safe hashes.
        """
        match = _VERSION.fullmatch(text) if isinstance(text, str) else None
        if match is None:
            raise Malformed(field, 'a Safe version looks like "1.4.1" or "1.4.1+L2"')
        major, minor, patch = (int(part) for part in match.groups()[:3])
        version = cls(major, minor, patch, match.group(4) is not None)
        if version.numbers not in RELEASED or str(version) != text:
            known = ", ".join(".".join(map(str, numbers)) for numbers in RELEASED)
            raise Malformed(field, f"{match.group()} is no Safe version; there are {known}")
        return version

    @property
    def numbers(self) -> tuple[int, int, int]:
        """Major, minor and patch, without the L2 mark."""
        return self.major, self.minor, self.patch

    @property
    def has_chain_id_in_domain(self) -> bool:
        """Whether the EIP-712 domain binds the chain (since 1.3.0)."""
        return self.numbers >= FIRST_VERSION_WITH_CHAIN_ID

    @property
    def has_base_gas(self) -> bool:
        """Whether SafeTx calls the field baseGas (since 1.0.0; dataGas before)."""
        return self.numbers >= FIRST_VERSION_WITH_BASE_GAS

    @property
    def has_eth_sign(self) -> bool:
        """Whether checkSignatures knows a v of 31 and 32 (since 1.1.0)."""
        return self.numbers >= FIRST_VERSION_WITH_ETH_SIGN

    @property
    def asks_contracts_by_hash(self) -> bool:
        """Whether a contract that owns the Safe is asked about the hash (since 1.5.0).

        Before, it is asked about the bytes that are hashed: 0x1901 ‖ domain ‖ message.
        """
        return self.numbers >= FIRST_VERSION_ASKING_FOR_HASHES

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}" + ("+L2" if self.is_l2 else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Safe:
    """A Safe by chain and address, with its state where it is known.

    `None` and `()` mean known to be none; UNKNOWN means that nobody has said.
    """

    chain_id: int
    address: Address
    version: SafeVersion
    nonce: int | Unknown = UNKNOWN
    owners: tuple[Address, ...] | Unknown = UNKNOWN
    threshold: int | Unknown = UNKNOWN
    singleton: Address | Unknown | None = UNKNOWN
    modules: tuple[Address, ...] | Unknown = UNKNOWN
    guard: Address | Unknown | None = UNKNOWN
    module_guard: Address | Unknown | None = UNKNOWN
    fallback_handler: Address | Unknown | None = UNKNOWN

    def __post_init__(self) -> None:
        # No chain has the number 0, but such a domain was hashed and signed before.
        if not 0 <= self.chain_id < 2**256:
            raise ValueError("a chain id is a uint256")

    def is_owner(self, address: Address) -> bool:
        """Whether the address is known to be an owner; unknown owners own nothing here."""
        return not isinstance(self.owners, Unknown) and address in self.owners
