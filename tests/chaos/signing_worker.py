"""A desk that signs one transaction after the other until somebody kills it.

`python -m tests.chaos.signing_worker FOLDER SEED`: real records, a real key in a file, real signer
processes; only the window is a script that types the public passphrase. It prints a line for each
signature once it is kept, and for each refusal.
"""

import sys
import time
from pathlib import Path
from random import Random

from coincurve import PrivateKey

from tests.doors.keys.key_samples import PASSPHRASE, SIGNER, quick_scrypt, secret
from tests.samples import a_safe, a_safe_tx, a_snapshot, a_workspace, an_owner
from treasury_desktop.desk.doors import KeyLabel
from treasury_desktop.desk.import_transaction import queued_from
from treasury_desktop.desk.local_facts import local_facts
from treasury_desktop.desk.review_transaction import bundle_with_our_evidence, review_queued
from treasury_desktop.desk.sign_transaction import sign_transaction
from treasury_desktop.errors import Refused
from treasury_desktop.keys.encrypted_key import empty_key, seal
from treasury_desktop.keys.key_store import keys_in_files
from treasury_desktop.keys.secret import Secret
from treasury_desktop.keys.signer_process import SignerProcess
from treasury_desktop.store.records import RecordStore, open_records

NONCES = 500
"""Nonces from the Safe's on, with two rivals for each."""
PERSON = f"""
import sys
from treasury_desktop.keys.secret_entry_host import main
def run(shown, window, ask):
    return ask([bytearray({PASSPHRASE!r}, "utf-8")])
sys.exit(main(lambda: run, [sys.executable, "-I", "-P", "-c", {SIGNER!r}]))
"""


def prepare(folder: Path) -> None:
    """A folder with one encrypted key: that of the first owner of the sample Safe."""
    about = empty_key(
        label="Signer A", address=an_owner(1), role="owner", created=0, kdf=quick_scrypt()
    )
    with about.kdf.derive(secret(PASSPHRASE)) as cipher_key:
        private_key = Secret(bytearray(PrivateKey.from_int(1).secret))
        keys_in_files(folder / "keys").keep(seal(private_key, cipher_key, about))


def sign_for_ever(folder: Path, draw: Random) -> None:
    """Two rivals for some nonce, one after the other, again and again."""
    records, keys = open_records(folder / "desk"), keys_in_files(folder / "keys")
    desk = SignerProcess(
        keys,
        signed_hash_for=records.signed_hash_for,
        command=lambda _: [sys.executable, "-I", "-P", "-c", PERSON],
    )
    (key,) = keys.labels()
    say("ready")
    while True:
        place, first = draw.randrange(NONCES), draw.randrange(2)
        for rival in (first, 1 - first):
            sign_one(place, rival, records, desk, key)


def sign_one(
    place: int, rival: int, records: RecordStore, desk: SignerProcess, key: KeyLabel
) -> None:
    """Drafts, reviews and signs it, and says what came of it."""
    now = int(time.time())
    facts = local_facts(a_workspace(), a_snapshot(), ())
    tx = a_safe_tx(a_safe().nonce + place, value=1 + rival)  # type: ignore[operator]  it is known
    bundle = bundle_with_our_evidence(a_safe(), tx, facts, purpose="", strategy=None)
    queued = queued_from(bundle, now=now, drafted_here=True)
    records.keep_transaction(queued)
    try:
        made = sign_transaction(review_queued(queued, facts), facts, key, desk, records, now=now)
    except Refused as refusal:
        say("refused", tx.nonce, refusal.sentence)
    else:
        say("signed", tx.nonce, made.safe_tx_hash.hex(), made.signature.encoded.hex())


def say(*words: object) -> None:
    """One line, at once: whoever kills us reads what was said before."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sign_for_ever(Path(sys.argv[1]), Random(int(sys.argv[2])))  # noqa: S311  chance, not secrecy
