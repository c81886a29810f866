"""Reads a whole treasury at one pinned block: the snapshot everything else is computed from."""

from treasury_desktop.chain.batch import PinnedBlock
from treasury_desktop.chain.holdings import (
    read_allowances,
    read_idle_holdings,
    read_vault_holdings,
    require_listed_decimals,
)
from treasury_desktop.chain.lending import read_lending
from treasury_desktop.chain.node import Node
from treasury_desktop.chain.other_positions import read_other_positions
from treasury_desktop.chain.positions import read_entries, read_positions
from treasury_desktop.chain.quotes import read_quotes
from treasury_desktop.chain.safe_reader import read_safes
from treasury_desktop.treasury.snapshot import TreasurySnapshot
from treasury_desktop.treasury.strategy import Strategy
from treasury_desktop.treasury.workspace import Workspace


class TreasuryReader:
    """Reads through the endpoints of one workspace."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def read(self, workspace: Workspace) -> TreasurySnapshot:
        """Safes, holdings, positions, allowances and quotes at the newest agreed block.

        All or nothing: a snapshot that lacks something would understate the treasury.
        """
        pinned = PinnedBlock.newest(self._node)
        addresses = tuple(each.address for each in workspace.safes)
        safes = read_safes(pinned, self._node.chain_id, addresses)
        require_listed_decimals(pinned, workspace)
        entries = read_entries(pinned, workspace)
        found = [
            read_positions(pinned, workspace, strategy, entries)
            for strategy in _one_of_each_pool(workspace)
        ]
        lending = read_lending(pinned, workspace)
        holdings = (
            *read_idle_holdings(pinned, workspace, lending.receipts | lending.debt_tokens),
            *read_vault_holdings(pinned, workspace),
            *lending.holdings,
            *(holding for each in found for holding in each.holdings),
            *read_other_positions(pinned, workspace, entries),
        )
        return TreasurySnapshot(
            chain_id=self._node.chain_id,
            block=pinned.block,
            safes=safes,
            holdings=holdings,
            quotes=read_quotes(pinned, workspace),
            positions=tuple(position for each in found for position in each.positions),
            allowances=read_allowances(pinned, workspace, lending.debt_tokens),
            lending=lending.accounts,
            nodes=pinned.names,
        )


def _one_of_each_pool(workspace: Workspace) -> tuple[Strategy, ...]:
    """Strategies of different pools: of several in one pool the first, so it is counted once."""
    places = [(each.position_manager, each.pool) for each in workspace.strategies]
    return tuple(
        strategy
        for at, strategy in enumerate(workspace.strategies)
        if places.index(places[at]) == at
    )
