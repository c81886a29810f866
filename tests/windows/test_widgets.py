"""Facts about the small things pages are made of."""

from collections.abc import Callable
from fractions import Fraction

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.windows.test_tokens import contrast
from treasury_desktop.safes.comparison import COLUMNS, ROWS, comparison_grid, grid_text
from treasury_desktop.windows.errands import Step
from treasury_desktop.windows.look.style import look
from treasury_desktop.windows.look.tokens import LIGHT
from treasury_desktop.windows.untrusted import breakable, labels_in, plain_label, texts_in
from treasury_desktop.windows.widgets.address_label import AddressLabel
from treasury_desktop.windows.widgets.allocation_bar import AllocationBar, Share
from treasury_desktop.windows.widgets.amount_label import AmountLabel
from treasury_desktop.windows.widgets.card import Card
from treasury_desktop.windows.widgets.chip import Chip
from treasury_desktop.windows.widgets.comparison_grid import SIDE, ink_on
from treasury_desktop.windows.widgets.copy_button import CopyButton
from treasury_desktop.windows.widgets.disabled_reason import DisabledReason
from treasury_desktop.windows.widgets.exposure_bar import ExposureBar
from treasury_desktop.windows.widgets.fields import Choice, Tick
from treasury_desktop.windows.widgets.hash_rows import HashRows
from treasury_desktop.windows.widgets.identicon import Identicon
from treasury_desktop.windows.widgets.notice import NoticeLine, Toast
from treasury_desktop.windows.widgets.progress_row import ProgressRow
from treasury_desktop.windows.widgets.state_pane import StatePane, Trouble
from treasury_desktop.windows.widgets.steps import numbered_steps
from treasury_desktop.windows.widgets.verdict_badge import MARKS, VerdictBadge

ADDRESS = "0x5AEDA56215b167893e80B4fE645BA6d5Bab767DE"
HASHES = ("0x" + "11" * 32, "0x" + "22" * 32, "0x" + "ab12" * 16)
Show = Callable[..., None]


def pictured(widget: QWidget) -> QImage:
    """The widget as painted."""
    return widget.grab().toImage()


def test_an_address_is_shown_whole_in_groups_with_its_middle_emphasised(show: Show) -> None:
    """Forty digits in groups of four; the middle six groups are the strong ones."""
    label = AddressLabel(ADDRESS, name="Treasury Safe", source="this workspace")
    show(label)
    assert texts_in(label) == [
        "Treasury Safe",
        "this workspace",
        "0x5AED A562",
        "15b1 6789 3e80 B4fE 645B A6d5",
        "Bab7 67DE",
    ]
    assert label.text().replace(" ", "") == ADDRESS


def test_a_short_address_keeps_the_whole_one_in_its_tooltip(show: Show) -> None:
    """Six and four digits are shown."""
    label = AddressLabel(ADDRESS, is_short=True)
    show(label)
    assert label.text() == "0x5AEDA5…67DE"
    assert ADDRESS in label.toolTip()


@pytest.mark.parametrize("bad", ["", "0x12", ADDRESS + "0", ADDRESS[2:], "vitalik.eth"])
def test_what_is_no_address_cannot_be_shown_as_one(qtbot: QtBot, bad: str) -> None:
    """The label refuses anything but 0x and 40 digits."""
    with pytest.raises(ValueError, match="40 hex digits"):
        AddressLabel(bad)


def test_copying_an_address_copies_it_exactly(show: Show, qtbot: QtBot) -> None:
    """Without the spaces between groups."""
    label = AddressLabel(ADDRESS)
    show(label)
    qtbot.mouseClick(label.findChild(CopyButton), Qt.MouseButton.LeftButton)
    assert QApplication.clipboard().text() == ADDRESS


def test_lookalike_addresses_have_different_pictures(show: Show) -> None:
    """One digit in the middle changes the identicon, the same address never does."""
    pictures = []
    for digits in (ADDRESS, ADDRESS.replace("893e80", "893e81"), ADDRESS):
        identicon = Identicon(bytes.fromhex(digits[2:]), 48)
        show(identicon, 48, 48)
        pictures.append(pictured(identicon))
    assert pictures[0] != pictures[1]
    assert pictures[0] == pictures[2]


def test_the_three_hashes_are_named_as_devices_name_them(show: Show) -> None:
    """Domain, message, Safe transaction hash, then the words of the third."""
    rows = HashRows()
    rows.show_hashes(*HASHES, ("harbour", "velvet"))
    show(rows, 1000)
    words = texts_in(rows)
    assert words[0::2] == ["Domain hash", "Message hash", "Safe transaction hash", "Compare aloud"]
    assert words[5] == "0xab12 " + " ".join(["ab12"] * 15)
    assert words[7] == "harbour  velvet"


