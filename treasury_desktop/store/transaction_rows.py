"""Rows of the transaction tables as core values, and back; damaged rows are refused whole."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.desk.doors import Sending
from treasury_desktop.errors import Malformed, Refused
from treasury_desktop.safes.confirmation import Confirmation
from treasury_desktop.safes.lifecycle import State
from treasury_desktop.safes.queued import QuarantinedSignature, QueuedTransaction
from treasury_desktop.safes.safe_tx import Operation, SafeTx
from treasury_desktop.safes.signature import parse_signature

COLUMNS = (
    "safe_tx_hash",
    "chain_id",
    "safe",
    "to_address",
    "value",
    "data",
    "operation",
    "safe_tx_gas",
    "base_gas",
    "gas_price",
    "gas_token",
    "refund_receiver",
    "nonce",
    "purpose",
    "strategy",
    "drafted_here",
    "created_at",
    "state",
    "bundle",
    "transaction_hash",
)
_SUBJECT = slice(0, COLUMNS.index("nonce") + 1)

Row = Sequence[object]
T = TypeVar("T")


def row_of(queued: QueuedTransaction) -> tuple[object, ...]:
    """The row of a transaction, in the order of COLUMNS."""
    tx = queued.tx
    return (
        queued.safe_tx_hash,
        str(queued.chain_id),
        queued.safe.raw,
        tx.to.raw,
        str(tx.value),
        tx.data,
        int(tx.operation),
        str(tx.safe_tx_gas),
        str(tx.base_gas),
        str(tx.gas_price),
        tx.gas_token.raw,
        tx.refund_receiver.raw,
        str(tx.nonce),
        queued.purpose,
        queued.strategy,
        int(queued.drafted_here),
        queued.created_at,
        queued.state.value,
        queued.bundle,
        queued.transaction_hash,
    )


def subject_of(row: Row) -> tuple[object, ...]:
    """The part of a row that is signed: chain, Safe and every field of SafeTx."""
    return tuple(row[_SUBJECT])


def queued_of(
    row: Row,
    confirmations: tuple[Confirmation, ...] = (),
    quarantined: tuple[QuarantinedSignature, ...] = (),
) -> QueuedTransaction:
    """The transaction of a row."""
    cells = dict(zip(COLUMNS, row, strict=True))

    def build() -> QueuedTransaction:
        return QueuedTransaction(
            chain_id=_whole_number(cells["chain_id"]),
            safe=Address(_bytes(cells["safe"])),
            safe_tx_hash=_bytes(cells["safe_tx_hash"]),
            tx=_tx(cells),
            purpose=_text(cells["purpose"]),
            strategy=None if cells["strategy"] is None else _text(cells["strategy"]),
            drafted_here=bool(cells["drafted_here"]),
            created_at=_integer(cells["created_at"]),
            state=State(cells["state"]),
            confirmations=confirmations,
            quarantined=quarantined,
            bundle=_bytes(cells["bundle"]),
            transaction_hash=(
                None if cells["transaction_hash"] is None else _bytes(cells["transaction_hash"])
            ),
        )

    return _undamaged("transaction", row[0], build)


def confirmation_of(row: Row) -> Confirmation:
    """The confirmation of a row (hash, owner, signature); it is verified anew."""
    safe_tx_hash, owner, signature = row
    return _undamaged(
        "confirmation of transaction",
        safe_tx_hash,
        lambda: Confirmation(
            safe_tx_hash=_bytes(safe_tx_hash),
            owner=Address(_bytes(owner)),
            signature=parse_signature(_bytes(signature)),
        ),
    )


def quarantined_of(row: Row) -> QuarantinedSignature:
    """The signature set aside in a row (hash, claimed signer, data, reason)."""
    safe_tx_hash, claimed, data, reason = row
    return _undamaged(
        "signature set aside for transaction",
        safe_tx_hash,
        lambda: QuarantinedSignature(
            safe_tx_hash=_bytes(safe_tx_hash),
            claimed_signer=Address(_bytes(claimed)) if claimed else None,
            data=_bytes(data),
            reason=_text(reason),
        ),
    )


def sending_of(row: Row) -> Sending:
    """The sending of a row (safe transaction, transaction hash, raw transaction).

    Raw bytes of another hash say nothing of what was sent: it is as if none had been kept.
    """
    safe_tx_hash, transaction_hash, raw_transaction = row

    def sending() -> Sending:
        sent, raw = _bytes(transaction_hash), _bytes(raw_transaction)
        return Sending(transaction_hash=sent, raw_transaction=raw if keccak(raw) == sent else b"")

    return _undamaged("sending of transaction", safe_tx_hash, sending)


def _tx(cells: dict[str, object]) -> SafeTx:
    return SafeTx(
        to=Address(_bytes(cells["to_address"])),
        value=_whole_number(cells["value"]),
        data=_bytes(cells["data"]),
        operation=Operation(_integer(cells["operation"])),
        safe_tx_gas=_whole_number(cells["safe_tx_gas"]),
        base_gas=_whole_number(cells["base_gas"]),
        gas_price=_whole_number(cells["gas_price"]),
        gas_token=Address(_bytes(cells["gas_token"])),
        refund_receiver=Address(_bytes(cells["refund_receiver"])),
        nonce=_whole_number(cells["nonce"]),
    )


def _undamaged(what: str, safe_tx_hash: object, build: Callable[[], T]) -> T:
    try:
        return build()
    except (ValueError, Refused) as flaw:
        name = safe_tx_hash.hex() if isinstance(safe_tx_hash, bytes) else "?"
        raise Malformed(f"{what} 0x{name}", f"its row in the records is damaged ({flaw})") from None


def _bytes(cell: object) -> bytes:
    if not isinstance(cell, bytes):
        raise ValueError("a cell holds no bytes")  # noqa: TRY004  a damaged row, not a mistake of ours
    return cell


def _text(cell: object) -> str:
    if not isinstance(cell, str):
        raise ValueError("a cell holds no text")  # noqa: TRY004  as above
    return cell


def _integer(cell: object) -> int:
    if not isinstance(cell, int):
        raise ValueError("a cell holds no integer")  # noqa: TRY004  as above
    return cell


def _whole_number(cell: object) -> int:
    text = _text(cell)
    if not (text.isascii() and text.isdigit()):
        raise ValueError("a cell holds no whole number")
    return int(text)
