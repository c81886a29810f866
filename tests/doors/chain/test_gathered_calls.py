"""Many calls in one eth_call answer what each would alone, whatever the contracts among them do."""

import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any

import pytest
from eth_abi.abi import encode
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.doors.chain.conftest import Demonstration
from tests.doors.chain.lying_endpoint import LyingEndpoint, is_program
from treasury_desktop.assets.address import ZERO_ADDRESS, Address
from treasury_desktop.chain import call_program
from treasury_desktop.chain.answers import Reverted
from treasury_desktop.chain.batch import PinnedBlock
from treasury_desktop.chain.call_program import Call
from treasury_desktop.chain.contract_call import ContractCall, asking
from treasury_desktop.chain.node import Node
from treasury_desktop.chain.treasury_reader import TreasuryReader
from treasury_desktop.devnet.json_rpc import JsonRpc
from treasury_desktop.errors import Malformed, Refused, Unavailable

Answers = list[bytes | Reverted]

# What stands at invented addresses: byte code that answers, refuses or misbehaves.
CODES = {
    "echo": "366000600037366000f3",  # returns its calldata
    "reverting": "366000600037366000fd",  # reverts with its calldata
    "bare revert": "60006000fd",
    "huge": "6201000060" + "00f3",  # returns 65,536 bytes
    "huge revert": "6201000060" + "00fd",
    "caller": "3360005260206000f3",  # answers who asks
    "origin": "3260005260206000f3",
    "writing": "600160005560016000526020" + "6000f3",  # writes storage, then answers 1
    "nested burner": "600060006000600030" + "5a" + "fa" + "60005260206000f3",  # calls itself
    "counting": "6000546001018060005560005260206000f3",  # answers how often it was asked
}
NEVER_ALIKE = {
    "burner": "5b600056",  # loops for ever
    "gas": "5a60005260206000f3",  # answers with how much gas it began
}
PLACES = {name: Address(bytes([0xC0, at]) * 10) for at, name in enumerate((*CODES, *NEVER_ALIKE))}
NOBODY = Address(b"\xee" * 20)
IDENTITY = Address((4).to_bytes(20, "big"))  # a precompile that returns its calldata


@pytest.fixture(scope="module")
def place(chain: Demonstration) -> Iterator[Demonstration]:
    """The chain with hostile contracts on it, in a block that goes when we are done."""
    kept = chain.rpc.ask("evm_snapshot")
    for name, code in (CODES | NEVER_ALIKE).items():
        chain.rpc.ask("anvil_setCode", str(PLACES[name]), "0x" + code)
    chain.rpc.ask("evm_mine")
    yield chain
    chain.rpc.ask("evm_revert", kept)


@pytest.fixture
def liar(place: Demonstration) -> Iterator[LyingEndpoint]:
    """An honest endpoint that takes programs and can be watched."""
    with LyingEndpoint(place.endpoint.url) as opened:
        opened.takes_programs = True
        yield opened


def call(name: str, data: bytes = b"", *, words: int = 1) -> ContractCall:
    """A question to one of the contracts above."""
    return ContractCall(PLACES[name], data, name, None, words)


def alone(calls: Sequence[ContractCall], pinned: PinnedBlock, rpc: JsonRpc) -> Answers:
    """What each answers to a plain eth_call of its own."""
    found: Answers = []
    pin = {"blockHash": "0x" + pinned.block.hash.hex()}
    for each in calls:
        try:
            said = rpc.ask("eth_call", {"to": str(each.to), "data": "0x" + each.data.hex()}, pin)
            found.append(bytes.fromhex(said[2:]))
        except Unavailable:
            found.append(Reverted(_revert_data(each), ""))
    return found


def _revert_data(each: ContractCall) -> bytes:
    if each.name == "reverting":
        return each.data
    return bytes(65_536) if each.name == "huge revert" else b""


