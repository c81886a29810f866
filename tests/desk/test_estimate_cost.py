"""What executing would cost, worked out from the very bytes that would be sent."""

import pytest

from tests.desk.in_memory import MemoryChain, MemoryRecords, MemorySigner
from tests.desk.test_execute_transaction import EXECUTOR, confirmed, our_facts, the_one
from tests.samples import NOW, a_safe, an_owner
from treasury_desktop.desk.estimate_cost import estimate_cost
from treasury_desktop.desk.execute_transaction import execute_transaction
from treasury_desktop.desk.fees import CostEstimate, Speed
from treasury_desktop.errors import Refused


def estimate(records: MemoryRecords, chain: MemoryChain) -> CostEstimate:
    """The cost of the one transaction."""
    return estimate_cost(
        the_one(records).safe_tx_hash, our_facts(), EXECUTOR,
        reader=chain, broadcaster=chain, records=records, now=NOW,
    )  # fmt: skip


def test_what_is_estimated_is_what_is_sent() -> None:
    """The same calldata, gas and fees; and nothing was signed or recorded by looking."""
    records, chain, signer = confirmed(1, 2), MemoryChain(), MemorySigner()
    found = estimate(records, chain)
    assert (records.notes, chain.sent) == ([], [])
    agreed = found.agreed(found.fees_at(Speed.FAST))
    execute_transaction(
        the_one(records).safe_tx_hash, our_facts(), EXECUTOR, agreed,
        signer=signer, reader=chain, broadcaster=chain, records=records, now=NOW,
    )  # fmt: skip
    (transaction,) = signer.transactions
    assert (transaction.data,) == tuple(chain.estimated)
    assert transaction.gas * transaction.max_fee_per_gas == agreed.highest_wei
    assert transaction.max_priority_fee_per_gas == agreed.fees.max_priority_fee_per_gas


def test_nothing_is_estimated_of_what_cannot_be_executed() -> None:
    """The reason is that of the execution."""
    with pytest.raises(Refused, match="1 of 2 confirmations"):
        estimate(confirmed(1), MemoryChain())
    with pytest.raises(Refused, match="is not next"):
        estimate(confirmed(1, 2), MemoryChain(safe=a_safe(nonce=13)))
    owners = MemoryChain(safe=a_safe(owners=(an_owner(1), an_owner(2), EXECUTOR.address)))
    with pytest.raises(Refused, match="must not be an owner's key"):
        estimate(confirmed(1, 2), owners)
