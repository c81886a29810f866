"""Members of a struct whose type string is known, each as the Python type that it is."""

from treasury_desktop.assets.address import Address
from treasury_desktop.messages.typed_values import StructValue


def address_in(struct: StructValue, name: str) -> Address:
    """A member of type address."""
    value = struct[name]
    assert isinstance(value, Address)
    return value


def number_in(struct: StructValue, name: str) -> int:
    """A member of an integer type."""
    value = struct[name]
    assert isinstance(value, int)
    return value


def text_in(struct: StructValue, name: str) -> str:
    """A member of type string."""
    value = struct[name]
    assert isinstance(value, str)
    return value


def bytes_in(struct: StructValue, name: str) -> bytes:
    """A member of a bytes type."""
    value = struct[name]
    assert isinstance(value, bytes)
    return value


def struct_in(struct: StructValue, name: str) -> StructValue:
    """A member that is a struct."""
    value = struct[name]
    assert isinstance(value, StructValue)
    return value


def structs_in(struct: StructValue, name: str) -> tuple[StructValue, ...]:
    """A member that is a list of structs."""
    value = struct[name]
    assert isinstance(value, tuple)
    return tuple(each for each in value if isinstance(each, StructValue))
