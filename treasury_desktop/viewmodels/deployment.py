"""What the deploy page says: a form's text becomes a request, a draft becomes figures and words.

Amounts and shares are exact; only what is written for the eye is rounded. Whether a draft may be
kept follows from its review alone.
"""

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from treasury_desktop.assets.amount import TokenAmount, parse_amount
from treasury_desktop.assets.token import Token
from treasury_desktop.assets.untrusted_text import plain
from treasury_desktop.assets.usd import percent_text, usd_text
from treasury_desktop.deployments.calls import Call
from treasury_desktop.deployments.denominator import treasury_value
from treasury_desktop.deployments.judgement import Judgement, Verdict
from treasury_desktop.deployments.prices import price_range
from treasury_desktop.desk.draft_deployment import DeploymentRequest, Draft
from treasury_desktop.errors import Malformed, Refused
from treasury_desktop.pools.pool import PoolState
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.treasury.strategy import Strategy
from treasury_desktop.treasury.terms import BPS, PolicyTerms
from treasury_desktop.treasury.workspace import Workspace
from treasury_desktop.viewmodels.deployment_largest import Largest, amount_words, largest
from treasury_desktop.viewmodels.deployment_range import (
    PricedPool,
    amounts_in_range,
    chosen_range,
    ungrouped,
)
from treasury_desktop.viewmodels.figures import (
    NONE,
    Party,
    name_text,
    party_at,
    shortened,
)
from treasury_desktop.viewmodels.finding_sentences import whole_sentence
from treasury_desktop.viewmodels.judgement_row import JudgementRow, judgement_row
from treasury_desktop.viewmodels.limit_rows import LimitRow, limit_rows, limit_sentence

