"""What a new proxy is created with is read as the call that the factory makes to it."""

from typing import Any

import pytest

from tests.matters import a_call, a_treasury_safe
from tests.samples import STRANGER, an_address, an_owner
from treasury_desktop.assets.address import ZERO_ADDRESS, Address
from treasury_desktop.calls.decoded_call import (
    Certainty,
    DecodedCall,
    Problem,
    Reading,
    decode_transaction,
)
from treasury_desktop.calls.known_contracts import official_address
from treasury_desktop.safes.safe_tx import Operation, SafeTx

FACTORIES = {
    version: address
    for name, version in (
        ("GnosisSafeProxyFactory", (1, 3, 0)),
        ("SafeProxyFactory", (1, 4, 1)),
        ("SafeProxyFactory", (1, 5, 0)),
    )
    if (address := official_address(1, name, version)) is not None
}
FACTORY = FACTORIES[(1, 4, 1)]
SINGLETON = official_address(1, "Safe", (1, 4, 1)) or STRANGER
SETUP = "setup(address[],uint256,address,bytes,address,address,uint256,address)"
LIBRARY = an_address("a library")


def a_setup(to: Address = ZERO_ADDRESS, data: bytes = b"") -> bytes:
    """The set-up of a 1-of-2 Safe."""
    owners = (an_owner(1), an_owner(2))
    nobody = (ZERO_ADDRESS, ZERO_ADDRESS, 0, ZERO_ADDRESS)
    return a_call(STRANGER, SETUP, owners, 1, to, data, *nobody).data


def created(
    *arguments: Any, by: str = "createProxyWithNonce", factory: Address = FACTORY, **tx: Any
) -> DecodedCall:
    """A creation, read."""
    types = {
        2: "(address,bytes)",
        3: "(address,bytes,uint256)",
        4: "(address,bytes,uint256,address)",
    }
    call = a_call(factory, by + types[len(arguments)], *arguments)
    whole = SafeTx(to=factory, data=call.data, nonce=42, **tx)
    return decode_transaction(a_treasury_safe(), whole, Reading())


@pytest.mark.parametrize("version", FACTORIES)
def test_the_factory_calls_the_new_proxy(version: tuple[int, int, int]) -> None:
    """The target is the new proxy, by the singleton's functions."""
    call = created(SINGLETON, a_setup(), 7, factory=FACTORIES[version])
    (inner,) = call.calls
    assert inner.function is not None
    assert inner.function.signature == SETUP
    assert (inner.operation, inner.sender, inner.value) == (0, FACTORIES[version], 0)
    assert inner.certainty is Certainty.KNOWN_CONTRACT
    assert inner.argument("_owners") == (an_owner(1), an_owner(2))
    assert not inner.calls


def test_every_part_decides_where_it_lies() -> None:
    """Factory, singleton, initialiser, number, chain and callback: each makes another proxy."""
    made = [
        created(SINGLETON, a_setup(), 7),
        created(SINGLETON, a_setup(), 8),
        created(SINGLETON, a_setup(LIBRARY), 7),
        created(STRANGER, a_setup(), 7),
        created(SINGLETON, a_setup(), 7, factory=FACTORIES[(1, 3, 0)]),
        created(SINGLETON, a_setup(), 7, by="createChainSpecificProxyWithNonce"),
        created(SINGLETON, a_setup(), 7, STRANGER, by="createProxyWithCallback"),
        created(SINGLETON, a_setup(), 7, ZERO_ADDRESS, by="createProxyWithCallback"),
        created(SINGLETON, a_setup(), 7, operation=Operation.DELEGATECALL),
    ]
    assert len({call.calls[0].to for call in made}) == len(made)
    same = created(SINGLETON, a_setup(), 7, by="createProxyWithNonceL2")
    assert same.calls[0].to == made[0].calls[0].to


def test_delegatecalls_of_a_set_up_are_seen() -> None:
    """What a new Safe runs on its own storage stands below its set-up."""
    (inner,) = created(SINGLETON, a_setup(LIBRARY, b"\x01\x02\x03\x04"), 7).calls
    (below,) = inner.calls
    assert below.is_delegatecall
    assert (below.sender, below.to, below.path) == (inner.to, LIBRARY, "0.0.0")


def test_code_nobody_knows_is_read_by_four_bytes_only() -> None:
    """A singleton of a stranger may mean anything by setup."""
    (inner,) = created(STRANGER, a_setup(), 7).calls
    assert inner.certainty is Certainty.KNOWN_SELECTOR
    (dark,) = created(SINGLETON, b"\xde\xad\xbe\xef", 7).calls
    assert Problem.UNDECODED in dark.problems


@pytest.mark.parametrize(
    "call",
    [
        created(SINGLETON, b"", 7),
        created(SINGLETON, a_setup(), by="createProxy"),
        created(SINGLETON, a_setup(), 7, factory=STRANGER),
        created(SINGLETON, a_setup(), 7, factory=official_address(1, "ProxyFactory", (1, 1, 1))),
        created(SINGLETON, a_setup(), 7, factory=official_address(1, "CreateCall", (1, 4, 1))),
    ],
)
def test_what_stays_an_argument(call: DecodedCall) -> None:
    """Nothing to run, or nobody can say where: no target is made up."""
    assert call.function is not None
    assert not call.calls
