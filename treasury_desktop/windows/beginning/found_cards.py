"""What was found: the Safes with all their owners, and what they hold of well-known tokens."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from treasury_desktop.assets.token import Token
from treasury_desktop.viewmodels.beginning import NO_PRICES, SafeWords, SightWords, TokenWords
from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.untrusted import plain_label
from treasury_desktop.windows.widgets.address_label import AddressLabel, grouped, line_up
from treasury_desktop.windows.widgets.card import Card
from treasury_desktop.windows.widgets.chip import Chip
from treasury_desktop.windows.widgets.fields import Tick

OWNERS_IN_LINES = 20
"""Each in a line of its own; a node may tell of a thousand, and that many lines freeze a window."""


class SafeCard(Card):
    """One Safe: its address, who signs for it, and what else may move its money."""

    def __init__(self, words: SafeWords, parent: QWidget | None = None) -> None:
        super().__init__("A Safe was found", caption=words.version, parent=parent)
        self.add(AddressLabel(words.address))
        self.add(plain_label(words.signs, role="strong"))
        for remark in words.remarks:  # below each other: side by side they push the page aside
            self.body.addWidget(Chip(remark.text, remark.kind), 0, Qt.AlignmentFlag.AlignLeft)
        owners = QGridLayout()
        owners.setHorizontalSpacing(tokens.GAP)
        owners.setVerticalSpacing(tokens.GRID)
        labels = [AddressLabel(owner) for owner in words.owners[:OWNERS_IN_LINES]]
        for at, label in enumerate(labels):
            owners.addWidget(label, at, 0)
        owners.setColumnStretch(1, 1)
        self.add(owners)
        line_up(labels)
        if others := words.owners[OWNERS_IN_LINES:]:
            lines = "\n".join(" ".join(grouped(owner)) for owner in others)
            self.add(plain_label(lines, role="mono", selectable=True))


class HoldingsCard(Card):
    """The tokens found; a ticked one is listed in the workspace."""

    def __init__(self, words: SightWords, parent: QWidget | None = None) -> None:
        super().__init__("What they hold", caption=words.seen, parent=parent)
        self._ticks: list[tuple[Token, Tick]] = []
        grid = QGridLayout()
        grid.setHorizontalSpacing(tokens.GAP)
        grid.setVerticalSpacing(tokens.GRID)
        for at, name in enumerate(words.safe_names if len(words.safes) > 1 else ()):
            grid.addWidget(plain_label(name, role="header", right=True), 0, 1 + at)
        for row, token in enumerate(words.tokens, start=1):
            self._add_row(grid, row, token)
        grid.setColumnStretch(2 + len(words.safes), 1)
        self.add(grid, plain_label(NO_PRICES, role="quiet", wrap=True))

    @property
    def chosen(self) -> tuple[Token, ...]:
        """The tokens that are ticked, and the chain's own coin."""
        return tuple(token for token, tick in self._ticks if tick.isChecked())

    def _add_row(self, grid: QGridLayout, row: int, words: TokenWords) -> None:
        tick = Tick(words.name)
        tick.setChecked(True)
        # The coin pays for gas: a workspace without it would not know what an execution costs.
        tick.setEnabled(not words.token.is_native)
        self._ticks.append((words.token, tick))
        grid.addWidget(tick, row, 0)
        for at, amount in enumerate(words.amounts):
            grid.addWidget(plain_label(amount, right=True), row, 1 + at)
        grid.addWidget(plain_label(words.address, role="mono-quiet"), row, 1 + len(words.amounts))
