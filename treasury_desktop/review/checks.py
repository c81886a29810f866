"""What is dangerous about a Safe transaction's calls: one function per danger.

Each opens with what an attacker gains if it were missing. They look at the whole tree, so that
nothing hides by depth, position or number.
"""

from collections.abc import Iterator
from itertools import islice

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.calls.decoded_call import CLAIMED, Certainty, DecodedCall, Problem
from treasury_desktop.calls.delegatecalls import (
    foreign_delegatecalls,
    is_paid_creation,
    set_ups_of,
)
from treasury_desktop.calls.effects import NATIVE, Outflow
from treasury_desktop.calls.known_contracts import DELEGATECALL_LIBRARIES, official_contract
from treasury_desktop.calls.known_tokens import known_tokens
from treasury_desktop.calls.pulls import pulls_of
from treasury_desktop.review.creation_checks import created_code, created_proxies
from treasury_desktop.review.deny_check import denied_addresses
from treasury_desktop.review.findings import Finding, block, danger, note, warn
from treasury_desktop.review.governance_checks import GOVERNANCE_CHECKS
from treasury_desktop.review.lookalike_check import lookalikes
from treasury_desktop.review.nft_checks import nft_operators, nfts_that_leave
from treasury_desktop.review.subject import Check, Subject
from treasury_desktop.review.touched import named_in
from treasury_desktop.safes.safe_tx import Operation
from treasury_desktop.treasury.evidence import Origin


def delegatecalls(subject: Subject) -> Iterator[Finding]:
    """Foreign code on the Safe's own storage takes the Safe in one step (Bybit, WazirX).

    No exception by selector, label or address book: only official libraries may be delegatecalled.
    """
    for call in subject.calls:
        if call.operation == Operation.CREATE:
            yield block(
                "STORAGE_TAKEOVER_RISK",
                "creates a contract by the Safe's own operation 2, which only Safes up to 1.0.0 "
                "know; nobody needs it.",
                path=call.path,
            )
    set_ups = set_ups_of(subject.call)
    for call in foreign_delegatecalls(subject.call, subject.safe.chain_id):
        official = official_contract(subject.safe.chain_id, call.to)
        nested = "NESTED_" if call.depth else ""
        if official is not None and "Migration" in official.name:
            yield block(
                "SINGLETON_CHANGE",
                f"replaces the code of the Safe through {official.label}.",
                path=call.path,
            )
            continue
        if is_paid_creation(call, official):
            yield block(
                f"{nested}DELEGATECALL_UNKNOWN_TARGET",
                f"creates a contract and pays it {call.argument('value'):,} wei; nobody can say "
                "whom that pays.",
                path=call.path,
            )
            continue
        whose = "the new Safe" if call.path.rpartition(".")[0] in set_ups else "the Safe"
        yield block(
            f"{nested}DELEGATECALL_UNKNOWN_TARGET",
            f"runs the code of {subject.name_of(call.to)} as {whose} itself; it could take over "
            f"{whose}, whatever its calldata looks like.",
            path=call.path,
        )
        yield block(
            "STORAGE_TAKEOVER_RISK",
            f"{call.to} may write {whose}'s storage: owners, threshold and code included.",
            path=call.path,
        )


def malformed_bytes(subject: Subject) -> Iterator[Finding]:
    """Bytes that readers understand differently show one thing and do another."""
    for call in subject.calls:
        for problem in call.problems:
            yield from _problem_finding(subject, call, problem)


def _problem_finding(subject: Subject, call: DecodedCall, problem: Problem) -> Iterator[Finding]:
    where = subject.name_of(call.to)
    match problem:
        case Problem.UNDECODED:
            official = official_contract(subject.safe.chain_id, call.to)
            is_library = official is not None and official.name in DELEGATECALL_LIBRARIES
            why = "that library has no such function" if is_library else "an ABI for it would help"
            yield block(
                "UNDECODED_CALL",
                f"calls {where} with data that nobody here can read "
                f"(selector 0x{call.data[:4].hex()}); {why}.",
                path=call.path,
            )
        case Problem.MALFORMED_CALLDATA:
            yield danger(
                "MALFORMED_CALLDATA",
                f"calls {where} with arguments that do not fit the function it names.",
                path=call.path,
            )
        case Problem.MALFORMED_MULTISEND | Problem.TOO_DEEP:
            yield from _batch_findings(call, where)
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


def _batch_findings(call: DecodedCall, where: str) -> Iterator[Finding]:
    """Where a batch is read to its end, what is wrong with it stands at its calls."""
    for inner in call.calls:
        if inner.operation > Operation.DELEGATECALL:
            yield block(
                "MALFORMED_MULTISEND",
                f"asks the batch {where} for operation {inner.operation}; it knows calls and "
                "delegatecalls only.",
                path=inner.path,
            )
    if not call.calls:
        yield block(
            "MALFORMED_MULTISEND",
            "is a batch that cannot be read to its end: it is cut off or nested deeper than 16.",
            path=call.path,
        )


