"""What pages may change in the workspace's own file; `application/workspace_desk.py` is behind it.

Every method blocks and runs inside an errand. What is refused was not written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # names only
    from pathlib import Path

    from treasury_desktop.treasury.workspace import Endpoint, Workspace

KEEP_NODES = "keep nodes"
IMPORT_DENY_LIST = "import a deny-list"


class WorkspaceActions(Protocol):
    """treasury.toml, as the window may change it."""

    def keep_nodes(self, endpoints: tuple[Endpoint, ...]) -> Workspace:
        """Ask these nodes from now on, and after the next start; asks none of them yet."""
        ...

    def import_deny_list(self, path: Path, name: str, published: str) -> str:
        """Take a published list in; what it changed, in words."""
        ...
