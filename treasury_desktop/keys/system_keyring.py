"""The operating system's key ring, through a back-end that is pinned by its class.

The library `keyring` chooses a back-end by environment variable, by a file that may even extend
Python's path, by plug-ins, and falls back to plaintext or to none. None of that code runs here: one
of four classes is imported by name and instantiated, with the variables removed that set attributes
on it, and its identity is checked again at each use.
"""

import importlib
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Protocol, cast

from treasury_desktop.errors import Refused, Unavailable
from treasury_desktop.keys.encrypted_key import MAX_TEXT_UNITS
from treasury_desktop.keys.linux_key_rings import has_kwallet_only
from treasury_desktop.keys.reading_alike import WRONG_SESSION, read_alike

SERVICE: Final = "treasury-desktop"
SELF_TEST: Final = "self-test"
MOST_WRITES: Final = 3
_HOSTILE_VARIABLES: Final = ("PYTHON_KEYRING_BACKEND", "KEYCHAIN_PATH")
_HOSTILE_PREFIX: Final = "KEYRING_PROPERTY_"


class _Backend(Protocol):
    """The three methods of a keyring back-end that we use."""

    def get_password(self, service: str, username: str) -> str | None: ...
    def set_password(self, service: str, username: str, password: str) -> None: ...
    def delete_password(self, service: str, username: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowedBackend:
    """A back-end that keeps secrets from other people; `title` is what the person calls it."""

    title: str
    module: str
    name: str
    own_attributes: frozenset[str] = frozenset()


SECRET_SERVICE: Final = AllowedBackend(
    title="Secret Service", module="keyring.backends.SecretService", name="Keyring"
)
MACOS_KEYCHAIN: Final = AllowedBackend(
    title="macOS Keychain", module="keyring.backends.macOS", name="Keyring"
)
WINDOWS_LOCKER: Final = AllowedBackend(
    title="Windows Credential Locker", module="keyring.backends.Windows", name="WinVaultKeyring"
)
KWALLET: Final = AllowedBackend(
    title="KWallet",
    module="keyring.backends.kwallet",
    name="DBusKeyring",
    own_attributes=frozenset({"handle", "iface"}),
)
ALLOWED: Final = (SECRET_SERVICE, MACOS_KEYCHAIN, WINDOWS_LOCKER, KWALLET)


def backend_of_this_system() -> AllowedBackend:
    """The back-end that belongs to this operating system, and on Linux to this session."""
    if sys.platform in {"win32", "darwin"}:
        return {"win32": WINDOWS_LOCKER, "darwin": MACOS_KEYCHAIN}[sys.platform]
    return KWALLET if has_kwallet_only() else SECRET_SERVICE


class SystemKeyRing:
    """Keeps texts in the operating system's key ring, under one service name.

    Every method raises Unavailable with one sentence while the key ring does not answer, and
    Refused when the back-end is not the one that was pinned.
    """

    def __init__(self, allowed: AllowedBackend | None = None, service: str = SERVICE) -> None:
        self._allowed = allowed or backend_of_this_system()
        if self._allowed not in ALLOWED:
            raise Refused(f"{self._allowed.title} is not a key ring this program trusts.")
        self._service = service
        self._class = _pinned_class(self._allowed)
        self._instance = self._class()
        self._is_tested = False

    @property
    def title(self) -> str:
        """What the person calls the place."""
        return self._allowed.title

    def read(self, name: str) -> str | None:
        """The text kept under a name, or `None`."""
        with self._answering() as backend:
            return self._read_alike(backend, name)

    def write(self, name: str, text: str) -> None:
        """Keeps a text under a name and reads it back; tests the key ring before the first."""
        if len(text.encode("utf-16-le")) > 2 * MAX_TEXT_UNITS:
            raise Refused("The text is longer than the smallest key ring keeps.")
        self._test_once()
        self._write_and_compare(name, text)

    def remove(self, name: str) -> None:
        """Forgets what is kept under a name; nothing there is fine."""
        with self._answering() as backend:
            if self._read_alike(backend, name) is not None:
                backend.delete_password(self._service, name)

    def called(self, name: str) -> str:
        """The entry of the key ring."""
        return f"the entry {name} of the {self.title}"

    def names(self) -> tuple[str, ...]:
        """None: a key ring answers only for names it is asked for."""
        return ()

    def _test_once(self) -> None:
        if not self._is_tested:
            token = secrets.token_hex(16)
            self._write_and_compare(SELF_TEST, token)
            self.remove(SELF_TEST)
            self._is_tested = True

    def _write_and_compare(self, name: str, text: str) -> None:
        with self._answering() as backend:
            for tries_left in reversed(range(MOST_WRITES)):
                try:
                    backend.set_password(self._service, name, text)
                except _failures() as error:
                    if not tries_left or WRONG_SESSION not in repr(error):
                        raise
                    continue
                if self._read_alike(backend, name) == text:
                    return
        raise Unavailable(f"The {self.title} does not give back what it was given.")

    def _read_alike(self, backend: _Backend, name: str) -> str | None:
        """What is kept under a name, as two answers alike say."""
        try:
            return read_alike(lambda: backend.get_password(self._service, name))
        except ValueError:
            raise Unavailable(f"The {self.title} gives another answer each time.") from None

    @contextmanager
    def _answering(self) -> Iterator[_Backend]:
        self._check_identity()
        try:
            yield cast("_Backend", self._instance)
        except _failures() as error:
            raise Unavailable(_sentence(error, self.title)) from None

    def _check_identity(self) -> None:
        backend, pinned = self._instance, _pinned_class(self._allowed)
        if type(backend) is not self._class or self._class is not pinned:
            raise Refused("The key ring's back-end was exchanged; no key is read or kept.")
        if set(vars(backend)) - self._allowed.own_attributes:
            raise Refused("The key ring's back-end was given foreign settings; no key is used.")


def _pinned_class(allowed: AllowedBackend) -> type:
    """The class by its two names, from the installed library and nowhere else."""
    for name in list(os.environ):
        if name in _HOSTILE_VARIABLES or name.startswith(_HOSTILE_PREFIX):
            del os.environ[name]
    module = importlib.import_module(allowed.module)
    found = getattr(module, allowed.name, None)
    if (
        not isinstance(found, type)
        or found.__module__ != allowed.module
        or found.__qualname__ != allowed.name
    ):
        raise Refused(f"The {allowed.title} back-end is not the class it should be.")
    return found


def _failures() -> tuple[type[BaseException], ...]:
    """What a back-end of this system raises when the world, not we, is at fault."""
    from keyring.errors import KeyringError  # noqa: PLC0415  40 ms, and only keys need it

    failures: list[type[BaseException]] = [KeyringError, OSError, EOFError]
    if sys.platform == "linux":
        from jeepney import DBusErrorResponse  # noqa: PLC0415  Linux only
        from secretstorage import SecretStorageException  # noqa: PLC0415  Linux only

        failures += [DBusErrorResponse, SecretStorageException]
        if "dbus" in sys.modules:  # with KWallet's own interface
            failures.append(sys.modules["dbus"].DBusException)
    return tuple(failures)


def _sentence(error: BaseException, title: str) -> str:
    """What happened, from the chain of exceptions the library leaves."""
    kinds = {type(each).__name__ for each in _chain(error)}
    text = " ".join(str(each) for each in _chain(error))
    is_unreachable = any(isinstance(each, OSError | EOFError) for each in _chain(error))
    is_empty = bool(kinds & {"InitError", "ItemNotFoundException"})
    is_locked = bool(kinds & {"KeyringLocked", "LockedException"}) or "PromptDismissed" in text
    sentences = (
        (
            "DBUS_SESSION_BUS_ADDRESS" in text or is_unreachable,
            f"There is no session bus here, so the {title} cannot be reached.",
        ),
        (
            "libqca-ossl" in text,
            f"KWallet, which offers the {title} here, lacks its plug-in for encryption (QCA).",
        ),
        (
            "SecretServiceNotAvailableException" in kinds,
            f"No program on this session offers the {title}.",
        ),
        (is_empty, f"The {title} has no default collection to keep keys in."),
        (is_locked, f"The {title} is locked; unlock it and try again."),
        (".TimedOut" in text or ".NoReply" in text, f"The {title} does not answer."),
    )
    otherwise = f"The {title} did not do what was asked ({type(error).__name__})."
    return next((sentence for is_so, sentence in sentences if is_so), otherwise)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
