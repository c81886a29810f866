"""Whether an address in the calls is a poisoned twin of one that is trusted."""

from collections.abc import Iterator

from treasury_desktop.assets.address import Address
from treasury_desktop.calls.decoded_call import DecodedCall
from treasury_desktop.calls.known_contracts import official_contract
from treasury_desktop.review.findings import Finding, block
from treasury_desktop.review.subject import Subject

LOOKALIKE_DIGITS = 4


def lookalikes(subject: Subject) -> Iterator[Finding]:
    """A poisoned address agrees with a trusted one where people look: at both ends."""
    anchors = [e.address for e in subject.evidence.address_book]
    anchors += [c.address for c in subject.evidence.contracts if c.trusted]
    anchors += [a for s in subject.facts.strategies for a in s.contracts]
    anchors += [*subject.facts.own_safes, subject.safe.address]
    trusted = frozenset(anchors)
    in_order = sorted(trusted)
    for call, address in _named_addresses(subject.call):
        if address in trusted or official_contract(subject.safe.chain_id, address):
            continue
        twin = next((anchor for anchor in in_order if _looks_like(address, anchor)), None)
        if twin is not None:
            yield block(
                "LOOKALIKE_ADDRESS",
                f"{address} looks like {subject.name_of(twin)} and is another address.",
                path=call.path,
            )


def _named_addresses(root: DecodedCall) -> Iterator[tuple[DecodedCall, Address]]:
    for call in root.walk():
        yield call, call.to
        for argument in call.arguments:
            values = argument.value if isinstance(argument.value, tuple) else (argument.value,)
            yield from ((call, value) for value in values if isinstance(value, Address))


def _looks_like(one: Address, other: Address) -> bool:
    a, b = one.raw.hex(), other.raw.hex()
    ends = (
        a[:LOOKALIKE_DIGITS] == b[:LOOKALIKE_DIGITS]
        and a[-LOOKALIKE_DIGITS:] == (b[-LOOKALIKE_DIGITS:])
    )
    differing = sum(x != y for x, y in zip(a, b, strict=True))
    return not one.is_zero and (ends or differing <= LOOKALIKE_DIGITS)
