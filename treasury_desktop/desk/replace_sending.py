"""Speed up or cancel: another transaction for the same account nonce, with higher fees.

A speed-up carries the very calldata that waits, after everything was verified anew. A cancellation
carries nothing, from the executor to itself; it needs no judgement, because nothing runs.
"""

from dataclasses import replace

from treasury_desktop.bundle import write_bundle
from treasury_desktop.desk.confirmed_execution import (
    ConfirmedExecution,
    known_transaction,
    require_next,
    require_still_right,
    verified,
)
from treasury_desktop.desk.doors import (
    Broadcaster,
    KeyLabel,
    Records,
    SafeReader,
    Sending,
    Signer,
)
from treasury_desktop.desk.execute_transaction import record_sending, transaction_hash_of
from treasury_desktop.desk.fees import AgreedCost, CostEstimate, Fees, raised, require_raised
from treasury_desktop.desk.follow_sendings import (
    WaitingSending,
    look_for_receipt,
    record_receipt,
    waiting_sending,
)
from treasury_desktop.desk.signed_transaction import SignedTransaction
from treasury_desktop.desk.signer_facts import workspace_facts
from treasury_desktop.errors import Refused
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.safes.execution import signatures_in
from treasury_desktop.safes.queued import QueuedTransaction


def what_waits(
    safe_tx_hash: bytes, broadcaster: Broadcaster, records: Records, *, now: int
) -> WaitingSending | None:
    """What is on its way for a transaction; `None` where a receipt settled it, which is kept."""
    queued = known_transaction(records, safe_tx_hash)
    receipt, open_ = look_for_receipt(queued, broadcaster, records)
    if receipt is not None:
        record_receipt(queued, receipt, records, now)
        return None
    return waiting_sending(open_, broadcaster)


def estimate_speed_up(
    safe_tx_hash: bytes, broadcaster: Broadcaster, records: Records, *, now: int
) -> CostEstimate:
    """What the same execution would cost with fees that replace it."""
    queued, waiting, signed = _replaceable(safe_tx_hash, broadcaster, records, now)
    _signatures_sent(queued, signed)
    estimate = broadcaster.estimate_execution(
        signed.chain_id, signed.sender, queued.safe, signed.data, now
    )
    return _replacing(estimate, waiting, at_least_gas=signed.gas)


def estimate_cancellation(
    safe_tx_hash: bytes, broadcaster: Broadcaster, records: Records, *, now: int
) -> CostEstimate:
    """What taking its place with nothing would cost."""
    _queued, waiting, signed = _replaceable(safe_tx_hash, broadcaster, records, now)
    return _replacing(broadcaster.estimate_cancellation(signed.sender, now), waiting)


def speed_up(
    safe_tx_hash: bytes,
    facts: LocalFacts,
    executor: KeyLabel,
    agreed: AgreedCost,
    *,
    signer: Signer,
    reader: SafeReader,
    broadcaster: Broadcaster,
    records: Records,
    now: int,
) -> bytes:
    """The hash of the replacement that was broadcast; recorded before it is sent."""
    queued, waiting, signed = _replaceable(safe_tx_hash, broadcaster, records, now)
    _require_sender(executor, signed)
    signatures = _signatures_sent(queued, signed)
    require_raised(agreed.fees, _least(waiting))
    safe = reader.read_safe(queued.safe)
    require_next(queued, safe)
    others = tuple(one for one in facts.read if one.address != safe.address)
    ready = ConfirmedExecution(queued=queued, safe=safe, others=others, signatures=signatures)
    bundle, fresh = verified(ready, facts, executor, reader, now)
    transaction = broadcaster.prepare_execution(
        safe.chain_id,
        executor.address,
        safe.address,
        ready.calldata,
        agreed,
        account_nonce=signed.account_nonce,
    )
    raw = signer.sign_execution(
        executor,
        write_bundle(bundle),
        signatures,
        transaction,
        workspace=workspace_facts(fresh),
        replaces=waiting.sending.raw_transaction,
    )
    require_still_right(ready, transaction, agreed, reader=reader, broadcaster=broadcaster)
    sending = Sending(transaction_hash=transaction_hash_of(raw), raw_transaction=raw)
    record_sending(safe_tx_hash, sending, records, now, "speeding up")
    return broadcaster.broadcast(raw)  # where every node refuses it, the other one still waits


def cancel_sending(
    safe_tx_hash: bytes,
    executor: KeyLabel,
    agreed: AgreedCost,
    *,
    signer: Signer,
    broadcaster: Broadcaster,
    records: Records,
    now: int,
) -> bytes:
    """The hash of the cancellation that was broadcast; recorded before it is sent."""
    _queued, waiting, signed = _replaceable(safe_tx_hash, broadcaster, records, now)
    _require_sender(executor, signed)
    require_raised(agreed.fees, _least(waiting))
    transaction = broadcaster.prepare_cancellation(signed.sender, signed.account_nonce, agreed)
    raw = signer.sign_cancellation(executor, transaction, waiting.sending.raw_transaction)
    sending = Sending(transaction_hash=transaction_hash_of(raw), raw_transaction=raw)
    record_sending(safe_tx_hash, sending, records, now, "cancelling")
    return broadcaster.broadcast(raw)  # as above


def _replaceable(
    safe_tx_hash: bytes, broadcaster: Broadcaster, records: Records, now: int
) -> tuple[QueuedTransaction, WaitingSending, SignedTransaction]:
    """The transaction and what waits for it; refuses where there is nothing to replace."""
    waiting = what_waits(safe_tx_hash, broadcaster, records, now=now)
    if waiting is None:
        raise Refused("Nothing waits any more: look at what became of it.")
    if waiting.signed is None:
        raise Refused(
            "An older version of this program sent it and did not keep its bytes; it cannot be "
            "replaced from here."
        )
    return known_transaction(records, safe_tx_hash), waiting, waiting.signed


def _require_sender(executor: KeyLabel, signed: SignedTransaction) -> None:
    if executor.address != signed.sender:
        raise Refused(
            f"{signed.sender} sent it, and only that account can replace it; "
            f"{executor.label} is {executor.address}."
        )


def _signatures_sent(queued: QueuedTransaction, signed: SignedTransaction) -> bytes:
    """The owners' signatures in what waits; refuses what is not its execution."""
    if signed.is_cancellation:
        raise Refused("Its cancellation is on its way; cancel with higher fees, or wait.")
    found = signatures_in(signed.data, queued.tx) if signed.to == queued.safe else None
    if found is None:
        raise Refused("What waits is not the execution of this transaction.")
    return found


def _least(waiting: WaitingSending) -> Fees:
    """An eighth above the highest of everything that was offered for the place."""
    fees = [each.fees for each in waiting.offered]
    return raised(
        Fees(
            max_fee_per_gas=max(each.max_fee_per_gas for each in fees),
            max_priority_fee_per_gas=max(each.max_priority_fee_per_gas for each in fees),
        )
    )


def _replacing(
    estimate: CostEstimate, waiting: WaitingSending, *, at_least_gas: int = 0
) -> CostEstimate:
    return replace(
        estimate,
        gas_limit=max(estimate.gas_limit, at_least_gas),
        least=_least(waiting),
    )
