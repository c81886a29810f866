"""What is wrong with the tokens, spenders and recipients a transaction touches.

One function per finding, each opening with what an attacker gains if it were missing.
"""

from collections.abc import Iterable, Iterator

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.chain import native_symbol
from treasury_desktop.assets.lookalikes import skeleton
from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.assets.untrusted_text import SYMBOL_LIMIT, plain
from treasury_desktop.calls.effects import NATIVE
from treasury_desktop.calls.known_tokens import KnownToken, known_token, known_tokens
from treasury_desktop.review.findings import Finding, block, danger, warn
from treasury_desktop.review.subject import Check, Subject
from treasury_desktop.treasury.evidence import DescribedToken

MOST_DECIMALS = 36
"""Twice the usual eighteen: beyond it a number is chosen to make an amount look like another."""


def _touched_tokens(subject: Subject) -> Iterator[tuple[DescribedToken, str]]:
    """The described tokens that the transaction names, with the first call that does."""
    touched = subject.touched
    for token in subject.described_tokens:
        if token.address in touched:
            yield token, touched[token.address]


def unlisted_tokens(subject: Subject) -> Iterator[Finding]:
    """A junk token may do anything in its transfer, and its name proves nothing."""
    for token, path in _touched_tokens(subject):
        if token.listed is not True and not subject.is_allow_listed(token.address):
            yield warn(
                "TOKEN_NOT_IN_TOKEN_LIST",
                f"touches the token {subject.name_of(token.address)}, which is on no token list.",
                path=path,
            )


def silent_tokens(subject: Subject) -> Iterator[Finding]:
    """Without decimals an amount of base units can be read as a thousand times less."""
    for token, path in _touched_tokens(subject):
        silent = [
            name
            for name, value in (("symbol", token.symbol), ("decimals", token.decimals))
            if value is None
        ]
        if silent:
            yield warn(
                "TOKEN_METADATA_UNAVAILABLE",
                f"touches {subject.name_of(token.address)}, which does not answer for its "
                f"{' and '.join(silent)}; its amounts are shown in base units.",
                path=path,
            )
        elif isinstance(token.decimals, Unknown):
            yield warn(
                "TOKEN_METADATA_UNAVAILABLE",
                f"touches {subject.name_of(token.address)}, whose decimals nobody says; its "
                "amounts are shown in base units.",
                path=path,
            )


def absurd_decimals(subject: Subject) -> Iterator[Finding]:
    """A token chooses its decimals, and with them how small an amount looks."""
    for token, path in _touched_tokens(subject):
        if isinstance(token.decimals, int) and token.decimals > MOST_DECIMALS:
            yield danger(
                "TOKEN_DECIMALS_OUT_OF_RANGE",
                f"touches {subject.name_of(token.address)}, which claims {token.decimals} "
                "decimals; its amounts are shown in base units.",
                path=path,
            )


def contradicted_tokens(subject: Subject) -> Iterator[Finding]:
    """A false symbol or false decimals make the true bytes read as another amount.

    Compared: what is said here twice of one token, what a sender says against our own facts, and
    what anybody says against the packaged list of well-known tokens.
    """
    touched = subject.touched
    chain_id = subject.safe.chain_id
    said: dict[Address, list[DescribedToken]] = {}
    for token in (*subject.evidence.tokens, *subject.bundle.evidence.tokens):
        said.setdefault(token.address, []).append(token)
    for address, path in touched.items():
        about = said.get(address, [])
        if not about:
            continue  # one answer, or none, contradicts nothing
        known = known_token(chain_id, address)
        for name in ("symbol", "decimals"):
            values = [getattr(token, name) for token in about]
            values += [] if known is None else [getattr(known, name)]
            different = _different(values)
            if len(different) > 1:
                yield block(
                    "TOKEN_METADATA_MISMATCH",
                    f"touches {subject.name_of(address)}, whose {name} is said to be "
                    f"{' and '.join(_shown(each) for each in different)}.",
                    path=path,
                )


def _different(values: list[str | int | Unknown | None]) -> list[str | int]:
    """The answers that are no silence; a symbol's case is no contradiction."""
    said = [value for value in values if isinstance(value, (str, int))]
    return list({str(value).casefold(): value for value in reversed(said)}.values())[::-1]


def _shown(value: str | int) -> str:
    return plain(value, limit=SYMBOL_LIMIT) if isinstance(value, str) else str(value)


