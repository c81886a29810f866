"""A conversation with one endpoint over HTTP, through web3's provider.

web3 takes 0.8 s to import, so it is imported when the first question is asked. The endpoint's URL
may hold an access key: only its name appears in sentences.
"""

import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.strict_json import read_json
from treasury_desktop.assets.untrusted_text import plain
from treasury_desktop.chain import answers, call_program
from treasury_desktop.chain.answers import Reverted
from treasury_desktop.chain.call_program import Call
from treasury_desktop.errors import Malformed, Unavailable
from treasury_desktop.treasury.workspace import Endpoint

if TYPE_CHECKING:
    from web3 import HTTPProvider

    from treasury_desktop.chain.lines import Request

MOST_ASKS_AT_ONCE = 100
"""Public endpoints refuse longer batches."""

WEIGHT_OF_A_PROGRAM = 12
"""Eight programs are 800 kB of JSON: more than a megabyte at once is refused by some."""

SECONDS_WITHOUT_PROGRAMS = 600
"""How long an endpoint that answered the plain questions alone is asked nothing else."""

STATUS_OF_REFUSING = frozenset({400, 403, 413})
MOST_LOG_BYTES = 64 << 20
LEAST_BYTES, BYTES_OF_AN_ANSWER = 4 << 20, 1 << 20
"""How large an answer may be: so much for each question, and never less than the first figure."""

FEWEST_PARTS, PARTS_OF_AN_ANSWER = 1_000, 64
BYTES_OF_A_BRACKET, BYTES_OF_A_COMMA = 128, 16
"""How many parts it may have: a log, which has most of them, takes 350 bytes for two brackets."""

MAX_SHOWN = 160
CLOSING = "this desk is being closed"
REVERT_CODE = 3
# What web3 raises on answers that are JSON but not JSON-RPC; RuntimeWarning (where warnings are
# errors) on an answer without its number.
_NOT_JSON_RPC = (Malformed, TypeError, KeyError, AttributeError, RuntimeWarning)
_CALLS = frozenset({"eth_call", "eth_estimateGas"})


class Ask(NamedTuple):
    """A question to a node, how to parse the answer, and what to call it in a sentence.

    `may_gather` is a call that a program may ask among many, which are all of one block; it is
    answered in bytes as they stand, and stands before the parameters where it is asked alone.
    `weight` is how many questions it counts for in a batch.
    """

    method: str
    parameters: tuple[Any, ...]
    parse: Callable[[Any, str], Any]
    name: str
    may_gather: Call | None = None
    weight: int = 1


class EndpointRefusal(Unavailable):
    """The endpoint answered, with a JSON-RPC error."""

    def __init__(self, sentence: str, message: str) -> None:
        super().__init__(sentence)
        self.message = message


class TooSlow(Unavailable):
    """The endpoint did not answer in its time."""


class NotTaken(Unavailable):
    """The endpoint does not take a request like this one, by its HTTP status."""


