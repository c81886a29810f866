"""Builders of core values with sane defaults, so that a test spells out only its own fact.

One treasury of about ten million dollars: a 2-of-3 Safe, a vault, a pool position, the DAO's own
token. Everything is made up; the keys are the numbers 1, 2 and 3.
"""

from dataclasses import replace
from fractions import Fraction
from typing import Any

from coincurve import PrivateKey

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.amount import TokenAmount
from treasury_desktop.assets.chain import Chain
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.assets.quote import Quote, QuoteKind
from treasury_desktop.assets.token import Token, native_token
from treasury_desktop.deployments.calls import safe_tx_of
from treasury_desktop.deployments.venues import erc4626
from treasury_desktop.desk.fees import AgreedCost, CostEstimate, FeeMarket, Speed
from treasury_desktop.pools.history import PoolSeries
from treasury_desktop.pools.liquidity import liquidity_for_amounts
from treasury_desktop.pools.position import Position
from treasury_desktop.pools.price import tick_at_price
from treasury_desktop.pools.tick import sqrt_price_x96_at_tick
from treasury_desktop.safes.confirmation import Confirmation
from treasury_desktop.safes.hashes import safe_tx_hashes
from treasury_desktop.safes.lifecycle import State
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.safes.safe import Safe, SafeVersion
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.safes.signature import Signature
from treasury_desktop.treasury.holding import Holding
from treasury_desktop.treasury.movement import Movement, MovementKind
from treasury_desktop.treasury.snapshot import Block, TreasurySnapshot
from treasury_desktop.treasury.strategy import Strategy
from treasury_desktop.treasury.workspace import (
    Endpoint,
    KnownPayee,
    NamedSafe,
    TrustedToken,
    WatchedPool,
    Workspace,
)

CHAIN_ID = 31337
BLOCK_TIME = 1_795_356_120
"""2026-11-22 14:02 UTC."""
NOW = BLOCK_TIME + 14 * 60
DAY = 86_400


def an_address(name: str) -> Address:
    """Twenty bytes made up from a name, the same for the same name."""
    return Address(keccak(name.encode())[:20])


SAFE = an_address("safe")
VAULT = an_address("vault")
POSITION_MANAGER = an_address("position manager")
PAYROLL = an_address("payroll")
AUDITORS = an_address("auditors")
STRANGER = an_address("stranger")
WETH_AT, USDC_AT = sorted((an_address("weth"), an_address("usdc")))
POOL = an_address("pool")

ETH = native_token(CHAIN_ID, "ETH")
WETH = Token(chain_id=CHAIN_ID, address=WETH_AT, symbol="WETH", name="Wrapped Ether", decimals=18)
USDC = Token(chain_id=CHAIN_ID, address=USDC_AT, symbol="USDC", name="USD Coin", decimals=6)
DAI = Token(chain_id=CHAIN_ID, address=an_address("dai"), symbol="DAI", name="Dai", decimals=18)
POP = Token(
    chain_id=CHAIN_ID,
    address=an_address("pop"),
    symbol="POP",
    name="Popular DAO token",
    decimals=18,
)

VAULT_STRATEGY = Strategy(
    name="USDC yield vault", group="Yield vault", venue="erc4626", contracts=(VAULT,), asset=USDC_AT
)
POOL_STRATEGY = Strategy(
    name="WETH/USDC liquidity",
    group="Uniswap WETH/USDC",
    venue="uniswap_v3",
    contracts=(POSITION_MANAGER, POOL),
    pool=POOL,
    position_manager=POSITION_MANAGER,
)

ETH_PRICE = Fraction("3012.55")


def an_owner(number: int = 1) -> Address:
    """The address of the key that is this number."""
    public = PrivateKey.from_int(number).public_key.format(compressed=False)
    return Address(keccak(public[1:])[12:])


def an_amount(token: Token, whole: str | int) -> TokenAmount:
    """An amount of whole tokens, which may have decimals as text."""
    units = Fraction(whole) * token.scale
    assert units.denominator == 1
    return TokenAmount(token=token, base_units=int(units))


