"""Execute: fresh state, everything verified anew, sent by a key that owns nothing here."""

from collections.abc import Callable
from dataclasses import replace

from treasury_desktop.assets.keccak import keccak
from treasury_desktop.bundle import write_bundle
from treasury_desktop.desk.doors import (
    Broadcaster,
    IsCancelled,
    KeyLabel,
    Receipt,
    Records,
    SafeReader,
    Signer,
)
from treasury_desktop.desk.review_transaction import bundle_of, bundle_with_our_evidence
from treasury_desktop.errors import Refused, Unavailable
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.review.review import examine
from treasury_desktop.safes.confirmation import Confirmation, packed_signatures
from treasury_desktop.safes.execution import exec_transaction_calldata
from treasury_desktop.safes.lifecycle import Event, State
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.safes.safe import Safe

Pause = Callable[[], None]
"""Waits a moment between two looks at the chain."""

LOOKS_FOR_RECEIPT = 120


def execute_transaction(
    safe_tx_hash: bytes,
    facts: LocalFacts,
    executor: KeyLabel,
    *,
    signer: Signer,
    reader: SafeReader,
    broadcaster: Broadcaster,
    records: Records,
    now: int,
) -> bytes:
    """The hash of the Ethereum transaction that was broadcast; recorded before it is sent."""
    queued = _known(records, safe_tx_hash)
    _settle_earlier_sending(queued, broadcaster, records, now)
    safe = reader.read_safe(queued.safe)
    confirmations = _enough_confirmations(queued, safe)
    if safe.is_owner(executor.address):
        raise Refused("An executor key must not be an owner's key.")
    if reader.transaction_hash_on_chain(queued.safe, queued.tx) != safe_tx_hash:
        raise Refused("The Safe itself derives another hash for this transaction.")
    fresh = replace(facts, safe=safe)
    bundle = bundle_with_our_evidence(
        safe, queued.tx, fresh, purpose=queued.purpose, strategy=queued.strategy
    )
    review = examine(bundle, fresh, now=now)
    if review.blocks:
        raise Refused(f"It must not be executed: {review.blocks[0].sentence}")
    signatures = packed_signatures(confirmations)
    calldata = exec_transaction_calldata(queued.tx, signatures)
    transaction = broadcaster.prepare_execution(
        safe.chain_id, executor.address, safe.address, calldata
    )
    raw = signer.sign_execution(executor, write_bundle(bundle), signatures, transaction)
    # On record first: if we are killed after this line, the next start looks for the receipt.
    records.note("broadcasting", {"safe_tx_hash": "0x" + safe_tx_hash.hex()}, now)
    if queued.state in (State.DRAFTED, State.COLLECTING):
        # The threshold was lowered, or owners became known, after the last confirmation came in.
        records.record_event(safe_tx_hash, Event.THRESHOLD_REACHED)
    records.record_event(safe_tx_hash, Event.BROADCAST, transaction_hash_of(raw))
    return broadcaster.broadcast(raw)


def follow_execution(
    safe_tx_hash: bytes,
    broadcaster: Broadcaster,
    records: Records,
    *,
    pause: Pause,
    is_cancelled: IsCancelled,
    now: int,
) -> Receipt:
    """The receipt of a sent transaction and its lifecycle event; unknown is not failed."""
    queued = _known(records, safe_tx_hash)
    if queued.transaction_hash is None:
        raise Refused("This transaction has not been sent.")
    for _ in range(LOOKS_FOR_RECEIPT):
        receipt = broadcaster.receipt(queued.transaction_hash, queued.safe, safe_tx_hash)
        if receipt is not None:
            record_receipt(queued, receipt, records, now)
            return receipt
        if is_cancelled():
            break
        pause()
    raise Unavailable(
        f"There is no receipt yet for 0x{queued.transaction_hash.hex()}; what became of it is "
        "unknown, and it is looked for again at the next refresh."
    )


def record_receipt(queued: QueuedTransaction, receipt: Receipt, records: Records, now: int) -> None:
    """Move a sent transaction along by what its receipt says; once, whoever sees it first."""
    if queued.state is not State.SENT:
        return
    if receipt.execution_success is True:
        event = Event.EXECUTION_SUCCEEDED
    elif receipt.execution_success is False:
        event = Event.EXECUTION_FAILED
    else:
        event = Event.NEVER_MINED  # it was mined and reverted: the Safe's nonce is untouched
    records.record_event(queued.safe_tx_hash, event, receipt.transaction_hash)
    records.note(
        "receipt",
        {
            "safe_tx_hash": "0x" + queued.safe_tx_hash.hex(),
            "transaction_hash": "0x" + receipt.transaction_hash.hex(),
            "status": str(receipt.status),
            "outcome": event.value,
        },
        now,
    )


def _settle_earlier_sending(
    queued: QueuedTransaction, broadcaster: Broadcaster, records: Records, now: int
) -> None:
    """A transaction sent before is only sent again when the chain has never heard of it.

    Sending twice is harmless even so: the Safe runs a nonce once.
    """
    if queued.state is not State.SENT or queued.transaction_hash is None:
        return
    receipt = broadcaster.receipt(queued.transaction_hash, queued.safe, queued.safe_tx_hash)
    if receipt is None:
        records.record_event(queued.safe_tx_hash, Event.NEVER_MINED)
        return
    record_receipt(queued, receipt, records, now)
    if receipt.execution_success is not None:
        raise Refused("This transaction has been executed already; nothing was sent again.")


def _known(records: Records, safe_tx_hash: bytes) -> QueuedTransaction:
    queued = records.transaction(safe_tx_hash)
    if queued is None:
        raise Refused("This transaction is not in the queue.")
    bundle_of(queued)  # the stored bundle still gives the recorded hash
    return queued


def _enough_confirmations(queued: QueuedTransaction, safe: Safe) -> tuple[Confirmation, ...]:
    """As many owners' confirmations as the threshold asks, one an owner, at the Safe's nonce."""
    if queued.tx.nonce != safe.nonce:
        raise Refused(f"Nonce {queued.tx.nonce} is not next; the Safe is at {safe.nonce}.")
    by_owner = {c.owner: c for c in queued.confirmations if safe.is_owner(c.owner)}
    if not isinstance(safe.threshold, int) or len(by_owner) < safe.threshold:
        raise Refused(f"{len(by_owner)} of {safe.threshold} confirmations are there.")
    return tuple(by_owner[owner] for owner in sorted(by_owner)[: safe.threshold])


def transaction_hash_of(raw_transaction: bytes) -> bytes:
    """The hash a signed EIP-1559 transaction will have on chain: keccak of its raw bytes."""
    return keccak(raw_transaction)
