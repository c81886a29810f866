"""What holds of the policy for all amounts, cuts, orders and evidence."""

import io
import tokenize
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.matters import (
    GROUP,
    OWN_SAFE,
    STRATEGIES,
    TWIN_VAULT,
    USDC,
    VAULT,
    WETH,
    a_call,
    a_matter,
    a_price,
    an_evidence,
    approve,
    deposit,
    entering,
    judged,
    outsider,
    pay,
    prices,
    queued,
    tokens,
    units,
)
from tests.samples import PAYROLL
from treasury_desktop.assets.address import Address
from treasury_desktop.assets.quote import Quote, QuoteKind
from treasury_desktop.assets.unknown import UNKNOWN
from treasury_desktop.deployments.calls import Call
from treasury_desktop.deployments.judgement import Judgement, Verdict
from treasury_desktop.deployments.policy import judge
from treasury_desktop.deployments.prices import price_range
from treasury_desktop.treasury.evidence import (
    BalanceChange,
    DescribedContract,
    Evidence,
    Exposed,
    HeldAmount,
    ObservedAllowance,
    QueueEntry,
)
from treasury_desktop.treasury.strategy import Strategy
from treasury_desktop.treasury.terms import PolicyTerms

AMOUNTS = st.integers(1, 2 * 10**12)
"""Base units of USDC: up to two million dollars."""
VAULTS = st.sampled_from((VAULT, TWIN_VAULT))
ROOT = Path(__file__).parents[3]


def entering_units(amount: int, vault: Address = VAULT) -> tuple[Call, Call]:
    """Approve and deposit base units."""
    return entering(Fraction(amount, 10**6), vault)


def verdict(*calls: Call, evidence: Evidence | None = None) -> Verdict:
    """The worst verdict."""
    return max((j.verdict for j in judged(calls, evidence).values()), default=Verdict(0))


@given(AMOUNTS, AMOUNTS)
def test_more_is_never_more_allowed(one: int, other: int) -> None:
    """The verdict is monotone in the amount."""
    less, more = sorted((one, other))
    assert verdict(*entering_units(less)) <= verdict(*entering_units(more))


@given(AMOUNTS, AMOUNTS)
def test_more_to_an_outsider_is_never_more_allowed(one: int, other: int) -> None:
    """Payments are monotone too."""
    less, more = (pay(Fraction(amount, 10**6)) for amount in sorted((one, other)))
    assert verdict(less) <= verdict(more)


@given(st.lists(AMOUNTS, min_size=1, max_size=6), st.data())
def test_cutting_a_deployment_into_legs_never_helps(parts: list[int], data: st.DataObject) -> None:
    """Any number of legs to any strategies of a group are judged as their sum in one leg."""
    legs = [call for part in parts for call in entering_units(part, data.draw(VAULTS))]
    whole = judged(entering_units(sum(parts)))[GROUP]
    cut = judged(legs)[GROUP]
    assert cut.verdict >= whole.verdict
    assert cut.amount_usd == whole.amount_usd


@given(st.lists(AMOUNTS, min_size=1, max_size=6), st.data())
def test_cutting_a_deployment_into_queue_entries_never_helps(
    parts: list[int], data: st.DataObject
) -> None:
    """Transactions at nonces of their own, the last under judgement, count as their sum."""
    *before, last = parts
    queue = tuple(
        queued(*entering_units(part, data.draw(VAULTS)), nonce=43 + place)
        for place, part in enumerate(before)
    )
    found = judged(entering_units(last), an_evidence(queue=queue))[GROUP]
    assert found.verdict >= judged(entering_units(sum(parts)))[GROUP].verdict


@given(st.lists(AMOUNTS, min_size=1, max_size=4), AMOUNTS)
def test_rivals_count_as_the_largest(rivals: list[int], amount: int) -> None:
    """Transactions for one nonce count as their maximum."""
    queue = tuple(queued(*entering_units(part), nonce=50) for part in rivals)
    found = judged(entering_units(amount), an_evidence(queue=queue))[GROUP]
    assert found.queued_usd == Fraction(max(rivals), 10**6)


