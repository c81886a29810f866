"""Which key ring a Linux session has: the Secret Service, or a KWallet that does not offer it.

KDE's KWallet offers the Secret Service since 2022 (Frameworks 5.97), and is reached by it. An older
one, or one that was told not to, is reached by its own interface, for which the library `keyring`
needs dbus-python; that comes with a distribution's packages only, as nobody builds wheels of it.
"""

import importlib.util
from typing import Final

SECRETS: Final = "org.freedesktop.secrets"
KWALLET: Final = "org.kde.kwalletd5"
SECONDS_TO_ANSWER: Final = 1.0


def has_kwallet_only() -> bool:
    """Whether KWallet's own interface is the only way to a key ring here, and can be taken."""
    if importlib.util.find_spec("dbus") is None:
        return False
    names = _names_on_the_session_bus()
    return KWALLET in names and SECRETS not in names


def _names_on_the_session_bus() -> frozenset[str]:
    """Who is there or would come when called; nobody where there is no bus."""
    from jeepney import DBusErrorResponse, message_bus  # noqa: PLC0415  Linux only
    from jeepney.io.blocking import Proxy, open_dbus_connection  # noqa: PLC0415  Linux only

    try:
        with open_dbus_connection(auth_timeout=SECONDS_TO_ANSWER) as connection:
            bus = Proxy(message_bus, connection, timeout=SECONDS_TO_ANSWER)
            (there,), (callable_,) = bus.ListNames(), bus.ListActivatableNames()
    except (OSError, KeyError, ValueError, RuntimeError, StopIteration, DBusErrorResponse):
        return frozenset()
    return frozenset({*there, *callable_})
