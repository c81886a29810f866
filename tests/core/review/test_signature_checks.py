"""Who has signed, through the whole review: known blobs, every kind, and what is said of each."""

import json
import time
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.matters import OWN_SAFE, a_treasury_safe, a_tx, local, pay
from tests.samples import an_owner
from tests.shared_vectors import cases_of
from tests.signed import by_eth_sign, by_key, claims, twin
from treasury_desktop.assets.address import Address
from treasury_desktop.assets.unknown import UNKNOWN
from treasury_desktop.bundle import Bundle, ClaimedSignature, read_bundle
from treasury_desktop.review.report import report
from treasury_desktop.review.review import Review, examine
from treasury_desktop.review.signatures import MOST_VERIFIED, checked_signatures
from treasury_desktop.safes import hashes
from treasury_desktop.safes.hashes import safe_tx_hashes
from treasury_desktop.safes.safe import Safe, SafeVersion
from treasury_desktop.safes.safe_message import safe_message_hash
from treasury_desktop.safes.signature import Signature
from treasury_desktop.safes.signature_blob import pack_signatures

TX = a_tx(pay(1))
HASH = safe_tx_hashes(a_treasury_safe(), TX).safe_tx
STRANGER = 9
"""A key that owns nothing here."""


def reviewed(*claimed: ClaimedSignature, **safe: Any) -> Review:
    """A calm payment with these signatures, reviewed by our own facts."""
    ours = a_treasury_safe(**safe)
    return examine(Bundle(safe=ours, tx=TX, signatures=claimed), replace(local(), safe=ours))


def shown(review: Review) -> list[tuple[Address | None, str, str, bool]]:
    """What the report says of each signature."""
    return [(one.signer, one.kind.value, one.status, one.counts) for one in review.signatures]


def said(review: Review, code: str) -> list[str]:
    """The sentences of a code."""
    return [finding.sentence for finding in review.findings if finding.code == code]


# ── known answers ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("case", cases_of("safe_tx_hashes"))
def test_known_hashes_through_the_review(case: Any) -> None:
    """The report gives the three hashes; a claim that differs blocks, and only then."""
    right = case["hashes"]["safe_tx"]
    wrong = f"0x{int(right, 16) ^ 1:064x}"
    for claimed in {case["claimed"], right, wrong}:
        bundle = {
            "format": "treasury-desktop/bundle@1", "chain_id": str(case["chain_id"]),
            "safe": {"address": case["safe"], "version": case["version"], "nonce": 0},
            "transaction": case["transaction"], "safe_tx_hash": claimed,
        }  # fmt: skip
        review = examine(read_bundle(json.dumps(bundle).encode()))
        assert report(review)["hashes"] == case["hashes"]
        is_mismatch = claimed not in (None, right)
        assert bool(said(review, "SAFE_TX_HASH_MISMATCH")) is is_mismatch


@pytest.mark.parametrize("version", ["0.1.0", "1.0.0", "1.1.0", "1.1.1", "1.2.0"])
def test_known_signature_in_a_whole_bundle(version: str) -> None:
    """A rejection that an owner really signed on mainnet, for every version with its typed data."""
    bundle = {
        "format": "treasury-desktop/bundle@1", "chain_id": 1,
        "safe": {
            "address": "0xfF501B324DC6d78dC9F983f140B9211c3EdB4dc7", "version": version,
            "nonce": 20, "owners": ["0x8712128BEA09C9687Df05A5D692F3750F8086C81"], "threshold": 1,
        },
        "transaction": {
            "to": "0xfF501B324DC6d78dC9F983f140B9211c3EdB4dc7", "value": "0", "data": "0x",
            "operation": 0, "safeTxGas": "43808", "baseGas": "0", "gasPrice": "0",
            "gasToken": "0x" + "0" * 40, "refundReceiver": "0x" + "0" * 40, "nonce": 20,
        },
        "signatures": [{
            "signer": "0x8712128BEA09C9687Df05A5D692F3750F8086C81",
            "data": "0x7dec7a1c46320f9bc4b62fe22e6ad34fe1f54b08c39637d064d104def4f3c812"
            "591ad2da837f5d9049d74e038811f76fcb33ac739e7ef866f696abdc9e55e1f51b",
        }],
    }  # fmt: skip
    written = report(examine(read_bundle(json.dumps(bundle).encode())))
    has_base_gas = version != "0.1.0"
    assert (
        written["hashes"]["safe_tx"]
        == "0xaed54190962dce2c448391841fcd7730eb23ac18c5fa2a7896ac9074bf38f127"
    ) is has_base_gas
    assert written["signatures"] == [{
        "signer": "0x8712128BEA09C9687Df05A5D692F3750F8086C81", "kind": "eoa",
        "status": "valid" if has_base_gas else "invalid", "counts": has_base_gas,
    }]  # fmt: skip
    assert written["confirmations"] == {"valid": int(has_base_gas), "threshold": 1}


