"""What a workspace does not read is unknown, and what is unknown is never nothing."""

from dataclasses import replace
from typing import Any

import pytest

from tests.matters import a_call
from tests.samples import (
    POOL_STRATEGY,
    SAFE,
    USDC_AT,
    VAULT_STRATEGY,
    a_deposit_tx,
    a_safe,
    a_snapshot,
    a_workspace,
    an_address,
)
from treasury_desktop.assets.unknown import UNKNOWN, Unknown
from treasury_desktop.bundle import read_bundle, write_bundle
from treasury_desktop.deployments.calls import safe_tx_of
from treasury_desktop.desk.local_facts import exposures, local_facts
from treasury_desktop.desk.review_transaction import bundle_with_our_evidence
from treasury_desktop.review.review import Review, examine
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.treasury.strategy import Strategy

LENDING_POOL = an_address("lending pool")
LENDING = Strategy(name="Lending", group="Lending", venue="aave_v3", contracts=(LENDING_POOL,))


def reviewed(tx: SafeTx, **workspace: Any) -> tuple[Review, Review]:
    """What this desk says, and what the signer's process says of the bundle it is given."""
    facts = local_facts(a_workspace(**workspace), a_snapshot(), ())
    bundle = bundle_with_our_evidence(a_safe(), tx, facts, purpose="", strategy=None)
    return examine(bundle, facts), examine(read_bundle(write_bundle(bundle)))


def supply(dollars: int) -> SafeTx:
    """Approve and supply USDC to the lending pool."""
    signature = "supply(address,uint256,address,uint16)"
    calls = (
        a_call(USDC_AT, "approve(address,uint256)", LENDING_POOL, dollars * 10**6),
        a_call(LENDING_POOL, signature, USDC_AT, dollars * 10**6, SAFE, 0),
    )
    return safe_tx_of(calls, a_safe(), 12)


@pytest.mark.parametrize("venue", ["aave_v3", "lido", "talos", "custom", "transfer"])
def test_strategy_at_a_venue_nobody_reads(venue: str) -> None:
    """What lies there already is unknown: the same nine percent again cannot be judged."""
    strategies = (VAULT_STRATEGY, POOL_STRATEGY, replace(LENDING, venue=venue))
    found = exposures(a_workspace(strategies=strategies), a_snapshot())
    assert {e.strategy: e.usd for e in found if isinstance(e.usd, Unknown)} == {"Lending": UNKNOWN}
    assert len(found) == 3
    for review in reviewed(supply(850_000), strategies=strategies):
        (judgement,) = review.judgements
        assert judgement.verdict.words == "cannot be judged"
        assert review.verdict == "block"


def test_pool_strategy_without_its_position_manager() -> None:
    """Without the contract that keeps its positions nobody can read them."""
    nameless = replace(POOL_STRATEGY, position_manager=None)
    (_, pool) = exposures(a_workspace(strategies=(VAULT_STRATEGY, nameless)), a_snapshot())
    assert (pool.strategy, pool.usd) == (nameless.name, UNKNOWN)
    empty = replace(VAULT_STRATEGY, name="No vault", contracts=())
    found = exposures(a_workspace(strategies=(empty,)), a_snapshot(holdings=()))
    assert [(e.strategy, e.usd) for e in found] == [("No vault", UNKNOWN)]


def test_strategies_that_are_read() -> None:
    """Vaults and pools are read, so what is deployed there has a figure."""
    found = exposures(a_workspace(), a_snapshot())
    assert not any(isinstance(exposed.usd, Unknown) for exposed in found)


@pytest.mark.parametrize(
    ("venue", "debts"),
    [
        ("aave_v3", UNKNOWN),
        ("custom", UNKNOWN),
        ("talos", UNKNOWN),
        ("lido", ()),
        ("transfer", ()),
        ("erc4626", ()),
    ],
)
def test_debts_where_something_may_be_owed(venue: str, debts: object) -> None:
    """At a venue that lends, debts that nobody reads are unknown; elsewhere there are none."""
    strategies = (VAULT_STRATEGY, replace(LENDING, venue=venue))
    facts = local_facts(a_workspace(strategies=strategies), a_snapshot(), ())
    assert facts.evidence.debts == debts


def test_unknown_debts_leave_nothing_to_measure_by() -> None:
    """A treasury that may owe anything bounds no deployment, not even one elsewhere."""
    strategies = (VAULT_STRATEGY, POOL_STRATEGY, LENDING)
    for review in reviewed(a_deposit_tx(1_000), strategies=strategies):
        (judgement,) = review.judgements
        assert judgement.verdict.words == "cannot be judged"
        assert "owes" in " ".join(judgement.reasons)


@pytest.mark.parametrize(
    ("dollars", "verdict"),
    [(10_000, "within"), (300_000, "above advice"), (800_000, "refused")],
)
def test_strategies_of_the_demonstration_are_judged(dollars: int, verdict: str) -> None:
    """A vault and a pool that are read leave the sample treasury judged as before."""
    for review in reviewed(a_deposit_tx(dollars)):
        assert [judgement.verdict.words for judgement in review.judgements] == [verdict]


def test_position_manager_that_is_no_contract_of_the_strategy() -> None:
    """The bundle carries every contract to which the strategy's money goes."""
    bare = replace(POOL_STRATEGY, contracts=())
    manager = POOL_STRATEGY.position_manager
    tx = safe_tx_of(
        (a_call(USDC_AT, "approve(address,uint256)", manager, 900_000 * 10**6),), a_safe(), 12
    )  # fmt: skip
    assert manager is not None
    for review in reviewed(tx, strategies=(VAULT_STRATEGY, bare)):
        assert [(j.group, j.verdict.words) for j in review.judgements] == [
            (POOL_STRATEGY.group, "refused")
        ]


def test_facts_before_the_first_refresh() -> None:
    """Without a snapshot nobody knows what is deployed."""
    assert local_facts(a_workspace(), None, ()).evidence.exposures is UNKNOWN
