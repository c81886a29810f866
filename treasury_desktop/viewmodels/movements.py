"""Every amount that entered or left the treasury, as the movements page says it."""

from collections.abc import Iterable
from dataclasses import dataclass

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.amount import TokenAmount, decimal_text
from treasury_desktop.treasury.movement import Movement, MovementKind
from treasury_desktop.treasury.workspace import Workspace
from treasury_desktop.viewmodels.csv_text import csv_text
from treasury_desktop.viewmodels.figures import (
    NONE,
    Party,
    amount_text,
    exact_amount_text,
    grouped_number,
    hex_text,
    moment_text,
    name_text,
    party_at,
    shortened,
    symbol_text,
)

KIND_WORDS = {
    MovementKind.INCOMING: "received",
    MovementKind.OUTGOING: "paid",
    MovementKind.DEPLOYMENT: "deployed",
    MovementKind.EXIT: "withdrawn",
    MovementKind.FEES: "fees collected",
    MovementKind.OTHER: "other",
}
_SIGNS = {True: "+", False: "−", None: ""}
_DIRECTIONS = {True: "in", False: "out", None: ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementRow:
    """One movement in finished words; hashes short, with the full ones beside them."""

    time: str
    time_tip: str
    kind: str
    amount: str
    amount_short: str
    amount_tip: str
    unit: str
    counterpart: str
    counterpart_tip: str
    strategy: str
    safe_tx_hash: str
    safe_tx_hash_full: str
    transaction_hash: str
    transaction_hash_full: str
    movement: Movement

    @property
    def order(self) -> tuple[int, int]:
        """What the time sorts by: the place on the chain."""
        return (self.movement.block_number, self.movement.log_index)

    @property
    def searched(self) -> str:
        """Everything that a search finds it by: addresses and hashes in full, and the note."""
        who = f"{self.counterpart}\n{self.counterpart_tip}\n{self.strategy}"
        hashes = f"{self.safe_tx_hash_full}\n{self.transaction_hash_full}"
        what = f"{self.time}\n{self.kind}\n{self.amount}\n{self.unit}\n{self.movement.note}"
        return f"{what}\n{who}\n{hashes}"

    @property
    def amount_order(self) -> tuple[str, int]:
        """What the amount sorts by: its token, then the base units that came in or went out."""
        amount = self.movement.amount
        if amount is None:
            return ("", 0)
        sign = -1 if self.movement.is_in is False else 1
        return (amount.token.symbol, sign * amount.base_units)


def movement_rows(movements: Iterable[Movement], workspace: Workspace) -> tuple[MovementRow, ...]:
    """One row per movement, newest first."""
    parties = _Parties(workspace)
    rows = (_row(movement, parties) for movement in movements)
    return tuple(sorted(rows, key=lambda row: row.order, reverse=True))


def movements_csv(movements: Iterable[Movement], workspace: Workspace) -> str:
    """The table with exact figures and full hashes, newest first, for a spreadsheet."""
    titles = ("time UTC", "block", "kind", "direction", "amount", "unit", "base units", "token",
              "counterpart", "counterpart address", "strategy", "note", "safe",
              "Safe transaction hash", "transaction hash")  # fmt: skip
    parties = _Parties(workspace)
    newest_first = sorted(movements, key=lambda movement: movement.order, reverse=True)
    return csv_text(titles, (_csv_row(movement, parties) for movement in newest_first))


def kinds_of(rows: Iterable[MovementRow]) -> tuple[str, ...]:
    """The words of the kinds that occur, in a settled order, for a filter."""
    present = {row.kind for row in rows}
    return tuple(word for word in KIND_WORDS.values() if word in present)


def _row(movement: Movement, parties: "_Parties") -> MovementRow:
    kind = KIND_WORDS[movement.kind]
    party = parties.of(movement.counterpart)
    safe_hash = None if movement.safe_tx_hash is None else hex_text(movement.safe_tx_hash)
    chain_hash = hex_text(movement.transaction_hash)
    amount = movement.amount
    note = name_text(movement.note)
    moment, block = moment_text(movement.timestamp), grouped_number(movement.block_number)
    return MovementRow(
        time=moment.removesuffix(" UTC"),
        time_tip=f"{moment}\nblock {block}",
        kind=note if movement.kind is MovementKind.OTHER and note else kind,
        amount=NONE if amount is None else f"{_SIGNS[movement.is_in]}{amount_text(amount)}",
        amount_short=NONE if amount is None else _short(movement, amount),
        amount_tip="moved nothing" if amount is None else exact_amount_text(amount),
        unit="" if amount is None else symbol_text(amount),
        counterpart=NONE if party is None else party.short,
        counterpart_tip=_party_tip(party),
        strategy=name_text(movement.strategy) if movement.strategy else NONE,
        safe_tx_hash=NONE if safe_hash is None else shortened(safe_hash),
        safe_tx_hash_full=safe_hash or "",
        transaction_hash=shortened(chain_hash),
        transaction_hash_full=chain_hash,
        movement=movement,
    )


def _short(movement: Movement, amount: TokenAmount) -> str:
    """Two decimals and the symbol, for a list that is only glanced at."""
    return f"{_SIGNS[movement.is_in]}{amount_text(amount, 2)} {symbol_text(amount)}"


def _party_tip(party: Party | None) -> str:
    if party is None:
        return ""
    return "\n".join(part for part in (party.name, party.source, party.address) if part)


def _csv_row(movement: Movement, parties: "_Parties") -> tuple[str, ...]:
    party = parties.of(movement.counterpart)
    safe_hash = movement.safe_tx_hash
    return (
        moment_text(movement.timestamp).removesuffix(" UTC"),
        str(movement.block_number),
        KIND_WORDS[movement.kind],
        _DIRECTIONS[movement.is_in],
        *_csv_amount(movement.amount),
        "" if party is None else party.short,
        "" if party is None else party.address,
        name_text(movement.strategy) if movement.strategy else "",
        movement.note,
        str(movement.safe),
        "" if safe_hash is None else hex_text(safe_hash),
        hex_text(movement.transaction_hash),
    )


def _csv_amount(amount: TokenAmount | None) -> tuple[str, str, str, str]:
    """Amount, unit, base units, token."""
    if amount is None:
        return "", "", "", ""
    exact = decimal_text(amount.base_units, amount.token.decimals or 0).replace(",", "")
    return exact, symbol_text(amount), str(amount.base_units), amount.token.key


class _Parties:
    """Who is behind an address; each is looked for once."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._found: dict[Address, Party] = {}

    def of(self, address: Address | None) -> Party | None:
        """The party at an address, or `None` where there is no address."""
        if address is None:
            return None
        if address not in self._found:
            self._found[address] = party_at(address, self._workspace)
        return self._found[address]
