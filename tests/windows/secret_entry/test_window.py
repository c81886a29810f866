"""The secret-entry window: guarded, plain, forgetful."""

import threading
from collections.abc import Iterator, Mapping, Sequence

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from tests.windows.secret_entry.questions import (
    CHANGE,
    CREATE,
    IMPORT,
    SAFE,
    execution_job,
    sign_job,
)
from treasury_desktop.errors import Refused, TreasuryError, Unavailable
from treasury_desktop.windows.secret_entry.parts import place_aside
from treasury_desktop.windows.secret_entry.question import question_for
from treasury_desktop.windows.secret_entry.run import TRIES, SecretEntry, rehearse
from treasury_desktop.windows.secret_entry.window import SecretEntryWindow
from treasury_desktop.windows.untrusted import labels_in, rich_labels, texts_in

WAIT_MS = 5000
SHORT_GUARD_MS = 10
"""The guard itself has a test; the others do not wait for it."""
ANSWER: Mapping[str, object] = {"signature": "0x00"}


class Signer:
    """A signer in memory: answers, refuses or does not open, and remembers what it was given."""

    def __init__(self, *answers: Mapping[str, object] | TreasuryError | None) -> None:
        self.answers = list(answers)
        self.given: list[list[str]] = []
        self.buffers: list[bytearray] = []

    def __call__(self, passphrases: Sequence[bytearray]) -> Mapping[str, object] | None:
        """The next answer; the passphrases are overwritten as the real signer's asking does."""
        self.given.append([each.decode() for each in passphrases])
        for each in passphrases:
            self.buffers.append(each)
            each[:] = bytes(len(each))
        answer = self.answers.pop(0)
        if isinstance(answer, TreasuryError):
            raise answer
        return answer


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[SecretEntryWindow]:
    """A window that asks to sign."""
    shown = SecretEntryWindow(question_for(sign_job()))
    qtbot.addWidget(shown)
    shown.show()
    yield shown
    shown.finish()


def entry_for(qtbot: QtBot, job: dict[str, object], signer: Signer) -> SecretEntry:
    """A shown question whose guard has passed."""
    entry = SecretEntry(question_for(job), signer)
    qtbot.addWidget(entry.window)
    entry.window._guard.setInterval(SHORT_GUARD_MS)
    with qtbot.waitSignal(entry.window.became_ready, timeout=WAIT_MS):
        entry.window.show()
    return entry


def confirm(qtbot: QtBot, entry: SecretEntry, *passphrases: str) -> None:
    """Types into the fields and presses the button."""
    for field, text in zip(entry.window.fields, passphrases, strict=True):
        qtbot.keyClicks(field, text)
    qtbot.mouseClick(entry.window.confirm_button, Qt.MouseButton.LeftButton)


@pytest.mark.parametrize("job", [sign_job(), execution_job(), CREATE, IMPORT, CHANGE])
def test_every_label_is_plain_text(qtbot: QtBot, job: dict[str, object]) -> None:
    """No label of any question would interpret markup."""
    window = SecretEntryWindow(question_for(job))
    qtbot.addWidget(window)
    assert rich_labels(window) == []
    assert window.height() <= 800


def test_window_shows_everything_a_signer_compares(window: SecretEntryWindow) -> None:
    """Safe, chain, nonce, key, three hashes and eight words, each in full."""
    text = " ".join(texts_in(window)).replace("\n", " ")
    whole = text.replace(" ", "")
    question = question_for(sign_job())
    assert question.hashes is not None
    for expected in (
        str(SAFE.address),
        str(question.key_address),
        question.hashes.domain.hex(),
        question.hashes.message.hex(),
        question.hashes.safe_tx.hex(),
        "".join(question.words),
    ):
        assert expected in whole
    for label in labels_in(window):
        if label.isVisible() and not label.wordWrap():
            lines = label.text().split("\n")
            wanted = max(label.fontMetrics().horizontalAdvance(line) for line in lines)
            assert label.width() >= wanted, "no digit is cut"
    assert "31337 (demonstration on this machine)" in text
    assert "Purpose, as its sender states it: As voted." in text


def test_hostile_purpose_is_shown_literally(qtbot: QtBot) -> None:
    """Markup and direction marks in a sender's text are characters, and its length is bounded."""
    window = SecretEntryWindow(
        question_for(sign_job(purpose="<b>safe</b>\u202e" + "x" * 1000 + "\nnonce 8"))
    )
    qtbot.addWidget(window)
    shown = next(text for text in texts_in(window) if text.startswith("Purpose"))
    assert "<b>safe</b>⟨U+202E⟩" in shown
    assert len(shown) < 300
    assert rich_labels(window) == []