def case_safe(case: Any) -> Safe:
    """The Safe of a known blob, with its owners where the case names them."""
    named = case.get("owners", [signer["owner"] for signer in case["expected"]["signers"]])
    return Safe(
        chain_id=1,
        address=Address(bytes(20)),
        version=SafeVersion.parse(case.get("safeVersion", "1.3.0")),
        owners=tuple(Address.parse(owner) for owner in named),
    )


@pytest.mark.parametrize("case", cases_of("signatures"))
def test_known_blobs(case: Any) -> None:
    """A whole blob as one entry gives each signature's kind and signer, and counts the right."""
    claimed = case.get("claimedOwner")
    entry = ClaimedSignature(
        signer=None if claimed is None else Address.parse(claimed),
        data=bytes.fromhex(case["signatures"][2:]),
    )
    safe_tx_hash = bytes.fromhex(case["safeTxHash"][2:])
    found = checked_signatures((entry,), case_safe(case), safe_tx_hash)
    expected = case["expected"]
    kinds = [one["type"].replace("contract_signature", "contract") for one in expected["signers"]]
    assert [one.kind.value for one in found] == kinds
    is_offline = [kind in ("eoa", "eth_sign") for kind in kinds]
    assert [one.counts for one in found] == [expected["valid"] and each for each in is_offline]
    if expected["valid"]:
        owners = [Address.parse(one["owner"]) for one in expected["signers"]]
        assert [one.signer for one in found] == owners
        assert {one.status for one in found} <= {"valid", "unverifiable"}
    else:
        assert {one.status for one in found} <= {"invalid", "not an owner"}


# ── kinds ────────────────────────────────────────────────────────────────────────────────────────


def test_owners_signatures_count_once_each() -> None:
    """Two owners by key and by eth_sign count; the same owner otherwise or again does not."""
    one, two = by_key(HASH, 1), by_eth_sign(HASH, 2)
    review = reviewed(*claims(one, two, one, by_eth_sign(HASH, 1), twin(one)))
    assert shown(review) == [
        (an_owner(1), "eoa", "valid", True), (an_owner(2), "eth_sign", "valid", True),
        (an_owner(1), "eoa", "valid", False), (an_owner(1), "eth_sign", "valid", False),
        (an_owner(1), "eoa", "valid", False),
    ]  # fmt: skip
    assert report(review)["confirmations"] == {"valid": 2, "threshold": 2}
    assert review.verdict == "ok"


def test_large_s_counts_as_on_chain_and_is_said() -> None:
    """The Safe accepts the twin of a signature, so it counts; a note says what it is."""
    review = reviewed(*claims(twin(by_key(HASH, 1))))
    assert shown(review) == [(an_owner(1), "eoa", "valid", True)]
    (sentence,) = said(review, "SIGNATURE_MALLEABLE")
    assert str(an_owner(1)) in sentence
    assert review.verdict == "ok"
    assert not said(reviewed(*claims(by_key(HASH, 1))), "SIGNATURE_MALLEABLE")


def test_strangers_and_forged_ones_are_shown_with_their_names() -> None:
    """A stranger's, a lie about the signer, a changed and a cut one: never counted, all named."""
    owner, mine = by_key(HASH, 1)
    stranger = by_key(HASH, STRANGER)
    changed = Signature(mine.r, mine.s ^ 1, mine.v)
    review = reviewed(
        *claims(stranger),
        ClaimedSignature(signer=an_owner(2), data=mine.encoded),
        ClaimedSignature(signer=owner, data=changed.encoded),
        ClaimedSignature(signer=owner, data=mine.encoded[:64]),
        ClaimedSignature(signer=owner, data=b""),
        ClaimedSignature(signer=None, data=b"\x01\x02"),
        ClaimedSignature(signer=owner, data=stranger[1].encoded),
    )
    assert shown(review) == [
        (an_owner(STRANGER), "eoa", "not an owner", False),
        (an_owner(2), "eoa", "invalid", False),
        (owner, "eoa", "invalid", False),
        (owner, "unknown", "invalid", False),
        (owner, "unknown", "invalid", False),
        (None, "unknown", "invalid", False),
        (owner, "eoa", "invalid", False),
    ]  # fmt: skip
    sentences = said(review, "SIGNATURE_NOT_FROM_OWNER")
    for named in (an_owner(STRANGER), an_owner(2), owner):
        assert any(str(named) in sentence for sentence in sentences)
    assert review.verdict == "danger"
    assert report(review)["confirmations"] == {"valid": 0, "threshold": 2}


