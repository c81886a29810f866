"""Signing messages that were reviewed, and collecting what others signed."""

import itertools
from dataclasses import replace
from typing import Any

import pytest

from tests.desk.in_memory import a_key
from tests.desk.messages_in_memory import MemoryMessages, MemoryMessageSigner, MemoryVerifier
from tests.samples import (
    DAY,
    NOW,
    SAFE,
    STRANGER,
    VAULT,
    a_confirmation,
    a_safe,
    a_snapshot,
    a_workspace,
    an_owner,
)
from tests.typed_data_samples import a_permit, a_sign_in, a_vote, as_bytes, typed
from treasury_desktop.assets.unknown import UNKNOWN
from treasury_desktop.bundle import ClaimedSignature, read_bundle, write_bundle
from treasury_desktop.desk.collect_confirmations import NO_OWNERS_YET
from treasury_desktop.desk.collect_message_signatures import (
    SIGNED_OTHERWISE,
    collect_waiting_messages,
    keep_with_signatures,
    still_aside,
)
from treasury_desktop.desk.final_signature import final_signature
from treasury_desktop.desk.import_message import ImportedMessage, import_message
from treasury_desktop.desk.local_facts import local_facts
from treasury_desktop.desk.review_message import review_message, safe_of, setting_for_signer
from treasury_desktop.desk.sign_message import sign_message
from treasury_desktop.errors import Refused
from treasury_desktop.messages.hashes import message_hashes
from treasury_desktop.messages.kept_message import (
    KeptMessage,
    MessageConfirmation,
    packed_message_signatures,
)
from treasury_desktop.messages.message import Message, message_bytes, message_of
from treasury_desktop.messages.text_message import TextMessage
from treasury_desktop.messages.typed_data import read_typed_data
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.safes.safe import Safe
from treasury_desktop.safes.signature import (
    SIGNATURE_LENGTH,
    Signature,
    SignatureKind,
    eth_sign_digest,
)
from treasury_desktop.safes.signature_blob import contract_signature
from treasury_desktop.treasury.workspace import NamedSafe

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
HANDLED = a_safe(fallback_handler=UNKNOWN)


def our_facts(safe: Safe = HANDLED) -> LocalFacts:
    """What the sample desk knows; of the Safe's handler it knows nothing."""
    return replace(local_facts(a_workspace(), a_snapshot(), ()), safe=safe)


def a_message(message: Message | None = None, **changes: Any) -> KeptMessage:
    """A vote of the Safe as the desk keeps it."""
    said = message or read_typed_data(as_bytes(a_vote(str(SAFE))))
    made = KeptMessage(
        chain_id=31337,
        safe=SAFE,
        safe_message_hash=message_hashes(a_safe(), said).safe_message,
        message=said,
        purpose="As discussed.",
        written_here=True,
        created_at=NOW,
    )
    return replace(made, **changes)


def kept(*messages: KeptMessage) -> MemoryMessages:
    """Records with these messages."""
    records = MemoryMessages()
    for message in messages:
        records.keep_message(message)
    return records


def signed(message: KeptMessage, number: int = 1) -> ClaimedSignature:
    """An owner's signature as it comes in."""
    signature = a_confirmation(message.safe_message_hash, number).signature
    return ClaimedSignature(signer=an_owner(number), data=signature.encoded)


def permit(**changes: Any) -> Message:
    """A permit of 1,000 USDC to the vault."""
    return read_typed_data(as_bytes(a_permit(**{"spender": str(VAULT), **changes})))


# ── sign ─────────────────────────────────────────────────────────────────────────────────────────


def test_signing_keeps_the_confirmation_before_it_returns() -> None:
    """It recovers to the key, is on record, and the dossier says before and after."""
    message, signer = a_message(), MemoryMessageSigner()
    records = kept(message)
    review = review_message(message, our_facts(), records, now=NOW)
    confirmation = sign_message(review, our_facts(), a_key(), signer, records, now=NOW)
    assert confirmation.owner == an_owner(1)
    known = records.message(message.safe_message_hash)
    assert known is not None
    assert known.confirmations == (confirmation,)
    assert known.owners == (an_owner(1),)
    assert [kind for kind, _, _ in records.notes] == ["signing message", "signed message"]
    assert message_of(signer.asked[0]) == message.message


