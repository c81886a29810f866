"""The keys page and the settings page."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from tests.samples import a_snapshot
from tests.signing_desk import (
    EXECUTOR_KEY,
    NO_KEY_RING,
    OTHER_OWNER_KEY,
    OWNER_KEY,
    WATCHED_KEY,
    a_signing_desk,
)
from treasury_desktop.errors import Refused, Unavailable
from treasury_desktop.windows.actions_of_keys import DemonstrationKey
from treasury_desktop.windows.errands import Errands
from treasury_desktop.windows.keys.page import KeysPage
from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.style import look
from treasury_desktop.windows.session import Session
from treasury_desktop.windows.settings.page import SettingsPage
from treasury_desktop.windows.untrusted import texts_in
from treasury_desktop.windows.widgets.address_label import AddressLabel
from treasury_desktop.windows.widgets.card import Card

Show = Callable[..., None]


def a_page(errands: Errands, **answers: Any) -> KeysPage:
    """The keys page at the sample desk."""
    session = Session()
    session.take_snapshot(a_snapshot())
    page = KeysPage(session, errands, a_signing_desk(**answers))
    session.setParent(page)
    return page


def test_keys_are_listed_with_their_standing(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """Label, full address, where it lies, and what it is to the Safe."""
    page = a_page(errands)
    show(page, 1000, 800)
    qtbot.waitUntil(lambda: page.pane.state == "content" and bool(page._rows))
    assert "owner of the Safe" in texts_in(page)


def test_nothing_is_empty_below_the_keys(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """The card is as high as its keys."""
    page = a_page(errands)
    show(page, 1000, 800)
    qtbot.waitUntil(lambda: page.pane.state == "content" and len(page._rows) == 2)
    last = page._rows[-1]
    qtbot.waitUntil(lambda: page._rows[0].y() < last.y())

    def room_below() -> int:
        return page._lists.height() - last.mapTo(page._lists, last.rect().bottomLeft()).y()

    qtbot.waitUntil(lambda: room_below() < 2 * tokens.PADDING)


def test_after_a_key_comes_the_next_one(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """The keyboard stays where keys are imported and created."""
    offered = tuple(
        DemonstrationKey(label=f"Owner {name}", role="owner", index=index)
        for index, name in enumerate("AB", start=1)
    )
    page = a_page(errands, demonstration_keys=offered, import_demonstration_key=OWNER_KEY)
    show(page, 1000, 800)
    qtbot.waitUntil(lambda: len(page.demonstration.buttons) == 2)
    assert page.demonstration.buttons[0].text() == "Import Owner A…"
    page.demonstration.buttons[0].setFocus()
    desk: Any = page._actions
    desk.answers["demonstration_keys"] = offered[1:]
    with qtbot.waitSignal(page.keys_changed):
        page.demonstration.buttons[0].click()
    qtbot.waitUntil(lambda: len(page.demonstration.buttons) == 1)
    (left,) = page.demonstration.buttons
    qtbot.waitUntil(left.hasFocus)


def test_keys_that_cannot_be_read_are_named(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """They are not listed; one sentence each says which and why, until they can be read."""
    trouble = "The key 0x00 is listed, and is no longer in the Secret Service."
    page = a_page(errands, key_troubles=(trouble,))
    show(page, 1000, 800)
    qtbot.waitUntil(lambda: trouble in texts_in(page))
    desk: Any = page._actions
    desk.answers["key_troubles"] = ()
    page.reload()
    qtbot.waitUntil(lambda: trouble not in texts_in(page))


def test_a_key_is_created_in_another_process(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """The page passes label and role, never a passphrase."""
    page = a_page(errands, create_key=EXECUTOR_KEY, keys=(OWNER_KEY,))
    show(page, 1000, 800)
    qtbot.waitUntil(lambda: page._places is not None)
    qtbot.keyClicks(page.label, "Gas")
    page.new_key.role.setCurrentIndex(1)
    with qtbot.waitSignal(page.keys_changed):
        page.create_key.button.click()
    desk: Any = page._actions
    assert ("create_key", ("Gas", "executor")) in desk.asked


def test_without_a_key_ring_the_file_is_offered_and_never_chosen_silently(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """One sentence why, one explicit button, and no key before."""
    no_keys = Unavailable("No program offers the Secret Service.")
    page = a_page(errands, key_places=NO_KEY_RING, keys=no_keys, choose_encrypted_file=None)
    show(page, 1000, 800)
    qtbot.waitUntil(page.choose_file.isVisible)
    qtbot.keyClicks(page.label, "Signer A")
    assert "choose the encrypted file first" in page.create_key.reason
    desk: Any = page._actions
    assert ("choose_encrypted_file", ()) not in desk.asked
    page.choose_file.click()
    qtbot.waitUntil(lambda: ("choose_encrypted_file", ()) in desk.asked)


def test_an_account_of_the_demonstration_is_taken_in(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """The offered account is asked for by itself; elsewhere nothing is offered."""
    offered = DemonstrationKey(label="Owner A", role="owner", index=1)
    page = a_page(errands, demonstration_keys=(offered,), import_demonstration_key=OWNER_KEY)
    show(page, 1000, 800)
    qtbot.waitUntil(lambda: bool(page.demonstration.buttons))
    with qtbot.waitSignal(page.keys_changed):
        page.demonstration.buttons[0].click()
    desk: Any = page._actions
    assert ("import_demonstration_key", (offered,)) in desk.asked


def test_nothing_is_offered_outside_the_demonstration(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """A real workspace never mentions public accounts."""
    page = a_page(errands)
    show(page, 1000, 800)
    qtbot.waitUntil(lambda: page._places is not None)
    assert not page.demonstration.isVisible()


def test_a_locked_key_ring_is_said(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """What failed and what still works."""
    page = a_page(errands, keys=Unavailable("The key ring is locked."))
    show(page, 1000, 800)
    qtbot.waitUntil(lambda: page.pane.state == "message")
    assert any("The key ring is locked." in text for text in texts_in(page))


def test_a_failed_creation_keeps_what_was_typed(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """Nothing is lost by cancelling the passphrase."""
    page = a_page(errands, create_key=Unavailable("Cancelled."), keys=())
    show(page, 1000, 800)
    qtbot.waitUntil(lambda: page._places is not None)
    qtbot.keyClicks(page.label, "Signer Z")
    page.create_key.button.click()
    qtbot.waitUntil(lambda: page.says.text() == "No key was created. Cancelled.")
    assert page.label.text() == "Signer Z"
    desk: Any = page._actions
    desk.answers["create_key"] = Refused("No key was created.")
    page.create_key.button.click()
    qtbot.waitUntil(lambda: page.says.text() == "No key was created.")


@pytest.mark.parametrize(
    ("place", "asked"), [(0, "create_key"), (1, "import_words"), (2, "import_private_key")]
)
def test_where_a_key_comes_from_is_chosen_here_and_typed_elsewhere(
    errands: Errands, show: Show, qtbot: QtBot, place: int, asked: str
) -> None:
    """Each source is a question of the secret-entry process; the page knows label and role."""
    page = a_page(errands, keys=(), **{asked: OWNER_KEY})
    show(page, 1000, 800)
    qtbot.waitUntil(lambda: page._places is not None)
    qtbot.keyClicks(page.label, "Signer Z")
    page.new_key.source.setCurrentIndex(place)
    with qtbot.waitSignal(page.keys_changed):
        page.create_key.button.click()
    desk: Any = page._actions
    assert (asked, ("Signer Z", "owner")) in desk.asked


def test_a_keystore_file_is_chosen_first(
    errands: Errands, show: Show, qtbot: QtBot, tmp_path: Path
) -> None:
    """The dialog is the system's; without a file nothing is begun."""
    page = a_page(errands, keys=(), import_keystore=OWNER_KEY)
    show(page, 1000, 800)
    qtbot.waitUntil(lambda: page._places is not None)
    qtbot.keyClicks(page.label, "Old")
    page.new_key.source.setCurrentIndex(3)
    page.create_key.button.click()
    dialog = page.new_key.dialog
    assert dialog is not None
    dialog.reject()
    qtbot.waitUntil(lambda: page.new_key.dialog is None)
    desk: Any = page._actions
    assert not [asked for asked in desk.asked if asked[0] == "import_keystore"]
    with qtbot.waitSignal(page.keys_changed):
        page.new_key.choose_file(tmp_path / "UTC--old")
    assert ("import_keystore", ("Old", "owner", tmp_path / "UTC--old")) in desk.asked


