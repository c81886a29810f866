"""A contract signature built of its inner owners' signatures, accepted by real Safes."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.desk.in_memory import MemoryRecords
from tests.doors.safes.test_real_contracts import random_transactions
from tests.samples import NOW, an_owner
from tests.signed import by_eth_sign, by_key
from treasury_desktop.assets.address import Address
from treasury_desktop.bundle import Bundle, ClaimedSignature
from treasury_desktop.chain.confirmation_reader import ConfirmationReader
from treasury_desktop.chain.node import Node
from treasury_desktop.desk.ask_the_chain import ask_the_chain, with_answer
from treasury_desktop.desk.collect_confirmations import collect_confirmations, still_aside
from treasury_desktop.desk.import_transaction import queued_from
from treasury_desktop.desk.review_transaction import bundle_of
from treasury_desktop.errors import Refused
from treasury_desktop.safes.confirmation import packed_signatures
from treasury_desktop.safes.hashes import safe_tx_hashes
from treasury_desktop.safes.nested_signature import can_confirm, message_to_sign
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.safes.safe import RELEASED, Safe, SafeVersion
from treasury_desktop.safes.safe_message import safe_message_hash
from treasury_desktop.safes.signature import Signature
from treasury_desktop.safes.signature_blob import contract_signature, pack_signatures
from treasury_desktop.treasury.workspace import Endpoint

HANDLER = "handler/CompatibilityFallbackHandler"
PAIRS = [
    ("1.3.0", "1.3.0"), ("1.4.1", "1.4.1"), ("1.5.0", "1.5.0"),
    ("1.4.1", "1.3.0"), ("1.5.0", "1.3.0"), ("1.5.0", "1.4.1"), ("1.1.1", "1.3.0"),
]  # fmt: skip
"""Versions of the outer and of the inner Safe."""


@pytest.fixture
def node(deployer: Any) -> Iterator[Node]:
    """The chain through one honest endpoint."""
    opened = Node((Endpoint(name="local node", url=deployer.endpoint),), 31337)
    yield opened
    opened.close()


def a_pair(deployer: Any, outer: str, inner: str) -> tuple[Any, Any]:
    """A Safe, and the Safe that is one of its two owners; both owners are needed."""
    inside = deployer.safe(inner, handler=deployer.library(inner, HANDLER))
    return deployer.safe(outer, owners=(an_owner(1), inside.safe.address)), inside


def claim(inner: Address, *signed: tuple[Address, Signature]) -> ClaimedSignature:
    """What owners of the inner Safe sent, as a contract signature that holds it."""
    return ClaimedSignature(signer=inner, data=contract_signature(inner, pack_signatures(signed)))


def told(
    node: Node, records: MemoryRecords, outer: Safe, inner: Safe
) -> tuple[QueuedTransaction, QueuedTransaction]:
    """The one transaction as kept, and with what the chain says of it."""
    (queued,) = records.transactions(outer.address)
    answers = ask_the_chain(ConfirmationReader(node), (queued,), (outer, inner))
    return queued, with_answer(queued, answers)


@pytest.mark.parametrize(("outer_version", "inner_version"), PAIRS)
def test_pieces_of_several_desks_become_one_signature(
    deployer: Any, node: Node, outer_version: str, inner_version: str
) -> None:
    """Nothing counts before the inner threshold; then the chain accepts it and it executes."""
    outer, inner = a_pair(deployer, outer_version, inner_version)
    tx = outer.next_tx(data=b"\x31")
    safe, inside, where = replace(outer.safe, nonce=tx.nonce), inner.safe, inner.safe.address
    safe_tx_hash = safe_tx_hashes(safe, tx).safe_tx
    message = message_to_sign(safe, tx, inside)
    records = MemoryRecords()
    bundle = Bundle(safe=outer.safe, tx=tx)
    records.keep_transaction(queued_from(bundle, now=NOW, drafted_here=False))
    mine = ClaimedSignature(signer=None, data=by_key(safe_tx_hash, 1)[1].encoded)
    for sent in (
        (mine, claim(where, by_key(message, 3))),
        (claim(where, by_key(message, 9), by_key(bytes(32), 2)), claim(where)),
    ):
        collect_confirmations(sent, safe_tx_hash, records, safe)
        assert told(node, records, safe, inside)[1].confirmed_by == {an_owner(1)}
    collect_confirmations((claim(where, by_eth_sign(message, 2)),), safe_tx_hash, records, safe)
    kept, queued = told(node, records, safe, inside)
    assert kept.confirmed_by == {an_owner(1)}
    assert queued.confirmed_by == {an_owner(1), where}
    assert len(still_aside(queued)) == 2  # the stranger's and the empty one
    assert len([one for one in bundle_of(queued).signatures or () if one.signer == where]) == 3
    outer.execute(tx, packed_signatures((*queued.confirmations, *queued.accepted)))


def test_a_newer_safe_does_not_answer_an_older_one(deployer: Any, node: Node) -> None:
    """1.5.0 is asked about hashes only, which an older Safe never does: nothing is signed."""
    outer, inner = a_pair(deployer, "1.4.1", "1.5.0")
    tx = outer.next_tx()
    assert not can_confirm(outer.safe, inner.safe)
    with pytest.raises(Refused, match="draft its approval instead"):
        message_to_sign(outer.safe, tx, inner.safe)
    asked = safe_message_hash(
        safe_tx_hashes(outer.safe, tx).safe_tx, outer.safe, inner.safe.address
    )
    records = MemoryRecords()
    records.keep_transaction(
        queued_from(Bundle(safe=outer.safe, tx=tx), now=NOW, drafted_here=False)
    )
    safe = replace(outer.safe, nonce=tx.nonce)
    whole = claim(inner.safe.address, *sorted((by_key(asked, 2), by_key(asked, 3))))
    collect_confirmations((whole,), safe_tx_hashes(safe, tx).safe_tx, records, safe)
    assert told(node, records, safe, inner.safe)[1].confirmed_by == frozenset()


@given(
    versions=st.tuples(st.sampled_from(RELEASED), st.sampled_from(RELEASED)),
    number=st.integers(0, 30),
)
def test_both_derivations_and_the_reading_of_it(
    versions: tuple[tuple[int, int, int], tuple[int, int, int]], number: int
) -> None:
    """What is signed is what a review reads inside a contract signature, for every version."""
    outer, inner = (
        Safe(chain_id=5, address=Address(bytes([at]) * 20), version=SafeVersion(*version))
        for at, version in enumerate(versions, start=1)
    )
    tx = random_transactions(31)[number]
    if not can_confirm(outer, inner):
        return
    expected = safe_message_hash(
        safe_tx_hashes(outer, tx).safe_tx, outer, inner.address, inner.version
    )
    assert message_to_sign(outer, tx, inner) == expected
