"""A dry run: what an execution would come to, by a call that changes nothing.

A call without gas and fees runs with plenty of gas, at a gas price of nothing. What is mined has
the gas that was signed, and a Safe that refunds pays by the price of gas. So the very terms that
are signed are tried too. An estimate does not show either: a Safe transaction with a safeTxGas of
its own may fail inside for want of gas while the execution around it goes through.
"""

from treasury_desktop.assets.address import Address
from treasury_desktop.chain import answers
from treasury_desktop.chain.answers import Reverted
from treasury_desktop.chain.connection import Ask, EndpointRefusal
from treasury_desktop.chain.contract_call import Words
from treasury_desktop.chain.inner_revert import execution_revert_words
from treasury_desktop.chain.node import Node
from treasury_desktop.desk.fees import AgreedCost
from treasury_desktop.errors import Refused
from treasury_desktop.treasury.block import Block

USED_UP = "The Safe would use up the nonce, but the transaction inside would fail."

Call = dict[str, str]


def require_success(node: Node, call: Call, block: Block) -> None:
    """Refuses an execution that the Safe would refuse at a block, or that would fail inside."""
    answer = _answer(node, call, block)
    if isinstance(answer, Reverted):
        safe, calldata = Address.parse(call["to"]), bytes.fromhex(call["data"][2:])
        why = execution_revert_words(node, safe, calldata, answer, pinned(block))
        raise Refused(f"The Safe would refuse the execution: {why}.")
    if not _is_success(answer):
        raise Refused(USED_UP)


def succeeds(node: Node, call: Call, block: Block) -> bool:
    """Whether it runs to its end; a node that stops it for want of gas says that it does not."""
    try:
        answer = _answer(node, call, block)
    except EndpointRefusal as refusal:
        if "gas" not in refusal.message.lower():
            raise
        return False
    return not isinstance(answer, Reverted) and _is_success(answer)


def on_terms(call: Call, cost: AgreedCost) -> Call:
    """The call with the gas and the fees that would be signed."""
    return call | {
        "gas": hex(cost.gas_limit),
        "maxFeePerGas": hex(cost.fees.max_fee_per_gas),
        "maxPriorityFeePerGas": hex(cost.fees.max_priority_fee_per_gas),
    }


def with_gas(call: Call, gas_limit: int) -> Call:
    """The call with so much gas, at a price of nothing."""
    return call | {"gas": hex(gas_limit)}


def pinned(block: Block) -> dict[str, object]:
    """A block as EIP-1898 names it, so that all endpoints speak of the same."""
    return {"blockHash": f"0x{block.hash.hex()}", "requireCanonical": True}


def _answer(node: Node, call: Call, block: Block) -> bytes | Reverted:
    ask = Ask("eth_call", (call, pinned(block)), answers.hex_data, "dry run")
    answer: bytes | Reverted = node.ask(ask)
    return answer


def _is_success(answer: bytes) -> bool:
    return Words(answer, "dry run of execTransaction").flag(0)
