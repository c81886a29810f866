"""Deploy in words: what was typed, how it is judged, what would pass."""

from dataclasses import replace
from fractions import Fraction

import pytest

from tests.samples import POOL_STRATEGY, USDC, VAULT_STRATEGY, WETH, a_workspace
from tests.samples import VAULT as VAULT_AT
from tests.signing_desk import POOL_STATE, a_hostile_tx, a_kept, a_signing_desk
from treasury_desktop.assets.token import Token
from treasury_desktop.deployments.judgement import Verdict
from treasury_desktop.desk.draft_deployment import DeploymentRequest, Draft
from treasury_desktop.errors import Malformed, Refused
from treasury_desktop.treasury.workspace import TrustedToken
from treasury_desktop.viewmodels.deployment import (
    DeployForm,
    deploy_view,
    priced_pool,
    request_from,
    strategy_choices,
)
from treasury_desktop.viewmodels.deployment_range import (
    chosen_range,
    default_range,
    price_words,
    range_view,
)
from treasury_desktop.viewmodels.judgement_row import in_words

NOW = 1_800_000_000
WORKSPACE = a_workspace()
VAULT = DeployForm(strategy=VAULT_STRATEGY.name, amount="250000.5")
PRICED = priced_pool(POOL_STRATEGY, WORKSPACE, POOL_STATE)
LIQUIDITY = DeployForm(
    strategy=POOL_STRATEGY.name, amount="40", token=WETH.key, lower="2400", upper="3800"
)


def asked(form: DeployForm) -> DeploymentRequest:
    """The request a form means at the sample desk."""
    return request_from(form, WORKSPACE, a_signing_desk().local_facts(), POOL_STATE, NOW)


def drafted(form: DeployForm) -> Draft:
    """The draft of a form at the sample desk."""
    draft = a_signing_desk().draft(asked(form))
    assert isinstance(draft, Draft)
    return draft


def test_a_typed_amount_is_exact() -> None:
    """Digits become base units without rounding."""
    (amount,) = asked(VAULT).amounts
    assert (amount.token, amount.base_units) == (USDC, 250_000_500_000)


@pytest.mark.parametrize(
    ("typed", "base_units"),
    [
        ("400,000", 400_000_000_000),
        (" 1,250,000.50 ", 1_250_000_500_000),
        ("400000", 400_000_000_000),
    ],
)
def test_an_amount_is_read_as_the_program_prints_it(typed: str, base_units: int) -> None:
    """Commas between thousands are what every page shows."""
    (amount,) = asked(replace(VAULT, amount=typed)).amounts
    assert amount.base_units == base_units


def test_prices_are_read_as_they_are_printed_too() -> None:
    """The same commas in a range's ends."""
    plain, printed = (asked(replace(LIQUIDITY, upper=upper)) for upper in ("3800", "3,800.00"))
    assert plain.range == printed.range


@pytest.mark.parametrize("share", ["4%", "4 %", "0.5%", "9.99%"])
def test_a_share_of_the_treasury_is_never_exceeded(share: str) -> None:
    """The judged share is at most what was typed, and less than one base unit away from it."""
    (judgement,) = drafted(replace(VAULT, amount=share)).review.judgements
    wanted = Fraction(share.rstrip("% ")) * 100
    assert judgement.share_bps is not None
    assert 0 <= wanted - judgement.share_bps < Fraction(1, 1000)


@pytest.mark.parametrize(
    ("form", "field"),
    [
        (replace(VAULT, amount=""), "amount"),
        (replace(VAULT, amount="1,00"), "amount"),
        (replace(VAULT, amount="1000,000"), "amount"),
        (replace(VAULT, amount="1,000,5"), "amount"),
        (replace(VAULT, amount=",500"), "amount"),
        (replace(VAULT, amount="1.000,5"), "amount"),
        (replace(VAULT, amount="0.0000001"), "amount"),
        (replace(VAULT, amount="0%"), "amount"),
        (replace(VAULT, strategy="nothing"), "strategy"),
        (replace(LIQUIDITY, lower="abc"), "lower"),
        (replace(LIQUIDITY, upper="0"), "upper"),
        (replace(LIQUIDITY, lower="3900"), "upper"),
        (replace(LIQUIDITY, slippage="50"), "slippage"),
        (replace(LIQUIDITY, slippage="0.005"), "slippage"),
        (replace(LIQUIDITY, hours="0"), "hours"),
        (replace(LIQUIDITY, hours="1.5"), "hours"),
        (replace(LIQUIDITY, lower="4000", upper="5000", token=USDC.key), "amount"),
    ],
)
def test_what_is_not_right_names_its_field(form: DeployForm, field: str) -> None:
    """The page marks that field and says what to write."""
    with pytest.raises(Malformed) as refusal:
        asked(form)
    assert refusal.value.field == field


