"""The names of chains in EIP-3770 addresses (`eth:0x…`), from a packaged table.

A link may bring a chain name, a chain number and a node's URL of its own. The table decides what a
name means; a node is never taken from a link.
"""

import json
import re
from functools import cache

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.unknown import UNKNOWN, Unknown
from treasury_desktop.errors import Malformed
from treasury_desktop.resources import read_resource

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", re.ASCII)


def chain_named(name: str) -> int | Unknown:
    """The number of the chain of that name; UNKNOWN where the table has none."""
    return _table().get(name, UNKNOWN)


def name_of_chain(chain_id: int) -> str | None:
    """The name Safe{Wallet} writes before an address on that chain, or `None`."""
    return next((name for name, number in _table().items() if number == chain_id), None)


@cache
def known_chain_ids() -> tuple[int, ...]:
    """Every chain with a name, once, smallest first."""
    return tuple(sorted(set(_table().values())))


def read_prefixed_address(text: str, field: str) -> tuple[str, Address]:
    """The chain name ("" where there is none) and the address of `eth:0x…` or `0x…`."""
    name, colon, address = text.rpartition(":")
    if colon and not _NAME.fullmatch(name):
        raise Malformed(field, "must be an address, or a chain name, a colon and an address")
    return name, Address.parse(address, field)


@cache
def _table() -> dict[str, int]:
    table: dict[str, int] = json.loads(read_resource("official/chain_names.json"))
    return table
