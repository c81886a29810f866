"""Snapshots come back exactly, or not at all."""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.doors.store.record_samples import Samples
from treasury_desktop.assets.address import Address
from treasury_desktop.assets.amount import TokenAmount
from treasury_desktop.assets.quote import Quote, QuoteKind
from treasury_desktop.assets.strict_json import canonical_json
from treasury_desktop.assets.token import Token
from treasury_desktop.assets.unknown import UNKNOWN
from treasury_desktop.errors import Malformed
from treasury_desktop.safes.safe import RELEASED, Safe, SafeVersion
from treasury_desktop.store.records import RECORDS_NAME, RecordStore, open_records
from treasury_desktop.store.snapshot_json import snapshot_from_json, snapshot_to_json
from treasury_desktop.treasury.holding import Holding
from treasury_desktop.treasury.snapshot import Block, TreasurySnapshot
from treasury_desktop.treasury.unlisted import Unlisted, UnlistedHolding

addresses = st.binary(min_size=20, max_size=20).map(Address)
uint256s = st.integers(0, 2**256 - 1)
texts = st.text(max_size=20)
tokens = st.builds(
    Token,
    chain_id=st.integers(1, 2**256 - 1),
    address=st.none() | addresses,
    symbol=texts,
    name=texts,
    decimals=st.none() | st.integers(0, 77),
)
holdings = st.builds(
    Holding,
    safe=addresses,
    amount=st.builds(TokenAmount, token=tokens, base_units=uint256s),
    strategy=st.none() | texts,
    detail=texts,
    is_own_token=st.booleans(),
)
unlisted_holdings = st.builds(
    UnlistedHolding,
    safe=addresses,
    token=addresses,
    base_units=st.none() | uint256s,
    symbol=st.none() | texts,
    name=st.none() | texts,
    decimals=st.none() | st.integers(0, 77),
)
quotes = st.builds(
    Quote,
    token_key=texts,
    usd=st.builds(Fraction, st.integers(-(10**30), 10**30), st.integers(1, 10**30)),
    kind=st.sampled_from(QuoteKind),
    source=texts,
    age_seconds=st.none() | st.integers(-10, 10**9),
)


def _version(numbers: tuple[int, int, int], is_l2: bool) -> SafeVersion:
    return SafeVersion(*numbers, is_l2)


safes = st.builds(
    Safe,
    chain_id=st.integers(1, 10),
    address=addresses,
    version=st.builds(_version, st.sampled_from(RELEASED), st.booleans()),
    nonce=st.just(UNKNOWN) | uint256s,
    owners=st.just(UNKNOWN) | st.lists(addresses, max_size=3).map(tuple),
    threshold=st.just(UNKNOWN) | uint256s,
    singleton=st.sampled_from([UNKNOWN, None]) | addresses,
    modules=st.just(UNKNOWN) | st.lists(addresses, max_size=3).map(tuple),
    guard=st.sampled_from([UNKNOWN, None]) | addresses,
)
snapshots = st.builds(
    TreasurySnapshot,
    chain_id=st.integers(1, 2**256 - 1),
    block=st.builds(
        Block,
        number=st.integers(0, 2**63 - 1),
        hash=st.binary(min_size=32, max_size=32),
        timestamp=st.integers(0, 2**63 - 1),
    ),
    safes=st.lists(safes, max_size=3).map(tuple),
    holdings=st.lists(holdings, max_size=3).map(tuple),
    quotes=st.lists(quotes, max_size=3).map(tuple),
    nodes=st.lists(texts, max_size=3).map(tuple),
    unlisted=st.none()
    | st.builds(
        Unlisted,
        holdings=st.lists(unlisted_holdings, max_size=3).map(tuple),
        remarks=st.lists(texts, max_size=2).map(tuple),
    ),
)


@given(snapshots)
def test_reading_is_the_inverse_of_writing(snapshot: TreasurySnapshot) -> None:
    """Every snapshot survives its JSON form exactly."""
    assert snapshot_from_json(snapshot_to_json(snapshot)) == snapshot


def test_one_of_everything_survives(samples: Samples) -> None:
    """Positions, allowances and what is unknown come back too."""
    snapshot = samples.snapshot()
    assert snapshot_from_json(snapshot_to_json(snapshot)) == snapshot


