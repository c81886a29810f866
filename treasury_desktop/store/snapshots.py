"""Snapshots, one for every refresh: the newest opens the window, the others are its history."""

from treasury_desktop.errors import Malformed
from treasury_desktop.store.database import Shelf
from treasury_desktop.store.snapshot_json import snapshot_from_json, snapshot_to_json
from treasury_desktop.treasury.snapshot import Block, TreasurySnapshot

_INTEGER_END = 2**63


class SnapshotShelf(Shelf):
    """Keeps the Protocol `Snapshots` of the desk."""

    def keep_snapshot(self, snapshot: TreasurySnapshot) -> None:
        """Adds it durably; the newest one again changes nothing."""
        block = snapshot.block
        if max(block.number, block.timestamp) >= _INTEGER_END:
            raise Malformed("block", "its number or time is impossibly large; nothing was kept")
        document = snapshot_to_json(snapshot)
        chain = str(snapshot.chain_id)
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO snapshots (chain_id, block_number, block_hash, timestamp, snapshot)"
                " SELECT ?1, ?2, ?3, ?4, ?5 WHERE ?5 IS NOT (SELECT snapshot FROM snapshots"
                " WHERE +chain_id = ?1 ORDER BY arrival DESC LIMIT 1)",
                (chain, block.number, block.hash, block.timestamp, document),
            )

    def latest_snapshot(self, chain_id: int) -> TreasurySnapshot | None:
        """The snapshot that was kept last and can be read, or `None`.

        The height of its block decides nothing: a node that once named a far block would otherwise
        be believed for as long as the chain takes to get there. Damaged ones are passed over;
        `damaged_snapshots` says which.
        """
        return self._newest(chain_id)[0]

    def damaged_snapshots(self, chain_id: int) -> tuple[str, ...]:
        """One sentence for each snapshot newer than the latest that can be read."""
        return self._newest(chain_id)[1]

    def _newest(self, chain_id: int) -> tuple[TreasurySnapshot | None, tuple[str, ...]]:
        damaged: list[str] = []
        with self._database.reading() as connection:
            rows = connection.execute(
                # The plus keeps the index away, which would have everything sorted first.
                "SELECT block_number, snapshot FROM snapshots WHERE +chain_id = ?"
                " ORDER BY arrival DESC",
                (str(chain_id),),
            )
            for row in rows:  # one at a time: the first is nearly always the one
                try:
                    return _read(*row), tuple(damaged)
                except Malformed as flaw:
                    damaged.append(
                        f"The kept snapshot of block {row[0]:,} is damaged and was passed over"
                        f" ({flaw.sentence})."
                    )
        return None, tuple(damaged)

    def snapshot_blocks(self, chain_id: int) -> tuple[Block, ...]:
        """The blocks of all snapshots kept, lowest first, each once; damaged ones left out."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT DISTINCT block_number, block_hash, timestamp FROM snapshots"
                " WHERE chain_id = ? AND length(block_hash) = 32 AND block_number >= 0"
                " AND timestamp >= 0 ORDER BY block_number",
                (str(chain_id),),
            ).fetchall()
        return tuple(Block(number=row[0], hash=row[1], timestamp=row[2]) for row in rows)

    def snapshot_at(self, chain_id: int, block: Block) -> TreasurySnapshot | None:
        """The snapshot of that very block, or `None`."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT block_number, snapshot FROM snapshots WHERE chain_id = ?"
                " AND block_number = ? AND block_hash = ? ORDER BY arrival DESC LIMIT 1",
                (str(chain_id), block.number, block.hash),
            ).fetchone()
        return None if row is None else _read(*row)


def _read(block_number: int, document: bytes) -> TreasurySnapshot:
    return snapshot_from_json(document, path=f"snapshot of block {block_number}")
