"""The call tree as a model that makes its rows when they come into sight.

A batch may hold twenty thousand calls: nodes are made in portions, their words when painted.
"""

from typing import Any, Final

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from treasury_desktop.calls.decoded_call import DecodedCall
from treasury_desktop.viewmodels.call_lines import CallReader, Line

Index = QModelIndex | QPersistentModelIndex
PORTION: Final = 200
LINE_ROLE: Final = Qt.ItemDataRole.UserRole
_NOWHERE: Final = QModelIndex()


class Node:
    """A call, or one line about the call above it."""

    __slots__ = ("call", "children", "line", "parent", "row", "shown")

    def __init__(
        self, parent: "Node | None", row: int, call: DecodedCall | None, line: Line | None = None
    ) -> None:
        self.parent = parent
        self.row = row
        self.call = call
        self.line = line
        self.children: list[Node] | None = None
        self.shown = 0


class CallModel(QAbstractItemModel):
    """One column; `LINE_ROLE` gives a row's `Line`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reader: CallReader | None = None
        self._top: Node | None = None

    def show_call(self, call: DecodedCall, reader: CallReader) -> None:
        """Shows another transaction's calls."""
        self.beginResetModel()
        self._reader = reader
        self._top = Node(None, 0, call)
        self.endResetModel()

    def clear(self) -> None:
        """Shows nothing."""
        self.beginResetModel()
        self._reader, self._top = None, None
        self.endResetModel()

    def node_at(self, index: Index) -> Node | None:
        """The node of an index."""
        node = index.internalPointer() if index.isValid() else None
        return node if isinstance(node, Node) else None

    def line_at(self, index: Index) -> Line | None:
        """The words of a row, made now if they were not yet."""
        node = self.node_at(index)
        if node is None or self._reader is None:
            return None
        if node.line is None and node.call is not None:
            node.line = self._reader.line(node.call)
        return node.line

    def index_of(self, path: str) -> QModelIndex:
        """The row of the call with a path such as "0.2"; the parts before it are fetched."""
        if self._top is None or not path:
            return QModelIndex()
        node = self._top
        for part in path.split(".")[1:]:
            children = self._children(node)
            wanted = next(
                (n for n in children if n.call is not None and n.call.path.endswith(f".{part}")),
                None,
            )
            if wanted is None:
                break
            self._show_up_to(node, wanted.row + 1)
            node = wanted
        return self.createIndex(node.row, 0, node)

    # ── what Qt asks ─────────────────────────────────────────────────────────────────────────────

    def index(self, row: int, column: int, parent: Index = _NOWHERE, /) -> QModelIndex:
        """The index of a row that is shown."""
        if column or row < 0:
            return QModelIndex()
        if not parent.isValid():
            is_top = row == 0 and self._top is not None
            return self.createIndex(0, 0, self._top) if is_top else QModelIndex()
        node = self.node_at(parent)
        if node is None or row >= node.shown:
            return QModelIndex()
        return self.createIndex(row, 0, self._children(node)[row])

    def parent(self, index: Index = _NOWHERE, /) -> Any:
        """The call a row stands under."""
        node = self.node_at(index)
        if node is None or node.parent is None:
            return QModelIndex()
        return self.createIndex(node.parent.row, 0, node.parent)

    def rowCount(self, parent: Index = _NOWHERE, /) -> int:
        """The rows fetched so far."""
        if not parent.isValid():
            return 0 if self._top is None else 1
        node = self.node_at(parent)
        return 0 if node is None else node.shown

    def columnCount(self, _parent: Index = _NOWHERE, /) -> int:
        """One."""
        return 1

    def hasChildren(self, parent: Index = _NOWHERE, /) -> bool:
        """Calls have lines under them; lines have nothing."""
        if not parent.isValid():
            return self._top is not None
        node = self.node_at(parent)
        return node is not None and node.call is not None

    def canFetchMore(self, parent: Index, /) -> bool:
        """Whether rows of this call were not made yet."""
        node = self.node_at(parent)
        return node is not None and node.call is not None and node.shown < len(self._children(node))

    def fetchMore(self, parent: Index, /) -> None:
        """The next portion of rows."""
        node = self.node_at(parent)
        if node is not None:
            self._show_up_to(node, node.shown + PORTION)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole, /) -> Any:
        """A row's first line as text, both lines for screen readers, or the `Line` itself."""
        if role not in (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.AccessibleTextRole,
            LINE_ROLE,
        ):
            return None
        line = self.line_at(index)
        if line is None:
            return None
        if role == LINE_ROLE:
            return line
        both = f"{line.title}\n{line.detail}" if line.detail else line.title
        return line.title if role == Qt.ItemDataRole.DisplayRole else both

    # ── nodes ────────────────────────────────────────────────────────────────────────────────────

    def _children(self, node: Node) -> list[Node]:
        if node.children is None:
            node.children = []
            if node.call is not None and self._reader is not None:
                lines = self._reader.facts_of(node.call)
                node.children = [Node(node, at, None, line) for at, line in enumerate(lines)]
                start = len(node.children)
                node.children += [
                    Node(node, start + at, call) for at, call in enumerate(node.call.calls)
                ]
        return node.children

    def _show_up_to(self, node: Node, wanted: int) -> None:
        last = min(wanted, len(self._children(node)))
        if last <= node.shown:
            return
        self.beginInsertRows(self.createIndex(node.row, 0, node), node.shown, last - 1)
        node.shown = last
        self.endInsertRows()
