"""How the chain starts, stops, survives and is refused."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.demonstration_chain import REPOSITORY, copy_of_demonstration, running_demonstration
from treasury_desktop.devnet import node
from treasury_desktop.devnet.demonstration import (
    LIVING,
    PRISTINE,
    is_prepared,
    prepare,
    reset,
    start,
)
from treasury_desktop.devnet.json_rpc import HASHES_ONLY, JsonRpc
from treasury_desktop.errors import Cancelled, Unavailable

SECONDS_TO_HAPPEN = 30
HOUR = 3600
STARTING_PROGRAM = """
import sys, time
from pathlib import Path
from treasury_desktop.devnet.demonstration import start
chain = start(Path(sys.argv[1]), now=int(time.time()))
print(chain.endpoint, chain.supervisor_pid, flush=True)
sys.stdin.read()
"""
STOPPING_PROGRAM_ON_FULL_DISK = """
import resource, sys, time
from pathlib import Path
from treasury_desktop.devnet.demonstration import start
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
start(Path(sys.argv[1]), now=int(time.time())).close()
"""


def _pay(rpc: JsonRpc, facts: Any) -> None:
    """A transaction of which the chain must still know after its next start."""
    payment = {
        "from": facts["roles"]["payroll_a"],
        "to": facts["roles"]["auditors"],
        "value": hex(10**17),
    }
    assert rpc.ask("eth_sendTransactionSync", payment)["status"] == "0x1"


def _payments(rpc: JsonRpc, facts: Any) -> int:
    return rpc.number("eth_getTransactionCount", facts["roles"]["payroll_a"], "latest")


def _is_running(pid: int) -> bool:
    """Whether a process is there and more than a name waiting for its parent to look."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _wait_until_gone(*pids: int) -> None:
    until = time.monotonic() + SECONDS_TO_HAPPEN
    while any(_is_running(pid) for pid in pids):
        assert time.monotonic() < until, "a process outlived the program"


def _spot_dollars(reader_words: Any, facts: Any) -> float:
    pool = facts["pools"]["usdc"]
    square = (reader_words(pool["address"], "slot0()")[0] / 2**96) ** 2
    is_weth_first = pool["token0"] == facts["uniswap"]["weth"]
    return float(square * 1e12 if is_weth_first else 1e12 / square)


def test_everything_is_fresh_after_a_start(facts: Any, reader: Any) -> None:
    """Feeds are younger than the last half hour and agree with spot and a 30-minute average."""
    rounds = [
        reader.words(facts["contracts"][feed], "latestRoundData()")
        for feed in ("eth_feed", "usdc_feed", "dai_feed")
    ]
    assert all(reader.timestamp() - each[3] < 60 for each in rounds)
    eth = rounds[0][1] / 1e8
    assert abs(_spot_dollars(reader.words, facts) / eth - 1) < 0.003
    pool = facts["pools"]["usdc"]
    answer = reader.words(pool["address"], "observe(uint32[])", [1800, 0])
    before, now = (word - (1 << 256) if word >> 255 else word for word in answer[3:5])
    root = 1.0001 ** ((now - before) / 1800)
    is_weth_first = pool["token0"] == facts["uniswap"]["weth"]
    average = root * 1e12 if is_weth_first else 1e12 / root
    assert abs(average / eth - 1) < 0.003
    pop = facts["pools"]["pop"]["address"]
    assert len(reader.words(pop, "observe(uint32[])", [1800, 0])) == 8


def test_chain_starts_at_the_given_time_and_leaves_no_hole(facts: Any, tmp_path: Path) -> None:
    """The clock is at `now`, and days asleep have trades at most half a day apart."""
    now = facts["last_block"]["timestamp"] + 20 * 24 * HOUR
    with running_demonstration(tmp_path / "demonstration", now=now) as chain:
        rpc = JsonRpc(chain.endpoint)
        last = rpc.number("eth_blockNumber")
        times = [
            int(rpc.ask("eth_getBlockByNumber", hex(number), HASHES_ONLY)["timestamp"], 16)
            for number in range(facts["last_block"]["number"], last + 1)
        ]
        rpc.close()
    assert times[-1] == now
    assert max(later - earlier for earlier, later in pairwise(times)) < 12 * HOUR
    assert len(times) < 70


