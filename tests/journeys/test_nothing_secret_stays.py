"""After the whole job, no key and no passphrase is anywhere but in the key ring's ciphertext."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.doors.keys.key_samples import PUBLIC_KEYS
from tests.doors.keys.test_secrecy import memory_of, refuse_needles, spellings
from treasury_desktop.windows.secret_entry.rehearsal import DEMONSTRATION_PASSPHRASE

PROGRAM = """
import sys
from pathlib import Path
from types import SimpleNamespace
from PySide6.QtGui import QGuiApplication
from tests.demonstration_chain import copy_of_demonstration
from treasury_desktop.tour import journey, run_tour

build = journey.demonstration.build

def built(folders, **rest):
    copy_of_demonstration(folders.chain)
    build(folders, **rest)

journey.demonstration.build = built
journey.shutil = SimpleNamespace(rmtree=lambda *_, **__: None)
status = run_tour(Path(sys.argv[1]))
Path(sys.argv[1], "clipboard").write_text(QGuiApplication.clipboard().text())
print("ended", status, flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_window_of_a_whole_job_holds_no_secret(tmp_path: Path) -> None:
    """Keys taken in, two signatures, one execution: memory, stores, logs, settings, clipboard."""
    assert os.environ.get("DBUS_SESSION_BUS_ADDRESS"), "run through packaging/with_keyring.sh"
    needles = {
        f"{name} of account {index}": spelled
        for index in (1, 2, 4)
        for name, spelled in spellings(PUBLIC_KEYS[index]).items()
    } | {
        "passphrase": DEMONSTRATION_PASSPHRASE.encode(),
        "wide passphrase": DEMONSTRATION_PASSPHRASE.encode("utf-16-le"),
    }
    places = {name: tmp_path / name for name in ("HOME", "TMPDIR", "XDG_RUNTIME_DIR")}
    for place in places.values():
        place.mkdir(mode=0o700)
    environment = {**os.environ, **{name: str(place) for name, place in places.items()}}
    with (
        (tmp_path / "log").open("wb") as log,
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(tmp_path / "pictures")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env=environment,
        ) as program,
    ):
        assert program.stdout is not None
        said = program.stdout.read(len("tour: done"))
        while b"ended" not in said:
            more = program.stdout.readline()
            assert more, (tmp_path / "log").read_text()
            said += more
        assert b"ended 0" in said
        regions = list(memory_of(program.pid))
        assert any(b"Idle USDC into the yield vault" in region for region in regions)
        refuse_needles(needles, ((f"memory {n}", region) for n, region in enumerate(regions)))
        program.communicate(timeout=20)
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {"records.sqlite", "clipboard", "log"} <= {path.name for path in kept}
    refuse_needles(needles, ((path.name, path.read_bytes()) for path in kept))
