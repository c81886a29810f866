"""Keys in the Secret Service and in files, behind one facade."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.doors.keys.key_samples import address_of
from treasury_desktop.assets.address import Address
from treasury_desktop.errors import Malformed, Refused, Unavailable
from treasury_desktop.keys.encrypted_file import EncryptedFiles
from treasury_desktop.keys.encrypted_key import EncryptedKey
from treasury_desktop.keys.key_store import (
    INDEX,
    MOST_WATCHED,
    WATCHED_OWNERS,
    KeyPlace,
    KeyStore,
    keys_in_files,
)
from treasury_desktop.keys.system_keyring import SystemKeyRing

THIRD = address_of(3)


@pytest.fixture(params=["Secret Service", "encrypted file"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[KeyPlace]:
    """Both kinds of place, empty."""
    if request.param == "encrypted file":
        yield EncryptedFiles(tmp_path / "keys")
        return
    ring = SystemKeyRing(service=f"treasury-desktop-{tmp_path.name}")
    yield ring
    for name in (INDEX, WATCHED_OWNERS, *(str(address_of(index)) for index in (1, 2, 3, 4))):
        ring.remove(name)


def test_keys_are_listed_read_and_removed(
    place: KeyPlace, owner_key: EncryptedKey, executor_key: EncryptedKey
) -> None:
    """A desk's keys come back in order, with where they are kept, until they are removed."""
    store = KeyStore(place)
    assert store.labels() == ()
    owner, executor = store.keep(owner_key), store.keep(executor_key)
    assert (owner.label, owner.role, owner.address) == ("Desk A", "owner", owner_key.address)
    assert owner.kept_in == place.title
    again = KeyStore(place)
    assert again.labels() == (owner, executor)
    assert again.encrypted(owner) == owner_key
    again.remove(owner)
    assert again.labels() == (executor,)
    with pytest.raises(Unavailable, match="no longer in the"):
        again.encrypted(owner)


def test_new_ciphertext_takes_the_place_of_the_old(
    place: KeyPlace, owner_key: EncryptedKey
) -> None:
    """Keeping the same address again replaces its ciphertext, not its place in the list."""
    store = KeyStore(place)
    label = store.keep(owner_key)
    renewed = replace(owner_key, created=1_800_000_000)
    assert store.keep(renewed) == label
    assert store.encrypted(label) == renewed
    assert store.labels() == (label,)


def test_two_keys_do_not_share_a_label(
    place: KeyPlace, owner_key: EncryptedKey, executor_key: EncryptedKey
) -> None:
    """A label that is taken is refused: people choose keys by it."""
    store = KeyStore(place)
    store.keep(owner_key)
    with pytest.raises(Refused, match="label Desk A already"):
        store.keep(replace(executor_key, label="Desk A"))


def test_damaged_key_is_named_and_the_others_stay_usable(
    place: KeyPlace, owner_key: EncryptedKey, executor_key: EncryptedKey
) -> None:
    """One damaged or missing key costs one sentence, not the others."""
    store = KeyStore(place)
    owner, executor = store.keep(owner_key), store.keep(executor_key)
    missing = store.keep(replace(owner_key, label="Desk C", address=THIRD))
    place.write(str(owner.address), "damaged")
    place.remove(str(missing.address))
    assert store.labels() == (executor,)
    damaged, gone = store.troubles()
    assert str(owner.address) in damaged
    assert "is damaged" in damaged
    assert "no longer in the" in gone


def test_key_kept_under_anothers_name_is_refused(
    place: KeyPlace, owner_key: EncryptedKey, executor_key: EncryptedKey
) -> None:
    """A ciphertext moved to another address is not that address's key."""
    store = KeyStore(place)
    owner = store.keep(owner_key)
    place.write(str(owner.address), executor_key.text)
    with pytest.raises(Malformed, match="belongs to"):
        store.encrypted(owner)


@pytest.mark.parametrize("text", ["", "[]", '{"format":"x"}', '{"format":"x","keys":5}'])
def test_damaged_index_is_named(place: KeyPlace, text: str) -> None:
    """An index that cannot be read is Malformed; nothing is guessed."""
    place.write(INDEX, text)
    with pytest.raises(Malformed):
        KeyStore(place).labels()


# ── files only ───────────────────────────────────────────────────────────────────────────────────


def test_files_are_for_their_owner_only(tmp_path: Path, owner_key: EncryptedKey) -> None:
    """Folder 0700, files 0600, nothing left aside."""
    keys_in_files(tmp_path / "keys").keep(owner_key)
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
    files = list((tmp_path / "keys").iterdir())
    assert [oct(file.stat().st_mode & 0o777) for file in files] == ["0o600"] * 2
    assert {file.suffix for file in files} == {".json"}


def test_folder_open_to_others_is_refused(tmp_path: Path, owner_key: EncryptedKey) -> None:
    """Keys are neither written to nor read from a folder that others can open."""
    store = keys_in_files(tmp_path / "keys")
    store.keep(owner_key)
    (tmp_path / "keys").chmod(0o755)
    with pytest.raises(Refused, match="mode 0700"):
        store.labels()
    with pytest.raises(Refused, match="mode 0700"):
        store.keep(owner_key)


def test_file_open_to_others_is_refused(tmp_path: Path, owner_key: EncryptedKey) -> None:
    """A key file that others can read is not used."""
    store = keys_in_files(tmp_path / "keys")
    label = store.keep(owner_key)
    (tmp_path / "keys" / f"{label.address}.key.json").chmod(0o644)
    with pytest.raises(Refused, match="mode 0600"):
        store.encrypted(label)


