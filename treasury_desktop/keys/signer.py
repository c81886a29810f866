"""The signer process: the only place in the program where a private key exists.

It lives for about a second: harden, read one job and its passphrase from standard input, check
everything that needs no key, decrypt, sign, recover, answer, exit. It has no Qt, no network and no
store; it cannot connect, start programs or write files (see `hardening.py`).
"""

import io
import os
import secrets
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Final

from coincurve import PrivateKey

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.assets.strict_json import JsonSource
from treasury_desktop.errors import Malformed, Refused, TreasuryError
from treasury_desktop.keys.demonstration import demonstration_key
from treasury_desktop.keys.encrypted_key import (
    KEY_LENGTH,
    EncryptedKey,
    Scrypt,
    calibrated_scrypt,
    empty_key,
    seal,
    unseal,
)
from treasury_desktop.keys.frames import read_frame, read_secrets, write_frame
from treasury_desktop.keys.hardening import (
    end_when_input_ends,
    forbid_reaching_out,
    harden,
    signer_environment,
)
from treasury_desktop.keys.jobs import (
    ChangePassphrase,
    CreateKey,
    ImportDemonstration,
    Job,
    SignExecution,
    SignSafeTx,
    answer_text,
    failure_text,
    parse_job,
)
from treasury_desktop.keys.secret import Secret
from treasury_desktop.keys.signing_checks import calldata_to_execute, hash_to_sign
from treasury_desktop.safes.signature import Signature

KEY_LIVES_SECONDS: Final = 2
CURVE_ORDER: Final = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
SHORTEST_PASSPHRASE: Final = 12
"""Bytes. The secret-entry window asks for much more; this only stops an empty one."""


def main() -> int:
    """Does one job from standard input to standard output; answers the exit status."""
    harden(signer_environment(os.environ))
    standard_input = io.FileIO(0, "rb", closefd=False)
    standard_output = io.FileIO(1, "wb", closefd=False)
    try:
        job, _ = parse_job(read_frame(standard_input))
        given = read_secrets(standard_input)
        end_when_input_ends(0)
        import_what_the_job_needs(job)
        forbid_reaching_out()
        answer = answer_text(perform(job, given, int(time.time())))
    except TreasuryError as failure:
        answer = failure_text(failure)
    write_frame(standard_output, answer)
    sys.stdout = sys.stderr  # nothing may follow the answer
    return 0


def perform(job: Job, given: Sequence[Secret], now: int) -> dict[str, JsonSource]:
    """What a job leads to, as the members of the answer; `now` in Unix seconds."""
    if len(given) != (2 if isinstance(job, ChangePassphrase) else 1):
        raise Malformed("job", "comes with the wrong number of passphrases")
    match job:
        case SignSafeTx():
            return _sign_safe_tx(job, given[0], now)
        case SignExecution():
            return _sign_execution(job, given[0], now)
        case CreateKey():
            return _kept(_random_key, given[0], job.label, job.role, now)
        case ImportDemonstration():
            public = partial(demonstration_key, job.index, job.chain_id, job.role)
            return _kept(public, given[0], job.label, job.role, now)
        case ChangePassphrase():
            return _changed(job.key, given[0], given[1], now)


def import_what_the_job_needs(job: Job) -> None:
    """Loads slow libraries before any key is decrypted, and only those this job uses."""
    if isinstance(job, SignSafeTx):
        import eth_keys.backends.native  # noqa: F401, PLC0415  0.2 s
    elif isinstance(job, SignExecution | ImportDemonstration):
        import eth_account.hdaccount  # noqa: F401, PLC0415  0.5 s


def _sign_safe_tx(job: SignSafeTx, passphrase: Secret, now: int) -> dict[str, JsonSource]:
    safe_tx_hash = hash_to_sign(job, now)
    with _cipher_key(job.key, passphrase) as cipher_key, _opened(job.key, cipher_key) as key:
        signed = PrivateKey(bytes(key.content)).sign_recoverable(safe_tx_hash, hasher=None)
    signature = Signature(
        int.from_bytes(signed[:32], "big"), int.from_bytes(signed[32:64], "big"), 27 + signed[64]
    )
    if not signature.has_low_s or _recovered(signature, safe_tx_hash) != job.key.address:
        raise Refused("The signature does not verify; it was thrown away.")
    return {
        "signature": "0x" + signature.encoded.hex(),
        "safe_tx_hash": "0x" + safe_tx_hash.hex(),
    }


