"""What one call does, in a sentence: "Pay 5,000 USDC to Payroll".

Written from the decoded arguments of functions we know by signature; every other call is named by
its function and contract, and nothing is guessed.
"""

from collections.abc import Callable
from typing import Final

from treasury_desktop.assets.address import Address
from treasury_desktop.calls.decoded_call import DecodedCall
from treasury_desktop.calls.delegatecalls import CREATES_CODE
from treasury_desktop.calls.proxy_creation import CREATIONS
from treasury_desktop.viewmodels.names import Names

UNLIMITED_FROM: Final = 2**95
"""Base units from which an allowance is practically unlimited (bundle.md)."""


def sentence_of(call: DecodedCall, names: Names) -> str:
    """The sentence for a call."""
    if call.is_plain_transfer:
        return _plain_sentence(call, names)
    if call.function is None:
        return f"Call {names.who(call.to)} with {len(call.data):,} bytes of data"
    write = _WRITERS.get(call.function.signature) or _WRITERS.get(call.function.name)
    written = "" if write is None else write(call, names, members_of(call))
    return written or f"{call.function.name} on {names.who(call.to)}"


def members_of(call: DecodedCall) -> dict[str, object]:
    """Arguments by name, the members of structs included."""
    found: dict[str, object] = {}
    for argument in call.arguments:
        found[argument.name] = argument.value
        if argument.kind.kind == "tuple" and isinstance(argument.value, tuple):
            found.update(zip(argument.kind.names, argument.value, strict=True))
    return found


Members = dict[str, object]
Writer = Callable[[DecodedCall, Names, Members], str]


def _plain_sentence(call: DecodedCall, names: Names) -> str:
    if call.value:
        return f"Send {names.amount(None, call.value)} to {names.who(call.to)}"
    if call.to == names.facts.safe.address:
        return "Nothing: an empty transaction that uses up its nonce"
    return f"Empty call to {names.who(call.to)}"


def _transfer(call: DecodedCall, names: Names, members: Members) -> str:
    match members:
        case {"to": Address() as to, "amount": int() as units}:
            return f"Pay {names.amount(call.to, units)} to {names.who(to)}"
    return ""


def _transfer_from(call: DecodedCall, names: Names, members: Members) -> str:
    match members:
        case {"from": Address() as source, "to": Address() as to, "amount": int() as units}:
            what = names.amount(call.to, units)
            return f"Move {what} from {names.who(source)} to {names.who(to)}"
    return ""


def _approve(call: DecodedCall, names: Names, _members: Members) -> str:
    spender, units = (argument.value for argument in call.arguments)
    if not isinstance(spender, Address) or not isinstance(units, int):
        return ""
    if units == 0:
        return f"Take back what {names.who(spender)} may spend of {names.who(call.to)}"
    is_open = units >= UNLIMITED_FROM
    what = f"unlimited {names.who(call.to)}" if is_open else names.amount(call.to, units)
    return f"Allow {names.who(spender)} to take {what}"


def _wrap(call: DecodedCall, names: Names, _members: Members) -> str:
    return f"Wrap {names.amount(None, call.value)}"


def _unwrap(call: DecodedCall, names: Names, members: Members) -> str:
    units = members.get("wad")
    return f"Unwrap {names.amount(call.to, units)}" if isinstance(units, int) else ""


def _deposit(call: DecodedCall, names: Names, members: Members) -> str:
    match members:
        case {"assets": int() as units, "receiver": Address() as to}:
            asset = names.assets.get(call.to)
            what = f"{units:,} base units" if asset is None else names.amount(asset, units)
            return f"Deposit {what} into {names.who(call.to)} for {names.who(to)}"
    return ""


def _redeem(call: DecodedCall, names: Names, members: Members) -> str:
    match members:
        case {"shares": int() as shares, "receiver": Address() as to}:
            return f"Redeem {shares:,} share units of {names.who(call.to)} to {names.who(to)}"
    return ""


def _mint(_call: DecodedCall, names: Names, members: Members) -> str:
    match members:
        case {
            "token0": Address() as token0,
            "token1": Address() as token1,
            "amount0Desired": int() as units0,
            "amount1Desired": int() as units1,
        }:
            what = f"{names.amount(token0, units0)} and {names.amount(token1, units1)}"
            return f"Mint a position with {what}"
    return ""


def _supply(call: DecodedCall, names: Names, members: Members) -> str:
    match members:
        case {"asset": Address() as asset, "amount": int() as units}:
            return f"Supply {names.amount(asset, units)} to {names.who(call.to)}"
    return ""


def _collect(_call: DecodedCall, names: Names, members: Members) -> str:
    to = members.get("recipient")
    return f"Collect fees to {names.who(to)}" if isinstance(to, Address) else ""


def _execute(call: DecodedCall, names: Names, members: Members) -> str:
    to = members.get("to")
    safe = names.who(call.to)
    return (
        f"Execute a transaction of the Safe {safe} to {names.who(to)}"
        if isinstance(to, Address)
        else ""
    )


def _approve_hash(call: DecodedCall, names: Names, _members: Members) -> str:
    what = "the transaction below" if call.calls else "a transaction that is not shown"
    return f"Approve {what}, on {names.who(call.to)}"


def _create_proxy(call: DecodedCall, names: Names, _members: Members) -> str:
    singleton = call.arguments[0].value
    what = names.who(singleton) if isinstance(singleton, Address) else ""
    return f"Create a new account that runs the code of {what}" if what else ""


def _set_up(call: DecodedCall, names: Names, members: Members) -> str:
    match members:
        case {"_owners": tuple() as owners, "_threshold": int() as threshold}:
            return f"Set up the Safe {names.who(call.to)}: {threshold} of {len(owners)} owners"
    return ""


def _create_code(_call: DecodedCall, _names: Names, members: Members) -> str:
    code = members.get("deploymentData")
    return f"Create a contract from {len(code):,} bytes" if isinstance(code, bytes) else ""


def _batch(call: DecodedCall, _names: Names, _members: Members) -> str:
    return f"Batch of {len(call.calls):,} calls" if call.calls else "A batch of calls"


_WRITERS: Final[dict[str, Writer]] = {
    "transfer(address,uint256)": _transfer,
    "transferFrom(address,address,uint256)": _transfer_from,
    "approve(address,uint256)": _approve,
    "increaseAllowance(address,uint256)": _approve,
    "deposit()": _wrap,
    "withdraw(uint256)": _unwrap,
    "deposit(uint256,address)": _deposit,
    "redeem(uint256,address,address)": _redeem,
    "supply(address,uint256,address,uint16)": _supply,
    "mint": _mint,
    "collect": _collect,
    "execTransaction": _execute,
    "approveHash(bytes32)": _approve_hash,
    "multiSend": _batch,
    **dict.fromkeys(CREATIONS, _create_proxy),
    **dict.fromkeys(CREATES_CODE, _create_code),
    "setup": _set_up,
}
