"""The secret-entry window where a key may stay unlocked, and where it is."""

from collections.abc import Mapping, Sequence

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from tests.windows.secret_entry.questions import CHANGE, execution_job, sign_job
from treasury_desktop.errors import Refused
from treasury_desktop.windows.secret_entry.question import Question, question_for
from treasury_desktop.windows.secret_entry.question_of_unlocking import with_unlocking
from treasury_desktop.windows.secret_entry.run import SecretEntry, while_waiting
from treasury_desktop.windows.secret_entry.window import SecretEntryWindow
from treasury_desktop.windows.untrusted import rich_labels, texts_in

WAIT_MS = 10_000
SHORT_GUARD_MS = 10
ANSWER = {"signature": "0x00"}
OFFER = {"unlock": {"seconds": 300, "why_not": ""}}
DEAF = {"unlock": {"seconds": 300, "why_not": "Nothing tells."}}
UNLOCKED = {"is_unlocked": True}
TICK = "Keep this key unlocked for 5 minutes"


class Signer:
    """Signs, and remembers what it was given; refuses where it was told to."""

    def __init__(self, answer: Mapping[str, object] | None = ANSWER) -> None:
        self.answer = answer
        self.given: list[tuple[list[str], bool]] = []

    def __call__(
        self, passphrases: Sequence[bytearray], *, keeps: bool = False
    ) -> Mapping[str, object] | None:
        """The answer."""
        self.given.append(([each.decode() for each in passphrases], keeps))
        return self.answer


def question(window: Mapping[str, object], job: Mapping[str, object] | None = None) -> Question:
    """The question of a signature, as the process puts it."""
    return with_unlocking(question_for(sign_job() if job is None else job), window)


def entry_for(qtbot: QtBot, asked: Question, signer: Signer) -> SecretEntry:
    """A shown question whose guard has passed."""
    entry = SecretEntry(asked, signer)
    qtbot.addWidget(entry.window)
    entry.window._guard.setInterval(SHORT_GUARD_MS)
    with qtbot.waitSignal(entry.window.became_ready, timeout=WAIT_MS):
        entry.window.show()
    entry.window.activateWindow()
    return entry


@pytest.mark.parametrize("how", [{}, OFFER, DEAF, UNLOCKED], ids=["", "offer", "deaf", "unlocked"])
@pytest.mark.parametrize("job", [sign_job(), execution_job()], ids=["sign", "execute"])
def test_window_is_plain_and_not_too_high(
    qtbot: QtBot, job: dict[str, object], how: dict[str, object]
) -> None:
    """Every label is plain text, and the window fits on a small screen."""
    window = SecretEntryWindow(question(how, job))
    qtbot.addWidget(window)
    window.show()
    assert rich_labels(window) == []
    assert window.height() <= 740


def test_choice_is_not_there_unless_it_is_offered(qtbot: QtBot) -> None:
    """A window that was offered nothing, such as for an export, shows no box to tick."""
    window = SecretEntryWindow(question({}, CHANGE))
    qtbot.addWidget(window)
    window.show()
    assert not window.unlock_tick.isVisible()
    assert not window.is_to_stay_unlocked


def test_choice_is_unticked_at_first(qtbot: QtBot) -> None:
    """Whoever does nothing types the passphrase each time."""
    signer = Signer()
    entry = entry_for(qtbot, question(OFFER), signer)
    assert entry.window.unlock_tick.isVisible()
    assert entry.window.unlock_tick.text() == TICK
    with qtbot.waitSignal(entry.ended, timeout=WAIT_MS):
        qtbot.keyClicks(entry.window.fields[0], "right")
        qtbot.mouseClick(entry.window.confirm_button, Qt.MouseButton.LeftButton)
    assert signer.given == [(["right"], False)]


def test_ticked_choice_is_handed_on(qtbot: QtBot) -> None:
    """The signer's asking hears that the passphrase is to be kept."""
    signer = Signer()
    entry = entry_for(qtbot, question(OFFER), signer)
    entry.window.unlock_tick.click()
    with qtbot.waitSignal(entry.ended, timeout=WAIT_MS):
        qtbot.keyClicks(entry.window.fields[0], "right")
        qtbot.mouseClick(entry.window.confirm_button, Qt.MouseButton.LeftButton)
    assert signer.given == [(["right"], True)]


