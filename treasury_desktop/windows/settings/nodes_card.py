"""The nodes that may be asked, and a way to name others."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from treasury_desktop.treasury.workspace import Workspace
from treasury_desktop.viewmodels.settings import settings_view
from treasury_desktop.windows.actions import KEY_ACTS, Actions
from treasury_desktop.windows.actions_of_workspace import KEEP_NODES
from treasury_desktop.windows.errands import Done, Errands, Failed
from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.style import look
from treasury_desktop.windows.settings.named_row import named_row
from treasury_desktop.windows.untrusted import plain_label
from treasury_desktop.windows.widgets.card import Card
from treasury_desktop.windows.widgets.disabled_reason import DisabledReason
from treasury_desktop.windows.widgets.node_rows import NodeRows
from treasury_desktop.windows.widgets.notice import NoticeLine

OF_THE_DEMONSTRATION = "The demonstration asks its own chain only."


class NodesCard(Card):
    """Names and addresses; read until somebody presses Change. Signals: `changed` once kept."""

    changed = Signal()

    def __init__(self, errands: Errands, actions: Actions, parent: QWidget | None = None) -> None:
        self._errands, self._actions = errands, actions
        view = settings_view(actions.workspace)
        super().__init__("Nodes", caption=view.endpoints_caption, parent=parent)
        self.rows: NodeRows | None = None
        self.change = QPushButton("Change…")
        self.keep = DisabledReason("Keep these")
        self.cancel = QPushButton("Cancel")
        self.says = NoticeLine(can_close=True)
        self._shown = QWidget()
        self._foot = QHBoxLayout()
        self._foot.setSpacing(tokens.GRID)
        self._foot.addWidget(self.change, 0, Qt.AlignmentFlag.AlignLeft)
        self._foot.addWidget(self.keep, 1)
        self._foot.addWidget(self.cancel)
        self.add(self._shown, self.says)
        self.body.addStretch(1)
        self.add(self._foot)
        self.change.clicked.connect(self._edit)
        self.cancel.clicked.connect(self._show)
        self.keep.clicked.connect(self._on_keep)
        self._show()

    def _show(self) -> None:
        """What the workspace says."""
        workspace = self._actions.workspace
        view = settings_view(workspace)
        self.rows = None
        shown = QWidget()
        column = QVBoxLayout(shown)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.GRID)
        for entry in view.endpoints:
            column.addWidget(named_row(entry))
        if not view.endpoints:
            column.addWidget(plain_label("None in this workspace.", role="quiet"))
        if self.title is not None:
            self.title.set_caption(view.endpoints_caption)
        self._replace(shown)
        self._show_buttons(is_editing=False)
        self.change.setEnabled(not workspace.is_demonstration)
        if workspace.is_demonstration:
            column.addWidget(plain_label(OF_THE_DEMONSTRATION, role="quiet"))

    def _edit(self) -> None:
        """The same nodes in fields."""
        self.rows = NodeRows(name_width=140)
        self.rows.show_nodes(self._actions.workspace.endpoints)
        self.rows.changed.connect(self._show_keep)
        self.rows.entered.connect(self._on_keep)
        self._replace(self.rows)
        self._show_buttons(is_editing=True)
        self._show_keep()
        self.rows.field(0).setFocus()

    def _on_keep(self) -> None:
        self._show_keep()
        if self.rows is None or self.keep.reason:
            return
        endpoints = self.rows.endpoints
        self._errands.act(
            KEEP_NODES,
            lambda _p: self._actions.workspace_changes.keep_nodes(endpoints),
            self._on_kept,
        )
        self._show_keep()

    def _on_kept(self, outcome: Done[Workspace] | Failed) -> None:
        if isinstance(outcome, Failed):
            self.says.say(outcome.sentence, "block")
            self._show_keep()
            return
        self.says.say("")
        self._show()
        self.changed.emit()

    def _show_keep(self) -> None:
        if why := self._why_not():
            self.keep.refuse(why)
        else:
            self.keep.allow()

    def _why_not(self) -> str:
        if self.rows is None:
            return "Press Change first."
        if self._errands.is_acting(KEEP_NODES):
            return "Writing…"
        if any(map(self._errands.is_acting, KEY_ACTS)):
            return "Something is being signed or sent; its node stays until that is over."
        is_as_kept = self.rows.endpoints == self._actions.workspace.endpoints
        return self.rows.why_not or ("Nothing was changed." if is_as_kept else "")

    def _show_buttons(self, *, is_editing: bool) -> None:
        self.change.setVisible(not is_editing)
        self.keep.setVisible(is_editing)
        self.cancel.setVisible(is_editing)

    def _replace(self, shown: QWidget) -> None:
        self.body.replaceWidget(self._shown, shown)
        self._shown.hide()
        self._shown.deleteLater()
        self._shown = shown
        look().dress_part(shown)
