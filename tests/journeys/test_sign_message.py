"""What signers do with a message, on real parts throughout: the Safe itself has the last word."""

from pathlib import Path

import pytest

from tests.journeys.conftest import Ceremony, key_of
from tests.typed_data_samples import a_permit, a_vote, as_bytes
from treasury_desktop.application.open_desk import OpenDesk
from treasury_desktop.desk.collect_confirmations import NO_OWNERS_YET
from treasury_desktop.errors import Refused
from treasury_desktop.messages.kept_message import AsideSignature
from treasury_desktop.messages.typed_data import read_typed_data


def vote_of(desk: OpenDesk) -> str:
    """A Snapshot vote in the name of the desk's Safe."""
    return as_bytes(a_vote(str(desk.workspace.safes[0].address))).decode()


def test_two_desks_sign_a_message_and_the_safe_stands_by_it(
    ceremony: Ceremony, tmp_path: Path
) -> None:
    """Both sign with keys from the real key ring; isValidSignature of the real Safe says yes."""
    first, second = ceremony.desk(), ceremony.desk(as_second_signer=True)
    first.refresh()
    second.refresh()
    key = first.messages.import_text(vote_of(first)).safe_message_hash

    first.messages.sign(first.messages.review(key), key_of(first, "Owner A"))
    with pytest.raises(Refused, match="1 of 2"):
        first.messages.final_signature(key)
    first.messages.export(key, tmp_path / "for-cosigner.json")
    came = second.messages.import_file(tmp_path / "for-cosigner.json")
    second.messages.sign(second.messages.review(key), key_of(second, "Owner B"))
    second.messages.export(key, tmp_path / "signed.json")
    back = first.messages.import_file(tmp_path / "signed.json")
    final = first.messages.final_signature(key)

    assert (came.safe_message_hash, came.new_confirmations) == (key, 1)
    assert (back.was_known, back.new_confirmations) == (True, 1)
    assert final.is_valid is True
    assert len(final.data) == 130


def test_offline_the_signature_is_there_and_unverified(ceremony: Ceremony) -> None:
    """A desk without a node signs all the same."""
    desk = ceremony.desk(is_online=False)
    key = desk.messages.import_text(vote_of(desk)).safe_message_hash

    desk.messages.sign(desk.messages.review(key), key_of(desk, "Owner A"))

    (kept,) = desk.messages.all()
    assert len(kept.confirmations) == 1


def test_a_permit_to_a_stranger_cannot_be_signed(ceremony: Ceremony) -> None:
    """It is blocked before any passphrase is asked, and so is a raw hash before it is kept."""
    desk = ceremony.desk()
    desk.refresh()
    safe = desk.workspace.safes[0].address
    permit = as_bytes(a_permit(owner=str(safe))).decode()
    assert read_typed_data(permit.encode()).primary_type == "Permit"
    key = desk.messages.import_text(permit).safe_message_hash

    review = desk.messages.review(key)

    assert review.verdict == "block"
    with pytest.raises(Refused):
        desk.messages.sign(review, key_of(desk, "Owner A"))
    with pytest.raises(Refused, match="never signed"):
        desk.messages.import_text("0x" + "ab" * 32)


def test_a_refresh_counts_what_waited_for_the_owners(ceremony: Ceremony) -> None:
    """A signature that came before the Safe's owners were read confirms once they are."""
    first, second = ceremony.desk(), ceremony.desk(as_second_signer=True)
    first.refresh()
    second.refresh()
    key = first.messages.import_text(vote_of(first)).safe_message_hash
    signed = first.messages.sign(first.messages.review(key), key_of(first, "Owner A"))
    second.messages.import_text(vote_of(second))
    second.records.keep_message_signature_aside(
        AsideSignature(
            safe_message_hash=key,
            claimed_signer=signed.owner,
            data=signed.signature.encoded,
            reason=NO_OWNERS_YET,
        )
    )

    second.refresh()

    (kept,) = second.messages.all()
    assert kept.confirmations == (signed,)
