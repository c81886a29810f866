"""A service that lies in every field, one at a time: nothing false is kept, and each lie is named.

Two transactions are at the service: one that the desk drafted and owner 1 signed, one that only the
service has. Whatever is said of them, the records may gain what owners really signed and no more.
"""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.desk.in_memory import MemoryRecords
from tests.doors.safe_service.conftest import KEY_TEXT, Opened
from tests.doors.safe_service.loopback_service import LoopbackService, body_of, hash_of
from tests.samples import (
    CHAIN_ID,
    NOW,
    SAFE,
    STRANGER,
    a_confirmation,
    a_deposit_tx,
    a_queued,
    a_safe,
    a_safe_tx,
    an_owner,
)
from treasury_desktop.desk.exchange_with_service import (
    UNTRUSTED,
    WRONG_FIELDS,
    ServiceReading,
    read_service_queue,
)
from treasury_desktop.errors import Malformed, TreasuryError, Unavailable
from treasury_desktop.safes.safe import SafeVersion
from treasury_desktop.safes.safe_tx import Operation
from treasury_desktop.safes.signature import Signature

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
OURS = a_deposit_tx()
THEIRS = a_safe_tx(13, value=5, data=b"\x01", safe_tx_gas=1, base_gas=2, gas_price=3)
HASHES = {tx.nonce: hash_of(body_of(tx), str(SAFE)) for tx in (OURS, THEIRS)}
TRUE = {tx.nonce: tx for tx in (OURS, THEIRS)}
MAY_BE_COUNTED = {(HASHES[12], an_owner(1)), (HASHES[12], an_owner(2)), (HASHES[13], an_owner(3))}
OTHER = "0x" + "ab" * 20
OTHER_HASH = "0x" + "cd" * 32
JUNK: tuple[Any, ...] = (
    *(
        [],
        {},
        [[]],
        {"a": 1},
        True,
        False,
        -1,
        2,
        3,
        2**53,
        "",
        " ",
        "0",
        "0x",
        "0x0",
        "0xzz",
        "abc",
    ),
    *("-1", "1e3", "1.0", "NaN", "٣", str(2**256), str(2**255), "9" * 5_000, "0x" + "00" * 40_000),
    *("\u202etxt", "<b>x</b>", OTHER, OTHER_HASH, OTHER.upper(), str(STRANGER), [OTHER], None),
)
Lie = Callable[[dict[str, Any]], None]
"""Changes a page in place."""


def a_signature(nonce: int, number: int) -> bytes:
    """An owner's real one."""
    return a_confirmation(HASHES[nonce], number).signature.encoded


@pytest.fixture
def waiting(served: LoopbackService) -> LoopbackService:
    """The service with both transactions."""
    served.add(OURS, (an_owner(1), a_signature(12, 1)), (an_owner(2), a_signature(12, 2)))
    served.add(THEIRS, (an_owner(3), a_signature(13, 3)), origin='{"note":"Rent"}')
    return served


def our_records() -> MemoryRecords:
    """What the desk has before it reads."""
    records = MemoryRecords()
    records.keep_transaction(a_queued(OURS, signed_by=(1,)))
    return records


def read(door: Opened, records: MemoryRecords) -> ServiceReading | str:
    """What came of reading, or the one sentence."""
    try:
        return read_service_queue(door(), a_safe(), records, now=NOW, with_untrusted=False)
    except TreasuryError as error:
        return error.sentence


def require_nothing_false(records: MemoryRecords) -> None:
    """Everything kept is true: fields, hashes by another library, and who signed."""
    for safe_tx_hash in records.kept:
        known = records.transaction(safe_tx_hash)
        assert known is not None
        assert (known.chain_id, known.safe) == (CHAIN_ID, SAFE)
        assert known.tx == TRUE[known.tx.nonce]
        assert hash_of(body_of(known.tx), str(SAFE)) == safe_tx_hash
        assert {(safe_tx_hash, one.owner) for one in known.confirmations} <= MAY_BE_COUNTED
    for one in records.signed:
        assert one.signature.signer_of(one.safe_tx_hash) == one.owner
    ours = records.transaction(HASHES[12])
    assert ours is not None
    assert ours.drafted_here
    assert ours.purpose == "Put idle dollars to work"


