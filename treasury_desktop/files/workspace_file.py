"""`treasury.toml`: what a treasury's keepers wrote down about it, read strictly.

A typing mistake in it could move a limit or an address, so nothing is guessed: unknown keys,
doubled entries, broken checksums and newer formats are refused with file, line and key.
"""

import re
import tomllib
from collections.abc import Callable, Hashable, Iterable
from itertools import accumulate
from pathlib import Path
from typing import TypeVar

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.chain import Chain
from treasury_desktop.assets.strict_fields import Fields, read_table
from treasury_desktop.assets.token import MAX_SHOWN_DECIMALS, Token
from treasury_desktop.assets.untrusted_text import (
    NAME_LIMIT,
    SYMBOL_LIMIT,
    TextProblem,
    problems_of,
)
from treasury_desktop.bundle.reading import VENUES
from treasury_desktop.errors import Malformed
from treasury_desktop.files.bundle_file import read_bundle_file, write_whole_file
from treasury_desktop.files.toml_lines import line_of
from treasury_desktop.files.workspace_text import FORMAT, workspace_text
from treasury_desktop.safes.safe import SafeVersion
from treasury_desktop.treasury.deny_list import DenyListFile
from treasury_desktop.treasury.further_limits import MOST_OF_FURTHER_LIMITS, FurtherLimits
from treasury_desktop.treasury.node_place import node_place
from treasury_desktop.treasury.period import parse_day
from treasury_desktop.treasury.strategy import Strategy
from treasury_desktop.treasury.terms import BPS, PolicyTerms
from treasury_desktop.treasury.workspace import (
    Endpoint,
    KnownPayee,
    NamedSafe,
    TrustedToken,
    WatchedPool,
    Workspace,
)

WORKSPACE_NAME = "treasury.toml"
BYTE_ORDER_MARK = "\ufeff"
MAX_BYTES = 1024 * 1024
MAX_DEPTH = 64

_FORMAT = re.compile(r"treasury-desktop/workspace@([1-9]\d{0,5})", re.ASCII)
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,98}\.txt", re.ASCII)
_NOTE_LIMIT = 1000
_YEAR_SECONDS = 366 * 24 * 3600
_FEE_MILLIONTHS = 1_000_000
_MAX_TICK_SPACING = 16_383
_MISLEADING = {TextProblem.BIDI, TextProblem.INVISIBLE, TextProblem.CONTROL}

T = TypeVar("T")


def read_workspace(folder: Path) -> Workspace:
    """The workspace a folder's treasury.toml describes.

    Unavailable: the file cannot be read. Malformed: file, line where it can be told, key, problem.
    """
    return workspace_in(text_of_workspace(folder))


def text_of_workspace(folder: Path) -> str:
    """What stands in a folder's treasury.toml; Unavailable where it cannot be read."""
    return _text_of(folder / WORKSPACE_NAME)


def workspace_in(text: str) -> Workspace:
    """The workspace a text describes; Malformed: line where it can be told, key, problem.

    A byte order mark, as editors of Windows write one, says nothing.
    """
    text = text.removeprefix(BYTE_ORDER_MARK)
    _refuse_depth(text)
    try:
        table = tomllib.loads(text)
    except ValueError as error:  # TOMLDecodeError, and integers of thousands of digits
        raise Malformed(WORKSPACE_NAME, f"is not valid TOML ({error})") from None
    try:
        return read_table(table, "", _workspace)
    except Malformed as flaw:
        line = line_of(text, flaw.field)
        place = f"{WORKSPACE_NAME}, line {line}" if line else WORKSPACE_NAME
        raise Malformed(f"{place}, {flaw.field}", flaw.problem) from None


def write_workspace(folder: Path, workspace: Workspace) -> None:
    """Replaces the folder's treasury.toml by one that reads back as this workspace.

    The old file stays whole until the new one is on the disk. Comments in it are lost.
    """
    write_whole_file(folder / WORKSPACE_NAME, workspace_text(workspace).encode())


def _text_of(path: Path) -> str:
    data = read_bundle_file(path, max_bytes=MAX_BYTES)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Malformed(f"{WORKSPACE_NAME}, line {line}", "is not valid UTF-8") from None


def _refuse_depth(text: str) -> None:
    """Counts brackets before the parser recurses: a library may have raised Python's own limit."""
    steps = {"[": 1, "{": 1, "]": -1, "}": -1}
    brackets = (steps[character] for character in text if character in steps)
    if max(accumulate(brackets), default=0) > MAX_DEPTH:
        raise Malformed(WORKSPACE_NAME, "is nested too deeply")


