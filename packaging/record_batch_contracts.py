"""Writes resources/official/batch_contracts.json from the published @safe-global/safe-deployments.

Safe{Wallet} sends a batch to the first MultiSendCallOnly that is listed for its chain. Where that
is not the canonical one it is recorded here: version → address → chains, as one text of numbers.
"""

import json
from pathlib import Path

ROOT = Path(__file__).parent.parent
PUBLISHED = ROOT / "packaging/node/node_modules/@safe-global/safe-deployments/src/assets"
RECORDED = ROOT / "resources/official/batch_contracts.json"


def main() -> None:
    """Record every released version that has such chains."""
    versions: dict[str, dict[str, str]] = {}
    for path in sorted(PUBLISHED.glob("*/multi_send_call_only.json")):
        published = json.loads(path.read_text("utf-8"))
        chains: dict[str, list[int]] = {}
        for chain_id, kinds in published["networkAddresses"].items():
            first = kinds if isinstance(kinds, str) else kinds[0]
            if first != "canonical":
                address = published["deployments"][first]["address"]
                chains.setdefault(address, []).append(int(chain_id))
        if chains:
            versions[published["version"]] = {
                address: " ".join(map(str, sorted(numbers))) for address, numbers in chains.items()
            }
    RECORDED.write_text(json.dumps(versions, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
