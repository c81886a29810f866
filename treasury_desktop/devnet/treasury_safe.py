"""The demonstration's Safe: how it is made, and how its owners confirm and execute.

This is the chain's past, not the program's way of signing: the owners' signatures come from the
node, which holds their published test keys, and every hash is the one the Safe contract answers.
"""

from dataclasses import dataclass
from typing import Any

from treasury_desktop.assets.address import ZERO_ADDRESS, Address
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.devnet.block_builder import BlockBuilder
from treasury_desktop.devnet.node import CHAIN_ID
from treasury_desktop.devnet.official_contracts import SafeContracts
from treasury_desktop.devnet.packages import calldata
from treasury_desktop.devnet.roles import Roles
from treasury_desktop.errors import Unavailable

CALL, DELEGATECALL = 0, 1
THRESHOLD = 2
_FIELDS = "address,uint256,bytes,uint8,uint256,uint256,uint256,address,address"
_EXECUTION_SUCCESS = "0x" + keccak(b"ExecutionSuccess(bytes32,uint256)").hex()
_TYPES = {
    "EIP712Domain": [
        {"name": "chainId", "type": "uint256"},
        {"name": "verifyingContract", "type": "address"},
    ],
    "SafeTx": [
        {"name": "to", "type": "address"},
        {"name": "value", "type": "uint256"},
        {"name": "data", "type": "bytes"},
        {"name": "operation", "type": "uint8"},
        {"name": "safeTxGas", "type": "uint256"},
        {"name": "baseGas", "type": "uint256"},
        {"name": "gasPrice", "type": "uint256"},
        {"name": "gasToken", "type": "address"},
        {"name": "refundReceiver", "type": "address"},
        {"name": "nonce", "type": "uint256"},
    ],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedTransaction:
    """What owners confirm: the fields of a SafeTx that are not zero here."""

    to: Address
    value: int = 0
    data: bytes = b""
    operation: int = CALL


@dataclass(frozen=True, slots=True, kw_only=True)
class PastExecution:
    """An executed transaction, for `demonstration.json`."""

    nonce: int
    kind: str
    purpose: str
    safe_tx_hash: str
    transaction_hash: str
    block: int
    timestamp: int
    signers: tuple[str, ...]


def packed(calls: list[PlannedTransaction], multi_send: Address) -> PlannedTransaction:
    """Several calls as one MultiSend transaction (Safe's packed items)."""
    items = b"".join(
        bytes([call.operation])
        + call.to.raw
        + call.value.to_bytes(32, "big")
        + len(call.data).to_bytes(32, "big")
        + call.data
        for call in calls
    )
    return PlannedTransaction(
        to=multi_send, data=calldata("multiSend(bytes)", items), operation=DELEGATECALL
    )


class TreasurySafe:
    """The 2-of-3 Safe that holds the demonstration's treasury."""

    def __init__(self, builder: BlockBuilder, contracts: SafeContracts, roles: Roles) -> None:
        self._builder = builder
        self._contracts = contracts
        self._roles = roles
        self.address = self._create()
        self.nonce = 0
        self.past: list[PastExecution] = []

    def _create(self) -> Address:
        setup = calldata(
            "setup(address[],uint256,address,bytes,address,address,uint256,address)",
            [owner.raw for owner in self._roles.owners],
            THRESHOLD,
            ZERO_ADDRESS.raw,
            b"",
            self._contracts.compatibility_fallback_handler.raw,
            ZERO_ADDRESS.raw,
            0,
            ZERO_ADDRESS.raw,
        )
        receipt = self._builder.perform(
            self._roles.market,
            self._contracts.safe_proxy_factory,
            calldata(
                "createProxyWithNonce(address,bytes,uint256)", self._contracts.safe.raw, setup, 1
            ),
        )
        created = "0x" + keccak(b"ProxyCreation(address,address)").hex()
        log = next(log for log in receipt["logs"] if log["topics"][0] == created)
        return Address(bytes.fromhex(log["topics"][1][-40:]))

    def batch(self, *calls: PlannedTransaction) -> PlannedTransaction:
        """Several calls as one MultiSendCallOnly transaction."""
        return packed(list(calls), self._contracts.multi_send_call_only)

    def safe_tx_hash(self, transaction: PlannedTransaction, nonce: int) -> bytes:
        """The hash owners sign, as the Safe contract itself answers it."""
        arguments = [*_arguments(transaction), nonce]
        signature = f"getTransactionHash({_FIELDS},uint256)"
        return self._builder.call(self.address, calldata(signature, *arguments))

    def signature(self, signer: Address, transaction: PlannedTransaction, nonce: int) -> bytes:
        """What an account of the node signs over the transaction (EIP-712)."""
        typed = {
            "types": _TYPES,
            "primaryType": "SafeTx",
            "domain": {"chainId": CHAIN_ID, "verifyingContract": str(self.address)},
            "message": message(transaction, nonce),
        }
        answer = self._builder.rpc.ask("eth_signTypedData_v4", str(signer), typed)
        return bytes.fromhex(answer.removeprefix("0x"))

    def execute(
        self,
        transaction: PlannedTransaction,
        *,
        kind: str,
        purpose: str,
        signers: tuple[Address, ...],
    ) -> dict[str, Any]:
        """Execute with these owners' signatures in ascending order; answers the receipt."""
        in_order = sorted(signers)
        safe_tx_hash = self.safe_tx_hash(transaction, self.nonce)
        blob = b"".join(self.signature(each, transaction, self.nonce) for each in in_order)
        receipt = self._builder.perform(
            self._roles.executor,
            self.address,
            calldata(f"execTransaction({_FIELDS},bytes)", *_arguments(transaction), blob),
        )
        if not any(
            log["topics"][0] == _EXECUTION_SUCCESS and log["topics"][1] == "0x" + safe_tx_hash.hex()
            for log in receipt["logs"]
        ):
            raise Unavailable(f"The demonstration's Safe did not execute: {purpose}")
        self.past.append(
            PastExecution(
                nonce=self.nonce,
                kind=kind,
                purpose=purpose,
                safe_tx_hash="0x" + safe_tx_hash.hex(),
                transaction_hash=receipt["transactionHash"],
                block=int(receipt["blockNumber"], 16),
                timestamp=self._builder.timestamp,
                signers=tuple(str(each) for each in in_order),
            )
        )
        self.nonce += 1
        return receipt


def message(transaction: PlannedTransaction, nonce: int) -> dict[str, Any]:
    """The SafeTx as JSON: quantities as decimal text, as bundles and typed data write them."""
    return {
        "to": str(transaction.to),
        "value": str(transaction.value),
        "data": "0x" + transaction.data.hex(),
        "operation": transaction.operation,
        "safeTxGas": "0",
        "baseGas": "0",
        "gasPrice": "0",
        "gasToken": str(ZERO_ADDRESS),
        "refundReceiver": str(ZERO_ADDRESS),
        "nonce": nonce,
    }


def _arguments(transaction: PlannedTransaction) -> list[Any]:
    zero = ZERO_ADDRESS.raw
    call = [transaction.to.raw, transaction.value, transaction.data, transaction.operation]
    return [*call, 0, 0, 0, zero, zero]
