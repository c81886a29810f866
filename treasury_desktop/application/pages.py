"""Every page with the factory that builds it; a page's code is imported when it is first shown."""

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from treasury_desktop.windows.errands import Errands
from treasury_desktop.windows.pages import ICONS, Page
from treasury_desktop.windows.session import Session

if TYPE_CHECKING:
    from treasury_desktop.windows.actions import Actions
    from treasury_desktop.windows.export.page import ExportPage
    from treasury_desktop.windows.messages.page import MessagesPage
    from treasury_desktop.windows.overview.page import OverviewPage
    from treasury_desktop.windows.queue.page import QueuePage
    from treasury_desktop.windows.review.acknowledged import Acknowledged
    from treasury_desktop.windows.sign.page import SignPage

Show = Callable[[str], None]
LOADED_AHEAD = (
    "holdings", "deploy", "queue", "review", "sign", "export", "strategies", "pools", "movements",
)  # fmt: skip
"""Their code; what draws charts is loaded with the first chart."""


class Pages:
    """Builds the pages of one desk; Review and Sign share what was acknowledged."""

    def __init__(
        self,
        session: Session,
        errands: Errands,
        show: Show,
        remember_look: Callable[[object], None],
    ) -> None:
        self._remember_look = remember_look
        self._session = session
        self._errands = errands
        self._show = show
        self._desk: Actions | None = None
        self._shared: Acknowledged | None = None
        self._reading_keys: list[
            ExportPage | OverviewPage | QueuePage | SignPage | MessagesPage
        ] = []
        self._showing_service: list[QueuePage] = []
        self._to_load = list(reversed(LOADED_AHEAD))

    def serve(self, desk: "Actions") -> None:
        """Pages built from now on ask this desk; there is none before it is open."""
        self._desk = desk

    @property
    def _actions(self) -> "Actions":
        if self._desk is None:
            raise RuntimeError("a page was built before the desk was open")
        return self._desk

    def load_next(self) -> bool:
        """Imports the code of one more page, before anybody waits for it; False after the last."""
        if self._to_load:
            import_module(f"treasury_desktop.windows.{self._to_load.pop()}.page")
        return bool(self._to_load)

    def all(self) -> list[Page]:
        """Every page, in the order of the navigation."""
        return [
            _page("overview", "Overview", self._overview),
            _page("holdings", "Holdings", self._holdings),
            _page("strategies", "Strategies", self._strategies),
            _page("pools", "Pools", self._pools),
            _page("deploy", "Deploy", self._deploy),
            _page("queue", "Queue", self._queue),
            _page("review", "Review", self._review, under="queue"),
            _page("sign", "Sign", self._sign, under="queue"),
            _page("export", "Export", self._export, under="queue"),
            _page("messages", "Messages", self._messages),
            _page("movements", "Movements", self._movements),
            _page("keys", "Keys", self._keys),
            _page("settings", "Settings", self._settings),
        ]

    def _overview(self) -> QWidget:
        from treasury_desktop.windows.overview.page import OverviewPage  # noqa: PLC0415  when shown

        page = OverviewPage(self._session, self._errands, self._actions, self._show)
        self._reading_keys.append(page)
        return page

    def _holdings(self) -> QWidget:
        from treasury_desktop.windows.holdings.page import HoldingsPage  # noqa: PLC0415  when shown

        return HoldingsPage(self._session, self._errands, self._actions)

    def _strategies(self) -> QWidget:
        from treasury_desktop.windows.strategies.page import (  # noqa: PLC0415  when shown
            StrategiesPage,
        )

        return StrategiesPage(self._session, self._actions)

    def _pools(self) -> QWidget:
        from treasury_desktop.windows.pools.page import PoolsPage  # noqa: PLC0415  when shown

        return PoolsPage(self._session, self._errands, self._actions)

    def _deploy(self) -> QWidget:
        from treasury_desktop.windows.deploy.page import DeployPage  # noqa: PLC0415  when shown

        page = DeployPage(self._session, self._errands, self._actions)
        page.page_asked.connect(self._show)
        return page

    def _queue(self) -> QWidget:
        from treasury_desktop.windows.queue.page import QueuePage  # noqa: PLC0415  when shown

        page = QueuePage(self._session, self._errands, self._actions)
        page.page_asked.connect(self._show)
        self._reading_keys.append(page)
        self._showing_service.append(page)
        return page

    def _review(self) -> QWidget:
        from treasury_desktop.windows.review.page import ReviewPage  # noqa: PLC0415  when shown

        page = ReviewPage(self._session, self._errands, self._actions, self._acknowledged())
        page.page_asked.connect(self._show)
        return page

    def _sign(self) -> QWidget:
        from treasury_desktop.windows.sign.page import SignPage  # noqa: PLC0415  when shown

        page = SignPage(self._session, self._errands, self._actions, self._acknowledged())
        page.page_asked.connect(self._show)
        self._reading_keys.append(page)
        return page

    def _export(self) -> QWidget:
        from treasury_desktop.windows.export.page import ExportPage  # noqa: PLC0415  when shown

        page = ExportPage(self._session, self._errands, self._actions)
        page.page_asked.connect(self._show)
        self._reading_keys.append(page)
        return page

    def _messages(self) -> QWidget:
        from treasury_desktop.windows.messages.page import MessagesPage  # noqa: PLC0415  when shown

        page = MessagesPage(self._session, self._errands, self._actions)
        page.page_asked.connect(self._show)
        self._reading_keys.append(page)
        return page

    def _movements(self) -> QWidget:
        from treasury_desktop.windows.movements.page import (  # noqa: PLC0415  when shown
            MovementsPage,
        )

        return MovementsPage(self._session, self._errands, self._actions)

    def _keys(self) -> QWidget:
        from treasury_desktop.windows.keys.page import KeysPage  # noqa: PLC0415  when shown

        page = KeysPage(self._session, self._errands, self._actions)
        page.keys_changed.connect(self._on_keys_changed)
        return page

    def _on_keys_changed(self) -> None:
        """A new key can sign at once: whoever read the keys before reads them again."""
        for page in self._reading_keys:
            page.reload()

    def _on_service_changed(self) -> None:
        """The queue, where it was built, shows what can be asked now."""
        for page in self._showing_service:
            page.service.reload()

    def _settings(self) -> QWidget:
        from treasury_desktop.windows.settings.page import SettingsPage  # noqa: PLC0415  when shown

        page = SettingsPage(self._actions, self._errands)
        page.look_chosen.connect(self._remember_look)
        page.service_changed.connect(self._on_service_changed)
        page.nodes_changed.connect(self._session.ask_refresh_anew)
        # What waits is looked at again: somebody it pays may stand on the list.
        page.deny_lists_changed.connect(self._session.queue_changed)
        return page

    def _acknowledged(self) -> "Acknowledged":
        """What the person acknowledged on the Review page, without which Sign refuses."""
        from treasury_desktop.windows.review.acknowledged import (  # noqa: PLC0415  when shown
            Acknowledged,
        )

        if self._shared is None:
            self._shared = Acknowledged(self._session)
        return self._shared


def _page(key: str, title: str, build: Callable[[], QWidget], *, under: str = "") -> Page:
    return Page(key=key, title=title, icon=ICONS[key], build=build, under=under)
