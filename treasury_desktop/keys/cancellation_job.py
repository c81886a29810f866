"""The job of cancelling a sending, and what the signer holds every replacement to.

An executor's key signs two shapes only: an execTransaction that this process rebuilt itself, and
nothing at all, from the executor to itself, in the place of one that it signed before.
"""

from dataclasses import dataclass
from typing import ClassVar

from treasury_desktop.assets.strict_json import JsonSource
from treasury_desktop.desk.doors import ExecutionTransaction
from treasury_desktop.desk.fees import Fees, raised, require_bounded, require_raised
from treasury_desktop.desk.signed_transaction import SignedTransaction, read_signed
from treasury_desktop.errors import Refused
from treasury_desktop.keys.encrypted_key import EXECUTOR, EncryptedKey, parse_encrypted_key
from treasury_desktop.keys.execution_fields import execution_table, read_execution_table
from treasury_desktop.keys.job_fields import Fields, base64_text, bytes_of, text_of
from treasury_desktop.safes.execution import EXEC_TRANSACTION_SELECTOR

MOST_GAS = 100_000_000
"""Above what any chain lets one transaction use."""
MOST_GAS_TO_CANCEL = 1_000_000
"""An empty transfer takes 21,000; some chains count what it costs to publish it as gas too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignCancellation:
    """Sign an empty transfer to itself in the place of `replaces`, which this key signed."""

    name: ClassVar[str] = "sign_cancellation"
    takes: ClassVar[tuple[int, ...]] = (1,)
    answers: ClassVar[frozenset[str]] = frozenset({"raw_transaction"})
    members: ClassVar[str] = "key transaction replaces"
    key: EncryptedKey
    transaction: ExecutionTransaction
    replaces: bytes

    @property
    def fields(self) -> dict[str, JsonSource]:
        """The job as JSON members."""
        return {
            "key": self.key.text,
            "transaction": execution_table(self.transaction),
            "replaces": base64_text(self.replaces),
        }

    @classmethod
    def parse(cls, fields: Fields) -> "SignCancellation":
        """The job that JSON members describe."""
        return cls(
            key=parse_encrypted_key(text_of(fields, "key")),
            transaction=read_execution_table(fields["transaction"]),
            replaces=bytes_of(fields, "replaces"),
        )


def check_cancellation(job: SignCancellation) -> None:
    """Refuses everything but an empty transfer in the place of what the key itself sent."""
    key, transaction = job.key, job.transaction
    if key.role != EXECUTOR:
        raise Refused(f"{key.label} is an owner's key; an owner's key never pays for anything.")
    if transaction.sender != key.address:
        raise Refused(f"The cancellation is of {transaction.sender}, not of {key.address}.")
    if transaction.to != key.address or transaction.data:
        raise Refused("A cancellation carries nothing, from the executor to itself.")
    if transaction.gas > MOST_GAS_TO_CANCEL:
        raise Refused(f"{transaction.gas:,} gas are more than an empty transfer ever takes.")
    check_fees(transaction)
    before = check_replacement(job.replaces, transaction)
    is_execution = before.data[:4] == EXEC_TRANSACTION_SELECTOR and not before.value
    if not is_execution and not before.is_cancellation:
        raise Refused("What it would cancel is no execution of a Safe transaction.")


def check_replacement(replaces: bytes, transaction: ExecutionTransaction) -> SignedTransaction:
    """What is replaced; refuses where that is not of the same account, nonce and chain."""
    before = read_signed(replaces)
    if before.sender != transaction.sender:
        raise Refused(f"{before.sender} sent what would be replaced, not {transaction.sender}.")
    if before.chain_id != transaction.chain_id:
        raise Refused(
            f"What would be replaced is on chain {before.chain_id}, not {transaction.chain_id}."
        )
    if before.account_nonce != transaction.account_nonce:
        raise Refused(
            f"What would be replaced has account nonce {before.account_nonce}, not "
            f"{transaction.account_nonce}."
        )
    require_raised(fees_of(transaction), raised(before.fees))
    return before


def check_fees(transaction: ExecutionTransaction) -> None:
    """Whoever asks for a signature cannot have the executor drained by its fees."""
    if transaction.max_priority_fee_per_gas > transaction.max_fee_per_gas:
        raise Refused("The priority fee is larger than the whole fee allowed for.")
    if transaction.gas > MOST_GAS:
        raise Refused(f"{transaction.gas:,} gas are more than any chain lets a transaction use.")
    require_bounded(fees_of(transaction))


def fees_of(transaction: ExecutionTransaction) -> Fees:
    """Its fees."""
    return Fees(
        max_fee_per_gas=transaction.max_fee_per_gas,
        max_priority_fee_per_gas=transaction.max_priority_fee_per_gas,
    )
