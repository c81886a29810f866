"""An Ethereum transaction to sign, as members of a job; quantities are decimal text."""

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.strict_json import JsonSource, JsonValue
from treasury_desktop.desk.doors import ExecutionTransaction
from treasury_desktop.errors import Malformed
from treasury_desktop.keys.job_fields import base64_text, bytes_of, quantity_of, text_of


def execution_table(transaction: ExecutionTransaction) -> dict[str, JsonSource]:
    """The transaction as JSON members."""
    return {
        "chain_id": str(transaction.chain_id),
        "sender": str(transaction.sender),
        "account_nonce": str(transaction.account_nonce),
        "to": str(transaction.to),
        "data": base64_text(transaction.data),
        "gas": str(transaction.gas),
        "max_fee_per_gas": str(transaction.max_fee_per_gas),
        "max_priority_fee_per_gas": str(transaction.max_priority_fee_per_gas),
    }


def read_execution_table(table: JsonValue) -> ExecutionTransaction:
    """The transaction that JSON members describe."""
    if not isinstance(table, dict):
        raise Malformed("job.transaction", "is an object")
    return ExecutionTransaction(
        chain_id=quantity_of(table, "chain_id"),
        sender=Address.parse(text_of(table, "sender"), "job.sender"),
        account_nonce=quantity_of(table, "account_nonce"),
        to=Address.parse(text_of(table, "to"), "job.to"),
        data=bytes_of(table, "data"),
        gas=quantity_of(table, "gas"),
        max_fee_per_gas=quantity_of(table, "max_fee_per_gas"),
        max_priority_fee_per_gas=quantity_of(table, "max_priority_fee_per_gas"),
    )
