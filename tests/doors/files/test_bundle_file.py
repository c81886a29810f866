"""Files are read whole or refused in one sentence, and written whole or not at all."""

import errno
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from treasury_desktop.errors import Malformed, Unavailable
from treasury_desktop.files.bundle_file import read_bundle_file, write_whole_file

ROOT = Path(__file__).parents[3]
on_posix = pytest.mark.skipif(os.name != "posix", reason="POSIX only")


def test_a_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    """The limit itself is allowed; one byte more is not read."""
    path = tmp_path / "bundle.json"
    path.write_bytes(b"x" * 100)
    assert read_bundle_file(path, max_bytes=100) == b"x" * 100
    with pytest.raises(Malformed, match="larger than 99 bytes"):
        read_bundle_file(path, max_bytes=99)


def test_a_file_of_gigabytes_costs_nothing(tmp_path: Path) -> None:
    """Its size is seen before a byte is read."""
    path = tmp_path / "huge.json"
    with path.open("wb") as file:
        file.truncate(50 * 2**30)
    with pytest.raises(Malformed, match="larger than 8,388,608 bytes"):
        read_bundle_file(path)


@on_posix
def test_pipes_devices_and_folders_are_no_files(tmp_path: Path) -> None:
    """None of them makes us wait or read without end."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("/dev/zero")
    kinds = {"pipe": "a pipe", "link": "a device", ".": "a folder"}
    for name, kind in kinds.items():
        with pytest.raises(Unavailable, match=f"is not a file but {kind}"):
            read_bundle_file(tmp_path / name)


@on_posix
@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="Linux only")
def test_a_file_that_lies_about_its_size_is_bounded_too() -> None:
    """Files of /proc say that they are empty and are not."""
    with pytest.raises(Malformed, match="larger than 3 bytes"):
        read_bundle_file(Path("/proc/self/status"), max_bytes=3)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("missing.json", "missing.json cannot be read (No such file or directory)."),
        ("a\0b", "a⟨U+0000⟩b cannot be read (its name is impossible)."),
        ("gnp\u202e.json", "gnp⟨U+202E⟩.json cannot be read (No such file or directory)."),
        ("x" * 300, f"{'x' * 64}… (300 characters) cannot be read (File name too long)."),
    ],
)
def test_what_cannot_be_read_is_said_plainly(tmp_path: Path, name: str, sentence: str) -> None:
    """The name is shown as the untrusted text it is."""
    with pytest.raises(Unavailable, match=f"^{re.escape(sentence)}$"):
        read_bundle_file(tmp_path / name)


@on_posix
def test_what_is_written_is_private_and_whole(tmp_path: Path) -> None:
    """Mode 0600, nothing left beside it, an older file replaced."""
    path = tmp_path / "export.json"
    path.write_bytes(b"old")
    path.chmod(0o644)
    write_whole_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_where_nothing_can_be_written_nothing_is_left(tmp_path: Path) -> None:
    """A missing folder and a folder in the way each make one sentence."""
    with pytest.raises(Unavailable, match=r"cannot be written \(No such file or directory\)"):
        write_whole_file(tmp_path / "missing" / "export.json", b"x")
    (tmp_path / "taken").mkdir()
    with pytest.raises(Unavailable, match="taken cannot be written"):
        write_whole_file(tmp_path / "taken", b"x")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


@on_posix
def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    """The new content did not fit; the old one is untouched."""
    path = tmp_path / "export.json"
    path.write_bytes(b"old")
    program = (
        "import sys, pathlib, resource; from treasury_desktop.errors import Unavailable\n"
        "from treasury_desktop.files.bundle_file import write_whole_file\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try: write_whole_file(pathlib.Path(sys.argv[1]), bytes(5000))\n"
        "except Unavailable as refusal: print(refusal.sentence)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, path], check=True, cwd=ROOT, capture_output=True, text=True
    )
    assert done.stdout == f"export.json cannot be written ({os.strerror(errno.EFBIG)}).\n"
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
