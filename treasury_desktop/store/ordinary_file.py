"""Files of a workspace folder, opened only where they are what is expected: ordinary files.

A folder may have been packed by somebody else. A link in the place of a file of ours would make
us write into a file of the reader's, and opening a pipe would wait for ever.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from treasury_desktop.errors import Unavailable

PRIVATE = 0o600
_NO_SURPRISE = (
    getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_KINDS = {
    stat.S_ISLNK: "a link",
    stat.S_ISDIR: "a folder",
    stat.S_ISFIFO: "a pipe",
    stat.S_ISCHR: "a device",
    stat.S_ISBLK: "a device",
    stat.S_ISSOCK: "a socket",
}


def is_there(path: Path) -> bool:
    """Whether there is an ordinary file; Unavailable where there is something else."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return False
    except OSError as error:
        raise Unavailable(f"{path} cannot be read ({reason_of(error)}).") from None
    _require_ordinary(path, mode)
    return True


def require_ordinary(path: Path, *beside: str) -> None:
    """Refuses a file, or one beside it whose name ends so, that is there and is no ordinary file.

    For libraries that open their files by name themselves.
    """
    for end in ("", *beside):
        is_there(path.with_name(path.name + end))


@contextmanager
def opened(path: Path, flags: int) -> Iterator[int]:
    """A descriptor of an ordinary file; a new one is private. OSError as from `os.open`."""
    descriptor = open_file(path, flags)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def open_file(path: Path, flags: int) -> int:
    """As `opened`, for whoever closes it later."""
    is_there(path)
    descriptor = os.open(path, flags | _NO_SURPRISE, PRIVATE)
    try:
        _require_ordinary(path, os.fstat(descriptor).st_mode)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def make_private(path: Path) -> None:
    """The file, made where there is none, is read and written by its owner only.

    One that is there is not opened: closing it again would drop the POSIX locks that SQLite and
    DuckDB hold on it in this process.
    """
    if not is_there(path):
        with opened(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL):
            return
    if stat.S_IMODE(path.lstat().st_mode) != PRIVATE:
        path.chmod(PRIVATE)


def reason_of(error: OSError) -> str:
    """Why the system refused, in its own words."""
    return error.strerror or "unknown reason"


def _require_ordinary(path: Path, mode: int) -> None:
    if stat.S_ISREG(mode):
        return
    kind = next((name for is_kind, name in _KINDS.items() if is_kind(mode)), "something else")
    raise Unavailable(f"{path} is not a file but {kind}; it was left as it is.")
