"""Permit2: allowances and single transfers of any token, by one signature.

Source: Uniswap/permit2, src/libraries/PermitHash.sol. What a transfer's witness says binds the
spender's contract alone, so a witness that nobody here reads is no decoding.
"""

from collections.abc import Callable, Mapping

from treasury_desktop.assets.address import Address
from treasury_desktop.messages.meaning import (
    NOT_READ_WHOLE,
    Flaw,
    Kind,
    Meaning,
    Taking,
    Verifier,
)
from treasury_desktop.messages.typed_data import TypedData, encoded_type
from treasury_desktop.messages.typed_members import (
    address_in,
    number_in,
    struct_in,
    structs_in,
)
from treasury_desktop.messages.typed_values import Member, StructValue
from treasury_desktop.messages.uniswapx import WITNESSES, order_of

_DETAILS = "PermitDetails(address token,uint160 amount,uint48 expiration,uint48 nonce)"
_PERMISSIONS = "TokenPermissions(address token,uint256 amount)"
_REST = "address spender,uint256 nonce,uint256 deadline"
SINGLE = f"PermitSingle(PermitDetails details,address spender,uint256 sigDeadline){_DETAILS}"
BATCH = f"PermitBatch(PermitDetails[] details,address spender,uint256 sigDeadline){_DETAILS}"
TRANSFER = f"PermitTransferFrom(TokenPermissions permitted,{_REST}){_PERMISSIONS}"
BATCH_TRANSFER = f"PermitBatchTransferFrom(TokenPermissions[] permitted,{_REST}){_PERMISSIONS}"
_WITH_WITNESS = {
    "PermitWitnessTransferFrom": "TokenPermissions",
    "PermitBatchWitnessTransferFrom": "TokenPermissions[]",
}
_FIXED = ("permitted", "spender", "nonce", "deadline")
_FIXED_TYPES = ("address", "uint256", "uint256")


def allowance(data: TypedData) -> Meaning:
    """Allowances inside Permit2, each with an end of its own; the latest is the message's."""
    message = data.message
    is_one = data.primary_type == "PermitSingle"
    details = (struct_in(message, "details"),) if is_one else structs_in(message, "details")
    submitted_until = number_in(message, "sigDeadline")
    # An expiration of 0 is the block in which it is submitted.
    ends = [number_in(each, "expiration") or submitted_until for each in details]
    return Meaning(
        kind=Kind.PERMIT2,
        title="Permit2 allowance",
        verifier=Verifier.PERMIT2,
        takings=_takings(details, address_in(message, "spender")),
        expires=max(ends, default=submitted_until),
        statements=("It may be spent in parts, again and again, until it ends.",),
    )


def transfer(data: TypedData) -> Meaning:
    """One transfer through Permit2, which the spender alone may carry out."""
    message = data.message
    return Meaning(
        kind=Kind.PERMIT2,
        title="Permit2 transfer",
        verifier=Verifier.PERMIT2,
        takings=_takings(_permitted(message), address_in(message, "spender")),
        expires=number_in(message, "deadline"),
        statements=("The spender decides where it goes, once.",),
    )


def witness_transfer(data: TypedData) -> Meaning | None:
    """A transfer with conditions that the spender's contract keeps; `None` for other messages."""
    if not _has_witness(data):
        return None
    message = data.message
    *_, last = message.members
    kind = last.type
    read = None if kind.is_array or kind.is_elementary else _reader(kind.base, data)
    if read is not None and data.primary_type == "PermitWitnessTransferFrom":
        return read(message, struct_in(message, last.name))
    meaning = transfer(data)
    return Meaning(
        kind=Kind.PERMIT2,
        title="Permit2 transfer with a witness",
        verifier=Verifier.PERMIT2,
        takings=meaning.takings,
        expires=meaning.expires,
        flaws=(
            Flaw(
                NOT_READ_WHOLE,
                f"The conditions of this Permit2 transfer ({kind}) are none that can be read here.",
            ),
        ),
    )


def _reader(name: str, data: TypedData) -> Callable[[StructValue, StructValue], Meaning] | None:
    return order_of if encoded_type(name, data.types) in WITNESSES else None


def _has_witness(data: TypedData) -> bool:
    permitted = _WITH_WITNESS.get(data.primary_type)
    members = data.message.members
    if permitted is None or len(members) != len(_FIXED) + 1:
        return False
    fixed = [(each.name, str(each.type)) for each in members[:-1]]
    expected = list(zip(_FIXED, (permitted, *_FIXED_TYPES), strict=True))
    return fixed == expected and _is_permissions(data.types)


def _is_permissions(types: Mapping[str, tuple[Member, ...]]) -> bool:
    return encoded_type("TokenPermissions", types) == _PERMISSIONS


def _permitted(message: StructValue) -> tuple[StructValue, ...]:
    found = message["permitted"]
    return (found,) if isinstance(found, StructValue) else structs_in(message, "permitted")


def _takings(described: tuple[StructValue, ...], spender: Address) -> tuple[Taking, ...]:
    return tuple(
        Taking(
            token=address_in(each, "token"),
            spender=spender,
            base_units=number_in(each, "amount"),
        )
        for each in described
    )
