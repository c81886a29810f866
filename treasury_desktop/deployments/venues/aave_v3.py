"""Aave v3: supply an asset to a pool, be owed it with interest, withdraw it.

Builds with eth_abi; what it built is read back by calls/, which shares no code with eth_abi. Reads
what a pool takes and pays out. Sources: IPool.sol, ReserveConfiguration.sol of @aave/core-v3.
"""

from dataclasses import dataclass
from typing import Final

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.amount import TokenAmount
from treasury_desktop.calls.abi_type import parse_function
from treasury_desktop.calls.decoded_call import DecodedCall
from treasury_desktop.calls.effects import Borrowing, Outflow, Taking, TakingReader
from treasury_desktop.deployments.calls import Call
from treasury_desktop.deployments.deployment import Entry
from treasury_desktop.deployments.encoding import encoded_call
from treasury_desktop.errors import Refused
from treasury_desktop.treasury.strategy import Strategy

VENUE: Final = "aave_v3"
_APPROVE = parse_function("approve(address spender,uint256 amount)")
_SUPPLY = parse_function(
    "supply(address asset,uint256 amount,address onBehalfOf,uint16 referralCode)"
)
_WITHDRAW = parse_function("withdraw(address asset,uint256 amount,address to)")
_SIGNED = ",uint256,uint8,bytes32,bytes32)"
SUPPLY = frozenset(
    {
        "supply(address,uint256,address,uint16)",
        "deposit(address,uint256,address,uint16)",
        f"supplyWithPermit(address,uint256,address,uint16{_SIGNED}",
    }
)
REPAY = frozenset(
    {
        "repay(address,uint256,uint256,address)",
        f"repayWithPermit(address,uint256,uint256,address{_SIGNED}",
    }
)
WITHDRAW = "withdraw(address,uint256,address)"
BORROW = "borrow(address,uint256,uint256,uint16,address)"
TAKING_NOTHING = frozenset(
    {
        "setUserUseReserveAsCollateral(address,bool)",
        "setUserEMode(uint8)",
        "swapBorrowRateMode(address,uint256)",
    }
)
WHOLE_POSITION = 2**256 - 1
"""This amount means all there is, whatever that may be."""


def lending_pool(strategy: Strategy) -> Address | None:
    """The Pool of an Aave v3 strategy, its first contract; `None` of every other strategy."""
    is_one = strategy.venue == VENUE and bool(strategy.contracts)
    return strategy.contracts[0] if is_one else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserve:
    """What a pool allows of one asset now; amounts in base units.

    `supply_cap` is `None` where there is none; `supplied` counts against it.
    """

    is_active: bool
    is_frozen: bool
    is_paused: bool
    supply_cap: int | None
    supplied: int

    @classmethod
    def configured(cls, configuration: int, supplied: int) -> "Reserve":
        """The reserve of a configuration word (ReserveConfiguration.sol)."""
        cap = configuration >> 116 & 2**36 - 1
        decimals = configuration >> 48 & 0xFF
        return cls(
            is_active=bool(configuration >> 56 & 1),
            is_frozen=bool(configuration >> 57 & 1),
            is_paused=bool(configuration >> 60 & 1),
            supply_cap=cap * 10**decimals if cap else None,
            supplied=supplied,
        )

    def require_room(self, amount: TokenAmount, name: str) -> None:
        """Refuses in one sentence what the pool would refuse; `name` is the strategy's."""
        reserve = f"The reserve of {amount.token.symbol} at {name}"
        if not self.is_active:
            raise Refused(f"{reserve} is not active; nothing can be supplied.")
        if self.is_paused:
            raise Refused(f"{reserve} is paused; nothing goes in or out.")
        if self.is_frozen:
            raise Refused(f"{reserve} is frozen; nothing more can be supplied.")
        if self.supply_cap is not None and self.supplied + amount.base_units > self.supply_cap:
            room = TokenAmount(
                token=amount.token, base_units=max(0, self.supply_cap - self.supplied)
            )
            raise Refused(f"{reserve} is nearly full: {room} more can be supplied, not {amount}.")


