"""Movements in the columns of Safe's own export, with those that an accountant misses there.

One row for each movement, oldest first; amounts are raw base units. A cell nobody can fill is
empty, never 0: who proposed and who executed are not kept here, a proposal and a lot not yet.
"""

from collections.abc import Iterable
from fractions import Fraction

from treasury_desktop.assets.address import ZERO_ADDRESS, Address
from treasury_desktop.assets.amount import TokenAmount
from treasury_desktop.assets.token import Token
from treasury_desktop.assets.usd import CENTS, rounded_half_up
from treasury_desktop.desk.account_movements import KnownOfMovements, PriceThen
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.treasury.movement import GAS_REFUND_NOTE, Movement
from treasury_desktop.treasury.workspace import Workspace
from treasury_desktop.viewmodels.csv_text import csv_text
from treasury_desktop.viewmodels.figures import hex_text, instant_text
from treasury_desktop.viewmodels.movement_category import category_of

COLUMNS = (
    "safe", "from", "to", "amount", "assetType", "assetAddress", "assetSymbol", "assetDecimals",
    "proposerAddress", "proposedAt", "executorAddress", "executedAt", "note", "transactionHash",
    "contractAddress", "nonce", "gasToken", "payment", "gasTokenSymbol", "gasTokenDecimals",
    "fiat_value", "fiat_ccy", "price_source", "price_time", "category", "strategy",
    "proposal_ref", "lot_id",
)  # fmt: skip
_UNKNOWN = ""


def accounting_csv(
    movements: Iterable[Movement], workspace: Workspace, known: KnownOfMovements
) -> str:
    """The rows of these movements, with what is known of them."""
    ordered = sorted(movements, key=lambda each: each.order)
    account = _Account(ordered, workspace, known)
    return csv_text(COLUMNS, map(account.row, ordered))


class _Account:
    """What the rows of one account share."""

    def __init__(
        self, movements: Iterable[Movement], workspace: Workspace, known: KnownOfMovements
    ) -> None:
        self._known = known
        self._safes = frozenset(each.address for each in workspace.safes)
        self._tokens = {each.token.address: each.token for each in workspace.tokens}
        self._refunds = {
            each.safe_tx_hash: each.amount for each in movements if each.note == GAS_REFUND_NOTE
        }

    def row(self, movement: Movement) -> tuple[str, ...]:
        """The cells of a movement, in the order of the columns."""
        amount = movement.amount
        cause = movement.safe_tx_hash
        queued = None if cause is None else self._known.transactions.get(cause)
        price = None
        if amount is not None:
            price = self._known.prices.get((amount.token.key, movement.timestamp))
        return (
            str(movement.safe),
            *_from_and_to(movement),
            *_asset(amount),
            _UNKNOWN,
            instant_text(queued.created_at) if queued and queued.drafted_here else _UNKNOWN,
            _UNKNOWN,
            instant_text(movement.timestamp),
            _note(movement, queued),
            hex_text(movement.transaction_hash),
            str(queued.tx.to) if queued and queued.tx.data else _UNKNOWN,
            str(queued.tx.nonce) if queued else _UNKNOWN,
            *self._gas(None if cause is None else self._refunds.get(cause), queued),
            *_value(amount, price),
            category_of(movement, self._safes).value,
            movement.strategy or _UNKNOWN,
            _UNKNOWN,
            _UNKNOWN,
        )

    def _gas(self, refund: TokenAmount | None, queued: QueuedTransaction | None) -> tuple[str, ...]:
        """gasToken, payment, gasTokenSymbol, gasTokenDecimals: where the Safe refunded gas."""
        if refund is not None:
            address = str(refund.token.address or ZERO_ADDRESS)
            return (address, str(refund.base_units), *_token(refund.token))
        if queued is None or not queued.tx.gas_price:
            return (_UNKNOWN,) * 4
        paid_in = queued.tx.gas_token
        token = self._tokens.get(None if paid_in.is_zero else paid_in)
        return (str(paid_in), _UNKNOWN, *_token(token))


def _from_and_to(movement: Movement) -> tuple[str, str]:
    """Who gave and who took; what moved nothing was still sent by the Safe."""
    safe, other = str(movement.safe), _address(movement.counterpart)
    if movement.amount is not None and movement.is_in is None:
        return _UNKNOWN, _UNKNOWN
    return (other, safe) if movement.is_in else (safe, other)


def _asset(amount: TokenAmount | None) -> tuple[str, ...]:
    """amount, assetType, assetAddress, assetSymbol, assetDecimals."""
    if amount is None:
        return (_UNKNOWN,) * 5
    kind = "native" if amount.token.is_native else "erc20"
    address = _address(amount.token.address)
    return (str(amount.base_units), kind, address, *_token(amount.token))


def _token(token: Token | None) -> tuple[str, str]:
    if token is None:
        return _UNKNOWN, _UNKNOWN
    return token.symbol, _UNKNOWN if token.decimals is None else str(token.decimals)


def _value(amount: TokenAmount | None, price: PriceThen | None) -> tuple[str, ...]:
    """fiat_value, fiat_ccy, price_source, price_time."""
    if amount is None or price is None or amount.token.decimals is None:
        return (_UNKNOWN,) * 4
    return _cents(amount.whole * price.usd), "USD", price.source, instant_text(price.time)


def _cents(value: Fraction) -> str:
    """Dollars with two decimals and a dot, for a program to read."""
    cents = rounded_half_up(value * CENTS)
    return f"{cents // CENTS}.{cents % CENTS:02d}"


def _note(movement: Movement, queued: QueuedTransaction | None) -> str:
    """Why it was proposed, in its sender's words, and what the desk noted."""
    parts = (queued.purpose if queued else "", movement.note)
    return "; ".join(part for part in parts if part)


def _address(address: Address | None) -> str:
    return _UNKNOWN if address is None else str(address)
