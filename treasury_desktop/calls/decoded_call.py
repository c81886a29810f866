"""What calldata says, call by call, down to the last leaf.

Certainty is part of the answer. A partial reading never looks like a whole one: what is wrong with
the bytes stands in `problems`, and a call nobody can read keeps its bytes and certainty NONE.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from treasury_desktop.assets.address import Address
from treasury_desktop.calls.abi_type import AbiType, Function
from treasury_desktop.calls.calldata import decode_arguments
from treasury_desktop.calls.known_contracts import (
    KnownFunction,
    functions_with_selector,
    official_contract,
)
from treasury_desktop.errors import Malformed
from treasury_desktop.safes.multisend import MULTISEND_SELECTOR, unpack_calls
from treasury_desktop.safes.safe import Safe
from treasury_desktop.safes.safe_tx import Operation, SafeTx

MAX_DEPTH = 16
SELECTOR_LENGTH = 4
FIRST_MULTISEND_WITH_SELF = (1, 5, 0)
"""Since 1.5.0 MultiSend replaces a zero address by the Safe itself."""


class Certainty(Enum):
    """How sure the reading is."""

    KNOWN_CONTRACT = "known contract"
    KNOWN_SELECTOR = "known selector"
    GUESS = "guess"
    NONE = "none"


class Problem(Enum):
    """What is wrong with a call's bytes."""

    MALFORMED_CALLDATA = "malformed calldata"
    MALFORMED_MULTISEND = "malformed multisend"
    NON_CANONICAL_ABI = "non-canonical"
    TRAILING_CALLDATA = "trailing"
    LONG_PADDING = "long padding"
    UNDECODED = "undecoded"
    TOO_DEEP = "too deep"
    MULTISEND_WITHOUT_DELEGATECALL = "multisend without delegatecall"


