"""Deploy, Queue, Review, Sign, Keys and Settings in their states, as pictures for human eyes.

`python tests/windows/page_gallery_signing.py FOLDER` writes them without a display.
"""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parents[2]))

from PySide6.QtCore import QSize, QTimer
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from tests.samples import (
    DAI,
    NOW,
    PAYROLL,
    STRANGER,
    USDC,
    a_block,
    a_confirmation,
    a_deposit_tx,
    a_safe,
    a_snapshot,
    a_workspace,
    an_owner,
)
from tests.signing_desk import (
    EXECUTOR_KEY,
    NO_KEY_RING,
    OTHER_OWNER_KEY,
    OWNER_KEY,
    WATCHED_KEY,
    a_batch_of_sixty,
    a_hostile_tx,
    a_kept,
    a_signing_desk,
    a_transfer_data,
)
from treasury_desktop.application.pages import Pages
from treasury_desktop.desk.beside import Beside
from treasury_desktop.desk.doors import Receipt
from treasury_desktop.errors import Unavailable
from treasury_desktop.safes.lifecycle import State
from treasury_desktop.safes.queued import QuarantinedSignature, QueuedTransaction
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.treasury.deny_list import DenyList, DenyLists
from treasury_desktop.treasury.further_limits import FurtherLimits
from treasury_desktop.treasury.terms import PolicyTerms
from treasury_desktop.viewmodels.handing_over import Form
from treasury_desktop.viewmodels.next_step import Step
from treasury_desktop.viewmodels.signing import execution_outcome, unknown_outcome
from treasury_desktop.windows.errands import Errands
from treasury_desktop.windows.look.style import look
from treasury_desktop.windows.main_window import MainWindow
from treasury_desktop.windows.pages import ICONS, ORDER, Page
from treasury_desktop.windows.session import Session
from treasury_desktop.windows.status_line import StatusPart

