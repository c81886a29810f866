"""Overview, holdings, strategies and movements on hand-made sessions."""

import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.desk_at_hand import DeskAtHand
from tests.samples import (
    NOW,
    SAFE,
    a_block,
    a_deposit_tx,
    a_movement,
    a_queued,
    a_snapshot,
    a_workspace,
    an_address,
    an_owner,
    some_movements,
)
from treasury_desktop.desk.doors import KeyLabel
from treasury_desktop.errors import Unavailable
from treasury_desktop.treasury.unlisted import Unlisted, UnlistedHolding
from treasury_desktop.windows.errands import Errands
from treasury_desktop.windows.export_file import written
from treasury_desktop.windows.holdings.page import HoldingsPage
from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.tokens import LIGHT
from treasury_desktop.windows.movements.page import MovementsPage
from treasury_desktop.windows.overview.page import OverviewPage
from treasury_desktop.windows.session import Session
from treasury_desktop.windows.strategies.page import StrategiesPage
from treasury_desktop.windows.untrusted import texts_in
from treasury_desktop.windows.widgets.exposure_bar import ExposureBar

MY_KEY = KeyLabel(label="mine", address=an_owner(1), role="owner", kept_in="key ring")
Show = Callable[..., None]


class Stage:
    """A session with a desk at hand, the errands, and the pages that were asked for."""

    def __init__(self, errands: Errands) -> None:
        self.session = Session()
        self.errands = errands
        self.asked_pages: list[str] = []
        self.desk: Any = DeskAtHand(movements=some_movements(), keys=(MY_KEY,))

    def page(self, key: str) -> Any:
        """The page of that key."""
        if key == "overview":
            return OverviewPage(self.session, self.errands, self.desk, self.asked_pages.append)
        if key == "holdings":
            return HoldingsPage(self.session, self.errands, self.desk)
        if key == "strategies":
            return StrategiesPage(self.session, self.desk)
        return MovementsPage(self.session, self.errands, self.desk)


@pytest.fixture
def stage(errands: Errands) -> Stage:
    """A desk that has read nothing yet."""
    return Stage(errands)


def said(page: QWidget) -> str:
    """All visible words of a page."""
    return "\n".join(texts_in(page))


def button(page: QWidget, words: str) -> QPushButton:
    """The visible button with these words."""
    return next(
        each
        for each in page.findChildren(QPushButton)
        if each.text() == words and each.isVisibleTo(page)
    )


SNAPSHOT_PAGES = ("overview", "holdings", "strategies")


@pytest.mark.parametrize("key", SNAPSHOT_PAGES)
def test_an_empty_page_says_what_it_is_for_and_reads_the_treasury(
    key: str, stage: Stage, show: Show, qtbot: QtBot
) -> None:
    """One button; it asks the session to refresh."""
    page = stage.page(key)
    show(page, 1000, 640)
    assert "This page" in said(page)
    with qtbot.waitSignal(stage.session.refresh_asked):
        button(page, "Read the treasury").click()


def test_a_treasury_without_strategies_says_where_they_come_from(
    stage: Stage, show: Show, qtbot: QtBot
) -> None:
    """Also once it was read: an empty page would say nothing."""
    stage.desk.workspace = a_workspace(strategies=())
    page = stage.page("strategies")
    stage.session.take_snapshot(a_snapshot())
    show(page, 1000, 640)
    qtbot.waitUntil(lambda: "No strategy yet" in said(page))
    assert "treasury.toml" in said(page)


@pytest.mark.parametrize("key", SNAPSHOT_PAGES)
def test_a_first_reading_shows_skeletons(key: str, stage: Stage, show: Show, qtbot: QtBot) -> None:
    """Only after 150 ms, and content takes their place."""
    page = stage.page(key)
    show(page, 1000, 640)
    stage.session.ask_refresh()
    qtbot.waitUntil(lambda: page._pane.state == "loading")
    stage.session.take_snapshot(a_snapshot())
    stage.session.end_refresh()
    qtbot.waitUntil(lambda: page._pane.state == "content")


