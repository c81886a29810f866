"""The Safe Transaction Service as the desk's `SafeService`: it reads, proposes and confirms.

Nothing calls it unless a person wrote down an address: the program needs no service. What it
returns are claims, which `desk/exchange_with_service.py` recomputes. Paths and bodies are those of
safe-transaction-service v6.10.1 (history/urls, urls_v2, serializers).
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import parse_qsl, urlencode

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.strict_json import JsonSource, canonical_json
from treasury_desktop.assets.untrusted_text import plain
from treasury_desktop.bundle.fields import Fields, text
from treasury_desktop.desk.doors import IsCancelled, ServedQueue, ServedTransaction, UnreadEntry
from treasury_desktop.desk.service_settings import NotReached, NotTheService, ServiceProblem
from treasury_desktop.errors import Cancelled, Malformed, Refused, TreasuryError, Unavailable
from treasury_desktop.safe_service.address import ServiceAddress, ServiceKey
from treasury_desktop.safe_service.answers import Answer, json_of, require_created
from treasury_desktop.safe_service.entries import MOST_ORIGIN_CHARACTERS, Page, read_page
from treasury_desktop.safe_service.meter import Meter
from treasury_desktop.safes.confirmation import Confirmation
from treasury_desktop.safes.safe_tx import SafeTx

if TYPE_CHECKING:
    from treasury_desktop.safe_service.line import Line

T = TypeVar("T")
ENTRIES_A_PAGE = 50
MOST_PAGES = 10
"""A queue of five hundred is nobody's; a list without an end is."""
MOST_QUERY_FIELDS = 20
MOST_OFFSET_DIGITS = 9
MOST_VERSION_CHARACTERS = 24


