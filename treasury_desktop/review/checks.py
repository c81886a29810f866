"""What is dangerous about a Safe transaction's calls: one function per danger.

Each opens with what an attacker gains if it were missing. They look at the whole tree, so that
nothing hides by depth, position or number.
"""

from collections.abc import Iterator

from treasury_desktop.assets.address import Address
from treasury_desktop.calls.decoded_call import CLAIMED, Certainty, DecodedCall, Problem
from treasury_desktop.calls.effects import NATIVE
from treasury_desktop.calls.known_contracts import DELEGATECALL_LIBRARIES, official_contract
from treasury_desktop.review.findings import Finding, block, danger, note, warn
from treasury_desktop.review.lookalike_check import lookalikes
from treasury_desktop.review.nft_checks import nft_operators, nfts_that_leave
from treasury_desktop.review.subject import Check, Subject
from treasury_desktop.safes.safe_tx import Operation


def delegatecalls(subject: Subject) -> Iterator[Finding]:
    """Foreign code on the Safe's own storage takes the Safe in one step (Bybit, WazirX).

    No exception by selector, label or address book: only official libraries may be delegatecalled.
    """
    for call in subject.call.walk():
        if call.operation == Operation.CREATE:
            yield block(
                "STORAGE_TAKEOVER_RISK",
                "creates a contract by the Safe's own operation 2, which only Safes up to 1.0.0 "
                "know; nobody needs it.",
                path=call.path,
            )
        if not call.is_delegatecall:
            continue
        official = official_contract(subject.safe.chain_id, call.to)
        if official is not None and official.name in DELEGATECALL_LIBRARIES:
            continue
        if official is not None and "Migration" in official.name:
            yield block(
                "SINGLETON_CHANGE",
                f"replaces the code of the Safe through {official.label}.",
                path=call.path,
            )
            continue
        nested = "NESTED_" if call.depth else ""
        yield block(
            f"{nested}DELEGATECALL_UNKNOWN_TARGET",
            f"runs the code of {subject.name_of(call.to)} as the Safe itself; it could take over "
            "the Safe, whatever its calldata looks like.",
            path=call.path,
        )
        yield block(
            "STORAGE_TAKEOVER_RISK",
            f"{call.to} may write the Safe's storage: owners, threshold and code included.",
            path=call.path,
        )


def malformed_bytes(subject: Subject) -> Iterator[Finding]:
    """Bytes that readers understand differently show one thing and do another."""
    for call in subject.call.walk():
        for problem in call.problems:
            yield from _problem_finding(subject, call, problem)


def _problem_finding(subject: Subject, call: DecodedCall, problem: Problem) -> Iterator[Finding]:
    where = subject.name_of(call.to)
    match problem:
        case Problem.UNDECODED:
            yield block(
                "UNDECODED_CALL",
                f"calls {where} with data that nobody here can read "
                f"(selector 0x{call.data[:4].hex()}); an ABI for it would help.",
                path=call.path,
            )
        case Problem.MALFORMED_CALLDATA:
            yield danger(
                "MALFORMED_CALLDATA",
                f"calls {where} with arguments that do not fit the function it names.",
                path=call.path,
            )
        case Problem.MALFORMED_MULTISEND | Problem.TOO_DEEP:
            yield block(
                "MALFORMED_MULTISEND",
                "is a batch that cannot be read to its end: it is cut off, nested deeper than 16, "
                "or has an operation above 1.",
                path=call.path,
            )
        case Problem.NON_CANONICAL_ABI:
            yield danger(
                "NON_CANONICAL_ABI",
                f"calls {where} with arguments written in an unusual way that hides bytes.",
                path=call.path,
            )
        case Problem.TRAILING_CALLDATA:
            finding = danger if call.depth or call.calls else warn
            yield finding(
                "TRAILING_CALLDATA",
                f"carries bytes after the arguments of {where}.",
                path=call.path,
            )
        case Problem.LONG_PADDING:
            yield note("LONG_PADDING", "ends in more zeros than needed.", path=call.path)
        case Problem.MULTISEND_WITHOUT_DELEGATECALL:
            yield danger(
                "MULTISEND_WITHOUT_DELEGATECALL",
                f"calls the batch contract {where} without delegatecall: the calls would come from "
                "that contract, not from the Safe.",
                path=call.path,
            )


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


def governance_changes(subject: Subject) -> Iterator[Finding]:
    """An owner, threshold, module or guard change hidden among payments hands over the Safe."""
    for call in subject.call.walk():
        # A Safe that calls itself changes itself, be it ours or one whose transaction we approve.
        if call.function is None or not (subject.is_ours(call.to) or call.to == call.sender):
            continue
        if call.abi == CLAIMED:
            continue  # a Safe has no other function of these names, whatever somebody claims
        code = GOVERNANCE.get(call.function.name)
        if code is None:
            continue
        yield from _governance_findings(subject, call, code)
        if call.depth:
            yield block(
                "GOVERNANCE_CHANGE_HIDDEN_IN_BATCH",
                f"hides {call.function.name} of the Safe inside other calls (call {call.path}); "
                "such a change has to be a transaction of its own.",
                path=call.path,
            )


