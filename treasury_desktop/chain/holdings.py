"""Idle holdings, vault holdings and open allowances of the treasury's Safes at one block."""

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.amount import TokenAmount
from treasury_desktop.assets.token import Token
from treasury_desktop.chain.batch import PinnedBlock
from treasury_desktop.chain.contract_call import Words, asking
from treasury_desktop.errors import Refused
from treasury_desktop.treasury.holding import Holding
from treasury_desktop.treasury.snapshot import OpenAllowance
from treasury_desktop.treasury.strategy import Strategy
from treasury_desktop.treasury.workspace import TrustedToken, Workspace

ERC4626 = "erc4626"


def read_idle_holdings(
    pinned: PinnedBlock, workspace: Workspace, receipts: frozenset[Address] = frozenset()
) -> tuple[Holding, ...]:
    """What lies in the Safes themselves, of every listed token; nothing of nothing is left out.

    A vault's share is not held idle even where it is listed: its assets are held in the vault.
    So it is with a lending pool's `receipts`.
    """
    vaults = {vault for strategy in vault_strategies(workspace) for vault in strategy.contracts}
    listed = [each for each in workspace.tokens if each.token.address not in vaults | receipts]
    pairs = [(safe.address, token) for safe in workspace.safes for token in listed]
    natives = [(safe, trusted) for safe, trusted in pairs if trusted.token.is_native]
    tokens = [(safe, trusted) for safe, trusted in pairs if not trusted.token.is_native]
    wei = pinned.balances([safe for safe, _ in natives])
    calls = [asking(_contract(t.token), "balanceOf(address)", safe) for safe, t in tokens]
    answers = pinned.calls(calls)
    amounts = [Words(each, call.name).uint(0) for each, call in zip(answers, calls, strict=True)]
    found = [*zip(natives, wei, strict=True), *zip(tokens, amounts, strict=True)]
    return tuple(
        Holding(
            safe=safe,
            amount=TokenAmount(token=trusted.token, base_units=base_units),
            is_own_token=trusted.is_own,
        )
        for (safe, trusted), base_units in found
        if base_units
    )


def require_listed_decimals(pinned: PinnedBlock, workspace: Workspace) -> None:
    """Refuses when a token's contract states other decimals than the workspace lists.

    Amounts would be wrong by powers of ten, and the 10% limit with them.
    """
    listed = [t.token for t in workspace.tokens if t.token.address is not None]
    calls = [asking(_contract(token), "decimals()") for token in listed]
    for token, call, answer in zip(listed, calls, pinned.calls(calls), strict=True):
        decimals = Words(answer, call.name).uint(0, 8)
        if decimals != token.decimals:
            raise Refused(
                f"{token.symbol} at {token.key} states {decimals} decimals on the chain; "
                f"the workspace lists {token.decimals}."
            )


def read_vault_holdings(pinned: PinnedBlock, workspace: Workspace) -> tuple[Holding, ...]:
    """What the Safes' shares of ERC-4626 vaults are worth in the vault's asset (convertToAssets).

    The vault itself names its asset; another one than the strategy's is refused.
    """
    # Two strategies may share a vault: what lies there is counted once, for the first of them.
    strategies = {
        vault: strategy
        for strategy in reversed(vault_strategies(workspace))
        for vault in strategy.contracts
    }
    places = [
        (safe.address, strategies[vault], vault)
        for safe in workspace.safes
        for vault in sorted(strategies)
    ]
    asked = [
        call
        for safe, _, vault in places
        for call in (asking(vault, "balanceOf(address)", safe), asking(vault, "asset()"))
    ]
    answers = pinned.calls(asked)
    shares = [Words(each, f"shares in vault {p[2]}").uint(0)
              for each, p in zip(answers[::2], places, strict=True)]  # fmt: skip
    assets = [Words(each, f"asset of vault {p[2]}").address(0)
              for each, p in zip(answers[1::2], places, strict=True)]  # fmt: skip
    for (_, strategy, vault), asset in zip(places, assets, strict=True):
        if strategy.asset is not None and strategy.asset != asset:
            raise Refused(f"The vault {vault} holds {asset}, not the strategy's {strategy.asset}.")
    calls = [
        asking(p[2], "convertToAssets(uint256)", n) for p, n in zip(places, shares, strict=True)
    ]
    values = [Words(each, call.name).uint(0)
              for each, call in zip(pinned.calls(calls), calls, strict=True)]  # fmt: skip
    return tuple(
        deployed_holding(workspace, safe, strategy, asset, value, detail="vault shares")
        for (safe, strategy, _), asset, value in zip(places, assets, values, strict=True)
        if value
    )


def read_allowances(
    pinned: PinnedBlock, workspace: Workspace, debt_tokens: frozenset[Address] = frozenset()
) -> tuple[OpenAllowance, ...]:
    """What the contracts of our strategies may still take of the Safes' tokens.

    Debt tokens refuse to answer: nobody can take a debt.
    """
    spenders = sorted({each for s in workspace.strategies for each in contracts_of(s)})
    triples = [
        (safe.address, trusted.token.address, spender)
        for safe in workspace.safes
        for trusted in workspace.tokens
        for spender in spenders
        if trusted.token.address is not None and trusted.token.address not in debt_tokens
    ]
    calls = [
        asking(token, "allowance(address,address)", safe, spender)
        for safe, token, spender in triples
    ]
    answers = pinned.calls(calls)
    found = [
        OpenAllowance(
            safe=safe,
            token=token,
            spender=spender,
            base_units=Words(answer, call.name).uint(0),
        )
        for (safe, token, spender), call, answer in zip(triples, calls, answers, strict=True)
    ]
    return tuple(each for each in found if each.base_units)


def deployed_holding(
    workspace: Workspace,
    safe: Address,
    strategy: Strategy,
    token: Address,
    base_units: int,
    *,
    detail: str,
) -> Holding:
    """An amount that works in a strategy."""
    trusted = trusted_token(workspace, token)
    return Holding(
        safe=safe,
        amount=amount_of(workspace, token, base_units),
        strategy=strategy.name,
        detail=detail,
        is_own_token=trusted is not None and trusted.is_own,
    )


def amount_of(workspace: Workspace, token: Address, base_units: int) -> TokenAmount:
    """An amount of a token; one that nobody listed is shown in base units."""
    trusted = trusted_token(workspace, token)
    return TokenAmount(
        token=trusted.token if trusted else _unlisted(workspace, token), base_units=base_units
    )


def trusted_token(workspace: Workspace, address: Address | None) -> TrustedToken | None:
    """The listed token at an address (`None` for the native coin), with where its price is."""
    return next((each for each in workspace.tokens if each.token.address == address), None)


def vault_strategies(workspace: Workspace) -> tuple[Strategy, ...]:
    """The strategies whose contracts are ERC-4626 vaults."""
    return tuple(each for each in workspace.strategies if each.venue == ERC4626)


def contracts_of(strategy: Strategy) -> tuple[Address, ...]:
    """Every contract at which a strategy's money may lie or be taken."""
    more = (strategy.pool, strategy.position_manager)
    return (*strategy.contracts, *(each for each in more if each is not None))


def _contract(token: Token) -> Address:
    assert token.address is not None
    return token.address


def _unlisted(workspace: Workspace, address: Address) -> Token:
    return Token(
        chain_id=workspace.chain.chain_id,
        address=address,
        symbol="unlisted token",
        name=str(address),
        decimals=None,
    )
