"""Two desks that exchange messages in any order, with liars between them, end the same.

Real record stores in real folders; what travels are files that one desk writes and the other reads.
"""

import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.samples import NOW, STRANGER, a_safe, a_snapshot, a_workspace, an_owner
from tests.signed import by_eth_sign, by_key, claims, twin
from tests.typed_data_samples import a_vote, as_bytes
from treasury_desktop.application.message_desk import MessageDesk
from treasury_desktop.assets.unknown import UNKNOWN
from treasury_desktop.bundle import ClaimedSignature
from treasury_desktop.chain.node import Node
from treasury_desktop.desk.collect_message_signatures import collect_waiting_messages, still_aside
from treasury_desktop.desk.local_facts import local_facts
from treasury_desktop.errors import Refused, Unavailable
from treasury_desktop.files.message_file import MAX_SIGNATURES, MessageFile, write_message_file
from treasury_desktop.keys.signer_process import SignerProcess
from treasury_desktop.messages.hashes import message_hashes
from treasury_desktop.messages.message import Message
from treasury_desktop.messages.text_message import TextMessage
from treasury_desktop.messages.typed_data import read_typed_data
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.store.records import RecordStore, open_records
from treasury_desktop.treasury.workspace import Workspace

SAFE = a_safe(fallback_handler=UNKNOWN)
MESSAGES: tuple[Message, ...] = (
    TextMessage("Harbour DAO agrees."),
    read_typed_data(as_bytes(a_vote(str(SAFE.address)))),
)


@dataclass
class Parts:
    """What messages need of a desk: real records, and a Safe whose owners are known."""

    records: RecordStore
    workspace: Workspace

    def now(self) -> int:
        """A fixed moment."""
        return NOW

    def local_facts(self) -> LocalFacts:
        """What was read of the Safe."""
        return replace(local_facts(self.workspace, a_snapshot(), ()), safe=SAFE)

    def open_node(self) -> Node:
        """There is none."""
        raise Unavailable("No node is named.")

    def signer(self) -> AbstractContextManager[SignerProcess]:
        """Nobody signs here."""
        raise Refused("Nobody signs here.")


class Desk:
    """A desk that takes in and sends on messages."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self.records = open_records(folder / "records")
        self.messages = MessageDesk(Parts(self.records, a_workspace()))

    def import_all(self, sent: list[bytes]) -> None:
        """Everything, in this order; no owner and no byte that was here before is gone after."""
        for content in sent:
            before = self.kept_bytes()
            path = self.folder / "came.json"
            path.write_bytes(content)
            self.messages.import_file(path)
            assert before <= self.kept_bytes()

    def everything(self) -> list[bytes]:
        """What this desk sends to the other one: each message with its signatures."""
        path = self.folder / "sent.json"
        sent = []
        for one in self.messages.all():
            self.messages.export(one.safe_message_hash, path)
            sent.append(path.read_bytes())
        return sent

    def kept_bytes(self) -> frozenset[bytes]:
        """The bytes of every signature that is here, whether it counts or not."""
        kept = self.messages.all()
        counted = {one.signature.encoded for message in kept for one in message.confirmations}
        return frozenset(counted | {one.data for message in kept for one in message.aside})

    def state(self) -> dict[bytes, tuple[object, ...]]:
        """What counts of each message and what does not."""
        return {
            one.safe_message_hash: (frozenset(one.confirmations), frozenset(still_aside(one)))
            for one in self.messages.all()
        }


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


def file_of(message: Message, *signatures: ClaimedSignature) -> bytes:
    """What a cosigner sends."""
    return write_message_file(
        MessageFile(safe=SAFE, message=message, purpose="", signatures=signatures)
    )


def every_signature(message: Message) -> tuple[ClaimedSignature, ...]:
    """Of each owner both ways and the twins of both, of a stranger, of another hash, and noise."""
    digest = message_hashes(SAFE, message).safe_message
    both = [way(digest, number) for way in (by_key, by_eth_sign) for number in (1, 2, 3)]
    (foreign, elsewhere) = claims(by_key(digest, 9), by_key(bytes(32), 2))
    return (
        *claims(*both),
        *claims(*map(twin, both)),
        foreign,
        elsewhere,
        ClaimedSignature(signer=an_owner(1), data=foreign.data),
        ClaimedSignature(signer=STRANGER, data=claims(both[0])[0].data),
        ClaimedSignature(signer=None, data=claims(both[1])[0].data),
        ClaimedSignature(signer=None, data=b"noise"),
    )


@st.composite
def message_files(draw: st.DrawFn) -> bytes:
    """A message with some of its signatures, true and untrue, in any order, more than once."""
    message = draw(st.sampled_from(MESSAGES))
    some = draw(st.lists(st.sampled_from(every_signature(message)), max_size=6))
    return file_of(message, *some)


@settings(deadline=None, max_examples=25)
@given(sent=st.lists(message_files(), max_size=6), data=st.data())
def test_any_order_ends_in_the_same_state(sent: list[bytes], data: st.DataObject) -> None:
    """The same files in two orders, some of them again: the same counts, the same lies aside."""
    again = data.draw(st.lists(st.sampled_from(sent), max_size=3)) if sent else []
    other_order = data.draw(st.permutations(sent + again))
    with two_desks() as (one, other):
        one.import_all(sent)
        other.import_all(list(other_order))
        assert one.state() == other.state()


@settings(deadline=None, max_examples=25)
@given(first=st.lists(message_files(), max_size=4), second=st.lists(message_files(), max_size=4))
def test_two_desks_that_exchange(first: list[bytes], second: list[bytes]) -> None:
    """Whatever each was sent, once they have sent each other everything they hold the same."""
    with two_desks() as (one, other):
        one.import_all(first)
        other.import_all(second)
        other.import_all(one.everything())
        one.import_all(other.everything())
        assert one.state() == other.state()


def test_the_store_counts_the_preferred_signature() -> None:
    """Also where a reader before this one kept the other form first."""
    message = MESSAGES[0]
    digest = message_hashes(SAFE, message).safe_message
    (plain, by_message) = claims(by_key(digest, 1), by_eth_sign(digest, 1))
    with two_desks() as (one, other):
        for desk, order in ((one, (plain, by_message)), (other, (by_message, plain))):
            desk.import_all([file_of(message, signature) for signature in order])
            (kept,) = desk.messages.all()
            assert [c.signature.encoded for c in kept.confirmations] == [plain.data]
            assert collect_waiting_messages(desk.records, SAFE) == 0


def test_a_heap_of_junk_leaves_a_file_that_can_be_read() -> None:
    """True signatures go first; what nobody reads beyond is left out, and stays here."""
    message = MESSAGES[0]
    digest = message_hashes(SAFE, message).safe_message
    junk = [
        ClaimedSignature(signer=None, data=number.to_bytes(64, "big") + b"\x1b")
        for number in range(1, MAX_SIGNATURES + 50)
    ]
    true = claims(by_key(digest, 1), by_key(digest, 2))
    with two_desks() as (one, other):
        one.import_all([file_of(message, *junk[:150]), file_of(message, *junk[150:], *true)])
        other.import_all(one.everything())
        (there,), (here,) = other.messages.all(), one.messages.all()
        assert there.owners == here.owners == (an_owner(1), an_owner(2))
        assert len(here.aside) == len(junk)
        assert len(there.aside) == MAX_SIGNATURES - len(true)
