"""A ceremony of three desks: one with the service, one with pictures only, one with files only."""

from pathlib import Path
from shutil import copytree

from tests.doors.safe_service.loopback_service import LoopbackService
from tests.journeys.conftest import Ceremony, drafted, executed, key_of, save_bundle
from tests.samples import a_confirmation
from treasury_desktop.application.open_desk import OpenDesk
from treasury_desktop.desk.doors import KeyLabel
from treasury_desktop.desk.exchange_with_service import ServiceReading
from treasury_desktop.keys.signer_process import WindowWish
from treasury_desktop.safes.lifecycle import State
from treasury_desktop.viewmodels.handing_over import Form
from treasury_desktop.windows.actions_of_exchange import Arrival
from treasury_desktop.windows.actions_of_keys import DemonstrationKey

OWNER_C = DemonstrationKey(label="Owner C", role="owner", index=3)


def a_third_desk(ceremony: Ceremony) -> OpenDesk:
    """Owner C's desk: a copy of the second one's folder before anything was done in it, offline."""
    folder = ceremony.folders.root / "third-desk"
    copytree(ceremony.folders.desk(as_second_signer=True), folder)
    desk = OpenDesk(
        folder,
        offered_keys=(OWNER_C,),
        key_profile="demonstration, third signer",
        wish=WindowWish(rehearse=True),
    )
    ceremony.opened.callback(desk.close)
    return desk


def in_pictures(
    sender: OpenDesk, safe_tx_hash: bytes, form: Form, folder: Path, key: KeyLabel | None = None
) -> list[Path]:
    """What the sender's screen shows, as the photographs somebody carries away."""
    folder.mkdir()
    owner = None if key is None else key.address
    written = sender.exchange.write(safe_tx_hash, form, owner=owner)
    return list(sender.exchange.save_codes(written, folder / "seen.png"))


def taken_in(desk: OpenDesk, pictures: list[Path]) -> Arrival:
    """What came of the photographs, imported together."""
    (arrival,) = desk.exchange.import_several(pictures, lambda *_: None, lambda: False)
    return arrival


def confirmations(desk: OpenDesk, safe_tx_hash: bytes) -> dict[str, bytes]:
    """Who confirmed, and with which bytes."""
    queued = desk.records.transaction(safe_tx_hash)
    assert queued is not None
    return {str(one.owner): one.signature.encoded for one in queued.confirmations}


def asked(desk: OpenDesk) -> ServiceReading:
    """What the service brings this desk."""
    return desk.service.read(
        with_untrusted=True, on_progress=lambda *_: None, is_cancelled=lambda: False
    )


def forged(safe_tx_hash: bytes, owner: KeyLabel) -> dict[str, object]:
    """A stranger's signature in an owner's name, as a service serves confirmations."""
    stranger = a_confirmation(safe_tx_hash, 9)
    return {
        "owner": str(owner.address),
        "submissionDate": "2026-11-22T10:00:00Z",
        "signature": "0x" + stranger.signature.encoded.hex(),
        "signatureType": "EOA",
    }


def test_three_desks_sign_apart_and_one_executes(ceremony: Ceremony, tmp_path: Path) -> None:
    """Three profiles, three ways of handing over, one forger; then it is executed on the chain."""
    with LoopbackService() as service:
        _hold(ceremony, tmp_path, service)


def _hold(ceremony: Ceremony, tmp_path: Path, service: LoopbackService) -> None:
    online = ceremony.desk()
    pictures_only = ceremony.desk(as_second_signer=True)
    pictures_only.refresh()
    pictures_only.close()
    files_only = a_third_desk(ceremony)
    pictures_only = ceremony.desk(as_second_signer=True, is_online=False)
    online.refresh()
    queued = online.keep_draft(drafted(online, 4))
    safe_tx_hash = queued.safe_tx_hash
    keys = {
        online: key_of(online, "Owner A"),
        pictures_only: key_of(pictures_only, "Owner B"),
        files_only: key_of(files_only, "Owner C"),
    }

    # Owner A proposes it to the service, which then forges a confirmation in Owner C's name.
    online.sign(online.review(safe_tx_hash), keys[online])
    service.safe = online.local_facts().safe or service.safe
    online.service.turn_on(str(service.address), "50", "")
    assert online.service.send(safe_tx_hash).startswith("Proposed to ")
    (entry,) = service.entries.values()
    entry["confirmations"].append(forged(safe_tx_hash, keys[files_only]))
    asked(online)
    assert set(confirmations(online, safe_tx_hash)) == {str(keys[online].address)}
    known = online.records.transaction(safe_tx_hash)
    assert known is not None
    assert [one.claimed_signer for one in known.quarantined] == [keys[files_only].address]

    # Owner B sees pictures and shows pictures.
    shown = in_pictures(online, safe_tx_hash, Form.SHORT, tmp_path / "to-b")
    assert taken_in(pictures_only, shown[::-1]).refusal == ""
    pictures_only.sign(pictures_only.review(safe_tx_hash), keys[pictures_only])
    (answer,) = in_pictures(
        pictures_only, safe_tx_hash, Form.SIGNATURE, tmp_path / "from-b", keys[pictures_only]
    )
    assert online.import_file(answer).new_confirmations == 1

    # Owner C has files; the forgery lies beside the true signatures and counts on neither desk.
    save_bundle(online, safe_tx_hash, tmp_path / "to-c.json")
    assert files_only.import_file(tmp_path / "to-c.json").new_confirmations == 2
    files_only.sign(files_only.review(safe_tx_hash), keys[files_only])
    save_bundle(files_only, safe_tx_hash, tmp_path / "from-c.json")
    assert online.import_file(tmp_path / "from-c.json").new_confirmations == 1

    # Whatever is handed on last, all three end with the same bytes.
    save_bundle(online, safe_tx_hash, tmp_path / "all.json")
    files_only.import_file(tmp_path / "all.json")
    back = in_pictures(online, safe_tx_hash, Form.BUNDLE, tmp_path / "all")
    assert taken_in(pictures_only, back).refusal == ""
    collected = confirmations(online, safe_tx_hash)
    assert set(collected) == {str(key.address) for key in keys.values()}
    assert confirmations(pictures_only, safe_tx_hash) == collected
    assert confirmations(files_only, safe_tx_hash) == collected

    receipt = executed(online, safe_tx_hash, key_of(online, "Executor"))
    assert (receipt.status, receipt.execution_success) == (1, True)
    kept = online.records.transaction(safe_tx_hash)
    assert kept is not None
    assert kept.state is State.EXECUTED
