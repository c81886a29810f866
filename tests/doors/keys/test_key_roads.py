"""Keys on their way through all three processes into a store: made, taken in, changed, given out.

The secret-entry process is the real one but for its window: a script answers what a person would.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from eth_keyfile import create_keyfile_json, decode_keyfile_json

from tests.doors.keys.key_samples import (
    PASSPHRASE,
    PUBLIC_KEYS,
    SIGNER,
    address_of,
    sealed,
    secret,
)
from treasury_desktop.desk.doors import KeyLabel
from treasury_desktop.errors import Malformed, Refused
from treasury_desktop.keys.encrypted_key import WrongPassphrase, unseal
from treasury_desktop.keys.key_store import KeyStore, keys_in_files
from treasury_desktop.keys.signer_process import SignerProcess

NEW = "six other words that anybody may read"
WORDS = "test test test test test test test test test test test junk"
PERSON = """
import sys
from treasury_desktop.keys.secret_entry_host import main
def ask_all(shown, window, ask):
    def answer(*given):
        return ask([bytearray(each, "utf-8") for each in given])
{answers}
sys.exit(main(lambda: ask_all, [sys.executable, "-I", "-P", "-c", {signer!r}]))
"""


def a_desk(store: KeyStore, *lines: str) -> SignerProcess:
    """A signer whose window answers by these lines of Python."""
    body = "\n".join(f"    {line}" for line in lines)
    script = PERSON.format(answers=body, signer=SIGNER)

    def command(_: str) -> Sequence[str]:
        return [sys.executable, "-I", "-P", "-c", script]

    return SignerProcess(store, signed_hash_for=lambda *_: None, command=command)


@pytest.fixture
def store(tmp_path: Path) -> KeyStore:
    """Encrypted files in an empty folder."""
    return keys_in_files(tmp_path / "keys")


def opened(store: KeyStore, key: KeyLabel, passphrase: str) -> str:
    """A kept private key in hex; in tests only, of public keys."""
    kept = store.encrypted(key)
    return unseal(kept, kept.kdf.derive(secret(passphrase))).content.hex()


def test_created_key_is_kept_when_its_words_were_repeated(store: KeyStore) -> None:
    """The words go from the signer to the window's process and back, and no further."""
    desk = a_desk(store, "words = answer()['words']", f"return answer(words, {NEW!r})")
    key = desk.create_key("Desk", "owner")
    assert store.labels() == (key,)
    assert len(opened(store, key, NEW)) == 64


@pytest.mark.parametrize(
    "lines",
    [
        ("return answer()",),
        (f"return dict(answer(answer()['words'], {NEW!r}), words='told')",),
        (f"return dict(answer({WORDS!r}, {NEW!r}), note='more')",),
    ],
)
def test_nothing_but_the_last_answer_leaves_the_window(
    store: KeyStore, lines: tuple[str, ...]
) -> None:
    """Were the window to pass words on, its process would not."""
    with pytest.raises(Malformed, match="not the one this job ends with"):
        a_desk(store, *lines).create_key("Desk", "owner")
    assert store.labels() == ()


def test_words_are_taken_in_at_the_chosen_path(store: KeyStore) -> None:
    """The first of the addresses shown is the one that is kept."""
    desk = a_desk(
        store,
        f"shown = answer({WORDS!r}, '')['addresses'][2]",
        f"return answer({WORDS!r}, '', shown['path'], {NEW!r})",
    )
    key = desk.import_words("Desk", "owner")
    assert key.address == address_of(2)
    assert opened(store, key, NEW) == PUBLIC_KEYS[2]


def test_same_key_is_not_taken_in_twice(store: KeyStore) -> None:
    """Under another label it would stand there twice and hide the first."""
    desk = a_desk(store, f"return answer({PUBLIC_KEYS[3]!r}, {NEW!r})")
    first = desk.import_private_key("Desk", "owner")
    with pytest.raises(Refused, match=r"has the key of .* already, as Desk"):
        desk.import_private_key("Another", "owner")
    with pytest.raises(Refused, match="a key with the label Desk already"):
        desk.import_private_key("Desk", "owner")
    assert store.labels() == (first,)


def test_keystore_file_is_taken_in_and_given_out_again(store: KeyStore) -> None:
    """In under its own passphrase, kept under another, out under a third."""
    made = create_keyfile_json(bytes.fromhex(PUBLIC_KEYS[1]), b"old", kdf="scrypt", iterations=2)
    desk = a_desk(store, f"return answer('old', {NEW!r})")
    key = desk.import_keystore("Desk", "owner", json.dumps(made))
    assert key.address == address_of(1)
    out = a_desk(store, f"return answer({NEW!r}, 'a third passphrase')")
    text = out.export_keystore(key)
    assert decode_keyfile_json(json.loads(text), b"a third passphrase").hex() == PUBLIC_KEYS[1]


def test_file_that_is_no_keystore_opens_no_window(store: KeyStore) -> None:
    """It is refused by name before anybody types a passphrase."""
    desk = a_desk(store, "raise SystemExit('a window was opened')")
    with pytest.raises(Malformed, match="EIP-2335"):
        desk.import_keystore("Desk", "owner", '{"version": 4, "crypto": {}, "pubkey": "00"}')


def test_renamed_key_takes_the_place_of_the_old(store: KeyStore) -> None:
    """One key, another label, the same passphrase."""
    key = store.keep(sealed(1, "Desk A", "owner"))
    desk = a_desk(store, f"return answer({PASSPHRASE!r})")
    renamed = desk.rename_key(key, "Desk Z")
    assert [each.label for each in store.labels()] == ["Desk Z"]
    assert opened(store, renamed, PASSPHRASE) == PUBLIC_KEYS[1]


def test_passphrase_is_changed_in_place(store: KeyStore) -> None:
    """The old one opens nothing any more."""
    key = store.keep(sealed(1, "Desk A", "owner"))
    desk = a_desk(store, f"return answer({PASSPHRASE!r}, {NEW!r})")
    changed = desk.change_passphrase(key)
    assert opened(store, changed, NEW) == PUBLIC_KEYS[1]
    with pytest.raises(WrongPassphrase):
        opened(store, changed, PASSPHRASE)


def test_wrong_passphrases_are_counted_across_windows(store: KeyStore) -> None:
    """Five wrong ones, in however many windows, and the key has to be waited for."""
    key = store.keep(sealed(1, "Desk A", "owner"))
    desk = a_desk(
        store,
        "from treasury_desktop.errors import Refused",
        "for _ in range(5): assert answer('wrong') is None",
        "raise Refused('given up')",
    )
    with pytest.raises(Refused, match="given up"):
        desk.rename_key(key, "Desk Z")
    with pytest.raises(Refused, match="5 wrong passphrases in a row"):
        desk.rename_key(key, "Desk Z")
    with pytest.raises(Refused, match="5 wrong passphrases in a row"):
        desk.export_keystore(key)


def test_window_gets_the_lists_of_words_where_words_are_typed(store: KeyStore) -> None:
    """All nine, as the signer will read them; and none where no words are typed."""
    whole = "assert sorted(map(len, window['word_lists'].values())) == [2048] * 9"
    typing = (
        whole,
        f"path = answer({WORDS!r}, '')['addresses'][0]['path']",
        f"return answer({WORDS!r}, '', path, {NEW!r})",
    )
    assert a_desk(store, *typing).import_words("Desk", "owner").label == "Desk"
    lines = ("assert 'word_lists' not in window", f"return answer(answer()['words'], {NEW!r})")
    assert a_desk(store, *lines).create_key("Other", "owner").label == "Other"
