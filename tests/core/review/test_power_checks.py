"""Who may rule a contract after the calls, and what was destroyed by them."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.matters import MANAGER, SAFE, USDC, a_call, a_treasury_safe, a_tx, an_evidence, local
from tests.samples import PAYROLL, STRANGER, an_address
from treasury_desktop.assets.address import ZERO_ADDRESS, Address
from treasury_desktop.bundle import Bundle, ClaimedAbi
from treasury_desktop.calls.abi_type import AbiType, parse_function
from treasury_desktop.calls.calldata import encode_arguments
from treasury_desktop.deployments.calls import Call
from treasury_desktop.resources import read_resource
from treasury_desktop.review.power_checks import _SENTENCES
from treasury_desktop.review.review import Review, examine
from treasury_desktop.treasury.evidence import DescribedContract

TRUSTED = an_address("a trusted contract")
EVIDENCE = replace(
    an_evidence(),
    contracts=(
        *an_evidence().contracts,
        DescribedContract(address=TRUSTED, name="Trusted", trusted=True),
    ),
)
KEY = bytes(32)


def reviewed(*calls: Call, abis: tuple[ClaimedAbi, ...] = ()) -> Review:
    """The review by our own facts, which trust one contract more."""
    bundle = Bundle(safe=a_treasury_safe(), tx=a_tx(*calls), abis=abis)
    return examine(bundle, local(EVIDENCE))


def found(*calls: Call) -> dict[str, str]:
    """Codes and severities, notes left out."""
    findings = reviewed(*calls).findings
    return {f.code: f.severity.word for f in findings if f.severity.word != "note"}


@pytest.mark.parametrize(
    ("signature", "arguments", "code"),
    [
        ("setPendingAdmin(address)", (STRANGER,), "CONTRACT_OWNERSHIP_TRANSFER"),
        ("changeProxyAdmin(address,address)", (TRUSTED, STRANGER), "CONTRACT_OWNERSHIP_TRANSFER"),
        ("setAvatar(address)", (STRANGER,), "CONTRACT_OWNERSHIP_TRANSFER"),
        ("updateTimelock(address)", (STRANGER,), "CONTRACT_OWNERSHIP_TRANSFER"),
        ("_setImplementation(address)", (STRANGER,), "CONTRACT_UPGRADE"),
        ("assignRoles(address,bytes32[],bool[])", (STRANGER, (KEY,), (True,)), "ROLE_GRANTED"),
        ("scopeTarget(bytes32,address)", (KEY, STRANGER), "ROLE_GRANTED"),
        ("addDelegate(address)", (STRANGER,), "ROLE_GRANTED"),
        ("addGuardianWithThreshold(address,uint256)", (STRANGER, 1), "ROLE_GRANTED"),
        ("confirmRecovery(address,address[],uint256,bool)", (SAFE, (STRANGER,), 1, True),
         "ROLE_GRANTED"),
        ("enableModule(address)", (STRANGER,), "ROLE_GRANTED"),
        ("setTxCooldown(uint256)", (0,), "DELAY_CHANGED"),
    ],
)  # fmt: skip
def test_power_over_a_trusted_contract(
    signature: str, arguments: tuple[object, ...], code: str
) -> None:
    """A contract being trusted does not make it harmless to hand it over."""
    call = a_call(TRUSTED, signature, *arguments)
    assert found(call)[code] == "danger"
    sentence = next(f.sentence for f in reviewed(call).findings if f.code == code)
    assert str(TRUSTED) in sentence
    is_about_somebody = code != "DELAY_CHANGED"
    assert (str(STRANGER) in sentence) is is_about_somebody


@pytest.mark.parametrize(
    ("signature", "arguments"),
    [
        ("revokeRole(bytes32,address)", (KEY, STRANGER)),
        ("revokeTarget(bytes32,address)", (KEY, STRANGER)),
        ("removeDelegate(address,bool)", (STRANGER, True)),
        ("disableModule(address,address)", (STRANGER, STRANGER)),
        ("cancelRecovery()", ()),
        ("acceptOwnership()", ()),
        ("castVote(uint256,uint8)", (7, 1)),
        ("assignRoles(address,bytes32[],bool[])", (STRANGER, (KEY, KEY), (False, False))),
        ("assignRoles(address,uint16[],bool[])", (STRANGER, (1,), (False,))),
        ("setDefaultRole(address,bytes32)", (STRANGER, KEY)),
        ("setAllowance(bytes32,uint128,uint128,uint128,uint64,uint64)", (KEY, 0, 0, 0, 1, 1)),
        ("setPendingAdmin(address)", (ZERO_ADDRESS,)),
        ("clearDelegate(bytes32)", (KEY,)),
        ("setDelegate(bytes32,address)", (KEY, PAYROLL)),
        ("claim(uint256,address,uint256,bytes32[])", (7, SAFE, 5, (KEY,))),
        ("claim(address[],address[],uint256[],bytes32[][])", ((SAFE,), (USDC,), (5,), ((KEY,),))),
    ],
)
def test_taking_power_back_is_calm(signature: str, arguments: tuple[object, ...]) -> None:
    """Revoking, removing, accepting, voting and claiming what is ours raise nothing."""
    assert found(a_call(TRUSTED, signature, *arguments)) == {}


@pytest.mark.parametrize(
    ("signature", "arguments"),
    [
        ("assignRoles(address,bytes32[],bool[])", (STRANGER, (KEY, KEY), (False, True))),
        ("setDefaultRole(address,bytes32)", (STRANGER, bytes(31) + b"\1")),
        ("setDefaultRole(address,uint16)", (STRANGER, 0)),
        ("setAllowance(bytes32,uint128,uint128,uint128,uint64,uint64)", (KEY, 0, 0, 1, 1, 1)),
    ],
)
def test_taking_back_less_than_all_gives(signature: str, arguments: tuple[object, ...]) -> None:
    """One membership, key or refill among many zeros is one too many."""
    assert found(a_call(TRUSTED, signature, *arguments))["ROLE_GRANTED"] == "danger"


def test_votes_for_a_stranger_by_the_delegate_registry() -> None:
    """Snapshot counts the votes of whoever is named there."""
    codes = found(a_call(TRUSTED, "setDelegate(bytes32,address)", KEY, STRANGER))
    assert codes == {"ROLE_GRANTED": "danger", "RECIPIENT_NOT_IN_ADDRESS_BOOK": "danger"}


def test_a_handler_s_method_is_a_change_of_the_handler() -> None:
    """What the Safe's handler answers and verifies is as much as the handler itself."""
    for call in (
        a_call(SAFE, "setDomainVerifier(bytes32,address)", KEY, STRANGER),
        a_call(SAFE, "setSafeMethod(bytes4,bytes32)", b"\x01\x02\x03\x04", KEY),
    ):
        assert found(call)["FALLBACK_HANDLER_CHANGED"] == "danger"


