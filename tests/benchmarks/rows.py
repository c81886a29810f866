"""What a benchmark says: one row of ours against its peer, and whether the target holds."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """At most how much: of the ratio, of ours alone, or of ours beyond the peer."""

    of: Literal["ratio", "ours", "difference"]
    most: float

    def text(self, unit: str) -> str:
        """The target as the table and the file say it."""
        if self.of == "ratio":
            return f"ratio ≤ {self.most:g}"
        return f"{'ours' if self.of == 'ours' else 'ours − peer'} ≤ {self.most:g} {unit}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One comparison; `peer` is `None` where nobody else does the same."""

    name: str
    ours: float
    unit: str
    target: Target
    peer: float | None = None
    peer_name: str = ""

    @property
    def ratio(self) -> float | None:
        """Ours by the peer's."""
        return None if not self.peer else self.ours / self.peer

    @property
    def holds(self) -> bool:
        """Whether the target is met; without a peer only one of ours alone can be."""
        found = {
            "ours": self.ours,
            "ratio": self.ratio,
            "difference": None if self.peer is None else self.ours - self.peer,
        }[self.target.of]
        return found is not None and found <= self.target.most

    @property
    def fields(self) -> dict[str, Any]:
        """The row as it is written to the file."""
        return {
            "name": self.name,
            "ours": round(self.ours, 6),
            "peer": None if self.peer is None else round(self.peer, 6),
            "peer_name": self.peer_name,
            "unit": self.unit,
            "ratio": None if self.ratio is None else round(self.ratio, 4),
            "target": self.target.text(self.unit),
            "holds": self.holds,
        }


def write_rows(rows: Sequence[Row], path: Path) -> None:
    """Writes all rows as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps([row.fields for row in rows], indent=1, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def table(rows: Sequence[Row]) -> str:
    """All rows as a table for a terminal."""
    heads = ("", "ours", "peer", "unit", "ratio", "target", "name", "against")
    lines = [heads, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def _cells(row: Row) -> tuple[str, ...]:
    return (
        "✓" if row.holds else "✗",
        f"{row.ours:.4g}",
        "–" if row.peer is None else f"{row.peer:.4g}",
        row.unit,
        "–" if row.ratio is None else f"{row.ratio:.3g}",
        row.target.text(row.unit),
        row.name,
        row.peer_name or "–",
    )
