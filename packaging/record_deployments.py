"""Writes resources/official/safe_deployments.json from the published @safe-global/safe-deployments.

Only what a review needs: contract name, version, and per deployment its address, code hash and the
chains it is recorded for.
"""

import json
from pathlib import Path

ROOT = Path(__file__).parent.parent
PUBLISHED = ROOT / "packaging/node/node_modules/@safe-global/safe-deployments/src/assets"
RECORDED = ROOT / "resources/official/safe_deployments.json"


def main() -> None:
    """Record every deployment of every released version."""
    contracts = [_contract(json.loads(path.read_text())) for path in sorted(PUBLISHED.glob("*/*"))]
    lines = ",\n".join(json.dumps(contract, separators=(",", ":")) for contract in contracts)
    RECORDED.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


def _contract(published: dict) -> dict:  # type: ignore[type-arg]  # published JSON, read once
    chains: dict[str, list[int]] = {}
    for chain_id, kinds in published["networkAddresses"].items():
        for kind in [kinds] if isinstance(kinds, str) else kinds:
            chains.setdefault(kind, []).append(int(chain_id))
    return {
        "name": published["contractName"],
        "version": published["version"],
        "deployments": [
            {
                "kind": kind,
                "address": deployment["address"],
                "code_hash": deployment["codeHash"],
                "chains": sorted(chains.get(kind, [])),
            }
            for kind, deployment in published["deployments"].items()
        ],
    }


if __name__ == "__main__":
    main()
