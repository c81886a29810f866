"""Addresses with which a DAO wants nothing to do, by lists that somebody publishes as files."""

from dataclasses import dataclass
from datetime import date

from treasury_desktop.assets.address import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class DenyListFile:
    """A list as treasury.toml names it: its file beside it, and that file's Keccak-256.

    `published` is the day that whoever published it puts on it; the hash makes every signer's the
    same one.
    """

    name: str
    file: str
    published: date
    content_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class DenyList:
    """A list as it was read."""

    name: str
    published: date
    addresses: frozenset[Address]


@dataclass(frozen=True, slots=True, kw_only=True)
class DenyLists:
    """All lists of a workspace; `unread` has a sentence for each that could not be read."""

    read: tuple[DenyList, ...] = ()
    unread: tuple[str, ...] = ()

    def that_deny(self, address: Address) -> tuple[DenyList, ...]:
        """The lists on which an address stands."""
        return tuple(each for each in self.read if address in each.addresses)


NO_DENY_LISTS = DenyLists()
