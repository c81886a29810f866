"""Who tells the secret-entry process that the screen is locked or the computer goes to sleep.

It asks on the session bus who keeps the screen, and on the system bus for systemd's login manager;
both have to be there before a key may stay unlocked, and to stay there as long as it does. Signals
anybody else invents can only end it early. Linux only: elsewhere nobody tells, so nothing is kept.
"""

import sys
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from treasury_desktop.errors import Unavailable
from treasury_desktop.keys.unlock import Ending

if TYPE_CHECKING:
    from jeepney import Message
    from jeepney.io.blocking import DBusConnection

SECONDS_TO_ANSWER: Final = 1.0
SCREEN_KEEPERS: Final = tuple(
    (f"org.{name}.ScreenSaver", f"/org/{name}/ScreenSaver")
    for name in ("freedesktop", "gnome", "cinnamon", "mate", "xfce")
)
LOGIN: Final = "org.freedesktop.login1"
SESSION: Final = f"{LOGIN}.Session"
BUS: Final = "org.freedesktop.DBus"
PROPERTIES: Final = f"{BUS}.Properties"

NOT_HERE: Final = "This system does not tell the program when the screen is locked."
NO_SCREEN: Final = "Nothing on this session tells whether the screen is locked."
IS_LOCKED: Final = "The screen is locked."
NO_LOGIN: Final = "Nothing on this computer tells when it goes to sleep."

Call = Callable[["Message"], tuple[Any, ...] | None]
"""A call on a bus and what it answers; `None` for an error."""


class SessionWatch:
    """Listens on both buses from threads; tells `on_ending` what ends every unlock."""

    def __init__(
        self,
        on_ending: Callable[[Ending], None],
        *,
        session: str = "SESSION",
        system: str = "SYSTEM",
    ) -> None:
        self._ears = (
            _Ear(session, NO_SCREEN, _ask_for_screen, on_ending),
            _Ear(system, NO_LOGIN, _ask_for_login, on_ending),
        )

    def begin(self) -> None:
        """Starts to listen."""
        if sys.platform == "linux":
            for ear in self._ears:
                ear.start()

    def why_not(self) -> str:
        """Why nothing may stay unlocked here; empty while both buses tell."""
        if sys.platform != "linux":
            return NOT_HERE
        return next((why for ear in self._ears if (why := ear.why_not())), "")


class _Ear(threading.Thread):
    """One bus: asks who tells, then listens until somebody tells or nobody can any more."""

    def __init__(
        self,
        address: str,
        deaf: str,
        ask: Callable[[Call], str],
        on_ending: Callable[[Ending], None],
    ) -> None:
        super().__init__(name=f"listening to {address}", daemon=True)
        self._address = address
        self._deaf = deaf
        self._ask = ask
        self._on_ending = on_ending
        self._why_not = deaf
        self._has_asked = threading.Event()
        self._until = time.monotonic() + 3 * SECONDS_TO_ANSWER

    def why_not(self) -> str:
        """Why nothing may stay unlocked; a bus that does not answer in time is one that is deaf."""
        self._has_asked.wait(max(self._until - time.monotonic(), 0))
        return self._why_not

    def run(self) -> None:
        """Asks, then listens until something ends every unlock; after that it stays ended."""
        ending = Ending.DEAF
        try:
            ending = self._listen()
        except (OSError, ValueError, RuntimeError, KeyError, StopIteration, Unavailable):
            pass  # no bus, or none any more
        finally:
            self._why_not = self._why_not or self._deaf
            if ending is Ending.SCREEN:
                self._why_not = IS_LOCKED
            self._has_asked.set()
            self._on_ending(ending)

    def _listen(self) -> Ending:
        from jeepney.io.blocking import open_dbus_connection  # noqa: PLC0415  Linux only

        with open_dbus_connection(self._address, auth_timeout=SECONDS_TO_ANSWER) as bus:
            heard: list[Message] = []
            self._why_not = self._ask(lambda message: _called(bus, message, heard))
            self._has_asked.set()
            if self._why_not:
                return Ending.DEAF
            while True:
                for message in heard:
                    if (ending := ending_by(message)) is not None:
                        return ending
                heard = [bus.receive()]