@pytest.mark.parametrize("key", SNAPSHOT_PAGES)
def test_a_failed_first_reading_says_since_when_and_what_still_works(
    key: str, stage: Stage, show: Show, qtbot: QtBot
) -> None:
    """And offers to try again."""
    stage.session.chain_failed("The node does not answer.", NOW - 540)
    page = stage.page(key)
    show(page, 1000, 640)
    words = said(page)
    assert "Since 14:07 UTC." in words
    assert "work without the chain" in words
    with qtbot.waitSignal(stage.session.refresh_asked):
        button(page, "Try again").click()


@pytest.mark.parametrize("key", SNAPSHOT_PAGES)
def test_an_offline_page_shows_the_last_block_and_says_so(
    key: str, stage: Stage, show: Show, qtbot: QtBot
) -> None:
    """Figures stay; the line above them goes when the chain answers again."""
    stage.session.take_snapshot(a_snapshot())
    stage.session.chain_failed("The node does not answer.", NOW - 540)
    page = stage.page(key)
    show(page, 1000, 640)
    assert "Everything below is from block 19\u2009000\u2009123" in said(page)
    assert page._pane.state == "content"
    stage.session.chain_answered()
    qtbot.waitUntil(lambda: "does not answer" not in said(page))


@pytest.mark.parametrize("key", SNAPSHOT_PAGES)
def test_a_stale_page_offers_a_refresh(key: str, stage: Stage, show: Show, qtbot: QtBot) -> None:
    """Older than a quote may be."""
    stage.session.take_snapshot(a_snapshot(block=a_block(timestamp=NOW - 3 * 3600)))
    page = stage.page(key)
    show(page, 1000, 640)
    assert "These figures are 3 h old" in said(page)
    with qtbot.waitSignal(stage.session.refresh_asked):
        button(page, "Refresh").click()


@pytest.mark.parametrize("key", SNAPSHOT_PAGES)
def test_a_page_out_of_sight_catches_up_when_it_is_shown(
    key: str, stage: Stage, show: Show
) -> None:
    """Nothing is computed for a page nobody sees."""
    page = stage.page(key)
    stage.session.take_snapshot(a_snapshot())
    assert page._pane.state == "content"
    show(page, 1000, 640)
    assert "4.24%" in said(page) or page.table.rows_model.rowCount() == 10


def test_the_overview_answers_at_a_glance(stage: Stage, show: Show, qtbot: QtBot) -> None:
    """Value, own token beside it, exposure with its bars, the last movements."""
    stage.session.take_snapshot(a_snapshot())
    page = stage.page("overview")
    show(page, 1040, 660)
    qtbot.waitUntil(lambda: "Payroll A" in said(page))
    words = said(page)
    for part in ("$9,532,420", "18,500,000 POP", "not counted", "4.24%", "within",
                 "−46,500.00 USDC", "Nothing waits"):  # fmt: skip
        assert part in words
    bars = page.findChildren(ExposureBar)
    assert [bar.accessibleName() for bar in bars] == [
        "Yield vault: 4.24% of 10.00%, within",
        "Uniswap WETH/USDC: 4.14% of 10.00%, within",
    ]


def test_what_is_no_part_of_the_value_is_quiet(stage: Stage, show: Show, qtbot: QtBot) -> None:
    """The own token's dollars do not look like the treasury's."""
    stage.session.take_snapshot(a_snapshot())
    page = stage.page("overview")
    show(page, 1040, 660)
    legend = page._value._legend
    shown = legend.shown_texts()
    value = [column.title for column in legend.rows_model.columns].index("Value")
    fonts = {
        row[0]: (
            legend.rows_filter.index(number, value).data(Qt.ItemDataRole.FontRole),
            legend.rows_filter.index(number, value).data(Qt.ItemDataRole.ForegroundRole).name(),
        )
        for number, row in enumerate(shown)
    }
    assert fonts["POP"] == (None, LIGHT.text_quiet)
    assert fonts["USDC"][0].weight() > 400
    assert fonts["USDC"][1] == LIGHT.text


