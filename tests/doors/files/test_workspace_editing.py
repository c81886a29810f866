"""Changing treasury.toml: exactly what was wanted, and everything else as it was."""

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from tests.doors.files.test_workspace_file import EXAMPLE, A, B, workspaces
from treasury_desktop.assets.address import Address
from treasury_desktop.errors import Malformed, Refused
from treasury_desktop.files.bundle_file import write_whole_file
from treasury_desktop.files.workspace_editing import CANNOT, change_workspace, changed_text
from treasury_desktop.files.workspace_file import WORKSPACE_NAME, read_workspace, workspace_in
from treasury_desktop.files.workspace_text import workspace_text
from treasury_desktop.treasury.workspace import Endpoint, KnownPayee, Workspace

SPOKEN = EXAMPLE.replace("[[safes]]", "# The council's own.\n[[safes]]").replace(
    'name = "Payroll"', 'name = "Payroll"  # until the vote of spring'
)
PAYEE = KnownPayee(address=Address(bytes((0xE5,)) * 20), name="Audit", note="")


@pytest.fixture(name="folder")
def folder_fixture(tmp_path: Path) -> Path:
    """A workspace folder with the example and its comments in it."""
    (tmp_path / WORKSPACE_NAME).write_text(SPOKEN, encoding="utf-8")
    return tmp_path


def after_change(folder: Path, **changes: object) -> str:
    """The text once these members are others; it says exactly that."""
    before = read_workspace(folder)
    wanted = replace(before, **changes)  # type: ignore[arg-type]  members of a workspace
    change_workspace(folder, before, wanted)
    assert read_workspace(folder) == wanted
    return (folder / WORKSPACE_NAME).read_text("utf-8")


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,  # half of all texts are no names
    ],
)
@given(before=workspaces, other=workspaces)
def test_any_change_says_what_was_wanted(
    tmp_path: Path, before: Workspace, other: Workspace
) -> None:
    """From one workspace to another, and to one that keeps some entries and changes them."""
    keys = {each.token.key for each in before.tokens}
    tokens = (
        *(replace(each, is_own=not each.is_own, feed=None) for each in before.tokens[1:]),
        *(each for each in other.tokens if each.token.key not in keys),
    )
    mixed = replace(other, tokens=tokens, safes=before.safes, strategies=before.strategies[:1])
    for after in (other, mixed, before):
        (tmp_path / WORKSPACE_NAME).write_text(workspace_text(before), encoding="utf-8")
        change_workspace(tmp_path, before, after)
        assert read_workspace(tmp_path) == after


def test_nothing_else_moves(folder: Path) -> None:
    """Other nodes: every other line stands as it stood."""
    nodes = (
        Endpoint(name="mine", url="http://127.0.0.1:9545"),
        Endpoint(name="second", url="https://node.example/key"),
    )
    text = after_change(folder, endpoints=nodes)
    gone = set(SPOKEN.splitlines()) - set(text.splitlines())
    assert [line.split(" = ")[0] for line in gone] == ["endpoints"]
    assert 'url = "https://node.example/key"' in text


def test_comments_stay_with_what_they_speak_of(folder: Path) -> None:
    """One who goes takes the comment above along; the one above the next entry stays."""
    spoken = (
        SPOKEN + '\n# Paid in spring.\n[[address_book]]\naddress = "' + B + '"\nname = "Rent"\n'
    )
    (folder / WORKSPACE_NAME).write_text(spoken, encoding="utf-8")
    book = read_workspace(folder).address_book
    text = after_change(folder, address_book=book[1:])
    assert "Payroll" not in text
    assert "# Paid in spring.\n[[address_book]]" in text
    assert "# The council's own.\n[[safes]]" in text
    text = after_change(folder, address_book=(*book[1:], PAYEE))
    assert text.index("Rent") < text.index("Audit")
    text = after_change(folder, address_book=())
    assert "Paid in spring" not in text
    assert "[[address_book]]" not in text
    assert after_change(folder, address_book=(PAYEE,)).count("[[address_book]]") == 1


def test_a_comment_behind_an_entry_outlives_it(folder: Path) -> None:
    """It may speak of what follows; only what stands directly above goes along."""
    spoken = SPOKEN.replace("[policy]", "# As voted.\n\n# In spring.\n[policy]")
    (folder / WORKSPACE_NAME).write_text(spoken, encoding="utf-8")
    text = after_change(folder, address_book=())
    assert "# As voted.\n\n# In spring.\n[policy]" in text
    assert "\n\n\n" not in text


@pytest.mark.parametrize("end", ["\u2028", "\u0085"], ids=["U+2028", "U+0085"])
def test_a_line_ends_only_where_toml_ends_it(folder: Path, end: str) -> None:
    """What Python takes for the end of a line is a character of a comment."""
    spoken = f"# One{end}[[address_book]]\n" + SPOKEN.replace(
        'note = "every quarter"', f'note = "every quarter" # two{end}# three'
    )
    (folder / WORKSPACE_NAME).write_bytes(spoken.encode())
    text = after_change(folder, address_book=())
    assert text.startswith(f"# One{end}[[address_book]]\nformat = ")
    assert "three" not in text


