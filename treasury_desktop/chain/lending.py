"""What the Safes have supplied to Aave v3 pools and what they owe there, at one block.

A debt may be in any reserve, so the pool's own list of reserves is read and not the workspace's.
Anybody may supply in a Safe's name, though: of reserves that no strategy names only listed tokens
are held. Sources: Pool.sol, DataTypes.sol (ReserveData), IAToken.sol of @aave/core-v3.
"""

from dataclasses import dataclass
from typing import NamedTuple

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.amount import TokenAmount
from treasury_desktop.chain.batch import PinnedBlock
from treasury_desktop.chain.contract_call import Words, asking
from treasury_desktop.chain.holdings import amount_of, deployed_holding, trusted_token
from treasury_desktop.deployments.venues.aave_v3 import lending_pool
from treasury_desktop.errors import Refused
from treasury_desktop.treasury.holding import Holding
from treasury_desktop.treasury.lending import LendingAccount
from treasury_desktop.treasury.strategy import Strategy
from treasury_desktop.treasury.workspace import Workspace

MOST_RESERVES = 256
"""Twice as many as a pool can have (ReserveConfiguration.sol)."""
USUAL_LIST_WORDS, RESERVE_WORDS, ACCOUNT_WORDS = 100, 15, 6
A_TOKEN, STABLE_DEBT, VARIABLE_DEBT = 8, 9, 10
TOTAL_DEBT, HEALTH_FACTOR = 1, 5
"""Places in what getReserveData and getUserAccountData answer."""
NO_DEBT = 2**256 - 1
"""The health factor of an account that owes nothing, or too little to have a price."""


