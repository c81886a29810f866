"""Asks a Safe itself whether it stands by a message (EIP-1271)."""

from treasury_desktop.assets.address import ZERO_ADDRESS, Address
from treasury_desktop.chain.answers import Reverted
from treasury_desktop.chain.batch import PinnedBlock
from treasury_desktop.chain.contract_call import WORD, Words, asking
from treasury_desktop.chain.node import Node

MAGIC = bytes.fromhex("1626ba7e").ljust(WORD, b"\0")
"""bytes4(keccak256("isValidSignature(bytes32,bytes)")), as a word."""


class MessageVerifier:
    """Keeps the desk's Protocol of that name."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def is_valid_signature(self, safe: Address, message_hash: bytes, signature: bytes) -> bool:
        """What isValidSignature(bytes32,bytes) of the Safe says; False where it refuses."""
        call = asking(
            safe,
            "isValidSignature(bytes32,bytes)",
            message_hash,
            signature,
            name=f"isValidSignature of {safe}",
            sender=ZERO_ADDRESS,
        )
        answer = PinnedBlock.newest(self._node).calls((call,))[0]
        if isinstance(answer, Reverted) or len(answer) < WORD:
            return False
        return Words(answer, call.name).bytes32(0) == MAGIC
