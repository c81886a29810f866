"""Which Safe is ruled by whom after the calls: ours, one that we execute, or another one."""

from dataclasses import replace
from typing import Any

import pytest

from tests.matters import (
    OWN_SAFE,
    SAFE,
    a_call,
    a_treasury_safe,
    a_tx,
    an_evidence,
    local,
    nested_execution,
    pay,
)
from tests.samples import PAYROLL, STRANGER, an_address
from treasury_desktop.assets.address import ZERO_ADDRESS, Address
from treasury_desktop.bundle import Bundle, ClaimedAbi
from treasury_desktop.calls.abi_type import parse_function
from treasury_desktop.calls.known_contracts import official_address
from treasury_desktop.deployments.calls import Call
from treasury_desktop.review.findings import Finding
from treasury_desktop.review.review import examine
from treasury_desktop.safes.safe_tx import Operation, SafeTx
from treasury_desktop.treasury.evidence import DescribedContract

CHILD = an_address("a trusted Safe of somebody else")
MODULE, HANDLER = an_address("a module"), an_address("a handler")
FACTS = local(
    an_evidence(
        contracts=(
            *an_evidence().contracts,
            DescribedContract(address=CHILD, name="Child Safe", trusted=True),
        )
    )
)
SETUP = "setup(address[],uint256,address,bytes,address,address,uint256,address)"
NOBODY = ZERO_ADDRESS


def findings_of(made: Call | SafeTx, **claims: Any) -> dict[str, Finding]:
    """Findings by code, notes left out."""
    tx = a_tx(made) if isinstance(made, Call) else made
    review = examine(Bundle(safe=a_treasury_safe(), tx=tx, **claims), FACTS)
    return {f.code: f for f in review.findings if f.severity.word != "note"}


