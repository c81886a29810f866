"""The DAO's rule: no deployment reaches the limit, whatever it is called and however it is cut.

One judgement per group of strategies (product.md, "The policy"). A strategy's group, a contract of
no strategy and an outside account are each measured by what flows to them now, what is open to
them afterwards, what they hold already and what waits in the queue. Integers and fractions only.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.assets.strict_json import canonical_json
from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.assets.usd import exact_text, percent_text, usd_text
from treasury_desktop.calls.decoded_call import DecodedCall, Reading, decode_transaction
from treasury_desktop.calls.effects import Effects, OpenApproval, effects_of
from treasury_desktop.deployments.denominator import TreasuryValue, is_listed, treasury_value
from treasury_desktop.deployments.judgement import Judgement, Verdict
from treasury_desktop.deployments.prices import PriceRange, price_range
from treasury_desktop.deployments.venues import readers_for
from treasury_desktop.safes.safe import Safe
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.treasury.evidence import Evidence, QueueEntry
from treasury_desktop.treasury.strategy import Strategy
from treasury_desktop.treasury.terms import BPS, PolicyTerms

OUTSIDER = "outsider "


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What is to be judged: one transaction of one Safe, with all evidence and the terms.

    `own_safes` are the treasury's other Safes: transfers among them are netted.
    """

    safe: Safe
    tx: SafeTx
    call: DecodedCall
    safe_tx_hash: bytes
    evidence: Evidence
    strategies: tuple[Strategy, ...]
    terms: PolicyTerms
    reading: Reading
    own_safes: frozenset[Address] = frozenset()


@dataclass(frozen=True, slots=True)
class _Range:
    """Dollars between a low and a high end; `None` where the price allows no figure."""

    low: Fraction | None
    high: Fraction | None
    problems: tuple[str, ...] = ()

    def __add__(self, other: "_Range") -> "_Range":
        return _Range(
            None if self.low is None or other.low is None else self.low + other.low,
            None if self.high is None or other.high is None else self.high + other.high,
            tuple(dict.fromkeys(self.problems + other.problems)),
        )


_NOTHING = _Range(Fraction(0), Fraction(0))


def judge(matter: Matter) -> tuple[Judgement, ...]:
    """The judgements of all groups the transaction touches, worst first."""
    treasury = treasury_value(matter.evidence, matter.terms)
    flows = _flows_by_group(matter, matter.call)
    queue = _queue_by_group(matter)
    judgements = [
        _judge_group(matter, group, flows[group], treasury, queue) for group in sorted(flows)
    ]
    return tuple(sorted(judgements, key=lambda j: (-j.verdict, j.group)))


# ── what flows where ─────────────────────────────────────────────────────────────────────────────


@dataclass
class _Flow:
    """Base units by token that leave for one group or stay open to it.

    `has_unknown` says that something is taken which the calldata does not name and no open
    allowance bounds.
    """

    units: dict[str, int]
    has_unknown: bool = False

    def add(self, token: str, units: int) -> None:
        self.units[token] = self.units.get(token, 0) + units


def _flows_by_group(matter: Matter, call: DecodedCall) -> dict[str, _Flow]:
    """Decoded or simulated outflows (the larger) plus allowances that stay open, by group."""
    evidence = matter.evidence
    accounts = matter.own_safes | {matter.safe.address}
    effects = effects_of(
        call,
        accounts=accounts,
        allowances={OpenApproval(a.token, a.spender): a.base_units for a in evidence.allowances},
        readers=readers_for(matter.strategies),
    )
    flows: dict[str, _Flow] = {}
    for outflow in effects.outflows:
        if outflow.to in accounts:
            continue
        flow = flows.setdefault(_group_of(matter, outflow.to), _Flow({}))
        if outflow.token is not None and outflow.base_units is not None:
            flow.add(outflow.token, outflow.base_units)
        elif not any(open_.spender == outflow.to for open_ in effects.open_allowances):
            flow.has_unknown = True
    _add_simulated_excess(matter, effects, flows)
    _add_open_allowances(matter, effects, flows)
    return flows


def _add_simulated_excess(matter: Matter, effects: Effects, flows: dict[str, _Flow]) -> None:
    """What a simulation saw leave beyond what the calldata says, charged to every group touched."""
    changes = matter.evidence.balance_changes
    if isinstance(changes, Unknown):
        return
    accounts = matter.own_safes | {matter.safe.address}
    simulated: dict[str, int] = {}
    for change in changes:
        if change.account in accounts:
            simulated[change.token] = simulated.get(change.token, 0) - change.delta
    for token, left in simulated.items():
        decoded = sum(flow.units.get(token, 0) for flow in flows.values())
        decoded += sum(c.base_units for c in effects.conversions if c.token == token)
        excess = left - decoded
        if excess <= 0:
            continue
        if not flows:
            flows[_group_of(matter, matter.tx.to)] = _Flow({})
        for flow in flows.values():
            flow.add(token, excess)


