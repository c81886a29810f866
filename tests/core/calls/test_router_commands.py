"""The universal router's commands: read exactly, or shown as bytes nobody can read."""

import pytest
from eth_abi.abi import encode

from tests.matters import DAI, ROUTER, SAFE, USDC, a_call, a_treasury_safe, a_tx
from tests.samples import STRANGER
from treasury_desktop.assets.address import Address
from treasury_desktop.calls.decoded_call import (
    Certainty,
    DecodedCall,
    Problem,
    Reading,
    decode_transaction,
)
from treasury_desktop.calls.router_commands import command_of

VENUE = "Uniswap v3 position manager and router"
ME = Address((1).to_bytes(20, "big"))
PATH = USDC.raw + (500).to_bytes(3, "big") + DAI.raw
PERMIT = ((str(USDC), 9, 8, 7), str(STRANGER), 6)


def executed(
    commands: bytes, *inputs: bytes, value: int = 0, reading: Reading | None = None
) -> DecodedCall:
    """A run of commands on the router."""
    call = a_call(ROUTER, "execute(bytes,bytes[],uint256)", commands, inputs, 2**40, value=value)
    known = Reading(known={ROUTER: VENUE}) if reading is None else reading
    return decode_transaction(a_treasury_safe(), a_tx(call), known)


def test_a_swap_and_a_sweep() -> None:
    """Each command is a call for the Safe with its input's arguments; value goes to the first."""
    swap = encode(["address", "uint256", "uint256", "bytes", "bool"], [str(ME), 5, 4, PATH, True])
    sweep = encode(["address", "address", "uint256"], [str(DAI), str(STRANGER), 4])
    call = executed(b"\x00\x84", swap, sweep, value=3)
    assert [c.function.name for c in call.calls if c.function] == ["V3_SWAP_EXACT_IN", "SWEEP"]
    assert [(c.sender, c.to, c.value, c.path) for c in call.calls] == [
        (SAFE, ROUTER, 3, "0.0"),
        (SAFE, ROUTER, 0, "0.1"),
    ]
    assert {c.certainty for c in call.walk()} == {Certainty.KNOWN_CONTRACT}
    assert not any(c.problems for c in call.walk())
    assert call.calls[0].argument("recipient") == ME
    assert call.calls[0].argument("path") == PATH
    assert call.calls[1].argument("recipient") == STRANGER
    assert call.calls[1].data == b"\x84" + sweep


def test_permits_inside_the_router() -> None:
    """A permit for Permit2 is read with its spender."""
    single = encode(
        ["((address,uint160,uint48,uint48),address,uint256)", "bytes"], [PERMIT, b"\x01" * 65]
    )
    batch = encode(
        ["((address,uint160,uint48,uint48)[],address,uint256)", "bytes"],
        [((PERMIT[0],), *PERMIT[1:]), b"\x01" * 65],
    )
    one, many = executed(b"\x0a\x03", single, batch).calls
    assert one.argument("permitSingle") == ((USDC, 9, 8, 7), STRANGER, 6)
    assert many.argument("permitBatch") == (((USDC, 9, 8, 7),), STRANGER, 6)


def test_a_plan_inside_a_plan() -> None:
    """A sub-plan's commands are commands too."""
    unwrap = encode(["address", "uint256"], [str(ME), 5])
    plan = encode(["bytes", "bytes[]"], [b"\x0c", (unwrap,)])
    call = executed(b"\x21", plan)
    (inner,) = call.calls[0].calls
    assert inner.function is not None
    assert inner.function.name == "UNWRAP_WETH"
    assert inner.path == "0.0.0"


@pytest.mark.parametrize("command", [0x07, 0x0F, 0x10, 0x12, 0x14, 0x20, 0x22, 0x3F, 0x40, 0x5F])
def test_commands_nobody_can_read(command: int) -> None:
    """An unknown command is undecoded, also when its input is empty or looks like a transfer."""
    transfer = a_call(USDC, "transfer(address,uint256)", STRANGER, 1).data
    for content in (b"", transfer):
        call = executed(bytes((command,)), content)
        (inner,) = call.calls
        assert inner.function is None
        assert inner.problems == (Problem.UNDECODED,)
        assert inner.data == bytes((command,)) + content
        assert not inner.is_plain_transfer


def test_input_that_does_not_fit_its_command() -> None:
    """A known command with too few bytes is malformed and undecoded."""
    (inner,) = executed(b"\x05", bytes(64)).calls
    assert inner.problems == (Problem.MALFORMED_CALLDATA, Problem.UNDECODED)


def test_dirty_input_is_told() -> None:
    """Bytes the router cuts off make the input non-canonical."""
    dirty = b"\xff" * 12 + USDC.raw + bytes(12) + STRANGER.raw + bytes(32)
    (inner,) = executed(b"\x05", dirty).calls
    assert inner.problems == (Problem.NON_CANONICAL_ABI,)


def test_commands_are_as_sure_as_the_router() -> None:
    """At a router nobody vouches for, its commands are read from the selector alone."""
    unwrap = encode(["address", "uint256"], [str(ME), 5])
    call = executed(b"\x0c", unwrap, reading=Reading())
    assert {c.certainty for c in call.walk()} == {Certainty.KNOWN_SELECTOR}


def test_a_flag_allows_to_fail_and_changes_nothing() -> None:
    """The highest bit is no part of the command's name; the next one is."""
    assert command_of(0x80) == command_of(0x00)
    assert command_of(0x00) is not None
    assert command_of(0x40) is None