CHANGES: dict[str, tuple[str, tuple[object, ...], str]] = {
    "owner added": ("addOwnerWithThreshold(address,uint256)", (STRANGER, 2), "OWNER_ADDED"),
    "owner removed": ("removeOwner(address,address,uint256)", (NOBODY, STRANGER, 1),
                      "OWNER_REMOVED"),
    "owner replaced": ("swapOwner(address,address,address)", (NOBODY, PAYROLL, STRANGER),
                       "OWNER_REPLACED"),
    "threshold": ("changeThreshold(uint256)", (1,), "THRESHOLD_LOWERED"),
    "handler": ("setFallbackHandler(address)", (STRANGER,), "FALLBACK_HANDLER_CHANGED"),
    "module guard": ("setModuleGuard(address)", (STRANGER,), "MODULE_GUARD_CHANGED"),
    "code": ("changeMasterCopy(address)", (STRANGER,), "CONTRACT_UPGRADE"),
    "set-up": (SETUP, ((STRANGER,), 1, NOBODY, b"", NOBODY, NOBODY, 0, NOBODY), "OWNER_REPLACED"),
    "module": ("enableModule(address)", (STRANGER,), "ROLE_GRANTED"),
    "guard": ("setGuard(address)", (STRANGER,), "ROLE_GRANTED"),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_change_told_to_another_safe_is_a_danger(name: str) -> None:
    """A Safe being trusted does not make it harmless to change who rules it."""
    signature, arguments, code = CHANGES[name]
    told = findings_of(a_call(CHILD, signature, *arguments))
    assert told[code].severity.word == "danger"
    assert str(CHILD) in told[code].sentence
    assert "GOVERNANCE_CHANGE_HIDDEN_IN_BATCH" not in told
    assert (str(STRANGER) in told[code].sentence) is (name != "threshold")


def test_module_taken_from_another_safe_is_calm() -> None:
    """One module less is less power over it."""
    assert findings_of(a_call(CHILD, "disableModule(address,address)", NOBODY, MODULE)) == {}


def test_famous_name_that_somebody_claims_at_another_contract() -> None:
    """What a sender calls removeOwner may be anything at a contract that is no Safe."""
    function = parse_function("removeOwner(address)")
    call = a_call(CHILD, function.signature, STRANGER)
    claimed = ClaimedAbi(address=CHILD, functions=(function,))
    assert "OWNER_REMOVED" not in findings_of(call, abis=(claimed,))


@pytest.mark.parametrize("safe", [OWN_SAFE, CHILD])
@pytest.mark.parametrize("name", ["owner added", "owner removed", "owner replaced", "threshold"])
def test_change_of_an_executed_safe_names_that_safe(name: str, safe: Address) -> None:
    """Every sentence about another Safe says which one."""
    signature, arguments, code = CHANGES[name]
    change = a_call(safe, signature, *arguments)
    told = findings_of(nested_execution(safe, safe, change.data))
    for one in (code, "GOVERNANCE_CHANGE_HIDDEN_IN_BATCH"):
        assert str(safe) in told[one].sentence


def test_threshold_nobody_knows_is_not_called_lower() -> None:
    """Of another Safe's threshold today's is not known: nobody says it is lowered."""
    told = findings_of(a_call(CHILD, "changeThreshold(uint256)", 1))["THRESHOLD_LOWERED"]
    assert "lowers the threshold" not in told.sentence
    ours = findings_of(a_call(SAFE, "changeThreshold(uint256)", 1))["THRESHOLD_LOWERED"]
    assert "lowers the threshold from 2 to 1" in ours.sentence


def test_set_up_of_our_safe_names_its_new_owners() -> None:
    """Whoever is set up as an owner is named, up to a number."""
    many = tuple(an_address(f"owner {number}") for number in range(12))
    values = (many, 1, NOBODY, b"", NOBODY, NOBODY, 0, NOBODY)
    told = findings_of(a_call(SAFE, SETUP, *values))["SINGLETON_CHANGE"]
    assert told.severity.word == "block"
    assert all(str(owner) in told.sentence for owner in many[:10])
    assert str(many[10]) not in told.sentence
    assert "2 more" in told.sentence


@pytest.mark.parametrize(
    ("name", "version"), [("SafeModuleSetup", (0, 3, 0)), ("AddModulesLib", (0, 2, 0))]
)
def test_modules_through_a_set_up_library_are_named(
    name: str, version: tuple[int, int, int]
) -> None:
    """Delegatecalled by our Safe, a library for new ones enables modules on ours."""
    library = official_address(1, name, version)
    assert library is not None
    enabling = a_call(library, "enableModules(address[])", (MODULE, HANDLER))
    tx = SafeTx(to=library, data=enabling.data, operation=Operation.DELEGATECALL, nonce=42)
    told = findings_of(tx)
    assert told["DELEGATECALL_UNKNOWN_TARGET"].severity.word == "block"
    assert all(str(one) in told["MODULE_ENABLED"].sentence for one in (MODULE, HANDLER))
    called = replace(tx, operation=Operation.CALL)
    assert "MODULE_ENABLED" not in findings_of(called)


def test_handler_s_interfaces_name_nobody() -> None:
    """A change that names no address is told by its function."""
    change = a_call(SAFE, "addSupportedInterfaceBatch(bytes4,bytes32[])", bytes(4), (bytes(32),))
    told = findings_of(change)["FALLBACK_HANDLER_CHANGED"]
    assert told.sentence.startswith("addSupportedInterfaceBatch; ")


def test_payment_to_another_safe_changes_nothing() -> None:
    """A Safe that is paid is ruled as before."""
    assert findings_of(pay(1, OWN_SAFE)) == {}


@pytest.mark.parametrize("name", ["owner added", "threshold", "module", "handler", "set-up"])
def test_change_told_to_the_zero_address_in_a_batch(name: str) -> None:
    """By MultiSend 1.5.0 that is the Safe; before it, it is nobody, and no honest batch has it."""
    signature, arguments, _ = CHANGES[name]
    change = a_call(NOBODY, signature, *arguments)
    told = findings_of(a_tx(pay(1), change))["GOVERNANCE_CHANGE_HIDDEN_IN_BATCH"]
    assert (told.severity.word, told.path) == ("block", "0.1")
    other = a_call(NOBODY, "transfer(address,uint256)", PAYROLL, 1)
    assert "GOVERNANCE_CHANGE_HIDDEN_IN_BATCH" not in findings_of(a_tx(pay(1), other))