def test_the_next_step_for_me_is_the_only_accented_button(
    stage: Stage, show: Show, qtbot: QtBot
) -> None:
    """It selects the transaction and asks for its review."""
    stage.session.take_snapshot(a_snapshot())
    queued = a_queued(a_deposit_tx(), signed_by=(2,))
    stage.session.take_queue((queued,))
    page = stage.page("overview")
    show(page, 1040, 660)
    qtbot.waitUntil(lambda: "yours to sign" in said(page))
    accented = [
        each
        for each in page.findChildren(QPushButton)
        if each.property("role") == "primary" and each.isVisibleTo(page)
    ]
    assert len(accented) == 1
    accented[0].click()
    assert stage.session.selection == queued.safe_tx_hash
    assert stage.asked_pages == ["review"]


def test_a_blocked_transaction_does_not_call_for_a_signature(
    stage: Stage, show: Show, qtbot: QtBot
) -> None:
    """The review's verdict reaches the overview."""
    stage.desk.answers["review"] = SimpleNamespace(verdict="block")
    stage.session.take_snapshot(a_snapshot())
    stage.session.take_queue((a_queued(drafted_here=False),))
    page = stage.page("overview")
    show(page, 1040, 660)
    qtbot.waitUntil(lambda: "do not sign" in said(page))
    assert "yours to sign" not in said(page)


def test_without_a_key_ring_the_overview_still_shows_the_queue(
    stage: Stage, show: Show, qtbot: QtBot
) -> None:
    """Nobody can say what waits for me; nothing else is lost."""
    stage.desk.answers |= {"keys": Unavailable("No key ring."), "movements": Unavailable("Gone.")}
    stage.session.take_snapshot(a_snapshot())
    stage.session.take_queue((a_queued(signed_by=(2,)),))
    page = stage.page("overview")
    show(page, 1040, 660)
    qtbot.waitUntil(lambda: "Gone." in said(page))
    assert "Put idle dollars to work" in said(page)


def test_holdings_sort_by_figures_and_filter_by_words(stage: Stage, show: Show) -> None:
    """10 comes after 9, and the sum says that it is a part."""
    stage.session.take_snapshot(a_snapshot())
    page = stage.page("holdings")
    show(page, 1040, 660)
    page.table.sortByColumn(1, Qt.SortOrder.AscendingOrder)
    amounts = [row.amount_order for row in page.table.rows_model.rows]
    assert amounts == sorted(amounts)
    page._filter.setText("weth")
    assert page.table.rows_filter.rowCount() == 5
    assert "in 5 of 10 holdings" in said(page)


def test_holdings_are_copied_and_exported(
    stage: Stage, show: Show, qtbot: QtBot, tmp_path: Path
) -> None:
    """As shown on the clipboard, exact in the file."""
    stage.session.take_snapshot(a_snapshot())
    page = stage.page("holdings")
    show(page, 1040, 660)
    page.copy_table()
    lines = QApplication.clipboard().text().splitlines()
    assert lines[0].startswith("Asset\tAmount\tPrice")
    assert len(lines) == 11
    page.export_to(tmp_path / "holdings.csv")
    qtbot.waitUntil(lambda: "Written to holdings.csv." in said(page))
    assert "330274914250000000001" in (tmp_path / "holdings.csv").read_text("utf-8")


def strangers_tokens(remark: str = "") -> Unlisted:
    """What strangers sent: an impostor of USDC and a token that says nothing."""
    bait = UnlistedHolding(safe=SAFE, token=an_address("bait"), base_units=38_200 * 10**6,
                           symbol="USD\u0421", name="<a href='https://x'>USD</a>",
                           decimals=6)  # fmt: skip
    silent = UnlistedHolding(safe=SAFE, token=an_address("silent"), base_units=2**256 - 1)
    return Unlisted(holdings=(silent, bait), remarks=(remark,) if remark else ())


