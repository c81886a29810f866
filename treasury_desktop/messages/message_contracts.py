"""The contracts that check signatures and that we vouch for, packaged with where we know them from.

The list is data (resources/official/message_contracts.json): each entry has its kind, name, chains
and source. A contract that is not in it is nobody's, whatever a message calls it.
"""

import json
from functools import cache
from typing import Final, NamedTuple

from treasury_desktop.assets.address import Address
from treasury_desktop.resources import read_resource

COW_RELAYER: Final = Address.parse("0xC92E8bdf79f0507f65a392b0ab4667716BFE0110")
OPENSEA_CONDUIT: Final = Address.parse("0x1E0049783F008A0085193E00003D00cd54003c71")
OPENSEA_CONDUIT_KEY: Final = bytes.fromhex(
    "0000007b02230091a7ed01230072f7006a004d60a8d4e71d599b8104250f0000"
)


class MessageContract(NamedTuple):
    """A contract by what it is; `chains` of `None` are all, because nothing else can lie there."""

    kind: str
    name: str
    address: Address
    chains: frozenset[int] | None
    source: str

    def is_on(self, chain_id: int) -> bool:
        """Whether it lies at its address on a chain."""
        return self.chains is None or chain_id in self.chains


def message_contract(chain_id: int, address: Address) -> MessageContract | None:
    """The packaged contract at an address of a chain, or `None`."""
    for contract in message_contracts():
        if contract.address == address and contract.is_on(chain_id):
            return contract
    return None


@cache
def message_contracts() -> tuple[MessageContract, ...]:
    """All packaged contracts that check signatures, or that take by them."""
    found = json.loads(read_resource("official/message_contracts.json"))
    return tuple(
        MessageContract(
            kind=entry["kind"],
            name=entry["name"],
            address=Address.parse(entry["address"]),
            chains=None if entry["chains"] is None else frozenset(entry["chains"]),
            source=entry["source"],
        )
        for entry in found
    )
