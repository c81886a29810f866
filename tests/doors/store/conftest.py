"""The folder the store lives in, the open store, and samples of what it keeps."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doors.store.record_samples import Samples
from treasury_desktop.store.records import RecordStore, open_records


@pytest.fixture(name="samples")
def samples_fixture() -> Samples:
    """Builders of what the store keeps."""
    return Samples()


@pytest.fixture(name="folder")
def folder_fixture(tmp_path: Path) -> Path:
    """A workspace folder that does not exist yet."""
    return tmp_path / "workspace"


@pytest.fixture(name="records")
def records_fixture(folder: Path) -> Iterator[RecordStore]:
    """An open, empty record store."""
    store = open_records(folder)
    yield store
    store.close()