ASKED = st.one_of(
    st.builds(
        lambda name, data, words: ContractCall(PLACES[name], data, name, None, words),
        st.sampled_from(sorted(CODES)),
        st.binary(max_size=130),
        st.integers(min_value=1, max_value=5),
    ),
    st.builds(lambda data: ContractCall(NOBODY, data, "nobody"), st.binary(max_size=40)),
    st.builds(lambda data: ContractCall(IDENTITY, data, "identity"), st.binary(max_size=70)),
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(calls=st.lists(ASKED, min_size=2, max_size=30))
def test_gathered_calls_answer_what_each_answers_alone(
    place: Demonstration, node: Node, calls: list[ContractCall]
) -> None:
    """Good, refusing, empty, huge, writing and gas-burning contracts, in any order."""
    calls = [each for each in calls if each.name != "caller"]  # names no sender: see below
    pinned = PinnedBlock.newest(node)
    assert pinned.calls(calls) == alone(calls, pinned, place.rpc)


def test_a_thousand_balances_take_one_round_trip(place: Demonstration, liar: LyingEndpoint) -> None:
    """Two programs in one batch; nothing is asked a second time."""
    usdc = Address.parse(place.facts["contracts"]["usdc"])
    accounts = [place.safe, *(Address(at.to_bytes(20, "big")) for at in range(10**6, 10**6 + 999))]
    calls = [asking(usdc, "balanceOf(address)", each) for each in accounts]
    with closing(Node((liar.endpoint,), 31337)) as node:
        pinned = PinnedBlock.newest(node)
        before = liar.requests, len(liar.asked)
        found = pinned.calls(calls)
        assert (liar.requests - before[0], liar.asked[before[1] :]) == (1, ["eth_call"] * 2)
    assert found[:3] == alone(calls[:3], pinned, place.rpc)
    assert int.from_bytes(found[0], "big") > 0
    assert len(found) == 1000


def test_burners_and_bombs_take_nothing_from_the_others(place: Demonstration) -> None:
    """A program with one of each at both ends still answers everything between them."""
    hostile = [call("burner"), call("huge"), call("huge revert"), call("nested burner")]
    good = [call("echo", bytes([at]) * 32) for at in range(100)]
    parts = [Call(each.to.raw, each.data, 32) for each in (*hostile, *good, *hostile)]
    said = place.rpc.ask("eth_call", {"data": "0x" + call_program.program(parts).hex()}, "latest")
    told = call_program.told_apart(bytes.fromhex(said[2:]), parts)
    assert told[4:-4] == [each.data for each in good]
    assert told[:3] == told[-4:-1] == [None] * 3


def test_a_writer_changes_nothing_that_is_read_after_it(place: Demonstration, node: Node) -> None:
    """A contract that counts how often it was asked says the same each time."""
    answers = PinnedBlock.newest(node).calls([call("counting"), call("echo"), call("counting")])
    assert answers == [(1).to_bytes(32, "big"), b"", (1).to_bytes(32, "big")]


def test_a_call_that_names_its_sender_is_asked_by_that_sender(
    place: Demonstration, liar: LyingEndpoint
) -> None:
    """It goes with the others in one round trip, and never into the program."""
    by_safe = call("caller")._replace(sender=place.safe)
    by_nobody = call("caller")._replace(sender=ZERO_ADDRESS)
    with closing(Node((liar.endpoint,), 31337)) as node:
        pinned = PinnedBlock.newest(node)
        before = liar.requests
        answers = pinned.calls([by_safe, call("echo", b"a"), by_nobody, call("echo", b"b")])
        assert liar.requests - before == 1
    assert answers == [bytes(12) + place.safe.raw, b"a", bytes(32), b"b"]


def test_where_gas_runs_out_the_rest_is_left_open(place: Demonstration) -> None:
    """Forty calls that burn what they get leave too little, and the program still ends well."""
    parts = [*[Call(PLACES["burner"].raw, b"", 32)] * 40, Call(PLACES["echo"].raw, b"last", 32)]
    code = "0x" + call_program.program(parts).hex()
    said = place.rpc.ask("eth_call", {"data": code, "gas": hex(8_000_000)}, "latest")
    told = call_program.told_apart(bytes.fromhex(said[2:]), parts)
    assert told == [None] * 41
    assert len(said) < 2 * 41 * 2  # most were not even begun


def test_every_call_has_all_its_gas_or_is_left_open(place: Demonstration) -> None:
    """A contract that answers otherwise for want of gas is not heard: it is asked alone."""
    parts = [Call(PLACES["burner"].raw, b"", 32), Call(PLACES["gas"].raw, b"", 32)]
    code = "0x" + call_program.program(parts).hex()
    heard = set()
    for gas in range(300_000, 4_000_000, 100_000):
        said = place.rpc.ask("eth_call", {"data": code, "gas": hex(gas)}, "latest")
        told = call_program.told_apart(bytes.fromhex(said[2:]), parts)
        heard.add(None if told[1] is None else int.from_bytes(told[1], "big"))
    assert heard == {None, call_program.GAS_OF_A_CALL - 2}  # it says so after its first instruction


def test_what_is_left_open_is_asked_alone(place: Demonstration, node: Node) -> None:
    """A program that had no gas for the last call says nothing of it, and it is answered."""
    calls = [*(call("nested burner") for _ in range(60)), call("echo", b"last")]
    pinned = PinnedBlock.newest(node)
    assert pinned.calls(calls) == alone(calls, pinned, place.rpc)


def test_a_burner_is_refused_as_it_is_alone(place: Demonstration, node: Node) -> None:
    """What a node says of a call that never ends is no answer of the chain, gathered or not."""
    with pytest.raises(Unavailable, match="local node refused eth_call"):
        PinnedBlock.newest(node).calls([call("echo", b"a"), call("burner")])


def test_longer_answers_than_expected_are_read_too(place: Demonstration, node: Node) -> None:
    """They take a question of their own, and so does calldata that is too long to be gathered."""
    calls = [call("echo", bytes(range(200)), words=1), call("echo", b"x" * 5000, words=200)]
    assert PinnedBlock.newest(node).calls([*calls, *calls]) == [each.data for each in calls] * 2


def _refusing(request: dict[str, Any], response: dict[str, Any]) -> Any:
    error = {"code": -32000, "message": "contract creation code storage out of gas"}
    return {"id": request["id"], "error": error} if is_program(request) else response


@pytest.mark.parametrize(
    "answer",
    [
        {"error": {"code": -32000, "message": "code storage out of gas"}},
        {"error": {"code": 3, "message": "execution reverted", "data": "0x"}},
        {"result": "0x"},
        {"result": "0x02"},
        {"result": "0x01000161ffff00"},
        {"result": "0x01" + "ff" * 5},
        {"result": "0x010021" + "00" * 33},
        {"result": "garbage"},
        {"result": None},
        {"result": "0x01" + "0000" * 20},
        {"result": "0x" + "01" * 30_000},
    ],
)
def test_an_endpoint_that_runs_no_program_is_asked_plainly(
    place: Demonstration, liar: LyingEndpoint, answer: dict[str, Any]
) -> None:
    """Whatever it says instead: the answers are those of plain calls, and it is not tried again."""

    def twist(request: dict[str, Any], response: dict[str, Any]) -> Any:
        return {"id": request["id"]} | answer if is_program(request) else response

    liar.twist = twist
    calls = [call("echo", b"a"), call("reverting", b"b")]
    with closing(Node((liar.endpoint,), 31337)) as node:
        pinned = PinnedBlock.newest(node)
        assert pinned.calls(calls) == [b"a", Reverted(b"b", "")]
        before = liar.requests
        assert pinned.calls(calls) == [b"a", Reverted(b"b", "")]
        assert liar.requests - before == 1


def test_an_endpoint_that_refuses_by_status_is_asked_plainly(place: Demonstration) -> None:
    """Some say of a request that is too large no more than a number."""

    class Small(LyingEndpoint):
        def answered(self, raw: bytes) -> bytes:
            self.status = 413 if b'"to"' not in raw and b"eth_call" in raw else 200
            return super().answered(raw)

    with (
        Small(place.endpoint.url) as small,
        closing(Node((small.endpoint,), 31337)) as node,
    ):
        assert PinnedBlock.newest(node).calls([call("echo", b"a")] * 2) == [b"a"] * 2


def test_endpoints_agree_call_by_call(place: Demonstration, liar: LyingEndpoint) -> None:
    """One runs programs and the other does not; both say the same, and one lie is named."""
    with LyingEndpoint(place.endpoint.url, "plain") as plain:
        endpoints = (liar.endpoint, plain.endpoint)
        calls = [call("echo", b"a" * 32), call("echo", b"b" * 32)._replace(name="the second")]
        with closing(Node(endpoints, 31337)) as node:
            pinned = PinnedBlock.newest(node)
            assert pinned.calls(calls) == [b"a" * 32, b"b" * 32]
            assert pinned.names == ("liar", "plain")
            liar.twist = lambda request, response: (
                response | {"result": response["result"][:-2] + "63"}
                if is_program(request)
                else response
            )
            with pytest.raises(Refused, match="disagree on the second: liar says 0x6262"):
                pinned.calls(calls)


def test_a_treasury_is_read_the_same_in_fewer_questions(
    place: Demonstration, liar: LyingEndpoint
) -> None:
    """The snapshot through programs is that of plain calls."""
    with LyingEndpoint(place.endpoint.url, "liar") as plain:
        snapshots = []
        for endpoint in (liar, plain):
            with closing(Node((endpoint.endpoint,), 31337)) as node:
                snapshots.append(TreasuryReader(node).read(place.workspace))
    assert snapshots[0] == snapshots[1]
    assert len(liar.asked) < len(plain.asked) / 2
    assert liar.requests <= plain.requests


@given(raw=st.binary(min_size=20, max_size=20))
def test_an_address_is_encoded_as_the_library_does(raw: bytes) -> None:
    """Balances are asked for by the thousand, so this one argument is written by hand."""
    asked = asking(NOBODY, "balanceOf(address)", Address(raw)).data
    assert asked == bytes.fromhex("70a08231") + encode(["address"], [raw])


# ── the program's own bytes ──────────────────────────────────────────────────────────────────────


@given(
    sizes=st.lists(st.tuples(st.integers(0, 4096), st.integers(1, 4096)), min_size=1, max_size=200)
)
def test_pieces_hold_every_call_once_within_the_limits(sizes: list[tuple[int, int]]) -> None:
    """No program is longer than init code may be, and no answer than may be returned."""
    calls = [Call(bytes(20), bytes(length), room) for length, room in sizes]
    found = list(call_program.pieces(calls))
    assert [each for piece in found for each in calls[piece]] == calls
    for piece in found:
        assert len(call_program.program(calls[piece])) <= call_program.MOST_PROGRAM_BYTES
        assert 1 + sum(2 + each.room for each in calls[piece]) <= call_program.MOST_ANSWER_BYTES


@given(answer=st.binary(max_size=80), rooms=st.lists(st.integers(1, 64), max_size=5))
def test_any_answer_is_told_apart_or_refused(answer: bytes, rooms: list[int]) -> None:
    """One answer for each call, none longer than its room."""
    calls = [Call(bytes(20), b"", room) for room in rooms]
    try:
        told = call_program.told_apart(answer, calls)
    except Malformed:
        return
    assert len(told) == len(calls)
    assert all(each is None or len(each) <= room for each, room in zip(told, rooms, strict=True))


def test_the_largest_program_runs(place: Demonstration) -> None:
    """As many calls as one program can answer, and none as long as it can be, take one eth_call."""
    parts = [Call(PLACES["echo"].raw, at.to_bytes(32, "big"), 32) for at in range(722)]
    assert len(list(call_program.pieces(parts))) == 1
    assert len(list(call_program.pieces([*parts, parts[0]]))) == 2
    long = [Call(PLACES["echo"].raw, bytes(4000), 1)] * 12
    for each, answers in ((parts, [part.data for part in parts]), (long, [None] * 12)):
        code = "0x" + call_program.program(each).hex()
        said = place.rpc.ask("eth_call", {"data": code}, "latest")
        assert call_program.told_apart(bytes.fromhex(said[2:]), each) == answers


def test_an_endpoint_without_programs_is_tried_again_later(
    place: Demonstration, liar: LyingEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refusal may have been one of the moment."""
    calls = [call("echo", b"a")] * 2
    with closing(Node((liar.endpoint,), 31337)) as node:
        pinned = PinnedBlock.newest(node)
        liar.twist = _refusing
        pinned.calls(calls)
        later = time.monotonic() + 601
        monkeypatch.setattr(time, "monotonic", lambda: later)
        before = len(liar.asked)
        pinned.calls(calls)
        assert len(liar.asked) - before == 3
