"""ERC-4626 vaults: deposit an asset, hold shares, redeem them (EIP-4626).

Builds with eth_abi; what it built is read back by calls/, which shares no code with eth_abi.
"""

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.amount import TokenAmount
from treasury_desktop.calls.abi_type import parse_function
from treasury_desktop.calls.decoded_call import DecodedCall
from treasury_desktop.calls.effects import Outflow, Taking, TakingReader
from treasury_desktop.deployments.calls import Call
from treasury_desktop.deployments.deployment import Entry
from treasury_desktop.deployments.encoding import encoded_call
from treasury_desktop.errors import Refused
from treasury_desktop.treasury.strategy import Strategy

DEPOSIT = parse_function("deposit(uint256 assets,address receiver)")
MINT = parse_function("mint(uint256 shares,address receiver)")
REDEEM = parse_function("redeem(uint256 shares,address receiver,address owner)")
WITHDRAW = parse_function("withdraw(uint256 assets,address receiver,address owner)")
APPROVE = parse_function("approve(address spender,uint256 amount)")


def entry(strategy: Strategy, amount: TokenAmount, safe: Address, expected_shares: int) -> Entry:
    """Approve exactly the amount, deposit it for the Safe, and the redemption that undoes it.

    `expected_shares` is what previewDeposit answers; zero shares for money is refused.
    """
    vault = _vault(strategy)
    if strategy.asset is None or amount.token.address != strategy.asset:
        raise Refused(f"{strategy.name} does not take {amount.token.symbol}.")
    if amount.base_units == 0:
        raise Refused("The amount is zero; there is nothing to deploy.")
    if expected_shares == 0:
        raise Refused(f"{strategy.name} would give zero shares for {amount}.")
    asset = amount.token.address
    units = amount.base_units
    return Entry(
        amounts=(amount,),
        calls=(
            Call(
                to=asset,
                data=encoded_call(APPROVE, str(vault), units),
                purpose=f"allow the vault exactly {amount}",
            ),
            Call(
                to=vault,
                data=encoded_call(DEPOSIT, units, str(safe)),
                purpose=f"deposit {amount}; the shares go to the Safe",
            ),
        ),
        exit_calls=(
            Call(
                to=vault,
                data=encoded_call(REDEEM, expected_shares, str(safe), str(safe)),
                purpose=f"redeem {expected_shares:,} share units to the Safe",
            ),
        ),
        exit_notes="The share count is what the vault promises now; the exit is rebuilt with the "
        "shares the Safe really holds.",
    )


def reader(strategies: tuple[Strategy, ...]) -> TakingReader:
    """Reads what vaults take and pay out; the asset comes from the strategy that names the vault.

    A vault nobody described takes an asset the calldata does not name.
    """
    assets = {
        contract: strategy.asset
        for strategy in strategies
        if strategy.venue == "erc4626"
        for contract in strategy.contracts
    }

    def read(call: DecodedCall, _outer: DecodedCall | None) -> tuple[Taking, ...] | None:
        asset = assets.get(call.to)
        token = None if asset is None else str(asset)
        match call.function.signature if call.function else "":
            case DEPOSIT.signature | WITHDRAW.signature:
                units = call.argument("assets")
            case MINT.signature | REDEEM.signature:
                units = None  # shares: what they are worth is for the vault to say
            case _:
                return None
        assert units is None or isinstance(units, int)
        return _takings(call, token, units)

    return read


def _takings(call: DecodedCall, token: str | None, units: int | None) -> tuple[Taking, ...]:
    """Deposits and mints take from the sender; the others pay, and perhaps somebody else."""
    assert call.function is not None
    to = call.to
    if call.function.name in (WITHDRAW.name, REDEEM.name):
        receiver = call.argument("receiver")
        assert isinstance(receiver, Address)
        if receiver == call.sender:
            return ()
        to = receiver
    return (Outflow(path=call.path, token=token, base_units=units, to=to),)


def _vault(strategy: Strategy) -> Address:
    if not strategy.contracts:
        raise Refused(f"{strategy.name} names no vault.")
    return strategy.contracts[0]
