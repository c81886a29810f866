"""The service as pages know it (`windows.actions_of_service.ServiceActions`), answers laid out."""

from dataclasses import replace
from typing import Any

from tests.samples import an_owner
from treasury_desktop.desk.service_settings import (
    RequestCount,
    ServiceSettings,
    ServiceState,
    ServiceTrouble,
)
from treasury_desktop.errors import Unavailable

ADDRESS = "https://safe.example/tx-service/demo"
OFF = ServiceState(used=RequestCount(month="2026-11"), key_place="the key ring of this system")
ON = replace(
    OFF,
    settings=ServiceSettings(
        address=ADDRESS,
        is_on=True,
        requests_per_month=200,
        key_entry="service-" + "0" * 32,
    ),
    used=RequestCount(month="2026-11", requests=31),
)
TURNED_OFF = replace(ON, settings=replace(ON.settings, is_on=False))
USED_UP = replace(ON, used=RequestCount(month="2026-11", requests=200))


def troubled(kind: str, sentence: str) -> ServiceState:
    """On, and something was wrong when it was asked last."""
    return replace(ON, trouble=ServiceTrouble(kind=kind, sentence=sentence))


def listing(*listed: tuple[bytes, tuple[int, ...]]) -> ServiceState:
    """On and read: of these transactions it has the signatures of these owners."""
    has = {safe_tx_hash: frozenset(map(an_owner, owners)) for safe_tx_hash, owners in listed}
    return replace(ON, is_read=True, listed=has)


class ServiceAtHand:
    """Answers each action with what was given under its name; `asked` lists every call."""

    def __init__(self, state: ServiceState = OFF, **answers: Any) -> None:
        self.now_in = state
        self.answers = answers
        self.asked: list[tuple[str, tuple[Any, ...]]] = []

    def _answer(self, action: str, *arguments: Any) -> Any:
        self.asked.append((action, arguments))
        answer = self.answers.get(action, Unavailable(f"Nobody laid out an answer to {action}."))
        if isinstance(answer, Exception):
            raise answer
        return answer(*arguments) if callable(answer) else answer

    def state(self) -> ServiceState:
        """As laid out."""
        return self.now_in

    def turn_on(self, address: str, requests_per_month: str, key: str) -> Any:
        """A state."""
        return self._turned(self._answer("turn_on", address, requests_per_month, key))

    def turn_off(self) -> Any:
        """A state."""
        return self._turned(self._answer("turn_off"))

    def forget_key(self) -> Any:
        """A state."""
        return self._turned(self._answer("forget_key"))

    def try_connection(self) -> Any:
        """A state."""
        return self._turned(self._answer("try_connection"))

    def read(self, *, with_untrusted: bool, on_progress: Any, is_cancelled: Any) -> Any:
        """A reading."""
        return self._answer("read", with_untrusted, on_progress, is_cancelled)

    def send(self, safe_tx_hash: bytes) -> Any:
        """A sentence."""
        return self._answer("send", safe_tx_hash)

    def _turned(self, state: ServiceState) -> ServiceState:
        self.now_in = state
        return state
