"""Handing transactions over and taking several things in: the doors to files, joined to the desk.

Writers and readers of other formats are loaded with the first thing they write or read.
"""

import itertools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from treasury_desktop.application.incoming import text_shown
from treasury_desktop.assets.address import Address
from treasury_desktop.assets.untrusted_text import NAME_LIMIT, plain
from treasury_desktop.desk.doors import IsCancelled, OnProgress
from treasury_desktop.desk.export_bundle import export_bundle, export_without_evidence
from treasury_desktop.desk.import_several import import_each
from treasury_desktop.desk.import_signatures import ImportedSignatures
from treasury_desktop.desk.import_transaction import Imported
from treasury_desktop.desk.review_transaction import bundle_of
from treasury_desktop.errors import Cancelled, Malformed, Refused, TreasuryError
from treasury_desktop.files.bundle_file import read_bundle_file, write_whole_file
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.viewmodels.handing_over import Form
from treasury_desktop.windows.actions_of_exchange import Arrival, Modules, Written

if TYPE_CHECKING:
    from treasury_desktop.files.air_gapped.uniform_resource import UniformResource

MOST_AT_ONCE = 512
"""Things taken in at once: as many as a resource shown as QR codes may have parts."""
MOST_LINES = 1024
"""Links, or parts of one resource, in one text."""
MOST_BYTES_AT_ONCE = 64 * 1024 * 1024
LONGEST_BASE = 200
_LINES = (b"ur:", b"http:", b"https:")
"""How a line begins that is a thing of its own."""


class Exchange:
    """Keeps the Protocol `windows.actions_of_exchange.ExchangeActions` for one desk."""

    def __init__(
        self,
        *,
        transaction: Callable[[bytes], QueuedTransaction | None],
        local_facts: Callable[[], LocalFacts],
        import_one: Callable[[bytes], Imported | ImportedSignatures],
    ) -> None:
        self._transaction = transaction
        self._local_facts = local_facts
        self._import_one = import_one

    # ── out ──────────────────────────────────────────────────────────────────────────────────────

    def write(
        self, safe_tx_hash: bytes, form: Form, *, owner: Address | None = None, base: str = ""
    ) -> Written:
        """A queued transaction in one form; nothing is kept or sent."""
        queued = self._transaction(safe_tx_hash)
        if queued is None:
            raise Refused("This transaction is not in the queue.")
        if form is Form.BUNDLE:
            return _carried(export_bundle(queued, self._local_facts()))
        if form is Form.SHORT:
            return _carried(export_without_evidence(queued, self._local_facts()))
        if form is Form.REQUEST:
            return _shown(_request(queued, owner))
        if form is Form.SIGNATURE:
            return _shown(_signature(queued, owner))
        return _as_link(queued, form, _checked_base(base))

    def next_codes(self, written: Written, count: int) -> tuple[Modules, ...]:
        """The next codes of the series; none where there is none."""
        return tuple(itertools.islice(written.codes, count))

    def save_text(self, written: Written, path: Path) -> None:
        """Write the text as a file."""
        write_whole_file(path, written.text.encode())

    def save_codes(self, written: Written, path: Path) -> tuple[Path, ...]:
        """Write the codes as pictures beside each other, numbered where there are several."""
        from treasury_desktop.windows.code_picture import png_of_code  # noqa: PLC0415  Qt's pictures

        if written.series is None:
            raise Refused(written.why_no_code or "There is no QR code of it.")
        # From the first one on: the plain parts alone, each once, make it whole.
        codes = tuple(itertools.islice(written.series(), written.parts))
        width = len(str(len(codes)))
        paths = [
            path.with_name(f"{path.stem}-{number:0{width}}-of-{len(codes)}{path.suffix}")
            for number in range(1, len(codes) + 1)
        ]
        paths = [path] if len(codes) == 1 else paths
        for each, code in zip(paths, codes, strict=True):
            write_whole_file(each, png_of_code(code))
        return tuple(paths)

    # ── in ───────────────────────────────────────────────────────────────────────────────────────

    def import_several(
        self, things: Sequence[Path | bytes], on_progress: OnProgress, is_cancelled: IsCancelled
    ) -> tuple[Arrival, ...]:
        """Import each by itself, parts of one thing together; what came before a cancel stays."""
        if len(things) > MOST_AT_ONCE:
            raise Refused(f"{len(things):,} are too many; import {MOST_AT_ONCE} at a time.")
        read, refused = _read_all(things, on_progress, is_cancelled)
        joined = _joined(read)
        done = itertools.count(1)

        def import_next(thing: tuple[str, bytes]) -> Imported | ImportedSignatures:
            if is_cancelled():
                raise Cancelled("Cancelled; what was imported before stays.")
            on_progress(next(done), len(joined), f"Importing {thing[0]}")
            return self._import_one(thing[1])

        return (
            *(Arrival(o.item[0], o.imported, o.refusal) for o in import_each(joined, import_next)),
            *refused,
        )


# ── writing ──────────────────────────────────────────────────────────────────────────────────────


def _carried(content: bytes) -> Written:
    """A bundle: its own text, and the codes that carry it."""
    from treasury_desktop.files.air_gapped.carried_bytes import (  # noqa: PLC0415  to write only
        write_carried_bytes,
    )

    return _with_codes(content.decode(), write_carried_bytes(content))


