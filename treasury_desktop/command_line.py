"""The headless face: which command was meant, and a sentence instead of a stack trace."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn

from treasury_desktop import __version__
from treasury_desktop.errors import Malformed, TreasuryError, Unavailable

MESSAGE_MARK = b"treasury-desktop/message@1"
OK, DANGEROUS, UNREADABLE = 0, 1, 2
INTERRUPTED = 130
SENTENCE_LIMIT = 400


def main(arguments: Sequence[str]) -> int:
    """Run one command; the exit status."""
    wants_json = arguments[:1] == ["review"] and "--json" in arguments
    try:
        parsed = _parser().parse_args(arguments)
        command: Callable[[argparse.Namespace], int] = parsed.command
        return command(parsed)
    except _NoOutputError as failure:
        _complain(failure)
    except TreasuryError as failure:
        if wants_json:
            return _reject(failure, "")
        _complain(failure)
    except KeyboardInterrupt:
        return INTERRUPTED
    return UNREADABLE


class _NoOutputError(Unavailable):
    """Standard output is closed or full: there is nowhere to say anything but standard error."""


class _Parser(argparse.ArgumentParser):
    """Refuses in one sentence what it does not understand, instead of printing its usage."""

    def __init__(self, **named: Any) -> None:
        # Asking how wide the terminal is would load three compressors, at every start.
        super().__init__(formatter_class=partial(argparse.HelpFormatter, width=78), **named)

    def error(self, message: str) -> NoReturn:
        """Somebody wrote a command that does not exist."""
        raise Malformed("", f"{message} (see treasury-desktop --help)")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="treasury-desktop",
        description="The desk at which a DAO treasury's keys are used.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    demo = commands.add_parser("demo", help="open the demonstration treasury")
    demo.add_argument("--tour", type=Path, metavar="DIR", help="drive the whole job, no display")
    demo.add_argument("--data", type=Path, metavar="DIR", help="keep the demonstration there")
    demo.add_argument("--reset", action="store_true", help="start over from the built chain")
    demo.add_argument("--second", action="store_true", help="the second signer's desk")
    demo.set_defaults(command=_demo)

    opening = commands.add_parser("open", help="open a treasury, or begin one")
    opening.add_argument("folder", type=Path, nargs="?", help="its folder; usually your own data")
    opening.set_defaults(command=_open)

    _add_review(commands.add_parser("review", help="examine a transaction", allow_abbrev=False))
    _add_export(commands.add_parser("export", help="write movements out", allow_abbrev=False))
    _add_deny_list(commands.add_parser("deny-list", help="import one", allow_abbrev=False))
    return parser


def _add_deny_list(deny: argparse.ArgumentParser) -> None:
    deny.add_argument("folder", type=Path, metavar="FOLDER", help="the workspace's folder")
    deny.add_argument("--import", dest="file", required=True, metavar="FILE",
                      help="a text, CSV or JSON list of addresses, or - (stdin)")  # fmt: skip
    deny.add_argument("--name", required=True, help="what to call it; one of that name gives way")
    deny.add_argument("--published", required=True, metavar="YYYY-MM-DD",
                      help="the day that its publisher puts on it")  # fmt: skip
    deny.set_defaults(command=_deny_list)


def _add_export(export: argparse.ArgumentParser) -> None:
    export.add_argument("folder", type=Path, metavar="FOLDER", help="the workspace's folder")
    export.add_argument(
        "--form",
        required=True,
        choices=("csv", "accounting", "journal"),
        help="the page's table, Safe's columns and more, or double entry (hledger, Ledger)",
    )
    export.add_argument("--from", dest="first", default="", metavar="YYYY-MM-DD",
                        help="the first day, included, in UTC")  # fmt: skip
    export.add_argument("--to", dest="last", default="", metavar="YYYY-MM-DD",
                        help="the last day, included, in UTC")  # fmt: skip
    export.add_argument("--out", type=Path, metavar="FILE", help="instead of standard output")
    export.set_defaults(command=_export)


def _add_review(review: argparse.ArgumentParser) -> None:
    review.add_argument(
        "file", metavar="FILE|LINK|-", help="a bundle, another program's file or link, or - (stdin)"
    )
    review.add_argument("--workspace", type=Path, metavar="DIR", help="review by our own facts")
    review.add_argument("--safe", default="", metavar="0x…", help="the Safe it is meant for")
    review.add_argument("--safe-version", default="", metavar="V", help="what its VERSION() says")
    review.add_argument(
        "--nonce", default="", metavar="N", help="the nonce to sign: the transaction's own"
    )
    review.add_argument("--offline", action="store_true", help="contact nobody (always so)")
    review.add_argument("--json", action="store_true", help="the report as canonical JSON")
    review.set_defaults(command=_review)


def _demo(parsed: argparse.Namespace) -> int:
    if parsed.tour is not None:
        from treasury_desktop.tour import run_tour  # noqa: PLC0415  Qt only for this command

        return run_tour(parsed.tour)
    from treasury_desktop.application.demonstration import (  # noqa: PLC0415  Qt only here
        open_demonstration,
    )

    return open_demonstration(parsed.data, starts_over=parsed.reset, as_second_signer=parsed.second)


def _open(parsed: argparse.Namespace) -> int:
    from treasury_desktop.application.window import open_workspace  # noqa: PLC0415  Qt only here

    return open_workspace(parsed.folder or _usual_folder())


def _usual_folder() -> Path:
    from platformdirs import user_data_path  # noqa: PLC0415  only where no folder was named

    return user_data_path("treasury-desktop", appauthor=False) / "treasury"


def _review(parsed: argparse.Namespace) -> int:
    from treasury_desktop.application.headless_review import (  # noqa: PLC0415  not for a window
        review_bytes,
    )
    from treasury_desktop.application.incoming import Asked  # noqa: PLC0415  as above

    before, sys.excepthook = sys.excepthook, _say_fault
    asked = Asked(safe=parsed.safe, version=parsed.safe_version, nonce=parsed.nonce)
    place = "file"
    try:
        data = _input(parsed.file)
        place = "workspace"
        if MESSAGE_MARK in data and asked.says_nothing:
            status = _review_message(data, parsed)
            if status is not None:
                sys.excepthook = before
                return status
        review = review_bytes(data, parsed.workspace, asked)
    except TreasuryError as failure:
        if not parsed.json:
            raise
        # What is malformed as a whole is what was given, be it a file or standard input.
        return _reject(failure, "file" if isinstance(failure, Malformed) else place)
    if parsed.json:
        from treasury_desktop.review.report import report_pieces  # noqa: PLC0415  for JSON only

        _put(*report_pieces(review), b"\n")
    else:
        from treasury_desktop.viewmodels.transcript import transcript  # noqa: PLC0415  text only

        _put(transcript(review).encode("utf-8"))
    sys.excepthook = before
    return OK if review.verdict in ("ok", "warn") else DANGEROUS


def _review_message(data: bytes, parsed: argparse.Namespace) -> int | None:
    """The status of the review of a message file; `None` where it only speaks of such files."""
    from treasury_desktop.application.headless_message import (  # noqa: PLC0415  for messages only
        message_report,
        message_transcript,
        reviewed_message,
    )

    message = reviewed_message(data, parsed.workspace)
    if message is None:
        return None
    is_json = parsed.json
    _put(message_report(message) + b"\n" if is_json else message_transcript(message).encode())
    return OK if message.review.verdict in ("ok", "warn") else DANGEROUS


def _export(parsed: argparse.Namespace) -> int:
    """Status 1 where something kept could not be read and is therefore missing."""
    from treasury_desktop.application.headless_export import (  # noqa: PLC0415  for exports only
        export_of,
        write_beside,
    )
    from treasury_desktop.treasury.period import Period, parse_day  # noqa: PLC0415  as above
    from treasury_desktop.viewmodels.movement_exports import ExportForm  # noqa: PLC0415  as above

    period = Period(first=parse_day(parsed.first, "--from"), last=parse_day(parsed.last, "--to"))
    export = export_of(parsed.folder, ExportForm(parsed.form), period)
    content = export.text.encode("utf-8")
    if parsed.out is None:
        _put(content)
    else:
        write_beside(parsed.out, parsed.folder, content)
    for sentence in export.left_out:
        _complain(Unavailable(sentence))
    if not export.count:
        _complain(Unavailable("Nothing moved in this period."))
    return DANGEROUS if export.left_out else OK


def _deny_list(parsed: argparse.Namespace) -> int:
    """Takes a deny-list into a workspace, or nothing of it."""
    from datetime import UTC, datetime  # noqa: PLC0415  to import only

    from treasury_desktop.files.deny_list_import import (  # noqa: PLC0415  as above
        import_deny_list,
    )
    from treasury_desktop.files.workspace_file import read_workspace  # noqa: PLC0415  as above

    imported = import_deny_list(
        parsed.folder,
        read_workspace(parsed.folder),
        _input(parsed.file),
        name=parsed.name,
        published=parsed.published,
        today=datetime.now(UTC).date(),
    )
    _put(f"{imported.words}\n".encode())
    return OK


def _input(name: str) -> bytes:
    """A link as it stands; else the bytes of a file, or of standard input up to one too many."""
    from treasury_desktop.assets.strict_json import MAX_BYTES  # noqa: PLC0415  for review only
    from treasury_desktop.files.bundle_file import read_bundle_file  # noqa: PLC0415  as above

    if name == "-":
        return _standard_input(MAX_BYTES + 1)
    if name.strip()[:8].lower().startswith(("http://", "https://", "ur:")):
        return os.fsencode(name.strip())
    return read_bundle_file(Path(name))


def _standard_input(most: int) -> bytes:
    stream = getattr(sys, "stdin", None)  # None where it was closed before we began
    if stream is None:
        raise Unavailable("There is no standard input to read.")
    try:
        return bytes(stream.buffer.read(most))
    except OSError as failure:
        raise Unavailable(f"Standard input cannot be read ({failure.strerror}).") from None


# ── saying it ────────────────────────────────────────────────────────────────────────────────────


def _reject(failure: TreasuryError, field: str) -> int:
    from treasury_desktop.application.headless_review import (  # noqa: PLC0415  not for a window
        rejection_bytes,
    )

    _put(rejection_bytes(failure, field) + b"\n")
    return UNREADABLE


def _put(*pieces: bytes) -> None:
    """Everything to standard output, or nothing that could be taken for everything."""
    stream = getattr(sys, "stdout", None)
    if stream is None:
        raise _NoOutputError("There is no standard output to write to.")
    try:
        stream.buffer.writelines(pieces)
        stream.buffer.flush()
    except OSError as failure:
        # What is left in the buffer would be tried again when Python ends, with a stack trace.
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        raise _NoOutputError(f"The report could not be written ({failure.strerror}).") from None


def _complain(failure: TreasuryError) -> None:
    """One sentence on standard error, with everything a stranger wrote made visible."""
    from treasury_desktop.assets.untrusted_text import plain  # noqa: PLC0415  for refusals only

    with suppress(OSError, AttributeError):  # AttributeError: standard error is closed too
        sys.stderr.write(f"treasury-desktop: {plain(failure.sentence, limit=SENTENCE_LIMIT)}\n")


def _say_fault(kind: type[BaseException], _fault: object, _trace: TracebackType | None) -> None:
    """Our own bug in one sentence: what was given decides over nothing, not even the terminal."""
    fault = Unavailable(f"A fault of this program ({kind.__name__}): nothing was concluded.")
    with suppress(TreasuryError):
        if "--json" in sys.argv:
            _reject(fault, "")
    _complain(fault)
    os._exit(UNREADABLE)