def a_workspace(**changes: Any) -> Workspace:
    """The sample treasury as its keepers wrote it down."""
    eth_feed, usdc_feed = an_address("eth feed"), an_address("usdc feed")
    made = Workspace(
        name="Harbour DAO",
        chain=Chain(chain_id=CHAIN_ID, name="Demonstration chain", native_symbol="ETH"),
        endpoints=(Endpoint(name="node A", url="http://127.0.0.1:8545"),),
        safes=(NamedSafe(address=SAFE, name="Treasury", version=SafeVersion(1, 4, 1)),),
        tokens=(
            TrustedToken(token=ETH, feed=eth_feed, twap_pool=POOL),
            TrustedToken(token=WETH, feed=eth_feed, twap_pool=POOL),
            TrustedToken(token=USDC, feed=usdc_feed),
            TrustedToken(token=DAI, feed=an_address("dai feed")),
            TrustedToken(token=POP, is_own=True, twap_pool=an_address("pop pool")),
        ),
        pools=(
            WatchedPool(
                address=POOL,
                name="WETH/USDC 0.05%",
                token0=WETH_AT,
                token1=USDC_AT,
                fee=500,
                tick_spacing=10,
                created_at_block=12,
            ),
        ),
        strategies=(VAULT_STRATEGY, POOL_STRATEGY),
        address_book=(
            KnownPayee(address=PAYROLL, name="Payroll A", note="Quarterly, in USDC"),
            KnownPayee(address=AUDITORS, name="Auditors"),
        ),
    )
    return replace(made, **changes)


def a_safe(**changes: Any) -> Safe:
    """A 2-of-3 Safe 1.4.1 at nonce 12 without modules or guard."""
    made = Safe(
        chain_id=CHAIN_ID,
        address=SAFE,
        version=SafeVersion(1, 4, 1),
        nonce=12,
        owners=(an_owner(1), an_owner(2), an_owner(3)),
        threshold=2,
        singleton=an_address("singleton"),
        modules=(),
        guard=None,
        module_guard=None,
        fallback_handler=None,
    )
    return replace(made, **changes)


def a_block(**changes: Any) -> Block:
    """Block 19,000,123 at 14:02 UTC."""
    made = Block(number=19_000_123, hash=keccak(b"block"), timestamp=BLOCK_TIME)
    return replace(made, **changes)


def an_estimate(**changes: Any) -> CostEstimate:
    """About 214,000 gas at a base fee of 12.5 gwei."""
    market = FeeMarket(
        block=a_block(),
        base_fee_wei=12_500_000_000,
        tips=(50_000_000, 1_000_000_000, 2_500_000_000),
        has_history=True,
    )
    made = CostEstimate(
        executor=an_owner(9),
        gas_expected=214_311,
        gas_limit=257_173,
        market=market,
        executor_wei=10**18,
        estimated_at=NOW,
    )
    return replace(made, **changes)


def an_agreed_cost() -> AgreedCost:
    """The normal speed of the sample estimate."""
    estimate = an_estimate()
    return estimate.agreed(estimate.fees_at(Speed.NORMAL))


def a_quote(token: Token = ETH, usd: str | Fraction = ETH_PRICE, **changes: Any) -> Quote:
    """A feed's price, seven minutes old at the block."""
    made = Quote(
        token_key=token.key,
        usd=Fraction(usd),
        kind=QuoteKind.FEED,
        source=f"feed {an_address('eth feed')}",
        age_seconds=420,
    )
    return replace(made, **changes)


def some_quotes() -> tuple[Quote, ...]:
    """Feed, TWAP and spot of ether; feeds of the dollars; a TWAP of the own token."""
    twap = {"kind": QuoteKind.TWAP, "source": "30-minute TWAP of WETH/USDC 0.05% × USDC feed"}
    spot = {"kind": QuoteKind.SPOT, "source": "spot price of WETH/USDC 0.05% × USDC feed"}
    ether = tuple(
        quote
        for token in (ETH, WETH)
        for quote in (
            a_quote(token),
            a_quote(token, "3004.18", **twap),
            a_quote(token, "3009.90", **spot),
        )
    )
    dollars = (a_quote(USDC, "0.9999"), a_quote(DAI, "1.0002"))
    return (*ether, *dollars, a_quote(POP, "0.2914", **twap))


