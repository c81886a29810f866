"""The queue page: lanes, the one accented step, import in three ways, export and execution."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QByteArray, QEvent, QMimeData, QObject, QPointF, Qt, QThread, QUrl
from PySide6.QtGui import QColor, QDropEvent, QImage
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.samples import NOW, a_block, a_deposit_tx, a_safe, a_snapshot
from tests.signing_desk import EXECUTOR_KEY, a_hostile_tx, a_kept, a_signing_desk
from treasury_desktop.desk.doors import IsCancelled, OnProgress, Receipt
from treasury_desktop.desk.import_transaction import Imported
from treasury_desktop.errors import Cancelled, Malformed, Refused, TreasuryError, Unavailable
from treasury_desktop.safes.lifecycle import State
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.viewmodels.next_step import Step
from treasury_desktop.windows.actions_of_exchange import Arrival
from treasury_desktop.windows.errands import Errands
from treasury_desktop.windows.picture import grey_pixels
from treasury_desktop.windows.queue.page import MOST_CARDS, MOST_PASTED, TOO_MUCH, QueuePage
from treasury_desktop.windows.session import Session

Show = Callable[..., None]
IMPORTED = Imported(safe_tx_hash=bytes(32), was_known=False, new_confirmations=1, quarantined=0)


def a_page(
    errands: Errands, queue: tuple[QueuedTransaction, ...] = (), **answers: Any
) -> QueuePage:
    """The page on one queue at the sample desk."""
    session = Session()
    session.take_snapshot(a_snapshot())
    session.take_queue(queue)
    page = QueuePage(session, errands, a_signing_desk(queue, **answers))
    session.setParent(page)
    return page


def accented(page: QueuePage) -> list[str]:
    """The words of every accented button in the lanes."""
    return [
        button.text()
        for card in page.cards
        for button in card.findChildren(QPushButton)
        if button.property("role") == "primary"
    ]


def ready() -> QueuedTransaction:
    """Enough signatures at the next nonce."""
    return a_kept(signed_by=(1, 2), state=State.CONFIRMED)


def test_one_button_is_accented_and_it_is_mine(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """Whatever waits, one step is the next."""
    queue = (a_kept(signed_by=(2,)), a_kept(a_hostile_tx()), a_kept(a_deposit_tx(5, nonce=13)))
    page = a_page(errands, queue)
    show(page, 1000, 800)
    qtbot.waitUntil(lambda: any(card.card.verdict[0] == "block" for card in page.cards))
    qtbot.waitUntil(lambda: accented(page) == ["Review and sign"])


def test_a_step_selects_the_transaction_and_leads_to_its_review(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """Nothing is signed from the queue itself."""
    queued = a_kept(signed_by=(2,))
    page = a_page(errands, (queued,))
    show(page, 1000, 800)
    qtbot.waitUntil(lambda: page.cards[0].card.step is Step.SIGN)
    with qtbot.waitSignal(page.page_asked) as asked:
        page.cards[0].buttons[Step.SIGN].click()
    assert asked.args == ["review"]
    assert page._session.selection == queued.safe_tx_hash


def test_what_was_pasted_is_imported(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """The clipboard's text goes to the desk, and what came of it is said."""
    page = a_page(errands, import_text=IMPORTED)
    show(page, 1000, 800)
    QApplication.clipboard().setText('{"format": "…"}')
    qtbot.keyClick(page, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: page.says.text() == "Imported a new transaction. 1 new confirmation.")


