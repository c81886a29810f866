"""Looks at Safes through endpoints that somebody just named; nothing of it is kept.

Each endpoint says which chain it serves before it is asked anything else: two chains in one
workspace would make every figure a figure of something else.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.amount import TokenAmount
from treasury_desktop.assets.chain import native_symbol
from treasury_desktop.assets.token import Token, native_token
from treasury_desktop.calls.known_tokens import KnownToken, known_tokens
from treasury_desktop.chain.answers import Reverted
from treasury_desktop.chain.batch import PinnedBlock
from treasury_desktop.chain.connection import Connection
from treasury_desktop.chain.contract_call import asking
from treasury_desktop.chain.node import CHAIN_ID, TIMEOUT_SECONDS, Node
from treasury_desktop.chain.safe_reader import read_safes
from treasury_desktop.errors import Refused, Unavailable
from treasury_desktop.treasury.first_sight import FirstSight
from treasury_desktop.treasury.holding import Holding
from treasury_desktop.treasury.workspace import Endpoint

WORD = 32

Speaking = TypeVar("Speaking", Connection, Node)


class FirstLook:
    """One look through some endpoints. Close it when done; `hang_up` ends it from any thread."""

    def __init__(
        self, endpoints: Sequence[Endpoint], *, timeout_seconds: float = TIMEOUT_SECONDS
    ) -> None:
        if not endpoints:
            raise Refused("Name a node first; nobody is asked who was not named.")
        self._endpoints = tuple(endpoints)
        self._timeout_seconds = timeout_seconds
        self._open: list[Connection | Node] = []
        self._is_over = False

    def look(self, addresses: tuple[Address, ...], *, expected: int | None = None) -> FirstSight:
        """The Safes and their holdings; Refused where the endpoints are of another chain.

        `expected` is the chain that somebody named with an address.
        """
        chain_id = self._chain_id()
        if expected is not None and chain_id != expected:
            raise Refused(
                f"The nodes are of chain {chain_id}; the address was given for chain {expected}."
            )
        node = self._begun(Node(self._endpoints, chain_id, timeout_seconds=self._timeout_seconds))
        pinned = PinnedBlock.newest(node)
        safes = read_safes(pinned, chain_id, addresses)
        holdings = (*_coins(pinned, chain_id, addresses), *_tokens(pinned, chain_id, addresses))
        return FirstSight(
            chain_id=chain_id,
            block=pinned.block,
            nodes=pinned.names,
            safes=safes,
            holdings=holdings,
        )

    def hang_up(self) -> None:
        """Ends the look at once; whoever waits for it hears that there is no answer."""
        self._is_over = True
        for each in self._open:
            each.hang_up()

    def close(self) -> None:
        """Ends all conversations."""
        for each in self._open:
            each.close()

    def _chain_id(self) -> int:
        """The chain all endpoints serve; each has to answer, since each was named just now."""
        connections = [
            self._begun(Connection(each, timeout_seconds=self._timeout_seconds))
            for each in self._endpoints
        ]
        with ThreadPoolExecutor(len(connections), thread_name_prefix="first look") as threads:
            said = list(threads.map(lambda each: each.ask_all((CHAIN_ID,))[0], connections))
        if len(set(said)) > 1:
            each_says = ", ".join(
                f"{one.name} of chain {chain_id}"
                for one, chain_id in zip(connections, said, strict=True)
            )
            raise Refused(f"The nodes serve different chains: {each_says}.")
        found: int = said[0]
        return found

    def _begun(self, each: Speaking) -> Speaking:
        self._open.append(each)
        if self._is_over:
            raise Unavailable("The look was cancelled.")
        return each


def _coins(
    pinned: PinnedBlock, chain_id: int, addresses: tuple[Address, ...]
) -> tuple[Holding, ...]:
    coin = native_token(chain_id, native_symbol(chain_id))
    return tuple(
        Holding(safe=safe, amount=TokenAmount(token=coin, base_units=wei))
        for safe, wei in zip(addresses, pinned.balances(addresses), strict=True)
    )


def _tokens(
    pinned: PinnedBlock, chain_id: int, addresses: tuple[Address, ...]
) -> tuple[Holding, ...]:
    """What they hold of the packaged tokens; one that is not on this chain holds nothing."""
    known = known_tokens(chain_id)
    decimals = pinned.calls([asking(each.address, "decimals()") for each in known])
    here = [
        each
        for each, answer in zip(known, decimals, strict=True)
        if _number_in(answer) == each.decimals
    ]
    pairs = [(safe, each) for safe in addresses for each in here]
    answers = pinned.calls(
        [asking(each.address, "balanceOf(address)", safe) for safe, each in pairs]
    )
    found = [
        (safe, each, units)
        for (safe, each), answer in zip(pairs, answers, strict=True)
        if (units := _number_in(answer))
    ]
    return tuple(
        Holding(safe=safe, amount=TokenAmount(token=_token(chain_id, each), base_units=units))
        for safe, each, units in found
    )


def _number_in(answer: bytes | Reverted) -> int | None:
    if isinstance(answer, Reverted) or len(answer) != WORD:
        return None
    return int.from_bytes(answer, "big")


def _token(chain_id: int, known: KnownToken) -> Token:
    return Token(
        chain_id=chain_id,
        address=known.address,
        symbol=known.symbol,
        name=known.symbol,
        decimals=known.decimals,
    )
