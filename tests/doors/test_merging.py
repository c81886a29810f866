"""Two desks that exchange in any order, by any road and with liars between them, end the same.

Real record stores in real folders; what travels is written by the writers and read by the readers.
"""

import itertools
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.samples import (
    NOW,
    STRANGER,
    a_confirmation,
    a_safe,
    a_safe_tx,
    a_snapshot,
    a_workspace,
    an_owner,
)
from tests.signed import by_eth_sign, by_key, claims, twin
from treasury_desktop.application.incoming import Ours, bundle_bytes_in, signatures_in, unwrapped
from treasury_desktop.assets.address import Address
from treasury_desktop.bundle import (
    MOST_SIGNATURES,
    Bundle,
    ClaimedSignature,
    read_bundle,
    write_bundle,
)
from treasury_desktop.desk.collect_confirmations import CONFIRMED_OTHERWISE, still_aside
from treasury_desktop.desk.export_bundle import export_without_evidence
from treasury_desktop.desk.import_several import Outcome, import_each
from treasury_desktop.desk.import_signatures import ImportedSignatures, import_signatures
from treasury_desktop.desk.import_transaction import Imported, import_transaction
from treasury_desktop.desk.local_facts import local_facts
from treasury_desktop.desk.review_transaction import bundle_of
from treasury_desktop.files.air_gapped.carried_bytes import write_carried_bytes
from treasury_desktop.files.air_gapped.resource_writing import write_parts, write_uniform_resource
from treasury_desktop.files.air_gapped.signature_resource import write_signature_resource
from treasury_desktop.files.foreign_programs.link_writing import (
    write_localsafe_link,
    write_localsafe_signature_link,
)
from treasury_desktop.files.foreign_programs.lone_signatures import write_signatures
from treasury_desktop.safes.confirmation import Confirmation
from treasury_desktop.safes.hashes import safe_tx_hashes
from treasury_desktop.safes.lifecycle import State
from treasury_desktop.safes.queued import QuarantinedSignature, QueuedTransaction
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.safes.signature import Signature
from treasury_desktop.store.records import RecordStore, open_records

WORKSPACE, SNAPSHOT, THERE = a_workspace(), a_snapshot(), "https://x.invalid"
TRANSACTIONS = (a_safe_tx(12), a_safe_tx(12, value=7), a_safe_tx(13))
"""The first two are rivals for a nonce."""
OWNERS, FOREIGN = (1, 2, 3), 9


class Desk:
    """Real records, and what a desk does with whatever it is sent."""

    def __init__(self, folder: Path) -> None:
        self.records: RecordStore = open_records(folder)

    def import_all(self, sent: list[bytes]) -> tuple[Outcome[bytes], ...]:
        """Everything, in this order; what was confirmed before is confirmed after each.

        By the same bytes, or by others of the same owner that are preferred: then both are here.
        """
        return import_each(sent, self._import_one)

    def _import_one(self, data: bytes) -> Imported | ImportedSignatures:
        before = {queued.safe_tx_hash: queued for queued in self.queue()}
        came = self._came_of(data)
        for safe_tx_hash, queued in before.items():
            after = self.records.transaction(safe_tx_hash)
            assert after is not None
            assert owners_in(queued) <= owners_in(after)
            assert signatures_in_all(queued) <= signatures_in_all(after)
            assert set(queued.quarantined) <= set(after.quarantined)
            assert after.tx == queued.tx
        return came

    def _came_of(self, data: bytes) -> Imported | ImportedSignatures:
        content = unwrapped(data)
        lone = signatures_in(content)
        if lone is not None:
            return import_signatures(lone, self.records, WORKSPACE, SNAPSHOT, now=NOW)
        ours = Ours(workspace=WORKSPACE, snapshot=SNAPSHOT, queue=self.queue())
        bundle, _ = bundle_bytes_in(content, ours)
        return import_transaction(bundle, self.records, WORKSPACE, SNAPSHOT, now=NOW)

    def queue(self) -> tuple[QueuedTransaction, ...]:
        """Everything kept, rivals side by side."""
        return self.records.transactions(a_safe().address)

    def everything(self) -> list[bytes]:
        """What this desk sends to the other one: each transaction with all its signatures."""
        return [write_bundle(bundle_of(queued)) for queued in self.queue()]

    def state(self) -> dict[bytes, tuple[object, ...]]:
        """What counts and what does not, of each transaction."""
        return {
            queued.safe_tx_hash: (
                queued.state,
                frozenset(queued.confirmations),
                frozenset(still_aside(queued)),
            )
            for queued in self.queue()
        }


