"""Sends executions and says what became of them, without ever calling "unknown" "failed".

The same raw bytes may be sent any number of times. What counts afterwards is the event of *our*
safeTxHash from the Safe itself, in a receipt enough endpoints agree on.
"""

from typing import Any

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.amount import decimal_text
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.chain import answers
from treasury_desktop.chain.answers import BlockHeader, MinedReceipt
from treasury_desktop.chain.connection import Ask, EndpointRefusal
from treasury_desktop.chain.data_fee import data_fee_wei
from treasury_desktop.chain.dry_run import Call, on_terms, pinned, require_success, succeeds
from treasury_desktop.chain.executions import announced
from treasury_desktop.chain.fee_reader import FeeReader
from treasury_desktop.chain.gas_estimator import GasEstimator, with_margin
from treasury_desktop.chain.node import Node
from treasury_desktop.desk.doors import ExecutionTransaction, Receipt
from treasury_desktop.desk.fees import (
    AgreedCost,
    CostEstimate,
    gwei_text,
    require_bounded,
)
from treasury_desktop.errors import Malformed, Refused, TreasuryError, Unavailable
from treasury_desktop.treasury.snapshot import Block

MOST_WAITING = 64
"""Transactions of one account that nodes keep waiting; no honest one names a nonce beyond."""

_KNOWN_ALREADY = ("already known", "known transaction", "already imported", "already exists")
_MAYBE_MINED = ("nonce too low", "nonce is too low")


