"""Beginning a workspace: what was found, and what somebody chose of it."""

from typing import Any

import pytest

from tests.samples import CHAIN_ID, ETH, SAFE, USDC, VAULT, a_block, a_holding, a_safe
from treasury_desktop.assets.chain import native_symbol, usual_name
from treasury_desktop.desk.begin_workspace import (
    Choices,
    WantedSafe,
    begun_workspace,
    chain_wanted,
)
from treasury_desktop.errors import Refused
from treasury_desktop.files.workspace_file import workspace_in
from treasury_desktop.files.workspace_text import workspace_text
from treasury_desktop.treasury.first_sight import FirstSight
from treasury_desktop.treasury.terms import PolicyTerms
from treasury_desktop.treasury.workspace import Endpoint, TrustedToken

NODES = (Endpoint(name="My node", url="http://127.0.0.1:8545"),)


def a_sight(**changes: Any) -> FirstSight:
    """Two Safes, one of which holds something."""
    made: dict[str, Any] = {
        "chain_id": CHAIN_ID,
        "block": a_block(),
        "nodes": ("My node",),
        "safes": (a_safe(), a_safe(address=VAULT)),
        "holdings": (a_holding(ETH, 12), a_holding(USDC, 2_400_000)),
    }
    return FirstSight(**(made | changes))


def some_choices(**changes: Any) -> Choices:
    """Everything found, under ordinary names."""
    made: dict[str, Any] = {
        "name": "Harbour DAO",
        "chain_name": "Local",
        "native_symbol": "ETH",
        "safe_names": ("Treasury Safe", "Payroll"),
        "tokens": (ETH, USDC),
    }
    return Choices(**(made | changes))


def test_the_workspace_is_what_was_found_and_chosen() -> None:
    """It reads back from its file; the policy is the usual one, and nothing has a price."""
    workspace = begun_workspace(a_sight(), some_choices(), NODES)
    assert [(safe.address, safe.name) for safe in workspace.safes] == [
        (SAFE, "Treasury Safe"), (VAULT, "Payroll"),
    ]  # fmt: skip
    assert workspace.terms == PolicyTerms()
    assert workspace.endpoints == NODES
    assert workspace.tokens[1:] == (TrustedToken(token=USDC),)
    assert workspace.tokens[0].token.is_native
    assert workspace_in(workspace_text(workspace)) == workspace


def test_the_chains_coin_is_always_listed() -> None:
    """Once, under the symbol somebody typed."""
    workspace = begun_workspace(a_sight(), some_choices(tokens=(), native_symbol="METIS"), NODES)
    (coin,) = workspace.tokens
    assert (coin.token.symbol, coin.token.address) == ("METIS", None)


def test_every_safe_has_a_name() -> None:
    """Fewer names than Safes make no workspace."""
    with pytest.raises(Refused, match="needs a name"):
        begun_workspace(a_sight(), some_choices(safe_names=("One",)), NODES)


def test_addresses_of_two_chains_are_refused() -> None:
    """And the chain somebody named with one of them is the one that is expected."""
    plain, named = WantedSafe(address=SAFE), WantedSafe(address=VAULT, chain_id=1)
    assert chain_wanted((plain,)) is None
    assert chain_wanted((plain, named)) == 1
    with pytest.raises(Refused, match="different chains"):
        chain_wanted((named, WantedSafe(address=SAFE, chain_id=10)))


@pytest.mark.parametrize(
    ("chain_id", "name", "coin"),
    [(1, "Ethereum", "ETH"), (1088, "Metis", "METIS"), (42161, "Arbitrum One", "ETH"),
     (77_777, "Chain 77777", "ETH")],
)  # fmt: skip
def test_usual_names_of_chains(chain_id: int, name: str, coin: str) -> None:
    """A chain nobody here knows goes by its number."""
    assert (usual_name(chain_id), native_symbol(chain_id)) == (name, coin)
