"""What is done at venues, by the words protocols use for it rather than by signature.

Forks and versions change signatures and keep the words: a recipient, a minimum, a deadline. So a
check asks for words, and a protocol it never saw is looked at like the ones it knows. A universal
router's commands are steps like calls.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from treasury_desktop.assets.address import Address
from treasury_desktop.calls.abi_type import AbiType
from treasury_desktop.calls.decoded_call import DecodedCall

SAFE_ABIS = frozenset({"Safe", "Safe libraries", "MultiSend"})
PLAIN = frozenset({
    "transfer(address,uint256)",
    "transferFrom(address,address,uint256)",
    "approve(address,uint256)",
})  # fmt: skip
"""Token functions that no venue has for itself; others look at them."""
ROUTER_PLANS = frozenset({
    "execute(bytes,bytes[])",
    "execute(bytes,bytes[],uint256)",
    "EXECUTE_SUB_PLAN(bytes,bytes[])",
})  # fmt: skip
"""What a universal router's commands stand in."""

Values = dict[str, list[object]]
"""Word by word in lower case ("amount_out_minimum") → the values under that name."""


@dataclass(slots=True)
class Run:
    """Steps that run one after the other at one contract, with nothing of others between them.

    `has_deadline` says that what wraps them all has one, `of_commands` that they are commands of a
    universal router.
    """

    has_deadline: bool = False
    of_commands: bool = False
    steps: list["Step"] = field(default_factory=list)


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One call at a contract, or one command of a universal router, with its named values.

    `name` is the function's without case and underscores; `place` where it stands in its run.
    """

    call: DecodedCall
    name: str
    values: Values
    run: Run
    place: int

    def numbers(self, *names: str) -> list[int]:
        """All numbers under the first of these names that there is."""
        for name in names:
            if name in self.values:
                return [value for value in self.values[name] if isinstance(value, int)]
        return []

    def number(self, *names: str) -> int | None:
        """The one number under the first of these names that there is."""
        return next(iter(self.numbers(*names)), None)

    def addresses(self, *names: str) -> list[Address]:
        """All addresses under these names, in their order."""
        found = (value for name in names for value in self.values.get(name, ()))
        return [value for value in found if isinstance(value, Address)]

    def is_one_of(self, *prefixes: str) -> bool:
        """Whether the function's name starts with one of these."""
        return self.name.startswith(prefixes)

    @property
    def is_command(self) -> bool:
        """Whether it is a command of a universal router."""
        return self.run.of_commands

    @property
    def has_deadline(self) -> bool:
        """Whether the step itself or what wraps it ends at some time."""
        return self.run.has_deadline or "deadline" in self.values


def steps_of(root: DecodedCall) -> tuple[Step, ...]:
    """Every step of a transaction, in the order in which they run."""
    found: list[Step] = []
    pending = [(root, Run())]
    while pending:
        call, run = pending.pop()
        step = _step(call, run)
        if step is not None:
            run.steps.append(step)
            found.append(step)
        if call.calls:
            pending.extend(reversed(list(_in_runs(call, step, run))))
    return tuple(found)


def _in_runs(call: DecodedCall, step: Step | None, outer: Run) -> Iterator[tuple[DecodedCall, Run]]:
    """Each inner call with the run it belongs to: a call to another contract begins a new one."""
    has_deadline = outer.has_deadline if step is None else step.has_deadline
    signature = "" if call.function is None else call.function.signature
    to, run = None, outer
    for inner in call.calls:
        if inner.to != to:
            to, run = inner.to, Run(has_deadline, signature in ROUTER_PLANS)
        yield inner, run


def _step(call: DecodedCall, run: Run) -> Step | None:
    if call.function is None or call.abi in SAFE_ABIS or call.function.signature in PLAIN:
        return None
    values: Values = {}
    for argument in call.arguments:
        _collect(values, argument.name, argument.kind, argument.value)
    name = call.function.name.replace("_", "").lower()
    return Step(call, name, values, run, len(run.steps))


def _collect(values: Values, name: str, kind: AbiType, value: object) -> None:
    """Structs give their members, arrays their items under the array's name."""
    pending: list[tuple[str, AbiType, object]] = [(name, kind, value)]
    while pending:
        name, kind, value = pending.pop()
        if not isinstance(value, tuple):
            values.setdefault(spelled(name), []).append(value)
        elif kind.kind == "tuple":
            pending.extend(reversed(list(zip(kind.names, kind.members, value, strict=True))))
        else:
            values.setdefault(spelled(name), [])
            pending.extend((name, kind.members[0], item) for item in reversed(value))


@lru_cache(maxsize=4096)
def spelled(name: str) -> str:
    """A parameter's name word by word: `_minAmountOut` and `min_amount_out` are one."""
    spelled_out = ""
    for before, letter, after in zip(" " + name, name, name[1:] + " ", strict=False):
        # A word begins where small letters end, and with the last capital of several: ETHMin.
        if letter.isupper() and (not before.isupper() or after.islower()):
            spelled_out += "_"
        spelled_out += letter.lower()
    return spelled_out.replace("__", "_").strip("_ ")
