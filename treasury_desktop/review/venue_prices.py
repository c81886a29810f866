"""At what price money changes into something else, and into what."""

from collections.abc import Iterator
from fractions import Fraction

from treasury_desktop.assets.address import ZERO_ADDRESS, Address
from treasury_desktop.assets.token import MAX_SHOWN_DECIMALS
from treasury_desktop.calls.known_tokens import known_token
from treasury_desktop.deployments.prices import price_range
from treasury_desktop.pools.price import Q192
from treasury_desktop.pools.tick import MAX_SQRT_PRICE_X96, MIN_SQRT_PRICE_X96
from treasury_desktop.review.findings import Finding, danger
from treasury_desktop.review.subject import Subject
from treasury_desktop.review.venue_approvals import UNLIMITED_FROM
from treasury_desktop.review.venue_exchanges import Exchange, exchange_of
from treasury_desktop.review.venue_payouts import MEANS_SOMETHING, WHOLE_BALANCE, Payouts
from treasury_desktop.review.venue_receivers import said
from treasury_desktop.review.venue_steps import Step
from treasury_desktop.review.venue_swaps import (
    CREATES,
    NATIVE_MARKER,
    UNREADABLE,
    is_priced,
    is_swap,
    swap_of,
    tokens_of,
)
from treasury_desktop.treasury.evidence import NATIVE
from treasury_desktop.treasury.terms import BPS

MOST_LOSS_BPS = 1000
"""A minimum further than this below the quotes bounds nothing that anybody means."""
LEAST_SHARE = 10
"""Of what is desired, a mint's minimum below this part (a tenth) is none."""
FAR_FROM_QUOTES_BPS = 1000
NATIVE_MARKERS = (ZERO_ADDRESS, NATIVE_MARKER)
SANE_RATIO = 10**26
"""No two tokens are worth so many base units of each other, whatever their decimals."""


def unknown_tokens(subject: Subject, steps: tuple[Step, ...]) -> Iterator[Finding]:
    """Anybody makes a token and a pool for it, and keeps what is paid into that pool."""
    for step in steps:
        if not (is_priced(step) or step.is_one_of(*CREATES)):
            continue
        for token in dict.fromkeys(_tokens_in(subject, step)):
            if token is UNREADABLE:
                sentence = f"{said(subject, step)} with a path that cannot be split into tokens."
            elif is_known_token(subject, token):
                continue
            else:
                sentence = (
                    f"{said(subject, step)} with the token {subject.name_of(token)}, which is on "
                    "no token list."
                )
            yield danger("UNKNOWN_TOKEN_IN_PATH", sentence, path=step.call.path)


def _tokens_in(subject: Subject, step: Step) -> list[Address | None]:
    """The tokens a step names, or those that it means by number."""
    found = tokens_of(step)
    exchange = None if found else exchange_of(step, subject.safe.chain_id)
    means = () if exchange is None else exchange.tokens
    return [*found, *(token for token in means if token not in NATIVE_MARKERS)]


def is_known_token(subject: Subject, token: Address) -> bool:
    """Whether a token is listed, packaged, or a contract that our own side trusts."""
    described = subject.evidence.token_at(token)
    return (
        (described is not None and described.listed is True)
        or subject.is_allow_listed(token)
        or known_token(subject.safe.chain_id, token) is not None
    )


