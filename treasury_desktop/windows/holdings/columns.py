"""The columns of the holdings table."""

from treasury_desktop.viewmodels.holdings import HoldingRow
from treasury_desktop.windows.look.tokens import Token
from treasury_desktop.windows.table import Column

_KINDS: dict[str, Token] = {"advice": "advice", "danger": "danger", "idle": "text_quiet"}


def holding_columns() -> list[Column[HoldingRow]]:
    """Asset, amount, price with its source, value, share, place, and what is odd about it."""
    return [
        Column(title="Asset", text=lambda row: row.asset, tooltip=lambda row: row.asset_tip,
               series=lambda row: row.series, width=84),
        Column(title="Amount", text=lambda row: row.amount, tooltip=lambda row: row.amount_tip,
               sort_key=lambda row: row.amount_order, align="right"),
        Column(title="Price", text=lambda row: row.price, tooltip=lambda row: row.price_tip,
               sort_key=lambda row: row.price_order, align="right"),
        Column(title="Price from", text=lambda row: row.source, tooltip=lambda row: row.price_tip,
               sort_key=lambda row: row.valued.age_seconds or 0),
        Column(title="Value", text=lambda row: row.value, tooltip=lambda row: row.value_tip,
               sort_key=lambda row: row.value_order, align="right", is_strong=True),
        Column(title="Share", text=lambda row: row.share_text, align="right", width=72,
               sort_key=lambda row: -1 if row.share is None else row.share),
        Column(title="Place", text=lambda row: row.place, tooltip=lambda row: row.place_tip,
               width=160),
        Column(title="Note", text=lambda row: row.note, kind=_kind, stretch=True,
               tooltip=lambda row: row.place_tip),
    ]  # fmt: skip


def _kind(row: HoldingRow) -> Token:
    return _KINDS.get(row.remark.kind, "text_quiet")