def a_position(**changes: Any) -> Position:
    """Position 7: about 340,000 dollars between 2,100 and 3,900 dollars an ether."""
    lower, upper = (tick_at_price(Fraction(price), 18, 6) // 10 * 10 for price in (2_100, 3_900))
    current = tick_at_price(ETH_PRICE, 18, 6)
    root = sqrt_price_x96_at_tick(current)
    bounds = sqrt_price_x96_at_tick(lower), sqrt_price_x96_at_tick(upper)
    made = Position(
        token_id=7,
        owner=SAFE,
        pool=POOL,
        token0=WETH_AT,
        token1=USDC_AT,
        tick_lower=lower,
        tick_upper=upper,
        liquidity=liquidity_for_amounts(root, *bounds, 55 * 10**18, 400_000 * 10**6),
        sqrt_price_x96=root,
        current_tick=current,
        uncollected_fees0=412_553_190_877_120_001,
        uncollected_fees1=1_284_337_016,
    )
    return replace(made, **changes)


def a_holding(token: Token = USDC, whole: str | int = 1_000, **changes: Any) -> Holding:
    """Something idle in the Safe."""
    return replace(Holding(safe=SAFE, amount=an_amount(token, whole)), **changes)


def position_holdings(position: Position) -> tuple[Holding, ...]:
    """The holdings a position stands for, named as the reader names them."""
    name = f"position {position.token_id}"
    parts = (
        (WETH, position.amounts[0], name),
        (USDC, position.amounts[1], name),
        (WETH, position.uncollected_fees0, f"{name}, uncollected fees"),
        (USDC, position.uncollected_fees1, f"{name}, uncollected fees"),
    )
    return tuple(
        Holding(
            safe=SAFE,
            amount=TokenAmount(token=token, base_units=units),
            strategy=POOL_STRATEGY.name,
            detail=detail,
        )
        for token, units, detail in parts
        if units
    )


def a_snapshot(**changes: Any) -> TreasurySnapshot:
    """The sample treasury, read whole, without trouble."""
    position = a_position()
    made = TreasurySnapshot(
        chain_id=CHAIN_ID,
        block=a_block(),
        safes=(a_safe(),),
        holdings=(
            a_holding(ETH, "330.274914250000000001"),
            a_holding(WETH, "290"),
            a_holding(USDC, "3215000.25"),
            a_holding(DAI, "3655000.5"),
            a_holding(POP, "18500000", is_own_token=True),
            a_holding(USDC, "404118.901233", strategy=VAULT_STRATEGY.name, detail="vault shares"),
            *position_holdings(position),
        ),
        quotes=some_quotes(),
        positions=(position,),
        nodes=("node A", "node B"),
    )
    return replace(made, **changes)


def a_safe_tx(nonce: int = 12, **changes: Any) -> SafeTx:
    """One wei to the payroll."""
    return replace(SafeTx(to=PAYROLL, value=1, nonce=nonce), **changes)


def a_deposit_tx(whole: str | int = 150_000, nonce: int = 12) -> SafeTx:
    """Approve and deposit USDC into the vault, as one batch."""
    amount = an_amount(USDC, whole)
    entry = erc4626.entry(VAULT_STRATEGY, amount, SAFE, expected_shares=amount.base_units)
    return safe_tx_of(entry.calls, a_safe(), nonce)


def a_confirmation(safe_tx_hash: bytes, owner: int = 1) -> Confirmation:
    """A real signature over the hash by the key that is this number."""
    raw = PrivateKey.from_int(owner).sign_recoverable(safe_tx_hash, hasher=None)
    signature = Signature(
        int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:64], "big"), raw[64] + 27
    )
    return Confirmation(safe_tx_hash=safe_tx_hash, owner=an_owner(owner), signature=signature)


def a_queued(
    tx: SafeTx | None = None, *, signed_by: tuple[int, ...] = (), **changes: Any
) -> QueuedTransaction:
    """A transaction drafted here, with real confirmations by the numbered owners."""
    tx = a_deposit_tx() if tx is None else tx
    safe_tx_hash = safe_tx_hashes(a_safe(), tx).safe_tx
    made = QueuedTransaction(
        chain_id=CHAIN_ID,
        safe=SAFE,
        safe_tx_hash=safe_tx_hash,
        tx=tx,
        purpose="Put idle dollars to work",
        strategy=VAULT_STRATEGY.name,
        drafted_here=True,
        created_at=BLOCK_TIME - DAY,
        state=State.COLLECTING if signed_by else State.DRAFTED,
        confirmations=tuple(a_confirmation(safe_tx_hash, number) for number in signed_by),
    )
    return replace(made, **changes)


