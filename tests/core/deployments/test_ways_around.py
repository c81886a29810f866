"""Ways an attacker would try to get past the limit, each of which has to be judged for what it is.

Nearly all move 40% of the treasury; the first ones look like a deployment within advice, a payment
that cannot be valued, or nothing at all.
"""

from dataclasses import replace
from fractions import Fraction

import pytest

from tests.matters import (
    DAI,
    GROUP,
    JUNK,
    MANAGER,
    OTHER_GROUP,
    OTHER_VAULT,
    OWN_SAFE,
    ROUTER,
    SAFE,
    STRATEGIES,
    TWIN_VAULT,
    UNISWAP,
    USDC,
    VAULT,
    WETH,
    a_call,
    a_tx,
    an_evidence,
    approve,
    deposit,
    entering,
    ether,
    judged,
    nested_execution,
    outsider,
    pay,
    queued,
    units,
    words,
)
from tests.samples import PAYROLL, STRANGER, an_address
from treasury_desktop.assets.address import Address
from treasury_desktop.assets.unknown import UNKNOWN, Unknown
from treasury_desktop.deployments.calls import Call
from treasury_desktop.review.clock import aged_to
from treasury_desktop.safes.multisend import PackedCall, multisend_calldata
from treasury_desktop.safes.safe_tx import Operation, SafeTx
from treasury_desktop.treasury.evidence import (
    BalanceChange,
    Exposed,
    HeldAmount,
    ObservedAllowance,
    QueueEntry,
)
from treasury_desktop.treasury.strategy import Strategy

FORTY_PERCENT = 4_000_000
ETHER = 1_600 * 10**18
"""Forty percent in ether."""
IDLE = (HeldAmount(token=str(USDC), base_units=units(50_000), place="safe"),)
MINT = "mint((address,address,uint24,int24,int24,uint256,uint256,uint256,uint256,address,uint256))"
INCREASE = "increaseLiquidity((uint256,uint256,uint256,uint256,uint256,uint256))"
SWAP = "exactInputSingle((address,address,uint24,address,uint256,uint256,uint256,uint160))"
SWAP_OUT = "exactOutputSingle((address,address,uint24,address,uint256,uint256,uint256,uint160))"


def swap(
    router: Address = ROUTER, *, recipient: Address = SAFE, token: Address = USDC, value: int = 0
) -> Call:
    """A swap of 40% for as much wrapped ether as there is."""
    amount = units(FORTY_PERCENT)
    return a_call(router, SWAP, (token, WETH, 500, recipient, 0, amount, 1, 0), value=value)


# ── hidden outflows ──────────────────────────────────────────────────────────────────────────────


def test_deposit_selector_on_a_contract_that_is_no_wrapped_ether() -> None:
    """`deposit()` with value is wrapping only at the WETH that somebody vouches for."""
    taken = a_call(STRANGER, "deposit()", value=ETHER)
    assert words(taken) == {outsider(STRANGER): "refused"}


def test_value_sent_along_with_a_foreign_execution() -> None:
    """Ether that goes with execTransaction to a contract that is no Safe of ours is an outflow."""
    taken = nested_execution(STRANGER, STRANGER, b"", value=0)
    assert words(replace(taken, value=ETHER)) == {outsider(STRANGER): "refused"}


def test_value_sent_along_with_a_venues_own_function() -> None:
    """Ether sent with a deposit of one base unit counts beside the unit."""
    sent = replace(deposit("0.000001"), value=ETHER)
    assert words((approve("0.000001"), sent)) == {GROUP: "refused"}


def test_value_sent_with_a_multicall() -> None:
    """Ether sent with a multicall counts once, whatever its first item is."""
    collect = a_call(MANAGER, "collect((uint256,address,uint128,uint128))", (7, SAFE, 1, 1))
    taken = a_call(MANAGER, "multicall(bytes[])", (collect.data,), value=ETHER)
    assert judged(taken)[UNISWAP].amount_usd == FORTY_PERCENT


def test_batch_that_is_called_and_not_delegatecalled() -> None:
    """Ether sent to the batch contract by a plain call leaves the Safe."""
    batch = a_tx(pay(1), pay(2))
    called = replace(batch, operation=Operation.CALL, value=ETHER)
    assert words(called) == {outsider(batch.to): "refused"}