NODES = """endpoints = [ # ours
  # by the council
  { name = "a", url = "http://127.0.0.1:1" }, # at home
  { name = "b", url = "http://127.0.0.1:2" }, # abroad
  # none other
] # end
"""
A_NODE, B_NODE = (
    Endpoint(name=name, url=f"http://127.0.0.1:{n}") for name, n in (("a", 1), ("b", 2))
)
C_NODE = Endpoint(name="c", url="http://127.0.0.1:3")


@pytest.mark.parametrize(
    ("after", "gone", "new"),
    [
        ((A_NODE, B_NODE, C_NODE), [], ['  {name = "c", url = "http://127.0.0.1:3"}']),
        ((B_NODE,), [2], []),
        ((A_NODE,), [3], []),
        ((), [2, 3], []),
        ((C_NODE,), [2, 3], ['  {name = "c", url = "http://127.0.0.1:3"}']),
        (
            (replace(A_NODE, url="http://127.0.0.1:9"), B_NODE),
            [2],
            ['  { name = "a", url = "http://127.0.0.1:9" }, # at home'],
        ),
    ],
    ids=["one more", "first gone", "second gone", "all gone", "another", "address"],
)
def test_comments_between_nodes_stay(
    folder: Path, after: tuple[Endpoint, ...], gone: list[int], new: list[str]
) -> None:
    """A node that goes takes along what stands on its line, and no other line is another."""
    path = folder / WORKSPACE_NAME
    (line,) = (line for line in SPOKEN.splitlines() if line.startswith("endpoints"))
    path.write_text(SPOKEN.replace(f"{line}\n", NODES), encoding="utf-8")
    was = NODES.splitlines()
    text = after_change(folder, endpoints=after).splitlines()
    begin = text.index("endpoints = [ # ours")
    is_now = text[begin : text.index("] # end") + 1]
    assert [one for one in was if one.rstrip(",") not in {now.rstrip(",") for now in is_now}] == [
        was[at] for at in gone
    ]
    assert [one for one in is_now if one not in was] == new


@pytest.mark.parametrize(
    "written",
    [
        '# first\n[[chain.endpoints]] # one\nname = "a"\nurl = "http://127.0.0.1:1"\n\n',
        NODES,
    ],
    ids=["tables", "another order"],
)
def test_a_change_that_would_lose_a_comment_is_refused(folder: Path, written: str) -> None:
    """Nothing is written; a person who can read it does it."""
    (line,) = (line for line in SPOKEN.splitlines() if line.startswith("endpoints"))
    spoken = SPOKEN.replace(f"{line}\n", written)
    (folder / WORKSPACE_NAME).write_text(spoken, encoding="utf-8")
    before = read_workspace(folder)
    with pytest.raises(Refused, match="by hand"):
        change_workspace(folder, before, replace(before, endpoints=(C_NODE, *before.endpoints)))
    assert (folder / WORKSPACE_NAME).read_text("utf-8") == spoken


def test_lines_end_as_they_did(folder: Path) -> None:
    """A file of another system stays one."""
    (folder / WORKSPACE_NAME).write_bytes(SPOKEN.replace("\n", "\r\n").encode())
    after_change(folder, endpoints=(Endpoint(name="mine", url="http://127.0.0.1:9545"),))
    content = (folder / WORKSPACE_NAME).read_bytes()
    assert content.count(b"\r\n") == content.count(b"\n") > 0


def test_lines_of_two_kinds_stay_of_two_kinds(folder: Path) -> None:
    """A file that two systems wrote: only the line that differs is another."""
    mixed = SPOKEN.replace("\n", "\r\n", 3).encode()
    (folder / WORKSPACE_NAME).write_bytes(mixed)
    after_change(folder, name="Another DAO")
    content = (folder / WORKSPACE_NAME).read_bytes()
    assert content.split(b"\n")[2:] == mixed.split(b"\n")[2:]


def test_a_link_stays_a_link(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """What it points at is changed, as it was what was read."""
    kept = tmp_path_factory.mktemp("elsewhere") / "kept.toml"
    (folder / WORKSPACE_NAME).rename(kept)
    (folder / WORKSPACE_NAME).symlink_to(kept)
    text = after_change(folder, name="Another DAO")
    assert (folder / WORKSPACE_NAME).is_symlink()
    assert kept.read_text("utf-8") == text


def test_a_byte_order_mark_stays(folder: Path) -> None:
    """Editors of Windows write one and look for it; lines are counted as without it."""
    (folder / WORKSPACE_NAME).write_bytes(b"\xef\xbb\xbf" + SPOKEN.encode())
    after_change(folder, endpoints=(A_NODE,))
    content = (folder / WORKSPACE_NAME).read_bytes()
    assert content.startswith(b"\xef\xbb\xbfformat = ")
    assert content.count(b"\xef\xbb\xbf") == 1
    broken = SPOKEN.replace("workspace@1", "workspace@9")
    (folder / WORKSPACE_NAME).write_bytes(b"\xef\xbb\xbf" + broken.encode())
    with pytest.raises(Malformed, match="line 1, format"):
        read_workspace(folder)


@pytest.mark.skipif(os.name != "posix", reason="modes are of POSIX systems")
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o444])
def test_who_may_read_it_stays(folder: Path, mode: int) -> None:
    """A colleague's group reads it after a change as before."""
    (folder / WORKSPACE_NAME).chmod(mode)
    after_change(folder, name="Another DAO")
    assert stat.S_IMODE((folder / WORKSPACE_NAME).stat().st_mode) == mode


