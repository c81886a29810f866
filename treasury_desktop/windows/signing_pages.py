"""The pages between drafting and executing, as the frame takes them, connected with each other.

Review and Sign share one `Acknowledged`: nothing reaches Sign that was not read in Review.
"""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from treasury_desktop.windows.actions import Actions
from treasury_desktop.windows.deploy.page import DeployPage
from treasury_desktop.windows.errands import Errands
from treasury_desktop.windows.keys.page import KeysPage
from treasury_desktop.windows.pages import ICONS, Page
from treasury_desktop.windows.queue.page import QueuePage
from treasury_desktop.windows.review.acknowledged import Acknowledged
from treasury_desktop.windows.review.page import ReviewPage
from treasury_desktop.windows.session import Session
from treasury_desktop.windows.settings.page import SettingsPage
from treasury_desktop.windows.sign.page import SignPage

GoTo = Callable[[str], None]


def signing_pages(
    session: Session, errands: Errands, actions: Actions, go_to: GoTo
) -> tuple[Page, ...]:
    """Deploy, Queue, Review, Sign, Keys and Settings; `go_to` shows a page by its key."""
    acknowledged = Acknowledged()

    def deploy() -> QWidget:
        page = DeployPage(session, errands, actions)
        page.page_asked.connect(go_to)
        return page

    def queue() -> QWidget:
        page = QueuePage(session, errands, actions)
        page.page_asked.connect(go_to)
        return page

    def review() -> QWidget:
        page = ReviewPage(session, errands, actions, acknowledged)
        page.page_asked.connect(go_to)
        return page

    def sign() -> QWidget:
        page = SignPage(session, errands, actions, acknowledged)
        page.page_asked.connect(go_to)
        return page

    return (
        _page("deploy", "Deploy", deploy),
        _page("queue", "Queue", queue),
        _page("review", "Review", review, under="queue"),
        _page("sign", "Sign", sign, under="queue"),
        _page("keys", "Keys", lambda: KeysPage(session, errands, actions)),
        _page("settings", "Settings", lambda: SettingsPage(actions)),
    )


def _page(key: str, title: str, build: Callable[[], QWidget], *, under: str = "") -> Page:
    return Page(key=key, title=title, icon=ICONS[key], build=build, under=under)
