"""Where a Safe Transaction Service answers and the key a person has for it, as the person says.

A program that sends an API key has to be sure where to. The address is read by one pattern and
nothing is repaired, because two programs that repair an address differently call different hosts.
Source: docs.safe.global, "How to use API keys"; the API begins at `<address>/api/`.
"""

import ipaddress
import re
from dataclasses import dataclass, field

from treasury_desktop.errors import Malformed

MOST_ADDRESS_CHARACTERS = 300
MOST_KEY_CHARACTERS = 4_000
"""A signed token has a few hundred; a header of more than 8 KiB is refused by most servers."""
SHORTEST_PART = 8
"""So many characters of a key in a row are treated as the key itself."""
PORTS = {"https": 443, "http": 80}
HIGHEST_PORT = 65_535

_ADDRESS = re.compile(
    r"(?i:(https?))://([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::([1-9]\d{0,4}))?((?:/[^?#]*)?)",
    re.ASCII,
)
_PATH = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/?", re.ASCII)
_KEY = re.compile(r"[A-Za-z0-9._~+/-]+=*", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceAddress:
    """A service's address, such as https://api.safe.global/tx-service/eth, without `/api`.

    `host` is in lower case, an IPv6 address without its brackets; `path` has no slash at its end.
    """

    is_secure: bool
    host: str
    port: int
    path: str

    def __post_init__(self) -> None:
        if not self.is_secure and not is_loopback(self.host):
            raise Malformed(
                "service", "only https is asked; http only where it never leaves this computer"
            )

    @classmethod
    def parse(cls, text: str) -> "ServiceAddress":
        """The address a text names; refuses user names, queries, dots that climb, and plain http.

        What follows the API's own `/api/` at the end may be there, as people copy it.
        """
        match = _ADDRESS.fullmatch(text) if len(text) <= MOST_ADDRESS_CHARACTERS else None
        if match is None or not _PATH.fullmatch(match.group(4)):
            raise Malformed("service", "an address is like https://api.safe.global/tx-service/eth")
        scheme, host = match.group(1).lower(), match.group(2).lower().strip("[]")
        if scheme == "http" and host == "localhost":
            host = "127.0.0.1"  # not what a name service makes of the name
        port = int(match.group(3) or PORTS[scheme])
        if port > HIGHEST_PORT:
            raise Malformed("service", f"there is no port {port}")
        path = match.group(4).removesuffix("/").removesuffix("/api")
        return cls(is_secure=scheme == "https", host=host, port=port, path=path)

    @property
    def authority(self) -> str:
        """Host and port as the Host header names them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        is_usual = self.port == PORTS["https" if self.is_secure else "http"]
        return host if is_usual else f"{host}:{self.port}"

    def place_of(self, api_path: str) -> str:
        """The path of a request, `api_path` being what follows `/api/`."""
        return f"{self.path}/api/{api_path}"

    def query_of(self, link: str, api_path: str) -> str | None:
        """The query of a link to that very place of this very service; `None` for any other."""
        before, _, query = link.partition("?")
        match = _ADDRESS.fullmatch(before)
        if match is None:
            return None
        scheme, host, port, path = match.groups()
        where = (scheme.lower(), host.lower().strip("[]"), int(port or PORTS[scheme.lower()]))
        here = ("https" if self.is_secure else "http", self.host, self.port)
        return query if where == here and path == self.place_of(api_path) else None

    def __str__(self) -> str:
        return f"{'https' if self.is_secure else 'http'}://{self.authority}{self.path}"


@dataclass(frozen=True, slots=True)
class ServiceKey:
    """A person's API key. It is told to the service and to nobody else; no text of this shows it.

    The service wants it in the Authorization header (RFC 6750).
    """

    _text: str = field(repr=False)

    def __post_init__(self) -> None:
        # Whatever is no token could end the header early; http.client would say so with the key.
        is_token = len(self._text) <= MOST_KEY_CHARACTERS and _KEY.fullmatch(self._text)
        if not is_token or len(self._text) < SHORTEST_PART:
            raise Malformed("service key", "is one word of letters, digits and . _ ~ + / - =")

    @property
    def header(self) -> str:
        """The value of that header."""
        return f"Bearer {self._text}"

    def is_told_in(self, text: str) -> bool:
        """Whether a text holds the key or a part of it that is long enough to be one."""
        parts = range(len(self._text) - SHORTEST_PART + 1)
        return any(self._text[at : at + SHORTEST_PART] in text for at in parts)


def is_loopback(host: str) -> bool:
    """Whether a host is an address of this computer that never leaves it."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
