"""The page on which a treasury begins, and the nodes in Settings, as pictures for human eyes.

`python -m tests.windows.page_gallery_beginning FOLDER` writes them without a display.
"""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from PySide6.QtWidgets import QApplication

from tests.desk.test_begin_workspace import a_sight
from tests.samples import ETH, SAFE, STRANGER, USDC, VAULT, a_holding, a_safe
from tests.signing_desk import a_signing_desk
from tests.windows.test_beginning_page import BeginningAtHand
from treasury_desktop.application.pages import Pages
from treasury_desktop.treasury.workspace import Endpoint
from treasury_desktop.windows.beginning.page import BeginningPage
from treasury_desktop.windows.errands import Errands
from treasury_desktop.windows.look.style import Preference, look
from treasury_desktop.windows.main_window import MainWindow
from treasury_desktop.windows.session import Session
from treasury_desktop.windows.settings.page import SettingsPage

ONE = a_sight(
    chain_id=1, nodes=("My node", "Second"), safes=(a_safe(),),
    holdings=(a_holding(ETH, 12), a_holding(USDC, 2_400_000)),
)  # fmt: skip
TWO = a_sight(
    chain_id=1088,
    safes=(a_safe(threshold=1, modules=(STRANGER,), guard=VAULT), a_safe(address=VAULT)),
)
NODES = (
    Endpoint(name="My node", url="http://127.0.0.1:8545"),
    Endpoint(name="Second", url="https://node.example/v2/some-key-of-the-provider"),
)
LOOKS: Final[tuple[Preference, ...]] = ("light", "dark")


def filled(page: BeginningPage) -> None:
    """An address and two nodes."""
    page.safes.field(0).setText(f"eth:{SAFE}")
    page.nodes.show_nodes(NODES)


def failed(page: BeginningPage) -> None:
    """A node that does not answer."""
    filled(page)
    page.says.say("Second does not answer (connection refused).", "block")


def found(sight: Any, name: str = "") -> Callable[[BeginningPage], None]:
    """Once it was looked."""

    def prepare(page: BeginningPage) -> None:
        filled(page)
        page._take(sight)
        page._end_look()
        assert page.names is not None
        page.names.treasury.setText(name)

    return prepare


def looking(page: BeginningPage) -> None:
    """Nobody has answered yet."""
    filled(page)
    assert isinstance(page._actions, BeginningAtHand)
    page._actions.may_answer.clear()
    page.look.button.click()


BEGINNINGS: Final[dict[str, Callable[[BeginningPage], None]]] = {
    "empty": lambda page: None,
    "filled": filled,
    "looking": looking,
    "failed": failed,
    "found": found(ONE, "Harbour DAO"),
    "found-two": found(TWO),
}
SIZES = {"found": (1280, 1400), "found-two": (1024, 1500)}


def shoot(folder: Path) -> None:
    """Every state in light and dark."""
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    look().dress(application, "light")
    folder.mkdir(parents=True, exist_ok=True)
    for preference in LOOKS:
        look().prefer(preference)
        for name, prepare in BEGINNINGS.items():
            errands = Errands()
            actions = BeginningAtHand(ONE)
            page = BeginningPage(errands, actions)
            frame = framed(errands, name)
            frame.show_alone("New treasury", page)
            prepare(page)
            taken(frame, folder / f"begin-{name}-{preference}.png")
            actions.may_answer.set()
            errands.close()
        for name in ("nodes", "nodes-change"):
            errands = Errands()
            settings = SettingsPage(
                a_signing_desk(workspace=replace(a_signing_desk().workspace, endpoints=NODES)),
                errands,
            )
            frame = framed(errands, name)
            frame.show_alone("Settings", settings)
            if name == "nodes-change":
                settings.nodes.change.click()
            taken(frame, folder / f"settings-{name}-{preference}.png")
            errands.close()


def framed(errands: Errands, name: str) -> MainWindow:
    """The window before there is a desk."""
    session = Session()
    pages = Pages(session, errands, print, print)
    frame = MainWindow(pages.all(), session, errands, opens_late=True)
    frame.resize(*SIZES.get(name, (1280, 800)))
    frame.show()
    return frame


def taken(frame: MainWindow, path: Path) -> None:
    """A picture once everything is laid out."""
    for _ in range(10):
        QApplication.processEvents()
    frame.grab().save(str(path))
    frame.hide()


if __name__ == "__main__":
    shoot(Path(sys.argv[1]))
