"""What a person decided about a Safe Transaction Service, and how much of its budget is used.

Off until somebody turns it on. The address is no fact of the treasury, and so not in its file: it
is one person's choice on one desk, and a file that others keep must not send anybody anywhere.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final, Protocol

from treasury_desktop.assets.address import Address
from treasury_desktop.errors import Malformed, TreasuryError, Unavailable

USUAL_REQUESTS_PER_MONTH: Final = 1_000
"""A fifth of what Safe's own service grants without a key, which an office may share."""
MOST_REQUESTS_PER_MONTH: Final = 1_000_000
MOST_ADDRESS_CHARACTERS: Final = 300

_MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])", re.ASCII)
_KEY_ENTRY = re.compile(r"(?:service-[0-9a-f]{32})?", re.ASCII)


UNREACHABLE: Final = "unreachable"
WRONG_ADDRESS: Final = "wrong address"
KEY_REFUSED: Final = "key refused"
NO_USE: Final = "no answer of use"


class ServiceProblem(Unavailable):
    """The service answers in a way that is of no use; `kind` tells what a person may do."""

    kind: ClassVar[str] = NO_USE


class KeyNotAccepted(ServiceProblem):
    """The service does not accept the API key, or wants one."""

    kind = KEY_REFUSED


class NotReached(ServiceProblem):
    """Nobody answers at the address, or not in time."""

    kind = UNREACHABLE


class NotTheService(ServiceProblem):
    """Whatever answers at the address is no Safe Transaction Service."""

    kind = WRONG_ADDRESS


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSettings:
    """One desk's choice. `key_entry` names where its API key is kept, "" where it has none."""

    address: str = ""
    is_on: bool = False
    requests_per_month: int = USUAL_REQUESTS_PER_MONTH
    key_entry: str = ""

    def __post_init__(self) -> None:
        if not 1 <= self.requests_per_month <= MOST_REQUESTS_PER_MONTH:
            most = f"{MOST_REQUESTS_PER_MONTH:,}"
            raise Malformed("budget", f"is a whole number of requests, from 1 to {most}")
        if len(self.address) > MOST_ADDRESS_CHARACTERS or (self.is_on and not self.address):
            raise Malformed("service", "is turned on and has no address that could be one")
        if not _KEY_ENTRY.fullmatch(self.key_entry):
            raise Malformed("service key", "is kept under a name that is none of ours")


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestCount:
    """How many requests were counted in a month (UTC, "2026-11")."""

    month: str
    requests: int = 0

    def __post_init__(self) -> None:
        if not _MONTH.fullmatch(self.month) or self.requests < 0:
            raise Malformed("service use", 'is a count of a month such as "2026-11"')


def month_after(month: str) -> str:
    """The month that follows: "2027-01" after "2026-12"."""
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12:04}-{number % 12 + 1:02}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceTrouble:
    """What went wrong when the service was asked last; `kind` is what the person may do about."""

    kind: str
    sentence: str


def trouble_of(failure: TreasuryError) -> ServiceTrouble | None:
    """What a failure says about the service; `None` where it is not the service that failed."""
    match failure:
        case ServiceProblem():
            return ServiceTrouble(kind=failure.kind, sentence=failure.sentence)
        case Malformed():  # what it lists is no list
            return ServiceTrouble(kind=NO_USE, sentence=failure.sentence)
        case _:
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceState:
    """Everything a page shows of the service without asking anybody.

    `key_place` is where its API key is kept, or would be. `answer` is the version it claims, since
    it answered last. `listed` says of which transactions it verifiably has whose signatures: as
    read in this session (`is_read`), and as sent since. `brought_by` names the host a transaction
    first came from. `damage` says why the settings that were kept count as none.
    """

    settings: ServiceSettings = ServiceSettings()
    damage: str = ""
    key_place: str = ""
    used: RequestCount
    trouble: ServiceTrouble | None = None
    answer: str = ""
    is_read: bool = False
    listed: Mapping[bytes, frozenset[Address]] = field(default_factory=dict)
    brought_by: Mapping[bytes, str] = field(default_factory=dict)

    @property
    def is_on(self) -> bool:
        """Whether anything may be asked of it."""
        return self.settings.is_on

    @property
    def host(self) -> str:
        """What it is called: the host, and the port where it is no usual one."""
        return self.settings.address.partition("://")[2].partition("/")[0]

    @property
    def is_used_up(self) -> bool:
        """Whether the month's budget is spent."""
        return self.used.requests >= self.settings.requests_per_month


class ServiceShelf(Protocol):
    """Keeps the choice, the count and which transactions a service brought."""

    def service_settings(self) -> ServiceSettings:
        """What was chosen; off where nothing was."""
        ...

    def keep_service_settings(self, settings: ServiceSettings) -> None:
        """Durable when it returns."""
        ...

    def service_use(self, month: str) -> RequestCount:
        """The count of a month, or of the one after it where that is greater.

        So a clock that is set back across a month's end brings no new budget, and one that once
        ran far ahead costs none.
        """
        ...

    def keep_service_use(self, use: RequestCount) -> None:
        """Durable when it returns; a count of a month never falls."""
        ...

    def keep_brought(self, safe_tx_hashes: Iterable[bytes], host: str) -> None:
        """Remembers who brought transactions first."""
        ...

    def brought_by(self) -> dict[bytes, str]:
        """The host that first brought a transaction, by safeTxHash."""
        ...
