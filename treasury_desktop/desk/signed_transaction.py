"""Reads the raw bytes of a signed EIP-1559 transaction: what was sent, and by whom.

Written by hand from RLP's rules and strict about them, so that what reads our sendings shares
nothing with the library that wrote them. Sources: EIP-2718, EIP-1559, RLP (canonical form only).
"""

from dataclasses import dataclass

from treasury_desktop.assets.address import ADDRESS_LENGTH, Address
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.desk.fees import Fees
from treasury_desktop.errors import Malformed
from treasury_desktop.safes.signature import FIRST_ECDSA_V, recover_signer

FEE_MARKET_TYPE = 2
FIELDS, SIGNED_FIELDS = 12, 9
SHORT_STRING, LONG_STRING, SHORT_LIST, LONG_LIST = 0x80, 0xB7, 0xC0, 0xF7
LONGEST_SHORT = 55
WORD = 32
EMPTY_LIST = bytes([SHORT_LIST])
MOST_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedTransaction:
    """A transaction and the account that signed it; `to` is `None` where it makes a contract."""

    chain_id: int
    sender: Address
    account_nonce: int
    to: Address | None
    value: int
    data: bytes
    gas: int
    fees: Fees

    @property
    def is_cancellation(self) -> bool:
        """Whether it only uses the account nonce: nothing, from the account to itself."""
        return self.to == self.sender and not self.value and not self.data

    @property
    def place(self) -> tuple[Address, int]:
        """The account and its nonce: of all transactions with these, one can be mined."""
        return self.sender, self.account_nonce


def read_signed(raw: bytes) -> SignedTransaction:
    """The transaction in raw bytes; Malformed where they are none, or not in canonical form."""
    if not raw or raw[0] != FEE_MARKET_TYPE or len(raw) > MOST_BYTES:
        raise _malformed("is no EIP-1559 transaction")
    items, signed_length = _items(_list_content(raw[1:]))
    chain_id, nonce, tip, highest, gas, to, value, data, access, odd, r, s = items
    if access != EMPTY_LIST or len(to) not in (0, ADDRESS_LENGTH):
        raise _malformed("is none that this program makes")
    content = _list_content(raw[1:])[:signed_length]
    digest = keccak(raw[:1] + _list_prefix(len(content)) + content)
    parity, fees = _number(odd), (_number(highest), _number(tip))
    signature = _number(r), _number(s)
    sender = (
        recover_signer(digest, *signature, FIRST_ECDSA_V + parity)
        if parity in (0, 1) and all(signature)
        else None
    )
    if sender is None or fees[1] > fees[0]:
        raise _malformed("is not signed by anybody" if sender is None else "has impossible fees")
    return SignedTransaction(
        chain_id=_number(chain_id),
        sender=sender,
        account_nonce=_number(nonce),
        to=Address(to) if to else None,
        value=_number(value),
        data=data,
        gas=_number(gas),
        fees=Fees(max_fee_per_gas=fees[0], max_priority_fee_per_gas=fees[1]),
    )


def _items(content: bytes) -> tuple[list[bytes], int]:
    """The twelve items of the list, and how many bytes the signed ones of them take."""
    items: list[bytes] = []
    at = signed_length = 0
    while at < len(content):
        if len(items) == FIELDS:
            raise _malformed("has more fields than it should")
        if len(items) == SIGNED_FIELDS - 1 and content[at : at + 1] == EMPTY_LIST:
            item, at = EMPTY_LIST, at + 1
        else:
            item, at = _string(content, at)
        items.append(item)
        if len(items) == SIGNED_FIELDS:
            signed_length = at
    if len(items) != FIELDS:
        raise _malformed("has fewer fields than it should")
    return items, signed_length


def _string(content: bytes, at: int) -> tuple[bytes, int]:
    """One string and where the next item begins."""
    first = content[at]
    if first < SHORT_STRING:
        return content[at : at + 1], at + 1
    if first <= LONG_STRING:
        begins, length = at + 1, first - SHORT_STRING
    elif first < SHORT_LIST:
        begins, length = _long(content, at + 1, first - LONG_STRING)
    else:
        raise _malformed("has a list where there is none")
    item = content[begins : begins + length]
    if len(item) != length or (length == 1 and item[0] < SHORT_STRING):
        raise _malformed("is cut off, or not in canonical form")
    return item, begins + length


def _list_content(encoded: bytes) -> bytes:
    """What is inside a list that takes all of the bytes."""
    if not encoded or encoded[0] < SHORT_LIST:
        raise _malformed("is no list")
    begins, length = 1, encoded[0] - SHORT_LIST
    if encoded[0] > LONG_LIST:
        begins, length = _long(encoded, 1, encoded[0] - LONG_LIST)
    if len(encoded) != begins + length:
        raise _malformed("is cut off, or something follows it")
    return encoded[begins:]


def _long(content: bytes, at: int, size: int) -> tuple[int, int]:
    """Where a long item begins and how long it is; the length itself has no leading zero."""
    digits = content[at : at + size]
    length = int.from_bytes(digits, "big")
    if len(digits) != size or not digits[0] or length <= LONGEST_SHORT:
        raise _malformed("is cut off, or not in canonical form")
    return at + size, length


def _list_prefix(length: int) -> bytes:
    if length <= LONGEST_SHORT:
        return bytes([SHORT_LIST + length])
    digits = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([LONG_LIST + len(digits)]) + digits


def _number(digits: bytes) -> int:
    if len(digits) > WORD or digits[:1] == b"\0":
        raise _malformed("has a number that is not in canonical form")
    return int.from_bytes(digits, "big")


def _malformed(problem: str) -> Malformed:
    return Malformed("raw transaction", problem)
