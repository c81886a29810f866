"""Whatever a person opens, pastes or writes as a message: a cosigner's file, typed data, a text.

A text is taken exactly as it stands; one that begins as JSON does is read as JSON.
"""

from dataclasses import dataclass

from treasury_desktop.assets.strict_json import read_json_object
from treasury_desktop.bundle import ClaimedSignature
from treasury_desktop.errors import Malformed, Refused
from treasury_desktop.files.message_file import MAX_BYTES, is_message_file, read_message_file
from treasury_desktop.messages.message import Message
from treasury_desktop.messages.text_message import text_message_of
from treasury_desktop.messages.typed_data import typed_data_in
from treasury_desktop.safes.safe import Safe


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingMessage:
    """A message, and the Safe it names: `None` where it is for whichever Safe of ours is meant."""

    message: Message
    safe: Safe | None = None
    purpose: str = ""
    signatures: tuple[ClaimedSignature, ...] = ()


def message_in_file(data: bytes) -> IncomingMessage:
    """The message of a file or of pasted text: JSON where it begins as such, else a text.

    A raw hash, bytes that are no text, and JSON of anything else are refused in one sentence.
    """
    if data.lstrip()[:1] != b"{":
        return IncomingMessage(message=text_message_of(data))
    found = read_json_object(data, max_bytes=MAX_BYTES)
    if is_message_file(dict(found)):
        file = read_message_file(data)
        return IncomingMessage(
            message=file.message, safe=file.safe, purpose=file.purpose, signatures=file.signatures
        )
    if "format" in found:
        raise Malformed("format", "is no message; open a bundle on the Queue page")
    # Snapshot sends typed data inside of {address, sig, data}.
    inner = found.get("data")
    if "types" not in found and isinstance(inner, dict) and "types" in inner:
        found = inner
    if "types" not in found:
        raise Refused("This JSON is neither typed data nor a message file.")
    return IncomingMessage(message=typed_data_in(found))
