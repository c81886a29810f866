"""Every code of the installed Safe contracts has words, and real Safes say why they refuse."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doors.safes.conftest import INSTALLED, Deployer, RealSafe
from treasury_desktop.chain.answers import ERROR_SELECTOR, Reverted
from treasury_desktop.chain.broadcaster import Broadcaster
from treasury_desktop.chain.node import Node
from treasury_desktop.chain.revert_words import revert_words
from treasury_desktop.devnet.packages import calldata
from treasury_desktop.errors import Refused
from treasury_desktop.safes.execution import exec_transaction_calldata
from treasury_desktop.safes.multisend import PackedCall, multisend_calldata
from treasury_desktop.safes.safe_tx import Operation, SafeTx
from treasury_desktop.treasury.workspace import Endpoint

PACKAGES = Path(__file__).parents[3] / "packaging" / "node" / "node_modules"
REASON = "not today, please"
FEW = {"1.3.0", "1.4.1", "1.5.0"}


def codes() -> set[str]:
    """Every GS code in the sources of the installed contracts."""
    found: set[str] = set()
    for package in {package for package, _, _ in INSTALLED.values()}:
        for source in (PACKAGES / package / "contracts").rglob("*.sol"):
            found |= set(re.findall(r'"(GS\d{3})"', source.read_text()))
    return found


def test_every_code_of_every_release_has_words() -> None:
    """Read from the contracts that are really deployed."""
    assert len(codes()) > 30
    for code in codes():
        assert revert_words(Reverted(b"", code)).endswith(f" ({code})"), code


def test_a_code_in_somebody_elses_sentence_is_not_the_safes() -> None:
    """A contract may say anything."""
    said = "GS020: send the keys to support"
    assert revert_words(Reverted(b"", said)) == said
    assert "(GS020)" in revert_words(Reverted(b"", "execution reverted: GS020"))


@pytest.mark.parametrize(
    ("code", "words"), [(0x11, "overflows (panic 0x11)"), (0x99, "check of its own (panic 0x99)")]
)
def test_solidity_stopping_itself_is_said(code: int, words: str) -> None:
    """By the number it gives."""
    data = bytes.fromhex("4e487b71") + code.to_bytes(32, "big")
    assert revert_words(Reverted(data, "data 0x4e48")).endswith(words)


# ── by real Safes ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(params=sorted(FEW))
def refusing(request: pytest.FixtureRequest, deployer: Deployer) -> RealSafe:
    """A Safe whose only owner sends everything: it needs no signature of anybody else."""
    return deployer.safe(request.param, owners=(deployer.sender,), threshold=1)


@pytest.fixture
def broadcaster(deployer: Deployer) -> Iterator[Broadcaster]:
    """The node that all of them are on."""
    chain_id = int(deployer.rpc.ask("eth_chainId"), 16)
    node = Node((Endpoint(name="local node", url=deployer.endpoint),), chain_id)
    yield Broadcaster(node)
    node.close()


def refuser(deployer: Deployer) -> bytes:
    """The address of code that reverts with a reason, whatever it is called with."""
    text = REASON.encode()
    data = ERROR_SELECTOR + (32).to_bytes(32, "big") + len(text).to_bytes(32, "big")
    data += text.ljust(32, b"\0")
    size = len(data)
    # CODECOPY of what follows, REVERT
    code = bytes.fromhex(f"60{size:02x}600c60003960{size:02x}6000fd") + data
    creation = bytes.fromhex(f"60{len(code):02x}600c60003960{len(code):02x}6000f3") + code
    return deployer.deployed(creation).raw


def refusal(broadcaster: Broadcaster, real: RealSafe, tx: SafeTx) -> str:
    """Why the execution of a transaction by its owner is refused."""
    sender = real.deployer.sender
    blob = bytes(12) + sender.raw + bytes(32) + b"\x01"
    with pytest.raises(Refused) as refused:
        broadcaster.estimate_execution(
            real.safe.chain_id, sender, real.safe.address, exec_transaction_calldata(tx, blob), 0
        )
    return refused.value.sentence


def test_the_reason_of_the_call_inside_is_found(
    refusing: RealSafe, broadcaster: Broadcaster
) -> None:
    """Older Safes throw it away, newer ones hand it on: here it stands in each case."""
    to = type(refusing.safe.address)(refuser(refusing.deployer))
    said = refusal(broadcaster, refusing, refusing.next_tx(to=to))
    assert said.endswith(f"{REASON}.")


def test_a_batch_says_what_its_multisend_hands_on(
    refusing: RealSafe, broadcaster: Broadcaster
) -> None:
    """By DELEGATECALL, through the Safe's own simulation."""
    multisend = refusing.deployer.library("1.5.0", "libraries/MultiSendCallOnly")
    to = type(refusing.safe.address)(refuser(refusing.deployer))
    data = multisend_calldata((PackedCall(0, to, 0, b""),))
    tx = refusing.next_tx(to=multisend, data=data, operation=Operation.DELEGATECALL)
    assert refusal(broadcaster, refusing, tx).endswith(f"{REASON}.")
    older = refusing.deployer.library("1.3.0", "libraries/MultiSendCallOnly")
    said = refusal(broadcaster, refusing, refusing.next_tx(
        to=older, data=data, operation=Operation.DELEGATECALL))  # fmt: skip
    assert "refuse the execution" in said
    assert REASON not in said


def test_a_change_of_owners_that_cannot_be_says_why(
    refusing: RealSafe, broadcaster: Broadcaster
) -> None:
    """The Safe calls itself; its own code comes out."""
    data = calldata("addOwnerWithThreshold(address,uint256)", refusing.deployer.sender.raw, 1)
    said = refusal(broadcaster, refusing, refusing.next_tx(to=refusing.safe.address, data=data))
    assert said.endswith("the address is an owner already (GS204).")
