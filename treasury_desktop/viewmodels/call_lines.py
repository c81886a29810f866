"""What each call of a transaction does, in lines people can read: who gets what, in whole tokens.

Every amount also stands in base units and every address in full, because a rounded figure or a
shortened address is where the wrong thing hides. Lines are made when asked for: a batch may have
twenty thousand calls.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.untrusted_text import plain, text_in
from treasury_desktop.calls.abi_type import AbiType
from treasury_desktop.calls.decoded_call import Certainty, DecodedCall, Problem
from treasury_desktop.calls.known_contracts import official_contract
from treasury_desktop.review.facts import Facts
from treasury_desktop.safes.safe_tx import Operation
from treasury_desktop.viewmodels.call_sentences import UNLIMITED_FROM, members_of, sentence_of
from treasury_desktop.viewmodels.figures import hex_text, moment_text
from treasury_desktop.viewmodels.names import Names

BYTES_SHOWN: Final = 32
TEXT_SHOWN: Final = 400
MEMBERS_SHOWN: Final = 2_000
END_OF_DATES: Final = 253_402_300_800
"""Unix seconds at which the year 10000 begins: later deadlines are no dates."""

CERTAINTIES: Final = {
    Certainty.KNOWN_CONTRACT: "known contract",
    Certainty.KNOWN_SELECTOR: "read from its four-byte selector",
    Certainty.GUESS: "a guess: the sender's own description, or four bytes that happen to fit",
    Certainty.NONE: "nobody here can read it",
}
PROBLEMS: Final = {
    Problem.MALFORMED_CALLDATA: "The arguments do not fit the function.",
    Problem.MALFORMED_MULTISEND: "The batch cannot be read to its end.",
    Problem.NON_CANONICAL_ABI: "The arguments are written in an unusual way that hides bytes.",
    Problem.TRAILING_CALLDATA: "Bytes follow after the arguments.",
    Problem.LONG_PADDING: "More zeros follow than needed.",
    Problem.UNDECODED: "Nobody here can read this data.",
    Problem.TOO_DEEP: "It is nested deeper than 16 calls.",
    Problem.MULTISEND_WITHOUT_DELEGATECALL: "The calls would come from the batch contract.",
}

LineKind = Literal["call", "address", "amount", "value", "bytes", "problem"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Two lines of words: what it is, and the exact thing below it; `copy` is what Ctrl+C takes.

    `address` is the full EIP-55 text of an address line; `meaning` a colour token or "".
    """

    kind: LineKind
    title: str
    detail: str = ""
    copy: str = ""
    address: str = ""
    meaning: str = ""


