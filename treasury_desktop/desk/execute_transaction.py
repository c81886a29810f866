"""Execute: fresh state, everything verified anew, sent by a key that owns nothing here."""

import contextlib

from treasury_desktop.assets.keccak import keccak
from treasury_desktop.bundle import write_bundle
from treasury_desktop.desk.account_place import at_its_place
from treasury_desktop.desk.ask_the_chain import ConfirmationReader
from treasury_desktop.desk.confirmed_execution import (
    confirmed_execution,
    known_transaction,
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
from treasury_desktop.desk.fees import AgreedCost
from treasury_desktop.desk.follow_sendings import look_for_receipt, record_receipt
from treasury_desktop.desk.signer_facts import workspace_facts
from treasury_desktop.errors import Refused, Unavailable
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.safes.lifecycle import Event
from treasury_desktop.safes.queued import QueuedTransaction


def execute_transaction(
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
    confirmations_on_chain: ConfirmationReader | None = None,
) -> bytes:
    """The hash of the Ethereum transaction that was broadcast; recorded before it is sent.

    Nothing is signed that costs more than what was agreed. What only the chain can verify is asked
    of it once more; without a reader none of it counts.

    What was sent before and is still on its way is sent again as it was: nothing new is signed.
    What no node has heard of is signed anew, for the same place of the account.
    """
    queued = known_transaction(records, safe_tx_hash)
    on_its_way, earlier = _settle_earlier_sendings(queued, broadcaster, records, now)
    if on_its_way is not None:
        return _sent_again(on_its_way, broadcaster)
    ready = confirmed_execution(queued, facts, reader, confirmations_on_chain)
    safe = ready.safe
    bundle, fresh = verified(ready, facts, executor, reader, now)
    transaction = broadcaster.prepare_execution(
        safe.chain_id, executor.address, safe.address, ready.calldata, agreed
    )
    transaction = at_its_place(
        transaction,
        queued,
        earlier,
        safes=facts.own_safes,
        broadcaster=broadcaster,
        records=records,
    )
    raw = signer.sign_execution(
        executor,
        write_bundle(bundle),
        ready.signatures,
        transaction,
        workspace=workspace_facts(fresh),
    )
    require_still_right(ready, transaction, agreed, reader=reader, broadcaster=broadcaster)
    sending = Sending(transaction_hash=transaction_hash_of(raw), raw_transaction=raw)
    record_sending(safe_tx_hash, sending, records, now)
    try:
        return broadcaster.broadcast(raw)
    except Refused:
        # Every node refused it. Should one have lied, its receipt is looked for next time.
        records.record_if_possible(safe_tx_hash, Event.NEVER_MINED, sending.transaction_hash)
        raise


def _settle_earlier_sendings(
    queued: QueuedTransaction, broadcaster: Broadcaster, records: Records, now: int
) -> tuple[Sending | None, tuple[Sending, ...]]:
    """The earlier sending that is still on its way, if any, and all that could still be mined.

    Refuses where one was executed. Without a receipt it may wait in some node's pool: only when the
    nodes have never heard of any of them is another one signed.
    """
    receipt, open_ = look_for_receipt(queued, broadcaster, records)
    if receipt is not None:
        record_receipt(queued, receipt, records, now)
        if receipt.execution_success is not None:
            raise Refused("This transaction has been executed already; nothing was sent again.")
    for sending in reversed(open_):
        if broadcaster.is_known(sending.transaction_hash):
            return sending, open_
    return None, open_


def _sent_again(sending: Sending, broadcaster: Broadcaster) -> bytes:
    """The same bytes once more, to every node; one has them, so nobody's refusal matters."""
    if sending.raw_transaction:
        with contextlib.suppress(Refused, Unavailable):
            broadcaster.broadcast(sending.raw_transaction)
    return sending.transaction_hash


def record_sending(
    safe_tx_hash: bytes,
    sending: Sending,
    records: Records,
    now: int,
    kind: str = "broadcasting",
) -> None:
    """On record first: if we are killed after this, the next start looks for the receipt."""
    # The threshold was lowered, or owners became known, after the last confirmation came in.
    records.record_if_possible(safe_tx_hash, Event.THRESHOLD_REACHED)
    records.record_sending(safe_tx_hash, sending)
    about = {
        "safe_tx_hash": "0x" + safe_tx_hash.hex(),
        "transaction_hash": "0x" + sending.transaction_hash.hex(),
    }
    records.note(kind, about, now)


def transaction_hash_of(raw_transaction: bytes) -> bytes:
    """The hash a signed EIP-1559 transaction will have on chain: keccak of its raw bytes."""
    return keccak(raw_transaction)
