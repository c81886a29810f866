"""The signer process: the only process of the program in which a private key exists.

It lives for about a second: harden, read one job and its passphrase from standard input, check
everything that needs no key, decrypt, sign, recover, answer, exit. It has no Qt, no network and no
store; it cannot connect, start programs or write files (see `hardening.py`).
"""

import io
import os
import sys
import time
from collections.abc import Sequence

from coincurve import PrivateKey

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.strict_json import JsonSource
from treasury_desktop.desk.doors import ExecutionTransaction
from treasury_desktop.errors import Malformed, Refused, TreasuryError
from treasury_desktop.keys.cancellation_job import SignCancellation, check_cancellation
from treasury_desktop.keys.encrypted_key import EncryptedKey
from treasury_desktop.keys.frames import read_frame, read_secrets, write_frame
from treasury_desktop.keys.hardening import (
    end_when_input_ends,
    forbid_reaching_out,
    harden,
    signer_environment,
)
from treasury_desktop.keys.jobs import (
    Job,
    SignExecution,
    SignSafeTx,
    answer_text,
    failure_text,
    parse_job,
)
from treasury_desktop.keys.key_jobs import CreateKey, ImportDemonstration, ImportWords
from treasury_desktop.keys.key_making import perform_key_job
from treasury_desktop.keys.message_checks import safe_message_hash_to_sign
from treasury_desktop.keys.message_job import SignMessage
from treasury_desktop.keys.nested_job import SignForNested
from treasury_desktop.keys.opened_key import cipher_key_of, opened
from treasury_desktop.keys.secret import Secret
from treasury_desktop.keys.signing_checks import (
    calldata_to_execute,
    hash_to_sign,
    message_to_sign,
)
from treasury_desktop.safes.signature import Signature


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
    if len(given) not in job.takes:
        raise Malformed("job", "comes with the wrong number of secrets")
    match job:
        case SignSafeTx():
            return _sign_safe_tx(job, given[0], now)
        case SignForNested():
            return _sign_for_nested(job, given[0], now)
        case SignMessage():
            return _sign_message(job, given[0], now)
        case SignExecution():
            return _sign_execution(job, given[0], now)
        case SignCancellation():
            check_cancellation(job)
            return _sign_transaction(job.key, job.transaction, b"", given[0])
    return perform_key_job(job, given, now)


def import_what_the_job_needs(job: Job) -> None:
    """Loads slow libraries before any key is decrypted, and only those this job uses."""
    if isinstance(job, SignSafeTx | SignForNested | SignMessage):
        import eth_keys.backends.native  # noqa: F401, PLC0415  0.2 s
    elif isinstance(
        job, SignExecution | SignCancellation | ImportDemonstration | CreateKey | ImportWords
    ):
        import eth_account.hdaccount  # noqa: F401, PLC0415  0.5 s


def _sign_safe_tx(job: SignSafeTx, passphrase: Secret, now: int) -> dict[str, JsonSource]:
    safe_tx_hash = hash_to_sign(job, now)
    return {
        "signature": _signature_over(safe_tx_hash, job.key, passphrase),
        "safe_tx_hash": "0x" + safe_tx_hash.hex(),
    }


def _sign_for_nested(job: SignForNested, passphrase: Secret, now: int) -> dict[str, JsonSource]:
    message_hash = message_to_sign(job, now)
    return {
        "signature": _signature_over(message_hash, job.key, passphrase),
        "message_hash": "0x" + message_hash.hex(),
    }


def _sign_message(job: SignMessage, passphrase: Secret, now: int) -> dict[str, JsonSource]:
    safe_message_hash = safe_message_hash_to_sign(job, now)
    return {
        "signature": _signature_over(safe_message_hash, job.key, passphrase),
        "safe_message_hash": "0x" + safe_message_hash.hex(),
    }


def _signature_over(digest: bytes, encrypted: EncryptedKey, passphrase: Secret) -> str:
    """A signature in hex over a digest that this process derived itself."""
    with cipher_key_of(encrypted, passphrase) as cipher_key, opened(encrypted, cipher_key) as key:
        signed = PrivateKey(bytes(key.content)).sign_recoverable(digest, hasher=None)
    signature = Signature(
        int.from_bytes(signed[:32], "big"), int.from_bytes(signed[32:64], "big"), 27 + signed[64]
    )
    if not signature.has_low_s or _recovered(signature, digest) != encrypted.address:
        raise Refused("The signature does not verify; it was thrown away.")
    return "0x" + signature.encoded.hex()


def _sign_execution(job: SignExecution, passphrase: Secret, now: int) -> dict[str, JsonSource]:
    return _sign_transaction(job.key, job.transaction, calldata_to_execute(job, now), passphrase)


def _sign_transaction(
    encrypted: EncryptedKey, wanted: ExecutionTransaction, calldata: bytes, passphrase: Secret
) -> dict[str, JsonSource]:
    """Signs what was checked, with the calldata that this process wrote itself."""
    from eth_account import Account  # noqa: PLC0415  0.5 s, and only executors need it

    transaction = {
        "type": 2,
        "chainId": wanted.chain_id,
        "nonce": wanted.account_nonce,
        "to": str(wanted.to),
        "value": 0,
        "data": calldata,
        "gas": wanted.gas,
        "maxFeePerGas": wanted.max_fee_per_gas,
        "maxPriorityFeePerGas": wanted.max_priority_fee_per_gas,
        "accessList": [],
    }
    with cipher_key_of(encrypted, passphrase) as cipher_key, opened(encrypted, cipher_key) as key:
        signed = Account.sign_transaction(transaction, bytes(key.content))
    raw = bytes(signed.raw_transaction)
    if Account.recover_transaction(raw) != str(encrypted.address):
        raise Refused("The signed execution does not recover to the executor; it was thrown away.")
    return {"raw_transaction": "0x" + raw.hex()}


def _recovered(signature: Signature, digest: bytes) -> Address:
    """Who signed, by the pure-Python curve of eth_keys: independent of the library that signed."""
    # 0.2 s, and only signing needs it
    from eth_keys.backends.native.main import NativeECCBackend  # noqa: PLC0415  see above
    from eth_keys.datatypes import Signature as EthSignature  # noqa: PLC0415  as above

    vrs = (signature.v - 27, signature.r, signature.s)
    public_key = NativeECCBackend().ecdsa_recover(digest, EthSignature(vrs=vrs))
    return Address(public_key.to_canonical_address())