def owners_in(queued: QueuedTransaction) -> frozenset[Address]:
    """Whoever confirmed it."""
    return frozenset(one.owner for one in queued.confirmations)


def signatures_in_all(queued: QueuedTransaction) -> frozenset[bytes]:
    """The bytes of every signature that is here, whether it counts or not."""
    counted = [one.signature.encoded for one in queued.confirmations]
    return frozenset(counted + [one.data for one in queued.quarantined])


@contextmanager
def two_desks() -> Iterator[tuple[Desk, Desk]]:
    """Two desks that know the same Safe and nothing of one another."""
    with tempfile.TemporaryDirectory() as folder:
        desks = Desk(Path(folder) / "one"), Desk(Path(folder) / "other")
        try:
            yield desks
        finally:
            for desk in desks:
                desk.records.close()


# ── what is sent ─────────────────────────────────────────────────────────────────────────────────


def hash_of(tx: SafeTx) -> bytes:
    """Its Safe transaction hash."""
    return safe_tx_hashes(a_safe(), tx).safe_tx


def true_signatures(tx: SafeTx) -> tuple[ClaimedSignature, ...]:
    """One of each owner, the third in the eth_sign form."""
    hashed = hash_of(tx)
    return claims(by_key(hashed, 1), by_key(hashed, 2), by_eth_sign(hashed, 3))


def second_signatures(tx: SafeTx) -> tuple[ClaimedSignature, ...]:
    """What the same owners signed once more, the other way."""
    hashed = hash_of(tx)
    return claims(by_eth_sign(hashed, 1), by_eth_sign(hashed, 2), by_key(hashed, 3))


def liars(tx: SafeTx) -> tuple[ClaimedSignature, ...]:
    """Foreign, forged, of another transaction, twins, approvals nobody can verify, and noise."""
    hashed, other = hash_of(tx), hash_of(a_safe_tx(99))
    (foreign, twin_of_one, elsewhere) = claims(
        by_key(hashed, FOREIGN), twin(by_key(hashed, 1)), by_key(other, 2)
    )
    approved = Signature(an_owner(2).number, 0, 1).encoded
    return (
        foreign,
        twin_of_one,
        elsewhere,
        ClaimedSignature(signer=None, data=foreign.data),
        ClaimedSignature(signer=an_owner(1), data=foreign.data),
        ClaimedSignature(signer=STRANGER, data=true_signatures(tx)[0].data),
        ClaimedSignature(signer=an_owner(2), data=approved),
        ClaimedSignature(signer=None, data=b"noise"),
    )


@st.composite
def bundles(draw: st.DrawFn) -> Bundle:
    """A transaction with some signatures, true and untrue, in any order and more than once."""
    tx = draw(st.sampled_from(TRANSACTIONS))
    every = true_signatures(tx) + second_signatures(tx) + liars(tx)
    return Bundle(
        safe=a_safe(), tx=tx, signatures=tuple(draw(st.lists(st.sampled_from(every), max_size=8)))
    )


@st.composite
def whole_transactions(draw: st.DrawFn) -> bytes:
    """A transaction with signatures, by every road that carries both."""
    bundle = draw(bundles())
    content = write_bundle(bundle)
    resource = write_carried_bytes(content)
    parts = list(itertools.islice(write_parts(resource), 12, 60))
    return draw(
        st.sampled_from(
            [
                content,
                write_localsafe_link(bundle, base=THERE).encode(),
                write_uniform_resource(resource).upper().encode(),
                "\n".join(parts).encode(),
            ]
        )
    )


