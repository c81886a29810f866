"""Whose facts a review uses: our own first, the sender's only where they make it stricter.

Without facts of our own a bundle's evidence is used, labelled as the sender's claim, and nothing
concluded from it may enable signing. With our own, local facts win; the bundle may only add to the
queue and tighten the terms.
"""

from dataclasses import dataclass, replace

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.unknown import UNKNOWN, Unknown
from treasury_desktop.bundle import Bundle
from treasury_desktop.safes.safe import Safe
from treasury_desktop.treasury.evidence import Evidence, Origin
from treasury_desktop.treasury.strategy import Strategy
from treasury_desktop.treasury.terms import PolicyTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalFacts:
    """What this desk knows itself; `safe` is `None` where it never read this Safe."""

    safe: Safe | None
    evidence: Evidence
    strategies: tuple[Strategy, ...]
    terms: PolicyTerms
    own_safes: frozenset[Address] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What one review goes by; `is_state_our_own` says that this desk read the Safe itself."""

    safe: Safe
    evidence: Evidence
    strategies: tuple[Strategy, ...]
    terms: PolicyTerms
    own_safes: frozenset[Address]
    origin: Origin
    is_state_our_own: bool = False


def facts_for(bundle: Bundle, local: LocalFacts | None) -> Facts:
    """The facts to review a bundle by."""
    claimed_terms = PolicyTerms() if isinstance(bundle.terms, Unknown) else bundle.terms
    if local is None:
        claimed = () if isinstance(bundle.strategies, Unknown) else bundle.strategies
        return Facts(
            safe=bundle.safe,
            evidence=bundle.evidence,
            strategies=claimed,
            terms=claimed_terms,
            own_safes=frozenset(),
            origin=Origin.SENDER,
        )
    terms = local.terms
    if not isinstance(bundle.terms, Unknown):
        terms = replace(
            local.terms.stricter_of(bundle.terms),
            # A bundle's policy says neither of these; that it leaves them out changes nothing.
            count_own_token=local.terms.count_own_token,
            judge_outsiders=local.terms.judge_outsiders,
        )
    # An entry without a hash is like no other one.
    ours = local.evidence.queue
    known_hashes = {entry.safe_tx_hash for entry in local.evidence.known_queue} - {UNKNOWN}
    extra = tuple(e for e in bundle.evidence.known_queue if e.safe_tx_hash not in known_hashes)
    return Facts(
        # The version decides the hash: the one the bundle was signed under is checked, not assumed.
        safe=bundle.safe if local.safe is None else local.safe,
        evidence=replace(local.evidence, queue=ours if ours is UNKNOWN else ours + extra),
        strategies=local.strategies,
        terms=terms,
        own_safes=local.own_safes,
        origin=Origin.BOTH if _adds_suspicion(bundle) else Origin.WORKSPACE,
        is_state_our_own=local.safe is not None,
    )


def _adds_suspicion(bundle: Bundle) -> bool:
    """Whether a bundle claims anything that a review looks at beside our own facts."""
    evidence = bundle.evidence
    claims = (
        not isinstance(bundle.terms, Unknown),
        not isinstance(bundle.service_decoded, Unknown),
        not isinstance(evidence.storage_changes, Unknown),
        not isinstance(evidence.balance_changes, Unknown),
        *(bool(some) for some in (evidence.known_queue, bundle.disagreements, bundle.abis)),
        bool(bundle.inner_transactions),
    )
    return any(claims)
