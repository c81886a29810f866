"""Contracts that announced a transfer to a Safe, and up to which block they were looked for."""

from treasury_desktop.assets.address import Address
from treasury_desktop.store.database import Shelf


class FoundTokenShelf(Shelf):
    """Keeps the Protocol `FoundTokens` of the desk."""

    def keep_found_tokens(
        self, chain_id: int, safe: Address, tokens: tuple[Address, ...], last_block: int
    ) -> None:
        """Adds them (again is harmless) and remembers the last block read, also a lower one."""
        with self._database.writing() as connection:
            connection.executemany(
                "INSERT INTO found_tokens (chain_id, safe, token) VALUES (?, ?, ?)"
                " ON CONFLICT DO NOTHING",
                [(str(chain_id), safe.raw, token.raw) for token in tokens],
            )
            connection.execute(
                "INSERT INTO found_tokens_read (chain_id, safe, last_block) VALUES (?, ?, ?)"
                " ON CONFLICT DO UPDATE SET last_block = excluded.last_block",
                (str(chain_id), safe.raw, last_block),
            )

    def forget_found_tokens(self, chain_id: int, safe: Address) -> None:
        """Keeps none of a Safe any more; they are looked for again from the first block."""
        with self._database.writing() as connection:
            for table in ("found_tokens", "found_tokens_read"):
                connection.execute(
                    f"DELETE FROM {table} WHERE chain_id = ? AND safe = ?",  # noqa: S608  ours
                    (str(chain_id), safe.raw),
                )

    def found_tokens(self, chain_id: int, safe: Address) -> tuple[Address, ...]:
        """All of a Safe, by address."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT token FROM found_tokens WHERE chain_id = ? AND safe = ? ORDER BY token",
                (str(chain_id), safe.raw),
            ).fetchall()
        return tuple(Address(row[0]) for row in rows)

    def found_tokens_read_up_to(self, chain_id: int, safe: Address) -> int | None:
        """The last block read for a Safe, or `None` before the first."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT last_block FROM found_tokens_read WHERE chain_id = ? AND safe = ?",
                (str(chain_id), safe.raw),
            ).fetchone()
        return None if row is None else int(row[0])
