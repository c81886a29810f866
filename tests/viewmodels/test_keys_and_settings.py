"""The keys page and the settings page in words."""

from dataclasses import replace

import pytest

from tests.samples import a_safe, a_workspace
from tests.signing_desk import EXECUTOR_KEY, OWNER_KEY
from treasury_desktop.viewmodels.keys import key_rows, why_not_create
from treasury_desktop.viewmodels.settings import settings_view


def test_keys_say_what_they_are_to_the_safe() -> None:
    """Owners first; an executor pays and owns nothing."""
    rows = key_rows((EXECUTOR_KEY, OWNER_KEY), a_safe())
    assert [(row.label, row.standing) for row in rows] == [
        ("Signer A", "owner of the Safe"),
        ("Gas", "pays gas"),
    ]
    assert rows[0].address == str(OWNER_KEY.address)


def test_an_executor_that_is_an_owner_is_marked() -> None:
    """The keys are kept apart on purpose."""
    safe = a_safe(owners=(EXECUTOR_KEY.address,))
    (row,) = key_rows((EXECUTOR_KEY,), safe)
    assert row.standing_kind == "block"


@pytest.mark.parametrize(
    ("label", "place", "why"),
    [
        ("Signer B", "Secret Service", ""),
        ("", "Secret Service", "Give the key a label."),
        ("Signer A", "Secret Service", "There is a key with the label Signer A already."),
        ("<b>", "Secret Service", "Up to 40 letters"),
        ("Signer B", "", "There is nowhere to keep a key yet"),
    ],
)
def test_a_key_is_created_only_under_an_honest_label(label: str, place: str, why: str) -> None:
    """Every refusal has its sentence."""
    said = why_not_create(label, (OWNER_KEY,), place)
    assert said.startswith(why)
    assert bool(said) == bool(why)


def test_settings_show_the_workspace_as_it_is() -> None:
    """Safes, nodes, policy, strategies and payees, with full addresses."""
    workspace = a_workspace()
    view = settings_view(workspace)
    assert view.safes[0].address == str(workspace.safes[0].address)
    assert ("Limit per group", "10.00% of the treasury; must not be reached") in view.terms
    assert [entry.name for entry in view.address_book] == ["Payroll A", "Auditors"]
    assert view.strategies[0].note == "ERC-4626 vault · group Yield vault"
    assert len(view.strategies) == sum(len(s.contracts) for s in workspace.strategies)


@pytest.mark.parametrize(
    ("count", "caption"),
    [
        (0, "nothing is read from the chain"),
        (1, "one alone: nobody compares its answers"),
        (2, "their answers are compared"),
    ],
)
def test_one_node_is_not_compared_with_itself(count: int, caption: str) -> None:
    """What is said of the nodes follows from how many there are."""
    workspace = a_workspace()
    workspace = replace(workspace, endpoints=workspace.endpoints * count)
    assert settings_view(workspace).endpoints_caption == caption
