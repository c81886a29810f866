"""The keys page and the settings page in words."""

from dataclasses import replace

import pytest

from tests.samples import a_safe, a_workspace
from tests.signing_desk import EXECUTOR_KEY, OTHER_OWNER_KEY, OWNER_KEY
from treasury_desktop.assets.unknown import UNKNOWN, Unknown
from treasury_desktop.desk.doors import KeyLabel
from treasury_desktop.viewmodels.keys import (
    key_rows,
    too_many_here,
    why_not_create,
    why_not_remove,
    why_not_rename,
)
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


@pytest.mark.parametrize(
    ("keys", "threshold", "opening"),
    [
        ((OWNER_KEY,), 2, ""),
        ((OWNER_KEY, EXECUTOR_KEY), 2, ""),
        ((OWNER_KEY, OTHER_OWNER_KEY), 2, "2 keys here are owners of the Safe, and 2 signatures"),
        ((OWNER_KEY,), 1, "One key here is an owner of the Safe, and one signature is enough"),
        ((EXECUTOR_KEY,), 1, ""),
        ((OWNER_KEY, OTHER_OWNER_KEY), UNKNOWN, ""),
    ],
)
def test_keys_that_suffice_by_themselves_are_warned_of(
    keys: tuple[KeyLabel, ...], threshold: int | Unknown, opening: str
) -> None:
    """From the threshold on, with what helps; where it is not known nothing is said."""
    said = too_many_here(keys, a_safe(threshold=threshold))
    assert said.startswith(opening)
    assert bool(said) == bool(opening)
    assert too_many_here(keys, None) == ""


def test_a_key_is_renamed_to_another_free_label_only() -> None:
    """Its own is no change, another key's is taken."""
    keys = (OWNER_KEY, EXECUTOR_KEY)
    assert why_not_rename("Signer A", OWNER_KEY, keys) == "Type another label."
    assert why_not_rename("Gas", OWNER_KEY, keys).endswith("already.")
    assert why_not_rename("Signer A at sea", OWNER_KEY, keys) == ""


def test_a_key_is_removed_only_where_its_label_is_typed() -> None:
    """Letter by letter; spaces around it do not matter."""
    assert why_not_remove("signer a", OWNER_KEY) == "Type Signer A first."
    assert why_not_remove(" Signer A ", OWNER_KEY) == ""


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
