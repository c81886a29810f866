"""What a venue answers while a deployment is drafted.

Shares for a deposit, a pool's price now, what a lending pool still takes.
"""

from treasury_desktop.assets.address import Address
from treasury_desktop.chain.batch import PinnedBlock
from treasury_desktop.chain.contract_call import Words, asking
from treasury_desktop.chain.lending import A_TOKEN, RESERVE_WORDS
from treasury_desktop.chain.node import Node
from treasury_desktop.chain.positions import read_pool
from treasury_desktop.deployments.venues.aave_v3 import Reserve
from treasury_desktop.errors import Refused
from treasury_desktop.pools.pool import PoolState

ACCRUED_TO_TREASURY = 12
RAY = 10**27


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

    def reserve(self, pool: Address, asset: Address) -> Reserve:
        """What an Aave v3 pool allows of an asset, counted as it counts against its own cap.

        Source: ValidationLogic.validateSupply.
        """
        pinned = PinnedBlock.newest(self._node)
        call = asking(pool, "getReserveData(address)", asset, words=RESERVE_WORDS)
        data = Words(pinned.calls((call,))[0], call.name, RESERVE_WORDS)
        a_token = data.address(A_TOKEN)
        if a_token.is_zero:
            raise Refused(f"The Aave v3 pool {pool} has no reserve of {asset}.")
        calls = (
            asking(a_token, "scaledTotalSupply()"),
            asking(pool, "getReserveNormalizedIncome(address)", asset),
        )
        scaled, income = (
            Words(answer, each.name).uint(0, 200)
            for answer, each in zip(pinned.calls(calls), calls, strict=True)
        )
        counted = scaled + data.uint(ACCRUED_TO_TREASURY, 128)
        return Reserve.configured(data.uint(0), (counted * income + RAY // 2) // RAY)