def ending_by(message: "Message") -> Ending | None:
    """What a signal ends every unlock by; what cannot be understood ends it too."""
    from jeepney import HeaderFields, MessageType  # noqa: PLC0415  Linux only

    if message.header.message_type is not MessageType.signal:
        return None
    member, body = message.header.fields.get(HeaderFields.member), message.body
    if member == "PropertiesChanged":
        return _ending_by_properties(body)
    endings = {
        "ActiveChanged": Ending.SCREEN,
        "Lock": Ending.SCREEN,
        "PrepareForSleep": Ending.SLEEP,
        "NameOwnerChanged": Ending.DEAF,
    }
    is_over = member in {"ActiveChanged", "PrepareForSleep"} and body == (False,)
    return None if is_over else endings.get(str(member))


def _ending_by_properties(body: tuple[Any, ...]) -> Ending | None:
    """A session whose screen is locked, or that somebody else's took the place of."""
    match body:
        case (str(interface), _, _) if interface != SESSION:
            return None
        case (_, dict(changed), list(untold)):
            is_locked = changed.get("LockedHint", ("b", False)) != ("b", False)
            is_aside = changed.get("Active", ("b", True)) != ("b", True)
            is_unclear = bool({"LockedHint", "Active"} & set(untold))
            return Ending.SCREEN if is_locked or is_aside or is_unclear else None
    return Ending.DEAF


def _ask_for_screen(call: Call) -> str:
    """Why the screen's keeper is none to rely on; asks to be told first, then how it stands."""
    from jeepney import DBusAddress, new_method_call  # noqa: PLC0415  Linux only

    answers = []
    for name, path in SCREEN_KEEPERS:
        if _has_owner(call, name):
            _subscribe(call, interface=name, member="ActiveChanged", sender=name)
            _subscribe(call, member="NameOwnerChanged", sender=BUS, arg0=name)
            answers.append(call(new_method_call(DBusAddress(path, name, name), "GetActive")))
    if any(answer == (True,) for answer in answers):
        return IS_LOCKED
    return "" if (False,) in answers else NO_SCREEN


def _ask_for_login(call: Call) -> str:
    """Why the login manager cannot be relied on."""
    if not _has_owner(call, LOGIN):
        return NO_LOGIN
    manager = f"{LOGIN}.Manager"
    _subscribe(call, interface=manager, member="PrepareForSleep", sender=LOGIN)
    _subscribe(call, interface=SESSION, member="Lock", sender=LOGIN)
    _subscribe(call, interface=PROPERTIES, member="PropertiesChanged", sender=LOGIN, arg0=SESSION)
    _subscribe(call, member="NameOwnerChanged", sender=BUS, arg0=LOGIN)
    return "" if _has_owner(call, LOGIN) else NO_LOGIN


def _has_owner(call: Call, name: str) -> bool:
    from jeepney import message_bus  # noqa: PLC0415  Linux only

    return call(message_bus.NameHasOwner(name)) == (True,)


def _subscribe(call: Call, *, arg0: str = "", **conditions: str) -> None:
    from jeepney import MatchRule, message_bus  # noqa: PLC0415  Linux only

    rule = MatchRule(type="signal", **conditions)
    if arg0:
        rule.add_arg_condition(0, arg0)
    if call(message_bus.AddMatch(rule)) is None:
        raise Unavailable("The bus does not pass on what was asked for.")


def _called(
    bus: "DBusConnection", message: "Message", heard: "list[Message]"
) -> tuple[Any, ...] | None:
    """The answer to a call; signals that come meanwhile are put aside, not lost."""
    from jeepney import HeaderFields, MessageType  # noqa: PLC0415  Linux only

    serial = next(bus.outgoing_serial)
    bus.send(message, serial=serial)
    until = time.monotonic() + SECONDS_TO_ANSWER
    while True:
        got = bus.receive(timeout=max(until - time.monotonic(), 0))
        if got.header.fields.get(HeaderFields.reply_serial) == serial:
            is_answer = got.header.message_type is MessageType.method_return
            return tuple(got.body) if is_answer else None
        heard.append(got)