def _sign_execution(job: SignExecution, passphrase: Secret, now: int) -> dict[str, JsonSource]:
    from eth_account import Account  # noqa: PLC0415  0.5 s, and only executions need it

    calldata = calldata_to_execute(job, now)
    transaction = {
        "type": 2,
        "chainId": job.transaction.chain_id,
        "nonce": job.transaction.account_nonce,
        "to": str(job.transaction.to),
        "value": 0,
        "data": calldata,
        "gas": job.transaction.gas,
        "maxFeePerGas": job.transaction.max_fee_per_gas,
        "maxPriorityFeePerGas": job.transaction.max_priority_fee_per_gas,
        "accessList": [],
    }
    with _cipher_key(job.key, passphrase) as cipher_key, _opened(job.key, cipher_key) as key:
        signed = Account.sign_transaction(transaction, bytes(key.content))
    raw = bytes(signed.raw_transaction)
    if Account.recover_transaction(raw) != str(job.key.address):
        raise Refused("The signed execution does not recover to the executor; it was thrown away.")
    return {"raw_transaction": "0x" + raw.hex()}


def _cipher_key(key: EncryptedKey, passphrase: Secret) -> Secret:
    with passphrase:
        return key.kdf.derive(passphrase)


@contextmanager
def _opened(key: EncryptedKey, cipher_key: Secret) -> Iterator[Secret]:
    """The decrypted key, for two seconds at most."""
    with _short_life(), unseal(key, cipher_key) as private_key:
        if _address_of(private_key) != key.address:
            raise Refused(f"The encrypted key is not the key of {key.address}.")
        yield private_key


@contextmanager
def _short_life() -> Iterator[None]:
    """A block after whose two seconds the kernel ends this process, whatever it is doing."""
    if sys.platform == "win32":
        yield
        return
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, KEY_LIVES_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _kept(
    make_key: Callable[[], Secret], passphrase: Secret, label: str, role: str, now: int
) -> dict[str, JsonSource]:
    kdf = _new_kdf(passphrase)
    with passphrase, kdf.derive(passphrase) as cipher_key, _short_life(), make_key() as key:
        address = _address_of(key)
        empty = empty_key(label=label, address=address, role=role, created=now, kdf=kdf)
        kept = seal(key, cipher_key, empty)
    return {"encrypted_key": kept.text, "address": str(address)}


def _changed(key: EncryptedKey, old: Secret, new: Secret, now: int) -> dict[str, JsonSource]:
    kdf = _new_kdf(new)
    renewed = replace(key, kdf=kdf, created=now)
    with (
        _cipher_key(key, old) as opening,
        _cipher_key(renewed, new) as closing,
        _opened(key, opening) as private_key,
    ):
        kept = seal(private_key, closing, renewed)
    return {"encrypted_key": kept.text, "address": str(key.address)}


def _new_kdf(passphrase: Secret) -> Scrypt:
    if len(passphrase.content) < SHORTEST_PASSPHRASE:
        raise Refused("A passphrase for a key has at least 12 characters.")
    return calibrated_scrypt()


def _random_key() -> Secret:
    while True:
        candidate = bytearray(secrets.token_bytes(KEY_LENGTH))
        if 0 < int.from_bytes(candidate, "big") < CURVE_ORDER:
            return Secret(candidate)


def _address_of(private_key: Secret) -> Address:
    public_key = PrivateKey(bytes(private_key.content)).public_key.format(compressed=False)
    return Address(keccak(public_key[1:])[12:])


def _recovered(signature: Signature, digest: bytes) -> Address:
    """Who signed, by the pure-Python curve of eth_keys: independent of the library that signed."""
    # 0.2 s, and only signing needs it
    from eth_keys.backends.native.main import NativeECCBackend  # noqa: PLC0415  see above
    from eth_keys.datatypes import Signature as EthSignature  # noqa: PLC0415  as above

    vrs = (signature.v - 27, signature.r, signature.s)
    public_key = NativeECCBackend().ecdsa_recover(digest, EthSignature(vrs=vrs))
    return Address(public_key.to_canonical_address())