def test_choice_that_is_impossible_says_why(qtbot: QtBot) -> None:
    """Where nobody tells about the screen the box is dead, with the reason below it."""
    entry = entry_for(qtbot, question(DEAF), Signer())
    entry.window.unlock_tick.setChecked(True)
    assert not entry.window.unlock_tick.isEnabled()
    assert not entry.window.is_to_stay_unlocked
    assert "Nothing tells." in texts_in(entry.window)


def test_unlocked_key_needs_a_press_and_no_passphrase(qtbot: QtBot) -> None:
    """Everything to compare is there; only the field is not."""
    signer = Signer()
    entry = entry_for(qtbot, question(UNLOCKED), signer)
    assert not entry.window.fields
    shown = "".join(texts_in(entry.window)).replace(" ", "").replace("\n", "")
    hashes = question(UNLOCKED).hashes
    assert hashes is not None
    assert hashes.safe_tx.hex() in shown
    assert "".join(question(UNLOCKED).words) in shown
    with qtbot.waitSignal(entry.ended, timeout=WAIT_MS):
        qtbot.mouseClick(entry.window.confirm_button, Qt.MouseButton.LeftButton)
    assert signer.given == [([], False)]
    assert entry.outcome() == ANSWER


def test_press_is_held_back_while_unlocked_too(qtbot: QtBot) -> None:
    """No click meant for elsewhere signs."""
    window = SecretEntryWindow(question(UNLOCKED))
    qtbot.addWidget(window)
    pressed: list[None] = []
    window.confirmed.connect(lambda: pressed.append(None))
    window.show()
    qtbot.mouseClick(window.confirm_button, Qt.MouseButton.LeftButton)
    assert not pressed
    with qtbot.waitSignal(window.became_ready, timeout=WAIT_MS):
        assert window._guard.interval() >= 1500
    assert window.confirm_button.isEnabled()


def test_passphrase_typed_by_habit_signs_nothing(qtbot: QtBot) -> None:
    """Letters, spaces and Return go nowhere until the button is chosen."""
    signer = Signer()
    entry = entry_for(qtbot, question(UNLOCKED), signer)
    focus = QApplication.focusWidget() or entry.window
    assert not isinstance(focus, QPushButton)
    qtbot.keyClicks(focus, "my passphrase has spaces")
    qtbot.keyClick(focus, Qt.Key.Key_Return)
    assert entry.window.confirm_button.isEnabled(), "nothing is at work"
    assert signer.given == []
    entry.window.confirm_button.setFocus()
    with qtbot.waitSignal(entry.ended, timeout=WAIT_MS):
        qtbot.keyClick(entry.window.confirm_button, Qt.Key.Key_Return)
    assert entry.outcome() == ANSWER


def test_passphrase_that_no_longer_opens_is_the_end(qtbot: QtBot) -> None:
    """Where none is typed there is nothing to try again."""
    entry = entry_for(qtbot, question(UNLOCKED), Signer(None))
    with qtbot.waitSignal(entry.ended, timeout=WAIT_MS):
        qtbot.mouseClick(entry.window.confirm_button, Qt.MouseButton.LeftButton)
    with pytest.raises(Refused, match="does not open any more; nothing was signed"):
        entry.outcome()


@pytest.mark.parametrize(
    ("seconds", "words"), [(300, "5 minutes"), (60, "1 minute"), (2, "2 seconds")]
)
def test_offer_names_its_time(seconds: int, words: str) -> None:
    """As long as it was offered."""
    offered = question({"unlock": {"seconds": seconds, "why_not": ""}})
    assert offered.unlock == f"Keep this key unlocked for {words}"


def test_waiting_keeps_the_window_system_answered(qtbot: QtBot) -> None:
    """What is waited for comes from a thread while the event loop runs."""
    assert while_waiting(lambda: b"job") == b"job"
