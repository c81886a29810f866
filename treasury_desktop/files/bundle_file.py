"""Files people choose: read whole or not at all, and written so that no half file can remain.

A name may point at a pipe that never ends, a device or a gigabyte; all of that is found out before
a byte is believed. What the bytes mean is for others to say.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from treasury_desktop.assets.strict_json import MAX_BYTES
from treasury_desktop.assets.untrusted_text import NAME_LIMIT, plain
from treasury_desktop.errors import Malformed, Unavailable

_DO_NOT_WAIT = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | os.O_RDONLY
"""Opening a pipe without O_NONBLOCK waits for somebody to write into it."""


def read_bundle_file(path: Path, *, max_bytes: int = MAX_BYTES) -> bytes:
    """The content of a regular file of at most `max_bytes` (8 MiB).

    Unavailable: not there, not readable, no regular file. Malformed: too large.
    """
    with _explained(path, "read"), _opened(path) as file:
        status = os.fstat(file)
        if not stat.S_ISREG(status.st_mode):
            raise Unavailable(f"{_shown(path)} is not a file but {_kind_of(status.st_mode)}.")
        content = b"" if status.st_size > max_bytes else _at_most(file, max_bytes + 1)
    if status.st_size > max_bytes or len(content) > max_bytes:
        raise Malformed(
            "", f"{_shown(path)} is larger than {max_bytes:,} bytes, so it was not read"
        )
    return content


def write_whole_file(path: Path, content: bytes, *, keeps_permissions: bool = False) -> None:
    """Replaces the file by one with that content, readable by its owner only (0600).

    With `keeps_permissions` whoever could read or write the old one can the new one. When it
    returns the content is on the disk; when it fails the old file is as it was.
    """
    import tempfile  # noqa: PLC0415  to write only

    with _explained(path, "written"):
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
        part = Path(name)
        try:
            _write_down(handle, content)
            if keeps_permissions:
                _permit_as(path, part)
            part.replace(path)
        except BaseException:
            with suppress(OSError):
                part.unlink()
            raise
        _remember_name(path.parent)


def write_new_file(path: Path, content: bytes) -> bool:
    """Writes a file that was not there, readable by its owner only; False where one is there.

    Whatever has the name stays as it is, a link too, even one that came a moment ago.
    """
    import tempfile  # noqa: PLC0415  to write only

    with _explained(path, "written"):
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
        part = Path(name)
        try:
            _write_down(handle, content)
            _name_anew(part, path, content)
        except FileExistsError:
            return False
        finally:
            with suppress(OSError):
                part.unlink()
        _remember_name(path.parent)
    return True


def _permit_as(path: Path, part: Path) -> None:
    """Mode, group and owner of the old file, as far as they may be given away.

    What its group was allowed is allowed to no other group.
    """
    old, new = path.stat(), part.stat()
    mode = stat.S_IMODE(old.st_mode)
    if os.name == "posix" and (old.st_uid, old.st_gid) != (new.st_uid, new.st_gid):
        try:
            os.chown(part, -1, old.st_gid)
        except OSError:
            mode &= ~stat.S_IRWXG
        with suppress(OSError):  # only root gives files away
            os.chown(part, old.st_uid, -1)
    part.chmod(mode)


def _name_anew(part: Path, path: Path, content: bytes) -> None:
    """A second name is never given over one that is there; some disks know no second names."""
    try:
        os.link(part, path)
    except FileExistsError:
        raise
    except OSError:
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0)
        handle = os.open(path, flags, 0o600)
        try:
            _write_down(handle, content)
        except BaseException:
            with suppress(OSError):
                path.unlink()
            raise


def _write_down(handle: int, content: bytes) -> None:
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    file = os.open(path, _DO_NOT_WAIT)
    try:
        yield file
    finally:
        os.close(file)


def _at_most(file: int, size: int) -> bytes:
    pieces, left = [], size
    while left and (piece := os.read(file, min(left, 1 << 20))):
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)


def _remember_name(folder: Path) -> None:
    """Makes the new name durable; systems that cannot open a folder need no such call."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _explained(path: Path, done: str) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:  # ValueError: a name with a zero byte in it
        reason = getattr(error, "strerror", None) or "its name is impossible"
        raise Unavailable(f"{_shown(path)} cannot be {done} ({reason}).") from error


def _shown(path: Path) -> str:
    """The file's name as text nobody vouches for: others choose the names of what they send."""
    return plain(path.name or str(path), limit=NAME_LIMIT)


def _kind_of(mode: int) -> str:
    kinds = {
        stat.S_ISDIR: "a folder",
        stat.S_ISFIFO: "a pipe",
        stat.S_ISCHR: "a device",
        stat.S_ISBLK: "a device",
        stat.S_ISSOCK: "a socket",
    }
    return next((name for is_kind, name in kinds.items() if is_kind(mode)), "something else")