def test_a_module_of_the_safe_itself_is_told_once() -> None:
    """Enabling a module on our own Safe is named as that and nothing else."""
    codes = found(a_call(SAFE, "enableModule(address)", STRANGER))
    assert "MODULE_ENABLED" in codes
    assert "ROLE_GRANTED" not in codes


def test_destroyed_tokens() -> None:
    """Burning is blocked like sending to nobody; an empty position may be burnt."""
    assert found(a_call(USDC, "burn(uint256)", 5))["TRANSFER_TO_ZERO"] == "block"
    assert "TRANSFER_TO_ZERO" not in found(a_call(MANAGER, "burn(uint256)", 5))
    # A position manager that is trusted and no strategy's: it is described as no token.
    assert "TRANSFER_TO_ZERO" not in found(a_call(TRUSTED, "burn(uint256)", 5))
    assert found(a_call(STRANGER, "burn(uint256)", 5))["TRANSFER_TO_ZERO"] == "block"


def test_every_power_is_a_packaged_function() -> None:
    """No row of the table waits for a function that nobody can read."""
    packaged = {parse_function(text).signature for text in packaged_texts()}
    assert set(_SENTENCES) <= packaged


def packaged_texts() -> list[str]:
    """Every packaged signature."""
    lines = read_resource("abi/selectors.txt").decode().splitlines()
    return [line.split("\t")[1] for line in lines]


TO_PERSONS = ("(address)", "(address,address)", "(bytes32,address)", "(uint64,address,uint32)")
HARMLESS = frozenset({
    "accrueAccount(address)",
    "balanceOf(address)",
    "allowance(address,address)",
    "claim(address)",
    "claim_rewards(address)",
    "disableModule(address,address)",
    "kick(address)",
    "mint(address)",
    "mint_for(address,address)",
    "deleteAllowance(address,address)",
    "migrateFromV111(address,address)",
    "migrateToL2(address)",
    "rebalanceStableBorrowRate(address,address)",
    "renounceRole(bytes32,address)",
    "resetAllowance(address,address)",
    "revokeRole(bytes32,address)",
    "revokeTarget(bytes32,address)",
    "setupToL2(address)",
    "submit(address)",
    "toggle_approve_mint(address)",
    "user_checkpoint(address)",
})  # fmt: skip


def test_no_packaged_function_names_a_stranger_in_silence() -> None:
    """A packaged function of a trusted contract that takes one person's address tells of him."""
    silent = set()
    for text in packaged_texts():
        function = parse_function(text)
        if function.signature.endswith(TO_PERSONS):
            arguments = tuple(a_value(kind) for kind in function.parameters.members)
            data = function.selector + encode_arguments(function.parameters, arguments)
            if not found(Call(to=TRUSTED, value=0, data=data, purpose="")):
                silent.add(function.signature)
    assert silent == HARMLESS


def a_value(kind: AbiType) -> object:
    """Some value of a type; every address is the stranger's."""
    match kind.kind:
        case "address":
            return STRANGER
        case "fixed_bytes":
            return bytes(kind.size or 0)
        case "bytes" | "string":
            return b"abc"
        case "array":
            return (a_value(kind.members[0]),) * (kind.size or 1)
        case "tuple":
            return tuple(map(a_value, kind.members))
        case _:
            return 1


NAMES = sorted({text.split("(")[0] for text in packaged_texts()})
OTHER_PARAMETERS = ("", "uint256 a", "address a,uint8 b", "bytes a", "uint256[] a,(address b) c")


@given(
    st.sampled_from(NAMES),
    st.sampled_from(OTHER_PARAMETERS),
    st.sampled_from((SAFE, USDC, TRUSTED, STRANGER)),
)
@settings(max_examples=250, deadline=None)
def test_a_claimed_function_by_a_famous_name(name: str, parameters: str, to: Address) -> None:
    """A sender may claim any function of any name; the review stays on its feet."""
    function = parse_function(f"{name}({parameters})")
    arguments = tuple(a_value(kind) for kind in function.parameters.members)
    data = function.selector + encode_arguments(function.parameters, arguments)
    call = Call(to=to, value=0, data=data, purpose="")
    assert reviewed(call, abis=(ClaimedAbi(address=to, functions=(function,)),)).call.function
