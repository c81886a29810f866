"""The calls inside a call: what the known functions that carry other calls make of their arguments.

One opener per shape of function, found by its signature. An opener tells who acts: `sender` is the
account whose balance and permissions an inner call uses. Where lengths do not fit together the
contract would revert, and so the opener refuses. MultiSend is read in decoded_call.py.
"""

from collections.abc import Callable, Iterator, Sized
from typing import NamedTuple, cast

from treasury_desktop.assets.address import ZERO_ADDRESS, Address
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.calls.abi_type import WORD, Function
from treasury_desktop.calls.proxy_creation import (
    FOR_ONE_CHAIN,
    WITH_CALLBACK,
    WITH_NONCE,
    created_proxy,
    nonce_with_callback,
    salt_of,
)
from treasury_desktop.errors import Malformed

CALL, DELEGATECALL = 0, 1
TRANSFER = bytes.fromhex("a9059cbb")
TRANSFER_FROM = bytes.fromhex("23b872dd")


class Outer(NamedTuple):
    """The call that carries others.

    `runs_as` is the account its code acts for: the contract itself, or the sender where it is
    delegatecalled. `avatar` is the Safe behind a module, or `runs_as` where nobody knows one.
    """

    sender: Address
    to: Address
    value: int
    runs_as: Address
    avatar: Address
    chain_id: int


class InnerCall(NamedTuple):
    """One call as the outer one makes it; `runs_later` where it waits for a vote or a delay.

    `data` starts with a selector, except where `is_command`: there it is one byte that names a
    router's command and the arguments of `command`, which is `None` where nobody knows that byte.
    `code` is whose code the target runs, where the call that makes it creates the target.
    """

    operation: int
    sender: Address
    to: Address
    value: int
    data: bytes
    runs_later: bool = False
    is_command: bool = False
    command: Function | None = None
    code: Address | None = None


Values = tuple[object, ...]
Opener = Callable[[Outer, Values], Iterator[InnerCall]]


def _by_account(outer: Outer, values: Values) -> Iterator[InnerCall]:
    """to, value, data and operation, run by the contract that is called: another Safe."""
    to, value, data, operation = cast("tuple[Address, int, bytes, int]", values[:4])
    yield InnerCall(operation, outer.runs_as, to, value, data)


def _by_module(outer: Outer, values: Values) -> Iterator[InnerCall]:
    """The same, run through a module by the Safe behind it."""
    to, value, data, operation = cast("tuple[Address, int, bytes, int]", values[:4])
    yield InnerCall(operation, outer.avatar, to, value, data)


def _by_proposal(outer: Outer, values: Values) -> Iterator[InnerCall]:
    """Reality's executeProposal: the proposal and its hashes stand before the call."""
    return _by_module(outer, values[2:])


def _module_batch(outer: Outer, values: Values, *, runs_later: bool) -> Iterator[InnerCall]:
    """An array of (to, operation, value, data), run by the Safe behind a module."""
    for to, operation, value, data in cast(
        "tuple[tuple[Address, int, int, bytes], ...]", values[0]
    ):
        yield InnerCall(operation, outer.avatar, to, value, data, runs_later)


def _module_batch_now(outer: Outer, values: Values) -> Iterator[InnerCall]:
    return _module_batch(outer, values, runs_later=False)


def _module_batch_later(outer: Outer, values: Values) -> Iterator[InnerCall]:
    return _module_batch(outer, values, runs_later=True)


def _allowance_transfer(_outer: Outer, values: Values) -> Iterator[InnerCall]:
    """The Allowance module's own transfer out of the Safe it is told."""
    safe, token, to, amount = cast("tuple[Address, Address, Address, int]", values[:4])
    if token == ZERO_ADDRESS:
        yield InnerCall(CALL, safe, to, amount, b"")
    else:
        yield InnerCall(CALL, safe, token, 0, TRANSFER + _words(to, amount))


def _set_up(outer: Outer, values: Values) -> Iterator[InnerCall]:
    """A Safe's set-up delegatecalls `to`, where there is one."""
    to, data = cast("tuple[Address, bytes]", values[2:4])
    if to != ZERO_ADDRESS:
        yield InnerCall(DELEGATECALL, outer.runs_as, to, 0, data)


