"""What is packaged: selectors everybody knows, official contracts on their chains."""

import json

import pytest
from eth_utils.abi import function_signature_to_4byte_selector

from tests.samples import STRANGER
from treasury_desktop.assets.address import Address
from treasury_desktop.calls.abi_type import Function, parse_function
from treasury_desktop.calls.known_contracts import (
    DELEGATECALL_LIBRARIES,
    abis_spoken,
    functions_with_selector,
    official_address,
    official_contract,
)
from treasury_desktop.resources import read_resource

LINES = [
    (line[:8], *line[9:].split("\t"))
    for line in read_resource("abi/selectors.txt").decode("ascii").splitlines()
]
"""Selector, ABIs and signature of every line of the index."""

WELL_KNOWN = {
    "transfer(address,uint256)": "a9059cbb",
    "transferFrom(address,address,uint256)": "23b872dd",
    "approve(address,uint256)": "095ea7b3",
    "increaseAllowance(address,uint256)": "39509351",
    "permit(address,address,uint256,uint256,uint8,bytes32,bytes32)": "d505accf",
    "permit(address,address,uint256,uint256,bool,uint8,bytes32,bytes32)": "8fcbaf0c",
    "delegate(address)": "5c19a95c",
    "delegateBySig(address,uint256,uint256,uint8,bytes32,bytes32)": "c3cda520",
    "setApprovalForAll(address,bool)": "a22cb465",
    "safeTransferFrom(address,address,uint256)": "42842e0e",
    "safeTransferFrom(address,address,uint256,uint256,bytes)": "f242432a",
    "safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)": "2eb2c2d6",
    "deposit()": "d0e30db0",
    "withdraw(uint256)": "2e1a7d4d",
    "deposit(uint256,address)": "6e553f65",
    "mint(uint256,address)": "94bf804d",
    "withdraw(uint256,address,address)": "b460af94",
    "redeem(uint256,address,address)": "ba087652",
    "execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)": (
        "6a761202"
    ),
    "execTransactionFromModule(address,uint256,bytes,uint8)": "468721a7",
    "execTransactionFromModuleReturnData(address,uint256,bytes,uint8)": "5229073f",
    "approveHash(bytes32)": "d4d9bdcd",
    "signMessage(bytes)": "85a5affe",
    "addOwnerWithThreshold(address,uint256)": "0d582f13",
    "removeOwner(address,address,uint256)": "f8dc5dd9",
    "swapOwner(address,address,address)": "e318b52b",
    "changeThreshold(uint256)": "694e80c3",
    "enableModule(address)": "610b5925",
    "disableModule(address,address)": "e009cfde",
    "setGuard(address)": "e19a9dd9",
    "setModuleGuard(address)": "e068df37",
    "setFallbackHandler(address)": "f08a0323",
    "changeMasterCopy(address)": "7de7edef",
    "setup(address[],uint256,address,bytes,address,address,uint256,address)": "b63e800d",
    "setup(address[],uint256,address,bytes,address,uint256,address)": "a97ab18a",
    "multiSend(bytes)": "8d80ff0a",
    "createProxyWithNonce(address,bytes,uint256)": "1688f0b9",
    "setAllowance(address,address,uint96,uint16,uint32)": "beaeb388",
    "executeAllowanceTransfer(address,address,address,uint96,address,uint96,address,bytes)": (
        "4515641a"
    ),
    "executeUserOp(address,uint256,bytes,uint8)": "7bb37428",
    "mint((address,address,uint24,int24,int24,uint256,uint256,uint256,uint256,address,uint256))": (
        "88316456"
    ),
    "increaseLiquidity((uint256,uint256,uint256,uint256,uint256,uint256))": "219f5d17",
    "decreaseLiquidity((uint256,uint128,uint256,uint256,uint256))": "0c49ccbe",
    "collect((uint256,address,uint128,uint128))": "fc6f7865",
    "multicall(bytes[])": "ac9650d8",
    "multicall(uint256,bytes[])": "5ae401dc",
    "multicall(bytes32,bytes[])": "1f0464d1",
    "exactInputSingle((address,address,uint24,address,uint256,uint256,uint256,uint160))": (
        "414bf389"
    ),
    "exactInputSingle((address,address,uint24,address,uint256,uint256,uint160))": "04e45aaf",
    "exactInput((bytes,address,uint256,uint256,uint256))": "c04b8d59",
    "exactInput((bytes,address,uint256,uint256))": "b858183f",
    "execute(bytes,bytes[])": "24856bc3",
    "execute(bytes,bytes[],uint256)": "3593564c",
    "swapExactTokensForTokens(uint256,uint256,address[],address,uint256)": "38ed1739",
    "swapExactETHForTokens(uint256,address[],address,uint256)": "7ff36ab5",
    "addLiquidity(address,address,uint256,uint256,uint256,uint256,address,uint256)": "e8e33700",
    "approve(address,address,uint160,uint48)": "87517c45",
    "permit(address,((address,uint160,uint48,uint48),address,uint256),bytes)": "2b67b570",
    "transferFrom(address,address,uint160,address)": "36c78516",
    "transferFrom((address,address,uint160,address)[])": "0d58b1db",
    "permitTransferFrom(((address,uint256),uint256,uint256),(address,uint256),address,bytes)": (
        "30f28b7a"
    ),
    "lockdown((address,address)[])": "cc53287f",
    "supply(address,uint256,address,uint16)": "617ba037",
    "withdraw(address,uint256,address)": "69328dec",
    "borrow(address,uint256,uint256,uint16,address)": "a415bcad",
    "repay(address,uint256,uint256,address)": "573ade81",
    "approveDelegation(address,uint256)": "c04a8a10",
    "depositETH(address,address,uint16)": "474cf53d",
    "submit(address)": "a1903eab",
    "wrap(uint256)": "ea598cb0",
    "unwrap(uint256)": "de0e9a3e",
    "requestWithdrawals(uint256[],address)": "d6681042",
    "swap((bytes32,uint8,address,address,uint256,bytes),(address,bool,address,bool),"
    "uint256,uint256)": "52bbbe29",
    "joinPool(bytes32,address,address,(address[],uint256[],bytes,bool))": "b95cac28",
    "exitPool(bytes32,address,address,(address[],uint256[],bytes,bool))": "8bdb3913",
    "exchange(int128,int128,uint256,uint256)": "3df02124",
    "add_liquidity(uint256[2],uint256)": "0b4c7e4d",
    "add_liquidity(uint256[3],uint256)": "4515cef3",
    "remove_liquidity_one_coin(uint256,int128,uint256)": "1a4d01d2",
    "supply(address,uint256)": "f2b9fdb8",
    "withdraw(address,uint256)": "f3fef3a3",
    "setPreSignature(bytes,bool)": "ec6cb13f",
    "invalidateOrder(bytes)": "15337bc0",
    "transferOwnership(address)": "f2fde38b",
    "acceptOwnership()": "79ba5097",
    "renounceOwnership()": "715018a6",
    "grantRole(bytes32,address)": "2f2ff15d",
    "upgradeTo(address)": "3659cfe6",
    "upgradeToAndCall(address,bytes)": "4f1ef286",
    "upgradeAndCall(address,address,bytes)": "9623609d",
    "propose(address[],uint256[],string[],bytes[],string)": "da95691a",
    "propose(address[],uint256[],bytes[],string)": "7d5e81e2",
    "castVote(uint256,uint8)": "56781388",
    "schedule(address,uint256,bytes,bytes32,bytes32,uint256)": "01d5062a",
    "execute(address,uint256,bytes,bytes32,bytes32)": "134008d3",
    "queueTransaction(address,uint256,string,bytes,uint256)": "3a66f901",
    "executeTransaction(address,uint256,string,bytes,uint256)": "0825f38f",
    "execTransactionWithRole(address,uint256,bytes,uint8,bytes32,bool)": "c6fe8747",
    "deployModule(address,bytes,uint256)": "f1ab873c",
    "execute(address,uint256,bytes)": "b61d27f6",
    "aggregate3((address,bool,bytes)[])": "82ad56cb",
    "aggregate((address,bytes)[])": "252dba42",
    "disperseEther(address[],uint256[])": "e63d38ed",
    "disperseToken(address,address[],uint256[])": "c73a2d60",
    "disperseTokenSimple(address,address[],uint256[])": "51ba162c",
    "deposit(uint256,uint256,address)": "8dbdbe6d",
}
"""Selectors as explorers, block by block, have shown them for years."""


