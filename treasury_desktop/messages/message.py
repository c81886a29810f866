"""A message that a Safe signs: typed data or a text, never anything else."""

from treasury_desktop.assets.strict_json import JsonSource, read_json_object
from treasury_desktop.errors import Malformed
from treasury_desktop.messages.text_message import TextMessage
from treasury_desktop.messages.typed_data import TypedData, typed_data_in

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
