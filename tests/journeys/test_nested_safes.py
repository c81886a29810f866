"""A Safe that owns a Safe, on a real chain: two desks confirm for it, both ways, and execute."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.doors.safes.conftest import Deployer
from tests.journeys.conftest import Ceremony, executed, key_of, save_bundle
from treasury_desktop.application import demonstration
from treasury_desktop.application.open_desk import OpenDesk
from treasury_desktop.assets.address import Address
from treasury_desktop.assets.chain import Chain
from treasury_desktop.bundle import Bundle, write_bundle
from treasury_desktop.desk.doors import KeyLabel
from treasury_desktop.devnet.json_rpc import JsonRpc
from treasury_desktop.errors import Refused
from treasury_desktop.files.workspace_file import write_workspace
from treasury_desktop.keys.signer_process import WindowWish
from treasury_desktop.safes.hashes import safe_tx_hashes
from treasury_desktop.safes.lifecycle import State
from treasury_desktop.safes.safe import Safe, SafeVersion
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.treasury.workspace import Endpoint, NamedSafe, Workspace

HANDLER = "handler/CompatibilityFallbackHandler"
OWNERS = tuple(
    Address.parse(each)
    for each in (
        "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
        "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
    )
)
"""Accounts A and B of the demonstration: both are needed inside."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two desks of one workspace, whose first Safe is owned by its second."""

    outer: Safe
    inner: Safe
    first: OpenDesk
    second: OpenDesk

    def exchange(self, safe_tx_hash: bytes, folder: Path) -> None:
        """Each sends the other everything it has of a transaction, the second first."""
        for sender, receiver in ((self.second, self.first), (self.first, self.second)):
            if any(one.safe_tx_hash == safe_tx_hash for one in sender.queue()):
                file = folder / f"{safe_tx_hash.hex()}-{id(sender)}.json"
                file.unlink(missing_ok=True)
                save_bundle(sender, safe_tx_hash, file)
                receiver.import_file(file)

    def confirmed_by(self, safe_tx_hash: bytes) -> frozenset[Address]:
        """Whoever confirmed it, as the first desk shows it."""
        return next(
            one.confirmed_by for one in self.first.queue() if one.safe_tx_hash == safe_tx_hash
        )


@pytest.fixture(params=["1.3.0", "1.4.1", "1.5.0"])
def pair(request: pytest.FixtureRequest, ceremony: Ceremony, tmp_path: Path) -> Pair:
    """Real Safes of a version on the demonstration's chain, and two desks that know both."""
    with closing(JsonRpc(ceremony.endpoint)) as rpc:
        deployer = Deployer(rpc, ceremony.endpoint)
        handler = deployer.library(request.param, HANDLER)
        inner = deployer.safe(request.param, owners=OWNERS, handler=handler).safe
        outer = deployer.safe(request.param, owners=(inner.address,), threshold=1).safe
    desks = []
    for is_second in (False, True):
        folder = tmp_path / f"nested-{is_second}"
        folder.mkdir(mode=0o700)
        write_workspace(folder, a_workspace(outer, inner, ceremony.endpoint))
        desk = OpenDesk(
            folder,
            offered_keys=demonstration.KEYS[is_second],
            key_profile=demonstration.PROFILES[is_second],
            wish=WindowWish(rehearse=True),
        )
        ceremony.opened.callback(desk.close)
        desk.refresh()
        desks.append(desk)
    return Pair(outer, inner, *desks)


def a_workspace(outer: Safe, inner: Safe, endpoint: str) -> Workspace:
    """A treasury of nothing but its two Safes."""
    return Workspace(
        name="Nested",
        chain=Chain(chain_id=31337, name="Demonstration chain", native_symbol="ETH"),
        endpoints=(Endpoint(name="local node", url=endpoint),),
        safes=tuple(
            NamedSafe(address=each.address, name=name, version=SafeVersion.parse(str(each.version)))
            for each, name in ((outer, "Outer"), (inner, "Inner"))
        ),
        is_demonstration=True,
    )


def queued_at(desk: OpenDesk, outer: Safe, nonce: int) -> bytes:
    """A rejection of a nonce of the outer Safe, imported like anybody's bundle."""
    tx = SafeTx(to=outer.address, nonce=nonce)
    desk.import_bytes(write_bundle(Bundle(safe=outer, tx=tx)))
    return safe_tx_hashes(outer, tx).safe_tx


def owner_keys(pair: Pair) -> tuple[KeyLabel, KeyLabel, KeyLabel]:
    """Key A and the executor of the first desk, and key B of the second."""
    first, second = pair.first, pair.second
    return key_of(first, "Owner A"), key_of(first, "Executor"), key_of(second, "Owner B")


def test_signed_inside_and_approved_on_the_chain(pair: Pair, tmp_path: Path) -> None:
    """Nonce 0 by a contract signature of both owners, nonce 1 by an approval that both signed."""
    first, second, inner = pair.first, pair.second, pair.inner.address
    owner_a, executor, owner_b = owner_keys(pair)

    signed = queued_at(first, pair.outer, 0)
    with pytest.raises(Refused):
        first.sign(first.review(signed), owner_a)
    assert first.nested.sign(first.review(signed), inner, owner_a).signed == 1
    pair.exchange(signed, tmp_path)
    assert pair.confirmed_by(signed) == frozenset()
    assert second.nested.sign(second.review(signed), inner, owner_b).signed == 2
    assert [one.confirmed_by for one in second.queue()] == [{inner}]
    pair.exchange(signed, tmp_path)
    first.refresh()
    assert pair.confirmed_by(signed) == {inner}
    assert executed(first, signed, executor).execution_success is True

    first.refresh()
    outer_hash = queued_at(first, pair.outer, 1)
    approval = first.nested.draft_approval(outer_hash, inner).safe_tx_hash
    first.sign(first.review(approval), owner_a)
    pair.exchange(approval, tmp_path)
    second.refresh()
    second.sign(second.review(approval), owner_b)
    pair.exchange(approval, tmp_path)
    assert executed(first, approval, executor).execution_success is True
    first.refresh()
    assert pair.confirmed_by(outer_hash) == {inner}
    assert executed(first, outer_hash, executor).execution_success is True
    done = [first.records.transaction(each) for each in (signed, approval, outer_hash)]
    assert [None if one is None else one.state for one in done] == [State.EXECUTED] * 3
