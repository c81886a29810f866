"""Capital moved from idle holdings into a strategy: entry and exit, built together."""

from dataclasses import dataclass

from treasury_desktop.assets.amount import TokenAmount
from treasury_desktop.deployments.calls import Call
from treasury_desktop.safes.safe import Safe
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.treasury.strategy import Strategy


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a venue builds: the calls in and the calls that would bring the capital back.

    `amounts` is what goes in at most; `exit_notes` says what the exit still needs to know (a share
    count or token id that exists only after the entry).
    """

    amounts: tuple[TokenAmount, ...]
    calls: tuple[Call, ...]
    exit_calls: tuple[Call, ...]
    exit_notes: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """A drafted deployment of one strategy from one Safe."""

    strategy: Strategy
    safe: Safe
    entry: Entry
    tx: SafeTx
    purpose: str
