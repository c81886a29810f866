"""QR codes as modules to paint: one still picture where the text fits, else the next of a series.

Readers differ in what they can still tell apart: above version 25 (117 modules a side) laptop
cameras begin to fail. Of the error corrections M is taken where it fits, else L.
"""

from collections.abc import Iterator

from treasury_desktop.errors import Refused
from treasury_desktop.files.air_gapped.resource_writing import write_parts
from treasury_desktop.files.air_gapped.uniform_resource import UniformResource

Modules = tuple[tuple[bool, ...], ...]
"""Rows of a square, True where it is dark, the quiet zone around it included."""

HIGHEST_VERSION = 25
MOST_LETTERS = 1853
"""Capital letters and digits in a code of version 25 with correction L."""
QUIET_ZONE = 4
"""Light modules on each side (ISO/IEC 18004); without them readers find nothing."""


def still_picture(text: str) -> Modules | None:
    """The code of a text of ASCII, `None` where it is too long for one picture."""
    # A library of encoders; whoever shows no code starts without it.
    from segno import DataOverflowError, make  # noqa: PLC0415  loaded with the first code

    shown = _in_few_modules(text)
    if len(shown) > MOST_LETTERS:
        return None
    for correction in ("M", "L"):
        try:
            code = make(shown, error=correction, micro=False)
        except DataOverflowError:  # beyond version 40, so beyond 25 too
            continue
        if isinstance(code.version, int) and code.version <= HIGHEST_VERSION:
            return tuple(tuple(map(bool, row)) for row in code.matrix_iter(border=QUIET_ZONE))
    return None


def picture_series(
    resource: UniformResource, *, fragment_bytes: int | None = None
) -> Iterator[Modules]:
    """The codes of a resource's parts, to be shown in turn without end; see `fragment_count`."""
    return map(_frame, write_parts(resource, fragment_bytes=fragment_bytes))


def _frame(part: str) -> Modules:
    picture = still_picture(part)
    if picture is None:
        raise Refused("A part of this size fits no QR code; choose a smaller one.")
    return picture


def _in_few_modules(text: str) -> str:
    """Capital letters take 5.5 modules each, small ones 8; of a UR both mean the same."""
    return text.upper() if text[:3].lower() == "ur:" else text
