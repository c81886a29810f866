"""Writes resources/abi/selectors.txt: every packaged function by its selector.

A review reads this one file and parses only the lines it needs; nothing is hashed when the program
starts. A line is a selector in hex, a space, the ABIs that have the function with these names of
parameters, a tab, and the signature. Order decides which naming people see first.
"""

import json
from pathlib import Path

from treasury_desktop.calls.abi_type import parse_function

ABIS = Path(__file__).parent.parent / "resources/abi"
INDEX = ABIS / "selectors.txt"
ORDER = (
    "safe",
    "multisend",
    "safe_libraries",
    "safe_modules",
    "erc20",
    "weth9",
    "erc721",
    "erc4626",
    "uniswap_v3",
    "uniswap_swap_router_02",
    "uniswap_v2",
    "uniswap_universal_router",
    "uniswap_v3_core",
    "permit2",
    "aave_v3",
    "aave_v3_periphery",
    "compound_v3",
    "lido",
    "balancer_v2",
    "curve",
    "curve_gauge",
    "cow",
    "talos",
    "merkle",
    "ownership",
    "governor",
    "delegate_registry",
    "timelock",
    "zodiac",
    "accounts",
    "multicall3",
    "disperse",
)


def main() -> None:
    """Record the functions of all ABIs."""
    INDEX.write_text("".join(f"{line}\n" for line in index_lines()), encoding="ascii")


def index_lines() -> list[str]:
    """The lines of the index, by selector and then in the order of the ABIs."""
    unknown = {path.stem for path in ABIS.glob("*.json")} ^ set(ORDER)
    if unknown:
        raise SystemExit(f"these ABIs have no place in the order, or no file: {sorted(unknown)}")
    abis_of: dict[str, list[str]] = {}
    for name in ORDER:
        abi = json.loads((ABIS / f"{name}.json").read_text("ascii"))
        for text in abi["functions"]:
            abis_of.setdefault(text, []).append(abi["name"])
    selectors = [(parse_function(text).selector.hex(), text) for text in abis_of]
    selectors.sort(key=lambda pair: pair[0])  # stable: the order of the ABIs stays
    return [f"{selector} {'; '.join(abis_of[text])}\t{text}" for selector, text in selectors]


if __name__ == "__main__":
    main()