@st.composite
def lone_signatures(draw: st.DrawFn) -> bytes:
    """One signature without its transaction, by every road, true or of a stranger or a twin."""
    tx = draw(st.sampled_from(TRANSACTIONS))
    hashed = hash_of(tx)
    number = draw(st.sampled_from((*OWNERS[:2], FOREIGN)))
    confirmation = a_confirmation(hashed, number)
    written = confirmation.signature.encoded.hex()
    _, third = by_eth_sign(hashed, 3)
    as_message = Signature(third.r, third.s, third.v - 4).encoded.hex()
    forged = {
        "safe_tx_hash": "0x" + hashed.hex(),
        "signer": str(an_owner(2)),
        "data": "0x" + written,
    }
    return draw(
        st.sampled_from(
            [
                f"0x{hashed.hex()} 0x{written}",
                f"0x{written}",
                f"0x{as_message}",
                f"0x{hashed.hex()} {twin_of(confirmation)}",
                json.dumps(forged),
                write_signatures(hashed, (confirmation,)),
                write_uniform_resource(write_signature_resource(confirmation)),
                write_localsafe_signature_link(
                    confirmation, a_safe().address, a_safe().chain_id, base=THERE
                ),
                json.dumps({"owner": str(confirmation.owner), "signature": "0x" + written}),
            ]
        )
    ).encode()


def twin_of(confirmation: Confirmation) -> str:
    """The other signature anybody can make of one, as hex."""
    _, other = twin((confirmation.owner, confirmation.signature))
    return other.encoded.hex()


NOISE = st.sampled_from([b"", b"{}", b"ur:bytes/aeaeaeae", b"0x12", b"https://x.invalid/?tx=e30"])
SENT = st.one_of(whole_transactions(), whole_transactions(), lone_signatures(), NOISE)


# ── in any order ─────────────────────────────────────────────────────────────────────────────────


@settings(deadline=None, max_examples=25)
@given(sent=st.lists(SENT, max_size=8), data=st.data())
def test_any_order_ends_in_the_same_state(sent: list[bytes], data: st.DataObject) -> None:
    """The same things in two orders, some of them again: the same counts, the same lies aside."""
    again = data.draw(st.lists(st.sampled_from(sent), max_size=3)) if sent else []
    other_order = data.draw(st.permutations(sent + again))
    with two_desks() as (one, other):
        one.import_all(sent)
        other.import_all(list(other_order))
        assert one.state() == other.state()


@settings(deadline=None, max_examples=25)
@given(first=st.lists(SENT, max_size=6), second=st.lists(SENT, max_size=6))
def test_two_desks_that_exchange(first: list[bytes], second: list[bytes]) -> None:
    """Whatever each was sent, once they have sent each other everything they hold the same.

    What waited at the first for a transaction that only the second had goes back once more.
    """
    with two_desks() as (one, other):
        one.import_all(first)
        other.import_all(second)
        other.import_all(one.everything())
        one.import_all(other.everything())
        other.import_all(one.everything())
        state = one.state()
        assert state == other.state()
        one.import_all(other.everything())
        assert one.state() == state


@settings(deadline=None, max_examples=15)
@given(order=st.permutations(range(6)), data=st.data())
def test_an_owner_who_signed_twice(order: list[int], data: st.DataObject) -> None:
    """They confirm once, by the same bytes on both desks in any order, and no signature is lost."""
    hashed = hash_of(TRANSACTIONS[0])
    plain, by_message = by_key(hashed, 1), by_eth_sign(hashed, 1)
    true = claims(
        plain, by_message, twin(by_message), by_key(hashed, 2), by_key(hashed, 9), twin(plain)
    )
    sent = [
        write_bundle(Bundle(safe=a_safe(), tx=TRANSACTIONS[0], signatures=(true[place],)))
        for place in order
    ]
    with two_desks() as (one, other):
        one.import_all(sent)
        other.import_all(list(data.draw(st.permutations(sent))))
        state = one.state()
        assert state == other.state()
        assert {c.signature for c in one.queue()[0].confirmations} == {
            plain[1], by_key(hashed, 2)[1],
        }  # fmt: skip
        other.import_all(one.everything())
        one.import_all(other.everything())
        assert (one.state(), other.state()) == (state, state)