def _add_open_allowances(matter: Matter, effects: Effects, flows: dict[str, _Flow]) -> None:
    """Allowances open afterwards, older ones of a touched group too, capped by the balance."""
    for open_, units in effects.open_allowances.items():
        group = _group_of(matter, open_.spender)
        is_older = open_ not in effects.approved
        if open_.spender in matter.own_safes or (is_older and group not in flows):
            continue
        balance = _idle_balance(matter, open_.token)
        capped = units if balance is None else min(units, balance)
        flows.setdefault(group, _Flow({})).add(open_.token, capped)


def _idle_balance(matter: Matter, token: str) -> int | None:
    """What the treasury's Safes hold of a token themselves, or `None` where nobody says."""
    holdings = matter.evidence.holdings
    if isinstance(holdings, Unknown):
        return None
    return sum(held.base_units for held in holdings if (held.token, held.place) == (token, "safe"))


def _group_of(matter: Matter, account: Address) -> str:
    """The group of the strategy a contract belongs to; everything else is a group of its own."""
    for strategy in matter.strategies:
        if account in strategy.contracts:
            return strategy.group
    return f"{OUTSIDER}{account}"


# ── what it is worth ─────────────────────────────────────────────────────────────────────────────


def _value_of(matter: Matter, flow: _Flow) -> _Range:
    """The dollars of a flow, with the problems of the prices it needs."""
    total = _Range(Fraction(0), Fraction(0))
    for token, units in flow.units.items():
        if units:
            total += _value_of_token(matter, token, units)
    if flow.has_unknown:
        total += _Range(None, None, ("PRICE_MISSING",))
    return total


def _value_of_token(matter: Matter, token: str, units: int) -> _Range:
    price: PriceRange = price_range(matter.evidence.quotes_of(token), matter.terms)
    decimals = matter.evidence.decimals_of(token)
    if decimals is None or decimals > 77:  # noqa: PLR2004  10**77 is the last in a uint256
        return _Range(None, None, (*price.problems, "PRICE_MISSING"))
    whole = Fraction(units, 10**decimals)
    low, high = (
        None if end is None else end * whole for end in (price.lowest_credible, price.highest)
    )
    return _Range(low, high, price.problems)


# ── the queue and what is there already ──────────────────────────────────────────────────────────


def _queue_by_group(matter: Matter) -> dict[str, _Range]:
    """Queued dollars by group: rivals for one nonce count as the largest, ours not at all.

    The key "" holds what nobody can attribute: it makes every group unjudgeable.
    """
    by_nonce: dict[object, list[QueueEntry]] = {}
    for place, entry in enumerate(matter.evidence.queue):
        if _is_counted(matter, entry):
            key = ("unknown", place) if isinstance(entry.nonce, Unknown) else entry.nonce
            by_nonce.setdefault(key, []).append(entry)
    total: dict[str, _Range] = {}
    for rivals in by_nonce.values():
        for group, value in _largest_of_rivals(matter, rivals).items():
            total[group] = total.get(group, _NOTHING) + value
    return total


def _is_counted(matter: Matter, entry: QueueEntry) -> bool:
    if entry.safe_tx_hash == matter.safe_tx_hash or entry.nonce == matter.tx.nonce:
        return False
    is_over = (
        isinstance(entry.nonce, int)
        and isinstance(matter.safe.nonce, int)
        and entry.nonce < matter.safe.nonce
    )
    return not is_over


def _largest_of_rivals(matter: Matter, rivals: list[QueueEntry]) -> dict[str, _Range]:
    largest: dict[str, _Range] = {}
    for entry in rivals:
        for group, value in _value_of_entry(matter, entry).items():
            known = largest.get(group)
            largest[group] = value if known is None else _larger(known, value)
    return largest


def _larger(one: _Range, other: _Range) -> _Range:
    """The larger of two; what cannot be valued is larger than everything."""
    if one.high is None or one.problems:
        return one
    if other.high is None or other.problems:
        return other
    return one if one.high >= other.high else other


