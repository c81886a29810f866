"""An API key in the real key ring and in a private file: told for one address, forgotten when told.

Run inside `packaging/with_keyring.sh`.
"""

import json
from pathlib import Path

import pytest

from treasury_desktop.errors import Malformed, Refused
from treasury_desktop.keys.encrypted_file import EncryptedFiles
from treasury_desktop.keys.key_store import keys_in_system_key_ring
from treasury_desktop.keys.service_key import (
    IN_A_FILE,
    ServiceKeys,
    service_keys_in_files,
    service_keys_in_key_ring,
)
from treasury_desktop.keys.system_keyring import SERVICE, SystemKeyRing

ADDRESS, KEY = "https://safe.example/tx", "public-test-value"
PROFILE = "tests of the service key"


@pytest.fixture(name="keys", params=["key ring", "file"])
def keys_fixture(request: pytest.FixtureRequest, tmp_path: Path) -> ServiceKeys:
    """Keys in one of the two places."""
    if request.param == "file":
        return service_keys_in_files(tmp_path / "service-keys")
    return service_keys_in_key_ring(profile=PROFILE)


def test_what_is_kept_is_read_and_forgotten(keys: ServiceKeys) -> None:
    """Under an entry that nobody guesses; forgetting again is harmless."""
    entry, other = keys.keep(ADDRESS, KEY), keys.keep(ADDRESS, "another-value")
    assert entry != other
    assert keys.read(entry, ADDRESS) == KEY
    for each in (entry, other):
        keys.forget(each)
        keys.forget(each)
    with pytest.raises(Refused, match=r"is no longer in .*; enter it again\.$"):
        keys.read(entry, ADDRESS)


def test_it_is_told_for_the_address_it_was_given_for(keys: ServiceKeys) -> None:
    """The sentence names the address that asks, and not the key."""
    entry = keys.keep(ADDRESS, KEY)
    with pytest.raises(Refused, match=r"another address than https://thief\.example") as refusal:
        keys.read(entry, "https://thief.example")
    assert KEY not in refusal.value.sentence
    keys.forget(entry)


def test_a_key_too_long_for_any_key_ring_is_refused_everywhere(keys: ServiceKeys) -> None:
    """A workspace that moves to another system must not lose it."""
    with pytest.raises(Malformed) as refusal:
        keys.keep(ADDRESS, "k" * 1_300)
    assert refusal.value.field == "service key"


@pytest.mark.parametrize("text", ["", "{", "[]", json.dumps({"key": KEY, "address": ADDRESS})])
def test_what_somebody_else_wrote_there_is_no_key(tmp_path: Path, text: str) -> None:
    """Damage is one sentence."""
    entry = "service-" + "0" * 32
    EncryptedFiles(tmp_path / "place").write(entry, text)
    with pytest.raises(Refused, match=f"The API key in {IN_A_FILE} is damaged"):
        service_keys_in_files(tmp_path / "place").read(entry, ADDRESS)


def test_signing_keys_beside_it_are_not_troubled() -> None:
    """The list of keys of the same profile does not mention it."""
    keys = service_keys_in_key_ring(profile=PROFILE)
    entry = keys.keep(ADDRESS, KEY)
    store = keys_in_system_key_ring(profile=PROFILE)
    assert (store.labels(), store.troubles()) == ((), ())
    assert SystemKeyRing(service=f"{SERVICE} {PROFILE}").read(entry) is not None
    assert SystemKeyRing(service=SERVICE).read(entry) is None
    keys.forget(entry)


def test_the_place_is_named(tmp_path: Path) -> None:
    """As the settings page says it."""
    assert service_keys_in_key_ring(profile=PROFILE).kept_in == "Secret Service"
    assert service_keys_in_files(tmp_path).kept_in == IN_A_FILE
