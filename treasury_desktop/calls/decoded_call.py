"""What calldata says, call by call, down to the last leaf.

Certainty is part of the answer. A partial reading never looks like a whole one: what is wrong with
the bytes stands in `problems`, and a call nobody can read keeps its bytes and certainty NONE.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple, cast

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.calls.abi_type import AbiType, Function
from treasury_desktop.calls.calldata import DecodedArguments, decode_arguments
from treasury_desktop.calls.inner_calls import OPENERS, InnerCall, Outer
from treasury_desktop.calls.known_contracts import (
    DELEGATECALL_LIBRARIES,
    abis_spoken,
    functions_with_selector,
    official_contract,
)
from treasury_desktop.errors import Malformed
from treasury_desktop.safes.multisend import PackedCall, unpack_calls
from treasury_desktop.safes.safe import Safe
from treasury_desktop.safes.safe_tx import Operation, SafeTx

MAX_DEPTH = 16
SELECTOR_LENGTH = 4
MULTISEND = "multiSend(bytes)"
FIRST_MULTISEND_WITH_SELF = (1, 5, 0)
"""Since 1.5.0 MultiSend replaces a zero address by the Safe itself."""
CLAIMED = "claimed by the sender"
COMMAND_ABI = "Uniswap universal router"


class Certainty(Enum):
    """How sure the reading is.

    KNOWN_CONTRACT: our own side vouches for the contract, and its kind has that function.
    KNOWN_SELECTOR: at another contract, one packaged function has these four bytes, and its
    arguments written back are the bytes that were read.
    GUESS: what somebody claims, or a bare match of four bytes: the arguments do not write back to
    the same bytes, or another function that somebody claims has the same four and does too.
    NONE: nobody can read it.
    """

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


# Named tuples, because a batch may hold twenty thousand of them: frozen dataclasses take several
# times as long to make.
class Argument(NamedTuple):
    """A named argument; the value is an int, bytes, address or a tuple of these."""

    name: str
    kind: AbiType
    value: object


class DecodedCall(NamedTuple):
    """One call and the calls inside it. `path` is "0" at the top, "0.2" for its third inner call.

    `sender` is whose balance and permissions it uses: the Safe, or another Safe it executes on.
    `runs_later` where it is proposed, queued or scheduled by the calls around it.
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
    runs_later: bool = False

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

    def with_calls(self, calls: tuple["DecodedCall", ...]) -> "DecodedCall":
        """The same call with other calls inside it."""
        return self._replace(calls=calls)

    def walk(self) -> Iterator["DecodedCall"]:
        """This call and all calls inside it, in the order in which they run."""
        pending = [self]
        while pending:
            call = pending.pop()
            yield call
            if call.calls:
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
    return decode_at("0", safe, tx, reading)


def decode_at(path: str, safe: Safe, tx: SafeTx, reading: Reading) -> DecodedCall:
    """The call tree of a Safe transaction that stands at a path inside another one."""
    decoder = _Decoder(safe, reading)
    return decoder.decode(path, int(tx.operation), safe.address, tx.to, tx.value, tx.data)


class _Candidate(NamedTuple):
    """A function that four bytes may mean at an address, and how sure that is."""

    function: Function
    abi: str
    certainty: Certainty
    carries_calls: bool = False


_Match = tuple[_Candidate, DecodedArguments]
"""A function with what the bytes say by it."""


