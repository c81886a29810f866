"""The review: everything there is to know before signing, bound to one safeTxHash."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.bundle import Bundle, ClaimedAbi, claimed_functions
from treasury_desktop.calls.decoded_call import DecodedCall, Reading, decode_transaction
from treasury_desktop.deployments.case import case_of
from treasury_desktop.deployments.further_limits import LimitOutcome, judge_limits
from treasury_desktop.deployments.judgement import Judgement
from treasury_desktop.deployments.policy import Matter, judge_case
from treasury_desktop.errors import Refused
from treasury_desktop.review.approved_transactions import (
    findings_of_approved,
    unknown_approvals,
    with_our_transactions,
    without_approved,
)
from treasury_desktop.review.arrival_checks import ARRIVAL_CHECKS
from treasury_desktop.review.checks import CALL_CHECKS
from treasury_desktop.review.claim_checks import CLAIM_CHECKS
from treasury_desktop.review.clock import aged_to
from treasury_desktop.review.facts import Facts, LocalFacts, facts_for
from treasury_desktop.review.findings import VERDICTS, Finding, Severity
from treasury_desktop.review.inner_transactions import with_inner_transactions
from treasury_desktop.review.power_checks import POWER_CHECKS
from treasury_desktop.review.refund_checks import REFUND_CHECKS
from treasury_desktop.review.signature_checks import SIGNATURE_CHECKS
from treasury_desktop.review.signatures import CheckedSignature, checked_signatures
from treasury_desktop.review.state_checks import STATE_CHECKS
from treasury_desktop.review.subject import Check, Subject
from treasury_desktop.review.text_checks import TEXT_CHECKS
from treasury_desktop.review.token_checks import TOKEN_CHECKS
from treasury_desktop.review.venue_checks import VENUE_CHECKS
from treasury_desktop.safes.comparison import comparison_code
from treasury_desktop.safes.hashes import SafeTxHashes, agreed_hashes
from treasury_desktop.treasury.evidence import Origin

ALL_CHECKS: tuple[Check, ...] = (
    *CALL_CHECKS,
    *POWER_CHECKS,
    *TOKEN_CHECKS,
    *VENUE_CHECKS,
    *STATE_CHECKS,
    *REFUND_CHECKS,
    *SIGNATURE_CHECKS,
    *ARRIVAL_CHECKS,
    *CLAIM_CHECKS,
    unknown_approvals,
    *TEXT_CHECKS,
)

WHY_NO_HASHES = {
    False: "What was sent leaves out what the Safe transaction hash is made of.",
    True: "The two derivations of the Safe transaction hash disagree; nothing can be signed.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """The whole examination; nothing in it can be changed afterwards.

    `known_hashes` is `None` where the input and everybody here leave out what they are made of, or
    where the two derivations of them differ.
    """

    bundle: Bundle
    facts: Facts
    call: DecodedCall
    known_hashes: SafeTxHashes | None
    findings: tuple[Finding, ...]
    judgements: tuple[Judgement, ...]
    limits: tuple[LimitOutcome, ...]
    signatures: tuple[CheckedSignature, ...]
    names: Mapping[Address, str]

    @property
    def severity(self) -> Severity:
        """The hardest finding's severity; judgements are among the findings."""
        return max((finding.severity for finding in self.findings), default=Severity.NOTE)

    @property
    def verdict(self) -> str:
        """ok, warn, danger or block."""
        return VERDICTS[self.severity]

    @property
    def hashes(self) -> SafeTxHashes:
        """The three hashes; refuses where there are none, so that no reader takes a stand-in."""
        if self.known_hashes is None:
            raise Refused(WHY_NO_HASHES[self.bundle.can_be_hashed])
        return self.known_hashes

    @property
    def comparison_code(self) -> str:
        """Eight words to read aloud to cosigners."""
        return comparison_code(self.hashes.safe_tx)

    @property
    def valid_signers(self) -> tuple[Address, ...]:
        """The owners whose signatures count."""
        return tuple(s.signer for s in self.signatures if s.counts and s.signer is not None)

    @property
    def blocks(self) -> tuple[Finding, ...]:
        """The findings that forbid signing, whoever's evidence they rest on."""
        return tuple(f for f in self.findings if f.severity is Severity.BLOCK)

    @property
    def why_not_signable(self) -> str | None:
        """The sentence beside the disabled sign button, or `None` where signing is open."""
        if self.blocks:
            blocking = self.blocks[0]
            return f"Blocked: it {blocking.sentence}" if blocking.path else blocking.sentence
        if self.facts.origin is Origin.SENDER:
            return "The evidence is the sender's own; open it in a workspace to sign."
        return None

    def require_signable(self) -> None:
        """Refuse where nothing may be signed on this review."""
        if self.why_not_signable is not None:
            raise Refused(self.why_not_signable)


