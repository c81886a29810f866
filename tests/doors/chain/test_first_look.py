"""A first look at Safes through nodes that somebody just named, on the real local node."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from tests.doors.chain.conftest import Demonstration
from tests.doors.chain.lying_endpoint import LyingEndpoint
from treasury_desktop.assets.address import Address
from treasury_desktop.calls.known_tokens import known_tokens
from treasury_desktop.chain.contract_call import selector
from treasury_desktop.chain.first_look import FirstLook
from treasury_desktop.chain.node import Node
from treasury_desktop.chain.safe_reader import SafeReader
from treasury_desktop.errors import Malformed, Refused, Unavailable
from treasury_desktop.safes.typed_data import domain_hash
from treasury_desktop.treasury.first_sight import FirstSight
from treasury_desktop.treasury.workspace import Endpoint

THRESHOLD, DECIMALS, DOMAIN = (
    "0x" + selector(f"{name}()").hex() for name in ("getThreshold", "decimals", "domainSeparator")
)


def looked(chain: Demonstration, *endpoints: Endpoint, **how: int) -> FirstSight:
    """What these endpoints, or the honest one, say of the treasury's Safe."""
    look = FirstLook(endpoints or (chain.endpoint,), timeout_seconds=5)
    try:
        return look.look((chain.safe,), expected=how.get("expected"))
    finally:
        look.close()


def test_it_sees_what_the_readers_of_a_workspace_see(chain: Demonstration, node: Node) -> None:
    """The Safe with all its state at one block, and its coins."""
    sight = looked(chain)
    assert sight.chain_id == node.chain_id
    assert sight.safes == (SafeReader(node).read_safe(chain.safe),)
    (coin,) = sight.holdings
    wei = chain.rpc.ask("eth_getBalance", str(chain.safe), hex(sight.block.number))
    assert (coin.amount.token.is_native, coin.amount.base_units) == (True, int(wei, 16))
    assert sight.nodes == (chain.endpoint.name,)


def test_two_nodes_have_to_agree(chain: Demonstration, liar: LyingEndpoint) -> None:
    """Both are named; where the second tells of another threshold nothing is found."""
    names = looked(chain, chain.endpoint, liar.endpoint).nodes
    assert names == tuple(sorted((chain.endpoint.name, liar.endpoint.name)))

    def another_threshold(request: dict[str, Any], response: dict[str, Any]) -> dict[str, Any]:
        is_it = request["method"] == "eth_call" and request["params"][0]["data"] == THRESHOLD
        return response | {"result": "0x" + "00" * 31 + "01"} if is_it else response

    liar.twist = another_threshold
    with pytest.raises(Refused, match="disagree"):
        looked(chain, chain.endpoint, liar.endpoint)


def test_nodes_of_two_chains_are_refused(chain: Demonstration, liar: LyingEndpoint) -> None:
    """Each says which chain it serves before it is asked anything else."""

    def of_ethereum(request: dict[str, Any], response: dict[str, Any]) -> dict[str, Any]:
        return response | {"result": "0x1"} if request["method"] == "eth_chainId" else response

    liar.twist = of_ethereum
    with pytest.raises(Refused, match=r"different chains: .* of chain 31337, liar of chain 1"):
        looked(chain, chain.endpoint, liar.endpoint)
    assert set(liar.asked) == {"eth_chainId"}


def test_packaged_tokens_are_found_where_they_are(
    chain: Demonstration, liar: LyingEndpoint
) -> None:
    """By the decimals they state; one that answers nothing or nonsense there holds nothing."""
    held, misstated, broken = known_tokens(1)[:3]
    domain = domain_hash(replace(looked(chain).safes[0], chain_id=1))
    said = {(str(each.address), DECIMALS): f"{each.decimals:064x}" for each in known_tokens(1)}
    said[str(misstated.address), DECIMALS] = f"{99:064x}"
    said[str(chain.safe), DOMAIN] = domain.hex()
    balances = {str(held.address): f"{7:064x}", str(misstated.address): f"{9:064x}"}
    balances[str(broken.address)] = "ff" * 31

    def of_ethereum(request: dict[str, Any], response: dict[str, Any]) -> dict[str, Any]:
        if request["method"] == "eth_chainId":
            return response | {"result": "0x1"}
        if request["method"] != "eth_call":
            return response
        call = request["params"][0]
        found = said.get((call["to"], call["data"]), balances.get(call["to"]))
        return response if found is None else response | {"result": f"0x{found}"}

    liar.twist = of_ethereum
    found = [each.amount for each in looked(chain, liar.endpoint).holdings[1:]]
    assert [(each.token.address, each.base_units) for each in found] == [(held.address, 7)]


def test_the_chain_somebody_named_is_required(chain: Demonstration, node: Node) -> None:
    """An address for Ethereum is not looked at on another chain."""
    assert looked(chain, expected=node.chain_id).chain_id == node.chain_id
    with pytest.raises(Refused, match="given for chain 1"):
        looked(chain, expected=1)


def test_a_contract_that_is_no_safe_is_refused(chain: Demonstration) -> None:
    """So is an address without code."""
    look = FirstLook((chain.endpoint,), timeout_seconds=5)
    with pytest.raises((Malformed, Refused)):
        look.look((Address(bytes(19) + b"\x77"),))
    look.close()


def test_nobody_is_asked_who_was_not_named() -> None:
    """Without a node there is no look."""
    with pytest.raises(Refused, match="Name a node first"):
        FirstLook(())


def test_a_node_that_does_not_answer_is_named(chain: Demonstration) -> None:
    """Each was named just now, so each has to answer."""
    silent = replace(chain.endpoint, name="silent", url="http://127.0.0.1:9")
    with pytest.raises(Unavailable, match="silent"):
        looked(chain, chain.endpoint, silent)


def test_a_look_that_was_ended_says_so(chain: Demonstration) -> None:
    """Whoever hangs up first is not asked at all."""
    look = FirstLook((chain.endpoint,), timeout_seconds=5)
    look.hang_up()
    with pytest.raises(Unavailable, match="cancelled"):
        look.look((chain.safe,))


def test_hanging_up_ends_a_look_that_waits(chain: Demonstration, liar: LyingEndpoint) -> None:
    """Whoever waits hears at once that there is no answer."""
    liar.deaf = True
    look = FirstLook((liar.endpoint,), timeout_seconds=60)
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(look.look, (chain.safe,))
        while not liar.requests:
            assert not waiting.done()
        look.hang_up()
        with pytest.raises(Unavailable):
            waiting.result(20)
