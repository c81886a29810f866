"""safe-eth-py's own decoder, in an interpreter that has it: calldata in hex from standard input.

Says how many calls it found and in how many seconds. It calls itself once for each of them.
"""

import sys
import threading
import time

from safe_eth.safe.multi_send import MultiSend  # type: ignore[import-not-found]

STACK_BYTES = 1 << 29
MOST_CALLS = 1_000_000


def decode(data: bytes) -> None:
    """Decodes once, under the clock."""
    begun = time.perf_counter()
    calls = MultiSend.from_transaction_data(data)
    print(len(calls), time.perf_counter() - begun)  # noqa: T201  the answer


if __name__ == "__main__":
    sys.setrecursionlimit(MOST_CALLS)
    threading.stack_size(STACK_BYTES)
    thread = threading.Thread(target=decode, args=(bytes.fromhex(sys.stdin.read()),))
    thread.start()
    thread.join()
