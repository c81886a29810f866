"""A live demonstration chain and its workspace, for the tests of the chain's door."""

import json
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.demonstration_chain import running_demonstration
from tests.doors.chain.lying_endpoint import LyingEndpoint
from treasury_desktop.assets.address import Address
from treasury_desktop.assets.chain import Chain
from treasury_desktop.assets.token import Token
from treasury_desktop.chain.node import Node
from treasury_desktop.devnet.json_rpc import JsonRpc
from treasury_desktop.safes.safe import SafeVersion
from treasury_desktop.treasury.strategy import Strategy
from treasury_desktop.treasury.workspace import (
    Endpoint,
    NamedSafe,
    TrustedToken,
    WatchedPool,
    Workspace,
)


@pytest.fixture
def liar(chain: "Demonstration") -> Iterator[LyingEndpoint]:
    """An endpoint in front of the live chain that is honest until it is told to lie."""
    with LyingEndpoint(chain.endpoint.url) as opened:
        yield opened


@dataclass(frozen=True, slots=True, kw_only=True)
class Demonstration:
    """A live chain: where it answers, what is on it, and a line of one's own to it."""

    endpoint: Endpoint
    workspace: Workspace
    facts: dict[str, Any]
    rpc: JsonRpc
    directory: Path

    @property
    def safe(self) -> Address:
        """The treasury's Safe."""
        return self.workspace.safes[0].address

    def perform(
        self, sender: Address, to: str, data: bytes, value: int = 0, *, gas: int = 10**6
    ) -> dict[str, Any]:
        """The receipt of a transaction from an account the node plays."""
        call = {"from": str(sender), "to": to, "data": "0x" + data.hex(), "value": hex(value)}
        sent = self.rpc.ask("eth_sendTransaction", call | {"gas": hex(gas)})
        receipt: dict[str, Any] | None = None
        while receipt is None:  # the node answers before it has mined
            receipt = self.rpc.ask("eth_getTransactionReceipt", sent)
        assert receipt["status"] == "0x1"
        return receipt


@pytest.fixture(scope="package")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    """A demonstration chain that the tests of this folder read, and leave as they found it."""
    with _running(tmp_path_factory.mktemp("chain") / "demonstration") as found:
        yield found


@pytest.fixture
def own_chain(tmp_path: Path) -> Iterator[Demonstration]:
    """A demonstration chain of the test's own, which it may change."""
    with _running(tmp_path / "demonstration") as found:
        yield found


@pytest.fixture
def node(chain: Demonstration) -> Iterator[Node]:
    """The chain through one honest endpoint."""
    opened = Node((chain.endpoint,), chain.workspace.chain.chain_id)
    yield opened
    opened.close()


@contextmanager
def _running(directory: Path) -> Iterator[Demonstration]:
    with running_demonstration(directory) as running:
        endpoint = Endpoint(name="local node", url=running.endpoint)
        workspace = read_workspace(directory / "workspace" / "treasury.toml")
        rpc = JsonRpc(running.endpoint)
        try:
            yield Demonstration(
                endpoint=endpoint,
                workspace=replace(workspace, endpoints=(endpoint,)),
                facts=json.loads((directory / "demonstration.json").read_bytes()),
                rpc=rpc,
                directory=directory,
            )
        finally:
            rpc.close()


def read_workspace(file: Path) -> Workspace:
    """The demonstration's workspace, read just well enough for these tests."""
    found = tomllib.loads(file.read_text())
    chain_id = found["chain"]["chain_id"]
    return Workspace(
        name=found["name"],
        chain=Chain(
            chain_id=chain_id,
            name=found["chain"]["name"],
            native_symbol=found["chain"]["native_symbol"],
        ),
        safes=tuple(
            NamedSafe(
                address=Address.parse(each["address"]),
                name=each["name"],
                version=SafeVersion.parse(each["version"]),
            )
            for each in found["safes"]
        ),
        tokens=tuple(_token(chain_id, each) for each in found["tokens"]),
        pools=tuple(
            WatchedPool(
                address=Address.parse(each["address"]),
                name=each["name"],
                token0=Address.parse(each["token0"]),
                token1=Address.parse(each["token1"]),
                fee=each["fee"],
                tick_spacing=each["tick_spacing"],
                created_at_block=each["created_at_block"],
            )
            for each in found["pools"]
        ),
        strategies=tuple(_strategy(each) for each in found["strategies"]),
        is_demonstration=True,
    )


def _token(chain_id: int, each: dict[str, Any]) -> TrustedToken:
    return TrustedToken(
        token=Token(
            chain_id=chain_id,
            address=None if each["address"] == "native" else Address.parse(each["address"]),
            symbol=each["symbol"],
            name=each["name"],
            decimals=each["decimals"],
        ),
        is_own=each["own"],
        feed=_optional(each.get("feed")),
        twap_pool=_optional(each.get("twap_pool")),
    )


def _strategy(each: dict[str, Any]) -> Strategy:
    return Strategy(
        name=each["name"],
        group=each["group"],
        venue=each["venue"],
        contracts=tuple(Address.parse(contract) for contract in each["contracts"]),
        asset=_optional(each.get("asset")),
        pool=_optional(each.get("pool")),
        position_manager=_optional(each.get("position_manager")),
    )


def _optional(text: str | None) -> Address | None:
    return None if text is None else Address.parse(text)