def sentences_of(read_: ServiceReading | str) -> tuple[str, ...]:
    """Every sentence in which a lie can end."""
    if isinstance(read_, str):
        return (read_,)
    apart = tuple(one.reason for one in read_.apart)
    return (*(one.reason for one in read_.refused), *read_.remarks, *apart)


def lies_about(member: str, honest: Any) -> list[Lie]:
    """Another value, every kind of junk, and no value at all, in the second entry."""

    def putting(value: Any) -> Lie:
        def lie(page: dict[str, Any]) -> None:
            page["results"][1][member] = copy.deepcopy(value)

        return lie

    def leave_out(page: dict[str, Any]) -> None:
        del page["results"][1][member]

    return [leave_out, *(putting(value) for value in JUNK if _differs(value, honest))]


def _differs(lie: Any, honest: Any) -> bool:
    """Whether it is other JSON than the honest one."""
    return type(lie) is not type(honest) or lie != honest


def test_the_honest_page_is_taken(waiting: LoopbackService, opened: Opened) -> None:
    """The other tests would prove nothing if this one failed."""
    records = our_records()
    reading = read(opened, records)
    assert isinstance(reading, ServiceReading)
    assert sentences_of(reading) == ()
    assert {(one.safe_tx_hash, one.owner) for one in records.signed} == MAY_BE_COUNTED
    require_nothing_false(records)


READ = (
    *("safe", "to", "value", "data", "operation", "gasToken", "safeTxGas", "baseGas", "gasPrice"),
    *("refundReceiver", "nonce", "safeTxHash", "isExecuted", "trusted", "confirmations"),
)


@pytest.mark.parametrize("member", READ)
def test_a_lie_in_a_member_that_is_read_is_named(
    waiting: LoopbackService, opened: Opened, member: str
) -> None:
    """The entry is refused or shown apart with a sentence; the other entry is not touched by it."""
    honest = waiting.entries["0x" + HASHES[13].hex()][member]
    lies = lies_about(member, honest)
    assert len(lies) > 20
    for lie in lies:
        told: list[Any] = []
        waiting.twist = _twisting(lie, told)
        records = our_records()
        reading = read(opened, records)
        require_nothing_false(records)
        if _is_the_same(member, told[0]["results"][1], honest):
            continue
        assert sentences_of(reading), told[0]["results"][1].get(member, "left out")
        assert isinstance(reading, ServiceReading)
        assert (HASHES[12], an_owner(2)) in {
            (one.safe_tx_hash, one.owner) for one in records.signed
        }


def _is_the_same(member: str, entry: dict[str, Any], honest: Any) -> bool:
    """Null and the zero address mean one thing; so do numbers and their text."""
    said = entry.get(member, "left out")
    zero = "0x" + "00" * 20
    if member in ("gasToken", "refundReceiver"):
        return said is None or said == zero
    return not isinstance(said, bool) and str(said) == str(honest)


@pytest.mark.parametrize("member", ["owner", "signature"])
def test_a_lie_in_a_confirmation_is_named(
    waiting: LoopbackService, opened: Opened, member: str
) -> None:
    """It is not counted, and where it was the only one the transaction is apart."""
    for value in (*JUNK, "0x" + a_signature(12, 3).hex(), "0x" + "11" * 65):
        told: list[Any] = []

        def lie(page: dict[str, Any], said: Any = value) -> None:
            page["results"][1]["confirmations"][0][member] = copy.deepcopy(said)

        waiting.twist = _twisting(lie, told)
        records = our_records()
        reading = read(opened, records)
        require_nothing_false(records)
        assert sentences_of(reading), value
        assert HASHES[13] not in records.kept


