"""Deny-lists: what publishers write is read, and a list that is not the imported one is none."""

import json
import os
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.samples import PAYROLL, STRANGER, a_workspace, an_address
from treasury_desktop.assets.address import Address
from treasury_desktop.command_line import main
from treasury_desktop.errors import Malformed, Refused
from treasury_desktop.files.deny_list_file import (
    HEADER,
    MOST_ADDRESSES,
    addresses_in,
    kept_text,
    read_deny_lists,
)
from treasury_desktop.files.deny_list_import import ImportedDenyList, import_deny_list
from treasury_desktop.files.workspace_file import (
    WORKSPACE_NAME,
    read_workspace,
    text_of_workspace,
    write_workspace,
)
from treasury_desktop.treasury.workspace import Workspace

TODAY = date(2026, 11, 23)
BOTH = tuple(sorted((STRANGER, PAYROLL)))
HASH = "0x" + "ab" * 32


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workspace that knows no list."""
    write_workspace(tmp_path, a_workspace())
    return tmp_path


def take(folder: Path, content: bytes, name: str = "OFAC", **more: object) -> ImportedDenyList:
    """Imports a list into what the folder says now."""
    said = {"published": "2026-11-01", "written": read_workspace(folder), **more}
    written = said.pop("written")
    assert isinstance(written, Workspace)
    return import_deny_list(
        folder, written, content, name=name, published=str(said["published"]), today=TODAY
    )


def lists(folder: Path) -> list[Path]:
    """The lists in a folder."""
    return sorted(folder.glob("deny-list-*"))


@pytest.mark.parametrize(
    "content",
    [
        f"{STRANGER}\n{PAYROLL}\n",
        f"\ufeff# a comment with 0x12\n\n{STRANGER}\r\n{PAYROLL}",
        f"{str(STRANGER).lower()}\n{str(PAYROLL).lower()}",
        f"address,name,chain\n{STRANGER},Somebody,ETH\n{PAYROLL};x;y\n",
        f'"Somebody","{STRANGER}"\n"{PAYROLL}" {HASH}\n',
        f"{STRANGER} {PAYROLL}",
        json.dumps([str(STRANGER), str(PAYROLL), str(PAYROLL)]),
        f"XBT 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa\n{STRANGER}\n{PAYROLL}",
    ],
)
def test_every_common_form_is_read(content: str) -> None:
    """Text, CSV and JSON; other chains' addresses and hashes are passed over."""
    assert addresses_in(content.encode()).addresses == BOTH


def test_lines_without_an_address_are_counted() -> None:
    """Nothing is left out in silence."""
    found = addresses_in(f"name,address\nbc1qar0\nx,{STRANGER}".encode())
    assert (found.addresses, found.lines_without) == ((STRANGER,), 2)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "names no address"),
        (b"# only a comment", "names no address"),
        (b"[]", "names no address"),
        (b"[1]", "JSON list of addresses"),
        (b'[{"address": "0x1"}]', "JSON list of addresses"),
        (b"[" * 100_000, "nested deeper"),
        (b"\xff\xfe0x", "no text"),
        (f"{STRANGER}\n{str(PAYROLL)[:-1]}".encode(), "line 2"),
        (f"{PAYROLL}0".encode(), "line 1"),
        (str(STRANGER).swapcase().replace("0X", "0x").encode(), "checksum"),
        (b"0x" + b"zz" * 20, "line 1"),
    ],
)
def test_broken_lists_are_refused_whole(content: bytes, problem: str) -> None:
    """An address that somebody cut off must not be passed over."""
    with pytest.raises(Malformed, match=problem):
        addresses_in(content)


def test_too_many_addresses_are_refused() -> None:
    """The process that signs reads them all."""
    many = b"".join(b"0x%040x\n" % number for number in range(1, MOST_ADDRESSES + 2))
    with pytest.raises(Malformed, match="more than 20,000"):
        addresses_in(many)


@given(st.sets(st.binary(min_size=20, max_size=20).map(Address), min_size=1, max_size=20))
def test_what_is_kept_reads_back(addresses: set[Address]) -> None:
    """In one order, whatever order it came in."""
    kept = kept_text(tuple(addresses))
    assert kept.decode().startswith(HEADER)
    assert addresses_in(kept).addresses == tuple(sorted(addresses))


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    """Never by any other failure."""
    with suppress(Malformed):
        assert addresses_in(content).addresses


