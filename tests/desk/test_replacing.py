"""Speeding up and cancelling: what is signed, what is recorded, and which of several ran."""

from dataclasses import dataclass, replace

import pytest
from eth_account import Account

from tests.desk.in_memory import MemoryChain, MemoryRecords, MemorySigner, a_key
from tests.desk.test_execute_transaction import confirmed, our_facts, the_one
from tests.samples import BLOCK_TIME, NOW, a_safe, a_workspace, an_estimate
from treasury_desktop.assets.address import Address
from treasury_desktop.desk.doors import ExecutionTransaction, KeyLabel, Receipt, Sending
from treasury_desktop.desk.execute_transaction import execute_transaction
from treasury_desktop.desk.fees import AgreedCost, CostEstimate, Fees, Speed
from treasury_desktop.desk.follow_sendings import Fate, WaitingSending, follow_execution
from treasury_desktop.desk.refresh_treasury import settle_sent
from treasury_desktop.desk.replace_sending import (
    cancel_sending,
    estimate_cancellation,
    estimate_speed_up,
    speed_up,
    what_waits,
)
from treasury_desktop.desk.signed_transaction import read_signed
from treasury_desktop.errors import Refused, Unavailable
from treasury_desktop.safes.lifecycle import State

SECRET = (7).to_bytes(32, "big")
EXECUTOR = replace(
    a_key(7, role="executor"), address=Address.parse(Account.from_key(SECRET).address)
)
AT_FIRST = an_estimate().agreed(an_estimate().fees_at(Speed.NORMAL))


class RealSigner(MemorySigner):
    """Signs what it is asked to with the key that is seven."""

    def sign_execution(self, *asked: object, **how: object) -> bytes:
        """A raw transaction."""
        super().sign_execution(*asked, **how)  # type: ignore[arg-type]
        return self._raw()

    def sign_cancellation(
        self, key: KeyLabel, transaction: ExecutionTransaction, replaces: bytes
    ) -> bytes:
        """A raw transaction."""
        super().sign_cancellation(key, transaction, replaces)
        return self._raw()

    def _raw(self) -> bytes:
        wanted = self.transactions[-1]
        fields = {
            "type": 2, "chainId": wanted.chain_id, "nonce": wanted.account_nonce,
            "to": str(wanted.to), "value": 0, "data": wanted.data, "gas": wanted.gas,
            "maxFeePerGas": wanted.max_fee_per_gas,
            "maxPriorityFeePerGas": wanted.max_priority_fee_per_gas, "accessList": [],
        }  # fmt: skip
        return bytes(Account.sign_transaction(fields, SECRET).raw_transaction)


@dataclass
class Desk:
    """One confirmed transaction, a chain that does not mine, and an executor."""

    records: MemoryRecords
    chain: MemoryChain
    signer: RealSigner

    @property
    def hash(self) -> bytes:
        """The safeTxHash."""
        return the_one(self.records).safe_tx_hash

    @property
    def state(self) -> State:
        """Where it stands."""
        return the_one(self.records).state

    @property
    def sendings(self) -> tuple[Sending, ...]:
        """Everything on record."""
        return self.records.sendings(self.hash)

    def execute(self) -> bytes:
        """Send it for the first time, or whatever pressing Execute does now."""
        return execute_transaction(
            self.hash, our_facts(), EXECUTOR, AT_FIRST, signer=self.signer, reader=self.chain,
            broadcaster=self.chain, records=self.records, now=NOW,
        )  # fmt: skip

    def estimate(self, *, cancels: bool = False) -> CostEstimate:
        """What replacing it would cost."""
        estimate = estimate_cancellation if cancels else estimate_speed_up
        return estimate(self.hash, self.chain, self.records, now=NOW)

    def speed_up(
        self, agreed: AgreedCost | None = None, *, now: int = NOW, executor: KeyLabel = EXECUTOR
    ) -> bytes:
        """The same with higher fees."""
        if agreed is None:
            estimate = self.estimate()
            agreed = estimate.agreed(estimate.fees_at(Speed.NORMAL))
        return speed_up(
            self.hash, our_facts(), executor, agreed, signer=self.signer, reader=self.chain,
            broadcaster=self.chain, records=self.records, now=now,
        )  # fmt: skip

    def cancel(self) -> bytes:
        """Nothing in its place."""
        estimate = self.estimate(cancels=True)
        return cancel_sending(
            self.hash, EXECUTOR, estimate.agreed(estimate.fees_at(Speed.NORMAL)),
            signer=self.signer, broadcaster=self.chain, records=self.records, now=NOW,
        )  # fmt: skip

    def refresh(self) -> State:
        """The part of a refresh that looks for receipts."""
        settle_sent(self.chain, self.records, a_workspace(), now=NOW)
        return self.state

    def follow(self) -> Receipt:
        """One look."""
        return follow_execution(
            self.hash, self.chain, self.records,
            pause=lambda: None, is_cancelled=lambda: True, now=NOW,
        )  # fmt: skip

    def waits(self) -> WaitingSending | None:
        """What is on its way."""
        return what_waits(self.hash, self.chain, self.records, now=NOW)

    def mined(self, transaction_hash: bytes, success: bool | None = None) -> None:
        """A receipt: announced, or of an empty transfer that went through."""
        receipt = self.chain.answer(transaction_hash, success)
        raw = {one.transaction_hash: one.raw_transaction for one in self.sendings}
        if read_signed(raw[transaction_hash]).is_cancellation:
            self.chain.receipts[transaction_hash] = replace(receipt, status=1)
        self.chain.nonces_used = 1

    def lost(self) -> None:
        """No node knows any of it any more."""
        self.chain.forgotten = list(self.chain.sent)


