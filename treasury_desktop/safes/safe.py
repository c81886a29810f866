"""A Safe: the multisig contract account that holds a treasury, as somebody described it."""

import re
from dataclasses import dataclass

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.unknown import UNKNOWN, Unknown
from treasury_desktop.errors import Malformed

_VERSION = re.compile(r"(\d{1,3})\.(\d{1,3})\.(\d{1,3})(\+L2)?", re.ASCII)
FIRST_VERSION_WITH_CHAIN_ID = (1, 3, 0)
FIRST_VERSION_WITH_BASE_GAS = (1, 0, 0)


@dataclass(frozen=True, slots=True, order=True)
class SafeVersion:
    """What VERSION() of the Safe answers, such as 1.3.0 or 1.4.1+L2."""

    major: int
    minor: int
    patch: int
    is_l2: bool = False

    @classmethod
    def parse(cls, text: object, field: str = "safe.version") -> "SafeVersion":
        """The version a text names; "+L2" is allowed, nothing else after the numbers."""
        match = _VERSION.fullmatch(text) if isinstance(text, str) else None
        if match is None:
            raise Malformed(field, 'a Safe version looks like "1.4.1" or "1.4.1+L2"')
        major, minor, patch = (int(part) for part in match.groups()[:3])
        return cls(major, minor, patch, match.group(4) is not None)

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
