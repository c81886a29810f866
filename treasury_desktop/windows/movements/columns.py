"""The columns of the movements table."""

from PySide6.QtGui import QFontMetrics

from treasury_desktop.viewmodels.movements import MovementRow
from treasury_desktop.windows.look.style import sans
from treasury_desktop.windows.table import Column

_A_SHORT_ADDRESS = "0xDDDDDD…DDDD"
_AROUND = 28
"""Pixels of a cell around its text."""


def movement_columns() -> list[Column[MovementRow]]:
    """Time, kind, amount, counterpart, strategy and both hashes.

    Addresses and hashes are cut already and always have the room they need; a strategy's name gives
    way to them.
    """
    address = QFontMetrics(sans()).horizontalAdvance(_A_SHORT_ADDRESS) + _AROUND
    return [
        Column(title="Time (UTC)", text=lambda row: row.time, tooltip=lambda row: row.time_tip,
               sort_key=lambda row: row.order),
        Column(title="Kind", text=lambda row: row.kind),
        Column(title="Amount", text=lambda row: row.amount, tooltip=lambda row: row.amount_tip,
               sort_key=lambda row: row.amount_order, align="right"),
        Column(title="", text=lambda row: row.unit, tooltip=lambda row: row.amount_tip),
        Column(title="Counterpart", text=lambda row: row.counterpart, width=address,
               tooltip=lambda row: row.counterpart_tip),
        Column(title="Strategy", text=lambda row: row.strategy, stretch=True,
               tooltip=lambda row: row.strategy),
        Column(title="SafeTx", text=lambda row: row.safe_tx_hash, is_mono=True,
               tooltip=lambda row: row.safe_tx_hash_full),
        Column(title="Transaction", text=lambda row: row.transaction_hash, is_mono=True,
               tooltip=lambda row: row.transaction_hash_full),
    ]  # fmt: skip
