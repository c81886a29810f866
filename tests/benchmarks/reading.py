"""Rows about reading holdings: a thousand balances at once, against two ways to read them."""

import hashlib
import json
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.benchmarks.measuring import REPOSITORY, environment, python_file
from tests.benchmarks.rows import Row, Target
from tests.demonstration_chain import running_demonstration
from treasury_desktop.assets.address import Address
from treasury_desktop.chain.batch import PinnedBlock
from treasury_desktop.chain.contract_call import Words, asking
from treasury_desktop.chain.node import Node
from treasury_desktop.treasury.workspace import Endpoint

MULTICALL = "multicall==0.15.2"
BALANCES = 1_000
CHAIN_ID = 31_337


def reading_rows(times: int) -> list[Row]:
    """All three in the same run, on a chain of its own."""
    with (
        TemporaryDirectory() as place,
        running_demonstration(Path(place) / "demonstration") as running,
    ):
        facts = json.loads((Path(place) / "demonstration" / "demonstration.json").read_bytes())
        token = Address.parse(facts["contracts"]["usdc"])
        accounts = [Address.parse(facts["safe"]["address"]), *_others(BALANCES - 1)]
        multicall, one_by_one, peers_sum = _by_peers(running.endpoint, token, accounts, times)
        with closing(Node((Endpoint(name="local node", url=running.endpoint),), CHAIN_ID)) as node:
            pinned = PinnedBlock.newest(node)
            sums = set()
            seconds = []
            for _ in range(times + 1):  # the first does not count
                begun = time.perf_counter()
                sums.add(_sum(pinned, token, accounts))
                seconds.append(time.perf_counter() - begun)
    if sums != {peers_sum}:
        raise RuntimeError(f"the balances come to {sums}, by others to {peers_sum}")
    ours = median(seconds[1:])
    peers = (
        (multicall, "multicall package, state override", 1 / 3),
        (one_by_one, "web3.py, one by one", 1 / 200),
    )
    return [
        Row(
            name=f"read {BALANCES:,} balances at one block",
            ours=ours,
            peer=peer,
            peer_name=name,
            unit="s",
            target=Target(of="ratio", most=most),
        )
        for peer, name, most in peers
    ]


def _sum(pinned: PinnedBlock, token: Address, accounts: list[Address]) -> int:
    calls = [asking(token, "balanceOf(address)", each) for each in accounts]
    answers = zip(pinned.calls(calls), calls, strict=True)
    return sum(Words(answer, call.name).uint(0) for answer, call in answers)


def _others(count: int) -> list[Address]:
    digests = (hashlib.sha256(number.to_bytes(4, "big")).digest() for number in range(count))
    return [Address(each[:20]) for each in digests]


def _by_peers(
    url: str, token: Address, accounts: list[Address], times: int
) -> tuple[float, float, int]:
    """Seconds that the package and web3.py take in the package's interpreter, and the sum."""
    command = [_python_with_multicall(), python_file("balances_by_multicall")[1]]
    done = subprocess.run(
        [*command, url, str(token), str(times)],
        input=" ".join(map(str, accounts)),
        capture_output=True,
        text=True,
        check=True,
        env=environment(),
    )
    lines = [line.split() for line in done.stdout.splitlines()]
    (total,) = {int(line[1]) for line in lines}
    by_package = [float(line[2]) for line in lines if line[0] == "multicall"]
    (one_by_one,) = (float(line[2]) for line in lines if line[0] == "web3")
    return median(by_package[1:]), one_by_one, total


def _python_with_multicall() -> str:
    """An interpreter that has the package, whose requirements are not ours: made when missing."""
    folder = REPOSITORY / "build" / "peers" / "multicall"
    python = folder / "bin" / "python"
    if not python.is_file():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        command = [str(python), "-m", "pip", "install", "--quiet", MULTICALL]
        subprocess.run(command, check=True, env=environment(), stderr=subprocess.DEVNULL)
    return str(python)
