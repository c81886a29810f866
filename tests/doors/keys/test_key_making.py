"""Keys that are made, taken in, given out and renamed, by real signer processes."""

import json

import pytest
from eth_account import Account
from eth_account.hdaccount.mnemonic import Mnemonic
from eth_account.types import Language
from eth_keyfile import create_keyfile_json, decode_keyfile_json

from tests.doors.keys.key_samples import PASSPHRASE, PUBLIC_KEYS, address_of, ask, secret
from treasury_desktop.errors import Malformed, Refused
from treasury_desktop.keys.encrypted_key import (
    EncryptedKey,
    WrongPassphrase,
    parse_encrypted_key,
    unseal,
)
from treasury_desktop.keys.key_jobs import (
    CreateKey,
    ExportKeystore,
    ImportKeystore,
    ImportPrivateKey,
    ImportWords,
    RenameKey,
)
from treasury_desktop.keys.key_making import KeyJob, perform_key_job
from treasury_desktop.keys.mnemonic import checked_path, phrase_of, usual_paths

NEW = "six other words that anybody may read"
NOW = 1_700_000_000
WORDS = "test test test test test test test test test test test junk"
CREATE = CreateKey(label="Desk", role="owner")
FROM_WORDS = ImportWords(label="Desk", role="owner")
FROM_HEX = ImportPrivateKey(label="Desk", role="executor")


def here(job: KeyJob, *given: str) -> dict[str, object]:
    """What the signer's own code answers, without a process around it."""
    return dict(perform_key_job(job, [secret(each) for each in given], NOW))


def opened(text: object, passphrase: str) -> str:
    """The private key in an encrypted key, in hex; in tests only, of public keys."""
    key = parse_encrypted_key(str(text))
    return unseal(key, key.kdf.derive(secret(passphrase))).content.hex()


# ── creating ─────────────────────────────────────────────────────────────────────────────────────


def test_new_words_are_random_and_make_the_key_of_the_usual_path() -> None:
    """Twelve words with a right checksum, others each time; eth-account derives the same key."""
    first, second = (str(ask(CREATE)["words"]) for _ in range(2))
    assert first != second
    assert len(first.split()) == 12
    answer = ask(CREATE, first, NEW)
    Account.enable_unaudited_hdwallet_features()
    expected = Account.from_mnemonic(first)
    assert answer["address"] == expected.address
    assert opened(answer["encrypted_key"], NEW) == expected.key.hex()
    kept = parse_encrypted_key(str(answer["encrypted_key"]))
    assert (kept.label, kept.role, str(kept.address)) == ("Desk", "owner", expected.address)
    assert kept.kdf.memory >= 2**27


def test_empty_passphrase_is_refused() -> None:
    """The signer refuses to keep a key under next to nothing, whatever the window allowed."""
    with pytest.raises(Refused, match="at least 12"):
        here(CREATE, WORDS, "short")


def test_number_of_secrets_is_the_jobs_own() -> None:
    """A job with a secret too many or too few is not begun."""
    for job, given in ((CREATE, (NEW,)), (FROM_WORDS, (WORDS,)), (FROM_HEX, ())):
        with pytest.raises(Malformed, match="wrong number of secrets"):
            ask(job, *given)


# ── words ────────────────────────────────────────────────────────────────────────────────────────


def test_words_show_the_addresses_of_the_usual_paths() -> None:
    """Three ways of counting, five addresses each; the first is everybody's first account."""
    shown = ask(FROM_WORDS, WORDS, "")["addresses"]
    assert isinstance(shown, list)
    by_path = {one["path"]: one["address"] for one in shown}
    assert tuple(by_path) == usual_paths()
    for index in (1, 2, 3, 4):
        assert by_path[f"m/44'/60'/0'/0/{index}"] == str(address_of(index))
    Account.enable_unaudited_hdwallet_features()
    for path, address in by_path.items():
        assert Account.from_mnemonic(WORDS, account_path=path).address == address


def test_key_at_a_path_of_ones_own() -> None:
    """Any path is shown before it is taken in, and makes the key that was shown."""
    path = "m/44'/60'/7'/0/3"
    (shown,) = here(FROM_WORDS, WORDS, "", path)["addresses"]  # type: ignore[misc]
    answer = here(FROM_WORDS, WORDS, "", path, NEW)
    assert shown == {"path": path, "address": answer["address"]}
    Account.enable_unaudited_hdwallet_features()
    assert answer["address"] == Account.from_mnemonic(WORDS, account_path=path).address


def test_extra_passphrase_makes_other_keys() -> None:
    """The twenty-fifth word is part of the seed."""
    Account.enable_unaudited_hdwallet_features()
    expected = Account.from_mnemonic(WORDS, passphrase="extra")
    (shown,) = here(FROM_WORDS, WORDS, "extra", "m/44'/60'/0'/0/0")["addresses"]  # type: ignore[misc]
    assert shown["address"] == expected.address != str(address_of(1))


def test_typing_does_not_matter() -> None:
    """Capitals, more spaces, line breaks and first letters of words are the same words."""
    whole = " ".join(["abandon"] * 11 + ["about"])
    for typed in (whole.upper(), whole.replace(" ", "  \n"), f" {whole} ", "aban " * 11 + "abou"):
        assert phrase_of(secret(typed), secret("")).words == whole


