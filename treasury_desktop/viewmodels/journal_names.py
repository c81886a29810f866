"""Names of accounts and commodities, and notes, as a journal can carry them.

Both readers of the syntax end an account at two spaces, give ":" and ";" and quotes a meaning, and
take brackets and "key:" in a comment for dates and tags. So only what has no meaning anywhere is
written as it is, and everything else as the %XX of its UTF-8 bytes: no text ever means more than
itself, and two different ones never become the same. No table of Unicode decides, so that every
machine writes the same.
"""

import re
from collections import Counter
from typing import Final

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.assets.token import Token
from treasury_desktop.treasury.workspace import Workspace
from treasury_desktop.viewmodels.figures import named_parties

MOST_OF_A_NAME: Final = 64
MOST_OF_A_NOTE: Final = 200
_LATIN: Final = "\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
_UNSAFE_IN_NAMES: Final = re.compile(rf"[^0-9A-Za-z{_LATIN} _.\-/&+]|^[ _.\-/&+]| $|(?<= ) ")
_UNSAFE_IN_NOTES: Final = re.compile(rf"[^0-9A-Za-z{_LATIN} _.\-+/&()!?]|^ | $|(?<= ) ")
_UNSAFE_IN_SYMBOLS: Final = re.compile(r"[^0-9A-Za-z_.]")


def account_part(name: str) -> str:
    """One part of an account's name, for a name of any kind."""
    return _written(name, _UNSAFE_IN_NAMES, MOST_OF_A_NAME) or "%"


def comment_text(text: str) -> str:
    """A text as the value of a tag in a comment."""
    return _written(text, _UNSAFE_IN_NOTES, MOST_OF_A_NOTE)


def commodity_of(token: Token) -> str:
    """A quoted name that no other token has: the symbol is a claim, the address decides.

    Native coin is its symbol alone. No token's name is without its address, as no symbol holds "-".
    """
    symbol = _written(token.symbol, _UNSAFE_IN_SYMBOLS, MOST_OF_A_NAME) or "%"
    return f'"{symbol}"' if token.address is None else f'"{symbol}-{token.address}"'


class AccountNames:
    """What the accounts of one workspace are called."""

    def __init__(self, workspace: Workspace) -> None:
        used = Counter(safe.name for safe in workspace.safes)
        self._safes = {
            safe.address: account_part(safe.name)
            if used[safe.name] == 1 and not safe.name.startswith("0x")
            else f"{account_part(safe.name)} {safe.address}"
            for safe in workspace.safes
        }
        self._strategies: dict[str, str] = {}
        self._parties = {
            address: account_part(name)
            for address, name, _ in reversed(tuple(named_parties(workspace)))  # the first counts
        }

    def safe(self, address: Address) -> str:
        """A Safe by its name; with the address too where the name alone could be another's."""
        return f"Assets:Safe:{self._safes.get(address, str(address))}"

    def strategy(self, name: str | None) -> str:
        """A strategy's name; each is written once."""
        key = name or ""
        if key not in self._strategies:
            self._strategies[key] = account_part(key)
        return self._strategies[key]

    def party(self, address: Address | None) -> str:
        """Whoever gave or took: by the name that the workspace has for it, else by the address."""
        return "unknown" if address is None else self._parties.get(address, str(address))


def _written(text: str, unsafe: re.Pattern[str], most: int) -> str:
    if len(text) > most:  # what tells it from others that begin alike is its hash
        digest = keccak(text.encode("utf-8", "surrogatepass")).hex()[:8]
        return f"{_written(text[: most - 10], unsafe, most)}%{digest}"
    return unsafe.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match.group().encode("utf-8", "surrogatepass"))
