"""Questions to contracts nobody vouches for, each bounded in gas and bytes, none of them trusted.

Such a contract may use up all gas, answer with megabytes, or answer every node differently. So
each call has little gas and little room, few stand in one program, and where a question fails it
is halved until what spoils it stands alone: that one has no answer, its neighbours have theirs.
"""

from collections.abc import Sequence
from typing import Any

from treasury_desktop.assets.address import Address
from treasury_desktop.chain import answers, call_program
from treasury_desktop.chain.answers import Reverted
from treasury_desktop.chain.call_program import Call
from treasury_desktop.chain.connection import (
    WEIGHT_OF_A_PROGRAM,
    Ask,
    EndpointRefusal,
    NotTaken,
)
from treasury_desktop.chain.node import Node
from treasury_desktop.errors import Malformed, Refused
from treasury_desktop.treasury.snapshot import Block

GAS_OF_A_STRANGER = 300_000
"""Several times what reading a balance takes, behind a proxy too."""

GAS_TO_BEGIN = 50_000
"""What an eth_call of its own costs beside that."""

MOST_IN_A_PROGRAM = 48
"""All of them together stay below what the most frugal node gives one eth_call (25 million)."""

PROGRAMS_AT_ONCE = 6
MOST_ROUNDS = 80
"""Enough for several thousand honest tokens; hostile ones do not make us ask for ever."""

_HONEST = Call((4).to_bytes(20, "big"), b"?", 1)
"""The precompile that returns what it was given, on every chain."""

_FAILURES = (Refused, Malformed, EndpointRefusal, NotTaken)


class Strangers:
    """Asks at one block, so many rounds at most; `is_cut_short` says that they did not suffice."""

    def __init__(self, node: Node, block: Block, *, rounds: int = MOST_ROUNDS) -> None:
        self._node = node
        self._pin = {"blockHash": f"0x{block.hash.hex()}", "requireCanonical": True}
        self._rounds = rounds
        self._takes_programs = True
        self._has_failed = False
        self.is_cut_short = False

    def ask(self, calls: Sequence[Call]) -> list[bytes | None]:
        """What they answer, in order; `None` for what is refused, too long or too much work."""
        found: list[bytes | None] = []
        most = MOST_IN_A_PROGRAM * PROGRAMS_AT_ONCE
        for start in range(0, len(calls), most):
            found += self._apart(calls[start : start + most])
        return found

    def _apart(self, calls: Sequence[Call]) -> list[bytes | None]:
        if self._rounds <= 0:
            self.is_cut_short = True
            return [None] * len(calls)
        try:
            return self._gathered(calls) if self._takes_programs else self._alone(calls)
        except _FAILURES:
            if len(calls) == 1 or not self._has_failed:
                self._require_an_answer()
            if len(calls) == 1:
                return [None]
            middle = len(calls) // 2
            return self._apart(calls[:middle]) + self._apart(calls[middle:])

    def _gathered(self, calls: Sequence[Call]) -> list[bytes | None]:
        self._rounds -= 1
        asks = [
            self._program(calls[start : start + MOST_IN_A_PROGRAM])
            for start in range(0, len(calls), MOST_IN_A_PROGRAM)
        ]
        try:
            said = self._node.ask_all(asks).values
        except (EndpointRefusal, NotTaken):
            self._takes_programs = False  # it may take single questions
            return self._alone(calls)
        except Refused:  # of several nodes one may take no programs, and answer something else
            return self._alone(calls)
        if any(each is None for each in said):
            self._takes_programs = False
            return self._alone(calls)
        return [answer for each in said for answer in each]

    def _alone(self, calls: Sequence[Call]) -> list[bytes | None]:
        self._rounds -= 1
        said = self._node.ask_all([self._question(call) for call in calls]).values
        return [None if isinstance(each, Reverted) else each for each in said]

    def _require_an_answer(self) -> None:
        """Raises where nodes do not answer an honest question either: then nobody is hostile."""
        self._has_failed = True
        self._alone((_HONEST,))

    def _program(self, calls: Sequence[Call]) -> Ask:
        def parse(value: Any, name: str) -> list[bytes | None] | None:
            try:
                said = answers.hex_data(value, name, call_program.MOST_ANSWER_BYTES)
                return call_program.told_apart(said, calls)
            except Malformed:
                return None

        code = call_program.program(calls, gas=GAS_OF_A_STRANGER)
        return Ask(
            "eth_call",
            ({"data": f"0x{code.hex()}"}, self._pin),
            parse,
            f"{len(calls)} calls",
            weight=WEIGHT_OF_A_PROGRAM,
        )

    def _question(self, call: Call) -> Ask:
        def parse(value: Any, name: str) -> bytes | None:
            said = answers.hex_data(value, name)
            return said if len(said) <= call.room else None

        to = Address(call.to)
        asked = {
            "to": str(to),
            "data": f"0x{call.data.hex()}",
            "gas": hex(GAS_OF_A_STRANGER + GAS_TO_BEGIN),
        }
        return Ask("eth_call", (asked, self._pin), parse, f"a question to {to}")