@given(st.permutations(range(4)), st.permutations(range(3)))
def test_order_of_evidence_decides_nothing(first: list[int], second: list[int]) -> None:
    """Queue, quotes, strategies, tokens and allowances may come in any order."""
    queue = (
        queued(*entering(100_000), nonce=50),
        queued(*entering(200_000, TWIN_VAULT), nonce=50),
        queued(pay(5), nonce=51),
        QueueEntry(nonce=52, strategy="Vault A", usd=Fraction(1)),
    )
    older = tuple(
        ObservedAllowance(token=str(token), spender=VAULT, base_units=units)
        for token, units in ((USDC, 10), (WETH, 10**18), (USDC, 11))
    )
    evidence = an_evidence(queue=queue, allowances=older)
    mixed = replace(
        evidence,
        queue=tuple(queue[place] for place in first),
        quotes=tuple(prices()[place] for place in first),
        tokens=tuple(tokens()[place] for place in first),
        allowances=tuple(older[place] for place in second),
    )
    strategies = tuple(STRATEGIES[place] for place in first)
    batch = (*entering(300_000), pay(10))
    assert judge(a_matter(batch, evidence)) == judge(a_matter(batch, mixed, strategies=strategies))


OTHER_EVIDENCE: dict[str, Evidence] = {
    "block": an_evidence(block=UNKNOWN),
    "net": an_evidence(net_usd=Fraction(10_000_001)),
    "holdings": an_evidence(
        holdings=(HeldAmount(token=str(USDC), base_units=units(10**7), place="safe"),)
    ),
    "no holdings": an_evidence(holdings=()),
    "debts": an_evidence(debts=(HeldAmount(token=str(USDC), base_units=0, place="x"),)),
    "unknown debts": an_evidence(debts=UNKNOWN),
    "unknown exposures": an_evidence(exposures=UNKNOWN),
    "price": an_evidence(quotes=prices(dai="1.01")),
    "age": an_evidence(quotes=(*prices()[1:], a_price(age_seconds=61))),
    "source": an_evidence(quotes=(*prices()[1:], a_price(source="other feed"))),
    "kind": an_evidence(quotes=(*prices()[1:], a_price(kind=QuoteKind.MANUAL))),
    "quotes": an_evidence(quotes=UNKNOWN),
    "tokens": an_evidence(tokens=tokens()[:3]),
    "listed": an_evidence(tokens=tuple(t._replace(listed=True) for t in tokens())),
    "contracts": an_evidence(contracts=(DescribedContract(address=PAYROLL, trusted=True),)),
    "exposures": an_evidence(exposures=(Exposed(strategy="Vault C", usd=Fraction(1)),)),
    "unknown exposure": an_evidence(exposures=(Exposed(strategy="Vault C", usd=UNKNOWN),)),
    "allowances": an_evidence(
        allowances=(ObservedAllowance(token=str(WETH), spender=PAYROLL, base_units=1),)
    ),
    "another Safe's allowance": an_evidence(
        allowances=(
            ObservedAllowance(token=str(WETH), spender=PAYROLL, base_units=1, safe=OWN_SAFE),
        )
    ),
    "queue": an_evidence(queue=(queued(pay(1), nonce=77),)),
    "queue figure": an_evidence(queue=(queued(pay(1), nonce=77)._replace(usd=Fraction(1)),)),
    "changes": an_evidence(
        balance_changes=(BalanceChange(account=PAYROLL, token=str(USDC), delta=1),)
    ),
    "no changes": an_evidence(balance_changes=()),
}


def test_equal_evidence_gives_an_equal_digest() -> None:
    """Two builds of the same evidence give byte-identical judgements."""
    assert judged(entering(5)) == judged(entering(5), an_evidence())


def test_different_evidence_gives_different_digests() -> None:
    """Whatever differs in what the policy may read shows in the digest."""
    digests = [judged(entering(5))[GROUP].evidence_digest]
    others = OTHER_EVIDENCE.values()
    digests += [judged(entering(5), made)[GROUP].evidence_digest for made in others]
    digests += [
        judged(entering(5), strategies=STRATEGIES[:3])[GROUP].evidence_digest,
        judged(entering(5), terms=PolicyTerms(limit_bps=999))[GROUP].evidence_digest,
        judged(entering(6))[GROUP].evidence_digest,
        judged((*entering(5), pay(1)))[outsider(PAYROLL)].evidence_digest,
    ]
    assert len(set(digests)) == len(digests)


def test_labels_are_no_evidence_of_the_policy() -> None:
    """Names in the address book change no judgement."""
    assert judged(entering(5), an_evidence(address_book=())) == judged(entering(5))


@given(
    st.lists(
        st.builds(
            Quote,
            token_key=st.just(str(USDC)),
            usd=st.fractions(-1, 3, max_denominator=1000),
            kind=st.sampled_from(QuoteKind),
            source=st.just("x"),
            age_seconds=st.none() | st.integers(-5, 4000),
        ),
        max_size=4,
    )
)
def test_prices_that_decide_are_never_a_spots_alone(quotes: list[Quote]) -> None:
    """Without problems there is a credible price, and all prices agree within two percent."""
    found = price_range(tuple(quotes), PolicyTerms())
    if found.problems:
        return
    assert found.lowest_credible is not None
    assert found.lowest is not None
    assert found.highest is not None
    assert 0 < found.lowest <= found.lowest_credible <= found.highest
    assert found.highest <= found.lowest * Fraction(102, 100)
    assert any(q.kind is not QuoteKind.SPOT for q in quotes)
    assert all(q.age_seconds is not None and 0 <= q.age_seconds <= 3600 for q in quotes)


