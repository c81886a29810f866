"""Execute: fresh state, everything verified anew, sent by a key that owns nothing here."""

import contextlib
from collections.abc import Callable
from dataclasses import replace

from treasury_desktop.assets.keccak import keccak
from treasury_desktop.bundle import write_bundle
from treasury_desktop.desk.ask_the_chain import ConfirmationReader
from treasury_desktop.desk.confirmed_execution import confirmed_execution, known_transaction
from treasury_desktop.desk.doors import (
    Broadcaster,
    IsCancelled,
    KeyLabel,
    Receipt,
    Records,
    SafeReader,
    Sending,
    Signer,
)
from treasury_desktop.desk.fees import AgreedCost
from treasury_desktop.desk.review_transaction import bundle_of
from treasury_desktop.desk.signer_facts import bundle_for_signer, workspace_facts
from treasury_desktop.errors import Refused, TreasuryError, Unavailable
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.review.review import examine
from treasury_desktop.safes.lifecycle import Event
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
    confirmations_on_chain: ConfirmationReader | None = None,
    agreed: AgreedCost | None = None,
) -> bytes:
    """The hash of the Ethereum transaction that was broadcast; recorded before it is sent.

    With `agreed` nothing that costs more is signed. What only the chain can verify is asked of it
    once more; without a reader none of it counts.

    What was sent before and is still on its way is sent again as it was: nothing new is signed.
    """
    queued = known_transaction(records, safe_tx_hash)
    on_its_way = _settle_earlier_sending(queued, broadcaster, records, now)
    if on_its_way is not None:
        return _sent_again(on_its_way, broadcaster)
    ready = confirmed_execution(queued, facts, reader, confirmations_on_chain)
    queued, safe = ready.queued, ready.safe
    _require_facts_of_now(safe, facts)
    if safe.is_owner(executor.address):
        raise Refused("An executor key must not be an owner's key.")
    if reader.transaction_hash_on_chain(queued.safe, queued.tx) != safe_tx_hash:
        raise Refused("The Safe itself derives another hash for this transaction.")
    fresh = replace(facts, safe=safe, others=ready.others)
    bundle = bundle_for_signer(bundle_of(queued), fresh)
    review = examine(bundle, fresh, now=now)
    if review.blocks:
        raise Refused(f"It must not be executed: {review.blocks[0].sentence}")
    transaction = broadcaster.prepare_execution(
        safe.chain_id, executor.address, safe.address, ready.calldata, agreed
    )
    raw = signer.sign_execution(
        executor,
        write_bundle(bundle),
        ready.signatures,
        transaction,
        workspace=workspace_facts(fresh),
    )
    sending = Sending(transaction_hash=transaction_hash_of(raw), raw_transaction=raw)
    _record_sending(safe_tx_hash, sending, records, now)
    try:
        return broadcaster.broadcast(raw)
    except Refused:
        # Every node refused it. Should one have lied, its receipt is looked for next time.
        records.record_if_possible(safe_tx_hash, Event.NEVER_MINED, sending.transaction_hash)
        raise


def follow_execution(
    safe_tx_hash: bytes,
    broadcaster: Broadcaster,
    records: Records,
    *,
    pause: Pause,
    is_cancelled: IsCancelled,
    now: int,
) -> Receipt:
    """The receipt of a sent transaction and its lifecycle event; unknown is not failed.

    Whatever goes wrong while looking is Unavailable: it was sent, and what became of it is open.
    """
    queued = known_transaction(records, safe_tx_hash)
    if not records.sendings(safe_tx_hash):
        raise Refused("This transaction has not been sent.")
    trouble = ""
    for _look in range(LOOKS_FOR_RECEIPT):
        try:
            receipt, _ = look_for_receipt(queued, broadcaster, records)
        except TreasuryError as failure:
            trouble = f"{failure.sentence} "
            break
        if receipt is not None:
            record_receipt(queued, receipt, records, now)
            return receipt
        if is_cancelled():
            break
        pause()
    sent = records.sendings(safe_tx_hash)[-1].transaction_hash
    raise Unavailable(
        f"{trouble}There is no receipt yet for 0x{sent.hex()}; what became of it is unknown, and "
        "it is looked for again at the next refresh."
    )


