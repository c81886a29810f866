"""Keystore V3 files: those of others open, ours open elsewhere, anything else is refused."""

import json
from pathlib import Path
from typing import Any

import pytest
from eth_keyfile import create_keyfile_json, decode_keyfile_json
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.doors.keys.key_samples import PUBLIC_KEYS, address_of, secret
from treasury_desktop.errors import Malformed, Refused, TreasuryError
from treasury_desktop.keys.encrypted_key import WrongPassphrase
from treasury_desktop.keys.keystore import (
    ScryptOf3,
    new_kdf,
    parse_keystore,
    write_keystore,
)
from treasury_desktop.keys.secret import Secret

VECTORS = Path(__file__).parents[4] / "shared" / "vectors" / "keystore_v3.json"
KEY = bytes.fromhex(PUBLIC_KEYS[1])


def vectors() -> list[dict[str, Any]]:
    """The sample cases, where the folder is there."""
    if not VECTORS.exists():
        return []
    cases: list[dict[str, Any]] = json.loads(VECTORS.read_text(encoding="utf-8"))["cases"]
    return cases


def opened(text: str, passphrase: str) -> str:
    """The private key of a file in hex; in tests only, of public keys."""
    keystore = parse_keystore(text)
    return keystore.open(keystore.kdf.derive(secret(passphrase))).content.hex()


def a_file(**changes: object) -> dict[str, Any]:
    """A quick V3 file of a public key as eth-keyfile writes it, or with some members changed."""
    made: dict[str, Any] = create_keyfile_json(KEY, b"password", kdf="pbkdf2", iterations=5000)
    return made | changes


@pytest.mark.skipif(not vectors(), reason="the sample vectors are not beside this repository")
def test_sample_files_answer_as_they_should() -> None:
    """Files of the definition open with their passwords; broken ones end in one sentence."""
    for case in vectors():
        text = case["rawText"] if "rawText" in case else json.dumps(case["keystore"])
        if case["valid"]:
            assert opened(text, case["password"]) == case["privateKey"]
        else:
            with pytest.raises(TreasuryError) as caught:
                opened(text, case["password"])
            assert caught.value.sentence
            assert "\n" not in caught.value.sentence


@pytest.mark.parametrize("kdf", ["scrypt", "pbkdf2"])
def test_files_of_eth_keyfile_open(kdf: Any) -> None:
    """The library that many programs write with, by both of its derivations."""
    made = create_keyfile_json(KEY, b"pass", kdf=kdf, iterations=2**13)
    assert opened(json.dumps(made), "pass") == PUBLIC_KEYS[1]
    with pytest.raises(WrongPassphrase):
        opened(json.dumps(made), "Pass")


def test_files_of_ours_open_elsewhere() -> None:
    """What we write is opened by eth-keyfile and costs as much as what geth writes."""
    kdf = new_kdf()
    assert (kdf.n, kdf.r, kdf.p) == (2**18, 8, 1)
    quick = ScryptOf3(n=2**13, r=8, p=1, salt=kdf.salt)
    text = write_keystore(
        Secret(bytearray(KEY)), quick.derive(secret("pass")), quick, address_of(1)
    )
    assert decode_keyfile_json(json.loads(text), b"pass") == KEY
    assert parse_keystore(text).address == address_of(1)
    again = write_keystore(
        Secret(bytearray(KEY)), quick.derive(secret("pass")), quick, address_of(1)
    )
    assert again != text  # another IV and id each time


def test_spellings_of_older_wallets() -> None:
    """Members in capitals, 0x before hex, the version as text, members nobody asked for."""
    made = a_file()
    made["Crypto"] = {name.upper(): value for name, value in made.pop("crypto").items()}
    made["Crypto"]["MAC"] = "0x" + made["Crypto"]["MAC"].upper()
    made |= {"version": "3", "name": "old", "address": "0x" + made["address"].upper()}
    assert opened(json.dumps(made), "password") == PUBLIC_KEYS[1]


