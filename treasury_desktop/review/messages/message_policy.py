"""The 10% policy for messages: what they let others take counts like an allowance of the Safe.

The policy judges calls. So what a message allows is written as the calls that would allow it on
chain, together with what earlier messages allow still, and judged by the very same rules. A payment
that cannot be valued is no matter of a warning here: what is signed once can be used unseen.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.unknown import UNKNOWN, Unknown
from treasury_desktop.assets.untrusted_text import NAME_LIMIT, plain
from treasury_desktop.calls.abi_type import parse_function
from treasury_desktop.calls.decoded_call import DecodedCall, Reading, decode_at
from treasury_desktop.deployments.case import case_of
from treasury_desktop.deployments.further_limits import LimitOutcome, judge_limits
from treasury_desktop.deployments.judgement import Judgement
from treasury_desktop.deployments.policy import Matter, judge_case
from treasury_desktop.messages.meaning import EVERYTHING, Kind, Meaning
from treasury_desktop.messages.message_contracts import message_contract
from treasury_desktop.review.findings import Finding, block, warn
from treasury_desktop.review.messages.message_subject import MessageSubject
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.treasury.evidence import Evidence

NOT_VALUED = "PAYMENT_NOT_VALUED"
_APPROVE = parse_function("approve(address,uint256)").selector
_TRANSFER = parse_function("transfer(address,uint256)").selector


class Judged(NamedTuple):
    """The judgements of all groups, and what the further limits say."""

    judgements: tuple[Judgement, ...] = ()
    limits: tuple[LimitOutcome, ...] = ()


def judged(subject: MessageSubject) -> Judged:
    """What the policy says of all that the message lets somebody take; nothing of nothing."""
    meaning = subject.meaning
    if meaning is None or not any(not taking.is_nothing for taking in meaning.takings):
        return Judged()
    evidence = _without_packaged_allowances(subject)
    reading = Reading(known={token.address: "ERC-20" for token in evidence.tokens})
    root = _as_calls(subject, (*subject.earlier, meaning), reading)
    case = case_of(
        Matter(
            safe=subject.safe,
            tx=SafeTx(to=subject.safe.address, nonce=0),
            call=root,
            safe_tx_hash=b"",  # so every queued transaction is another one
            evidence=evidence,
            strategies=subject.facts.strategies,
            terms=subject.facts.terms,
            reading=reading,
            own_safes=subject.facts.own_safes,
        )
    )
    return Judged(judgements=judge_case(case), limits=judge_limits(case))


def policy_findings(said: Judged) -> Iterator[Finding]:
    """A permit over the limit is what the DAO forbade, and so is one that nobody can value."""
    for outcome in said.limits:
        name = plain(outcome.name, limit=NAME_LIMIT)
        for code in outcome.codes:
            yield block(code, f"{name}: {outcome.sentence}")
    for judgement in said.judgements:
        group = plain(judgement.group, limit=NAME_LIMIT)
        what = f"{group}: {' '.join(judgement.reasons)}"
        for code in judgement.codes:
            if code == NOT_VALUED:
                yield block(
                    code, f"{group}: What it may take cannot be valued, so nobody can judge it."
                )
            else:
                yield (block if judgement.verdict.blocks else warn)(code, what)


def _without_packaged_allowances(subject: MessageSubject) -> Evidence:
    """The evidence without what contracts may take that take by signed messages only.

    What is signed for them is counted itself; their allowance alone lets nobody take anything.
    No simulation is one of a message.
    """
    evidence = subject.evidence
    allowances = tuple(
        one
        for one in evidence.allowances
        if message_contract(subject.chain_id, one.spender) is None
    )
    return replace(evidence, allowances=allowances, balance_changes=UNKNOWN)


def _as_calls(
    subject: MessageSubject, meanings: tuple[Meaning, ...], reading: Reading
) -> DecodedCall:
    """The calls by which the Safe would allow the same on chain."""
    safe = subject.safe
    calls = tuple(
        decode_at(f"0.{place}", safe, SafeTx(to=token, data=data, nonce=0), reading)
        for place, (token, data) in enumerate(_calldata(subject, meanings))
    )
    return DecodedCall(
        path="0", operation=0, sender=safe.address, to=safe.address, value=0, data=b"", calls=calls
    )


def _calldata(
    subject: MessageSubject, meanings: tuple[Meaning, ...]
) -> Iterator[tuple[Address, bytes]]:
    """Payments each by itself; allowances of one token to one spender together."""
    allowed: dict[tuple[Address, Address], int] = {}
    for meaning in meanings:
        for taking in meaning.takings:
            if meaning.kind is Kind.PAYMENT:
                yield taking.token, _call(_TRANSFER, taking.spender, taking.base_units)
            else:
                pair = taking.token, taking.spender
                allowed[pair] = allowed.get(pair, 0) + taking.base_units
    for (token, spender), units in allowed.items():
        most = max(min(units, EVERYTHING), _open_already(subject, token, spender))
        yield token, _call(_APPROVE, spender, most)


def _open_already(subject: MessageSubject, token: Address, spender: Address) -> int:
    """What the spender may take already: a permit never makes less of it before it is used."""
    if message_contract(subject.chain_id, spender) is not None:
        return 0
    return max(
        (
            one.base_units
            for one in subject.evidence.allowances
            if one.token == str(token)
            and one.spender == spender
            and (isinstance(one.safe, Unknown) or one.safe == subject.safe.address)
        ),
        default=0,
    )


def _call(selector: bytes, whom: Address, units: int) -> bytes:
    return selector + bytes(12) + whom.raw + units.to_bytes(32, "big")
