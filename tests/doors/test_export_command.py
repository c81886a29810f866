"""The export command as a whole: what it prints and writes, and that it disturbs nobody."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journal_reader import read_journal, require_balance
from tests.samples import CHAIN_ID, a_queued, a_snapshot, a_workspace, some_movements
from treasury_desktop.command_line import main
from treasury_desktop.files.workspace_file import WORKSPACE_NAME, write_workspace
from treasury_desktop.store.records import RECORDS_NAME, RecordStore, open_records

Captured = pytest.CaptureFixture[bytes]
LAST_BLOCK = 19_000_123


@pytest.fixture(name="folder")
def folder_fixture(tmp_path: Path) -> Path:
    """The sample treasury's folder, without records."""
    folder = tmp_path / "treasury"
    folder.mkdir(mode=0o700)
    write_workspace(folder, a_workspace())
    return folder


@pytest.fixture(name="desk")
def desk_fixture(folder: Path) -> Iterator[RecordStore]:
    """A desk that is open beside the command."""
    records = open_records(folder)
    records.keep_movements(CHAIN_ID, some_movements(), LAST_BLOCK)
    records.keep_snapshot(a_snapshot())
    records.keep_transaction(a_queued())
    yield records
    records.close()


def run(captured: Captured, *arguments: object) -> tuple[int, str, str]:
    """Status, standard output, standard error."""
    status = main(["export", *map(str, arguments)])
    out, err = captured.readouterr()
    return status, out.decode(), err.decode()


@pytest.mark.parametrize("form", ["csv", "accounting"])
def test_tables_have_a_row_for_each_movement(
    form: str, folder: Path, desk: RecordStore, capfdbinary: Captured
) -> None:
    """Beside an open desk, which can go on."""
    status, out, err = run(capfdbinary, folder, "--form", form)
    assert (status, err) == (0, "")
    assert len(list(csv.DictReader(io.StringIO(out)))) == 9
    desk.keep_movements(CHAIN_ID, (), LAST_BLOCK)


def test_the_journal_balances(folder: Path, desk: RecordStore, capfdbinary: Captured) -> None:
    """A rejection is a comment."""
    status, out, err = run(capfdbinary, folder, "--form", "journal")
    entries = read_journal(out)
    require_balance(entries)
    assert (status, err, len(entries)) == (0, "", 8)


def test_a_period_includes_both_its_days(
    folder: Path, desk: RecordStore, capfdbinary: Captured
) -> None:
    """In UTC; an open side has everything."""
    for first, last, count in (
        ("2026-11-19", "2026-11-19", 1),
        ("2026-10-19", "2026-11-19", 2),
        ("2026-10-20", "2026-11-18", 0),
        ("", "2026-03-16", 1),
        ("2026-03-17", "", 8),
    ):
        asked = [*(["--from", first] if first else []), *(["--to", last] if last else [])]
        status, out, err = run(capfdbinary, folder, "--form", "accounting", *asked)
        assert (status, len(out.splitlines()) - 1) == (0, count)
        assert err == ("" if count else "treasury-desktop: Nothing moved in this period.\n")


def test_a_file_is_written_whole_and_nothing_is_printed(
    folder: Path, desk: RecordStore, tmp_path: Path, capfdbinary: Captured
) -> None:
    """The same bytes as on standard output, each time; only this file is new."""
    _, wanted, _ = run(capfdbinary, folder, "--form", "journal")
    file = tmp_path / "out" / "of.journal"
    file.parent.mkdir()
    for _ in range(2):
        assert run(capfdbinary, folder, "--form", "journal", "--out", file) == (0, "", "")
        assert file.read_bytes().decode() == wanted
        assert list(file.parent.iterdir()) == [file]


def test_records_are_only_looked_at(folder: Path, capfdbinary: Captured) -> None:
    """Byte by byte they stay as they are."""
    with_records = open_records(folder)
    with_records.keep_movements(CHAIN_ID, some_movements(), LAST_BLOCK)
    with_records.close()
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert run(capfdbinary, folder, "--form", "accounting")[0] == 0
    after = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert {name: after[name] for name in before} == before


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--form", "pdf"], "invalid choice"),
        ([], "the following arguments are required: --form"),
        (["--form", "csv", "--from", "yesterday"], "--from: write a day as YYYY-MM-DD"),
        (["--form", "csv", "--to", "2026-02-30"], "--to: no calendar has the day 2026-02-30"),
        (["--form", "csv", "--from", "2026-02-02", "--to", "2026-02-01"], "before it begins"),
        (["--form", "csv", "--out", "/nowhere/at/all.csv"], "all.csv could not be written"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_sentence(
    arguments: list[str], sentence: str, folder: Path, desk: RecordStore, capfdbinary: Captured
) -> None:
    """Exit status 2, and nothing on standard output."""
    status, out, err = run(capfdbinary, folder, *arguments)
    assert (status, out) == (2, "")
    assert sentence in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("name", [RECORDS_NAME, WORKSPACE_NAME, "new.csv", "../treasury/x.csv"])
def test_the_treasury_s_own_files_are_never_written_over(
    name: str, folder: Path, desk: RecordStore, capfdbinary: Captured
) -> None:
    """Whatever a person mistypes."""
    before = (folder / WORKSPACE_NAME).read_bytes()
    status, _, err = run(capfdbinary, folder, "--form", "csv", "--out", folder / name)
    assert status == 2
    assert "no place for an export" in err
    assert (folder / WORKSPACE_NAME).read_bytes() == before
    assert len(desk.movements(CHAIN_ID)) == 9


def test_a_treasury_never_read_is_not_called_empty(folder: Path, capfdbinary: Captured) -> None:
    """An account of nothing would look like one of a treasury in which nothing moved."""
    status, out, err = run(capfdbinary, folder, "--form", "csv")
    assert (status, out) == (2, "")
    assert "No movements have been read yet" in err


def test_no_treasury_is_no_export(tmp_path: Path, capfdbinary: Captured) -> None:
    """It says which file is missing."""
    status, _, err = run(capfdbinary, tmp_path / "nowhere", "--form", "csv")
    assert status == 2
    assert WORKSPACE_NAME in err


def test_a_damaged_movement_is_told_and_the_rest_exported(
    folder: Path, desk: RecordStore, capfdbinary: Captured
) -> None:
    """Exit status 1: whoever keeps accounts by it has to know."""
    with desk._database.writing() as connection:
        connection.execute("UPDATE movements SET kind = 'x' WHERE block_number = 18993000")
    status, out, err = run(capfdbinary, folder, "--form", "csv")
    assert (status, len(out.splitlines())) == (1, 9)
    assert "movement in block 18993000" in err
    assert "left out" in err