def test_pulling_from_another_safe_of_the_treasury() -> None:
    """TransferFrom out of any Safe of ours is an outflow, whoever calls it."""
    pull = a_call(
        USDC, "transferFrom(address,address,uint256)", OWN_SAFE, STRANGER, units(FORTY_PERCENT)
    )
    assert words(pull) == {outsider(STRANGER): "refused"}


def test_vault_pays_somebody_else() -> None:
    """Withdrawing to a stranger is a payment to the stranger."""
    amount = units(FORTY_PERCENT)
    leave = a_call(VAULT, "withdraw(uint256,address,address)", amount, STRANGER, SAFE)
    assert words(leave) == {outsider(STRANGER): "refused"}
    shares = a_call(VAULT, "redeem(uint256,address,address)", amount, STRANGER, SAFE)
    assert judged(shares)[outsider(STRANGER)].codes == ("PAYMENT_NOT_VALUED",)


@pytest.mark.parametrize(
    "signature",
    [
        "safeTransferFrom(address,address,uint256)",
        "safeTransferFrom(address,address,uint256,bytes)",
        "safeTransferFrom(address,address,uint256,uint256,bytes)",
    ],
)
def test_position_given_away(signature: str) -> None:
    """An NFT that leaves is a payment nobody can value, never nothing."""
    rest = {2: (), 3: (b"",), 4: (1, b"")}[signature.count(",")]
    gone = a_call(MANAGER, signature, SAFE, STRANGER, 7, *rest)
    assert judged(gone)[outsider(STRANGER)].codes == ("PAYMENT_NOT_VALUED",)
    to_strategy = a_call(MANAGER, signature, SAFE, VAULT, 7, *rest)
    assert words(to_strategy) == {GROUP: "cannot be judged"}


# ── allowances that are used and then hidden ─────────────────────────────────────────────────────


def test_approve_call_and_revoke() -> None:
    """What a spender could take between approval and revocation counts as taken."""
    use = a_call(STRANGER, "burn(uint256)", 1)
    batch = (approve(FORTY_PERCENT, STRANGER), use, approve(0, STRANGER))
    assert words(batch) == {outsider(STRANGER): "refused"}


def test_approve_call_somebody_else_and_revoke() -> None:
    """The one who is called need not be the one who takes."""
    use = ether(0, an_address("accomplice"))
    batch = (approve(FORTY_PERCENT, STRANGER), use, approve(0, STRANGER))
    assert words(batch) == {outsider(STRANGER): "refused"}


def test_mint_of_shares_behind_a_dust_approval() -> None:
    """A mint names shares; what it may take is all that was approved, not what is open after."""
    shares = a_call(VAULT, "mint(uint256,address)", 10**12, SAFE)
    batch = (approve(FORTY_PERCENT), shares, approve("0.000001"))
    assert words(batch) == {GROUP: "refused"}


def test_liquidity_behind_a_dust_approval() -> None:
    """An open allowance of one unit does not bound a call that takes a million."""
    more = a_call(MANAGER, INCREASE, (7, units(FORTY_PERCENT), 0, 0, 0, 2**40))
    assert words((approve("0.000001", MANAGER), more)) == {UNISWAP: "cannot be judged"}
    assert words(more) == {UNISWAP: "cannot be judged"}


def test_swap_that_takes_less_than_it_may() -> None:
    """After an exact-output swap the rest of the allowance stays open and counts."""
    amount = units(FORTY_PERCENT)
    out = a_call(ROUTER, SWAP_OUT, (USDC, WETH, 500, SAFE, 0, 1, amount, 0))
    assert words((approve(FORTY_PERCENT, ROUTER), out)) == {UNISWAP: "refused"}


def test_swap_selector_on_a_vault() -> None:
    """Only a router converts; the same four bytes on a vault are money that leaves."""
    taken = swap(VAULT)
    assert words((approve(FORTY_PERCENT, VAULT), taken)) == {GROUP: "refused"}


def test_swap_for_somebody_else() -> None:
    """A swap whose receiver is not the Safe is an outflow."""
    assert words((approve(FORTY_PERCENT, ROUTER), swap(recipient=STRANGER))) == {UNISWAP: "refused"}