@pytest.mark.parametrize(("signature", "selector"), WELL_KNOWN.items())
def test_selectors_everybody_knows(signature: str, selector: str) -> None:
    """A function everybody knows is packaged under the four bytes everybody knows."""
    found = functions_with_selector(bytes.fromhex(selector))
    assert signature in {known.function.signature for known in found}


def test_the_index_has_the_selectors_that_eth_utils_computes() -> None:
    """Every line's four bytes are the hash of its own signature, and it is written canonically."""
    for selector, _, text in LINES:
        function = parse_function(text)
        assert function_signature_to_4byte_selector(function.signature).hex() == selector
        assert written(function) == text


def written(function: Function) -> str:
    """The signature with its parameters' names, as the ABI files have it."""

    def members(kind: object) -> str:
        pairs = zip(kind.members, kind.names, strict=True)  # type: ignore[attr-defined]
        return ",".join(f"{typed(member)} {name}".strip() for member, name in pairs)

    def typed(kind: object) -> str:
        text = str(kind)
        inner = kind
        while inner.kind == "array":  # type: ignore[attr-defined]
            inner = inner.members[0]  # type: ignore[attr-defined]
        if inner.kind != "tuple":  # type: ignore[attr-defined]
            return text
        return f"({members(inner)})" + text[len(str(inner)) :]

    return f"{function.name}({members(function.parameters)})"


