"""Where the demonstration's contracts come from: npm packages and our own compiler output."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from eth_abi.abi import encode

from treasury_desktop.assets.keccak import keccak
from treasury_desktop.errors import Unavailable
from treasury_desktop.resources import resources_folder


def node_packages() -> Path:
    """The folder into which npm installed the node and the official contracts."""
    return resources_folder().parent / "packaging" / "node" / "node_modules"


def our_contracts() -> Path:
    """The folder of the committed compiler output of our own contracts."""
    return resources_folder() / "contracts" / "build"


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """Compiler output of one contract: what to deploy and how to speak to it."""

    name: str
    abi: tuple[dict[str, Any], ...]
    bytecode: bytes

    def creation(self, *arguments: Any) -> bytes:
        """The byte code followed by the constructor's arguments."""
        constructor = [entry for entry in self.abi if entry["type"] == "constructor"]
        inputs = constructor[0]["inputs"] if constructor else []
        return self.bytecode + encode([type_of(each) for each in inputs], arguments)


def type_of(parameter: dict[str, Any]) -> str:
    """The canonical ABI type of a parameter, tuples written out."""
    kind = str(parameter["type"])
    if not kind.startswith("tuple"):
        return kind
    members = ",".join(type_of(member) for member in parameter["components"])
    return f"({members}){kind.removeprefix('tuple')}"


def calldata(signature: str, *arguments: Any) -> bytes:
    """The bytes that call `name(type,…)`: the selector and the ABI-encoded arguments."""
    types = _types(signature)
    return selector(signature) + encode(types, arguments)


@cache
def selector(signature: str) -> bytes:
    """The first four bytes of the keccak of a function's signature."""
    return keccak(signature.encode())[:4]


@cache
def _types(signature: str) -> list[str]:
    """The parameter types at the top level of a signature."""
    inner = signature[signature.index("(") + 1 : -1]
    types, depth, start = [], 0, 0
    for at, character in enumerate(inner):
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            types.append(inner[start:at])
            start = at + 1
    return [*types, inner[start:]] if inner else []


def official(path: str) -> Artifact:
    """The artifact at a path below the npm packages."""
    return _artifact(node_packages() / path, missing="run: packaging/set_up.sh runtime")


def ours(name: str) -> Artifact:
    """The committed artifact of one of our own contracts."""
    return _artifact(our_contracts() / f"{name}.json", missing="the installation is incomplete")


def _artifact(file: Path, *, missing: str) -> Artifact:
    try:
        found = json.loads(file.read_bytes())
    except (OSError, ValueError) as failure:
        raise Unavailable(f"The contract {file.stem} cannot be read; {missing}") from failure
    return Artifact(
        name=file.stem,
        abi=tuple(found["abi"]),
        bytecode=bytes.fromhex(found["bytecode"].removeprefix("0x")),
    )
