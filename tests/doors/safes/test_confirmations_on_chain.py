"""What only the chain can verify: asked of real Safes, and held against what they execute."""

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.desk.in_memory import MemoryRecords
from tests.doors.chain.lying_endpoint import LyingEndpoint
from tests.samples import NOW, an_owner
from tests.signed import by_eth_sign, by_key
from treasury_desktop.assets.address import Address
from treasury_desktop.bundle import Bundle, ClaimedSignature
from treasury_desktop.chain.confirmation_reader import ConfirmationReader
from treasury_desktop.chain.node import Node
from treasury_desktop.desk.ask_the_chain import (
    Question,
    ask_the_chain,
    questions_about,
    with_answer,
)
from treasury_desktop.desk.collect_confirmations import collect_confirmations, still_aside
from treasury_desktop.desk.import_transaction import queued_from
from treasury_desktop.desk.review_transaction import bundle_of
from treasury_desktop.devnet.packages import calldata
from treasury_desktop.errors import Unavailable
from treasury_desktop.review.signatures import checked_signatures
from treasury_desktop.safes.chain_answer import ChainAnswer, approved_by
from treasury_desktop.safes.confirmation import packed_signatures
from treasury_desktop.safes.hashes import safe_tx_hashes
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.safes.safe import Safe
from treasury_desktop.safes.safe_message import safe_message_hash
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.safes.signature import Signature
from treasury_desktop.safes.signature_blob import contract_signature, pack_signatures
from treasury_desktop.treasury.workspace import Endpoint

HANDLER = "handler/CompatibilityFallbackHandler"
CHAIN_ID = 31337


@pytest.fixture
def node(deployer: Any) -> Iterator[Node]:
    """The chain through one honest endpoint."""
    opened = Node((Endpoint(name="local node", url=deployer.endpoint),), CHAIN_ID)
    yield opened
    opened.close()


def hash_of(outer: Any, tx: SafeTx) -> bytes:
    """Its Safe transaction hash."""
    return safe_tx_hashes(outer.safe, tx).safe_tx


def inside(outer: Any, inner: Any, tx: SafeTx, *owners: int) -> bytes:
    """What these owners of the inner Safe sign for the outer one, packed."""
    asked = safe_message_hash(hash_of(outer, tx), outer.safe, inner.safe.address)
    return pack_signatures(by_key(asked, owner) for owner in owners)


def a_queue(outer: Any, tx: SafeTx, *sent: ClaimedSignature) -> tuple[MemoryRecords, Safe]:
    """Records with one transaction of the outer Safe and what was sent for it."""
    records = MemoryRecords()
    bundle = Bundle(safe=outer.safe, tx=tx)
    records.keep_transaction(queued_from(bundle, now=NOW, drafted_here=False))
    safe = replace(outer.safe, nonce=tx.nonce)
    collect_confirmations(sent, hash_of(outer, tx), records, safe)
    return records, safe


def asked(node: Node, records: MemoryRecords, safe: Safe) -> QueuedTransaction:
    """The one transaction with what the chain says of it now."""
    (queued,) = records.transactions(safe.address)
    return with_answer(queued, ask_the_chain(ConfirmationReader(node), (queued,), (safe,)))


def the_answer(node: Node, outer: Any, tx: SafeTx, owner: Address, carried: bytes) -> bool | None:
    """Whether the chain accepts a contract signature; `None` where it says nothing."""
    one = Signature(owner.number, 0, 0, carried)
    question = Question(outer.safe, tx, hash_of(outer, tx), owner, one, is_claimed=True)
    answers = ConfirmationReader(node).answers((question,))
    return answers[0].is_accepted if answers else None


# ── contract signatures ──────────────────────────────────────────────────────────────────────────


def test_a_nested_safe_confirms_while_the_chain_says_so(nested: Any, node: Node) -> None:
    """It counts with a node and executes; without one it is aside, and nothing of it is lost."""
    outer, inner = nested
    tx = outer.next_tx(data=b"\x21")
    carried = contract_signature(inner.safe.address, inside(outer, inner, tx, 2, 3))
    records, safe = a_queue(
        outer, tx,
        ClaimedSignature(signer=an_owner(1), data=by_key(hash_of(outer, tx), 1)[1].encoded),
        ClaimedSignature(signer=None, data=carried),
    )  # fmt: skip
    (offline,) = records.transactions(safe.address)
    assert offline.confirmed_by == {an_owner(1)}
    assert [one.data for one in still_aside(offline)] == [carried]
    queued = asked(node, records, safe)
    assert queued.confirmed_by == {an_owner(1), inner.safe.address}
    assert still_aside(queued) == ()
    read = checked_signatures(
        bundle_of(queued).signatures, safe, queued.safe_tx_hash, queued.answered
    )
    assert [(one.status, one.counts) for one in read] == [("valid", True)] * 2
    outer.execute(tx, packed_signatures((*queued.confirmations, *queued.accepted)))