OFFLINE = "The node has not answered since 14:02 UTC."


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One page in one state: what the desk knows, and what is done to the page before the shot."""

    page: str
    name: str
    queue: tuple[QueuedTransaction, ...] = ()
    selected: int | None = None
    has_snapshot: bool = True
    is_offline: bool = False
    answers: tuple[tuple[str, Any], ...] = ()
    prepare: Callable[[Any], None] | None = None
    is_reviewed: bool = False
    size: tuple[int, int] = (1280, 800)


def a_payment(nonce: int = 13) -> SafeTx:
    """5,000 DAI to somebody nobody knows, in plain sight."""
    assert DAI.address is not None
    data = a_transfer_data(STRANGER.raw, 5_000 * 10**18)
    return SafeTx(to=DAI.address, data=data, nonce=nonce)


def a_payroll(nonce: int = 14) -> SafeTx:
    """46,500 USDC to the payroll."""
    assert USDC.address is not None
    data = a_transfer_data(PAYROLL.raw, 46_500 * 10**6)
    return SafeTx(to=USDC.address, data=data, nonce=nonce)


HONEST = a_kept(a_deposit_tx(400_000), signed_by=(2,))
READY = a_kept(a_deposit_tx(400_000), signed_by=(1, 2), state=State.CONFIRMED)
SENT = replace(READY, state=State.SENT, transaction_hash=bytes(range(32)))
HOSTILE = a_kept(
    a_hostile_tx(),
    drafted_here=False,
    strategy=None,
    purpose="Routine USDC transfer\u202e txt.exe <b>urgent</b>",
)
HOSTILE = replace(
    HOSTILE,
    quarantined=(
        QuarantinedSignature(
            safe_tx_hash=HOSTILE.safe_tx_hash,
            claimed_signer=an_owner(3),
            data=b"\x01" * 65,
            reason="invalid",
        ),
    ),
)
PAYMENT = a_kept(a_payment(), strategy=None, purpose="Retainer for the second quarter")
PAYROLL_TX = a_kept(a_payroll(), strategy=None, purpose="Payroll November", signed_by=(1,))
BATCH = a_kept(a_batch_of_sixty(), strategy=None, drafted_here=False, purpose="Payroll November")
DONE = replace(
    a_kept(a_deposit_tx(100_000, 11), signed_by=(1, 2)), state=State.EXECUTED, purpose="Earlier"
)
DENIED = DenyLists(
    read=(
        DenyList(
            name="OFAC, Ethereum addresses",
            published=date(2026, 11, 1),
            addresses=frozenset({STRANGER, PAYROLL}),
        ),
    ),
    unread=("The deny-list EU is not known: deny-list-0a1b2c3d4e5f.txt is not there.",),
)
LIMITED: tuple[tuple[str, Any], ...] = (
    (
        "workspace",
        a_workspace(
            tokens=tuple(
                replace(each, is_stable=each.token in (USDC, DAI)) for each in a_workspace().tokens
            ),
            terms=PolicyTerms(
                further=FurtherLimits(
                    protocol_limit_bps=800,
                    window_limit_bps=600,
                    window_days=30,
                    stable_floor_bps=1500,
                    runway_months=6,
                    monthly_spend_usd=120_000,
                )
            ),
        ),
    ),
    ("beside", Beside(deployed=(), denied=DENIED)),
)
"""A desk whose policy has every further limit on."""
QUEUE = (HONEST, HOSTILE, PAYMENT, PAYROLL_TX, DONE)


def type_amount(text: str, strategy: int = 0) -> Callable[[Any], None]:
    """Types an amount into the deploy page, for a strategy by its place."""

    def prepare(page: Any) -> None:
        if strategy:
            page.form.strategy.setCurrentIndex(strategy)
            page.form._on_strategy()
        page.form.amount.setText(text)
        page.form.purpose.setText("Proposal 14: idle dollars")

    return prepare


def show_definitions(page: Any) -> None:
    """The definitions in place of the figures."""
    type_amount("7%")(page)
    page.judgement._on_more()


def open_execution(page: Any) -> None:
    """Opens the panel that sends."""
    card = next(c for c in page.cards if c.card.step is Step.EXECUTE)
    page._on_step(Step.EXECUTE, card.card.safe_tx_hash)


def executed(page: Any) -> None:
    """The panel after a success."""
    open_execution(page)
    receipt = Receipt(
        transaction_hash=bytes(range(32)), status=1, block=a_block(), gas_used=214_311,
        execution_success=True,
    )  # fmt: skip
    page.execute.outcome.show_outcome(execution_outcome(receipt))
    page.execute._show_send()


def signs(review: Any, _key: object) -> Any:
    """A signer that agrees."""
    return a_confirmation(review.hashes.safe_tx, 1)


def press_sign(page: Any) -> None:
    """The page after a signature."""
    page.sign.button.click()


def sent_unknown(page: Any) -> None:
    """The panel when nobody knows."""
    open_execution(page)
    page.execute.outcome.show_outcome(unknown_outcome("There is no receipt yet for 0x0001…1e1f."))
    page.execute._show_send()


def change_first_key(page: Any) -> None:
    """Opens what can be done with the first key, and begins to remove it."""
    page.findChildren(QPushButton, "change-key")[0].click()
    page.change.typed.setText("Sign")


def pick(form: Form) -> Callable[[Any], None]:
    """Picks a form on the Export page."""

    def prepare(page: Any) -> None:
        page.forms.picks[form].click()

    return prepare


def type_base(page: Any) -> None:
    """Picks a link and types an address that is none."""
    pick(Form.LOCALSAFE)(page)
    page.base.selectAll()
    page.base.insert("htp:/safe")
    page.base.textEdited.emit("htp:/safe")


def watch_an_owner(page: Any) -> None:
    """Chooses the address alone and types half of what is needed."""
    page.new_key.source.setCurrentIndex(4)
    page.new_key.label.setText("Trezor at home")
    page.findChildren(QPushButton, "change-key")[2].click()


SCENES = (
    Scene(page="deploy", name="empty"),
    Scene(page="deploy", name="unread", has_snapshot=False),
    Scene(page="deploy", name="within", prepare=type_amount("4%")),
    Scene(page="deploy", name="above", prepare=type_amount("310000")),
    Scene(page="deploy", name="refused", prepare=type_amount("12%")),
    Scene(page="deploy", name="bad-input", prepare=type_amount("1,00")),
    Scene(page="deploy", name="huge", prepare=type_amount("9" * 40)),
    Scene(page="deploy", name="rival", queue=(HOSTILE,), prepare=type_amount("2%")),
    Scene(page="deploy", name="defined", prepare=show_definitions),
    Scene(page="deploy", name="range", prepare=type_amount("40", 1)),
    Scene(page="deploy", name="limits", answers=LIMITED, prepare=type_amount("3%")),
    Scene(page="deploy", name="limits-kept", answers=LIMITED, prepare=type_amount("50000")),
    Scene(page="review", name="limits", queue=QUEUE[:1], selected=0, answers=LIMITED),
    Scene(page="settings", name="limits", answers=LIMITED, size=(1280, 1900)),
    Scene(page="deploy", name="offline", is_offline=True, prepare=type_amount("4%")),
    Scene(page="queue", name="empty"),
    Scene(page="queue", name="lanes", queue=QUEUE),
    Scene(page="queue", name="ready", queue=(READY, PAYMENT)),
    Scene(page="queue", name="no-owner-key", queue=QUEUE, answers=(("keys", ()),)),
    Scene(page="queue", name="sent", queue=(SENT, PAYMENT), is_offline=True),
    Scene(page="queue", name="execute", queue=(READY,), prepare=open_execution),
    Scene(page="queue", name="executed", queue=(READY,), prepare=executed),
    Scene(page="queue", name="unknown", queue=(READY,), prepare=sent_unknown),
    Scene(page="review", name="empty"),
    Scene(page="review", name="within", queue=QUEUE[:1], selected=0),
    Scene(page="review", name="hostile", queue=QUEUE, selected=1),
    Scene(page="review", name="batch", queue=(BATCH,), selected=0),
    Scene(page="review", name="danger", queue=QUEUE, selected=2, is_offline=True),
    Scene(page="review", name="within-tall", queue=QUEUE[:1], selected=0, size=(1600, 1200)),
    Scene(
        page="review", name="trouble", queue=QUEUE, selected=0,
        answers=(("review", Unavailable("The record cannot be read.")),),
    ),
    Scene(page="export", name="empty"),
    Scene(page="export", name="bundle", queue=QUEUE, selected=0),
    Scene(page="export", name="short", queue=QUEUE, selected=0, prepare=pick(Form.SHORT)),
    Scene(page="export", name="request", queue=QUEUE, selected=0, prepare=pick(Form.REQUEST)),
    Scene(page="export", name="signature", queue=QUEUE, selected=0, prepare=pick(Form.SIGNATURE)),
    Scene(page="export", name="link", queue=QUEUE, selected=0, prepare=pick(Form.ETERNAL_SAFE)),
    Scene(page="export", name="wrong", queue=QUEUE, selected=0, prepare=type_base),
    Scene(page="export", name="unread", queue=QUEUE, selected=2, has_snapshot=False),
    Scene(page="export", name="small", queue=QUEUE, selected=0, size=(1024, 700)),
    Scene(page="sign", name="empty"),
    Scene(page="sign", name="ready", queue=QUEUE[:1], selected=0, is_reviewed=True),
    Scene(page="sign", name="signed", queue=QUEUE[:1], selected=0, is_reviewed=True,
          answers=(("sign", signs),), prepare=press_sign),
    Scene(page="sign", name="no-key", queue=QUEUE[:1], selected=0, is_reviewed=True,
          answers=(("keys", (OTHER_OWNER_KEY, EXECUTOR_KEY)),)),
    Scene(page="keys", name="two"),
    Scene(page="keys", name="change", prepare=change_first_key),
    Scene(page="keys", name="watch", prepare=watch_an_owner,
          answers=(("keys", (OWNER_KEY, WATCHED_KEY, EXECUTOR_KEY)),)),
    Scene(page="queue", name="watched", queue=QUEUE,
          answers=(("keys", (WATCHED_KEY, EXECUTOR_KEY)),)),
    Scene(page="keys", name="too-many", answers=(("keys", (OWNER_KEY, OTHER_OWNER_KEY)),)),
    Scene(page="keys", name="none", answers=(("keys", ()), ("key_places", NO_KEY_RING))),
    Scene(page="keys", name="trouble", answers=(("keys", Unavailable("The key ring is locked.")),)),
    Scene(page="settings", name="all"),
    Scene(page="deploy", name="small", prepare=type_amount("40", 1), size=(1024, 700)),
    Scene(page="queue", name="small", queue=QUEUE, size=(1024, 700)),
    Scene(page="review", name="small", queue=QUEUE, selected=1, size=(1024, 700)),
    Scene(page="sign", name="small", queue=QUEUE[:1], selected=0, is_reviewed=True,
          size=(1024, 700)),
    Scene(page="keys", name="small", size=(1024, 700)),
    Scene(page="settings", name="small", size=(1024, 700)),
)  # fmt: skip


def window(scene: Scene, errands: Errands) -> MainWindow:
    """The frame on one page of one desk."""
    desk = a_signing_desk(scene.queue, **dict(scene.answers))
    session = Session()
    if scene.has_snapshot:
        session.take_snapshot(a_snapshot(safes=(a_safe(),)))
    session.take_queue(scene.queue)
    if scene.selected is not None:
        session.select(scene.queue[scene.selected].safe_tx_hash)
    if scene.is_offline:
        session.chain_failed(OFFLINE, NOW)
    frames: list[MainWindow] = []

    def go_to(key: str) -> None:
        frames[0].show_page(key)

    made = Pages(session, errands, go_to, print)
    made.serve(desk)
    pages = {page.key: page for page in made.all()}
    shown = [
        pages.get(key, Page(key=key, title=key.title(), icon=ICONS[key], build=QWidget))
        for key in (*ORDER[:6], "review", "sign", "export", *ORDER[6:])
    ]
    frame = MainWindow(shown, session, errands)
    frames.append(frame)
    frame.show_treasury_name("Harbour DAO")
    frame.show_status([StatusPart(text="block 19 000 123"), StatusPart(text="14 min old")])
    return frame


def main(folder: Path, only: str = "") -> None:
    """Writes every scene in light and dark."""
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    look().dress(application, "light")
    folder.mkdir(parents=True, exist_ok=True)
    shots = [
        (scene, preference)
        for scene in SCENES
        for preference in ("light", "dark")
        if only in f"{scene.page}-{scene.name}"
    ]
    kept: list[Any] = []
    application.setQuitOnLastWindowClosed(False)

    def prepare(number: int) -> None:
        if number == len(shots):
            application.quit()
            return
        scene, preference = shots[number]
        look().prefer("dark" if preference == "dark" else "light")
        errands = Errands()
        frame = window(scene, errands)
        kept[:] = [frame, errands]
        frame.resize(QSize(*scene.size))
        frame.show()
        if scene.is_reviewed:
            frame.show_page("review")
        QTimer.singleShot(250 if scene.is_reviewed else 0, lambda: act(number))

    def act(number: int) -> None:
        scene, _preference = shots[number]
        frame: MainWindow = kept[0]
        frame.show_page(scene.page)
        wait = 300
        if scene.is_reviewed:
            wait = 1900
        QTimer.singleShot(wait, lambda: finish(number))

    def finish(number: int) -> None:
        scene, _preference = shots[number]
        frame: MainWindow = kept[0]
        if scene.prepare is not None:
            scene.prepare(frame.page_widget(scene.page))
        QTimer.singleShot(700 if scene.prepare else 150, lambda: draw(number))

    def draw(number: int) -> None:
        scene, preference = shots[number]
        frame: MainWindow = kept[0]
        frame.grab().save(str(folder / f"{scene.page}-{scene.name}-{preference}.png"))
        frame.close()
        prepare(number + 1)

    QTimer.singleShot(0, lambda: prepare(0))
    application.exec()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "")
