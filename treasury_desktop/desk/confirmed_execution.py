"""What a confirmed transaction is executed with: the Safe read anew, and enough confirmations."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from treasury_desktop.bundle import Bundle
from treasury_desktop.desk.ask_the_chain import ConfirmationReader, ask_the_chain, with_answer
from treasury_desktop.desk.doors import (
    Broadcaster,
    ExecutionTransaction,
    KeyLabel,
    Records,
    SafeReader,
)
from treasury_desktop.desk.fees import AgreedCost
from treasury_desktop.desk.review_transaction import bundle_of
from treasury_desktop.desk.signer_facts import bundle_for_signer
from treasury_desktop.errors import Refused
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.review.review import examine
from treasury_desktop.safes.chain_answer import ChainAnswer
from treasury_desktop.safes.confirmation import Confirmation, packed_signatures
from treasury_desktop.safes.execution import exec_transaction_calldata
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.safes.safe import Safe


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmedExecution:
    """A queued transaction, its Safe as it is now, and what an executor would send."""

    queued: QueuedTransaction
    safe: Safe
    others: tuple[Safe, ...]
    signatures: bytes

    @property
    def calldata(self) -> bytes:
        """The execTransaction."""
        return exec_transaction_calldata(self.queued.tx, self.signatures)


def known_transaction(records: Records, safe_tx_hash: bytes) -> QueuedTransaction:
    """The queued transaction; refuses what is not there, or is kept with another hash."""
    queued = records.transaction(safe_tx_hash)
    if queued is None:
        raise Refused("This transaction is not in the queue.")
    bundle_of(queued)  # the stored bundle still gives the recorded hash
    return queued


def confirmed_execution(
    queued: QueuedTransaction,
    facts: LocalFacts,
    reader: SafeReader,
    confirmations_on_chain: ConfirmationReader | None = None,
) -> ConfirmedExecution:
    """With the Safe read anew; what only the chain can verify is asked of it once more."""
    safe = reader.read_safe(queued.safe)
    others = tuple(one for one in facts.read if one.address != safe.address)
    if confirmations_on_chain is not None:
        answers = ask_the_chain(confirmations_on_chain, (queued,), (safe, *others))
        queued = with_answer(queued, answers)
    signatures = packed_signatures(_enough_confirmations(queued, safe))
    return ConfirmedExecution(queued=queued, safe=safe, others=others, signatures=signatures)


def verified(
    ready: ConfirmedExecution,
    facts: LocalFacts,
    executor: KeyLabel,
    reader: SafeReader,
    now: int,
) -> tuple[Bundle, LocalFacts]:
    """What the signer is given, after everything was verified anew; refuses what may not run."""
    queued, safe = ready.queued, ready.safe
    _require_facts_of_now(safe, facts)
    require_no_owner((safe, *ready.others), executor)
    if reader.transaction_hash_on_chain(queued.safe, queued.tx) != queued.safe_tx_hash:
        raise Refused("The Safe itself derives another hash for this transaction.")
    fresh = replace(facts, safe=safe, others=ready.others)
    bundle = bundle_for_signer(bundle_of(queued), fresh)
    review = examine(bundle, fresh, now=now)
    if review.blocks:
        raise Refused(f"It must not be executed: {review.blocks[0].sentence}")
    return bundle, fresh


def require_still_right(
    ready: ConfirmedExecution,
    transaction: ExecutionTransaction,
    agreed: AgreedCost,
    *,
    reader: SafeReader,
    broadcaster: Broadcaster,
) -> None:
    """Refuses to send what was right before the passphrase was typed, and is not after it.

    A person takes minutes; what was signed meanwhile never leaves this program then.
    """
    if reader.read_safe(ready.safe.address) != ready.safe:
        raise Refused(
            "The Safe changed while the execution was being signed; nothing was sent. Refresh, "
            "and look at it again."
        )
    broadcaster.prepare_execution(
        transaction.chain_id,
        transaction.sender,
        transaction.to,
        transaction.data,
        agreed,
        account_nonce=transaction.account_nonce,
    )


def require_no_owner(safes: Iterable[Safe], executor: KeyLabel) -> None:
    """Refuses an owner's account: what pays for gas every day owns nothing here.

    Neither the Safe nor one that may be an owner of it.
    """
    for safe in safes:
        if safe.is_owner(executor.address):
            raise Refused(
                "An executor key must not be an owner's key; "
                f"{executor.address} is an owner of {safe.address}."
            )


def require_next(queued: QueuedTransaction, safe: Safe) -> None:
    """Refuses what is not at the Safe's nonce."""
    if queued.tx.nonce != safe.nonce:
        raise Refused(f"Nonce {queued.tx.nonce} is not next; the Safe is at {safe.nonce}.")


def _enough_confirmations(
    queued: QueuedTransaction, safe: Safe
) -> tuple[Confirmation | ChainAnswer, ...]:
    """As many owners' confirmations as the threshold asks, one an owner, at the Safe's nonce.

    Those by a key first: nothing can happen to them on the way to the Safe.
    """
    require_next(queued, safe)
    by_key = {c.owner: c for c in queued.confirmations if safe.is_owner(c.owner)}
    on_chain = tuple(one for one in queued.accepted if safe.is_owner(one.owner))
    in_order = sorted(by_key.values(), key=lambda one: one.owner)
    there: tuple[Confirmation | ChainAnswer, ...] = (*in_order, *on_chain)
    if not isinstance(safe.threshold, int) or len(there) < safe.threshold:
        raise Refused(f"{len(there)} of {safe.threshold} confirmations are there.")
    return tuple(sorted(there[: safe.threshold], key=lambda one: one.owner))


def _require_facts_of_now(safe: Safe, facts: LocalFacts) -> None:
    """Holdings read before the last execution and the nonce after it fit no treasury there was."""
    read = facts.safe_at(safe.address)
    if read is None or read.nonce != safe.nonce:
        read_at = "never" if read is None else f"at nonce {read.nonce}"
        raise Refused(
            f"The Safe is at nonce {safe.nonce}, and its treasury was read {read_at}; refresh "
            "first, so that it is judged by what is there now."
        )
