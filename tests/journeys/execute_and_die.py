"""A desk that is killed with -9 around its broadcast; started by the journeys as a process."""

import os
import signal
import sys
from pathlib import Path

from tests.journeys.conftest import executed
from treasury_desktop.application.demonstration import PROFILES
from treasury_desktop.application.open_desk import OpenDesk
from treasury_desktop.chain.broadcaster import Broadcaster
from treasury_desktop.keys.signer_process import WindowWish
from treasury_desktop.treasury.workspace import Endpoint


def main(moment: str, folder: str, endpoint: str, safe_tx_hash: str) -> None:
    """Executes, and dies before or after the bytes reach the node."""
    broadcast = Broadcaster.broadcast

    def die(self: Broadcaster, raw_transaction: bytes) -> bytes:
        if moment == "after broadcast":
            broadcast(self, raw_transaction)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("unreachable")

    Broadcaster.broadcast = die  # type: ignore[method-assign]  # the moment of death
    desk = OpenDesk(
        Path(folder),
        endpoints=(Endpoint(name="local node", url=endpoint),),
        key_profile=PROFILES[False],
        wish=WindowWish(rehearse=True),
    )
    executor = next(key for key in desk.keys.all() if key.role == "executor")
    executed(desk, bytes.fromhex(safe_tx_hash), executor)


if __name__ == "__main__":
    main(*sys.argv[1:])
