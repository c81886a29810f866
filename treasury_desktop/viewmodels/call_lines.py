"""What each call of a transaction does, in lines people can read: who gets what, in whole tokens.

Every amount also stands in base units and every address in full, because a rounded figure or a
shortened address is where the wrong thing hides. Lines are made when asked for: a batch may have
twenty thousand calls.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.amount import decimal_text
from treasury_desktop.assets.token import MAX_SHOWN_DECIMALS
from treasury_desktop.assets.untrusted_text import SYMBOL_LIMIT, plain
from treasury_desktop.calls.abi_type import AbiType
from treasury_desktop.calls.decoded_call import Certainty, DecodedCall, Problem
from treasury_desktop.calls.known_contracts import official_contract
from treasury_desktop.review.facts import Facts
from treasury_desktop.safes.safe_tx import Operation
from treasury_desktop.treasury.evidence import Origin
from treasury_desktop.viewmodels.figures import Party, hex_text, moment_text, name_text

UNLIMITED_FROM: Final = 2**95
"""Base units from which an allowance is practically unlimited (bundle.md)."""

NATIVE_DECIMALS: Final = 18
BYTES_SHOWN: Final = 32
TEXT_SHOWN: Final = 400
MEMBERS_SHOWN: Final = 2_000
END_OF_DATES: Final = 253_402_300_800
"""Unix seconds at which the year 10000 begins: later deadlines are no dates."""

CERTAINTIES: Final = {
    Certainty.KNOWN_CONTRACT: "known contract",
    Certainty.KNOWN_SELECTOR: "read from its four-byte selector",
    Certainty.GUESS: "a guess from the sender's own description",
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
        self._native = native_symbol
        self._assets = {
            contract: strategy.asset
            for strategy in facts.strategies
            if strategy.asset is not None
            for contract in strategy.contracts
        }

    # ── names and amounts ────────────────────────────────────────────────────────────────────────

    def party(self, address: Address) -> Party:
        """Who an address is and who says so; the name is empty where nobody does."""
        facts, full = self._facts, str(address)
        if address == facts.safe.address:
            return Party("this Safe", "the one that executes", full)
        if address in facts.own_safes:
            return Party("own Safe", "this workspace", full)
        chain_id, whose = facts.safe.chain_id, self._whose
        if entry := facts.evidence.payee_at(address, chain_id):
            return Party(name_text(entry.name), f"address book{whose}", full)
        if official := official_contract(chain_id, address):
            return Party(official.label, "official Safe deployment", full)
        token = facts.evidence.token_at(address)
        if token is not None and isinstance(token.symbol, str):
            listed = "listed token" if token.listed is True else "token, not listed"
            return Party(plain(token.symbol, limit=SYMBOL_LIMIT), f"{listed}{whose}", full)
        strategy = next((s for s in facts.strategies if address in s.contracts), None)
        contract = facts.evidence.contract_at(address)
        if contract is not None and contract.name:
            known = "strategy" if strategy else "allow-list" if contract.trusted else "description"
            return Party(name_text(contract.name), f"{known}{whose}", full)
        if strategy is not None:
            return Party(name_text(strategy.name), f"strategy{whose}", full)
        return Party("", "nobody here knows it", full)

    def who(self, address: Address) -> str:
        """The name, or the whole address where there is none."""
        party = self.party(address)
        return party.name or party.address

    def amount(self, token: Address | None, units: int) -> str:
        """Base units in whole tokens with the symbol, exactly; `None` is the native coin."""
        if token is None:
            return f"{decimal_text(units, NATIVE_DECIMALS)} {self._native}"
        described = self._facts.evidence.token_at(token)
        decimals = None if described is None else described.decimals
        if not isinstance(decimals, int) or decimals > MAX_SHOWN_DECIMALS:
            return f"{units:,} base units of {self.party(token).name or 'an unknown token'}"
        return f"{decimal_text(units, decimals)} {self.who(token)}"

    @property
    def _whose(self) -> str:
        is_claim = self._facts.origin is Origin.SENDER
        return ", claimed by the sender" if is_claim else ""

    # ── calls ────────────────────────────────────────────────────────────────────────────────────

    def line(self, call: DecodedCall) -> Line:
        """What one call does, in a sentence, and how that is known."""
        official = official_contract(self._facts.safe.chain_id, call.to)
        is_foreign = call.is_delegatecall and official is None
        sentence = self._sentence(call)
        if is_foreign:
            dressed = f", dressed as {call.function.name}" if call.function else ""
            sentence = f"Runs foreign code as this Safe{dressed}"
        elif call.operation == Operation.CREATE:
            sentence = f"Creates a contract: {sentence}"
        signature = call.function.signature if call.function else ""
        how = ("call", "delegatecall", "create")[call.operation] if call.operation < 3 else "?"  # noqa: PLR2004  the Safe knows three
        certainty = "" if call.is_plain_transfer else CERTAINTIES[call.certainty]
        parts = (f"{how} {call.path}", signature, certainty)
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
            if call.calls and argument.kind.kind in ("bytes", "array"):
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
            yield _bytes_line(name, value)
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
        members = _members(call)
        paired = _TOKEN_OF_MEMBER.get(name)
        if paired is not None and isinstance(members.get(paired), Address):
            token = members[paired]
            assert isinstance(token, Address)
            return True, token
        if function.signature in _TOKEN_CALLS and name in ("amount", "value", "wad", "addedValue"):
            return True, call.to
        if name in ("assets", "amount") and call.to in self._assets:
            return True, self._assets[call.to]
        asset = members.get("asset")
        if name == "amount" and isinstance(asset, Address):
            return True, asset
        return False, None

    def _amount_line(self, name: str, token: Address | None, units: int) -> Line:
        unit = "wei" if token is None else "base units"
        is_open = units >= UNLIMITED_FROM and token is not None
        whole = f"practically unlimited {self.who(token)}" if token and is_open else ""
        return Line(
            kind="amount",
            title=f"{name}: {whole or self.amount(token, units)}",
            detail=f"{units} {unit}",
            copy=str(units),
            meaning="danger" if is_open else "",
        )

    def _address_line(self, name: str, address: Address) -> Line:
        party = self.party(address)
        known = f"{party.name} · {party.source}" if party.name else party.source
        return Line(
            kind="address",
            title=f"{name}: {known}",
            detail=party.address,
            copy=party.address,
            address=party.address,
            meaning="" if party.name else "advice",
        )

    # ── sentences ────────────────────────────────────────────────────────────────────────────────

    def _sentence(self, call: DecodedCall) -> str:
        if call.is_plain_transfer:
            return self._plain_sentence(call)
        if call.function is None:
            return f"Call {self.who(call.to)} with {len(call.data):,} bytes of data"
        written = self._token_sentence(call) or self._venue_sentence(call)
        if written:
            return written
        name = call.function.name
        if name == "multiSend":
            return f"Batch of {len(call.calls):,} calls" if call.calls else "A batch of calls"
        return f"{name} on {self.who(call.to)}"

    def _plain_sentence(self, call: DecodedCall) -> str:
        if call.value:
            return f"Send {self.amount(None, call.value)} to {self.who(call.to)}"
        if call.to == self._facts.safe.address:
            return "Nothing: an empty transaction that uses up its nonce"
        return f"Empty call to {self.who(call.to)}"

    def _token_sentence(self, call: DecodedCall) -> str:
        assert call.function is not None
        values = {argument.name: argument.value for argument in call.arguments}
        match call.function.signature, tuple(values.values()):
            case "transfer(address,uint256)", (Address() as to, int() as units):
                return f"Pay {self.amount(call.to, units)} to {self.who(to)}"
            case (
                "transferFrom(address,address,uint256)",
                (Address() as source, Address() as to, int() as units),
            ):
                what = self.amount(call.to, units)
                return f"Move {what} from {self.who(source)} to {self.who(to)}"
            case "approve(address,uint256)", (Address() as spender, 0):
                return f"Take back what {self.who(spender)} may spend of {self.who(call.to)}"
            case (
                "approve(address,uint256)" | "increaseAllowance(address,uint256)",
                (Address() as spender, int() as units),
            ):
                is_open = units >= UNLIMITED_FROM
                what = f"unlimited {self.who(call.to)}" if is_open else self.amount(call.to, units)
                return f"Allow {self.who(spender)} to take {what}"
            case "deposit()", ():
                return f"Wrap {self.amount(None, call.value)}"
            case "withdraw(uint256)", (int() as units,):
                return f"Unwrap {self.amount(call.to, units)}"
            case _:
                return ""

    def _venue_sentence(self, call: DecodedCall) -> str:
        assert call.function is not None
        members, where = _members(call), self.who(call.to)
        match call.function.signature.partition("(")[0], members:
            case "deposit", {"assets": int() as units, "receiver": Address() as to}:
                asset = self._assets.get(call.to)
                what = f"{units:,} base units" if asset is None else self.amount(asset, units)
                return f"Deposit {what} into {where} for {self.who(to)}"
            case "redeem", {"shares": int() as shares, "receiver": Address() as to}:
                return f"Redeem {shares:,} share units of {where} to {self.who(to)}"
            case (
                "mint",
                {
                    "token0": Address() as token0,
                    "token1": Address() as token1,
                    "amount0Desired": int() as units0,
                    "amount1Desired": int() as units1,
                },
            ):
                what = f"{self.amount(token0, units0)} and {self.amount(token1, units1)}"
                return f"Mint a position with {what}"
            case "supply", {"asset": Address() as asset, "amount": int() as units}:
                return f"Supply {self.amount(asset, units)} to {where}"
            case "collect", {"recipient": Address() as to}:
                return f"Collect fees to {self.who(to)}"
            case "execTransaction", {"to": Address() as to}:
                return f"Execute a transaction of the Safe {where} to {self.who(to)}"
            case _:
                return ""


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


def _members(call: DecodedCall) -> dict[str, object]:
    """Arguments by name, those of a single struct included."""
    found: dict[str, object] = {}
    for argument in call.arguments:
        found[argument.name] = argument.value
        if argument.kind.kind == "tuple" and isinstance(argument.value, tuple):
            found.update(zip(argument.kind.names, argument.value, strict=True))
    return found


def _value_line(name: str, text: str, kind: str, copy: str) -> Line:
    return Line(kind="value", title=f"{name}: {text}", detail=kind, copy=copy)


def _bytes_line(name: str, data: bytes) -> Line:
    shown = data[:BYTES_SHOWN].hex()
    rest = "" if len(data) <= BYTES_SHOWN else f"… ({len(data):,} bytes; copy for all)"
    return Line(
        kind="bytes",
        title=f"{name}: {len(data):,} bytes",
        detail=f"0x{shown}{rest}",
        copy=hex_text(data),
    )