@pytest.fixture
def desk() -> Desk:
    """Sent once and not mined."""
    made = Desk(confirmed(1, 2), MemoryChain(), RealSigner())
    made.execute()
    return made


# ── what is signed ───────────────────────────────────────────────────────────────────────────────


def test_a_speed_up_is_the_same_execution_with_higher_fees(desk: Desk) -> None:
    """Calldata, place and Safe as before; both fees an eighth above at least; on record first."""
    desk.speed_up()
    first, second = (read_signed(one.raw_transaction) for one in desk.sendings)
    assert (second.data, second.place, second.to) == (first.data, first.place, first.to)
    for now, before in (
        (second.fees.max_fee_per_gas, first.fees.max_fee_per_gas),
        (second.fees.max_priority_fee_per_gas, first.fees.max_priority_fee_per_gas),
    ):
        assert 8 * now >= 9 * before
    assert desk.signer.replaced[-1] == desk.sendings[0].raw_transaction
    assert [kind for kind, _, _ in desk.records.notes] == ["broadcasting", "speeding up"]
    assert desk.state is State.SENT


def test_a_signature_that_came_later_changes_nothing_of_a_speed_up(desk: Desk) -> None:
    """It is what waits that goes sooner, not another choice of signatures."""
    from tests.samples import a_confirmation  # noqa: PLC0415  one test

    desk.records.keep_confirmation(a_confirmation(desk.hash, 3))
    desk.speed_up()
    first, second = (read_signed(one.raw_transaction) for one in desk.sendings)
    assert second.data == first.data


def test_a_cancellation_is_nothing_to_oneself_in_the_same_place(desk: Desk) -> None:
    """No judgement is asked for: nothing runs."""
    desk.cancel()
    first, second = (read_signed(one.raw_transaction) for one in desk.sendings)
    assert second.is_cancellation
    assert second.place == first.place
    assert [kind for kind, _, _ in desk.records.notes] == ["broadcasting", "cancelling"]
    assert desk.state is State.SENT


def test_a_speed_up_is_verified_like_the_first(desk: Desk) -> None:
    """Stale prices, another nonce, an executor that became an owner, another hash."""
    cost = desk.estimate().agreed(desk.estimate().fees_at(Speed.NORMAL))
    with pytest.raises(Refused, match="must not be executed"):
        desk.speed_up(cost, now=BLOCK_TIME + 3601)
    desk.chain.derives = lambda _: bytes(32)
    with pytest.raises(Refused, match="another hash"):
        desk.speed_up(cost)
    desk.chain.safe = a_safe(nonce=13)
    with pytest.raises(Refused, match="is not next"):
        desk.speed_up(cost)
    desk.chain.safe = a_safe(owners=(*a_safe().owners, EXECUTOR.address))
    with pytest.raises(Refused, match="must not be an owner's key"):
        desk.speed_up(cost)
    assert len(desk.sendings) == 1


def test_a_safe_that_changed_while_a_speed_up_was_signed(desk: Desk) -> None:
    """What was sent before still waits; nothing was sent beside it."""
    calm, sign = desk.chain.safe, desk.signer.sign_execution

    def slow(*asked: object, **how: object) -> bytes:
        desk.chain.safe = replace(calm, threshold=1)
        return sign(*asked, **how)

    desk.signer.sign_execution = slow  # type: ignore[method-assign]
    with pytest.raises(Refused, match="changed while the execution was being signed"):
        desk.speed_up()
    assert len(desk.sendings) == len(desk.chain.sent) == 1
    assert desk.state is State.SENT


def test_only_the_account_that_sent_it_replaces_it(desk: Desk) -> None:
    """Another account's nonce is another place."""
    with pytest.raises(Refused, match="only that account can replace it"):
        desk.speed_up(executor=a_key(8, role="executor"))