def test_no_four_bytes_mean_two_packaged_functions() -> None:
    """Two lines with one selector are the same function under other names of its parameters."""
    signatures: dict[str, set[str]] = {}
    for selector, _, text in LINES:
        signatures.setdefault(selector, set()).add(parse_function(text).signature)
    assert all(len(meanings) == 1 for meanings in signatures.values())


def test_arguments_that_hold_addresses_have_names() -> None:
    """What a check asks for by name has one."""
    for _, _, text in LINES:
        parameters = parse_function(text).parameters
        assert all(parameters.names), text


def test_unknown_selectors_have_no_function() -> None:
    """Four bytes nobody packaged, or fewer, mean nothing."""
    for selector in (b"\xde\xad\xbe\xef", b"", b"\xa9\x05\x9c"):
        assert functions_with_selector(selector) == ()


def test_kinds_of_contracts_speak_packaged_abis() -> None:
    """Every kind that a workspace or an official contract has is the name of a packaged ABI."""
    packaged = {abi for _, abis, _ in LINES for abi in abis.split("; ")}
    kinds = (
        "ERC-20",
        "WETH9",
        "ERC-4626",
        "Uniswap v3 position manager and router",
        "Aave v3 Pool",
        "Lido",
        "Talos",
        "Safe",
    )
    for kind in kinds:
        assert set(abis_spoken(kind, None)) <= packaged
    assert abis_spoken(None, None) == ()


RECORDS = json.loads(read_resource("official/safe_deployments.json"))


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: f"{record['name']}")
def test_every_recorded_deployment_is_found_on_its_chains(record: dict) -> None:  # type: ignore[type-arg]
    """Each published deployment is official where it is recorded, under its own name."""
    for entry in record["deployments"]:
        address = Address.parse(entry["address"])
        for chain in entry["chains"].split()[:3]:
            found = official_contract(int(chain), address)
            assert found is not None
            assert found.name == record["name"]
            expected = entry["code_hash"]
            assert (None if expected is None else bytes.fromhex(expected[2:])) == found.code_hash
            assert abis_spoken(None, found)


def test_all_released_versions_are_recorded() -> None:
    """The Safes of 1.0.0 to 1.5.0, their zkSync variants and the modules are there."""
    safes = {r["version"] for r in RECORDS if r["name"] in ("GnosisSafe", "Safe")}
    assert safes == {"1.0.0", "1.1.1", "1.2.0", "1.3.0", "1.4.1", "1.5.0"}
    kinds = {(r["version"], d["kind"]) for r in RECORDS for d in r["deployments"]}
    assert {("1.3.0", "eip155"), ("1.3.0", "zksync"), ("1.4.1", "zksync")} <= kinds
    assert {"AllowanceModule", "Safe4337Module", "SocialRecoveryModule"} <= {
        r["name"] for r in RECORDS
    }


def test_no_code_hash_is_missing_but_of_modules() -> None:
    """What a delegatecall may run has a recorded code hash."""
    for record in RECORDS:
        for entry in record["deployments"]:
            assert (entry["code_hash"] is None) is (entry["kind"] == "module")
            assert record["name"] not in DELEGATECALL_LIBRARIES or entry["code_hash"]


def test_chain_numbers_are_not_matched_in_part() -> None:
    """Chain 3 is not found because 137 or 300 is recorded."""
    zksync = next(
        entry
        for record in RECORDS
        if record["name"] == "MultiSend" and record["version"] == "1.4.1"
        for entry in record["deployments"]
        if entry["kind"] == "zksync"
    )
    address = Address.parse(zksync["address"])
    assert official_contract(324, address) is not None
    for chain_id in (3, 32, 24, 3240):
        assert official_contract(chain_id, address) is None


def test_a_module_is_official_on_its_recorded_chains_only() -> None:
    """Modules have no canonical address that would hold on every chain."""
    address = official_address(1, "AllowanceModule", (0, 1, 0))
    assert address is not None
    assert official_contract(1, address) is not None
    assert official_contract(2**200, address) is None
    assert official_address(2**200, "AllowanceModule", (0, 1, 0)) is None
    assert official_contract(1, STRANGER) is None
