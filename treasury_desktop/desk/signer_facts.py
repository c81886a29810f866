"""What the signer process is given: the reviewed bundle with what the desk judged it by.

The signer knows nothing of a workspace. It judges again by the facts in the bundle it is handed,
so these have to be the very ones the desk judged by: our own, and beside them what the sender
claimed that makes the judgement stricter.
"""

from dataclasses import replace

from treasury_desktop.bundle import Bundle
from treasury_desktop.desk.doors import WorkspaceFacts
from treasury_desktop.review.approved_transactions import with_our_transactions
from treasury_desktop.review.facts import LocalFacts, facts_for
from treasury_desktop.safes.hashes import safe_tx_hashes


def bundle_for_signer(reviewed: Bundle, facts: LocalFacts) -> Bundle:
    """The bundle that was reviewed, with our own facts in place of the sender's.

    The sender's queue and stricter terms stay, and what it alone describes, which is told from ours
    by being neither listed nor trusted; signatures are verified elsewhere.
    """
    judged_by = facts_for(reviewed, facts)
    reviewed = with_our_transactions(reviewed, facts.waiting)
    own_hash = safe_tx_hashes(judged_by.safe, reviewed.tx).safe_tx
    ours, claims = judged_by.evidence, judged_by.claims
    whose = judged_by.safe.address
    queue = tuple(
        entry
        for entry in ours.known_queue
        if not entry.is_transaction(whose, reviewed.tx, own_hash)
    )
    return replace(
        reviewed,
        safe=judged_by.safe,
        claimed_hash=own_hash,
        signatures=(),
        terms=judged_by.terms,
        strategies=judged_by.strategies,
        evidence=replace(
            ours,
            queue=queue,
            tokens=ours.tokens + claims.tokens,
            contracts=ours.contracts + claims.contracts,
            address_book=ours.address_book + claims.address_book,
        ),
    )


def workspace_facts(facts: LocalFacts) -> WorkspaceFacts:
    """What else the judgement went by, which no bundle can say."""
    return WorkspaceFacts(
        own_safes=facts.own_safes,
        strategies=facts.strategies,
        positions=facts.evidence.positions,
        count_own_token=facts.terms.count_own_token,
        judge_outsiders=facts.terms.judge_outsiders,
        safes=facts.read,
        further=facts.terms.further,
        stablecoins=facts.evidence.stablecoins,
        deployed=facts.evidence.deployed,
        denied=facts.evidence.denied,
    )
