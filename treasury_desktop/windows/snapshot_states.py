"""Which state a page about the treasury is in, decided once for all such pages.

Without a snapshot: loading, failed or empty. With one: its content, and above it a line when the
figures are offline, stale or incomplete.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QEvent, QObject, QTimer

from treasury_desktop.viewmodels.page_notes import ChainTrouble, page_note, since_text
from treasury_desktop.windows.actions import Actions
from treasury_desktop.windows.session import Session
from treasury_desktop.windows.widgets.state_pane import StatePane, Trouble

_AGES_MS: Final = 60_000
"""Ages are written in minutes; a page in sight says them anew once a minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """What a page says before there is anything to show."""

    title: str
    words: str
    icon: str
    action: str = "Read the treasury"


class SnapshotStates(QObject):
    """Keeps a pane in the state the session asks for; calls `show` for each snapshot to be shown.

    Nothing is shown while the page is out of sight: it catches up when it is shown. `missing` is
    said where the workspace names nothing that this page could show.
    """

    def __init__(
        self,
        pane: StatePane,
        session: Session,
        actions: Actions,
        purpose: Purpose,
        show: Callable[[], None],
        *,
        missing: Purpose | None = None,
    ) -> None:
        super().__init__(pane)
        self._missing = missing
        self._pane = pane
        self._session = session
        self._actions = actions
        self._purpose = purpose
        self._show = show
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_AGES_MS)
        self._timer.timeout.connect(self.update)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)  # once for all that changes in one turn of the event loop
        self._soon.timeout.connect(self.update)
        for changed in (
            session.snapshot_arrived,
            session.queue_changed,
            session.chain_status_changed,
            session.refresh_asked,
            session.refresh_ended,
        ):
            changed.connect(self._soon.start)
        pane.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Catches up when the page comes into sight and rests when it leaves."""
        if event.type() == QEvent.Type.Show:
            self.update()
        elif event.type() == QEvent.Type.Hide:
            self._timer.stop()
        return super().eventFilter(watched, event)

    def update(self) -> None:
        """Shows the state the session is in now."""
        if not self._pane.isVisible():
            return
        self._timer.start()
        if self._session.snapshot is None:
            self._show_nothing()
            return
        if self._missing is not None:
            lacks = self._missing
            self._pane.show_empty(lacks.title, lacks.words, icon=lacks.icon)
        else:
            self._show()
            self._pane.show_content()
        self._note()

    def _show_nothing(self) -> None:
        trouble = self._trouble()
        self._pane.note("")
        if self._session.is_refreshing:
            self._pane.show_loading()
        elif trouble is not None:
            since = since_text(trouble.since, self._actions.now()).strip()
            works = "Keys, drafts and reviews of files work without the chain."
            failed = Trouble(what=trouble.sentence, since=since, still_works=works)
            self._pane.show_trouble(failed, on_retry=self._session.ask_refresh)
        else:
            self._pane.show_empty(
                self._purpose.title,
                self._purpose.words,
                action=self._purpose.action,
                on_action=self._session.ask_refresh,
                icon=self._purpose.icon,
            )

    def _note(self) -> None:
        snapshot = self._session.snapshot
        assert snapshot is not None
        now = self._actions.now()
        note = page_note(self._actions.workspace, snapshot, now, self._trouble())
        if note is None:
            self._pane.note("")
            return
        action = "" if self._session.is_refreshing else note.action
        self._pane.note(note.words, note.kind, action=action, on_action=self._session.ask_refresh)

    def _trouble(self) -> ChainTrouble | None:
        if not self._session.chain_trouble:
            return None
        return ChainTrouble(sentence=self._session.chain_trouble, since=self._session.trouble_since)
