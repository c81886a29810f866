"""What became of what was sent: by receipts, read anew each time, of every sending there is.

Of all transactions of one account with one account nonce a single one can be mined. So whichever of
ours was mined there ends all others at that place, and only what the Safe announced counts as run.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

from treasury_desktop.desk.confirmed_execution import known_transaction
from treasury_desktop.desk.doors import Broadcaster, IsCancelled, Receipt, Records, Sending
from treasury_desktop.desk.signed_transaction import SignedTransaction, read_signed
from treasury_desktop.errors import Malformed, Refused, TreasuryError, Unavailable
from treasury_desktop.safes.lifecycle import Event
from treasury_desktop.safes.queued import QueuedTransaction

Pause = Callable[[], None]
"""Waits a moment between two looks at the chain."""

LOOKS_FOR_RECEIPT = 120


class Fate(Enum):
    """Where a sending without a receipt is; a node that does not answer makes it unknown."""

    WAITING = "waiting"
    DROPPED = "dropped"
    REPLACED = "replaced"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingSending:
    """What is on its way for a transaction: the sending that counts, and where it is.

    `signed` is `None` where its bytes were not kept; `offered` is every sending at its place.
    """

    sending: Sending
    signed: SignedTransaction | None
    offered: tuple[SignedTransaction, ...]
    fate: Fate
    why_unknown: str = ""


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
    """The receipt that decides, if there is one, and the sendings that can still be mined.

    Any of them may be the one that was mined. Only when the place of every one was used by one of
    ours that did not run is it certain that the transaction did not run: a Safe announces whatever
    it ran, so an execution's receipt of success without its word is no evidence of anything.
    """
    sendings = records.sendings(queued.safe_tx_hash)
    ended: dict[object, Receipt] = {}
    for sending in sendings:
        receipt = broadcaster.receipt(sending.transaction_hash, queued.safe, queued.safe_tx_hash)
        if receipt is not None and receipt.execution_success is not None:
            return receipt, ()
        cancels = is_cancellation(sending)
        if receipt is not None and (receipt.status == 0 or cancels):
            ended[_place_of(sending)] = replace(receipt, is_cancellation=cancels)
    open_ = tuple(sending for sending in sendings if _place_of(sending) not in ended)
    decides = None if open_ or not ended else tuple(ended.values())[-1]
    return decides, open_


def record_receipt(queued: QueuedTransaction, receipt: Receipt, records: Records, now: int) -> None:
    """Move a sent transaction along by what its receipt says; once, whoever sees it first."""
    if receipt.execution_success is not None:
        is_run = receipt.execution_success
        event = Event.EXECUTION_SUCCEEDED if is_run else Event.EXECUTION_FAILED
        moved = records.record_if_possible(queued.safe_tx_hash, event, receipt.transaction_hash)
    else:  # the Safe's nonce is untouched: by the last sending, whichever of them was mined
        event = Event.SENDING_CANCELLED if receipt.is_cancellation else Event.NEVER_MINED
        last = records.sendings(queued.safe_tx_hash)[-1].transaction_hash
        moved = records.record_if_possible(queued.safe_tx_hash, event, last)
    if not moved:
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


def waiting_sending(open_: tuple[Sending, ...], broadcaster: Broadcaster) -> WaitingSending | None:
    """Where what has no receipt is: the newest that a node has, else the newest; `None` if none."""
    if not open_:
        return None
    fate, why = Fate.UNKNOWN, ""
    counts = open_[-1]
    try:
        known = [one for one in open_ if broadcaster.is_known(one.transaction_hash)]
        if known:
            counts, fate = known[-1], Fate.WAITING
        else:
            fate = Fate.REPLACED if are_replaced(open_, broadcaster) else Fate.DROPPED
    except TreasuryError as failure:
        fate, why = Fate.UNKNOWN, failure.sentence
    place = _place_of(counts)
    at_place = (signed_of(one) for one in open_ if _place_of(one) == place)
    return WaitingSending(
        sending=counts,
        signed=signed_of(counts),
        offered=tuple(one for one in at_place if one is not None),
        fate=fate,
        why_unknown=why,
    )


def are_replaced(open_: tuple[Sending, ...], broadcaster: Broadcaster) -> bool:
    """Whether other transactions of the account took the place of each, and no node has any.

    A place that is used while our receipt is nowhere was used by somebody else's transaction. A
    node that still has one of ours, mined or waiting, says otherwise.
    """
    signed = [signed_of(sending) for sending in open_]
    places = {one.place for one in signed if one is not None}
    if not open_ or None in signed:
        return False
    if any(broadcaster.account_nonces_used(sender) <= nonce for sender, nonce in places):
        return False
    return not any(broadcaster.is_known(one.transaction_hash) for one in open_)


def signed_of(sending: Sending) -> SignedTransaction | None:
    """What was sent, where its bytes were kept."""
    try:
        return read_signed(sending.raw_transaction)
    except Malformed:
        return None


def is_cancellation(sending: Sending) -> bool:
    """Whether it carries nothing, as far as its bytes were kept."""
    signed = signed_of(sending)
    return signed is not None and signed.is_cancellation


def _place_of(sending: Sending) -> object:
    """Account and account nonce; where nobody knows them, a place of its own."""
    signed = signed_of(sending)
    return sending.transaction_hash if signed is None else signed.place
