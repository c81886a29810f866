"""What the window may ask about a key that is unlocked, as a Protocol; see `application/unlocking`.

Everything here answers at once and waits for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # names only
    from collections.abc import Callable

    from treasury_desktop.assets.address import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlockedKey:
    """A key whose passphrase need not be typed for some seconds more."""

    label: str
    address: Address
    seconds_left: float


class Unlocking(Protocol):
    """The key that is unlocked, if one is."""

    def unlocked(self) -> UnlockedKey | None:
        """The key and how long it still is."""
        ...

    def why_ended(self) -> str:
        """Why the last one was locked by itself; empty where the person locked it."""
        ...

    def lock(self) -> None:
        """Locks it now."""
        ...

    def listen(self, on_changed: Callable[[], None]) -> None:
        """From now on this is called, from any thread, when a key is unlocked or locked."""
        ...
