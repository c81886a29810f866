"""Signature bytes as the Safe reads them, one by one and in blobs, against real keys."""

from dataclasses import replace

import pytest
from coincurve import PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from tests.samples import a_confirmation, an_owner
from treasury_desktop.assets.address import Address
from treasury_desktop.errors import Refused
from treasury_desktop.safes.confirmation import Confirmation, packed_signatures
from treasury_desktop.safes.signature import (
    SIGNATURE_LENGTH,
    Signature,
    SignatureKind,
    eth_sign_digest,
    parse_signature,
    recover_signer,
)
from treasury_desktop.safes.signature_blob import (
    contract_signature,
    pack_signatures,
    split_signatures,
)

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
HASHES = st.binary(min_size=32, max_size=32)
KEYS = st.integers(1, ORDER - 1)
WORDS = st.integers(1, 2**256 - 1)
STATIC = st.builds(Signature, WORDS, WORDS, st.integers(1, 255))
CONTRACTS = st.builds(
    Signature, st.integers(1, 2**160 - 1), st.just(0), st.just(0), st.binary(max_size=99)
)
SIGNED = st.lists(
    st.tuples(st.binary(min_size=20, max_size=20).map(Address), STATIC | CONTRACTS), max_size=6
)


def signed(safe_tx_hash: bytes, key: int = 1, *, added_to_v: int = 0) -> Signature:
    """A real signature of the key that is this number; 4 added to v says eth_sign."""
    digest = eth_sign_digest(safe_tx_hash) if added_to_v else safe_tx_hash
    raw = PrivateKey.from_int(key).sign_recoverable(digest, hasher=None)
    return parse_signature(raw[:64] + bytes((raw[64] + 27 + added_to_v,)))


def a_contract(offset: int, *, r: int = 5) -> Signature:
    """The static part of a contract signature whose bytes are said to lie at an offset."""
    return Signature(r, offset, 0)


def carried(content: bytes) -> bytes:
    """What a contract signature carries, with its length before it."""
    return len(content).to_bytes(32, "big") + content


# ── one by one ───────────────────────────────────────────────────────────────────────────────────


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


@given(HASHES, KEYS)
def test_v_as_some_wallets_give_it(safe_tx_hash: bytes, key: int) -> None:
    """With 0 or 1 for 27 or 28 it is another kind to the Safe; as meant it is the owner's."""
    one = signed(safe_tx_hash, key)
    bare = replace(one, v=one.v - 27)
    assert bare.kind in (SignatureKind.CONTRACT, SignatureKind.APPROVED_HASH)
    assert not bare.has_address_in_r
    assert bare.as_wallets_mean_it == one


@given(st.binary(min_size=65, max_size=300), HASHES)
def test_no_bytes_crash(blob: bytes, safe_tx_hash: bytes) -> None:
    """Any 65 bytes are a signature of somebody, or of nobody."""
    signature = parse_signature(blob)
    signer = signature.signer_of(safe_tx_hash)
    assert signer is None or len(signer.raw) == 20
    assert signature.encoded == blob[:65]


@pytest.mark.parametrize("v", [2, 3, 26, 29, 30, 33, 255])
def test_other_v_is_nobodys(v: int) -> None:
    """No released Safe accepts these; they are shown and never counted."""
    signature = Signature(1, 1, v)
    assert signature.kind is SignatureKind.UNKNOWN
    assert signature.signer_of(bytes(32)) is None


@pytest.mark.parametrize(
    ("r", "s"), [(0, 0), (0, 1), (1, 0), (ORDER, 1), (1, ORDER), (5, 5), (2**256 - 1, 2**256 - 1)]
)
def test_impossible_numbers_recover_nobody(r: int, s: int) -> None:
    """Numbers that are no signature name nobody, as ecrecover has it."""
    for v in (27, 28):
        assert recover_signer(b"\x01" * 32, r, s, v) is None


def test_address_in_r_is_its_lower_twenty_bytes() -> None:
    """An approved hash names its owner in r; the Safe does not look at what stands above."""
    owner = an_owner(1)
    assert Signature(owner.number, 0, 1).signer_of(bytes(32)) == owner
    assert Signature(owner.number, 65, 0).signer_of(bytes(32)) == owner
    dirty = Signature(owner.number + (1 << 160), 0, 1)
    assert dirty.signer_of(bytes(32)) == owner
    assert not dirty.has_address_in_r


