"""The demonstration: builds the embedded treasury once, brings its chain to life, opens a desk.

Two desks share one chain: the first starts it, the second signer's finds it through a file.
"""

import re
import shutil
import sys
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from time import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from treasury_desktop.application.crashes import Crashes
from treasury_desktop.application.remembered import Remembered, remembered
from treasury_desktop.application.window import (
    NO_DISPLAY,
    DeskWindow,
    has_display,
    left,
    started_application,
)
from treasury_desktop.devnet.prepared_folder import is_prepared, reset
from treasury_desktop.errors import Malformed, Unavailable
from treasury_desktop.store.folder_lock import LOCK_NAME, FolderLock
from treasury_desktop.windows.actions_of_keys import DemonstrationKey
from treasury_desktop.windows.building import BuildingWindow
from treasury_desktop.windows.errands import Done, Failed, Progress

if TYPE_CHECKING:  # the frame is painted before any of these rooms is entered
    from treasury_desktop.application.open_desk import OpenDesk
    from treasury_desktop.desk.doors import IsCancelled, OnProgress
    from treasury_desktop.devnet.demonstration import RunningChain
    from treasury_desktop.treasury.workspace import Endpoint

ENDPOINT_FILE = "endpoint"
LONGEST_ENDPOINT = 64
_LOCAL_CHAIN = re.compile(r"http://127\.0\.0\.1:[1-9]\d{0,4}", re.ASCII)
READY_MARK = "ready"
KEPT_AT_RESET = frozenset({"keys", "keys-in-files", LOCK_NAME})
NODE_NAME = "local node"
SET_UP_DESK = "Reading the treasury for the first time"
KEYS = {
    False: (
        DemonstrationKey(label="Owner A", role="owner", index=1),
        DemonstrationKey(label="Executor", role="executor", index=4),
    ),
    True: (DemonstrationKey(label="Owner B", role="owner", index=2),),
}
"""The public accounts offered to the first desk and to the second signer's."""
PROFILES = {False: "demonstration", True: "demonstration, second signer"}
"""Under which name each desk keeps its keys in the key ring, apart from the person's own."""


@dataclass(frozen=True, slots=True)
class DemonstrationFolders:
    """Where the demonstration lies: one chain, one workspace for each of the two signers."""

    root: Path

    @property
    def chain(self) -> Path:
        """The prepared chain."""
        return self.root / "demonstration"

    def desk(self, *, as_second_signer: bool) -> Path:
        """The workspace folder of one signer."""
        return self.root / ("second-desk" if as_second_signer else "desk")

    @property
    def endpoint_file(self) -> Path:
        """Where the first desk writes the URL of the living chain."""
        return self.root / ENDPOINT_FILE


def default_folders() -> DemonstrationFolders:
    """The person's data directory."""
    from platformdirs import user_data_path  # noqa: PLC0415  only where no folder is named

    return DemonstrationFolders(user_data_path("treasury-desktop", appauthor=False))


def open_demonstration(data: Path | None, *, starts_over: bool, as_second_signer: bool) -> int:
    """Opens the demonstration in a window and runs until it is closed; the exit status."""
    if not has_display():
        sys.stderr.write(f"{NO_DISPLAY}treasury-desktop demo --tour DIR\n")
        return 2
    kept = remembered()
    application = started_application(kept.look)
    folders = default_folders() if data is None else DemonstrationFolders(data)
    if starts_over:
        forget(folders)
    demonstration = Demonstration(
        application, folders, as_second_signer=as_second_signer, remembers=kept
    )
    demonstration.begin()
    return demonstration.run()


def forget(folders: DemonstrationFolders) -> None:
    """Removes what both desks recorded, and brings the chain back to how it was built.

    Keys are not touched, those kept in encrypted files neither. Unavailable while a desk is open:
    it would go on recording into files that are gone.
    """
    desks = [folders.desk(as_second_signer=second) for second in (False, True)]
    with ExitStack() as held:
        for desk in desks:
            if desk.is_dir():
                held.callback(FolderLock(desk).release)
        for desk in desks:
            _forget_desk(desk)
        if is_prepared(folders.chain):
            reset(folders.chain)


