"""Asking the signer process, which works about a second, from a thread of the window."""

from collections.abc import Callable, Mapping, Sequence

from treasury_desktop.errors import TreasuryError, Unavailable

Answer = Mapping[str, object]
AskSigner = Callable[[Sequence[bytearray]], Answer | None]
"""Asks the signer process with secrets it overwrites; `None` where a passphrase does not open."""


def asked(ask_signer: AskSigner, given: Sequence[bytearray]) -> Answer | TreasuryError | None:
    """What the signer answered, or the failure that it ended with."""
    try:
        return ask_signer(given)
    except TreasuryError as failure:
        return failure
    except OSError as error:
        return Unavailable(f"The signer could not be reached: {error.strerror}.")
