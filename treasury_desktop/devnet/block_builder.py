"""Builds blocks on a node that mines on demand: what goes in, and at what time."""

from typing import Any

from treasury_desktop.assets.address import Address
from treasury_desktop.devnet.json_rpc import JsonRpc
from treasury_desktop.devnet.packages import Artifact
from treasury_desktop.errors import Unavailable

SECONDS_A_BLOCK = 12
GAS = 6_000_000


class BlockBuilder:
    """The pen that writes the chain's history; every transaction it checks must have succeeded."""

    def __init__(self, rpc: JsonRpc, *, timestamp: int) -> None:
        self.rpc = rpc
        self.timestamp = timestamp

    def send(self, sender: Address, to: Address | None, data: bytes = b"", value: int = 0) -> str:
        """Put a transaction into the next block; answers its hash."""
        transaction = {
            "from": str(sender),
            "data": "0x" + data.hex(),
            "value": hex(value),
            "gas": hex(GAS),
        }
        if to is not None:
            transaction["to"] = str(to)
        return str(self.rpc.ask("eth_sendTransaction", transaction))

    def mine(self, timestamp: int | None = None) -> None:
        """Close the block, at a time or one slot after the block before."""
        self.timestamp = max(timestamp or 0, self.timestamp + SECONDS_A_BLOCK)
        self.rpc.ask("evm_mine", {"timestamp": self.timestamp})

    def receipt(self, transaction_hash: str) -> dict[str, Any]:
        """The receipt of a mined transaction; raises Unavailable when it was reverted."""
        receipt: dict[str, Any] | None = self.rpc.ask("eth_getTransactionReceipt", transaction_hash)
        if receipt is None or receipt["status"] != "0x1":
            raise Unavailable(f"A demonstration transaction failed ({transaction_hash}).")
        return receipt

    def perform(
        self, sender: Address, to: Address | None, data: bytes = b"", value: int = 0
    ) -> dict[str, Any]:
        """Send one transaction, mine it, check it."""
        sent = self.send(sender, to, data, value)
        self.mine()
        return self.receipt(sent)

    def deploy(self, sender: Address, artifact: Artifact, *arguments: Any) -> Address:
        """Deploy a contract; answers where it lies."""
        receipt = self.perform(sender, None, artifact.creation(*arguments))
        return Address.parse(receipt["contractAddress"])

    def call(self, to: Address, data: bytes) -> bytes:
        """What a contract answers now."""
        request = {"to": str(to), "data": "0x" + data.hex()}
        return bytes.fromhex(self.rpc.ask("eth_call", request, "latest")[2:])
