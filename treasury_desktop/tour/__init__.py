"""The tour: the whole job driven through the real window without a display, with pictures."""

import faulthandler
import os
import sys
from pathlib import Path

LONGEST_SECONDS = 600


def run_tour(folder: Path) -> int:
    """Drives the job and writes pictures and tour.json into `folder`; non-zero if a step fails."""
    # Set before Qt is imported: the tour never needs a display, whatever there is.
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from treasury_desktop.tour.journey import Journey  # noqa: PLC0415  Qt after the line above

    _be_quiet_about_size_hints()

    folder.mkdir(parents=True, exist_ok=True)
    # Whatever gets stuck: the tour ends, and says where every thread stood.
    faulthandler.dump_traceback_later(LONGEST_SECONDS, exit=True)
    try:
        failure = Journey(folder).run()
    finally:
        faulthandler.cancel_dump_traceback_later()
    if failure:
        sys.stderr.write(f"tour: {failure}\n")
        return 1
    sys.stdout.write(f"tour: done, see {folder / 'tour.json'}\n")
    return 0


def _be_quiet_about_size_hints() -> None:
    """The offscreen platform warns once for every window with a minimum size; a real one cannot."""
    from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler  # noqa: PLC0415

    def say(_kind: QtMsgType, _context: QMessageLogContext, words: str) -> None:
        if "propagateSizeHints" not in words:
            sys.stderr.write(f"{words}\n")

    qInstallMessageHandler(say)
