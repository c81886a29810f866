"""Who rules a Safe after the calls: owners, threshold, modules, guards, handler and code.

A change is the Safe's own where it calls itself, be it ours or one whose transaction we execute or
approve; the same functions called straight on another Safe that we know are a danger of their own.
"""

from collections.abc import Iterator

from treasury_desktop.assets.address import Address
from treasury_desktop.calls.decoded_call import CLAIMED, DecodedCall
from treasury_desktop.calls.delegatecalls import SETS_UP, SETS_UP_MODULES, set_ups_of
from treasury_desktop.calls.known_contracts import official_contract
from treasury_desktop.review.findings import Finding, block, danger
from treasury_desktop.review.power_checks import EXECUTORS
from treasury_desktop.review.subject import Check, Subject

SAFE_ABI = "Safe"
MOST_NAMED = 10
"""Owners or modules named one by one."""
GOVERNANCE = {
    "addOwnerWithThreshold": "OWNER_ADDED",
    "removeOwner": "OWNER_REMOVED",
    "swapOwner": "OWNER_REPLACED",
    "changeThreshold": "THRESHOLD_CHANGED",
    "enableModule": "MODULE_ENABLED",
    "disableModule": "MODULE_DISABLED",
    "setGuard": "GUARD_CHANGED",
    "setModuleGuard": "MODULE_GUARD_CHANGED",
    "setFallbackHandler": "FALLBACK_HANDLER_CHANGED",
    "setSafeMethod": "FALLBACK_HANDLER_CHANGED",
    "setDomainVerifier": "FALLBACK_HANDLER_CHANGED",
    "addSupportedInterfaceBatch": "FALLBACK_HANDLER_CHANGED",
    "enableModules": "MODULE_ENABLED",
    "changeMasterCopy": "SINGLETON_CHANGE",
    "setup": "SINGLETON_CHANGE",
}
ELSEWHERE = {"changeMasterCopy": "CONTRACT_UPGRADE", "setup": "OWNER_REPLACED"}
"""What blocks at a Safe's own hand is a danger where another Safe is told to do it."""


def governance_changes(subject: Subject) -> Iterator[Finding]:
    """An owner, threshold, module or guard change hidden among payments hands over the Safe.

    What a new proxy is created with changes nothing that was there before.
    """
    set_ups = set_ups_of(subject.call)
    for call in subject.calls:
        # A Safe has no other function of these names, whatever somebody claims.
        if call.function is None or call.abi == CLAIMED or call.path in set_ups:
            continue
        code = GOVERNANCE.get(call.function.name)
        if code is None:
            continue
        if _is_set_up_library(subject, call):
            if call.path.rpartition(".")[0] not in set_ups:
                yield from _own_findings(subject, call, call.sender, code)
        elif subject.is_ours(call.to) or call.to == call.sender:
            yield from _own_findings(subject, call, call.to, code)
        elif call.to.is_zero and call.depth:
            yield block(
                "GOVERNANCE_CHANGE_HIDDEN_IN_BATCH",
                f"tells the zero address {call.function.name} (call {call.path}); by MultiSend "
                "1.5.0 that is the Safe itself, and nothing honest is told to nobody.",
                path=call.path,
            )
        elif subject.is_known_contract(call.to) and _is_told_to_another(call):
            code = ELSEWHERE.get(call.function.name, code)
            yield from _findings(subject, call, call.to, code)


def _is_set_up_library(subject: Subject, call: DecodedCall) -> bool:
    """Whether it enables modules through a library that is for new Safes only."""
    assert call.function is not None
    if not call.is_delegatecall or call.function.signature != SETS_UP_MODULES:
        return False
    official = official_contract(subject.safe.chain_id, call.to)
    return official is not None and SETS_UP.get(official.name) == SETS_UP_MODULES


def _is_told_to_another(call: DecodedCall) -> bool:
    """Whether it is a function that only Safes have; modules and guards others have too."""
    assert call.function is not None
    is_safe_only = call.abi == SAFE_ABI and call.function.signature not in EXECUTORS
    return is_safe_only and not call.is_delegatecall


