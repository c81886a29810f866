"""A question to a contract, and reading its answer word by word.

Answers are read here and not by an ABI library: each number is checked against its type's range,
and a contract that answers too little is said to do so.
"""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from eth_abi.abi import encode

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.chain.answers import Reverted
from treasury_desktop.errors import Malformed

WORD = 32
ADDRESS_BITS = 160
ONE_ADDRESS = "(address)"
_ADDRESS_PADDING = bytes(12)


class ContractCall(NamedTuple):
    """A call that only reads; `name` says in a sentence what is asked.

    Whoever asks a contract that cares who asks names the `sender`. `words` is how long the answer
    is expected to be: a longer one is read too, but takes a question of its own.
    """

    to: Address
    data: bytes
    name: str
    sender: Address | None = None
    words: int = 1


def asking(
    to: Address,
    signature: str,
    *arguments: object,
    name: str = "",
    sender: Address | None = None,
    words: int = 1,
) -> ContractCall:
    """A call of `name(type,…)`; addresses are given as `Address`."""
    label = name or f"{_function(signature)} of {to}"
    only = arguments[0] if len(arguments) == 1 else None
    if signature.endswith(ONE_ADDRESS) and isinstance(only, Address):
        # As eth_abi does, many times faster: a thousand balances are a thousand addresses.
        encoded = _ADDRESS_PADDING + only.raw
    else:
        encoded = encode(_types(signature), [_plain(argument) for argument in arguments])
    return ContractCall(to, selector(signature) + encoded, label, sender, words)


@cache
def selector(signature: str) -> bytes:
    """The first four bytes of the keccak of a function's signature."""
    return keccak(signature.encode())[:4]


@cache
def _function(signature: str) -> str:
    """What a function is called in a sentence."""
    return f"{signature.partition('(')[0]}()"


@cache
def event_topic(signature: str) -> bytes:
    """The topic by which an event's logs are found."""
    return keccak(signature.encode())


class Words:
    """The 32-byte words a contract answered, at least so many."""

    def __init__(self, answer: bytes | Reverted, name: str, at_least: int = 1) -> None:
        if isinstance(answer, Reverted):
            raise Malformed(name, f"the contract refuses to answer ({answer.reason})")
        if len(answer) < at_least * WORD:
            raise Malformed(name, "the contract does not answer what was asked")
        self._answer = answer
        self._name = name

    def uint(self, index: int, bits: int = 256) -> int:
        """An unsigned integer of so many bits."""
        number = int.from_bytes(self._word(index), "big")
        if number >> bits:
            raise Malformed(self._name, f"word {index} does not fit uint{bits}")
        return number

    def sint(self, index: int, bits: int = 256) -> int:
        """A signed integer of so many bits."""
        number = int.from_bytes(self._word(index), "big", signed=True)
        if not -(1 << bits - 1) <= number < 1 << bits - 1:
            raise Malformed(self._name, f"word {index} does not fit int{bits}")
        return number

    def flag(self, index: int) -> bool:
        """A truth value."""
        return self.uint(index, 1) == 1

    def address(self, index: int) -> Address:
        """An address."""
        return Address(self.uint(index, ADDRESS_BITS).to_bytes(20, "big"))

    def bytes32(self, index: int) -> bytes:
        """Thirty-two bytes as they stand."""
        return self._word(index)

    def items(self, head: int, most: int) -> list[int]:
        """The items of the dynamic array whose offset stands in word `head`, at most so many."""
        start = self._offset(head)
        length = self.uint(start)
        if length > most:
            raise Malformed(self._name, f"claims {length} items, more than {most}")
        return [self.uint(start + 1 + index) for index in range(length)]

    def addresses(self, head: int, most: int) -> tuple[Address, ...]:
        """The addresses of the dynamic array whose offset stands in word `head`."""
        items = self.items(head, most)
        if any(item >> ADDRESS_BITS for item in items):
            raise Malformed(self._name, "an item is no address")
        return tuple(Address(item.to_bytes(20, "big")) for item in items)

    def text(self, head: int, most: int) -> str:
        """The string whose offset stands in word `head`, at most so many bytes of UTF-8."""
        start = self._offset(head)
        length = self.uint(start)
        begin = (start + 1) * WORD
        if length > most or begin + length > len(self._answer):
            raise Malformed(self._name, f"claims a text of {length} bytes")
        return self._answer[begin : begin + length].decode("utf-8", "replace")

    def _offset(self, head: int) -> int:
        offset = self.uint(head)
        if offset % WORD or offset >= len(self._answer):
            raise Malformed(self._name, "points outside its own answer")
        return offset // WORD

    def _word(self, index: int) -> bytes:
        word = self._answer[index * WORD : (index + 1) * WORD]
        if len(word) != WORD:
            raise Malformed(self._name, "the contract answers less than it claims")
        return word


def _plain(argument: object) -> object:
    if isinstance(argument, Address):
        return argument.raw
    if isinstance(argument, (tuple, list)):
        return type(argument)(_plain(item) for item in argument)
    return argument


@cache
def _types(signature: str) -> Sequence[str]:
    """The parameter types at the top level of a signature."""
    inner = signature[signature.index("(") + 1 : -1]
    types, depth, start = [], 0, 0
    for at, character in enumerate(inner):
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            types.append(inner[start:at])
            start = at + 1
    return [*types, inner[start:]] if inner else []