def test_the_signer_gets_what_the_desk_judged_by() -> None:
    """Evidence, workspace, and what was signed before and is open."""
    earlier = a_message(permit(nonce=1))
    records = kept(earlier, a_message(), a_message(TextMessage("hello")))
    for other in records.messages(SAFE):
        keep_with_signatures(other, (signed(other, 2),), records, HANDLED)
    message, signer = a_message(permit()), MemoryMessageSigner()
    records.keep_message(message)
    review = review_message(message, our_facts(), records, now=NOW)
    sign_message(review, our_facts(), a_key(), signer, records, now=NOW)
    assert signer.earlier == [(message_bytes(earlier.message),)]
    assert signer.workspaces[0].own_safes == frozenset({SAFE})


def test_the_setting_carries_safe_and_evidence() -> None:
    """As a bundle writes and reads them; a nonce nobody knows is none."""
    setting = setting_for_signer(HANDLED, our_facts())
    read = read_bundle(write_bundle(setting))
    assert (read.safe, read.evidence.quotes) == (HANDLED, our_facts().evidence.quotes)
    assert setting_for_signer(a_safe(nonce=UNKNOWN), our_facts()).tx.nonce == 0


def test_a_blocked_message_is_not_signed() -> None:
    """Nothing is asked of the signer."""
    message, signer = a_message(permit(spender=str(STRANGER))), MemoryMessageSigner()
    records = kept(message)
    review = review_message(message, our_facts(), records, now=NOW)
    with pytest.raises(Refused, match="not on the allow-list"):
        sign_message(review, our_facts(), a_key(), signer, records, now=NOW)
    assert signer.asked == []
    assert records.notes == []


def test_what_was_acknowledged_goes_to_the_signer() -> None:
    """A danger that the review showed, by its code."""
    message = a_message(permit(deadline=NOW + 400 * DAY))
    records, signer = kept(message), MemoryMessageSigner()
    review = review_message(message, our_facts(), records, now=NOW)
    sign_message(review, our_facts(), a_key(), signer, records, now=NOW)
    assert signer.acknowledged == [frozenset({"MESSAGE_NEVER_EXPIRES"})]


def test_a_danger_that_the_review_did_not_show_refuses() -> None:
    """What is true now may be worse than what was shown."""
    message = a_message(permit(deadline=NOW + 366 * DAY))
    records = kept(message)
    review = review_message(message, our_facts(), records, now=NOW)
    assert review.dangers == ()
    with pytest.raises(Refused, match="danger now that the review did not show, MESSAGE_NEVER"):
        sign_message(review, our_facts(), a_key(), MemoryMessageSigner(), records, now=NOW - DAY)


def test_a_message_that_ended_since_is_not_signed() -> None:
    """The present clock decides."""
    message = a_message(permit(deadline=NOW + 60))
    records = kept(message)
    review = review_message(message, our_facts(), records, now=NOW)
    with pytest.raises(Refused, match="ended"):
        sign_message(review, our_facts(), a_key(), MemoryMessageSigner(), records, now=NOW + 61)


def test_a_changed_review_is_not_signed() -> None:
    """Its hashes have to be those of its message."""
    message = a_message()
    records = kept(message)
    review = review_message(message, our_facts(), records, now=NOW)
    changed = replace(review, message=TextMessage("something else"))
    with pytest.raises(Refused, match="has changed since"):
        sign_message(changed, our_facts(), a_key(), MemoryMessageSigner(), records, now=NOW)


def test_a_message_that_is_not_on_record_is_not_signed() -> None:
    """A signature over what nobody keeps would be lost."""
    message = a_message()
    review = review_message(message, our_facts(), kept(), now=NOW)
    with pytest.raises(Refused, match="not in the records"):
        sign_message(review, our_facts(), a_key(), MemoryMessageSigner(), kept(), now=NOW)


