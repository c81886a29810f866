"""What the page that begins a workspace may ask, as a Protocol; `application/beginning` is behind.

Every method blocks and runs inside an errand, except those that say "at once".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # names only
    from treasury_desktop.desk.begin_workspace import Choices, WantedSafe
    from treasury_desktop.treasury.first_sight import FirstSight
    from treasury_desktop.treasury.workspace import Endpoint


class BeginningActions(Protocol):
    """A folder that holds no workspace yet."""

    @property
    def place(self) -> str:
        """The folder, in words; at once."""
        ...

    def now(self) -> int:
        """Unix seconds; at once."""
        ...

    def wanted_safe(self, text: str) -> WantedSafe:
        """The Safe of an address, a prefixed address or a link; Malformed, at once."""
        ...

    def look(self, wanted: tuple[WantedSafe, ...], endpoints: tuple[Endpoint, ...]) -> FirstSight:
        """What these endpoints say of these Safes; nobody else is asked."""
        ...

    def hang_up(self) -> None:
        """Ends a look that is under way; at once."""
        ...

    def create(self, sight: FirstSight, choices: Choices, endpoints: tuple[Endpoint, ...]) -> None:
        """Writes treasury.toml; refuses where there is one already."""
        ...
