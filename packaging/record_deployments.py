"""Writes resources/official/safe_deployments.json from what Safe publishes on npm.

Only what a review needs: contract name, version, and per deployment its address, code hash and the
chains it is recorded for, as one text of numbers. @safe-global/safe-deployments tells the code
hashes of the Safe's own contracts; @safe-global/safe-modules-deployments tells none.
"""

import json
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
PUBLISHED = ROOT / "packaging/node/node_modules/@safe-global"
CONTRACTS = PUBLISHED / "safe-deployments/src/assets"
MODULES = PUBLISHED / "safe-modules-deployments/src/assets"
RECORDED = ROOT / "resources/official/safe_deployments.json"

Json = dict  # type: ignore[type-arg]  # published JSON, read once


def main() -> None:
    """Record every deployment of every released version."""
    lines = ",\n".join(json.dumps(record, separators=(",", ":")) for record in records())
    RECORDED.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


def records() -> list[Json]:
    """The contracts of the Safe and then the modules, each by version."""
    return [*map(_contract, _read(CONTRACTS, "*/*")), *map(_module, _read(MODULES, "*/*/*"))]


def _read(folder: Path, pattern: str) -> Iterator[Json]:
    for path in sorted(folder.glob(pattern)):
        published = json.loads(path.read_text("utf-8"))
        if published["released"]:
            yield published


def _contract(published: Json) -> Json:
    """One contract of the Safe: its deployments are named by kind."""
    chains: dict[str, list[int]] = {kind: [] for kind in published["deployments"]}
    for chain_id, kinds in published["networkAddresses"].items():
        for kind in [kinds] if isinstance(kinds, str) else kinds:
            chains[kind].append(int(chain_id))
    deployments = [
        {
            "kind": kind,
            "address": deployment["address"],
            "code_hash": deployment["codeHash"],
            "chains": _numbers(chains[kind]),
        }
        for kind, deployment in published["deployments"].items()
    ]
    return _record(published, deployments)


def _module(published: Json) -> Json:
    """One module: only addresses by chain are published, so each counts on these chains alone."""
    chains: dict[str, list[int]] = {}
    for chain_id, address in published["networkAddresses"].items():
        chains.setdefault(address, []).append(int(chain_id))
    deployments = [
        {"kind": "module", "address": address, "code_hash": None, "chains": _numbers(chain_ids)}
        for address, chain_ids in chains.items()
    ]
    return _record(published, deployments)


def _record(published: Json, deployments: list[Json]) -> Json:
    return {
        "name": published["contractName"],
        "version": published["version"],
        "deployments": deployments,
    }


def _numbers(chain_ids: list[int]) -> str:
    """Chain ids as one text, which is read much sooner than a list of numbers."""
    return " ".join(map(str, sorted(chain_ids)))


if __name__ == "__main__":
    main()
