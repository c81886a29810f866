"""Writes resources/official/chain_names.json from the published @safe-global/protocol-kit.

The names are those before the colon of an EIP-3770 address (`eth:0x…`), as Safe{Wallet} writes
them. Takes the folder into which the package was unpacked.
"""

import json
import re
import sys
from pathlib import Path

RECORDED = Path(__file__).parent.parent / "resources/official/chain_names.json"
ENTRY = re.compile(r'\{\s*chainId:\s*(\d+)n,\s*shortName:\s*"([^"]+)"\s*\}')
RENAMED = {"pol": 137}  # ethereum-lists calls Polygon so now; Safe{Wallet} still writes matic


def main(package: Path) -> None:
    """Record every chain of the package once; two names of one chain are both known."""
    published = (package / "dist/esm/src/index.mjs").read_text("utf-8")
    found = [(name, int(chain_id)) for chain_id, name in ENTRY.findall(published)]
    names = dict(found) | RENAMED
    if len(found) != len(dict(found)):
        raise SystemExit("a chain name stands for two chains")
    lines = ",\n".join(f"{json.dumps(name)}:{names[name]}" for name in sorted(names))
    RECORDED.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
