"""Every page with the factory that builds it; a page's code is imported when it is first shown."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from treasury_desktop.windows.actions import Actions
from treasury_desktop.windows.errands import Errands
from treasury_desktop.windows.session import Session

Show = Callable[[str], None]
Build = Callable[[Actions, Session, Errands, Show], QWidget]


def _overview(actions: Actions, session: Session, errands: Errands, show: Show) -> QWidget:
    from treasury_desktop.windows.overview.page import OverviewPage  # noqa: PLC0415  when shown

    return OverviewPage(session, errands, actions, show)


def _holdings(actions: Actions, session: Session, errands: Errands, _show: Show) -> QWidget:
    from treasury_desktop.windows.holdings.page import HoldingsPage  # noqa: PLC0415  when shown

    return HoldingsPage(session, errands, actions)


def _strategies(actions: Actions, session: Session, _errands: Errands, _show: Show) -> QWidget:
    from treasury_desktop.windows.strategies.page import (  # noqa: PLC0415  when shown
        StrategiesPage,
    )

    return StrategiesPage(session, actions)


def _movements(actions: Actions, session: Session, errands: Errands, _show: Show) -> QWidget:
    from treasury_desktop.windows.movements.page import MovementsPage  # noqa: PLC0415  when shown

    return MovementsPage(session, errands, actions)


ALL: tuple[tuple[str, str, Build, str], ...] = (
    ("overview", "Overview", _overview, ""),
    ("holdings", "Holdings", _holdings, ""),
    ("strategies", "Strategies", _strategies, ""),
    ("movements", "Movements", _movements, ""),
)
"""Key, title, factory, and the page under which it stands in the navigation."""
