"""The row about signing: from the click to a stored confirmation, against the KDF alone.

The secret-entry window takes no click for a while after it opened; a person reads meanwhile, so
that time is taken off.
"""

import shutil
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.measuring import medians
from tests.benchmarks.rows import Row, Target
from treasury_desktop.application.demonstration import DemonstrationFolders
from treasury_desktop.application.open_desk import OpenDesk
from treasury_desktop.desk.doors import KeyLabel
from treasury_desktop.keys.key_store import keys_in_files
from treasury_desktop.keys.secret import Secret
from treasury_desktop.keys.signer_process import WindowWish
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.windows.actions_of_keys import DemonstrationKey
from treasury_desktop.windows.secret_entry.window import GUARD_MS

OWNER = DemonstrationKey(label="Owner A", role="owner", index=1)
ANY_PASSPHRASE = b"as long as any other passphrase"


def signing_row(folders: DemonstrationFolders, times: int) -> Row:
    """Secret-entry window, signer process, two derivations, KDF, signature, recovery, disk.

    A rehearsal types the passphrase at once, so no person's time is counted.
    """
    with TemporaryDirectory() as place:
        folder = Path(place) / "desk"
        shutil.copytree(folders.desk(as_second_signer=False), folder)
        desk = OpenDesk(folder, wish=WindowWish(rehearse=True))
        try:
            desk.keys.choose_encrypted_file()
            owner = desk.keys.import_offered(OWNER)
            honest = next(q for q in desk.queue() if not desk.review(q.safe_tx_hash).blocks)
            ours, kdf = medians(
                lambda: _signing(desk, honest, owner), lambda: _kdf_alone(folder, owner), times
            )
        finally:
            desk.close()
    return Row(
        name=f"sign: from click to stored confirmation, less the guard of {GUARD_MS} ms",
        ours=ours,
        peer=kdf,
        peer_name="the key's scrypt alone",
        unit="s",
        target=Target(of="difference", most=1.2),
    )


def _signing(desk: OpenDesk, queued: QueuedTransaction, owner: KeyLabel) -> float:
    """The same owner signs the same hash again, which is allowed and kept once."""
    begun = time.perf_counter()
    desk.sign(desk.review(queued.safe_tx_hash), owner)
    return time.perf_counter() - begun - GUARD_MS / 1000


def _kdf_alone(folder: Path, owner: KeyLabel) -> float:
    key = keys_in_files(folder / "keys").encrypted(owner)
    begun = time.perf_counter()
    key.kdf.derive(Secret(bytearray(ANY_PASSPHRASE)))
    return time.perf_counter() - begun
