"""Estimate: what executing would cost now, before anybody is asked for a passphrase."""

from treasury_desktop.desk.ask_the_chain import ConfirmationReader
from treasury_desktop.desk.confirmed_execution import (
    confirmed_execution,
    known_transaction,
    require_no_owner,
)
from treasury_desktop.desk.doors import Broadcaster, KeyLabel, Records, SafeReader
from treasury_desktop.desk.fees import CostEstimate
from treasury_desktop.review.facts import LocalFacts


def estimate_cost(
    safe_tx_hash: bytes,
    facts: LocalFacts,
    executor: KeyLabel,
    *,
    reader: SafeReader,
    broadcaster: Broadcaster,
    records: Records,
    now: int,
    confirmations_on_chain: ConfirmationReader | None = None,
) -> CostEstimate:
    """The cost of the very calldata that would be sent; refuses what the Safe would refuse."""
    queued = known_transaction(records, safe_tx_hash)
    ready = confirmed_execution(queued, facts, reader, confirmations_on_chain)
    require_no_owner((ready.safe, *ready.others), executor)
    return broadcaster.estimate_execution(
        ready.safe.chain_id, executor.address, ready.safe.address, ready.calldata, now
    )
