"""Every page in every state on hand-made snapshots, light and dark, as pictures for human eyes.

`python -m tests.windows.page_gallery FOLDER [PAGE…]` writes them without a display.
"""

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget

from tests.desk_at_hand import DeskAtHand
from tests.samples import (
    DAI,
    DAY,
    NOW,
    SAFE,
    USDC,
    VAULT_STRATEGY,
    a_deposit_tx,
    a_holding,
    a_position,
    a_queued,
    a_quote,
    a_safe_tx,
    a_series,
    a_snapshot,
    a_workspace,
    an_address,
    an_owner,
    position_holdings,
    some_movements,
    some_quotes,
)
from treasury_desktop.assets.amount import TokenAmount
from treasury_desktop.assets.quote import QuoteKind
from treasury_desktop.assets.token import Token
from treasury_desktop.desk.doors import KeyLabel
from treasury_desktop.errors import Unavailable
from treasury_desktop.safes.lifecycle import State
from treasury_desktop.treasury.unlisted import Unlisted, UnlistedHolding
from treasury_desktop.viewmodels.figures import as_of_text
from treasury_desktop.windows.errands import Errands
from treasury_desktop.windows.holdings.page import HoldingsPage
from treasury_desktop.windows.look.style import look
from treasury_desktop.windows.main_window import FIRST, MainWindow
from treasury_desktop.windows.movements.page import MovementsPage
from treasury_desktop.windows.overview.page import OverviewPage
from treasury_desktop.windows.pages import ICONS, ORDER, Page
from treasury_desktop.windows.pools.page import PoolsPage
from treasury_desktop.windows.session import Session
from treasury_desktop.windows.status_line import StatusPart
from treasury_desktop.windows.strategies.page import StrategiesPage

OFFLINE = "The node does not answer."


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One page in one state. `stage` prepares the session; `act` does something to the page."""

    page: str
    state: str
    answers: dict[str, Any] = field(default_factory=dict)
    stage: Callable[[Session], None] = lambda _: None
    act: Callable[[QWidget], None] = lambda _: None

    @property
    def name(self) -> str:
        """The picture's file name without the look."""
        return f"{self.page}-{self.state}"


def a_key() -> KeyLabel:
    """This desk's owner key."""
    return KeyLabel(label="Harbour", address=an_owner(1), role="owner", kept_in="key ring")


def a_queue() -> tuple[Any, ...]:
    """One deposit that waits for me, one for others, one from a stranger."""
    return (
        a_queued(signed_by=(2,)),
        a_queued(a_safe_tx(13, value=8 * 10**18), signed_by=(1,), purpose="Audit, second half",
                 strategy=None),
        a_queued(a_safe_tx(14, data=b""), drafted_here=False, strategy=None,
                 purpose="USDC transfer of 38,200 to Payroll B, urgent, please sign today."),
    )  # fmt: skip


def whole(session: Session) -> None:
    """A complete, fresh treasury with a queue."""
    session.take_snapshot(a_snapshot())
    session.take_queue(a_queue())


def stale(session: Session) -> None:
    """Read three hours ago."""
    block = replace(a_snapshot().block, timestamp=NOW - 3 * 3600)
    session.take_snapshot(a_snapshot(block=block))


def partial(session: Session) -> None:
    """A token nobody lists whose symbol hides something, a stale price, one that disagrees."""
    steered = "USD\u0421\u202e"
    shady = Token(chain_id=31337, address=an_owner(9), symbol=steered, name="USD Coin", decimals=6)
    unlisted = replace(a_holding(), amount=TokenAmount(token=shady, base_units=38_200 * 10**6))
    quotes = tuple(
        replace(quote, age_seconds=3 * 3600) if quote.token_key == DAI.key else quote
        for quote in some_quotes()
    )
    odd = a_quote(USDC, "0.93", kind=QuoteKind.TWAP, source="30-minute TWAP of USDC/DAI")
    position = a_position(current_tick=a_position().tick_upper + 40)
    holdings = (*a_snapshot().holdings[:6], unlisted, *position_holdings(position))
    session.take_snapshot(
        a_snapshot(holdings=holdings, quotes=(*quotes, odd), positions=(position,))
    )
    session.take_queue((a_queued(a_safe_tx(13, data=b"\x01\x02\x03\x04"), purpose="Opaque"),))


