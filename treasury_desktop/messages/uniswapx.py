"""UniswapX orders: what stands in the witness of a Permit2 transfer to a reactor.

Source: Uniswap/UniswapX, src/lib (DutchOrderLib, ExclusiveDutchOrderLib, V2DutchOrderLib,
LimitOrderLib, OrderInfoLib). Of amounts that change with time the worst for the Safe counts.
"""

from treasury_desktop.assets.address import Address
from treasury_desktop.messages.meaning import (
    CONTRADICTION,
    Flaw,
    Kind,
    Meaning,
    Receipt,
    Taking,
    Verifier,
)
from treasury_desktop.messages.typed_members import (
    address_in,
    number_in,
    struct_in,
    structs_in,
)
from treasury_desktop.messages.typed_values import StructValue

_INFO = (
    "OrderInfo(address reactor,address swapper,uint256 nonce,uint256 deadline,"
    "address additionalValidationContract,bytes additionalValidationData)"
)
_DUTCH_OUTPUT = "DutchOutput(address token,uint256 startAmount,uint256 endAmount,address recipient)"
_OUTPUT = "OutputToken(address token,uint256 amount,address recipient)"
_INPUT = "address inputToken,uint256 inputStartAmount,uint256 inputEndAmount,DutchOutput[] outputs"
DUTCH = (
    f"DutchOrder(OrderInfo info,uint256 decayStartTime,uint256 decayEndTime,{_INPUT})"
    f"{_DUTCH_OUTPUT}{_INFO}"
)
EXCLUSIVE_DUTCH = (
    "ExclusiveDutchOrder(OrderInfo info,uint256 decayStartTime,uint256 decayEndTime,"
    f"address exclusiveFiller,uint256 exclusivityOverrideBps,{_INPUT}){_DUTCH_OUTPUT}{_INFO}"
)
V2_DUTCH = (
    "V2DutchOrder(OrderInfo info,address cosigner,address baseInputToken,"
    "uint256 baseInputStartAmount,uint256 baseInputEndAmount,DutchOutput[] baseOutputs)"
    f"{_DUTCH_OUTPUT}{_INFO}"
)
LIMIT = (
    "LimitOrder(OrderInfo info,address inputToken,uint256 inputAmount,OutputToken[] outputs)"
    f"{_INFO}{_OUTPUT}"
)
WITNESSES = frozenset((DUTCH, EXCLUSIVE_DUTCH, V2_DUTCH, LIMIT))


def order_of(message: StructValue, order: StructValue) -> Meaning:
    """The order behind a Permit2 transfer; the two have to say the same."""
    info, permitted = struct_in(order, "info"), struct_in(message, "permitted")
    spender, deadline = address_in(message, "spender"), number_in(message, "deadline")
    token, most = _input(order)
    outputs = structs_in(order, "baseOutputs" if order.has("baseOutputs") else "outputs")
    agrees = (
        address_in(info, "reactor") == spender
        and number_in(info, "deadline") == deadline
        and number_in(info, "nonce") == number_in(message, "nonce")
        and address_in(permitted, "token") == token
        and number_in(permitted, "amount") >= most
    )
    flaw = Flaw(CONTRADICTION, "What Permit2 lets the reactor take is not what its order says.")
    return Meaning(
        kind=Kind.ORDER,
        title="UniswapX order",
        verifier=Verifier.PERMIT2,
        settled_by=spender,
        account=address_in(info, "swapper"),
        takings=(Taking(token=token, spender=spender, base_units=number_in(permitted, "amount")),),
        receipts=tuple(_receipt(each) for each in outputs),
        expires=deadline,
        flaws=() if agrees else (flaw,),
    )


def _input(order: StructValue) -> tuple[Address, int]:
    """What is sold, and the most of it."""
    if order.has("inputAmount"):
        return address_in(order, "inputToken"), number_in(order, "inputAmount")
    base = "baseInput" if order.has("baseInputToken") else "input"
    amounts = (number_in(order, f"{base}StartAmount"), number_in(order, f"{base}EndAmount"))
    return address_in(order, f"{base}Token"), max(amounts)


def _receipt(output: StructValue) -> Receipt:
    token = address_in(output, "token")
    names = ("amount",) if output.has("amount") else ("startAmount", "endAmount")
    return Receipt(
        token=None if token.is_zero else token,
        base_units=min(number_in(output, name) for name in names),
        receiver=address_in(output, "recipient"),
    )
