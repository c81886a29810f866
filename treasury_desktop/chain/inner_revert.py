"""Why the call inside a Safe transaction reverts, told apart from what the Safe itself says.

Safes up to 1.4.1 throw the inner reason away and say GS013 only. Since 1.5.0 a Safe repeats it as
if it were its own, so any contract can speak in the Safe's codes. The chain is asked for it once
more: a CALL as if the Safe made it, a DELEGATECALL through the Safe's own simulateAndRevert.
Source: Safe.sol, StorageAccessible.sol.
"""

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError

from treasury_desktop.assets.address import Address
from treasury_desktop.chain import answers
from treasury_desktop.chain.answers import Reverted
from treasury_desktop.chain.connection import Ask
from treasury_desktop.chain.contract_call import selector
from treasury_desktop.chain.node import Node
from treasury_desktop.chain.revert_words import INSIDE, is_inner_failure, revert_words
from treasury_desktop.errors import TreasuryError
from treasury_desktop.safes.execution import EXEC_TRANSACTION_SELECTOR
from treasury_desktop.safes.safe_tx import Operation

SIMULATE = selector("simulateAndRevert(address,bytes)")
_HEAD = ("address", "uint256", "bytes", "uint8")
_FLAG_AND_LENGTH = 64
_FAILED = bytes(32)


def execution_revert_words(
    node: Node, safe: Address, calldata: bytes, reverted: Reverted, pin: object
) -> str:
    """The reason of a refused execution, with that of the call inside where it can be found.

    `pin` is the block at which it was refused. What is found beside costs nobody a decision, so
    trouble while looking changes nothing.
    """
    words = revert_words(reverted)
    if not is_inner_failure(reverted) and not reverted.data:
        return words
    try:
        inner = _inner(node, safe, calldata, pin)
    except TreasuryError:
        return words
    if inner is None or not (inner.data or inner.reason):
        return words
    if is_inner_failure(reverted):
        return f"{words}: {revert_words(inner)}"
    return f"{INSIDE}: {words}" if inner == reverted else words


def _inner(node: Node, safe: Address, calldata: bytes, pin: object) -> Reverted | None:
    """What the inner call answers alone; `None` where it does not revert or is no execution."""
    if calldata[:4] != EXEC_TRANSACTION_SELECTOR:
        return None
    try:
        to, value, data, operation = decode(_HEAD, calldata[4:])
    except (DecodingError, OverflowError):
        return None
    if operation == Operation.CALL:
        call = {"from": str(safe), "to": to, "value": hex(value), "data": f"0x{data.hex()}"}
        answer = node.ask(Ask("eth_call", (call, pin), answers.hex_data, "inner call"))
        return answer if isinstance(answer, Reverted) else None
    simulation = SIMULATE + encode(("address", "bytes"), (to, data))
    call = {"to": str(safe), "data": f"0x{simulation.hex()}"}
    answer = node.ask(Ask("eth_call", (call, pin), answers.hex_data, "inner call"))
    if not isinstance(answer, Reverted) or len(answer.data) < _FLAG_AND_LENGTH:
        return None
    if answer.data[: len(_FAILED)] != _FAILED:
        return None  # alone it does not revert, and what it returns is no reason
    said = answer.data[_FLAG_AND_LENGTH:]
    return Reverted(said, answers.revert_reason(said, ""))
