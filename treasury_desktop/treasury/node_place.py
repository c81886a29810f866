"""Where a node answers, the same for every spelling of one address.

Two spellings of one node would agree with each other in everything, and count as two.
"""

import re
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from treasury_desktop.errors import Malformed

USUAL_PORTS = {"http": 80, "https": 443}
_THIS_COMPUTER = "localhost"
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+", re.ASCII)
_MOST_PARTS, _MOST_OF_A_PART = 4, 0xFF


class NodePlace(NamedTuple):
    """Host, port, path and query. Scheme and password decide how it is asked, not who is."""

    host: str
    port: int
    path: str
    query: str


def node_place(url: str, field: str) -> NodePlace:
    """The place of a node's address; Malformed where it is none."""
    try:
        parts = urlsplit(url)
        scheme, host = parts.scheme, parts.hostname
    except ValueError:
        scheme, host = "", None
    is_text = url.isascii() and url.isprintable() and " " not in url and "\\" not in url
    if scheme not in USUAL_PORTS or not host or not is_text:
        raise Malformed(field, "has to be an http or https address")
    try:
        port = USUAL_PORTS[scheme] if parts.port is None else parts.port
    except ValueError:
        port = 0
    if not port:
        raise Malformed(field, "has a port that is none; ports are whole numbers from 1 to 65535")
    path = _without_dots(_plain_escapes(parts.path))
    return NodePlace(_host(host), port, path, _plain_escapes(parts.query))


def _host(written: str) -> str:
    host = unquote(written).lower().rstrip(".")
    number = _ipv4(host)
    found: IPv4Address | IPv6Address | None = None
    with suppress(ValueError):
        found = ip_address(host) if number is None else IPv4Address(number)
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    if found is None:
        return _THIS_COMPUTER if host.endswith(f".{_THIS_COMPUTER}") else host
    return _THIS_COMPUTER if found.is_loopback else str(found)


def _ipv4(host: str) -> int | None:
    """An IPv4 address as the system's resolver reads numbers: 127.1, 0x7f000001, 0177.0.0.1."""
    parts = host.split(".")
    if len(parts) > _MOST_PARTS or not all(_NUMBER.fullmatch(part) for part in parts):
        return None
    try:
        numbers = [_number(part) for part in parts]
    except ValueError:
        return None
    *first, last = numbers
    left = _MOST_PARTS - len(first)
    if any(each > _MOST_OF_A_PART for each in first) or last >= 1 << 8 * left:
        return None
    return sum(each << 8 * (3 - at) for at, each in enumerate(first)) + last


def _number(part: str) -> int:
    if part.startswith("0x"):
        return int(part[2:] or "0", 16)
    return int(part, 8) if part.startswith("0") else int(part)


def _plain_escapes(text: str) -> str:
    """Escapes of plain letters as the letters, and the others in capitals."""

    def plain(escape: re.Match[str]) -> str:
        character = chr(int(escape.group(1), 16))
        return character if character in _UNRESERVED else escape.group(0).upper()

    return _ESCAPE.sub(plain, text)


def _without_dots(path: str) -> str:
    """Without steps that lead nowhere, and without the slashes at the end."""
    steps: list[str] = []
    for step in path.split("/"):
        if step == "..":
            del steps[-1:]
        elif step != ".":
            steps.append(step)
    return "/".join(steps).strip("/")
