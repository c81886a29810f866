"""Signature bytes as the Safe reads them, against known blobs and real keys."""

from typing import Any

import pytest
from coincurve import PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from tests.samples import a_confirmation, an_owner
from tests.shared_vectors import cases_of
from treasury_desktop.assets.address import Address
from treasury_desktop.bundle import ClaimedSignature
from treasury_desktop.errors import Refused
from treasury_desktop.review.signatures import checked_signatures
from treasury_desktop.safes.confirmation import Confirmation, packed_signatures
from treasury_desktop.safes.safe import Safe, SafeVersion
from treasury_desktop.safes.signature import (
    SIGNATURE_LENGTH,
    Signature,
    SignatureKind,
    eth_sign_digest,
    parse_signature,
    recover_signer,
)

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
HASHES = st.binary(min_size=32, max_size=32)
KEYS = st.integers(1, ORDER - 1)


def signed(safe_tx_hash: bytes, key: int = 1, *, added_to_v: int = 0) -> Signature:
    """A real signature of the key that is this number; 4 added to v says eth_sign."""
    digest = eth_sign_digest(safe_tx_hash) if added_to_v else safe_tx_hash
    raw = PrivateKey.from_int(key).sign_recoverable(digest, hasher=None)
    return parse_signature(raw[:64] + bytes((raw[64] + 27 + added_to_v,)))


def pieces_of(blob: bytes, count: int) -> list[bytes]:
    """The static parts of a blob of signatures."""
    return [blob[at : at + SIGNATURE_LENGTH] for at in range(0, count * SIGNATURE_LENGTH, 65)]


@pytest.mark.parametrize("case", cases_of("signatures"))
def test_known_blobs(case: Any) -> None:
    """Every signature of a known blob has its kind and names its signer."""
    safe_tx_hash = bytes.fromhex(case["safeTxHash"][2:])
    blob = bytes.fromhex(case["signatures"][2:])
    expected = case["expected"]["signers"]
    for piece, signer in zip(pieces_of(blob, len(expected)), expected, strict=True):
        signature = parse_signature(piece)
        assert signature.kind.value == signer["type"].replace("contract_signature", "contract")
        assert signature.signer_of(safe_tx_hash) == Address.parse(signer["owner"])
        assert signature.encoded == piece


@pytest.mark.parametrize("case", cases_of("signatures"))
def test_known_blobs_count_as_they_should(case: Any) -> None:
    """ECDSA signatures of owners count, all others never do."""
    safe_tx_hash = bytes.fromhex(case["safeTxHash"][2:])
    expected = case["expected"]["signers"]
    owners = case.get("owners", [signer["owner"] for signer in expected])
    safe = Safe(
        chain_id=1,
        address=Address(bytes(20)),
        version=SafeVersion(1, 3, 0),
        owners=tuple(Address.parse(owner) for owner in owners),
    )
    claimed_owner = case.get("claimedOwner")
    claimed = tuple(
        ClaimedSignature(
            signer=None if claimed_owner is None else Address.parse(claimed_owner), data=piece
        )
        for piece in pieces_of(bytes.fromhex(case["signatures"][2:]), len(expected))
    )
    found = checked_signatures(claimed, safe, safe_tx_hash)
    is_offline = {"eoa", "eth_sign"}
    counts = [case["expected"]["valid"] and s["type"] in is_offline for s in expected]
    assert [one.counts for one in found] == counts


@given(HASHES, KEYS)
def test_real_signatures_recover(safe_tx_hash: bytes, key: int) -> None:
    """ECDSA over the hash and over its eth_sign form name the key's address."""
    plain, eth_sign = signed(safe_tx_hash, key), signed(safe_tx_hash, key, added_to_v=4)
    assert (plain.kind, eth_sign.kind) == (SignatureKind.EOA, SignatureKind.ETH_SIGN)
    assert plain.signer_of(safe_tx_hash) == eth_sign.signer_of(safe_tx_hash) == an_owner(key)
    assert plain.has_low_s
    assert parse_signature(plain.encoded) == plain


@given(HASHES, KEYS)
def test_twin_of_a_signature(safe_tx_hash: bytes, key: int) -> None:
    """Anyone can make the twin with the large s; it names the same signer and shows as high."""
    one = signed(safe_tx_hash, key)
    twin = Signature(one.r, ORDER - one.s, 55 - one.v)
    assert twin.signer_of(safe_tx_hash) == one.signer_of(safe_tx_hash)
    assert not twin.has_low_s


@given(st.binary(min_size=65, max_size=300), HASHES)
def test_no_bytes_crash(blob: bytes, safe_tx_hash: bytes) -> None:
    """Any 65 bytes are a signature of somebody, or of nobody."""
    signature = parse_signature(blob)
    signer = signature.signer_of(safe_tx_hash)
    assert signer is None or len(signer.raw) == 20
    assert signature.encoded + signature.dynamic == blob


@pytest.mark.parametrize("v", [2, 3, 26, 29, 30, 33, 255])
def test_other_v_is_nobodys(v: int) -> None:
    """No released Safe accepts these; they are shown and never counted."""
    signature = Signature(1, 1, v)
    assert signature.kind is SignatureKind.UNKNOWN
    assert signature.signer_of(bytes(32)) is None


@pytest.mark.parametrize(("r", "s"), [(0, 0), (0, 1), (1, 0), (ORDER, 1), (1, ORDER), (5, 5)])
def test_impossible_numbers_recover_nobody(r: int, s: int) -> None:
    """Numbers that are no signature name nobody, or somebody, and never fail."""
    found = recover_signer(bytes(32), r, s, 27)
    assert found is None or isinstance(found, Address)


def test_address_in_r_has_twenty_bytes() -> None:
    """An approved hash names its owner in r; anything above is no address."""
    owner = an_owner(1)
    assert Signature(owner.number, 0, 1).signer_of(bytes(32)) == owner
    assert Signature(owner.number, 65, 0).signer_of(bytes(32)) == owner
    assert Signature(owner.number + (1 << 160), 0, 1).signer_of(bytes(32)) is None


def test_short_signatures_are_none() -> None:
    """Less than 65 bytes are no signature."""
    with pytest.raises(ValueError, match="65 bytes"):
        parse_signature(bytes(64))


@given(HASHES, st.lists(st.sampled_from((1, 2, 3, 4, 5)), unique=True))
def test_packed_ascending_whatever_the_order(safe_tx_hash: bytes, owners: list[int]) -> None:
    """The Safe wants signatures in ascending order of their owners, once each."""
    packed = packed_signatures(tuple(a_confirmation(safe_tx_hash, owner) for owner in owners))
    signers = [
        parse_signature(piece).signer_of(safe_tx_hash) for piece in pieces_of(packed, len(owners))
    ]
    assert signers == sorted(an_owner(owner) for owner in owners)


def test_confirmation_is_verified_at_birth() -> None:
    """A confirmation of somebody else, of another hash or of an unverifiable kind cannot exist."""
    one = a_confirmation(bytes(32))
    for owner, safe_tx_hash, signature in (
        (an_owner(2), bytes(32), one.signature),
        (an_owner(1), b"\x01" * 32, one.signature),
        (an_owner(1), bytes(32), Signature(an_owner(1).number, 0, 1)),
        (an_owner(1), bytes(32), Signature(an_owner(1).number, 65, 0)),
        (an_owner(1), bytes(32), Signature(one.signature.r, one.signature.s, 2)),
    ):
        with pytest.raises(Refused):
            Confirmation(safe_tx_hash=safe_tx_hash, owner=owner, signature=signature)
