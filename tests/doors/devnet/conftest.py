"""One chain that tests only read, and its facts."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.demonstration_chain import copy_of_demonstration, prepared_directory
from treasury_desktop.devnet.demonstration import RunningChain, start
from treasury_desktop.devnet.json_rpc import HASHES_ONLY, JsonRpc
from treasury_desktop.devnet.packages import calldata

NOW = int(time.time())


class Reader:
    """Asks contracts of a running chain and answers their words."""

    def __init__(self, endpoint: str) -> None:
        self.rpc = JsonRpc(endpoint)

    def words(self, to: str, signature: str, *arguments: Any, sender: str | None = None) -> Any:
        """The 32-byte words a contract answers, as unsigned numbers."""
        request = {"to": to, "data": "0x" + calldata(signature, *arguments).hex()}
        request |= {"from": sender} if sender else {}
        answer = self.rpc.ask("eth_call", request, "latest")[2:]
        return [int(answer[at : at + 64], 16) for at in range(0, len(answer), 64)]

    def timestamp(self) -> int:
        """The time of the latest block."""
        return int(self.rpc.ask("eth_getBlockByNumber", "latest", HASHES_ONLY)["timestamp"], 16)

    def storage(self, account: str, slot: int) -> int:
        """One slot of an account."""
        return int(self.rpc.ask("eth_getStorageAt", account, f"0x{slot:064x}", "latest"), 16)


@pytest.fixture(scope="session")
def prepared() -> Path:
    """The prepared demonstration; never started itself."""
    return prepared_directory()


@pytest.fixture(scope="session")
def facts(prepared: Path) -> Any:
    """What `demonstration.json` says."""
    return json.loads((prepared / "demonstration.json").read_text())


@pytest.fixture(scope="session")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningChain]:
    """A live chain for tests that only read."""
    directory = copy_of_demonstration(tmp_path_factory.mktemp("chain") / "demonstration")
    running = start(directory, now=NOW)
    yield running
    running.close()


@pytest.fixture
def reader(chain: RunningChain) -> Iterator[Reader]:
    """Questions to the chain that is only read."""
    asking = Reader(chain.endpoint)
    yield asking
    asking.rpc.close()