def unlisted(session: Session) -> None:
    """Tokens that strangers sent: an impostor, a joke, one that says nothing."""
    held = tuple(
        UnlistedHolding(safe=SAFE, token=an_address(name), **said)
        for name, said in {
            "bait": {"base_units": 38_200 * 10**6, "symbol": "USD\u0421", "name": "USD Coin",
                     "decimals": 6},
            "case": {"base_units": 5 * 10**18, "symbol": "weth", "decimals": 18},
            "silent": {"base_units": 2**256 - 1},
            "refusing": {"base_units": None},
            "steered": {"base_units": 10**18, "symbol": "\u202eCDSU<b>", "decimals": 18},
            "dust": {"base_units": 5 * 10**18, "symbol": "DUST", "name": "Dust of old",
                     "decimals": 18},
            "absurd": {"base_units": 7, "symbol": "ABS", "decimals": 77},
        }.items()
    )  # fmt: skip
    remark = (
        "Tokens sent to the Safes were looked for up to block 12,000 only. The node does not "
        "answer. The next refresh goes on there."
    )
    found = Unlisted(holdings=held, remarks=(remark,))
    session.take_snapshot(a_snapshot(unlisted=found))


def unknown(session: Session) -> None:
    """Nothing that counts has a price that may decide."""
    quotes = tuple(replace(quote, age_seconds=3 * 3600) for quote in some_quotes())
    session.take_snapshot(a_snapshot(quotes=quotes))


def breach(session: Session) -> None:
    """A vault above the limit, a queue that makes it worse, everything signed."""
    more = a_holding(USDC, "860000", strategy=VAULT_STRATEGY.name, detail="vault shares")
    session.take_snapshot(a_snapshot(holdings=(*a_snapshot().holdings, more)))
    queued = a_queued(a_deposit_tx(150_000), signed_by=(1, 2), state=State.CONFIRMED)
    session.take_queue((queued,))


def offline(session: Session) -> None:
    """The chain stopped answering after a complete read."""
    whole(session)
    session.chain_failed(OFFLINE, NOW - 9 * 60)


def nothing_and_offline(session: Session) -> None:
    """Never read, and the chain does not answer."""
    session.chain_failed(OFFLINE, NOW - 9 * 60)


def reading(session: Session) -> None:
    """Never read, and a refresh is under way."""
    session.ask_refresh()


def _choose_candle(page: QWidget) -> None:
    assert isinstance(page, PoolsPage)
    page.card._chart.choose(210)


def _line_of_three_months(page: QWidget) -> None:
    assert isinstance(page, PoolsPage)
    page.tools.choose_drawing(has_candles=False, is_log=True)
    page.tools.choose_span(5)


def _turned(page: QWidget) -> None:
    assert isinstance(page, PoolsPage)
    page.tools.choose_span(3)
    page._on_turned()


def _syncing(page: QWidget) -> None:
    assert isinstance(page, PoolsPage)
    page.sync()


def _choose_first(page: QWidget) -> None:
    assert isinstance(page, MovementsPage)
    page.table.selectRow(1)


def _no_day(page: QWidget) -> None:
    assert isinstance(page, MovementsPage)
    page.export.first.setText("2026-02-30")


def _no_movement_then(page: QWidget) -> None:
    assert isinstance(page, MovementsPage)
    page.export.first.setText("2027-01-01")


def _filter(page: QWidget) -> None:
    assert isinstance(page, HoldingsPage)
    page._filter.setText("weth")


def _unfold(page: QWidget) -> None:
    assert isinstance(page, HoldingsPage)
    page.unlisted.fold.click()


def _a_slow_sync(on_progress: Any, is_cancelled: Any) -> None:
    import time  # noqa: PLC0415  only the gallery waits

    while not is_cancelled():
        on_progress(3_120_000, 19_000_123, "WETH/USDC 0.05%")
        time.sleep(0.05)


def _never(*_arguments: Any) -> Any:
    import time  # noqa: PLC0415  only the gallery waits

    time.sleep(0.8)
    raise Unavailable("Too late.")


