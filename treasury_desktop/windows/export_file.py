"""Asks where an export goes and writes it whole or not at all, off the GUI thread."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from treasury_desktop.errors import Unavailable
from treasury_desktop.windows.errands import Done, Errands, Failed

OnWritten = Callable[[Done[Path] | Failed], None]


def ask_where(parent: QWidget, title: str, name: str, on_chosen: Callable[[Path], None]) -> None:
    """Opens the system's save dialog with a proposed name; nothing happens on cancel."""
    dialog = QFileDialog(parent, title)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(Path(name).suffix.removeprefix("."))
    dialog.selectFile(name)
    dialog.fileSelected.connect(lambda chosen: on_chosen(Path(chosen)))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()


def write_export(
    errands: Errands, path: Path, content: Callable[[], bytes], on_written: OnWritten
) -> None:
    """Writes what `content` answers; it runs off the GUI thread and must not touch widgets."""
    errands.act(f"export: {path}", lambda _: written(path, content()), on_written, room="store")


def written(path: Path, content: bytes) -> Path:
    """Writes a file beside its place and moves it there, so that no half file is ever seen."""
    beside = path.with_name(f".{path.name}.part")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as failure:
        beside.unlink(missing_ok=True)
        reason = failure.strerror or type(failure).__name__
        raise Unavailable(f"{path.name} could not be written: {reason}.") from failure
    return path
