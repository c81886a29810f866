"""The status line: how old every figure is, who vouches for it, and what is wrong just now."""

from dataclasses import dataclass

from treasury_desktop.treasury.snapshot import TreasurySnapshot
from treasury_desktop.viewmodels.figures import age_text, block_text

OLD_AFTER_SECONDS = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusWords:
    """One part of the line; `kind` is a colour token or "", the tooltip says more."""

    text: str
    kind: str = ""
    tooltip: str = ""


def status_parts(
    snapshot: TreasurySnapshot | None,
    now: int,
    *,
    trouble: str = "",
    is_refreshing: bool = False,
) -> tuple[StatusWords, ...]:
    """The parts of the line, most lasting first: block, age, nodes, what is going on."""
    parts: list[StatusWords] = []
    if snapshot is None:
        parts.append(StatusWords(text="nothing read yet"))
    else:
        age = now - snapshot.block.timestamp
        parts.append(StatusWords(text=block_text(snapshot.block)))
        is_old = age > OLD_AFTER_SECONDS
        parts.append(StatusWords(text=age_text(age), kind="advice" if is_old else ""))
        parts.append(_nodes(snapshot.nodes))
    if is_refreshing:
        parts.append(StatusWords(text="reading the chain"))
    elif trouble:
        parts.append(StatusWords(text="offline", kind="advice", tooltip=trouble))
    return tuple(parts)


def _nodes(nodes: tuple[str, ...]) -> StatusWords:
    if len(nodes) == 1:
        return StatusWords(
            text="one node",
            kind="advice",
            tooltip=f"Only {nodes[0]} was asked; a second node would have to agree with it.",
        )
    return StatusWords(text=f"{', '.join(nodes)} agree")