class Connection:
    """One endpoint. Several threads may ask at once."""

    def __init__(self, endpoint: Endpoint, *, timeout_seconds: float) -> None:
        self.name = plain(endpoint.name, limit=64)
        self._url = endpoint.url
        self._timeout_seconds = timeout_seconds
        self._lock = threading.Lock()
        self._provider: HTTPProvider | None = None
        self._session: Any = None
        self._requests: set[Request] = set()
        self._is_over, self._why_over = False, CLOSING
        self._programs_from = 0.0

    @property
    def is_asking(self) -> bool:
        """Whether an answer is waited for."""
        return bool(self._requests)

    def ask_all(self, asks: Sequence[Ask]) -> list[Any]:
        """The parsed answers, in order, in as few round trips as the endpoint allows."""
        places = [at for at, ask in enumerate(asks) if ask.may_gather and ask.may_gather.fits]
        if len(places) < 2 or time.monotonic() < self._programs_from:  # noqa: PLR2004  one is no many
            return self._ask_plainly(asks)
        try:
            found = self._gathered(asks, places)
        except (EndpointRefusal, NotTaken):
            plain_answers = self._ask_plainly(asks)  # who refuses this too has another reason
            self._do_without_programs()
            return plain_answers
        left = [at for at in range(len(asks)) if at not in found]
        found |= zip(left, self._ask_plainly([asks[at] for at in left]), strict=True)
        return [found[at] for at in range(len(asks))]

    def close(self) -> None:
        """End the conversation; whoever still waits for an answer hears that the line broke."""
        with self._lock:
            if self._session is not None:
                self._session.close()
            self._provider = self._session = None
            requests = tuple(self._requests)
        for request in requests:
            request.end()

    def hang_up(self, why: str = CLOSING) -> None:
        """End the conversation for good; whoever waits for an answer hears that there is none."""
        self._why_over = why
        self._is_over = True
        self.close()

    def _gathered(self, asks: Sequence[Ask], places: Sequence[int]) -> dict[int, Any]:
        """What came of gathering the asks at these places, and all other asks, by place."""
        calls = [call for at in places if (call := asks[at].may_gather)]
        pin = asks[places[0]].parameters[0]
        pieces = list(call_program.pieces(calls))
        gathering = [_program(calls[piece], pin) for piece in pieces]
        gathered = set(places)
        alone = [at for at in range(len(asks)) if at not in gathered]
        answered = self._ask_plainly([*gathering, *(asks[at] for at in alone)])
        found = dict(zip(alone, answered[len(pieces) :], strict=True))
        for piece, said in zip(pieces, answered, strict=False):
            if not isinstance(said, list):  # it reverted, or means nothing: no program ran
                self._do_without_programs()
                continue
            told = zip(places[piece], said, strict=True)
            found |= {at: each for at, each in told if each is not None}
        return found

    def _do_without_programs(self) -> None:
        self._programs_from = time.monotonic() + SECONDS_WITHOUT_PROGRAMS

    def _ask_plainly(self, asks: Sequence[Ask]) -> list[Any]:
        """The parsed answers, in order, in batches that an endpoint takes."""
        found: list[Any] = []
        batch: list[Ask] = []
        weight = 0
        for ask in asks:
            if weight + ask.weight > MOST_ASKS_AT_ONCE:
                found += self._ask_batch(batch)
                batch, weight = [], 0
            batch.append(ask)
            weight += ask.weight
        return found + self._ask_batch(batch) if batch else found

    def _ask_batch(self, asks: Sequence[Ask]) -> list[Any]:
        if len(asks) == 1:
            ask = asks[0]
            answer = self._spoken(asks, lambda provider: provider.make_request(*_request(ask)))
            return [self._parsed(ask, answer)]
        raw = self._spoken(
            asks, lambda provider: provider.make_batch_request([_request(ask) for ask in asks])
        )
        if isinstance(raw, dict) and "error" in raw:
            # Some endpoints take no batches, or shorter ones: halve it down to single questions.
            middle = len(asks) // 2
            return self._ask_batch(asks[:middle]) + self._ask_batch(asks[middle:])
        if not isinstance(raw, list) or not _are_in_order(raw, len(asks)):
            raise Unavailable(f"{self.name} answered a batch of questions with something else.")
        return [self._parsed(ask, answer) for ask, answer in zip(asks, raw, strict=True)]

    def _parsed(self, ask: Ask, answer: Any) -> Any:
        if not isinstance(answer, dict):
            raise Unavailable(f"{self.name} answered {ask.method} with something else.")
        if answer.get("error") is not None:
            return self._error(ask, answer["error"])
        if "result" not in answer:
            raise Unavailable(f"{self.name} answered {ask.method} without a result.")
        try:
            return ask.parse(answer["result"], ask.name)
        except Malformed as malformed:
            raise Malformed(f"{self.name}: {malformed.field}", malformed.problem) from malformed

    def _error(self, ask: Ask, error: Any) -> Reverted:
        message = error.get("message") if isinstance(error, dict) else None
        message = message if isinstance(message, str) else "no reason given"
        data = _revert_data(error)
        is_revert = data is not None or error_code(error) == REVERT_CODE
        if ask.method in _CALLS and (is_revert or "revert" in message.lower()):
            return Reverted(data or b"", answers.revert_reason(data or b"", message))
        reason = plain(message, limit=MAX_SHOWN)
        raise EndpointRefusal(f"{self.name} refused {ask.method}: {reason}", message)

    def _spoken(self, asks: Sequence[Ask], question: "Callable[[HTTPProvider], Any]") -> Any:
        """The provider's answer; whatever goes wrong on the way becomes one sentence."""
        provider = self._opened()
        from treasury_desktop.chain.lines import Request  # noqa: PLC0415  as late as web3

        request = Request(seconds=self._timeout_seconds, most_bytes=_most_bytes(asks))
        with request, self._noted(request):
            try:
                return self._explained(lambda: question(provider), request.most_bytes)
            finally:
                self._require_open(request)

    def _require_open(self, request: "Request") -> None:
        """Whatever was read from a line that was shut, or failed there: it was shut."""
        if self._is_over:
            raise self._no_more()
        if request.is_late:
            raise self._too_slow()

    @contextmanager
    def _noted(self, request: "Request") -> Iterator[None]:
        with self._lock:
            if self._is_over:
                raise self._no_more()
            self._requests.add(request)
        try:
            yield
        finally:
            with self._lock:
                self._requests.discard(request)

    def _no_more(self) -> Unavailable:
        return Unavailable(f"{self.name} is not asked any more: {self._why_over}.")

    def _too_slow(self) -> TooSlow:
        return TooSlow(f"{self.name} did not answer within {self._timeout_seconds:g} seconds.")

    def _explained(self, question: Callable[[], Any], most_bytes: int) -> Any:
        import requests  # noqa: PLC0415  comes with web3, as late as web3

        try:
            return question()
        except requests.Timeout as failure:
            raise self._too_slow() from failure
        except requests.HTTPError as failure:
            status = failure.response.status_code if failure.response is not None else "an error"
            kind = NotTaken if status in STATUS_OF_REFUSING else Unavailable
            raise kind(f"{self.name} answered with HTTP status {status}.") from failure
        except requests.exceptions.ContentDecodingError as failure:
            limit = f"more than {most_bytes >> 20} MiB or badly packed bytes"
            raise EndpointRefusal(f"{self.name} answered {limit}.", limit) from failure
        except requests.RequestException as failure:
            raise Unavailable(f"{self.name} cannot be reached.") from failure
        except _NOT_JSON_RPC as failure:
            raise Unavailable(f"{self.name} does not answer in JSON-RPC.") from failure

    def _opened(self) -> "HTTPProvider":
        with self._lock:
            if self._provider is None:
                self._provider, self._session = _provider(self._url, self._timeout_seconds)
            return self._provider


