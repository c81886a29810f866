"""Which delegatecalls run foreign code on an account's storage, and which only official libraries.

A library is harmless only in the way it is meant: CreateCall where it pays nobody, since nobody can
say whom, and a new Safe's set-up only in that Safe's own creation.
"""

from collections.abc import Iterator

from treasury_desktop.assets.address import Address
from treasury_desktop.calls.decoded_call import DecodedCall
from treasury_desktop.calls.known_contracts import (
    DELEGATECALL_LIBRARIES,
    OfficialContract,
    official_contract,
)
from treasury_desktop.calls.proxy_creation import CREATIONS

CREATES_CODE = frozenset({"performCreate(uint256,bytes)", "performCreate2(uint256,bytes,bytes32)"})
SETS_UP_MODULES = "enableModules(address[])"
SETS_UP_SINGLETON = "setupToL2(address)"
SETS_UP = {
    "AddModulesLib": SETS_UP_MODULES,
    "SafeModuleSetup": SETS_UP_MODULES,
    "SafeToL2Setup": SETS_UP_SINGLETON,
}
"""Official libraries for a new Safe's own storage, with what they are for."""
SINGLETONS = frozenset({"Safe", "SafeL2", "GnosisSafe", "GnosisSafeL2"})


def foreign_delegatecalls(root: DecodedCall, chain_id: int) -> Iterator[DecodedCall]:
    """The delegatecalls to anything else than an official library as it is meant."""
    set_ups = set_ups_of(root)
    for call in root.walk():
        if not call.is_delegatecall:
            continue
        official = official_contract(chain_id, call.to)
        if official is None or not (
            official.name in DELEGATECALL_LIBRARIES
            or is_code_creation(call, official)
            or (call.path.rpartition(".")[0] in set_ups and _is_set_up(call, official, chain_id))
        ):
            yield call


def set_ups_of(root: DecodedCall) -> frozenset[str]:
    """The paths of the calls that new proxies are created with."""
    return frozenset(
        inner.path for call in root.walk() if _signature(call) in CREATIONS for inner in call.calls
    )


def is_code_creation(call: DecodedCall, official: OfficialContract | None) -> bool:
    """Whether a call creates a contract through the official CreateCall and pays it nothing."""
    return _creates_code(call, official) and not call.argument("value")


def is_paid_creation(call: DecodedCall, official: OfficialContract | None) -> bool:
    """Whether a call creates a contract through the official CreateCall and pays it."""
    return _creates_code(call, official) and bool(call.argument("value"))


def _creates_code(call: DecodedCall, official: OfficialContract | None) -> bool:
    is_official = official is not None and official.name == "CreateCall"
    return is_official and _signature(call) in CREATES_CODE


def _is_set_up(call: DecodedCall, official: OfficialContract, chain_id: int) -> bool:
    """Whether it is a library's own function; a singleton it names has to be an official one."""
    signature = _signature(call)
    if SETS_UP.get(official.name) != signature:
        return False
    if signature == SETS_UP_MODULES:
        return True
    named = call.argument("l2Singleton")
    assert isinstance(named, Address)
    singleton = official_contract(chain_id, named)
    return singleton is not None and singleton.name in SINGLETONS


def _signature(call: DecodedCall) -> str:
    return "" if call.function is None else call.function.signature
