"""What the window remembers between two starts: its look and its place, in a small file of ours.

Qt's own settings are not used: their files hold serialised objects, and reading a value of a file
that somebody else wrote would run what is in it. Ours is strict JSON of known fields; whatever
else it holds counts as nothing remembered.
"""

import os
import stat
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

from treasury_desktop.assets.strict_json import JsonValue, canonical_json, read_json_object
from treasury_desktop.errors import Malformed
from treasury_desktop.windows.main_window import Place

FORMAT: Final = "treasury-desktop/window@1"
NAME: Final = "window.json"
MAX_BYTES: Final = 4096
FURTHEST: Final = 100_000
"""Pixels; no desktop reaches further."""

LOOKS: Final = ("system", "light", "dark")
_NO_SURPRISE = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_BINARY", 0)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """Everything in the file."""

    look: str = "system"
    place: Place | None = None


class Remembered:
    """The file of one person; keeps the Protocol `windows.main_window.Remembers`.

    Nothing depends on it: what cannot be read is forgotten, what cannot be written is not kept.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._kept = _read(self._path)

    @property
    def look(self) -> str:
        """One of `LOOKS`."""
        return self._kept.look

    @property
    def place(self) -> Place | None:
        """Where the window was, or `None`."""
        return self._kept.place

    def keep_look(self, look: str) -> None:
        """Remembers the look from now on."""
        self._keep(replace(self._kept, look=look))

    def keep_place(self, place: Place) -> None:
        """Remembers where the window is."""
        self._keep(replace(self._kept, place=place))

    def _keep(self, kept: _Kept) -> None:
        if kept != self._kept:
            self._kept = kept
            with suppress(OSError):
                _write(self._path, _text_of(kept))


def remembered() -> Remembered:
    """In the person's configuration directory."""
    from platformdirs import user_config_path  # noqa: PLC0415  only where a window is shown

    return Remembered(user_config_path("treasury-desktop", appauthor=False))


def _read(path: Path) -> _Kept:
    try:
        return _kept(read_json_object(_bytes_of(path), max_bytes=MAX_BYTES))
    except (OSError, Malformed):
        return _Kept()


def _bytes_of(path: Path) -> bytes:
    """What an ordinary file holds, one byte more than is read at most; nothing of other things."""
    if not stat.S_ISREG(path.lstat().st_mode):
        return b""
    file = os.open(path, _NO_SURPRISE)
    try:
        return os.read(file, MAX_BYTES + 1) if stat.S_ISREG(os.fstat(file).st_mode) else b""
    finally:
        os.close(file)


def _kept(written: dict[str, JsonValue]) -> _Kept:
    """Exactly the members we write; read by hand, since the frame waits for it."""
    if set(written) != {"format", "look", "place"} or written["format"] != FORMAT:
        raise Malformed("window", "has other members")
    look, place = written["look"], written["place"]
    if not isinstance(look, str) or look not in LOOKS:
        raise Malformed("look", "is none that there is")
    return _Kept(look=look, place=None if place is None else _place(place))


def _place(written: JsonValue) -> Place:
    if not isinstance(written, dict) or set(written) != set(Place.__dataclass_fields__):
        raise Malformed("place", "has other members")
    is_maximised = written["is_maximised"]
    if not isinstance(is_maximised, bool):
        raise Malformed("place", "fills the screen or does not")
    return Place(
        left=_pixels(written["left"], -FURTHEST),
        top=_pixels(written["top"], -FURTHEST),
        width=_pixels(written["width"], 1),
        height=_pixels(written["height"], 1),
        is_maximised=is_maximised,
    )


def _pixels(written: JsonValue, least: int) -> int:
    if not isinstance(written, int) or isinstance(written, bool):
        raise Malformed("place", "is counted in pixels")
    if not least <= written <= FURTHEST:
        raise Malformed("place", "lies on no screen")
    return written


def _text_of(kept: _Kept) -> bytes:
    place = None if kept.place is None else asdict(kept.place)
    return canonical_json({"format": FORMAT, "look": kept.look, "place": place})


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, and readable by the person alone."""
    import tempfile  # noqa: PLC0415  not before the frame

    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        part.replace(path)
    except OSError:
        with suppress(OSError):
            part.unlink()
        raise
