"""A key that is unlocked, and words being typed, as pictures for human eyes.

`python tests/windows/page_gallery_unlocking.py FOLDER` writes them without a display.
"""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parents[2]))

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from tests.desk_at_hand import UnlockingAtHand
from tests.signing_desk import OWNER_KEY
from tests.windows import page_gallery_signing
from tests.windows.secret_entry.questions import sign_job
from treasury_desktop.keys.word_lists import word_lists
from treasury_desktop.windows.actions_of_unlocking import UnlockedKey
from treasury_desktop.windows.errands import Errands
from treasury_desktop.windows.look.style import look
from treasury_desktop.windows.main_window import MainWindow
from treasury_desktop.windows.secret_entry.key_entry import KeyEntry
from treasury_desktop.windows.secret_entry.question import question_for
from treasury_desktop.windows.secret_entry.question_of_unlocking import with_unlocking
from treasury_desktop.windows.secret_entry.steps import TypeWords
from treasury_desktop.windows.secret_entry.window import GUARD_MS, SecretEntryWindow
from treasury_desktop.windows.unlocking import ShownUnlocking

NOBODY_TELLS = "Nothing on this session tells whether the screen is locked."
STATES: dict[str, dict[str, object]] = {
    "offered": {"unlock": {"seconds": 300, "why_not": ""}},
    "impossible": {"unlock": {"seconds": 300, "why_not": NOBODY_TELLS}},
    "unlocked": {"is_unlocked": True},
}
TYPED = {
    "empty": "",
    "choosing": "zoo wrong qqq legal winner thank act",
    "complete": "legal winner thank year wave sausage worth useful legal winner thank yellow ",
}
UNLOCKED = UnlockedKey(label=OWNER_KEY.label, address=OWNER_KEY.address, seconds_left=251.2)


def signing_windows() -> Iterator[tuple[str, QWidget]]:
    """The secret-entry window in each state."""
    for name, state in STATES.items():
        window = SecretEntryWindow(with_unlocking(question_for(sign_job()), state))
        window.show()
        if name == "offered":
            window.fields[0].setText("x" * 20)
            window.unlock_tick.setChecked(True)
        QTest.qWait(GUARD_MS + 100)
        yield f"entry-{name}", window
        window.finish()


def word_windows() -> Iterator[tuple[str, QWidget]]:
    """Words on their way."""
    job: dict[str, object] = {"job": "import_words", "label": "Desk C", "role": "owner"}
    for name, text in TYPED.items():
        entry = KeyEntry("import_words", question_for(job), lambda *_, **__: None, word_lists())
        entry.window.show()
        QTest.qWait(100)
        step = entry.window.findChild(TypeWords)
        if isinstance(step, TypeWords):
            QTest.keyClicks(step.words, text)
        QTest.qWait(100)
        yield f"words-{name}", entry.window
        entry.window.close()


def main(folder: Path) -> None:
    """Writes every state in light and dark; then two pages with the line above them."""
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    folder.mkdir(parents=True, exist_ok=True)
    for preference in ("light", "dark"):
        look().dress(application, "dark" if preference == "dark" else "light")
        for windows in (signing_windows, word_windows):
            for name, window in windows():
                window.grab().save(str(folder / f"{name}-{preference}.png"))
    page_gallery_signing.window = unlocked(page_gallery_signing.window)
    for page in ("keys-two", "sign-ready"):
        page_gallery_signing.main(folder, page)


def unlocked(
    make: Callable[[page_gallery_signing.Scene, Errands], MainWindow],
) -> Callable[[page_gallery_signing.Scene, Errands], MainWindow]:
    """The same windows with a key that is unlocked."""

    def window(scene: page_gallery_signing.Scene, errands: Errands) -> MainWindow:
        made, unlocking = make(scene, errands), UnlockingAtHand()
        ShownUnlocking(made, unlocking)
        unlocking.change(UNLOCKED)
        return made

    return window


if __name__ == "__main__":
    main(Path(sys.argv[1]))
