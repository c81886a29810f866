"""Movements, and up to which block the chain has been read for them."""

from collections.abc import Sequence

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.amount import TokenAmount
from treasury_desktop.assets.token import Token
from treasury_desktop.errors import Malformed
from treasury_desktop.store.database import Shelf, readable
from treasury_desktop.treasury.movement import Movement, MovementKind

_COLUMNS = (
    "chain_id, safe, block_number, timestamp, transaction_hash, log_index, kind, token_key,"
    " token_symbol, token_name, token_decimals, base_units, counterpart, safe_tx_hash, strategy,"
    " note, is_in"
)


class MovementShelf(Shelf):
    """Keeps the Protocol `Movements` of the desk."""

    def keep_movements(
        self,
        chain_id: int,
        movements: tuple[Movement, ...],
        last_block: int,
        *,
        first_block: int | None = None,
    ) -> None:
        """Adds them (again is harmless) and remembers the last block read, also a lower one.

        `first_block` says from where on they are what the chain holds: what was kept of that block
        and of later ones was another node's, or of a chain that was reorganised, and gives way.
        """
        if any(movement.chain_id != chain_id for movement in movements):
            raise ValueError("movements of one chain at a time")
        with self._database.writing() as connection:
            if first_block is not None:
                connection.execute(
                    "DELETE FROM movements WHERE chain_id = ? AND block_number >= ?",
                    (str(chain_id), first_block),
                )
            connection.executemany(
                f"INSERT INTO movements ({_COLUMNS})"  # noqa: S608  a constant of ours
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT DO NOTHING",
                map(_row_of, movements),
            )
            connection.execute(
                "INSERT INTO movements_read (chain_id, last_block) VALUES (?, ?)"
                " ON CONFLICT DO UPDATE SET last_block = excluded.last_block",
                (str(chain_id), last_block),
            )

    def movements(self, chain_id: int) -> tuple[Movement, ...]:
        """All that can be read, newest first; `damaged_movements` says which are left out."""
        return self._with_flaws(chain_id)[0]

    def damaged_movements(self, chain_id: int) -> tuple[str, ...]:
        """One sentence for each movement that cannot be read."""
        return self._with_flaws(chain_id)[1]

    def _with_flaws(self, chain_id: int) -> tuple[tuple[Movement, ...], tuple[str, ...]]:
        flaws: list[str] = []
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT {_COLUMNS} FROM movements WHERE chain_id = ?"  # noqa: S608  a constant of ours
                " ORDER BY block_number DESC, log_index DESC",
                (str(chain_id),),
            ).fetchall()
        return tuple(readable(_movement_of, rows, flaws)), tuple(flaws)

    def movements_since(self, chain_id: int, timestamp: int) -> tuple[Movement, ...]:
        """Those of that time (Unix seconds) and later, newest first; Malformed: one is damaged.

        One whose own time cannot be read may be of any, and is damaged whatever is asked for.
        """
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT {_COLUMNS} FROM movements WHERE chain_id = ?"  # noqa: S608  a constant of ours
                " AND (timestamp >= ? OR typeof(timestamp) <> 'integer')"
                " ORDER BY block_number DESC, log_index DESC",
                (str(chain_id), timestamp),
            ).fetchall()
        return tuple(_movement_of(row) for row in rows)

    def movements_read_up_to(self, chain_id: int) -> int | None:
        """The last block read, or `None` before the first."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT last_block FROM movements_read WHERE chain_id = ?", (str(chain_id),)
            ).fetchone()
        return None if row is None else int(row[0])


def _row_of(movement: Movement) -> tuple[object, ...]:
    amount = movement.amount
    token = None if amount is None else amount.token
    return (
        str(movement.chain_id),
        movement.safe.raw,
        movement.block_number,
        movement.timestamp,
        movement.transaction_hash,
        movement.log_index,
        movement.kind.value,
        "" if token is None else token.key,
        None if token is None else token.symbol,
        None if token is None else token.name,
        None if token is None else token.decimals,
        None if amount is None else str(amount.base_units),
        None if movement.counterpart is None else movement.counterpart.raw,
        movement.safe_tx_hash,
        movement.strategy,
        movement.note,
        None if movement.is_in is None else int(movement.is_in),
    )


def _movement_of(row: Sequence[object]) -> Movement:
    try:
        return _believed(row)
    except (ValueError, TypeError, Malformed) as flaw:
        raise Malformed(
            f"movement in block {row[2]}", f"its row in the records is damaged ({flaw})"
        ) from None


def _believed(row: Sequence[object]) -> Movement:
    (chain, safe, block, timestamp, transaction_hash, log_index, kind, *rest) = row
    (*amount, counterpart, safe_tx_hash, strategy, note, is_in) = rest
    chain_id = int(str(chain))
    return Movement(
        chain_id=chain_id,
        safe=Address(_bytes(safe)),
        block_number=_count(block),
        timestamp=_count(timestamp),
        transaction_hash=_bytes(transaction_hash),
        log_index=int(str(log_index)),
        kind=MovementKind(kind),
        amount=_amount(chain_id, amount),
        counterpart=None if counterpart is None else Address(_bytes(counterpart)),
        safe_tx_hash=None if safe_tx_hash is None else _bytes(safe_tx_hash),
        strategy=None if strategy is None else str(strategy),
        note=str(note),
        is_in=None if is_in is None else bool(is_in),
    )


def _amount(chain_id: int, cells: Sequence[object]) -> TokenAmount | None:
    key, symbol, name, decimals, base_units = cells
    if key == "":
        return None
    token = Token(
        chain_id=chain_id,
        address=None if key == "native" else Address.parse(key, "token"),
        symbol=str(symbol),
        name=str(name),
        decimals=None if decimals is None else int(str(decimals)),
    )
    return TokenAmount(token=token, base_units=_count(base_units))


def _count(cell: object) -> int:
    number = int(str(cell))
    if number < 0:
        raise ValueError("a cell holds a negative number")
    return number


def _bytes(cell: object) -> bytes:
    if not isinstance(cell, bytes):
        raise TypeError("a cell holds no bytes")
    return cell
