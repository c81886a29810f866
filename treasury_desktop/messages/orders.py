"""Orders that others settle: CoW Protocol and 1inch.

Sources: cowprotocol/contracts, src/contracts/libraries/GPv2Order.sol; 1inch/limit-order-protocol
v4, contracts/OrderLib.sol and libraries/MakerTraitsLib.sol.
"""

from treasury_desktop.assets.address import Address
from treasury_desktop.messages.meaning import (
    NOT_READ_WHOLE,
    Flaw,
    Kind,
    Meaning,
    Receipt,
    Taking,
    Verifier,
)
from treasury_desktop.messages.message_contracts import COW_RELAYER
from treasury_desktop.messages.typed_data import TypedData
from treasury_desktop.messages.typed_members import address_in, bytes_in, number_in, text_in

COW = (
    "Order(address sellToken,address buyToken,address receiver,uint256 sellAmount,"
    "uint256 buyAmount,uint32 validTo,bytes32 appData,uint256 feeAmount,string kind,"
    "bool partiallyFillable,string sellTokenBalance,string buyTokenBalance)"
)
ONE_INCH = (
    "Order(uint256 salt,address maker,address receiver,address makerAsset,address takerAsset,"
    "uint256 makingAmount,uint256 takingAmount,uint256 makerTraits)"
)
COW_NATIVE = Address.parse("0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE")
_KINDS = frozenset(("sell", "buy"))
_SELL_BALANCES = frozenset(("erc20", "external", "internal"))
_BUY_BALANCES = frozenset(("erc20", "internal"))
_EXPIRATION_AT, _EXPIRATION_BITS = 80, 40
_UNREAD_TRAITS = {
    252: "an interaction before it",
    251: "an interaction after it",
    249: "an extension",
}


def cow(data: TypedData) -> Meaning:
    """An order of the Safe itself; a receiver of zero is whoever signed it."""
    message = data.message
    receiver, buy = address_in(message, "receiver"), address_in(message, "buyToken")
    said = (text_in(message, "sellTokenBalance"), text_in(message, "buyTokenBalance"))
    is_read = (
        text_in(message, "kind") in _KINDS
        and said[0] in _SELL_BALANCES
        and said[1] in _BUY_BALANCES
    )
    most = number_in(message, "sellAmount") + number_in(message, "feeAmount")
    return Meaning(
        kind=Kind.ORDER,
        title="CoW Protocol order",
        verifier=Verifier.COW,
        takings=(
            Taking(token=address_in(message, "sellToken"), spender=COW_RELAYER, base_units=most),
        ),
        receipts=(
            Receipt(
                token=None if buy == COW_NATIVE else buy,
                base_units=number_in(message, "buyAmount"),
                receiver=receiver,
            ),
        ),
        settled_by=data.verifying_contract,
        expires=number_in(message, "validTo"),
        statements=_cow_statements(data),
        flaws=()
        if is_read
        else (Flaw(NOT_READ_WHOLE, "The order is of a kind that CoW Protocol does not know."),),
    )


def _cow_statements(data: TypedData) -> tuple[str, ...]:
    message = data.message
    found: list[str] = []
    if message["partiallyFillable"]:
        found.append("It may be filled in parts.")
    if any(bytes_in(message, "appData")):
        found.append(
            "Its app data is a hash of more: hooks that CoW runs before and after, never as the "
            "Safe, and whom its fees go to."
        )
    return tuple(found)


def one_inch(data: TypedData) -> Meaning:
    """A limit order; a receiver of zero is its maker. Extensions may change what is given."""
    message = data.message
    traits, maker = number_in(message, "makerTraits"), address_in(message, "maker")
    receiver, router = address_in(message, "receiver"), data.verifying_contract or maker
    unread = [what for bit, what in _UNREAD_TRAITS.items() if traits >> bit & 1]
    expires = traits >> _EXPIRATION_AT & (1 << _EXPIRATION_BITS) - 1
    return Meaning(
        kind=Kind.ORDER,
        title="1inch limit order",
        verifier=Verifier.ONE_INCH,
        account=maker,
        takings=(
            Taking(
                token=address_in(message, "makerAsset"),
                spender=router,
                base_units=number_in(message, "makingAmount"),
            ),
        ),
        receipts=(
            Receipt(
                token=address_in(message, "takerAsset"),
                base_units=number_in(message, "takingAmount"),
                receiver=maker if receiver.is_zero else receiver,
            ),
        ),
        settled_by=router,
        expires=expires or None,
        flaws=tuple(
            Flaw(NOT_READ_WHOLE, f"The order has {what}, of which the message holds a hash only.")
            for what in unread
        ),
    )