UNREAD = (
    *("executionDate", "submissionDate", "modified", "blockNumber", "transactionHash", "proposer"),
    *("proposedByDelegate", "executor", "isSuccessful", "ethGasPrice", "maxFeePerGas", "gasUsed"),
    *("maxPriorityFeePerGas", "fee", "payment", "dataDecoded", "signatures"),
)


@pytest.mark.parametrize("member", UNREAD)
def test_a_lie_in_a_member_that_is_not_read_changes_nothing(
    waiting: LoopbackService, opened: Opened, member: str
) -> None:
    """Records and reading are those of the honest page, whatever is said."""
    honest = our_records()
    expected = read(opened, honest)
    for lie in lies_about(member, object()):
        waiting.twist = _twisting(lie, [])
        records = our_records()
        assert read(opened, records) == expected
        assert records == honest


@pytest.mark.parametrize("member", ["submissionDate", "transactionHash", "signatureType"])
def test_what_else_is_said_of_a_confirmation_changes_nothing(
    waiting: LoopbackService, opened: Opened, member: str
) -> None:
    """The kind of a signature is what its bytes say."""
    honest = our_records()
    expected = read(opened, honest)
    for value in JUNK:

        def lie(page: dict[str, Any], said: Any = value) -> None:
            page["results"][1]["confirmations"][0][member] = said

        waiting.twist = _twisting(lie, [])
        records = our_records()
        assert (read(opened, records), records) == (expected, honest)


@pytest.mark.parametrize("member", ["count", "previous", "countUniqueNonce"])
def test_what_else_is_said_of_a_page_changes_nothing(
    waiting: LoopbackService, opened: Opened, member: str
) -> None:
    """A count is not believed: the list is counted."""
    honest = our_records()
    expected = read(opened, honest)
    for value in JUNK:

        def lie(page: dict[str, Any], said: Any = value) -> None:
            page[member] = said

        waiting.twist = _twisting(lie, [])
        records = our_records()
        assert (read(opened, records), records) == (expected, honest)


@pytest.mark.parametrize("value", [v for v in JUNK if v != []])
def test_a_list_that_is_none_is_refused(
    waiting: LoopbackService, opened: Opened, value: Any
) -> None:
    """One sentence, and nothing is kept."""

    def lie(page: dict[str, Any]) -> None:
        page["results"] = value

    waiting.twist = _twisting(lie, [])
    records = our_records()
    assert sentences_of(read(opened, records))
    assert records == our_records()


@pytest.mark.parametrize("value", JUNK)
def test_an_entry_that_is_none_spoils_no_other(
    waiting: LoopbackService, opened: Opened, value: Any
) -> None:
    """The second entry is named by its place, and the first is taken."""

    def lie(page: dict[str, Any]) -> None:
        page["results"][1] = value

    waiting.twist = _twisting(lie, [])
    records = our_records()
    reading = read(opened, records)
    assert isinstance(reading, ServiceReading)
    assert [one.place for one in reading.refused] == ["entry 2"]
    assert reading.new_confirmations == 1
    require_nothing_false(records)


def test_a_threshold_of_its_own_is_a_remark(waiting: LoopbackService, opened: Opened) -> None:
    """One confirmation does not become enough because the service counts so."""

    def lie(page: dict[str, Any]) -> None:
        page["results"][1]["confirmationsRequired"] = 1

    waiting.twist = _twisting(lie, [])
    records = our_records()
    reading = read(opened, records)
    assert sentences_of(reading) == ("The service counts with a threshold of 1, the Safe with 2.",)
    theirs = records.transaction(HASHES[13])
    assert theirs is not None
    assert theirs.state.value == "collecting"