def test_an_owner_who_left_the_nested_safe(nested: Any, node: Node) -> None:
    """What the chain accepted a moment ago counts no longer, and is aside again."""
    outer, inner = nested
    tx = outer.next_tx(data=b"\x22")
    carried = contract_signature(inner.safe.address, inside(outer, inner, tx, 1, 3))
    records, safe = a_queue(outer, tx, ClaimedSignature(signer=None, data=carried))
    assert asked(node, records, safe).confirmed_by == {inner.safe.address}
    swap = "swapOwner(address,address,address)"
    for old, new in ((an_owner(1), an_owner(5)), (an_owner(5), an_owner(1))):
        first = str(Address((1).to_bytes(20, "big")))
        call = calldata(swap, first, str(old), str(new))
        inner.deployer.sent(inner.safe.address, call, sender=inner.safe.address)
        queued = asked(node, records, safe)
        is_back = new == an_owner(1)
        assert queued.confirmed_by == ({inner.safe.address} if is_back else set())
        assert len(still_aside(queued)) == (0 if is_back else 1)
    answer = asked(node, records, safe).answered[0]
    assert answer.block_number == int(inner.deployer.rpc.ask("eth_blockNumber"), 16)


def test_the_chain_accepts_what_the_safe_executes(nested: Any, node: Node) -> None:
    """Of random true and untrue contract signatures ours is the Safe's own opinion."""
    outer, inner = nested
    dice = random.Random(str(outer.safe.version))  # noqa: S311  samples, not secrets
    outcomes = set()
    for _ in range(25):
        tx = outer.next_tx(data=dice.randbytes(dice.randrange(40)), value=0)
        mine = by_key(hash_of(outer, tx), 1)
        message = safe_message_hash(hash_of(outer, tx), outer.safe, inner.safe.address)
        made = [
            dice.choice((by_key, by_eth_sign))(dice.choice((message, message, bytes(32))), owner)
            for owner in dice.sample((1, 2, 3, 4), dice.randrange(1, 4))
        ]
        carried = bytearray(pack_signatures(made))
        if dice.random() < 0.2:
            carried[dice.randrange(len(carried))] ^= 1 << dice.randrange(8)
        carried += dice.randbytes(dice.choice((0, 0, 0, 40)))
        one = Signature(inner.safe.address.number, 0, 0, bytes(carried))
        signatures = pack_signatures((mine, (inner.safe.address, one)))
        try:
            is_executed = outer.would_execute(tx, signatures)
        except Unavailable:
            is_executed = False
        assert the_answer(node, outer, tx, inner.safe.address, bytes(carried)) is is_executed
        outcomes.add(is_executed)
    assert outcomes == {True, False}


def test_nothing_carried_and_no_contract(nested: Any, node: Node) -> None:
    """A Safe that signed no message on the chain, and an owner without code, accept nothing."""
    outer, inner = nested
    tx = outer.next_tx()
    assert the_answer(node, outer, tx, inner.safe.address, b"") is False
    assert the_answer(node, outer, tx, an_owner(1), inside(outer, inner, tx, 2, 3)) is False


@pytest.mark.parametrize("version", ["0.1.0", "1.0.0", "1.1.1"])
def test_old_safes_with_a_newer_one_as_owner(version: str, deployer: Any, node: Node) -> None:
    """Safes since 1.0.0 ask by the bytes; of older ones nobody says anything."""
    inner = deployer.safe("1.3.0", handler=deployer.library("1.3.0", HANDLER))
    outer = deployer.safe(version, owners=(an_owner(1), inner.safe.address))
    tx = outer.next_tx(data=b"\x23")
    carried = inside(outer, inner, tx, 2, 3)
    is_accepted = the_answer(node, outer, tx, inner.safe.address, carried)
    if version == "0.1.0":
        assert is_accepted is None
        return
    assert is_accepted is True
    assert the_answer(node, outer, tx, inner.safe.address, carried[:65]) is False
    one = Signature(inner.safe.address.number, 0, 0, carried)
    mine = by_key(hash_of(outer, tx), 1)
    outer.execute(tx, pack_signatures((mine, (inner.safe.address, one))))