def test_swap_on_a_router_nobody_allows() -> None:
    """A router that is not allow-listed is an outsider that gets the money."""
    batch = (approve(FORTY_PERCENT, STRANGER), swap(STRANGER))
    assert words(batch) == {outsider(STRANGER): "refused"}


def test_swap_with_ether() -> None:
    """Value sent with a swap is not what the swap converts."""
    batch = (approve(FORTY_PERCENT, ROUTER), swap(value=ETHER))
    assert words(batch) == {UNISWAP: "refused"}


def test_path_of_a_swap_names_its_token() -> None:
    """Exact input pays the path's first token, exact output its last."""
    amount = units(FORTY_PERCENT)
    path = USDC.raw + (500).to_bytes(3, "big") + WETH.raw
    give = a_call(
        ROUTER, "exactInput((bytes,address,uint256,uint256,uint256))",
        (path, STRANGER, 0, amount, 0),
    )  # fmt: skip
    assert words((approve(FORTY_PERCENT, ROUTER), give)) == {UNISWAP: "refused"}
    keep = a_call(
        ROUTER, "exactInput((bytes,address,uint256,uint256,uint256))", (path, SAFE, 0, amount, 0)
    )
    assert words((approve(FORTY_PERCENT, ROUTER), keep)) == {}
    short = a_call(
        ROUTER, "exactOutput((bytes,address,uint256,uint256,uint256))", (b"", SAFE, 0, 1, amount)
    )
    assert words((approve(FORTY_PERCENT, ROUTER), short)) == {UNISWAP: "refused"}


def test_older_allowance_used_by_a_call_nobody_reads() -> None:
    """Calling a contract that may still take 40% counts as giving it 40%."""
    older = (ObservedAllowance(token=str(USDC), spender=VAULT, base_units=units(FORTY_PERCENT)),)
    evidence = an_evidence(allowances=older)
    for call in (
        a_call(VAULT, "burn(uint256)", 1),
        ether(0, VAULT),
        a_call(TWIN_VAULT, "refundETH()"),
    ):
        assert words((call, ether(1, PAYROLL)), evidence)[GROUP] == "refused"
    leave = a_call(VAULT, "redeem(uint256,address,address)", 1, SAFE, SAFE)
    assert words(leave, evidence) == {}


def test_allowance_of_one_safe_revoked_by_another() -> None:
    """Each Safe's allowance is its own: revoking the other's hides nothing."""
    revoke = a_call(USDC, "approve(address,uint256)", STRANGER, 0)
    batch = (
        approve(FORTY_PERCENT, STRANGER),
        nested_execution(OWN_SAFE, USDC, revoke.data),
    )
    assert words(batch) == {outsider(STRANGER): "refused"}


def test_same_allowance_stated_twice() -> None:
    """The larger of two statements about one allowance counts, in either order."""
    large = ObservedAllowance(token=str(USDC), spender=VAULT, base_units=units(FORTY_PERCENT))
    small = large._replace(base_units=1)
    for pair in ((large, small), (small, large)):
        assert words(deposit(1), an_evidence(allowances=pair)) == {GROUP: "refused"}


# ── allowances larger than the balance seems ─────────────────────────────────────────────────────


def test_wrapping_first_and_approving_then() -> None:
    """The balance that caps an allowance is the one after the wrapping before it."""
    wrap = a_call(WETH, "deposit()", value=ETHER)
    allow = a_call(WETH, "approve(address,uint256)", STRANGER, ETHER)
    evidence = an_evidence(holdings=IDLE)
    evidence = replace(evidence, holdings=(*IDLE, _rest()))
    assert words((wrap, allow), evidence) == {outsider(STRANGER): "refused"}
    assert words(allow, evidence) == {}


