"""Whether an address in the calls is a poisoned twin of one that is trusted."""

from collections.abc import Iterable, Iterator
from functools import cache

from treasury_desktop.assets.address import ADDRESS_LENGTH, Address
from treasury_desktop.calls.known_contracts import official_addresses
from treasury_desktop.calls.known_tokens import known_tokens
from treasury_desktop.review.findings import Finding, block
from treasury_desktop.review.neighbours import Neighbours
from treasury_desktop.review.subject import Subject
from treasury_desktop.treasury.evidence import Origin

END_BYTES = 2
"""Four hex digits at each end: what people compare."""
DIGITS_THAT_MAY_DIFFER = 4


def lookalikes(subject: Subject) -> Iterator[Finding]:
    """A poisoned address agrees with a trusted one where people look: at both ends.

    What a sender calls trusted is no excuse for looking like something that is packaged here.
    """
    trusted = _trusted(subject)
    packaged, claimed = _packaged(subject.safe.chain_id), _Anchors(trusted)
    is_ours = subject.facts.origin is not Origin.SENDER
    for address, path in _named_addresses(subject).items():
        is_trusted = address in trusted
        if address.is_zero or address in packaged or (is_trusted and is_ours):
            continue
        twin = packaged.twin_of(address) or (None if is_trusted else claimed.twin_of(address))
        if twin is not None:
            yield block(
                "LOOKALIKE_ADDRESS",
                f"{address} looks like {subject.name_of(twin)} and is another address.",
                path=path,
            )


def twin_of_trusted(address: Address, trusted: frozenset[Address], chain_id: int) -> Address | None:
    """A trusted or packaged address that this one looks like and is not, or `None`."""
    packaged = _packaged(chain_id)
    if address.is_zero or address in packaged or address in trusted:
        return None
    return packaged.twin_of(address) or _Anchors(trusted).twin_of(address)


def _trusted(subject: Subject) -> frozenset[Address]:
    """What our own side trusts; without a workspace what the bundle says is trusted."""
    evidence, facts = subject.evidence, subject.facts
    return frozenset(
        (
            subject.safe.address,
            *facts.own_safes,
            *(entry.address for entry in evidence.address_book),
            *(contract.address for contract in evidence.contracts if contract.trusted),
            *(token.address for token in evidence.tokens if token.listed is True),
            *(contract for strategy in facts.strategies for contract in strategy.contracts),
        )
    )


def _named_addresses(subject: Subject) -> dict[Address, str]:
    """Every address of the transaction → the path of the first call that names it."""
    found = dict(subject.touched)
    for address in (subject.tx.refund_receiver, subject.tx.gas_token):
        found.setdefault(address, "")
    return found


@cache
def _packaged(chain_id: int) -> "_Anchors":
    """The packaged deployments, on whatever chain they are, and the packaged tokens."""
    return _Anchors((*official_addresses(), *(token.address for token in known_tokens(chain_id))))


class _Anchors:
    """Addresses that others are compared with."""

    def __init__(self, addresses: Iterable[Address]) -> None:
        self._addresses = {address for address in addresses if not address.is_zero}
        self._by_ends: dict[bytes, list[Address]] = {}
        self._near: Neighbours | None = None

    def __contains__(self, address: Address) -> bool:
        return address in self._addresses

    def twin_of(self, address: Address) -> Address | None:
        """An anchor that an address looks like and is not, or `None`."""
        if self._near is None:
            self._index()
            assert self._near is not None
        for each in self._by_ends.get(_ends(address), ()):
            if each != address:
                return each
        near = self._near.one_near(address.number, DIGITS_THAT_MAY_DIFFER)
        return None if near is None else Address(near.to_bytes(ADDRESS_LENGTH, "big"))

    def _index(self) -> None:
        in_order = sorted(self._addresses)
        for address in in_order:
            self._by_ends.setdefault(_ends(address), []).append(address)
        self._near = Neighbours([address.number for address in in_order])


def _ends(address: Address) -> bytes:
    return address.raw[:END_BYTES] + address.raw[-END_BYTES:]