def _workspace(fields: Fields) -> Workspace:
    _refuse_other_format(fields)
    chain_fields = Fields(fields.take("chain"), "chain")
    chain = _chain(chain_fields)
    endpoints = _each(chain_fields, "endpoints", _endpoint)
    chain_fields.done()
    policy = Fields(fields.take("policy") if fields.has("policy") else {}, "policy")
    workspace = Workspace(
        name=_name(fields, "name"),
        is_demonstration=fields.optional("demonstration", fields.boolean, default=False),
        chain=chain,
        endpoints=endpoints,
        safes=_each(fields, "safes", _safe),
        tokens=_each(fields, "tokens", lambda each: _trusted_token(each, chain.chain_id)),
        pools=_each(fields, "pools", _pool),
        strategies=_each(fields, "strategies", _strategy),
        address_book=_each(fields, "address_book", _payee),
        deny_lists=_each(fields, "deny_lists", _deny_list),
        twap_window_seconds=policy.optional(
            "twap_window_seconds", _within(policy, 1, _YEAR_SECONDS), 1800
        ),
        terms=_terms(policy),
    )
    policy.done()
    if not workspace.safes:
        raise Malformed("safes", "a treasury has at least one Safe")
    _refuse_doubles(workspace)
    return workspace


def _refuse_other_format(fields: Fields) -> None:
    found = fields.text("format")
    if found == FORMAT:
        return
    if _FORMAT.fullmatch(found):
        raise Malformed("format", "was written by a newer version of this program; it was not read")
    raise Malformed("format", f'has to be "{FORMAT}"')


def _chain(fields: Fields) -> Chain:
    return Chain(
        chain_id=fields.integer("chain_id", low=1, high=2**256 - 1),
        name=_name(fields, "name"),
        native_symbol=_name(fields, "native_symbol", SYMBOL_LIMIT),
    )


def _endpoint(fields: Fields) -> Endpoint:
    url = fields.text("url")
    node_place(url, fields.path_of("url"))
    return Endpoint(name=_name(fields, "name"), url=url)


def _safe(fields: Fields) -> NamedSafe:
    return NamedSafe(
        address=fields.address("address"),
        name=_name(fields, "name"),
        version=SafeVersion.parse(fields.take("version"), fields.path_of("version")),
    )


def _trusted_token(fields: Fields, chain_id: int) -> TrustedToken:
    written = fields.text("address")
    native = written == "native"
    token = Token(
        chain_id=chain_id,
        address=None if native else Address.parse(written, fields.path_of("address")),
        symbol=_name(fields, "symbol", SYMBOL_LIMIT),
        name=_name(fields, "name"),
        decimals=fields.integer("decimals", low=0, high=MAX_SHOWN_DECIMALS),
    )
    return TrustedToken(
        token=token,
        is_own=fields.optional("own", fields.boolean, default=False),
        is_stable=fields.optional("stable", fields.boolean, default=False),
        feed=fields.optional("feed", fields.address, None),
        feed_heartbeat_seconds=fields.optional(
            "feed_heartbeat_seconds", _within(fields, 1, _YEAR_SECONDS), 3600
        ),
        twap_pool=fields.optional("twap_pool", fields.address, None),
    )


def _pool(fields: Fields) -> WatchedPool:
    pool = WatchedPool(
        address=fields.address("address"),
        name=_name(fields, "name"),
        token0=fields.address("token0"),
        token1=fields.address("token1"),
        fee=fields.integer("fee", low=0, high=_FEE_MILLIONTHS),
        tick_spacing=fields.integer("tick_spacing", low=1, high=_MAX_TICK_SPACING),
        created_at_block=fields.integer("created_at_block", low=0, high=2**63 - 1),
        factory=fields.optional("factory", fields.address, None),
    )
    if not pool.token0 < pool.token1:
        raise Malformed(fields.path_of("token1"), "has to be above token0, as in every pool")
    return pool


def _strategy(fields: Fields) -> Strategy:
    venue = fields.text("venue")
    if venue not in VENUES:
        raise Malformed(fields.path_of("venue"), f"has to be one of {', '.join(VENUES)}")
    return Strategy(
        name=_name(fields, "name"),
        group=_name(fields, "group"),
        venue=venue,
        contracts=fields.addresses("contracts"),
        asset=fields.optional("asset", fields.address, None),
        pool=fields.optional("pool", fields.address, None),
        position_manager=fields.optional("position_manager", fields.address, None),
        protocol=_name(fields, "protocol") if fields.has("protocol") else "",
    )


