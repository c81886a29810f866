"""What a rollup charges beside gas for publishing a transaction on its parent chain.

Rollups of the OP kind, Metis among them, tell it through a contract at an address of its own. Where
nothing is there, nothing is charged. Source: OP Stack specification, predeploy GasPriceOracle.
"""

from typing import Final

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.chain import answers
from treasury_desktop.chain.answers import Reverted
from treasury_desktop.chain.connection import Ask
from treasury_desktop.chain.contract_call import WORD, asking
from treasury_desktop.chain.node import Node
from treasury_desktop.treasury.block import Block

ORACLE: Final = Address.parse("0x420000000000000000000000000000000000000F")
AROUND: Final = b"".join(keccak(bytes([number])) for number in range(6))
"""Stands for the other fields and the signature, which no compression makes shorter either."""


def data_fee_wei(node: Node, calldata: bytes, block: Block) -> int | None:
    """The fee at a block, in wei: 0 on chains without one, `None` where its oracle says nothing."""
    question = asking(ORACLE, "getL1Fee(bytes)", AROUND + calldata, name="data fee")
    call = {"to": str(ORACLE), "data": f"0x{question.data.hex()}"}
    pin = {"blockHash": f"0x{block.hash.hex()}", "requireCanonical": True}
    answer = node.ask(Ask("eth_call", (call, pin), answers.hex_data, question.name))
    if answer == b"":
        return 0
    if isinstance(answer, Reverted) or len(answer) != WORD:
        return None
    return int.from_bytes(answer, "big")
