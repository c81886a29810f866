"""Which signatures go with a transaction or a message that is sent on: no more than are read.

Whoever sent a heap of junk must not make our own file one that no cosigner can open.
"""

from collections.abc import Iterable, Iterator
from typing import Protocol

from treasury_desktop.assets.address import Address
from treasury_desktop.bundle import ClaimedSignature
from treasury_desktop.desk.collect_confirmations import ONLY_THE_CHAIN


class SetAside(Protocol):
    """A signature that does not count, with the reason."""

    @property
    def claimed_signer(self) -> Address | None:
        """Whose it is said to be."""
        ...

    @property
    def data(self) -> bytes:
        """As it came."""
        ...

    @property
    def reason(self) -> str:
        """Why it does not count."""
        ...


def may_yet_count(aside: SetAside, waiting: frozenset[str]) -> bool:
    """Whether another desk, or a node, may find that it counts."""
    return aside.reason in waiting or aside.reason == ONLY_THE_CHAIN


def sent_on(
    counted: tuple[ClaimedSignature, ...],
    aside: Iterable[SetAside],
    waiting: frozenset[str],
    *,
    most: int,
    most_bytes: int,
) -> tuple[ClaimedSignature, ...]:
    """All that count, then what may yet count, then the rest in the order in which it came.

    `most` bounds how many there are, `most_bytes` what those that do not count have together; one
    that is too large is passed over.
    """
    ordered = sorted(aside, key=lambda one: not may_yet_count(one, waiting))
    room = max(most - len(counted), 0)
    return counted + tuple(_within(ordered, most_bytes))[:room]


def _within(aside: Iterable[SetAside], most_bytes: int) -> Iterator[ClaimedSignature]:
    for one in aside:
        if len(one.data) <= most_bytes:
            most_bytes -= len(one.data)
            yield ClaimedSignature(signer=one.claimed_signer, data=one.data)
