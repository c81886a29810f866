"""What other programs write about a Safe transaction: which of them wrote it, and what it says.

The kind is told by what is there, never by a file's name: a bundle by its `format`, a picture by
its first bytes, a link or UR by how it begins, JSON by its members. What could be two kinds at
once is refused, because then two programs would show two transactions for the same bytes.
"""

from collections.abc import Callable, Mapping

from treasury_desktop.errors import Malformed
from treasury_desktop.files.foreign_programs.incoming import Incoming

NO_KIND = (
    'must be "treasury-desktop/bundle@1", or the file a Safe Transaction Builder batch, a '
    "transaction of the Safe Transaction Service, typed data of a SafeTx, or localsafe's"
)


def read_foreign(value: Mapping[str, object]) -> Incoming:
    """What a JSON object of another program says."""
    kinds = [(name, read) for name, is_kind, read in _KINDS if is_kind(value)]
    if not kinds:
        raise Malformed("format", NO_KIND)
    if len(kinds) > 1:
        names = " or ".join(name for name, _ in kinds)
        raise Malformed("format", f"is missing, and the file could be {names}")
    return kinds[0][1](value)


def read_foreign_text(text: str) -> Incoming:
    """What a link or the text of a QR code says."""
    if text[:3].lower() == "ur:":
        from treasury_desktop.files.air_gapped.signing_request import (  # noqa: PLC0415  one kind at a time
            read_signing_request,
        )

        return read_signing_request(text)
    from treasury_desktop.files.foreign_programs.links import read_link  # noqa: PLC0415  as above

    return read_link(text)


def is_link_or_resource(text: str) -> bool:
    """Whether a text is a link or a UR, rather than JSON."""
    return text[:8].lower().startswith(("http://", "https://", "ur:"))


def is_picture(start: bytes) -> bool:
    """Whether bytes begin as a picture that may show a QR code."""
    return start.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8"))


# ── which program wrote it ───────────────────────────────────────────────────────────────────────


def _is_batch(value: Mapping[str, object]) -> bool:
    return "transactions" in value and not _is_localsafe_list(value)


def _is_localsafe(value: Mapping[str, object]) -> bool:
    return isinstance(value.get("tx"), dict) or _is_localsafe_list(value)


def _is_localsafe_list(value: Mapping[str, object]) -> bool:
    """Where a batch file has calldata, localsafe has an object with a whole SafeTx."""
    listed = value.get("transactions")
    if not isinstance(listed, list) or not listed:
        return False
    return all(isinstance(one, dict) and isinstance(one.get("data"), dict) for one in listed)


def _is_page(value: Mapping[str, object]) -> bool:
    return "results" in value


_OF_SERVICE = ("operation", "safeTxGas", "baseGas", "safeTxHash", "contractTransactionHash")


def _is_service_transaction(value: Mapping[str, object]) -> bool:
    """Two members that only a Safe's transaction has: one that lacks another is refused by it."""
    return sum(name in value for name in _OF_SERVICE) > 1


def _is_typed_data(value: Mapping[str, object]) -> bool:
    return "primaryType" in value or ("types" in value and "message" in value)


# ── how it is read; each reader is loaded when it is needed ──────────────────────────────────────


def _read_batch(value: Mapping[str, object]) -> Incoming:
    from treasury_desktop.files.foreign_programs.safe_batch import read_batch  # noqa: PLC0415  as said

    return read_batch(value)


def _read_localsafe(value: Mapping[str, object]) -> Incoming:
    from treasury_desktop.files.foreign_programs.links import read_localsafe_file  # noqa: PLC0415  as said

    return read_localsafe_file(value)


def _read_page(value: Mapping[str, object]) -> Incoming:
    from treasury_desktop.files.foreign_programs.service_transaction import (  # noqa: PLC0415  as said
        read_service_page,
    )

    return read_service_page(value)


def _read_service_transaction(value: Mapping[str, object]) -> Incoming:
    from treasury_desktop.files.foreign_programs.service_transaction import (  # noqa: PLC0415  as said
        read_service_transaction,
    )

    return read_service_transaction(value)


def _read_typed_data(value: Mapping[str, object]) -> Incoming:
    from treasury_desktop.files.foreign_programs.typed_data_file import read_typed_data  # noqa: PLC0415  as said

    return read_typed_data(value)


_KINDS: tuple[
    tuple[str, Callable[[Mapping[str, object]], bool], Callable[[Mapping[str, object]], Incoming]],
    ...,
] = (
    ("a Safe Transaction Builder batch", _is_batch, _read_batch),
    ("an export of localsafe", _is_localsafe, _read_localsafe),
    ("a list of the Safe Transaction Service", _is_page, _read_page),
    (
        "a transaction of the Safe Transaction Service",
        _is_service_transaction,
        _read_service_transaction,
    ),
    ("typed data", _is_typed_data, _read_typed_data),
)
