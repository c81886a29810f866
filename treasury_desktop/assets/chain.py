"""A chain, known by its number; names and symbols are for people."""

from dataclasses import dataclass

_COINS = {
    56: "BNB",
    100: "xDAI",
    137: "POL",
    146: "S",
    1088: "METIS",
    5000: "MNT",
    42220: "CELO",
    43114: "AVAX",
}
_NAMES = {
    1: "Ethereum",
    10: "OP Mainnet",
    56: "BNB Smart Chain",
    100: "Gnosis",
    130: "Unichain",
    137: "Polygon",
    146: "Sonic",
    324: "ZKsync Era",
    1088: "Metis",
    5000: "Mantle",
    8453: "Base",
    42161: "Arbitrum One",
    42220: "Celo",
    43114: "Avalanche",
    59144: "Linea",
    81457: "Blast",
    534352: "Scroll",
    11155111: "Sepolia",
}


def native_symbol(chain_id: int) -> str:
    """What a chain's own coin is called; "ETH" on most."""
    return _COINS.get(chain_id, "ETH")


def usual_name(chain_id: int) -> str:
    """What people call a chain; its number in words where it is not a usual one."""
    return _NAMES.get(chain_id, f"Chain {chain_id}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """One EVM chain and what its native coin is called."""

    chain_id: int
    name: str
    native_symbol: str

    def __post_init__(self) -> None:
        if not 0 < self.chain_id < 2**256:
            raise ValueError("a chain id is a positive 256-bit number")
