"""What the real Safe contracts say of messages: their hash, and whether the signature stands."""

import pytest
from coincurve import PrivateKey

from tests.doors.safes.conftest import HANDLER, INSTALLED, OWNERS, Deployer, RealSafe
from tests.typed_data_samples import a_permit, as_bytes
from treasury_desktop.chain.message_verifier import MessageVerifier
from treasury_desktop.chain.node import Node
from treasury_desktop.devnet.packages import calldata
from treasury_desktop.errors import Unavailable
from treasury_desktop.messages.hashes import message_hashes
from treasury_desktop.messages.text_message import TextMessage
from treasury_desktop.messages.typed_data import read_typed_data
from treasury_desktop.safes.signature import Signature
from treasury_desktop.safes.signature_blob import pack_signatures
from treasury_desktop.treasury.workspace import Endpoint

MAGIC = 0x1626BA7E << 224
MESSAGES = {
    "text": TextMessage("Harbour DAO agrees."),
    "typed data": read_typed_data(as_bytes(a_permit())),
}


@pytest.fixture(scope="session", params=[v for v in INSTALLED if "+" not in v])
def answering(request: pytest.FixtureRequest, deployer: Deployer) -> RealSafe:
    """A 2-of-3 Safe of a version with the fallback handler that answers for messages."""
    return deployer.safe(request.param, handler=deployer.library(request.param, HANDLER))


def signed(digest: bytes, *keys: int) -> bytes:
    """The packed signatures of owners, by the numbers that are their keys."""
    made = []
    for key in keys:
        raw = PrivateKey.from_int(key).sign_recoverable(digest, hasher=None)
        r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:64], "big")
        made.append((OWNERS[key - 1], Signature(r, s, 27 + raw[64])))
    return pack_signatures(made)


def is_valid(safe: RealSafe, message_hash: bytes, signatures: bytes) -> bool:
    """What isValidSignature says; False where it reverts."""
    asked = calldata("isValidSignature(bytes32,bytes)", message_hash, signatures)
    try:
        return safe.answer(asked)[:1] == [MAGIC]
    except Unavailable:
        return False


@pytest.mark.parametrize("kind", MESSAGES)
def test_the_handler_derives_the_same_safe_message(answering: RealSafe, kind: str) -> None:
    """GetMessageHash of the 32-byte hash is what we say is signed."""
    found = message_hashes(answering.safe, MESSAGES[kind])
    (word,) = answering.words("getMessageHash(bytes)", found.message)
    assert word.to_bytes(32, "big") == found.safe_message


@pytest.mark.parametrize("kind", MESSAGES)
def test_the_safe_stands_by_its_owners_signatures(answering: RealSafe, kind: str) -> None:
    """Two of three owners over the SafeMessage hash are the Safe's own signature."""
    found = message_hashes(answering.safe, MESSAGES[kind])
    assert is_valid(answering, found.message, signed(found.safe_message, 1, 3))


@pytest.mark.parametrize(
    "keys", [(1,), ()], ids=["one owner of two", "nobody, and nothing was signed on chain"]
)
def test_the_safe_does_not_stand_by_too_few(answering: RealSafe, keys: tuple[int, ...]) -> None:
    """Below the threshold there is no signature of the Safe."""
    found = message_hashes(answering.safe, MESSAGES["text"])
    assert not is_valid(answering, found.message, signed(found.safe_message, *keys))


def test_signatures_over_the_bare_hash_are_worth_nothing(answering: RealSafe) -> None:
    """What the wallet of a person signs, a Safe's owners do not."""
    found = message_hashes(answering.safe, MESSAGES["text"])
    assert not is_valid(answering, found.message, signed(found.message, 1, 2))


def test_another_message_needs_other_signatures(answering: RealSafe) -> None:
    """One letter makes the difference."""
    found = message_hashes(answering.safe, TextMessage("Harbour DAO agrees!"))
    other = message_hashes(answering.safe, MESSAGES["text"])
    assert not is_valid(answering, found.message, signed(other.safe_message, 1, 2))


def test_the_verifier_asks_the_safe_itself(answering: RealSafe) -> None:
    """Through the node as the program asks it; a Safe without a handler refuses."""
    port = answering.deployer.rpc._connection.port
    line = Endpoint(name="local node", url=f"http://127.0.0.1:{port}")
    node = Node((line,), answering.safe.chain_id)
    try:
        verifier = MessageVerifier(node)
        found = message_hashes(answering.safe, MESSAGES["text"])
        enough = signed(found.safe_message, 1, 2)
        safe = answering.safe.address
        assert verifier.is_valid_signature(safe, found.message, enough)
        assert not verifier.is_valid_signature(safe, found.message, enough[:65])
        assert not verifier.is_valid_signature(safe, found.safe_message, enough)
        bare = answering.deployer.safe(str(answering.safe.version)).safe
        theirs = message_hashes(bare, MESSAGES["text"])
        assert not verifier.is_valid_signature(
            bare.address, theirs.message, signed(theirs.safe_message, 1, 2)
        )
    finally:
        node.close()
