"""Contracts and functions we vouch for: the packaged official deployments and ABIs.

Only an official deployment may ever be called by delegatecall; no label, address book or claim can
add one. Since 1.3.0 a canonical address comes from the singleton factory (CREATE2), so on every
chain it holds the recorded code or none; all others count only on the chains recorded for them.

Both resources are read when first asked for, and only the lines that are asked for are parsed.
"""

import json
from functools import cache
from typing import NamedTuple

from treasury_desktop.assets.address import Address
from treasury_desktop.calls.abi_type import Function, parse_function
from treasury_desktop.resources import read_resource

FIRST_CREATE2_VERSION = (1, 3, 0)
DELEGATECALL_LIBRARIES = {
    "MultiSend": frozenset({"multiSend(bytes)"}),
    "MultiSendCallOnly": frozenset({"multiSend(bytes)"}),
    "SignMessageLib": frozenset({"signMessage(bytes)"}),
}
"""Official contracts made to be called by delegatecall and harmless to the Safe's own storage.

Each with all that it can do: whatever else it is told to do fails.
"""


class OfficialContract(NamedTuple):
    """A contract of the published Safe deployments; modules are published without code hash."""

    name: str
    version: tuple[int, int, int]
    address: Address
    code_hash: bytes | None

    @property
    def label(self) -> str:
        """Its name as people say it: MultiSendCallOnly 1.4.1."""
        return f"{self.name} {'.'.join(map(str, self.version))}"

    @property
    def is_multisend(self) -> bool:
        """Whether it splits a batch into calls."""
        return self.name in ("MultiSend", "MultiSendCallOnly")


class KnownFunction(NamedTuple):
    """A function and the kinds of contract in whose ABI it stands; `abi` is the first of them."""

    function: Function
    abis: tuple[str, ...]

    @property
    def abi(self) -> str:
        """The kind of contract people know it from."""
        return self.abis[0]


def official_contract(chain_id: int, address: Address) -> OfficialContract | None:
    """The official contract at an address of a chain, or `None`."""
    for deployment in _official_by_address().get(address.raw, ()):
        if deployment.is_on(chain_id):
            return deployment.contract
    return None


def official_address(chain_id: int, name: str, version: tuple[int, int, int]) -> Address | None:
    """Where a contract of that name and version lies on a chain; canonical where unrecorded."""
    found = None
    for deployments in _official_by_address().values():
        for deployment in deployments:
            if deployment.name == name and deployment.version == version:
                if deployment.is_recorded_on(chain_id):
                    return deployment.contract.address
                if deployment.is_everywhere:
                    found = deployment.contract.address
    return found


def official_addresses() -> tuple[Address, ...]:
    """Where official contracts lie, on whatever chain."""
    return tuple(Address(raw) for raw in _official_by_address())


def abis_spoken(kind: str | None, official: OfficialContract | None) -> tuple[str, ...]:
    """The ABIs of a contract: by what an official one is, else by the kind it is known to be.

    Wrapped ether is a token too, a vault's share as well; a venue is more than one contract.
    """
    if official is not None:
        return (_OFFICIAL_ABIS.get(official.name, "Safe libraries"),)
    return () if kind is None else (kind, *_ALSO_SPOKEN.get(kind, ()))


_SAFES = ("Safe", "SafeL2", "GnosisSafe", "GnosisSafeL2")
_MODULES = (
    "AllowanceModule",
    "Safe4337Module",
    "AddModulesLib",
    "SafeModuleSetup",
    "SocialRecoveryModule",
    "SafeWebAuthnSignerFactory",
    "SafeWebAuthnSharedSigner",
)
_OFFICIAL_ABIS = {
    **dict.fromkeys(_SAFES, "Safe"),
    **dict.fromkeys(_MODULES, "Safe modules"),
    **dict.fromkeys(("MultiSend", "MultiSendCallOnly"), "MultiSend"),
}
_ALSO_SPOKEN = {
    "WETH9": ("ERC-20",),
    "ERC-4626": ("ERC-20",),
    "Uniswap v3 position manager and router": (
        "Uniswap SwapRouter02",
        "Uniswap universal router",
    ),
    "Aave v3 Pool": ("Aave v3 gateway and rewards", "ERC-20"),
    "Lido": ("ERC-20",),
    "Talos": ("ERC-20",),
}


def functions_with_selector(selector: bytes) -> tuple[KnownFunction, ...]:
    """Every packaged function with that selector, the best known kind of contract first.

    The same function stands in it more than once where its parameters go by different names.
    """
    lines = _lines_by_selector().get(selector.hex(), ())
    return _parsed(lines) if lines else ()


class _Deployment(NamedTuple):
    """One recorded deployment as the file has it: nothing is parsed before somebody asks."""

    name: str
    version_text: str
    kind: str
    raw: bytes
    code_hash: str | None
    chains: str

    @property
    def version(self) -> tuple[int, int, int]:
        major, minor, patch = (int(part) for part in self.version_text.split("."))
        return major, minor, patch

    @property
    def contract(self) -> OfficialContract:
        return OfficialContract(
            name=self.name,
            version=self.version,
            address=Address(self.raw),
            code_hash=None if self.code_hash is None else bytes.fromhex(self.code_hash[2:]),
        )

    @property
    def is_everywhere(self) -> bool:
        """Whether the address can hold nothing but this contract on any chain."""
        return self.kind == "canonical" and self.version >= FIRST_CREATE2_VERSION

    def is_recorded_on(self, chain_id: int) -> bool:
        return f" {chain_id} " in f" {self.chains} "

    def is_on(self, chain_id: int) -> bool:
        return self.is_everywhere or self.is_recorded_on(chain_id)


@cache
def _official_by_address() -> dict[bytes, tuple[_Deployment, ...]]:
    """The recorded deployments by the bytes of their addresses."""
    found: dict[bytes, tuple[_Deployment, ...]] = {}
    for record in json.loads(read_resource("official/safe_deployments.json")):
        for entry in record["deployments"]:
            deployment = _Deployment(
                record["name"],
                record["version"],
                entry["kind"],
                bytes.fromhex(entry["address"][2:]),
                entry["code_hash"],
                entry["chains"],
            )
            found[deployment.raw] = (*found.get(deployment.raw, ()), deployment)
    return found


@cache
def _lines_by_selector() -> dict[str, tuple[str, ...]]:
    """Selector in hex → the lines of the index that have it (packaging/record_selectors.py)."""
    found: dict[str, tuple[str, ...]] = {}
    for line in read_resource("abi/selectors.txt").decode("ascii").splitlines():
        selector, rest = line[:8], line[9:]
        found[selector] = (*found.get(selector, ()), rest)
    return found


@cache
def _parsed(lines: tuple[str, ...]) -> tuple[KnownFunction, ...]:
    """The functions of index lines: names of ABIs, a tab, and the signature as people write it."""
    return tuple(
        KnownFunction(parse_function(signature), tuple(abis.split("; ")))
        for abis, signature in (line.split("\t") for line in lines)
    )
