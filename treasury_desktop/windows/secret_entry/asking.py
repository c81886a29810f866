"""Asking the signer process, which works about a second, from a thread of the window."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from treasury_desktop.errors import TreasuryError, Unavailable

Answer = Mapping[str, object]


class AskSigner(Protocol):
    """Asks the signer process with secrets it overwrites; `None` where a passphrase does not open.

    With `keeps` the passphrase that opened the key is kept in this process for a while.
    """

    def __call__(self, given: Sequence[bytearray], /, *, keeps: bool = False) -> Answer | None:
        """What it answered."""
        ...


def asked(
    ask_signer: AskSigner, given: Sequence[bytearray], *, keeps: bool = False
) -> Answer | TreasuryError | None:
    """What the signer answered, or the failure that it ended with."""
    try:
        return ask_signer(given, keeps=True) if keeps else ask_signer(given)
    except TreasuryError as failure:
        return failure
    except OSError as error:
        return Unavailable(f"The signer could not be reached: {error.strerror}.")
