"""What calls change about who rules a contract, and tokens that are destroyed.

`powers_given_away` (checks.py) knows ownership, upgrades and roles by their common names; here are
the others: admins of proxies and timelocks, modules and modifiers that act for a Safe, guardians
who may replace its owners, and the delays that protect it.
"""

from collections.abc import Iterator

from treasury_desktop.assets.address import Address
from treasury_desktop.calls.decoded_call import Certainty, DecodedCall
from treasury_desktop.review.findings import Finding, block, danger
from treasury_desktop.review.subject import Check, Subject

_ADMINS = (
    "setPendingAdmin(address)",
    "_setPendingAdmin(address)",
    "beginDefaultAdminTransfer(address)",
    "changeProxyAdmin(address,address)",
    "setAuthority(address)",
    "updateAuthority(address,address)",
    "setOwner(address)",
    "updateTimelock(address)",
    "setAvatar(address)",
    "setTarget(address)",
)
_ROLES = (
    "assignRoles(address,uint16[],bool[])",
    "assignRoles(address,bytes32[],bool[])",
    "setDefaultRole(address,uint16)",
    "setDefaultRole(address,bytes32)",
    "allowTarget(uint16,address,uint8)",
    "allowTarget(bytes32,address,uint8)",
    "scopeTarget(uint16,address)",
    "scopeTarget(bytes32,address)",
    "allowFunction(bytes32,address,bytes4,uint8)",
    "scopeFunction(bytes32,address,bytes4,(uint8,uint8,uint8,bytes)[],uint8)",
    "scopeFunction(uint16,address,bytes4,bool[],uint8[],uint8[],bytes[],uint8)",
    "scopeAllowFunction(uint16,address,bytes4,uint8)",
    "setAllowance(bytes32,uint128,uint128,uint128,uint64,uint64)",
    "setTargetFunctionRole(address,bytes4[],uint64)",
    "setRoleAdmin(uint64,uint64)",
    "setRoleGuardian(uint64,uint64)",
    "addDelegate(address)",
    "finalizeRecovery(address)",
)
_GUARDIANS = (
    "addGuardianWithThreshold(address,uint256)",
    "confirmRecovery(address,address[],uint256,bool)",
    "multiConfirmRecovery(address,address[],uint256,(address,bytes)[],bool)",
    "executeRecovery(address,address[],uint256)",
)
_DELAYS = (
    "updateDelay(uint256)",
    "setDelay(uint256)",
    "setTxCooldown(uint256)",
    "setTxExpiration(uint256)",
    "setTxNonce(uint256)",
    "changeDefaultAdminDelay(uint48)",
)
EXECUTORS = ("enableModule(address)", "setGuard(address)")
_SENTENCES = {
    **dict.fromkeys(
        _ADMINS, ("CONTRACT_OWNERSHIP_TRANSFER", "hands control of {where} to {whom}.")
    ),
    **dict.fromkeys(_ROLES, ("ROLE_GRANTED", "changes who may do what through {where}: {whom}.")),
    **dict.fromkeys(
        _GUARDIANS, ("ROLE_GRANTED", "lets {whom} replace the owners of a Safe through {where}.")
    ),
    **dict.fromkeys(
        _DELAYS, ("DELAY_CHANGED", "changes how long what {where} runs has to wait: {number}.")
    ),
    **dict.fromkeys(EXECUTORS, ("ROLE_GRANTED", "lets {whom} act on or through {where}.")),
    "_setImplementation(address)": ("CONTRACT_UPGRADE", "replaces the code of {where} by {whom}."),
}


def powers_changed(subject: Subject) -> Iterator[Finding]:
    """Who rules a module, a timelock or a proxy rules the money behind it."""
    for call in subject.calls:
        if call.function is None or call.function.signature not in _SENTENCES:
            continue
        if call.function.signature in EXECUTORS and _changes_a_safe(subject, call):
            continue  # a change of the Safe itself is told as such
        if _only_takes_away(call):
            continue
        code, sentence = _SENTENCES[call.function.signature]
        named = list(_addresses_in(call))
        whom = " and ".join(map(subject.name_of, named)) or "what its arguments say"
        number = call.arguments[0].value
        where = subject.name_of(call.to)
        told = f"{call.function.name}: " + sentence.format(where=where, whom=whom, number=number)
        yield danger(code, told, path=call.path)
        strangers = [one for one in named if not subject.is_known_recipient(one)]
        for stranger in strangers[:1] if code == "CONTRACT_OWNERSHIP_TRANSFER" else ():
            yield danger(
                "RECIPIENT_NOT_IN_ADDRESS_BOOK",
                f"gives power to {stranger}, which is not in the address book for this chain.",
                path=call.path,
            )


_HEIRS = frozenset({"setPendingAdmin(address)", "_setPendingAdmin(address)"})
_NO_DEFAULT = "setDefaultRole(address,bytes32)"
_LIMIT = "setAllowance(bytes32,uint128,uint128,uint128,uint64,uint64)"


def _only_takes_away(call: DecodedCall) -> bool:
    """Whether nobody gets anything: no membership, default role, limit or heir is left."""
    assert call.function is not None
    values = [argument.value for argument in call.arguments]
    match call.function.signature:
        case signature if signature.startswith("assignRoles("):
            member_of = values[2]
            return isinstance(member_of, tuple) and not any(member_of)
        case signature if signature == _NO_DEFAULT:
            key = values[1]  # no module acts by the zero key
            return isinstance(key, bytes) and not any(key)
        case signature if signature == _LIMIT:
            return not any(values[1:4])
        case signature if signature in _HEIRS:
            return isinstance(values[0], Address) and values[0].is_zero
    return False


def _changes_a_safe(subject: Subject, call: DecodedCall) -> bool:
    return subject.is_ours(call.to) or call.to == call.sender


def _addresses_in(call: DecodedCall) -> Iterator[Address]:
    pending = [argument.value for argument in reversed(call.arguments)]
    while pending:
        value = pending.pop()
        if isinstance(value, Address):
            yield value
        elif isinstance(value, tuple):
            pending.extend(reversed(value))


BURN = "burn(uint256)"
POSITION_MANAGER_ABI = "Uniswap v3 position manager and router"


def burnt_tokens(subject: Subject) -> Iterator[Finding]:
    """Destroyed tokens are gone like those sent to nobody, and no recipient gives it away.

    Uniswap's position manager means an empty position by the same function: at a contract that
    nobody describes as a token and that is trusted it is none.
    """
    for call in subject.calls:
        if call.function is None or call.function.signature != BURN:
            continue
        is_known_token = call.certainty is Certainty.KNOWN_CONTRACT or any(
            token.address == call.to for token in subject.described_tokens
        )
        is_position = call.abi == POSITION_MANAGER_ABI or (
            subject.is_allow_listed(call.to) and not is_known_token
        )
        if not is_position and subject.is_ours(call.sender):
            yield block(
                "TRANSFER_TO_ZERO",
                f"destroys {call.arguments[0].value:,} base units of {subject.name_of(call.to)}.",
                path=call.path,
            )


POWER_CHECKS: tuple[Check, ...] = (powers_changed, burnt_tokens)