@pytest.mark.parametrize("income", ["exit", "swap", "unread", "pull"])
def test_filling_the_balance_first_and_approving_then(income: str) -> None:
    """After an exit, a swap or a call nobody reads no balance of before caps an allowance."""
    calls = {
        "exit": a_call(OTHER_VAULT, "redeem(uint256,address,address)", 10**12, SAFE, SAFE),
        "swap": a_call(ROUTER, SWAP, (DAI, USDC, 500, SAFE, 0, 1, 0, 0)),
        "unread": a_call(an_address("faucet"), "burn(uint256)", 1),
        "pull": a_call(USDC, "transferFrom(address,address,uint256)", PAYROLL, SAFE, 1),
    }
    evidence = an_evidence(holdings=(*IDLE, _rest()))
    batch = (calls[income], approve(FORTY_PERCENT, STRANGER))
    assert words(batch, evidence)[outsider(STRANGER)] == "refused"
    assert words(approve(FORTY_PERCENT, STRANGER), evidence) == {
        outsider(STRANGER): "not a deployment"
    }


def _rest() -> HeldAmount:
    """The other nine and a half millions, deployed."""
    return HeldAmount(token=str(DAI), base_units=units(9_950_000, DAI), place="elsewhere")


# ── payments that are said to have no value ──────────────────────────────────────────────────────


def test_dust_without_a_price_beside_a_large_payment() -> None:
    """A grain of junk to the same payee does not make the payment unmeasurable."""
    junk = a_call(JUNK, "transfer(address,uint256)", PAYROLL, 1)
    assert words((pay(FORTY_PERCENT), junk)) == {outsider(PAYROLL): "refused"}
    assert words((pay(1_000_000), junk)) == {outsider(PAYROLL): "refused"}


def test_waiting_until_the_quotes_are_stale() -> None:
    """A payment of 40% is refused however long somebody waits with signing it."""
    later = 1_795_000_000 + 10 * 86_400
    held = (HeldAmount(token=str(USDC), base_units=units(10_000_000), place="safe"),)
    for evidence in (an_evidence(), an_evidence(holdings=held, net_usd=UNKNOWN)):
        aged = aged_to(evidence, later)
        assert words(pay(FORTY_PERCENT), aged) == {outsider(PAYROLL): "refused"}
        small = judged(pay(1_000), aged)[outsider(PAYROLL)]
        assert small.codes == ("PAYMENT_NOT_VALUED",)
        assert words(entering(1), aged) == {GROUP: "cannot be judged"}


def test_queue_entry_nobody_can_read_beside_a_large_payment() -> None:
    """An unreadable queue does not make a payment of 40% unmeasurable."""
    opaque = replace(ether(0, STRANGER), data=b"\xde\xad\xbe\xef")
    evidence = an_evidence(queue=(queued(opaque, nonce=43),))
    assert words(pay(FORTY_PERCENT), evidence) == {outsider(PAYROLL): "refused"}
    assert words(pay(10_000), evidence) == {outsider(PAYROLL): "not a deployment"}


def test_payments_to_one_outsider_add_up() -> None:
    """Salami: what waits in the queue for the same payee counts."""
    evidence = an_evidence(queue=(queued(pay(600_000), nonce=43),))
    assert words(pay(600_000), evidence) == {outsider(PAYROLL): "refused"}


def test_strategy_group_that_is_called_like_an_outsider() -> None:
    """A group whose name looks like a payee's is judged as a strategy all the same."""
    named = replace(STRATEGIES[0], group=outsider(VAULT))
    assert words(entering(1_000_000), strategies=(named,)) == {outsider(VAULT): "refused"}
    assert words(entering(1), an_evidence(quotes=()), strategies=(named,)) == {
        outsider(VAULT): "cannot be judged"
    }


# ── groups, queue and exposure ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("is_reversed", [False, True])
def test_one_vault_under_two_names_in_two_groups(is_reversed: bool) -> None:
    """Strategies that lead to the same contract share one limit, whatever their groups are."""
    alias = Strategy(name="Fresh start", group="Fresh", venue="erc4626", contracts=(VAULT,))
    strategies = (alias, *STRATEGIES)[:: -1 if is_reversed else 1]
    evidence = an_evidence(
        exposures=(
            Exposed(strategy="Vault A", usd=Fraction(500_000)),
            Exposed(strategy="Fresh start", usd=Fraction(400_000)),
        )
    )
    assert words(entering(200_000), evidence, strategies=strategies) == {
        GROUP: "refused", "Fresh": "refused",
    }  # fmt: skip
    assert words(entering(50_000), evidence, strategies=strategies) == {
        GROUP: "above advice", "Fresh": "above advice",
    }  # fmt: skip