def _governance_findings(subject: Subject, call: DecodedCall, code: str) -> Iterator[Finding]:
    assert call.function is not None
    named = next((a.value for a in call.arguments if isinstance(a.value, Address)), None)
    match code:
        case "OWNER_ADDED":
            yield danger(code, f"adds the owner {call.argument('owner')}.", path=call.path)
        case "OWNER_REMOVED":
            yield danger(code, f"removes the owner {call.argument('owner')}.", path=call.path)
        case "OWNER_REPLACED":
            old, new = call.argument("oldOwner"), call.argument("newOwner")
            yield danger(code, f"replaces the owner {old} by {new}.", path=call.path)
        case "GUARD_CHANGED" if isinstance(named, Address) and named.is_zero:
            yield danger("GUARD_REMOVED", "removes the Safe's transaction guard.", path=call.path)
        case "SINGLETON_CHANGE":
            yield block(code, f"replaces the code of the Safe ({named}).", path=call.path)
        case "MODULE_DISABLED" | "THRESHOLD_CHANGED":
            pass
        case _:
            whom = "" if named is None else f": {named}"
            sentence = f"{call.function.name}{whom}; it can act on or restrict the Safe."
            yield danger(code, sentence, path=call.path)
    yield from _threshold_finding(subject, call)


def _threshold_finding(subject: Subject, call: DecodedCall) -> Iterator[Finding]:
    """A threshold below today's, or any threshold where today's is unknown."""
    new = next((a.value for a in call.arguments if a.name == "_threshold"), None)
    before = subject.safe.threshold if call.to == subject.safe.address else None
    if not isinstance(new, int) or (isinstance(before, int) and new >= before):
        return
    was = f"from {before} " if isinstance(before, int) else ""
    yield danger("THRESHOLD_LOWERED", f"lowers the threshold {was}to {new}.", path=call.path)


def outflows(subject: Subject) -> Iterator[Finding]:
    """Money that goes to somebody nobody here knows."""
    # What leaves a Safe that we execute or approve for is looked at like what leaves our own.
    accounts = subject.facts.own_safes.union(call.sender for call in subject.call.walk())
    for outflow in subject.effects_on(accounts).outflows:
        if subject.is_ours(outflow.to):
            continue
        is_own_contract = str(outflow.to) == outflow.token
        if outflow.to.is_zero:
            yield block("TRANSFER_TO_ZERO", "sends money to the zero address.", path=outflow.path)
        elif is_own_contract:
            sentence = f"sends {subject.name_of(outflow.to)} to its own token contract."
            yield block("TRANSFER_TO_TOKEN_CONTRACT", sentence, path=outflow.path)
        elif not subject.is_known_recipient(outflow.to):
            if outflow.token == NATIVE:
                yield danger(
                    "NATIVE_VALUE_TO_UNKNOWN",
                    f"sends {outflow.base_units:,} wei to {outflow.to}, whom nobody here knows.",
                    path=outflow.path,
                )
            yield danger(
                "RECIPIENT_NOT_IN_ADDRESS_BOOK",
                f"pays {outflow.to}, which is not in the address book for this chain.",
                path=outflow.path,
            )


def unknown_contracts(subject: Subject) -> Iterator[Finding]:
    """A call understood by its selector alone may mean something else at that contract."""
    # An approved hash whose transaction is shown proves which Safe it is approved on.
    proven = {inner.path for inner in subject.inners}
    for call in subject.call.walk():
        if call.certainty not in (Certainty.KNOWN_SELECTOR, Certainty.GUESS):
            continue
        if call.path in proven:
            continue
        if not subject.is_known_contract(call.to):
            assert call.function is not None
            yield danger(
                "UNKNOWN_CONTRACT",
                f"calls {call.function.name} on {call.to}, which nobody here knows; its meaning is "
                "read from four bytes only.",
                path=call.path,
            )


OWNERSHIP = {
    "transferOwnership": "CONTRACT_OWNERSHIP_TRANSFER",
    "renounceOwnership": "CONTRACT_OWNERSHIP_TRANSFER",
    "changeAdmin": "CONTRACT_OWNERSHIP_TRANSFER",
    "upgradeTo": "CONTRACT_UPGRADE",
    "upgradeToAndCall": "CONTRACT_UPGRADE",
    "upgrade": "CONTRACT_UPGRADE",
    "upgradeAndCall": "CONTRACT_UPGRADE",
    "grantRole": "ROLE_GRANTED",
    "signMessage": "ONCHAIN_MESSAGE_SIGNED",
}


def powers_given_away(subject: Subject) -> Iterator[Finding]:
    """Control over another contract is worth more than any payment (Radiant)."""
    for call in subject.call.walk():
        code = OWNERSHIP.get(call.function.name) if call.function else None
        if code is None:
            continue
        assert call.function is not None
        to = next((a.value for a in call.arguments if isinstance(a.value, Address)), None)
        whom = f" {subject.name_of(to)}" if to is not None else ""
        yield danger(
            code, f"{call.function.name} on {subject.name_of(call.to)}:{whom}.", path=call.path
        )
        is_handed_over = code in ("CONTRACT_OWNERSHIP_TRANSFER", "ROLE_GRANTED")
        if is_handed_over and to is not None and not subject.is_known_recipient(to):
            sentence = f"gives power to {to}, which is not in the address book for this chain."
            yield danger("RECIPIENT_NOT_IN_ADDRESS_BOOK", sentence, path=call.path)


CALL_CHECKS: tuple[Check, ...] = (
    delegatecalls,
    malformed_bytes,
    governance_changes,
    nft_operators,
    nfts_that_leave,
    outflows,
    unknown_contracts,
    powers_given_away,
    lookalikes,
)
