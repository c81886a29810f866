"""Movements as double entry: a journal that hledger and Ledger both read.

The syntax is what the two have in common: `commodity` and `account` directives, then transactions
`DATE * (CODE) DESCRIPTION` with postings `ACCOUNT  NUMBER "COMMODITY"` and comments `; tag: text`.
One transaction for each Ethereum transaction, whose code is its hash; each movement in it is two
postings of the same exact amount, so every commodity balances by itself and nothing is inferred.
The same movements under the same names give the same bytes, in whatever order they come.

Dates are UTC. A strategy's account holds what went in less what came out as principal. What one
conversion gave and took stands against `Equity:Conversion`, and transfers between Safes against
`Equity:Transfers`, where both halves meet.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby

from treasury_desktop.assets.token import Token
from treasury_desktop.treasury.movement import Movement
from treasury_desktop.treasury.workspace import Workspace
from treasury_desktop.viewmodels.figures import day_text, hex_text
from treasury_desktop.viewmodels.journal_names import (
    AccountNames,
    comment_text,
    commodity_of,
)
from treasury_desktop.viewmodels.movement_category import Category, category_of

_LATEST_DAY = 253_402_300_799
"""The last second of the year 9999; no calendar here has later ones."""

_OF_PARTIES = {
    Category.INCOMING: "Income:Received",
    Category.OUTGOING: "Expenses:Paid",
    Category.MODULE_OR_ALLOWANCE: "Expenses:Module or allowance",
}
_OF_NOBODY = {
    Category.GAS: "Expenses:Gas",
    Category.TRANSFER: "Equity:Transfers",
    Category.CONVERSION: "Equity:Conversion",
}
_TAGS = ("block", "counterpart", "note", "safetx")


def journal(movements: Iterable[Movement], workspace: Workspace) -> str:
    """The whole journal, ended by a line break."""
    return _Journal(movements, workspace).text()


class _Journal:
    """What the entries of one journal share: names, and how each commodity is counted."""

    def __init__(self, movements: Iterable[Movement], workspace: Workspace) -> None:
        ordered = sorted(movements, key=lambda each: (each.order, each.note, each.strategy or ""))
        self._names = AccountNames(workspace)
        self._safes = frozenset(each.address for each in workspace.safes)
        self._tokens = _tokens(ordered, workspace)
        self._commodities = {key: commodity_of(token) for key, token in self._tokens.items()}
        self._accounts: set[str] = set()
        hashes = {
            each.transaction_hash: number for number, each in reversed(list(enumerate(ordered)))
        }
        self._ordered = sorted(ordered, key=lambda each: hashes[each.transaction_hash])

    def text(self) -> str:
        """Declarations, then everything that happened, oldest first."""
        entries = [
            "\n".join(self._entry(tuple(group)))
            for _, group in groupby(self._ordered, key=lambda each: each.transaction_hash)
        ]
        head = (
            "; Movements of a treasury as double entry, for hledger and Ledger. Dates are UTC.",
            *(f"tag {tag}" for tag in _TAGS),
            *(f"commodity {self._commodity(key)}" for key in sorted(self._tokens)),
            *(f"account {account}" for account in sorted(self._accounts)),
        )
        return "\n".join(("\n".join(head), *entries)) + "\n"

    def _commodity(self, key: str) -> str:
        """The directive's amount: it says that the dot is the decimal mark, and how many follow."""
        name = self._commodities[key]
        decimals = self._tokens[key].decimals or 0
        return f"{name}\n    format 1000.{'0' * decimals} {name}"

    def _entry(self, movements: tuple[Movement, ...]) -> Iterator[str]:
        """One Ethereum transaction; in a comment where it moved nothing that can be booked."""
        booked = [each for each in movements if _can_be_booked(each)]
        code = hex_text(movements[0].transaction_hash)
        yield ""
        if booked:
            words = dict.fromkeys(category_of(each, self._safes).value for each in booked)
            yield f"{day_text(booked[0].timestamp)} * ({code}) {', '.join(words)}"
            yield f"    ; block: {booked[0].block_number}"
        for each in booked:
            yield self._postings(each)
        for each in movements:
            if not _can_be_booked(each):
                yield f"; {_why_not_booked(each)}: {code} {self._told(each)}"

    def _postings(self, movement: Movement) -> str:
        assert movement.amount is not None
        safe, other = self._names.safe(movement.safe), self._other(movement)
        self._accounts |= {safe, other}
        token = self._tokens[movement.amount.token.key]
        number = _number(movement.amount.base_units, token.decimals or 0)
        commodity = self._commodities[token.key]
        ours, theirs = ("", "-") if movement.is_in else ("-", "")
        tags = "".join(f"    ; {tag}: {text}\n" for tag, text in self._tags(movement))
        return (
            f"    {safe}  {ours}{number} {commodity}\n{tags}"
            f"    {other}  {theirs}{number} {commodity}"
        )

    def _tags(self, movement: Movement) -> Iterator[tuple[str, str]]:
        if movement.safe_tx_hash is not None:
            yield "safetx", hex_text(movement.safe_tx_hash)
        if movement.counterpart is not None:
            yield "counterpart", str(movement.counterpart)
        if movement.note:
            yield "note", comment_text(movement.note)

    def _told(self, movement: Movement) -> str:
        parts = (f"{tag} {text}" for tag, text in self._tags(movement))
        return " ".join((self._names.safe(movement.safe), *parts))

    def _other(self, movement: Movement) -> str:
        """The account on the other side of a Safe's."""
        category = category_of(movement, self._safes)
        if category in (Category.DEPLOYMENT, Category.EXIT):
            return f"Assets:Strategy:{self._names.strategy(movement.strategy)}"
        if category is Category.FEES:
            return f"Income:Fees:{self._names.strategy(movement.strategy)}"
        if category is Category.TRANSFER and movement.counterpart == movement.safe:
            return self._names.safe(movement.safe)
        if category in _OF_PARTIES:
            return f"{_OF_PARTIES[category]}:{self._names.party(movement.counterpart)}"
        return _OF_NOBODY[category]


def _tokens(ordered: list[Movement], workspace: Workspace) -> dict[str, Token]:
    """Each token that moved, once: as listed, else as the newest movement has it.

    Decimals that were corrected between two movements would count one token in two measures.
    """
    listed = {each.token.key: each.token for each in reversed(workspace.tokens)}
    moved = {each.amount.token.key: each.amount.token for each in ordered if each.amount}
    return {key: listed.get(key, token) for key, token in moved.items()}


def _can_be_booked(movement: Movement) -> bool:
    has_way = movement.amount is not None and movement.is_in is not None
    return has_way and movement.timestamp <= _LATEST_DAY


def _why_not_booked(movement: Movement) -> str:
    if movement.amount is None:
        return "moved nothing"
    if movement.is_in is None:
        return "NOT BOOKED, its direction was not kept (refresh the treasury)"
    return "NOT BOOKED, no calendar has its time"


def _number(base_units: int, decimals: int) -> str:
    """Exactly, with a dot and without groups."""
    if not decimals:
        return str(base_units)
    whole, rest = divmod(base_units, 10**decimals)
    return f"{whole}.{rest:0{decimals}d}"