def outflows(subject: Subject) -> Iterator[Finding]:
    """Money that goes to somebody nobody here knows."""
    # What leaves a Safe that we execute or approve for is looked at like what leaves our own.
    accounts = subject.facts.own_safes.union(call.sender for call in subject.calls)
    token_contracts = _token_contracts(subject)
    transfers = {call.path for call in subject.calls if _only_transfers(call)}
    for outflow in subject.effects_on(accounts).outflows:
        if subject.is_ours(outflow.to):
            continue
        if outflow.to.is_zero:
            yield block("TRANSFER_TO_ZERO", "sends money to the zero address.", path=outflow.path)
        elif str(outflow.to) == outflow.token:
            sentence = f"sends {subject.name_of(outflow.to)} to its own token contract."
            yield block("TRANSFER_TO_TOKEN_CONTRACT", sentence, path=outflow.path)
        elif outflow.to in token_contracts and outflow.path in transfers:
            sentence = f"sends {_token_name(subject, outflow)} to the token contract "
            sentence += f"{subject.name_of(outflow.to)}, which gives nothing for it."
            yield block("TRANSFER_TO_TOKEN_CONTRACT", sentence, path=outflow.path)
        elif _is_paid_function(subject, outflow, transfers):
            continue
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


def others_money(subject: Subject) -> Iterator[Finding]:
    """A Safe that may spend for others is their thief's tool: it passes their money on in its name.

    What comes to us, or goes to somebody known, is the very use of such an allowance.
    """
    pulls = (
        (call, pull)
        for call in subject.calls
        if subject.is_ours(call.sender)
        for pull in pulls_of(call, None) or ()
    )
    for call, pull in pulls:
        if subject.is_ours(pull.uses.account) or subject.is_known_recipient(pull.to):
            continue
        if pull.to != call.to:  # burning gives it to nobody
            yield danger(
                "RECIPIENT_NOT_IN_ADDRESS_BOOK",
                f"moves tokens of {subject.name_of(pull.uses.account)} to {pull.to}, which is not "
                "in the address book for this chain.",
                path=call.path,
            )


def _is_paid_function(subject: Subject, outflow: Outflow, transfers: set[str]) -> bool:
    """Whether the native coin pays for a function of a listed token, such as staking at Lido."""
    token = subject.evidence.token_at(outflow.to)
    is_listed = token is not None and token.listed is True
    call = subject.call_at(outflow.path)
    return (
        outflow.token == NATIVE
        and is_listed
        and outflow.path not in transfers
        and call is not None
        and call.function is not None
        and call.to == outflow.to
    )


TRANSFERS = frozenset({
    "transfer",
    "transferFrom",
    "transferShares",
    "transferSharesFrom",
    "transferWithAuthorization",
})  # fmt: skip
"""Functions that only move a token, by their names; a deposit gives something for it."""
PAID_DIRECTLY = frozenset({"transfer", "custom"})
"""Venues into which a transfer may be the way, token contract or not."""


def _only_transfers(call: DecodedCall) -> bool:
    """Whether all it does is to move a token, so that what leaves is no ether."""
    return call.function is not None and call.function.name in TRANSFERS and not call.value


def _token_name(subject: Subject, outflow: Outflow) -> str:
    return "a token" if outflow.token is None else subject.name_of(Address.parse(outflow.token))


def _token_contracts(subject: Subject) -> frozenset[Address]:
    """Described and well-known tokens; not those that are payees or paid by a strategy's design."""
    chain_id = subject.safe.chain_id
    found = {token.address for token in subject.described_tokens}
    found.update(token.address for token in known_tokens(chain_id))
    paid = [s.contracts for s in subject.facts.strategies if s.venue in PAID_DIRECTLY]
    found.difference_update(*paid)
    return frozenset(a for a in found if subject.evidence.payee_at(a, chain_id) is None)


def unknown_contracts(subject: Subject) -> Iterator[Finding]:
    """A call understood by its selector alone may mean something else at that contract."""
    # An approved hash whose transaction is shown proves which Safe it is approved on.
    proven = {inner.path for inner in subject.inners}
    for call in subject.calls:
        if call.certainty not in (Certainty.KNOWN_SELECTOR, Certainty.GUESS):
            continue
        if call.path in proven or call.abi == CLAIMED:
            continue
        if not (subject.is_known_contract(call.to) or _is_described_token(subject, call)):
            assert call.function is not None
            yield danger(
                "UNKNOWN_CONTRACT",
                f"calls {call.function.name} on {call.to}, which nobody here knows; its meaning is "
                "read from four bytes only.",
                path=call.path,
            )


def claimed_readings(subject: Subject) -> Iterator[Finding]:
    """A sender describes harmlessly what does something else, at a contract that everybody knows.

    Where there are facts of our own, bytes for which only the sender has an ABI stay unread.
    """
    is_ours = subject.facts.origin is not Origin.SENDER
    finding, code = (block, "UNDECODED_CALL") if is_ours else (danger, "UNKNOWN_CONTRACT")
    for call in subject.calls:
        if call.abi == CLAIMED and call.function is not None:
            yield finding(
                code,
                f"calls {call.function.name} on {subject.name_of(call.to)}; that this is what its "
                f"bytes mean (selector 0x{call.data[:4].hex()}) only the sender's own ABI says.",
                path=call.path,
            )


