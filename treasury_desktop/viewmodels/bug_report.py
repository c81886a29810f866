"""What is said of our own bug: where it happened and in what program, never with which values.

An error's text and a frame's variables may hold a passphrase or a key, so neither is ever read:
kinds, modules, functions and line numbers only, and no path of the person's machine.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Final

TITLE: Final = "Something went wrong inside the program"
SENTENCES: Final = (
    "This is a fault of the program, not of anything you did.",
    (
        "Signing and executing are off until the program is started again. What was kept is kept, "
        "and the other pages can still be looked at."
    ),
    "The report below says where it happened. It holds no keys, amounts, addresses or file names.",
)
WHY_NO_SIGNING: Final = (
    "The program met a fault of its own; close it and start it again before signing or executing."
)
_MOST_FRAMES: Final = 40
_MOST_CAUSES: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """Which program it happened in: versions and the kind of system."""

    version: str
    python: str
    qt: str
    system: str


def bug_report(error: BaseException, program: Program, *, doing: str = "") -> str:
    """The report as text, innermost line last; `doing` is the name of an errand, if it was one."""
    lines = [
        f"treasury-desktop {program.version}",
        f"Python {program.python}, Qt {program.qt}, {program.system}",
    ]
    if doing:
        lines.append(f"while doing: {doing}")
    for number, each in enumerate(_causes(error)):
        lines.append("")
        lines.append(f"{'' if number == 0 else 'after '}{_kind(each)}")
        lines.extend(_places(each.__traceback__))
    return "\n".join(lines) + "\n"


def _kind(error: BaseException) -> str:
    kind = type(error)
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what it was raised from or during, newest first."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen and len(seen) < _MOST_CAUSES:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__


def _places(traceback: TracebackType | None) -> list[str]:
    places: list[str] = []
    while traceback is not None:
        frame = traceback.tb_frame
        module = str(frame.f_globals.get("__name__", "?"))
        places.append(f"  {module}, line {traceback.tb_lineno}, in {frame.f_code.co_qualname}")
        traceback = traceback.tb_next
    if len(places) > _MOST_FRAMES:
        left_out = f"  … {len(places) - _MOST_FRAMES} lines left out …"
        places[_MOST_FRAMES // 2 : -_MOST_FRAMES // 2] = [left_out]
    return places