def test_comparison_words_break_in_the_middle(show: Show) -> None:
    """Four and four where eight are too long, so that nobody loses the last one."""
    words = ("frost", "client", "toss", "flee", "elephant", "connect", "cushion", "feed")
    rows = HashRows()
    rows.show_hashes(*HASHES, words)
    show(rows, 560)
    assert texts_in(rows)[7] == "frost  client  toss  flee\nelephant  connect  cushion  feed"
    rows.resize(1100, rows.height())
    assert texts_in(rows)[7] == "  ".join(words)


def fields_of(grid: QWidget) -> list[str]:
    """The colour of each of its fields, beside the letter."""
    picture, step = pictured(grid), SIDE + 2
    places = [(column, row) for row in range(ROWS) for column in range(COLUMNS)]
    return [picture.pixelColor(x * step + 3, y * step + SIDE // 2).name() for x, y in places]


def test_the_grid_shows_what_the_words_stand_for(show: Show) -> None:
    """The same hash in letters and colours, the same picture in light and dark."""
    rows = HashRows()
    show(rows, 1000)
    assert rows.grid.isHidden()
    rows.show_hashes(*HASHES, ("harbour", "velvet"))
    assert rows.grid.text() == grid_text(comparison_grid(bytes.fromhex(HASHES[2][2:])))
    light = fields_of(rows.grid)
    look().prefer("dark")
    assert fields_of(rows.grid) == light
    look().prefer("light")
    rows.show_hashes(HASHES[0], HASHES[1], "0x" + "cd" * 32, ("harbour", "velvet"))
    assert fields_of(rows.grid) != light


def test_every_letter_of_the_grid_is_readable() -> None:
    """Contrast of ink and field is at least 4.5 to 1, as for any text."""
    for colour in LIGHT.series:
        assert contrast(ink_on(QColor(colour)).name(), colour) >= 4.5


def test_a_hash_never_loses_digits_in_a_narrow_window(show: Show) -> None:
    """It takes two lines of 32 digits instead."""
    rows = HashRows()
    rows.show_hashes(*HASHES)
    show(rows, 520)
    shown = texts_in(rows)[5]
    assert shown.count("\n") == 1
    assert "".join(shown.split()) == HASHES[2]
    rows.show_hashes(*HASHES, ("harbour", "velvet"))  # with the grid beside it: four
    rows.resize(520, rows.height())
    shown = texts_in(rows)[5]
    assert shown.count("\n") == 3
    assert "".join(shown.split()) == HASHES[2]


@pytest.mark.parametrize("kind", MARKS)
def test_a_verdict_is_icon_word_and_colour(show: Show, kind: str) -> None:
    """Never colour alone."""
    badge = VerdictBadge(kind)
    show(badge)
    assert texts_in(badge) == [MARKS[kind].word]
    expected = QColor(LIGHT.colour(MARKS[kind].colour))
    words = badge.findChildren(QWidget)[1]
    assert words.palette().windowText().color() == expected
    assert badge.accessibleName() == MARKS[kind].word


def test_a_judgement_that_cannot_be_made_looks_like_a_refusal() -> None:
    """It blocks, so it has the colour of blocking."""
    assert MARKS["cannot be judged"].colour == MARKS["refused"].colour == "block"


def test_an_unknown_verdict_is_a_mistake(qtbot: QtBot) -> None:
    """No verdict is ever shown in a default colour."""
    with pytest.raises(KeyError):
        VerdictBadge("fine")


def bar_colour(bar: ExposureBar, bps: int) -> str:
    """The colour in the middle of the bar at a place on its 0–12% scale."""
    return pictured(bar).pixelColor(bps, 11).name()


def test_exposure_is_drawn_to_scale_and_red_beyond_the_limit(show: Show) -> None:
    """With 1,200 pixels for 1,200 basis points a pixel is one of them."""
    bar = ExposureBar(has_labels=False)
    bar.show_exposure(existing_bps=400, this_bps=Fraction(1400, 2), words="11.00% of the treasury")
    show(bar, 1200, 22)
    assert bar_colour(bar, 200) == LIGHT.idle
    assert bar_colour(bar, 600) == LIGHT.accent
    assert bar_colour(bar, 1050) == LIGHT.block
    assert bar_colour(bar, 1150) not in (LIGHT.idle, LIGHT.accent, LIGHT.block)
    assert bar.accessibleName() == "11.00% of the treasury"


def test_all_parts_of_a_bar_are_of_one_thickness(show: Show) -> None:
    """What is there, what is queued and this deployment end in no step."""
    bar = ExposureBar(has_labels=False, advised_bps=(1100, 1150))
    bar.show_exposure(existing_bps=400, this_bps=400)
    show(bar, 1200, 22)
    picture = pictured(bar)
    rows = {
        colour: [y for y in range(22) if picture.pixelColor(x, y).name() == colour]
        for x, colour in ((200, LIGHT.idle), (600, LIGHT.accent))
    }
    assert rows[LIGHT.idle] == rows[LIGHT.accent]
    assert len(rows[LIGHT.idle]) == 12


def test_a_share_far_beyond_the_scale_fills_the_bar(show: Show) -> None:
    """Even one of 2**256 basis points."""
    bar = ExposureBar()
    bar.show_exposure(existing_bps=2**256)
    show(bar, 1200, 40)
    assert bar_colour(bar, 1190) == LIGHT.block


def test_allocation_is_drawn_in_the_assets_own_colours(show: Show) -> None:
    """Parts are proportional, and what has no weight is not there."""
    bar = AllocationBar()
    bar.show_shares([
        Share(words="Ether 75%", weight=3 * 10**30, series=5),
        Share(words="Nothing", weight=0, series=1),
        Share(words="USDC 25%", weight=10**30, series=2),
    ])  # fmt: skip
    show(bar, 402, 16)
    picture = pictured(bar)
    assert picture.pixelColor(150, 8).name() == LIGHT.series[5]
    assert picture.pixelColor(350, 8).name() == LIGHT.series[2]
    assert bar.accessibleName() == "Ether 75%; USDC 25%"


def test_a_disabled_button_says_why_in_sight_and_in_its_tooltip(show: Show, qtbot: QtBot) -> None:
    """And cannot be left without a reason."""
    sign = DisabledReason("Sign…", reason="Compare the hashes first.")
    show(sign)
    assert not sign.button.isEnabled()
    assert texts_in(sign) == ["Compare the hashes first."]
    assert "Compare the hashes first." in sign.button.toolTip()
    with pytest.raises(ValueError, match="says why"):
        sign.refuse("")
    sign.allow()
    with qtbot.waitSignal(sign.clicked):
        sign.button.click()
    assert sign.reason == ""


def test_a_button_is_held_after_its_subject_changed(show: Show, qtbot: QtBot) -> None:
    """Nobody presses what was moved under the pointer; it opens by itself."""
    sign = DisabledReason("Sign…")
    show(sign)
    sign.allow()
    sign.hold(50)
    assert not sign.button.isEnabled()
    assert "read it once more" in sign.reason
    qtbot.waitUntil(sign.button.isEnabled)


def test_a_button_that_shuts_gives_the_focus_to_nobody_else(show: Show, qtbot: QtBot) -> None:
    """It comes back when the button opens; Qt would press on with the next thing on the page."""
    page = QWidget()
    column = QVBoxLayout(page)
    sign, other = DisabledReason("Sign…"), QPushButton("Deploy")
    column.addWidget(sign)
    column.addWidget(other)
    show(page)
    sign.allow()
    sign.button.setFocus()
    sign.refuse("Waiting for the passphrase.")
    assert not other.hasFocus()
    sign.allow()
    assert sign.button.hasFocus()


def test_numbers_stand_beside_the_first_line_of_their_step(show: Show) -> None:
    """However long the sentence is."""
    card = Card("What happens then")
    card.add(numbered_steps(("A sentence that is much too long for one line. " * 4, "Another.")))
    show(card, 300, 300)
    labels = list(labels_in(card))
    number = next(label for label in labels if label.text() == "1.")
    sentence = labels[labels.index(number) + 1]
    assert number.y() == sentence.y()
    assert sentence.height() > number.height()


def test_a_snug_pane_is_as_high_as_what_it_shows(show: Show) -> None:
    """The states it could be in take no room."""
    content = plain_label("content")
    snug, roomy = StatePane(content, is_snug=True), StatePane(plain_label("content"))
    for pane in (snug, roomy):
        show(pane)
        pane.show_content()
    assert snug.sizeHint().height() <= content.sizeHint().height()
    assert roomy.sizeHint().height() > snug.sizeHint().height()


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("$785,375.29 in all", ["$785,375.29 in all"]),
        ("9,999,999,999,999,999,999.00", ["9,", *["999,"] * 5, "999.", "00"]),
        (
            f"to {ADDRESS}.",
            ["to 0x5A", *(ADDRESS[n : n + 4] for n in range(4, 40, 4)), f"{ADDRESS[40:]}."],
        ),
    ],
)
def test_only_very_long_words_may_end_a_line_inside(text: str, parts: list[str]) -> None:
    """No character is added that anybody sees."""
    assert breakable(text).split("\u200b") == parts


