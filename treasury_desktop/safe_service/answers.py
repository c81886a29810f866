"""What an HTTP answer of the service is before anything in it is read: JSON, or one sentence.

A service that is broken, busy or hostile answers with anything. Its own words are quoted, cut and
made visible, because "Monthly quota exceeded." helps; they never are the whole sentence.
Source: safe-transaction-service, history/views (201, 404, 422), and its gateway (401, 403, 429).
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from treasury_desktop.assets.strict_json import JsonValue, read_json
from treasury_desktop.assets.untrusted_text import plain
from treasury_desktop.desk.service_settings import (
    KeyNotAccepted,
    NotTheService,
    ServiceProblem,
)
from treasury_desktop.errors import Malformed, Refused, TreasuryError

OK = 200
CREATED = 201
REDIRECTS = range(300, 400)
KEY_STATUSES = (401, 403)
NOT_FOUND = 404
REFUSALS = (400, 422)
TOO_MANY_REQUESTS = 429
MOST_SHOWN = 160
MOST_BYTES = 8 << 20
"""Of an answer that is read; fifty transactions take a tenth of it."""
MOST_ERROR_BYTES = 16 << 10
FEWEST_PARTS, BYTES_OF_A_BRACKET, BYTES_OF_A_COMMA = 2_000, 32, 8
"""How many parts an answer may have: a bracket costs two hundred bytes once it is parsed."""


class Answer(NamedTuple):
    """An HTTP answer; `headers` by lower-case names. `is_cut` where more bytes were to come."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    is_cut: bool


def json_of(answer: Answer, name: str) -> JsonValue:
    """The JSON of a page; refuses other types, packed, cut and overfull bodies before parsing."""
    if answer.status == NOT_FOUND:  # a service lists nothing of Safes that it does not know
        raise NotTheService(refusal(answer, name).sentence)
    if answer.status != OK:
        raise refusal(answer, name)
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise NotTheService(f"{name} does not answer in JSON; is the address right?")
    if answer.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise ServiceProblem(f"{name} packs its answers although it was asked not to.")
    if answer.is_cut:
        raise ServiceProblem(f"{name} answered more than {MOST_BYTES >> 20} MiB.")
    brackets = answer.body.count(b"[") + answer.body.count(b"{")
    if (
        brackets > FEWEST_PARTS + len(answer.body) // BYTES_OF_A_BRACKET
        or answer.body.count(b",") > FEWEST_PARTS + len(answer.body) // BYTES_OF_A_COMMA
    ):
        raise Malformed(name, "answered with more parts than any honest answer of its length has")
    try:
        return read_json(answer.body, max_bytes=MOST_BYTES)
    except Malformed as flaw:
        raise Malformed(f"{name}: {flaw.field}" if flaw.field else name, flaw.problem) from None


def require_created(answer: Answer, name: str) -> None:
    """Whether the service took what it was sent; what else it says about it is not read."""
    if answer.status != CREATED:
        raise refusal(answer, name)


def refusal(answer: Answer, name: str) -> TreasuryError:
    """An answer with another status than was hoped for, as a sentence."""
    status, words = answer.status, _words(answer)
    if status in REDIRECTS:
        return NotTheService(
            f"{name} sends us elsewhere (HTTP status {status}), where nobody goes."
        )
    if status in KEY_STATUSES:
        return KeyNotAccepted(f"{name} does not accept the API key (HTTP status {status}).")
    if status == NOT_FOUND:
        return ServiceProblem(f"{name} does not know what it was asked about (HTTP status 404).")
    if status == TOO_MANY_REQUESTS:
        return ServiceProblem(f"{name} takes no more requests for now{words}.")
    if status in REFUSALS:
        return Refused(f"{name} refuses it (HTTP status {status}){words}.")
    return ServiceProblem(f"{name} answered with HTTP status {status}.")


def _words(answer: Answer) -> str:
    """The first text in the body of an error, quoted; nothing where there is none.

    Nor where it is longer than errors are: success that was not hoped for comes with megabytes.
    """
    try:
        first = next(_texts(read_json(answer.body, max_bytes=MOST_ERROR_BYTES)), "")
    except Malformed:
        return ""
    return f': "{plain(first, limit=MOST_SHOWN)}"' if first else ""


def _texts(value: JsonValue) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for member in value if isinstance(value, list) else value.values():
            yield from _texts(member)
