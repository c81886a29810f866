"""One desk per workspace: two would sign without seeing each other's queue.

The operating system holds the lock and drops it when the process ends, however it ends.
"""

import os
import sys
from pathlib import Path

from treasury_desktop.errors import Unavailable
from treasury_desktop.store.ordinary_file import open_file, reason_of

LOCK_NAME = "desk.lock"
_LOCKED_BYTE = 1_000
"""Windows locks bytes against reading too, so the one we lock lies behind the process number."""


class FolderLock:
    """Holds a workspace folder until it is released or the process ends."""

    def __init__(self, folder: Path) -> None:
        path = folder / LOCK_NAME
        try:
            self._file = open_file(path, os.O_RDWR | os.O_CREAT)
        except OSError as error:
            raise Unavailable(
                f"The workspace {folder} cannot be written ({reason_of(error)})."
            ) from None
        if not _is_locked_by_us(self._file):
            holder = os.read(self._file, 20).decode("ascii", "replace").strip() or "unknown"
            os.close(self._file)
            raise Unavailable(
                f"The workspace {folder} is open in another window (process {holder});"
                " close it there first."
            )
        self._write_process_number()

    def release(self) -> None:
        """Lets the next one in; the file stays, for deleting it would race with whoever waits."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _write_process_number(self) -> None:
        try:
            os.truncate(self._file, 0)
            os.write(self._file, f"{os.getpid()}\n".encode())
        except OSError:
            return  # a full disk: the lock holds all the same, only its sentence knows less


if sys.platform == "win32":
    import msvcrt

    def _is_locked_by_us(file: int) -> bool:
        os.lseek(file, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            os.lseek(file, 0, os.SEEK_SET)
        return True

else:
    import fcntl

    def _is_locked_by_us(file: int) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