def test_a_short_wait_shows_no_skeleton(show: Show, qtbot: QtBot) -> None:
    """Content that comes within 150 ms replaces nothing."""
    pane = StatePane(plain_label("content"))
    show(pane)
    pane.show_loading()
    assert pane.state == "content"
    pane.show_content()
    assert not pane._timer.isActive()
    pane.show_loading()
    qtbot.waitUntil(lambda: pane.state == "loading")


def test_an_error_says_what_since_when_and_what_still_works(show: Show, qtbot: QtBot) -> None:
    """And offers to try again."""
    tried: list[int] = []
    pane = StatePane(plain_label("content"))
    show(pane)
    pane.show_trouble(
        Trouble(what="No answer", since="Since 14:02.", still_works="Signing works."),
        on_retry=lambda: tried.append(1),
    )
    assert texts_in(pane) == ["No answer", "Since 14:02.\nSigning works."]
    buttons = [each for each in pane.findChildren(QPushButton) if each.isVisible()]
    buttons[0].click()
    assert tried == [1]


def test_an_empty_page_says_what_it_is_for(show: Show) -> None:
    """With its one button as the main one."""
    pane = StatePane(plain_label("content"))
    show(pane)
    pane.show_empty("Nothing waits", "Draft a deployment.", action="Draft", on_action=lambda: None)
    button = next(each for each in pane.findChildren(QPushButton) if each.isVisible())
    assert texts_in(pane) == ["Nothing waits", "Draft a deployment."]
    assert button.property("role") == "primary"


