"""What pages can have done with the optional Safe Transaction Service.

Nothing here happens by itself: each call is one press of a button. Everything but `host` may block
and runs in an errand; failures raise the three kinds of `treasury_desktop.errors`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # names only, as in `windows.actions`
    from treasury_desktop.desk.doors import IsCancelled, OnProgress
    from treasury_desktop.desk.exchange_with_service import ServiceReading
    from treasury_desktop.desk.service_settings import ServiceState

READ = "read service"
TRY = "try service"
SEND = "send to service"
KEEP = "keep service"
SERVICE_ACTS = frozenset({READ, TRY, SEND})
"""The names of the errands that wait for an answer of the service; each can be hung up."""


class ServiceActions(Protocol):
    """One service, as the pages know it."""

    def state(self) -> ServiceState:
        """What is kept and what was heard; asks nobody."""
        ...

    def turn_on(self, address: str, requests_per_month: str, key: str) -> ServiceState:
        """Keep what the person typed, and the key unless it is ""; asks nobody yet.

        Malformed names "service", "budget" or "service key". A key kept for another address is
        forgotten.
        """
        ...

    def turn_off(self) -> ServiceState:
        """Ask nothing any more; address, budget and key stay."""
        ...

    def forget_key(self) -> ServiceState:
        """Forget the API key."""
        ...

    def try_connection(self) -> ServiceState:
        """Ask for its version; what went wrong is in the state."""
        ...

    def read(
        self, *, with_untrusted: bool, on_progress: OnProgress, is_cancelled: IsCancelled
    ) -> ServiceReading:
        """Read what waits there and keep what is verifiably signed."""
        ...

    def send(self, safe_tx_hash: bytes) -> str:
        """Propose it, or add our confirmation where the service has it; the sentence says which."""
        ...
