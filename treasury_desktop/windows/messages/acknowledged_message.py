"""What the person has read and named of a message; void whenever anything about it changes."""

from PySide6.QtCore import QObject, Signal

from treasury_desktop.review.messages.message_review import MessageReview
from treasury_desktop.viewmodels.messages import MessageView
from treasury_desktop.viewmodels.review import FindingRow, is_acknowledged


class AcknowledgedMessage(QObject):
    """The message under the person's eyes and the dangers they named.

    Signals: `changed` after another review arrived or a danger was acknowledged.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._view: MessageView | None = None
        self.review: MessageReview | None = None
        self._named: set[tuple[str, str]] = set()

    @property
    def view(self) -> MessageView | None:
        """What the page says of it, or `None`."""
        return self._view

    def take(self, review: MessageReview, view: MessageView) -> bool:
        """Makes this review the one being read; whether anything a signer relies on changed."""
        before = self._view
        is_other = before is None or before.key != view.key or before.findings != view.findings
        if is_other:
            self._named.clear()
        self.review, self._view = review, view
        self.changed.emit()
        return is_other

    def forget(self) -> None:
        """Nothing is under review."""
        self.review, self._view = None, None
        self._named.clear()
        self.changed.emit()

    def name(self, row: FindingRow, typed: str) -> bool:
        """Acknowledges a danger if its words were typed."""
        if not is_acknowledged(row, typed):
            return False
        self._named.add(row.key)
        self.changed.emit()
        return True

    def is_named(self, row: FindingRow) -> bool:
        """Whether this danger was acknowledged."""
        return row.key in self._named

    @property
    def missing(self) -> tuple[FindingRow, ...]:
        """The dangers nobody has acknowledged yet, worst first."""
        dangers = () if self._view is None else self._view.dangers
        return tuple(row for row in dangers if row.key not in self._named)

    @property
    def why_not(self) -> str:
        """Why this must not be signed; empty when it may."""
        if self._view is None:
            return "No message is under review."
        if self._view.why_not:
            return self._view.why_not
        count = len(self.missing)
        if count:
            return f"Acknowledge {count} danger{'' if count == 1 else 's'} by name first."
        return ""