def test_an_owner_is_watched_by_the_address(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """An address that cannot be is told; nothing asks for a passphrase."""
    page = a_page(errands, keys=(OWNER_KEY,), watch_owner=WATCHED_KEY)
    show(page, 1000, 900)
    qtbot.waitUntil(lambda: page._places is not None)
    card = page.new_key
    assert not card.address.isVisible()
    card.source.setCurrentIndex(4)
    assert card.address.isVisible()
    assert not card.role.isVisible()
    qtbot.keyClicks(card.label, "Ledger")
    assert card.button.reason == "Paste the address."
    card.address.setText(str(WATCHED_KEY.address)[:-1])
    assert "40 hex digits" in card.button.reason
    card.address.setText(str(OWNER_KEY.address))
    assert card.button.reason == f"It is here already, as {OWNER_KEY.label}."
    card.address.setText(str(WATCHED_KEY.address))
    desk: Any = page._actions
    desk.answers["keys"] = (OWNER_KEY, WATCHED_KEY)
    with qtbot.waitSignal(page.keys_changed):
        qtbot.keyClick(card.address, Qt.Key.Key_Return)
    assert ("watch_owner", ("Ledger", str(WATCHED_KEY.address))) in desk.asked
    assert "Ledger is watched" in page.says.text()
    assert card.address.text() == ""
    changing(page, qtbot, 1)
    assert not page.change.rename.isVisible()
    assert "Nothing is lost" in " ".join(texts_in(page.change))


def changing(page: KeysPage, qtbot: QtBot, place: int = 0) -> None:
    """Opens what can be done with a key."""
    qtbot.waitUntil(lambda: len(page._rows) == 2)
    page.findChildren(QPushButton, "change-key")[place].click()
    assert page.change.isVisible()


def test_a_key_is_renamed(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """To a label that is free and keeps the rule; the passphrase is asked for elsewhere."""
    page = a_page(errands, rename_key=OWNER_KEY)
    show(page, 1000, 900)
    changing(page, qtbot)
    card = page.change
    assert card.rename.reason == "Type another label."
    card.label.setText(EXECUTOR_KEY.label)
    assert "already" in card.rename.reason
    card.label.setText("Signer A at sea")
    with qtbot.waitSignal(page.keys_changed):
        qtbot.keyClick(card.label, Qt.Key.Key_Return)
    desk: Any = page._actions
    assert ("rename_key", (OWNER_KEY, "Signer A at sea")) in desk.asked
    qtbot.waitUntil(lambda: not card.isVisible())


def test_a_passphrase_is_changed_and_a_refusal_is_told(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """What came of it stands on top; after a refusal the card stays."""
    refused = Refused("The passphrase was not changed.")
    page = a_page(errands, change_passphrase=refused)
    show(page, 1000, 900)
    changing(page, qtbot)
    page.change.passphrase.button.click()
    qtbot.waitUntil(lambda: page.says.text() == refused.sentence)
    assert page.change.isVisible()
    desk: Any = page._actions
    desk.answers["change_passphrase"] = OWNER_KEY
    with qtbot.waitSignal(page.keys_changed):
        page.change.passphrase.button.click()
    assert page.says.text() == f"{OWNER_KEY.label} has a new passphrase."


def test_a_key_is_exported_where_the_person_says(
    errands: Errands, show: Show, qtbot: QtBot, tmp_path: Path
) -> None:
    """The name suggested tells the address; what the file is worth is said."""
    page = a_page(errands, export_keystore=None)
    show(page, 1000, 900)
    changing(page, qtbot)
    page.change.export.button.click()
    dialog = page.change.dialog
    assert dialog is not None
    (suggested,) = dialog.selectedFiles()
    assert suggested.endswith(f"keystore-{OWNER_KEY.address.raw.hex()}.json")
    dialog.reject()
    with qtbot.waitSignal(page.keys_changed):
        page.change.save_as(tmp_path / "key.json")
    desk: Any = page._actions
    assert ("export_keystore", (OWNER_KEY, tmp_path / "key.json")) in desk.asked
    assert "exported as key.json. Whoever has the file" in page.says.text()


def test_a_key_is_removed_only_by_its_typed_label(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """One click removes nothing; what is lost with it is said beside the field."""
    page = a_page(errands, remove_key=None)
    show(page, 1000, 900)
    changing(page, qtbot)
    card = page.change
    assert card.remove.reason == f"Type {OWNER_KEY.label} first."
    assert "gone from this machine for good" in " ".join(texts_in(card))
    qtbot.keyClicks(card.typed, OWNER_KEY.label[:-1])
    assert card.remove.reason
    qtbot.keyClicks(card.typed, OWNER_KEY.label[-1])
    with qtbot.waitSignal(page.keys_changed):
        card.remove.button.click()
    desk: Any = page._actions
    assert ("remove_key", (OWNER_KEY,)) in desk.asked


def test_escape_closes_what_can_be_done_with_a_key(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """And what was typed for one key is not there for the next."""
    page = a_page(errands)
    show(page, 1000, 900)
    changing(page, qtbot)
    qtbot.keyClicks(page.change.typed, "x")
    qtbot.keyClick(page.change.typed, Qt.Key.Key_Escape)
    assert not page.change.isVisible()
    changing(page, qtbot, 1)
    assert page.change.typed.text() == ""
    assert page.change.label.text() == EXECUTOR_KEY.label


def test_new_figures_take_no_button_away(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """A refresh in the moment before the click changes nothing about the rows."""
    page = a_page(errands)
    show(page, 1000, 900)
    qtbot.waitUntil(lambda: len(page._rows) == 2)
    button = page.findChildren(QPushButton, "change-key")[0]
    button.setFocus()
    page._session.take_snapshot(a_snapshot())
    page.reload()
    qtbot.waitUntil(lambda: page.pane.state == "content")
    assert page.findChildren(QPushButton, "change-key")[0] is button


def test_keys_that_can_move_the_treasury_alone_are_warned_of(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """As many owners here as the threshold asks for: what that means and what helps."""
    page = a_page(errands, keys=(OWNER_KEY, OTHER_OWNER_KEY))
    show(page, 1000, 900)
    qtbot.waitUntil(lambda: "whoever controls this machine" in " ".join(texts_in(page)))
    desk: Any = page._actions
    desk.answers["keys"] = (OWNER_KEY,)
    page.reload()
    qtbot.waitUntil(lambda: "whoever controls this machine" not in " ".join(texts_in(page)))


def test_keys_that_can_no_longer_be_read_offer_nothing(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """Neither a warning about them nor what could be done with one stays behind."""
    page = a_page(errands, keys=(OWNER_KEY, OTHER_OWNER_KEY))
    show(page, 1000, 900)
    changing(page, qtbot)
    assert page._too_many.isVisible()
    desk: Any = page._actions
    desk.answers["keys"] = Unavailable("The key ring is locked.")
    page.reload()
    qtbot.waitUntil(lambda: page.pane.state == "message")
    assert not page.change.isVisible()
    assert not page._too_many.isVisible()
    desk.answers["keys"] = (OWNER_KEY, OTHER_OWNER_KEY)
    page.reload()
    qtbot.waitUntil(lambda: page.pane.state == "content" and page._too_many.isVisible())


def test_settings_change_only_the_look(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """Dark is chosen and said, so that somebody can keep it; facts are for reading."""
    page = SettingsPage(a_signing_desk(), errands)
    show(page, 1000, 800)
    with qtbot.waitSignal(page.look_chosen) as chosen:
        page.look.setCurrentIndex(2)
        page.look.activated.emit(2)
    assert chosen.args == ["dark"]
    assert look().preference == "dark"
    look().prefer("light")
    assert page.look.currentIndex() == 1
    assert "10.00% of the treasury; must not be reached" in texts_in(page)


def test_settings_stand_in_line_and_in_words(errands: Errands, show: Show) -> None:
    """Copy buttons below each other; venues by name; one node is compared with nobody."""
    page = SettingsPage(a_signing_desk(), errands)
    show(page, 1000, 900)
    words = texts_in(page)
    assert "Uniswap v3 · pool · group Uniswap WETH/USDC" in words
    assert "one alone: nobody compares its answers" in words
    card = next(c for c in page.findChildren(Card) if "WETH/USDC liquidity" in texts_in(c))
    labels = card.findChildren(AddressLabel)
    assert len(labels) == 3
    assert len({label._copy.mapTo(card, label._copy.rect().topLeft()).x() for label in labels}) == 1