def test_fees_that_replace_nothing_are_refused(desk: Desk) -> None:
    """An eighth above everything that was offered for the place, cancelled or not."""
    with pytest.raises(Refused, match="replaces nothing"):
        desk.speed_up(AT_FIRST)
    desk.speed_up()
    highest = read_signed(desk.sendings[-1].raw_transaction).fees
    least = desk.estimate(cancels=True).least
    assert least is not None
    assert 8 * least.max_fee_per_gas >= 9 * highest.max_fee_per_gas


def test_a_cancellation_is_not_sped_up_but_cancelled_again(desk: Desk) -> None:
    """Nobody sends the execution anew behind a cancellation."""
    desk.cancel()
    with pytest.raises(Refused, match="cancellation is on its way"):
        desk.speed_up()
    desk.cancel()
    assert read_signed(desk.sendings[-1].raw_transaction).is_cancellation
    assert len(desk.sendings) == 3


def test_what_is_no_execution_of_it_is_not_sped_up(desk: Desk) -> None:
    """Bytes of another call under its record are not signed again."""
    other = dict(desk.records.sent)
    wanted = replace(desk.signer.transactions[-1], data=b"\x6a\x76\x12\x02")
    raw = desk.signer.sign_cancellation(EXECUTOR, wanted, b"")
    from treasury_desktop.desk.execute_transaction import (  # noqa: PLC0415  one test
        transaction_hash_of,
    )

    sending = Sending(transaction_hash=transaction_hash_of(raw), raw_transaction=raw)
    desk.records.sent = dict.fromkeys(other, (sending,))
    desk.chain.sent.append(raw)
    with pytest.raises(Refused, match="not the execution of this transaction"):
        desk.estimate()


def test_nothing_is_replaced_where_nothing_waits(desk: Desk) -> None:
    """What was mined meanwhile is recorded instead."""
    desk.mined(desk.sendings[0].transaction_hash, success=True)
    with pytest.raises(Refused, match="Nothing waits any more"):
        desk.estimate()
    assert desk.state is State.EXECUTED
    assert desk.waits() is None


def test_a_place_that_was_taken_meanwhile_is_not_taken_again(desk: Desk) -> None:
    """The nodes have not shown us the receipt yet."""
    agreed = desk.estimate().agreed(desk.estimate().fees_at(Speed.FAST))
    desk.chain.nonces_used = 1
    with pytest.raises(Refused, match="is used already"):
        desk.speed_up(agreed)
    assert len(desk.sendings) == 1


def test_what_was_sent_without_its_bytes_cannot_be_replaced(desk: Desk) -> None:
    """An older version did not keep them."""
    (sending,) = desk.sendings
    desk.records.sent[desk.hash] = (replace(sending, raw_transaction=b""),)
    with pytest.raises(Refused, match="did not keep its bytes"):
        desk.estimate()


# ── which one was mined ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("which", [0, 1])
def test_executed_by_whichever_was_mined(desk: Desk, which: int) -> None:
    """The first or the faster one."""
    desk.speed_up()
    desk.mined(desk.sendings[which].transaction_hash, success=True)
    assert desk.follow().execution_success is True
    assert desk.state is State.EXECUTED
    assert the_one(desk.records).transaction_hash == desk.sendings[which].transaction_hash


def test_cancelled_is_confirmed_again_and_nothing_failed(desk: Desk) -> None:
    """The Safe never saw it; the next execution takes another place."""
    desk.speed_up()
    cancelled = desk.cancel()
    desk.mined(cancelled)
    receipt = desk.follow()
    assert (receipt.is_cancellation, receipt.execution_success) == (True, None)
    assert desk.state is State.CONFIRMED
    assert desk.records.notes[-1][1]["outcome"] == "sending cancelled"
    desk.chain.account_nonces = [1]
    desk.execute()
    assert read_signed(desk.sendings[-1].raw_transaction).account_nonce == 1
    assert desk.state is State.SENT


def test_too_late_to_cancel(desk: Desk) -> None:
    """The execution was mined first: that is what counts."""
    desk.cancel()
    desk.mined(desk.sendings[0].transaction_hash, success=True)
    assert desk.refresh() is State.EXECUTED


def test_reverted_ends_everything_at_its_place(desk: Desk) -> None:
    """Its speed-up can never be mined: it did not run, and may be tried again."""
    desk.speed_up()
    desk.mined(desk.sendings[0].transaction_hash, success=None)
    assert desk.refresh() is State.CONFIRMED
    assert desk.records.notes[-1][1]["outcome"] == "never mined"