def test_only_owners_sign() -> None:
    """A key of somebody else's confirms nothing."""
    message = a_message()
    records = kept(message)
    review = review_message(message, our_facts(), records, now=NOW)
    with pytest.raises(Refused, match="not an owner"):
        sign_message(review, our_facts(), a_key(9), MemoryMessageSigner(), records, now=NOW)


def test_who_is_no_owner_any_more_does_not_sign() -> None:
    """The Safe as it is now decides, not as it was when the message was reviewed."""
    message = a_message()
    records = kept(message)
    review = review_message(message, our_facts(), records, now=NOW)
    now_others = our_facts(replace(HANDLED, owners=(an_owner(2), an_owner(3))))
    with pytest.raises(Refused, match="not an owner"):
        sign_message(review, now_others, a_key(), MemoryMessageSigner(), records, now=NOW)


@pytest.mark.parametrize("chain_id", [1, 31337])
def test_a_safe_that_was_not_read_has_no_review(chain_id: int) -> None:
    """Nobody can say how it hashes, or who owns it."""
    facts = our_facts() if chain_id == 1 else replace(our_facts(), safe=None)
    with pytest.raises(Refused, match="none that this desk has read"):
        safe_of(SAFE, chain_id, facts)


# ── collect ──────────────────────────────────────────────────────────────────────────────────────


def test_signatures_come_in_any_order_and_any_number_of_times() -> None:
    """The union is the same, whatever the way."""
    message = a_message()
    ends = set()
    for order in itertools.permutations((1, 2, 3)):
        records = kept()
        for number in (*order, order[0]):
            keep_with_signatures(message, (signed(message, number),), records, HANDLED)
        known = records.message(message.safe_message_hash)
        assert known is not None
        assert known.aside == ()
        ends.add(packed_message_signatures(known.confirmations))
    (packed,) = ends
    assert len(packed) == 3 * SIGNATURE_LENGTH


def test_strangers_and_forgeries_are_kept_aside_with_the_reason() -> None:
    """Nothing is lost, and nothing of it counts."""
    message, records = a_message(), kept()
    other = a_message(TextMessage("another message"))
    forged = ClaimedSignature(signer=an_owner(1), data=signed(other, 1).data)
    claims = (signed(message, 1), signed(message, 9), forged, ClaimedSignature(None, b"\1" * 3))
    assert keep_with_signatures(message, claims, records, HANDLED) == (1, 3)
    known = records.message(message.safe_message_hash)
    assert known is not None
    assert known.owners == (an_owner(1),)
    assert [one.reason for one in known.aside] == ["not an owner", "invalid", "invalid"]


def test_a_contracts_signature_is_unverifiable_here() -> None:
    """Only the chain can ask it."""
    message, records = a_message(), kept()
    claim = ClaimedSignature(signer=None, data=contract_signature(an_owner(2), b"\1" * 65))
    assert keep_with_signatures(message, (claim,), records, HANDLED) == (0, 1)
    known = records.message(message.safe_message_hash)
    assert known is not None
    assert [one.reason for one in known.aside] == ["unverifiable"]


def test_the_v_and_the_s_of_wallets_confirm_in_one_form() -> None:
    """A v of 0 or 1, and the twin with the larger s, are one act of signing."""
    message = a_message()
    signature = a_confirmation(message.safe_message_hash, 1).signature
    spelled = replace(signature, v=signature.v - 27)
    twin = Signature(signature.r, ORDER - signature.s, 55 - signature.v)
    for given, aside in ((spelled, 0), (twin, 1)):
        waited = kept()
        claims = (ClaimedSignature(signer=an_owner(1), data=given.encoded),)
        keep_with_signatures(message, claims, waited, None)
        assert collect_waiting_messages(waited, HANDLED) == 1
        settled = waited.message(message.safe_message_hash)
        assert settled is not None
        assert len(still_aside(settled)) == aside
        records = kept()
        claim = ClaimedSignature(signer=an_owner(1), data=given.encoded)
        assert keep_with_signatures(message, (claim,), records, HANDLED) == (1, aside)
        known = records.message(message.safe_message_hash)
        assert known is not None
        assert known.confirmations[0].signature == signature
    assert [one.reason for one in known.aside] == [SIGNED_OTHERWISE]


