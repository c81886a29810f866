"""A desk that gets signatures without their transaction: they find it, or wait, or say why not."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.samples import (
    CHAIN_ID,
    NOW,
    PAYROLL,
    SAFE,
    a_confirmation,
    a_safe,
    a_safe_tx,
    a_snapshot,
    a_workspace,
)
from treasury_desktop.application.open_desk import OpenDesk
from treasury_desktop.bundle import Bundle, write_bundle
from treasury_desktop.errors import Refused
from treasury_desktop.files.air_gapped.resource_writing import write_uniform_resource
from treasury_desktop.files.air_gapped.signature_resource import write_signature_resource
from treasury_desktop.files.foreign_programs.link_writing import write_localsafe_signature_link
from treasury_desktop.files.workspace_file import write_workspace
from treasury_desktop.safes.hashes import safe_tx_hashes
from treasury_desktop.store.records import open_records
from treasury_desktop.viewmodels.queue import queue_view

TX = a_safe_tx(12, to=PAYROLL, value=1)
HASH = safe_tx_hashes(a_safe(), TX).safe_tx


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[OpenDesk]:
    """A desk that read its Safe once."""
    folder = tmp_path / "desk"
    folder.mkdir(mode=0o700)
    write_workspace(folder, a_workspace())
    records = open_records(folder)
    records.keep_snapshot(a_snapshot())
    records.close()
    opened = OpenDesk(folder, clock=lambda: NOW)
    yield opened
    opened.close()


def test_a_signature_finds_its_transaction(desk: OpenDesk) -> None:
    """By link or by the answer of an air-gapped signer; again it changes nothing."""
    desk.import_bytes(write_bundle(Bundle(safe=a_safe(), tx=TX)))
    first, second = a_confirmation(HASH, 1), a_confirmation(HASH, 2)
    link = write_localsafe_signature_link(first, SAFE, CHAIN_ID, base="https://x.invalid")
    answer = write_uniform_resource(write_signature_resource(second))
    assert desk.import_text(link).new_confirmations == 1
    came = desk.import_text(answer)
    assert (came.safe_tx_hash, came.was_known, came.new_confirmations) == (HASH, True, 1)
    assert desk.import_text(link).new_confirmations == 0
    (queued,) = desk.queue()
    assert {one.owner for one in queued.confirmations} == {first.owner, second.owner}


def test_a_signature_that_comes_first_waits(desk: OpenDesk) -> None:
    """Its sentence says so, and with the transaction it counts."""
    link = write_localsafe_signature_link(
        a_confirmation(HASH, 1), SAFE, CHAIN_ID, base="https://x.invalid"
    )
    with pytest.raises(Refused, match="not here yet; what was signed waits for it"):
        desk.import_text(link)
    assert desk.import_bytes(write_bundle(Bundle(safe=a_safe(), tx=TX))).new_confirmations == 1
    (lane,) = queue_view(desk.queue(), a_safe(), a_workspace(), (), {}).lanes
    assert [card.quarantined for card in lane.cards] == [()]
    assert len(desk.review(HASH).signatures) == 1


def test_a_strangers_signature_is_kept_aside(desk: OpenDesk) -> None:
    """It never counts, and the import says that it lies aside."""
    desk.import_bytes(write_bundle(Bundle(safe=a_safe(), tx=TX)))
    forged = a_confirmation(HASH, 9)
    link = write_localsafe_signature_link(forged, SAFE, CHAIN_ID, base="https://x.invalid")
    came = desk.import_text(link)
    assert (came.new_confirmations, came.quarantined) == (0, 1)
    assert "did not count" in " ".join(came.remarks)
    with pytest.raises(Refused, match="fits none of this desk"):
        desk.import_text(json.dumps({"signature": "0x" + forged.signature.encoded.hex()}))