def _value_of_entry(matter: Matter, entry: QueueEntry) -> dict[str, _Range]:
    """What one queued transaction deploys: by its bytes, and at least what is said of it."""
    values: dict[str, _Range] = {}
    if not isinstance(entry.tx, Unknown):
        call = decode_transaction(matter.safe, entry.tx, matter.reading)
        if any(leaf.data and leaf.function is None for leaf in call.leaves()):
            values[""] = _Range(None, None)
        for group, flow in _flows_by_group(matter, call).items():
            values[group] = _value_of(matter, flow)
    if not isinstance(entry.usd, Unknown):
        group = _group_named(matter, entry.strategy)
        claimed = _Range(entry.usd, entry.usd)
        values[group] = _larger(values[group], claimed) if group in values else claimed
    elif isinstance(entry.tx, Unknown):
        values[_group_named(matter, entry.strategy)] = _Range(None, None)
    return values


def _group_named(matter: Matter, strategy: str | Unknown) -> str:
    """The group of a strategy by name; an unnamed or unknown one concerns every group."""
    return next((s.group for s in matter.strategies if s.name == strategy), "")


def _existing_usd(matter: Matter, group: str) -> Fraction:
    names = {s.name for s in matter.strategies if s.group == group}
    return sum(
        (exposed.usd for exposed in matter.evidence.exposures if exposed.strategy in names),
        Fraction(0),
    )


# ── the verdict ──────────────────────────────────────────────────────────────────────────────────


def _judge_group(
    matter: Matter, group: str, flow: _Flow, treasury: TreasuryValue, queue: dict[str, _Range]
) -> Judgement:
    amount = _value_of(matter, flow)
    queued = queue.get(group, _NOTHING)
    queued += queue.get("", _NOTHING)
    existing = _existing_usd(matter, group)
    is_payment = group.startswith(OUTSIDER)
    figures = _Figures(matter.terms, treasury.net_usd, amount, queued, existing)
    if is_payment:
        verdict, reasons, codes = _judge_payment(matter, flow, figures)
    else:
        verdict, reasons, codes = _judge_deployment(figures, treasury)
    return Judgement(
        group=group,
        verdict=verdict,
        amount_usd=amount.high,
        treasury_usd=treasury.net_usd,
        existing_usd=existing,
        queued_usd=queued.high,
        reasons=reasons,
        codes=codes,
        definitions=_definitions(matter.terms),
        evidence_digest=_digest(matter, group, flow, figures),
    )


@dataclass(frozen=True, slots=True)
class _Figures:
    """The figures of one group and the comparisons the policy makes with them."""

    terms: PolicyTerms
    net_usd: Fraction | None
    amount: _Range
    queued: _Range
    existing: Fraction

    @property
    def problems(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.amount.problems + self.queued.problems))

    def exposure(self, amount: Fraction | None, queued: Fraction | None) -> Fraction | None:
        if amount is None or queued is None:
            return None
        return self.existing + queued + amount

    @property
    def low(self) -> Fraction | None:
        return self.exposure(self.amount.low, self.queued.low)

    @property
    def high(self) -> Fraction | None:
        return self.exposure(self.amount.high, self.queued.high)

    def reaches_limit(self, dollars: Fraction | None) -> bool:
        if dollars is None or self.net_usd is None:
            return False
        left, right = dollars * BPS, self.terms.limit_bps * self.net_usd
        return left > right if self.terms.limit_is_inclusive else left >= right

    def passes_advice(self, dollars: Fraction | None) -> bool:
        if dollars is None or self.net_usd is None:
            return False
        return dollars * BPS > self.terms.advised_high_bps * self.net_usd

    def limit_sentence(self, dollars: Fraction | None) -> str:
        if dollars is None or self.net_usd is None:
            return "The deployment cannot be measured."
        return (
            f"{usd_text(dollars)} in all would be {percent_text(dollars / self.net_usd)} of the "
            f"treasury's {usd_text(self.net_usd)}; the limit is "
            f"{percent_text(Fraction(self.terms.limit_bps, BPS))}"
            f"{'' if self.terms.limit_is_inclusive else ', which must not be reached'}."
        )


_Outcome = tuple[Verdict, tuple[str, ...], tuple[str, ...]]


def _judge_deployment(figures: _Figures, treasury: TreasuryValue) -> _Outcome:
    problems = figures.problems
    # When even the lowest credible price is over the limit no better price can help.
    if figures.reaches_limit(figures.low):
        codes = ("POLICY_LIMIT_EXCEEDED", *problems)
        return Verdict.REFUSED, (figures.limit_sentence(figures.low),), codes
    if figures.net_usd is None:
        reason = f"It cannot be judged: {treasury.why_unknown}."
        return Verdict.CANNOT_BE_JUDGED, (reason,), ("STATE_UNKNOWN", *problems)
    if problems:
        reasons = tuple(PROBLEM_SENTENCES[problem] for problem in problems)
        return Verdict.CANNOT_BE_JUDGED, reasons, problems
    if figures.high is None:
        reason = "It cannot be judged: the bytes of a queued transaction cannot be valued."
        return Verdict.CANNOT_BE_JUDGED, (reason,), ("STATE_UNKNOWN",)
    return _judge_measured(figures)


