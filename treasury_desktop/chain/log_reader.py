"""Event logs of a range of blocks, in pieces an endpoint is willing to answer.

Endpoints limit how many blocks or logs they answer at once and say so in as many ways as there are
endpoints; so any refusal halves the piece, and success lets it grow again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from treasury_desktop.assets.address import Address
from treasury_desktop.chain import answers
from treasury_desktop.chain.answers import BlockHeader, Log
from treasury_desktop.chain.connection import Ask, EndpointRefusal
from treasury_desktop.chain.node import Node
from treasury_desktop.errors import Malformed

FIRST_SPAN = 10_000
LARGEST_SPAN = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFilter:
    """Which logs: of these contracts, with these topics; an empty set of topics means any.

    `addresses` is `None` for the logs of any contract.
    """

    addresses: tuple[Address, ...] | None
    topics: tuple[frozenset[bytes], ...]

    def has(self, log: Log) -> bool:
        """Whether a log is what was asked for."""
        if self.addresses is not None and log.address not in self.addresses:
            return False
        if len(log.topics) < len(self.topics):
            return False
        return all(
            not wanted or topic in wanted
            for wanted, topic in zip(self.topics, log.topics, strict=False)
        )


class LogReader:
    """Reads logs through a node and remembers how large a piece it answers."""

    def __init__(self, node: Node, *, first_span: int = FIRST_SPAN) -> None:
        self._node = node
        self._span = first_span

    def logs(self, wanted: LogFilter, first_block: int, last_block: int) -> tuple[Log, ...]:
        """All logs of a block range, both ends included, in the order of the chain."""
        found: list[Log] = []
        if wanted.addresses == ():
            return ()
        for _, piece in self.pieces(wanted, first_block, last_block):
            found += piece
        return tuple(sorted(found, key=lambda log: (log.block_number, log.log_index)))

    def timestamps(self, logs: Sequence[Log]) -> dict[int, int]:
        """The time of each block that has a log, by number.

        Some nodes write it beside the log too; what counts is the block itself, which as many
        endpoints have to agree on as on anything else, and which has to be the log's.
        """
        hashes = {log.block_number: log.block_hash for log in logs}
        numbers = sorted(hashes)
        asks = [
            Ask("eth_getBlockByNumber", (hex(number), False), answers.header, f"block {number}")
            for number in numbers
        ]
        headers: list[BlockHeader] = self._node.ask_all(asks).values
        for number, header in zip(numbers, headers, strict=True):
            if header.block.number != number or header.block.hash != hashes[number]:
                raise Malformed(f"block {number}", "is not the block its logs say they are in")
        return {number: each.block.timestamp for number, each in zip(numbers, headers, strict=True)}

    def pieces(
        self, wanted: LogFilter, first_block: int, last_block: int
    ) -> Iterator[tuple[int, tuple[Log, ...]]]:
        """The same in the pieces that are answered, each with the last block it reaches."""
        start = first_block
        while start <= last_block:
            end = min(start + self._span - 1, last_block)
            try:
                piece = self._node.ask(_ask(wanted, start, end))
            except EndpointRefusal:
                if self._span == 1:
                    raise
                self._span = max(min(self._span, end - start + 1) // 2, 1)
                continue
            yield end, piece
            start = end + 1
            self._span = min(self._span * 2, LARGEST_SPAN)


def _ask(wanted: LogFilter, first_block: int, last_block: int) -> Ask:
    def parse(value: Any, name: str) -> tuple[Log, ...]:
        found = answers.logs(value, name)
        for log in found:
            if not wanted.has(log) or not first_block <= log.block_number <= last_block:
                raise Malformed(name, "holds a log that was not asked for")
        return found

    parameters: dict[str, Any] = {
        "fromBlock": hex(first_block),
        "toBlock": hex(last_block),
        "topics": [sorted(f"0x{t.hex()}" for t in topics) or None for topics in wanted.topics],
    }
    if wanted.addresses is not None:
        parameters["address"] = [str(each) for each in wanted.addresses]
    return Ask("eth_getLogs", (parameters,), parse, f"logs of blocks {first_block}–{last_block}")
