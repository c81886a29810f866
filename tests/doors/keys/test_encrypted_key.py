"""The format in which keys are kept: authenticated whole, bounded before anything runs."""

import json
import time
from dataclasses import replace

import pytest

from tests.doors.keys.key_samples import PASSPHRASE, PUBLIC_KEYS, address_of, quick_scrypt, secret
from treasury_desktop.assets.strict_json import canonical_json
from treasury_desktop.errors import Malformed, Refused
from treasury_desktop.keys.encrypted_key import (
    MAX_TEXT_UNITS,
    EncryptedKey,
    Scrypt,
    WrongPassphrase,
    empty_key,
    parse_encrypted_key,
    seal,
    unseal,
)
from treasury_desktop.keys.secret import Secret


@pytest.fixture(scope="module")
def cipher_key() -> Secret:
    """What the passphrase becomes; derived once, because that takes half a second."""
    return quick_scrypt().derive(secret(PASSPHRASE))


def opens(text: str, cipher_key: Secret, kdf: Scrypt) -> bool:
    """Whether a text is a key that opens with a passphrase whose KDF result is known."""
    try:
        key = parse_encrypted_key(text)
        if key.kdf != kdf:  # another salt or cost: the passphrase becomes another cipher key
            return False
        unseal(key, cipher_key)
    except (Refused, Malformed):
        return False
    return True


def test_key_comes_back_under_its_passphrase(owner_key: EncryptedKey) -> None:
    """What was sealed is unsealed, through the text."""
    key = parse_encrypted_key(owner_key.text)
    with key.kdf.derive(secret(PASSPHRASE)) as derived, unseal(key, derived) as private_key:
        assert private_key.content.hex() == PUBLIC_KEYS[1]


def test_wrong_passphrase_opens_nothing(owner_key: EncryptedKey) -> None:
    """Another passphrase is refused in one sentence."""
    derived = owner_key.kdf.derive(secret("the demonstration treasury is money"))
    with pytest.raises(WrongPassphrase, match=r"^The passphrase does not open this key\.$"):
        unseal(owner_key, derived)


def test_every_changed_byte_is_refused(owner_key: EncryptedKey, cipher_key: Secret) -> None:
    """Each byte of each field is authenticated or has only one spelling."""
    text = owner_key.text
    assert opens(text, cipher_key, owner_key.kdf)
    for place, character in enumerate(text):
        for other in {"0", "1", "a", " ", '"', chr(ord(character) ^ 1), character.swapcase()}:
            changed = text[:place] + other + text[place + 1 :]
            assert changed == text or not opens(changed, cipher_key, owner_key.kdf), changed


@pytest.mark.parametrize(
    "changes",
    [
        {"label": "Desk B"},
        {"role": "executor"},
        {"created": 1_700_000_001},
        {"address": address_of(2)},
        {"nonce": bytes(12)},
        {"ciphertext": bytes(48)},
    ],
)
def test_exchanged_field_is_refused(
    owner_key: EncryptedKey, cipher_key: Secret, changes: dict[str, object]
) -> None:
    """A field taken from another key does not authenticate."""
    with pytest.raises(WrongPassphrase):
        unseal(replace(owner_key, **changes), cipher_key)  # type: ignore[arg-type]  any field


def test_changed_salt_derives_another_key(owner_key: EncryptedKey) -> None:
    """The salt is authenticated too, besides changing the derived key."""
    other = replace(owner_key, kdf=replace(owner_key.kdf, salt=bytes(32)))
    with pytest.raises(WrongPassphrase):
        unseal(other, other.kdf.derive(secret(PASSPHRASE)))
    with pytest.raises(WrongPassphrase):
        unseal(other, owner_key.kdf.derive(secret(PASSPHRASE)))


@pytest.mark.parametrize(
    ("n", "r", "p"),
    [
        (2**30, 8, 1),
        (2**21, 8, 1),
        (2**17, 8, 2**20),
        (2**17, 2**20, 1),
        (2**17, 8, 0),
        (2**17, 0, 1),
    ],
)
def test_kdf_bomb_is_refused_before_it_runs(
    owner_key: EncryptedKey, n: int, r: int, p: int
) -> None:
    """Parameters beyond 1 GiB are refused by reading, in no time."""
    fields = json.loads(owner_key.text)
    fields["kdf"] |= {"n": n, "r": r, "p": p}
    begun = time.perf_counter()
    with pytest.raises(Malformed):
        parse_encrypted_key(canonical_json(fields).decode())
    assert time.perf_counter() - begun < 0.1


@pytest.mark.parametrize("n", [2**16, 2**17 + 1, 0, -1])
def test_weak_kdf_is_refused(n: int) -> None:
    """Below the least cost nothing is written or read."""
    with pytest.raises(Malformed, match="power of two"):
        Scrypt(n=n, r=8, p=1, salt=bytes(32))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"format": "treasury-desktop/key@2"}, "newer version"),
        ({"format": "other"}, "treasury-desktop/key@1"),
        ({"extra": 1}, "unknown fields"),
        ({"cipher": {"name": "xor", "nonce": "00" * 12}}, "none that this version"),
        ({"kdf": {"name": "pbkdf2"}}, "none that this version"),
        ({"role": "admin"}, "owner or to an executor"),
        ({"created": True}, "whole number"),
        ({"label": ""}, "1 to 64 printable"),
        ({"label": "Desk\u202eA"}, "1 to 64 printable"),
        ({"address": 5}, "0x and 40 hex digits"),
        ({"ciphertext": "zz"}, "hex"),
    ],
)
def test_foreign_text_is_refused_by_name(
    owner_key: EncryptedKey, change: dict[str, object], sentence: str
) -> None:
    """A text that is not this format says what is wrong."""
    fields = json.loads(owner_key.text) | change
    with pytest.raises(Malformed, match=sentence):
        parse_encrypted_key(canonical_json(fields).decode())


@pytest.mark.parametrize("text", ["", "[]", "null", "{", "[" * 5000, "\ud800", "x" * 2000])
def test_nonsense_is_malformed(text: str) -> None:
    """Whatever is kept under a key's name, reading it never crashes."""
    with pytest.raises(Malformed):
        parse_encrypted_key(text)


def test_longest_label_fits_every_key_ring(cipher_key: Secret) -> None:
    """Sixty-four characters outside the basic plane stay below 1,280 UTF-16 units."""
    about = empty_key(
        label="🏦" * 64,
        address=address_of(1),
        role="executor",
        created=2**40 - 1,
        kdf=quick_scrypt(),
    )
    text = seal(Secret(bytearray.fromhex(PUBLIC_KEYS[1])), cipher_key, about).text
    assert len(text.encode("utf-16-le")) <= 2 * MAX_TEXT_UNITS
    assert parse_encrypted_key(text).label == "🏦" * 64


def test_each_sealing_has_a_nonce_of_its_own(cipher_key: Secret) -> None:
    """The same key sealed twice gives two ciphertexts."""
    about = empty_key(
        label="Desk A", address=address_of(1), role="owner", created=0, kdf=quick_scrypt()
    )
    private_key = Secret(bytearray.fromhex(PUBLIC_KEYS[1]))
    first, second = (seal(private_key, cipher_key, about) for _ in range(2))
    assert first.nonce != second.nonce
    assert first.ciphertext != second.ciphertext


def test_secrets_are_never_printed_and_are_overwritten() -> None:
    """A secret's representation says nothing, and its bytes are zero after its block."""
    content = bytearray(b"correct horse")
    with Secret(content) as held:
        assert "correct" not in f"{held!r} {held}"
    assert content == bytes(13)
