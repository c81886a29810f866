"""Writes resources/official/proxy_creation_codes.json from the published Safe contracts.

The hash of a proxy factory's code → the creation code of the proxies it makes: with it the address
of a new proxy can be worked out.
"""

import json
from pathlib import Path

from eth_hash.auto import keccak

ROOT = Path(__file__).parent.parent
PACKAGES = ROOT / "packaging/node/node_modules"
RECORDED = ROOT / "resources/official/proxy_creation_codes.json"
PROXIES = (
    "@gnosis.pm/safe-contracts/build/artifacts/contracts/proxies/GnosisSafe{0}.sol/GnosisSafe{0}.json",
    "@safe-global/safe-contracts/build/artifacts/contracts/proxies/Safe{0}.sol/Safe{0}.json",
    "@safe-global/safe-smart-account/build/artifacts/contracts/proxies/Safe{0}.sol/Safe{0}.json",
)
"""1.3.0, 1.4.1 and 1.5.0."""


def main() -> None:
    """Record the proxies of every version."""
    lines = (f"{json.dumps(key)}:{json.dumps(code)}" for key, code in records().items())
    RECORDED.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="ascii")


def records() -> dict[str, str]:
    """Code hash → creation code."""
    found = {}
    for pattern in PROXIES:
        factory = bytes.fromhex(_artifact(pattern, "ProxyFactory")["deployedBytecode"][2:])
        found["0x" + keccak(factory).hex()] = _artifact(pattern, "Proxy")["bytecode"]
    return found


def _artifact(pattern: str, name: str) -> dict[str, str]:
    content: dict[str, str] = json.loads((PACKAGES / pattern.format(name)).read_text("utf-8"))
    return content


if __name__ == "__main__":
    main()