@pytest.mark.parametrize("v", [2, 3, 26, 29, 30, 33, 200, 255])
def test_unknown_kinds_never_count(v: int) -> None:
    """Neither v of 2 (secp256r1 elsewhere) nor any other is accepted by a released Safe."""
    owner, one = by_key(HASH, 1)
    review = reviewed(ClaimedSignature(signer=owner, data=replace(one, v=v).encoded))
    assert shown(review) == [(owner, "unknown", "invalid", False)]


@pytest.mark.parametrize(
    ("version", "status"),
    [("0.1.0", "invalid"), ("1.0.0", "invalid"), ("1.1.0", "valid"), ("1.5.0", "valid")],
)
def test_eth_sign_by_version(version: str, status: str) -> None:
    """Safes before 1.1.0 do not know eth_sign: there such a signature counts for nothing."""
    safe = a_treasury_safe(version=SafeVersion.parse(version))
    safe_tx_hash = safe_tx_hashes(safe, TX).safe_tx
    review = reviewed(*claims(by_eth_sign(safe_tx_hash, 1)), version=safe.version)
    assert shown(review) == [(an_owner(1), "eth_sign", status, status == "valid")]
    sentences = said(review, "SIGNATURE_NOT_FROM_OWNER")
    assert [f"Safe {version} does not accept" in s for s in sentences] == [True] * (
        status == "invalid"
    )


def test_approved_hash_is_shown_and_not_counted() -> None:
    """Only the chain knows whether an owner approved; a stranger's approval is a stranger's."""
    review = reviewed(
        *claims((an_owner(3), Signature(an_owner(3).number, 0, 1))),
        *claims((an_owner(3), Signature(an_owner(3).number, 77, 1))),
        *claims((an_owner(STRANGER), Signature(an_owner(STRANGER).number, 0, 1))),
        ClaimedSignature(signer=an_owner(1), data=Signature(an_owner(3).number, 0, 1).encoded),
    )
    assert shown(review) == [
        (an_owner(3), "approved_hash", "unverifiable", False),
        (an_owner(3), "approved_hash", "unverifiable", False),
        (an_owner(STRANGER), "approved_hash", "not an owner", False),
        (an_owner(1), "approved_hash", "invalid", False),
    ]
    assert any("only the chain knows" in s for s in said(review, "SIGNATURE_UNVERIFIABLE"))


@given(st.integers(1, 3), st.booleans())
def test_wallets_v_of_0_and_1(owner: int, is_claimed: bool) -> None:
    """An ECDSA signature with v of 0 or 1 is its owner's, and is kept with 27 or 28."""
    _, one = by_key(HASH, owner)
    bare = replace(one, v=one.v - 27).encoded
    claim = ClaimedSignature(signer=an_owner(owner) if is_claimed else None, data=bare)
    (found,) = checked_signatures((claim,), a_treasury_safe(), HASH)
    assert (found.signer, found.kind.value, found.status) == (an_owner(owner), "eoa", "valid")
    assert found.signature == one
    lie = claim._replace(signer=an_owner(4))
    assert checked_signatures((lie,), a_treasury_safe(), HASH)[0].status == "invalid"


def test_wallets_v_of_a_stranger() -> None:
    """A stranger's with v of 0 or 1 is a stranger's, whoever is said to have made it."""
    _, one = by_key(HASH, STRANGER)
    bare = replace(one, v=one.v - 27).encoded
    unclaimed, claimed, lie = (
        reviewed(ClaimedSignature(signer=signer, data=bare)).signatures[0]
        for signer in (None, an_owner(STRANGER), an_owner(1))
    )
    assert (unclaimed.status, claimed.status, lie.status) == (
        "not an owner", "not an owner", "invalid",
    )  # fmt: skip


