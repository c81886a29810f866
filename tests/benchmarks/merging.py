"""The row about collecting: what many cosigners sent, verified and kept."""

import tempfile
import time
from pathlib import Path

from coincurve import PrivateKey, PublicKey

from tests.benchmarks.measuring import medians
from tests.benchmarks.rows import Row, Target
from tests.samples import NOW, a_safe, a_safe_tx, a_snapshot, a_workspace, an_owner
from treasury_desktop.bundle import Bundle, ClaimedSignature, write_bundle
from treasury_desktop.desk.import_transaction import import_transaction
from treasury_desktop.safes.hashes import safe_tx_hashes
from treasury_desktop.store.records import open_records

BUNDLES, OWNERS = 200, 50


def merging_row(times: int) -> Row:
    """Fifty owners' signatures on each of two hundred transactions, into an empty desk."""
    owners = tuple(an_owner(number) for number in range(1, OWNERS + 1))
    safe = a_safe(owners=owners, threshold=OWNERS)
    snapshot, workspace = a_snapshot(safes=(safe,)), a_workspace()
    keys = [PrivateKey.from_int(number) for number in range(1, OWNERS + 1)]
    bundles, signed = [], []
    for place in range(BUNDLES):
        tx = a_safe_tx(12 + place)
        hashed = safe_tx_hashes(safe, tx).safe_tx
        made = [key.sign_recoverable(hashed, hasher=None) for key in keys]
        signed += [(each, hashed) for each in made]
        claims = tuple(
            ClaimedSignature(signer=owner, data=each[:64] + bytes([27 + each[64]]))
            for owner, each in zip(owners, made, strict=True)
        )
        bundles.append(write_bundle(Bundle(safe=safe, tx=tx, signatures=claims)))

    def ours() -> float:
        with tempfile.TemporaryDirectory() as folder:
            records = open_records(Path(folder))
            begun = time.perf_counter()
            for bundle in bundles:
                came = import_transaction(bundle, records, workspace, snapshot, now=NOW)
                if came.new_confirmations != OWNERS:
                    raise RuntimeError("not every signature was counted")
            seconds = time.perf_counter() - begun
            records.close()
        return seconds

    def peer() -> float:
        begun = time.perf_counter()
        for each, hashed in signed:
            PublicKey.from_signature_and_message(each, hashed, hasher=None)
        return time.perf_counter() - begun

    first, alone = medians(ours, peer, times)
    return Row(
        name=f"merge {BUNDLES} bundles of {OWNERS} signatures, verified and on the disk",
        ours=first,
        peer=alone,
        peer_name="libsecp256k1 recovering them once, no more",
        unit="s",
        target=Target(of="ours", most=2),
    )