def test_snapshots_of_before_lending_was_read(samples: Samples) -> None:
    """They know of no pool, which is not the same as owing nothing at it."""
    table = json.loads(snapshot_to_json(samples.snapshot()))
    del table["lending"]
    assert snapshot_from_json(canonical_json(table)).lending == ()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda s: s.update(format="treasury-desktop/snapshot@2"), "snapshot.format"),
        (lambda s: s.update(more=1), "snapshot.more"),
        (lambda s: s.pop("quotes"), "snapshot.quotes"),
        (lambda s: s.update(chain_id=1), "snapshot.chain_id"),
        (lambda s: s["block"].update(hash="0xABCD"), "snapshot.block.hash"),
        (lambda s: s["block"].update(number="-1"), "snapshot.block"),
        (lambda s: s["holdings"][0].update(base_units="1.5"), "snapshot.holdings[0].base_units"),
        (lambda s: s["holdings"][0].update(base_units="07"), "snapshot.holdings[0].base_units"),
        (lambda s: s["holdings"][1].update(base_units=str(2**256)), "snapshot.holdings[1]"),
        (lambda s: s["holdings"][1].update(is_own_token=1), "snapshot.holdings[1].is_own_token"),
        (
            lambda s: s["holdings"][1]["token"].update(address="0x1"),
            "snapshot.holdings[1].token.address",
        ),
        (
            lambda s: s["holdings"][1]["token"].update(decimals=True),
            "snapshot.holdings[1].token.decimals",
        ),
        (lambda s: s["quotes"][0].update(usd="1/0"), "snapshot.quotes[0].usd"),
        (lambda s: s["quotes"][0].update(kind="rumour"), "snapshot.quotes[0].kind"),
        (lambda s: s["positions"][0].update(tick_upper="-700"), "snapshot.positions[0]"),
        (lambda s: s["safes"][0].update(owners=None), "snapshot.safes[0].owners"),
        (lambda s: s["safes"][0].update(version="1.4"), "snapshot.safes[0].version"),
        (lambda s: s.update(nodes=[1]), "snapshot.nodes"),
        (lambda s: s.update(block=1), "snapshot.block"),
        (lambda s: s["lending"][0].update(pool="0x1"), "snapshot.lending[0].pool"),
        (lambda s: s["lending"][1].update(health_factor=1), "snapshot.lending[1].health_factor"),
        (
            lambda s: s["lending"][0]["debts"][0].update(base_units="-1"),
            "snapshot.lending[0].debts[0]",
        ),
    ],
)
def test_what_is_not_a_snapshot_is_refused_by_field(
    change: Callable[[dict[str, Any]], object], field: str, samples: Samples
) -> None:
    """A wrong, missing or unexpected field is named."""
    table = json.loads(snapshot_to_json(samples.snapshot()))
    change(table)
    with pytest.raises(Malformed) as refusal:
        snapshot_from_json(canonical_json(table))
    assert refusal.value.field == field


UNLISTED = Unlisted(
    holdings=(
        UnlistedHolding(safe=Samples.safe, token=Samples.payee, base_units=1, decimals=6),
        UnlistedHolding(safe=Samples.safe, token=Samples.payee, base_units=None),
    ),
    remarks=("Read up to block 7 only.",),
)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda s: s.update(unlisted=None), "unlisted"),
        (lambda s: s["unlisted"].pop("remarks"), "unlisted.remarks"),
        (lambda s: s["unlisted"].update(value="1"), "unlisted.value"),
        (lambda s: s["unlisted"]["holdings"][0].update(base_units="-1"), "unlisted.holdings[0]"),
        (lambda s: s["unlisted"]["holdings"][1].update(decimals=255), "unlisted.holdings[1]"),
        (lambda s: s["unlisted"]["holdings"][1].update(symbol=1), "unlisted.holdings[1].symbol"),
    ],
)
def test_what_is_no_unlisted_token_is_refused_by_field(
    change: Callable[[dict[str, Any]], object], field: str, samples: Samples
) -> None:
    """As everything else of a snapshot."""
    table = json.loads(snapshot_to_json(replace(samples.snapshot(), unlisted=UNLISTED)))
    change(table)
    with pytest.raises(Malformed) as refusal:
        snapshot_from_json(canonical_json(table))
    assert refusal.value.field.startswith(f"snapshot.{field}")


