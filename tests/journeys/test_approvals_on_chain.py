"""Owners who approve on the chain instead of signing: found, counted, and executed with."""

from contextlib import closing

import pytest

from tests.journeys.conftest import Ceremony, drafted, executed, key_of
from treasury_desktop.application.open_desk import OpenDesk
from treasury_desktop.assets.address import Address
from treasury_desktop.devnet.json_rpc import JsonRpc
from treasury_desktop.devnet.packages import calldata
from treasury_desktop.errors import Unavailable
from treasury_desktop.safes.lifecycle import State


def approve(ceremony: Ceremony, owner: Address, safe: Address, safe_tx_hash: bytes) -> None:
    """An owner's own Ethereum transaction, from whatever wallet they have."""
    approval = calldata("approveHash(bytes32)", safe_tx_hash)
    sent = {"from": str(owner), "to": str(safe), "data": "0x" + approval.hex(), "gas": hex(10**5)}
    with closing(JsonRpc(ceremony.endpoint)) as chain:
        assert chain.ask("eth_sendTransactionSync", sent)["status"] == "0x1"


def confirmed_by(desk: OpenDesk, safe_tx_hash: bytes) -> frozenset[Address]:
    """Whoever confirmed it, as the desk shows it now."""
    return next(q.confirmed_by for q in desk.queue() if q.safe_tx_hash == safe_tx_hash)


def test_two_approvals_execute_a_deployment(ceremony: Ceremony) -> None:
    """Nobody sent a signature: a refresh finds both, and the executor sends what they approved."""
    desk = ceremony.desk()
    snapshot = desk.refresh().snapshot
    queued = desk.keep_draft(drafted(desk, 4))
    owners = snapshot.safes[0].owners
    assert isinstance(owners, tuple)
    for owner in owners[:2]:
        approve(ceremony, owner, queued.safe, queued.safe_tx_hash)
    assert confirmed_by(desk, queued.safe_tx_hash) == frozenset()
    desk.refresh()
    assert confirmed_by(desk, queued.safe_tx_hash) == set(owners[:2])
    assert set(desk.review(queued.safe_tx_hash).valid_signers) == set(owners[:2])

    receipt = executed(desk, queued.safe_tx_hash, key_of(desk, "Executor"))

    assert receipt.execution_success is True
    kept = desk.records.transaction(queued.safe_tx_hash)
    assert kept is not None
    assert kept.state is State.EXECUTED


def test_without_a_node_an_approval_is_nobodys_word(ceremony: Ceremony) -> None:
    """Neither after the node is gone nor after a new start; with a node it counts again."""
    desk = ceremony.desk()
    snapshot = desk.refresh().snapshot
    queued = desk.keep_draft(drafted(desk, 4))
    owners = snapshot.safes[0].owners
    assert isinstance(owners, tuple)
    approve(ceremony, owners[0], queued.safe, queued.safe_tx_hash)
    desk.refresh()
    assert confirmed_by(desk, queued.safe_tx_hash) == {owners[0]}
    endpoints = desk.workspace.endpoints
    desk.use_endpoints(())
    with pytest.raises(Unavailable):
        desk.refresh()
    assert confirmed_by(desk, queued.safe_tx_hash) == frozenset()
    assert confirmed_by(ceremony.desk(is_online=False), queued.safe_tx_hash) == frozenset()
    desk.use_endpoints(endpoints)
    desk.refresh()
    assert confirmed_by(desk, queued.safe_tx_hash) == {owners[0]}
