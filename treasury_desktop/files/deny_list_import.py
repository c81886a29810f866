"""Taking a published deny-list into a workspace: the file beside treasury.toml, and its entry."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from treasury_desktop.assets.keccak import keccak
from treasury_desktop.assets.untrusted_text import NAME_LIMIT, plain
from treasury_desktop.errors import Malformed
from treasury_desktop.files.bundle_file import write_whole_file
from treasury_desktop.files.deny_list_file import addresses_in, kept_text, read_deny_lists
from treasury_desktop.files.workspace_editing import change_workspace
from treasury_desktop.treasury.deny_list import DenyListFile
from treasury_desktop.treasury.period import parse_day
from treasury_desktop.treasury.workspace import Workspace

_DIGITS_IN_NAME = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedDenyList:
    """The workspace as it is written now, and what the import changed in words."""

    workspace: Workspace
    words: str


def import_deny_list(
    folder: Path, written: Workspace, content: bytes, *, name: str, published: str, today: date
) -> ImportedDenyList:
    """Takes a list in, in place of one of the same name, or nothing at all.

    Malformed: the name, the day or a line of the list. Refused: treasury.toml was changed.
    """
    day = _day_of(published, today)
    found = addresses_in(content)
    text = kept_text(found.addresses)
    tag = keccak(name.encode() + b"\n" + text).hex()[:_DIGITS_IN_NAME]
    entry = DenyListFile(
        name=name, file=f"deny-list-{tag}.txt", published=day, content_hash=keccak(text)
    )
    before = next((each for each in written.deny_lists if each.name == name), None)
    kept = read_deny_lists(folder, (before,)).read if before is not None else ()
    others = tuple(each for each in written.deny_lists if each.name != name)
    after = replace(written, deny_lists=(*others, entry))
    _write(folder, written, after, entry, text)
    if before is not None and before.file != entry.file:
        with suppress(OSError):
            (folder / before.file).unlink()
    words = f"{plain(name, limit=NAME_LIMIT)} of {day}: {_count(len(found.addresses), 'address')}"
    for earlier in kept:
        now = frozenset(found.addresses)
        new, gone = now - earlier.addresses, earlier.addresses - now
        words += f", {len(new):,} new and {len(gone):,} gone"
    if found.lines_without:
        words += f"; {_count(found.lines_without, 'line')} without an address of this kind"
    return ImportedDenyList(workspace=after, words=f"{words}.")


def _write(
    folder: Path, written: Workspace, after: Workspace, entry: DenyListFile, text: bytes
) -> None:
    """The list first: an entry without its file would forbid every signature."""
    path = folder / entry.file
    is_new = entry not in written.deny_lists
    write_whole_file(path, text)
    if not is_new:
        return
    try:
        change_workspace(folder, written, after)
    except BaseException:
        if all(each.file != entry.file for each in written.deny_lists):
            with suppress(OSError):
                path.unlink()
        raise


def _day_of(published: str, today: date) -> date:
    day = parse_day(published, "published")
    if day is None:
        raise Malformed("published", "write the day the list was published, as YYYY-MM-DD")
    if day > today:
        raise Malformed("published", f"{day} has not come yet")
    return day


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 'es' if what.endswith('s') else 's'}"
