"""What is committed under resources/ is what the recording scripts write today."""

import json
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.demonstration_chain import REPOSITORY
from treasury_desktop.calls.abi_type import parse_function
from treasury_desktop.calls.known_contracts import functions_with_selector

PACKAGING = REPOSITORY / "packaging"
RESOURCES = REPOSITORY / "resources"
NODE_MODULES = PACKAGING / "node/node_modules"
ABIS_OF_PACKAGES = (
    "@gnosis.pm/safe-contracts/build/artifacts/contracts/**/*.json",
    "@safe-global/safe-contracts/build/artifacts/contracts/**/*.json",
    "@safe-global/safe-smart-account/build/artifacts/contracts/**/*.json",
    "@safe-global/safe-deployments/src/assets/**/*.json",
    "@safe-global/safe-modules-deployments/src/assets/**/*.json",
    "@uniswap/v3-core/artifacts/contracts/**/*.json",
    "@uniswap/v3-periphery/artifacts/contracts/**/*.json",
    "@openzeppelin/contracts/build/contracts/*.json",
)
FROM_THESE_PACKAGES = (
    "safe",
    "multisend",
    "safe_libraries",
    "safe_modules",
    "erc721",
    "uniswap_v3",
    "uniswap_v3_core",
)


def script(name: str) -> dict[str, Any]:
    """A recording script's functions."""
    return runpy.run_path(str(PACKAGING / name))


def test_index_of_selectors_is_what_the_abis_give() -> None:
    """The committed index has every function of every ABI, and nothing else."""
    committed = (RESOURCES / "abi/selectors.txt").read_text("ascii").splitlines()
    assert committed == script("record_selectors.py")["index_lines"]()


def test_deployments_are_what_is_published() -> None:
    """The committed deployments are those of the pinned packages, in full."""
    committed = json.loads((RESOURCES / "official/safe_deployments.json").read_text("ascii"))
    assert committed == script("record_deployments.py")["records"]()


def test_proxy_codes_are_what_is_published() -> None:
    """The committed creation codes are those of the pinned packages, in full."""
    committed = json.loads((RESOURCES / "official/proxy_creation_codes.json").read_text("ascii"))
    assert committed == script("record_proxy_codes.py")["records"]()


def test_digests_are_those_of_the_files() -> None:
    """Every deciding resource has its digest recorded, and no other."""
    committed = (RESOURCES / "DIGESTS").read_text("ascii").splitlines()
    assert committed == script("record_digests.py")["lines"]()


def published_functions() -> Iterator[str]:
    """The signature of every function in the packages' own ABIs."""
    for pattern in ABIS_OF_PACKAGES:
        for path in NODE_MODULES.glob(pattern):
            content = json.loads(path.read_text("utf-8"))
            entries = content.get("abi", ()) if isinstance(content, dict) else content
            for entry in entries:
                if entry.get("type") == "function":
                    yield f"{entry['name']}({','.join(map(type_of, entry['inputs']))})"


def type_of(parameter: dict[str, Any]) -> str:
    """A parameter's type as it is hashed."""
    kind: str = parameter["type"]
    if not kind.startswith("tuple"):
        return kind
    return f"({','.join(map(type_of, parameter['components']))}){kind[len('tuple') :]}"


NEVER_PUBLISHED = {
    "safe": {
        "setup(address[],uint256,address,bytes)",  # 0.1.0 has no published package
    },
}


def test_packaged_signatures_are_published() -> None:
    """What these packages publish is where our signatures come from."""
    published = set(published_functions())
    assert len(published) > 300
    for name in FROM_THESE_PACKAGES:
        abi = json.loads((RESOURCES / f"abi/{name}.json").read_text("ascii"))
        ours = {parse_function(text).signature for text in abi["functions"]}
        assert ours - published <= NEVER_PUBLISHED.get(name, set())


def test_every_change_a_safe_allows_is_packaged() -> None:
    """No function that changes a Safe, of any published version, is unknown here."""
    missing = set()
    for path in _safes():
        for entry in json.loads(path.read_text("utf-8"))["abi"]:
            if entry.get("type") != "function" or _only_looks(entry):
                continue
            signature = f"{entry['name']}({','.join(map(type_of, entry['inputs']))})"
            if not functions_with_selector(parse_function(signature).selector):
                missing.add(signature)
    assert missing == set()


def _safes() -> list[Path]:
    folder = NODE_MODULES / "@safe-global/safe-deployments/src/assets"
    found = [path for path in folder.glob("*/*safe*.json") if "prox" not in path.name]
    assert len(found) > 8
    return found


def _only_looks(entry: dict[str, Any]) -> bool:
    return entry.get("stateMutability") in ("view", "pure") or bool(entry.get("constant"))
