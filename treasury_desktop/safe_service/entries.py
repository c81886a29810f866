"""The entries of a page as the service lists them: claims, each bounded and of the right type.

`files/` reads service transactions as well, of any version and from any program, and has to guess
what was meant. Here one version was asked for, so nothing is guessed, and the readers of single
values are the core's (`bundle.fields`): neither door needs the other. An entry that cannot be read
spoils no other. What nobody uses is dropped unread: dataDecoded, the executor, dates and fees.
Source: safe-transaction-service v6.10.1, history/serializers.py, MultisigTransaction V2.
"""

from typing import NamedTuple

from treasury_desktop.assets.address import ZERO_ADDRESS, Address
from treasury_desktop.assets.strict_json import JsonValue, read_json_object
from treasury_desktop.bundle import ClaimedSignature
from treasury_desktop.bundle.fields import (
    Fields,
    address,
    flag,
    hash32,
    hex_bytes,
    items,
    text,
    unsigned,
)
from treasury_desktop.desk.doors import ServedTransaction, UnreadEntry
from treasury_desktop.errors import Malformed
from treasury_desktop.safes.safe_tx import Operation, SafeTx

MOST_CONFIRMATIONS = 200
MOST_SIGNATURE_BYTES = 5_000
"""As many as the service itself keeps of one."""
MOST_ORIGIN_CHARACTERS = 200
LARGEST_THRESHOLD_BITS = 32


class Page(NamedTuple):
    """What one answer lists, and the link it names as the next one."""

    transactions: tuple[ServedTransaction, ...]
    unread: tuple[UnreadEntry, ...]
    next_link: str | None


def read_page(value: JsonValue, *, name: str, first: int, most: int) -> Page:
    """A page whose entries are called `name` and numbered from `first` on.

    Malformed where it is no page at all.
    """
    page = Fields(value, "")
    listed = page.raw("results")
    if not isinstance(listed, list):
        raise Malformed("results", "must be a list")
    if len(listed) > most:
        raise Malformed("results", f"lists {len(listed)} entries; {most} were asked for")
    transactions, unread = list[ServedTransaction](), list[UnreadEntry]()
    for index, entry in enumerate(listed):
        place = f"{name} {first + index}"
        try:
            transactions.append(_transaction(Fields(entry, ""), place))
        except Malformed as flaw:
            unread.append(UnreadEntry(place=place, problem=flaw.sentence))
    return Page(tuple(transactions), tuple(unread), page.otherwise("next", text, None))


def _transaction(entry: Fields, place: str) -> ServedTransaction:
    return ServedTransaction(
        place=place,
        safe=entry.required("safe", address),
        tx=_safe_tx(entry),
        claimed_hash=entry.required("safeTxHash", hash32),
        signatures=_signatures(entry),
        note=_note(entry.raw("origin")),
        says_trusted=entry.required("trusted", flag),
        says_executed=entry.required("isExecuted", flag),
        says_threshold=entry.otherwise(
            "confirmationsRequired", unsigned(LARGEST_THRESHOLD_BITS), None
        ),
    )


def _safe_tx(entry: Fields) -> SafeTx:
    """The ten fields that are hashed; null is how the service writes empty data and no address."""
    return SafeTx(
        to=entry.required("to", address),
        value=entry.required("value", unsigned(256)),
        data=entry.required("data", _bytes_or_null),
        operation=entry.required("operation", _operation),
        safe_tx_gas=entry.required("safeTxGas", unsigned(256)),
        base_gas=entry.required("baseGas", unsigned(256)),
        gas_price=entry.required("gasPrice", unsigned(256)),
        gas_token=entry.required("gasToken", _address_or_null),
        refund_receiver=entry.required("refundReceiver", _address_or_null),
        nonce=entry.required("nonce", unsigned(256)),
    )


def _bytes_or_null(value: object, path: str) -> bytes:
    return b"" if value is None else hex_bytes(value, path)


def _address_or_null(value: object, path: str) -> Address:
    return ZERO_ADDRESS if value is None else address(value, path)


def _operation(value: object, path: str) -> Operation:
    number = unsigned(8)(value, path)
    if number not in tuple(Operation):
        raise Malformed(path, "must be 0, 1 or 2")
    return Operation(number)


def _signatures(entry: Fields) -> tuple[ClaimedSignature, ...]:
    """The confirmations that carry bytes; without any there is nothing to verify."""
    listed = entry.raw("confirmations")
    if isinstance(listed, list) and len(listed) > MOST_CONFIRMATIONS:
        raise Malformed("confirmations", f"lists more than {MOST_CONFIRMATIONS}")
    read = items(listed, entry.path("confirmations"), _signature)
    return tuple(one for one in read if one is not None)


def _signature(value: object, path: str) -> ClaimedSignature | None:
    confirmation = Fields(value, path)
    owner = confirmation.required("owner", address)
    if confirmation.raw("signature") is None:
        return None
    data = confirmation.required("signature", hex_bytes)
    if len(data) > MOST_SIGNATURE_BYTES:
        raise Malformed(f"{path}.signature", f"has more than {MOST_SIGNATURE_BYTES:,} bytes")
    return ClaimedSignature(signer=owner, data=data)


def _note(origin: object) -> str:
    """The note in an origin, which by convention is JSON text; "" where there is none."""
    if not isinstance(origin, str) or len(origin) > MOST_ORIGIN_CHARACTERS:
        return ""
    try:
        note = read_json_object(origin.encode("utf-8", "replace")).get("note")
    except Malformed:
        return ""
    return note if isinstance(note, str) else ""