def _judge_measured(figures: _Figures) -> _Outcome:
    reasons = (figures.limit_sentence(figures.high),)
    if figures.reaches_limit(figures.high):
        return Verdict.REFUSED, reasons, ("POLICY_LIMIT_EXCEEDED",)
    if figures.passes_advice(figures.high):
        return Verdict.ABOVE_ADVICE, reasons, ("POLICY_ABOVE_ADVICE",)
    return Verdict.WITHIN, reasons, ()


def _judge_payment(matter: Matter, flow: _Flow, figures: _Figures) -> _Outcome:
    """An outflow to somebody outside: not a deployment unless it is as large as one."""
    if matter.terms.judge_outsiders and figures.reaches_limit(figures.low):
        reason = figures.limit_sentence(figures.low)
        return Verdict.REFUSED, (reason,), ("POLICY_LIMIT_EXCEEDED",)
    counts_nothing = any(not is_listed(matter.evidence, token) for token in flow.units)
    is_unvalued = figures.net_usd is None or figures.amount.low is None or counts_nothing
    if is_unvalued or figures.problems:
        reason = "This payment cannot be valued, so it is not measured against the limit."
        return Verdict.NOT_A_DEPLOYMENT, (reason,), ("PAYMENT_NOT_VALUED",)
    if matter.terms.judge_outsiders and figures.reaches_limit(figures.high):
        reason = figures.limit_sentence(figures.high)
        return Verdict.REFUSED, (reason,), ("POLICY_LIMIT_EXCEEDED",)
    return Verdict.NOT_A_DEPLOYMENT, (figures.limit_sentence(figures.high),), ()


PROBLEM_SENTENCES = {
    "PRICE_MISSING": "It cannot be judged: what is deployed has no price that may decide.",
    "PRICE_INVALID": "It cannot be judged: a price of what is deployed is not positive.",
    "PRICE_STALE": "It cannot be judged: a price of what is deployed is too old.",
    "PRICE_SOURCE_DISAGREEMENT": "It cannot be judged: the prices of what is deployed disagree.",
}


def _definitions(terms: PolicyTerms) -> dict[str, str]:
    """The words of the judgement, as they were meant."""
    return {
        "amount": "what leaves for the group (the larger of decoded and simulated) plus allowances "
        "open to it afterwards, at the highest quote",
        "treasury": "net value before the transaction of listed assets, idle and deployed, at the "
        f"lowest quote; own token {'counted' if terms.count_own_token else 'not counted'}",
        "exposure": "already in the group + queue + amount",
        "limit": f"{terms.limit_bps} basis points, "
        f"{'may be reached' if terms.limit_is_inclusive else 'must not be reached'}",
        "advice": f"{terms.advised_low_bps} to {terms.advised_high_bps} basis points",
        "quotes": f"at most {terms.max_quote_age_seconds} s old, "
        f"within {terms.max_quote_spread_bps} basis points of each other",
    }


def _digest(matter: Matter, group: str, flow: _Flow, figures: _Figures) -> bytes:
    """Keccak-256 of everything the judgement used: equal evidence, equal digest, any machine."""
    block = matter.evidence.block
    quotes = [
        [q.token_key, exact_text(q.usd), q.kind.value, q.source, str(q.age_seconds)]
        for token in sorted(flow.units)
        for q in matter.evidence.quotes_of(token)
    ]
    return keccak(
        canonical_json(
            {
                "safe_tx_hash": matter.safe_tx_hash.hex(),
                "block": "unknown" if isinstance(block, Unknown) else block.hash.hex(),
                "group": group,
                "units": [[token, str(units)] for token, units in sorted(flow.units.items())],
                "quotes": quotes,
                "figures": _texts(
                    (
                        figures.net_usd,
                        figures.amount.low,
                        figures.amount.high,
                        figures.queued.low,
                        figures.queued.high,
                        figures.existing,
                    )
                ),
                "definitions": _definitions(matter.terms),
            }
        )
    )


def _texts(values: Iterable[Fraction | None]) -> list[str]:
    return ["unknown" if value is None else exact_text(value) for value in values]
