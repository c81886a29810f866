"""What pages may ask of the desk about handing transactions over and taking several things in.

As in `windows/actions.py`, every method blocks and runs inside an errand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:  # names only: the frame is painted before any of these rooms is entered
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from treasury_desktop.assets.address import Address
    from treasury_desktop.desk.doors import IsCancelled, OnProgress
    from treasury_desktop.desk.import_signatures import ImportedSignatures
    from treasury_desktop.desk.import_transaction import Imported
    from treasury_desktop.viewmodels.handing_over import Form

Modules = tuple[tuple[bool, ...], ...]
"""A QR code: rows of a square, True where it is dark, the light zone around it included."""


class Arrival(NamedTuple):
    """What came of one of several things that were taken in at once.

    `name` tells it from the others; `refusal` is the sentence why nothing of it was kept.
    """

    name: str
    imported: Imported | ImportedSignatures | None
    refusal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Written:
    """A transaction in one of the forms others read: its text, and its QR codes.

    `parts` is how many codes are needed at least, 0 where it fits none, for the reason given;
    `series` begins to make them, `codes` are those that are being shown.
    """

    text: str
    parts: int
    why_no_code: str = ""
    series: Callable[[], Iterator[Modules]] | None = None
    codes: Iterator[Modules] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "codes", iter(()) if self.series is None else self.series())


class ExchangeActions(Protocol):
    """The part of the desk that speaks with other desks and programs, without a server."""

    def write(
        self, safe_tx_hash: bytes, form: Form, *, owner: Address | None = None, base: str = ""
    ) -> Written:
        """A queued transaction in one form; for links `base` is where somebody runs the program."""
        ...

    def next_codes(self, written: Written, count: int) -> tuple[Modules, ...]:
        """The codes to show next; they have no end."""
        ...

    def save_text(self, written: Written, path: Path) -> None:
        """Write the text as a file, whole or not at all."""
        ...

    def save_codes(self, written: Written, path: Path) -> tuple[Path, ...]:
        """Write as many pictures as are needed, numbered where there are several."""
        ...

    def import_several(
        self, things: Sequence[Path | bytes], on_progress: OnProgress, is_cancelled: IsCancelled
    ) -> tuple[Arrival, ...]:
        """Import files and pasted content, each by itself; one that is bad loses no other."""
        ...