def _payee(fields: Fields) -> KnownPayee:
    note = ""
    if fields.has("note"):
        note = fields.text("note")
        _refuse_misleading(note, fields.path_of("note"), _NOTE_LIMIT)
    return KnownPayee(address=fields.address("address"), name=_name(fields, "name"), note=note)


def _deny_list(fields: Fields) -> DenyListFile:
    file = fields.text("file")
    if _FILE_NAME.fullmatch(file) is None:
        raise Malformed(fields.path_of("file"), "has to be the name of a file in this folder")
    written = fields.text("published")
    published = parse_day(written, fields.path_of("published"))
    if published is None:
        raise Malformed(fields.path_of("published"), "write a day as YYYY-MM-DD")
    return DenyListFile(
        name=_name(fields, "name"),
        file=file,
        published=published,
        content_hash=fields.hex_bytes("keccak256", length=32),
    )


def _terms(fields: Fields) -> PolicyTerms:
    usual = PolicyTerms()

    def number(name: str, usually: int, high: int = BPS) -> int:
        return fields.optional(name, _within(fields, 0, high), usually)

    def flag(name: str, usually: bool) -> bool:
        return fields.optional(name, fields.boolean, usually)

    return PolicyTerms(
        limit_bps=number("limit_bps", usual.limit_bps),
        limit_is_inclusive=flag("limit_is_inclusive", usual.limit_is_inclusive),
        advised_low_bps=number("advised_low_bps", usual.advised_low_bps),
        advised_high_bps=number("advised_high_bps", usual.advised_high_bps),
        max_quote_age_seconds=number(
            "max_quote_age_seconds", usual.max_quote_age_seconds, _YEAR_SECONDS
        ),
        max_quote_spread_bps=number("max_quote_spread_bps", usual.max_quote_spread_bps),
        count_own_token=flag("count_own_token", usual.count_own_token),
        judge_outsiders=flag("judge_outsiders", usual.judge_outsiders),
        further=_further_limits(fields),
    )


def _further_limits(fields: Fields) -> FurtherLimits:
    return FurtherLimits(
        **{
            name: fields.optional(name, _within(fields, 1, most), None)
            for name, most in MOST_OF_FURTHER_LIMITS.items()
        }
    )


def _each(fields: Fields, name: str, read: Callable[[Fields], T]) -> tuple[T, ...]:
    return fields.each(name, read) if fields.has(name) else ()


def _within(fields: Fields, low: int, high: int) -> Callable[[str], int]:
    return lambda name: fields.integer(name, low=low, high=high)


def _name(fields: Fields, name: str, limit: int = NAME_LIMIT) -> str:
    text = fields.text(name)
    if not text.strip():
        raise Malformed(fields.path_of(name), "is empty")
    _refuse_misleading(text, fields.path_of(name), limit)
    return text


def _refuse_misleading(text: str, path: str, limit: int) -> None:
    """Our own names are shown beside addresses; nothing in them may hide or be cut off."""
    if len(text) > limit:
        raise Malformed(path, f"is longer than {limit} characters")
    if found := [problem for problem in problems_of(text, limit=limit) if problem in _MISLEADING]:
        raise Malformed(path, found[0].value)


def _refuse_doubles(workspace: Workspace) -> None:
    chain_endpoints, book = workspace.endpoints, workspace.address_book
    listed: dict[tuple[str, str], Iterable[Hashable]] = {
        ("chain.endpoints", "name"): (endpoint.name for endpoint in chain_endpoints),
        ("chain.endpoints", "url"): (node_place(each.url, "") for each in chain_endpoints),
        ("safes", "address"): (safe.address for safe in workspace.safes),
        ("safes", "name"): (safe.name for safe in workspace.safes),
        ("tokens", "address"): (trusted.token.key for trusted in workspace.tokens),
        ("pools", "address"): (pool.address for pool in workspace.pools),
        ("strategies", "name"): (strategy.name for strategy in workspace.strategies),
        ("address_book", "address"): (payee.address for payee in book),
        ("address_book", "name"): (payee.name for payee in book),
        ("deny_lists", "name"): (each.name for each in workspace.deny_lists),
        ("deny_lists", "file"): (each.file for each in workspace.deny_lists),
    }
    for (table, key), values in listed.items():
        seen: dict[Hashable, int] = {}
        for index, value in enumerate(values):
            if value in seen:
                raise Malformed(
                    f"{table}[{index}].{key}", f"is the same as in {table}[{seen[value]}]"
                )
            seen[value] = index