def test_unlisted_tokens_are_folded_away_until_asked_for(stage: Stage, show: Show) -> None:
    """A count and a warning stand there; the rows after a click, each with its full address."""
    stage.session.take_snapshot(a_snapshot(unlisted=strangers_tokens()))
    page = stage.page("holdings")
    show(page, 1040, 660)
    words = said(page)
    assert "Not listed: 2" in words
    assert "worth nothing until trusted" in words
    assert "1 is suspicious" in words
    assert not page.unlisted.table.isVisible()
    button(page, "Show").click()
    assert page.unlisted.table.isVisible()
    assert page.unlisted.table.shown_texts() == [
        ["USD\u0421", "imitates USDC", str(an_address("bait")), "38,200.000000",
         "nothing until trusted", "Treasury"],
        ["symbol unknown", "", str(an_address("silent")), "≥ 10^77 base units",
         "nothing until trusted", "Treasury"],
    ]  # fmt: skip
    assert "add it to treasury.toml by hand" in said(page)
    button(page, "Hide").click()
    assert not page.unlisted.table.isVisible()


def test_unlisted_tokens_are_in_no_sum_and_no_export(stage: Stage, show: Show) -> None:
    """The holdings stay ten, whatever a stranger sends."""
    stage.session.take_snapshot(a_snapshot())
    page = stage.page("holdings")
    show(page, 1040, 660)
    rows, words = page.table.rows_model.rows, page._counted.text()
    stage.session.take_snapshot(a_snapshot(unlisted=strangers_tokens()))
    page.states.update()
    assert page.unlisted.isVisible()
    assert page.table.rows_model.rows == rows
    assert page._counted.text() == words


def test_nothing_of_an_unlisted_token_can_be_followed(stage: Stage, show: Show) -> None:
    """Its words are plain text, in the tooltip too."""
    stage.session.take_snapshot(a_snapshot(unlisted=strangers_tokens()))
    page = stage.page("holdings")
    show(page, 1040, 660)
    model = page.unlisted.table.rows_model
    tip = model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert "&lt;a href" in tip
    assert "<a href" not in tip


def test_why_there_may_be_more_unlisted_tokens_is_said(stage: Stage, show: Show) -> None:
    """Also where none was found; nothing is said where nothing is missing."""
    page = stage.page("holdings")
    stage.session.take_snapshot(a_snapshot(unlisted=Unlisted()))
    show(page, 1040, 660)
    assert not page.unlisted.isVisible()
    stage.session.take_snapshot(a_snapshot(unlisted=Unlisted(remarks=("Up to block 7 only.",))))
    page.states.update()
    assert page.unlisted.isVisible()
    assert "Up to block 7 only." in said(page)
    assert not page.unlisted.fold.isVisible()


def test_the_filter_reaches_unlisted_tokens(stage: Stage, show: Show) -> None:
    """By what they call themselves, by address, or by what is odd about them."""
    stage.session.take_snapshot(a_snapshot(unlisted=strangers_tokens()))
    page = stage.page("holdings")
    show(page, 1040, 660)
    page._filter.setText("imitates")
    assert page.unlisted.table.rows_filter.rowCount() == 1


def test_thousands_of_unlisted_tokens_do_not_stall_the_page(stage: Stage, show: Show) -> None:
    """Rows are painted only where they are seen."""
    held = tuple(
        UnlistedHolding(safe=SAFE, token=an_address(f"spam {number}"), base_units=number + 1,
                        symbol="USD\u0421" * 8, name="x" * 64, decimals=18)
        for number in range(3_000)
    )  # fmt: skip
    page = stage.page("holdings")
    show(page, 1040, 660)
    began = time.monotonic()
    stage.session.take_snapshot(a_snapshot(unlisted=Unlisted(holdings=held)))
    page.states.update()
    button(page, "Show").click()
    QApplication.processEvents()
    assert time.monotonic() - began < 5
    assert page.unlisted.table.rows_model.rowCount() == 3_000