@dataclass(frozen=True, slots=True)
class Argument:
    """A named argument; the value is an int, bytes, address or a tuple of these."""

    name: str
    kind: AbiType
    value: object


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodedCall:
    """One call and the calls inside it. `path` is "0" at the top, "0.2" for its third inner call.

    `sender` is whose balance and permissions it uses: the Safe, or another Safe it executes on.
    """

    path: str
    operation: int
    sender: Address
    to: Address
    value: int
    data: bytes
    function: Function | None = None
    abi: str = ""
    certainty: Certainty = Certainty.NONE
    arguments: tuple[Argument, ...] = ()
    calls: tuple["DecodedCall", ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def is_delegatecall(self) -> bool:
        """Whether foreign code runs on the sender's own storage."""
        return self.operation == Operation.DELEGATECALL

    @property
    def is_plain_transfer(self) -> bool:
        """Whether it carries no calldata: native value, or nothing at all."""
        return not self.data

    @property
    def depth(self) -> int:
        """0 for the top-level call."""
        return self.path.count(".")

    def argument(self, name: str) -> object:
        """The value of an argument by name; KeyError where the function has none such."""
        for argument in self.arguments:
            if argument.name == name:
                return argument.value
        raise KeyError(name)

    def walk(self) -> Iterator["DecodedCall"]:
        """This call and all calls inside it, in the order in which they run."""
        pending = [self]
        while pending:
            call = pending.pop()
            yield call
            pending.extend(reversed(call.calls))

    def leaves(self) -> Iterator["DecodedCall"]:
        """The calls that contain no others."""
        return (call for call in self.walk() if not call.calls)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a reader may rely on besides the packaged knowledge.

    `known` says which contracts our own side vouches for (address → kind of ABI such as "ERC-20");
    `claimed` are ABIs somebody sent: their certainty never exceeds GUESS.
    """

    known: Mapping[Address, str] = field(default_factory=dict)
    claimed: Mapping[Address, Mapping[bytes, Function]] = field(default_factory=dict)


def decode_transaction(safe: Safe, tx: SafeTx, reading: Reading) -> DecodedCall:
    """The whole call tree of a Safe transaction."""
    return _Decoder(safe.chain_id, reading).decode(
        path="0",
        operation=int(tx.operation),
        sender=safe.address,
        to=tx.to,
        value=tx.value,
        data=tx.data,
    )


class _Decoder:
    """Carries the chain and what is known down the tree."""

    def __init__(self, chain_id: int, reading: Reading) -> None:
        self._chain_id = chain_id
        self._reading = reading

    def decode(
        self, *, path: str, operation: int, sender: Address, to: Address, value: int, data: bytes
    ) -> DecodedCall:
        call = DecodedCall(
            path=path, operation=operation, sender=sender, to=to, value=value, data=data
        )
        if not data or operation == Operation.CREATE:
            return call
        candidates = self._candidates(to, data[:SELECTOR_LENGTH])
        problems: tuple[Problem, ...] = (Problem.UNDECODED,)
        for known, certainty in candidates:
            try:
                return self._read(call, known, certainty)
            except Malformed:
                problems = (Problem.MALFORMED_CALLDATA, Problem.UNDECODED)
        return _with(call, problems=problems)

    def _candidates(
        self, to: Address, selector: bytes
    ) -> Iterator[tuple[KnownFunction, Certainty]]:
        """The functions the selector may mean here, surest first."""
        official = official_contract(self._chain_id, to)
        kind = _abi_of_official(official.name) if official else self._reading.known.get(to)
        packaged = functions_with_selector(selector)
        for known in packaged:
            if kind is not None and known.abi in _abis_of(kind):
                yield known, Certainty.KNOWN_CONTRACT
        claimed = self._reading.claimed.get(to, {}).get(selector)
        for known in packaged:
            yield known, Certainty.KNOWN_SELECTOR
        if claimed is not None:
            yield KnownFunction(function=claimed, abi="claimed by the sender"), Certainty.GUESS

    def _read(self, call: DecodedCall, known: KnownFunction, certainty: Certainty) -> DecodedCall:
        parameters = known.function.parameters
        decoded = decode_arguments(parameters, call.data[SELECTOR_LENGTH:])
        problems: list[Problem] = []
        if not decoded.is_canonical:
            problems.append(Problem.NON_CANONICAL_ABI)
        if decoded.trailing:
            is_zero_padding = not any(decoded.trailing)
            problems.append(Problem.LONG_PADDING if is_zero_padding else Problem.TRAILING_CALLDATA)
        arguments = tuple(
            Argument(name, kind, value)
            for name, kind, value in zip(
                parameters.names, parameters.members, decoded.values, strict=True
            )
        )
        read = _with(
            call,
            function=known.function,
            abi=known.abi,
            certainty=certainty,
            arguments=arguments,
            problems=tuple(problems),
        )
        return self._with_inner_calls(read)

    def _with_inner_calls(self, call: DecodedCall) -> DecodedCall:
        """The call with the calls inside it, or with the problem that hides them."""
        assert call.function is not None
        if call.data[:SELECTOR_LENGTH] == MULTISEND_SELECTOR:
            return self._batch(call)
        is_nested_safe = call.function.name in (
            "execTransaction",
            "execTransactionFromModule",
            "execTransactionFromModuleReturnData",
        )
        is_multicall = call.function.name == "multicall"
        if not (is_nested_safe or is_multicall):
            return call
        if call.depth >= MAX_DEPTH:
            return _with(call, problems=(*call.problems, Problem.TOO_DEEP))
        if is_nested_safe:
            return _with(call, calls=(self._nested_safe_call(call),))
        return _with(call, calls=self._multicall(call))

    def _batch(self, call: DecodedCall) -> DecodedCall:
        if call.depth >= MAX_DEPTH:
            return _with(call, problems=(*call.problems, Problem.TOO_DEEP))
        packed = call.argument("transactions")
        assert isinstance(packed, bytes)
        try:
            entries = unpack_calls(packed)
        except Malformed:
            return _with(call, problems=(*call.problems, Problem.MALFORMED_MULTISEND))
        problems = list(call.problems)
        if any(entry.operation > Operation.DELEGATECALL for entry in entries):
            problems.append(Problem.MALFORMED_MULTISEND)
        if not call.is_delegatecall:
            problems.append(Problem.MULTISEND_WITHOUT_DELEGATECALL)
        official = official_contract(self._chain_id, call.to)
        zero_is_self = official is not None and official.version >= FIRST_MULTISEND_WITH_SELF
        # A batch that is delegatecalled acts as the Safe; one that is called acts as itself.
        sender = call.sender if call.is_delegatecall else call.to
        inner = tuple(
            self.decode(
                path=f"{call.path}.{place}",
                operation=entry.operation,
                sender=sender,
                to=sender if zero_is_self and entry.to.is_zero else entry.to,
                value=entry.value,
                data=entry.data,
            )
            for place, entry in enumerate(entries)
        )
        return _with(call, calls=inner, problems=tuple(problems))

    def _nested_safe_call(self, call: DecodedCall) -> DecodedCall:
        to, value, data = (call.argument(name) for name in ("to", "value", "data"))
        operation = call.argument("operation")
        assert isinstance(to, Address)
        assert isinstance(value, int)
        assert isinstance(data, bytes)
        assert isinstance(operation, int)
        return self.decode(
            path=f"{call.path}.0",
            operation=operation,
            sender=call.to,
            to=to,
            value=value,
            data=data,
        )

    def _multicall(self, call: DecodedCall) -> tuple[DecodedCall, ...]:
        """Uniswap's multicall: the contract delegatecalls itself for each item, for the caller."""
        items = call.argument("data")
        assert isinstance(items, tuple)
        return tuple(
            self.decode(
                path=f"{call.path}.{place}",
                operation=int(Operation.CALL),
                sender=call.sender,
                to=call.to,
                value=call.value if place == 0 else 0,
                data=item,
            )
            for place, item in enumerate(items)
        )


def _with(call: DecodedCall, **changes: object) -> DecodedCall:
    """The call with some of its readings replaced."""
    values = {name: getattr(call, name) for name in DecodedCall.__slots__}
    return DecodedCall(**{**values, **changes})


def _abi_of_official(name: str) -> str:
    """The ABI an official contract speaks, by its recorded name."""
    if name.startswith("MultiSend"):
        return "MultiSend"
    return "Safe" if name in ("Safe", "SafeL2", "GnosisSafe", "GnosisSafeL2") else "Safe libraries"


def _abis_of(kind: str) -> tuple[str, ...]:
    """The ABIs a kind of contract speaks: wrapped ether is a token too, a vault's share as well."""
    also = {"WETH9": ("ERC-20",), "ERC-4626": ("ERC-20",)}
    return (kind, *also.get(kind, ()))