def test_a_second_signature_of_an_owner_is_set_aside() -> None:
    """The same one on every desk, whichever came in first."""
    message = a_message()
    digest = message.safe_message_hash
    by_eth_sign = a_confirmation(eth_sign_digest(digest), 1).signature
    other = replace(by_eth_sign, v=by_eth_sign.v + 4)
    assert other.kind is SignatureKind.ETH_SIGN
    claims = (signed(message, 1), ClaimedSignature(signer=an_owner(1), data=other.encoded))
    for one, two in (claims, claims[::-1]):
        records = kept()
        keep_with_signatures(message, (one,), records, HANDLED)
        assert keep_with_signatures(message, (two,), records, HANDLED) == (0, 1)
        known = records.message(digest)
        assert known is not None
        assert known.confirmations[0].signature == a_confirmation(digest, 1).signature
        assert [(each.data, each.reason) for each in known.aside] == [
            (other.encoded, SIGNED_OTHERWISE)
        ]


@pytest.mark.parametrize(
    "safe", [None, a_safe(address=STRANGER), a_safe(owners=UNKNOWN)], ids=["unread", "other", "?"]
)
def test_without_owners_signatures_wait(safe: Safe | None) -> None:
    """And are verified as soon as the owners are known."""
    message, records = a_message(), kept()
    claims = (signed(message, 1), signed(message, 9))
    assert keep_with_signatures(message, claims, records, safe) == (0, 2)
    known = records.message(message.safe_message_hash)
    assert known is not None
    assert {one.reason for one in known.aside} == {NO_OWNERS_YET}
    assert still_aside(known) == known.aside
    assert collect_waiting_messages(records, HANDLED) == 1
    assert collect_waiting_messages(records, HANDLED) == 0
    settled = records.message(message.safe_message_hash)
    assert settled is not None
    assert settled.owners == (an_owner(1),)
    assert [one.reason for one in still_aside(settled)] == ["not an owner"]


def test_a_confirmation_is_verified_at_birth() -> None:
    """Another owner, another message or a signature of another kind makes none."""
    message = a_message()
    signature = a_confirmation(message.safe_message_hash, 1).signature
    with pytest.raises(Refused, match="does not recover"):
        MessageConfirmation(
            safe_message_hash=message.safe_message_hash, owner=an_owner(2), signature=signature
        )
    with pytest.raises(Refused, match="cannot be verified offline"):
        MessageConfirmation(
            safe_message_hash=message.safe_message_hash,
            owner=an_owner(1),
            signature=Signature(an_owner(1).number, 0, 1),
        )


# ── the Safe's own signature ─────────────────────────────────────────────────────────────────────


def collected(*numbers: int) -> KeptMessage:
    """A message with these owners' signatures."""
    message, records = a_message(), kept()
    claims = tuple(signed(message, number) for number in numbers)
    keep_with_signatures(message, claims, records, HANDLED)
    known = records.message(message.safe_message_hash)
    assert known is not None
    return known


def test_the_final_signature_is_as_many_as_needed_in_order() -> None:
    """65 bytes each, ascending by owner; the Safe is asked about the message's own hash."""
    message, verifier = collected(3, 1, 2), MemoryVerifier()
    final = final_signature(message, HANDLED, verifier)
    first, second = sorted((an_owner(3), an_owner(1)))
    expected = [
        next(c.signature.encoded for c in message.confirmations if c.owner == owner)
        for owner in (first, second)
    ]
    assert final.data == b"".join(expected)
    assert final.is_valid is True
    own = message_hashes(HANDLED, message.message).message
    assert verifier.asked == [(SAFE, own, final.data)]


def test_too_few_signatures_are_none_of_the_safes() -> None:
    """Somebody who is no owner any more does not count either."""
    with pytest.raises(Refused, match="1 of 2 needed"):
        final_signature(collected(1), HANDLED, None)
    fewer = replace(HANDLED, owners=(an_owner(1), an_owner(3)))
    with pytest.raises(Refused, match="1 of 2 needed"):
        final_signature(collected(1, 2), fewer, None)


