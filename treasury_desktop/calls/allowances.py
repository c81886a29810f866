"""Calls that let somebody take tokens later: approvals, Permit2's own, permits and modules.

Whose allowance a call changes does not depend on who sends it where a signature stands for the
owner: a permit counts for the account it names. It may fail without a trace, so it takes nothing
back.
"""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import NamedTuple

from treasury_desktop.assets.address import Address
from treasury_desktop.calls.decoded_call import DecodedCall

NATIVE = "native"
UNLIMITED = 2**256 - 1


class OpenApproval(NamedTuple):
    """What a spender may take of an account's token."""

    account: Address
    token: str
    spender: Address


class Change(Enum):
    """How a grant changes the allowance there was."""

    TO = "becomes"
    AT_LEAST = "becomes at least"
    MORE = "grows by"
    LESS = "shrinks by"


class Grant(NamedTuple):
    """One change of one allowance, in base units."""

    approval: OpenApproval
    change: Change
    base_units: int

    def after(self, before: int) -> int:
        """The allowance after the grant."""
        return {
            Change.TO: self.base_units,
            Change.AT_LEAST: max(before, self.base_units),
            Change.MORE: before + self.base_units,
            Change.LESS: max(0, before - self.base_units),
        }[self.change]

    def at_most_raising(self) -> "Grant":
        """The same grant where nobody can be sure of it: it takes nothing back."""
        return self._replace(change=Change.AT_LEAST) if self.change is Change.TO else self

    @property
    def given(self) -> int:
        """What it allows anew."""
        return 0 if self.change is Change.LESS else self.base_units


def grants_of(call: DecodedCall) -> tuple[Grant, ...] | None:
    """The allowances a call changes; `None` where it is no function of that kind."""
    read = _READERS.get(call.function.signature) if call.function else None
    return None if read is None else read(call, *(argument.value for argument in call.arguments))


def _approval(call: DecodedCall, spender: object, units: object) -> tuple[Grant, ...]:
    return (_grant(call.sender, call.to, spender, units),)


def _increase(call: DecodedCall, spender: object, units: object) -> tuple[Grant, ...]:
    return (_grant(call.sender, call.to, spender, units, Change.MORE),)


def _decrease(call: DecodedCall, spender: object, units: object) -> tuple[Grant, ...]:
    return (_grant(call.sender, call.to, spender, units, Change.LESS),)


def _permit(
    call: DecodedCall, owner: object, spender: object, units: object, *_signed: object
) -> tuple[Grant, ...]:
    return (_grant(owner, call.to, spender, units, Change.AT_LEAST),)


def _permit_of_everything(
    call: DecodedCall, owner: object, spender: object, _nonce: object, _expiry: object,
    allowed: object, *_signed: object,
) -> tuple[Grant, ...]:  # fmt: skip
    """Dai's own kind: all or nothing."""
    units = UNLIMITED if allowed else 0
    return (_grant(owner, call.to, spender, units, Change.AT_LEAST),)


def _permit_to_itself(
    call: DecodedCall, token: object, units: object, *_signed: object
) -> tuple[Grant, ...]:
    """Uniswap's selfPermit: the contract that is called becomes the spender."""
    return (_grant(call.sender, token, call.to, units, Change.AT_LEAST),)


def _permit_of_everything_to_itself(
    call: DecodedCall, token: object, *_signed: object
) -> tuple[Grant, ...]:
    return (_grant(call.sender, token, call.to, UNLIMITED, Change.AT_LEAST),)


def _permit2_approval(
    call: DecodedCall, token: object, spender: object, units: object, _expiration: object
) -> tuple[Grant, ...]:
    return (_grant(call.sender, token, spender, units),)


def _permit2_permit(
    _call: DecodedCall, owner: object, permit: object, _signature: object
) -> tuple[Grant, ...]:
    """One token, or a list of them, for one spender."""
    assert isinstance(permit, tuple)
    details, spender, _deadline = permit
    is_one = bool(details) and isinstance(details[0], Address)
    return tuple(
        _grant(owner, token, spender, units, Change.AT_LEAST)
        for token, units, _expiration, _nonce in ([details] if is_one else details)
    )


def _permit2_permit_of_caller(
    call: DecodedCall, permit: object, signature: object
) -> tuple[Grant, ...]:
    """The universal router submits it for whoever calls it."""
    return _permit2_permit(call, call.sender, permit, signature)


def _permit2_lockdown(call: DecodedCall, approvals: object) -> tuple[Grant, ...]:
    assert isinstance(approvals, tuple)
    return tuple(_grant(call.sender, token, spender, 0) for token, spender in approvals)


def _module_allowance(
    call: DecodedCall, delegate: object, token: object, units: object = 0, *_reset: object
) -> tuple[Grant, ...]:
    """The Allowance module pays from the Safe that tells it so, and again after each reset."""
    is_native = isinstance(token, Address) and token.is_zero
    return (_grant(call.sender, NATIVE if is_native else token, delegate, units),)


def _grant(
    account: object, token: object, spender: object, units: object, change: Change = Change.TO
) -> Grant:
    assert isinstance(account, Address)
    assert isinstance(token, Address | str)
    assert isinstance(spender, Address)
    assert isinstance(units, int)
    return Grant(OpenApproval(account, str(token), spender), change, units)


_DETAILS = "(address,uint160,uint48,uint48)"
_READERS: Mapping[str, Callable[..., tuple[Grant, ...]]] = {
    "approve(address,uint256)": _approval,
    "increaseAllowance(address,uint256)": _increase,
    "increaseApproval(address,uint256)": _increase,
    "decreaseAllowance(address,uint256)": _decrease,
    "decreaseApproval(address,uint256)": _decrease,
    "permit(address,address,uint256,uint256,uint8,bytes32,bytes32)": _permit,
    "permit(address,address,uint256,uint256,bytes)": _permit,
    "permit(address,address,uint256,uint256,bool,uint8,bytes32,bytes32)": _permit_of_everything,
    "selfPermit(address,uint256,uint256,uint8,bytes32,bytes32)": _permit_to_itself,
    "selfPermitIfNecessary(address,uint256,uint256,uint8,bytes32,bytes32)": _permit_to_itself,
    "selfPermitAllowed(address,uint256,uint256,uint8,bytes32,bytes32)": (
        _permit_of_everything_to_itself
    ),
    "selfPermitAllowedIfNecessary(address,uint256,uint256,uint8,bytes32,bytes32)": (
        _permit_of_everything_to_itself
    ),
    "approve(address,address,uint160,uint48)": _permit2_approval,
    f"permit(address,({_DETAILS},address,uint256),bytes)": _permit2_permit,
    f"permit(address,({_DETAILS}[],address,uint256),bytes)": _permit2_permit,
    f"PERMIT2_PERMIT(({_DETAILS},address,uint256),bytes)": _permit2_permit_of_caller,
    f"PERMIT2_PERMIT_BATCH(({_DETAILS}[],address,uint256),bytes)": _permit2_permit_of_caller,
    "lockdown((address,address)[])": _permit2_lockdown,
    "setAllowance(address,address,uint96,uint16,uint32)": _module_allowance,
    "deleteAllowance(address,address)": _module_allowance,
}