def test_an_export_that_fails_says_so_and_leaves_nothing(
    stage: Stage, show: Show, qtbot: QtBot, tmp_path: Path
) -> None:
    """A folder that does not exist is no crash."""
    stage.session.take_snapshot(a_snapshot())
    page = stage.page("holdings")
    show(page, 1040, 660)
    page.export_to(tmp_path / "missing" / "holdings.csv")
    qtbot.waitUntil(lambda: "could not be written" in said(page))
    assert list(tmp_path.iterdir()) == []


def test_an_export_replaces_a_file_whole(tmp_path: Path) -> None:
    """The older file stays until the newer one is complete."""
    target = tmp_path / "a.csv"
    target.write_text("old")
    assert written(target, b"new") == target
    assert target.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [target]


def test_full_addresses_are_in_the_tooltips(stage: Stage, show: Show) -> None:
    """As plain text: the tooltip's markup only escapes."""
    stage.session.take_snapshot(a_snapshot())
    page = stage.page("holdings")
    show(page, 1040, 660)
    weth = next(row for row in page.table.rows_model.rows if row.asset == "WETH")
    number = page.table.rows_model.rows.index(weth)
    index = page.table.rows_model.index(number, 0)
    tip = index.data(Qt.ItemDataRole.ToolTipRole)
    assert str(weth.valued.holding.amount.token.address) in tip


def test_strategies_show_their_contracts_in_full(stage: Stage, show: Show) -> None:
    """Positions, range, fees, exposure against the limit."""
    stage.session.take_snapshot(a_snapshot())
    page = stage.page("strategies")
    show(page, 1040, 660)
    words = said(page)
    for part in ("USDC yield vault", "4.24% of 10.00%", "Position 7", "in range",
                 "2,098.59–3,897.11 USDC per WETH", "Position manager"):  # fmt: skip
        assert part in words


def test_a_strategy_card_follows_a_newer_snapshot(stage: Stage, show: Show, qtbot: QtBot) -> None:
    """And none of the older card stays in sight."""
    stage.session.take_snapshot(a_snapshot())
    page = stage.page("strategies")
    show(page, 1040, 660)
    stage.session.take_snapshot(a_snapshot(holdings=a_snapshot().holdings[:5], positions=()))
    qtbot.waitUntil(lambda: "nothing deployed" in said(page))
    assert "Position 7" not in said(page)


def test_movements_are_read_from_what_is_kept(stage: Stage, show: Show, qtbot: QtBot) -> None:
    """Newest first, without any snapshot or network."""
    page = stage.page("movements")
    show(page, 1040, 660)
    qtbot.waitUntil(lambda: page.table.rows_model.rowCount() == 9)
    assert page.table.shown_texts()[0][:4] == ["2026-11-19 14:02", "paid", "−46,500.000000", "USDC"]
    assert "9 movements" in said(page)


def test_a_hash_is_cut_once_and_a_dash_is_one_dash(stage: Stage, show: Show, qtbot: QtBot) -> None:
    """Short hashes have the room they need; nothing there looks the same in every column."""
    page = stage.page("movements")
    show(page, 1040, 660)
    qtbot.waitUntil(lambda: page.table.rows_model.rowCount() == 9)
    model, columns = page.table.rows_filter, page.table.rows_model.columns
    hashes = [number for number, column in enumerate(columns) if column.is_mono]
    assert len(hashes) == 2
    for number in hashes:
        wanted = page.table.sizeHintForColumn(number)
        assert page.table.columnWidth(number) >= wanted
        header = page.table.horizontalHeader()
        assert header.sectionSize(number) >= header.sectionSizeHint(number)
    (at,) = (n for n, column in enumerate(columns) if column.title == "Counterpart")
    stranger = page.table.shown_texts()[1][at]
    assert stranger.startswith("0x")
    room = page.table.columnWidth(at) - 2 * tokens.GRID
    assert page.table.fontMetrics().horizontalAdvance(stranger) < room
    (dash,) = (row for row in range(9) if model.index(row, hashes[0]).data() == "–")
    assert model.index(dash, hashes[0]).data(Qt.ItemDataRole.FontRole) is None
    assert model.index(dash, hashes[1]).data(Qt.ItemDataRole.FontRole) is not None


