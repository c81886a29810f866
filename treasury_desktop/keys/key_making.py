"""Making, taking in, giving out and changing keys, in the signer process.

A key comes from somewhere (`_Source`) and ends as ciphertext under a new passphrase. Whatever file
or words it came from, it is encrypted anew by our own format with a KDF of this machine's measure.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.strict_json import JsonSource
from treasury_desktop.errors import Malformed, Refused
from treasury_desktop.keys.demonstration import demonstration_key
from treasury_desktop.keys.encrypted_key import (
    KEY_LENGTH,
    EncryptedKey,
    Scrypt,
    calibrated_scrypt,
    empty_key,
    seal,
)
from treasury_desktop.keys.key_jobs import (
    ChangePassphrase,
    CreateKey,
    ExportKeystore,
    ImportDemonstration,
    ImportKeystore,
    ImportPrivateKey,
    ImportWords,
    RenameKey,
)
from treasury_desktop.keys.keystore import new_kdf, parse_keystore, write_keystore
from treasury_desktop.keys.mnemonic import (
    DEFAULT_PATH,
    checked_path,
    new_phrase,
    phrase_of,
    usual_paths,
)
from treasury_desktop.keys.opened_key import address_of, cipher_key_of, opened, short_life
from treasury_desktop.keys.secret import Secret

CURVE_ORDER: Final = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
SHORTEST_PASSPHRASE: Final = 12
"""Bytes. The secret-entry window asks for much more; this only stops an empty one."""
HEX_KEY: Final = re.compile(rb"(0x)?[0-9a-fA-F]{64}")

KeyJob = (
    CreateKey
    | ImportWords
    | ImportPrivateKey
    | ImportKeystore
    | ImportDemonstration
    | ExportKeystore
    | RenameKey
    | ChangePassphrase
)
Answer = dict[str, JsonSource]
_Source = Callable[[], Secret]
"""Makes the private key; whatever takes long was done before."""


def perform_key_job(job: KeyJob, given: Sequence[Secret], now: int) -> Answer:
    """What a job about a key leads to; `now` in Unix seconds. The secrets are overwritten."""
    try:
        return _performed(job, given, now)
    finally:
        for secret in given:
            secret.wipe()


def _performed(job: KeyJob, given: Sequence[Secret], now: int) -> Answer:
    match job:
        case CreateKey():
            answer = _created(job, given, now)
        case ImportWords():
            answer = _from_words(job, given, now)
        case ImportPrivateKey():
            answer = _told_or_kept(job, lambda: _typed_key(given[0]), given[1:], now)
        case ImportKeystore():
            answer = _from_keystore(job, given, now)
        case ImportDemonstration():
            answer = _from_demonstration(job, given[0], now)
        case ExportKeystore():
            answer = _exported(job.key, given[0], given[1])
        case RenameKey():
            answer = _renamed(job.key, job.label, given[0])
        case ChangePassphrase():
            answer = _changed(job.key, given[0], given[1], now)
    return answer


def _created(job: CreateKey, given: Sequence[Secret], now: int) -> Answer:
    if not given:
        return {"words": new_phrase().words}
    words, passphrase = given
    phrase = phrase_of(words, Secret(bytearray()))
    return _kept(job, lambda: phrase.key_at(DEFAULT_PATH), passphrase, now)


def _from_words(job: ImportWords, given: Sequence[Secret], now: int) -> Answer:
    words, extra, *rest = given
    phrase = phrase_of(words, extra)
    if not rest:
        return _addresses(usual_paths(), phrase.keys_at)
    path = checked_path(rest[0].content.decode("ascii", errors="replace"))
    if len(rest) == 1:
        return _addresses((path,), phrase.keys_at)
    return _kept(job, lambda: phrase.key_at(path), rest[1], now)


def _from_keystore(job: ImportKeystore, given: Sequence[Secret], now: int) -> Answer:
    keystore = parse_keystore(job.keystore)
    derived = keystore.kdf.derive(given[0])

    def key() -> Secret:
        private_key = _checked_key(keystore.open(derived))
        if keystore.address not in {None, address_of(private_key)}:
            raise Refused(
                f"The file says it is the key of {keystore.address}, and it is that of "
                f"{address_of(private_key)}; it is not taken in."
            )
        return private_key

    with derived:
        return _told_or_kept(job, key, given[1:], now)


def _from_demonstration(job: ImportDemonstration, passphrase: Secret, now: int) -> Answer:
    def key() -> Secret:
        return demonstration_key(job.index, job.chain_id, job.role)

    return _kept(job, key, passphrase, now)


def _told_or_kept(
    job: ImportPrivateKey | ImportKeystore, source: _Source, rest: Sequence[Secret], now: int
) -> Answer:
    """The address of the key, or with a new passphrase the encrypted key."""
    if rest:
        return _kept(job, source, rest[0], now)
    return _addresses(("",), lambda _paths: (source(),))


def _addresses(
    paths: tuple[str, ...], keys_at: Callable[[tuple[str, ...]], tuple[Secret, ...]]
) -> Answer:
    """Whose keys lie at some paths."""
    found: list[JsonSource] = []
    with short_life():
        for path, key in zip(paths, keys_at(paths), strict=True):
            with key:
                found.append({"path": path, "address": str(address_of(key))})
    return {"addresses": found}


def _kept(
    job: CreateKey | ImportWords | ImportPrivateKey | ImportKeystore | ImportDemonstration,
    source: _Source,
    passphrase: Secret,
    now: int,
) -> Answer:
    kdf = _new_kdf(passphrase)
    with passphrase, kdf.derive(passphrase) as cipher_key, short_life(), source() as key:
        address = address_of(key)
        empty = empty_key(label=job.label, address=address, role=job.role, created=now, kdf=kdf)
        kept = seal(key, cipher_key, empty)
    return _answer(kept, address)


def _changed(key: EncryptedKey, old: Secret, new: Secret, now: int) -> Answer:
    kdf = _new_kdf(new)
    renewed = replace(key, kdf=kdf, created=now)
    with (
        cipher_key_of(key, old) as opening,
        cipher_key_of(renewed, new) as closing,
        opened(key, opening) as private_key,
    ):
        kept = seal(private_key, closing, renewed)
    return _answer(kept, key.address)


def _renamed(key: EncryptedKey, label: str, passphrase: Secret) -> Answer:
    with cipher_key_of(key, passphrase) as cipher_key, opened(key, cipher_key) as private_key:
        kept = seal(private_key, cipher_key, replace(key, label=label))
    return _answer(kept, key.address)


def _exported(key: EncryptedKey, passphrase: Secret, of_file: Secret) -> Answer:
    _refuse_short(of_file)
    kdf = new_kdf()
    with (
        of_file,
        kdf.derive(of_file) as derived,
        cipher_key_of(key, passphrase) as cipher_key,
        opened(key, cipher_key) as private_key,
    ):
        text = write_keystore(private_key, derived, kdf, key.address)
    return {"keystore": text, "address": str(key.address)}


def _answer(kept: EncryptedKey, address: Address) -> Answer:
    return {"encrypted_key": kept.text, "address": str(address)}


def _new_kdf(passphrase: Secret) -> Scrypt:
    _refuse_short(passphrase)
    return calibrated_scrypt()


def _refuse_short(passphrase: Secret) -> None:
    if len(passphrase.content) < SHORTEST_PASSPHRASE:
        raise Refused("A passphrase for a key has at least 12 characters.")


def _typed_key(typed: Secret) -> Secret:
    """A private key in hex; what is wrong with it is said without repeating any of it."""
    if HEX_KEY.fullmatch(typed.content) is None:
        raise Malformed("private key", "is 64 hex digits")
    digits = typed.content[-2 * KEY_LENGTH :]
    return _checked_key(Secret(bytearray.fromhex(digits.decode("ascii"))))


def _checked_key(key: Secret) -> Secret:
    if not 0 < int.from_bytes(key.content, "big") < CURVE_ORDER:
        raise Malformed("private key", "is none of this curve")
    return key
