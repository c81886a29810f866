"""Calls that move tokens out of an account they name, by what that account allowed or signed."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from treasury_desktop.assets.address import Address
from treasury_desktop.calls.allowances import OpenApproval
from treasury_desktop.calls.decoded_call import DecodedCall

MESSAGE_SENDER, ROUTER_ITSELF = 1, 2
PULL = "pull(address,uint256)"


class Pull(NamedTuple):
    """Base units that go to `to` by an allowance; `None` where the call names no amount of them."""

    uses: OpenApproval
    base_units: int | None
    to: Address


def pulls_of(call: DecodedCall, outer: DecodedCall | None) -> tuple[Pull, ...] | None:
    """What a call, made by `outer` or by the transaction itself, pulls; `None` for other calls."""
    read = _READERS.get(call.function.signature) if call.function else None
    if read is None:
        return None
    values = (argument.value for argument in call.arguments)
    return tuple(
        _pull(account, token, _spender(call, outer, account), to, amount)
        for account, token, to, amount in read(call, *values)
    )


def _spender(call: DecodedCall, outer: DecodedCall | None, account: object) -> Address:
    """Whose allowance is used: a contract that pays others out of its caller uses its own."""
    if call.function is not None and call.function.signature == PULL:
        return call.to
    is_paid_for = outer is not None and not outer.is_delegatecall and account == call.sender
    return outer.to if is_paid_for and outer is not None else call.sender


_Reading = list[tuple[object, object, object, object]]
"""Account, token, recipient and amount of each pull."""


def _of_token(
    call: DecodedCall, account: object, to: object, amount: object, *_: object
) -> _Reading:
    return [(account, call.to, to, amount)]


def _of_unknown_amount(call: DecodedCall, account: object, to: object, *_: object) -> _Reading:
    """An NFT's number is no amount, nor are shares of a balance that grows."""
    return [(account, call.to, to, None)]


def _burnt(call: DecodedCall, account: object, amount: object) -> _Reading:
    return [(account, call.to, call.to, amount)]


def _by_permit2(
    _call: DecodedCall, account: object, to: object, amount: object, token: object
) -> _Reading:
    return [(account, token, to, amount)]


def _many_by_permit2(call: DecodedCall, transfers: object) -> _Reading:
    assert isinstance(transfers, tuple)
    return [reading for transfer in transfers for reading in _by_permit2(call, *transfer)]


def _signed_for_permit2(
    _call: DecodedCall, permit: object, transfer: object, owner: object, *_: object
) -> _Reading:
    """One token and one transfer of it, or a list of each."""
    assert isinstance(permit, tuple)
    assert isinstance(transfer, tuple)
    permitted = permit[0]
    is_one = bool(permitted) and isinstance(permitted[0], Address)
    pairs = [(permitted, transfer)] if is_one else zip(permitted, transfer, strict=False)
    return [(owner, token, to, amount) for (token, _), (to, amount) in pairs]


def _by_router(call: DecodedCall, token: object, recipient: object, amount: object) -> _Reading:
    return [(call.sender, token, _meant(call, recipient), amount)]


def _to_router(call: DecodedCall, token: object, amount: object) -> _Reading:
    """SwapRouter02 takes a token from its caller and keeps it."""
    return [(call.sender, token, call.to, amount)]


def _many_by_router(call: DecodedCall, transfers: object) -> _Reading:
    assert isinstance(transfers, tuple)
    return [(account, token, _meant(call, to), amount) for account, to, amount, token in transfers]


def _meant(call: DecodedCall, recipient: object) -> object:
    """The universal router's numbers for its caller and for itself."""
    numbers = {MESSAGE_SENDER: call.sender, ROUTER_ITSELF: call.to}
    return numbers.get(recipient.number, recipient) if isinstance(recipient, Address) else recipient


def _pull(account: object, token: object, spender: Address, to: object, amount: object) -> Pull:
    assert isinstance(account, Address)
    assert isinstance(token, Address)
    assert isinstance(to, Address)
    assert amount is None or isinstance(amount, int)
    return Pull(OpenApproval(account, str(token), spender), amount, to)


_SIGNED = "uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32"
_ONE, _MANY = "(address,uint256)", "(address,uint256)[]"
_READERS: Mapping[str, Callable[..., _Reading]] = {
    "transferFrom(address,address,uint256)": _of_token,
    f"transferWithAuthorization(address,address,{_SIGNED})": _of_token,
    f"receiveWithAuthorization(address,address,{_SIGNED})": _of_token,
    "burnFrom(address,uint256)": _burnt,
    "transferSharesFrom(address,address,uint256)": _of_unknown_amount,
    "safeTransferFrom(address,address,uint256)": _of_unknown_amount,
    "safeTransferFrom(address,address,uint256,bytes)": _of_unknown_amount,
    "safeTransferFrom(address,address,uint256,uint256,bytes)": _of_unknown_amount,
    "safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)": _of_unknown_amount,
    "transferFrom(address,address,uint160,address)": _by_permit2,
    "transferFrom((address,address,uint160,address)[])": _many_by_permit2,
    **{
        f"{name}(({shape},uint256,uint256),{shape},address,{rest})": _signed_for_permit2
        for shape in (_ONE, _MANY)
        for name, rest in (
            ("permitTransferFrom", "bytes"),
            ("permitWitnessTransferFrom", "bytes32,string,bytes"),
        )
    },
    PULL: _to_router,
    "PERMIT2_TRANSFER_FROM(address,address,uint160)": _by_router,
    "PERMIT2_TRANSFER_FROM_BATCH((address,address,uint160,address)[])": _many_by_router,
}