def twin_symbols(subject: Subject) -> Iterator[Finding]:
    """A token that calls itself USDC gets paid out, or bought, as if it were USDC."""
    described, packaged = _symbols(subject)
    coin = skeleton(native_symbol(subject.safe.chain_id))
    for token, path in _touched_tokens(subject):
        if not isinstance(token.symbol, str) or known_token(subject.safe.chain_id, token.address):
            continue
        looks = skeleton(token.symbol)
        known = set() if token.listed is True else packaged.get(looks, set())
        twins = (described.get(looks, set()) | known) - {token.address}
        trusted = {twin for twin in twins if twin in known or _is_listed(subject, twin)}
        # The real one is not accused because somebody made a copy of it.
        is_listed = token.listed is True
        if looks == coin and not is_listed:
            yield danger(
                "DUPLICATE_SYMBOL",
                f"touches {subject.name_of(token.address)}, which has the symbol of the chain's "
                "own coin and is a token.",
                path=path,
            )
        elif trusted or (twins and not is_listed):
            twin = min(trusted or twins, key=str)
            yield danger(
                "DUPLICATE_SYMBOL",
                f"touches {subject.name_of(token.address)}, which has the symbol of {twin} and is "
                "another token.",
                path=path,
            )


_BySymbol = dict[str, set[Address]]


def _symbols(subject: Subject) -> tuple[_BySymbol, _BySymbol]:
    """Symbols as they look → the tokens that have them: described here, and packaged."""
    return (
        _by_symbol(subject.described_tokens),
        _by_symbol(known_tokens(subject.safe.chain_id)),
    )


def _by_symbol(tokens: Iterable[DescribedToken | KnownToken]) -> _BySymbol:
    found: _BySymbol = {}
    for token in tokens:
        if isinstance(token.symbol, str) and token.symbol:
            found.setdefault(skeleton(token.symbol), set()).add(token.address)
    return found


def _is_listed(subject: Subject, address: Address) -> bool:
    token = subject.evidence.token_at(address)
    return token is not None and token.listed is True


def recipients_elsewhere(subject: Subject) -> Iterator[Finding]:
    """A Safe's or contract's address may be anybody's, or nobody's, on another chain."""
    chain_id = subject.safe.chain_id
    known_on: dict[Address, set[int]] = {}
    for entry in (*subject.evidence.address_book, *subject.facts.claims.address_book):
        if isinstance(entry.chain_id, int):
            known_on.setdefault(entry.address, set()).add(entry.chain_id)
    for path, to in _recipients(subject) if known_on else ():
        chains = known_on.get(to, set())
        size = subject.code_size_of(to)
        has_code = isinstance(size, int) and size > 0
        if chains and chain_id not in chains and not has_code and not subject.is_allow_listed(to):
            yield danger(
                "RECIPIENT_NOT_DEPLOYED_ON_CHAIN",
                f"pays {to}, which is known on chain {', '.join(map(str, sorted(chains)))} only; "
                "nobody shows that it exists on this one.",
                path=path,
            )


def fees_on_transfer(subject: Subject) -> Iterator[Finding]:
    """A token that keeps a part of each transfer makes a payment fall short, or a deposit fail."""
    changes = subject.evidence.balance_changes
    if isinstance(changes, Unknown):
        return
    received: dict[tuple[Address, str], int] = {}
    for change in changes:
        key = (change.account, change.token)
        received[key] = received.get(key, 0) + change.delta
    sent: dict[tuple[Address, str], tuple[int, str]] = {}
    for path, to, token, units in _payments(subject):
        before, first = sent.get((to, token), (0, path))
        sent[(to, token)] = (before + units, first)
    for (to, token), (units, path) in sent.items():
        arrived = received.get((to, token))
        if arrived is not None and 0 < arrived < units:
            yield warn(
                "FEE_ON_TRANSFER_DETECTED",
                f"sends {units:,} base units of {token} to {subject.name_of(to)}, of which a "
                f"simulation saw {arrived:,} arrive.",
                path=path,
            )


def _recipients(subject: Subject) -> Iterator[tuple[str, Address]]:
    yield from ((path, to) for path, to, _, _ in _payments(subject, named_only=False))


def _payments(
    subject: Subject, *, named_only: bool = True
) -> Iterator[tuple[str, Address, str, int]]:
    """Path, recipient, token and base units of everything that leaves for somebody else."""
    for outflow in subject.effects_on(subject.own_accounts).outflows:
        if subject.is_ours(outflow.to):
            continue
        if outflow.token is not None and outflow.base_units is not None:
            yield outflow.path, outflow.to, outflow.token, outflow.base_units
        elif not named_only:
            yield outflow.path, outflow.to, NATIVE, 0


TOKEN_CHECKS: tuple[Check, ...] = (
    unlisted_tokens,
    silent_tokens,
    absurd_decimals,
    contradicted_tokens,
    twin_symbols,
    recipients_elsewhere,
    fees_on_transfer,
)