def test_executed_is_a_remark(waiting: LoopbackService, opened: Opened) -> None:
    """Its confirmations are taken all the same: the chain says what was executed."""

    def lie(page: dict[str, Any]) -> None:
        for entry in page["results"]:
            entry |= {"isExecuted": True, "isSuccessful": True, "transactionHash": OTHER_HASH}

    waiting.twist = _twisting(lie, [])
    records = our_records()
    reading = read(opened, records)
    assert len(sentences_of(reading)) == 1
    assert "calls 2 of these executed" in sentences_of(reading)[0]
    assert {(one.safe_tx_hash, one.owner) for one in records.signed} == MAY_BE_COUNTED
    assert {queued.state.value for queued in records.transactions(SAFE)} == {
        "confirmed",
        "collecting",
    }


# ── consistent lies ──────────────────────────────────────────────────────────────────────────────


def test_another_chain_is_named(waiting: LoopbackService, opened: Opened) -> None:
    """Fields, hash and signatures agree with each other, on mainnet."""

    def lie(page: dict[str, Any]) -> None:
        entry = page["results"][1]
        there = hash_of(entry, str(SAFE), chain_id=1)
        entry["safeTxHash"] = "0x" + there.hex()
        entry["confirmations"][0]["signature"] = (
            "0x" + a_confirmation(there, 3).signature.encoded.hex()
        )

    waiting.twist = _twisting(lie, [])
    records = our_records()
    reading = read(opened, records)
    assert sentences_of(reading) == (f"is a transaction on chain 1; this Safe is on {CHAIN_ID}.",)
    require_nothing_false(records)
    assert HASHES[13] not in records.kept


def test_another_version_of_the_safe_has_another_hash(
    waiting: LoopbackService, opened: Opened
) -> None:
    """The version is the desk's: a service that hashes for another one is not followed."""
    records = MemoryRecords()
    old = a_safe(version=SafeVersion(1, 1, 1))
    reading = read_service_queue(opened(), old, records, now=NOW)
    assert all("not that of its fields for a Safe 1.1.1" in s for s in sentences_of(reading))
    assert len(reading.refused) == 2
    assert records.kept == {}


def test_fields_of_an_attack_under_our_hash(waiting: LoopbackService, opened: Opened) -> None:
    """The signatures that came with it are put aside and not counted."""

    def lie(page: dict[str, Any]) -> None:
        page["results"][0] |= {"to": OTHER, "operation": 1}

    waiting.twist = _twisting(lie, [])
    records = our_records()
    reading = read(opened, records)
    assert isinstance(reading, ServiceReading)
    assert [one.safe_tx_hash for one in reading.refused] == [HASHES[12]]
    ours = records.transaction(HASHES[12])
    assert ours is not None
    assert [one.owner for one in ours.confirmations] == [an_owner(1)]
    assert {one.reason for one in ours.quarantined} == {WRONG_FIELDS}
    assert len(ours.quarantined) == 2
    require_nothing_false(records)


def test_an_invented_transaction_of_nobody(waiting: LoopbackService, opened: Opened) -> None:
    """True hash, own fields, a stranger's and a foreign signature: apart, and kept nowhere."""
    drain = a_safe_tx(12, value=10**18, operation=Operation.DELEGATECALL)
    drained = hash_of(body_of(drain), str(SAFE))
    waiting.add(
        drain,
        (an_owner(1), a_confirmation(drained, 7).signature.encoded),
        (an_owner(2), a_signature(12, 2)),
        (an_owner(9), a_confirmation(drained, 9).signature.encoded),
        (an_owner(3), b""),
        (an_owner(3), b"\x00" * 64),
        (an_owner(3), an_owner(3).raw.rjust(32, b"\0") + bytes(32) + b"\x01"),
    )
    records = our_records()
    reading = read(opened, records)
    assert isinstance(reading, ServiceReading)
    assert [one.tx for one in reading.apart] == [drain]
    assert {one.safe_tx_hash for one in reading.refused} == {drained}
    assert len(reading.refused) == 4
    assert drained not in records.kept
    assert not [one for one in records.set_aside if one.safe_tx_hash == drained]
    require_nothing_false(records)


