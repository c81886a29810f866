"""What each holding is worth, by the same rules as the policy's denominator, for pages to show.

Figures are as of the snapshot's block; a quote that has become too old since then keeps its figure
and is marked stale, because the page says how old everything is.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from treasury_desktop.assets.quote import Quote, QuoteKind
from treasury_desktop.assets.token import Token
from treasury_desktop.deployments.denominator import TreasuryValue, treasury_value
from treasury_desktop.deployments.prices import PriceRange, price_range
from treasury_desktop.deployments.venues.aave_v3 import lending_pool
from treasury_desktop.desk.local_facts import local_evidence
from treasury_desktop.treasury.holding import Holding
from treasury_desktop.treasury.lending import HEALTH_SCALE, LendingAccount
from treasury_desktop.treasury.snapshot import TreasurySnapshot
from treasury_desktop.treasury.workspace import Workspace
from treasury_desktop.viewmodels.figures import UNPRICED, Remark, stale_remark

_KIND_WORDS = {
    QuoteKind.FEED: "feed",
    QuoteKind.TWAP: "TWAP",
    QuoteKind.SPOT: "spot",
    QuoteKind.MANUAL: "manual",
}
MOST_HEALTH = 99_999
"""Hundredths beyond which a health factor says nothing more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Valued:
    """A holding with its price and dollars; `None` where no credible quote allows a figure.

    `counts` says whether it adds to the treasury's value. `age_seconds` is the oldest quote's.
    """

    holding: Holding
    quotes: tuple[Quote, ...]
    price: PriceRange
    low_usd: Fraction | None
    high_usd: Fraction | None
    counts: bool
    is_listed: bool
    age_seconds: int | None
    remark: Remark


def valued_holdings(
    workspace: Workspace, snapshot: TreasurySnapshot, now: int
) -> tuple[Valued, ...]:
    """Every holding of the snapshot with what it is worth, in the snapshot's order."""
    return tuple(_valued(holding, workspace, snapshot, now) for holding in snapshot.holdings)


def valued_debts(workspace: Workspace, snapshot: TreasurySnapshot, now: int) -> tuple[Valued, ...]:
    """Every debt of the snapshot, valued as a holding of the same amount would be.

    It lies in the first strategy at its pool; it counts against the treasury, at the high end.
    """
    first = {lending_pool(each): each.name for each in reversed(workspace.strategies)}
    return tuple(
        _valued(
            Holding(
                safe=account.safe,
                amount=debt,
                strategy=first.get(account.pool, ""),
                detail=_owed_words(account),
            ),
            workspace,
            snapshot,
            now,
        )
        for account in snapshot.lending
        for debt in account.debts
    )


def _owed_words(account: LendingAccount) -> str:
    """A debt, and how far it is from being called in, rounded down."""
    if account.health_factor is None:
        return "owed"
    hundredths = min(account.health_factor * 100 // HEALTH_SCALE, MOST_HEALTH)
    return f"owed, health factor {hundredths // 100}.{hundredths % 100:02}"


def treasury_net(workspace: Workspace, snapshot: TreasurySnapshot) -> TreasuryValue:
    """The treasury's net value at the low end, exactly as the policy measures by it."""
    return treasury_value(local_evidence(workspace, snapshot, ()), workspace.terms)


def total(values: Iterable[Fraction | None]) -> Fraction:
    """The sum of the known values."""
    return sum((value for value in values if value is not None), Fraction(0))


def series_of(token: Token, workspace: Workspace) -> int:
    """The colour index of a token, the same on every page: its place in the token list."""
    keys = [trusted.token.key for trusted in workspace.tokens]
    return keys.index(token.key) if token.key in keys else len(keys) + len(workspace.strategies)


def series_of_group(group: str, workspace: Workspace) -> int:
    """The colour index of a strategy group, the same on every page, after the tokens' own."""
    groups = [strategy.group for strategy in workspace.strategies]
    return len(workspace.tokens) + (groups.index(group) if group in groups else len(groups))


def source_text(quotes: tuple[Quote, ...]) -> str:
    """The kinds of quotes behind a price: "feed, TWAP, spot"."""
    return ", ".join(dict.fromkeys(_KIND_WORDS[quote.kind] for quote in quotes))


def kind_word(quote: Quote) -> str:
    """What kind of price a quote is."""
    return _KIND_WORDS[quote.kind]


def _valued(holding: Holding, workspace: Workspace, snapshot: TreasurySnapshot, now: int) -> Valued:
    token = holding.amount.token
    quotes = tuple(quote for quote in snapshot.quotes if quote.token_key == token.key)
    price = price_range(quotes, workspace.terms)
    is_listed = token.is_native or any(t.token.key == token.key for t in workspace.tokens)
    has_scale = token.decimals is not None
    low = price.lowest * holding.amount.whole if has_scale and price.lowest is not None else None
    high = price.highest * holding.amount.whole if has_scale and price.highest is not None else None
    is_left_out = holding.is_own_token and not workspace.terms.count_own_token
    age = _oldest_age(quotes, now - snapshot.block.timestamp)
    return Valued(
        holding=holding,
        quotes=quotes,
        price=price,
        low_usd=low,
        high_usd=high if low is not None else None,
        counts=low is not None and is_listed and not is_left_out,
        is_listed=is_listed,
        age_seconds=age,
        remark=_remark(price, quotes, age, workspace, is_listed=is_listed),
    )


def _oldest_age(quotes: tuple[Quote, ...], elapsed: int) -> int | None:
    ages = [q.age_seconds for q in quotes if q.is_valid and q.kind is not QuoteKind.SPOT]
    known = [age for age in ages if age is not None]
    return max(known) + max(0, elapsed) if known and len(known) == len(ages) else None


def _remark(
    price: PriceRange,
    quotes: tuple[Quote, ...],
    age: int | None,
    workspace: Workspace,
    *,
    is_listed: bool,
) -> Remark:
    """The one thing most worth saying about a price; nothing for a good one."""
    is_spot_only = all(quote.kind is QuoteKind.SPOT for quote in quotes)
    is_stale = age is None or age > workspace.terms.max_quote_age_seconds
    said = (
        (not is_listed, Remark("not listed", "danger")),
        (not quotes, Remark(UNPRICED, "advice")),
        ("PRICE_INVALID" in price.problems, Remark("invalid price", "danger")),
        (is_spot_only, Remark("spot price only", "advice")),
        (is_stale, stale_remark(age)),
        ("PRICE_SOURCE_DISAGREEMENT" in price.problems, Remark("prices disagree", "advice")),
    )
    return next((remark for applies, remark in said if applies), Remark(""))
