"""Begin a workspace: what somebody chose of what endpoints said of their Safes."""

from dataclasses import dataclass

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.chain import Chain
from treasury_desktop.assets.token import Token, native_token
from treasury_desktop.assets.untrusted_text import NAME_LIMIT, plain
from treasury_desktop.errors import Refused
from treasury_desktop.treasury.first_sight import FirstSight
from treasury_desktop.treasury.node_place import NodePlace, node_place
from treasury_desktop.treasury.workspace import Endpoint, NamedSafe, TrustedToken, Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedSafe:
    """A Safe as somebody named it; `chain_id` where they named the chain with it."""

    address: Address
    chain_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a person types and ticks: names, and which of the tokens found are to count."""

    name: str
    chain_name: str
    native_symbol: str
    safe_names: tuple[str, ...]
    tokens: tuple[Token, ...]


def require_named_once(wanted: tuple[WantedSafe, ...], endpoints: tuple[Endpoint, ...]) -> None:
    """Refuses a Safe or a node that is named twice, however it is written."""
    safes = [each.address for each in wanted]
    doubled = next((each for at, each in enumerate(safes) if each in safes[:at]), None)
    if doubled is not None:
        raise Refused(f"The Safe {doubled} is named twice; name it once.")
    places: dict[NodePlace, Endpoint] = {}
    for each in endpoints:
        first = places.setdefault(node_place(each.url, "The address of a node"), each)
        if first is not each:
            raise Refused(
                f"{plain(first.name, limit=NAME_LIMIT)} and {plain(each.name, limit=NAME_LIMIT)} "
                "are the same node; it cannot agree with itself. Name it once."
            )


def chain_wanted(wanted: tuple[WantedSafe, ...]) -> int | None:
    """The one chain they were named for; `None` where nobody named any."""
    named = {each.chain_id for each in wanted if each.chain_id is not None}
    if len(named) > 1:
        raise Refused("The addresses are for different chains; a workspace is on one chain.")
    return next(iter(named), None)


def begun_workspace(
    sight: FirstSight, choices: Choices, endpoints: tuple[Endpoint, ...]
) -> Workspace:
    """The workspace of these Safes, with the usual policy: below 10%, 3 to 5% advised.

    The chain's coin is listed first. No token has a price yet, so none counts until somebody names
    where its price comes from.
    """
    if len(choices.safe_names) != len(sight.safes):
        raise Refused("Every Safe needs a name.")
    coin = native_token(sight.chain_id, choices.native_symbol)
    listed = (coin, *(token for token in choices.tokens if not token.is_native))
    return Workspace(
        name=choices.name,
        chain=Chain(
            chain_id=sight.chain_id, name=choices.chain_name, native_symbol=choices.native_symbol
        ),
        endpoints=endpoints,
        safes=tuple(
            NamedSafe(address=safe.address, name=name, version=safe.version)
            for safe, name in zip(sight.safes, choices.safe_names, strict=True)
        ),
        tokens=tuple(TrustedToken(token=token) for token in listed),
    )
