"""Whatever tokens a stranger sends to the Safe: all are seen, and none spoils what another says."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from tests.doors.chain import hostile_tokens as hostile
from tests.doors.chain.conftest import Demonstration
from tests.doors.chain.hostile_tokens import Announcer, a_token, text
from tests.doors.chain.lying_endpoint import LyingEndpoint
from treasury_desktop.assets.address import Address
from treasury_desktop.chain import strangers as strangers_module
from treasury_desktop.chain.call_program import Call
from treasury_desktop.chain.contract_call import selector
from treasury_desktop.chain.node import Node
from treasury_desktop.chain.strangers import Strangers
from treasury_desktop.chain.token_finder import CUT_SHORT, TokenFinder
from treasury_desktop.errors import Unavailable
from treasury_desktop.treasury.snapshot import Block
from treasury_desktop.treasury.unlisted import UnlistedHolding

UNITS = 5 * 10**18
CYRILLIC_USDC = "U\u0405D\u0421"

# What each is, and what has to be known of it: base units, symbol, name, decimals.
TOKENS: dict[str, tuple[bytes, tuple[int | None, str | None, str | None, int | None]]] = {
    "honest": (
        a_token(units=UNITS, symbol=text("DUST"), name=text("Dust of old")),
        (UNITS, "DUST", "Dust of old", 18),
    ),
    "impostor": (
        a_token(units=UNITS, symbol=text(CYRILLIC_USDC), decimals=6),
        (UNITS, CYRILLIC_USDC, None, 6),
    ),
    "bytes32": (
        a_token(units=1, symbol=b"OLD".ljust(32, b"\0"), decimals=0),
        (1, "OLD", None, 0),
    ),
    "255 decimals": (a_token(units=7, symbol=text("ABS"), decimals=255), (7, "ABS", None, None)),
    "huge decimals": (
        a_token(units=7, symbol=text("HUGE"), decimals=2**256 - 1),
        (7, "HUGE", None, None),
    ),
    "100 kB symbol": (a_token(units=8, symbol=text("A" * 100_000)), (8, None, None, 18)),
    "symbol of no text": (a_token(units=9, symbol=text("") + b"\xff"), (9, None, None, 18)),
    "symbol not in UTF-8": (a_token(units=9, symbol=b"\xff" * 32), (9, None, None, 18)),
    "blank symbol": (a_token(units=9, symbol=text("\u200b")), (9, None, None, 18)),
    "lying length": (
        a_token(units=9, symbol=hostile.number(32) + hostile.number(2**255)),
        (9, None, None, 18),
    ),
    "lying offset": (
        a_token(units=9, symbol=hostile.number(2**255) + hostile.number(3)),
        (9, None, None, 18),
    ),
    "refusing symbol": (a_token(units=9, symbol=None, decimals=None), (9, None, None, None)),
    "all it could be": (
        a_token(units=2**256 - 1, symbol=text("MAX")),
        (2**256 - 1, "MAX", None, 18),
    ),
    "refusing": (hostile.REFUSING, (None, None, None, None)),
    "looping": (hostile.LOOPING, (None, None, None, None)),
    "no code": (hostile.EMPTY, (None, None, None, None)),
    "short answer": (
        hostile.answering({"balanceOf(address)": b"\1\2"}),
        (None, None, None, None),
    ),
}


@pytest.fixture(scope="module")
def place(chain: Demonstration) -> Iterator[dict[str, Address]]:
    """All of them on the chain, announced to its Safe, gone when we are done."""
    kept = chain.rpc.ask("evm_snapshot")
    announcer = Announcer(chain.rpc, chain.safe, chain.facts["roles"]["stranger"])
    found = {name: announcer.put(name, code) for name, (code, _) in TOKENS.items()}
    found["nothing"] = announcer.put("nothing", a_token(units=0, symbol=text("ZERO")))
    found["ERC-721"] = announcer.put(
        "ERC-721", a_token(units=3, symbol=text("NFT")), is_erc721=True
    )
    chain.rpc.ask("evm_mine")
    yield found
    chain.rpc.ask("evm_revert", kept)


@pytest.fixture
def watched(chain: Demonstration, place: dict[str, Address]) -> Iterator[LyingEndpoint]:
    """An endpoint that takes programs until it is told otherwise."""
    with LyingEndpoint(chain.endpoint.url) as opened:
        opened.takes_programs = True
        yield opened


def newest(node: Node) -> Block:
    """The newest block."""
    return node.newest_header().block


def announced(chain: Demonstration, node: Node) -> tuple[Address, ...]:
    """The contracts that announced something to the Safe, in any block."""
    last = newest(node).number
    found: dict[Address, None] = {}
    for piece in TokenFinder(node).transfers((chain.safe,), 0, last):
        found |= dict.fromkeys(piece.tokens.get(chain.safe, ()))
    return tuple(found)


def read(
    node: Node, chain: Demonstration, place: dict[str, Address]
) -> tuple[dict[Address, UnlistedHolding], tuple[str, ...]]:
    """What is said of all of them, and the remarks."""
    pairs = tuple((chain.safe, place[name]) for name in (*TOKENS, "nothing"))
    unlisted = TokenFinder(node).unlisted(newest(node), pairs)
    assert all(each.safe == chain.safe for each in unlisted.holdings)
    return {each.token: each for each in unlisted.holdings}, unlisted.remarks


def told(found: dict[Address, UnlistedHolding], place: dict[str, Address]) -> dict[str, Any]:
    """The same by name, without what is held of nothing."""
    names = {address: name for name, address in place.items()}
    return {
        names[token]: (each.base_units, each.symbol, each.name, each.decimals)
        for token, each in found.items()
    }


EXPECTED = {name: expected for name, (_, expected) in TOKENS.items()}


def test_logs_name_every_contract_that_announced_a_transfer(
    chain: Demonstration, node: Node, place: dict[str, Address]
) -> None:
    """Listed ones too; not those of ERC-721."""
    found = announced(chain, node)
    assert {place[name] for name in (*TOKENS, "nothing")} <= set(found)
    assert place["ERC-721"] not in found
    listed = {each.token.address for each in chain.workspace.tokens} - {None}
    assert listed & set(found)


def test_every_token_says_what_it_can(
    chain: Demonstration, node: Node, place: dict[str, Address]
) -> None:
    """In a few questions, with what is hostile standing beside what is honest."""
    found, remarks = read(node, chain, place)
    assert told(found, place) == EXPECTED
    assert remarks == ()


def test_a_node_that_gathers_nothing_says_the_same(
    chain: Demonstration, watched: LyingEndpoint, place: dict[str, Address]
) -> None:
    """Each question goes alone, with gas of its own."""
    watched.takes_programs = False
    with closing(Node((watched.endpoint,), 31337)) as node:
        found, remarks = read(node, chain, place)
    assert told(found, place) == EXPECTED
    assert remarks == ()


def test_programs_are_few_and_frugal(
    chain: Demonstration, watched: LyingEndpoint, place: dict[str, Address]
) -> None:
    """Two rounds for all tokens; no question ever gets more gas than a stranger's."""
    with closing(Node((watched.endpoint,), 31337)) as node:
        block = newest(node)
        before = watched.requests
        pairs = tuple((chain.safe, place[name]) for name in TOKENS)
        TokenFinder(node).unlisted(block, pairs)
    assert watched.requests - before == 2