def _create_proxy(outer: Outer, values: Values) -> Iterator[InnerCall]:
    nonce = cast("int", values[2])
    return _initialised(outer, values, nonce)


def _create_proxy_of_one_chain(outer: Outer, values: Values) -> Iterator[InnerCall]:
    nonce = cast("int", values[2])
    return _initialised(outer, values, nonce, outer.chain_id)


def _create_proxy_with_callback(outer: Outer, values: Values) -> Iterator[InnerCall]:
    nonce, callback = cast("tuple[int, Address]", values[2:4])
    return _initialised(outer, values, nonce_with_callback(nonce, callback))


def _initialised(outer: Outer, values: Values, *words: int) -> Iterator[InnerCall]:
    """The factory calls the new proxy, which runs the singleton's code; empty data calls nothing.

    Where nobody can say which address that is, the bytes stay an argument.
    """
    singleton, data = cast("tuple[Address, bytes]", values[:2])
    salt = salt_of(data, *words)
    proxy = created_proxy(outer.chain_id, outer.to, outer.runs_as, singleton, salt)
    if data and proxy is not None:
        yield InnerCall(CALL, outer.runs_as, proxy, 0, data, code=singleton)


def _multicall(outer: Outer, values: Values) -> Iterator[InnerCall]:
    """The contract delegatecalls itself for each item, for the caller; value is there once."""
    for place, item in enumerate(cast("tuple[bytes, ...]", values[-1])):
        yield InnerCall(CALL, outer.sender, outer.to, 0 if place else outer.value, item)


def _aggregate(outer: Outer, values: Values) -> Iterator[InnerCall]:
    """Multicall3: an array whose items begin with the target and end with the data."""
    for item in cast("tuple[tuple[Address | int | bytes, ...], ...]", values[-1]):
        target, data = cast("tuple[Address, bytes]", (item[0], item[-1]))
        value = cast("int", item[2]) if len(item) == 4 else 0  # noqa: PLR2004  aggregate3Value
        yield InnerCall(CALL, outer.runs_as, target, value, data)


def _one(outer: Outer, values: Values) -> Iterator[InnerCall]:
    """target, value and data, run now by a timelock, governor or account."""
    target, value, data = cast("tuple[Address, int, bytes]", values[:3])
    yield InnerCall(CALL, outer.runs_as, target, value, data)


def _one_later(outer: Outer, values: Values) -> Iterator[InnerCall]:
    return (call._replace(runs_later=True) for call in _one(outer, values))


def _one_with_outer_value(outer: Outer, values: Values) -> Iterator[InnerCall]:
    """A target and data; the value sent along is passed on."""
    target, data = cast("tuple[Address, bytes]", values[:2])
    yield InnerCall(CALL, outer.runs_as, target, outer.value, data)


def _one_scheduled(outer: Outer, values: Values) -> Iterator[InnerCall]:
    target, data = cast("tuple[Address, bytes]", values[:2])
    yield InnerCall(CALL, outer.runs_as, target, 0, data, runs_later=True)


def _many(outer: Outer, values: Values) -> Iterator[InnerCall]:
    """targets, values and datas of one length, run by a timelock, governor or account."""
    targets, amounts, datas = cast(
        "tuple[tuple[Address, ...], tuple[int, ...], tuple[bytes, ...]]", values[:3]
    )
    _need_one_length(targets, amounts, datas)
    for target, amount, data in zip(targets, amounts, datas, strict=True):
        yield InnerCall(CALL, outer.runs_as, target, amount, data)


def _many_later(outer: Outer, values: Values) -> Iterator[InnerCall]:
    return (call._replace(runs_later=True) for call in _many(outer, values))


def _many_without_value(outer: Outer, values: Values) -> Iterator[InnerCall]:
    targets, datas = cast("tuple[tuple[Address, ...], tuple[bytes, ...]]", values[:2])
    _need_one_length(targets, datas)
    for target, data in zip(targets, datas, strict=True):
        yield InnerCall(CALL, outer.runs_as, target, 0, data)


def _actions(outer: Outer, values: Values) -> Iterator[InnerCall]:
    """Aragon's DAO: an array of (to, value, data)."""
    for to, value, data in cast("tuple[tuple[Address, int, bytes], ...]", values[1]):
        yield InnerCall(CALL, outer.runs_as, to, value, data)


