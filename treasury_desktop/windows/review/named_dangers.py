"""What the person has read and named: the one thing that leads from review to sign.

It belongs to one review of one thing; whenever that changes, everything acknowledged is void.
"""

from typing import ClassVar, Generic, Protocol, TypeVar

from PySide6.QtCore import QObject, Signal

from treasury_desktop.viewmodels.review import FindingRow, is_acknowledged


class ReviewedView(Protocol):
    """What a page says of the thing under review."""

    @property
    def relied_on(self) -> object:
        """What a signer relies on: whoever sees another one has acknowledged nothing of it."""
        ...

    @property
    def dangers(self) -> tuple[FindingRow, ...]:
        """The findings that each want a typed acknowledgement, worst first."""
        ...

    @property
    def why_not(self) -> str:
        """Why it must not be signed whatever is acknowledged; empty where it may."""
        ...


R = TypeVar("R")
V = TypeVar("V", bound=ReviewedView)


class NamedDangers(QObject, Generic[R, V]):
    """The review under the person's eyes and the dangers they named.

    Signals: `changed` after another review arrived or a danger was acknowledged.
    """

    changed = Signal()
    NOTHING: ClassVar = "Nothing is under review."

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._review: R | None = None
        self._view: V | None = None
        self._named: set[tuple[str, str]] = set()

    @property
    def review(self) -> R | None:
        """The review that was read, or `None`."""
        return self._review

    @property
    def view(self) -> V | None:
        """What the page said of it, or `None`."""
        return self._view

    def take(self, review: R, view: V) -> bool:
        """Makes this review the one being read; whether anything a signer relies on changed."""
        is_other = self._view is None or self._view.relied_on != view.relied_on
        if is_other:
            self._named.clear()
        self._review, self._view = review, view
        self.changed.emit()
        return is_other

    def forget(self) -> None:
        """Nothing is under review."""
        self._review, self._view = None, None
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
        """Why this must not go on to signing; empty when it may."""
        if self._view is None:
            return self.NOTHING
        if self._view.why_not:
            return self._view.why_not
        count = len(self.missing)
        if count:
            return f"Acknowledge {count} danger{'' if count == 1 else 's'} by name first."
        return ""