def test_forged_signatures_on_ours_are_put_aside(waiting: LoopbackService, opened: Opened) -> None:
    """A stranger's, another transaction's, an owner's name on it: quarantined with the reason."""
    confirmations = waiting.entries["0x" + HASHES[12].hex()]["confirmations"]
    forged = ((3, a_signature(13, 3)), (3, a_signature(12, 2)), (8, a_signature(12, 8)))
    for number, data in forged:
        confirmations.append({"owner": str(an_owner(number)), "signature": "0x" + data.hex()})
    records = our_records()
    reading = read(opened, records)
    assert isinstance(reading, ServiceReading)
    assert len(reading.refused) == 2  # two of them are said to be owner 3's
    assert reading.quarantined == 3
    ours = records.transaction(HASHES[12])
    assert ours is not None
    assert {one.owner for one in ours.confirmations} == {an_owner(1), an_owner(2)}
    require_nothing_false(records)


def test_an_owners_twin_is_counted_once(waiting: LoopbackService, opened: Opened) -> None:
    """Anybody can turn a signature into its twin with the larger s."""
    real = a_confirmation(HASHES[12], 1).signature
    twin = Signature(real.r, ORDER - real.s, 55 - real.v)
    entry = waiting.entries["0x" + HASHES[12].hex()]
    entry["confirmations"] = [{"owner": str(an_owner(1)), "signature": "0x" + twin.encoded.hex()}]
    records = our_records()
    read(opened, records)
    ours = records.transaction(HASHES[12])
    assert ours is not None
    assert [one.signature for one in ours.confirmations] == [real]
    assert ours.state.value == "collecting"


def test_a_flood_of_forged_signatures_has_its_bound(
    waiting: LoopbackService, opened: Opened
) -> None:
    """A hundred are kept of any number, however often the queue is read."""
    entry = waiting.entries["0x" + HASHES[12].hex()]
    door, records = opened(), our_records()
    for round_ in range(4):
        entry["confirmations"] = [
            {"owner": str(an_owner(3)), "signature": "0x" + bytes([round_, n] * 32).hex() + "1b"}
            for n in range(100)
        ]
        reading = read_service_queue(door, a_safe(), records, now=NOW)
        assert len(reading.refused) <= 16
    assert len(records.set_aside) == 100


def test_too_many_confirmations_are_none(waiting: LoopbackService, opened: Opened) -> None:
    """No Safe has two hundred owners who all signed."""

    def lie(page: dict[str, Any]) -> None:
        page["results"][1]["confirmations"] *= 201

    waiting.twist = _twisting(lie, [])
    records = our_records()
    assert "confirmations: lists more than 200" in sentences_of(read(opened, records))
    assert HASHES[13] not in records.kept


def test_a_signature_without_end_is_none(waiting: LoopbackService, opened: Opened) -> None:
    """What the service itself keeps of one is enough: nothing larger gets into our records."""
    confirmations = waiting.entries["0x" + HASHES[12].hex()]["confirmations"]
    confirmations[1]["signature"] = "0x" + a_signature(12, 2).hex() + "00" * 4_936
    records = our_records()
    said = sentences_of(read(opened, records))
    assert said == ("confirmations[1].signature: has more than 5,000 bytes",)
    confirmations[1]["signature"] = confirmations[1]["signature"][:-2]
    assert sentences_of(read(opened, records)) == ()


def test_a_note_without_end_is_none(waiting: LoopbackService, opened: Opened) -> None:
    """The service takes 200 characters from its clients; more are its own invention."""
    origins = [(f'{{"note":"{"n" * length}"}}', kept) for length, kept in ((189, 189), (190, 0))]
    for origin, kept in (*origins, ("https://a.example", 0), ("[]", 0), ('{"note":5}', 0)):
        waiting.entries["0x" + HASHES[13].hex()]["origin"] = origin
        records = our_records()
        read(opened, records)
        assert len(records.kept[HASHES[13]].purpose) == kept


