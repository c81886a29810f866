"""Allowances: payments somebody else makes later, at a time of their choosing."""

from collections.abc import Iterator, Mapping

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.calls.allowances import NATIVE, Grant, grants_of
from treasury_desktop.calls.decoded_call import DecodedCall
from treasury_desktop.review.findings import Finding, block, danger, warn
from treasury_desktop.review.nft_checks import is_nft, key_as_spender, position_managers
from treasury_desktop.review.subject import Subject
from treasury_desktop.review.venue_steps import Step

UNLIMITED_FROM = 2**95
"""At least this many base units is no amount anybody means (bundle.md)."""
UNLIMITED_BALANCES = 10
APPROVE = "approve(address,uint256)"
PERMIT2 = (
    "approve(address,address,uint160,uint48)",
    "permit(address,(",
    "PERMIT2_PERMIT",
)
"""How the signatures begin that allow something inside Permit2."""
MODULE_ALLOWANCE = "setAllowance(address,address,uint96,uint16,uint32)"
"""A spending limit of the Allowance module is for a person's key by design."""
OPERATORS = frozenset({"setrelayerapproval", "authorizeoperator", "setoperator"})
"""Functions that let somebody act with everything an account has at a contract."""


def approvals(subject: Subject) -> Iterator[Finding]:
    """An allowance is a payment somebody else makes later, at a time of their choosing."""
    balances, managers = _balances(subject), position_managers(subject)
    for call in subject.calls:
        for grant in grants_of(call) or ():
            if not _is_foreign(subject, call, grant):
                continue
            if _signature_of(call) == APPROVE and is_nft(subject, call, managers):
                yield from _nft_findings(subject, call, grant)
            elif grant.given and _signature_of(call).startswith(PERMIT2):
                yield from _permit2_findings(subject, call, grant)
            elif grant.given:
                yield from _token_findings(subject, call, grant, balances)


def _signature_of(call: DecodedCall) -> str:
    return "" if call.function is None else call.function.signature


def _is_foreign(subject: Subject, call: DecodedCall, grant: Grant) -> bool:
    """Whether it lets somebody else take what is ours, or what the call acts for."""
    account, spender = grant.approval.account, grant.approval.spender
    is_ours = subject.is_ours(account) or account == call.sender
    return is_ours and not (subject.is_ours(spender) or spender.is_zero or spender == account)


def _nft_findings(subject: Subject, call: DecodedCall, grant: Grant) -> Iterator[Finding]:
    spender = grant.approval.spender
    what = f"NFT {grant.base_units} of {subject.name_of(call.to)}"
    finding = warn if subject.is_allow_listed(spender) else block
    sentence = f"lets {subject.name_of(spender)} take {what}."
    yield finding("NFT_APPROVAL", sentence, path=call.path)
    yield from _stranger(subject, spender, what, call.path)
    yield from key_as_spender(subject, spender, what, call.path)


def _permit2_findings(subject: Subject, call: DecodedCall, grant: Grant) -> Iterator[Finding]:
    """An allowance inside Permit2 is one that no token contract knows of."""
    spender = grant.approval.spender
    who, what = subject.name_of(spender), _token_name(subject, grant)
    through = subject.name_of(call.to)
    if not subject.is_allow_listed(spender):
        sentence = f"lets {who} take {what} through {through}."
        yield block("PERMIT2_APPROVAL", sentence, path=call.path)
    elif grant.given >= UNLIMITED_FROM:
        sentence = f"gives {who} practically unlimited {what} through {through}."
        yield warn("UNLIMITED_APPROVAL", sentence, path=call.path)
    yield from key_as_spender(subject, spender, what, call.path)


def _token_findings(
    subject: Subject, call: DecodedCall, grant: Grant, balances: Mapping[str, int]
) -> Iterator[Finding]:
    spender = grant.approval.spender
    if _is_unlimited(subject, grant, balances):
        finding = warn if subject.is_allow_listed(spender) else block
        who, what = subject.name_of(spender), _token_name(subject, grant)
        sentence = f"gives {who} practically unlimited {what}."
        yield finding("UNLIMITED_APPROVAL", sentence, path=call.path)
    yield from _stranger(subject, spender, _token_name(subject, grant), call.path)
    if _signature_of(call) != MODULE_ALLOWANCE:
        yield from key_as_spender(subject, spender, _token_name(subject, grant), call.path)


def _token_name(subject: Subject, grant: Grant) -> str:
    if grant.approval.token == NATIVE:
        return "the native coin"
    return subject.name_of(Address.parse(grant.approval.token))


def _stranger(subject: Subject, spender: Address, what: str, path: str) -> Iterator[Finding]:
    if not subject.is_allow_listed(spender):
        yield danger(
            "SPENDER_NOT_ALLOWLISTED",
            f"lets {subject.name_of(spender)} take {what}; it is not on the allow-list.",
            path=path,
        )


def _balances(subject: Subject) -> Mapping[str, int]:
    """Token → what lies idle of it in the Safe, for every token whose balance is stated."""
    holdings = subject.evidence.holdings
    found: dict[str, int] = {}
    for held in () if isinstance(holdings, Unknown) else holdings:
        if held.place == "safe":
            found[held.token] = found.get(held.token, 0) + held.base_units
    return found


def _is_unlimited(subject: Subject, grant: Grant, balances: Mapping[str, int]) -> bool:
    if grant.given >= UNLIMITED_FROM:
        return True
    balance = balances.get(grant.approval.token)
    if balance is None or (balance == 0 and subject.call.calls):
        return False  # nobody says, or another call of the batch brings the tokens in first
    return grant.given > UNLIMITED_BALANCES * balance


def operators(subject: Subject, steps: tuple[Step, ...]) -> Iterator[Finding]:
    """Whoever may act with everything the Safe has at a contract needs no allowance any more."""
    for step in steps:
        if step.name not in OPERATORS or 0 in step.numbers("approved", "authorized", "is_approved"):
            continue
        whom = step.addresses("operator", "relayer", "spender")[-1:]
        for operator in whom if not any(map(subject.is_ours, whom)) else ():
            who, what = subject.name_of(operator), subject.name_of(step.call.to)
            finding = warn if subject.is_allow_listed(operator) else block
            sentence = f"lets {who} act with everything the Safe has at {what}."
            yield finding("UNLIMITED_APPROVAL", sentence, path=step.call.path)
            yield from _stranger(subject, operator, f"whatever lies at {what}", step.call.path)
            yield from key_as_spender(subject, operator, f"whatever lies at {what}", step.call.path)
