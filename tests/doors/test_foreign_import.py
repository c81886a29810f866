"""What other programs wrote, at a desk that knows its Safe: gaps filled, claims verified."""

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PySide6.QtGui import QImage

from tests.foreign import a_batch, a_call, eternal_safe_link, service_transaction, typed_data
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
    an_address,
)
from treasury_desktop.application.headless_review import review_bytes
from treasury_desktop.application.incoming import Asked, signatures_in, unwrapped
from treasury_desktop.application.open_desk import OpenDesk
from treasury_desktop.bundle import Bundle, write_bundle
from treasury_desktop.bundle.transaction import transaction_json
from treasury_desktop.errors import Malformed
from treasury_desktop.files.air_gapped.carried_bytes import write_carried_bytes
from treasury_desktop.files.air_gapped.resource_writing import write_uniform_resource
from treasury_desktop.files.air_gapped.signature_resource import write_signature_resource
from treasury_desktop.files.foreign_programs.link_writing import write_localsafe_signature_link
from treasury_desktop.files.foreign_programs.lone_signatures import write_signatures
from treasury_desktop.files.workspace_file import write_workspace
from treasury_desktop.review.report import report
from treasury_desktop.safes.hashes import safe_tx_hashes
from treasury_desktop.safes.safe import SafeVersion
from treasury_desktop.store.records import open_records
from treasury_desktop.windows.picture import png_of

CHAIN = str(CHAIN_ID)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workspace whose Safe was read at nonce 12."""
    write_workspace(tmp_path, a_workspace())
    records = open_records(tmp_path)
    records.keep_snapshot(a_snapshot())
    records.close()
    return tmp_path


@pytest.fixture
def desk(folder: Path) -> Iterator[OpenDesk]:
    """The desk at that workspace."""
    opened = OpenDesk(folder, clock=lambda: NOW)
    yield opened
    opened.close()


def to_payroll(**changes: Any) -> dict[str, Any]:
    """A batch with a call to a known payee, made in our Safe."""
    call = a_call(to=str(PAYROLL), value="1")
    return a_batch(call, chainId=CHAIN, meta={"createdFromSafeAddress": str(SAFE)}, **changes)


def reviewed(content: Any, folder: Path, **asked: str) -> dict[str, Any]:
    """The report by the workspace's facts."""
    sent = content if isinstance(content, str) else json.dumps(content)
    return dict(report(review_bytes(sent.encode(), folder, Asked(**asked))))


def test_a_batch_is_completed(folder: Path) -> None:
    """Its Safe's version, and the next free nonce as for a transaction drafted here."""
    shown = reviewed(to_payroll(), folder)
    tx = a_safe_tx(nonce=12, to=PAYROLL, value=1)
    wanted = safe_tx_hashes(a_safe(), tx).safe_tx
    assert shown["hashes"]["safe_tx"] == "0x" + wanted.hex()
    assert shown["safe"]["version"] == "1.4.1"
    assert shown["evidence_from"] == "workspace"
    assert shown["verdict"] in ("ok", "warn")


def test_what_the_person_says_of_the_nonce(folder: Path) -> None:
    """It comes before the next free one."""
    tx = a_safe_tx(nonce=14, to=PAYROLL, value=1)
    wanted = safe_tx_hashes(a_safe(), tx).safe_tx
    shown = reviewed(to_payroll(), folder, nonce="14")
    assert shown["hashes"]["safe_tx"] == "0x" + wanted.hex()
    assert "NONCE_GAP" in {f["code"] for f in shown["findings"]}


def test_the_safes_own_nonce_is_the_workspaces(folder: Path) -> None:
    """It decides, whatever the person asks for; without a look at the Safe it blocks."""
    codes = {f["code"] for f in reviewed(to_payroll(), folder, nonce="11")["findings"]}
    assert "NONCE_TOO_LOW" in codes
    assert "SAFE_NONCE_UNKNOWN" not in codes
    for file in folder.glob("*.sqlite*"):
        file.unlink()
    codes = {f["code"] for f in reviewed(ours(), folder)["findings"]}
    assert "STATE_UNKNOWN" in codes
    assert "SAFE_NONCE_UNKNOWN" not in codes