class Reserve(NamedTuple):
    """An asset of a pool, and the tokens that say who supplied and who owes it.

    Newer pools have no stable debt token: it is zero there.
    """

    asset: Address
    a_token: Address
    debt_tokens: tuple[Address, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lending:
    """Everything read of all pools; receipts and debt tokens are never holdings themselves."""

    holdings: tuple[Holding, ...] = ()
    accounts: tuple[LendingAccount, ...] = ()
    receipts: frozenset[Address] = frozenset()
    debt_tokens: frozenset[Address] = frozenset()


def read_lending(pinned: PinnedBlock, workspace: Workspace) -> Lending:
    """Supplies and debts of every Safe at every pool of a strategy."""
    pools = dict.fromkeys(lending_pool(strategy) for strategy in workspace.strategies)
    found = [_of_pool(pinned, workspace, pool) for pool in pools if pool is not None]
    return Lending(
        holdings=tuple(holding for each in found for holding in each.holdings),
        accounts=tuple(account for each in found for account in each.accounts),
        receipts=frozenset(token for each in found for token in each.receipts),
        debt_tokens=frozenset(token for each in found for token in each.debt_tokens),
    )


def read_reserves(pinned: PinnedBlock, pool: Address) -> tuple[Reserve, ...]:
    """The reserves of a pool, each once."""
    list_call = asking(pool, "getReservesList()", words=USUAL_LIST_WORDS)
    listed = Words(pinned.calls((list_call,))[0], list_call.name, 2).addresses(0, MOST_RESERVES)
    assets = tuple(dict.fromkeys(listed))
    calls = [
        asking(pool, "getReserveData(address)", asset, words=RESERVE_WORDS) for asset in assets
    ]
    found: list[Reserve] = []
    for asset, call, answer in zip(assets, calls, pinned.calls(calls), strict=True):
        words = Words(answer, call.name, RESERVE_WORDS)
        debts = (words.address(STABLE_DEBT), words.address(VARIABLE_DEBT))
        tokens = tuple(token for token in debts if not token.is_zero)
        found.append(Reserve(asset=asset, a_token=words.address(A_TOKEN), debt_tokens=tokens))
    return tuple(found)


def _of_pool(pinned: PinnedBlock, workspace: Workspace, pool: Address) -> Lending:
    at_pool = [each for each in workspace.strategies if lending_pool(each) == pool]
    reserves = read_reserves(pinned, pool)
    _require_named(at_pool, pool, reserves)
    balances = _balances(pinned, workspace, reserves)
    _require_own_asset(pinned, reserves, balances)
    stated = _stated_accounts(pinned, workspace, pool)
    holdings: list[Holding] = []
    accounts: list[LendingAccount] = []
    for safe, words in stated.items():
        debts: list[TokenAmount] = []
        for reserve in reserves:
            units = balances[safe, reserve.a_token]
            strategy = strategy_for(workspace, at_pool, reserve.asset)
            if units and strategy is not None:
                asset = reserve.asset
                holdings.append(
                    deployed_holding(workspace, safe, strategy, asset, units, detail="supplied")
                )
            owed = sum(balances[safe, token] for token in reserve.debt_tokens)
            if owed:
                debts.append(amount_of(workspace, reserve.asset, owed))
        accounts.append(_account(words, pool, safe, tuple(debts)))
    return Lending(
        holdings=tuple(holdings),
        accounts=tuple(accounts),
        receipts=frozenset(reserve.a_token for reserve in reserves),
        debt_tokens=frozenset(token for reserve in reserves for token in reserve.debt_tokens),
    )


def _require_named(at_pool: list[Strategy], pool: Address, reserves: tuple[Reserve, ...]) -> None:
    assets = {reserve.asset for reserve in reserves}
    for strategy in at_pool:
        if strategy.asset is not None and strategy.asset not in assets:
            raise Refused(f"The Aave v3 pool {pool} has no reserve of {strategy.asset}.")


def _balances(
    pinned: PinnedBlock, workspace: Workspace, reserves: tuple[Reserve, ...]
) -> dict[tuple[Address, Address], int]:
    """Base units by Safe and token, of every receipt of every reserve."""
    pairs = [
        (safe.address, token)
        for safe in workspace.safes
        for reserve in reserves
        for token in (reserve.a_token, *reserve.debt_tokens)
    ]
    calls = [asking(token, "balanceOf(address)", safe) for safe, token in pairs]
    return {
        pair: Words(answer, call.name).uint(0)
        for pair, call, answer in zip(pairs, calls, pinned.calls(calls), strict=True)
    }


def _require_own_asset(
    pinned: PinnedBlock,
    reserves: tuple[Reserve, ...],
    balances: dict[tuple[Address, Address], int],
) -> None:
    """Refuses where a receipt that a Safe has is, by its own word, for another asset."""
    had = {token for (_, token), units in balances.items() if units}
    pairs = [
        (reserve.asset, token)
        for reserve in reserves
        for token in (reserve.a_token, *reserve.debt_tokens)
        if token in had
    ]
    calls = [asking(token, "UNDERLYING_ASSET_ADDRESS()") for _, token in pairs]
    for (asset, token), call, answer in zip(pairs, calls, pinned.calls(calls), strict=True):
        stated = Words(answer, call.name).address(0)
        if stated != asset:
            raise Refused(f"The pool's token {token} is for {stated}, not for {asset}.")


def strategy_for(workspace: Workspace, at_pool: list[Strategy], asset: Address) -> Strategy | None:
    """The strategy of an asset; of an asset without one, whoever takes any, or the pool's first.

    `None` where no strategy names it and nobody listed it.
    """
    named = next((each for each in at_pool if each.asset == asset), None)
    if named is not None or trusted_token(workspace, asset) is None:
        return named
    return next((each for each in at_pool if each.asset is None), at_pool[0])


def _stated_accounts(
    pinned: PinnedBlock, workspace: Workspace, pool: Address
) -> dict[Address, Words]:
    """What the pool says of each Safe altogether."""
    safes = [safe.address for safe in workspace.safes]
    calls = [
        asking(pool, "getUserAccountData(address)", safe, words=ACCOUNT_WORDS) for safe in safes
    ]
    return {
        safe: Words(answer, call.name, ACCOUNT_WORDS)
        for safe, call, answer in zip(safes, calls, pinned.calls(calls), strict=True)
    }


def _account(
    words: Words, pool: Address, safe: Address, debts: tuple[TokenAmount, ...]
) -> LendingAccount:
    """The Safe's account; refused where the pool says it owes and no reserve says what."""
    if words.uint(TOTAL_DEBT) and not debts:
        raise Refused(
            f"The Aave v3 pool {pool} says that the Safe {safe} owes something, "
            "but none of its reserves says what."
        )
    health = words.uint(HEALTH_FACTOR)
    return LendingAccount(
        safe=safe,
        pool=pool,
        debts=debts,
        health_factor=None if health == NO_DEBT or not debts else health,
    )
