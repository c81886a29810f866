"""A block of the chain: the moment for which everything else was read."""

from dataclasses import dataclass

HASH_LENGTH = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A block by number and hash, with its time in Unix seconds."""

    number: int
    hash: bytes
    timestamp: int

    def __post_init__(self) -> None:
        if len(self.hash) != HASH_LENGTH or self.number < 0 or self.timestamp < 0:
            raise ValueError("a block has a number, a 32-byte hash and a timestamp")
