"""The columns of the movements table."""

from treasury_desktop.viewmodels.movements import MovementRow
from treasury_desktop.windows.table import Column

_HASH, _NAME = 134, 144


def movement_columns() -> list[Column[MovementRow]]:
    """Time, kind, amount, counterpart, strategy and both hashes."""
    return [
        Column(title="Time (UTC)", text=lambda row: row.time, tooltip=lambda row: row.time_tip,
               sort_key=lambda row: row.order),
        Column(title="Kind", text=lambda row: row.kind),
        Column(title="Amount", text=lambda row: row.amount, tooltip=lambda row: row.amount_tip,
               sort_key=lambda row: row.amount_order, align="right"),
        Column(title="", text=lambda row: row.unit, tooltip=lambda row: row.amount_tip),
        Column(title="Counterpart", text=lambda row: row.counterpart, width=_NAME,
               tooltip=lambda row: row.counterpart_tip),
        Column(title="Strategy", text=lambda row: row.strategy),
        Column(title="Safe transaction", text=lambda row: row.safe_tx_hash, is_mono=True,
               width=_HASH, tooltip=lambda row: row.safe_tx_hash_full),
        Column(title="Transaction", text=lambda row: row.transaction_hash, is_mono=True,
               stretch=True, tooltip=lambda row: row.transaction_hash_full),
    ]  # fmt: skip