def build(
    folders: DemonstrationFolders, *, on_progress: "OnProgress", is_cancelled: "IsCancelled"
) -> None:
    """Builds whatever is missing: the chain, then both desks, the first with a queue."""
    if not is_prepared(folders.chain):
        from treasury_desktop.devnet.demonstration import prepare  # noqa: PLC0415  in an errand

        prepare(
            folders.chain,
            on_progress=lambda step, done, total: on_progress(done, total, step),
            is_cancelled=is_cancelled,
        )
    for second in (False, True):
        _set_up_desk(folders, as_second_signer=second, on_progress=on_progress)


def is_built(folders: DemonstrationFolders) -> bool:
    """Whether nothing is left to build."""
    desks = (folders.desk(as_second_signer=second) for second in (False, True))
    return is_prepared(folders.chain) and all((d / READY_MARK).exists() for d in desks)


def start_chain(folders: DemonstrationFolders) -> "RunningChain":
    """The living chain; its URL is written where the second desk finds it."""
    from treasury_desktop.devnet.demonstration import start  # noqa: PLC0415  in an errand

    chain = start(folders.chain, now=int(time()))
    try:
        folders.endpoint_file.write_text(chain.endpoint, encoding="ascii")
    except OSError as failure:
        chain.close()
        raise Unavailable(
            f"{folders.endpoint_file} cannot be written ({failure.strerror}), and without it the "
            "second signer's desk does not find the chain."
        ) from None
    return chain


def living_endpoint(folders: DemonstrationFolders) -> str:
    """The URL of the chain that the first desk has brought to life; "" where it has not."""
    from treasury_desktop.files.bundle_file import read_bundle_file  # noqa: PLC0415  in an errand

    file = folders.endpoint_file
    if not file.exists():
        return ""
    with suppress(UnicodeDecodeError, Malformed):
        url = read_bundle_file(file, max_bytes=LONGEST_ENDPOINT).decode("ascii")
        if _LOCAL_CHAIN.fullmatch(url):
            return url
    raise Unavailable(f"{file} names no chain on this computer; close the first desk and open it.")


def stop_chain(folders: DemonstrationFolders, chain: "RunningChain") -> None:
    """Ends the chain, which saves itself, whatever became of the file that names it."""
    with suppress(OSError):
        folders.endpoint_file.unlink(missing_ok=True)
    chain.close()


def _forget_desk(folder: Path) -> None:
    """Everything in a desk's folder goes, except keys and the choice to keep them there."""
    for thing in folder.iterdir() if folder.is_dir() else ():
        if thing.name in KEPT_AT_RESET:
            continue
        if thing.is_dir() and not thing.is_symlink():
            shutil.rmtree(thing, ignore_errors=True)
        else:
            thing.unlink(missing_ok=True)


def _set_up_desk(
    folders: DemonstrationFolders, *, as_second_signer: bool, on_progress: "OnProgress"
) -> None:
    """A workspace folder that has read the chain once; the first desk also has the queue.

    The mark comes last: a desk that was being set up when we were killed is set up anew.
    """
    folder = folders.desk(as_second_signer=as_second_signer)
    if (folder / READY_MARK).exists():
        return
    _forget_desk(folder)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copy(folders.chain / "workspace" / "treasury.toml", folder)
    on_progress(0, 0, SET_UP_DESK)
    chain = start_chain(folders)
    try:
        desk = _desk_asking(folder, chain.endpoint)
        try:
            desk.refresh()
            if not as_second_signer:
                for name in ("honest", "hostile"):
                    desk.import_file(folders.chain / "queue" / f"{name}.json")
                desk.sync_pools(on_progress, lambda: False)
        finally:
            desk.close()
    finally:
        stop_chain(folders, chain)
    (folder / READY_MARK).touch()