class _Decoder:
    """Carries the Safe and what is known down the tree."""

    def __init__(self, safe: Safe, reading: Reading) -> None:
        self._safe = safe
        self._reading = reading
        self._found: dict[tuple[bytes, bytes], tuple[_Candidate, ...]] = {}

    def decode(  # noqa: PLR0917  positions are what makes it quick
        self,
        path: str,
        operation: int,
        sender: Address,
        to: Address,
        value: int,
        data: bytes,
        runs_later: bool = False,
        code: Address | None = None,
    ) -> DecodedCall:
        """A call, by its selector, with everything in it; `code` is whose code the target runs."""
        problems: tuple[Problem, ...] = ()
        match: _Match | None = None
        if data and operation != _CREATE:
            match, problems = self._read(code or to, data)
        call = _decoded_call(path, operation, sender, to, value, data, match, problems, runs_later)
        return self._opened(call) if match and match[0].carries_calls else call

    def _decode_inner(self, path: str, inner: InnerCall, around: Certainty) -> DecodedCall:
        """A call as another one makes it; a router's command is as sure as the router."""
        if not inner.is_command:
            return self.decode(path, *inner[:6], inner.code)
        match, problems = _read_command(inner.command, inner.data, around)
        call = _decoded_call(path, *inner[:5], match, problems, inner.runs_later)
        return self._opened(call) if match and match[0].carries_calls else call

    # ── what the bytes mean ──────────────────────────────────────────────────────────────────────

    def _read(self, to: Address, data: bytes) -> tuple[_Match | None, tuple[Problem, ...]]:
        """The function that the bytes fit best, and what is wrong with them."""
        key = to.raw, data[:SELECTOR_LENGTH]
        candidates = self._found.get(key)
        if candidates is None:
            candidates = self._found[key] = tuple(self._candidates(to, key[1]))
        match = _best_match(candidates, data[SELECTOR_LENGTH:])
        if match is None:
            return None, _UNREAD if candidates else (Problem.UNDECODED,)
        decoded = match[1]
        if decoded.is_canonical and not decoded.trailing:
            return match, ()
        return match, _problems_of(decoded)

    def _candidates(self, to: Address, selector: bytes) -> Iterator[_Candidate]:
        """The functions the four bytes may mean here, surest first, each signature once.

        A contract we vouch for has its own functions, and nobody's claim adds another meaning.
        A library for delegatecalls has no others at all, whatever the bytes mean elsewhere.
        """
        packaged = functions_with_selector(selector)
        official = official_contract(self._safe.chain_id, to)
        if official is not None and official.name in DELEGATECALL_LIBRARIES:
            own = DELEGATECALL_LIBRARIES[official.name]
            packaged = tuple(known for known in packaged if known.function.signature in own)
            if not packaged:
                return
        spoken = abis_spoken(self._reading.known.get(to), official)
        for known in packaged:
            abi = next((abi for abi in known.abis if abi in spoken), None)
            if abi is not None:
                yield _candidate(known.function, abi, Certainty.KNOWN_CONTRACT)
                return
        seen = set()
        for known in packaged:
            if known.function.signature not in seen:
                seen.add(known.function.signature)
                yield _candidate(known.function, known.abi, Certainty.KNOWN_SELECTOR)
        claimed = self._reading.claimed.get(to, {}).get(selector)
        if claimed is not None and claimed.signature not in seen:
            yield _candidate(claimed, CLAIMED, Certainty.GUESS)

    # ── what is inside ───────────────────────────────────────────────────────────────────────────

    def _opened(self, call: DecodedCall) -> DecodedCall:
        """The call with the calls inside it, or with the problem that hides them."""
        is_batch = _signature_of(call) == MULTISEND
        try:
            inside = _packed_in(call) if is_batch else self._inside(call)
        except Malformed:
            hidden = (Problem.MALFORMED_MULTISEND,) if is_batch else _UNREAD
            return call._replace(problems=(*call.problems, *hidden))
        if inside and call.depth >= MAX_DEPTH:
            return call._replace(problems=(*call.problems, Problem.TOO_DEEP))
        if is_batch:
            return self._batch(call, cast("tuple[PackedCall, ...]", inside))
        return call.with_calls(
            tuple(
                self._decode_inner(f"{call.path}.{place}", inner, call.certainty)
                for place, inner in enumerate(cast("tuple[InnerCall, ...]", inside))
            )
        )

    def _inside(self, call: DecodedCall) -> tuple[InnerCall, ...]:
        runs_as = _account_of(call)
        avatar, chain_id = self._avatar(call, runs_as), self._safe.chain_id
        outer = Outer(call.sender, call.to, call.value, runs_as, avatar, chain_id)
        values = tuple(argument.value for argument in call.arguments)
        found = tuple(OPENERS[_signature_of(call)](outer, values))
        return tuple(c._replace(runs_later=True) for c in found) if call.runs_later else found

    def _batch(self, call: DecodedCall, packed: tuple[PackedCall, ...]) -> DecodedCall:
        """What MultiSend does with its packed calls."""
        sender = _account_of(call)
        official = official_contract(self._safe.chain_id, call.to)
        zero_is_self = official is not None and official.version >= FIRST_MULTISEND_WITH_SELF
        prefix, runs_later, decode = f"{call.path}.", call.runs_later, self.decode
        calls = []
        for place, (operation, to, value, data) in enumerate(packed):
            target = sender if zero_is_self and to.is_zero else to
            calls.append(
                decode(f"{prefix}{place}", operation, sender, target, value, data, runs_later)
            )
        problems = list(call.problems)
        if any(inner.operation > _LAST_OF_A_BATCH for inner in calls):
            problems.append(Problem.MALFORMED_MULTISEND)
        if not call.is_delegatecall:
            problems.append(Problem.MULTISEND_WITHOUT_DELEGATECALL)
        return call._replace(calls=tuple(calls), problems=tuple(problems))

    def _avatar(self, call: DecodedCall, runs_as: Address) -> Address:
        """Whose doing a module's execution is: our Safe's where it enabled the module.

        A role is only ever used on a module, so where nobody knows our modules it may be ours.
        """
        modules = self._safe.modules
        if isinstance(modules, Unknown):
            is_ours = _signature_of(call).startswith("execTransactionWithRole")
        else:
            is_ours = runs_as in modules
        return self._safe.address if is_ours else runs_as


