"""What a swap or a change of liquidity gives and takes, read from the words of its arguments."""

from typing import NamedTuple

from treasury_desktop.assets.address import ADDRESS_LENGTH, ZERO_ADDRESS, Address
from treasury_desktop.review.venue_steps import Step

SWAPS = (
    "exactinput", "exactoutput", "swap", "v2swap", "v3swap", "batchswap", "exchange", "buy", "sell",
)  # fmt: skip
NO_SWAPS = ("swapborrowrate", "swapowner", "swaptovariable", "exchangerate")
ADDS = ("mint", "increaseliquidity", "addliquidity", "joinpool", "zap")
REMOVES = ("decreaseliquidity", "removeliquidity", "exitpool", "migrate")
VAULTS = ("deposit", "withdraw", "redeem")
"""Functions of vaults, some of which hold a pool's position and have minimum amounts."""
BACKWARDS = ("exactoutput", "v3swapexactout")
"""Swaps that write a packed path from the token that is got to the one that is paid."""
CREATES = ("createandinitialize", "createpool")
NATIVE_MARKER = Address(b"\xee" * ADDRESS_LENGTH)
"""How Curve and others write the native coin."""
FEE_LENGTH = 3
UNREADABLE = None
"""Stands in a path for what no reader can split into tokens."""


class Swap(NamedTuple):
    """The ends of a swap and its amounts in base units; `None` is what the call does not say."""

    token_in: Address | None
    token_out: Address | None
    amount_in: int | None = None
    least_out: int | None = None
    amount_out: int | None = None
    most_in: int | None = None


def is_swap(step: Step) -> bool:
    """Whether a step exchanges one token for another."""
    return step.is_one_of(*SWAPS) and not step.is_one_of(*NO_SWAPS)


def is_priced(step: Step) -> bool:
    """Whether what a step gives depends on a pool's price."""
    return is_swap(step) or step.is_one_of(*ADDS, *REMOVES, *VAULTS)


def tokens_of(step: Step) -> list[Address | None]:
    """The tokens a step names, in the order in which a swap passes them; UNREADABLE parts are None.

    The native coin is no token: it is left out.
    """
    if step.is_one_of("joinpool", "exitpool"):
        return []  # a pool's own share is among its assets
    found: list[Address | None] = []
    found += step.addresses(
        "token_in", "asset_in", "token0", "token1", "token_a", "token_b", "currency0", "currency1"
    )
    found += step.addresses("route")[::2]  # Curve's router: token, pool, token, …
    found += step.addresses("assets") if step.is_one_of("batchswap") else []
    found += step.addresses("token") if step.is_one_of("addliquidity", "removeliquidity") else []
    found += step.addresses("path")
    for path in step.values.get("path", ()):
        found += _split_path(path) if isinstance(path, bytes) else []
    found += step.addresses("token_out", "asset_out")
    return [token for token in found if token not in (ZERO_ADDRESS, NATIVE_MARKER)]


def swap_of(step: Step) -> Swap:
    """What a swap says about itself."""
    tokens = tokens_of(step)
    if step.is_one_of("exactoutput") and isinstance(
        next(iter(step.values.get("path", ())), None), bytes
    ):
        tokens.reverse()  # exact output walks its path backwards
    ends = (tokens[0], tokens[-1]) if len(tokens) > 1 else (None, None)
    return Swap(
        token_in=ends[0],
        token_out=ends[1],
        amount_in=step.number("amount_in"),
        least_out=step.number("amount_out_minimum", "amount_out_min", "min_amount_out"),
        amount_out=step.number("amount_out"),
        most_in=step.number("amount_in_maximum", "amount_in_max"),
    )


def _split_path(path: bytes) -> list[Address | None]:
    """Token, fee in three bytes, token, and so on."""
    step = ADDRESS_LENGTH + FEE_LENGTH
    if len(path) < step + ADDRESS_LENGTH or (len(path) - ADDRESS_LENGTH) % step:
        return [UNREADABLE]
    return [Address(path[at : at + ADDRESS_LENGTH]) for at in range(0, len(path), step)]
