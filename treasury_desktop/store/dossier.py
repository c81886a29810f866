"""The dossier: what was done, when, on which evidence; append-only and chained by hashes.

hash = keccak256(canonical JSON of {seq, ts, type, payload, prev_hash}), prev_hash of the first
record being 32 zero bytes. Whoever holds a head hash (a cosigner's bundle carries one) can show
that records were changed or cut off afterwards. A key over the chain is a later step: somebody
who rewrites the whole store and every head anybody remembers is not found.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from treasury_desktop.assets.keccak import keccak
from treasury_desktop.assets.strict_json import canonical_json, read_json_object
from treasury_desktop.errors import Malformed
from treasury_desktop.store.database import Shelf

NO_RECORD = bytes(32)
"""The head of an empty dossier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierRecord:
    """One record; `payload` is canonical JSON of texts, `ts` Unix seconds."""

    seq: int
    ts: int
    kind: str
    payload: str
    prev_hash: bytes
    hash: bytes

    @property
    def derived_hash(self) -> bytes:
        """What the hash has to be, from everything else in the record."""
        return _hash(self.seq, self.ts, self.kind, self.payload, self.prev_hash)

    @property
    def facts(self) -> dict[str, str]:
        """The payload by name."""
        facts = read_json_object(self.payload.encode())
        return {name: str(fact) for name, fact in facts.items()}


class DossierShelf(Shelf):
    """Keeps the Protocol `Dossier` of the desk."""

    def note(self, kind: str, payload: dict[str, str], now: int) -> bytes:
        """Appends a record and returns the new head hash; durable when it returns."""
        document = canonical_json(payload).decode()
        with self._database.writing() as connection:
            row = connection.execute(
                "SELECT seq, hash FROM dossier ORDER BY seq DESC LIMIT 1"
            ).fetchone()
            last_seq, head = (0, NO_RECORD) if row is None else row
            seq = last_seq + 1
            new_head = _hash(seq, now, kind, document, head)
            connection.execute(
                "INSERT INTO dossier (seq, ts, type, payload, prev_hash, hash)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (seq, now, kind, document, head, new_head),
            )
        return new_head

    def dossier_head(self) -> bytes:
        """The hash of the newest record; 32 zero bytes while there is none."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT hash FROM dossier ORDER BY seq DESC LIMIT 1"
            ).fetchone()
        return NO_RECORD if row is None else bytes(row[0])

    def dossier_records(self) -> tuple[DossierRecord, ...]:
        """All records, oldest first, as they stand; `verify_dossier` says whether to believe."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT seq, ts, type, payload, prev_hash, hash FROM dossier ORDER BY seq"
            ).fetchall()
        names = ("seq", "ts", "kind", "payload", "prev_hash", "hash")
        return tuple(DossierRecord(**dict(zip(names, row, strict=True))) for row in rows)

    def verify_dossier(self, *, remembered_head: bytes | None = None) -> bytes:
        """The head hash of an unbroken chain; Malformed names the first record that breaks it.

        `remembered_head` is one that was seen before: it has to be in the chain, or records that
        existed then have been cut off or replaced.
        """
        return verified_head(self.dossier_records(), remembered_head=remembered_head)


def verified_head(
    records: Iterable[DossierRecord], *, remembered_head: bytes | None = None
) -> bytes:
    """The head hash of records that form one unbroken chain, oldest first."""
    head, is_remembered = NO_RECORD, remembered_head in (None, NO_RECORD)
    for number, record in enumerate(records, start=1):
        if record.seq != number:
            raise Malformed(f"dossier record {number}", "is missing")
        if record.prev_hash != head or record.derived_hash != record.hash:
            raise Malformed(f"dossier record {number}", "was changed after it was written")
        head = record.hash
        is_remembered = is_remembered or head == remembered_head
    if not is_remembered:
        raise Malformed("dossier", "records that were once there are missing")
    return head


def _hash(seq: int, ts: int, kind: str, payload: str, prev_hash: bytes) -> bytes:
    return keccak(
        canonical_json(
            {"seq": seq, "ts": ts, "type": kind, "payload": payload, "prev_hash": prev_hash.hex()}
        )
    )