def test_a_batch_without_a_safe_is_for_ours(folder: Path) -> None:
    """One made in another Safe is so too, and the note says it."""
    assert reviewed(a_batch(a_call(), chainId=CHAIN, meta={}), folder)["hashes"]["safe_tx"]
    shown = reviewed(to_payroll() | a_batch(a_call(), chainId=CHAIN), folder)
    assert shown["safe"]["address"] == str(SAFE)
    assert "BATCH_OF_ANOTHER_SAFE" in {f["code"] for f in shown["findings"]}


def test_another_chain_or_safe_than_ours(folder: Path) -> None:
    """Blocks: nothing of the workspace is lent to it."""
    for content in (a_batch(a_call(), chainId="1", meta={}), service_transaction(), typed_data()):
        shown = reviewed(content, folder)
        assert shown["verdict"] == "block"
        assert {"CHAIN_MISMATCH", "STATE_UNKNOWN"} & {f["code"] for f in shown["findings"]}
    shown = reviewed(to_payroll(), folder, safe=str(an_address("another Safe")))
    assert shown["verdict"] == "block"


def ours(nonce: int = 12, **changes: Any) -> dict[str, Any]:
    """A transaction of our Safe as the service answers it, signed by an owner."""
    tx = a_safe_tx(nonce=nonce, to=PAYROLL, value=1)
    hashed = safe_tx_hashes(a_safe(), tx).safe_tx
    confirmation = a_confirmation(hashed)
    signature = "0x" + confirmation.signature.encoded.hex()
    return {
        "safe": str(SAFE),
        **transaction_json(tx),
        "safeTxHash": "0x" + hashed.hex(),
        "confirmations": [{"owner": str(confirmation.owner), "signature": signature}],
        **changes,
    }


def test_a_services_answer_is_verified(folder: Path) -> None:
    """Chain and version are ours, the signature is recovered, and nothing is missing."""
    shown = reviewed(ours(), folder)
    assert shown["confirmations"] == {"valid": 1, "threshold": 2}
    assert shown["safe"] == {"chain_id": CHAIN_ID, "address": str(SAFE), "version": "1.4.1"}
    assert shown["verdict"] in ("ok", "warn")
    forged = reviewed(ours(value="2"), folder)
    assert "SAFE_TX_HASH_MISMATCH" in {f["code"] for f in forged["findings"]}


def test_import_at_the_desk(desk: OpenDesk) -> None:
    """Each kind becomes the same transaction of the queue, its signatures verified."""
    first = desk.import_text(json.dumps(ours()))
    assert (first.was_known, first.new_confirmations, first.remarks) == (False, 1, ())
    link = eternal_safe_link(
        {"data": transaction_json(a_safe_tx(nonce=12, to=PAYROLL, value=1))},
        safe=str(SAFE),
        rest=f"&chainId={CHAIN}",
    )
    again = desk.import_text(f" {link}\n")
    assert again.was_known
    assert again.safe_tx_hash == first.safe_tx_hash
    assert len(desk.queue()) == 1
    assert desk.review(first.safe_tx_hash).hashes.safe_tx == first.safe_tx_hash


def a_code(text: str) -> QImage:
    """A QR code as it lies on a clipboard."""
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    grey = memoryview(zxingcpp.write_barcode_to_image(made, scale=4))
    height, width = grey.shape[0], grey.shape[1]
    return QImage(bytes(grey), width, height, width, QImage.Format.Format_Grayscale8).copy()


def test_a_picture_from_the_clipboard(desk: OpenDesk, tmp_path: Path) -> None:
    """Its QR code is read as that of a dropped file is, under the same limits."""
    tx = transaction_json(a_safe_tx(nonce=12, to=PAYROLL, value=1))
    link = eternal_safe_link({"data": tx}, safe=str(SAFE), rest=f"&chainId={CHAIN}")
    image = a_code(link).convertToFormat(QImage.Format.Format_RGB32)
    pasted = desk.import_bytes(png_of(image))
    assert not pasted.was_known
    assert image.save(str(tmp_path / "code.png"))
    dropped = desk.import_file(tmp_path / "code.png")
    assert (dropped.safe_tx_hash, dropped.was_known) == (pasted.safe_tx_hash, True)
    with pytest.raises(Malformed, match="shows no QR code"):
        desk.import_bytes(png_of(QImage(b"\xff" * 400, 20, 20, QImage.Format.Format_Grayscale8)))
    noise = random.Random(7).randbytes(9_000_000)  # noqa: S311  a sample, no secret
    large = QImage(noise, 3_000, 3_000, 3_000, QImage.Format.Format_Grayscale8)
    with pytest.raises(Malformed, match="picture: has more than 8,388,608 bytes"):
        desk.import_bytes(png_of(large))