def test_an_answer_that_differs_between_nodes_costs_its_neighbours_nothing(
    chain: Demonstration, watched: LyingEndpoint, place: dict[str, Address]
) -> None:
    """What the endpoints disagree about is not known; everything else is."""
    watched.takes_programs = False
    target = str(place["honest"])

    def twist(request: dict[str, Any], response: dict[str, Any]) -> Any:
        asked = request["params"][0] if request["method"] == "eth_call" else {}
        if asked.get("to") == target and asked["data"].startswith("0x70a08231"):
            return response | {"result": "0x" + hostile.number(1).hex()}
        return response

    watched.twist = twist
    with closing(Node((chain.endpoint, watched.endpoint), 31337)) as node:
        found, remarks = read(node, chain, place)
    assert told(found, place) == EXPECTED | {"honest": (None, *EXPECTED["honest"][1:])}
    assert remarks == ()


def test_rounds_run_out_rather_than_going_on_for_ever(
    chain: Demonstration, watched: LyingEndpoint, place: dict[str, Address]
) -> None:
    """What could not be asked any more is unknown, and that is said."""
    with closing(Node((watched.endpoint,), 31337)) as node:
        strangers = Strangers(node, newest(node), rounds=1)
        code = selector("decimals()")
        calls = [Call(place["honest"].raw, code, 32)] * 700
        said = strangers.ask(calls)
    most = strangers_module.MOST_IN_A_PROGRAM * strangers_module.PROGRAMS_AT_ONCE
    assert said == [hostile.number(18)] * most + [None] * (700 - most)
    assert strangers.is_cut_short


def test_a_cut_is_remarked(
    chain: Demonstration, node: Node, place: dict[str, Address], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sentence stands beside what was read."""
    monkeypatch.setattr(Strangers.__init__, "__kwdefaults__", {"rounds": 1})
    found, remarks = read(node, chain, place)
    assert remarks == (CUT_SHORT,)
    assert found[place["honest"]].base_units == UNITS
    assert found[place["honest"]].symbol is None


def test_a_node_that_refuses_everything_is_no_hostile_token(
    chain: Demonstration, watched: LyingEndpoint, place: dict[str, Address]
) -> None:
    """It is said to refuse; nothing passes for unknown that somebody could tell."""

    def twist(request: dict[str, Any], response: dict[str, Any]) -> Any:
        if request["method"] != "eth_call":
            return response
        error = {"code": -32000, "message": "missing trie node"}
        return {"jsonrpc": "2.0", "id": request["id"], "error": error}

    watched.twist = twist
    with closing(Node((watched.endpoint,), 31337)) as node:
        with pytest.raises(Unavailable, match="missing trie node"):
            read(node, chain, place)
        assert watched.requests < 12


def test_logs_come_in_the_pieces_that_a_node_allows(
    chain: Demonstration, watched: LyingEndpoint, place: dict[str, Address]
) -> None:
    """A node that answers few blocks at once is asked for fewer; each piece says how far it is."""

    def twist(request: dict[str, Any], response: dict[str, Any]) -> Any:
        if request["method"] == "eth_getLogs":
            asked = request["params"][0]
            if int(asked["toBlock"], 16) - int(asked["fromBlock"], 16) >= 1_000:
                error = {"code": -32005, "message": "at most 1000 blocks"}
                return {"jsonrpc": "2.0", "id": request["id"], "error": error}
        return response

    watched.twist = twist
    with closing(Node((watched.endpoint,), 31337)) as node:
        last = newest(node).number
        pieces = list(TokenFinder(node).transfers((chain.safe,), 0, last))
        assert [each.last_block for each in pieces][-1] == last
        assert len(pieces) > 1
        found = {token for each in pieces for token in each.tokens.get(chain.safe, ())}
    assert {place[name] for name in TOKENS} <= found