def test_a_second_signature_that_was_set_aside_before_it_was_preferred() -> None:
    """Records of before, where the first one counted: the preferred one counts once it is here."""
    hashed = hash_of(TRANSACTIONS[0])
    (plain, by_message) = by_key(hashed, 1), by_eth_sign(hashed, 1)
    (claim,) = claims(plain)
    sent = write_bundle(Bundle(safe=a_safe(), tx=TRANSACTIONS[0], signatures=claims(by_message)))
    again = write_bundle(Bundle(safe=a_safe(), tx=TRANSACTIONS[0], signatures=(claim,)))
    with two_desks() as (one, other):
        one.import_all([sent])
        one.records.keep_quarantined(
            QuarantinedSignature(
                safe_tx_hash=hashed,
                claimed_signer=claim.signer,
                data=claim.data,
                reason=CONFIRMED_OTHERWISE,
            )
        )
        other.import_all([sent, again])
        one.import_all([again])
        assert one.state() == other.state()
        assert [c.signature for c in one.queue()[0].confirmations] == [plain[1]]


def test_a_twin_that_came_first() -> None:
    """Whoever makes twins of signatures decides nothing: both desks count the same bytes."""
    tx = TRANSACTIONS[0]
    confirmation = a_confirmation(hash_of(tx), 1)
    sent = [
        write_bundle(Bundle(safe=a_safe(), tx=tx, signatures=())),
        f"0x{hash_of(tx).hex()} {twin_of(confirmation)}".encode(),
        write_signatures(hash_of(tx), (confirmation,)).encode(),
    ]
    states = []
    for order in itertools.permutations(sent):
        with two_desks() as (one, _):
            one.import_all(list(order))
            states.append(one.state())
    assert states[0][hash_of(tx)][1] == {confirmation}
    assert states == [states[0]] * 6


def test_rivals_stand_side_by_side() -> None:
    """Two transactions of one nonce keep their own signatures, whichever came first."""
    sent = [
        write_bundle(Bundle(safe=a_safe(), tx=tx, signatures=true_signatures(tx)[:number]))
        for number, tx in enumerate(TRANSACTIONS, start=1)
    ]
    with two_desks() as (one, other):
        one.import_all(sent)
        other.import_all(sent[::-1])
        assert one.state() == other.state()
        found = {queued.tx: (queued.state, len(queued.confirmations)) for queued in one.queue()}
    assert found == {
        TRANSACTIONS[0]: (State.COLLECTING, 1),
        TRANSACTIONS[1]: (State.CONFIRMED, 2),
        TRANSACTIONS[2]: (State.CONFIRMED, 3),
    }


def test_what_the_roads_carry() -> None:
    """Each road brings the same transaction with the same three confirmations."""
    bundle = Bundle(safe=a_safe(), tx=TRANSACTIONS[2], signatures=true_signatures(TRANSACTIONS[2]))
    resource = write_carried_bytes(write_bundle(bundle))
    states = []
    for sent in (
        write_bundle(bundle),
        write_localsafe_link(bundle, base=THERE).encode(),
        write_uniform_resource(resource).encode(),
        "\n".join(itertools.islice(write_parts(resource), 9, 60)).encode(),
    ):
        with two_desks() as (one, _):
            (outcome,) = one.import_all([sent])
            assert outcome.refusal == ""
            states.append(one.state())
    assert states[0][hash_of(TRANSACTIONS[2])][0] is State.CONFIRMED
    assert states == [states[0]] * 4


def test_a_heap_of_junk_leaves_a_bundle_that_can_be_read() -> None:
    """What counts goes first, then what may yet count; everything stays here."""
    tx = TRANSACTIONS[0]
    hashed = hash_of(tx)
    junk = tuple(
        ClaimedSignature(signer=None, data=number.to_bytes(64, "big") + b"\x1b")
        for number in range(1, MOST_SIGNATURES + 200)
    )
    (true,) = claims(by_key(hashed, 1))
    approved = ClaimedSignature(
        signer=an_owner(2), data=Signature(an_owner(2).number, 0, 1).encoded
    )
    with two_desks() as (one, other):
        one.import_all(
            [
                write_bundle(Bundle(safe=a_safe(), tx=tx, signatures=some))
                for some in (junk[:700], (*junk[700:], approved, true))
            ]
        )
        other.import_all(one.everything())
        (here,), (there,) = one.queue(), other.queue()
        assert owners_in(there) == owners_in(here) == {an_owner(1)}
        assert len(here.quarantined) == len(junk) + 1
        assert len(there.quarantined) == MOST_SIGNATURES - 1
        assert approved.data in {aside.data for aside in there.quarantined}
        lean = read_bundle(export_without_evidence(here, local_facts(WORKSPACE, SNAPSHOT, ())))
        assert lean.signatures == (true, approved)