@pytest.mark.skipif(os.name != "posix", reason="groups are of POSIX systems")
def test_another_group_is_allowed_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where its group cannot be kept, what that was allowed goes."""
    path = folder / WORKSPACE_NAME
    path.chmod(0o664)
    asked: list[tuple[int, int]] = []

    def refused(_path: Path, owner: int, group: int) -> None:
        asked.append((owner, group))
        raise PermissionError(1, "Operation not permitted")

    stat_of = Path.stat

    def of_others(self: Path, **how: bool) -> os.stat_result:
        found = stat_of(self, **how)
        return os.stat_result([*found[:5], 54_321, *found[6:10]]) if self == path else found

    monkeypatch.setattr("os.chown", refused)
    monkeypatch.setattr(Path, "stat", of_others)
    write_whole_file(path, SPOKEN.encode(), keeps_permissions=True)
    monkeypatch.undo()
    assert asked[0] == (-1, 54_321)
    assert stat.S_IMODE(path.stat().st_mode) == 0o604


def test_an_entry_that_stays_changes_only_what_differs(folder: Path) -> None:
    """Its own comment stays; what is usual again is left out."""
    (payee,) = read_workspace(folder).address_book
    text = after_change(folder, address_book=(replace(payee, note="each month"),))
    assert 'name = "Payroll"  # until the vote of spring\nnote = "each month"' in text
    text = after_change(folder, address_book=(replace(payee, note=""),))
    assert "each month" not in text


def test_terms_change_where_there_were_none(folder: Path) -> None:
    """The table is added."""
    text = SPOKEN[: SPOKEN.index("[policy]")]
    (folder / WORKSPACE_NAME).write_text(text, encoding="utf-8")
    terms = replace(read_workspace(folder).terms, limit_bps=800)
    assert "limit_bps = 800" in after_change(folder, terms=terms)


def test_a_file_that_changed_meanwhile_is_left_alone(folder: Path) -> None:
    """By hand or by another desk."""
    before = read_workspace(folder)
    by_hand = SPOKEN.replace("limit_bps = 900", "limit_bps = 800")
    (folder / WORKSPACE_NAME).write_text(by_hand, encoding="utf-8")
    with pytest.raises(Refused, match="changed meanwhile"):
        change_workspace(folder, before, replace(before, endpoints=()))
    assert (folder / WORKSPACE_NAME).read_text("utf-8") == by_hand


def test_what_is_no_workspace_is_not_written(folder: Path) -> None:
    """The field is named, and the file stays."""
    before = read_workspace(folder)
    bad = (Endpoint(name="mine", url="ftp://node.example"),)
    with pytest.raises(Malformed, match="http"):
        change_workspace(folder, before, replace(before, endpoints=bad))
    assert (folder / WORKSPACE_NAME).read_text("utf-8") == SPOKEN


@pytest.mark.parametrize(
    "text",
    [
        SPOKEN.replace(
            f'[[address_book]]\naddress = "{Address(bytes((0xD4,)) * 20)}"\n'
            'name = "Payroll"  # until the vote of spring\nnote = "every quarter"\n',
            "",
        ).replace(
            "[chain]",
            f'address_book = [{{ address = "{A}", name = "Payroll" }}]\n[chain]',
        ),
    ],
    ids=["list on one line"],
)
def test_what_cannot_be_changed_alone_is_left_alone(folder: Path, text: str) -> None:
    """Where more would have to be written anew, a person does it."""
    (folder / WORKSPACE_NAME).write_text(text, encoding="utf-8")
    before = read_workspace(folder)
    with pytest.raises(Refused, match="by hand"):
        change_workspace(
            folder, before, replace(before, address_book=(*before.address_book, PAYEE))
        )
    with pytest.raises(Refused, match="by hand"):
        change_workspace(folder, before, replace(before, address_book=()))
    assert (folder / WORKSPACE_NAME).read_text("utf-8") == text
    assert "by hand" in CANNOT


def test_unchanged_is_unchanged() -> None:
    """To the byte."""
    workspace = workspace_in(SPOKEN)
    assert changed_text(SPOKEN, workspace, workspace) == SPOKEN
