"""A real bus of our own, and on it a small real service in the places of a screen saver and logind.

One bus stands for both the session's and the system's.
"""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from jeepney import DBusAddress, HeaderFields, MessageType, message_bus, new_method_return
from jeepney.io.blocking import open_dbus_connection
from jeepney.low_level import Message
from jeepney.wrappers import new_error, new_signal

LOGIN = "org.freedesktop.login1"
SCREEN = "org.freedesktop.ScreenSaver"


class Bus:
    """A bus daemon in a process of its own."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            ["dbus-daemon", "--session", "--nofork", "--print-address"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()

    def end(self) -> None:
        """Ends the daemon, and with it every conversation on the bus."""
        self.process.kill()
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


class Teller:
    """Tells what a screen saver and a login manager tell; `is_locked` is the screen's state."""

    def __init__(self, bus: Bus, *names: str, is_locked: bool = False) -> None:
        self.bus = bus
        self.is_locked = is_locked
        self._connection = open_dbus_connection(bus.address)
        self._sending = threading.Lock()
        for name in names:
            self._connection.send_and_get_reply(message_bus.RequestName(name))
        self._thread = threading.Thread(target=self._answer, name="teller")
        self._thread.start()

    def emit(
        self, interface: str, member: str, signature: str = "", body: tuple[Any, ...] = ()
    ) -> None:
        """Sends a signal to whoever asked for it."""
        sender = DBusAddress("/teller", interface=interface)
        self._send(new_signal(sender, member, signature or None, body))

    def wait_until_passed_on(self) -> None:
        """Waits until the bus has passed on what was sent before: it keeps the order."""
        with open_dbus_connection(self.bus.address) as other:
            other.send_and_get_reply(message_bus.ListNames())

    def leave(self, name: str) -> None:
        """Gives up a name."""
        self._send(message_bus.ReleaseName(name))

    def join(self) -> None:
        """Waits for the thread, which ends with the bus."""
        self._thread.join()
        self._connection.close()

    def _send(self, message: Message) -> None:
        with self._sending:
            self._connection.send(message)

    def _answer(self) -> None:
        try:
            while True:
                call = self._connection.receive()
                if call.header.message_type is not MessageType.method_call:
                    continue
                if call.header.fields[HeaderFields.member] == "GetActive":
                    self._send(new_method_return(call, "b", (self.is_locked,)))
                else:
                    self._send(new_error(call, "org.freedesktop.DBus.Error.NotSupported"))
        except OSError:
            return


@contextmanager
def a_bus() -> Iterator[Bus]:
    """A bus on which nobody tells anything."""
    bus = Bus()
    try:
        yield bus
    finally:
        bus.end()


@contextmanager
def telling(bus: Bus, *names: str, is_locked: bool = False) -> Iterator[Teller]:
    """Somebody on a bus who tells; the bus is ended with him."""
    teller = Teller(bus, *names, is_locked=is_locked)
    try:
        yield teller
    finally:
        bus.end()
        teller.join()
