"""The largest inputs that are read take bounded memory, whatever they are full of."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.foreign import ZERO, a_batch, a_bundle_json, a_call
from tests.samples import CHAIN_ID, USDC_AT
from treasury_desktop.assets.address import Address
from treasury_desktop.assets.strict_json import MAX_BYTES
from treasury_desktop.calls.decoded_call import MAX_DEPTH
from treasury_desktop.calls.known_contracts import official_address
from treasury_desktop.safes.multisend import PackedCall, multisend_calldata

Json = dict[str, Any]
MOST_MEMORY = 1 << 30
"""Bytes of address space, for a review of at most 8 MiB."""
MOST_SECONDS = 60
REVIEWED = (
    f"import resource, sys; resource.setrlimit(resource.RLIMIT_AS, ({MOST_MEMORY},) * 2); "
    "from treasury_desktop.__main__ import main; "
    "sys.argv = ['treasury-desktop', 'review', sys.argv[1], '--json']; sys.exit(main())"
)


def a_batch_of_calls(data: bytes, count: int) -> Json:
    """A bundle whose batch pays so many different addresses."""
    calls = (PackedCall(0, Address(n.to_bytes(20, "big")), 1, data) for n in range(1, count + 1))
    packed = multisend_calldata(tuple(calls)).hex()
    return a_bundle_json(to=str(multisend()), operation=1, data=f"0x{packed}")


def multisend() -> Address:
    """The official one."""
    address = official_address(CHAIN_ID, "MultiSend", (1, 3, 0))
    assert address is not None
    return address


def batches_in_batches() -> Json:
    """As deep as is read, and a little deeper."""
    data = bytes(2_000_000)
    for _ in range(MAX_DEPTH + 2):
        data = multisend_calldata((PackedCall(1, multisend(), 0, data),))
    return a_bundle_json(to=str(multisend()), operation=1, data=f"0x{data.hex()}")


def arguments_that_repeat() -> Json:
    """`multicall(bytes[])` with sixty thousand offsets to the same place."""
    count = 60_000
    words = (32, count, *(count * 32 for _ in range(count)), 4, 0)
    data = "ac9650d8" + "".join(f"{word:064x}" for word in words)
    return a_bundle_json(to=str(USDC_AT), data=f"0x{data}")


def evidence_of(name: str, entry: Json, count: int) -> Json:
    """A bundle with so many entries of one kind."""
    return {**a_bundle_json(), "evidence": {name: [entry] * count}}


LARGE: dict[str, Callable[[], Json]] = {
    "empty calls": lambda: a_batch_of_calls(b"", 48_000),
    "unread calls": lambda: a_batch_of_calls(b"\xde\xad\xbe\xef", 45_000),
    "batches in batches": batches_in_batches,
    "arguments that repeat": arguments_that_repeat,
    "a batch file": lambda: a_batch(*[a_call(to=ZERO)] * 80_000),
    "tokens": lambda: evidence_of("tokens", {"address": ZERO, "symbol": "A"}, 100_000),
    "disagreements": lambda: evidence_of("disagreements", {"field": "a"}, 400_000),
    "a purpose": lambda: {**a_bundle_json(), "purpose": "\u202e" * 2_700_000},
    "members nobody defined": lambda: {**a_bundle_json(), "x": [[]] * 2_000_000},
}


@pytest.mark.parametrize("name", LARGE)
def test_largest_inputs(name: str, tmp_path: Path) -> None:
    """Each is reviewed or refused in a process that may not have more than a gigabyte."""
    file = tmp_path / "large.json"
    file.write_text(json.dumps(LARGE[name](), ensure_ascii=False, separators=(",", ":")), "utf-8")
    assert 10**6 < file.stat().st_size <= MAX_BYTES
    done = subprocess.run(
        [sys.executable, "-c", REVIEWED, str(file)],
        capture_output=True,
        check=False,
        timeout=MOST_SECONDS,
    )
    assert done.stderr == b""
    answer = json.loads(done.stdout)
    is_reviewed = "verdict" in answer
    assert is_reviewed == (done.returncode in (0, 1))
    assert is_reviewed or answer["error"]["field"]
