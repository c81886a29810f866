"""What is asked of a person before a new key is kept: the road from one step to the next.

Words, private keys and passphrases stay in this process and go to the signer alone. Each time the
signer is asked anew: what it was told before died with it.
"""

import secrets
import threading
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Final, cast

from PySide6.QtCore import QObject, Signal

from treasury_desktop.errors import Malformed, Refused, TreasuryError
from treasury_desktop.windows.secret_entry.asking import Answer, AskSigner, asked
from treasury_desktop.windows.secret_entry.key_window import KeyWindow
from treasury_desktop.windows.secret_entry.passphrase import passphrase_bytes
from treasury_desktop.windows.secret_entry.question import Question
from treasury_desktop.windows.secret_entry.steps import (
    REPEATED,
    ChooseAddress,
    NewPassphrase,
    RepeatWords,
    ShowWords,
    Step,
    TypeSecret,
    TypeWords,
)
from treasury_desktop.windows.secret_entry.word_choice import WordLists

TRIES: Final = 5
MAKING_WORDS: Final = "Making the words."
READING: Final = "Working out the addresses."
OPENING: Final = "Opening the file; a costly one takes some seconds."
KEEPING: Final = "Encrypting the key under this passphrase; this takes about a second."


class KeyEntry(QObject):
    """One question about a new key. Signals: `ended` once there is an answer."""

    ended = Signal()
    _answered = Signal()

    def __init__(
        self,
        kind: str,
        question: Question,
        ask_signer: AskSigner,
        word_lists: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        super().__init__()
        self._word_lists = WordLists(word_lists or {})
        self.window = KeyWindow(question)
        self._refusal = question.refusal
        self._confirm = question.confirm
        self._ask_signer = ask_signer
        self._is_refused = False
        self._answer: Answer | TreasuryError | None = None
        self._then: Callable[[Answer], None] = self._on_kept
        self._next: Callable[[], None] = self._on_refused
        self._back: Callable[[], None] = self._on_refused
        self._given: list[str] = []
        self._tries_left = TRIES
        self.window.confirmed.connect(self._on_confirmed)
        self.window.went_back.connect(self._on_went_back)
        self.window.refused.connect(self._on_refused)
        self._answered.connect(self._on_answered)
        begin = {
            "create": self._make_words,
            "import_words": self._type_words,
            "import_private_key": self._type_private_key,
            "import_keystore": self._open_file,
        }
        begin[kind]()

    def outcome(self) -> Answer:
        """What the signer answered at the end; raises what was refused."""
        if self._answer is None or self._is_refused:
            raise Refused(self._refusal)
        if isinstance(self._answer, TreasuryError):
            raise self._answer
        return self._answer

    # ── new words ────────────────────────────────────────────────────────────────────────────────

    def _make_words(self) -> None:
        self._show(Step(), self._on_refused)
        self._ask([], MAKING_WORDS, self._show_words)

    def _show_words(self, answer: Answer) -> None:
        self._given = [str(answer["words"])]
        self._tell_words()

    def _tell_words(self) -> None:
        self._show(ShowWords(self._given[0].split()), self._repeat_words)

    def _repeat_words(self) -> None:
        words = self._given[0].split()
        places = sorted(secrets.SystemRandom().sample(range(len(words)), REPEATED))
        step = RepeatWords(words, places)
        self._show(step, self._choose_passphrase, back=self._tell_words)

    # ── words that somebody has ──────────────────────────────────────────────────────────────────

    def _type_words(self) -> None:
        step = TypeWords(self._word_lists)

        def go_on() -> None:
            self._given = [step.words.toPlainText(), step.extra.text()]
            self._ask(self._given, READING, self._choose_address)

        self._show(step, go_on)

    def _choose_address(self, answer: Answer) -> None:
        step = ChooseAddress(_addresses(answer))

        def go_on() -> None:
            self._given = [*self._given[:2], step.chosen["path"]]
            self._choose_passphrase(step.chosen)

        step.wanted.connect(
            lambda path: self._ask(
                [*self._given[:2], path],
                READING,
                lambda other: self._add_address(step, other),
            )
        )
        self._show(step, go_on, back=self._type_words)

    def _add_address(self, step: ChooseAddress, answer: Answer) -> None:
        self.window.say_wrong("")  # it can be used again, and nothing is wrong
        step.add(_addresses(answer))

    # ── a private key, a file ────────────────────────────────────────────────────────────────────

    def _type_private_key(self) -> None:
        self._type_secret(
            TypeSecret(
                "Type the private key",
                "Private key",
                "Type the private key: 64 hex digits.",
                "It stays in this window and the signer process. A key that was ever on another "
                "machine is as safe as that machine was.",
            ),
            READING,
        )

    def _open_file(self) -> None:
        self._type_secret(
            TypeSecret(
                "Type the passphrase of the file",
                "Its passphrase",
                "Type the passphrase under which the file was written.",
                "The key is encrypted anew, under a passphrase of this desk. The file stays where "
                "it is, and opens with its own.",
            ),
            OPENING,
        )

    def _type_secret(self, step: TypeSecret, working: str) -> None:
        def go_on() -> None:
            typed = step.field.text()
            self._given = [typed]
            self._ask(self._given, working, lambda a: self._choose_passphrase(_addresses(a)[0]))

        self._show(step, go_on)

    # ── the passphrase, at the end of every road ─────────────────────────────────────────────────

    def _choose_passphrase(self, chosen: Mapping[str, str] | None = None) -> None:
        step = NewPassphrase(self._confirm)
        if chosen is not None:
            step.say_address(chosen["address"], chosen["path"])

        def go_on() -> None:
            self._ask([*self._given, step.new.text()], KEEPING, self._on_kept)

        self._show(step, go_on)

    def _on_kept(self, answer: Answer) -> None:
        self._answer = answer
        self._end()

    # ── asking the signer ────────────────────────────────────────────────────────────────────────

    def _show(
        self, step: Step, go_on: Callable[[], None], back: Callable[[], None] | None = None
    ) -> None:
        self._next, self._back = go_on, back or self._on_refused
        self.window.show_step(step, can_go_back=back is not None)

    def _ask(self, given: Sequence[str], working: str, then: Callable[[Answer], None]) -> None:
        """Asks from a thread; the secrets go there as buffers that the asking overwrites."""
        self._then = then
        buffers = [_bytes_of(text) for text in given]
        if then == self._on_kept:
            buffers[-1:] = [passphrase_bytes(given[-1])]
        self.window.say_working(working)
        threading.Thread(target=self._in_thread, args=(buffers,), name="signer").start()

    def _on_confirmed(self) -> None:
        self._next()

    def _on_went_back(self) -> None:
        self._back()

    def _in_thread(self, given: list[bytearray]) -> None:
        self._answer = asked(self._ask_signer, given)
        self._answered.emit()

    def _on_answered(self) -> None:
        answer, self._answer = self._answer, None
        if self._is_refused:
            return
        if answer is None:
            self._on_wrong_passphrase()
        elif isinstance(answer, Malformed):
            self.window.say_wrong(f"The {answer.field} {answer.problem}.")
        elif isinstance(answer, TreasuryError):
            self._answer = answer
            self._end()
        else:
            self._then(answer)

    def _on_wrong_passphrase(self) -> None:
        self._tries_left -= 1
        if self._tries_left:
            tries = "One try is" if self._tries_left == 1 else f"{self._tries_left} tries are"
            self.window.say_wrong(f"This passphrase does not open the file. {tries} left.")
            return
        self._answer = Refused("The passphrase was wrong five times. " + self._refusal)
        self._end()

    def _on_refused(self) -> None:
        self._is_refused = True
        self._given = []
        self.ended.emit()

    def _end(self) -> None:
        self._given = []
        self.window.finish()
        self.ended.emit()


def _bytes_of(text: str) -> bytearray:
    """What was typed, composed as keyboards write it: other programs derived from that."""
    return bytearray(unicodedata.normalize("NFC", text), "utf-8")


def _addresses(answer: Answer) -> list[Mapping[str, str]]:
    return cast("list[Mapping[str, str]]", answer["addresses"])
