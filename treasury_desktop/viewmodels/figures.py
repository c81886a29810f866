"""How figures are written, the same on every page: ages, blocks, shares, amounts, addresses.

Everything here takes exact values and answers finished text; nothing is decided by it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.amount import TokenAmount, decimal_text
from treasury_desktop.assets.untrusted_text import NAME_LIMIT, SYMBOL_LIMIT, plain
from treasury_desktop.assets.usd import (
    percent_beside,
    percent_text,
    price_text,
    rounded_half_up,
    usd_text,
)
from treasury_desktop.deployments.judgement import Verdict
from treasury_desktop.treasury.block import Block
from treasury_desktop.treasury.terms import BPS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from treasury_desktop.treasury.workspace import Workspace

NONE: Final = "–"
MINUS: Final = "−"
UNPRICED: Final = "unpriced"
THIN_SPACE: Final = "\u2009"
AMOUNT_PLACES: Final = 6
"""Decimals of an amount in a table; the tooltip carries the rest."""

MINUTE, HOUR, DAY = 60, 3_600, 86_400
_ENDS: Final = (6, 4)
_FINE_BELOW: Final = 10


@dataclass(frozen=True, slots=True)
class Remark:
    """A few words for a chip and what they mean ("" or a colour token such as "advice")."""

    text: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """Whom an address belongs to: a name, where the name comes from, and the full address."""

    name: str
    source: str
    address: str

    @property
    def short(self) -> str:
        """The name, or the address cut to 6…4 where there is none."""
        return self.name or shortened(self.address)


# ── time ─────────────────────────────────────────────────────────────────────────────────────────


def span_text(seconds: int) -> str:
    """A length of time in its largest sensible unit: 14 min, 3 h, 2 d."""
    if seconds < MINUTE:
        return "under 1 min"
    if seconds < HOUR:
        return f"{seconds // MINUTE} min"
    return f"{seconds // HOUR} h" if seconds < 2 * DAY else f"{seconds // DAY} d"


def age_text(seconds: int | None) -> str:
    """How old a figure is: "14 min old"."""
    if seconds is None:
        return "age unknown"
    if seconds < 0:
        return "ahead of our clock"
    return "just now" if seconds < MINUTE else f"{span_text(seconds)} old"


def stale_remark(seconds: int | None) -> Remark:
    """The chip of a quote that is older than allowed, such as "stale 3 h"."""
    return Remark("stale" if seconds is None else f"stale {span_text(max(0, seconds))}", "advice")


def moment_text(timestamp: int) -> str:
    """A moment in UTC to the minute: 2026-11-22 14:02 UTC."""
    written = _written(timestamp)
    return _no_date(timestamp) if written is None else f"{written[:16]} UTC"


def clock_text(timestamp: int) -> str:
    """The time of day in UTC: 14:02 UTC."""
    written = _written(timestamp)
    return _no_date(timestamp) if written is None else f"{written[11:16]} UTC"


def day_text(timestamp: int) -> str:
    """The day of a moment in UTC: 2026-11-22."""
    written = _written(timestamp)
    return _no_date(timestamp) if written is None else written[:10]


def instant_text(timestamp: int) -> str:
    """A moment in UTC to the second, for programs: 2026-11-22T14:02:11Z (ISO 8601)."""
    written = _written(timestamp)
    return _no_date(timestamp) if written is None else f"{written[:10]}T{written[11:19]}Z"


def _written(timestamp: int) -> str | None:
    """A moment as 2026-11-22 14:02:11, or `None` where no calendar has it."""
    try:
        return datetime.fromtimestamp(timestamp, UTC).isoformat(" ", "seconds")
    except (OverflowError, ValueError, OSError):
        return None


def _no_date(timestamp: int) -> str:
    return f"second {timestamp:,}"


# ── blocks ───────────────────────────────────────────────────────────────────────────────────────


def grouped_number(number: int) -> str:
    """A whole number in groups of three with thin spaces, for blocks and counts: 19 000 123."""
    return f"{number:,}".replace(",", THIN_SPACE)


def block_text(block: Block) -> str:
    """A block by its number: "block 19 000 123"."""
    return f"block {grouped_number(block.number)}"


def as_of_text(block: Block, now: int) -> str:
    """Which block figures are from and how old it is: "block 19 000 123 · 14 min old"."""
    return f"{block_text(block)} · {age_text(now - block.timestamp)}"


# ── money ────────────────────────────────────────────────────────────────────────────────────────


def usd_or_none(value: Fraction | None) -> str:
    """Dollars and cents, or "–" where nobody knows."""
    return NONE if value is None else usd_text(value)


def unit_price_text(price: Fraction) -> str:
    """A unit price; near a dollar with four decimals, where a stablecoin's trouble shows."""
    if not 1 <= price < _FINE_BELOW:
        return price_text(price)
    units = rounded_half_up(price * 10_000)
    return f"${units // 10_000}.{units % 10_000:04d}"