class TransactionService:
    """One service, asked one thing at a time on a line of its own. Several threads may ask."""

    def __init__(
        self,
        address: ServiceAddress,
        meter: Meter,
        *,
        key: ServiceKey | None = None,
        timeout_seconds: float = 20,
        authorities: str | None = None,
    ) -> None:
        self.name = address.authority
        self._address, self._meter, self._key = address, meter, key
        self._timeout_seconds, self._authorities = timeout_seconds, authorities
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._lines: set[Line] = set()

    @property
    def is_asking(self) -> bool:
        """Whether an answer is waited for."""
        return bool(self._lines)

    @property
    def is_hung_up(self) -> bool:
        """Whether nothing more is asked: we ended it, and it is not to blame."""
        return self._over.is_set()

    def version(self) -> str:
        """What it says its version is; asks about no Safe.

        `NotTheService` where something else answers.
        """
        return self._spoken(self._version)

    def queue(
        self, safe: Address, first_nonce: int, *, trusted: bool, is_cancelled: IsCancelled
    ) -> ServedQueue:
        """All the service lists from a nonce on, page after page; a remark where it may be more."""
        found, unread = list[ServedTransaction](), list[UnreadEntry]()
        offset = 0
        for _ in range(MOST_PAGES):
            if is_cancelled():
                raise Cancelled
            page = self._page(safe, first_nonce, trusted=trusted, offset=offset)
            found += map(self._without_key, page.transactions)
            unread += page.unread
            following = self._following(page, safe, offset)
            if not isinstance(following, int):
                remarks = () if following is None else (following,)
                return ServedQueue(tuple(found), tuple(unread), remarks)
            offset = following
        most = ENTRIES_A_PAGE * MOST_PAGES
        remark = f"{self.name} lists more than {most} transactions; the rest was not read."
        return ServedQueue(tuple(found), tuple(unread), (remark,))

    def propose(
        self, safe: Address, tx: SafeTx, confirmation: Confirmation, *, note: str = ""
    ) -> None:
        """Send a transaction with the verified confirmation of one owner, who is its sender."""
        body: dict[str, JsonSource] = {
            "to": str(tx.to),
            "value": str(tx.value),
            "data": "0x" + tx.data.hex() if tx.data else None,
            "operation": int(tx.operation),
            "gasToken": str(tx.gas_token),
            "safeTxGas": str(tx.safe_tx_gas),
            "baseGas": str(tx.base_gas),
            "gasPrice": str(tx.gas_price),
            "refundReceiver": str(tx.refund_receiver),
            "nonce": str(tx.nonce),
            "contractTransactionHash": "0x" + confirmation.safe_tx_hash.hex(),
            "sender": str(confirmation.owner),
            "signature": "0x" + confirmation.signature.encoded.hex(),
        }
        if note:
            body["origin"] = _origin(note)
        self._send(_queue_path(safe), body)

    def confirm(self, confirmation: Confirmation) -> None:
        """Send one verified confirmation of a transaction the service knows."""
        path = f"v1/multisig-transactions/0x{confirmation.safe_tx_hash.hex()}/confirmations/"
        self._send(path, {"signature": "0x" + confirmation.signature.encoded.hex()})

    def hang_up(self) -> None:
        """End every request for good; whoever waits for an answer hears that there is none."""
        self._over.set()
        with self._lock:
            lines = tuple(self._lines)
        for line in lines:
            line.end()

    def _version(self) -> str:
        try:
            value = json_of(self._asked("GET", "v1/about/", None), self.name)
            said = Fields(value, "").required("version", text)
        except Malformed:
            raise NotTheService(
                f"{self.name} does not answer as a Safe Transaction Service does; is the "
                "address right?"
            ) from None
        is_told = self._key is not None and self._key.is_told_in(said)
        return "" if is_told else plain(said, limit=MOST_VERSION_CHARACTERS)

    def _page(self, safe: Address, first_nonce: int, *, trusted: bool, offset: int) -> Page:
        # Not `executed=false`: the Safe's nonce, which the chain told us, is what decides.
        query = {
            "nonce__gte": str(first_nonce),
            "trusted": "true" if trusted else "false",
            "ordering": "nonce",
            "limit": str(ENTRIES_A_PAGE),
            "offset": str(offset),
        }
        name = "entry" if trusted else "untrusted entry"

        def listed() -> Page:
            answer = self._asked("GET", f"{_queue_path(safe)}?{urlencode(query)}", None)
            value = json_of(answer, self.name)
            try:
                return read_page(value, name=name, first=offset + 1, most=ENTRIES_A_PAGE)
            except Malformed as flaw:
                raise Malformed(f"{self.name}: {flaw.field or 'answer'}", flaw.problem) from None

        return self._spoken(listed)

    def _following(self, page: Page, safe: Address, offset: int) -> int | str | None:
        """Where the next page begins; `None` after the last one, a sentence where it is refused.

        Of the link only the offset is used: no text of the service's gets into a request.
        """
        if page.next_link is None:
            return None
        query = self._address.query_of(page.next_link, _queue_path(safe))
        if query is None:
            return f"{self.name} names a next page somewhere else; it was not read."
        following = _offset(query)
        if following is None or not offset < following <= offset + ENTRIES_A_PAGE:
            return f"{self.name} names a next page that is not the next one; it was not read."
        return following

    def _send(self, api_path: str, body: dict[str, JsonSource]) -> None:
        sent = canonical_json(body)
        self._spoken(lambda: require_created(self._asked("POST", api_path, sent), self.name))

    def _asked(self, method: str, api_path: str, body: bytes | None) -> Answer:
        """The answer to one request, counted and held back as the budget says."""
        if self._over.is_set() or self._over.wait(self._meter.admit()):
            raise self._no_more()
        from treasury_desktop.safe_service.line import PROBLEMS, Line  # noqa: PLC0415  HTTP

        line = Line(self._address, seconds=self._timeout_seconds, authorities=self._authorities)
        answer: Answer | None = None
        with self._noted(line), line, suppress(*PROBLEMS):
            place = self._address.place_of(api_path)
            answer = line.ask(method, place, self._headers(body), body)
        # Out here what the library raised is not behind our sentence: it quotes what came.
        if answer is None or line.is_late or self._over.is_set():
            raise self._failure(line, method)
        self._meter.hear(answer.status, answer.headers)
        return answer

    def _headers(self, body: bytes | None) -> dict[str, str]:
        headers = {"Accept": "application/json", "User-Agent": "treasury-desktop"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if self._key is not None:
            headers["Authorization"] = self._key.header
        return headers

    def _failure(self, line: "Line", method: str) -> Unavailable:
        lost = "" if method == "GET" else " It may have got it all the same: read its queue."
        if self._over.is_set():
            return self._no_more(lost)
        if line.is_late:
            seconds = f"{self._timeout_seconds:g} seconds"
            return NotReached(f"{self.name} did not answer within {seconds}.{lost}")
        return NotReached(f"{self.name} cannot be reached, or does not answer in HTTP.{lost}")

    def _no_more(self, lost: str = "") -> Unavailable:
        return Unavailable(f"{self.name} is not asked any more: we hung up.{lost}")

    @contextmanager
    def _noted(self, line: "Line") -> Iterator[None]:
        with self._lock:
            self._lines.add(line)
        try:
            if self._over.is_set():
                raise self._no_more()
            yield
        finally:
            with self._lock:
                self._lines.discard(line)

    def _without_key(self, served: ServedTransaction) -> ServedTransaction:
        """A note that holds our key would travel on with the transaction."""
        is_told = self._key is not None and self._key.is_told_in(served.note)
        return replace(served, note="") if is_told else served

    def _spoken(self, ask: Callable[[], T]) -> T:
        """What asking gives; no failure that leaves this room holds the key, whoever put it there.

        Nor does what lies behind a failure, which names what came: nothing lies behind it.
        """
        try:
            return ask()
        except TreasuryError as error:
            failure = error
        if self._key is not None and self._key.is_told_in(failure.sentence):
            failure = ServiceProblem(
                f"{self.name} answered with our own API key, which is not shown."
            )
        failure.__cause__ = failure.__context__ = None
        raise failure


def _queue_path(safe: Address) -> str:
    return f"v2/safes/{safe}/multisig-transactions/"


def _origin(note: str) -> str:
    """The note as other programs write and look for it; refuses what the service would cut."""
    origin = canonical_json({"note": note}).decode()
    if len(origin) > MOST_ORIGIN_CHARACTERS:
        most = MOST_ORIGIN_CHARACTERS - len('{"note":""}')
        raise Refused(f"The note has {len(note)} characters; the service takes {most} at most.")
    return origin


def _offset(query: str) -> int | None:
    """The one offset a query names."""
    try:
        fields = parse_qsl(query, max_num_fields=MOST_QUERY_FIELDS)
    except ValueError:
        return None
    offsets = [text for name, text in fields if name == "offset"]
    is_figure = len(offsets) == 1 and len(offsets[0]) <= MOST_OFFSET_DIGITS
    return int(offsets[0]) if is_figure and offsets[0].isascii() and offsets[0].isdigit() else None
