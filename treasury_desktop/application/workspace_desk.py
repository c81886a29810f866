"""Changes of the workspace's own file; keeps the Protocol `WorkspaceActions` of the windows."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from treasury_desktop.errors import Refused
from treasury_desktop.treasury.deny_list import DenyListFile
from treasury_desktop.treasury.workspace import Endpoint, Workspace

OF_THE_DEMONSTRATION = "The demonstration asks its own chain on this computer and no other node."


class _Desk(Protocol):
    """What it needs of the desk that is open."""

    @property
    def folder(self) -> Path: ...

    @property
    def workspace(self) -> Workspace: ...

    def use_endpoints(self, endpoints: tuple[Endpoint, ...]) -> None: ...

    def use_deny_lists(self, files: tuple[DenyListFile, ...]) -> None: ...

    def now(self) -> int: ...


class WorkspaceDesk:
    """What the file of an open workspace says, and may say instead.

    `written` is what was read of it: where a desk was opened with other endpoints it has those.
    """

    def __init__(self, desk: _Desk, written: Workspace) -> None:
        self._desk = desk
        self._written = written

    def keep_nodes(self, endpoints: tuple[Endpoint, ...]) -> Workspace:
        """Ask these nodes from now on, and after the next start; asks none of them yet."""
        if self._written.is_demonstration:
            raise Refused(OF_THE_DEMONSTRATION)
        self._write(replace(self._written, endpoints=endpoints))
        self._desk.use_endpoints(endpoints)
        return self._desk.workspace

    def import_deny_list(self, path: Path, name: str, published: str) -> str:
        """Take a published list in; what it changed, in words."""
        from treasury_desktop.files.bundle_file import (  # noqa: PLC0415  to import only
            read_bundle_file,
        )
        from treasury_desktop.files.deny_list_file import MOST_BYTES  # noqa: PLC0415  as above
        from treasury_desktop.files.deny_list_import import (  # noqa: PLC0415  to import only
            import_deny_list,
        )

        imported = import_deny_list(
            self._desk.folder,
            self._written,
            read_bundle_file(path, max_bytes=MOST_BYTES),
            name=name,
            published=published,
            today=datetime.fromtimestamp(self._desk.now(), UTC).date(),
        )
        self._written = imported.workspace
        self._desk.use_deny_lists(imported.workspace.deny_lists)
        return imported.words

    def _write(self, wanted: Workspace) -> None:
        from treasury_desktop.files.workspace_editing import (  # noqa: PLC0415  to change only
            change_workspace,
        )

        change_workspace(self._desk.folder, self._written, wanted)
        self._written = wanted