def test_queue_of_another_safe() -> None:
    """Nonces are each Safe's own: another Safe's entry is no rival and has not passed."""
    for nonce in (3, 42, 99):
        entry = queued(*entering(750_000), nonce=nonce, safe=OWN_SAFE)
        assert words(entering(750_000), an_evidence(queue=(entry,))) == {GROUP: "refused"}


def test_rivals_of_two_safes_are_no_rivals() -> None:
    """Two Safes may both run their nonce 50."""
    evidence = an_evidence(
        queue=(
            queued(*entering(400_000), nonce=50),
            queued(*entering(450_000), nonce=50, safe=OWN_SAFE),
        )
    )
    assert judged(entering(100_000), evidence)[GROUP].queued_usd == 850_000


@pytest.mark.parametrize("usd", [Fraction(-5_000_000), UNKNOWN])
def test_negative_figures_of_a_sender(usd: Fraction | Unknown) -> None:
    """A queue entry or exposure of less than nothing makes no room: it cannot be judged."""
    entry = QueueEntry(nonce=50, strategy="Vault A", usd=usd)
    assert words(entering(1_200_000), an_evidence(queue=(entry,))) == {GROUP: "refused"}
    assert words(entering(400_000), an_evidence(queue=(entry,))) == {GROUP: "cannot be judged"}
    exposed = Exposed(strategy="Vault A", usd=usd)
    assert words(entering(1_200_000), an_evidence(exposures=(exposed,))) == {GROUP: "refused"}


def test_queue_entry_of_a_strategy_nobody_knows() -> None:
    """A stated figure for an unknown strategy concerns every group."""
    entry = QueueEntry(nonce=50, strategy="Renamed", usd=Fraction(900_000))
    assert words(entering(200_000), an_evidence(queue=(entry,))) == {GROUP: "refused"}
    assert words(entering(200_000, OTHER_VAULT), an_evidence(queue=(entry,))) == {
        OTHER_GROUP: "refused"
    }


def test_stated_figure_below_the_bytes() -> None:
    """A queue entry counts with the larger of what its bytes and its sender say."""
    entry = queued(*entering(750_000), nonce=43)
    for usd, expected in ((1, 750_000), (800_000, 800_000)):
        said = entry._replace(strategy="Vault A", usd=Fraction(usd))
        judgement = judged(entering(1), an_evidence(queue=(said,)))[GROUP]
        assert judgement.queued_usd == expected


@pytest.mark.parametrize("how", ["cut off", "too deep", "foreign code", "create"])
def test_queue_entry_that_hides_what_it_does(how: str) -> None:
    """Batches that cannot be read and foreign code in the queue make the exposure unknown."""
    batch = a_tx(*entering(900_000), nonce=50)
    tx = {
        "cut off": replace(batch, data=batch.data[:-40]),
        "too deep": _nested(batch, 18),
        "foreign code": SafeTx(
            to=STRANGER, data=pay(1).data, operation=Operation.DELEGATECALL, nonce=50
        ),
        "create": SafeTx(to=STRANGER, data=b"\x60", operation=Operation.CREATE, nonce=50),
    }[how]
    entry = QueueEntry(nonce=50, tx=tx)
    assert words(entering(200_000), an_evidence(queue=(entry,))) == {GROUP: "cannot be judged"}


def _nested(batch: SafeTx, depth: int) -> SafeTx:
    for _ in range(depth):
        inner = PackedCall(1, batch.to, 0, batch.data)
        batch = replace(batch, data=multisend_calldata((inner,)))
    return batch


def test_two_rivals_of_which_one_cannot_be_valued() -> None:
    """An unpriced rival and a priced one: either may run, in whichever order they are listed."""
    priced = queued(*entering(1_200_000), nonce=50)
    unpriced = queued(a_call(JUNK, "transfer(address,uint256)", VAULT, 5), nonce=50)
    found = [
        judged(entering(1), an_evidence(queue=queue))[GROUP]
        for queue in ((priced, unpriced), (unpriced, priced))
    ]
    assert found[0] == found[1]
    assert found[0].verdict.words == "refused"


