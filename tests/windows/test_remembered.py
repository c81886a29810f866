"""The window's memory: a small file of ours that can hold nothing but a look and a place."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from treasury_desktop.application.remembered import MAX_BYTES, NAME, Remembered
from treasury_desktop.windows.main_window import Place

PLACE = Place(left=-5, top=7, width=1100, height=720, is_maximised=True)
on_posix = pytest.mark.skipif(os.name != "posix", reason="links and pipes are POSIX")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A configuration directory that does not exist yet."""
    return tmp_path / "config"


def test_look_and_place_come_back(folder: Path) -> None:
    """At the next start, from one private file."""
    kept = Remembered(folder)
    assert (kept.look, kept.place) == ("system", None)
    kept.keep_look("dark")
    kept.keep_place(PLACE)
    again = Remembered(folder)
    assert (again.look, again.place) == ("dark", PLACE)
    assert [each.name for each in folder.iterdir()] == [NAME]
    assert (folder / NAME).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "change",
    [
        {"format": "treasury-desktop/window@2"},
        {"look": "@Variant(PySide::PyObjectWrapper)"},
        {"look": 7},
        {"look": ["dark"]},
        {"more": 1},
        {"place": {"left": 0}},
        {"place": []},
        {"place": {"left": True, "top": 0, "width": 1, "height": 1, "is_maximised": False}},
        {"place": {"left": 0, "top": 0, "width": 1, "height": 1, "is_maximised": 1}},
        {"place": {"left": 10**9, "top": 0, "width": 1, "height": 1, "is_maximised": False}},
        {"place": {"left": 0, "top": 0, "width": 0, "height": 1, "is_maximised": False}},
    ],
)
def test_a_file_with_anything_else_is_nothing_remembered(
    folder: Path, change: dict[str, Any]
) -> None:
    """It is not half believed."""
    Remembered(folder).keep_look("dark")
    path = folder / NAME
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    kept = Remembered(folder)
    assert (kept.look, kept.place) == ("system", None)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[" * 5_000, b"{}", b" " * (MAX_BYTES + 1)])
def test_a_file_that_is_none_of_ours_is_nothing_remembered(folder: Path, content: bytes) -> None:
    """And is replaced when there is something to keep."""
    folder.mkdir()
    (folder / NAME).write_bytes(content)
    kept = Remembered(folder)
    assert kept.look == "system"
    kept.keep_look("light")
    assert Remembered(folder).look == "light"


@on_posix
def test_links_and_pipes_are_not_opened(folder: Path, tmp_path: Path) -> None:
    """A pipe would wait for ever; what a link points at is not touched."""
    Remembered(tmp_path).keep_look("dark")
    folder.mkdir()
    (folder / NAME).symlink_to(tmp_path / NAME)
    kept = Remembered(folder)
    assert kept.look == "system"
    kept.keep_look("light")
    assert Remembered(tmp_path).look == "dark"
    (folder / NAME).unlink()
    os.mkfifo(folder / NAME)
    assert Remembered(folder).look == "system"


def test_what_cannot_be_written_is_not_kept(tmp_path: Path) -> None:
    """The window opens and closes all the same."""
    (tmp_path / "config").write_text("a file in the way")
    kept = Remembered(tmp_path / "config")
    kept.keep_look("dark")
    assert kept.look == "dark"


WRITES = """
import os, sys
from PySide6.QtCore import QSettings
class Hostile:
    def __reduce__(self):
        return os.mkdir, (sys.argv[1],)
QSettings(sys.argv[2], QSettings.Format.IniFormat).setValue("FileDialog/lastVisited", Hostile())
"""
OPENS_A_DIALOG = "from PySide6.QtWidgets import QFileDialog; QFileDialog().show()"
AS_QT_DOES = "from PySide6.QtWidgets import QApplication; application = QApplication([]);"
AS_WE_DO = (
    "from treasury_desktop.application.window import started_application;"
    "application = started_application();"
)


@on_posix
def test_a_settings_file_of_qt_runs_nothing(tmp_path: Path) -> None:
    """Qt's file dialog reads one of the person's, and runs what it holds; not so in our program."""
    mark, settings = tmp_path / "ran", tmp_path / "QtProject.conf"

    def run(program: str, *arguments: object) -> None:
        subprocess.run(
            [sys.executable, "-c", program, *map(str, arguments)],
            env={**os.environ, "XDG_CONFIG_HOME": str(tmp_path)},
            check=True,
            capture_output=True,
            cwd=Path(__file__).parents[2],
        )

    run(WRITES, mark, settings)
    run(AS_WE_DO + OPENS_A_DIALOG)
    assert not mark.exists()
    run(AS_QT_DOES + OPENS_A_DIALOG)
    assert mark.exists()