def error_code(error: Any) -> int | None:
    """The code of a JSON-RPC error, if it has one."""
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, int) else None


def _program(calls: Sequence[Call], pin: Any) -> Ask:
    """One question that stands for all of these; `None` for an answer that is none of a program."""

    def parse(value: Any, name: str) -> list[bytes | None] | None:
        try:
            said = answers.hex_data(value, name, call_program.MOST_ANSWER_BYTES)
            return call_program.told_apart(said, calls)
        except Malformed:
            return None

    code = f"0x{call_program.program(calls).hex()}"
    name = f"{len(calls)} calls"
    return Ask("eth_call", ({"data": code}, pin), parse, name, weight=WEIGHT_OF_A_PROGRAM)


def _request(ask: Ask) -> tuple[Any, Any]:
    if ask.may_gather is None:
        return ask.method, list(ask.parameters)
    to, data = Address(ask.may_gather.to), ask.may_gather.data
    return ask.method, [{"to": str(to), "data": f"0x{data.hex()}"}, *ask.parameters]


def _are_in_order(raw: list[Any], count: int) -> bool:
    """Whether these are so many answers, each to a question of its own: web3 numbers upwards."""
    numbers = [answer.get("id") if isinstance(answer, dict) else None for answer in raw]
    given = [number for number in numbers if isinstance(number, int)]
    return len(given) == count == len(raw) and all(a < b for a, b in pairwise(given))


def _revert_data(error: Any) -> bytes | None:
    data = error.get("data") if isinstance(error, dict) else None
    if isinstance(data, dict):
        data = data.get("data")
    try:
        return answers.hex_data(data, "error.data")
    except Malformed:
        return None


def _most_bytes(asks: Sequence[Ask]) -> int:
    """How large the answer to these questions may be; event logs alone come in any number."""
    if any(ask.method == "eth_getLogs" for ask in asks):
        return MOST_LOG_BYTES
    return min(max(len(asks) * BYTES_OF_AN_ANSWER, LEAST_BYTES), MOST_LOG_BYTES)


def _refuse_too_many_parts(raw: bytes) -> None:
    """Brackets and commas cost memory by the hundred bytes; an honest answer is mostly digits."""
    asked = raw.count(b'"id"')
    allowed = FEWEST_PARTS + min(asked, MOST_ASKS_AT_ONCE) * PARTS_OF_AN_ANSWER
    brackets = raw.count(b"[") + raw.count(b"{")
    if (
        brackets > allowed + len(raw) // BYTES_OF_A_BRACKET
        or raw.count(b",") > allowed + len(raw) // BYTES_OF_A_COMMA
    ):
        raise Malformed("answer", "has more parts than any honest one of its length")


def _provider(url: str, timeout_seconds: float) -> "tuple[HTTPProvider, Any]":
    # py_ecc, which web3 imports, sets a recursion limit at which the standard library's JSON
    # parser crashes the program instead of raising: put it back for everybody else's sake.
    limit = sys.getrecursionlimit()
    from web3 import HTTPProvider  # noqa: PLC0415  0.8 s

    sys.setrecursionlimit(limit)

    from treasury_desktop.chain.lines import opened_session  # noqa: PLC0415  as late as web3

    session = opened_session()

    class StrictProvider(HTTPProvider):
        """web3's provider, which reads only JSON that no two readers can read differently."""

        @staticmethod
        def decode_rpc_response(raw_response: bytes) -> Any:
            _refuse_too_many_parts(raw_response)
            # A fee history comes with ratios nobody needs; as text they pass for no figure.
            return read_json(raw_response, max_bytes=MOST_LOG_BYTES, fractions_as_text=True)

    provider = StrictProvider(
        url,
        request_kwargs={"timeout": timeout_seconds},
        session=session,
        exception_retry_configuration=None,
    )
    return provider, session