def price_range_text(low: Fraction, high: Fraction) -> str:
    """A unit price, or its low and high end where they differ to the eye: $2,998.10–3,012.55."""
    ends = unit_price_text(low), unit_price_text(high)
    return ends[0] if ends[0] == ends[1] else f"{ends[0]}–{ends[1].removeprefix('$')}"


def share_text(share: Fraction | None) -> str:
    """A share of the treasury with two decimals, or "–"."""
    return NONE if share is None else percent_text(share)


def share_with_limit_text(share: Fraction | None, limit_bps: int) -> str:
    """A share with the limit next to it: "7.00% of 10.00%"."""
    limit = Fraction(limit_bps, BPS)
    text = NONE if share is None else percent_beside(share, limit)
    return f"{text} of {percent_text(limit)}"


def symbol_text(amount: TokenAmount) -> str:
    """The token's symbol, made harmless; tokens of unknown decimals count base units."""
    return plain(amount.token.symbol, limit=SYMBOL_LIMIT)


def amount_text(amount: TokenAmount, places: int = AMOUNT_PLACES) -> str:
    """The amount with grouped thousands, cut (never rounded up) to a fixed number of decimals.

    Exact where the token has no more decimals than that; a positive amount too small to be seen
    says so.
    """
    decimals = amount.token.decimals
    if decimals is None:
        return f"{amount.base_units:,}"
    places = min(places, decimals)
    cut = amount.base_units // 10 ** (decimals - places)
    if amount.base_units and not cut:
        return f"<{decimal_text(1, places)}"
    whole, rest = divmod(cut, 10**places)
    return f"{whole:,}.{rest:0{places}d}" if places else f"{whole:,}"


def exact_amount_text(amount: TokenAmount) -> str:
    """Two lines for a tooltip: the exact amount with its symbol, and the base units."""
    exact = decimal_text(amount.base_units, amount.token.decimals or 0)
    base_units = f"{amount.base_units:,} base units"
    if amount.token.decimals is None:
        return f"{base_units} (decimals unknown)"
    return f"{exact} {symbol_text(amount)}\n{base_units}"


# ── verdicts ─────────────────────────────────────────────────────────────────────────────────────


def verdict_word(verdict: Verdict) -> str:
    """The verdict as people read it; also the name of its mark (icon and colour)."""
    return verdict.words


# ── names ────────────────────────────────────────────────────────────────────────────────────────


def shortened(digits: str) -> str:
    """Six digits, an ellipsis, four digits of 0x hex: for overviews, never where people sign."""
    ahead, behind = _ENDS
    return f"{digits[: ahead + 2]}…{digits[-behind:]}"


def short_address(address: Address) -> str:
    """An address cut to 6…4."""
    return shortened(str(address))


def hex_text(raw: bytes) -> str:
    """Bytes as 0x and lower-case hex."""
    return f"0x{raw.hex()}"


def name_text(name: str) -> str:
    """A name somebody chose, on one line, with everything that hides or steers made visible."""
    return plain(name, limit=NAME_LIMIT)


def detail_text(detail: str) -> str:
    """What tells parts of a position apart, shortened: "fees of position 7"."""
    part, found, _ = detail.rpartition(", uncollected fees")
    return name_text(f"fees of {part}" if found else detail)


def named_parties(workspace: "Workspace") -> "Iterator[tuple[Address, str, str]]":
    """Every address that the workspace names, with the name as written and where it stands.

    Of several names of one address the first counts.
    """
    yield from ((safe.address, safe.name, "own Safe") for safe in workspace.safes)
    yield from ((payee.address, payee.name, "address book") for payee in workspace.address_book)
    for strategy in workspace.strategies:
        yield from ((each, strategy.name, "strategy") for each in strategy.contracts)
    yield from ((pool.address, pool.name, "watched pool") for pool in workspace.pools)
    for listed in workspace.tokens:
        if listed.token.address is not None:
            yield listed.token.address, listed.token.symbol, "listed token"


def party_at(address: Address, workspace: "Workspace") -> Party:
    """Who the workspace says an address is: own Safe, payee, strategy, pool, token or stranger."""
    for known, name, source in named_parties(workspace):
        if known == address:
            return Party(name_text(name), source, str(address))
    if address.is_zero:
        return Party("Minted or burned", "the zero address", str(address))
    return Party("", "not in the address book", str(address))