def test_simulation_does_not_add_to_what_an_unnamed_taking_counts() -> None:
    """Shares minted with an exact approval count once, simulated or not."""
    shares = a_call(VAULT, "mint(uint256,address)", 10**12, SAFE)
    changes = (BalanceChange(account=SAFE, token=str(USDC), delta=-units(400_000)),)
    evidence = an_evidence(balance_changes=changes)
    assert judged((approve(400_000), shares), evidence)[GROUP].amount_usd == 400_000


def test_simulation_of_one_transaction_says_nothing_of_the_queue() -> None:
    """What was simulated for this transaction is not charged to those that wait."""
    changes = (BalanceChange(account=SAFE, token=str(USDC), delta=-units(400_000)),)
    evidence = an_evidence(balance_changes=changes, queue=(queued(*entering(100_000), nonce=43),))
    assert judged(entering(400_000), evidence)[GROUP].queued_usd == 100_000


def test_simulated_loss_behind_calls_that_show_nothing() -> None:
    """What leaves without the calldata saying so is charged to the contract that is called."""
    changes = (BalanceChange(account=SAFE, token=str(USDC), delta=-units(FORTY_PERCENT)),)
    evidence = an_evidence(balance_changes=changes)
    assert words(a_call(VAULT, "burn(uint256)", 1), evidence) == {GROUP: "refused"}
    stranger = a_call(STRANGER, "burn(uint256)", 1)
    assert words(stranger, evidence) == {outsider(STRANGER): "refused"}


def test_stated_maximum_hides_no_simulated_loss() -> None:
    """A swap's maximum beyond its allowance does not explain what a simulation saw leave."""
    changes = (BalanceChange(account=SAFE, token=str(USDC), delta=-units(FORTY_PERCENT)),)
    out = a_call(ROUTER, SWAP_OUT, (USDC, WETH, 500, SAFE, 0, 1, 2**255, 0))
    assert words(out, an_evidence(balance_changes=changes)) == {UNISWAP: "refused"}


def test_unnamed_taking_with_one_sufficient_allowance_is_named_by_it() -> None:
    """A vault of unknown asset takes the token it was allowed to take, once."""
    nameless = tuple(replace(strategy, asset=None) for strategy in STRATEGIES)
    judgement = judged(entering(500_000), strategies=nameless)[GROUP]
    assert judgement.amount_usd == 500_000
    assert words(deposit(1), strategies=nameless) == {GROUP: "cannot be judged"}
    twice = (approve(800_000), deposit(400_000), deposit(400_000))
    assert judged(twice, strategies=nameless)[GROUP].amount_usd == 800_000


def test_mint_counts_both_tokens_once() -> None:
    """A mint with exact approvals counts what is desired of both tokens and nothing more."""
    weth = 100 * 10**18
    mint = a_call(
        MANAGER, MINT, (USDC, WETH, 500, -10, 10, units(100_000), weth, 0, 0, SAFE, 2**40)
    )
    allow = a_call(WETH, "approve(address,uint256)", MANAGER, weth)
    judgement = judged((approve(100_000, MANAGER), allow, mint))[UNISWAP]
    assert judgement.amount_usd == 350_000
    more = a_call(MANAGER, INCREASE, (7, units(100_000), weth, 0, 0, 2**40))
    judgement = judged((approve(100_000, MANAGER), allow, more))[UNISWAP]
    assert judgement.amount_usd == 350_000


def test_allowances_only_grow_by_what_is_added() -> None:
    """Increase and decrease change an allowance by their amount, never below nothing."""
    more = a_call(USDC, "increaseAllowance(address,uint256)", VAULT, units(300_000))
    less = a_call(USDC, "decreaseAllowance(address,uint256)", VAULT, units(900_000))
    assert judged((approve(100_000), more))[GROUP].amount_usd == 400_000
    assert words((approve(100_000), more, less)) == {}