@pytest.mark.parametrize("language", list(Language))
def test_words_of_every_language(language: Language) -> None:
    """All lists the library knows, typed composed or decomposed, with the seed of that phrase."""
    phrase = Mnemonic(language).to_mnemonic(bytes(range(16)))
    found = phrase_of(secret(phrase), secret(""))
    assert Mnemonic.to_seed(found.words) == Mnemonic.to_seed(phrase.replace("\u3000", " "))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "are 0; a mnemonic has 12"),
        ("test " * 11, "are 11"),
        ("test " * 12, "do not belong together"),
        (WORDS.replace("junk", "xyzzy"), "on no list at place 12"),
        ("xyzzy " * 12, "at place 1, 2, 3 and others"),
        ("x" * 2000, "longer than any mnemonic"),
    ],
)
def test_wrong_words_are_told_by_place_and_never_repeated(typed: str, said: str) -> None:
    """The sentence may stand in a log; the words may not."""
    with pytest.raises(Malformed, match=said) as caught:
        here(FROM_WORDS, typed, "")
    assert "xyzzy" not in caught.value.sentence
    assert "junk" not in caught.value.sentence


@pytest.mark.parametrize(
    "path",
    ["", "44'/60'", "m", "m/44''", "m/-1", "m/1.5", "m/2147483648", "m/01", "m/44'/60'/x", "m/١"],
)
def test_broken_paths_are_refused(path: str) -> None:
    """A path is written one way, and no step is above 2³¹ - 1."""
    with pytest.raises(Malformed, match="path"):
        checked_path(path)


def test_hardened_steps_are_spelled_as_others_do() -> None:
    """h, H and the apostrophe mean the same."""
    assert checked_path("m/44H/60h/0'/0/0") == "m/44'/60'/0'/0/0"


# ── a private key and a keystore file ────────────────────────────────────────────────────────────


@pytest.mark.parametrize("prefix", ["", "0x"])
def test_private_key_is_shown_as_its_address_and_kept(prefix: str) -> None:
    """With or without 0x, in capitals or not."""
    typed = prefix + PUBLIC_KEYS[2].upper()
    assert here(FROM_HEX, typed)["addresses"] == [{"path": "", "address": str(address_of(2))}]
    answer = here(FROM_HEX, typed, NEW)
    assert opened(answer["encrypted_key"], NEW) == PUBLIC_KEYS[2]
    assert parse_encrypted_key(str(answer["encrypted_key"])).role == "executor"


@pytest.mark.parametrize("typed", ["", "0x", "12" * 31, "12" * 33, "zz" * 32, "00" * 32, "ff" * 32])
def test_what_is_no_private_key_is_refused_without_repeating_it(typed: str) -> None:
    """Too short, too long, no hex, zero, or beyond the curve's order."""
    with pytest.raises(Malformed, match="private key") as caught:
        here(FROM_HEX, typed)
    assert not typed or typed not in caught.value.sentence


def from_file(**changes: object) -> ImportKeystore:
    """A job for a file of a public key whose derivation is as weak as an old phone's."""
    made = create_keyfile_json(bytes.fromhex(PUBLIC_KEYS[3]), b"old", kdf="scrypt", iterations=2)
    return ImportKeystore(label="Old", role="owner", keystore=json.dumps(made | changes))


def test_keystore_is_encrypted_anew_under_a_strong_derivation() -> None:
    """However weak the file, what is kept costs what every key here costs."""
    job = from_file()
    assert ask(job, "old")["addresses"] == [{"path": "", "address": str(address_of(3))}]
    answer = ask(job, "old", NEW)
    kept = parse_encrypted_key(str(answer["encrypted_key"]))
    assert opened(kept.text, NEW) == PUBLIC_KEYS[3]
    assert kept.kdf.n >= 2**17
    with pytest.raises(WrongPassphrase):
        here(job, "new")


def test_keystore_of_another_address_than_it_says_is_refused() -> None:
    """Its address is not authenticated, so it is compared."""
    with pytest.raises(Refused, match=f"says it is the key of {address_of(4)}"):
        here(from_file(address=address_of(4).raw.hex()), "old")


def test_exported_keystore_opens_elsewhere_with_the_files_own_passphrase(
    owner_key: EncryptedKey,
) -> None:
    """eth-keyfile reads it; the key's passphrase does not open it."""
    job = ExportKeystore(key=owner_key)
    answer = ask(job, PASSPHRASE, NEW)
    fields = json.loads(str(answer["keystore"]))
    assert answer["address"] == str(address_of(1))
    assert decode_keyfile_json(fields, NEW.encode()).hex() == PUBLIC_KEYS[1]
    with pytest.raises(ValueError, match="MAC"):
        decode_keyfile_json(fields, PASSPHRASE.encode())
    with pytest.raises(WrongPassphrase):
        here(job, NEW, NEW)
    with pytest.raises(Refused, match="at least 12"):
        here(job, PASSPHRASE, "short")


def test_renamed_key_opens_with_the_same_passphrase(owner_key: EncryptedKey) -> None:
    """The label is authenticated: it changes with the ciphertext, and needs the passphrase."""
    answer = ask(RenameKey(key=owner_key, label="Desk Z"), PASSPHRASE)
    renamed = parse_encrypted_key(str(answer["encrypted_key"]))
    assert (renamed.label, renamed.address, renamed.created) == (
        "Desk Z", owner_key.address, owner_key.created,
    )  # fmt: skip
    assert renamed.nonce != owner_key.nonce
    assert opened(renamed.text, PASSPHRASE) == PUBLIC_KEYS[1]
    with pytest.raises(WrongPassphrase):
        here(RenameKey(key=owner_key, label="Desk Z"), NEW)
