"""A message that a Safe signs: typed data or a text, never anything else."""

from treasury_desktop.assets.strict_json import JsonSource, canonical_json, read_json_object
from treasury_desktop.errors import Malformed
from treasury_desktop.messages.text_message import TextMessage
from treasury_desktop.messages.typed_data import MAX_BYTES, TypedData, typed_data_in

Message = TypedData | TextMessage
"""What is signed: raw hashes have no form here, so that nothing can ask for one."""


def message_in(value: object, field: str = "message") -> Message:
    """The message of a JSON value that was read strictly: text, or an object of typed data."""
    if isinstance(value, str):
        return TextMessage(value)
    if isinstance(value, dict):
        return typed_data_in(value)
    raise Malformed(field, "is a text or an object of typed data")


def message_json(message: Message) -> JsonSource:
    """The JSON value that `message_in` reads as the same message."""
    return message.text if isinstance(message, TextMessage) else read_json_object(message.text)


def message_bytes(message: Message) -> bytes:
    """The one way to write a message down, as it is kept and handed to the signer."""
    return canonical_json({"message": message_json(message)})


def message_of(content: bytes) -> Message:
    """The message that `message_bytes` wrote; Malformed where the bytes are anything else."""
    found = read_json_object(content, max_bytes=2 * MAX_BYTES)
    if found.keys() != {"message"}:
        raise Malformed("message", "is an object with a message and nothing else")
    return message_in(found["message"])