class Broadcaster:
    """Sends through all endpoints of one workspace."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._gas = GasEstimator(node)

    def estimate_execution(
        self, chain_id: int, sender: Address, safe: Address, calldata: bytes, now: int
    ) -> CostEstimate:
        """What it would cost now; refuses what would revert. `now` is Unix seconds."""
        header = self._header_of(chain_id)
        call = {"from": str(sender), "to": str(safe), "data": f"0x{calldata.hex()}"}
        require_success(self._node, call, header.block)
        estimates = self._gas.estimates(call, header.gas_limit)
        estimate = self._estimate(call, header, estimates[0], now)
        return self._gas.with_enough_gas(estimate, estimates, call, header)

    def prepare_execution(
        self,
        chain_id: int,
        sender: Address,
        safe: Address,
        calldata: bytes,
        agreed: AgreedCost,
        *,
        account_nonce: int | None = None,
    ) -> ExecutionTransaction:
        """What was agreed, to be signed; refuses what would revert or cannot be paid.

        Refused also where the gas and the fees that were agreed suffice no longer. With
        `account_nonce` it takes that place, and is refused where the place is taken for good.
        """
        header = self._header_of(chain_id)
        call = {"from": str(sender), "to": str(safe), "data": f"0x{calldata.hex()}"}
        require_success(self._node, call, header.block)
        expected = self._gas.estimates(call, header.gas_limit)[0]
        _require_enough(agreed, expected, header.base_fee_wei or 0)
        self._require_payable(sender, agreed, header.block)
        if not succeeds(self._node, on_terms(call, agreed), header.block):
            raise Refused(
                f"With the {agreed.gas_limit:,} gas and the fees that were agreed it would fail "
                "now; look at the cost again."
            )
        if account_nonce is None:
            account_nonce = self._next_nonce(sender, header.block)
        else:
            self._require_open(sender, account_nonce)
        return ExecutionTransaction(
            chain_id=chain_id,
            sender=sender,
            account_nonce=account_nonce,
            to=safe,
            data=calldata,
            gas=agreed.gas_limit,
            max_fee_per_gas=agreed.fees.max_fee_per_gas,
            max_priority_fee_per_gas=agreed.fees.max_priority_fee_per_gas,
        )

    def estimate_cancellation(self, sender: Address, now: int) -> CostEstimate:
        """What an empty transfer from the account to itself costs now (Unix seconds)."""
        header = self._priced_header()
        call = {"from": str(sender), "to": str(sender), "data": "0x"}
        return self._estimate(call, header, self._gas.expected(call, header.gas_limit), now)

    def prepare_cancellation(
        self, sender: Address, account_nonce: int, agreed: AgreedCost
    ) -> ExecutionTransaction:
        """An empty transfer to itself at a place that is still open; refuses what cannot work."""
        header = self._priced_header()
        call = {"from": str(sender), "to": str(sender), "data": "0x"}
        expected = self._gas.expected(call, header.gas_limit)
        _require_enough(agreed, expected, header.base_fee_wei or 0)
        self._require_payable(sender, agreed, header.block)
        self._require_open(sender, account_nonce)
        return ExecutionTransaction(
            chain_id=self._node.chain_id,
            sender=sender,
            account_nonce=account_nonce,
            to=sender,
            data=b"",
            gas=agreed.gas_limit,
            max_fee_per_gas=agreed.fees.max_fee_per_gas,
            max_priority_fee_per_gas=agreed.fees.max_priority_fee_per_gas,
        )

    def account_nonces_used(self, sender: Address) -> int:
        """How many of the account's nonces are used at the newest block that is agreed on."""
        pin = pinned(self._node.newest_header().block)
        used: int = self._node.ask(_nonces(sender, pin))
        return used

    def broadcast(self, raw_transaction: bytes) -> bytes:
        """The transaction hash, once an endpoint has the transaction; again is harmless.

        Refused only where every endpoint refused it: one that did not answer may have it.
        """
        transaction_hash = keccak(raw_transaction)
        ask = Ask(
            "eth_sendRawTransaction",
            (f"0x{raw_transaction.hex()}",),
            answers.hash_bytes,
            "transaction hash",
        )
        failures: list[TreasuryError] = []
        for _name, outcome in self._node.ask_each((ask,), everyone=True):
            if not isinstance(outcome, TreasuryError) or _is_known(outcome, _KNOWN_ALREADY):
                return transaction_hash
            failures.append(outcome)
        is_mined: bool | None = False
        if any(_is_known(each, _MAYBE_MINED) for each in failures):
            is_mined = self._is_there(transaction_hash)
        if is_mined:
            return transaction_hash
        if is_mined is False and all(isinstance(each, EndpointRefusal) for each in failures):
            raise Refused(failures[0].sentence)
        raise Unavailable(
            "It is not known whether the transaction was sent: "
            + " ".join(each.sentence for each in failures)
        )

    def is_known(self, transaction_hash: bytes) -> bool:
        """Whether any endpoint has it, mined or waiting.

        One that has it is enough. That nobody has it is believed of as many as have to agree;
        Unavailable where fewer answer.
        """
        found = self._found(transaction_hash)
        answered = [each for each in found if not isinstance(each, TreasuryError)]
        if any(answered):
            return True
        if len(answered) < self._node.needed:
            why = " ".join(each.sentence for each in found if isinstance(each, TreasuryError))
            raise Unavailable(
                f"{len(answered)} of {len(found)} endpoints answered whether they have "
                f"0x{transaction_hash.hex()}. {why}"
            )
        return False

    def receipt(
        self, transaction_hash: bytes, safe: Address, safe_tx_hash: bytes
    ) -> Receipt | None:
        """The receipt enough endpoints agree on, or `None` while there is none."""
        mined = self._mined(transaction_hash)
        if mined is None:
            return None
        if mined.transaction_hash != transaction_hash:
            raise Malformed("receipt", "is that of another transaction")
        ask = Ask(
            "eth_getBlockByHash",
            (f"0x{mined.block_hash.hex()}", False),
            answers.header,
            "block of the receipt",
        )
        block: Block = self._node.ask(ask).block
        if (block.hash, block.number) != (mined.block_hash, mined.block_number):
            raise Malformed("receipt", "is not in the block it names")
        return Receipt(
            transaction_hash=transaction_hash,
            status=mined.status,
            block=block,
            gas_used=mined.gas_used,
            execution_success=_execution_success(mined, safe, safe_tx_hash),
        )

    def _estimate(self, call: Call, header: BlockHeader, expected: int, now: int) -> CostEstimate:
        """What a call would cost that succeeds at a block."""
        sender = Address.parse(call["from"])
        calldata = bytes.fromhex(call["data"][2:])
        return CostEstimate(
            executor=sender,
            gas_expected=expected,
            gas_limit=with_margin(expected, header.gas_limit),
            market=FeeReader(self._node).market(header),
            data_fee_wei=data_fee_wei(self._node, calldata, header.block),
            executor_wei=self._balance(sender, header.block),
            estimated_at=now,
        )

    def _next_nonce(self, sender: Address, block: Block) -> int:
        """The sender's first account nonce that nothing waits for.

        Far ahead it would wait for years, and cost its gas when its turn comes.
        """
        asks = (
            _nonces(sender, pinned(block)),
            _nonces(sender, "pending"),
        )
        used, free = self._node.ask_all(asks).values
        if not used <= free <= used + MOST_WAITING:
            raise Refused(
                f"The nodes name {free:,} as the next account nonce of {sender}, of which {used:,} "
                "are used: it would be mined never, or who knows when. Try again."
            )
        return int(free)

    def _balance(self, sender: Address, block: Block) -> int:
        """The sender's native coin in wei."""
        question = (str(sender), pinned(block))
        balance: int = self._node.ask(
            Ask("eth_getBalance", question, answers.quantity, "gas money")
        )
        return balance

    def _require_payable(self, sender: Address, agreed: AgreedCost, block: Block) -> None:
        balance = self._balance(sender, block)
        if balance < agreed.highest_wei:
            raise Refused(
                f"The executor {sender} has {decimal_text(balance, 18)} of the native coin; "
                f"the execution may cost up to {decimal_text(agreed.highest_wei, 18)}."
            )

    def _require_open(self, sender: Address, account_nonce: int) -> None:
        if self.account_nonces_used(sender) > account_nonce:
            raise Refused(
                f"Account nonce {account_nonce} of {sender} is used already; look at what became "
                "of it."
            )

    def _header_of(self, chain_id: int) -> BlockHeader:
        if chain_id != self._node.chain_id:
            raise Refused(f"The endpoints are of chain {self._node.chain_id}, not {chain_id}.")
        return self._priced_header()

    def _priced_header(self) -> BlockHeader:
        """The newest block, where it has a base fee: nothing else is sent than EIP-1559."""
        header = self._node.newest_header()
        if header.base_fee_wei is None:
            raise Refused(
                "The newest block has no base fee; on chains without EIP-1559 nothing is sent "
                "from here."
            )
        return header

    def _is_there(self, transaction_hash: bytes) -> bool | None:
        """As `is_known`, and `None` where too few answer."""
        try:
            return self.is_known(transaction_hash)
        except Unavailable:
            return None

    def _found(self, transaction_hash: bytes) -> list[bool | TreasuryError]:
        """Whether each endpoint has it, or why it does not say."""
        ask = Ask(
            "eth_getTransactionByHash",
            (f"0x{transaction_hash.hex()}",),
            answers.sent_transaction,
            "transaction",
        )
        found: list[bool | TreasuryError] = []
        for name, outcome in self._node.ask_each((ask,)):
            if isinstance(outcome, TreasuryError):
                found.append(outcome)
            elif outcome[0] is None or outcome[0].hash == transaction_hash:
                found.append(outcome[0] is not None)
            else:
                found.append(Unavailable(f"{name} answered with another transaction."))
        return found

    def _mined(self, transaction_hash: bytes) -> MinedReceipt | None:
        """The receipt as often as is needed; `None` while too few have it.

        Endpoints learn of a block at different times, so a missing receipt is no disagreement.
        """
        ask = Ask(
            "eth_getTransactionReceipt",
            (f"0x{transaction_hash.hex()}",),
            answers.receipt,
            "receipt",
        )
        outcomes = [outcome for _name, outcome in self._node.ask_each((ask,))]
        failures = [each for each in outcomes if isinstance(each, TreasuryError)]
        found = [each[0] for each in outcomes if not isinstance(each, TreasuryError)]
        if len(found) < self._node.needed:
            raise failures[0]
        receipts = [each for each in found if each is not None]
        agreed = [each for each in receipts if receipts.count(each) >= self._node.needed]
        if not agreed and len(receipts) >= self._node.needed:
            raise Refused("The endpoints disagree on the receipt; what happened is not known yet.")
        if any(each != agreed[0] for each in agreed):
            raise Refused("The endpoints disagree on the receipt; what happened is not known yet.")
        return agreed[0] if agreed else None


