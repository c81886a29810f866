"""The pools page: charts, spans, crosshair, syncing and exports."""

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.desk_at_hand import DeskAtHand
from tests.samples import DAY, NOW, POOL, a_series, a_snapshot, a_workspace
from treasury_desktop.errors import Cancelled, Unavailable
from treasury_desktop.windows.errands import Errands
from treasury_desktop.windows.pools.axis import figure_text, round_figures
from treasury_desktop.windows.pools.page import PoolsPage
from treasury_desktop.windows.session import Session
from treasury_desktop.windows.untrusted import texts_in

Show = Callable[..., None]


def a_year(_pool: str, bucket_seconds: int) -> Any:
    """A year of candles of the length asked for."""
    return a_series(bucket_seconds=bucket_seconds)


class Stage:
    """A session, a desk at hand and the page."""

    def __init__(self, errands: Errands) -> None:
        self.errands = errands
        self.session = Session()
        self.session.take_snapshot(a_snapshot())
        self.desk: Any = DeskAtHand(pool_series=a_year)

    def page(self) -> PoolsPage:
        """The page."""
        return PoolsPage(self.session, self.errands, self.desk)


@pytest.fixture
def stage(errands: Errands) -> Stage:
    """A desk that keeps a year of swaps."""
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


@pytest.fixture
def shown(stage: Stage, show: Show, qtbot: QtBot) -> PoolsPage:
    """The page with a year drawn."""
    page = stage.page()
    show(page, 1040, 660)
    qtbot.waitUntil(lambda: page.card.series is not None)
    return page