@pytest.mark.parametrize("unknown", ["owners", "threshold"])
def test_without_a_threshold_there_is_no_final_signature(unknown: str) -> None:
    """Nobody knows how many are enough."""
    with pytest.raises(Refused, match="Nobody here has read"):
        final_signature(collected(1, 2), a_safe(**{unknown: UNKNOWN}), None)


def test_offline_the_signature_is_unverifiable() -> None:
    """It is said so, and it can be copied all the same."""
    alone = final_signature(collected(1, 2), HANDLED, None)
    assert alone.is_valid is None
    assert "unverifiable offline" in alone.why_unverified
    silent = final_signature(collected(1, 2), HANDLED, MemoryVerifier(silent=True))
    assert (silent.is_valid, silent.why_unverified) == (None, "No node answers.")
    assert final_signature(collected(1, 2), HANDLED, MemoryVerifier(says=False)).is_valid is False


def test_a_sign_in_of_the_sample_safe_is_calm() -> None:
    """The whole road, with a text."""
    message = a_message(TextMessage(a_sign_in(str(SAFE), chain_id=31337)))
    records = kept(message)
    review = review_message(message, our_facts(), records, now=NOW)
    assert review.why_not_signable is None


# ── import ───────────────────────────────────────────────────────────────────────────────────────

OTHER_SAFE = a_safe(address=VAULT)


def imported(
    message: Message, records: MemoryMessages, named: Safe | None = None, **changes: Any
) -> ImportedMessage:
    """What came of an import into the sample workspace, which has two Safes."""
    workspace = a_workspace(
        safes=(
            *a_workspace().safes,
            NamedSafe(address=VAULT, name="Second", version=OTHER_SAFE.version),
        )
    )
    facts = replace(our_facts(), others=(OTHER_SAFE,))
    said: dict[str, Any] = {"signatures": (), "facts": facts} | changes
    return import_message(
        message, named, said["signatures"], records, workspace,
        facts=said["facts"], purpose="why", now=NOW,
    )  # fmt: skip


def test_an_imported_message_is_kept_with_its_signatures() -> None:
    """Once; again only what is new is added."""
    message, records = a_message(), kept()
    came = imported(message.message, records, HANDLED, signatures=(signed(message, 1),))
    assert came == ImportedMessage(
        safe_message_hash=message.safe_message_hash,
        was_known=False,
        new_confirmations=1,
        set_aside=0,
    )
    again = imported(message.message, records, HANDLED, signatures=(signed(message, 2),))
    assert (again.was_known, again.new_confirmations) == (True, 1)
    assert [kind for kind, _, _ in records.notes] == ["imported message"]
    known = records.message(message.safe_message_hash)
    assert known is not None
    assert (known.purpose, known.written_here) == ("why", False)


def test_a_message_in_the_name_of_a_safe_is_for_that_safe() -> None:
    """Else for the first of the workspace."""
    records = kept()
    imported(read_typed_data(as_bytes(a_vote(str(VAULT)))), records)
    imported(read_typed_data(as_bytes(a_vote(str(STRANGER)))), records)
    imported(TextMessage("hello"), records)
    imported(read_typed_data(as_bytes(typed({"name": "x"}, "Y", {"z": 1}, Y="uint8 z"))), records)
    assert len(records.messages(VAULT)) == 1
    assert len(records.messages(SAFE)) == 3
    assert records.messages(SAFE)[0].written_here


@pytest.mark.parametrize("named", [a_safe(address=STRANGER), a_safe(chain_id=1)])
def test_a_message_of_another_treasury_is_refused(named: Safe) -> None:
    """Nothing of it is kept."""
    records = kept()
    with pytest.raises(Refused, match="none of this workspace"):
        imported(TextMessage("hello"), records, named)
    assert records.messages_kept == {}


def test_a_message_of_a_safe_that_was_not_read_is_refused() -> None:
    """Nobody knows how it hashes."""
    with pytest.raises(Refused, match="has not been read yet"):
        imported(TextMessage("hello"), kept(), facts=replace(our_facts(), safe=None))