def test_a_bundle_in_codes(desk: OpenDesk, folder: Path) -> None:
    """Carried by a UR, as a text or as the picture of one, it is the bundle byte for byte."""
    bundle = write_bundle(Bundle(safe=a_safe(), tx=a_safe_tx(12, to=PAYROLL, value=1)))
    text = write_uniform_resource(write_carried_bytes(bundle))
    desk.import_text(text)
    (queued,) = desk.queue()
    assert queued.bundle == bundle
    assert desk.import_bytes(png_of(a_code(text.upper()))).was_known
    wanted = "0x" + queued.safe_tx_hash.hex()
    assert reviewed(text, folder)["hashes"]["safe_tx"] == wanted
    assert unwrapped(b" " + text.encode()) == bundle
    assert unwrapped(bundle) is bundle


def test_signatures_are_told_from_transactions(folder: Path) -> None:
    """An import finds them in a picture too; a review refuses each of them as it always did."""
    confirmation = a_confirmation(safe_tx_hashes(a_safe(), a_safe_tx(12)).safe_tx)
    answer = write_uniform_resource(write_signature_resource(confirmation))
    found = signatures_in(png_of(a_code(answer.upper())))
    assert found is not None
    assert [one.data for one in found.signatures] == [confirmation.signature.encoded]
    assert signatures_in(json.dumps(ours()).encode()) is None
    link = write_localsafe_signature_link(confirmation, SAFE, CHAIN_ID, base="https://x.invalid")
    for sent, said in (
        (answer, "carries a signature and no transaction"),
        (link, "carries one signature and no transaction"),
        (json.loads(write_signatures(confirmation.safe_tx_hash, (confirmation,))), "must be"),
    ):
        with pytest.raises(Malformed, match=said):
            reviewed(sent, folder)


def test_a_batch_takes_the_next_free_nonce(desk: OpenDesk) -> None:
    """And what is odd about its file is said once, at the import."""
    desk.import_text(json.dumps(ours(nonce=12)))
    imported = desk.import_text(json.dumps(to_payroll()))
    (remark,) = imported.remarks
    assert remark.startswith("It comes in a batch file without a checksum")
    assert [queued.tx.nonce for queued in desk.queue()] == [12, 13]


def test_what_stays_incomplete_is_not_imported(desk: OpenDesk) -> None:
    """A reference without a transaction, and one of a Safe that is not ours."""
    reference = f"https://app.safe.global/transactions/tx?safe={SAFE}&id=multisig_{SAFE}_0x"
    with pytest.raises(Malformed, match="transaction: is named neither"):
        desk.import_text(reference + "ab" * 32)
    with pytest.raises(Malformed, match="named neither"):
        desk.import_text(eternal_safe_link())
    assert desk.queue() == ()


def test_before_the_first_refresh(tmp_path: Path) -> None:
    """The Safe's nonce is not known, so no batch can be given one."""
    write_workspace(tmp_path, a_workspace())
    desk = OpenDesk(tmp_path, clock=lambda: NOW)
    try:
        with pytest.raises(Malformed, match=r"transaction\.nonce: is named neither"):
            desk.import_text(json.dumps(to_payroll()))
        with pytest.raises(Malformed, match=r"safe\.nonce: is not known here; refresh"):
            desk.import_text(json.dumps(ours()))
    finally:
        desk.close()


def test_an_older_safe_than_the_typed_data_is_for(tmp_path: Path) -> None:
    """The version is the workspace's; typed data that hashes otherwise blocks."""
    old = replace(a_workspace().safes[0], version=SafeVersion(1, 1, 1))
    write_workspace(tmp_path, replace(a_workspace(), safes=(old,)))
    typed = typed_data(nonce=12)
    typed["domain"] = {"chainId": CHAIN, "verifyingContract": str(SAFE)}
    shown = reviewed(typed, tmp_path)
    assert shown["verdict"] == "block"
    assert shown["safe"]["version"] is None
