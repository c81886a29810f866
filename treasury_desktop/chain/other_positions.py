"""Positions of the Safes in pools that no strategy names: they lie at its position manager too.

A strategy's position manager takes money for every pool of its factory, so a pool without a name
of its own must not be a way past the limit. Anybody can send a Safe a position, though: what
somebody says a worthless token is worth counts nothing, so only listed tokens are held here, and
no token of such a pool is ever called.
"""

from treasury_desktop.assets.address import Address
from treasury_desktop.chain.batch import PinnedBlock
from treasury_desktop.chain.contract_call import Words, asking
from treasury_desktop.chain.holdings import trusted_token
from treasury_desktop.chain.positions import (
    Entries,
    Entry,
    position_holdings,
    position_of,
    read_pool,
    tick_calls,
)
from treasury_desktop.pools.pool import Pool, PoolState
from treasury_desktop.treasury.holding import Holding
from treasury_desktop.treasury.strategy import Strategy
from treasury_desktop.treasury.workspace import Workspace

_Place = tuple[Address, Address, int]
_State = tuple[Pool, PoolState]


def read_other_positions(
    pinned: PinnedBlock, workspace: Workspace, entries: Entries
) -> tuple[Holding, ...]:
    """What lies in other pools of the strategies' position managers, of listed tokens."""
    found: list[Holding] = []
    for manager, all_ in entries.items():
        if not all_:
            continue
        named = {_place(pinned, pool) for pool in _pools_at(workspace, manager)}
        others = [entry for entry in all_ if _may_hold(workspace, entry, named)]
        if others:
            found += _holdings(pinned, workspace, manager, others)
    return tuple(found)


def _pools_at(workspace: Workspace, manager: Address) -> list[Address]:
    named = (s.pool for s in workspace.strategies if s.position_manager == manager)
    return [pool for pool in dict.fromkeys(named) if pool is not None]


def _place(pinned: PinnedBlock, pool: Address) -> _Place:
    identity, _ = read_pool(pinned, pool)
    return identity.token0, identity.token1, identity.fee


def _may_hold(workspace: Workspace, entry: Entry, named: set[_Place]) -> bool:
    is_listed = any(trusted_token(workspace, token) for token in (entry.token0, entry.token1))
    return is_listed and not entry.is_empty and entry.place not in named


def _holdings(
    pinned: PinnedBlock, workspace: Workspace, manager: Address, others: list[Entry]
) -> list[Holding]:
    strategy = _strategy_for(workspace, manager)
    states = _states(pinned, manager, {entry.place for entry in others})
    calls = [call for entry in others for call in tick_calls(states[entry.place][0], entry)]
    answers = pinned.calls(calls)
    found: list[Holding] = []
    for at, entry in enumerate(others):
        position = position_of(entry, states[entry.place], (answers[2 * at], answers[2 * at + 1]))
        found += position_holdings(workspace, strategy, position)
    return [each for each in found if trusted_token(workspace, each.amount.token.address)]


def _strategy_for(workspace: Workspace, manager: Address) -> Strategy:
    """The strategy that takes any pool of the manager, or else the manager's first."""
    at_manager = [s for s in workspace.strategies if s.position_manager == manager]
    return next((s for s in at_manager if s.pool is None), at_manager[0])


def _states(pinned: PinnedBlock, manager: Address, places: set[_Place]) -> dict[_Place, _State]:
    """The pools of the manager's own factory, as they stand."""
    factory_call = asking(manager, "factory()")
    factory = Words(pinned.calls((factory_call,))[0], factory_call.name).address(0)
    in_order = sorted(places)
    calls = [asking(factory, "getPool(address,address,uint24)", *place) for place in in_order]
    answers = pinned.calls(calls)
    return {
        place: read_pool(pinned, Words(answer, call.name).address(0))
        for place, call, answer in zip(in_order, calls, answers, strict=True)
    }