def test_chain_that_is_ahead_of_the_clock_goes_on(facts: Any, tmp_path: Path) -> None:
    """With a wall clock behind the last block the next block is one second later, and fresh."""
    ahead = facts["last_block"]["timestamp"] - 5 * 24 * HOUR
    directory = tmp_path / "demonstration"
    with running_demonstration(directory, now=ahead) as chain:
        rpc = JsonRpc(chain.endpoint)
        block = rpc.ask("eth_getBlockByNumber", "latest", HASHES_ONLY)
        rpc.close()
    assert int(block["timestamp"], 16) == facts["last_block"]["timestamp"] + 1


def test_chain_goes_on_where_it_stopped(facts: Any, tmp_path: Path) -> None:
    """What happened before a stop is still there, and a reset takes it away."""
    directory = tmp_path / "demonstration"
    for expected in (0, 1):
        with running_demonstration(directory) as chain:
            rpc = JsonRpc(chain.endpoint)
            assert _payments(rpc, facts) == expected
            _pay(rpc, facts)
            rpc.close()
    reset(directory)
    with running_demonstration(directory) as chain:
        rpc = JsonRpc(chain.endpoint)
        assert _payments(rpc, facts) == 0
        rpc.close()


@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes through /proc")
@pytest.mark.parametrize("victim", ["program", "supervisor"])
def test_node_ends_with_us_and_saves_the_chain(victim: str, facts: Any, tmp_path: Path) -> None:
    """After kill -9 of the program or of the supervisor nothing runs on and nothing is lost."""
    directory = copy_of_demonstration(tmp_path / "demonstration")
    program = subprocess.Popen(
        [sys.executable, "-c", STARTING_PROGRAM, str(directory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=REPOSITORY,
    )
    try:
        assert program.stdout is not None
        endpoint, supervisor_pid = program.stdout.readline().decode().split()
        supervisor = int(supervisor_pid)
        [anvil] = _children(supervisor)
        rpc = JsonRpc(endpoint)
        _pay(rpc, facts)
        rpc.close()
        os.kill(program.pid if victim == "program" else supervisor, signal.SIGKILL)
        _wait_until_gone(supervisor, anvil)
    finally:
        program.kill()
        program.communicate()
    with running_demonstration(directory) as chain:
        rpc = JsonRpc(chain.endpoint)
        assert _payments(rpc, facts) == 1
        rpc.close()


def test_killed_node_leaves_the_state_of_the_last_stop(facts: Any, tmp_path: Path) -> None:
    """When the node itself is killed, closing still works and the chain starts again."""
    directory = copy_of_demonstration(tmp_path / "demonstration")
    chain = start(directory, now=int(time.time()))
    [anvil] = _children(chain.supervisor_pid)
    os.kill(anvil, signal.SIGKILL)
    chain.close()
    with running_demonstration(directory) as again:
        rpc = JsonRpc(again.endpoint)
        assert _payments(rpc, facts) == 0
        rpc.close()


def test_dump_cut_short_is_dropped(facts: Any, tmp_path: Path) -> None:
    """Half a dump, as a full disk or a crash leaves it, does not replace the state."""
    directory = copy_of_demonstration(tmp_path / "demonstration")
    dump = (directory / LIVING).with_suffix(".dump")
    dump.write_bytes((directory / LIVING).read_bytes()[:1_000_000])
    with running_demonstration(directory) as chain:
        rpc = JsonRpc(chain.endpoint)
        assert rpc.number("eth_blockNumber") > facts["last_block"]["number"]
        rpc.close()


@pytest.mark.skipif(sys.platform == "win32", reason="limits file sizes the Unix way")
def test_disk_full_at_a_stop_keeps_the_state_of_before(tmp_path: Path) -> None:
    """A dump that does not fit on the disk neither replaces the state nor stays behind."""
    directory = copy_of_demonstration(tmp_path / "demonstration")
    before = (directory / LIVING).read_bytes()
    command = [sys.executable, "-c", STOPPING_PROGRAM_ON_FULL_DISK, str(directory)]
    subprocess.run(command, cwd=REPOSITORY, check=True, timeout=SECONDS_TO_HAPPEN)
    assert (directory / LIVING).read_bytes() == before
    assert not (directory / LIVING).with_suffix(".dump").exists()


def test_damaged_state_is_refused_and_reset_mends_it(tmp_path: Path) -> None:
    """A state that cannot be loaded is named as such, and a reset brings the chain back."""
    directory = copy_of_demonstration(tmp_path / "demonstration")
    (directory / LIVING).write_bytes((directory / LIVING).read_bytes()[:1_000_000])
    with pytest.raises(Unavailable, match="may be damaged"):
        start(directory, now=int(time.time()))
    reset(directory)
    with running_demonstration(directory) as chain:
        assert chain.endpoint.startswith("http://127.0.0.1:")


def test_reset_refuses_a_damaged_original(tmp_path: Path) -> None:
    """A changed pristine state is noticed by its digest."""
    directory = copy_of_demonstration(tmp_path / "demonstration")
    pristine = directory / PRISTINE
    content = pristine.read_bytes()
    pristine.unlink()  # it may be linked to the one other tests use
    pristine.write_bytes(content[:-10])
    with pytest.raises(Unavailable, match="has to be built again"):
        reset(directory)


def test_chain_open_in_another_window_is_refused(tmp_path: Path) -> None:
    """Two programs never run one chain; the first goes on undisturbed."""
    directory = copy_of_demonstration(tmp_path / "demonstration")
    with running_demonstration(directory) as chain:
        with pytest.raises(Unavailable, match="open in another window"):
            start(directory, now=int(time.time()))
        rpc = JsonRpc(chain.endpoint)
        assert rpc.number("eth_chainId") == 31337
        rpc.close()


def test_port_taken_meanwhile_is_no_obstacle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When something else took the chosen port, another one is chosen."""
    directory = copy_of_demonstration(tmp_path / "demonstration")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ports = iter([port, node._free_port()])
        monkeypatch.setattr(node, "_free_port", lambda: next(ports))
        with running_demonstration(directory) as chain:
            assert not chain.endpoint.endswith(f":{port}")


def test_keeper_repeats_fresh_rounds_until_it_is_closed(facts: Any, tmp_path: Path) -> None:
    """While the chain runs, rounds follow each other without anybody asking."""
    directory = copy_of_demonstration(tmp_path / "demonstration")
    chain = start(directory, now=int(time.time()), seconds_between_rounds=0.02)
    rpc = JsonRpc(chain.endpoint)
    first = rpc.number("eth_blockNumber")
    until = time.monotonic() + SECONDS_TO_HAPPEN
    while rpc.number("eth_blockNumber") < first + 3:
        assert time.monotonic() < until, "the keeper does nothing"
    rpc.close()
    chain.close()
    chain.close()


def test_no_private_key_is_written_anywhere(tmp_path: Path) -> None:
    """The log holds neither the node's greeting nor its keys."""
    directory = copy_of_demonstration(tmp_path / "demonstration")
    with running_demonstration(directory):
        pass
    log = (directory / "chain" / "node.log").read_text()
    assert "Private Keys" not in log
    assert "mnemonic" not in log.lower()


def test_unprepared_folder_is_refused(tmp_path: Path) -> None:
    """Nothing starts where nothing was built."""
    assert not is_prepared(tmp_path)
    with pytest.raises(Unavailable, match="not been built"):
        start(tmp_path, now=0)


@pytest.mark.parametrize("at", [0, 3])
def test_cancelled_build_leaves_nothing(at: int, tmp_path: Path) -> None:
    """Neither the folder nor a part of it nor a process remains."""
    seen: list[int] = []

    def is_cancelled() -> bool:
        seen.append(1)
        return len(seen) > at

    with pytest.raises(Cancelled):
        prepare(tmp_path / "d", on_progress=lambda *_: None, is_cancelled=is_cancelled)
    assert list(tmp_path.iterdir()) == []


def test_missing_node_is_named_with_its_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without anvil the sentence says what to run."""
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    with pytest.raises(Unavailable, match=r"packaging/set_up\.sh runtime"):
        prepare(tmp_path / "d", on_progress=lambda *_: None, is_cancelled=lambda: False)
    assert list(tmp_path.iterdir()) == []


def test_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """A place where no folder can be is refused in one sentence."""
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="cannot be kept"):
        prepare(tmp_path / "file" / "d", on_progress=lambda *_: None, is_cancelled=lambda: False)


def test_two_builds_are_the_same(prepared: Path, facts: Any, tmp_path: Path) -> None:
    """Addresses, nonce, queue, workspace and the last block's hash are those of any other build."""
    steps: list[tuple[str, int, int]] = []
    prepare(
        tmp_path / "again", on_progress=lambda *step: steps.append(step), is_cancelled=lambda: False
    )
    again = json.loads((tmp_path / "again" / "demonstration.json").read_text())
    # The node writes its dump in an order of its own; the chain in it is the same.
    assert again | {"pristine_sha256": ""} == facts | {"pristine_sha256": ""}
    for file in ("queue/honest.json", "queue/hostile.json", "workspace/treasury.toml"):
        assert (tmp_path / "again" / file).read_bytes() == (prepared / file).read_bytes()
    assert [done for _, done, _ in steps] == sorted(done for _, done, _ in steps)
    assert {of for _, _, of in steps} == {370}