def series_answer(_pool: str, bucket_seconds: int) -> Any:
    """A year of candles with a silence in it."""
    return a_series(bucket_seconds=bucket_seconds, gap=(95 * DAY // bucket_seconds,
                                                        113 * DAY // bucket_seconds))  # fmt: skip


def scenes() -> Iterator[Scene]:
    """Every page in every state."""
    hostile = a_queue()[2].safe_tx_hash
    kept = {
        "movements": some_movements(),
        "keys": (a_key(),),
        "pool_series": series_answer,
        "review": lambda said: SimpleNamespace(verdict="block" if said == hostile else "ok"),
    }
    none = {"movements": (), "keys": ()}
    failed = Unavailable("The records in the workspace folder cannot be read.")
    snapshot_states = (
        ("whole", kept, whole),
        ("stale", kept, stale),
        ("partial", kept, partial),
        ("unknown", kept, unknown),
        ("breach", kept, breach),
        ("offline", kept, offline),
        ("empty", none, lambda _: None),
        ("loading", none, reading),
        ("failed", none, nothing_and_offline),
    )
    for page in ("overview", "holdings", "strategies"):
        for state, answers, stage in snapshot_states:
            yield Scene(page=page, state=state, answers=answers, stage=stage)
    yield Scene(page="holdings", state="unlisted-folded", answers=kept, stage=unlisted)
    yield Scene(page="holdings", state="unlisted", answers=kept, stage=unlisted, act=_unfold)
    yield Scene(page="holdings", state="filtered", answers=kept, stage=whole, act=_filter)
    yield Scene(page="overview", state="no-queue", answers=none,
                stage=lambda s: s.take_snapshot(a_snapshot()))  # fmt: skip
    for state, answers, stage, act in (
        ("whole", kept, whole, _choose_candle),
        ("line-log-all", kept, whole, _line_of_three_months),
        ("turned-3m", kept, whole, _turned),
        ("offline", kept, offline, lambda _: None),
        ("syncing", kept | {"sync_pools": _a_slow_sync}, whole, _syncing),
        ("stale", kept | {"now": NOW + 9 * DAY}, whole, lambda _: None),
        ("empty", {"pool_series": a_series(0)}, whole, lambda _: None),
        ("loading", {"pool_series": _never}, whole, lambda _: None),
        ("failed", {"pool_series": failed}, whole, lambda _: None),
    ):
        yield Scene(page="pools", state=state, answers=answers, stage=stage, act=act)
    for state, answers, stage, act in (
        ("whole", kept, whole, _choose_first),
        ("no-day", kept, whole, _no_day),
        ("none-in-period", kept, whole, _no_movement_then),
        ("offline", kept, offline, lambda _: None),
        ("empty", none, whole, lambda _: None),
        ("loading", {"movements": _never}, whole, lambda _: None),
        ("failed", {"movements": failed}, whole, lambda _: None),
    ):
        yield Scene(page="movements", state=state, answers=answers, stage=stage, act=act)


def window(scene: Scene, session: Session, errands: Errands) -> MainWindow:
    """The real frame around the page of a scene; the other pages are blank."""
    workspace = a_workspace()
    desk: Any = DeskAtHand(workspace, **scene.answers)
    builders: dict[str, Callable[[], QWidget]] = {
        "overview": lambda: OverviewPage(session, errands, desk, lambda _key: None),
        "holdings": lambda: HoldingsPage(session, errands, desk),
        "strategies": lambda: StrategiesPage(session, desk),
        "pools": lambda: PoolsPage(session, errands, desk),
        "movements": lambda: MovementsPage(session, errands, desk),
    }
    pages = [
        Page(
            key=key,
            title=key.title(),
            icon=ICONS[key],
            build=builders.get(key, QWidget),
            scrolls=key in ("overview", "strategies"),
        )
        for key in sorted(ORDER, key=lambda key: key != scene.page)
    ]
    made = MainWindow(sorted(pages, key=lambda page: ORDER.index(page.key)), session, errands)
    made.show_treasury_name(workspace.name)
    made.show_badge("queue", str(len(session.queue)) if session.queue else "", "accent")
    if session.snapshot is not None:
        parts = [StatusPart(text=as_of_text(session.snapshot.block, NOW))]
        if session.chain_trouble:
            parts.append(StatusPart(text="offline", kind="advice"))
        made.show_status(parts)
    made.show_page(scene.page)
    return made


def main(folder: Path, wanted: list[str]) -> None:
    """Writes every scene in light and dark at 1280×800."""
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    look().dress(application, "light")
    folder.mkdir(parents=True, exist_ok=True)
    todo = [
        (scene, preference)
        for preference in ("light", "dark")
        for scene in scenes()
        if not wanted or scene.page in wanted or scene.name in wanted
    ]

    def stage(number: int) -> None:
        if number == len(todo):
            application.quit()
            return
        scene, preference = todo[number]
        look().prefer("dark" if preference == "dark" else "light")
        session, errands = Session(), Errands()
        scene.stage(session)
        frame = window(scene, session, errands)
        frame.resize(FIRST)
        frame.show()
        QTimer.singleShot(450, lambda: play(number, frame))

    def play(number: int, frame: MainWindow) -> None:
        scene, _ = todo[number]
        scene.act(frame.page_widget(scene.page))
        QTimer.singleShot(200, lambda: draw(number, frame))

    def draw(number: int, frame: MainWindow) -> None:
        scene, preference = todo[number]
        frame.grab().save(str(folder / f"{scene.name}-{preference}.png"))
        frame.close()
        frame.deleteLater()
        stage(number + 1)

    QTimer.singleShot(0, lambda: stage(0))
    application.exec()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
