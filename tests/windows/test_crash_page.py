"""Facts about the page for our own bugs."""

from collections.abc import Callable

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from treasury_desktop.viewmodels.bug_report import SENTENCES, TITLE
from treasury_desktop.windows.crash_page import CrashPage
from treasury_desktop.windows.untrusted import texts_in

Show = Callable[..., None]
REPORT = "treasury-desktop 0.1.0\nValueError\n  somewhere, line 1, in it\n"


def test_it_says_whose_fault_it_is_and_what_still_works(show: Show) -> None:
    """Title, sentences and the report itself."""
    page = CrashPage(REPORT)
    show(page)

    words = texts_in(page)
    assert TITLE in words
    assert all(sentence in words for sentence in SENTENCES)
    assert page.report.toPlainText() == REPORT


def test_its_report_is_copied_whole(show: Show) -> None:
    """One press, and it can be sent to us."""
    page = CrashPage(REPORT)
    show(page)

    page.copy.click()

    assert QApplication.clipboard().text() == REPORT


def test_its_button_asks_to_end_the_program(show: Show, qtbot: QtBot) -> None:
    """Starting again is the one way to sign again."""
    page = CrashPage(REPORT)
    show(page)

    with qtbot.waitSignal(page.end_asked):
        page.end.click()
