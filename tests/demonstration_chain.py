"""One prepared demonstration for every test that needs a real chain.

Building takes some twenty seconds, so it is done once for a state of the sources and kept in
`build/`. Tests never start the prepared folder itself: a chain that runs changes.
"""

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from treasury_desktop.devnet.demonstration import (
    PRISTINE,
    RunningChain,
    is_prepared,
    prepare,
    start,
)

SECONDS_TO_KEEP = 86_400
REPOSITORY = Path(__file__).resolve().parents[1]


def _digest() -> str:
    """A short name for everything that decides what the demonstration contains."""
    sources = [
        *REPOSITORY.glob("treasury_desktop/devnet/*.py"),
        *REPOSITORY.glob("resources/contracts/build/*.json"),
        REPOSITORY / "packaging/node/package.json",
    ]
    digest = sha256()
    for source in sorted(sources):
        digest.update(source.name.encode() + b"\0" + source.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def prepared_directory() -> Path:
    """The prepared demonstration; several test processes may ask at once, one builds."""
    build = REPOSITORY / "build"
    build.mkdir(exist_ok=True)
    directory = build / f"demonstration-{_digest()}"
    with (build / "demonstration.lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_prepared(directory):
            _remove_old(build)
            prepare(directory, on_progress=lambda *_: None, is_cancelled=lambda: False)
    return directory


def _remove_old(build: Path) -> None:
    """Younger ones may be in use by tests of the sources as they were a moment ago."""
    for former in build.glob("demonstration-*"):
        if time.time() - former.stat().st_mtime > SECONDS_TO_KEEP:
            shutil.rmtree(former)


def copy_of_demonstration(target: Path) -> Path:
    """A demonstration of the test's own at `target`, which must not exist; it may be changed."""
    source = prepared_directory()
    shutil.copytree(source, target, ignore=lambda _, names: {PRISTINE.name} & set(names))
    # Never written in place, so sharing the bytes is safe and saves copying them.
    try:
        os.link(source / PRISTINE, target / PRISTINE)
    except OSError:  # another file system
        shutil.copyfile(source / PRISTINE, target / PRISTINE)
    return target


@contextmanager
def running_demonstration(target: Path, *, now: int | None = None) -> Iterator[RunningChain]:
    """A live chain of the test's own, kept in `target`; its clock starts at `now` or today."""
    directory = target if target.exists() else copy_of_demonstration(target)
    chain = start(directory, now=int(time.time()) if now is None else now)
    try:
        yield chain
    finally:
        chain.close()
