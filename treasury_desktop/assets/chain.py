"""A chain, known by its number; names and symbols are for people."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """One EVM chain and what its native coin is called."""

    chain_id: int
    name: str
    native_symbol: str

    def __post_init__(self) -> None:
        if not 0 < self.chain_id < 2**256:
            raise ValueError("a chain id is a positive 256-bit number")
