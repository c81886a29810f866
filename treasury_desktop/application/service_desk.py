"""One desk's dealings with its Safe Transaction Service, where it has turned one on.

While it is off nothing of `safe_service` is imported and no socket is opened. Each act opens a
conversation of its own, which `stop` ends; the budget is one for all of them, and its count is on
the disk before a request leaves.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from treasury_desktop.assets.address import Address
from treasury_desktop.desk.doors import IsCancelled, KeyLabel, OnProgress, Records
from treasury_desktop.desk.exchange_with_service import (
    ServiceReading,
    confirm_at_service,
    propose_to_service,
    read_service_queue,
)
from treasury_desktop.desk.service_settings import (
    RequestCount,
    ServiceSettings,
    ServiceShelf,
    ServiceState,
    ServiceTrouble,
    trouble_of,
)
from treasury_desktop.errors import Cancelled, Malformed, Refused, TreasuryError
from treasury_desktop.safes.safe import Safe

if TYPE_CHECKING:
    from treasury_desktop.keys.service_key import ServiceKeys
    from treasury_desktop.safe_service.meter import Meter, MonthlyUse
    from treasury_desktop.safe_service.service import TransactionService

OFF = "The Safe Transaction Service is turned off in Settings; nothing was asked."
CHANGED = (
    "The Safe Transaction Service was turned off or changed meanwhile; what it verifiably brought "
    "before is kept."
)
MOST_BUDGET_DIGITS = 9


class ServiceRecords(Records, ServiceShelf, Protocol):
    """The records, with what they keep of a service."""


class ServiceDesk:
    """Keeps the Protocol `windows.actions_of_service.ServiceActions`."""

    def __init__(
        self,
        records: ServiceRecords,
        *,
        safes: Callable[[], tuple[Safe, ...]],
        labels: Callable[[], tuple[KeyLabel, ...]],
        open_keys: "Callable[[], ServiceKeys]",
        key_place: Callable[[], str],
        clock: Callable[[], int],
    ) -> None:
        self._records, self._safes, self._labels = records, safes, labels
        self._open_keys, self._key_place, self._clock = open_keys, key_place, clock
        self._lock = threading.RLock()
        self._conversations: set[TransactionService] = set()
        self._meter: Meter | None = None
        self._metered = ""
        self._trouble: ServiceTrouble | None = None
        self._answer = ""
        self._is_read = False
        self._listed: dict[bytes, frozenset[Address]] = {}

    # ── what is kept ─────────────────────────────────────────────────────────────────────────────

    def state(self) -> ServiceState:
        """What is kept and what was heard; asks nobody."""
        settings, damage = self._settings()
        brought_by = self._records.brought_by()
        with self._lock:
            return ServiceState(
                settings=settings,
                damage=damage,
                key_place=self._key_place(),
                used=self._used(),
                trouble=self._trouble,
                answer=self._answer,
                is_read=self._is_read,
                listed=dict(self._listed),
                brought_by=brought_by,
            )

    def turn_on(self, address: str, requests_per_month: str, key: str) -> ServiceState:
        """Keep what the person typed, and the key unless it is ""; asks nobody yet."""
        from treasury_desktop.safe_service.address import (  # noqa: PLC0415  not while it is off
            ServiceAddress,
            ServiceKey,
        )

        (before, _), named = self._settings(), str(ServiceAddress.parse(address.strip()))
        entry = before.key_entry if before.address == named else ""
        wanted = ServiceSettings(
            address=named,
            is_on=True,
            requests_per_month=_requests_in(requests_per_month),
            key_entry=entry,
        )
        if key:
            ServiceKey(key)  # what is no key would be refused at each request, too late
            wanted = replace(wanted, key_entry=self._open_keys().keep(named, key))
        self._keep(wanted, is_new_key=bool(key))
        if before.address != named:
            self.stop()  # what the other one says from now on is said of this one by nobody
            self._forget_what_was_heard()
        with self._lock:
            self._trouble = None  # of another address or key perhaps; the next answer tells
        if before.key_entry and before.key_entry != wanted.key_entry:
            self._open_keys().forget(before.key_entry)
        return self.state()

    def turn_off(self) -> ServiceState:
        """Ask nothing any more, and end what is being asked."""
        self._records.keep_service_settings(replace(self._settings()[0], is_on=False))
        self.stop()
        self._forget_what_was_heard()
        return self.state()

    def forget_key(self) -> ServiceState:
        """Forget the API key: from the settings first, then its entry."""
        before, _ = self._settings()
        self._records.keep_service_settings(replace(before, key_entry=""))
        if before.key_entry:
            self._open_keys().forget(before.key_entry)
        return self.state()

    def _settings(self) -> tuple[ServiceSettings, str]:
        """The settings; where they cannot be read none, and why: the person may choose anew."""
        try:
            return self._records.service_settings(), ""
        except Malformed as flaw:
            return ServiceSettings(), f"What was kept of a service cannot be read: {flaw.sentence}."

    def _keep(self, wanted: ServiceSettings, *, is_new_key: bool) -> None:
        try:
            self._records.keep_service_settings(wanted)
        except TreasuryError:
            if is_new_key:  # nobody would find it again
                self._open_keys().forget(wanted.key_entry)
            raise

    def _forget_what_was_heard(self) -> None:
        with self._lock:
            self._trouble, self._answer = None, ""
            self._is_read, self._listed = False, {}

    # ── what is asked ────────────────────────────────────────────────────────────────────────────

    def try_connection(self) -> ServiceState:
        """Ask for its version; what went wrong is in the state."""
        try:
            with self._conversation() as service:
                version = service.version()
            with self._lock:
                if service.is_hung_up:
                    raise Refused(CHANGED)
                self._answer = version or "of no name"
        except TreasuryError as failure:
            with self._lock:
                is_theirs = self._trouble == trouble_of(failure)
            if not is_theirs or self._trouble is None:  # a rule of ours, or we hung up
                raise
        return self.state()

    def read(
        self, *, with_untrusted: bool, on_progress: OnProgress, is_cancelled: IsCancelled
    ) -> ServiceReading:
        """Read what waits for each Safe, and keep what its owners verifiably signed."""
        self._require_on()
        readings = list[ServiceReading]()
        safes = self._safes()
        if not safes:
            raise Refused("The Safe has not been read yet; its owners decide. Refresh first.")
        try:
            with self._conversation(is_cancelled) as service:
                for number, safe in enumerate(safes):
                    on_progress(number, len(safes), f"Asking {service.name} what waits…")
                    reading = read_service_queue(
                        service,
                        safe,
                        self._records,
                        now=self._clock(),
                        safes=tuple(safes),
                        with_untrusted=with_untrusted,
                        is_cancelled=lambda: is_cancelled() or service.is_hung_up,
                    )
                    self._records.keep_brought(reading.brought, service.name)
                    readings.append(reading)
        except Cancelled:
            if readings:
                raise Cancelled("Cancelled; what came for another Safe before is kept.") from None
            raise
        with self._lock:
            if service.is_hung_up:
                raise Refused(CHANGED)
            self._is_read = True
            self._listed = {
                one.safe_tx_hash: one.owners for each in readings for one in each.listed
            }
        return _together(readings)

    def send(self, safe_tx_hash: bytes) -> str:
        """Propose it, or add our confirmation where the service has it; the sentence says which."""
        self._require_on()
        safe, missing = self._to_send(safe_tx_hash)
        with self._conversation() as service:
            for owner in missing:
                is_there = safe_tx_hash in self._listed
                act = confirm_at_service if is_there else propose_to_service
                act(service, safe_tx_hash, owner, safe, self._records, now=self._clock())
                said = "Your confirmation was sent" if is_there else "Proposed"
                with self._lock:
                    had = self._listed.get(safe_tx_hash, frozenset())
                    if not service.is_hung_up:
                        self._listed[safe_tx_hash] = had | {owner}
        return f"{said} to {service.name}."

    def stop(self) -> None:
        """End every conversation; whoever waits for an answer hears that at once."""
        with self._lock:
            conversations = tuple(self._conversations)
        for each in conversations:
            each.hang_up()

    def _require_on(self) -> ServiceSettings:
        settings = self._records.service_settings()
        if not settings.is_on:
            raise Refused(OFF)
        return settings

    def _to_send(self, safe_tx_hash: bytes) -> tuple[Safe, tuple[Address, ...]]:
        """The Safe, and our owners whose confirmations the service is not known to have."""
        queued = self._records.transaction(safe_tx_hash)
        safe = next((one for one in self._safes() if queued and one.address == queued.safe), None)
        if queued is None or safe is None:
            raise Refused("This transaction is not in the queue of a Safe that was read.")
        ours = {key.address for key in self._labels()}
        signed = [one.owner for one in queued.confirmations if one.owner in ours]
        if not signed:
            raise Refused("No owner of this desk has signed it; there is nothing to send.")
        with self._lock:
            there = self._listed.get(safe_tx_hash, frozenset())
        missing = tuple(owner for owner in signed if owner not in there)
        if not missing:
            raise Refused("The service has your confirmation already; nothing was sent.")
        return safe, missing

    @contextmanager
    def _conversation(
        self, is_cancelled: IsCancelled = lambda: False
    ) -> "Iterator[TransactionService]":
        """The service for one act, where it is turned on; what it does wrong is remembered."""
        settings = self._require_on()
        service = self._opened(settings)
        with self._lock:
            self._conversations.add(service)
        try:
            if self._records.service_settings() != settings:  # turned off or changed meanwhile
                raise Refused(OFF)
            yield service
            with self._lock:
                self._trouble = self._trouble if service.is_hung_up else None
        except TreasuryError as failure:
            if is_cancelled():
                raise Cancelled from None
            trouble = None if service.is_hung_up else trouble_of(failure)
            with self._lock:
                self._trouble = trouble or self._trouble
            raise
        finally:
            with self._lock:
                self._conversations.discard(service)

    def _opened(self, settings: ServiceSettings) -> "TransactionService":
        from treasury_desktop.safe_service.address import (  # noqa: PLC0415  not while it is off
            ServiceAddress,
            ServiceKey,
        )
        from treasury_desktop.safe_service.service import TransactionService  # noqa: PLC0415  same

        address, key = ServiceAddress.parse(settings.address), None
        if settings.key_entry:
            key = ServiceKey(self._open_keys().read(settings.key_entry, str(address)))
        return TransactionService(address, self._meter_for(settings), key=key)

    # ── the budget ───────────────────────────────────────────────────────────────────────────────

    def _used(self) -> RequestCount:
        """This month's count."""
        month = datetime.fromtimestamp(self._clock(), tz=UTC).strftime("%Y-%m")
        return self._records.service_use(month)

    def _meter_for(self, settings: ServiceSettings) -> "Meter":
        """The one meter of all conversations: two would count the same request once."""
        from treasury_desktop.safe_service.meter import (  # noqa: PLC0415  not while it is off
            Budget,
            Meter,
            MonthlyUse,
        )

        budget = Budget(requests_per_month=settings.requests_per_month)
        with self._lock:
            if self._meter is None:
                used = self._used()
                self._meter = Meter(
                    budget,
                    MonthlyUse(month=used.month, requests=used.requests),
                    on_use=self._count,
                    counted_in=lambda month: self._records.service_use(month).requests,
                    now=self._clock,
                )
            elif self._metered != settings.address:
                self._meter.turn_to_another()
            self._meter.allow(budget)
            self._metered = settings.address
            return self._meter

    def _count(self, use: "MonthlyUse") -> None:
        self._records.keep_service_use(RequestCount(month=use.month, requests=use.requests))


def _requests_in(text: str) -> int:
    """A whole number a person typed, thousands apart or not; Malformed names the field."""
    digits = text.strip().replace(",", "").replace("\u2009", "")
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= MOST_BUDGET_DIGITS
    if not is_number:
        raise Malformed("budget", "is a whole number of requests")
    return int(digits)


def _together(readings: list[ServiceReading]) -> ServiceReading:
    """What came of reading for several Safes."""
    return ServiceReading(
        listed=tuple(one for each in readings for one in each.listed),
        brought=tuple(one for each in readings for one in each.brought),
        new_confirmations=sum(each.new_confirmations for each in readings),
        quarantined=sum(each.quarantined for each in readings),
        refused=tuple(one for each in readings for one in each.refused),
        apart=tuple(one for each in readings for one in each.apart),
        remarks=tuple(dict.fromkeys(one for each in readings for one in each.remarks)),
    )