def a_movement(**changes: Any) -> Movement:
    """Payroll that left the Safe a day before the block."""
    made = Movement(
        chain_id=CHAIN_ID,
        safe=SAFE,
        block_number=18_993_000,
        timestamp=BLOCK_TIME - DAY,
        transaction_hash=keccak(b"sent"),
        log_index=3,
        kind=MovementKind.OUTGOING,
        amount=an_amount(USDC, 46_500),
        counterpart=PAYROLL,
        safe_tx_hash=keccak(b"safe tx"),
    )
    return replace(made, **changes)


def some_movements() -> tuple[Movement, ...]:
    """A year's worth of every kind, newest first."""
    said: tuple[tuple[MovementKind, TokenAmount | None, Address | None, str | None, str], ...] = (
        (MovementKind.OUTGOING, an_amount(USDC, 46_500), PAYROLL, None, ""),
        (MovementKind.INCOMING, an_amount(ETH, "4.25"), STRANGER, None, ""),
        (MovementKind.OTHER, None, SAFE, None, "rejection"),
        (MovementKind.FEES, an_amount(WETH, "0.81"), POOL, POOL_STRATEGY.name, ""),
        (MovementKind.FEES, an_amount(USDC, "2410.07"), POOL, POOL_STRATEGY.name, ""),
        (MovementKind.DEPLOYMENT, an_amount(WETH, 55), POOL, POOL_STRATEGY.name, ""),
        (MovementKind.EXIT, an_amount(USDC, 120_000), VAULT, VAULT_STRATEGY.name, ""),
        (MovementKind.OUTGOING, an_amount(ETH, 8), AUDITORS, None, ""),
        (MovementKind.DEPLOYMENT, an_amount(USDC, 500_000), VAULT, VAULT_STRATEGY.name, ""),
    )
    return tuple(
        a_movement(
            kind=kind,
            amount=amount,
            counterpart=counterpart,
            strategy=strategy,
            note=note,
            log_index=number,
            timestamp=BLOCK_TIME - (3 + 31 * number) * DAY,
            block_number=18_993_000 - 200_000 * number,
            transaction_hash=keccak(f"sent {number}".encode()),
            safe_tx_hash=(
                None if kind is MovementKind.INCOMING else keccak(f"safe tx {number}".encode())
            ),
        )
        for number, (kind, amount, counterpart, strategy, note) in enumerate(said)
    )


def a_series(
    days: int = 365, *, bucket_seconds: int = DAY, gap: tuple[int, int] = (0, 0)
) -> PoolSeries:
    """Candles of WETH/USDC along a smooth path; the buckets in `gap` (from, to) are absent."""
    import numpy as np  # noqa: PLC0415  the core tests must start without numpy

    count = days * DAY // bucket_seconds
    at = np.arange(count, dtype=np.float64) * bucket_seconds / DAY
    dollars = 2800 + 420 * np.sin(at / 58) + 130 * np.sin(at / 9.1) + 45 * np.sin(at * 2.3)
    dollars[-1:] = float(ETH_PRICE)
    price = dollars * 1e-12
    swing = price * (0.006 + 0.004 * np.sin(at * 1.7) ** 2)
    opened = np.concatenate((price[:1], price[:-1]))
    volume1 = (900_000 + 600_000 * np.sin(at / 6) ** 2 + 250_000 * np.cos(at * 1.9)) * 1e6
    end = (BLOCK_TIME // bucket_seconds) * bucket_seconds
    start = end - (count - 1 - np.arange(count, dtype=np.int64)) * bucket_seconds
    kept = (np.arange(count) < gap[0]) | (np.arange(count) >= gap[1])
    return PoolSeries(
        bucket_seconds=bucket_seconds,
        bucket_start=start[kept],
        open=opened[kept],
        high=(np.maximum(opened, price) + swing)[kept],
        low=(np.minimum(opened, price) - swing)[kept],
        close=price[kept],
        volume0=(volume1 / price)[kept],
        volume1=volume1[kept],
        swaps=np.full(count, 14, dtype=np.int64)[kept],
        first_block=12 if count else None,
        last_block=19_000_100 if count else None,
    )