def _is_described_token(subject: Subject, call: DecodedCall) -> bool:
    """Whether it only does what tokens do, at what at least the sender describes as one.

    It is judged by being on no token list. What else it may do is not made known by a sender.
    """
    is_of_tokens = call.abi == "ERC-20" and not call.value
    return is_of_tokens and subject.facts.claims.token_at(call.to) is not None


OWNERSHIP = {
    "transferOwnership": "CONTRACT_OWNERSHIP_TRANSFER",
    "transferProxyOwnership": "CONTRACT_OWNERSHIP_TRANSFER",
    "renounceOwnership": "CONTRACT_OWNERSHIP_TRANSFER",
    "changeAdmin": "CONTRACT_OWNERSHIP_TRANSFER",
    "initialize(address)": "CONTRACT_OWNERSHIP_TRANSFER",
    "upgradeTo": "CONTRACT_UPGRADE",
    "upgradeToAndCall": "CONTRACT_UPGRADE",
    "upgradeBeaconToAndCall": "CONTRACT_UPGRADE",
    "upgrade": "CONTRACT_UPGRADE",
    "upgradeAndCall": "CONTRACT_UPGRADE",
    "diamondCut": "CONTRACT_UPGRADE",
    "grantRole": "ROLE_GRANTED",
    "signMessage": "ONCHAIN_MESSAGE_SIGNED",
}
SHOWN_BYTES = 32
"""A message of at most one word is shown, a longer one by its hash."""
MOST_NAMED = 10
"""Addresses named in one sentence; a diamond may get any number of facets."""


def powers_given_away(subject: Subject) -> Iterator[Finding]:
    """Control over another contract is worth more than any payment (Radiant)."""
    for call in subject.calls:
        if call.function is None:
            continue
        code = OWNERSHIP.get(call.function.name) or OWNERSHIP.get(call.function.signature)
        if code is None or _is_set_up_for_us(subject, call):
            continue
        told = f"{call.function.name}: {_power_told(subject, call, code)}"
        yield danger(code, told, path=call.path)
        to = next((a.value for a in call.arguments if isinstance(a.value, Address)), None)
        is_handed_over = code in ("CONTRACT_OWNERSHIP_TRANSFER", "ROLE_GRANTED")
        if is_handed_over and to is not None and not subject.is_known_recipient(to):
            sentence = f"gives power to {to}, which is not in the address book for this chain."
            yield danger("RECIPIENT_NOT_IN_ADDRESS_BOOK", sentence, path=call.path)


def _is_set_up_for_us(subject: Subject, call: DecodedCall) -> bool:
    """Whether a contract gets a Safe of ours as its first owner, which gives nothing away."""
    is_set_up = call.function is not None and call.function.name == "initialize"
    return is_set_up and all(map(subject.is_ours, named_in(call)))


def _power_told(subject: Subject, call: DecodedCall, code: str) -> str:
    """What is given away, of which contract, to whom."""
    where, named = subject.name_of(call.to), list(islice(named_in(call), MOST_NAMED))
    match code:
        case "ONCHAIN_MESSAGE_SIGNED":
            signer = call.sender if call.is_delegatecall else call.to
            return f"signs {_message(call)} in the name of {subject.name_of(signer)}."
        case "CONTRACT_UPGRADE":
            is_admin = call.function is not None and call.function.name in THROUGH_ADMIN
            proxy = named.pop(0) if is_admin and named else call.to
            through = f", through {where}" if proxy != call.to else ""
            code_at = [one for one in named if not one.is_zero] or named
            by = " and ".join(map(subject.name_of, code_at)) or "what its arguments say"
            return f"replaces the code of {subject.name_of(proxy)} by {by}{through}."
        case "ROLE_GRANTED":
            whom = subject.name_of(named[0]) if named else "somebody its arguments do not name"
            return f"gives {whom} a role at {where}."
    if not named:
        return f"gives up control of {where} for good."
    return f"hands control of {where} to {subject.name_of(named[0])}."


THROUGH_ADMIN = frozenset({"upgrade", "upgradeAndCall"})
"""What a proxy's admin is told: the proxy stands first, its new code second."""


def _message(call: DecodedCall) -> str:
    """The message itself where it is short, else its length and hash."""
    message = call.arguments[0].value if call.arguments else b""
    if not isinstance(message, bytes):
        return "a message"
    if len(message) <= SHOWN_BYTES:
        return f"the message 0x{message.hex()}"
    return f"a message of {len(message):,} bytes with the hash 0x{keccak(message).hex()}"


CALL_CHECKS: tuple[Check, ...] = (
    delegatecalls,
    created_code,
    created_proxies,
    malformed_bytes,
    *GOVERNANCE_CHECKS,
    nft_operators,
    nfts_that_leave,
    outflows,
    others_money,
    unknown_contracts,
    claimed_readings,
    powers_given_away,
    lookalikes,
    denied_addresses,
)
