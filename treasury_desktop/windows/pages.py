"""What the frame knows of a page before it is shown: a name, an icon and how to build it."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page that is built when it is first shown.

    `under` names the page in whose place it stands in the navigation (Review stands under Queue)
    and keeps it out of the list itself. `scrolls` lets the frame scroll it when the window is low.
    """

    key: str
    title: str
    icon: str
    build: Callable[[], QWidget]
    under: str = ""
    scrolls: bool = True


ORDER = (
    "overview", "holdings", "strategies", "pools", "deploy", "queue", "messages", "movements",
    "governance", "keys", "settings",
)  # fmt: skip
"""Keys of the navigation from top to bottom."""

ICONS = {
    "overview": "squares-four",
    "holdings": "wallet",
    "strategies": "target",
    "pools": "drop",
    "deploy": "rocket-launch",
    "queue": "stack",
    "review": "magnifying-glass",
    "sign": "pen-nib",
    "export": "export",
    "messages": "chat-text",
    "movements": "arrows-left-right",
    "governance": "bank",
    "keys": "key",
    "settings": "gear",
}
"""The icon of each page by its key."""
