"""What an input leaves out blocks; what is odd about a file is said and blocks nothing."""

import pytest

from tests.samples import SAFE, STRANGER
from treasury_desktop.bundle import Bundle, ClaimedSignature, Remark, Unnamed
from treasury_desktop.bundle.unnamed import HASHED_ALWAYS, NO_SAFE
from treasury_desktop.errors import Refused
from treasury_desktop.review.report import report
from treasury_desktop.review.review import Review, examine
from treasury_desktop.safes.safe import Safe, SafeVersion
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.viewmodels.transcript import transcript


def reviewed(*unnamed: Unnamed, version: str = "1.3.0", **changes: object) -> Review:
    """The review of a rejection that leaves something out."""
    safe = Safe(chain_id=1, address=SAFE, version=SafeVersion.parse(version), nonce=1)
    members = {"safe": safe, "tx": SafeTx(to=SAFE, nonce=1), **changes}
    return examine(Bundle(**members, unnamed=frozenset(unnamed)))  # type: ignore[arg-type]


def blocking(review: Review) -> list[str]:
    """The codes that forbid signing."""
    return [finding.code for finding in review.blocks]


def test_nothing_left_out() -> None:
    """A rejection in full is calm and has its hashes."""
    review = reviewed()
    assert review.verdict == "ok"
    assert review.hashes.safe_tx


@pytest.mark.parametrize("member", sorted(HASHED_ALWAYS | {Unnamed.CHAIN}, key=lambda m: m.value))
def test_without_a_member_there_is_no_hash(member: Unnamed) -> None:
    """It blocks, and nothing that wants a hash gets one made of a stand-in."""
    review = reviewed(member)
    assert "STATE_UNKNOWN" in blocking(review)
    assert review.known_hashes is None
    with pytest.raises(Refused, match="leaves out"):
        _ = review.hashes
    with pytest.raises(Refused, match="leaves out"):
        _ = review.comparison_code
    shown = report(review)
    assert shown["hashes"] == {"domain": None, "message": None, "safe_tx": None}
    assert shown["comparison_code"] is None
    assert "none: what was sent leaves out" in transcript(review)
    assert review.why_not_signable


def test_what_is_not_needed_for_the_hash() -> None:
    """A Safe before 1.3.0 hashes no chain, and every version of a form hashes the same."""
    for member, version in ((Unnamed.CHAIN, "1.1.1"), (Unnamed.EXACT_VERSION, "1.3.0")):
        review = reviewed(member, version=version)
        assert review.hashes == reviewed(version=version).hashes
        assert blocking(review) == ["STATE_UNKNOWN"]


def test_unnamed_members_are_null() -> None:
    """The report never shows a stand-in."""
    safe = Safe(chain_id=0, address=NO_SAFE, version=SafeVersion(1, 4, 1))
    review = reviewed(Unnamed.SAFE, Unnamed.CHAIN, Unnamed.VERSION, safe=safe)
    assert report(review)["safe"] == {"chain_id": None, "address": None, "version": None}
    assert str(NO_SAFE) not in transcript(review)
    older = reviewed(Unnamed.EXACT_VERSION, version="1.0.0")
    assert report(older)["safe"]["version"] is None  # type: ignore[index, call-overload]
    assert "version 1.0.0" not in transcript(older)
    assert "the Safe versions from 1.0.0 to 1.2.0." in transcript(older)


def test_a_transaction_known_by_its_hash_only() -> None:
    """There is no call to show, and the hash stands in the finding."""
    review = reviewed(Unnamed.TRANSACTION, Unnamed.VERSION, claimed_hash=b"\xab" * 32)
    assert report(review)["calls"] == []
    (finding,) = (f for f in review.findings if f.code == "STATE_UNKNOWN")
    assert finding.evidence == "0x" + "ab" * 32
    assert "nonce not named" in transcript(review)


def test_without_a_nonce_no_queue_is_read() -> None:
    """The stand-in has no rivals and leaves no gap."""
    codes = [finding.code for finding in reviewed(Unnamed.NONCE).findings]
    assert codes == ["STATE_UNKNOWN", "EVIDENCE_CLAIMED_BY_SENDER"]


def test_signatures_without_a_hash() -> None:
    """Nobody can verify them: they are shown and never counted."""
    claimed = (
        ClaimedSignature(signer=STRANGER, data=b"\1" * 64 + b"\x1b"),
        ClaimedSignature(signer=None, data=b"\1"),
    )
    review = reviewed(Unnamed.NONCE, signatures=claimed)
    assert [s.status for s in review.signatures] == ["unverifiable", "invalid"]
    assert [s.signer for s in review.signatures] == [STRANGER, None]
    assert review.valid_signers == ()


def test_remarks() -> None:
    """A remark is a note, unless it is of the kind that blocks."""
    odd = Remark(code="ODD", sentence="is odd.", evidence="why")
    review = reviewed(remarks=(odd,))
    assert review.verdict == "ok"
    (found,) = (f for f in review.findings if f.code == "ODD")
    assert (found.sentence, found.evidence) == ("is odd.", "why")
    grave = Remark(code="GRAVE", sentence="is grave.", blocks=True)
    assert blocking(reviewed(remarks=(odd, grave))) == ["GRAVE"]


def test_domain_warning_names_no_stand_in() -> None:
    """Where only the form is known, the sentence does not make up a version."""
    for version, unnamed in (("1.0.0", (Unnamed.EXACT_VERSION,)), ("1.0.0", ())):
        (found,) = (
            f
            for f in reviewed(*unnamed, version=version).findings
            if f.code == "DOMAIN_WITHOUT_CHAINID"
        )
        assert ("1.0.0" in found.sentence) is not bool(unnamed)