def look_for_receipt(
    queued: QueuedTransaction, broadcaster: Broadcaster, records: Records
) -> tuple[Receipt | None, tuple[Sending, ...]]:
    """The receipt that decides, if there is one, and the sendings that have none yet.

    Any of them may be the one that was mined. Only when every one was mined and reverted is it
    certain that the transaction did not run: a Safe announces whatever it ran, so a receipt of
    success without its word is no evidence of anything.
    """
    open_, reverted = [], None
    for sending in records.sendings(queued.safe_tx_hash):
        receipt = broadcaster.receipt(sending.transaction_hash, queued.safe, queued.safe_tx_hash)
        if receipt is None or (receipt.execution_success is None and receipt.status != 0):
            open_.append(sending)
        elif receipt.execution_success is not None:
            return receipt, ()
        else:
            reverted = receipt
    return (None if open_ else reverted), tuple(open_)


def record_receipt(queued: QueuedTransaction, receipt: Receipt, records: Records, now: int) -> None:
    """Move a sent transaction along by what its receipt says; once, whoever sees it first."""
    if receipt.execution_success is True:
        event = Event.EXECUTION_SUCCEEDED
    elif receipt.execution_success is False:
        event = Event.EXECUTION_FAILED
    else:
        event = Event.NEVER_MINED  # status 0: it was mined and reverted, the nonce is untouched
    if not records.record_if_possible(queued.safe_tx_hash, event, receipt.transaction_hash):
        return
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
) -> Sending | None:
    """The earlier sending that is still on its way, if any; refuses where one was executed.

    Without a receipt it may wait in some node's pool: only when the nodes have never heard of any
    of them is another one signed.
    """
    receipt, open_ = look_for_receipt(queued, broadcaster, records)
    if receipt is not None:
        record_receipt(queued, receipt, records, now)
        if receipt.execution_success is not None:
            raise Refused("This transaction has been executed already; nothing was sent again.")
    for sending in reversed(open_):
        if broadcaster.is_known(sending.transaction_hash):
            return sending
    return None


def _sent_again(sending: Sending, broadcaster: Broadcaster) -> bytes:
    """The same bytes once more, to every node; one has them, so nobody's refusal matters."""
    if sending.raw_transaction:
        with contextlib.suppress(Refused, Unavailable):
            broadcaster.broadcast(sending.raw_transaction)
    return sending.transaction_hash


def _record_sending(safe_tx_hash: bytes, sending: Sending, records: Records, now: int) -> None:
    """On record first: if we are killed after this, the next start looks for the receipt."""
    # The threshold was lowered, or owners became known, after the last confirmation came in.
    records.record_if_possible(safe_tx_hash, Event.THRESHOLD_REACHED)
    records.record_sending(safe_tx_hash, sending)
    about = {
        "safe_tx_hash": "0x" + safe_tx_hash.hex(),
        "transaction_hash": "0x" + sending.transaction_hash.hex(),
    }
    records.note("broadcasting", about, now)


def _require_facts_of_now(safe: Safe, facts: LocalFacts) -> None:
    """Holdings read before the last execution and the nonce after it fit no treasury there was."""
    read = facts.safe_at(safe.address)
    if read is None or read.nonce != safe.nonce:
        read_at = "never" if read is None else f"at nonce {read.nonce}"
        raise Refused(
            f"The Safe is at nonce {safe.nonce}, and its treasury was read {read_at}; refresh "
            "first, so that it is judged by what is there now."
        )


def transaction_hash_of(raw_transaction: bytes) -> bytes:
    """The hash a signed EIP-1559 transaction will have on chain: keccak of its raw bytes."""
    return keccak(raw_transaction)
