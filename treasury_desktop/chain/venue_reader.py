"""What a venue answers while a deployment is drafted: shares for a deposit, a pool's price now."""

from treasury_desktop.assets.address import Address
from treasury_desktop.chain.batch import PinnedBlock
from treasury_desktop.chain.contract_call import Words, asking
from treasury_desktop.chain.node import Node
from treasury_desktop.chain.positions import read_pool
from treasury_desktop.pools.pool import PoolState


class VenueReader:
    """Reads venues at the newest block, fresh at every call."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def expected_shares(self, vault: Address, assets: int) -> int:
        """What previewDeposit of an ERC-4626 vault answers for so many base units (EIP-4626)."""
        call = asking(vault, "previewDeposit(uint256)", assets)
        answer = PinnedBlock.newest(self._node).calls((call,))[0]
        return Words(answer, call.name).uint(0)

    def pool_state(self, pool: Address) -> PoolState:
        """The pool as it stands."""
        return read_pool(PinnedBlock.newest(self._node), pool)[1]
