"""The headless face: which command was meant, and a sentence instead of a stack trace."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from treasury_desktop import __version__
from treasury_desktop.errors import Malformed, TreasuryError

OK, DANGEROUS, UNREADABLE = 0, 1, 2


def main(arguments: Sequence[str]) -> int:
    """Run one command; the exit status."""
    parsed = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = parsed.command
    try:
        return command(parsed)
    except TreasuryError as failure:
        sys.stderr.write(f"treasury-desktop: {failure.sentence}\n")
        return UNREADABLE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="treasury-desktop",
        description="The desk at which a DAO treasury's keys are used.",
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    demo = commands.add_parser("demo", help="open the demonstration treasury")
    demo.add_argument("--tour", type=Path, metavar="DIR", help="drive the whole job, no display")
    demo.add_argument("--data", type=Path, metavar="DIR", help="keep the demonstration there")
    demo.add_argument("--reset", action="store_true", help="start over from the built chain")
    demo.add_argument("--second", action="store_true", help="the second signer's desk")
    demo.set_defaults(command=_demo)

    opening = commands.add_parser("open", help="open a workspace folder")
    opening.add_argument("folder", type=Path)
    opening.set_defaults(command=_open)

    review = commands.add_parser("review", help="examine a review bundle")
    review.add_argument("file", help="a bundle file, or - for standard input")
    review.add_argument("--workspace", type=Path, metavar="DIR", help="review by our own facts")
    review.add_argument("--offline", action="store_true", help="contact nobody (always so)")
    review.add_argument("--json", action="store_true", help="the report as canonical JSON")
    review.set_defaults(command=_review)
    return parser


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

    return open_workspace(parsed.folder)


def _review(parsed: argparse.Namespace) -> int:
    from treasury_desktop.application.headless_review import (  # noqa: PLC0415  not for a window
        rejection_bytes,
        review_bytes,
    )

    try:
        review = review_bytes(_input(parsed.file), parsed.workspace)
    except Malformed as failure:
        if not parsed.json:
            raise
        sys.stdout.buffer.write(rejection_bytes(failure) + b"\n")
        return UNREADABLE
    if parsed.json:
        from treasury_desktop.review.report import report_bytes  # noqa: PLC0415  for JSON only

        sys.stdout.buffer.write(report_bytes(review) + b"\n")
    else:
        from treasury_desktop.viewmodels.transcript import transcript  # noqa: PLC0415  text only

        sys.stdout.buffer.write(transcript(review).encode("utf-8"))
    return OK if review.verdict in ("ok", "warn") else DANGEROUS


def _input(name: str) -> bytes:
    """The bytes of a file, or of standard input up to one more than a bundle may have."""
    from treasury_desktop.assets.strict_json import MAX_BYTES  # noqa: PLC0415  for review only
    from treasury_desktop.files.bundle_file import read_bundle_file  # noqa: PLC0415  as above

    if name == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    return read_bundle_file(Path(name))
