"""What the demonstration's treasury did in its year, each confirmed by two of three owners."""

from typing import TYPE_CHECKING

from treasury_desktop.assets.address import Address
from treasury_desktop.devnet.block_builder import BlockBuilder
from treasury_desktop.devnet.foundations import ETHER, USDC_UNIT, World
from treasury_desktop.devnet.packages import calldata
from treasury_desktop.devnet.positions import (
    Minted,
    Range,
    collect_calldata,
    mint_calldata,
    minted,
)
from treasury_desktop.devnet.treasury_safe import PlannedTransaction

if TYPE_CHECKING:
    from collections.abc import Callable

PAYROLL = (46_500, 38_200)  # dollars to the first and the second payroll account
VAULT_DEPOSIT = 50_000 * USDC_UNIT
# 2,100 to 3,900 dollars an ETH, in ticks of a pool whose token1 is USDC with 6 decimals.
_TICKS_OF_POSITION = (-199_820, -193_630)
POSITION_WETH, POSITION_USDC_AT_MOST = 16 * ETHER, 20_000 * USDC_UNIT


class TreasuryYear:
    """The executed transactions of the Safe, by the day on which they happen."""

    def __init__(self, builder: BlockBuilder, world: World) -> None:
        self._builder = builder
        self._world = world
        self.position: Minted | None = None
        a, b, c = world.roles.owners
        self._diary: dict[int, Callable[[], None]] = {
            12: lambda: self._pay_auditors("Audit of the vault integration, first half", (a, b)),
            41: lambda: self._pay_payroll("Payroll of the fourth quarter of 2025", (a, c)),
            88: lambda: self._enter_vault((a, b)),
            132: lambda: self._pay_payroll("Payroll of the first quarter of 2026", (b, c)),
            147: lambda: self._open_position((a, b)),
            205: lambda: self._pay_payroll("Payroll of the second quarter of 2026", (a, b)),
            255: lambda: self._collect_fees((a, c)),
            290: lambda: self._reject((a, b)),
            318: lambda: self._pay_payroll("Payroll of the third quarter of 2026", (a, b)),
            347: lambda: self._pay_auditors(
                "Audit of the vault integration, second half", (b, c)
            ),
        }  # fmt: skip

    def live(self, day: int) -> None:
        """Do what the treasury does on this day, if anything."""
        if day in self._diary:
            self._diary[day]()

    def _pay_auditors(self, purpose: str, signers: tuple[Address, ...]) -> None:
        payment = PlannedTransaction(to=self._world.roles.auditors, value=8 * ETHER)
        self._world.safe.execute(payment, kind="payment", purpose=purpose, signers=signers)

    def _pay_payroll(self, purpose: str, signers: tuple[Address, ...]) -> None:
        self._world.safe.execute(
            payroll(self._world), kind="payroll", purpose=purpose, signers=signers
        )

    def _enter_vault(self, signers: tuple[Address, ...]) -> None:
        safe, us = self._world.safe, self._world.ours
        deposit = calldata("deposit(uint256,address)", VAULT_DEPOSIT, safe.address.raw)
        batch = safe.batch(
            approval(us.usdc, us.vault, VAULT_DEPOSIT),
            PlannedTransaction(to=us.vault, data=deposit),
        )
        purpose = "First deposit into the USDC yield vault, half a percent of the treasury"
        safe.execute(batch, kind="vault deposit", purpose=purpose, signers=signers)

    def _open_position(self, signers: tuple[Address, ...]) -> None:
        """Open the LP position and take back what it did not use of the two approvals."""
        world, safe = self._world, self._world.safe
        weth, manager = world.uniswap.weth, world.uniswap.position_manager
        low, high = _TICKS_OF_POSITION
        pool, is_weth_first = world.usdc_pool, world.usdc_pool.token0 == weth
        ticks = Range(lower=low, upper=high) if is_weth_first else Range(lower=-high, upper=-low)
        amounts = (POSITION_WETH, POSITION_USDC_AT_MOST)
        in_order = amounts if is_weth_first else amounts[::-1]
        opening = mint_calldata(
            pool, safe.address, ticks, amounts=in_order, deadline=self._builder.timestamp + 3600
        )
        batch = safe.batch(
            approval(weth, manager, POSITION_WETH),
            approval(world.ours.usdc, manager, POSITION_USDC_AT_MOST),
            PlannedTransaction(to=manager, data=opening),
            approval(weth, manager, 0),
            approval(world.ours.usdc, manager, 0),
        )
        purpose = "Liquidity for WETH/USDC between 2,100 and 3,900 dollars"
        receipt = safe.execute(batch, kind="liquidity", purpose=purpose, signers=signers)
        self.position = minted(receipt)

    def _collect_fees(self, signers: tuple[Address, ...]) -> None:
        assert self.position is not None
        safe, manager = self._world.safe, self._world.uniswap.position_manager
        collection = collect_calldata(self.position.token_id, safe.address)
        safe.execute(
            PlannedTransaction(to=manager, data=collection),
            kind="collection",
            purpose="Fees of the WETH/USDC position into the treasury",
            signers=signers,
        )

    def _reject(self, signers: tuple[Address, ...]) -> None:
        safe = self._world.safe
        purpose = "Rejection of a payment whose invoice was withdrawn"
        rejection = PlannedTransaction(to=safe.address)
        safe.execute(rejection, kind="rejection", purpose=purpose, signers=signers)


def payroll(world: World) -> PlannedTransaction:
    """USDC to both payroll accounts in one batch."""
    accounts = (world.roles.payroll_a, world.roles.payroll_b)
    return world.safe.batch(
        *(
            PlannedTransaction(
                to=world.ours.usdc,
                data=calldata("transfer(address,uint256)", account.raw, dollars * USDC_UNIT),
            )
            for account, dollars in zip(accounts, PAYROLL, strict=True)
        )
    )


def approval(token: Address, spender: Address, amount: int) -> PlannedTransaction:
    """An ERC-20 approval of exactly this amount."""
    data = calldata("approve(address,uint256)", spender.raw, amount)
    return PlannedTransaction(to=token, data=data)
