"""The dossier shows every change that was made to it afterwards."""

import sqlite3
from dataclasses import replace

import pytest

from treasury_desktop.errors import Malformed
from treasury_desktop.store.dossier import NO_RECORD, verified_head
from treasury_desktop.store.records import RecordStore


@pytest.fixture(name="heads")
def heads_fixture(records: RecordStore) -> list[bytes]:
    """The head after each of three records."""
    payloads = [{"hash": "0x01"}, {"reason": "vorläufig \u202e"}, {}]
    return [
        records.note("signed", payload, 1_700_000_000 + n) for n, payload in enumerate(payloads)
    ]


def test_records_form_one_chain(records: RecordStore, heads: list[bytes]) -> None:
    """Each names the hash of the one before; the last one is the head."""
    kept = records.dossier_records()
    assert [record.hash for record in kept] == heads
    assert [record.prev_hash for record in kept] == [NO_RECORD, *heads[:-1]]
    assert kept[1].facts == {"reason": "vorläufig \u202e"}
    assert records.verify_dossier() == records.dossier_head() == heads[-1]


def test_an_empty_dossier_has_an_empty_head(records: RecordStore) -> None:
    """Nothing was noted, nothing is missing."""
    assert records.verify_dossier() == records.dossier_head() == NO_RECORD


def test_every_flipped_byte_is_found(records: RecordStore, heads: list[bytes]) -> None:
    """No byte of any field of any record can change unseen."""
    kept = list(records.dossier_records())
    for index, record in enumerate(kept):
        changed = [
            *(replace(record, payload=text) for text in _flipped_texts(record.payload)),
            *(replace(record, kind=text) for text in _flipped_texts(record.kind)),
            *(replace(record, hash=data) for data in _flipped(record.hash)),
            *(replace(record, prev_hash=data) for data in _flipped(record.prev_hash)),
            replace(record, ts=record.ts ^ 1),
            replace(record, seq=record.seq ^ 8),
        ]
        for other in changed:
            with pytest.raises(Malformed, match=f"dossier record {index + 1}"):
                verified_head([*kept[:index], other, *kept[index + 1 :]])


def test_a_record_cut_out_of_the_middle_is_missed(records: RecordStore, heads: list[bytes]) -> None:
    """The chain does not close over a gap, nor over exchanged records."""
    first, second, third = records.dossier_records()
    for broken in ([first, third], [second, third], [first, third, second]):
        with pytest.raises(Malformed):
            verified_head(broken)


def test_truncation_shows_by_the_remembered_head(records: RecordStore, heads: list[bytes]) -> None:
    """A chain cut at its end is whole in itself; a head seen before tells."""
    shorter = records.dossier_records()[:2]
    assert verified_head(shorter) == heads[1]
    with pytest.raises(Malformed, match="records that were once there are missing"):
        verified_head(shorter, remembered_head=heads[2])
    assert records.verify_dossier(remembered_head=heads[0]) == heads[2]


def test_the_database_refuses_to_rewrite_it(records: RecordStore, heads: list[bytes]) -> None:
    """Append-only, also against mistakes of ours."""
    for statement in ("DELETE FROM dossier", "UPDATE dossier SET ts = 0"):
        with (
            pytest.raises(sqlite3.IntegrityError, match="append-only"),
            records._database.writing() as connection,
        ):
            connection.execute(statement)
    assert records.verify_dossier() == heads[-1]


def _flipped(data: bytes) -> list[bytes]:
    return [
        data[:place] + bytes((data[place] ^ 1,)) + data[place + 1 :] for place in range(len(data))
    ]


def _flipped_texts(text: str) -> list[str]:
    return [
        text[:place] + chr(ord(text[place]) ^ 1) + text[place + 1 :] for place in range(len(text))
    ]
