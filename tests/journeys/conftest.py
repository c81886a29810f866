"""The whole program on its real chain: two desks, a real Secret Service, real processes."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.demonstration_chain import copy_of_demonstration
from treasury_desktop.application import demonstration
from treasury_desktop.application.demonstration import DemonstrationFolders
from treasury_desktop.application.open_desk import OpenDesk
from treasury_desktop.assets.amount import TokenAmount
from treasury_desktop.deployments.denominator import treasury_value
from treasury_desktop.desk.doors import KeyLabel, Receipt
from treasury_desktop.desk.draft_deployment import DeploymentRequest, Draft
from treasury_desktop.desk.fees import Speed
from treasury_desktop.devnet.json_rpc import JsonRpc
from treasury_desktop.keys.signer_process import WindowWish
from treasury_desktop.treasury.workspace import Endpoint
from treasury_desktop.viewmodels.handing_over import Form


@dataclass
class Ceremony:
    """Both desks of the demonstration on one living chain; the first has been set up by `build`."""

    folders: DemonstrationFolders
    endpoint: str
    opened: ExitStack = field(default_factory=ExitStack)

    def desk(self, *, as_second_signer: bool = False, is_online: bool = True) -> OpenDesk:
        """A desk whose passphrase window answers itself, as the demonstration allows."""
        desk = OpenDesk(
            self.folders.desk(as_second_signer=as_second_signer),
            endpoints=(Endpoint(name="local node", url=self.endpoint),) if is_online else (),
            offered_keys=demonstration.KEYS[as_second_signer],
            key_profile=demonstration.PROFILES[as_second_signer],
            wish=WindowWish(rehearse=True),
        )
        self.opened.callback(desk.close)
        return desk

    def mine(self) -> None:
        """One more block on the chain."""
        with closing(JsonRpc(self.endpoint)) as chain:
            chain.ask("evm_mine")


@pytest.fixture
def ceremony(tmp_path: Path) -> Iterator[Ceremony]:
    """A copy of the demonstration of its own, its chain alive."""
    assert os.environ.get("DBUS_SESSION_BUS_ADDRESS"), "run through packaging/with_keyring.sh"
    folders = DemonstrationFolders(tmp_path)
    copy_of_demonstration(folders.chain)
    demonstration.build(folders, on_progress=lambda *_: None, is_cancelled=lambda: False)
    chain = demonstration.start_chain(folders)
    both = Ceremony(folders, chain.endpoint)
    try:
        with both.opened:
            yield both
    finally:
        demonstration.stop_chain(folders, chain)


def key_of(desk: OpenDesk, label: str) -> KeyLabel:
    """The desk's key of that label, imported from the demonstration's accounts when missing."""
    offered = {key.label: key for key in desk.keys.offered()}
    kept = next((key for key in desk.keys.all() if key.label == label), None)
    return kept or desk.keys.import_offered(offered[label])


def save_bundle(desk: OpenDesk, safe_tx_hash: bytes, path: Path) -> None:
    """The review bundle as a file, as the Export page saves it."""
    desk.exchange.save_text(desk.exchange.write(safe_tx_hash, Form.BUNDLE), path)


def executed(desk: OpenDesk, safe_tx_hash: bytes, executor: KeyLabel) -> Receipt:
    """Its receipt, sent at the normal speed as estimated."""
    estimate = desk.sending.estimate(safe_tx_hash, executor)
    agreed = estimate.agreed(estimate.fees_at(Speed.NORMAL))
    return desk.sending.execute(safe_tx_hash, executor, agreed)


def drafted(desk: OpenDesk, per_cent: int) -> Draft:
    """A deployment of so many per cent of the treasury into the vault."""
    facts = desk.local_facts()
    net = treasury_value(facts.evidence, facts.terms).net_usd
    assert net is not None
    strategy = next(s for s in desk.workspace.strategies if s.venue == "erc4626")
    token = desk.workspace.token_at(strategy.asset)
    assert token is not None
    amount = TokenAmount(token=token, base_units=int(net * per_cent / 100 * token.scale))
    return desk.draft(DeploymentRequest(strategy=strategy, amounts=(amount,), purpose="a test"))
