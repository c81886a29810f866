"""Encrypted keys as files, for systems without a key ring, and only when the person chose it.

One file a key, mode 0600, in a folder of mode 0700 that belongs to the person. A file appears whole
or not at all: written aside, flushed to the disk, renamed.
"""

import contextlib
import os
import re
import stat
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from treasury_desktop.errors import Refused, Unavailable
from treasury_desktop.keys.encrypted_key import MAX_TEXT_UNITS

_NAME: Final = re.compile(r"[0-9A-Za-z-]{1,64}", re.ASCII)
_SUFFIX: Final = ".key.json"
OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
MAX_BYTES: Final = 4 * MAX_TEXT_UNITS


class EncryptedFiles:
    """Keeps texts as files in one folder; the same methods as `SystemKeyRing`."""

    title: Final = "encrypted file"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, name: str) -> str | None:
        """The text kept under a name, or `None`."""
        if not self._folder.exists():
            return None
        self._check_folder()
        path = self._path(name)
        try:
            with _opened_plain_file(path) as descriptor:
                content = os.read(descriptor, MAX_BYTES + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Unavailable(
                f"The key file {path.name} cannot be read: {error.strerror}."
            ) from None
        if len(content) > MAX_BYTES:
            raise Refused(f"The key file {path.name} is too large to be one.")
        return content.decode("utf-8", "replace")

    def write(self, name: str, text: str) -> None:
        """Keeps a text under a name, durably when it returns."""
        path = self._path(name)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._check_folder()
            self._write_aside_and_rename(path, text)
        except OSError as error:
            raise Unavailable(
                f"The key file {path.name} cannot be written: {error.strerror}."
            ) from None

    def remove(self, name: str) -> None:
        """Forgets what is kept under a name; nothing there is fine."""
        try:
            self._path(name).unlink(missing_ok=True)
            _flush_folder(self._folder)
        except FileNotFoundError:
            return
        except OSError as error:
            raise Unavailable(
                f"The key file {self._path(name).name} cannot be removed: {error.strerror}."
            ) from None

    def called(self, name: str) -> str:
        """The file, by its name."""
        return f"the file {self._path(name).name}"

    def names(self) -> tuple[str, ...]:
        """Every name under which there is a file."""
        if not self._folder.is_dir():
            return ()
        self._check_folder()
        files = (each.name.removesuffix(_SUFFIX) for each in self._folder.glob(f"*{_SUFFIX}"))
        return tuple(sorted(name for name in files if _NAME.fullmatch(name)))

    def _path(self, name: str) -> Path:
        if _NAME.fullmatch(name) is None:
            raise Refused("A key file is named by an address.")
        return self._folder / (name + _SUFFIX)

    def _check_folder(self) -> None:
        if sys.platform == "win32":
            return
        found = self._folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
            raise Refused(f"{self._folder}, where keys are kept, is not a folder of yours.")
        if found.st_mode & OTHERS:
            raise Refused(
                f"Other people can open {self._folder}, where keys are kept; make it mode 0700."
            )

    def _write_aside_and_rename(self, path: Path, text: str) -> None:
        descriptor, aside = tempfile.mkstemp(dir=self._folder, prefix=".new-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(text.encode())
                file.flush()
                os.fsync(file.fileno())
            os.replace(aside, path)  # noqa: PTH105  mkstemp names a string
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(aside)  # noqa: PTH108  as above
            raise
        _flush_folder(self._folder)


@contextlib.contextmanager
def _opened_plain_file(path: Path) -> Iterator[int]:
    """A descriptor of a regular file of ours that others cannot read; follows no link."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    descriptor = os.open(path, flags)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise Refused(f"The key file {path.name} is not a plain file.")
        if sys.platform != "win32" and found.st_mode & OTHERS:
            raise Refused(f"Other people can read the key file {path.name}; make it mode 0600.")
        yield descriptor
    finally:
        os.close(descriptor)


def _flush_folder(folder: Path) -> None:
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
