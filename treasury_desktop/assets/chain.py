"""A chain, known by its number; names and symbols are for people."""

from dataclasses import dataclass

_COINS = {56: "BNB", 100: "xDAI", 137: "POL", 43114: "AVAX", 42220: "CELO", 5000: "MNT", 146: "S"}


def native_symbol(chain_id: int) -> str:
    """What a chain's own coin is called; "ETH" on most."""
    return _COINS.get(chain_id, "ETH")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """One EVM chain and what its native coin is called."""

    chain_id: int
    name: str
    native_symbol: str

    def __post_init__(self) -> None:
        if not 0 < self.chain_id < 2**256:
            raise ValueError("a chain id is a positive 256-bit number")
