"""Many reads at one block, pinned by its hash, in one round trip.

Numbers move while we read; a block's hash does not (EIP-1898). A JSON-RPC batch carries all
questions of a round; in it, calls that do not care who asks are gathered in few where the endpoint
takes that (call_program.py). No helper contract has to be deployed.
"""

from collections.abc import Sequence
from typing import Any

from treasury_desktop.assets.address import Address
from treasury_desktop.chain import answers
from treasury_desktop.chain.answers import Reverted
from treasury_desktop.chain.call_program import Call
from treasury_desktop.chain.connection import Ask
from treasury_desktop.chain.contract_call import WORD, ContractCall
from treasury_desktop.chain.node import Node
from treasury_desktop.treasury.snapshot import Block


class PinnedBlock:
    """One block of the chain, and whoever agreed on everything that was read at it."""

    def __init__(self, node: Node, block: Block) -> None:
        self._node = node
        self.block = block
        self._names: set[str] | None = None

    @classmethod
    def newest(cls, node: Node) -> "PinnedBlock":
        """The newest block enough endpoints know."""
        return cls(node, node.newest_header().block)

    @property
    def names(self) -> tuple[str, ...]:
        """The endpoints that agreed on every answer so far."""
        return tuple(sorted(self._names or ()))

    def calls(self, calls: Sequence[ContractCall]) -> list[bytes | Reverted]:
        """What the contracts answer, in order."""
        pin = self._pin
        return self._ask([_call(call, pin) for call in calls])

    def storage(self, slots: Sequence[tuple[Address, int]]) -> list[bytes]:
        """The 32-byte words in storage slots."""
        return self._ask(
            [
                Ask(
                    "eth_getStorageAt",
                    (str(where), f"0x{slot:064x}", self._pin),
                    answers.storage_word,
                    f"storage of {where}",
                )
                for where, slot in slots
            ]
        )

    def balances(self, accounts: Sequence[Address]) -> list[int]:
        """Native balances in wei."""
        return self._ask(
            [
                Ask(
                    "eth_getBalance",
                    (str(account), self._pin),
                    answers.quantity,
                    f"native balance of {account}",
                )
                for account in accounts
            ]
        )

    @property
    def _pin(self) -> dict[str, Any]:
        return {"blockHash": f"0x{self.block.hash.hex()}", "requireCanonical": True}

    def _ask(self, asks: list[Ask]) -> list[Any]:
        agreed = self._node.ask_all(asks)
        if asks:
            given = set(agreed.names)
            self._names = given if self._names is None else self._names & given
        return agreed.values


def _call(call: ContractCall, pin: dict[str, Any]) -> Ask:
    if call.sender is None:
        may_gather = Call(call.to.raw, call.data, call.words * WORD)
        return Ask("eth_call", (pin,), answers.hex_data, call.name, may_gather)
    transaction = {"to": str(call.to), "data": f"0x{call.data.hex()}", "from": str(call.sender)}
    return Ask("eth_call", (transaction, pin), answers.hex_data, call.name)