class Worth:
    """What tokens are worth by the quotes, each worked out once."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._found: dict[tuple[Address, bool], Fraction | None] = {}

    def dollars(self, token: Address | None, units: int, *, highest: bool) -> Fraction | None:
        """Base units in dollars at one end of the quotes, `None` where no price may decide."""
        if token is None:
            return None
        if (token, highest) not in self._found:
            self._found[(token, highest)] = self._of_unit(token, highest=highest)
        price = self._found[(token, highest)]
        return None if price is None else price * units

    def exchanged(self, exchange: Exchange) -> tuple[Fraction | None, Fraction | None]:
        """The least that an exchange gives is worth, and the most that it gets."""
        return (
            self._total(exchange.given, highest=False),
            self._total(exchange.got, highest=True),
        )

    def _total(self, amounts: tuple[tuple[Address, int], ...], *, highest: bool) -> Fraction | None:
        total = Fraction(0)
        for token, units in amounts:
            dollars = self.dollars(token, units, highest=highest)
            if dollars is None:
                return None
            total += dollars
        return total

    def _of_unit(self, token: Address, *, highest: bool) -> Fraction | None:
        key = NATIVE if token in NATIVE_MARKERS else str(token)
        price = price_range(self._subject.evidence.quotes_of(key), self._subject.facts.terms)
        usd = price.highest if highest else price.lowest
        decimals = self._subject.evidence.decimals_of(key)
        if usd is None or decimals is None or decimals > MAX_SHOWN_DECIMALS:
            return None
        return usd * Fraction(1, 10**decimals)


def unprotected_prices(subject: Subject, steps: tuple[Step, ...]) -> Iterator[Finding]:
    """Without a minimum whoever orders the block moves the price, and keeps the difference.

    What a router keeps for a later step is protected where that step has a minimum.
    """
    payouts, worth = Payouts(subject), Worth(subject)
    paid_out = _PaidOut(worth, payouts)
    for step in steps:
        if not is_priced(step) or _gives_nothing(step):
            continue
        why = _why_unprotected(worth, step, subject.safe.chain_id)
        if why is None:
            continue
        token = swap_of(step).token_out if is_swap(step) else None
        if token is not None and payouts.covers(step, token, guarded=True):
            why = paid_out.why_far(step, token)
        if why is None:
            continue
        yield danger(
            "NO_SLIPPAGE_PROTECTION",
            f"{said(subject, step)} and {why}.",
            path=step.call.path,
        )


def _gives_nothing(step: Step) -> bool:
    """Whether the amounts it names are all zero: fees are brought up to date by such calls."""
    named = [*step.numbers("liquidity"), *(n for pair in _desired(step) for n in pair[:1])]
    return bool(named) and not any(named)


class _PaidOut:
    """Whether payouts have minimums worth what the swaps give that feed them, worked out once."""

    def __init__(self, worth: Worth, payouts: Payouts) -> None:
        self._worth = worth
        self._payouts = payouts
        self._found: dict[tuple[int, Address], str | None] = {}

    def why_far(self, step: Step, token: Address) -> str | None:
        """Why the payout of what a swap gives protects nothing, or `None`."""
        key = id(step.run), token
        if key not in self._found:
            self._found[key] = self._why_far(step, token)
        return self._found[key]

    def _why_far(self, step: Step, token: Address) -> str | None:
        least = self._payouts.least_of(step, token)
        if least is None:
            return None
        given = sum((self._given(fed) for fed in self._payouts.fed_by(step, token)), Fraction(0))
        return _why_far(given, self._worth.dollars(token, least, highest=True))

    def _given(self, step: Step) -> Fraction:
        """What a swap pays, as far as it says so and that has a price."""
        swap = swap_of(step)
        units = swap.amount_in if swap.most_in is None else swap.most_in
        if units is None or units in WHOLE_BALANCE:
            return Fraction(0)
        return self._worth.dollars(swap.token_in, units, highest=False) or Fraction(0)


def _why_unprotected(worth: Worth, step: Step, chain_id: int) -> str | None:
    if step.is_one_of("joinpool"):
        return _why_join_unprotected(step)
    if "limit" in step.values or "limits" in step.values:
        return _why_limits_unprotected(step) or _why_far_from_quotes(worth, step, chain_id)
    least = _numbers_named(step, "min", "minimum")
    if least and max(least) < MEANS_SOMETHING:
        return "accepts whatever it gets: its minimum is nothing"
    most = _numbers_named(step, "max", "maximum")
    if most and max(most) >= UNLIMITED_FROM:
        return "pays whatever is asked: its maximum is no limit"
    desired = [pair for pair in _desired(step) if pair[0]]
    if desired and all(minimum * LEAST_SHARE < wanted for wanted, minimum in desired):
        return "accepts minimum amounts below a tenth of what it gives"
    return _why_far_from_quotes(worth, step, chain_id) if is_swap(step) else None


def _numbers_named(step: Step, *words: str) -> list[int]:
    """All numbers whose names have one of these words in them."""
    return [
        value
        for name, values in step.values.items()
        if not set(words).isdisjoint(name.split("_"))
        for value in values
        if isinstance(value, int)
    ]


def _desired(step: Step) -> list[tuple[int, int]]:
    """What a change of liquidity gives of each token, with the minimum that belongs to it."""
    pairs = []
    for name in step.values:
        first, found, _ = name.partition("_desired")
        minimum = step.number(f"{first}_min") if found else None
        wanted = step.number(name)
        if wanted is not None and minimum is not None:
            pairs.append((wanted, minimum))
    return pairs


def _why_join_unprotected(step: Step) -> str | None:
    """Balancer: what is given at most, or the pool shares asked for at least in `userData`."""
    data = next((v for v in step.values.get("user_data", ()) if isinstance(v, bytes)), b"")
    words = [int.from_bytes(data[at : at + 32], "big") for at in (0, 64)]
    if words[0] == EXACT_TOKENS_IN:
        return "asks for no pool shares in return" if words[1] < MEANS_SOMETHING else None
    most = step.numbers("max_amounts_in")
    return "pays whatever is asked" if most and max(most) >= UNLIMITED_FROM else None


EXACT_TOKENS_IN = 1
"""The kind of a Balancer join whose third word is the least of pool shares."""
GIVEN_IN = 0


def _why_limits_unprotected(step: Step) -> str | None:
    """Balancer: the least that comes out, or the most that goes in, by the kind of swap."""
    limits = step.numbers("limits", "limit")
    is_given_in = step.number("kind") == GIVEN_IN
    if "limits" in step.values:
        least = max((-limit for limit in limits), default=0)
    else:
        least = max(limits, default=0)
    if is_given_in:
        return "accepts whatever it gets: its limit is nothing" if least < MEANS_SOMETHING else None
    return "pays whatever is asked" if limits and max(limits) >= UNLIMITED_FROM else None


def _why_far_from_quotes(worth: Worth, step: Step, chain_id: int) -> str | None:
    """A minimum that is far below what the quotes say, or a maximum far above."""
    exchange = exchange_of(step, chain_id)
    if exchange is not None:
        return _why_far(*worth.exchanged(exchange))
    swap = swap_of(step)
    if swap.least_out is not None and swap.amount_in not in (None, *WHOLE_BALANCE):
        given = worth.dollars(swap.token_in, swap.amount_in, highest=False)
        got = worth.dollars(swap.token_out, swap.least_out, highest=True)
    elif swap.amount_out and swap.most_in is not None:
        given = worth.dollars(swap.token_in, swap.most_in, highest=False)
        got = worth.dollars(swap.token_out, swap.amount_out, highest=True)
    else:
        return None
    return _why_far(given, got)


def _why_far(given: Fraction | None, got: Fraction | None) -> str | None:
    if given is None or got is None or got * BPS >= given * (BPS - MOST_LOSS_BPS):
        return None
    return "accepts more than 10% less than the quotes say"


def extreme_pools(subject: Subject, steps: tuple[Step, ...]) -> Iterator[Finding]:
    """Whoever first names a pool's price sells into it at that price, to whoever mints next."""
    worth = Worth(subject)
    for step in steps:
        price = step.number("sqrt_price_x96")
        if price is None or not step.is_one_of("initialize", "createandinitialize"):
            continue
        tokens = [token for token in tokens_of(step) if token is not None]
        ratio = Fraction(price**2, Q192)
        is_absurd = (
            not MIN_SQRT_PRICE_X96 < price < MAX_SQRT_PRICE_X96 - 1
            or not Fraction(1, SANE_RATIO) < ratio < SANE_RATIO
        )
        if is_absurd or _is_far_from_quotes(worth, tokens, ratio):
            yield danger(
                "POOL_INITIALISED_AT_EXTREME_PRICE",
                f"{said(subject, step)}, which opens a pool at sqrtPriceX96 {price}; that is "
                f"{'absurd' if is_absurd else 'far from the quotes'}.",
                path=step.call.path,
            )


def _is_far_from_quotes(worth: Worth, tokens: list[Address], ratio: Fraction) -> bool:
    """Whether the price named lies outside what the quotes of both tokens allow."""
    if len(tokens) < len(("token0", "token1")):
        return False
    ends = [
        [worth.dollars(token, 1, highest=highest) for token in tokens[:2]]
        for highest in (False, True)
    ]
    (low0, low1), (high0, high1) = ends
    if low0 is None or low1 is None or high0 is None or high1 is None:
        return False
    return not (
        low0 / high1 * (BPS - FAR_FROM_QUOTES_BPS) <= ratio * BPS
        and ratio * BPS <= high0 / low1 * (BPS + FAR_FROM_QUOTES_BPS)
    )
