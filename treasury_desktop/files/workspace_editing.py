"""Changes in treasury.toml that leave everything else as its keepers wrote it, comments too.

The new text is read back before it is written: it has to say exactly what was wanted. A file that
somebody changed meanwhile is left alone.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from treasury_desktop.assets.address import Address
from treasury_desktop.errors import Malformed, Refused
from treasury_desktop.files.bundle_file import write_whole_file
from treasury_desktop.files.toml_lines import comments_of, line_of
from treasury_desktop.files.workspace_file import (
    BYTE_ORDER_MARK,
    WORKSPACE_NAME,
    text_of_workspace,
    workspace_in,
)
from treasury_desktop.files.workspace_text import (
    Members,
    Value,
    chain_of,
    head_of,
    lists_of,
    policy_of,
    workspace_text,
)
from treasury_desktop.treasury.workspace import Endpoint, Workspace

if TYPE_CHECKING:
    from tomlkit.container import Container
    from tomlkit.items import Array, InlineTable, Table

CANNOT = (
    f"{WORKSPACE_NAME} is written in a way that this program cannot change without changing more; "
    "nothing was written. Change it by hand."
)
KEYS = {"strategies": "name", "deny_lists": "name"}
"""By what an entry of a list is the same one; by its address otherwise."""


def change_workspace(folder: Path, before: Workspace, after: Workspace) -> None:
    """Writes what differs between two workspaces into the folder's treasury.toml.

    Refused: the file no longer says what `before` does, or cannot be changed. Malformed: `after`
    is no workspace.
    """
    workspace_in(workspace_text(after))
    text = text_of_workspace(folder)
    if workspace_in(text) != before:
        raise Refused(
            f"{WORKSPACE_NAME} was changed meanwhile; nothing was written. Open the treasury again "
            "to see what it says now."
        )
    mark = BYTE_ORDER_MARK if text.startswith(BYTE_ORDER_MARK) else ""
    changed = mark + changed_text(text.removeprefix(mark), before, after)
    if 0 < text.count("\r\n") == text.count("\n"):
        changed = changed.replace("\r\n", "\n").replace("\n", "\r\n")
    if not _says(changed, after):
        raise Refused(CANNOT)
    # Where it is a link, what it points at is changed: that is what was read.
    path = (folder / WORKSPACE_NAME).resolve()
    write_whole_file(path, changed.encode(), keeps_permissions=True)


def _says(text: str, workspace: Workspace) -> bool:
    try:
        return workspace_in(text) == workspace
    except Malformed:
        return False


def changed_text(text: str, before: Workspace, after: Workspace) -> str:
    """The text with what differs changed in it, and nothing else.

    Refused where it is written in a way that cannot be changed so, such as lists on one line.
    """
    import tomlkit  # noqa: PLC0415  to write only
    from tomlkit.exceptions import TOMLKitError  # noqa: PLC0415  as above

    stay, wanted = lists_of(before), lists_of(after)
    try:
        for name, entries in stay.items():
            text, stay[name] = _without_gone(text, name, entries, wanted[name])
        document: Any = tomlkit.parse(text)
        _change_members(document, head_of(before), head_of(after))
        _change_members(document["chain"], chain_of(before), chain_of(after))
        gone = _change_endpoints(document["chain"], before.endpoints, after.endpoints)
        for name, entries in stay.items():
            if entries != wanted[name]:
                _change_list(document, name, entries, wanted[name])
        if policy_of(before) != policy_of(after):
            if "policy" not in document:
                document["policy"] = tomlkit.table()
            _change_members(document["policy"], policy_of(before), policy_of(after))
        return _with_comments(text, tomlkit.dumps(document), may_lose=gone)
    except (TOMLKitError, ValueError, TypeError, AttributeError):
        raise Refused(CANNOT) from None


def _without_gone(
    text: str, name: str, entries: list[Members], wanted: list[Members]
) -> tuple[str, list[Members]]:
    """The text without the entries that nobody wants any more, each with the comment above it.

    Every other comment stays: a library would give those behind an entry to it, and lose them.
    """
    key = KEYS.get(name, "address")
    names = {members[key] for members in wanted}
    for at in reversed(range(len(entries))):
        if entries[at][key] not in names:
            text = _without_entry(text, f"{name}[{at}]")
    return text, [members for members in entries if members[key] in names]


def _without_entry(text: str, entry: str) -> str:
    lines = [f"{line}\n" for line in text.split("\n")]
    lines[-1] = lines[-1].removesuffix("\n")
    header = line_of(text, f"{entry}.")
    if header is None:
        raise ValueError(f"{entry} stands on no line of its own")
    begin, following = header - 1, range(header, len(lines))
    while begin and _is_comment(lines[begin - 1]):
        begin -= 1
    end = next((at for at in following if lines[at].lstrip().startswith("[")), len(lines))
    while _is_comment(lines[end - 1]) or not lines[end - 1].strip():
        end -= 1
    if begin and not lines[begin - 1].strip() and not "".join(lines[end : end + 1]).strip():
        end += 1  # of the empty lines around it one is enough
    return "".join(lines[:begin] + lines[end:])


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith("#")


def _change_members(table: "Container | Table", before: Members, after: Members) -> None:
    for name in before.keys() | after.keys():
        value = after.get(name)
        if before.get(name) == value:
            continue
        if value is None:
            table.pop(name, None)
        else:
            table[name] = _plain(value)


def _change_list(document: Any, name: str, stay: list[Members], wanted: list[Members]) -> None:
    """Entries that stay keep their place, their words and comments; new ones come last."""
    import tomlkit  # noqa: PLC0415  to write only

    if wanted and name not in document:
        document[name] = tomlkit.aot()
    tables = document.get(name, ())
    for at, (table, members) in enumerate(zip(tables, stay, strict=True)):
        _change_members(table, members, wanted[at])
    for members in wanted[len(stay) :]:
        tables.append(_new_table(members))


def _new_table(members: Members) -> "Table":
    import tomlkit  # noqa: PLC0415  to write only

    table = tomlkit.table()
    for name, value in members.items():
        if value is not None:
            table[name] = _plain(value)
    table.add(tomlkit.nl())
    return table


def _change_endpoints(
    chain: "Container | Table", before: tuple[Endpoint, ...], after: tuple[Endpoint, ...]
) -> int:
    """The nodes one by one, so that comments between them stay; how many of them are gone."""
    from tomlkit.items import Array  # noqa: PLC0415  to write only

    if before == after:
        return 0
    listed: Any = chain.get("endpoints")
    stay = _staying(before, after)
    if not before or stay is None or not isinstance(listed, Array):
        chain["endpoints"] = _endpoints(after)
        return 0
    for at in sorted(set(range(len(before))) - stay.keys(), reverse=True):
        del listed[at]
    for line, (at, each) in zip(listed, stay.items(), strict=True):
        _change_members(line, _members(before[at]), _members(each))
    for each in after[len(stay) :]:
        listed.append(_endpoint(each))
    return len(before) - len(stay)


def _staying(
    before: tuple[Endpoint, ...], after: tuple[Endpoint, ...]
) -> dict[int, Endpoint] | None:
    """What the nodes that stay are now, by their old places; `None` if their order is another.

    One that has another name or another address in the same place is the same one.
    """
    in_place = dict(enumerate(after[: len(before)]))
    if all(
        before[at].name == each.name or before[at].url == each.url for at, each in in_place.items()
    ):
        return in_place
    stay = {at: each for at, each in enumerate(before) if each in after}
    return stay if after[: len(stay)] == tuple(stay.values()) else None


def _with_comments(text: str, changed: str, *, may_lose: int) -> str:
    """The changed text; every comment is in its place, but for those on the lines of so many."""
    before, after = comments_of(text), comments_of(changed)
    left = iter(before)
    if not all(each in left for each in after) or len(before) - len(after) > may_lose:
        raise ValueError("a comment would be lost or moved")
    return changed


def _endpoints(endpoints: tuple[Endpoint, ...]) -> "Array":
    import tomlkit  # noqa: PLC0415  to write only

    written = tomlkit.array()
    for each in endpoints:
        written.append(_endpoint(each))
    return written.multiline(multiline=bool(endpoints))


def _endpoint(endpoint: Endpoint) -> "InlineTable":
    import tomlkit  # noqa: PLC0415  to write only

    line = tomlkit.inline_table()
    line.update(_members(endpoint))
    return line


def _members(endpoint: Endpoint) -> Members:
    return {"name": endpoint.name, "url": endpoint.url}


def _plain(value: Value) -> Any:
    """As TOML has it: an address is its text."""
    if isinstance(value, tuple):
        return [str(each) for each in value]
    return str(value) if isinstance(value, Address) else value
