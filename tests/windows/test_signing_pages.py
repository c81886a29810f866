"""The pages between drafting and executing, together in the frame."""

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from tests.samples import a_snapshot
from tests.signing_desk import a_kept, a_signing_desk
from treasury_desktop.windows.errands import Errands
from treasury_desktop.windows.main_window import SMALLEST, MainWindow
from treasury_desktop.windows.session import Session
from treasury_desktop.windows.signing_pages import signing_pages

Show = Callable[..., None]
_BESIDE_THE_PAGE = 200 + 2 * 24
"""The navigation and both margins."""


def a_frame(errands: Errands) -> MainWindow:
    """The window with these pages and one transaction under review."""
    queued = a_kept()
    session = Session()
    session.take_snapshot(a_snapshot())
    session.take_queue((queued,))
    session.select(queued.safe_tx_hash)
    frames: list[MainWindow] = []

    def go_to(key: str) -> None:
        frames[0].show_page(key)

    frames.append(
        MainWindow(
            signing_pages(session, errands, a_signing_desk((queued,)), go_to), session, errands
        )
    )
    session.setParent(frames[0])
    return frames[0]


@pytest.mark.parametrize("key", ["deploy", "queue", "review", "sign", "keys", "settings"])
def test_nothing_is_cut_off_in_the_smallest_window(
    key: str, errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """Every page is at most as wide as the smallest window has room."""
    frame = a_frame(errands)
    show(frame, SMALLEST.width(), SMALLEST.height())
    frame.show_page(key)
    qtbot.waitUntil(lambda: errands.is_quiet)
    room = SMALLEST.width() - _BESIDE_THE_PAGE
    assert frame.page_widget(key).minimumSizeHint().width() <= room


def test_the_review_leads_to_signing_the_same_transaction(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """Sign shows what Review acknowledged."""
    frame = a_frame(errands)
    show(frame, 1280, 800)
    frame.show_page("review")
    review = frame.page_widget("review")
    button = review.sign.button  # type: ignore[attr-defined]
    qtbot.waitUntil(button.isEnabled, timeout=5000)
    button.click()
    assert frame.shown_page == "sign"
    sign = frame.page_widget("sign")
    assert sign.pane.state == "content"  # type: ignore[attr-defined]
