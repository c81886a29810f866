"""The messages page: take in, read, acknowledge, sign, send on."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.messages_at_hand import MessagesAtHand
from tests.samples import DAY, NOW, SAFE, STRANGER, VAULT, a_snapshot, an_owner
from tests.signing_desk import OTHER_OWNER_KEY, OWNER_KEY, a_signing_desk
from tests.typed_data_samples import a_permit, a_vote, as_bytes
from treasury_desktop.desk.final_signature import FinalSignature
from treasury_desktop.errors import Unavailable
from treasury_desktop.windows.errands import Errands
from treasury_desktop.windows.messages.page import MessagesPage
from treasury_desktop.windows.session import Session
from treasury_desktop.windows.untrusted import rich_labels, texts_in
from treasury_desktop.windows.widgets.long_text import MOST_CHARACTERS

Show = Callable[..., None]
VOTE = as_bytes(a_vote(str(SAFE))).decode()
LATE = as_bytes(a_permit(spender=str(VAULT), deadline=NOW + 400 * DAY)).decode()
STRANGE = as_bytes(a_permit(spender=str(STRANGER))).decode()


class Opened:
    """A page in sight with its desk."""

    def __init__(self, errands: Errands, show: Show, qtbot: QtBot, **answers: Any) -> None:
        self.desk = answers.pop("desk", None) or MessagesAtHand()
        self.qtbot = qtbot
        self.session = Session()
        self.session.take_snapshot(a_snapshot())
        given = {"messages": lambda: self.desk.messages, "keys": (OWNER_KEY,)} | answers
        self.page = MessagesPage(self.session, errands, a_signing_desk((), **given))
        self.session.setParent(self.page)
        show(self.page, 1100, 900)

    def take(self, text: str) -> None:
        """Pastes a message and waits until it is reviewed."""
        self.page.take_text(text)
        self.qtbot.waitUntil(lambda: self.page.acknowledged.view is not None)

    @property
    def words(self) -> str:
        """Everything the page says."""
        return "\n".join(texts_in(self.page))

    def press_sign(self) -> None:
        """Waits for the button to open and presses it."""
        self.qtbot.waitUntil(self.page.sign.sign.button.isEnabled, timeout=4000)
        self.page.sign.sign.button.click()


@pytest.fixture
def opened(errands: Errands, show: Show, qtbot: QtBot) -> Callable[..., Opened]:
    """Opens the page on a desk."""
    return lambda **answers: Opened(errands, show, qtbot, **answers)


def test_without_messages_the_page_says_what_it_is_for(
    opened: Callable[..., Opened], qtbot: QtBot
) -> None:
    """And offers the one thing to do."""
    made = opened()
    qtbot.waitUntil(lambda: "No messages yet" in made.words)
    assert not made.page.new.isVisible()


def test_a_pasted_vote_is_reviewed(opened: Callable[..., Opened]) -> None:
    """What it does, all of it, its hashes and the words to compare."""
    made = opened()
    made.take(VOTE)
    view = made.page.acknowledged.view
    assert view is not None
    assert "Votes for choice 1" in made.words
    assert "Snapshot vote · Nothing speaks against it" in made.words
    assert "0 of 2 signed" in made.words
    assert "proposal: 0xabab" in made.page.cards.content.toPlainText()
    assert made.page.list.count() == 1
    assert rich_labels(made.page) == []


def test_a_raw_hash_is_refused_on_the_page(opened: Callable[..., Opened], qtbot: QtBot) -> None:
    """Nothing is taken in, and the sentence says why."""
    made = opened()
    made.page.take_text("0x" + "ab" * 32)
    qtbot.waitUntil(lambda: "never signed" in made.words)
    assert made.desk.records.messages_kept == {}


def test_a_text_without_end_is_not_read(opened: Callable[..., Opened]) -> None:
    """It stays in its field, and nothing is asked of it."""
    made = opened()
    made.page.take_text("x" * (MOST_CHARACTERS + 1))
    assert "262,145; at most 262,144 characters are read" in made.words
    assert made.desk.records.messages_kept == {}


def test_a_paste_without_end_is_said_to_be_too_long(opened: Callable[..., Opened]) -> None:
    """It never gets into the field, which would take seconds to lay it out."""
    made = opened()
    paste = QMimeData()
    paste.setText("x" * (MOST_CHARACTERS + 1))
    made.page.new.field.insertFromMimeData(paste)
    assert made.page.new.field.toPlainText() == ""
    assert "262,145; at most 262,144 characters are read here" in made.words


def test_what_blocks_cannot_be_signed(opened: Callable[..., Opened], qtbot: QtBot) -> None:
    """The button says why."""
    made = opened()
    made.take(STRANGE)
    assert not made.page.sign.sign.button.isEnabled()
    qtbot.waitUntil(lambda: "not on the allow-list" in made.page.sign.sign.reason)


def test_a_danger_is_named_before_anybody_signs(
    opened: Callable[..., Opened], qtbot: QtBot
) -> None:
    """By typing its words; then the signature is kept and counted."""
    made = opened()
    made.take(LATE)
    assert "Acknowledge 1 danger" in made.page.sign.sign.reason
    made.page.cards.acknowledge.field.setText("message never expires")
    assert made.page.acknowledged.missing == ()
    made.press_sign()
    qtbot.waitUntil(lambda: "1 of 2 signed" in made.words)
    assert made.desk.asked.acknowledged == [frozenset({"MESSAGE_NEVER_EXPIRES"})]
    assert "has signed this message already" in made.page.sign.sign.reason
    assert str(an_owner(1)) in made.words


def test_a_failed_signature_is_said(opened: Callable[..., Opened], qtbot: QtBot) -> None:
    """Nothing is kept, and it can be tried again."""
    made = opened(desk=MessagesAtHand(why_no_signing="Signing is stopped."))
    made.take(VOTE)
    made.press_sign()
    qtbot.waitUntil(lambda: "Not signed. Signing is stopped." in made.words)
    assert made.page.sign.sign.button.isEnabled()


def test_the_final_signature_is_copied(opened: Callable[..., Opened], qtbot: QtBot) -> None:
    """As soon as enough owners signed; offline it is called unverified."""
    made = opened(keys=(OWNER_KEY, OTHER_OWNER_KEY))
    made.take(VOTE)
    assert made.page.sign.final.reason == "0 of 2 signed; the Safe needs all of them."
    for count in (1, 2):
        made.press_sign()
        qtbot.waitUntil(lambda count=count: f"{count} of 2 signed" in made.words)
    qtbot.waitUntil(made.page.sign.final.button.isEnabled)
    made.page.sign.final.button.click()
    qtbot.waitUntil(lambda: "unverifiable offline" in made.words)
    made.page.sign.copy.click()
    assert len(QApplication.clipboard().text()) == 2 + 4 * 65


@pytest.mark.parametrize(("is_valid", "words"), [(True, "is valid"), (False, "do not hand it on")])
def test_what_the_safe_says_is_shown(
    opened: Callable[..., Opened], is_valid: object, words: str
) -> None:
    """An invalid one is not offered for copying."""
    made = opened()
    made.take(VOTE)
    made.page.sign.show_final(FinalSignature(data=b"\1" * 130, is_valid=bool(is_valid)))
    assert words in made.words
    assert made.page.sign.copy.isVisible() is is_valid


def test_a_message_goes_to_cosigners_and_comes_back(
    opened: Callable[..., Opened], qtbot: QtBot, tmp_path: Path
) -> None:
    """Exported with its signatures, imported on another desk."""
    first = opened()
    first.take(VOTE)
    first.press_sign()
    qtbot.waitUntil(lambda: "1 of 2 signed" in first.words)
    view = first.page.acknowledged.view
    assert view is not None
    file = tmp_path / "vote.json"
    first.page.export(view.key, file)
    qtbot.waitUntil(lambda: "Exported as vote.json" in first.words)
    assert json.loads(file.read_bytes())["safe_message_hash"] == view.safe_message
    second = opened(keys=(OTHER_OWNER_KEY,))
    second.page.import_file(file)
    qtbot.waitUntil(lambda: "1 signature of owners came with it" in second.words)
    qtbot.waitUntil(lambda: "1 of 2 signed" in second.words)


def test_another_message_voids_what_was_named(opened: Callable[..., Opened], qtbot: QtBot) -> None:
    """What was acknowledged was acknowledged of the other one."""
    made = opened()
    made.take(LATE)
    made.page.cards.acknowledge.field.setText("message never expires")
    made.page.take_text(VOTE)
    qtbot.waitUntil(lambda: "Votes for choice 1" in made.words)
    made.page.list.setCurrentRow(1)
    qtbot.waitUntil(lambda: len(made.page.acknowledged.missing) == 1)


def test_a_safe_that_was_not_read_has_no_review(
    opened: Callable[..., Opened], qtbot: QtBot
) -> None:
    """The page says what would help."""
    made = opened(desk=MessagesAtHand(safe=None))
    made.page.take_text(VOTE)
    qtbot.waitUntil(lambda: "has not been read yet" in made.words)


def test_records_that_cannot_be_read_are_told(opened: Callable[..., Opened], qtbot: QtBot) -> None:
    """With a way to try again."""
    made = opened(messages=Unavailable("The records cannot be read."))
    qtbot.waitUntil(lambda: "The records cannot be read." in made.words)


def test_offline_is_told(opened: Callable[..., Opened], qtbot: QtBot) -> None:
    """What works goes on."""
    made = opened()
    made.take(VOTE)
    made.session.chain_failed("No node answers.", NOW)
    assert "the Safe cannot be asked" in made.words


def test_keys_that_cannot_be_read_are_told(opened: Callable[..., Opened], qtbot: QtBot) -> None:
    """Reviewing works without them."""
    made = opened(keys=Unavailable("The key ring is locked."))
    made.take(VOTE)
    qtbot.waitUntil(lambda: "The key ring is locked." in made.words)
    assert "no key yet" in made.page.sign.sign.reason


def test_the_new_message_is_written_on_the_page(
    opened: Callable[..., Opened], qtbot: QtBot
) -> None:
    """A text of one's own; the field is empty afterwards."""
    made = opened()
    qtbot.waitUntil(lambda: "No messages yet" in made.words)
    made.page._open_new()
    made.page.new.field.setPlainText("Harbour DAO agrees.")
    made.page.new.take.click()
    qtbot.waitUntil(lambda: made.page.acknowledged.view is not None)
    assert not made.page.new.isVisible()
    assert made.page.new.field.toPlainText() == ""
    assert made.page.cards.content.toPlainText() == "Harbour DAO agrees."
