"""Curve: exchanges in a pool and along a route of pools. Reads them; nothing is built here.

A pool names its coins by number, so an exchange is a conversion only in a pool whose coins are
known; a route names them, but its pools are whoever it says. Both have to pay their sender, by an
allow-listed contract and among listed tokens only. `exchange_received` pays for what the pool was
sent before: that was taken when it was sent.
"""

from typing import NamedTuple, cast

from treasury_desktop.assets.address import Address
from treasury_desktop.calls.decoded_call import DecodedCall
from treasury_desktop.calls.effects import NATIVE, Conversion, Outflow, Taking, TakingReader
from treasury_desktop.calls.known_pools import NATIVE_COIN, known_pool
from treasury_desktop.treasury.strategy import Strategy

EXCHANGES = frozenset({
    "exchange(int128,int128,uint256,uint256)",
    "exchange(int128,int128,uint256,uint256,address)",
    "exchange(uint256,uint256,uint256,uint256)",
    "exchange(uint256,uint256,uint256,uint256,address)",
    "exchange(uint256,uint256,uint256,uint256,bool)",
    "exchange(uint256,uint256,uint256,uint256,bool,address)",
    "exchange_underlying(int128,int128,uint256,uint256)",
    "exchange_underlying(int128,int128,uint256,uint256,address)",
})  # fmt: skip
_ROUTE = "exchange(address[11],uint256[5][5],uint256,uint256"
ROUTES = frozenset(f"{_ROUTE}{rest}" for rest in (")", ",address[5])", ",address[5],address)"))
LEAST_ROUTE = len(("token", "pool", "token"))


class _Exchange(NamedTuple):
    """What goes in, every coin it passes, and the contracts that are given them on the way."""

    coins: tuple[Address, ...]
    base_units: int
    by: tuple[Address, ...] = ()
    takes_value: bool = False

    @property
    def is_native(self) -> bool:
        return self.coins[0] == NATIVE_COIN


def reader(
    strategies: tuple[Strategy, ...],
    trusted: frozenset[Address],
    listed: frozenset[Address],
    chain_id: int | None,
) -> TakingReader:
    """Reads exchanges on allow-listed contracts of no known venue."""
    others = {c for s in strategies if s.venue != "custom" for c in s.contracts}
    venues = trusted - others

    def may_pass(step: Address) -> bool:
        """Whether a route may give money to a contract: a pool we know, or a token's own."""
        return step in venues or step in listed or known_pool(chain_id, step) is not None

    def read(call: DecodedCall, _outer: DecodedCall | None) -> tuple[Taking, ...] | None:
        exchange = _exchange(call, chain_id)
        if exchange is None:
            return None
        paid = _paid(call, exchange)
        is_allowed = call.to in venues and _receiver(call) == call.sender
        are_known = all(c == NATIVE_COIN or c in listed for c in exchange.coins)
        if is_allowed and are_known and all(map(may_pass, exchange.by)) and paid is not None:
            return (Conversion(path=call.path, token=paid, base_units=exchange.base_units),)
        if exchange.is_native:
            return ()  # the value sent along is told for every call
        token, units = str(exchange.coins[0]), exchange.base_units
        return (Outflow(path=call.path, token=token, base_units=units, to=call.to),)

    return read


def _paid(call: DecodedCall, exchange: _Exchange) -> str | None:
    """The token that pays, or `None` where the value sent along fits no exchange."""
    if call.value and (exchange.is_native or exchange.takes_value):
        return NATIVE if call.value == exchange.base_units else None
    return None if call.value or exchange.is_native else str(exchange.coins[0])


def _receiver(call: DecodedCall) -> object:
    """Without a receiver Curve pays its caller."""
    named = [a.value for a in call.arguments if isinstance(a.value, Address)]
    return named[0] if named else call.sender


def _exchange(call: DecodedCall, chain_id: int | None) -> _Exchange | None:
    """What a call exchanges, or `None` where it is no exchange or nobody can say of what."""
    signature = call.function.signature if call.function else ""
    if signature in EXCHANGES:
        return _in_a_pool(call, chain_id)
    return _along_a_route(call) if signature in ROUTES else None


def _in_a_pool(call: DecodedCall, chain_id: int | None) -> _Exchange | None:
    """Coins by their numbers; `use_eth` means the native coin by its wrapped one."""
    pool = known_pool(chain_id, call.to)
    given, got, units = (cast("int", argument.value) for argument in call.arguments[:3])
    coins = () if pool is None or call.function is None else pool.coins_of(call.function)
    if given == got or not (0 <= given < len(coins) and 0 <= got < len(coins)):
        return None
    use_eth = any(a.name == "use_eth" and a.value for a in call.arguments)
    return _Exchange((coins[given], coins[got]), units, takes_value=use_eth)


def _along_a_route(call: DecodedCall) -> _Exchange | None:
    """Token, pool, token and so on, up to the first pool that is none; nothing after it."""
    route = cast("tuple[Address, ...]", call.arguments[0].value)
    units = cast("int", call.arguments[2].value)
    places = range(1, len(route), 2)
    end = next((place for place in places if route[place].is_zero), len(route))
    used, rest = route[:end], route[end:]
    if len(used) < LEAST_ROUTE or not all(address.is_zero for address in rest):
        return None
    zaps = [a.value for a in call.arguments if a.name == "pools"]
    more = (z for each in zaps for z in cast("tuple[Address, ...]", each) if not z.is_zero)
    return _Exchange(used[::2], units, by=(*used[1::2], *more))