def test_endpoints_that_do_not_agree(nested: Any, deployer: Any) -> None:
    """One endpoint that says yes where the other says no is nobody's word: it does not count."""
    outer, inner = nested
    tx = outer.next_tx(data=b"\x24")
    carried = contract_signature(inner.safe.address, inside(outer, inner, tx, 2))
    records, safe = a_queue(outer, tx, ClaimedSignature(signer=None, data=carried))
    yes = "0x20c13b0b" if not outer.safe.version.asks_contracts_by_hash else "0x1626ba7e"

    def twist(request: dict[str, Any], response: dict[str, Any]) -> Any:
        to = str(request["params"][0].get("to", "")) if request["method"] == "eth_call" else ""
        if to.lower() == str(inner.safe.address).lower() or "error" in response:
            return {"jsonrpc": "2.0", "id": response["id"], "result": yes.ljust(66, "0")}
        return response

    with LyingEndpoint(deployer.endpoint) as liar:
        honest = Endpoint(name="honest", url=deployer.endpoint)
        both = Node((honest, liar.endpoint), CHAIN_ID)
        alone = Node((liar.endpoint,), CHAIN_ID)
        try:
            liar.twist = twist
            assert asked(both, records, safe).answered == ()
            assert asked(alone, records, safe).confirmed_by == {inner.safe.address}
        finally:
            both.close()
            alone.close()


# ── approved hashes ──────────────────────────────────────────────────────────────────────────────


def test_approvals_are_found_although_nobody_sent_one(real_safe: Any, node: Node) -> None:
    """An owner who approved the hash on the chain confirms it; others do not."""
    tx = real_safe.next_tx(data=b"\x25")
    safe_tx_hash = hash_of(real_safe, tx)
    records, safe = a_queue(
        real_safe, tx,
        ClaimedSignature(signer=an_owner(1), data=by_key(safe_tx_hash, 1)[1].encoded),
    )  # fmt: skip
    assert asked(node, records, safe).answered == ()
    approval = calldata("approveHash(bytes32)", safe_tx_hash)
    real_safe.deployer.sent(real_safe.safe.address, approval, sender=an_owner(2))
    queued = asked(node, records, safe)
    assert queued.confirmed_by == {an_owner(1), an_owner(2)}
    assert [one.signature for one in queued.accepted] == [approved_by(an_owner(2))]
    real_safe.execute(tx, packed_signatures((*queued.confirmations, *queued.accepted)))


def test_an_approval_somebody_only_claims(real_safe: Any, node: Node) -> None:
    """What the chain does not have is told with the block, and does not count."""
    tx = real_safe.next_tx(data=b"\x26")
    claim = ClaimedSignature(signer=an_owner(3), data=approved_by(an_owner(3)).encoded)
    records, safe = a_queue(real_safe, tx, claim)
    queued = asked(node, records, safe)
    assert queued.confirmed_by == frozenset()
    (answer,) = queued.answered
    assert (answer.owner, answer.is_accepted) == (an_owner(3), False)
    assert [one.data for one in still_aside(queued)] == [claim.data]


def test_what_is_asked_of_one_transaction(nested: Any) -> None:
    """Approvals of every owner who did not sign, and each signature that was sent, once."""
    outer, inner = nested
    tx = outer.next_tx()
    carried = contract_signature(inner.safe.address, inside(outer, inner, tx, 2))
    dirty = Signature(inner.safe.address.number | 1 << 255, 9, 1).encoded
    claims = [ClaimedSignature(signer=None, data=data) for data in (carried, dirty, carried)]
    mine = ClaimedSignature(signer=None, data=by_key(hash_of(outer, tx), 1)[1].encoded)
    records, safe = a_queue(outer, tx, mine, *claims)
    (queued,) = records.transactions(safe.address)
    asked_about = questions_about(queued, safe, {})
    assert [(one.owner, one.signature.v, one.is_claimed) for one in asked_about] == [
        (inner.safe.address, 1, True), (inner.safe.address, 0, True),
    ]  # fmt: skip
    executed = replace(safe, nonce=tx.nonce + 1)
    assert ask_the_chain(_Nobody(), (queued,), (executed,)) == {}


class _Nobody:
    def answers(self, questions: tuple[Question, ...]) -> tuple[ChainAnswer, ...]:
        assert not questions
        return ()