def a_picture() -> QImage:
    """A white square."""
    image = QImage(9, 9, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    return image


def pasting(page: QueuePage, qtbot: QtBot) -> None:
    """What a person does who pastes."""
    qtbot.keyClick(page, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)


def test_a_pasted_picture_is_imported(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """A picture reaches the desk as the file of it would, off the GUI thread."""
    seen: list[tuple[bytes, bool]] = []

    def take(data: bytes) -> Imported:
        seen.append((data, QThread.isMainThread()))
        return IMPORTED

    page = a_page(errands, import_bytes=take)
    show(page, 1000, 800)
    QApplication.clipboard().setImage(a_picture())
    pasting(page, qtbot)
    qtbot.waitUntil(lambda: page.says.text() == "Imported a new transaction. 1 new confirmation.")
    ((content, is_main),) = seen
    assert grey_pixels(content) == (b"\xff" * 81, 9, 9)
    assert not is_main


def test_a_pasted_file_of_a_picture_is_left_as_it_is(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """Where the clipboard has the file itself nothing is decoded here."""
    seen: list[bytes] = []

    def take(data: bytes) -> Imported:
        seen.append(data)
        return IMPORTED

    page = a_page(errands, import_bytes=take)
    show(page, 1000, 800)
    pasted = QMimeData()
    pasted.setData("image/png", QByteArray(b"\x89PNG, as it was"))
    QApplication.clipboard().setMimeData(pasted)
    pasting(page, qtbot)
    qtbot.waitUntil(lambda: seen == [b"\x89PNG, as it was"])


def test_text_beside_a_pasted_picture_is_what_is_meant(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """Programs that copy both mean the text."""
    page = a_page(errands, import_text=IMPORTED)
    show(page, 1000, 800)
    pasted = QMimeData()
    pasted.setText("{}")
    pasted.setImageData(a_picture())
    QApplication.clipboard().setMimeData(pasted)
    pasting(page, qtbot)
    qtbot.waitUntil(lambda: page.says.text().startswith("Imported"))


def test_pasted_pictures_that_are_too_much(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """A file above the limit is not taken, a picture with too many pixels not turned into one."""
    page = a_page(errands)
    show(page, 1000, 800)
    pasted = QMimeData()
    pasted.setData("image/png", QByteArray(bytes(MOST_PASTED + 1)))
    QApplication.clipboard().setMimeData(pasted)
    pasting(page, qtbot)
    assert page.says.text() == TOO_MUCH
    QApplication.clipboard().setImage(QImage(40_001, 1_000, QImage.Format.Format_Mono))
    pasting(page, qtbot)
    qtbot.waitUntil(lambda: "picture: has more than 40,000,000 pixels" in page.says.text())


def test_nothing_to_paste(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """An empty clipboard is said to be so."""
    page = a_page(errands)
    show(page, 1000, 800)
    QApplication.clipboard().clear()
    pasting(page, qtbot)
    assert page.says.text() == "There is neither text nor a picture on the clipboard."


def dropped(data: QMimeData) -> QDropEvent:
    """What Qt delivers when something is let go over the page."""
    return QDropEvent(
        QPointF(5, 5),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )


def test_a_dropped_file_is_imported(
    errands: Errands, show: Show, qtbot: QtBot, tmp_path: Path
) -> None:
    """One file at a time, read by the desk."""
    seen: list[Path] = []

    def take(path: Path) -> Imported:
        seen.append(path)
        return IMPORTED

    page = a_page(errands, import_file=take)
    show(page, 1000, 800)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "bundle.json"))])
    page.dropEvent(dropped(data))
    qtbot.waitUntil(lambda: seen == [tmp_path / "bundle.json"])


def test_a_dropped_web_address_is_never_fetched(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """The desk does not go anywhere because something was dropped."""
    page = a_page(errands)
    show(page, 1000, 800)
    data = QMimeData()
    data.setUrls([QUrl("https://example.invalid/bundle.json")])
    page.dropEvent(dropped(data))
    assert "nothing is fetched" in page.says.text()


def test_what_a_dropped_link_carries_is_read(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """The transaction stands in the link itself; the page it leads to is not asked."""
    seen: list[str] = []

    def take(text: str) -> Imported:
        seen.append(text)
        return IMPORTED

    page = a_page(errands, import_text=take)
    show(page, 1000, 800)
    data = QMimeData()
    link = "https://example.invalid/tx/?safe=eth:0x5aFE&tx=e30%2B"
    data.setUrls([QUrl(link)])
    page.dropEvent(dropped(data))
    qtbot.waitUntil(lambda: seen == [link])


def several(name: str) -> Arrival:
    """Something that came in."""
    return Arrival(name, IMPORTED)


def test_dropped_files_are_imported_together(
    errands: Errands, show: Show, qtbot: QtBot, tmp_path: Path
) -> None:
    """Each by itself; what was refused is named beside what came in."""
    seen: list[object] = []

    def take(things: object, on_progress: OnProgress, _is_cancelled: object) -> object:
        seen.append(things)
        on_progress(1, 2, "Importing a.json")
        return (several("a.json"), Arrival("b.json", None, "It is no bundle."))

    page = a_page(errands, import_several=take)
    show(page, 1000, 800)
    paths = [tmp_path / "a.json", tmp_path / "b.json"]
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    page.dropEvent(dropped(data))
    qtbot.waitUntil(lambda: page.says.text().endswith("b.json: It is no bundle."))
    assert seen == [paths]
    assert not page._progress.isVisible()


def test_pasted_links_are_imported_one_by_one(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """One below the other they are several things, whatever separates them."""
    seen: list[object] = []

    def take(things: object, *_rest: object) -> object:
        seen.append(things)
        return (several("pasted 1"), several("pasted 1"))

    page = a_page(errands, import_several=take)
    show(page, 1000, 800)
    QApplication.clipboard().setText("https://a.invalid/#1\nhttps://a.invalid/#2\n")
    page.paste()
    qtbot.waitUntil(lambda: page.says.text().startswith("2 things imported"))
    assert seen == [[b"https://a.invalid/#1\nhttps://a.invalid/#2\n"]]


def test_an_import_of_many_can_be_cancelled(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """What was imported before the cancel stays, and the queue is read again."""

    def take(_things: object, on_progress: OnProgress, is_cancelled: IsCancelled) -> object:
        on_progress(1, 50, "Importing a.json")
        while not is_cancelled():
            threading.Event().wait(0.01)
        raise Cancelled("Cancelled; what was imported before stays.")

    page = a_page(errands, import_several=take)
    show(page, 1000, 800)
    page.import_files([Path("a"), Path("b")])
    qtbot.waitUntil(page._progress.isVisible)
    page.import_files([Path("c"), Path("d")])
    assert page.says.text() == "An import is under way already."
    page._progress.cancel_asked.emit()
    qtbot.waitUntil(lambda: page.says.text() == "Cancelled; what was imported before stays.")


def test_a_broken_bundle_says_which_field(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """Nothing was imported, and why."""
    page = a_page(errands, import_text=Malformed("transaction.to", "is missing"))
    show(page, 1000, 800)
    QApplication.clipboard().setText("{}")
    page.paste()
    qtbot.waitUntil(lambda: page.says.text() == "Nothing was imported. transaction.to: is missing")


def open_execution(page: QueuePage, qtbot: QtBot) -> None:
    """Waits until it can be executed and opens the panel."""
    qtbot.waitUntil(lambda: page.cards[0].card.step is Step.EXECUTE)
    page.cards[0].buttons[Step.EXECUTE].click()
    qtbot.waitUntil(page.execute.send.button.isEnabled, timeout=4000)
    page.activateWindow()  # closing the window of an earlier test may take the keyboard away
    qtbot.waitUntil(page.isActiveWindow)


def test_executing_says_what_the_chain_announced(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """Hash, block and ExecutionSuccess of our hash; the executor key is the one that pays."""
    receipt = Receipt(
        transaction_hash=bytes(32), status=1, block=a_block(), gas_used=1, execution_success=True
    )
    page = a_page(errands, (ready(),), execute=receipt)
    show(page, 1000, 800)
    open_execution(page, qtbot)
    page.execute.send.button.click()
    qtbot.waitUntil(lambda: page.execute.outcome.is_shown)
    assert page.execute.outcome.outcome is not None
    assert page.execute.outcome.outcome.title == "Executed in block 19\u2009000\u2009123"
    assert page.execute.send.reason == "Executed in block 19\u2009000\u2009123."
    assert not page.execute.send.isVisible()
    assert page.execute.outcome.next.hasFocus()
    desk = page._actions
    asked = [arguments for name, arguments in desk.asked if name == "execute"]  # type: ignore[attr-defined]
    assert asked[0][1] == EXECUTOR_KEY


def test_who_comes_back_to_the_page_comes_to_the_lanes(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """What was executed is over; the queue is what the page is for."""
    receipt = Receipt(
        transaction_hash=bytes(32), status=1, block=a_block(), gas_used=1, execution_success=True
    )
    page = a_page(errands, (ready(),), execute=receipt)
    show(page, 1000, 800)
    open_execution(page, qtbot)
    page.execute.send.button.click()
    qtbot.waitUntil(lambda: page.execute.outcome.is_shown)
    page.hide()
    page.show()
    assert not page.execute.isVisible()
    assert page.cards[0].isVisible()


def test_what_is_being_sent_stays_in_sight(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """Leaving the page for a moment does not hide that something is under way."""
    go_on = threading.Event()

    def execute(*_asked: object) -> Receipt:
        go_on.wait(5)
        raise Unavailable("There is no receipt yet.")

    page = a_page(errands, (ready(),), execute=execute)
    show(page, 1000, 800)
    open_execution(page, qtbot)
    page.execute.send.button.click()
    page.hide()
    page.show()
    assert page.execute.isVisible()
    go_on.set()
    qtbot.waitUntil(lambda: page.execute.outcome.is_shown)


def test_the_execution_is_no_longer_than_itself(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """The lanes behind it give it nothing to scroll."""
    many = [a_kept(a_deposit_tx(5, nonce=nonce)) for nonce in range(13, 25)]
    page = a_page(errands, (ready(), *many))
    show(page, 1000, 800)
    qtbot.waitUntil(lambda: all(card.card.verdict[0] for card in page.cards))
    heights = [0, 0]

    def is_laid_out() -> bool:
        """Whether two looks between events found one height: the lanes have been laid out."""
        heights.append(page.minimumSizeHint().height())
        return heights[-3] == heights[-2] == heights[-1]

    qtbot.waitUntil(is_laid_out)
    lanes = heights[-1]
    open_execution(page, qtbot)
    assert page.minimumSizeHint().height() < lanes / 2
    page.execute.closed.emit()
    qtbot.waitUntil(lambda: page.minimumSizeHint().height() == lanes)


def test_esc_leads_from_the_execution_to_the_lanes(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """As the button above it does."""
    page = a_page(errands, (ready(),))
    show(page, 1000, 800)
    open_execution(page, qtbot)
    qtbot.keyClick(page.execute, Qt.Key.Key_Escape)
    assert not page.execute.isVisible()


def test_a_desk_without_an_owner_key_is_led_to_its_keys(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """That is the accented step, not sending the bundle on."""
    page = a_page(errands, (a_kept(),), keys=())
    show(page, 1000, 800)
    qtbot.waitUntil(lambda: accented(page) == ["Open Keys"])
    with qtbot.waitSignal(page.page_asked) as asked:
        page.cards[0].buttons[Step.OPEN_KEYS].click()
    assert asked.args == ["keys"]


def test_a_key_ring_that_does_not_answer_is_not_taken_for_an_empty_one(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """Nobody is told to create keys that are there."""
    page = a_page(errands, (a_kept(),), keys=Unavailable("The key ring is locked."))
    show(page, 1000, 800)
    qtbot.waitUntil(lambda: page.cards[0].card.step_words == "The keys of this desk are not known.")
    assert accented(page) == []


def test_no_receipt_is_unknown(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """The word failed does not occur."""
    page = a_page(errands, (ready(),), execute=Unavailable("There is no receipt yet."))
    show(page, 1000, 800)
    open_execution(page, qtbot)
    page.execute.send.button.click()
    qtbot.waitUntil(lambda: page.execute.outcome.is_shown)
    assert page.execute.outcome.outcome is not None
    assert page.execute.outcome.outcome.title == "Unknown"
    assert "failed" not in page.execute.outcome.accessibleName()


@pytest.mark.parametrize(
    ("failure", "title"),
    [
        (Refused("Every node refused it."), "Not sent"),
        (Malformed("bundle", "is damaged"), "Not sent"),
        (Cancelled("Cancelled; nothing was signed."), "Not sent"),
        (Unavailable("There is no receipt yet."), "Unknown"),
    ],
)
def test_what_is_said_when_nothing_came_of_it(
    errands: Errands, show: Show, qtbot: QtBot, failure: TreasuryError, title: str
) -> None:
    """Only a refusal says that nothing was sent; either way it may be tried again."""
    page = a_page(errands, (ready(),), execute=failure)
    show(page, 1000, 800)
    open_execution(page, qtbot)
    page.execute.send.button.click()
    qtbot.waitUntil(lambda: page.execute.outcome.is_shown)
    assert page.execute.outcome.outcome is not None
    assert page.execute.outcome.outcome.title == title
    assert page.execute.send.reason == ""
    assert page.execute.send.button.isEnabled()


@pytest.mark.expects_log
def test_a_fault_of_ours_while_executing_is_unknown(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """It may have happened after the sending, so nobody says that nothing was sent."""
    page = a_page(errands, (ready(),), execute=KeyError("ours"))
    show(page, 1000, 800)
    open_execution(page, qtbot)
    page.execute.send.button.click()
    qtbot.waitUntil(lambda: page.execute.outcome.is_shown)
    assert page.execute.outcome.outcome is not None
    assert page.execute.outcome.outcome.title == "Unknown"


@pytest.mark.parametrize(
    ("success", "may_try_again"), [(True, False), (False, False), (None, True)]
)
def test_after_a_receipt_only_what_did_not_run_is_executed_again(
    errands: Errands, show: Show, qtbot: QtBot, success: bool | None, may_try_again: bool
) -> None:
    """Where the Safe announced our hash, its nonce is used."""
    receipt = Receipt(
        transaction_hash=bytes(32), status=1, block=a_block(), gas_used=1, execution_success=success
    )
    page = a_page(errands, (ready(),), execute=receipt)
    show(page, 1000, 800)
    open_execution(page, qtbot)
    page.execute.send.button.click()
    qtbot.waitUntil(lambda: page.execute.outcome.is_shown)
    assert page.execute.send.button.isEnabled() is may_try_again


def test_offline_execution_says_why_it_waits(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """The button is shut with the chain's own trouble as the reason."""
    page = a_page(errands, (ready(),))
    page._session.chain_failed("The node does not answer.", NOW)
    show(page, 1000, 800)
    qtbot.waitUntil(lambda: page.cards[0].card.step is Step.EXECUTE)
    page.cards[0].buttons[Step.EXECUTE].click()
    assert page.execute.send.reason == "Sending needs the chain. The node does not answer."


def test_a_rejection_leads_to_its_review(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """It is in the queue, and nobody signs it without having read it."""
    rival = a_kept(signed_by=(2,))
    drafted = a_kept(SafeTx(to=a_safe().address, nonce=12), strategy=None)
    page = a_page(errands, (rival,), draft_rejection=drafted)
    show(page, 1000, 800)
    with qtbot.waitSignal(page.page_asked) as asked:
        page.findChildren(QPushButton, "reject")[0].click()
    assert asked.args == ["review"]
    assert page._session.selection == drafted.safe_tx_hash


def test_a_rejection_that_cannot_be_drafted_says_why(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """The page stays where it is."""
    page = a_page(errands, (a_kept(),), draft_rejection=Refused("Nonce 12 was used already."))
    show(page, 1000, 800)
    page.findChildren(QPushButton, "reject")[0].click()
    said = "No rejection was drafted. Nonce 12 was used already."
    qtbot.waitUntil(lambda: page.says.text() == said)


def test_a_second_rejection_at_once_is_said_to_be_one_too_many(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """The first is still being drafted."""
    drafted = a_kept(SafeTx(to=a_safe().address, nonce=12), strategy=None)
    page = a_page(errands, (a_kept(),), draft_rejection=drafted)
    show(page, 1000, 800)
    button = page.findChildren(QPushButton, "reject")[0]
    with qtbot.waitSignal(page.page_asked):
        button.click()
        button.click()
        assert page.says.text() == "A rejection is being drafted already."


def test_a_review_that_is_refused_loses_no_other_verdict(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """What cannot be reviewed is unfit to sign; the rest of the queue is judged as before."""
    page = a_page(errands, (a_kept(),), review=Refused("Its Safe is nobody's here."))
    show(page, 1000, 800)
    qtbot.waitUntil(lambda: list(page._examined.verdicts.values()) == ["block"])


def test_exporting_leads_to_its_page(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """With the transaction selected; nothing is written yet."""
    queued = a_kept(signed_by=(1,))
    page = a_page(errands, (queued,))
    show(page, 1000, 800)
    with qtbot.waitSignal(page.page_asked) as asked:
        page.cards[0].buttons[Step.EXPORT].click()
    assert asked.args == ["export"]
    assert page._session.selection == queued.safe_tx_hash


def test_an_empty_queue_says_what_to_do(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """One button leads to the first step."""
    page = a_page(errands)
    show(page, 1000, 800)
    assert page.pane.state == "message"


# ── hundreds of transactions ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("nonces", [range(12, 212), [12] * 200])
def test_hundreds_of_transactions_are_shown_in_parts(
    errands: Errands, show: Show, qtbot: QtBot, nonces: Sequence[int]
) -> None:
    """Anybody may send them: the next ones come first, in rows of three, the others at a click."""
    queue = tuple(a_kept(a_deposit_tx(5 + at, nonce=n)) for at, n in enumerate(nonces))
    page = a_page(errands, queue)
    show(page, 1000, 800)
    qtbot.waitUntil(lambda: errands.is_quiet, timeout=60_000)
    assert len(page.cards) == MOST_CARDS
    assert [card.card.nonce for card in page.cards] == list(nonces)[:MOST_CARDS]
    (more,) = (b for b in page.findChildren(QPushButton) if b.text() == "Show 140 more")
    more.click()
    assert len(page.cards) == 2 * MOST_CARDS
    assert page.minimumSizeHint().width() < 3 * 700


def test_all_lanes_come_into_sight_at_once(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """Shown one by one, each would have Qt lay out all the others again."""
    queue = tuple(a_kept(a_deposit_tx(5, nonce=nonce)) for nonce in range(12, 32))
    page = a_page(errands, queue)
    show(page, 1000, 800)
    qtbot.waitUntil(lambda: errands.is_quiet)
    asked = Asked(page._lanes)
    page._rebuild(page._view)  # type: ignore[arg-type]  there is one
    last = page.cards[-1]
    qtbot.waitUntil(last.isVisible)
    assert asked.to_appear == 1


class Asked(QObject):
    """Counts what Qt asks to appear, one by one, below something that is in sight already."""

    def __init__(self, above: QWidget) -> None:
        super().__init__(above)
        self.to_appear = 0
        self._above = above
        application = QApplication.instance()
        assert application is not None
        application.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802  Qt's name
        """Lets everything through."""
        if event.type() == QEvent.Type.MetaCall and isinstance(watched, QWidget):
            self.to_appear += self._above.isAncestorOf(watched)
        return False
