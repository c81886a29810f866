"""The signer process signs for an inner Safe only over an outer transaction it reviewed itself."""

from dataclasses import replace

import pytest

from tests.doors.keys.key_samples import PASSPHRASE, Case, a_safe, address_of, ask
from treasury_desktop.assets.address import Address
from treasury_desktop.bundle import Bundle, write_bundle
from treasury_desktop.errors import Refused
from treasury_desktop.keys.encrypted_key import EncryptedKey
from treasury_desktop.keys.jobs import answered_bytes, job_text, parse_job
from treasury_desktop.keys.nested_job import SignForNested
from treasury_desktop.safes.hashes import safe_tx_hashes
from treasury_desktop.safes.nested_signature import message_to_sign
from treasury_desktop.safes.safe import Safe, SafeVersion
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.safes.signature import parse_signature

INNER = Address(b"\x1e" * 20)


def the_inner(**changes: object) -> Safe:
    """The Safe that is an owner: its first owner is the key of the test."""
    return a_safe(address=INNER, **changes)


def the_outer(**changes: object) -> Safe:
    """The Safe whose transaction is signed; the key is no owner of it."""
    return a_safe(owners=(address_of(2), INNER), **changes)


def job_for(
    key: EncryptedKey, outer: Safe, tx: SafeTx | None = None, **changes: object
) -> SignForNested:
    """The job to sign a rejection of the outer Safe's nonce, or another transaction."""
    tx = tx or SafeTx(to=outer.address, nonce=7)
    job = SignForNested(
        key=key,
        bundle=write_bundle(Bundle(safe=outer, tx=tx)),
        reviewed_hash=safe_tx_hashes(outer, tx).safe_tx,
        inner=the_inner(),
    )
    return replace(job, **changes)  # type: ignore[arg-type]  a test spells out one fact


@pytest.mark.parametrize("version", [SafeVersion(1, 4, 1), SafeVersion(1, 5, 0)])
def test_the_signature_is_over_the_message(owner_key: EncryptedKey, version: SafeVersion) -> None:
    """It recovers over the SafeMessage around these bytes, and over no hash of the outer Safe."""
    outer = the_outer(version=version, singleton=None)
    job = job_for(owner_key, outer)
    answer = ask(job, PASSPHRASE)
    signature = parse_signature(answered_bytes(answer, "signature"))  # type: ignore[arg-type]
    message = message_to_sign(outer, SafeTx(to=outer.address, nonce=7), the_inner())
    assert answered_bytes(answer, "message_hash") == message  # type: ignore[arg-type]
    assert signature.signer_of(message) == owner_key.address
    assert signature.signer_of(job.reviewed_hash) != owner_key.address


def test_the_job_arrives_as_it_was_sent(owner_key: EncryptedKey) -> None:
    """With everything known of the inner Safe."""
    job = job_for(owner_key, the_outer(), already_signed=bytes(32), acknowledged=frozenset({"A"}))
    assert parse_job(job_text(job)) == (job, {})


def test_what_the_signer_refuses(
    owner_key: EncryptedKey, executor_key: EncryptedKey, hostile: Case
) -> None:
    """Another hash, a blocked or dangerous transaction, a second one, and whoever is no owner."""
    outer = the_outer()
    lowers = SafeTx(
        to=outer.address, data=bytes.fromhex("694e80c3") + (1).to_bytes(32, "big"), nonce=7
    )
    delegatecall = replace(hostile.tx, nonce=7)
    pays = SafeTx(to=address_of(3), value=0, nonce=7)
    alone = the_inner(owners=(address_of(2),), threshold=1)
    for job, sentence in (
        (job_for(owner_key, outer, reviewed_hash=bytes(32)), "not the one that was reviewed"),
        (job_for(owner_key, outer, delegatecall), "Blocked: it runs the code of"),
        (job_for(owner_key, outer, lowers), r"nobody acknowledged \(THRESHOLD_LOWERED\)"),
        (job_for(owner_key, outer, pays, already_signed=bytes(32)), "a different transaction"),
        (job_for(executor_key, outer), "executor's key"),
        (job_for(owner_key, a_safe(owners=(address_of(1), address_of(2)))), "is not an owner of"),
        (job_for(owner_key, outer, inner=alone), "is not an owner of the Safe 0x1E1e"),
        (job_for(owner_key, outer, inner=replace(the_inner(), chain_id=1)), "on its chain"),
        (job_for(owner_key, outer, inner=outer), "none beside this Safe"),
        (
            job_for(owner_key, outer, inner=the_inner(version=SafeVersion(1, 5, 0))),
            "draft its approval instead",
        ),
    ):
        with pytest.raises(Refused, match=sentence):
            ask(job, PASSPHRASE)