def _many_with_signatures(outer: Outer, values: Values) -> Iterator[InnerCall]:
    """GovernorBravo: a signature that is not empty stands for the selector before its data."""
    targets, amounts, texts, datas = cast(
        "tuple[tuple[Address, ...], tuple[int, ...], tuple[bytes, ...], tuple[bytes, ...]]",
        values[:4],
    )
    _need_one_length(targets, amounts, texts, datas)
    for target, amount, text, data in zip(targets, amounts, texts, datas, strict=True):
        whole = _selector_of(text) + data
        yield InnerCall(CALL, outer.runs_as, target, amount, whole, runs_later=True)


def _one_with_signature(outer: Outer, values: Values) -> Iterator[InnerCall]:
    """Compound's timelock: likewise, one call."""
    target, amount, text, data = cast("tuple[Address, int, bytes, bytes]", values[:4])
    yield InnerCall(CALL, outer.runs_as, target, amount, _selector_of(text) + data)


def _one_with_signature_later(outer: Outer, values: Values) -> Iterator[InnerCall]:
    return (call._replace(runs_later=True) for call in _one_with_signature(outer, values))


def _upgrade_itself(outer: Outer, values: Values) -> Iterator[InnerCall]:
    """A proxy calls its new code as if its caller had called it; empty data calls nothing."""
    data = cast("bytes", values[1])
    if data:
        yield InnerCall(CALL, outer.sender, outer.to, outer.value, data)


def _upgrade_proxy(outer: Outer, values: Values) -> Iterator[InnerCall]:
    """A proxy's admin does the same to another contract."""
    proxy, data = cast("tuple[Address, bytes]", (values[0], values[2]))
    if data:
        yield InnerCall(CALL, outer.runs_as, proxy, outer.value, data)


def _disperse_ether(outer: Outer, values: Values) -> Iterator[InnerCall]:
    """The value sent along goes on to many; it is the sender's."""
    recipients, amounts = cast("tuple[tuple[Address, ...], tuple[int, ...]]", values)
    _need_one_length(recipients, amounts)
    for recipient, amount in zip(recipients, amounts, strict=True):
        yield InnerCall(CALL, outer.sender, recipient, amount, b"")


def _disperse_token(outer: Outer, values: Values) -> Iterator[InnerCall]:
    """The sender's tokens go to many by its allowance."""
    token, recipients, amounts = cast(
        "tuple[Address, tuple[Address, ...], tuple[int, ...]]", values
    )
    _need_one_length(recipients, amounts)
    for recipient, amount in zip(recipients, amounts, strict=True):
        data = TRANSFER_FROM + _words(outer.sender, recipient, amount)
        yield InnerCall(CALL, outer.sender, token, 0, data)


def _commands(outer: Outer, values: Values) -> Iterator[InnerCall]:
    """The universal router's commands, one byte each, with their inputs."""
    from treasury_desktop.calls.router_commands import command_of  # noqa: PLC0415  seldom needed

    commands, inputs = cast("tuple[bytes, tuple[bytes, ...]]", values[:2])
    _need_one_length(commands, inputs)
    for place, (command, arguments) in enumerate(zip(commands, inputs, strict=True)):
        value = 0 if place else outer.value
        data = bytes((command,)) + arguments
        known = command_of(command)
        yield InnerCall(CALL, outer.sender, outer.to, value, data, is_command=True, command=known)


def _need_one_length(*columns: Sized) -> None:
    """Contracts refuse lists of different lengths."""
    if len({len(column) for column in columns}) != 1:
        raise Malformed("data", "the lists of a batch have different lengths")


def _selector_of(text: bytes) -> bytes:
    return keccak(text)[:4] if text else b""


def _words(*values: Address | int) -> bytes:
    return b"".join(
        value.raw.rjust(WORD, b"\0") if isinstance(value, Address) else value.to_bytes(WORD, "big")
        for value in values
    )


_EXECUTION = "(address,uint256,bytes,uint8"
_BATCH = "(address[],uint256[],bytes[]"

