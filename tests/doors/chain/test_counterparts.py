"""What an amount means depends on whom it was with and on what else its transaction did."""

import pytest

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.chain import Chain
from treasury_desktop.assets.token import Token
from treasury_desktop.chain.answers import Log
from treasury_desktop.chain.counterparts import (
    BORROW,
    REPAY,
    Counterparts,
    Liquidity,
    Loans,
    Part,
    loans_of,
)
from treasury_desktop.pools.pool import Pool
from treasury_desktop.safes.safe import SafeVersion
from treasury_desktop.treasury.movement import MovementKind
from treasury_desktop.treasury.strategy import Strategy
from treasury_desktop.treasury.workspace import NamedSafe, TrustedToken, Workspace


def _address(number: int) -> Address:
    return Address(number.to_bytes(20, "big"))


SAFE, OTHER_SAFE, TOKEN0, TOKEN1, POOL, MANAGER, VAULT, STRANGER = map(_address, range(1, 9))
MINT, COLLECTION, SWAP = b"\x01" * 32, b"\x02" * 32, b"\x03" * 32


def _token(address: Address) -> TrustedToken:
    token = Token(chain_id=1, address=address, symbol="T", name="T", decimals=18)
    return TrustedToken(token=token)


WORKSPACE = Workspace(
    name="a treasury",
    chain=Chain(chain_id=1, name="a chain", native_symbol="ETH"),
    safes=tuple(
        NamedSafe(address=each, name="a Safe", version=SafeVersion(1, 4, 1))
        for each in (SAFE, OTHER_SAFE)
    ),
    tokens=(_token(TOKEN0), _token(TOKEN1)),
    strategies=(
        Strategy(name="vault", group="v", venue="erc4626", contracts=(VAULT,)),
        Strategy(
            name="liquidity",
            group="l",
            venue="uniswap_v3",
            contracts=(MANAGER,),
            pool=POOL,
            position_manager=MANAGER,
        ),
    ),
)
POOLS = {POOL: Pool(address=POOL, token0=TOKEN0, token1=TOKEN1, fee=500, tick_spacing=10)}
COUNTERPARTS = Counterparts(
    WORKSPACE,
    POOLS,
    Liquidity(frozenset({MINT}), frozenset({COLLECTION}), {COLLECTION: (60, 0)}),
)
LIQUIDITY = {"strategy": "liquidity"}


@pytest.mark.parametrize(
    ("transaction", "counterpart", "token", "is_in", "parts"),
    [
        (SWAP, STRANGER, TOKEN0, True, (Part(kind=MovementKind.INCOMING, base_units=100),)),
        (SWAP, STRANGER, None, False, (Part(kind=MovementKind.OUTGOING, base_units=100),)),
        (
            SWAP,
            OTHER_SAFE,
            None,
            False,
            (
                Part(
                    kind=MovementKind.OTHER,
                    base_units=100,
                    note="between the treasury's Safes",
                ),
            ),
        ),
        (
            SWAP,
            TOKEN1,
            None,
            False,
            (Part(kind=MovementKind.OTHER, base_units=100, note="converted"),),
        ),
        (
            SWAP,
            VAULT,
            TOKEN0,
            False,
            (Part(kind=MovementKind.DEPLOYMENT, base_units=100, strategy="vault"),),
        ),
        (
            SWAP,
            VAULT,
            TOKEN0,
            True,
            (Part(kind=MovementKind.EXIT, base_units=100, strategy="vault"),),
        ),
        (
            MINT,
            POOL,
            TOKEN0,
            False,
            (Part(kind=MovementKind.DEPLOYMENT, base_units=100, **LIQUIDITY),),
        ),
        (
            SWAP,
            POOL,
            TOKEN0,
            False,
            (Part(kind=MovementKind.OTHER, base_units=100, note="swapped"),),
        ),
        (
            SWAP,
            POOL,
            TOKEN1,
            True,
            (Part(kind=MovementKind.OTHER, base_units=100, note="swapped"),),
        ),
        (
            COLLECTION,
            POOL,
            TOKEN0,
            True,
            (
                Part(kind=MovementKind.EXIT, base_units=60, **LIQUIDITY),
                Part(kind=MovementKind.FEES, base_units=40, **LIQUIDITY),
            ),
        ),
        (
            COLLECTION,
            POOL,
            TOKEN1,
            True,
            (Part(kind=MovementKind.FEES, base_units=100, **LIQUIDITY),),
        ),
    ],
)
def test_what_an_amount_means(
    transaction: bytes,
    counterpart: Address,
    token: Address | None,
    is_in: bool,
    parts: tuple[Part, ...],
) -> None:
    """A hundred base units with each kind of counterpart; parts always add up to them."""
    found = COUNTERPARTS.parts(transaction, counterpart, token, 100, is_in=is_in)
    assert found == parts
    assert sum(each.base_units for each in found) == 100


def test_loans_by_their_events() -> None:
    """What was borrowed came in, what was repaid went out; what is no such event is nothing."""
    asset, safe = (bytes(12) + each.raw for each in (TOKEN0, SAFE))

    def log(event: bytes, words: int, *amounts: int, topics: int = 4) -> Log:
        return Log(
            address=VAULT,
            topics=(event, asset, safe, bytes(32))[:topics],
            data=b"".join(each.to_bytes(32, "big") for each in amounts).ljust(32 * words, b"\0"),
            block_number=1,
            block_hash=bytes(32),
            transaction_hash=SWAP,
            log_index=0,
        )

    found = (log(BORROW, 4, 9, 70), log(REPAY, 2, 80))
    assert loans_of(found) == {(SWAP, TOKEN0, 70, True), (SWAP, TOKEN0, 80, False)}
    assert not loans_of((log(BORROW, 3, 9, 70), log(REPAY, 4, 80), log(REPAY, 2, 80, topics=3)))
    assert not loans_of((log(bytes(32), 4, 9, 70),))


def test_loan_is_neither_deployment_nor_exit() -> None:
    """Money of a receipt's contract is the strategy's, except where it is a loan."""
    lender = WORKSPACE.strategies[0]
    loans = Loans({STRANGER: lender}, frozenset({(SWAP, TOKEN0, 70, True)}))
    told = Counterparts(WORKSPACE, {}, Liquidity(frozenset(), frozenset(), {}), loans)
    (loan,) = told.parts(SWAP, STRANGER, TOKEN0, 70, is_in=True)
    (leave,) = told.parts(SWAP, STRANGER, TOKEN0, 71, is_in=True)
    (enter,) = told.parts(SWAP, STRANGER, TOKEN0, 70, is_in=False)
    assert (loan.kind, loan.strategy, loan.note) == (MovementKind.OTHER, "vault", "borrowed")
    assert (leave.kind, leave.strategy) == (MovementKind.EXIT, "vault")
    assert (enter.kind, enter.strategy) == (MovementKind.DEPLOYMENT, "vault")
