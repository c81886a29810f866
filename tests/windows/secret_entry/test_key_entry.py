"""Making and taking in a key, step by step: what is asked, what the signer gets, what is kept."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from treasury_desktop.errors import Malformed, Refused, TreasuryError, Unavailable
from treasury_desktop.windows.secret_entry.key_entry import KeyEntry
from treasury_desktop.windows.secret_entry.passphrase import estimated_bits, is_strong, strength
from treasury_desktop.windows.secret_entry.question import question_for
from treasury_desktop.windows.secret_entry.run import run
from treasury_desktop.windows.secret_entry.steps import (
    ChooseAddress,
    NewPassphrase,
    RepeatWords,
    ShowWords,
    Step,
    TypeSecret,
    TypeWords,
)
from treasury_desktop.windows.untrusted import rich_labels, texts_in

WAIT_MS = 5000
WORDS = "test test test test test test test test test test test junk"
NEW = "six quite different words make it"
FIRST = {"path": "m/44'/60'/0'/0/0", "address": "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"}
SECOND = {"path": "m/44'/60'/0'/0/1", "address": "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"}
KEPT: Mapping[str, object] = {"encrypted_key": "…", "address": FIRST["address"]}

AnyStep = TypeVar("AnyStep", bound=Step)
Told = Mapping[str, object] | TreasuryError | None


class Signer:
    """A signer in memory: answers in turn, and remembers and overwrites what it was given."""

    def __init__(self, *answers: Told) -> None:
        self.answers = list(answers)
        self.given: list[list[str]] = []
        self.buffers: list[bytearray] = []

    def __call__(self, secrets: Sequence[bytearray]) -> Mapping[str, object] | None:
        """The next answer."""
        self.given.append([each.decode() for each in secrets])
        for each in secrets:
            self.buffers.append(each)
            each[:] = bytes(len(each))
        answer = self.answers.pop(0)
        if isinstance(answer, TreasuryError):
            raise answer
        return answer


def entry_for(qtbot: QtBot, kind: str, signer: Signer) -> KeyEntry:
    """The window of a question, shown."""
    job = {"job": kind, "label": "Desk C", "role": "owner", "keystore": "{}"}
    entry = KeyEntry(kind, question_for(job), signer)
    qtbot.addWidget(entry.window)
    entry.window.show()
    return entry


def step_of(qtbot: QtBot, entry: KeyEntry, kind: type[AnyStep]) -> AnyStep:
    """The step in sight, once it is of that kind and can be used."""
    qtbot.waitUntil(lambda: isinstance(entry.window._step, kind), timeout=WAIT_MS)
    step = entry.window._step
    assert isinstance(step, kind)
    qtbot.waitUntil(step.isEnabled, timeout=WAIT_MS)
    return step


def go_on(qtbot: QtBot, entry: KeyEntry) -> None:
    """Presses the button that says yes."""
    assert entry.window.confirm_button.isEnabled()
    qtbot.mouseClick(entry.window.confirm_button, Qt.MouseButton.LeftButton)


def choose_passphrase(qtbot: QtBot, entry: KeyEntry) -> None:
    """Types the new passphrase twice and ends the question."""
    step = step_of(qtbot, entry, NewPassphrase)
    qtbot.keyClicks(step.new, NEW)
    qtbot.keyClicks(step.repeated, NEW)
    with qtbot.waitSignal(entry.ended, timeout=WAIT_MS):
        go_on(qtbot, entry)


def said(entry: KeyEntry) -> str:
    """All text of the window."""
    return " ".join(texts_in(entry.window))


# ── creating ─────────────────────────────────────────────────────────────────────────────────────


def test_new_words_are_shown_repeated_and_kept_under_a_passphrase(qtbot: QtBot) -> None:
    """Twelve words in order, three of them typed again, then the passphrase twice."""
    signer = Signer({"words": WORDS}, KEPT)
    entry = entry_for(qtbot, "create", signer)
    shown = step_of(qtbot, entry, ShowWords)
    texts = texts_in(shown)
    assert [texts[texts.index(str(n)) + 1] for n in range(1, 13)] == WORDS.split()
    go_on(qtbot, entry)
    asked = step_of(qtbot, entry, RepeatWords)
    assert not entry.window.confirm_button.isEnabled()
    for field in asked.fields:
        place = int(field.accessibleName().removeprefix("Word "))
        qtbot.keyClicks(field, WORDS.split()[place - 1])
    go_on(qtbot, entry)
    choose_passphrase(qtbot, entry)
    assert entry.outcome() == KEPT
    assert signer.given == [[], [WORDS, NEW]]
    assert all(not any(buffer) for buffer in signer.buffers)
    assert not entry.window.isVisible()
    assert entry._given == []


def test_wrong_word_is_told_and_the_way_back_shows_the_words(qtbot: QtBot) -> None:
    """Nobody goes on without the paper; whoever lost a word looks again."""
    entry = entry_for(qtbot, "create", Signer({"words": WORDS}))
    step_of(qtbot, entry, ShowWords)
    go_on(qtbot, entry)
    asked = step_of(qtbot, entry, RepeatWords)
    qtbot.keyClicks(asked.fields[0], "abandon")
    assert "is another. Look at the paper" in said(entry)
    assert not entry.window.confirm_button.isEnabled()
    qtbot.mouseClick(entry.window.back_button, Qt.MouseButton.LeftButton)
    step_of(qtbot, entry, ShowWords)
    entry.window.close()


def test_return_presses_the_button_in_focus_only(qtbot: QtBot) -> None:
    """A stray Return does not say that the words were written down."""
    entry = entry_for(qtbot, "create", Signer({"words": WORDS}))
    shown = step_of(qtbot, entry, ShowWords)
    shown.setFocus()
    qtbot.keyClick(entry.window, Qt.Key.Key_Return)
    assert entry.window._step is shown
    entry.window.confirm_button.setFocus()
    qtbot.keyClick(entry.window.confirm_button, Qt.Key.Key_Return)
    step_of(qtbot, entry, RepeatWords)
    entry.window.close()


def test_asked_words_are_chosen_anew_each_time(qtbot: QtBot) -> None:
    """Three different places in order; over some tries they are not always the same."""
    entry = entry_for(qtbot, "create", Signer({"words": WORDS}))
    step_of(qtbot, entry, ShowWords)
    seen = set()
    for _ in range(12):
        go_on(qtbot, entry)
        names = [f.accessibleName() for f in step_of(qtbot, entry, RepeatWords).fields]
        places = [int(name.removeprefix("Word ")) for name in names]
        assert places == sorted(set(places))
        seen.add(tuple(places))
        entry.window.back_button.click()
        step_of(qtbot, entry, ShowWords)
    assert len(seen) > 1
    entry.window.close()


# ── words that somebody has ──────────────────────────────────────────────────────────────────────


def test_words_lead_to_addresses_and_the_chosen_one_is_kept(qtbot: QtBot) -> None:
    """The signer is asked with the words alone, then with path and passphrase too."""
    signer = Signer({"addresses": [FIRST, SECOND]}, KEPT)
    entry = entry_for(qtbot, "import_words", signer)
    typing = step_of(qtbot, entry, TypeWords)
    qtbot.keyClicks(typing.words, WORDS)
    qtbot.keyClicks(typing.extra, "extra")
    qtbot.keyClick(typing.extra, Qt.Key.Key_Return)
    choosing = step_of(qtbot, entry, ChooseAddress)
    assert FIRST["address"] in said(entry).replace(" ", "")
    choosing.choose(1)
    go_on(qtbot, entry)
    step_of(qtbot, entry, NewPassphrase)
    assert SECOND["address"] in said(entry).replace(" ", "")
    assert FIRST["address"] not in said(entry).replace(" ", "")
    choose_passphrase(qtbot, entry)
    assert signer.given == [[WORDS, "extra"], [WORDS, "extra", SECOND["path"], NEW]]
    assert entry.outcome() == KEPT


def test_path_of_ones_own_is_shown_before_it_is_taken(qtbot: QtBot) -> None:
    """A path that cannot be is told; one that can be joins the list and is chosen."""
    own = {"path": "m/44'/60'/7'/0/3", "address": SECOND["address"]}
    signer = Signer(
        {"addresses": [FIRST]}, Malformed("path", "is written like m/0"), {"addresses": [own]}
    )
    entry = entry_for(qtbot, "import_words", signer)
    step_of(qtbot, entry, TypeWords).words.setPlainText(WORDS)
    go_on(qtbot, entry)
    choosing = step_of(qtbot, entry, ChooseAddress)
    choosing.path.setText("x")
    qtbot.keyClick(choosing.path, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "The path is written like m/0." in said(entry), timeout=WAIT_MS)
    choosing.path.setText(own["path"])
    qtbot.mouseClick(choosing.show_path, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: choosing.chosen == own, timeout=WAIT_MS)
    assert signer.given[1:] == [[WORDS, "", "x"], [WORDS, "", own["path"]]]
    assert entry.window.confirm_button.isEnabled()
    entry.window.close()


def test_wrong_words_can_be_mended(qtbot: QtBot) -> None:
    """What the signer says of them stands below; the words stay where they are."""
    signer = Signer(Malformed("words", "are on no list at place 12"), {"addresses": [FIRST]})
    entry = entry_for(qtbot, "import_words", signer)
    typing = step_of(qtbot, entry, TypeWords)
    typing.words.setPlainText("test " * 11)
    assert "11 words so far." in said(entry)
    typing.words.setPlainText("test " * 11 + "xyzzy")
    go_on(qtbot, entry)
    qtbot.waitUntil(lambda: "The words are on no list at place 12." in said(entry), timeout=WAIT_MS)
    typing.words.setPlainText(WORDS)
    go_on(qtbot, entry)
    step_of(qtbot, entry, ChooseAddress)
    entry.window.close()


# ── a private key, a file ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", ["import_private_key", "import_keystore"])
def test_typed_secret_leads_to_its_address_and_is_kept(qtbot: QtBot, kind: str) -> None:
    """The address stands there before the passphrase is chosen."""
    signer = Signer({"addresses": [{"path": "", "address": FIRST["address"]}]}, KEPT)
    entry = entry_for(qtbot, kind, signer)
    typing = step_of(qtbot, entry, TypeSecret)
    assert typing.field.echoMode() is QLineEdit.EchoMode.Password
    assert not entry.window.confirm_button.isEnabled()
    qtbot.keyClicks(typing.field, "typed secret")
    qtbot.keyClick(typing.field, Qt.Key.Key_Return)
    step_of(qtbot, entry, NewPassphrase)
    assert FIRST["address"] in said(entry).replace(" ", "")
    choose_passphrase(qtbot, entry)
    assert signer.given == [["typed secret"], ["typed secret", NEW]]


def test_wrong_passphrase_of_a_file_can_be_tried_five_times(qtbot: QtBot) -> None:
    """Each time with the tries that are left; the fifth ends it."""
    entry = entry_for(qtbot, "import_keystore", Signer(*[None] * 5))
    typing = step_of(qtbot, entry, TypeSecret)
    for left in ("4 tries are", "3 tries are", "2 tries are", "One try is"):
        typing.field.setText(f"wrong before {left}")
        go_on(qtbot, entry)
        qtbot.waitUntil(
            lambda left=left: f"does not open the file. {left} left." in said(entry),  # type: ignore[misc]
            timeout=WAIT_MS,
        )
    typing.field.setText("wrong")
    with qtbot.waitSignal(entry.ended, timeout=WAIT_MS):
        go_on(qtbot, entry)
    with pytest.raises(Refused, match="wrong five times"):
        entry.outcome()


# ── the end of every road ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "kind", ["create", "import_words", "import_private_key", "import_keystore"]
)
@pytest.mark.parametrize("way", ["escape", "close", "button"])
def test_cancelling_keeps_nothing(qtbot: QtBot, kind: str, way: str) -> None:
    """Escape, closing and Cancel refuse, and forget what was typed."""
    entry = entry_for(qtbot, kind, Signer({"words": WORDS}))
    if kind == "create":
        step_of(qtbot, entry, ShowWords)
    with qtbot.waitSignal(entry.ended, timeout=WAIT_MS):
        if way == "escape":
            qtbot.keyClick(entry.window, Qt.Key.Key_Escape)
        elif way == "close":
            entry.window.close()
        else:
            entry.window.cancel_button.click()
    with pytest.raises(Refused, match="No key was"):
        entry.outcome()
    assert entry._given == []


@pytest.mark.parametrize("failure", [Refused("No."), Unavailable("Gone.")])
def test_what_the_signer_refuses_ends_the_question(qtbot: QtBot, failure: TreasuryError) -> None:
    """Anything but wrong words goes back to the main window as it is."""
    entry = entry_for(qtbot, "import_private_key", Signer(failure))
    step_of(qtbot, entry, TypeSecret).field.setText("x")
    with qtbot.waitSignal(entry.ended, timeout=WAIT_MS):
        go_on(qtbot, entry)
    with pytest.raises(type(failure), match=failure.sentence):
        entry.outcome()


@pytest.mark.parametrize(
    "kind", ["create", "import_words", "import_private_key", "import_keystore"]
)
def test_every_label_is_plain_text(qtbot: QtBot, kind: str) -> None:
    """No label interprets markup, and no typed text can be copied by a menu."""
    entry = entry_for(qtbot, kind, Signer({"words": WORDS}))
    if kind == "create":
        step_of(qtbot, entry, ShowWords)
    assert rich_labels(entry.window) == []
    for field in entry.window.findChildren(QLineEdit):
        assert field.contextMenuPolicy() is Qt.ContextMenuPolicy.NoContextMenu
    entry.window.close()


def test_no_rehearsal_makes_a_key() -> None:
    """The road without a person is for the demonstration's signatures only."""
    wish: dict[str, Any] = {"rehearsal": {"screenshot": None}}
    job = {"job": "create", "label": "Desk C", "role": "owner"}
    with pytest.raises(Refused, match="rehearsal"):
        run(job, wish, Signer())


# ── what a passphrase is worth ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("passphrase", "is_enough"),
    [
        ("", False),
        ("too short", False),
        ("qwertyuiopasdfgh", False),
        ("password password password password password password", False),
        ("abcdefghijklmnopqrstuvwxyz", False),
        (NEW, True),
        ("k9#vLq2!xZpW7mRt", True),
        ("the demonstration treasury is not money", True),
    ],
)
def test_what_is_guessed_early_is_refused_whatever_its_length(
    passphrase: str, is_enough: bool
) -> None:
    """Rows of the keyboard, alphabets and repetitions are long and worth nothing."""
    assert is_strong(passphrase) is is_enough


def test_estimate_is_said_with_what_it_means() -> None:
    """More is never worth less, and the words hold the number."""
    weak, strong = strength("correct horse"), strength("correct horse battery staple quarz mop")
    assert weak.bits < strong.bits == estimated_bits("correct horse battery staple quarz mop")
    assert (weak.kind, strong.kind) == ("advice", "good")
    assert f"2^{strong.bits} guesses" in strong.words
    assert "about 142,710 years" in strength("k9#vLq2!xZpW7mRt").words
    assert strength("").words == ""