def test_a_used_nonce_is_refused(waiting: LoopbackService, opened: Opened) -> None:
    """The service was asked for open ones; an old transaction does not come back."""
    old = a_safe_tx(11)
    entry_hash = waiting.add(old, (an_owner(1), a_signature(12, 1)))
    entry = waiting.entries.pop(entry_hash)
    waiting.twist = lambda page: page | {"results": [*page["results"], entry]}
    records = our_records()
    said = sentences_of(read(opened, records))
    assert said == ("has nonce 11, which is used up: the Safe is at 12.",)
    require_nothing_false(records)


def test_trusted_entries_among_the_untrusted_stay_apart(
    waiting: LoopbackService, opened: Opened
) -> None:
    """What is asked for apart is apart, whatever it says of itself; and the other way round."""
    spam, upgraded = a_safe_tx(20), a_safe_tx(21)
    for tx in (spam, upgraded):
        safe_tx_hash = hash_of(body_of(tx), str(SAFE))
        waiting.add(
            tx, (an_owner(1), a_confirmation(safe_tx_hash, 1).signature.encoded), trusted=False
        )
    untrusted = [one for one in waiting.entries.values() if not one["trusted"]]

    def twist(page: dict[str, Any]) -> dict[str, Any]:
        if all(entry["trusted"] for entry in page["results"]):
            return page | {"results": [*page["results"], untrusted[0]]}
        return page | {"results": [entry | {"trusted": True} for entry in page["results"]]}

    waiting.twist = twist
    records = our_records()
    reading = read_service_queue(opened(), a_safe(), records, now=NOW, with_untrusted=True)
    assert [(one.tx, one.reason) for one in reading.apart] == [
        (spam, UNTRUSTED),
        (upgraded, UNTRUSTED),
    ]
    require_nothing_false(records)


# ── pages ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "link",
    [
        "http://evil.example/api/v2/?offset=50",
        "http://127.0.0.1:{port}/other/?offset=50",
        "https://127.0.0.1:{port}{path}?offset=50",
        "http://127.0.0.1:{port}{path}?offset=50\r\nX-Injected: 1",
        "http://127.0.0.1:{port}@evil.example{path}?offset=50",
        "http://127.0.0.1:1{path}?offset=50",
        "file:///etc/passwd?offset=50",
        "",
        "http://127.0.0.1:{port}{path}",
        "http://127.0.0.1:{port}{path}?offset=0",
        "http://127.0.0.1:{port}{path}?offset=-50",
        "http://127.0.0.1:{port}{path}?offset=51",
        "http://127.0.0.1:{port}{path}?offset=50&offset=49",
        "http://127.0.0.1:{port}{path}?offset=" + "9" * 5_000,
        "http://127.0.0.1:{port}{path}?" + "a=1&" * 5_000,
    ],
)
def test_a_next_page_elsewhere_is_not_read(
    waiting: LoopbackService, opened: Opened, link: str
) -> None:
    """One request was sent, what it brought is kept, and a remark says that there may be more."""
    path = f"/tx-service/demo/api/v2/safes/{SAFE}/multisig-transactions/"
    waiting.twist = lambda page: page | {"next": link.format(port=waiting.port, path=path)}
    records = our_records()
    reading = read(opened, records)
    assert isinstance(reading, ServiceReading)
    assert len(reading.remarks) == 1
    assert "it was not read" in reading.remarks[0]
    assert len(waiting.requests) == 1
    assert {(one.safe_tx_hash, one.owner) for one in records.signed} == MAY_BE_COUNTED


@pytest.mark.parametrize("value", [v for v in JUNK if not isinstance(v, str) and v is not None])
def test_a_next_page_that_is_no_link(waiting: LoopbackService, opened: Opened, value: Any) -> None:
    """The page is refused by the field."""
    waiting.twist = lambda page: page | {"next": value}
    assert "next: must be a text" in str(read(opened, our_records()))


