"""Rows about reading holdings: a thousand balances at once, against two ways to read them."""

import hashlib
import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.measuring import (
    REPOSITORY,
    environment,
    line_from,
    medians,
    python_file,
    running,
    without_garbage,
)
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
    """Ours and the package in turn, then web3.py once, on a chain of its own."""
    with (
        TemporaryDirectory() as place,
        running_demonstration(Path(place) / "demonstration") as chain,
    ):
        facts = json.loads((Path(place) / "demonstration" / "demonstration.json").read_bytes())
        token = Address.parse(facts["contracts"]["usdc"])
        accounts = [Address.parse(facts["safe"]["address"]), *_others(BALANCES - 1)]
        file = Path(place) / "accounts"
        file.write_text(" ".join(map(str, accounts)), encoding="ascii")
        peers = [_python_with_multicall(), python_file("balances_by_multicall")[1]]
        with (
            running([*peers, chain.endpoint, str(token), str(file)]) as process,
            closing(Node((Endpoint(name="local node", url=chain.endpoint),), CHAIN_ID)) as node,
        ):
            pinned = PinnedBlock.newest(node)
            sums: set[int] = set()

            def peer(name: str) -> float:
                print(name, file=process.stdin, flush=True)
                total, seconds = line_from(process).split()
                sums.add(int(total))
                return float(seconds)

            ours, by_package = medians(
                lambda: without_garbage(lambda: sums.add(_sum(pinned, token, accounts))),
                lambda: peer("multicall"),
                times,
            )
            one_by_one = peer("web3")
    if len(sums) != 1:
        raise RuntimeError(f"the balances come to different sums: {sums}")
    return [
        Row(
            name=f"read {BALANCES:,} balances at one block",
            ours=ours,
            peer=seconds,
            peer_name=name,
            unit="s",
            target=Target(of="ratio", most=most),
        )
        for seconds, name, most in (
            (by_package, "multicall package, state override", 1 / 3),
            (one_by_one, "web3.py, one by one", 1 / 200),
        )
    ]


def _sum(pinned: PinnedBlock, token: Address, accounts: list[Address]) -> int:
    calls = [asking(token, "balanceOf(address)", each) for each in accounts]
    answers = zip(pinned.calls(calls), calls, strict=True)
    return sum(Words(answer, call.name).uint(0) for answer, call in answers)


def _others(count: int) -> list[Address]:
    digests = (hashlib.sha256(number.to_bytes(4, "big")).digest() for number in range(count))
    return [Address(each[:20]) for each in digests]


def _python_with_multicall() -> str:
    """An interpreter that has the package, whose requirements are not ours: made when missing."""
    folder = REPOSITORY / "build" / "peers" / "multicall"
    python = folder / "bin" / "python"
    if not python.is_file():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        command = [str(python), "-m", "pip", "install", "--quiet", MULTICALL]
        subprocess.run(command, check=True, env=environment(), stderr=subprocess.DEVNULL)
    return str(python)