def test_button_is_dead_for_a_moment(qtbot: QtBot, window: SecretEntryWindow) -> None:
    """Neither click nor Return does anything before the guard has passed."""
    pressed: list[None] = []
    window.confirmed.connect(lambda: pressed.append(None))
    field = window.fields[0]
    qtbot.keyClicks(field, "typed at once")
    assert not window.confirm_button.isEnabled()
    qtbot.mouseClick(window.confirm_button, Qt.MouseButton.LeftButton)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert not pressed
    with qtbot.waitSignal(window.became_ready, timeout=WAIT_MS):
        assert window._guard.interval() >= 1500
    assert window.confirm_button.isEnabled()
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert len(pressed) == 1


def test_button_needs_a_passphrase_and_says_so(window: SecretEntryWindow, qtbot: QtBot) -> None:
    """An empty field keeps the button dead, with the reason in words."""
    with qtbot.waitSignal(window.became_ready, timeout=WAIT_MS):
        pass
    assert not window.confirm_button.isEnabled()
    assert "Type the passphrase of this key." in texts_in(window)


def test_passphrase_is_masked_and_cannot_be_copied(window: SecretEntryWindow, qtbot: QtBot) -> None:
    """The field shows dots, offers no menu, and copies nothing."""
    field = window.fields[0]
    QApplication.clipboard().setText("before")
    qtbot.keyClicks(field, "secret words")
    assert field.text() == "secret words"
    assert field.displayText() == field.displayText()[0] * 12
    field.selectAll()
    field.copy()
    field.cut()  # removes, and still copies nothing
    assert QApplication.clipboard().text() == "before"
    assert field.echoMode() is QLineEdit.EchoMode.Password
    assert field.contextMenuPolicy() is Qt.ContextMenuPolicy.NoContextMenu


def test_confirming_hands_over_and_forgets(qtbot: QtBot) -> None:
    """The signer gets what was typed; fields are empty and buffers overwritten afterwards."""
    signer = Signer(ANSWER)
    entry = entry_for(qtbot, sign_job(), signer)
    with qtbot.waitSignal(entry.ended, timeout=WAIT_MS):
        confirm(qtbot, entry, "the passphrase")
    assert entry.outcome() == ANSWER
    assert signer.given == [["the passphrase"]]
    assert not entry.window.fields[0].text()
    assert signer.buffers == [bytearray(14)]
    assert not entry.window.isVisible()


def test_a_second_return_does_not_cancel(qtbot: QtBot) -> None:
    """While the key is derived the focus is on nothing that Return could press."""
    go_on = threading.Event()
    signer = Signer(ANSWER)

    def slowly(passphrases: Sequence[bytearray]) -> Mapping[str, object] | None:
        go_on.wait(5)
        return signer(passphrases)

    entry = SecretEntry(question_for(sign_job()), slowly)
    qtbot.addWidget(entry.window)
    entry.window._guard.setInterval(SHORT_GUARD_MS)
    with qtbot.waitSignal(entry.window.became_ready, timeout=WAIT_MS):
        entry.window.show()
    entry.window.activateWindow()
    field = entry.window.fields[0]
    field.setFocus()
    qtbot.keyClicks(field, "the passphrase")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert not isinstance(QApplication.focusWidget(), QPushButton)
    focus = QApplication.focusWidget() or entry.window
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Space, Qt.Key.Key_Enter):
        qtbot.keyClick(focus, key)
    assert entry.window.isVisible()
    with qtbot.waitSignal(entry.ended, timeout=WAIT_MS):
        go_on.set()
    assert entry.outcome() == ANSWER


def test_the_eight_words_stand_in_two_lines_of_four(window: SecretEntryWindow) -> None:
    """Beside each other's halves, as they are read aloud."""
    words = question_for(sign_job()).words
    lines = next(text for text in texts_in(window) if words[0] in text.split()).splitlines()
    assert [line.split() for line in lines] in ([[*words]], [[*words[:4]], [*words[4:]]])


@pytest.mark.parametrize(
    ("room", "size", "place"),
    [
        (QRect(0, 0, 1920, 1050), QSize(760, 640), QPoint(1160, 410)),
        (QRect(64, 27, 1856, 1053), QSize(760, 640), QPoint(1160, 440)),
        (QRect(0, 0, 700, 600), QSize(760, 640), QPoint(0, 0)),
    ],
)
def test_the_window_stands_aside_of_what_is_compared(
    room: QRect, size: QSize, place: QPoint
) -> None:
    """In the lower right corner: the desk's hashes and words are at its upper left."""
    assert place_aside(room, size) == place


def test_the_window_opens_in_its_corner(window: SecretEntryWindow, qtbot: QtBot) -> None:
    """At the right edge of the screen, and never beyond its left one."""
    room = window.screen().availableGeometry()
    qtbot.waitUntil(lambda: window.frameGeometry().right() >= room.right())
    assert window.frameGeometry().left() >= room.left()