def test_a_snapshot_of_before_says_nothing_of_unlisted_tokens(samples: Samples) -> None:
    """That nobody looked is not that nothing was found."""
    never, nothing = samples.snapshot(), replace(samples.snapshot(), unlisted=Unlisted())
    assert b"unlisted" not in snapshot_to_json(never)
    assert snapshot_from_json(snapshot_to_json(never)).unlisted is None
    assert snapshot_from_json(snapshot_to_json(nothing)).unlisted == Unlisted()


def test_the_snapshot_kept_last_opens_the_window(records: RecordStore, samples: Samples) -> None:
    """A far block that a node once named is not believed for ever."""
    for number in (100, 5_000_300, 300):
        records.keep_snapshot(samples.snapshot(number))
    again = replace(samples.snapshot(300), nodes=("later",))
    records.keep_snapshot(again)
    records.keep_snapshot(samples.snapshot(999, chain_id=1))
    assert records.latest_snapshot(31337) == again
    assert records.latest_snapshot(5) is None
    assert records.snapshot_at(31337, samples.block(100)) == samples.snapshot(100)
    assert records.snapshot_at(31337, samples.block(101)) is None


def test_every_refresh_is_kept_and_the_same_one_once(
    records: RecordStore, samples: Samples
) -> None:
    """The blocks of all snapshots are known, lowest first; one that comes back is the newest."""
    for number in (300, 300, 100, 300):
        records.keep_snapshot(samples.snapshot(number))
    assert records.snapshot_blocks(31337) == (samples.block(100), samples.block(300))
    assert records.latest_snapshot(31337) == samples.snapshot(300)
    with records._database.reading() as connection:
        assert connection.execute("SELECT count(*) FROM snapshots").fetchone() == (3,)


def test_the_newest_snapshot_is_found_without_reading_the_others(records: RecordStore) -> None:
    """Thousands of refreshes make the start no slower."""
    statement = (
        "EXPLAIN QUERY PLAN SELECT block_number, snapshot FROM snapshots"
        " WHERE +chain_id = '31337' ORDER BY arrival DESC"
    )
    with records._database.reading() as connection:
        plan = [row[3] for row in connection.execute(statement)]
    assert plan == ["SCAN snapshots"]


def test_an_impossible_block_is_not_kept(records: RecordStore, samples: Samples) -> None:
    """A node that claims block 2⁶³ is not believed."""
    block = replace(samples.block(), number=2**63)
    with pytest.raises(Malformed, match="impossibly large"):
        records.keep_snapshot(replace(samples.snapshot(), block=block))


def damage_snapshots(folder: Path, where: str) -> None:
    """Makes kept snapshots unreadable behind the store's back."""
    vandal = sqlite3.connect(folder / RECORDS_NAME)
    vandal.execute(f"UPDATE snapshots SET snapshot = X'7b' WHERE {where}")  # noqa: S608  a test's own
    vandal.commit()
    vandal.close()


def test_of_damaged_snapshots_the_newest_that_reads_opens_the_window(
    folder: Path, samples: Samples
) -> None:
    """Those passed over are named by their block; asking for one of them says what is wrong."""
    records = open_records(folder)
    for number in (100, 200, 300):
        records.keep_snapshot(samples.snapshot(number))
    assert records.damaged_snapshots(31337) == ()
    records.close()
    damage_snapshots(folder, "block_number > 100")
    records = open_records(folder)
    assert records.latest_snapshot(31337) == samples.snapshot(100)
    said = records.damaged_snapshots(31337)
    assert [sentence[:45] for sentence in said] == [
        "The kept snapshot of block 300 is damaged and",
        "The kept snapshot of block 200 is damaged and",
    ]
    with pytest.raises(Malformed, match=r"snapshot of block 200: .*not valid JSON"):
        records.snapshot_at(31337, samples.block(200))
    records.close()


def test_where_no_snapshot_reads_there_is_none(folder: Path, samples: Samples) -> None:
    """The window opens as before the first refresh, and says why; a refresh ends it."""
    records = open_records(folder)
    records.keep_snapshot(samples.snapshot(100))
    records.close()
    damage_snapshots(folder, "1")
    records = open_records(folder)
    assert records.latest_snapshot(31337) is None
    assert len(records.damaged_snapshots(31337)) == 1
    records.keep_snapshot(samples.snapshot(101))
    assert records.latest_snapshot(31337) == samples.snapshot(101)
    assert records.damaged_snapshots(31337) == ()
    records.close()