BUILDABLE: Final = {"erc4626": "vault", "uniswap_v3": "liquidity", "aave_v3": "lending"}
PURPOSE_LIMIT: Final = 400
DEFAULT_SLIPPAGE: Final = "0.5"
DEFAULT_HOURS: Final = "48"
MOST_HOURS: Final = 24 * 30
MOST_SLIPPAGE_BPS: Final = 500
MOST_DOLLARS: Final = 10**11
MOST_SHARE: Final = 10
"""From here on a figure says only that it is over: the sentence above it carries all digits."""
NO_COSTS: Final = (
    "Network costs are estimated when it is executed; the executor pays them, not the Safe."
)
_PER_CENT: Final = re.compile(r"(\d{1,3}(?:\.\d{1,18})?)\s*%", re.ASCII)
_NUMBER: Final = re.compile(r"\d{1,9}(?:\.\d{1,9})?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployForm:
    """What stands in the fields, as typed; `token` is the key of the token the amount counts."""

    strategy: str = ""
    amount: str = ""
    token: str = ""
    lower: str = ""
    upper: str = ""
    slippage: str = DEFAULT_SLIPPAGE
    hours: str = DEFAULT_HOURS
    purpose: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategyChoice:
    """A strategy one can deploy into; `tokens` are keys and symbols an amount may be typed in."""

    name: str
    words: str
    note: str
    tokens: tuple[tuple[str, str], ...]
    has_range: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRow:
    """One call of the entry or the exit: its purpose and the contract it goes to.

    `exact` is what the purpose leaves out ("" where it says everything).
    """

    number: str
    purpose: str
    to: Party
    exact: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployView:
    """Everything right of the form. `why_not` says why it cannot be queued ("" when it can)."""

    verdict: str
    sentence: str
    judgement: JudgementRow | None
    limits: tuple[LimitRow, ...]
    definitions: tuple[tuple[str, str], ...]
    figures: tuple[tuple[str, str], ...]
    before: str
    after: str
    largest: tuple[Largest, ...]
    remarks: tuple[str, ...]
    amounts: tuple[str, ...]
    entry: tuple[CallRow, ...]
    exit: tuple[CallRow, ...]
    exit_notes: str
    nonce: str
    nonce_note: str
    batch: str
    why_not: str


# ── the form ─────────────────────────────────────────────────────────────────────────────────────


def strategy_choices(workspace: Workspace) -> tuple[StrategyChoice, ...]:
    """The strategies this program can build for, in the workspace's order."""
    return tuple(
        StrategyChoice(
            name=strategy.name,
            words=name_text(strategy.name),
            note=f"{BUILDABLE[strategy.venue]} · shares its limit with the group "
            f"{name_text(strategy.group)}",
            tokens=tuple((t.key, name_text(t.symbol)) for t in tokens_of(strategy, workspace)),
            has_range=strategy.venue == "uniswap_v3",
        )
        for strategy in workspace.strategies
        if strategy.venue in BUILDABLE and tokens_of(strategy, workspace)
    )


def tokens_of(strategy: Strategy, workspace: Workspace) -> tuple[Token, ...]:
    """What goes into a strategy: an asset to vault or lender, or a pool's two tokens in order."""
    pool = None if strategy.pool is None else workspace.pool_at(strategy.pool)
    wanted = (strategy.asset,) if pool is None else (pool.token0, pool.token1)
    found = tuple(workspace.token_at(address) for address in wanted if address is not None)
    known = tuple(token for token in found if token is not None)
    return known if len(known) == len(wanted) else ()


def priced_pool(strategy: Strategy, workspace: Workspace, state: PoolState) -> PricedPool:
    """A strategy's pool with its tokens and its present price."""
    pool = None if strategy.pool is None else workspace.pool_at(strategy.pool)
    tokens = tokens_of(strategy, workspace)
    if pool is None or len(tokens) != 2:  # noqa: PLR2004  a pool has two tokens
        raise Refused(f"{name_text(strategy.name)} names no pool of listed tokens.")
    return PricedPool(
        token0=tokens[0],
        token1=tokens[1],
        tick_spacing=pool.tick_spacing,
        sqrt_price_x96=state.sqrt_price_x96,
    )


def request_from(
    form: DeployForm, workspace: Workspace, facts: LocalFacts, state: PoolState | None, now: int
) -> DeploymentRequest:
    """What was asked for; Malformed names the field ("amount", "range", …) that is not right yet.

    An amount may be typed as per cent of the treasury: "4%" is the most that is not above 4%.
    """
    strategy = workspace.strategy_named(form.strategy)
    if strategy is None:
        raise Malformed("strategy", "choose a strategy")
    if not form.amount.strip():
        raise Malformed("amount", "type an amount, or a share of the treasury such as 4%")
    purpose = form.purpose.strip()[:PURPOSE_LIMIT]
    if strategy.venue != "uniswap_v3":
        (token,) = tokens_of(strategy, workspace)
        amount = _amount(form.amount, token, facts, (TokenAmount(token=token, base_units=1),))
        return DeploymentRequest(strategy=strategy, amounts=(amount,), purpose=purpose)
    if state is None:
        raise Refused("The pool's price has not been read yet.")
    pool = priced_pool(strategy, workspace, state)
    span = chosen_range(pool, form.lower, form.upper)
    token = pool.token1 if form.token == pool.token1.key else pool.token0
    unit = TokenAmount(token=token, base_units=2**96)
    typed = _amount(form.amount, token, facts, amounts_in_range(pool, span, unit), of=unit)
    return DeploymentRequest(
        strategy=strategy,
        amounts=amounts_in_range(pool, span, typed),
        purpose=purpose,
        range=span,
        slippage_bps=_slippage_bps(form.slippage),
        deadline=now + _hours(form.hours) * 3600,
    )


def _amount(
    text: str,
    token: Token,
    facts: LocalFacts,
    mix: tuple[TokenAmount, ...],
    *,
    of: TokenAmount | None = None,
) -> TokenAmount:
    """The amount a text means; `mix` is what goes in altogether for `of` of the typed token."""
    share = _PER_CENT.fullmatch(text.strip())
    if share is None:
        return parse_amount(ungrouped(text, "amount"), token)
    net = treasury_value(facts.evidence, facts.terms).net_usd
    dollars = sum((_dollars(part, facts) for part in mix), Fraction(0))
    if net is None or not dollars:
        raise Malformed("amount", "the treasury's value is not known; type an amount instead")
    units = 1 if of is None else of.base_units
    wanted = net * Fraction(share.group(1)) / 100
    base_units = int(wanted * units / dollars)
    if base_units == 0:
        raise Malformed("amount", "that share of the treasury is nothing")
    return TokenAmount(token=token, base_units=base_units)


def _dollars(amount: TokenAmount, facts: LocalFacts) -> Fraction:
    """An amount at the high end of its quotes, the end by which the policy measures it."""
    quotes = facts.evidence.quotes_of(amount.token.key)
    price = price_range(quotes, facts.terms).highest
    if price is None:
        raise Malformed("amount", f"{name_text(amount.token.symbol)} has no price; type an amount")
    return price * amount.whole


def _slippage_bps(text: str) -> int:
    if _NUMBER.fullmatch(text.strip()) is None:
        raise Malformed("slippage", "write a percentage such as 0.5")
    bps = Fraction(text.strip()) * 100
    if bps.denominator != 1 or not 0 < bps <= MOST_SLIPPAGE_BPS:
        raise Malformed("slippage", "between 0.01% and 5%, in steps of 0.01%")
    return int(bps)


def _hours(text: str) -> int:
    if not text.strip().isascii() or not text.strip().isdigit():
        raise Malformed("hours", "write whole hours such as 48")
    hours = int(text.strip()[:9])
    if not 0 < hours <= MOST_HOURS:
        raise Malformed("hours", f"between 1 and {MOST_HOURS} hours")
    return hours


# ── the draft ────────────────────────────────────────────────────────────────────────────────────


def deploy_view(draft: Draft, workspace: Workspace, typed_token: str = "") -> DeployView:
    """Judgement and transaction of a draft, in words."""
    deployment, review = draft.deployment, draft.review
    own = next((j for j in review.judgements if j.group == deployment.strategy.group), None)
    row = None if own is None else judgement_row(own, review)
    blocks = [whole_sentence(finding.sentence) for finding in review.blocks]
    calls = deployment.entry.calls
    sentences = row.sentences if row else ("It touches no strategy, so nothing is judged.",)
    verdict = Verdict.CANNOT_BE_JUDGED if own is None else own.verdict
    worst = review.limits[0] if review.limits else None
    if worst is not None and worst.verdict > verdict:
        verdict, sentences = worst.verdict, (limit_sentence(worst),)
    return DeployView(
        verdict=verdict.words,
        sentence=" ".join(sentences),
        limits=limit_rows(review),
        definitions=() if row is None else tuple(map(_shortened, row.definitions)),
        judgement=row,
        figures=_figures(own, review.facts.terms),
        before="" if own is None else _share(own, with_this=False),
        after="" if own is None else _share(own, with_this=True),
        largest=() if own is None else largest(draft, own, review.facts.terms, typed_token),
        remarks=_remarks(draft),
        amounts=tuple(amount_words(a) for a in deployment.entry.amounts if a.base_units),
        entry=_call_rows(calls, workspace),
        exit=_exit_rows(draft, workspace),
        exit_notes=deployment.entry.exit_notes,
        nonce=f"Nonce {deployment.tx.nonce}",
        nonce_note=_nonce_note(draft),
        batch="one call" if len(calls) == 1 else f"batch of {len(calls)} calls",
        why_not=blocks[0] if blocks else "",
    )


def _shortened(definition: tuple[str, str]) -> tuple[str, str]:
    """A definition without the middle of the policy's hash; the review and Settings show it all."""
    name, text = definition
    return name, _HASH.sub(lambda found: shortened(found[0]), text)


_HASH: Final = re.compile(r"0x[0-9a-f]{64}")
FIGURES: Final = (
    "This deployment",
    "Already there",
    "In the queue",
    "Treasury",
    "Share of this",
    "Exposure after",
    "Limit",
)


def _figures(judgement: Judgement | None, terms: PolicyTerms) -> tuple[tuple[str, str], ...]:
    """The figures of `FIGURES`, each in a line of its own, the limit below the exposure."""
    limit = percent_text(Fraction(terms.limit_bps, BPS))
    if judgement is None:
        return tuple(zip(FIGURES, (*(NONE for _ in FIGURES[:-1]), limit), strict=True))
    dollars = (
        judgement.amount_usd,
        judgement.existing_usd,
        judgement.queued_usd,
        judgement.treasury_usd,
    )
    share = judgement.share_bps
    this = NONE if share is None else _bounded_share(share / BPS)
    after = _share(judgement, with_this=True)
    texts = (*(_bounded_usd(each) for each in dollars), this, after, limit)
    return tuple(zip(FIGURES, texts, strict=True))


def _bounded_usd(dollars: Fraction | None) -> str:
    if dollars is None:
        return NONE
    return usd_text(dollars) if dollars < MOST_DOLLARS else "over $99 billion"


def _bounded_share(share: Fraction) -> str:
    return percent_text(share) if share < MOST_SHARE else "over 999%"


def _share(judgement: Judgement, *, with_this: bool) -> str:
    if with_this:
        after = judgement.exposure_after_bps
        return NONE if after is None else _bounded_share(after / BPS)
    parts = (judgement.existing_usd, judgement.queued_usd)
    if not judgement.treasury_usd or any(part is None for part in parts):
        return NONE
    return _bounded_share(sum((p for p in parts if p), Fraction(0)) / judgement.treasury_usd)


def _remarks(draft: Draft) -> tuple[str, ...]:
    """What else the review found besides the policy's own words."""
    judged = {code for judgement in draft.review.judgements for code in judgement.codes}
    judged |= {code for outcome in draft.review.limits for code in outcome.codes}
    return tuple(
        whole_sentence(finding.sentence)
        for finding in draft.review.findings
        if finding.code not in judged and finding.severity
    )


def _nonce_note(draft: Draft) -> str:
    """That somebody else's transaction wants the nonce too; it does not hold it."""
    count, nonce = draft.strangers_at_nonce, draft.deployment.tx.nonce
    if not count:
        return ""
    what = "a transaction" if count == 1 else f"{count:,} transactions"
    return f"Nonce {nonce} also holds {what} that nobody here signed. Only one of them can run."


def _exit_rows(draft: Draft, workspace: Workspace) -> tuple[CallRow, ...]:
    """The calls that bring it back; a vault's shares in their own decimals where we know them."""
    deployment = draft.deployment
    rows = _call_rows(deployment.entry.exit_calls, workspace)
    if deployment.strategy.venue != "erc4626":
        return rows
    (call,), (row,) = deployment.entry.exit_calls, rows
    units = int.from_bytes(call.data[4:36], "big")  # redeem(shares, …): EIP-4626
    token = workspace.token_at(call.to)
    if token is not None and token.decimals is not None:
        shares = amount_words(TokenAmount(token=token, base_units=units))
        return (replace(row, purpose=f"Redeem {shares} to the Safe"),)
    exact = f"{units:,} share units; how many decimals the shares have is not known here"
    return (replace(row, purpose="Redeem the shares of this deposit to the Safe", exact=exact),)


def _call_rows(calls: tuple[Call, ...], workspace: Workspace) -> tuple[CallRow, ...]:
    return tuple(
        CallRow(
            number=f"{place}.",
            purpose=_capitalised(plain(call.purpose, limit=PURPOSE_LIMIT)),
            to=party_at(call.to, workspace),
        )
        for place, call in enumerate(calls, start=1)
    )


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