def test_movements_filter_by_kind_and_by_words(stage: Stage, show: Show, qtbot: QtBot) -> None:
    """Both at once; the count says how many of how many."""
    page = stage.page("movements")
    show(page, 1040, 660)
    qtbot.waitUntil(lambda: page.table.rows_model.rowCount() == 9)
    page._kinds.setCurrentText("fees collected")
    assert "2 of 9" in said(page)
    page._filter.setText("weth 0.81")
    assert page.table.rows_filter.rowCount() == 1


def test_a_chosen_movement_shows_its_hashes_in_full(stage: Stage, show: Show, qtbot: QtBot) -> None:
    """With the keyboard: the arrow chooses, the detail follows."""
    page = stage.page("movements")
    show(page, 1040, 660)
    qtbot.waitUntil(lambda: page.table.rows_model.rowCount() == 9)
    page.table.setFocus()
    qtbot.keyClick(page.table, Qt.Key.Key_Down)
    row = page.table.chosen_row()
    assert row.safe_tx_hash_full in said(page)
    assert row.transaction_hash_full in said(page)


def test_movements_export_what_the_kind_shows(
    stage: Stage, show: Show, qtbot: QtBot, tmp_path: Path
) -> None:
    """Exact and formula-proof."""
    stage.desk.answers["movements"] = (a_movement(note="=1+1"),)
    page = stage.page("movements")
    show(page, 1040, 660)
    qtbot.waitUntil(lambda: page.table.rows_model.rowCount() == 1)
    page.export_to(tmp_path / "movements.csv")
    qtbot.waitUntil(lambda: "Written to movements.csv." in said(page))
    assert '"\'=1+1"' in (tmp_path / "movements.csv").read_text("utf-8")


def test_movements_are_found_by_all_that_is_known_of_them(
    stage: Stage, show: Show, qtbot: QtBot
) -> None:
    """Also by what a cell cuts or leaves out: whole hashes and addresses, and the note."""
    wanted = a_movement(note="rent of the office", strategy="Harbour lease")
    stage.desk.answers["movements"] = (*some_movements()[1:], wanted)
    page = stage.page("movements")
    show(page, 1040, 660)
    qtbot.waitUntil(lambda: page.table.rows_model.rowCount() == 9)
    assert wanted.safe_tx_hash is not None
    for words in (
        wanted.transaction_hash.hex()[10:40], f"0x{wanted.safe_tx_hash.hex()}",
        str(wanted.counterpart).upper(), "OFFICE", "lease 46,500", "payroll",
    ):  # fmt: skip
        page._filter.setText(words)
        assert page.table.rows_filter.rowCount() == 1, words
    page._filter.setText("nobody's")
    assert page.table.rows_filter.rowCount() == 0


def test_a_period_shows_and_exports_its_days_only(
    stage: Stage, show: Show, qtbot: QtBot, tmp_path: Path
) -> None:
    """Both ends included; what is written is what is shown, in the form that was chosen."""
    page = stage.page("movements")
    show(page, 1040, 660)
    qtbot.waitUntil(lambda: page.table.rows_model.rowCount() == 9)
    page.export.first.setText("2026-10-19")
    page.export.last.setText("2026-11-19")
    assert "2 of 9" in said(page)
    for number, (name, begins) in enumerate(
        (("m.csv", '"time UTC"'), ("a.csv", '"safe","from"'), ("j.journal", "; Movements"))
    ):
        page.export.form.setCurrentIndex(number)
        page.export_to(tmp_path / name)
        qtbot.waitUntil(lambda name=name: f"Written to {name}." in said(page))
        text = (tmp_path / name).read_text("utf-8")
        assert text.startswith(begins)
        assert text.count(f"0x{some_movements()[0].transaction_hash.hex()}") == 1
        assert f"0x{some_movements()[2].transaction_hash.hex()}" not in text


