"""Which account nonce an execution takes, where this desk sent from the account before.

A node names the next one; it may lie, or answer from a pool that has not heard of what waits. So
nothing is signed for a place at which something else of ours waits. What is signed anew because
nobody has the first takes the first's place: of both, only one can ever be mined and paid.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from treasury_desktop.assets.address import Address
from treasury_desktop.desk.doors import Broadcaster, ExecutionTransaction, Records, Sending
from treasury_desktop.desk.follow_sendings import is_cancellation, signed_of
from treasury_desktop.errors import Refused
from treasury_desktop.safes.lifecycle import State
from treasury_desktop.safes.queued import QueuedTransaction


def at_its_place(
    prepared: ExecutionTransaction,
    queued: QueuedTransaction,
    earlier: Iterable[Sending],
    *,
    safes: Iterable[Address],
    broadcaster: Broadcaster,
    records: Records,
) -> ExecutionTransaction:
    """What was prepared, at the account nonce that collides with nothing.

    `earlier` was sent for the same Safe transaction, and no node has any of it. Refused where the
    place, or the Safe's own nonce, waits for what this desk sent from the account before.
    """
    others = tuple(_sent_for_others(queued, safes, records))
    first, at = _open_place(prepared, earlier, broadcaster), prepared
    if first is not None:
        there = replace(prepared, account_nonce=first)
        at = prepared if _first_at(others, there, broadcaster) else there
    taken = _first_at(others, at, broadcaster)
    if taken is not None:
        raise Refused(
            f"Account nonce {at.account_nonce} of {at.sender} is taken by what was sent for the "
            f"transaction with nonce {taken.tx.nonce} of {taken.safe}; the nodes do not count it "
            "yet. Try again when it is mined, or cancel it first."
        )
    _refuse_behind_a_rival(at, queued, others, broadcaster)
    return at


def _sent_for_others(
    queued: QueuedTransaction, safes: Iterable[Address], records: Records
) -> Iterator[tuple[QueuedTransaction, Sending]]:
    """What may still wait; of what ran, and is years of history, the place is used."""
    for safe in sorted({queued.safe, *safes}):
        for other in records.transactions(safe):
            has_run = other.state in (State.EXECUTED, State.FAILED)
            if other.safe_tx_hash != queued.safe_tx_hash and not has_run:
                yield from ((other, sending) for sending in records.sendings(other.safe_tx_hash))


def _first_at(
    others: Iterable[tuple[QueuedTransaction, Sending]],
    transaction: ExecutionTransaction,
    broadcaster: Broadcaster,
) -> QueuedTransaction | None:
    """What a node has at this very place, mined or waiting."""
    for other, sending in others:
        at = _nonce_of(sending, transaction)
        if at == transaction.account_nonce and broadcaster.is_known(sending.transaction_hash):
            return other
    return None


def _refuse_behind_a_rival(
    transaction: ExecutionTransaction,
    queued: QueuedTransaction,
    others: Iterable[tuple[QueuedTransaction, Sending]],
    broadcaster: Broadcaster,
) -> None:
    """Refuses what would surely fail: a rival at an earlier place of the account runs first."""
    for other, sending in others:
        at = None if is_cancellation(sending) else _nonce_of(sending, transaction)
        is_rival = (other.safe, other.tx.nonce) == (queued.safe, queued.tx.nonce)
        if (
            is_rival
            and at is not None
            and at < transaction.account_nonce
            and broadcaster.account_nonces_used(transaction.sender) <= at
            and broadcaster.is_known(sending.transaction_hash)
        ):
            raise Refused(
                f"Another transaction with nonce {queued.tx.nonce} is on its way from the same "
                "account and would run first; cancel it before."
            )


def _open_place(
    prepared: ExecutionTransaction, earlier: Iterable[Sending], broadcaster: Broadcaster
) -> int | None:
    """The account nonce of what was sent first, where it comes before and is not used."""
    nonces = [_nonce_of(sending, prepared) for sending in earlier]
    before = [each for each in nonces if each is not None and each < prepared.account_nonce]
    used = broadcaster.account_nonces_used(prepared.sender) if before else 0
    return min((each for each in before if each >= used), default=None)


def _nonce_of(sending: Sending, transaction: ExecutionTransaction) -> int | None:
    """The account nonce at which it was sent from the same account, on the same chain."""
    signed = signed_of(sending)
    if signed is None:
        return None
    is_same = (signed.sender, signed.chain_id) == (transaction.sender, transaction.chain_id)
    return signed.account_nonce if is_same else None
