"""Deny-lists in Settings: what they are, and one that is taken in."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from tests.samples import STRANGER
from tests.signing_desk import a_signing_desk
from treasury_desktop.errors import Malformed
from treasury_desktop.treasury.deny_list import DenyList, DenyLists
from treasury_desktop.windows.errands import Errands
from treasury_desktop.windows.settings.deny_lists_card import DenyListsCard
from treasury_desktop.windows.untrusted import rich_labels, texts_in

Show = Callable[..., None]
LIST = DenyList(name="OFAC", published=date(2026, 11, 1), addresses=frozenset({STRANGER}))


def a_card(errands: Errands, show: Show, **answers: Any) -> DenyListsCard:
    """A card in sight; `desk` on it is the desk behind it."""
    card = DenyListsCard(errands, a_signing_desk(**answers))
    show(card, 900, 400)
    return card


def words(card: DenyListsCard) -> str:
    """Everything the card says."""
    assert not rich_labels(card)
    return "\n".join(texts_in(card))


def test_without_a_list_it_says_what_one_is_for(errands: Errands, show: Show) -> None:
    """Nothing is fetched from anywhere."""
    card = a_card(errands, show)
    assert "read here and nowhere else" in words(card)
    assert card.choose.reason == "Give the list a name; one of the same name gives way."


def test_lists_stand_with_day_and_size(errands: Errands, show: Show) -> None:
    """And one that cannot be read with its sentence."""
    denied = DenyLists(read=(LIST,), unread=("The deny-list EU is not known.",))
    said = words(a_card(errands, show, denied=denied))
    assert "1 address · published 2026-11-01" in said
    assert "The deny-list EU is not known." in said


def test_list_is_taken_in(errands: Errands, show: Show, qtbot: QtBot, tmp_path: Path) -> None:
    """By keyboard alone up to the file; then the card shows it and says what changed."""
    desk = a_signing_desk()

    def taken(*_asked: object) -> str:
        desk.denied = DenyLists(read=(LIST,))
        return "OFAC of 2026-11-01: 1 address."

    desk.answers["import_deny_list"] = taken
    card = DenyListsCard(errands, desk)
    show(card, 900, 400)
    qtbot.keyClicks(card.name, "OFAC")
    assert card.choose.reason == "Type the day it was published."
    qtbot.keyClicks(card.published, "2026-11-01")
    assert not card.choose.reason
    card.ask_file()
    assert card.dialog is not None
    with qtbot.waitSignal(card.changed):
        card.dialog.fileSelected.emit(str(tmp_path / "list.txt"))
    card.dialog.reject()
    qtbot.waitUntil(lambda: not card.findChildren(QFileDialog))
    assert desk.asked[-1] == (
        "import_deny_list", (tmp_path / "list.txt", "OFAC", "2026-11-01")
    )  # fmt: skip
    assert "published 2026-11-01" in words(card)
    assert "OFAC of 2026-11-01: 1 address." in words(card)
    assert not card.name.text()


def test_refusal_keeps_what_was_typed(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """Its sentence stands beside it."""
    refusal = Malformed("deny-list, line 2", "has hex that is no address of 40 digits")
    card = a_card(errands, show, import_deny_list=refusal)
    card.name.setText("OFAC")
    card.published.setText("2026-11-01")
    card.import_file(Path("list.txt"))
    qtbot.waitUntil(lambda: "line 2" in words(card))
    assert card.name.text() == "OFAC"