def test_stale_content_stays_in_sight_under_a_line(show: Show) -> None:
    """The line goes away when there is nothing to say."""
    pane = StatePane(plain_label("content"))
    show(pane)
    pane.note("Prices are three hours old.")
    assert texts_in(pane) == ["Prices are three hours old.", "content"]
    pane.note("")
    assert texts_in(pane) == ["content"]


def test_progress_without_a_total_claims_nothing(show: Show, qtbot: QtBot) -> None:
    """No percentage is invented; cancelling is asked once."""
    row = ProgressRow()
    show(row)
    row.show_step(Step(done=7, total=0, label="Reading logs"))
    assert texts_in(row) == ["Reading logs"]
    row.show_step(Step(done=3 * 10**20, total=4 * 10**20, label="Reading logs"))
    assert row._bar.value() == 750
    row.show_step(Step(done=3_120_000, total=19_000_123, label="Reading logs"))
    assert "3\u2009120\u2009000 of 19\u2009000\u2009123" in texts_in(row)
    with qtbot.waitSignal(row.cancel_asked):
        row._cancel.click()
    assert not row._cancel.isEnabled()
    row.end()
    assert not row.isVisible()


def test_a_toast_replaces_the_one_before_and_stops_nothing(show: Show) -> None:
    """There is one at a time, inside its window."""
    window = QWidget()
    show(window)
    toast = Toast(window)
    toast.say("First.", "good")
    toast.say("A second one, <b>plain</b>.", "danger")
    assert texts_in(toast) == ["A second one, <b>plain</b>."]
    assert window.rect().contains(toast.geometry())
    assert not toast.isWindow()


def test_a_notice_can_be_closed(show: Show, qtbot: QtBot) -> None:
    """And says that it was."""
    notice = NoticeLine(can_close=True)
    show(notice)
    notice.say("One node.", "idle")
    with qtbot.waitSignal(notice.dismissed):
        notice._close.click()
    assert not notice.isVisible()


def test_amounts_stack_at_their_right_edge(show: Show) -> None:
    """Whatever their unit and chip, figures end at the same place."""
    card = Card("Amounts")
    amounts = [AmountLabel("1.00", "USDC"), AmountLabel("1,000.00", "ETH", note="stale 3 h")]
    card.add(*amounts)
    show(card)
    edges = {each._figure.mapTo(card, each._figure.rect().topRight()).x() for each in amounts}
    assert len(edges) == 1


def test_a_chip_without_words_hides(show: Show) -> None:
    """No empty pill is left behind."""
    chip = Chip("offline", "advice")
    show(chip)
    chip.say("")
    assert not chip.isVisible()


def test_ticks_and_choices_paint_in_both_looks(show: Show, qtbot: QtBot) -> None:
    """A click on the words ticks the box; its accent shows."""
    tick, choice = Tick("I compared R&D"), Choice()
    choice.addItems(["one", "two"])
    for each in (tick, choice):
        show(each, 220, 32)
        for preference in ("dark", "light"):
            look().prefer("dark" if preference == "dark" else "light")
            assert not pictured(each).isNull()
    qtbot.mouseClick(tick, Qt.MouseButton.LeftButton, pos=tick.rect().center())
    assert tick.isChecked()
    assert pictured(tick).pixelColor(4, 16).name() == LIGHT.accent