def test_waiting_dropped_replaced_and_unknown_are_told_apart(desk: Desk) -> None:
    """By what nodes know and by whether the account's place was used."""
    desk.speed_up()

    def fate() -> Fate:
        waits = desk.waits()
        assert waits is not None
        return waits.fate

    assert fate() is Fate.WAITING
    desk.lost()
    assert fate() is Fate.DROPPED
    assert desk.refresh() is State.SENT
    desk.chain.nonces_used = 1
    assert fate() is Fate.REPLACED
    assert desk.refresh() is State.CONFIRMED


def test_silence_is_unknown(desk: Desk) -> None:
    """With why; and never an end."""

    class Silent(MemoryChain):
        def is_known(self, transaction_hash: bytes) -> bool:
            raise Unavailable("Nobody answers.")

    desk.chain = Silent(sent=desk.chain.sent)
    waits = desk.waits()
    assert waits is not None
    assert (waits.fate, waits.why_unknown) == (Fate.UNKNOWN, "Nobody answers.")
    desk.chain.nonces_used = 1
    assert desk.refresh() is State.SENT


def test_one_node_that_still_has_it_outweighs_a_used_place(desk: Desk) -> None:
    """It may be the one that used it: the receipt is only not there yet."""
    desk.chain.nonces_used = 1
    assert desk.refresh() is State.SENT


def test_what_waits_is_the_newest_that_a_node_has(desk: Desk) -> None:
    """A replacement that every node refused is not on its way."""
    desk.chain.refuses = Refused("replacement transaction underpriced")
    with pytest.raises(Refused, match="underpriced"):
        desk.speed_up()
    assert desk.state is State.SENT
    waits = desk.waits()
    assert waits is not None
    assert waits.sending == desk.sendings[0]
    assert len(waits.offered) == 2
    desk.chain.refuses = None
    desk.mined(desk.sendings[0].transaction_hash, success=True)
    assert desk.refresh() is State.EXECUTED


# ── killed, and reorganised ──────────────────────────────────────────────────────────────────────


class Killed(BaseException):
    """The process ends."""


@pytest.mark.parametrize("cancels", [False, True])
@pytest.mark.parametrize("moment", ["before broadcast", "after broadcast"])
@pytest.mark.parametrize("which", [0, 1])
def test_killed_at_any_point_the_next_refresh_is_right(
    desk: Desk, moment: str, which: int, *, cancels: bool
) -> None:
    """Whichever of the two was mined then."""

    class Deadly(MemoryChain):
        def broadcast(self, raw_transaction: bytes) -> bytes:
            if moment == "after broadcast":
                super().broadcast(raw_transaction)
            raise Killed

    calm = desk.chain
    desk.chain = Deadly(sent=calm.sent)
    with pytest.raises(Killed):
        (desk.cancel if cancels else desk.speed_up)()
    desk.chain = calm
    assert len(desk.sendings) == 2
    assert desk.refresh() is State.SENT
    is_cancelled = cancels and which == 1
    desk.mined(desk.sendings[which].transaction_hash, None if is_cancelled else True)
    assert desk.refresh() is (State.CONFIRMED if is_cancelled else State.EXECUTED)


def test_a_cancellation_whose_block_is_no_more_is_unknown_again(desk: Desk) -> None:
    """The execution may still be mined; it is neither cancelled nor failed."""
    cancelled = desk.cancel()
    desk.mined(cancelled)
    assert desk.refresh() is State.CONFIRMED
    desk.chain.receipts.clear()
    desk.chain.nonces_used = 0
    assert desk.refresh() is State.SENT
    desk.mined(desk.sendings[0].transaction_hash, success=True)
    assert desk.refresh() is State.EXECUTED


def test_an_execution_that_takes_a_cancellations_place_is_found(desk: Desk) -> None:
    """Between two refreshes the block was replaced by one with the execution in it."""
    cancelled = desk.cancel()
    desk.mined(cancelled)
    assert desk.refresh() is State.CONFIRMED
    desk.chain.receipts.clear()
    desk.mined(desk.sendings[0].transaction_hash, success=True)
    assert desk.refresh() is State.EXECUTED


def test_what_no_node_knows_any_more_stays_as_it_was(desk: Desk) -> None:
    """Executable; and trouble with a node spoils no refresh."""
    desk.mined(desk.cancel())
    desk.refresh()
    desk.chain.receipts.clear()
    desk.lost()
    assert desk.refresh() is State.CONFIRMED
    desk.chain.silent = Unavailable("Nobody answers.")
    assert desk.refresh() is State.CONFIRMED


def test_nothing_lower_is_ever_agreed_to(desk: Desk) -> None:
    """Fees of the first sending, to the wei."""
    (sending,) = desk.sendings
    assert read_signed(sending.raw_transaction).fees == Fees(
        max_fee_per_gas=26_000_000_000, max_priority_fee_per_gas=1_000_000_000
    )