CARRIERS = frozenset({*OPENERS, MULTISEND})
"""Signatures of the functions that carry other calls."""
_CREATE = int(Operation.CREATE)
_LAST_OF_A_BATCH = int(Operation.DELEGATECALL)
_make = tuple.__new__
"""Straight to the tuple: a named tuple's own constructor is a Python function that leads there."""
_UNREAD = (Problem.MALFORMED_CALLDATA, Problem.UNDECODED)


def _signature_of(call: DecodedCall) -> str:
    return "" if call.function is None else call.function.signature


def _candidate(function: Function, abi: str, certainty: Certainty) -> _Candidate:
    return _Candidate(function, abi, certainty, function.signature in CARRIERS)


def _account_of(call: DecodedCall) -> Address:
    """Whom its code acts for: delegatecalled code for the sender, a contract for itself."""
    return call.sender if call.is_delegatecall else call.to


def _packed_in(call: DecodedCall) -> tuple[PackedCall, ...]:
    packed = call.arguments[0].value
    assert isinstance(packed, bytes)
    return unpack_calls(packed)


def _decoded_call(  # noqa: PLR0917  as above
    path: str,
    operation: int,
    sender: Address,
    to: Address,
    value: int,
    data: bytes,
    match: _Match | None,
    problems: tuple[Problem, ...],
    runs_later: bool,
) -> DecodedCall:
    """A call with its arguments, before anybody looks inside."""
    if match is None:
        return DecodedCall(
            path, operation, sender, to, value, data, problems=problems, runs_later=runs_later
        )
    (function, abi, certainty, _), decoded = match
    parameters = function.parameters
    named = zip(parameters.names, parameters.members, decoded.values)  # noqa: B905  one for each
    arguments = tuple([_make(Argument, argument) for argument in named])
    call = (
        path,
        operation,
        sender,
        to,
        value,
        data,
        function,
        abi,
        certainty,
        arguments,
        (),
        problems,
        runs_later,
    )
    return _make(DecodedCall, call)


def _best_match(candidates: tuple[_Candidate, ...], data: bytes) -> _Match | None:
    """The candidate that the bytes fit best: to the letter before otherwise, the surest first.

    Two that fit to the letter are no knowledge any more, nor is one that fits by its four bytes
    only, except at a contract we vouch for.
    """
    best: _Match | None = None
    exact = 0
    for candidate in candidates:
        try:
            decoded = decode_arguments(candidate.function.parameters, data)
        except Malformed:
            continue
        trailing = decoded.trailing
        is_exact = decoded.is_canonical and not (trailing and any(trailing))
        if best is None or (is_exact and not exact):
            best = candidate, decoded
        exact += is_exact
    if best is None or exact == 1 or best[0].certainty is Certainty.KNOWN_CONTRACT:
        return best
    return best[0]._replace(certainty=Certainty.GUESS), best[1]


def _read_command(
    command: Function | None, data: bytes, around: Certainty
) -> tuple[_Match | None, tuple[Problem, ...]]:
    """A router's command; its first four bytes are no selector."""
    if command is None:
        return None, (Problem.UNDECODED,)
    try:
        decoded = decode_arguments(command.parameters, data[1:])
    except Malformed:
        return None, _UNREAD
    return (_candidate(command, COMMAND_ABI, around), decoded), _problems_of(decoded)


def _problems_of(decoded: DecodedArguments) -> tuple[Problem, ...]:
    """How the bytes differ from what their values are written as."""
    if not decoded.is_canonical:
        return (Problem.NON_CANONICAL_ABI,)
    if decoded.trailing:
        is_padding = not any(decoded.trailing)
        return (Problem.LONG_PADDING if is_padding else Problem.TRAILING_CALLDATA,)
    return ()
