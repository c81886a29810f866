"""The demonstration chain as the program sees it: prepare once, start at every run, reset.

`prepare` builds a year of history into a folder; `start` brings a copy of it to life, fresh, in
under two seconds, and whatever the person does on it is kept. Nothing here is privileged: the
program talks to the chain as to any node, through the endpoint `start` answers.
"""

import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from treasury_desktop.devnet.block_builder import BlockBuilder
from treasury_desktop.devnet.foundations import found
from treasury_desktop.devnet.freshness import SECONDS_BETWEEN_ROUNDS, Keeper, Quoted, refresh
from treasury_desktop.devnet.history import DAYS, first_prices, last_prices, write_history
from treasury_desktop.devnet.json_rpc import HASHES_ONLY, JsonRpc
from treasury_desktop.devnet.node import GENESIS_TIMESTAMP, Node, anvil
from treasury_desktop.devnet.prepared_files import (
    facts,
    honest_bundle,
    hostile_bundle,
    workspace,
    write_json,
)
from treasury_desktop.devnet.prepared_folder import (
    DAMAGED,
    FACTS,
    LIVING,
    LOG,
    PRISTINE,
    digest_of,
    facts_of,
    is_prepared,
    reset,
)
from treasury_desktop.devnet.roles import roles_of
from treasury_desktop.devnet.state_file import drop_traces
from treasury_desktop.errors import Cancelled, Malformed, Unavailable

FOUNDING = "Deploying the contracts"
LIVING_THROUGH = "Living through a year"
SAVING = "Saving the chain"

Progress = Callable[[str, int, int], None]


class RunningChain:
    """A live demonstration chain; close it, or it closes when the program ends."""

    def __init__(self, node: Node, keeper: Keeper) -> None:
        self._node = node
        self._keeper = keeper
        self.endpoint = node.endpoint
        self.supervisor_pid = node.supervisor_pid

    def close(self) -> None:
        """Stop the keeper and the node, which saves its state; safe to call twice."""
        self._keeper.stop()
        self._node.close()


def prepare(directory: Path, *, on_progress: Progress, is_cancelled: Callable[[], bool]) -> None:
    """Build the demonstration into `directory`, about half a minute of work.

    `on_progress(step, done, of)` is called from this thread. Raises Cancelled soon after
    `is_cancelled()` answers True, Unavailable when the node is not installed or the disk is full;
    in both cases nothing is left behind.
    """
    anvil()
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(prefix=f".{directory.name}-", dir=directory.parent))
    except OSError as failure:
        raise Unavailable(
            f"The demonstration cannot be kept in {directory}: {failure}."
        ) from failure
    try:
        _build(building, _reporter(on_progress, is_cancelled))
        _put_in_place(building, directory)
    except OSError as failure:
        raise Unavailable(f"The demonstration could not be written: {failure}.") from failure
    finally:
        shutil.rmtree(building, ignore_errors=True)


def start(
    directory: Path, *, now: int, seconds_between_rounds: float = SECONDS_BETWEEN_ROUNDS
) -> RunningChain:
    """Bring the prepared chain to life with its clock at `now` (Unix seconds) and fresh prices."""
    if not is_prepared(directory):
        raise Unavailable("The demonstration has not been built yet.")
    if not (directory / LIVING).is_file():
        reset(directory)
    try:
        quoted = Quoted.from_facts(facts_of(directory))
    except (KeyError, TypeError, Malformed) as failure:  # a file that somebody else wrote
        raise Unavailable(DAMAGED) from failure
    node = Node(directory / LIVING, log=directory / LOG)
    try:
        refresh(node.rpc, quoted, now=now)
    except BaseException:
        node.close()
        raise
    keeper = Keeper(node.endpoint, quoted, seconds_between=seconds_between_rounds)
    keeper.start()
    return RunningChain(node, keeper)


def _build(building: Path, report: Progress) -> None:
    state = building / PRISTINE
    state.parent.mkdir(parents=True)
    report(FOUNDING, 0, DAYS)
    node = Node(state, log=building / LOG, is_building=True)
    try:
        builder = BlockBuilder(node.rpc, timestamp=GENESIS_TIMESTAMP)
        eth, pop = first_prices()
        world = found(builder, roles_of(node.rpc.ask("eth_accounts")), eth_price=eth, pop_price=pop)
        year = write_history(builder, world, lambda day: report(LIVING_THROUGH, day, DAYS))
        content = facts(
            world,
            year,
            last_block=_last_block(node.rpc),
            last_prices=dict(zip(("eth", "pop"), last_prices(), strict=True)),
        )
        write_json(building / "queue" / "honest.json", honest_bundle(world))
        write_json(building / "queue" / "hostile.json", hostile_bundle(world))
        (building / "workspace").mkdir()
        (building / "workspace" / "treasury.toml").write_text(workspace(world), encoding="utf-8")
        report(SAVING, DAYS, DAYS)
    finally:
        node.close()
    drop_traces(state, world.roles.market)
    write_json(building / FACTS, content | {"pristine_sha256": digest_of(state)})
    shutil.copyfile(state, building / LIVING)


def _last_block(rpc: JsonRpc) -> dict[str, Any]:
    block = rpc.ask("eth_getBlockByNumber", "latest", HASHES_ONLY)
    return {
        "number": int(block["number"], 16),
        "hash": block["hash"],
        "timestamp": int(block["timestamp"], 16),
    }


def _reporter(on_progress: Progress, is_cancelled: Callable[[], bool]) -> Progress:
    def report(step: str, done: int, of: int) -> None:
        if is_cancelled():
            raise Cancelled
        on_progress(step, done, of)

    return report


def _put_in_place(building: Path, directory: Path) -> None:
    """One rename makes the new demonstration the one that is there."""
    if directory.exists():
        former = building.with_name(building.name + "-former")
        directory.replace(former)
        building.replace(directory)
        shutil.rmtree(former, ignore_errors=True)
    else:
        building.replace(directory)


def _try_by_hand(directory: Path) -> None:
    """Prepare if needed, start, say where, and run until Ctrl-C."""

    def show(step: str, done: int, of: int) -> None:
        print(f"\r{step}: {done}/{of}   ", end="", file=sys.stderr, flush=True)  # noqa: T201  by hand

    if not is_prepared(directory):
        prepare(directory, on_progress=show, is_cancelled=lambda: False)
    chain = start(directory, now=int(time.time()))
    print(chain.endpoint, flush=True)  # noqa: T201  this is the answer
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        chain.close()


if __name__ == "__main__":
    _try_by_hand(Path(sys.argv[1]))