@pytest.mark.parametrize("name", ["Renamed", "vault a", "Vault A ", "outsider"])
def test_exposure_under_a_name_that_no_strategy_has(name: str) -> None:
    """It lies nobody knows where, so it counts under every limit of a strategy."""
    held = an_evidence(exposures=(Exposed(strategy=name, usd=Fraction(900_000)),))
    assert words(entering(200_000), held) == {GROUP: "refused"}
    assert words(entering(200_000, OTHER_VAULT), held) == {OTHER_GROUP: "refused"}
    unknown = an_evidence(exposures=(Exposed(strategy=name, usd=UNKNOWN),))
    assert words(entering(1), unknown) == {GROUP: "cannot be judged"}
    assert words(pay(200_000, PAYROLL), held) == {outsider(PAYROLL): "not a deployment"}
    nothing = an_evidence(exposures=(Exposed(strategy=name, usd=Fraction(0)),))
    assert words(entering(200_000), nothing) == {GROUP: "within"}


@pytest.mark.parametrize("twin", ["Caf\u00e9 ", "\u00a0Caf\u00e9", "Cafe\u0301", "Cafe\u0301\n"])
def test_groups_that_nobody_can_tell_apart(twin: str) -> None:
    """Blanks around a name and another Unicode form of it make no second limit."""
    groups = dict(zip((VAULT, OTHER_VAULT), ("Caf\u00e9", twin), strict=True))
    strategies = tuple(
        Strategy(name=str(vault), group=group, venue="erc4626", contracts=(vault,), asset=USDC)
        for vault, group in groups.items()
    )
    both = (*entering(600_000), *entering(600_000, OTHER_VAULT))
    found = judged(both, strategies=strategies)
    assert set(found) == set(groups.values())
    assert {judgement.verdict.words for judgement in found.values()} == {"refused"}
    apart = tuple(replace(s, group=f"{s.group}{place}") for place, s in enumerate(strategies))
    assert {j.verdict.words for j in judged(both, strategies=apart).values()} == {"above advice"}


def test_safe_itself_as_spender_is_no_outflow() -> None:
    """An allowance for a Safe of the treasury leaves nothing open to anybody else."""
    assert words(approve(FORTY_PERCENT, OWN_SAFE)) == {}


def test_aave_is_read_both_ways() -> None:
    """Supply and repay take, withdraw pays: to somebody else it is an outflow."""
    pool = an_address("aave pool")
    aave = (Strategy(name="Aave", group="Aave", venue="aave_v3", contracts=(pool,)),)
    amount = units(FORTY_PERCENT)
    supply = a_call(pool, "supply(address,uint256,address,uint16)", USDC, amount, SAFE, 0)
    repay = a_call(pool, "repay(address,uint256,uint256,address)", USDC, amount, 2, SAFE)
    home = a_call(pool, "withdraw(address,uint256,address)", USDC, amount, SAFE)
    away = a_call(pool, "withdraw(address,uint256,address)", USDC, amount, STRANGER)
    whole = a_call(pool, "withdraw(address,uint256,address)", USDC, 2**256 - 1, STRANGER)
    collateral = a_call(pool, "setUserUseReserveAsCollateral(address,bool)", USDC, True)  # noqa: FBT003  a bool of the ABI
    assert words((approve(FORTY_PERCENT, pool), supply), strategies=aave) == {"Aave": "refused"}
    assert words((approve(FORTY_PERCENT, pool), repay), strategies=aave) == {"Aave": "refused"}
    assert words(home, strategies=aave) == {}
    assert words(collateral, strategies=aave) == {}
    assert words(away, strategies=aave) == {outsider(STRANGER): "refused"}
    assert judged(whole, strategies=aave)[outsider(STRANGER)].codes == ("PAYMENT_NOT_VALUED",)


def test_uniswap_payouts_to_somebody_else() -> None:
    """Collected, unwrapped or swept to a stranger is a payment nobody can value."""
    for call in (
        a_call(MANAGER, "collect((uint256,address,uint128,uint128))", (7, STRANGER, 1, 1)),
        a_call(MANAGER, "unwrapWETH9(uint256,address)", 0, STRANGER),
        a_call(MANAGER, "sweepToken(address,uint256,address)", USDC, 0, STRANGER),
    ):
        assert judged(call)[outsider(STRANGER)].codes == ("PAYMENT_NOT_VALUED",)
    for call in (
        a_call(MANAGER, "collect((uint256,address,uint128,uint128))", (7, SAFE, 1, 1)),
        a_call(MANAGER, "burn(uint256)", 7),
        a_call(MANAGER, "unwrapWETH9(uint256,address)", 0, SAFE),
    ):
        assert words(call) == {}