def test_owners_address_in_a_dirty_r_is_what_the_safe_takes() -> None:
    """Bytes above an owner's address do not make an approval into somebody else's signature."""
    dirty = Signature(an_owner(2).number | 7 << 200, 0, 1)
    review = reviewed(*claims((None, dirty)))
    assert shown(review) == [(an_owner(2), "approved_hash", "unverifiable", False)]


# ── several in one entry ─────────────────────────────────────────────────────────────────────────


def test_blob_of_several() -> None:
    """An entry with several signatures shows each; unsorted, surplus and padded ones too."""
    three = [by_key(HASH, 1), by_eth_sign(HASH, 2), by_key(HASH, STRANGER)]
    for ordered in (three, three[::-1]):
        for padding in (b"", b"\x00" * 7, bytes(130), b"\xff" * 31):
            blob = b"".join(one.encoded for _, one in ordered) + padding
            review = reviewed(ClaimedSignature(signer=None, data=blob))
            assert [one.signer for one in review.signatures] == [owner for owner, _ in ordered]
            assert report(review)["confirmations"] == {"valid": 2, "threshold": 2}


def test_blob_in_somebodys_name() -> None:
    """One of its signers may be named; a name that is none of them makes all of it doubtful."""
    blob = pack_signatures([by_key(HASH, 1), by_key(HASH, 2)])
    named = reviewed(ClaimedSignature(signer=an_owner(2), data=blob))
    assert len(named.valid_signers) == 2
    lied = reviewed(ClaimedSignature(signer=an_owner(3), data=blob))
    assert {one.status for one in lied.signatures} == {"invalid"}
    assert not lied.valid_signers


# ── contracts that own the Safe ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("version", ["1.1.1", "1.3.0", "1.4.1", "1.5.0"])
def test_safe_that_owns_the_safe(version: str) -> None:
    """Its contract signature is shown with who signed inside; it does not count offline."""
    safe = a_treasury_safe(
        version=SafeVersion.parse(version), owners=(an_owner(1), OWN_SAFE, an_owner(3))
    )
    safe_tx_hash = safe_tx_hashes(safe, TX).safe_tx
    asked = safe_message_hash(safe_tx_hash, safe, OWN_SAFE)
    inner = pack_signatures([by_key(asked, 5), by_eth_sign(asked, 6)])
    blob = pack_signatures(
        [by_key(safe_tx_hash, 1), (OWN_SAFE, Signature(OWN_SAFE.number, 0, 0, inner))]
    )
    review = reviewed(
        ClaimedSignature(signer=None, data=blob), version=safe.version, owners=safe.owners
    )
    assert {one.signer: (one.kind.value, one.status) for one in review.signatures} == {
        an_owner(1): ("eoa", "valid"), OWN_SAFE: ("contract", "unverifiable"),
    }  # fmt: skip
    (sentence,) = said(review, "SIGNATURE_UNVERIFIABLE")
    for part in (str(OWN_SAFE), f"{an_owner(5)} (eoa)", f"{an_owner(6)} (eth_sign)"):
        assert part in sentence
    assert report(review)["confirmations"] == {"valid": 1, "threshold": 2}
    assert review.verdict == ("warn" if version == "1.1.1" else "ok")


def test_contract_signatures_one_by_one() -> None:
    """An owner's, a stranger's, and such whose bytes are missing; none of them counts."""
    contract = an_owner(3)
    good = pack_signatures([(contract, Signature(contract.number, 0, 0, b"anything"))])
    empty = pack_signatures([(contract, Signature(contract.number, 0, 0, b""))])
    review = reviewed(
        ClaimedSignature(signer=contract, data=good),
        ClaimedSignature(signer=None, data=empty),
        ClaimedSignature(signer=contract, data=good[:65]),
        ClaimedSignature(signer=None, data=Signature(contract.number, 0, 0).encoded),
        ClaimedSignature(signer=None, data=Signature(STRANGER, 0, 0).encoded),
        ClaimedSignature(signer=None, data=bytes(65)),
        *claims((None, Signature(STRANGER, 0, 0, b"x"))),
    )
    assert [(one.kind.value, one.status, one.counts) for one in review.signatures] == [
        ("contract", "unverifiable", False),
        ("contract", "unverifiable", False),
        ("contract", "invalid", False),
        ("contract", "invalid", False),
        ("contract", "invalid", False),
        ("contract", "invalid", False),
        ("contract", "not an owner", False),
    ]
    assert "only that contract can accept it" in said(review, "SIGNATURE_UNVERIFIABLE")[0]


