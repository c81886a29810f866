"""Whose facts a review uses: our own first, the sender's only where they make it stricter.

Without facts of our own a bundle's evidence is used, labelled as the sender's claim, and nothing
concluded from it may enable signing. With our own, local facts win; the bundle may only add to the
queue, tighten the terms, and say what is suspicious about what we know nothing of.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.unknown import UNKNOWN, Unknown
from treasury_desktop.bundle import Bundle, InnerTransaction
from treasury_desktop.safes.chain_answer import ChainAnswer
from treasury_desktop.safes.safe import Safe
from treasury_desktop.treasury.evidence import DescribedContract, Evidence, Origin, QueueEntry
from treasury_desktop.treasury.strategy import Strategy
from treasury_desktop.treasury.terms import PolicyTerms

NO_CLAIMS = Evidence()


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalFacts:
    """What this desk knows itself; `safe` is `None` where it never read this Safe.

    `others` are the treasury's other Safes as they were read; `answers` what the chain said of
    signatures that only it can verify; `waiting` the transactions of our own Safes that may
    be approved.
    """

    safe: Safe | None
    evidence: Evidence
    strategies: tuple[Strategy, ...]
    terms: PolicyTerms
    own_safes: frozenset[Address] = frozenset()
    others: tuple[Safe, ...] = ()
    answers: tuple[ChainAnswer, ...] = ()
    waiting: tuple[InnerTransaction, ...] = ()

    @property
    def read(self) -> tuple[Safe, ...]:
        """Every Safe that this desk read."""
        return tuple(safe for safe in (self.safe, *self.others) if safe is not None)

    def safe_at(self, address: Address) -> Safe | None:
        """The Safe of that address as this desk read it, or `None`."""
        return next((safe for safe in self.read if safe.address == address), None)

    def is_of_another_treasury(self, address: Address) -> bool:
        """Whether a Safe is none of those whose facts these are."""
        ours = self.own_safes if self.safe is None else self.own_safes | {self.safe.address}
        return bool(ours) and address not in ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What one review goes by; `is_state_our_own` says that this desk read the Safe itself.

    `claims` is what the sender says of tokens, contracts and addresses that our own facts are
    silent about: it makes nothing trusted or listed, names nothing and is only ever suspected.
    """

    safe: Safe
    evidence: Evidence
    strategies: tuple[Strategy, ...]
    terms: PolicyTerms
    own_safes: frozenset[Address]
    origin: Origin
    is_state_our_own: bool = False
    is_of_another_treasury: bool = False
    claims: Evidence = NO_CLAIMS


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
            # A bundle's policy says none of these; that it leaves them out changes nothing.
            count_own_token=local.terms.count_own_token,
            judge_outsiders=local.terms.judge_outsiders,
        )
    read = local.safe_at(bundle.safe.address)
    is_of_another = local.is_of_another_treasury(bundle.safe.address)
    return Facts(
        # The version decides the hash: the one the bundle was signed under is checked, not assumed.
        safe=read or (_without_state(bundle.safe) if is_of_another else bundle.safe),
        evidence=_with_suspicion(local.evidence, bundle),
        strategies=local.strategies,
        terms=terms,
        own_safes=local.own_safes,
        origin=Origin.BOTH if _adds_suspicion(bundle) else Origin.WORKSPACE,
        is_state_our_own=read is not None,
        is_of_another_treasury=is_of_another,
        claims=_claims(local, bundle),
    )


def _without_state(safe: Safe) -> Safe:
    """A Safe of whose state nobody here says anything."""
    return Safe(chain_id=safe.chain_id, address=safe.address, version=safe.version)


def _with_suspicion(ours: Evidence, bundle: Bundle) -> Evidence:
    """Our evidence with the queue and the simulation that a sender claims beside it."""
    queue, changes = ours.queue, ours.balance_changes
    if not isinstance(queue, Unknown):
        queue += tuple(_unknown_entries(queue, bundle))
    if isinstance(changes, Unknown):
        changes = bundle.evidence.balance_changes
    return replace(ours, queue=queue, balance_changes=changes)


def _unknown_entries(ours: tuple[QueueEntry, ...], bundle: Bundle) -> Iterator[QueueEntry]:
    """What a sender says is queued and we have not: told by bytes, and by a hash without them.

    An entry of neither is like no other one.
    """
    entries, whose = frozenset(ours), bundle.safe.address
    known_bytes = {(e.safe_or(whose), e.tx) for e in ours if not isinstance(e.tx, Unknown)}
    known_hashes = {entry.safe_tx_hash for entry in ours} - {UNKNOWN}
    for entry in bundle.evidence.known_queue:
        is_known = (
            entry.safe_tx_hash in known_hashes
            if isinstance(entry.tx, Unknown)
            else (entry.safe_or(whose), entry.tx) in known_bytes
        )
        if not is_known and entry not in entries:
            yield entry


def _claims(local: LocalFacts, bundle: Bundle) -> Evidence:
    """What only the sender describes; an address it calls known here too is known elsewhere."""
    ours, theirs, chain_id = local.evidence, bundle.evidence, bundle.safe.chain_id
    return Evidence(
        tokens=tuple(
            token._replace(listed=False)
            for token in theirs.tokens
            if ours.token_at(token.address) is None
        ),
        contracts=tuple(
            contract._replace(trusted=False)
            for contract in theirs.contracts
            if _adds_to(ours.contract_at(contract.address), contract)
        ),
        address_book=tuple(
            entry
            for entry in theirs.address_book
            if entry.chain_id != chain_id and theirs.payee_at(entry.address, chain_id) is None
        ),
    )


def _adds_to(known: DescribedContract | None, claimed: DescribedContract) -> bool:
    """Whether a claim tells of a contract we know nothing of, or of code we never looked at."""
    is_code_seen = known is not None and not isinstance(known.code_size, Unknown)
    return known is None or not (is_code_seen or isinstance(claimed.code_size, Unknown))


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
