"""Ask the chain about signatures that nobody can recover: contract signatures and approved hashes.

Every refresh asks anew, and so does every execution. What was not asked, or not answered, stays
unverifiable: it is never counted and never lost.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice, zip_longest
from typing import NamedTuple, Protocol

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.bundle import ClaimedSignature
from treasury_desktop.desk.inside_signatures import whole_signature
from treasury_desktop.review.signatures import checked_signatures
from treasury_desktop.safes.chain_answer import ON_CHAIN_ONLY, ChainAnswer, approved_by
from treasury_desktop.safes.lifecycle import FINAL
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.safes.safe import Safe
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.safes.signature import Signature

MOST_ASKED = 2_000
"""Questions of one refresh: the first of every transaction, then the second, and so on."""
MOST_OF_ONE = 200
"""Signatures of one transaction that are asked about, beside the approvals of its owners."""
MOST_CARRIED = 32 * 1024
"""Bytes of a contract signature that are asked about: a node refuses a round of longer ones."""

Answers = dict[bytes, tuple[ChainAnswer, ...]]
"""What the chain said, by safeTxHash."""


class Question(NamedTuple):
    """Whether the chain accepts a signature in the name of an owner of a Safe.

    `is_claimed` says that somebody sent it, so that a no is worth telling.
    """

    safe: Safe
    tx: SafeTx
    safe_tx_hash: bytes
    owner: Address
    signature: Signature
    is_claimed: bool


class ConfirmationReader(Protocol):
    """Asks contracts and Safes at one block."""

    def answers(self, questions: tuple[Question, ...]) -> tuple[ChainAnswer, ...]:
        """What the chain says; nothing of a question that nobody can answer."""
        ...


def ask_the_chain(
    reader: ConfirmationReader, queue: Iterable[QueuedTransaction], safes: Iterable[Safe]
) -> Answers:
    """What the chain says of every transaction of these Safes that may still run.

    Whoever approved a hash is found although nobody sent a signature.
    """
    by_address = {safe.address: safe for safe in safes}
    of_each: list[tuple[Question, ...]] = []
    for queued in sorted(queue, key=lambda one: one.tx.nonce):
        safe = by_address.get(queued.safe)
        if safe is not None and _may_run(queued, safe):
            of_each.append(questions_about(queued, safe, by_address))
    # In turns: what a stranger heaps on one transaction keeps nobody from asking about another.
    questions = [one for turn in zip_longest(*of_each) for one in turn if one is not None]
    answers: Answers = {}
    claimed = {(one.safe_tx_hash, one.signature) for one in questions if one.is_claimed}
    for answer in reader.answers(tuple(questions[:MOST_ASKED])):
        if answer.is_accepted or (answer.safe_tx_hash, answer.signature) in claimed:
            answers[answer.safe_tx_hash] = (*answers.get(answer.safe_tx_hash, ()), answer)
    return answers


def questions_about(
    queued: QueuedTransaction, safe: Safe, others: Mapping[Address, Safe]
) -> tuple[Question, ...]:
    """Every signature of it that only the chain can verify, and whether others approved it.

    Of an owner that is one of the `others` the signatures inside it are asked about as one.
    """
    if isinstance(safe.owners, Unknown):
        return ()
    signed = {one.owner for one in queued.confirmations}
    together = _together(queued, safe, others)
    sent = dict.fromkeys((*together, *islice(_sent(queued, safe), MOST_OF_ONE)))
    approvals = dict.fromkeys((owner, approved_by(owner)) for owner in safe.owners)
    return tuple(
        Question(safe, queued.tx, queued.safe_tx_hash, owner, one, (owner, one) in sent)
        for owner, one in {**approvals, **sent}
        if owner not in signed
    )


def with_answers(
    queue: Iterable[QueuedTransaction], answers: Answers
) -> tuple[QueuedTransaction, ...]:
    """The queue with what the chain said of it."""
    return tuple(with_answer(queued, answers) for queued in queue)


def with_answer(queued: QueuedTransaction, answers: Answers) -> QueuedTransaction:
    """One transaction with what the chain said of it."""
    return replace(queued, answered=answers.get(queued.safe_tx_hash, ()))


def _may_run(queued: QueuedTransaction, safe: Safe) -> bool:
    is_past = isinstance(safe.nonce, int) and queued.tx.nonce < safe.nonce
    return queued.state not in FINAL and not is_past


def _sent(queued: QueuedTransaction, safe: Safe) -> Iterator[tuple[Address, Signature]]:
    """The signatures set aside that are an owner's by the chain's word only."""
    aside = tuple(
        ClaimedSignature(signer=one.claimed_signer, data=one.data) for one in queued.quarantined
    )
    for checked in checked_signatures(aside, safe, queued.safe_tx_hash):
        signature, signer = checked.signature, checked.signer
        is_open = checked.status == "unverifiable" and checked.kind in ON_CHAIN_ONLY
        if not is_open or signature is None or signer is None:
            continue
        if len(signature.dynamic or b"") <= MOST_CARRIED:
            yield signer, _normal(signer, signature)


def _together(
    queued: QueuedTransaction, safe: Safe, others: Mapping[Address, Safe]
) -> Iterator[tuple[Address, Signature]]:
    """The contract signature of each inner Safe of which enough owners signed."""
    for address, inner in others.items():
        if safe.is_owner(address) and (whole := whole_signature(queued, safe, inner)) is not None:
            yield address, whole


def _normal(owner: Address, signature: Signature) -> Signature:
    """Without what its place in a blob adds to it: the Safe reads r's lower bytes and s's place."""
    if signature.dynamic is None:
        return approved_by(owner)
    return Signature(owner.number, 0, 0, signature.dynamic)