def test_pages_without_end_have_an_end(waiting: LoopbackService, opened: Opened) -> None:
    """Ten requests at most, each transaction once, and a remark."""

    def lie(page: dict[str, Any]) -> dict[str, Any]:
        query = waiting.requests[-1][1].partition("offset=")[2]
        path = f"/tx-service/demo/api/v2/safes/{SAFE}/multisig-transactions/"
        following = f"http://127.0.0.1:{waiting.port}{path}?offset={int(query) + 1}"
        return page | {"results": results, "next": following}

    results = list(waiting.entries.values())
    waiting.twist = lie
    records = our_records()
    reading = read(opened, records)
    assert isinstance(reading, ServiceReading)
    assert len(waiting.requests) == 10
    assert "lists more than 500 transactions" in reading.remarks[0]
    assert (reading.new_transactions, reading.new_confirmations) == (1, 2)
    require_nothing_false(records)


def test_a_page_longer_than_asked_is_refused(waiting: LoopbackService, opened: Opened) -> None:
    """The bound on pages is worth nothing without one on each."""
    waiting.twist = lambda page: page | {"results": page["results"] * 26}
    records = our_records()
    assert "results: lists 52 entries; 50 were asked for" in str(read(opened, records))
    assert records == our_records()


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 429, 500, 999])
def test_our_key_in_its_words_is_not_repeated(
    waiting: LoopbackService, opened: Opened, status: int
) -> None:
    """It may write the key into an error, a field's name or a note: no sentence holds it."""
    waiting.status, waiting.error = status, {"detail": f"Bearer {KEY_TEXT} is wrong"}
    assert KEY_TEXT[:8] not in str(read(opened, our_records()))
    waiting.status = None
    waiting.raw = _answer(f'{{"results":[{{"{KEY_TEXT}":1,"{KEY_TEXT}":2}}]}}'.encode())
    sentence = str(read(opened, our_records()))
    assert KEY_TEXT[:8] not in sentence
    assert "our own API key" in sentence


def test_our_key_in_a_note_is_not_kept(waiting: LoopbackService, opened: Opened) -> None:
    """It would travel on with the bundle."""
    waiting.twist = lambda page: (
        page["results"][1].update(origin=json.dumps({"note": f"see {KEY_TEXT}"})) or page
    )
    records = our_records()
    read(opened, records)
    assert records.kept[HASHES[13]].purpose == ""
    assert KEY_TEXT not in repr(records)


@pytest.mark.parametrize(
    "answer",
    [
        f"no HTTP but {KEY_TEXT}\r\n\r\n",
        f'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{{"{KEY_TEXT}":1.5}}',
        f'HTTP/1.1 422 No\r\n\r\n{{"detail":"{KEY_TEXT}"}}',
    ],
)
def test_the_key_is_in_no_failure(waiting: LoopbackService, opened: Opened, answer: str) -> None:
    """Neither the sentence nor what lies behind it quotes the request or its echo."""
    waiting.raw = answer.encode()
    queued = a_queued(signed_by=(1,))
    for ask in (
        lambda: opened().queue(SAFE, 12, trusted=True, is_cancelled=lambda: False),
        lambda: opened().version(),
        lambda: opened().propose(SAFE, queued.tx, queued.confirmations[0]),
    ):
        with pytest.raises(TreasuryError) as failure:
            ask()
        behind: BaseException | None = failure.value
        while behind is not None:
            assert KEY_TEXT not in repr(behind)
            behind = behind.__cause__ or behind.__context__
    assert KEY_TEXT not in repr(opened().__dict__)


# ── bytes ────────────────────────────────────────────────────────────────────────────────────────


def _answer(body: bytes, kind: str = "application/json", more: str = "") -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n{more}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