def examine(bundle: Bundle, local: LocalFacts | None = None, *, now: int | None = None) -> Review:
    """The review of a bundle, by our own facts where there are any.

    A review judges as of its evidence's block; signing passes `now` (Unix seconds) and judges by
    the present clock. What it approves of our own Safes is reviewed with it.
    """
    facts = facts_for(bundle, local)
    bundle = with_our_transactions(bundle, () if local is None else local.waiting)
    subject = _subject_of(bundle, facts, local, now=now)
    found = _found(subject)

    def of_approved(approved: Bundle) -> list[Finding]:
        return _found(_subject_of(approved, facts_for(approved, local), local, now=now))

    found += findings_of_approved(subject, local, found, of_approved)
    findings = sorted(dict.fromkeys(found), key=lambda f: (-f.severity, f.code, f.place))
    return Review(
        bundle=bundle,
        facts=subject.facts,
        call=subject.call,
        known_hashes=subject.hashes,
        findings=tuple(findings),
        judgements=subject.judgements,
        limits=subject.limits,
        signatures=subject.signatures,
        names={address: subject.label_of(address) for address in subject.touched},
    )


def _found(subject: Subject) -> list[Finding]:
    return [finding for check in ALL_CHECKS for finding in check(subject)]


def _subject_of(
    bundle: Bundle, facts: Facts, local: LocalFacts | None, *, now: int | None
) -> Subject:
    """The matter of a review: hashed twice, decoded, with the signatures and the judgements."""
    if now is not None:
        facts = replace(facts, evidence=aged_to(facts.evidence, now))
    hashes = agreed_hashes(bundle.safe, bundle.tx) if bundle.can_be_hashed else None
    safe_tx_hash = None if hashes is None else hashes.safe_tx
    reading = reading_for(facts, bundle.abis)
    call, inners = with_inner_transactions(
        decode_transaction(facts.safe, bundle.tx, reading),
        bundle.inner_transactions,
        facts.safe.chain_id,
        reading,
    )
    claimed = () if isinstance(bundle.signatures, Unknown) else bundle.signatures
    evidence = facts.evidence
    judged_by = replace(evidence, queue=without_approved(evidence.queue, inners))
    case = case_of(
        Matter(
            safe=facts.safe,
            tx=bundle.tx,
            call=call,
            safe_tx_hash=safe_tx_hash or b"",  # "": then every queued transaction is another
            evidence=judged_by,
            strategies=facts.strategies,
            terms=facts.terms,
            reading=reading,
            own_safes=facts.own_safes,
        )
    )
    return Subject(
        bundle=bundle,
        facts=facts,
        call=call,
        hashes=hashes,
        inners=inners,
        now=now,
        signatures=checked_signatures(
            claimed, facts.safe, safe_tx_hash, () if local is None else local.answers
        ),
        judgements=judge_case(case),
        limits=judge_limits(case),
    )


_KINDS = {
    "erc4626": "ERC-4626",
    "uniswap_v3": "Uniswap v3 position manager and router",
    "aave_v3": "Aave v3 Pool",
    "lido": "Lido",
    "talos": "Talos",
}
"""The kind of contract that a venue's contracts are (known_contracts.abis_spoken)."""


def reading_for(facts: Facts, abis: tuple[ClaimedAbi, ...] = ()) -> Reading:
    """What the decoder may rely on: described tokens, contracts of known venues, claimed ABIs."""
    known = {
        contract: _KINDS[strategy.venue]
        for strategy in facts.strategies
        if strategy.venue in _KINDS
        for contract in strategy.contracts
    }
    for token in facts.evidence.tokens:
        is_wrapped = token.address in facts.evidence.wrapped_native
        known.setdefault(token.address, "WETH9" if is_wrapped else "ERC-20")
    known[facts.safe.address] = "Safe"
    return Reading(known=known, claimed=claimed_functions(abis))
