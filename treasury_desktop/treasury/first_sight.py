"""What endpoints say of Safes that belong to no workspace yet."""

from dataclasses import dataclass

from treasury_desktop.safes.safe import Safe
from treasury_desktop.treasury.block import Block
from treasury_desktop.treasury.holding import Holding


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstSight:
    """Safes and what they hold of well-known tokens, all at one block.

    `nodes` are the endpoints that agreed on every answer.
    """

    chain_id: int
    block: Block
    nodes: tuple[str, ...]
    safes: tuple[Safe, ...]
    holdings: tuple[Holding, ...]
