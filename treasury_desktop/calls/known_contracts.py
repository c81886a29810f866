"""Contracts and functions we vouch for: the packaged official deployments and ABIs.

Only an official deployment may ever be called by delegatecall; no label, address book or claim can
add one. Since 1.3.0 a canonical address comes from the singleton factory (CREATE2), so on every
chain it holds the recorded code or none; all others count only on the chains recorded for them.
"""

import json
from dataclasses import dataclass
from functools import cache

from treasury_desktop.assets.address import Address
from treasury_desktop.calls.abi_type import Function, parse_function
from treasury_desktop.resources import read_resource

ABI_FILES = (
    "safe",
    "multisend",
    "safe_libraries",
    "erc20",
    "weth9",
    "erc721",
    "erc4626",
    "uniswap_v3",
    "aave_v3",
    "ownership",
    "permit2",
)
FIRST_CREATE2_VERSION = (1, 3, 0)
DELEGATECALL_LIBRARIES = frozenset({"MultiSend", "MultiSendCallOnly", "SignMessageLib"})
"""Official contracts made to be called by delegatecall and harmless to the Safe's own storage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficialContract:
    """A contract of the published Safe deployments."""

    name: str
    version: tuple[int, int, int]
    address: Address
    code_hash: bytes

    @property
    def label(self) -> str:
        """Its name as people say it: MultiSendCallOnly 1.4.1."""
        return f"{self.name} {'.'.join(map(str, self.version))}"

    @property
    def is_multisend(self) -> bool:
        """Whether it splits a batch into calls."""
        return self.name in ("MultiSend", "MultiSendCallOnly")


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFunction:
    """A function and the contract kind whose ABI it stands in."""

    function: Function
    abi: str


def official_contract(chain_id: int, address: Address) -> OfficialContract | None:
    """The official contract at an address of a chain, or `None`."""
    for contract, kind, chains in _official_by_address().get(address, ()):
        if chain_id in chains or _is_everywhere(contract, kind):
            return contract
    return None


def official_address(chain_id: int, name: str, version: tuple[int, int, int]) -> Address | None:
    """Where a contract of that name and version lies on a chain; canonical where unrecorded."""
    found = None
    for entries in _official_by_address().values():
        for contract, kind, chains in entries:
            if (contract.name, contract.version) == (name, version):
                if chain_id in chains:
                    return contract.address
                found = contract.address if _is_everywhere(contract, kind) else found
    return found


def _is_everywhere(contract: OfficialContract, kind: str) -> bool:
    """Whether the address can hold nothing but this contract on any chain."""
    return kind == "canonical" and contract.version >= FIRST_CREATE2_VERSION


def functions_with_selector(selector: bytes) -> tuple[KnownFunction, ...]:
    """Every packaged function with that selector, in the order of ABI_FILES."""
    return _functions().get(selector, ())


@cache
def _official_by_address() -> dict[
    Address, tuple[tuple[OfficialContract, str, frozenset[int]], ...]
]:
    """Address → (contract, kind of deployment, chains recorded for it)."""
    found: dict[Address, tuple[tuple[OfficialContract, str, frozenset[int]], ...]] = {}
    for record in json.loads(read_resource("official/safe_deployments.json")):
        major, minor, patch = (int(part) for part in record["version"].split("."))
        for deployment in record["deployments"]:
            contract = OfficialContract(
                name=record["name"],
                version=(major, minor, patch),
                address=Address.parse(deployment["address"]),
                code_hash=bytes.fromhex(deployment["code_hash"][2:]),
            )
            entry = (contract, deployment["kind"], frozenset(deployment["chains"]))
            found[contract.address] = (*found.get(contract.address, ()), entry)
    return found


@cache
def _functions() -> dict[bytes, tuple[KnownFunction, ...]]:
    """Selector → packaged functions; the same signature in two ABIs appears once."""
    found: dict[bytes, tuple[KnownFunction, ...]] = {}
    for name in ABI_FILES:
        abi = json.loads(read_resource(f"abi/{name}.json"))
        for text in abi["functions"]:
            function = parse_function(text)
            known = found.get(function.selector, ())
            if all(entry.function.signature != function.signature for entry in known):
                entry = KnownFunction(function=function, abi=abi["name"])
                found[function.selector] = (*known, entry)
    return found
