"""Uniswap v3 liquidity: mint a position in a tick range, later decrease, collect and burn.

Amounts, liquidity and rounding are those of the pool (pools/liquidity.py). Minimum amounts bound
what a price move between drafting and execution may cost; the deadline bounds its time.
"""

from dataclasses import dataclass
from math import isqrt
from typing import TYPE_CHECKING

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.amount import TokenAmount
from treasury_desktop.calls.abi_type import parse_function
from treasury_desktop.calls.decoded_call import DecodedCall
from treasury_desktop.calls.effects import Outflow, Taking, TakingReader
from treasury_desktop.deployments.calls import Call
from treasury_desktop.deployments.deployment import Entry
from treasury_desktop.deployments.encoding import encoded_call
from treasury_desktop.errors import Refused
from treasury_desktop.pools.liquidity import (
    amounts_for_liquidity,
    amounts_to_mint,
    liquidity_for_amounts,
)
from treasury_desktop.pools.tick import sqrt_price_x96_at_tick
from treasury_desktop.treasury.strategy import Strategy
from treasury_desktop.treasury.terms import BPS

if TYPE_CHECKING:
    from treasury_desktop.treasury.workspace import WatchedPool

MINT = parse_function(
    "mint((address token0,address token1,uint24 fee,int24 tickLower,int24 tickUpper,"
    "uint256 amount0Desired,uint256 amount1Desired,uint256 amount0Min,uint256 amount1Min,"
    "address recipient,uint256 deadline) params)"
)
INCREASE = parse_function(
    "increaseLiquidity((uint256 tokenId,uint256 amount0Desired,uint256 amount1Desired,"
    "uint256 amount0Min,uint256 amount1Min,uint256 deadline) params)"
)
DECREASE = parse_function(
    "decreaseLiquidity((uint256 tokenId,uint128 liquidity,uint256 amount0Min,uint256 amount1Min,"
    "uint256 deadline) params)"
)
COLLECT = parse_function(
    "collect((uint256 tokenId,address recipient,uint128 amount0Max,uint128 amount1Max) params)"
)
APPROVE = parse_function("approve(address spender,uint256 amount)")
PAYING = frozenset(
    {
        DECREASE.signature,
        COLLECT.signature,
        "burn(uint256)",
        "refundETH()",
        "unwrapWETH9(uint256,address)",
        "sweepToken(address,uint256,address)",
        "unwrapWETH9(uint256)",
        "sweepToken(address,uint256)",
        "createAndInitializePoolIfNecessary(address,address,uint24,uint160)",
    }
)
"""What takes nothing of the sender's and may pay out."""
MAX_UINT128 = 2**128 - 1
MOST_SLIPPAGE_BPS = 500
EXIT_SECONDS = 30 * 86_400
"""How long an exit that is drafted beside its entry stays good at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """A tick range to provide liquidity in; both ends are multiples of the pool's spacing."""

    tick_lower: int
    tick_upper: int

    def __post_init__(self) -> None:
        if self.tick_lower >= self.tick_upper:
            raise Refused(
                f"upper tick {self.tick_upper} must be above lower tick {self.tick_lower}"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class MintTerms:
    """What a mint is drafted with: the pool's price, the range, tolerance and deadline.

    `block_time` is when the pool had that price and `deadline` when the mint must have run, both
    Unix seconds; `slippage_bps` is how far the price may have moved.
    """

    sqrt_price_x96: int
    range: Range
    slippage_bps: int
    deadline: int
    block_time: int

    def __post_init__(self) -> None:
        if not 0 <= self.slippage_bps <= MOST_SLIPPAGE_BPS:
            raise Refused(
                f"A tolerance of {self.slippage_bps} basis points is none: it lies between 0 and "
                f"{MOST_SLIPPAGE_BPS}."
            )
        if self.deadline <= self.block_time:
            raise Refused(
                f"The deadline {self.deadline} has passed: the newest block is of "
                f"{self.block_time}."
            )


def entry(
    strategy: Strategy,
    pool: "WatchedPool",
    amounts: tuple[TokenAmount, TokenAmount],
    safe: Address,
    terms: MintTerms,
) -> Entry:
    """Exact approvals and a mint to the Safe with minimum amounts and deadline, and its exit.

    The amounts are what the pool takes for the liquidity that both together allow, so that no
    approval stays open after the mint.
    """
    manager = strategy.position_manager
    if manager is None or (amounts[0].token.address, amounts[1].token.address) != (
        pool.token0,
        pool.token1,
    ):
        raise Refused(f"{strategy.name} does not fit the pool {pool.name}.")
    if terms.range.tick_lower % pool.tick_spacing or terms.range.tick_upper % pool.tick_spacing:
        raise Refused(f"Ticks of {pool.name} are multiples of {pool.tick_spacing}.")
    liquidity, needed = _liquidity_and_amounts(terms, amounts)
    if liquidity == 0:
        raise Refused("The amounts are too small for any liquidity in this range.")
    taken = tuple(
        TokenAmount(token=amount.token, base_units=units)
        for amount, units in zip(amounts, needed, strict=True)
    )
    minimum = _minimum_amounts(terms, needed)
    mint = Call(
        to=manager,
        data=encoded_call(
            MINT,
            (
                str(pool.token0),
                str(pool.token1),
                pool.fee,
                terms.range.tick_lower,
                terms.range.tick_upper,
                *needed,
                *minimum,
                str(safe),
                terms.deadline,
            ),
        ),
        purpose=f"mint the position with {taken[0]} and {taken[1]}; it goes to the Safe",
    )
    return Entry(
        amounts=taken,
        calls=(*_approvals(taken, manager), mint),
        exit_calls=_exit_calls(manager, liquidity, safe, terms),
        exit_notes="The position's token id exists only after the mint; 0 stands for it here. The "
        "minimum amounts are those of today's price and the deadline lies 30 days off; the exit is "
        "rebuilt with the real id, fresh minimum amounts and a near deadline.",
    )


def _approvals(amounts: tuple[TokenAmount, ...], manager: Address) -> tuple[Call, ...]:
    return tuple(
        Call(
            to=amount.token.address,
            data=encoded_call(APPROVE, str(manager), amount.base_units),
            purpose=f"allow the position manager exactly {amount}",
        )
        for amount in amounts
        if amount.token.address is not None and amount.base_units
    )


def _exit_calls(
    manager: Address, liquidity: int, safe: Address, terms: MintTerms, token_id: int = 0
) -> tuple[Call, ...]:
    deadline = max(terms.deadline, terms.block_time + EXIT_SECONDS)
    minimum = _least_returned(terms, liquidity)
    return (
        Call(
            to=manager,
            data=encoded_call(DECREASE, (token_id, liquidity, *minimum, deadline)),
            purpose="take all liquidity out",
        ),
        Call(
            to=manager,
            data=encoded_call(COLLECT, (token_id, str(safe), MAX_UINT128, MAX_UINT128)),
            purpose="collect both tokens and the fees to the Safe",
        ),
    )


def _liquidity_and_amounts(
    terms: MintTerms, amounts: tuple[TokenAmount, TokenAmount]
) -> tuple[int, tuple[int, int]]:
    """The liquidity both amounts allow and what the pool takes for it, rounded up as it does."""
    lower, upper = _bounds(terms)
    liquidity = liquidity_for_amounts(
        terms.sqrt_price_x96, lower, upper, amounts[0].base_units, amounts[1].base_units
    )
    return liquidity, amounts_to_mint(terms.sqrt_price_x96, lower, upper, liquidity)


def _minimum_amounts(terms: MintTerms, needed: tuple[int, int]) -> tuple[int, int]:
    """The least the pool would take of each token at any price within the tolerance.

    The position manager recomputes the liquidity at the price it finds, from the amounts desired;
    what it then takes is least at one end of the tolerance or the other.
    """
    lower, upper = _bounds(terms)
    taken, rounding = [], []
    for price in _reached(terms):
        liquidity = liquidity_for_amounts(price, lower, upper, *needed)
        taken.append(amounts_to_mint(price, lower, upper, liquidity))
        # LiquidityAmounts.sol rounds twice on the way, by no more than this.
        lost = 2 + needed[0] // max(upper - max(price, lower), 1)
        rounding.append(amounts_to_mint(price, lower, upper, min(lost, liquidity)))
    least0, least1 = (
        max(0, min(pair[token] for pair in taken) - max(pair[token] for pair in rounding))
        for token in (0, 1)
    )
    return least0, least1


def _least_returned(terms: MintTerms, liquidity: int) -> tuple[int, int]:
    """The least the pool would return of each token for liquidity, within the tolerance."""
    returned = [
        amounts_for_liquidity(price, *_bounds(terms), liquidity) for price in _reached(terms)
    ]
    least0, least1 = (min(pair[token] for pair in returned) for token in (0, 1))
    return least0, least1


def _bounds(terms: MintTerms) -> tuple[int, int]:
    """The roots of the prices at both ends of the range."""
    ends = (terms.range.tick_lower, terms.range.tick_upper)
    lower, upper = (sqrt_price_x96_at_tick(tick) for tick in ends)
    return lower, upper


def _reached(terms: MintTerms) -> tuple[int, int, int]:
    """The roots of the lowest, the drafted and the highest price within the tolerance.

    A price moved by x moves its square root by √(1 + x); the ends are rounded outwards.
    """
    squared = terms.sqrt_price_x96**2
    return (
        isqrt(squared * (BPS - terms.slippage_bps) // BPS),
        terms.sqrt_price_x96,
        isqrt(squared * (BPS + terms.slippage_bps) // BPS) + 1,
    )


def reader(_strategies: tuple[Strategy, ...]) -> TakingReader:
    """Reads mints, additions to positions, and payouts, whatever contract they are called on."""
    return _read


def _read(call: DecodedCall, _outer: DecodedCall | None) -> tuple[Taking, ...] | None:
    match call.function.signature if call.function else "":
        case MINT.signature:
            return _read_mint(call)
        case INCREASE.signature:
            return _read_increase(call)
        case signature if signature in PAYING:
            return _read_payout(call)
        case _:
            return None


def _params(call: DecodedCall) -> dict[str, object]:
    argument = call.arguments[0]
    assert isinstance(argument.value, tuple)
    return dict(zip(argument.kind.names, argument.value, strict=True))


def _read_mint(call: DecodedCall) -> tuple[Taking, ...]:
    params = _params(call)
    return tuple(
        Outflow(
            path=call.path,
            token=str(params[token]),
            base_units=_number(params[amount]),
            to=call.to,
        )
        for token, amount in (("token0", "amount0Desired"), ("token1", "amount1Desired"))
        if params[amount]
    )


def _read_increase(call: DecodedCall) -> tuple[Taking, ...]:
    """The calldata names a position, not its tokens."""
    params = _params(call)
    return tuple(
        Outflow(path=call.path, token=None, base_units=_number(params[amount]), to=call.to)
        for amount in ("amount0Desired", "amount1Desired")
        if params[amount]
    )


def _read_payout(call: DecodedCall) -> tuple[Taking, ...]:
    """Nothing is taken; what is paid to anybody but the sender and the contract itself leaves."""
    to = next((a.value for a in call.arguments if a.name == "recipient"), None)
    if call.function is not None and call.function.signature == COLLECT.signature:
        to = _params(call)["recipient"]
    if not isinstance(to, Address) or to.is_zero or to in (call.sender, call.to):
        return ()
    return (Outflow(path=call.path, token=None, base_units=None, to=to),)


def _number(value: object) -> int:
    assert isinstance(value, int)
    return value