def test_the_second_amount_follows_from_the_range() -> None:
    """40 WETH between 2,400 and 3,800 need about as many dollars as the pool says."""
    request = asked(LIQUIDITY)
    weth, usdc = request.amounts
    assert weth.base_units <= 40 * 10**18
    assert 40 * 10**18 - weth.base_units < 10**6
    assert 110_000 < usdc.whole < 130_000
    assert request.deadline == NOW + 48 * 3600
    assert request.slippage_bps == 50


def test_typing_the_other_token_gives_the_same_ratio() -> None:
    """Either amount may be typed; the range decides the other."""
    first, second = asked(LIQUIDITY).amounts
    other = asked(replace(LIQUIDITY, token=USDC.key, amount="100000")).amounts
    one, two = first.whole / second.whole, other[0].whole / other[1].whole
    assert abs(one / two - 1) < Fraction(1, 10**6)


def test_prices_snap_outwards_to_usable_ticks() -> None:
    """Both typed prices lie inside the range that is used."""
    span = chosen_range(PRICED, "2400", "3800")
    view = range_view(PRICED, span)
    assert span.tick_lower % PRICED.tick_spacing == span.tick_upper % PRICED.tick_spacing == 0
    low, high = (Fraction(part.replace(",", "")) for part in view.snapped.split()[:3:2])
    assert low <= 2400
    assert high >= 3800
    assert 0 < view.lower_at < view.current_at < view.upper_at < 1
    assert view.words.endswith("the price is inside")


def test_an_inverted_pool_shows_prices_the_dear_way_round() -> None:
    """Dollars per ether, whichever of them is token0."""
    flipped = replace(
        PRICED,
        token0=PRICED.token1,
        token1=PRICED.token0,
        sqrt_price_x96=2**192 // PRICED.sqrt_price_x96,
    )
    assert flipped.is_inverted
    assert flipped.unit == "USDC per WETH"
    assert price_words(flipped.price) == price_words(PRICED.price)
    span = chosen_range(flipped, "2400", "3800")
    assert range_view(flipped, span).words.endswith("the price is inside")


def test_the_fields_begin_with_a_range_around_the_price() -> None:
    """A fifth below and a quarter above."""
    low, high = default_range(PRICED)
    assert Fraction(low) < PRICED.price < Fraction(high)


@pytest.mark.parametrize(
    ("amount", "verdict", "can_keep"),
    [("50000", "within", True), ("4%", "above advice", True), ("12%", "refused", False)],
)
def test_the_verdict_decides_whether_it_can_be_kept(
    amount: str, verdict: str, can_keep: bool
) -> None:
    """A refusal gives its figures as the reason."""
    view = deploy_view(drafted(replace(VAULT, amount=amount)), WORKSPACE)
    assert view.verdict == verdict
    assert (view.why_not == "") == can_keep
    if not can_keep:
        assert "the limit is 10.00%" in view.why_not


def test_the_largest_amounts_are_exact() -> None:
    """The offered amount passes, and one base unit more does not."""
    offered = deploy_view(drafted(VAULT), WORKSPACE).largest
    bounds = zip(offered, (Verdict.WITHIN, Verdict.ABOVE_ADVICE), strict=True)
    for largest, verdict in bounds:
        whole, _dot, rest = largest.typed.partition(".")
        more = str(int(whole + rest.ljust(6, "0")) + 1)
        (passes,) = drafted(replace(VAULT, amount=largest.typed)).review.judgements
        (fails,) = drafted(replace(VAULT, amount=f"{more[:-6]}.{more[-6:]}")).review.judgements
        assert passes.verdict is verdict
        assert fails.verdict > verdict


def test_entry_and_exit_are_told_call_by_call() -> None:
    """What goes in and what would bring it back, with the contracts' names."""
    view = deploy_view(drafted(VAULT), WORKSPACE)
    assert [row.purpose for row in view.entry] == [
        "Allow the vault exactly 250,000.5 USDC",
        "Deposit 250,000.5 USDC; the shares go to the Safe",
    ]
    assert view.entry[1].to.name == "USDC yield vault"
    assert len(view.exit) == 1
    assert (view.nonce, view.batch) == ("Nonce 12", "batch of 2 calls")