def test_pyqtgraph_is_not_imported_before_a_chart_is_built() -> None:
    """Building the page without a series costs nothing of it, nor of NumPy."""
    code = (
        "from PySide6.QtWidgets import QApplication; a = QApplication([]);"
        "from tests.desk_at_hand import DeskAtHand;"
        "from treasury_desktop.windows.errands import Errands;"
        "from treasury_desktop.windows.session import Session;"
        "from treasury_desktop.windows.pools.page import PoolsPage;"
        "e = Errands(); p = PoolsPage(Session(), e, DeskAtHand()); import sys;"
        "print([m for m in ('pyqtgraph', 'numpy') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_a_year_is_drawn_with_its_source_and_our_range(shown: PoolsPage) -> None:
    """Price, change, figures, range, unit, pool, blocks and age stand beside the chart."""
    words = said(shown)
    for part in ("3,012.55 USDC per WETH", "+7.6% in 1 Y", "volume", "Swap events of Uniswap v3",
                 "Shaded: Position 7: 2,098.59–3,897.11",
                 "blocks 12–19\u2009000\u2009100"):  # fmt: skip
        assert part in words


def test_spans_zoom_and_ask_for_finer_candles(shown: PoolsPage, stage: Stage, qtbot: QtBot) -> None:
    """Three months are the same daily candles; a week needs finer ones."""
    shown.tools.choose_span(3)
    chart = shown.card._chart
    assert chart is not None
    low, high = chart._price.vb.viewRange()[0]
    assert 85 * DAY < high - low < 97 * DAY
    shown.tools.choose_span(1)
    qtbot.waitUntil(lambda: shown.card.series is not None
                    and shown.card.series.bucket_seconds == 4 * 3600)  # fmt: skip
    asked = [arguments for action, arguments in stage.desk.asked if action == "pool_series"]
    assert asked == [(str(POOL), DAY), (str(POOL), 4 * 3600)]


def test_price_and_volume_share_one_time_axis(shown: PoolsPage, qtbot: QtBot) -> None:
    """Zooming one zooms the other."""
    chart = shown.card._chart
    assert chart is not None
    start = NOW - 40 * DAY
    chart._price.vb.setXRange(start, NOW, padding=0)
    qtbot.waitUntil(lambda: abs(chart._volume.vb.viewRange()[0][0] - start) < DAY)


def test_the_arrow_keys_walk_along_the_candles(shown: PoolsPage, qtbot: QtBot) -> None:
    """The crosshair and its exact figures follow; Escape lets go."""
    chart = shown.card._chart
    assert chart is not None
    chart.setFocus()
    qtbot.keyClick(chart, Qt.Key.Key_Left)
    qtbot.keyClick(chart, Qt.Key.Key_Left)
    assert "2026-11-21   open" in said(shown)
    assert all(line.isVisible() for line in chart._cross)
    qtbot.keyClick(chart, Qt.Key.Key_Escape)
    assert "2026-11-22   open" in said(shown)
    assert not any(line.isVisible() for line in chart._cross)


def test_turning_round_shows_the_other_token(shown: PoolsPage) -> None:
    """Prices, range and unit turn together."""
    button(shown, "USDC per WETH").click()
    words = said(shown)
    assert "0.000331945 WETH per USDC" in words
    assert "0.000256601–0.000476511 WETH per USDC" in words


@pytest.mark.parametrize("has_candles", [True, False])
@pytest.mark.parametrize("is_log", [True, False])
def test_every_way_of_drawing_keeps_the_prices_in_sight(
    has_candles: bool, is_log: bool, shown: PoolsPage
) -> None:
    """Candles or line, linear or logarithmic: the height fits what is drawn."""
    shown.tools.choose_drawing(has_candles=has_candles, is_log=is_log)
    chart = shown.card._chart
    assert chart is not None
    low, high = chart._price.vb.viewRange()[1]
    ends = (10**low, 10**high) if is_log else (low, high)
    assert 1_900 < ends[0] < 2_100
    assert 3_890 < ends[1] < 4_200


def test_a_line_is_clipped_and_thinned_and_one_pixel_wide(shown: PoolsPage) -> None:
    """What keeps a million points fast."""
    shown.tools.choose_drawing(has_candles=False, is_log=False)
    chart = shown.card._chart
    assert chart is not None
    (line,) = [item for item in chart._price.items if hasattr(item, "setClipToView")]
    assert line.opts["clipToView"]
    assert line.opts["autoDownsample"]
    assert line.opts["downsampleMethod"] == "peak"
    assert line.opts["pen"].isCosmetic()
    assert line.opts["pen"].width() == 1


def test_swaps_are_read_with_progress_and_can_be_stopped(
    stage: Stage, show: Show, qtbot: QtBot
) -> None:
    """The chart stays; what was read is kept, and the page says that it was stopped."""
    stopped = threading.Event()

    def sync(on_progress: Any, is_cancelled: Any) -> None:
        while not is_cancelled():
            on_progress(3_000, 10_000, "WETH/USDC 0.05%")
            stopped.wait(0.01)
        raise Cancelled("Stopped; what was read is kept.")

    stage.desk.answers["sync_pools"] = sync
    page = stage.page()
    show(page, 1040, 660)
    qtbot.waitUntil(lambda: page.card.series is not None)
    page.card.sync.setFocus()
    button(page, "Read new swaps").click()
    qtbot.waitUntil(lambda: "3\u2009000 of 10\u2009000" in said(page))
    assert not page.card.sync.isEnabled()
    assert not page.card.png.hasFocus()
    button(page, "Cancel").click()
    qtbot.waitUntil(lambda: "Stopped; what was read is kept." in said(page))
    qtbot.waitUntil(page.card.sync.isEnabled)
    assert page.card.sync.hasFocus()
    assert "3\u2009000 of 10\u2009000" not in said(page)


def test_a_sync_that_fails_offers_to_try_again(stage: Stage, show: Show, qtbot: QtBot) -> None:
    """And the chart of what is kept stays in sight."""
    stage.desk.answers["sync_pools"] = Unavailable("The node does not answer.")
    page = stage.page()
    show(page, 1040, 660)
    qtbot.waitUntil(lambda: page.card.series is not None)
    page.sync()
    qtbot.waitUntil(lambda: "The node does not answer." in said(page))
    stage.desk.answers["sync_pools"] = None
    button(page, "Try again").click()
    qtbot.waitUntil(lambda: "The node does not answer." not in said(page))
    assert "3,012.55" in said(page)


def test_a_pool_without_swaps_offers_to_read_them(stage: Stage, show: Show, qtbot: QtBot) -> None:
    """Empty, then read, then drawn."""
    stage.desk.answers |= {"pool_series": a_series(0), "sync_pools": None}
    page = stage.page()
    show(page, 1040, 660)
    qtbot.waitUntil(lambda: "have been read yet" in said(page))
    stage.desk.answers["pool_series"] = a_year
    button(page, "Read swaps").click()
    qtbot.waitUntil(lambda: "3,012.55" in said(page))


def test_a_series_that_cannot_be_read_says_why(stage: Stage, show: Show, qtbot: QtBot) -> None:
    """And tries again when asked."""
    stage.desk.answers["pool_series"] = Unavailable("The histories are damaged.")
    page = stage.page()
    show(page, 1040, 660)
    qtbot.waitUntil(lambda: "The histories are damaged." in said(page))
    stage.desk.answers["pool_series"] = a_year
    button(page, "Try again").click()
    qtbot.waitUntil(lambda: page.card.series is not None)


def test_while_a_series_is_read_the_page_shows_skeletons(
    stage: Stage, show: Show, qtbot: QtBot
) -> None:
    """And the chart when it is there."""
    go_on = threading.Event()

    def slow(_pool: str, bucket_seconds: int) -> Any:
        go_on.wait(10)
        return a_series(bucket_seconds=bucket_seconds)

    stage.desk.answers["pool_series"] = slow
    page = stage.page()
    show(page, 1040, 660)
    qtbot.waitUntil(lambda: page._pane.state == "loading")
    go_on.set()
    qtbot.waitUntil(lambda: page._pane.state == "content")


def test_offline_the_chart_of_what_was_read_stays(shown: PoolsPage, stage: Stage) -> None:
    """With a line that says so."""
    stage.session.chain_failed("The node does not answer.", NOW - 540)
    assert "The chart shows what was read before." in said(shown)
    assert "3,012.55" in said(shown)


def test_a_long_silence_offers_to_read_new_swaps(stage: Stage, show: Show, qtbot: QtBot) -> None:
    """The newest candle is nine days old."""
    stage.desk.answers["now"] = NOW + 9 * DAY
    page = stage.page()
    show(page, 1040, 660)
    qtbot.waitUntil(lambda: "The newest swap kept here is 8 d old" in said(page))


def test_a_workspace_without_pools_says_what_the_page_is_for(stage: Stage, show: Show) -> None:
    """No dead controls."""
    stage.desk.workspace = a_workspace(pools=())
    page = stage.page()
    show(page, 1040, 660)
    assert "No pool is watched" in said(page)


def test_a_pool_of_unlisted_tokens_is_not_drawn_wrong(
    stage: Stage, show: Show, qtbot: QtBot
) -> None:
    """Without decimals there is no price."""
    stage.desk.workspace = a_workspace(tokens=())
    page = stage.page()
    show(page, 1040, 660)
    qtbot.waitUntil(lambda: "not all listed" in said(page))


def test_the_chart_is_exported_as_picture_and_as_figures(
    shown: PoolsPage, qtbot: QtBot, tmp_path: Path
) -> None:
    """A PNG without buttons, and every candle as CSV."""
    shown.export_png(tmp_path / "pool.png")
    qtbot.waitUntil(lambda: "Written to pool.png." in said(shown))
    picture = QImage(str(tmp_path / "pool.png"))
    assert picture.width() > 900
    shown.export_csv(tmp_path / "pool.csv")
    qtbot.waitUntil(lambda: "Written to pool.csv." in said(shown))
    assert (tmp_path / "pool.csv").read_text("utf-8").count("\n") == 366
    assert all(each.isVisibleTo(shown) for each in (shown.card.png, shown.card.csv))


@pytest.mark.parametrize(
    ("low", "high", "wanted", "figures"),
    [
        (2_098.0, 3_897.0, 6, [2_500.0, 3_000.0, 3_500.0]),
        (0.0, 1_700_000.0, 2, [0.0, 1_000_000.0]),
        (1.0, 1.0, 4, [1.0]),
    ],
)
def test_figures_at_an_axis_are_round(
    low: float, high: float, wanted: int, figures: list[float]
) -> None:
    """Multiples of one, two or five."""
    assert round_figures(low, high, wanted) == pytest.approx(figures)


def test_figures_at_an_axis_have_grouped_thousands() -> None:
    """And no exponents."""
    assert [figure_text(each) for each in (1_500_000.0, 0.0, 0.00034, 2.5)] == [
        "1,500,000", "0", "0.00034", "2.5",
    ]  # fmt: skip