def test_short_signatures_are_none() -> None:
    """Less than 65 bytes are no signature."""
    with pytest.raises(ValueError, match="65 bytes"):
        parse_signature(bytes(64))
    assert split_signatures(b"\x01" * 64) == ()


# ── in a blob ────────────────────────────────────────────────────────────────────────────────────


@given(SIGNED)
def test_splitting_what_was_packed(pairs: list[tuple[Address, Signature]]) -> None:
    """Every signature comes back ascending by owner, contract signatures with what they carry."""
    ordered = [one for _, one in sorted(pairs, key=lambda pair: pair[0])]
    found = split_signatures(pack_signatures(pairs))
    assert [replace(one, s=0) if one.v == 0 else one for one in found] == ordered


@given(SIGNED, st.integers(0, 64))
def test_padding_behind_is_no_signature(pairs: list[tuple[Address, Signature]], count: int) -> None:
    """Bytes behind that are no whole signature, and any number of zeros, add nothing."""
    blob = pack_signatures(pairs)
    whole = split_signatures(blob)
    assert split_signatures(blob + b"\xab" * count) == whole
    if pairs:
        assert split_signatures(blob + bytes(200)) == whole


@given(st.binary(max_size=700))
def test_no_blob_crashes(blob: bytes) -> None:
    """Any bytes split into signatures, and no more of them than 65 bytes go into the blob."""
    found = split_signatures(blob)
    assert len(found) <= len(blob) // SIGNATURE_LENGTH
    assert (not found) == (len(blob) < SIGNATURE_LENGTH)
    assert sum(len(one.dynamic or b"") for one in found) <= len(blob)


@pytest.mark.parametrize(
    ("offset", "behind", "dynamic"),
    [
        (65, carried(b"abc"), b"abc"),
        (65, carried(b""), b""),
        (65, carried(b"abc") + b"more", b"abc"),
        (70, bytes(5) + carried(b"abc"), b"abc"),
        (0, carried(b"abc"), None),
        (64, carried(b"abc"), None),
        (66, carried(b"abc"), None),
        (65, carried(b"abc")[:-1], None),
        (65, bytes(31), None),
        (65, b"\xff" * 32, None),
        (97, carried(b"abc"), None),
        (2**256 - 1, carried(b"abc"), None),
        (65, b"", None),
    ],
)
def test_where_a_contract_signature_points(
    offset: int, behind: bytes, dynamic: bytes | None
) -> None:
    """What it carries lies behind the signatures and is all there, or it carries nothing."""
    (one,) = split_signatures(a_contract(offset).encoded + behind)[:1]
    assert one.dynamic == dynamic


def test_contract_signature_on_its_own() -> None:
    """It points right behind itself, names its contract, and carries what it was given."""
    for content in (b"", b"abc", bytes(100)):
        whole = contract_signature(an_owner(3), content)
        (one,) = split_signatures(whole)
        assert (one.signer_of(bytes(32)), one.s, one.dynamic) == (an_owner(3), 65, content)
        assert whole == one.encoded + carried(content)


def test_several_contract_signatures() -> None:
    """Each has its own bytes, in whatever order they lie; the first of them ends the signatures."""
    first, second = carried(b"one"), carried(b"twenty-two")
    end = 3 * SIGNATURE_LENGTH
    static = (
        a_contract(end + len(first), r=7).encoded
        + a_contract(end, r=6).encoded
        + Signature(1, 1, 27).encoded
    )
    found = split_signatures(static + first + second)
    assert [(one.r, one.dynamic) for one in found] == [(7, b"twenty-two"), (6, b"one"), (1, None)]


def test_overlapping_bytes_are_not_copied_without_end() -> None:
    """Thousands of signatures that all point at the same bytes take no more than these."""
    count, carries = 5_000, carried(bytes(100_000))
    static = a_contract(count * SIGNATURE_LENGTH).encoded * count
    found = split_signatures(static + carries)
    assert len(found) == count
    assert sum(len(one.dynamic or b"") for one in found) <= len(static) + len(carries)


@given(HASHES, st.lists(st.sampled_from((1, 2, 3, 4, 5)), unique=True))
def test_packed_ascending_whatever_the_order(safe_tx_hash: bytes, owners: list[int]) -> None:
    """The Safe wants signatures in ascending order of their owners, once each."""
    packed = packed_signatures(tuple(a_confirmation(safe_tx_hash, owner) for owner in owners))
    signers = [each.signer_of(safe_tx_hash) for each in split_signatures(packed)]
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
