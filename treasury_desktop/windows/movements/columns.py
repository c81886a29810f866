"""The columns of the movements table."""

from treasury_desktop.viewmodels.movements import MovementRow
from treasury_desktop.windows.table import Column


def movement_columns() -> list[Column[MovementRow]]:
    """Time, kind, amount, counterpart, strategy and both hashes.

    Hashes are short already: they get the room they need, and a name gives way to them.
    """
    return [
        Column(title="Time (UTC)", text=lambda row: row.time, tooltip=lambda row: row.time_tip,
               sort_key=lambda row: row.order),
        Column(title="Kind", text=lambda row: row.kind),
        Column(title="Amount", text=lambda row: row.amount, tooltip=lambda row: row.amount_tip,
               sort_key=lambda row: row.amount_order, align="right"),
        Column(title="", text=lambda row: row.unit, tooltip=lambda row: row.amount_tip),
        Column(title="Counterpart", text=lambda row: row.counterpart, stretch=True,
               tooltip=lambda row: row.counterpart_tip),
        Column(title="Strategy", text=lambda row: row.strategy),
        Column(title="Safe transaction", text=lambda row: row.safe_tx_hash, is_mono=True,
               tooltip=lambda row: row.safe_tx_hash_full),
        Column(title="Transaction", text=lambda row: row.transaction_hash, is_mono=True,
               tooltip=lambda row: row.transaction_hash_full),
    ]  # fmt: skip
