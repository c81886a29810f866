"""Deny-lists as files: whatever publishers write, and the one form that is kept of it.

Kept is a comment and one address a line, in order; treasury.toml has its Keccak-256. A list that is
missing or is not the one that was imported is no empty list.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.assets.strict_json import read_json
from treasury_desktop.errors import Malformed, TreasuryError
from treasury_desktop.files.bundle_file import read_bundle_file
from treasury_desktop.treasury.deny_list import DenyList, DenyListFile, DenyLists

MOST_ADDRESSES = 20_000
MOST_BYTES = 8 * 2**20
HEADER = "# treasury-desktop/deny-list@1, imported; do not edit\n"
_ADDRESS = re.compile(r"0[xX][0-9A-Fa-f]{40}", re.ASCII)
_HEX = re.compile(r"(?<![0-9A-Za-z])0[xX][0-9A-Za-z]+", re.ASCII)
_AS_LONG_AS_A_HASH = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundAddresses:
    """The addresses of a file, each once and in order, and how many lines name none.

    Lists hold addresses of other chains too, of which this program knows nothing.
    """

    addresses: tuple[Address, ...]
    lines_without: int


def addresses_in(content: bytes) -> FoundAddresses:
    """The addresses in a text, a CSV or a JSON list; comments begin with #.

    Malformed names the line: hex that is no address, a checksum that is wrong, too many, or none.
    """
    text = _text_of(content)
    lines = _json_lines(text) if text.lstrip().startswith("[") else text.splitlines()
    found: set[Address] = set()
    without = 0
    for number, line in enumerate(lines, start=1):
        said = line.strip()
        if not said or said.startswith("#"):
            continue
        here = list(_addresses_of(said, number))
        found.update(here)
        without += not here
        if len(found) > MOST_ADDRESSES:
            raise Malformed("deny-list", f"names more than {MOST_ADDRESSES:,} addresses")
    if not found:
        raise Malformed("deny-list", "names no address (0x and 40 hex digits)")
    return FoundAddresses(addresses=tuple(sorted(found)), lines_without=without)


def kept_text(addresses: tuple[Address, ...]) -> bytes:
    """What is kept of a list."""
    return (HEADER + "".join(f"{address}\n" for address in sorted(addresses))).encode()


def read_deny_lists(folder: Path, files: tuple[DenyListFile, ...]) -> DenyLists:
    """Every list of a workspace, or a sentence for it."""
    read, unread = [], []
    for file in files:
        try:
            read.append(_read_one(folder, file))
        except TreasuryError as failure:
            sentence = f"The deny-list {file.name} is not known: {failure.sentence}"
            unread.append(sentence if sentence.endswith(".") else f"{sentence}.")
    return DenyLists(read=tuple(read), unread=tuple(unread))


def _read_one(folder: Path, file: DenyListFile) -> DenyList:
    content = read_bundle_file(folder / file.file, max_bytes=MOST_BYTES)
    if keccak(content) != file.content_hash:
        raise Malformed(file.file, "is not the file that was imported; import the list again")
    found = addresses_in(content)
    return DenyList(name=file.name, published=file.published, addresses=frozenset(found.addresses))


def _text_of(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise Malformed("deny-list", f"is larger than {MOST_BYTES:,} bytes")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Malformed("deny-list", "is no text in UTF-8") from None


def _json_lines(text: str) -> list[str]:
    values = read_json(text.encode())
    lines = (
        [value for value in values if isinstance(value, str)] if isinstance(values, list) else []
    )
    if not isinstance(values, list) or len(lines) != len(values):
        raise Malformed("deny-list", "has to be a JSON list of addresses")
    return lines


def _addresses_of(line: str, number: int) -> Iterator[Address]:
    """The addresses of a line; what begins like hex and is too short or long is a broken one.

    Hashes, and the longer addresses of other chains, are passed over.
    """
    field = f"deny-list, line {number:,}"
    for found in _HEX.findall(line):
        if len(found) >= _AS_LONG_AS_A_HASH:
            continue
        if _ADDRESS.fullmatch(found) is None:
            raise Malformed(field, "has hex that is no address of 40 digits")
        yield Address.parse(f"0x{found[2:]}", field)