def _require_enough(agreed: AgreedCost, gas: int, base_fee_wei: int) -> None:
    """What was agreed still works; where it does not, somebody has to agree anew."""
    require_bounded(agreed.fees)
    if gas > agreed.gas_limit:
        raise Refused(
            f"It needs {gas:,} gas now, more than the {agreed.gas_limit:,} that were agreed; look "
            "at the cost again."
        )
    if base_fee_wei > agreed.fees.max_fee_per_gas:
        raise Refused(
            f"The base fee is {gwei_text(base_fee_wei)} gwei now, above the highest fee of "
            f"{gwei_text(agreed.fees.max_fee_per_gas)} that was agreed; look at the cost again."
        )


def _execution_success(mined: MinedReceipt, safe: Address, safe_tx_hash: bytes) -> bool | None:
    """What the Safe itself announced about our hash: success, failure, or nothing."""
    found = (announced(log) for log in mined.logs if log.address == safe)
    said = {each[2] for each in found if each is not None and each[0] == safe_tx_hash}
    if len(said) > 1 or (said and mined.status == 0):
        raise Malformed("receipt", "contradicts itself about what became of the transaction")
    return said.pop() if said else None


def _is_known(failure: TreasuryError, phrases: tuple[str, ...]) -> bool:
    """Whether an endpoint's refusal says one of these; every client words it differently."""
    if not isinstance(failure, EndpointRefusal):
        return False
    message = failure.message.lower()
    return any(phrase in message for phrase in phrases)


def _nonces(sender: Address, at: object) -> Ask:
    return Ask("eth_getTransactionCount", (str(sender), at), _account_nonce, "account nonce")


def _account_nonce(value: Any, name: str) -> int:
    return answers.quantity(value, name, 63)
