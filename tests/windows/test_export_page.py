"""The Export page: forms to pick, codes that follow each other, files where the person said."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from tests.samples import NOW, a_safe, a_snapshot, an_owner
from tests.signing_desk import a_kept, a_signing_desk
from tests.windows.conftest import Show
from treasury_desktop.errors import Refused, Unavailable
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.viewmodels.handing_over import Form
from treasury_desktop.windows.actions_of_exchange import Modules, Written
from treasury_desktop.windows.code_picture import png_of_code
from treasury_desktop.windows.errands import Errands
from treasury_desktop.windows.export.page import ExportPage
from treasury_desktop.windows.session import Session
from treasury_desktop.windows.untrusted import texts_in
from treasury_desktop.windows.widgets.code_view import FEW, CodeView


@pytest.fixture
def pages() -> Iterator[list[ExportPage]]:
    """The pages of a test, hidden at its end: then nothing ticks."""
    shown: list[ExportPage] = []
    yield shown
    for page in shown:
        page.hide()


def a_page(
    errands: Errands,
    pages: list[ExportPage],
    queued: QueuedTransaction | None,
    *,
    has_snapshot: bool = True,
    **answers: Any,
) -> ExportPage:
    """The page with this transaction selected."""
    queue = () if queued is None else (queued,)
    session = Session()
    if has_snapshot:
        session.take_snapshot(a_snapshot(safes=(a_safe(),)))
    session.take_queue(queue)
    if queued is not None:
        session.select(queued.safe_tx_hash)
    pages.append(ExportPage(session, errands, a_signing_desk(queue, **answers)))
    return pages[-1]


def test_the_whole_bundle_is_ready_at_once(
    errands: Errands, show: Show, qtbot: QtBot, pages: list[ExportPage]
) -> None:
    """Its text, and the first of its QR codes; the keyboard is at the forms."""
    page = a_page(errands, pages, a_kept(signed_by=(1,)))
    show(page, 1000, 800)
    qtbot.waitUntil(lambda: page.code.picture.code is not None)
    assert page.written is not None
    assert page.written.text.startswith('{"chain_id":31337')
    assert page.forms.picks[Form.BUNDLE].hasFocus()
    assert page.save.isVisible()


def test_nothing_selected_leads_to_the_queue(
    errands: Errands, show: Show, pages: list[ExportPage]
) -> None:
    """An empty page says where to go."""
    page = a_page(errands, pages, None)
    show(page, 1000, 800)
    assert page.pane.state == "message"


def test_arrow_keys_pick_a_form(
    errands: Errands, show: Show, qtbot: QtBot, pages: list[ExportPage]
) -> None:
    """The result follows; what it was before is no longer to be had."""
    page = a_page(errands, pages, a_kept(signed_by=(1,)))
    show(page, 1000, 800)
    qtbot.waitUntil(lambda: page.written is not None)
    qtbot.keyClick(page.forms.picks[Form.BUNDLE], Qt.Key.Key_Down)
    assert page.forms.offer is not None
    assert page.forms.offer.form is Form.SHORT
    assert page.written is None
    assert not page.copy.isEnabled()
    qtbot.waitUntil(lambda: page.written is not None)


def test_a_request_is_made_for_the_owner_that_is_chosen(
    errands: Errands, show: Show, qtbot: QtBot, pages: list[ExportPage]
) -> None:
    """Owners that have not signed, by name and full address."""
    page = a_page(errands, pages, a_kept(signed_by=(1,)))
    show(page, 1000, 800)
    page.forms.picks[Form.REQUEST].click()
    assert [str(an_owner(n)) in page.owner.itemText(n - 2) for n in (2, 3)] == [True, True]
    qtbot.waitUntil(lambda: page.written is not None)
    first = page.written
    page.owner.setCurrentIndex(1)
    qtbot.waitUntil(lambda: page.written is not None)
    assert first is not None
    assert page.written is not None
    assert first.text != page.written.text


def test_a_form_that_cannot_be_had_says_why(
    errands: Errands, show: Show, pages: list[ExportPage]
) -> None:
    """It stays in its place and cannot be picked."""
    page = a_page(errands, pages, a_kept(), has_snapshot=False)
    show(page, 1000, 800)
    assert not page.forms.picks[Form.REQUEST].isEnabled()
    assert "The Safe's owners are not known; refresh first." in texts_in(page.forms)


def test_a_wrong_address_is_told_beside_its_field(
    errands: Errands, show: Show, qtbot: QtBot, pages: list[ExportPage]
) -> None:
    """Nothing can be copied until it is right."""
    page = a_page(errands, pages, a_kept(signed_by=(1,)))
    show(page, 1000, 800)
    page.forms.picks[Form.LOCALSAFE].click()
    qtbot.waitUntil(lambda: page.written is not None)
    page.base.selectAll()
    qtbot.keyClicks(page.base, "no address")
    qtbot.waitUntil(lambda: any("must be one such as" in words for words in texts_in(page)))
    assert not page.copy.isEnabled()
    page.base.selectAll()
    qtbot.keyClicks(page.base, "http://here.example")
    qtbot.waitUntil(lambda: page.written is not None)
    assert page.written is not None
    assert page.written.text.startswith("http://here.example/#/safe/")


def test_all_of_a_long_text_is_copied(
    errands: Errands, show: Show, qtbot: QtBot, pages: list[ExportPage]
) -> None:
    """The page shows its beginning only."""
    page = a_page(errands, pages, a_kept(signed_by=(1,)))
    show(page, 1000, 800)
    qtbot.waitUntil(lambda: page.written is not None)
    page.copy.click()
    assert page.written is not None
    assert QApplication.clipboard().text() == page.written.text
    assert page.text.toPlainText().endswith("…")
    assert len(page.text.toPlainText()) < len(page.written.text)
    assert f"Copied the bundle: {len(page.written.text):,} characters." in texts_in(page)


def test_what_cannot_be_written_is_said(
    errands: Errands, show: Show, qtbot: QtBot, pages: list[ExportPage]
) -> None:
    """And no former text stays in its place."""
    page = a_page(errands, pages, a_kept(), write=Refused("The chain has no name."))
    show(page, 1000, 800)
    qtbot.waitUntil(lambda: "The chain has no name." in texts_in(page))
    assert page.text.toPlainText() == ""


@pytest.mark.parametrize("is_picture", [False, True])
def test_saving_says_where(
    errands: Errands, show: Show, qtbot: QtBot, pages: list[ExportPage], *, is_picture: bool
) -> None:
    """By name, also when there are several pictures."""
    answer = {"save_text": None, "save_codes": (Path("a-1.png"), Path("a-2.png"))}
    page = a_page(errands, pages, a_kept(), **answer)
    show(page, 1000, 800)
    qtbot.waitUntil(lambda: page.written is not None)
    (page.save_pictures if is_picture else page.save_text)(Path("a.json"))
    words = "Saved 2 pictures, a-1.png to a-2.png." if is_picture else "Saved as a.json."
    qtbot.waitUntil(lambda: any(each.startswith(words) for each in texts_in(page)))


def test_a_full_disk_is_told(
    errands: Errands, show: Show, qtbot: QtBot, pages: list[ExportPage]
) -> None:
    """Nothing claims to be saved."""
    page = a_page(errands, pages, a_kept(), save_text=Unavailable("No space is left."))
    show(page, 1000, 800)
    qtbot.waitUntil(lambda: page.written is not None)
    page.save_text(Path("a.json"))
    qtbot.waitUntil(lambda: "Not saved: No space is left." in texts_in(page))


@pytest.mark.parametrize("suffix", [".json", ".png"])
def test_the_dialog_proposes_a_name_of_our_own(
    errands: Errands, show: Show, qtbot: QtBot, pages: list[ExportPage], suffix: str
) -> None:
    """Nonce and hash; a purpose cannot choose where a file goes."""
    queued = a_kept(purpose="../../etc/passwd")
    page = a_page(errands, pages, queued)
    show(page, 1000, 800)
    qtbot.waitUntil(lambda: page.written is not None and page.written.parts > 0)
    (page.save if suffix == ".json" else page.save_codes).click()
    assert page.dialog is not None
    (name,) = page.dialog.selectedFiles()
    assert Path(name).name == f"safe-nonce-12-{queued.safe_tx_hash.hex()[:8]}{suffix}"
    page.dialog.reject()
    qtbot.waitUntil(lambda: not page.findChildren(QFileDialog))


def test_another_transaction_takes_the_place_of_the_first(
    errands: Errands, show: Show, qtbot: QtBot, pages: list[ExportPage]
) -> None:
    """Also while the first was being written; a new signature writes it anew."""
    first = a_kept()
    page = a_page(errands, pages, first)
    show(page, 1000, 800)
    qtbot.waitUntil(lambda: page.written is not None)
    page._session.take_queue((a_kept(signed_by=(1, 2)),))
    assert page.written is None
    page._session.take_queue(())
    assert page.pane.state == "message"


def test_time_passes_without_harm(errands: Errands, show: Show, pages: list[ExportPage]) -> None:
    """A refresh that brings nothing new does not begin the series again."""
    page = a_page(errands, pages, a_kept())
    show(page, 1000, 800)
    asked = page._actions.asked  # type: ignore[attr-defined]
    before = len(asked)
    page._session.take_snapshot(a_snapshot(safes=(a_safe(),)))
    page._session.chain_failed("The node does not answer.", NOW)
    assert [name for name, _ in asked[before:] if name == "write"] == []


# ── codes ────────────────────────────────────────────────────────────────────────────────────────


def a_code(side: int = 21, *, is_dark: bool = True) -> Modules:
    """A square that is dark where its coordinates say so."""
    return tuple(tuple(is_dark and (x + y) % 2 == 0 for x in range(side)) for y in range(side))


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[CodeView]:
    """A view that nobody has given anything."""
    made = CodeView()
    qtbot.addWidget(made)
    made.show()
    yield made
    made.hide()


def test_codes_follow_each_other_and_the_next_are_asked_for(view: CodeView, qtbot: QtBot) -> None:
    """Before the last one is shown."""
    view.show_series(3)
    view.take([a_code(is_dark=False)] * (FEW + 2))
    with qtbot.waitSignal(view.more_asked):
        view.speed.setCurrentIndex(2)
    assert view._number >= 2


def test_who_holds_on_sees_one_code(view: CodeView, qtbot: QtBot) -> None:
    """Until they go on."""
    view.show_series(3)
    view.take([a_code(is_dark=at % 2 == 0) for at in range(20)])
    qtbot.waitUntil(lambda: view._number > 1)
    view.hold.click()
    assert not view._timer.isActive()
    assert view.hold.text() == "Go on"
    view.hold.click()
    assert view._timer.isActive()


def test_nothing_ticks_where_nobody_looks(view: CodeView) -> None:
    """Nor where one code is all there is."""
    view.show_series(3)
    view.take([a_code()] * 20)
    assert view._timer.isActive()
    view.hide()
    assert not view._timer.isActive()
    view.show()
    view.show_series(1)
    view.take([a_code()])
    assert not view._timer.isActive()
    assert not view.hold.isVisible()


def test_a_late_series_keeps_the_last_code_in_sight(view: CodeView, qtbot: QtBot) -> None:
    """Rather than showing nothing."""
    view.show_series(2)
    view.take([a_code()])
    with qtbot.waitSignal(view._timer.timeout):
        pass
    assert view.picture.code == a_code()


def test_modules_are_whole_pixels(view: CodeView) -> None:
    """Black on white in either look, each as wide as its neighbour."""
    code = a_code(25)
    view.show_series(1)
    view.take([code])
    view.picture.resize(view.picture.sizeHint())
    image = view.picture.grab().toImage()
    side = image.width() // 25
    seen = tuple(
        tuple(image.pixelColor(x * side + side // 2, y * side + side // 2).value() < 128
              for x in range(25))
        for y in range(25)
    )  # fmt: skip
    assert seen == code
    assert image.width() == image.height() == 25 * side
    values = {image.pixelColor(x, y).value() for x in range(image.width()) for y in range(30)}
    assert values == {0, 255}


def test_a_saved_picture_is_the_code(view: CodeView) -> None:
    """Eight pixels a module."""
    image = QImage.fromData(png_of_code(a_code()))
    assert image.width() == 8 * 21
    assert image.pixelColor(3, 3).value() == 0
    assert image.pixelColor(11, 3).value() == 255
    assert view.picture.code is None


def test_written_without_codes_shows_none(
    errands: Errands, show: Show, qtbot: QtBot, pages: list[ExportPage]
) -> None:
    """The reason stands in their place, and no button offers to save them."""
    written = Written(text="{}", parts=0, why_no_code="It is too long for QR codes.")
    page = a_page(errands, pages, a_kept(), write=written)
    show(page, 1000, 800)
    qtbot.waitUntil(lambda: "It is too long for QR codes." in texts_in(page))
    assert not page.code.isVisible()
    assert not page.save_codes.isVisible()