def test_imported_list_is_read_by_name_and_day(folder: Path) -> None:
    """It lies beside treasury.toml, whose comments stay."""
    path = folder / WORKSPACE_NAME
    path.write_text("# kept by hand\n" + text_of_workspace(folder))
    done = take(folder, f"{STRANGER}\nno address".encode())
    assert done.words == "OFAC of 2026-11-01: 1 address; 1 line without an address of this kind."
    assert read_workspace(folder) == done.workspace
    assert path.read_text().startswith("# kept by hand\n")
    (found,) = read_deny_lists(folder, done.workspace.deny_lists).read
    assert (found.name, found.published) == ("OFAC", date(2026, 11, 1))
    assert found.addresses == {STRANGER}


def test_newer_list_takes_the_place_of_the_older(folder: Path) -> None:
    """Both are told: who came and who went; the older file is not kept."""
    take(folder, str(STRANGER).encode())
    take(folder, str(STRANGER).encode(), name="EU")
    done = take(folder, f"{PAYROLL} {an_address('x')}".encode(), published="2026-11-20")
    assert done.words == "OFAC of 2026-11-20: 2 addresses, 2 new and 1 gone."
    assert len(lists(folder)) == 2
    assert {each.name for each in done.workspace.deny_lists} == {"OFAC", "EU"}
    again = take(folder, f"{PAYROLL} {an_address('x')}".encode(), published="2026-11-20")
    assert again.workspace.deny_lists == done.workspace.deny_lists
    assert len(read_deny_lists(folder, again.workspace.deny_lists).read) == 2


@pytest.mark.parametrize(
    ("more", "content"),
    [
        ({"published": ""}, str(STRANGER)),
        ({"published": "2026-11-24"}, str(STRANGER)),
        ({"published": "yesterday"}, str(STRANGER)),
        ({"name": ""}, str(STRANGER)),
        ({"name": "a\u202eb"}, str(STRANGER)),
        ({}, "nobody"),
    ],
)
def test_refused_import_changes_nothing(folder: Path, more: dict[str, str], content: str) -> None:
    """Neither treasury.toml nor the folder."""
    before = text_of_workspace(folder)
    with pytest.raises(Malformed):
        take(folder, content.encode(), **more)  # type: ignore[arg-type]
    assert text_of_workspace(folder) == before
    assert not lists(folder)


def test_file_changed_by_hand_is_left_alone(folder: Path) -> None:
    """No list is left behind in the folder either."""
    stale = replace(read_workspace(folder), name="Earlier")
    with pytest.raises(Refused, match="changed meanwhile"):
        take(folder, str(STRANGER).encode(), written=stale)
    assert not lists(folder)


@pytest.mark.parametrize("harm", ["gone", "shorter", "a folder", "a pipe"])
def test_list_that_is_not_the_imported_one_is_unread(folder: Path, harm: str) -> None:
    """A name is missed by nobody: a sentence stands for the list."""
    files = take(folder, f"{STRANGER} {PAYROLL}".encode()).workspace.deny_lists
    (path,) = lists(folder)
    path.unlink()
    if harm == "shorter":
        path.write_bytes(kept_text((STRANGER,)))
    elif harm == "a folder":
        path.mkdir()
    elif harm == "a pipe":
        os.mkfifo(path)
    found = read_deny_lists(folder, files)
    assert not found.read
    (sentence,) = found.unread
    assert sentence.startswith("The deny-list OFAC is not known: ")


@pytest.mark.parametrize("file", ["../x.txt", "/etc/x.txt", ".x.txt", "a/b.txt", "x.toml", ""])
def test_file_outside_the_folder_is_no_list(folder: Path, file: str) -> None:
    """treasury.toml may come from somebody else."""
    take(folder, str(STRANGER).encode())
    path = folder / WORKSPACE_NAME
    (kept,) = lists(folder)
    path.write_text(path.read_text().replace(kept.name, file))
    with pytest.raises(Malformed, match=r"deny_lists\[0\].file"):
        read_workspace(folder)


def test_command_takes_a_list_in(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It says what changed; a second time nobody is new."""
    source = folder / "published.csv"
    source.write_text(f"name,address\nSomebody,{STRANGER}\n")
    wanted = ["deny-list", str(folder), "--import", str(source), "--name", "OFAC"]
    assert main([*wanted, "--published", "2026-01-31"]) == 0
    assert "OFAC of 2026-01-31: 1 address; 1 line" in capsys.readouterr().out
    assert main([*wanted, "--published", "2026-02-31"]) == 2
    assert "no calendar has the day" in capsys.readouterr().err
    (found,) = read_deny_lists(folder, read_workspace(folder).deny_lists).read
    assert found.addresses == {STRANGER}