def test_links_pipes_and_devices_are_refused(tmp_path: Path, owner_key: EncryptedKey) -> None:
    """Only plain files are opened, so that nothing else is read or waited for."""
    store = keys_in_files(tmp_path / "keys")
    label = store.keep(owner_key)
    path = tmp_path / "keys" / f"{label.address}.key.json"
    elsewhere = path.rename(tmp_path / "elsewhere")
    path.symlink_to(elsewhere)
    with pytest.raises(Unavailable, match="cannot be read"):
        store.encrypted(label)
    path.unlink()
    os.mkfifo(path, 0o600)
    with pytest.raises(Refused, match="not a plain file"):
        store.encrypted(label)


def _others_read(path: Path) -> None:
    path.chmod(0o644)


def _link(path: Path) -> None:
    path.symlink_to(path.rename(path.parent.parent / "elsewhere"))


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path, 0o600)


def _huge(path: Path) -> None:
    path.write_bytes(b"x" * 10**6)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:50])


@pytest.mark.parametrize("spoil", [_others_read, _link, _pipe, _huge, _cut])
def test_one_bad_file_hides_no_other(
    tmp_path: Path,
    owner_key: EncryptedKey,
    executor_key: EncryptedKey,
    spoil: Callable[[Path], None],
) -> None:
    """The others are listed, and the sentence names the file that cannot be used."""
    store = keys_in_files(tmp_path / "keys")
    bad, good = store.keep(owner_key), store.keep(executor_key)
    file = f"{bad.address}.key.json"
    spoil(tmp_path / "keys" / file)
    assert store.labels() == (good,)
    (sentence,) = store.troubles()
    assert file in sentence


def test_a_lost_or_damaged_list_is_told(tmp_path: Path, owner_key: EncryptedKey) -> None:
    """The file of the list is named; a key file nobody lists is named too."""
    store = keys_in_files(tmp_path / "keys")
    label = store.keep(owner_key)
    index = tmp_path / "keys" / "index.key.json"
    index.write_text("{")
    with pytest.raises(Malformed, match=r"list of keys in the file index\.key\.json is damaged"):
        store.labels()
    index.unlink()
    assert store.labels() == ()
    assert store.troubles() == (
        f"There is the file {label.address}.key.json, which is not in the list of keys.",
    )


def test_names_that_are_no_addresses_are_refused(tmp_path: Path) -> None:
    """No name leads out of the folder."""
    with pytest.raises(Refused, match="named by an address"):
        EncryptedFiles(tmp_path).write("../escaped", "x")


def test_full_place_is_one_sentence_and_keeps_the_old(
    tmp_path: Path, owner_key: EncryptedKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When a file cannot be renamed into place the old one stays, and nothing is left aside."""
    store = keys_in_files(tmp_path / "keys")
    label = store.keep(owner_key)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Unavailable, match="No space left on device"):
        store.keep(replace(owner_key, created=1))
    monkeypatch.undo()
    assert store.encrypted(label) == owner_key
    assert not list((tmp_path / "keys").glob(".new-*"))


# ── owners whose keys lie elsewhere ──────────────────────────────────────────────────────────────


def test_watched_owners_are_listed_until_they_are_forgotten(
    place: KeyPlace, owner_key: EncryptedKey
) -> None:
    """By label and address, beside the keys and never among them."""
    store = KeyStore(place)
    assert store.watched() == ()
    ledger = store.watch("Ledger", THIRD)
    key = store.keep(owner_key)
    again = KeyStore(place)
    assert again.watched() == (ledger,)
    assert again.labels() == (key,)
    assert again.troubles() == ()
    assert not ledger.is_here
    assert key.is_here
    with pytest.raises(Unavailable):
        again.encrypted(ledger)
    again.stop_watching(THIRD)
    assert again.watched() == ()


def test_nobody_is_there_twice(place: KeyPlace, owner_key: EncryptedKey) -> None:
    """Neither a label nor an address; a key that comes in takes the place of what was watched."""
    store = KeyStore(place)
    store.watch("Ledger", owner_key.address)
    with pytest.raises(Refused, match="watched already"):
        store.watch("Again", owner_key.address)
    with pytest.raises(Refused, match="a key with the label Ledger already"):
        store.watch("Ledger", THIRD)
    key = store.keep(owner_key)
    assert store.watched() == ()
    with pytest.raises(Refused, match=r"has the key of .* already"):
        store.watch("Other", key.address)
    with pytest.raises(Refused, match="a key with the label"):
        store.watch(key.label, THIRD)
    with pytest.raises(Malformed, match="label"):
        store.watch("", THIRD)


def test_list_of_watched_owners_is_short_and_read_strictly(tmp_path: Path) -> None:
    """It fits where the smallest key ring keeps it; what somebody else wrote there is refused."""
    place = EncryptedFiles(tmp_path / "keys")
    store = KeyStore(place)
    for number in range(MOST_WATCHED):
        store.watch("x" * 62 + f"{number:02}", Address(bytes([number + 1]) * 20))
    assert len(place.read(WATCHED_OWNERS) or "") <= 1280
    with pytest.raises(Refused, match="the list holds no more"):
        store.watch("one more", THIRD)
    for text in ("{}", '{"format":"treasury-desktop/watched@1","owners":[5]}', "x"):
        place.write(WATCHED_OWNERS, text)
        with pytest.raises(Malformed):
            store.watched()
