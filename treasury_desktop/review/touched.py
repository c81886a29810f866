"""Which addresses a transaction touches, and the first call that names each."""

from collections.abc import Iterator

from treasury_desktop.assets.address import Address
from treasury_desktop.calls.decoded_call import DecodedCall


def touched_addresses(root: DecodedCall) -> dict[Address, str]:
    """Every address called or named in an argument → the path of the first call that does."""
    found: dict[Address, str] = {}
    for call in root.walk():
        found.setdefault(call.to, call.path)
        for address in named_in(call):
            found.setdefault(address, call.path)
    return found


def named_in(call: DecodedCall) -> Iterator[Address]:
    """The addresses in a call's arguments, those inside arrays and structs too."""
    pending = [argument.value for argument in reversed(call.arguments)]
    while pending:
        value = pending.pop()
        if isinstance(value, Address):
            yield value
        elif isinstance(value, tuple):
            pending.extend(reversed(value))