PAGE = b'{"count":0,"next":null,"previous":null,"results":[]}'


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (_answer(b""), "not valid JSON"),
        (_answer(b"{"), "not valid JSON"),
        (_answer(b"[]"), "must be a JSON object"),
        (_answer(b"null"), "must be a JSON object"),
        (_answer(PAGE.replace(b"0", b"NaN")), "NaN is not a number"),
        (_answer(PAGE.replace(b"0", b"1.5")), "not exact"),
        (_answer(PAGE.replace(b"0", b"1e9")), "not exact"),
        (_answer(PAGE.replace(b"0", b"-0")), "minus zero"),
        (_answer(PAGE.replace(b"0", b"9" * 4_000)), "written as text"),
        (_answer(PAGE[:-1] + b',"results":[]}'), "the key is there twice"),
        (_answer(b"\xef\xbb\xbf" + PAGE), "byte order mark"),
        (_answer(PAGE.replace(b"count", b"\xff")), "not valid UTF-8"),
        (_answer(PAGE.replace(b"count", b"\\ud800")), "surrogate"),
        (_answer(PAGE.replace(b"[]", b"[" * 65 + b"]" * 65)), "nested deeper"),
        (_answer(PAGE.replace(b"[]", b"[" * 3_000_000)), "more parts|nested deeper"),
        (_answer(b"[" + b"[]," * 2_000_000 + b"0]"), "more parts"),
        (_answer(b"[" + b"[]         ," * 500_000 + b"0]"), "more parts"),
        (_answer(b"[" + b"0," * 2_000_000 + b"0]"), "more parts"),
        (_answer(b" " * (8 << 20) + PAGE), "more than 8 MiB"),
        (_answer(PAGE, kind="text/html"), "does not answer in JSON"),
        (_answer(PAGE, kind="application/json-seq"), "does not answer in JSON"),
        (_answer(PAGE, kind=""), "does not answer in JSON"),
        (_answer(PAGE, more="Content-Type: text/html\r\n", kind="text/html"), "not answer in JSON"),
        (_answer(PAGE, more="Content-Encoding: gzip\r\n"), "packs its answers"),
        (_answer(PAGE)[:-1], "cannot be reached, or does not answer in HTTP"),
        (b"HTTP/1.1 200 OK\r\n\r\n", "does not answer in JSON"),
        (b"", "cannot be reached"),
        (b"\x00\xff" * 40_000, "cannot be reached"),
        (b"HTTP/1.1 abc\r\n\r\n", "cannot be reached"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n", "cannot be reached"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n", "cannot be reached"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "cannot be reached"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n", "cannot be reached"),
        (b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n", "HTTP status 201"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", "HTTP status 204"),
    ],
)
def test_bytes_that_are_no_page(
    waiting: LoopbackService, opened: Opened, raw: bytes, said: str
) -> None:
    """One sentence for each, and nothing is kept."""
    waiting.raw = raw
    records = our_records()
    with pytest.raises((Malformed, Unavailable), match=said):
        read_service_queue(opened(), a_safe(), records, now=NOW)
    assert records == our_records()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("where", ["http://evil.example/", "/other", ""])
def test_a_redirect_is_not_followed(
    waiting: LoopbackService, opened: Opened, status: int, where: str
) -> None:
    """Not even on the same host: the key goes to the address the person wrote, and nowhere else."""
    waiting.status, waiting.error = status, {}
    waiting.headers = {"Location": where, "Set-Cookie": "session=1"}
    assert "sends us elsewhere" in str(read(opened, our_records()))
    assert len(waiting.requests) == 1
    waiting.status, waiting.headers = None, {}
    read(opened, our_records())
    assert "Cookie" not in waiting.requests[-1][2]


def _twisting(lie: Lie, told: list[Any]) -> Callable[[Any], Any]:
    def twist(page: Any) -> Any:
        lie(page)
        told.append(page)
        return page

    return twist
