"""Prices that are missing, impossible or from the future are said to be so, never made up."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.doors.chain.conftest import Demonstration
from tests.doors.chain.lying_endpoint import LyingEndpoint
from treasury_desktop.assets.quote import Quote, QuoteKind
from treasury_desktop.chain.batch import PinnedBlock
from treasury_desktop.chain.node import Node
from treasury_desktop.chain.quotes import read_quotes
from treasury_desktop.devnet.packages import selector
from treasury_desktop.errors import Malformed
from treasury_desktop.treasury.workspace import Workspace

Read = Callable[..., tuple[Quote, ...]]


@pytest.fixture
def quotes_when(chain: Demonstration, liar: LyingEndpoint) -> Iterator[Read]:
    """The demonstration's quotes when one function answers other words, or reverts (`None`)."""
    node = Node((liar.endpoint,), 31337)

    def read(
        function: str, *words: int | None, workspace: Workspace = chain.workspace
    ) -> tuple[Quote, ...]:
        asked = "0x" + selector(function).hex()

        def twist(request: dict[str, Any], response: dict[str, Any]) -> Any:
            if request["method"] != "eth_call":
                return response
            if not request["params"][0]["data"].startswith(asked):
                return response
            if words == (None,):
                error = {"code": 3, "message": "execution reverted", "data": "0x"}
                return {"id": request["id"], "error": error}
            digits = "".join(f"{(word or 0) % 2**256:064x}" for word in words)
            return {"id": request["id"], "result": "0x" + digits}

        liar.twist = twist
        return read_quotes(PinnedBlock.newest(node), workspace)

    yield read
    node.close()


def test_feed_without_a_round(quotes_when: Read) -> None:
    """A feed that never answered gives no quote, and neither do pools priced by it."""
    assert quotes_when("latestRoundData()", None) == ()


def test_round_that_was_never_completed(quotes_when: Read) -> None:
    """A round without a time has no known age: it is stale however long is allowed."""
    quotes = quotes_when("latestRoundData()", 1, 10**8, 0, 0, 1)
    assert {each.age_seconds for each in quotes} == {None}
    assert all(each.is_stale(10**9) for each in quotes)


def test_round_from_the_future(quotes_when: Read) -> None:
    """A round later than its block has a negative age: stale as well."""
    quotes = quotes_when("latestRoundData()", 1, 10**8, 0, 2**40, 1)
    assert all(each.age_seconds is not None and each.age_seconds < 0 for each in quotes)
    assert all(each.is_stale(10**9) for each in quotes)


@pytest.mark.parametrize("answer", [0, -1])
def test_answer_that_is_no_price(quotes_when: Read, answer: int) -> None:
    """A feed that answers zero or less gives invalid quotes, not small ones."""
    quotes = quotes_when("latestRoundData()", 1, answer, 0, 1, 1)
    assert quotes
    assert not any(each.is_valid for each in quotes)


def test_decimals_of_a_feed_are_bounded(quotes_when: Read) -> None:
    """A feed of a hundred decimals is nonsense, and so are two hundred and fifty-six."""
    for decimals in (100, 256):
        with pytest.raises(Malformed, match=r"feed|decimals"):
            quotes_when("decimals()", decimals)


def test_pool_that_refuses_to_look_back(quotes_when: Read) -> None:
    """Where observe reverts there is no TWAP."""
    quotes = quotes_when("observe(uint32[])", None)
    assert {each.kind for each in quotes} == {QuoteKind.FEED, QuoteKind.SPOT}


def test_observations_of_another_shape(quotes_when: Read) -> None:
    """One observation where two were asked for, or an impossible average, is malformed."""
    with pytest.raises(Malformed, match="two observations"):
        quotes_when("observe(uint32[])", 64, 128, 1, 0, 1, 0, 0, 0)
    with pytest.raises(Malformed, match="impossible tick"):
        quotes_when("observe(uint32[])", 64, 160, 2, 0, 2**54, 2, 0, 1)


def test_price_outside_the_range_of_ticks(quotes_when: Read) -> None:
    """A pool at an impossible price is malformed."""
    with pytest.raises(Malformed, match="range of ticks"):
        quotes_when("slot0()", 1, 0, 0, 1, 1, 0, 1)


def test_pool_of_a_token_nobody_listed(chain: Demonstration, quotes_when: Read) -> None:
    """Without both tokens' decimals a pool prices nothing."""
    tokens = tuple(each for each in chain.workspace.tokens if each.token.symbol != "USDC")
    quotes = quotes_when("none()", workspace=replace(chain.workspace, tokens=tokens))
    assert not [each for each in quotes if "WETH/USDC" in each.source]


def test_pool_that_does_not_hold_the_token(chain: Demonstration, quotes_when: Read) -> None:
    """A pool in which the token is not cannot price it, whatever the list says."""
    usdc_pool = chain.workspace.pools[0].address
    tokens = tuple(
        replace(each, twap_pool=usdc_pool) if each.token.symbol == "DAI" else each
        for each in chain.workspace.tokens
    )
    quotes = quotes_when("none()", workspace=replace(chain.workspace, tokens=tokens))
    dai = next(each.token.key for each in tokens if each.token.symbol == "DAI")
    assert [each.kind for each in quotes if each.token_key == dai] == [QuoteKind.FEED]


def test_native_coin_without_its_wrapped_token(chain: Demonstration, quotes_when: Read) -> None:
    """Coin is priced by a pool only through a listed token that shares its feed."""
    tokens = tuple(
        replace(each, feed=None) if each.token.symbol == "WETH" else each
        for each in chain.workspace.tokens
    )
    quotes = quotes_when("none()", workspace=replace(chain.workspace, tokens=tokens))
    assert [each.kind for each in quotes if each.token_key == "native"] == [QuoteKind.FEED]
