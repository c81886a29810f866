"""The chosen movement with its full hashes, to be compared and copied."""

from PySide6.QtWidgets import QGridLayout, QWidget

from treasury_desktop.viewmodels.movements import MovementRow
from treasury_desktop.windows.untrusted import plain_label
from treasury_desktop.windows.widgets.card import Card
from treasury_desktop.windows.widgets.copy_button import CopyButton


class MovementDetail(Card):
    """Three lines: counterpart, Safe transaction hash, transaction hash; hidden without a row."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(2, 1)
        names = ("Counterpart", "Safe transaction hash", "Transaction hash")
        self._lines = [
            (plain_label(name, role="quiet"), CopyButton(what=f"the {name}"),
             plain_label(role="mono", selectable=True))
            for name in names
        ]  # fmt: skip
        for number, line in enumerate(self._lines):
            for column, widget in enumerate(line):
                grid.addWidget(widget, number, column)
        self.add(grid)
        self.hide()

    def show_row(self, row: MovementRow | None) -> None:
        """Shows a movement, or nothing."""
        self.setVisible(row is not None)
        if row is None:
            return
        counterpart = row.movement.counterpart
        address = "" if counterpart is None else str(counterpart)
        texts = (address, row.safe_tx_hash_full, row.transaction_hash_full)
        for (name, copy, label), text in zip(self._lines, texts, strict=True):
            for widget in (name, copy, label):
                widget.setVisible(bool(text))
            copy.set_text_to_copy(text)
            label.setText(text)
