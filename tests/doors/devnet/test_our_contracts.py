"""Our own contracts: the committed output is what the sources compile to, and they do their job."""

import json
import runpy
from pathlib import Path
from typing import Any

import pytest

from tests.demonstration_chain import REPOSITORY, running_demonstration
from treasury_desktop.assets.address import Address
from treasury_desktop.devnet.json_rpc import JsonRpc
from treasury_desktop.devnet.packages import calldata
from treasury_desktop.errors import Unavailable

COMPILER = runpy.run_path(str(REPOSITORY / "packaging" / "compile_contracts.py"))
SOURCES = list(COMPILER["sources"]())
UNIT = 10**6


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_committed_output_is_what_the_source_compiles_to(source: Path) -> None:
    """Compiling again gives the committed interface and byte code."""
    committed = json.loads(COMPILER["build_file"](source).read_text())
    assert COMPILER["compiled"](source) == committed


def test_every_committed_output_has_a_source() -> None:
    """Nothing in the build folder is without a source."""
    built = {file.stem for file in (REPOSITORY / "resources/contracts/build").glob("*.json")}
    assert built == {source.stem for source in SOURCES}


def _perform(rpc: JsonRpc, sender: str, to: str, data: bytes) -> Any:
    transaction = {"from": sender, "to": to, "data": "0x" + data.hex(), "gas": hex(2_000_000)}
    return rpc.ask("eth_sendTransactionSync", transaction)


def test_vault_earns_for_its_depositors_and_pays_them_out(facts: Any, tmp_path: Path) -> None:
    """A share is worth more after earnings arrive, and redeeming it pays what was promised."""
    vault, usdc = facts["contracts"]["vault"], facts["contracts"]["usdc"]
    provider, market = facts["roles"]["liquidity_provider"], facts["roles"]["market"]
    who = Address.parse(provider).raw
    with running_demonstration(tmp_path / "demonstration") as chain:
        rpc = JsonRpc(chain.endpoint)

        def ask(to: str, signature: str, *arguments: Any) -> int:
            request = {"to": to, "data": "0x" + calldata(signature, *arguments).hex()}
            return int(rpc.ask("eth_call", request, "latest"), 16)

        before = ask(vault, "convertToAssets(uint256)", UNIT)
        mint = calldata("mint(address,uint256)", Address.parse(vault).raw, 60_000 * UNIT)
        assert _perform(rpc, market, usdc, mint)["status"] == "0x1"
        assert ask(vault, "convertToAssets(uint256)", UNIT) > before
        shares = ask(vault, "balanceOf(address)", who) // 2
        promised = ask(vault, "previewRedeem(uint256)", shares)
        held = ask(usdc, "balanceOf(address)", who)
        redeem = calldata("redeem(uint256,address,address)", shares, who, who)
        assert _perform(rpc, provider, vault, redeem)["status"] == "0x1"
        assert ask(usdc, "balanceOf(address)", who) == held + promised
        # A stranger may neither redeem the provider's shares nor push prices nor trade.
        theft = calldata("redeem(uint256,address,address)", 1, who, who)
        assert _perform(rpc, facts["roles"]["stranger"], vault, theft)["status"] == "0x0"
        push = calldata("push(int256)", 1)
        feed = facts["contracts"]["eth_feed"]
        assert _perform(rpc, facts["roles"]["stranger"], feed, push)["status"] == "0x0"
        rpc.close()


def test_votes_are_those_of_the_block_asked_about(facts: Any, tmp_path: Path) -> None:
    """The past is asked by block, the present without, and the block being made is refused."""
    pop, owner = facts["contracts"]["pop"], facts["roles"]["owner_a"]
    who = Address.parse(owner).raw
    with running_demonstration(tmp_path / "demonstration") as chain:
        rpc = JsonRpc(chain.endpoint)

        def votes(signature: str, *arguments: Any) -> int:
            request = {"to": pop, "data": "0x" + calldata(signature, *arguments).hex()}
            return int(rpc.ask("eth_call", request, "latest"), 16)

        assert votes("getVotes(address)", who) == 900_000 * 10**18
        block = rpc.number("eth_blockNumber")
        payee = Address.parse(facts["roles"]["stranger"]).raw
        transfer = calldata("transfer(address,uint256)", payee, 100_000 * 10**18)
        assert _perform(rpc, owner, pop, transfer)["status"] == "0x1"
        rpc.ask("evm_mine")
        assert votes("getVotes(address)", who) == 800_000 * 10**18
        assert votes("getPriorVotes(address,uint256)", who, block) == 900_000 * 10**18
        assert votes("getPriorVotes(address,uint256)", who, block + 1) == 800_000 * 10**18
        assert votes("getPriorVotes(address,uint256)", who, 1) == 0
        with pytest.raises(Unavailable, match="not yet determined"):
            votes("getPriorVotes(address,uint256)", who, rpc.number("eth_blockNumber") + 1)
        rpc.close()