def _shown(resource: "UniformResource") -> Written:
    """What is read as a `ur:` text."""
    from treasury_desktop.files.air_gapped.resource_writing import (  # noqa: PLC0415  to write only
        write_uniform_resource,
    )

    return _with_codes(write_uniform_resource(resource), resource)


def _with_codes(text: str, resource: "UniformResource") -> Written:
    from treasury_desktop.files.air_gapped.qr_writing import (  # noqa: PLC0415  to write only
        picture_series,
    )
    from treasury_desktop.files.air_gapped.resource_writing import (  # noqa: PLC0415  as above
        fragment_count,
    )

    try:
        parts = fragment_count(resource)
    except Refused as failure:
        return Written(text=text, parts=0, why_no_code=failure.sentence)
    return Written(text=text, parts=parts, series=lambda: picture_series(resource))


def _as_link(queued: QueuedTransaction, form: Form, base: str) -> Written:
    from treasury_desktop.files.air_gapped.qr_writing import still_picture  # noqa: PLC0415  to write only
    from treasury_desktop.files.foreign_programs.link_writing import (  # noqa: PLC0415  as above
        write_eternal_safe_link,
        write_localsafe_link,
    )

    write = write_eternal_safe_link if form is Form.ETERNAL_SAFE else write_localsafe_link
    link = write(bundle_of(queued), base=base)
    code = still_picture(link)
    if code is None:
        why = f"The link has {len(link):,} characters, more than one QR code holds."
        return Written(text=link, parts=0, why_no_code=why)
    return Written(text=link, parts=1, series=lambda: itertools.repeat(code))


def _request(queued: QueuedTransaction, owner: Address | None) -> "UniformResource":
    from treasury_desktop.files.air_gapped.request_writing import (  # noqa: PLC0415  to write only
        write_signing_request,
    )

    if owner is None:
        raise Refused("Name the owner who is asked to sign.")
    return write_signing_request(bundle_of(queued), owner)


def _signature(queued: QueuedTransaction, owner: Address | None) -> "UniformResource":
    from treasury_desktop.files.air_gapped.signature_resource import (  # noqa: PLC0415  to write only
        write_signature_resource,
    )

    found = next((c for c in queued.confirmations if c.owner == owner), None)
    if found is None:
        raise Refused("This owner has not signed here.")
    return write_signature_resource(found)


def _checked_base(base: str) -> str:
    """The address a link begins with; where it leads is for those who open it to say."""
    text = base.strip().rstrip("/")
    try:
        parts = urlsplit(text)
    except ValueError:
        raise Malformed("address", "is none") from None
    is_plain = parts.scheme in {"https", "http"} and not {"?", "#"} & set(text)
    if not is_plain or not parts.hostname or parts.username is not None:
        raise Malformed("address", "must be one such as https://safe.example, without ? and #")
    if len(text) > LONGEST_BASE or not text.isascii() or not text.isprintable() or " " in text:
        raise Malformed("address", f"must be at most {LONGEST_BASE} plain characters")
    return text


# ── reading ──────────────────────────────────────────────────────────────────────────────────────


def _read_all(
    things: Sequence[Path | bytes], on_progress: OnProgress, is_cancelled: IsCancelled
) -> tuple[list[tuple[str, bytes]], list[Arrival]]:
    """What each says, by its name, out of pictures and line by line; and what cannot be read."""
    read: list[tuple[str, bytes]] = []
    refused: list[Arrival] = []
    size = 0
    for number, thing in enumerate(things, 1):
        if is_cancelled():
            raise Cancelled("Cancelled; nothing was imported.")
        name = _shown_name(thing, number)
        on_progress(number, len(things), f"Reading {name}")
        try:
            content = read_bundle_file(thing) if isinstance(thing, Path) else thing
            size += len(content)
            if size > MOST_BYTES_AT_ONCE:
                raise Refused("Together they are larger than 64 MiB; import fewer at a time.")
            read += [(name, line) for line in _lines_of(text_shown(content))]
        except TreasuryError as failure:
            refused.append(Arrival(name, None, failure.sentence))
    return read, refused


def _shown_name(thing: Path | bytes, number: int) -> str:
    """A file's name as text nobody vouches for; what was pasted has none."""
    return plain(thing.name, limit=NAME_LIMIT) if isinstance(thing, Path) else f"pasted {number}"


def _lines_of(content: bytes) -> list[bytes]:
    """Links and URs one below the other are several things; everything else is one."""
    if not content.lstrip()[:6].lower().startswith(_LINES):
        return [content]
    lines = content.split(maxsplit=MOST_LINES)
    if len(lines) > MOST_LINES:
        raise Refused(f"It has more than {MOST_LINES:,} lines; import fewer at a time.")
    return lines


def _joined(read: list[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """Parts of one resource as one thing, named by its first part."""
    from treasury_desktop.files.air_gapped.carried_bytes import joined_parts  # noqa: PLC0415  with the first import

    return [
        (_name_of([read[place][0] for place in joined.places]), joined.content)
        for joined in joined_parts([content for _, content in read])
    ]


def _name_of(names: Sequence[str]) -> str:
    different = list(dict.fromkeys(names))
    others = len(different) - 1
    return different[0] if not others else f"{different[0]} and {others} more"
