"""Calldata of execTransaction: what an executor sends once enough owners have signed.

Written by hand from the ABI's layout, so that this writer shares nothing with the reader in
`calls/` nor with eth_abi. Source: Safe.sol `execTransaction`, Solidity ABI specification.
"""

from treasury_desktop.safes.safe_tx import SafeTx

# execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)
EXEC_TRANSACTION_SELECTOR = bytes.fromhex("6a761202")
WORD = 32
HEAD_LENGTH = 10 * WORD


def exec_transaction_calldata(tx: SafeTx, signatures: bytes) -> bytes:
    """Canonical calldata that executes `tx`; `signatures` is the packed blob, ascending by owner.

    The Safe's nonce is not an argument: the contract adds its own.
    """
    data, blob = _dynamic(tx.data), _dynamic(signatures)
    head = (
        tx.to.number,
        tx.value,
        HEAD_LENGTH,
        int(tx.operation),
        tx.safe_tx_gas,
        tx.base_gas,
        tx.gas_price,
        tx.gas_token.number,
        tx.refund_receiver.number,
        HEAD_LENGTH + len(data),
    )
    return EXEC_TRANSACTION_SELECTOR + b"".join(_word(number) for number in head) + data + blob


def signatures_in(calldata: bytes, tx: SafeTx) -> bytes | None:
    """The blob in canonical calldata that executes `tx`; `None` where it is no such calldata."""
    at = len(exec_transaction_calldata(tx, b"")) - WORD
    length = int.from_bytes(calldata[at : at + WORD], "big")
    blob = calldata[at + WORD : at + WORD + length] if length <= len(calldata) else b""
    return blob if exec_transaction_calldata(tx, blob) == calldata else None


def _word(number: int) -> bytes:
    return number.to_bytes(WORD, "big")


def _dynamic(content: bytes) -> bytes:
    return _word(len(content)) + content + bytes(-len(content) % WORD)