# ── what nobody said ─────────────────────────────────────────────────────────────────────────────


def test_unknown_owners_confirm_nothing() -> None:
    """Where nobody says who owns the Safe all signatures are shown, and none counts."""
    one = by_key(HASH, 1)
    lie = ClaimedSignature(signer=an_owner(2), data=one[1].encoded)
    review = reviewed(*claims(one), lie, owners=UNKNOWN, threshold=UNKNOWN)
    assert shown(review) == [
        (an_owner(1), "eoa", "unverifiable", False), (an_owner(2), "eoa", "invalid", False),
    ]  # fmt: skip
    assert report(review)["confirmations"] == {"valid": 0, "threshold": None}
    assert "is not known" in said(review, "SIGNATURE_UNVERIFIABLE")[0]


def test_no_signatures() -> None:
    """Absent and empty signatures are nobody's, and nothing is said of them."""
    for claimed in (UNKNOWN, ()):
        ours = a_treasury_safe()
        review = examine(Bundle(safe=ours, tx=TX, signatures=claimed), local())
        assert report(review)["signatures"] == []
        assert report(review)["confirmations"] == {"valid": 0, "threshold": 2}


def test_signatures_over_another_transaction() -> None:
    """Owners' signatures over another hash are, for this one, somebody else's."""
    other = safe_tx_hashes(a_treasury_safe(), a_tx(pay(2))).safe_tx
    review = reviewed(*claims(by_key(other, 1)))
    assert [one.status for one in review.signatures] == ["invalid"]
    unclaimed = reviewed(ClaimedSignature(signer=None, data=by_key(other, 1)[1].encoded))
    assert [one.status for one in unclaimed.signatures] == ["not an owner"]


@given(st.lists(st.binary(max_size=200), max_size=4), st.booleans())
def test_no_bytes_crash_or_count(blobs: list[bytes], is_claimed: bool) -> None:
    """Any bytes give signatures with a kind and a status, and random ones never count."""
    signer = an_owner(1) if is_claimed else None
    claimed = tuple(ClaimedSignature(signer=signer, data=blob) for blob in blobs)
    found = checked_signatures(claimed, a_treasury_safe(), HASH)
    assert len(found) >= len(claimed)
    assert not any(one.counts or one.status == "valid" for one in found)


def test_a_flood_of_signatures_costs_little() -> None:
    """Beyond a few thousand nothing is recovered; what came first and small still counts."""
    _, stranger = by_key(HASH, STRANGER)
    flood = ClaimedSignature(signer=None, data=stranger.encoded * 60_000)
    nested = ClaimedSignature(
        signer=None,
        data=pack_signatures(
            (an_owner(3), Signature(an_owner(3).number, 0, 0, stranger.encoded * 20))
            for _ in range(1_000)
        ),
    )
    begin = time.process_time()
    found = checked_signatures((flood, nested, *claims(by_key(HASH, 1))), a_treasury_safe(), HASH)
    assert time.process_time() - begin < 2
    assert len(found) == 61_001
    assert {one.status for one in found[:60_000]} == {"unverifiable"}
    assert found[-1].counts
    assert MOST_VERIFIED < 60_000


# ── when the program contradicts itself ──────────────────────────────────────────────────────────


def test_disagreeing_derivations_block_and_show_no_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    """A difference between the derivations blocks; no hash is shown, no signature counts."""
    monkeypatch.setattr(hashes, "SAFE_TX_TYPEHASH", bytes(32))
    review = reviewed(*claims(by_key(HASH, 1)))
    assert review.verdict == "block"
    assert said(review, "HASH_DERIVATIONS_DISAGREE")
    written = report(review)
    assert written["hashes"] == {"domain": None, "message": None, "safe_tx": None}
    assert written["comparison_code"] is None
    assert written["confirmations"] == {"valid": 0, "threshold": 2}
    assert [one.status for one in review.signatures] == ["unverifiable"]
    assert review.why_not_signable
    monkeypatch.undo()
    assert not said(reviewed(*claims(by_key(HASH, 1))), "HASH_DERIVATIONS_DISAGREE")
