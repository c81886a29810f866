"""Runs the secret-entry window for one job, from the first paint to the signer's answer.

The signer works about a second, so it is asked from a thread; the passphrase goes there as a
bytearray that the asking overwrites, and never through Qt's event queue.
"""

import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit

from treasury_desktop.errors import Refused, TreasuryError
from treasury_desktop.windows.look.style import Preference, look
from treasury_desktop.windows.secret_entry.asking import AskSigner, asked
from treasury_desktop.windows.secret_entry.key_entry import KeyEntry
from treasury_desktop.windows.secret_entry.passphrase import passphrase_bytes
from treasury_desktop.windows.secret_entry.question import Question, question_for
from treasury_desktop.windows.secret_entry.question_of_unlocking import with_unlocking
from treasury_desktop.windows.secret_entry.rehearsal import (
    DEMONSTRATION_PASSPHRASE,
    may_rehearse,
)
from treasury_desktop.windows.secret_entry.window import SecretEntryWindow

TRIES: Final = 3
NEW_KEYS: Final = frozenset({"create", "import_words", "import_private_key", "import_keystore"})
"""Jobs that are asked step by step."""
WRONG_THRICE: Final = "The passphrase was wrong three times; nothing was signed."
WRONG_KEPT: Final = "The key that is unlocked does not open any more; nothing was signed."
THEMES: Final[dict[object, Preference]] = {"light": "light", "dark": "dark"}


class SecretEntry(QObject):
    """One question, asked until there is an answer. Signals: `ended` once there is one."""

    ended = Signal()
    _answered = Signal()

    def __init__(self, question: Question, ask_signer: AskSigner) -> None:
        super().__init__()
        self.window = SecretEntryWindow(question)
        self._refusal = question.refusal
        self._ask_signer = ask_signer
        self._tries_left = TRIES
        self._is_refused = False
        self._answer: Mapping[str, object] | TreasuryError | None = None
        self.window.confirmed.connect(self._on_confirmed)
        self.window.refused.connect(self._on_refused)
        self._answered.connect(self._on_answered)

    def outcome(self) -> Mapping[str, object]:
        """What the signer answered; raises what was refused."""
        if self._answer is None or self._is_refused:
            raise Refused(self._refusal)
        if isinstance(self._answer, TreasuryError):
            raise self._answer
        return self._answer

    def _on_confirmed(self) -> None:
        passphrases = [passphrase_bytes(typed) for typed in self.window.take_passphrases()]
        keeps = self.window.is_to_stay_unlocked
        self.window.say_working()
        threading.Thread(target=self._ask, args=(passphrases, keeps), name="signer").start()

    def _ask(self, passphrases: list[bytearray], keeps: bool) -> None:
        self._answer = asked(self._ask_signer, passphrases, keeps=keeps)
        self._answered.emit()

    def _on_answered(self) -> None:
        self._tries_left -= 1
        if self._answer is not None:
            self._end()
        elif self._tries_left and self.window.fields:
            self.window.say_wrong(self._tries_left)
        else:
            self._answer = Refused(WRONG_THRICE if self.window.fields else WRONG_KEPT)
            self._end()

    def _on_refused(self) -> None:
        self._is_refused = True
        self.ended.emit()

    def _end(self) -> None:
        self.window.finish()
        self.ended.emit()


def run(
    job: Mapping[str, object], window: Mapping[str, object], ask_signer: AskSigner
) -> Mapping[str, object]:
    """Shows a job, takes its passphrases, and answers what the signer answered.

    `window` may name a theme and, in the demonstration only, ask for a rehearsal; and it says
    whether the key is unlocked, or may stay so after this signature, and brings the lists of words.
    """
    question, kind = with_unlocking(question_for(job), window), str(job.get("job"))
    rehearsal = window.get("rehearsal")
    if kind in NEW_KEYS and rehearsal is not None:
        raise Refused("A rehearsal is for the demonstration's chain and accounts only.")
    application = _application()
    look().dress(application, THEMES.get(window.get("theme"), "system"))
    if kind in NEW_KEYS:
        lists = window.get("word_lists")
        typed = lists if isinstance(lists, dict) else {}
        return _shown(KeyEntry(kind, question, ask_signer, typed), application)
    entry = SecretEntry(question, ask_signer)
    if rehearsal is not None:
        rehearse(entry.window, question, rehearsal)
    return _shown(entry, application)


def _application() -> QApplication:
    """The one of this process: a key that stays unlocked is used more than once."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    application = QApplication(sys.argv[:1])
    application.setApplicationName("Treasury passphrase")
    application.setQuitOnLastWindowClosed(False)
    return application


class _Came(QObject):
    """Signals: `came` once what was waited for is there."""

    came = Signal()


def while_waiting(wait: Callable[[], bytes]) -> bytes:
    """What `wait` comes back with, in a thread; the window system is answered meanwhile."""
    application, ending, found = _application(), _Came(), list[bytes]()
    ending.came.connect(application.quit)

    def in_thread() -> None:
        found.append(wait())
        ending.came.emit()

    threading.Thread(target=in_thread, name="waiting", daemon=True).start()
    application.exec()
    return found[0]


def _shown(entry: SecretEntry | KeyEntry, application: QApplication) -> Mapping[str, object]:
    entry.ended.connect(application.quit)
    entry.window.show()
    entry.window.activateWindow()
    application.exec()
    return entry.outcome()


def rehearse(window: SecretEntryWindow, question: Question, wish: object) -> None:
    """Lets the window be used without a person; refuses anything but the demonstration."""
    if not may_rehearse(question.chain_id, question.key_address) or not isinstance(wish, dict):
        raise Refused("A rehearsal is for the demonstration's chain and accounts only.")
    picture = wish.get("screenshot")

    def type_and_confirm() -> None:
        for field in window.fields:
            _type_into(field, DEMONSTRATION_PASSPHRASE)
        if isinstance(picture, str):
            window.grab().save(str(Path(picture)))
        window.confirm_button.click()

    window.became_ready.connect(type_and_confirm)


def _type_into(field: QLineEdit, text: str) -> None:
    for character in text:
        for kind in (QKeyEvent.Type.KeyPress, QKeyEvent.Type.KeyRelease):
            key = QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, character)
            QGuiApplication.sendEvent(field, key)