def _own_findings(
    subject: Subject, call: DecodedCall, safe: Address, code: str
) -> Iterator[Finding]:
    assert call.function is not None
    yield from _findings(subject, call, safe, code)
    if call.depth:
        yield block(
            "GOVERNANCE_CHANGE_HIDDEN_IN_BATCH",
            f"hides {call.function.name} of {_whose(subject, safe)} inside other calls "
            f"(call {call.path}); such a change has to be a transaction of its own.",
            path=call.path,
        )


def _whose(subject: Subject, safe: Address) -> str:
    """Which Safe it is about, by its name and address where it is another one."""
    return "the Safe" if safe == subject.safe.address else f"the Safe {subject.name_of(safe)}"


def _findings(subject: Subject, call: DecodedCall, safe: Address, code: str) -> Iterator[Finding]:
    assert call.function is not None
    whose, path = _whose(subject, safe), call.path
    is_ours = safe == subject.safe.address
    of, to = ("", "") if is_ours else (f" of {whose}", f" to {whose}")
    named = next((a.value for a in call.arguments if isinstance(a.value, Address)), None)
    match code:
        case "OWNER_ADDED":
            yield danger(code, f"adds the owner {call.argument('owner')}{to}.", path=path)
        case "OWNER_REMOVED":
            yield danger(code, f"removes the owner {call.argument('owner')}{of}.", path=path)
        case "OWNER_REPLACED" if call.function.name == "swapOwner":
            old, new = call.argument("oldOwner"), call.argument("newOwner")
            yield danger(code, f"replaces the owner {old}{of} by {new}.", path=path)
        case "GUARD_CHANGED" if named is not None and named.is_zero:
            yield danger("GUARD_REMOVED", f"removes the transaction guard of {whose}.", path=path)
        case "SINGLETON_CHANGE" | "CONTRACT_UPGRADE" | "OWNER_REPLACED":
            finding = block if code == "SINGLETON_CHANGE" else danger
            yield finding(code, _new_safe(call, whose), path=path)
        case "MODULE_DISABLED" | "THRESHOLD_CHANGED":
            pass
        case _:
            whom = _named_in(subject, call)
            what = f"{call.function.name}: {whom}" if whom else call.function.name
            yield danger(code, f"{what}; it can act on or restrict {whose}.", path=path)
    yield from _threshold_finding(subject, call, safe)


def _new_safe(call: DecodedCall, whose: str) -> str:
    """What takes a Safe's place: other code, or everything it is set up with."""
    assert call.function is not None
    if call.function.name != "setup":
        return f"replaces the code of {whose} by {call.arguments[0].value}."
    owners, threshold = call.arguments[0].value, call.arguments[1].value
    assert isinstance(owners, tuple)
    who = _listed(map(str, owners)) or "nobody"
    return f"sets up {whose} anew, with the threshold {threshold} and the owners {who}."


def _named_in(subject: Subject, call: DecodedCall) -> str:
    """Whom a change names first: one address, or a list of them."""
    for argument in call.arguments:
        if isinstance(argument.value, Address):
            return subject.name_of(argument.value)
        if isinstance(argument.value, tuple):
            named = [one for one in argument.value if isinstance(one, Address)]
            if named:
                return _listed(map(subject.name_of, named))
    return ""


def _listed(names: Iterator[str]) -> str:
    """Names in a row, the first of them where there are many."""
    every = list(names)
    more = len(every) - MOST_NAMED
    return ", ".join(every[:MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")


def _threshold_finding(subject: Subject, call: DecodedCall, safe: Address) -> Iterator[Finding]:
    """A threshold below today's, or any threshold where today's is unknown."""
    new = next((a.value for a in call.arguments if a.name == "_threshold"), None)
    is_ours = safe == subject.safe.address
    before = subject.safe.threshold if is_ours else None
    if not isinstance(new, int) or (isinstance(before, int) and new >= before):
        return
    of = "" if is_ours else f" of {_whose(subject, safe)}"
    if isinstance(before, int):
        told = f"lowers the threshold{of} from {before} to {new}."
    else:
        told = f"sets the threshold{of} to {new}; nobody here knows whether that lowers it."
    yield danger("THRESHOLD_LOWERED", told, path=call.path)


GOVERNANCE_CHECKS: tuple[Check, ...] = (governance_changes,)