@given(
    st.lists(
        st.tuples(st.fractions(0, 3, max_denominator=100), st.sampled_from(QuoteKind)), max_size=3
    ),
    st.tuples(st.fractions(0, 3, max_denominator=100), st.sampled_from(QuoteKind)),
)
def test_another_quote_never_makes_a_refusal_a_permission(
    stated: list[tuple[Fraction, QuoteKind]], more: tuple[Fraction, QuoteKind]
) -> None:
    """One more price can raise the verdict or change how it blocks, never lower it to allowed."""
    quotes = tuple(a_price(usd=usd, kind=kind) for usd, kind in stated)
    before = verdict(*entering(700_000), evidence=an_evidence(quotes=quotes))
    after = verdict(
        *entering(700_000),
        evidence=an_evidence(quotes=(*quotes, a_price(usd=more[0], kind=more[1]))),
    )
    if before is Verdict.REFUSED:
        assert after.blocks


@given(
    st.lists(
        st.sampled_from(
            (
                *entering(300_000),
                *entering(300_000, TWIN_VAULT),
                approve(0),
                approve(700_000),
                pay(300_000),
                a_call(VAULT, "burn(uint256)", 1),
                a_call(VAULT, "mint(uint256,address)", 5, PAYROLL),
                a_call(VAULT, "redeem(uint256,address,address)", 5, PAYROLL, PAYROLL),
            )
        ),
        max_size=5,
    )
)
@settings(max_examples=200)
def test_appending_a_deployment_never_lowers_a_verdict(calls: list[Call]) -> None:
    """Whatever runs before, depositing more is judged at least as hard."""
    before = _verdict_of_group(judged(calls) if calls else {})
    allow_more = a_call(USDC, "increaseAllowance(address,uint256)", VAULT, units(400_000))
    after = _verdict_of_group(judged((*calls, allow_more, deposit(400_000))))
    assert after >= max(before, Verdict.WITHIN)


def _verdict_of_group(found: dict[str, Judgement]) -> Verdict:
    """The group's verdict, the two that block taken as one."""
    verdict = found[GROUP].verdict if GROUP in found else Verdict.NOT_A_DEPLOYMENT
    return min(verdict, Verdict.REFUSED)


@given(AMOUNTS, st.integers(0, 5))
def test_renaming_strategies_of_a_group_changes_nothing(amount: int, salt: int) -> None:
    """Names are for people: verdict and figures stay."""
    renamed = tuple(replace(s, name=f"{s.name} {salt}") for s in STRATEGIES)
    one = judged(entering_units(amount))[GROUP]
    other = judged(entering_units(amount), strategies=renamed)[GROUP]
    assert (one.verdict, one.amount_usd) == (other.verdict, other.amount_usd)


@given(AMOUNTS)
def test_a_second_group_for_the_same_vault_changes_nothing(amount: int) -> None:
    """Another group that names the vault gets the same judgement beside the first."""
    alias = Strategy(name="Alias", group="Alias", venue="custom", contracts=(VAULT,))
    found = judged(entering_units(amount), strategies=(*STRATEGIES, alias))
    assert found[GROUP].verdict is found["Alias"].verdict
    assert found[GROUP].verdict is judged(entering_units(amount))[GROUP].verdict


@pytest.mark.parametrize(
    "room", ["assets", "pools", "safes", "calls", "treasury", "deployments", "bundle", "review"]
)
def test_no_float_anywhere(room: str) -> None:
    """No file that money passes through names float or writes a number with a point."""
    allowed = {"history.py"}  # series for charts are float64 and decide nothing
    for path in sorted((ROOT / "treasury_desktop" / room).rglob("*.py")):
        if path.name in allowed:
            continue
        for token in tokenize.generate_tokens(io.StringIO(path.read_text("utf-8")).readline):
            is_name = token.type == tokenize.NAME and token.string in ("float", "Decimal")
            digits = token.string.replace("_", "")
            is_number = token.type == tokenize.NUMBER and not digits.isalnum()
            assert not is_name, f"{path.name}:{token.start[0]}"
            assert not is_number, f"{path.name}:{token.start[0]} {token.string}"
