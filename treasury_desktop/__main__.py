"""Parse arguments, hand over; the same executable is also its own child processes."""

import gc
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn


def main() -> int:
    """The exit status of the program or of the child it was started as.

    Children come first and import only what is theirs: the signer no Qt and no network, the
    secret-entry window no network and no store.
    """
    match sys.argv[1:2]:
        case ["signer"]:
            from treasury_desktop.keys.signer import main as signer  # noqa: PLC0415  child only

            return signer()
        case ["secret-entry"]:
            return _secret_entry()
        case ["devnet-supervisor"]:
            from treasury_desktop.devnet.supervisor import (  # noqa: PLC0415  child only
                main as supervise,
            )

            return int(supervise(sys.argv[2:]) or 0)
        case ["review"]:
            return _review()
        case _:
            return _command_line()


def _command_line() -> int:
    from treasury_desktop.command_line import main as command_line  # noqa: PLC0415  not in a child

    return command_line(sys.argv[1:])


def _review() -> NoReturn:
    """One review and the end: nothing is tidied up behind it, neither on the way nor at the end.

    The report has been written and flushed, and a review opens nothing it would have to close.
    Giving the memory of a large batch back piece by piece takes a tenth of a second, for nobody.
    """
    gc.disable()
    status = _command_line()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # closed, full, or not there
            stream.flush()
    os._exit(status)


def _secret_entry() -> int:
    from treasury_desktop.keys.secret_entry_host import (  # noqa: PLC0415  child only
        RunWindow,
        main,
    )

    def load_window() -> RunWindow:
        from treasury_desktop.windows.secret_entry.run import (  # noqa: PLC0415  Qt comes late
            run,
        )

        return run

    def wait(for_job: Callable[[], bytes]) -> bytes:
        from treasury_desktop.windows.secret_entry.run import (  # noqa: PLC0415  as above
            while_waiting,
        )

        return while_waiting(for_job)

    return main(load_window, while_waiting=wait)


if __name__ == "__main__":
    sys.exit(main())