class CallReader:
    """Turns the calls of one review into lines, by the facts that review went by."""

    def __init__(self, facts: Facts, native_symbol: str = "ETH") -> None:
        self._facts = facts
        self._names = Names(facts, native_symbol)

    def line(self, call: DecodedCall) -> Line:
        """What one call does, in a sentence, and how that is known."""
        official = official_contract(self._facts.safe.chain_id, call.to)
        is_foreign = call.is_delegatecall and official is None
        sentence = sentence_of(call, self._names)
        if is_foreign:
            dressed = f", dressed as {call.function.name}" if call.function else ""
            is_own = call.sender == self._facts.safe.address
            whose = "this Safe" if is_own else self._names.who(call.sender)
            sentence = f"Runs foreign code as {whose}{dressed}"
        elif call.operation == Operation.CREATE:
            sentence = f"Creates a contract: {sentence}"
        signature = call.function.signature if call.function else ""
        how = ("call", "delegatecall", "create")[call.operation] if call.operation < 3 else "?"  # noqa: PLR2004  the Safe knows three
        certainty = "" if call.is_plain_transfer else CERTAINTIES[call.certainty]
        later = "runs later, when somebody executes it" if call.runs_later else ""
        parts = (f"{how} {call.path}", signature, certainty, later)
        is_dark = call.certainty is Certainty.NONE and not call.is_plain_transfer
        return Line(
            kind="call",
            title=sentence,
            detail=" · ".join(part for part in parts if part),
            copy=f"{sentence}\n{hex_text(call.data)}",
            meaning="block" if is_foreign or is_dark else "",
        )

    def facts_of(self, call: DecodedCall) -> tuple[Line, ...]:
        """Target, value, arguments and problems of one call, inner calls excepted."""
        return tuple(self._facts_of(call))

    def _facts_of(self, call: DecodedCall) -> Iterator[Line]:
        for problem in call.problems:
            yield Line(kind="problem", title=PROBLEMS[problem], meaning="danger")
        is_about_target = call.is_plain_transfer or call.function is None
        yield self._address_line("to" if is_about_target else "contract", call.to)
        if call.value:
            yield self._amount_line("value", None, call.value)
        for argument in call.arguments:
            is_inside = argument.kind.kind in ("bytes", "array") and argument.name != "_owners"
            if call.calls and is_inside:
                continue  # the calls inside say it
            yield from self._value_lines(call, argument.name, argument.kind, argument.value)
        if call.function is None and call.data:
            yield _bytes_line("data", call.data)

    def _value_lines(
        self, call: DecodedCall, name: str, kind: AbiType, value: object
    ) -> Iterator[Line]:
        if isinstance(value, Address):
            yield self._address_line(name, value)
        elif isinstance(value, tuple):
            yield from self._member_lines(call, name, kind, value)
        elif isinstance(value, bytes):
            yield _text_line(name, value) if kind.kind == "string" else _bytes_line(name, value)
        elif isinstance(value, int) and not isinstance(value, bool) and kind.kind == "uint":
            found, token = self._token_of(call, name)
            if found:
                yield self._amount_line(name, token, value)
            elif name == "deadline" and value < END_OF_DATES:
                yield _value_line(name, moment_text(value), str(value), str(value))
            else:
                yield _value_line(name, f"{value:,}", str(kind), str(value))
        else:
            text = plain(str(value), limit=TEXT_SHOWN)
            yield _value_line(name, text, str(kind), text)

    def _member_lines(
        self, call: DecodedCall, name: str, kind: AbiType, values: tuple[object, ...]
    ) -> Iterator[Line]:
        for place, value in enumerate(values[:MEMBERS_SHOWN]):
            is_struct = kind.kind == "tuple"
            member = kind.members[place] if is_struct else kind.members[0]
            named = kind.names[place] if is_struct and kind.names else ""
            yield from self._value_lines(call, named or f"{name}[{place}]", member, value)
        if len(values) > MEMBERS_SHOWN:
            more = len(values) - MEMBERS_SHOWN
            yield Line(
                kind="problem", title=f"{more:,} more members are not shown.", meaning="danger"
            )

    def _token_of(self, call: DecodedCall, name: str) -> tuple[bool, Address | None]:
        """Whether an argument counts base units of a token, and of which."""
        function = call.function
        if function is None:
            return False, None
        members = members_of(call)
        paired = _TOKEN_OF_MEMBER.get(name)
        if paired is not None and isinstance(members.get(paired), Address):
            token = members[paired]
            assert isinstance(token, Address)
            return True, token
        if function.signature in _TOKEN_CALLS and name in ("amount", "value", "wad", "addedValue"):
            return True, call.to
        if name in ("assets", "amount") and call.to in self._names.assets:
            return True, self._names.assets[call.to]
        asset = members.get("asset")
        if name == "amount" and isinstance(asset, Address):
            return True, asset
        return False, None

    def _amount_line(self, name: str, token: Address | None, units: int) -> Line:
        unit = "wei" if token is None else "base units"
        is_open = units >= UNLIMITED_FROM and token is not None
        whole = f"practically unlimited {self._names.who(token)}" if token and is_open else ""
        return Line(
            kind="amount",
            title=f"{name}: {whole or self._names.amount(token, units)}",
            detail=f"{units} {unit}",
            copy=str(units),
            meaning="danger" if is_open else "",
        )

    def _address_line(self, name: str, address: Address) -> Line:
        party = self._names.party(address)
        known = f"{party.name} · {party.source}" if party.name else party.source
        return Line(
            kind="address",
            title=f"{name}: {known}",
            detail=party.address,
            copy=party.address,
            address=party.address,
            meaning="" if party.name else "advice",
        )


_TOKEN_CALLS: Final = frozenset(
    {
        "transfer(address,uint256)",
        "transferFrom(address,address,uint256)",
        "approve(address,uint256)",
        "increaseAllowance(address,uint256)",
        "decreaseAllowance(address,uint256)",
        "withdraw(uint256)",
    }
)
_TOKEN_OF_MEMBER: Final = {
    "amount0Desired": "token0",
    "amount1Desired": "token1",
    "amount0Min": "token0",
    "amount1Min": "token1",
    "amountIn": "tokenIn",
    "amountInMaximum": "tokenIn",
    "amountOut": "tokenOut",
    "amountOutMinimum": "tokenOut",
}


def _value_line(name: str, text: str, kind: str, copy: str) -> Line:
    return Line(kind="value", title=f"{name}: {text}", detail=kind, copy=copy)


def _text_line(name: str, raw: bytes) -> Line:
    """A string as the untrusted text it is; what is no text, as its bytes."""
    text = text_in(raw)
    if text is None:
        return replace(_bytes_line(f"{name} (no text)", raw), meaning="danger")
    shown = plain(text, limit=TEXT_SHOWN)
    return _value_line(name, shown, "string", shown if len(text) <= TEXT_SHOWN else hex_text(raw))


def _bytes_line(name: str, data: bytes) -> Line:
    shown = data[:BYTES_SHOWN].hex()
    rest = "" if len(data) <= BYTES_SHOWN else f"… ({len(data):,} bytes; copy for all)"
    return Line(
        kind="bytes",
        title=f"{name}: {len(data):,} bytes",
        detail=f"0x{shown}{rest}",
        copy=hex_text(data),
    )