def test_wrong_passphrase_can_be_tried_again_three_times(qtbot: QtBot) -> None:
    """Each failure says how many tries are left; the third ends in a refusal."""
    entry = entry_for(qtbot, sign_job(), Signer(*[None] * TRIES))
    for left in ("2 tries are left.", "One try is left."):
        with qtbot.waitSignal(entry.window.became_ready, timeout=WAIT_MS):
            confirm(qtbot, entry, "wrong")
        assert f"The passphrase does not open this key. {left}" in texts_in(entry.window)
    with qtbot.waitSignal(entry.ended, timeout=WAIT_MS):
        confirm(qtbot, entry, "wrong")
    with pytest.raises(Refused, match="wrong three times"):
        entry.outcome()


def test_second_try_can_succeed(qtbot: QtBot) -> None:
    """A slip of the finger costs nothing."""
    entry = entry_for(qtbot, sign_job(), Signer(None, ANSWER))
    with qtbot.waitSignal(entry.window.became_ready, timeout=WAIT_MS):
        confirm(qtbot, entry, "slip")
    with qtbot.waitSignal(entry.ended, timeout=WAIT_MS):
        confirm(qtbot, entry, "right")
    assert entry.outcome() == ANSWER


@pytest.mark.parametrize("failure", [Refused("The review blocks."), Unavailable("Gone.")])
def test_what_the_signer_refuses_ends_the_question(qtbot: QtBot, failure: TreasuryError) -> None:
    """Anything but a wrong passphrase goes back to the main window as it is."""
    entry = entry_for(qtbot, sign_job(), Signer(failure))
    with qtbot.waitSignal(entry.ended, timeout=WAIT_MS):
        confirm(qtbot, entry, "right")
    with pytest.raises(type(failure), match=failure.sentence):
        entry.outcome()


@pytest.mark.parametrize("way", ["button", "escape", "close"])
def test_cancelling_is_a_refusal(qtbot: QtBot, way: str) -> None:
    """Cancel, Escape and closing the window all refuse, and forget what was typed."""
    signer = Signer()
    entry = entry_for(qtbot, sign_job(), signer)
    qtbot.keyClicks(entry.window.fields[0], "half a passphr")
    with qtbot.waitSignal(entry.ended, timeout=WAIT_MS):
        if way == "button":
            qtbot.mouseClick(entry.window._cancel, Qt.MouseButton.LeftButton)
        elif way == "escape":
            qtbot.keyClick(entry.window.fields[0], Qt.Key.Key_Escape)
        else:
            entry.window.close()
    with pytest.raises(Refused, match="Signing was cancelled; nothing was signed"):
        entry.outcome()
    assert not signer.given
    assert not entry.window.fields[0].text()


def test_new_passphrase_is_strong_and_typed_twice(qtbot: QtBot) -> None:
    """The rule is stated; two different texts are not accepted."""
    signer = Signer({"encrypted_key": "…"})
    entry = entry_for(qtbot, CREATE, signer)
    first, second = entry.window.fields
    qtbot.keyClicks(first, "too short")
    assert "At least six different words" in " ".join(texts_in(entry.window))
    first.setText("six quite different words make it")
    qtbot.keyClicks(second, "six quite different words make")
    assert not entry.window.confirm_button.isEnabled()
    assert "a second time" in " ".join(texts_in(entry.window))
    qtbot.keyClicks(second, " it")
    assert entry.window.confirm_button.isEnabled()
    with qtbot.waitSignal(entry.ended, timeout=WAIT_MS):
        qtbot.mouseClick(entry.window.confirm_button, Qt.MouseButton.LeftButton)
    assert signer.given == [["six quite different words make it"]]


def test_changing_hands_over_present_then_new(qtbot: QtBot) -> None:
    """The signer gets the present passphrase first and the new one once."""
    signer = Signer(ANSWER)
    entry = entry_for(qtbot, CHANGE, signer)
    new = "six quite different words make it"
    with qtbot.waitSignal(entry.ended, timeout=WAIT_MS):
        confirm(qtbot, entry, "present", new, new)
    assert signer.given == [["present", new]]


def test_rehearsal_types_the_public_passphrase(qtbot: QtBot) -> None:
    """In the demonstration the window fills in and confirms itself."""
    signer = Signer(ANSWER)
    question = question_for(sign_job())
    entry = SecretEntry(question, signer)
    qtbot.addWidget(entry.window)
    rehearse(entry.window, question, {"screenshot": None})
    with qtbot.waitSignal(entry.ended, timeout=WAIT_MS):
        entry.window.show()
    assert signer.given == [["the demonstration treasury is not money"]]


@pytest.mark.parametrize("job", [sign_job(chain_id=1), CREATE, CHANGE])
def test_rehearsal_of_anything_else_is_refused(qtbot: QtBot, job: dict[str, object]) -> None:
    """Another chain, or a question without one, is never answered by the program."""
    question = question_for(job)
    window = SecretEntryWindow(question)
    qtbot.addWidget(window)
    with pytest.raises(Refused, match="demonstration's chain and accounts only"):
        rehearse(window, question, {"screenshot": None})
    with pytest.raises(Refused):
        rehearse(window, question_for(sign_job()), "now")