def test_a_period_in_which_nothing_moved_says_so(stage: Stage, show: Show, qtbot: QtBot) -> None:
    """The table, and the button that cannot be pressed."""
    page = stage.page("movements")
    show(page, 1040, 660)
    qtbot.waitUntil(lambda: page.table.rows_model.rowCount() == 9)
    assert page.export.button.button.isEnabled()
    page.export.first.setText("2027-01-01")
    assert page.table.rows_model.rowCount() == 0
    assert page.export.button.reason == "Nothing moved in this period."
    assert not page.export.button.button.isEnabled()
    page.export.first.clear()
    assert page.export.button.button.isEnabled()


def test_what_is_no_period_shuts_the_export_with_the_reason(
    stage: Stage, show: Show, qtbot: QtBot
) -> None:
    """Everything stays in sight while a day is being typed."""
    page = stage.page("movements")
    show(page, 1040, 660)
    qtbot.waitUntil(lambda: page.table.rows_model.rowCount() == 9)
    page.export.last.setText("2026-1")
    assert "YYYY-MM-DD" in page.export.button.reason
    assert page.table.rows_model.rowCount() == 9
    page.export.last.setText("2026-01-01")
    page.export.first.setText("2026-01-02")
    assert "before it begins" in page.export.button.reason


def test_the_export_is_reached_by_the_keyboard(stage: Stage, show: Show, qtbot: QtBot) -> None:
    """From the search through kind, period and form to the button."""
    page = stage.page("movements")
    show(page, 1040, 660)
    qtbot.waitUntil(lambda: page.table.rows_model.rowCount() == 9)
    order = [page._filter, page._kinds, page.export.first, page.export.last, page.export.form,
             page.export.button.button]  # fmt: skip
    widget, met = page._filter, []
    for _ in range(40):
        if widget in order:
            met.append(widget)
        widget = widget.nextInFocusChain()
    assert met[: len(order)] == order
    assert all(each.focusPolicy() & Qt.FocusPolicy.TabFocus for each in order)
    assert all(each.accessibleName() or each is order[-1] for each in order)


def test_no_movements_and_unreadable_movements_are_told_apart(
    stage: Stage, show: Show, qtbot: QtBot
) -> None:
    """Empty invites to read; failed offers to try again, and then works."""
    stage.desk.answers["movements"] = Unavailable("The records cannot be read.")
    page = stage.page("movements")
    show(page, 1040, 660)
    qtbot.waitUntil(lambda: "The records cannot be read." in said(page))
    stage.desk.answers["movements"] = ()
    button(page, "Try again").click()
    qtbot.waitUntil(lambda: "Nothing has moved yet" in said(page))


def test_a_refresh_brings_newer_movements(stage: Stage, show: Show, qtbot: QtBot) -> None:
    """When it ends, the page in sight reads anew."""
    stage.desk.answers["movements"] = ()
    page = stage.page("movements")
    show(page, 1040, 660)
    qtbot.waitUntil(lambda: "Nothing has moved yet" in said(page))
    stage.desk.answers["movements"] = (a_movement(),)
    stage.session.ask_refresh()
    stage.session.end_refresh()
    qtbot.waitUntil(lambda: page.table.rows_model.rowCount() == 1)


def test_hostile_names_stay_plain_text(stage: Stage, show: Show, qtbot: QtBot) -> None:
    """Markup in a workspace or a purpose is shown; the fixture looks at every label."""
    evil = "<img src='file:///etc/passwd'>"
    workspace = a_workspace()
    strategy = workspace.strategies[0]
    named = strategy.__class__(
        name=evil, group=evil, venue="erc4626", contracts=strategy.contracts, asset=strategy.asset
    )
    stage.desk.workspace = a_workspace(strategies=(named,))
    stage.session.take_snapshot(a_snapshot())
    stage.session.take_queue((a_queued(purpose=evil),))
    page = stage.page("overview")
    show(page, 1040, 660)
    qtbot.waitUntil(lambda: evil in said(page))