def entry(
    strategy: Strategy,
    amount: TokenAmount,
    safe: Address,
    reserve: Reserve,
    *,
    allowed: int = 0,
    supplied: int = 0,
) -> Entry:
    """Approve exactly the amount, supply it for the Safe, and the withdrawal that undoes it.

    `allowed` is what the pool may take already, `supplied` what the Safe has there already: then
    only the amount is withdrawn, otherwise all there is with its interest.
    """
    pool = lending_pool(strategy)
    if pool is None:
        raise Refused(f"{strategy.name} names no pool.")
    asset = amount.token.address
    if asset is None or asset != strategy.asset:
        raise Refused(f"{strategy.name} does not take {amount.token.symbol}.")
    units = amount.base_units
    if units == 0:
        raise Refused("The amount is zero; there is nothing to deploy.")
    if units == WHOLE_POSITION:
        raise Refused("The amount is no amount.")  # Aave would take it for another one
    reserve.require_room(amount, strategy.name)
    # Some tokens, USDT among them, change an allowance only from or to zero.
    clearing = Call(
        to=asset,
        data=encoded_call(_APPROVE, str(pool), 0),
        purpose="take back what the pool may take already",
    )
    return Entry(
        amounts=(amount,),
        calls=(
            *((clearing,) if allowed else ()),
            Call(
                to=asset,
                data=encoded_call(_APPROVE, str(pool), units),
                purpose=f"allow the pool exactly {amount}",
            ),
            Call(
                to=pool,
                data=encoded_call(_SUPPLY, str(asset), units, str(safe), 0),
                purpose=f"supply {amount}; the pool owes it to the Safe",
            ),
        ),
        exit_calls=(_exit_call(pool, asset, amount, safe, is_whole=not supplied),),
        exit_notes=PART_NOTES if supplied else WHOLE_NOTES,
    )


WHOLE_NOTES: Final = (
    "Everything supplied comes back with its interest, as far as the pool has not lent it out and "
    "no debt of the Safe needs it."
)
PART_NOTES: Final = (
    "The Safe has supplied here before: this amount comes back, the interest and what was there "
    "before stay, as far as the pool has not lent it out and no debt of the Safe needs it."
)


def _exit_call(
    pool: Address, asset: Address, amount: TokenAmount, safe: Address, *, is_whole: bool
) -> Call:
    units = WHOLE_POSITION if is_whole else amount.base_units
    what = f"all {amount.token.symbol} with its interest" if is_whole else str(amount)
    return Call(
        to=pool,
        data=encoded_call(_WITHDRAW, str(asset), units, str(safe)),
        purpose=f"withdraw {what} to the Safe",
    )


def reader(_strategies: tuple[Strategy, ...]) -> TakingReader:
    """Reads supplies, loans, repayments and withdrawals, whatever pool they are called on."""
    return _read


def _read(call: DecodedCall, _outer: DecodedCall | None) -> tuple[Taking, ...] | None:
    signature = call.function.signature if call.function else ""
    if signature in TAKING_NOTHING:
        return ()
    if not (signature in SUPPLY or signature in REPAY or signature in (BORROW, WITHDRAW)):
        return None
    values = [argument.value for argument in call.arguments]
    asset, amount = values[0], values[1]
    assert isinstance(asset, Address)
    assert isinstance(amount, int)
    if signature == BORROW:
        debtor = values[4]
        assert isinstance(debtor, Address)
        return (Borrowing(path=call.path, token=str(asset), base_units=amount, debtor=debtor),)
    is_whole = amount == WHOLE_POSITION and signature not in SUPPLY
    to = values[2] if signature == WITHDRAW else call.to
    assert isinstance(to, Address)
    if to == call.sender:
        return ()
    units = None if is_whole else amount
    return (Outflow(path=call.path, token=str(asset), base_units=units, to=to),)
