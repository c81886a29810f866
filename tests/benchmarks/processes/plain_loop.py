"""What a script would do with a batch: unpack it, decode each transfer, look at nothing else.

`plain_loop.py FILE` does it with the transaction of a bundle.
"""

import json
import sys
from pathlib import Path

from eth_abi.abi import decode

HEADER = 1 + 20 + 32 + 32


def plain_loop(data: bytes) -> list[tuple[str, int]]:
    """The recipients and amounts in the calldata of a batch."""
    (packed,) = decode(["bytes"], data[4:])
    found, position = [], 0
    while position < len(packed):
        body = position + HEADER
        length = int.from_bytes(packed[body - 32 : body], "big")
        found.append(decode(["address", "uint256"], packed[body + 4 : body + length]))
        position = body + length
    return found


if __name__ == "__main__":
    bundle = json.loads(Path(sys.argv[1]).read_bytes())
    print(len(plain_loop(bytes.fromhex(bundle["transaction"]["data"][2:]))))  # noqa: T201