def test_address_that_is_stated_is_read() -> None:
    """It is the file's own word; without one the file says none."""
    assert parse_keystore(json.dumps(a_file())).address == address_of(1)
    assert parse_keystore(json.dumps(a_file(address=""))).address is None
    with pytest.raises(Malformed, match="40 hex digits"):
        parse_keystore(json.dumps(a_file(address="1234")))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"n": 2**30, "r": 8, "p": 1}, "more than 1 GiB"),
        ({"n": 2**18, "r": 8, "p": 2**10}, "many seconds"),
        ({"n": 2**18 + 1, "r": 8, "p": 1}, "power of two"),
        ({"n": 1, "r": 8, "p": 1}, "power of two"),
        ({"n": 0, "r": 8, "p": 1}, "no positive number"),
        ({"n": 2**14, "r": True, "p": 1}, "no positive number"),
        ({"n": 2**14, "r": 8, "p": 1, "dklen": 16}, "is not 32"),
        ({"n": 2**14, "r": 8, "p": 1, "salt": "00" * 300}, "wrong length"),
        ({"n": 2**14, "r": 8, "p": 1, "salt": "0"}, "not hex"),
    ],
)
def test_costs_are_bounded_before_anything_runs(changes: dict[str, Any], said: str) -> None:
    """A file that would take hours or a terabyte is refused by its parameters alone."""
    made = a_file()
    made["crypto"] |= {"kdf": "scrypt", "kdfparams": {"dklen": 32, "salt": "00"} | changes}
    with pytest.raises(Malformed, match=said):
        parse_keystore(json.dumps(made))


def test_rounds_are_bounded() -> None:
    """PBKDF2 has no memory to ask for, only time."""
    made = a_file()
    made["crypto"]["kdfparams"]["c"] = 10**9
    with pytest.raises(Malformed, match="more than 10,000,000 rounds"):
        parse_keystore(json.dumps(made))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"version": 4, "crypto": {"kdf": {"function": "scrypt"}}, "pubkey": "00"}, "EIP-2335"),
        ({"encseed": "00", "ethaddr": "00", "bkp": "00"}, "presale wallet"),
        ({"data": "x", "iv": "x", "salt": "x"}, "browser wallet's vault"),
        ({"version": 1, "crypto": {}}, "is of version 1"),
        ({"version": "1", "Crypto": {}}, "is of version 1"),
        ({"format": "treasury-desktop/key@1"}, "key of this program"),
        ({"version": 5}, "no keystore file we know"),
        ({"mnemonic": "x"}, "no keystore file we know"),
        ({"version": 3}, "is missing"),
        ({"version": 3, "crypto": {"cipher": "aes-256-gcm"}}, "is not aes-128-ctr"),
        ({"version": 3, "crypto": {}, "CRYPTO": {}}, "is there twice"),
    ],
)
def test_other_files_are_refused_by_name(fields: dict[str, Any], said: str) -> None:
    """Whoever chose the wrong file hears which one it is."""
    with pytest.raises(Malformed, match=said):
        parse_keystore(json.dumps(fields))


@pytest.mark.parametrize("version", [[3], {"3": 3}, None, 3.5, True])
def test_version_of_another_kind_is_refused(version: object) -> None:
    """Whatever a file says instead of its version is refused in a sentence."""
    with pytest.raises(Malformed):
        parse_keystore(json.dumps({"version": version}))


def test_nameless_and_unprotected_file_is_refused() -> None:
    """With no address and no cost to guessing, anybody could have put another key there."""
    weak = create_keyfile_json(KEY, b"password", kdf="scrypt", iterations=2)
    assert opened(json.dumps(weak), "password") == PUBLIC_KEYS[1]
    assert parse_keystore(json.dumps(weak)).is_weak
    with pytest.raises(Refused, match="names no address"):
        parse_keystore(json.dumps(weak | {"address": None}))


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
@settings(max_examples=300, deadline=None)
def test_any_bytes_end_in_a_sentence(data: bytes) -> None:
    """No text crashes the reader."""
    with pytest.raises(TreasuryError):
        parse_keystore(data.decode("utf-8", errors="replace"))


def test_every_changed_member_is_refused_or_does_not_open() -> None:
    """A bit changed in ciphertext, salt or MAC fails the file's own check."""
    made = a_file()
    for where in (("ciphertext",), ("mac",), ("kdfparams", "salt")):
        changed = json.loads(json.dumps(made))
        inside = changed["crypto"]
        for name in where[:-1]:
            inside = inside[name]
        first = inside[where[-1]][0]
        inside[where[-1]] = ("1" if first == "0" else "0") + inside[where[-1]][1:]
        with pytest.raises(WrongPassphrase):
            opened(json.dumps(changed), "password")


def test_too_large_a_file_is_not_read() -> None:
    """Sixty-four kilobytes are a hundred times a real file."""
    with pytest.raises(Malformed, match="a real one has about 500"):
        parse_keystore(json.dumps(a_file(name="x" * 70_000)))