def _desk_asking(folder: Path, url: str) -> "OpenDesk":
    from treasury_desktop.application.open_desk import OpenDesk  # noqa: PLC0415  in an errand

    return OpenDesk(folder, endpoints=(_endpoint(url),))


def _endpoint(url: str) -> "Endpoint":
    from treasury_desktop.treasury.workspace import Endpoint  # noqa: PLC0415  once a chain lives

    return Endpoint(name=NODE_NAME, url=url)


class Demonstration(QObject):
    """The demonstration while it is open: building, then the desk, then its living chain."""

    def __init__(
        self,
        application: QApplication,
        folders: DemonstrationFolders,
        *,
        as_second_signer: bool = False,
        remembers: Remembered | None = None,
    ) -> None:
        super().__init__()
        self._application = application
        self._folders = folders
        self._is_second = as_second_signer
        self._remembers = remembers
        self._crashes = Crashes(application)
        self._building: BuildingWindow | None = None
        self._chain: RunningChain | None = None
        self.desk_window: DeskWindow | None = None

    def begin(self) -> None:
        """Opens the desk, or first the window that builds it."""
        self._crashes.install()
        if is_built(self._folders):
            self._open_desk()
            return
        self._building = BuildingWindow()
        self._building.show()
        self._building.build(self._build, self._on_built)

    def run(self) -> int:
        """Runs until the window is closed; the exit status."""
        self._application.setQuitOnLastWindowClosed(False)
        return left(self._application.exec())

    def _build(self, progress: Progress) -> None:
        build(self._folders, on_progress=progress.report, is_cancelled=progress.is_cancelled)

    def _on_built(self, outcome: Done[None] | Failed) -> None:
        assert self._building is not None
        if isinstance(outcome, Failed):
            self._building.say_failed(outcome.sentence, self._application.quit)
            return
        self._building.end()
        self._open_desk()

    def _open_desk(self) -> None:
        self.desk_window = DeskWindow(
            self._desk,
            remembers=self._remembers,
            whose="Second signer" if self._is_second else "",
        )
        self._crashes.show_in(self.desk_window.show_crash)
        self.desk_window.window.closed.connect(self._on_closed)
        self.desk_window.opened.connect(self._on_opened)
        self.desk_window.window.show()

    def _desk(self) -> "OpenDesk":
        from treasury_desktop.application.open_desk import OpenDesk  # noqa: PLC0415  once painted

        return OpenDesk(
            self._folders.desk(as_second_signer=self._is_second),
            offered_keys=KEYS[self._is_second],
            key_profile=PROFILES[self._is_second],
        )

    def _on_opened(self) -> None:
        assert self.desk_window is not None
        # An act: a chain that is being started when the window closes has to be ended again.
        self.desk_window.errands.act("chain", lambda _: self._endpoint(), self._on_chain)

    def _endpoint(self) -> str:
        """The URL of the living chain: started here, or found where the first desk wrote it."""
        if self._is_second:
            return living_endpoint(self._folders)
        self._chain = start_chain(self._folders)
        return self._chain.endpoint

    def _on_chain(self, outcome: Done[str] | Failed) -> None:
        assert self.desk_window is not None
        if isinstance(outcome, Failed):
            self.desk_window.session.chain_failed(outcome.sentence, int(time()))
        elif outcome.value:
            self.desk_window.desk.use_endpoints((_endpoint(outcome.value),))
            self.desk_window.session.ask_refresh()
        else:
            sentence = "The first desk's chain is not running; this desk works offline."
            self.desk_window.session.chain_failed(sentence, int(time()))

    def _on_closed(self) -> None:
        if self._chain is not None:
            stop_chain(self._folders, self._chain)
        self._application.quit()
