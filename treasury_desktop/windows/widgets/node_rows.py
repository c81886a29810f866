"""Nodes in fields: what each is called and where it answers."""

from PySide6.QtWidgets import QWidget

from treasury_desktop.treasury.workspace import Endpoint
from treasury_desktop.windows.widgets.field_rows import Column, FieldRows

MOST = 8


class NodeRows(FieldRows):
    """The nodes that are named; `name_width` in pixels."""

    def __init__(self, name_width: int, parent: QWidget | None = None) -> None:
        super().__init__(
            [
                Column(name="Name of the node", hint="such as My node", most=64, width=name_width),
                Column(name="Address of the node", hint="https://…", most=2_000, is_mono=True),
            ],
            another="Another node",
            most=MOST,
            parent=parent,
        )

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """As they stand in the fields, whole or not."""
        return tuple(Endpoint(name=name, url=url) for name, url in self.texts)

    def show_nodes(self, endpoints: tuple[Endpoint, ...]) -> None:
        """These nodes in as many rows."""
        self.fill([(each.name, each.url) for each in endpoints])

    @property
    def why_not(self) -> str:
        """What is missing; empty where every node has a name and an address."""
        is_whole = all(all(row) for row in self.texts)
        return "" if is_whole else "Every node needs a name and an address."
