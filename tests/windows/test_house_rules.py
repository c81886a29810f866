"""Rules that hold for every file of the windows, read from their source."""

import re
from pathlib import Path

import pytest

import treasury_desktop
import treasury_desktop.windows
from treasury_desktop.windows.look import sheet
from treasury_desktop.windows.look.sheet import KINDS, ROLES, style_sheet
from treasury_desktop.windows.look.tokens import LIGHT

FOLDER = Path(treasury_desktop.windows.__file__).parent
SOURCES = {
    path.relative_to(FOLDER).as_posix(): path.read_text("utf-8")
    for path in sorted(FOLDER.rglob("*.py"))
}
BANNED = {
    r"(?<!\w)QLabel\(|import.*\bQLabel\b|^ +QLabel,$": {"untrusted.py"},
    r"\.setToolTip\(": {"untrusted.py"},
    r"QMessageBox|QErrorMessage|QInputDialog|QWizard": set(),
    r"QTextBrowser|QWebEngine|setHtml\(|RichText|MarkdownText|AutoText": set(),
    r"processEvents\(": set(),
    r"(?<!application)(?<!app)\.exec\(": set(),
    r"Signal\([^)]*\b(int|float)\b": set(),
    r"setStyleSheet\(": {"look/parts.py"},
    r"#[0-9a-fA-F]{6}\b": {"look/tokens.py"},
    r"QColor\([\"'\d]|Qt\.GlobalColor\.(?!transparent)": set(),
    r"except (Base)?Exception\b|except:": {"errands.py"},
    r"QDesktopServices|openUrl|setOpenExternalLinks": set(),
    r"\b(pickle|marshal|shelve|eval)\b[.(]": set(),
    r"import qtawesome|from qtawesome": set(),
    r"QSpinBox|QDoubleSpinBox": set(),
    r"QSettings|QDataStream|restoreGeometry|restoreState": {"qt_settings.py"},
    r"\.(value|setValue)\(\"": set(),
}


@pytest.mark.parametrize("pattern", BANNED)
def test_what_the_house_bans_stands_in_no_file(pattern: str) -> None:
    """Each banned thing occurs only in the file that exists to contain it."""
    found = {name for name, source in SOURCES.items() if re.search(pattern, source, re.MULTILINE)}
    assert found <= BANNED[pattern]


def test_settings_that_run_what_they_hold_are_read_nowhere() -> None:
    """A value of Qt's settings may be a serialised object, and reading it runs it."""
    program = Path(treasury_desktop.__file__).parent
    unsafe = re.compile(r"import.*\b(QSettings|QDataStream|pickle|marshal|shelve)\b")
    found = {path.name for path in program.rglob("*.py") if unsafe.search(path.read_text("utf-8"))}
    assert found == {"qt_settings.py"}


def test_pyqtgraph_is_only_imported_inside_functions() -> None:
    """A chart that nobody opened costs nothing at the start."""
    early = r"^(import pyqtgraph|from pyqtgraph)"
    assert not [name for name, text in SOURCES.items() if re.search(early, text, re.MULTILINE)]


def test_every_role_in_use_is_known_to_the_style_sheet() -> None:
    """A misspelt role would silently show the default look."""
    used = {
        role for source in SOURCES.values() for role in re.findall(r"\brole=\"([a-z-]+)\"", source)
    } | set(re.findall(r"role=\"([a-z-]+)\"\]", sheet._SHEET.template))
    assert used <= ROLES


def test_every_meaning_has_its_colour_in_the_style_sheet() -> None:
    """Labels of each kind get that token's colour."""
    text = style_sheet(LIGHT)
    for kind in KINDS:
        assert f'QLabel[kind="{kind}"] {{ color: {LIGHT.colour(kind)}; }}' in text


def test_the_style_sheet_has_no_placeholder_left() -> None:
    """Everything was substituted."""
    assert "$" not in style_sheet(LIGHT)
