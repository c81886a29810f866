"""What a process does to itself before it touches a secret.

None of it stops an attacker who already runs as the same person and got there first; it stops
core dumps, debuggers attached later, inherited settings, and our own mistakes.
"""

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Final

PR_SET_PDEATHSIG: Final = 1
PR_SET_DUMPABLE: Final = 4
SEM_NO_CRASH_DIALOG: Final = 0x8007
PARENT_IS_GONE: Final = 3

_SIGNER_VARIABLES: Final = frozenset({"SYSTEMROOT", "WINDIR"})
"""Windows needs them to find its own random numbers; elsewhere the signer needs nothing."""
_WINDOW_VARIABLES: Final = _SIGNER_VARIABLES | {
    "APPDATA", "DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "HOME", "LANG", "LC_ALL", "LOCALAPPDATA",
    "USERPROFILE", "WAYLAND_DISPLAY", "XAUTHORITY", "XDG_CURRENT_DESKTOP", "XDG_RUNTIME_DIR",
    "XDG_SESSION_TYPE",
}  # fmt: skip
_PLATFORMS: Final = frozenset({"cocoa", "offscreen", "wayland", "windows", "xcb"})
_FORBIDDEN_EVENTS: Final = (
    "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.startfile", "os.system",
    "pty.spawn", "socket.bind", "socket.connect", "socket.getaddrinfo", "socket.gethostbyname",
    "socket.sendto", "subprocess.Popen", "urllib.Request",
)  # fmt: skip


def signer_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """What the signer process may inherit: next to nothing."""
    return {name: environment[name] for name in _SIGNER_VARIABLES if name in environment}


def window_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """What the secret-entry process may inherit: where its screen is, and in which language.

    QT_PLUGIN_PATH, LD_PRELOAD, PYTHON… and everything else that loads code is left behind.
    """
    kept = {name: environment[name] for name in _WINDOW_VARIABLES if name in environment}
    if environment.get("QT_QPA_PLATFORM") in _PLATFORMS:
        kept["QT_QPA_PLATFORM"] = environment["QT_QPA_PLATFORM"]
    if _is_scale(environment.get("QT_SCALE_FACTOR", "")):
        kept["QT_SCALE_FACTOR"] = environment["QT_SCALE_FACTOR"]
    return kept


def harden(environment: Mapping[str, str]) -> None:
    """Forbids dumps and debuggers, replaces the environment, keeps secrets out of crash reports.

    The main thread calls it before there is any other: they inherit which signals it hears.
    """
    sys.dont_write_bytecode = True
    sys.excepthook = _say_where_only
    threading.excepthook = _say_where_in_thread
    sys.unraisablehook = _say_where_while_tidying
    os.environ.clear()
    os.environ.update(environment)
    if sys.platform == "win32":
        ctypes.windll.kernel32.SetErrorMode(SEM_NO_CRASH_DIALOG)
        return
    # What ends a key or an unlock in time; both could be inherited as ignored or held back.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    import resource  # noqa: PLC0415  exists on Unix only

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.umask(0o077)
    if sys.platform == "linux":
        library = ctypes.CDLL(None, use_errno=True)
        library.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
        # The kernel ends us with the thread that started us; that thread waits for our answer.
        library.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def forbid_reaching_out() -> None:
    """From now on this process cannot connect, start a program or write a file; it ends instead."""
    sys.addaudithook(_refuse_reaching_out)
    if sys.platform != "win32":
        import resource  # noqa: PLC0415  exists on Unix only

        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def end_when_input_ends(descriptor: int) -> None:
    """Ends this process when the other end of its input closes: the parent is gone."""

    def watch() -> None:
        while os.read(descriptor, 1):
            pass
        os._exit(PARENT_IS_GONE)

    threading.Thread(target=watch, name="parent", daemon=True).start()


def _refuse_reaching_out(event: str, _arguments: tuple[object, ...]) -> None:
    if event in _FORBIDDEN_EVENTS:
        raise PermissionError(f"the signer process does not do {event}")


def _say_where_only(
    kind: type[BaseException], _error: BaseException | None, trace: TracebackType | None
) -> None:
    """An exception's text may quote what it choked on, so only its kind and place are printed."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = "" if trace is None else f" in {trace.tb_frame.f_code.co_name}, line {trace.tb_lineno}"
    sys.stderr.write(f"{kind.__name__}{place}\n")


def _say_where_in_thread(failure: threading.ExceptHookArgs) -> None:
    """The same for an exception that ends a thread."""
    _say_where_only(failure.exc_type, failure.exc_value, failure.exc_traceback)


def _say_where_while_tidying(failure: "sys.UnraisableHookArgs") -> None:
    """The same for an exception that nobody could have caught."""
    _say_where_only(failure.exc_type, failure.exc_value, failure.exc_traceback)


def _is_scale(text: str) -> bool:
    return text.isascii() and text.replace(".", "", 1).isdigit()
