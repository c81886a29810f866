"""Compiles our own contracts for the demonstration chain.

Their compiler output is committed, so that neither the program nor its packages need a compiler;
`tests/doors/devnet` compiles again and compares.
Run as `python packaging/compile_contracts.py` after a change to `resources/contracts/*.vy`.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import vyper

CONTRACTS = Path(__file__).resolve().parents[1] / "resources" / "contracts"


def sources() -> Iterator[Path]:
    """Every contract of ours, in the order of names."""
    yield from sorted(CONTRACTS.glob("*.vy"))


def build_file(source: Path) -> Path:
    """The committed compiler output of a source file."""
    return source.parent / "build" / f"{source.stem}.json"


def compiled(source: Path) -> dict[str, Any]:
    """The interface and byte code of a source file, without anything of this machine in it."""
    output = vyper.compile_code(
        source.read_text(encoding="utf-8"),
        contract_path=source.name,
        output_formats=["abi", "bytecode", "bytecode_runtime"],
    )
    return {
        "contract": source.stem,
        "compiler": f"vyper {vyper.__version__}",
        "abi": output["abi"],
        "bytecode": output["bytecode"],
        "runtime": output["bytecode_runtime"],
    }


def main() -> None:
    """Write the compiler output of every contract."""
    for source in sources():
        text = json.dumps(compiled(source), indent=1, sort_keys=True) + "\n"
        build_file(source).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
