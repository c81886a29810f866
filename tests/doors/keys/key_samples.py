"""Keys, bundles and processes for tests; every private key here is a public test value."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from coincurve import PrivateKey

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.bundle import Bundle, write_bundle
from treasury_desktop.calls.known_contracts import official_address
from treasury_desktop.desk.doors import ExecutionTransaction
from treasury_desktop.keys.child_process import ChildProcess
from treasury_desktop.keys.encrypted_key import EncryptedKey, Scrypt, empty_key, seal
from treasury_desktop.keys.jobs import Job, SignExecution, job_text, parse_answer
from treasury_desktop.keys.secret import Secret
from treasury_desktop.safes.execution import exec_transaction_calldata
from treasury_desktop.safes.hashes import safe_tx_hashes
from treasury_desktop.safes.safe import Safe, SafeVersion
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.safes.signature import Signature

PASSPHRASE = "the demonstration treasury is not money"
# Accounts 1, 2, 3 and 4 of anvil's published mnemonic: three owners and the executor.
PUBLIC_KEYS = {
    1: "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
    2: "5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a",
    3: "7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6",
    4: "47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a",
}
VERSION = (1, 4, 1)
SAFE_ADDRESS = Address.parse("0x52908400098527886E0F7030069857D2E4169EE7")


def address_of(index: int) -> Address:
    """The address of a public test account."""
    key = PrivateKey(bytes.fromhex(PUBLIC_KEYS[index]))
    return Address(keccak(key.public_key.format(compressed=False)[1:])[12:])


def quick_scrypt() -> Scrypt:
    """The weakest parameters the format allows, for tests."""
    return Scrypt(n=2**17, r=8, p=1, salt=bytes(range(32)))


def sealed(index: int, label: str, role: str) -> EncryptedKey:
    """A public test account under the public passphrase."""
    about = empty_key(
        label=label,
        address=address_of(index),
        role=role,
        created=1_700_000_000,
        kdf=quick_scrypt(),
    )
    with about.kdf.derive(secret(PASSPHRASE)) as cipher_key:
        return seal(Secret(bytearray.fromhex(PUBLIC_KEYS[index])), cipher_key, about)


def secret(text: str) -> Secret:
    """A passphrase as the signer gets it."""
    return Secret(bytearray(text, "utf-8"))


def a_safe(**changes: object) -> Safe:
    """A 2-of-3 Safe of the demonstration's owners, of which everything is known."""
    facts: dict[str, object] = {
        "chain_id": 31337,
        "address": SAFE_ADDRESS,
        "version": SafeVersion(*VERSION),
        "nonce": 7,
        "owners": tuple(address_of(index) for index in (1, 2, 3)),
        "threshold": 2,
        "singleton": official_address(31337, "Safe", VERSION),
        "modules": (),
        "guard": None,
        "module_guard": None,
        "fallback_handler": official_address(31337, "CompatibilityFallbackHandler", VERSION),
    }
    return Safe(**(facts | changes))  # type: ignore[arg-type]  a test spells out one fact


@dataclass(frozen=True, slots=True)
class Case:
    """A transaction with its bundle and its hash."""

    safe: Safe
    tx: SafeTx
    bundle: bytes
    hash: bytes


def case_of(safe: Safe, tx: SafeTx) -> Case:
    """A transaction of a Safe, as a bundle."""
    bundle = write_bundle(Bundle(safe=safe, tx=tx, purpose="A rejection, for the test."))
    return Case(safe, tx, bundle, safe_tx_hashes(safe, tx).safe_tx)


def signed(index: int, digest: bytes) -> Signature:
    """A public account's signature, made without the program."""
    raw = PrivateKey(bytes.fromhex(PUBLIC_KEYS[index])).sign_recoverable(digest, hasher=None)
    return Signature(
        int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:64], "big"), 27 + raw[64]
    )


SIGNER = "import sys; from treasury_desktop.keys.signer import main; sys.exit(main())"
SECRET_ENTRY = f"""
import sys
from treasury_desktop.keys.secret_entry_host import main
def load():
    from treasury_desktop.windows.secret_entry.run import run
    return run
sys.exit(main(load, [sys.executable, "-I", "-P", "-c", {SIGNER!r}]))
"""


def command(name: str) -> list[str]:
    """Our processes, started the way `__main__` starts them."""
    script = {"signer": SIGNER, "secret-entry": SECRET_ENTRY}[name]
    return [sys.executable, "-I", "-P", "-c", script]


def ask(job: Job, *passphrases: str, argv: Sequence[str] | None = None) -> dict[str, object]:
    """What a signer process answers; raises what it refused."""
    with ChildProcess(argv or command("signer"), {}) as signer:
        answer = signer.ask(job_text(job), [secret(each) for each in passphrases])
    return dict(parse_answer(answer))


def blob(case: Case, *owners: int) -> bytes:
    """Signatures of these owners in the order in which the Safe wants them."""
    ordered = sorted(owners, key=address_of)
    return b"".join(signed(index, case.hash).encoded for index in ordered)


def execution(case: Case, key: EncryptedKey, signatures: bytes, **changes: object) -> SignExecution:
    """An execution job as the desk makes it, or with one thing different."""
    fields: dict[str, object] = {
        "chain_id": 31337,
        "sender": key.address,
        "account_nonce": 5,
        "to": case.safe.address,
        "data": exec_transaction_calldata(case.tx, signatures),
        "gas": 200_000,
        "max_fee_per_gas": 3_000_000_000,
        "max_priority_fee_per_gas": 1_000_000_000,
    }
    transaction = ExecutionTransaction(**(fields | changes))  # type: ignore[arg-type]  one fact
    return SignExecution(
        key=key, bundle=case.bundle, signatures=signatures, transaction=transaction
    )