def test_shares_are_redeemed_in_their_own_decimals_where_we_know_them() -> None:
    """Share units without decimals say nothing; their exact number is one step away."""
    (row,) = deploy_view(drafted(VAULT), WORKSPACE).exit
    assert row.purpose == "Redeem the shares of this deposit to the Safe"
    assert row.exact.startswith("250,000,500,000 share units")
    share = Token(chain_id=31337, address=VAULT_AT, symbol="yvUSDC", name="Vault", decimals=6)
    known = a_workspace(tokens=(*WORKSPACE.tokens, TrustedToken(token=share)))
    (row,) = deploy_view(drafted(VAULT), known).exit
    assert (row.purpose, row.exact) == ("Redeem 250,000.500000 yvUSDC to the Safe", "")


def test_a_pair_offers_both_its_sides_with_sensible_digits() -> None:
    """What would pass is about so much of each token; using it types the chosen one."""
    draft = drafted(LIQUIDITY)
    within, below = deploy_view(draft, WORKSPACE, WETH.key).largest
    assert within.words == "about 13.6904 WETH and 40,404 USDC"
    assert below.words == "about 93.6132 WETH and 276,277 USDC"
    assert within.typed == "13.690466"
    turned, _ = deploy_view(draft, WORKSPACE, USDC.key).largest
    assert turned.words == "about 40,404 USDC and 13.6904 WETH"


def test_above_advice_says_what_is_advised() -> None:
    """Beside the limit, in the sentence the person reads."""
    above = deploy_view(drafted(replace(VAULT, amount="4%")), WORKSPACE).sentence
    assert above.endswith("must not be reached; advised is at most 5.00%.")
    within = deploy_view(drafted(replace(VAULT, amount="50000")), WORKSPACE).sentence
    assert "advised" not in within


def test_definitions_are_said_in_per_cent_and_hours() -> None:
    """Nobody has to divide basis points."""
    row = deploy_view(drafted(VAULT), WORKSPACE).judgement
    assert row is not None
    said = dict(row.definitions)
    assert said["limit"] == "10%, must not be reached"
    assert said["advice"] == "3% to 5%"
    assert said["quotes"] == "at most 1 hour old, within 2% of each other"
    assert in_words("250 basis points, 5400 s, 61 s") == "2.5%, 90 minutes, 61 seconds"


def test_a_huge_amount_keeps_its_figures_short() -> None:
    """The sentence carries every digit; the figures say only that they are over."""
    view = deploy_view(drafted(replace(VAULT, amount="9" * 40)), WORKSPACE)
    figures = dict(view.figures)
    assert view.verdict == "refused"
    assert figures["This deployment"] == "over $99 billion"
    assert figures["Share of this"] == figures["Exposure after"] == view.after == "over 999%"
    assert figures["Treasury"] == "$9,532,420.11"


def test_a_stranger_at_the_nonce_is_named() -> None:
    """The draft keeps the nonce and says that it has a rival."""
    sent = a_kept(a_hostile_tx(), drafted_here=False, strategy=None)
    draft = a_signing_desk((sent,)).draft(asked(VAULT))
    view = deploy_view(draft, WORKSPACE)
    assert view.nonce == "Nonce 12"
    assert view.nonce_note == (
        "Nonce 12 also holds a transaction that nobody here signed. Only one of them can run."
    )
    assert deploy_view(drafted(VAULT), WORKSPACE).nonce_note == ""


def test_strategies_nobody_can_build_for_are_not_offered() -> None:
    """Talos is read here and not yet built."""
    talos = replace(VAULT_STRATEGY, name="Talos", venue="talos")
    choices = strategy_choices(a_workspace(strategies=(VAULT_STRATEGY, POOL_STRATEGY, talos)))
    assert [choice.name for choice in choices] == [VAULT_STRATEGY.name, POOL_STRATEGY.name]
    assert [choice.has_range for choice in choices] == [False, True]


def test_a_pool_without_its_price_is_not_drafted() -> None:
    """Nothing is built on a price nobody has read."""
    facts = a_signing_desk().local_facts()
    with pytest.raises(Refused, match="not been read"):
        request_from(LIQUIDITY, WORKSPACE, facts, None, NOW)
