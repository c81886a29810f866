"""The key of a desk that is unlocked for a while; keeps the Protocol `Unlocking` of the windows."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from treasury_desktop.windows.actions_of_unlocking import UnlockedKey

if TYPE_CHECKING:
    from treasury_desktop.keys.unlocked import Unlocked


class DeskUnlocking:
    """One desk's; the room of keys is entered with the first act of a key."""

    def __init__(self) -> None:
        self._unlocked: Unlocked | None = None
        self._on_changed: Callable[[], None] = lambda: None

    def for_signer(self) -> "Unlocked":
        """What the signer keeps and asks."""
        from treasury_desktop.keys.unlocked import Unlocked  # noqa: PLC0415  with the first act

        if self._unlocked is None:
            self._unlocked = Unlocked()
            self._unlocked.on_changed = self._say_changed
        return self._unlocked

    def unlocked(self) -> UnlockedKey | None:
        """The key that is unlocked, if one is."""
        if self._unlocked is None:
            return None
        key, left = self._unlocked.key, self._unlocked.seconds_left
        if key is None:
            return None
        return UnlockedKey(label=key.label, address=key.address, seconds_left=left)

    def why_ended(self) -> str:
        """Why the last one was locked by itself."""
        return "" if self._unlocked is None else self._unlocked.why_ended

    def lock(self) -> None:
        """Locks it now; waits for nothing."""
        if self._unlocked is not None:
            self._unlocked.lock()

    def listen(self, on_changed: Callable[[], None]) -> None:
        """Calls this when a key is unlocked or locked."""
        self._on_changed = on_changed

    def close(self) -> None:
        """Locks it and waits until its process is gone: the desk closes."""
        if self._unlocked is not None:
            self._unlocked.close()

    def _say_changed(self) -> None:
        self._on_changed()
