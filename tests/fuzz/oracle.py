"""What has to hold of every input, whatever it is."""

from contextlib import suppress
from functools import cache
from itertools import islice

from tests.samples import SAFE, a_snapshot, a_workspace
from treasury_desktop.application.headless_review import rejection_bytes
from treasury_desktop.application.incoming import Asked, Ours, bundle_bytes_in, bundle_in
from treasury_desktop.assets.strict_json import canonical_json, read_json
from treasury_desktop.bundle import Bundle, read_bundle
from treasury_desktop.desk.local_facts import local_facts
from treasury_desktop.errors import TreasuryError
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.review.report import report, report_bytes
from treasury_desktop.review.review import Review, examine
from treasury_desktop.viewmodels.call_lines import CallReader
from treasury_desktop.viewmodels.review import review_view
from treasury_desktop.viewmodels.transcript import transcript

CALLS_READ = 50
ASKED = Asked(safe=str(SAFE), version="1.4.1", nonce="7")
STEERING = frozenset("\x1b\x9b\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u200b\u200e\u200f")
VERDICTS = ("ok", "warn", "danger", "block")


def try_one(data: bytes) -> str:
    """Reads, reviews and writes down one input; "refused" or the verdict.

    Reading may refuse. Everything after it has to succeed, by the sender's evidence and by ours.
    """
    try:
        bundle = bundle_in(data, Asked(), None)
    except TreasuryError as failure:
        read_json(rejection_bytes(failure))
        return "refused"
    review = _reviewed(bundle, None)
    assert review.why_not_signable  # whatever a sender says
    _reviewed(bundle, _own_facts())
    if bundle.unnamed:
        _try_completed(data)
    return review.verdict


def _try_completed(data: bytes) -> None:
    """The same with what it leaves out said by a person, and by a workspace."""
    with suppress(TreasuryError):
        _reviewed(bundle_in(data, ASKED, None), None)
    with suppress(TreasuryError):
        imported, _ = bundle_bytes_in(data, _ours())
        read_bundle(imported)


def _reviewed(bundle: Bundle, facts: LocalFacts | None) -> Review:
    """A review, with everything that is said of it in files, on terminals and in the window."""
    review = examine(bundle, facts)
    assert review.verdict in VERDICTS
    assert report_bytes(review) == canonical_json(report(review))
    shown = transcript(review)
    assert STEERING.isdisjoint(shown)
    if review.known_hashes is not None:
        review_view(review)
    reader = CallReader(review.facts)
    for call in islice(review.call.walk(), CALLS_READ):
        reader.line(call)
        reader.facts_of(call)
    return review


@cache
def _ours() -> Ours:
    return Ours(workspace=a_workspace(), snapshot=a_snapshot(), queue=())


@cache
def _own_facts() -> LocalFacts:
    return local_facts(a_workspace(), a_snapshot(), ())
