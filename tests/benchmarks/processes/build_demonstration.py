"""Builds the demonstration into a folder, as the first `make demo` does behind its window."""

import sys
from pathlib import Path

from treasury_desktop.application.demonstration import DemonstrationFolders, build

if __name__ == "__main__":
    build(
        DemonstrationFolders(Path(sys.argv[1])),
        on_progress=lambda *_: None,
        is_cancelled=lambda: False,
    )