OPENERS: dict[str, Opener] = {
    f"execTransaction{_EXECUTION},uint256,uint256,uint256,address,address,bytes)": _by_account,
    f"simulate{_EXECUTION})": _by_account,
    f"execTransactionFromModule{_EXECUTION})": _by_module,
    f"execTransactionFromModuleReturnData{_EXECUTION})": _by_module,
    f"executeUserOp{_EXECUTION})": _by_module,
    f"executeUserOpWithErrorString{_EXECUTION})": _by_module,
    f"executeNextTx{_EXECUTION})": _by_module,
    f"execTransactionWithRole{_EXECUTION},uint16,bool)": _by_module,
    f"execTransactionWithRole{_EXECUTION},bytes32,bool)": _by_module,
    f"execTransactionWithRoleReturnData{_EXECUTION},uint16,bool)": _by_module,
    f"execTransactionWithRoleReturnData{_EXECUTION},bytes32,bool)": _by_module,
    "executeProposal(string,bytes32[],address,uint256,bytes,uint8)": _by_proposal,
    "executeProposalWithIndex(string,bytes32[],address,uint256,bytes,uint8,uint256)": _by_proposal,
    "executeProposal((address,uint8,uint256,bytes)[])": _module_batch_now,
    "proposeTransactions((address,uint8,uint256,bytes)[],bytes)": _module_batch_later,
    "executeAllowanceTransfer(address,address,address,uint96,address,uint96,address,bytes)": (
        _allowance_transfer
    ),
    "setup(address[],uint256,address,bytes)": _set_up,
    "setup(address[],uint256,address,bytes,address,uint256,address)": _set_up,
    "setup(address[],uint256,address,bytes,address,address,uint256,address)": _set_up,
    **dict.fromkeys(WITH_NONCE, _create_proxy),
    **dict.fromkeys(FOR_ONE_CHAIN, _create_proxy_of_one_chain),
    WITH_CALLBACK: _create_proxy_with_callback,
    "multicall(bytes[])": _multicall,
    "multicall(uint256,bytes[])": _multicall,
    "multicall(bytes32,bytes[])": _multicall,
    "execute(bytes,bytes[])": _commands,
    "EXECUTE_SUB_PLAN(bytes,bytes[])": _commands,
    "execute(bytes,bytes[],uint256)": _commands,
    "aggregate((address,bytes)[])": _aggregate,
    "tryAggregate(bool,(address,bytes)[])": _aggregate,
    "blockAndAggregate((address,bytes)[])": _aggregate,
    "tryBlockAndAggregate(bool,(address,bytes)[])": _aggregate,
    "aggregate3((address,bool,bytes)[])": _aggregate,
    "aggregate3Value((address,bool,uint256,bytes)[])": _aggregate,
    "schedule(address,uint256,bytes,bytes32,bytes32,uint256)": _one_later,
    f"scheduleBatch{_BATCH},bytes32,bytes32,uint256)": _many_later,
    "execute(address,uint256,bytes,bytes32,bytes32)": _one,
    f"executeBatch{_BATCH},bytes32,bytes32)": _many,
    "queueTransaction(address,uint256,string,bytes,uint256)": _one_with_signature_later,
    "executeTransaction(address,uint256,string,bytes,uint256)": _one_with_signature,
    f"propose{_BATCH},string)": _many_later,
    "propose(address[],uint256[],string[],bytes[],string)": _many_with_signatures,
    f"queue{_BATCH},bytes32)": _many_later,
    f"execute{_BATCH},bytes32)": _many,
    "relay(address,uint256,bytes)": _one,
    "execute(address,uint256,bytes)": _one,
    "execute(address,bytes)": _one_with_outer_value,
    "schedule(address,bytes,uint48)": _one_scheduled,
    "executeBatch(address[],bytes[])": _many_without_value,
    f"executeBatch{_BATCH})": _many,
    "execute(bytes32,(address,uint256,bytes)[],uint256)": _actions,
    "upgradeToAndCall(address,bytes)": _upgrade_itself,
    "upgradeBeaconToAndCall(address,bytes,bool)": _upgrade_itself,
    "upgradeAndCall(address,address,bytes)": _upgrade_proxy,
    "disperseEther(address[],uint256[])": _disperse_ether,
    "disperseToken(address,address[],uint256[])": _disperse_token,
    "disperseTokenSimple(address,address[],uint256[])": _disperse_token,
}
"""Signature → what opens it."""
