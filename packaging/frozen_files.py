"""What belongs into the frozen folder besides Python modules, and what PyInstaller adds in vain."""

import importlib.util
import sys
from pathlib import Path
from typing import Final

from PyInstaller.depend.bindepend import get_imports  # type: ignore[import-untyped]  # none exist
from PyInstaller.utils.hooks import collect_data_files  # type: ignore[import-untyped]  # as above

from treasury_desktop.devnet.node import anvil
from treasury_desktop.devnet.official_contracts import artifact_paths
from treasury_desktop.devnet.packages import node_packages

ROOT: Final = Path(__file__).resolve().parents[1]
FONT: Final = "phosphor-*1.*"
KEY_RINGS: Final = {"win32": "Windows", "darwin": "macOS"}
QT_PLUGINS: Final = {
    "platforms": ("qxcb", "qwayland", "qoffscreen", "qcocoa", "qwindows"),
    "platforminputcontexts": ("compose", "ibus"),
    "platformthemes": ("qxdgdesktopportal",),
    "wayland-decoration-client": ("",),
    "wayland-graphics-integration-client": ("shm",),
    "wayland-shell-integration": ("xdg-shell",),
    "styles": ("qmodernwindowsstyle", "qmacstyle"),
    "imageformats": ("qjpeg", "qgif"),
}
"""The plug-ins that a window of ours can use, by folder; "" means every one there.

Of image formats those of QR pictures (PNG is built in), and no SVG: icons are outlines of a font.
No TLS: Qt opens no network.
"""
EXCLUDED: Final = [
    *("tkinter", "qtpy", "setuptools", "pkg_resources", "IPython", "matplotlib", "pandas"),
    *("pyarrow", "pytest", "duckdb.experimental", "numpy.f2py"),
    *("pyqtgraph.examples", "pyqtgraph.opengl", "pyqtgraph.jupyter"),
    *(f"PySide6.Qt{name}" for name in ("DBus", "Network", "PrintSupport", "Qml", "Quick")),
    *(f"PySide6.Qt{name}" for name in ("Sql", "Svg", "UiTools", "Xml")),
]
"""Modules that libraries import where they find them, and that we never reach."""

Entry = tuple[str, str, str]
"""A row of PyInstaller's tables: name in the folder, source, kind."""


def data_files() -> list[tuple[str, str]]:
    """Files read at run time and their folders: the ones in which the program looks for them."""
    resources = ROOT / "resources"
    files = [resources / "DIGESTS", *resources.glob("*/*.json"), *resources.glob("*/*.txt")]
    files += resources.glob("contracts/build/*.json")
    files += (ROOT / "treasury_desktop" / "store" / "migrations").glob("*.sql")
    files += (node_packages() / path for path in artifact_paths())
    placed = [(str(file), _folder_of(file)) for file in sorted(files)]
    placed += [(str(file), "qtawesome/fonts") for file in _icon_font()]
    placed += collect_data_files("eth_account")  # its word lists
    return placed


def programs() -> list[tuple[str, str]]:
    """The demonstration's node and its folder; nothing else of npm's 83 MB runs."""
    node = anvil()
    return [(str(node), _folder_of(node))]


def hidden_modules() -> list[str]:
    """Modules found by name: this system's key ring, what libraries import, the font's package."""
    key_ring = f"keyring.backends.{KEY_RINGS.get(sys.platform, 'SecretService')}"
    of_pyqtgraph = ["PySide6.QtOpenGL", "PySide6.QtOpenGLWidgets"]
    return [key_ring, "coincurve._cffi_backend", *of_pyqtgraph, "qtawesome"]


def needed(binaries: list[Entry]) -> list[Entry]:
    """Our binaries and plug-ins with those libraries that they need, and that these need.

    PyInstaller collects libraries for every plug-in of Qt, GTK among them, before we choose.
    """
    kept = [entry for entry in binaries if _is_wanted_binary(entry[0])]
    libraries = {Path(entry[0]).name: entry for entry in kept if _is_library(entry)}
    found: list[Entry] = []
    left = [entry for entry in kept if not _is_library(entry) and entry[2] != "SYMLINK"]
    while left:
        entry = left.pop()
        found.append(entry)
        names = (Path(name).name for name, _ in get_imports(entry[1]))
        left += [libraries.pop(name) for name in names if name in libraries]
    return sorted(found)


def wanted(datas: list[Entry], binaries: list[Entry]) -> list[Entry]:
    """The data files without Qt's translations, qtawesome's other ten fonts and dangling links."""
    names = {entry[0] for entry in binaries}
    return [entry for entry in datas if _is_wanted_data(entry, names)]


def _is_wanted_data(entry: Entry, binaries: set[str]) -> bool:
    name, source, kind = entry
    if kind == "SYMLINK":
        return source in binaries
    first, *others = Path(name).parts
    return "translations" not in others and (first != "qtawesome" or Path(name).match(FONT))


def _is_wanted_binary(name: str) -> bool:
    """Whether a collected file is no Qt plug-in at all, or one that we use."""
    parts = Path(name).parts
    if parts[0] != "PySide6" or "plugins" not in parts:
        return True
    folder, file = parts[-2:]
    return any(each in file for each in QT_PLUGINS.get(folder, ()))


def _is_library(entry: Entry) -> bool:
    """Whether a collected file is there only because something else needs it."""
    name, _, kind = entry
    folder = Path(name).parent.as_posix()
    lies_with_libraries = folder in (".", "PySide6/Qt/lib")
    return kind == "BINARY" and lies_with_libraries and not name.startswith(("libpython", "python"))


def _icon_font() -> list[Path]:
    """The Phosphor font, one of qtawesome's eleven; qtawesome itself is never imported."""
    found = importlib.util.find_spec("qtawesome")
    if found is None or found.origin is None:
        raise SystemExit("package: qtawesome, which brings the icon font, is not installed")
    return sorted((Path(found.origin).parent / "fonts").glob(FONT))


def _folder_of(file: Path) -> str:
    return file.parent.relative_to(ROOT).as_posix()
