"""What is said of Safes that were just found."""

import pytest

from tests.desk.test_begin_workspace import a_sight
from tests.samples import BLOCK_TIME, ETH, STRANGER, USDC, a_safe, an_owner
from treasury_desktop.assets.unknown import UNKNOWN, Unknown
from treasury_desktop.safes.safe import Safe
from treasury_desktop.viewmodels.beginning import ONE_NODE, sight_words

NOW = BLOCK_TIME + 120


def test_everything_found_in_words() -> None:
    """The Safe with all its owners in full, what each holds, and who says so."""
    words = sight_words(a_sight(), NOW)
    assert words.chain == "Chain 31337, chain 31337"
    assert words.seen.endswith(f"2 min old · {ONE_NODE}")
    first = words.safes[0]
    assert first.signs == "2 of 3 owners have to sign"
    assert first.owners == tuple(str(an_owner(number)) for number in (1, 2, 3))
    assert first.remarks == ()
    assert [(t.token, t.amounts) for t in words.tokens] == [
        (ETH, ("12.000000", "–")), (USDC, ("2,400,000.000000", "–")),
    ]  # fmt: skip
    assert words.tokens[0].address == ""
    assert words.tokens[1].address == USDC.key
    assert words.safe_names == ("Treasury Safe", "Safe 2")


def test_several_nodes_agree() -> None:
    """By their names."""
    assert "A, B agree" in sight_words(a_sight(nodes=("A", "B")), NOW).seen


@pytest.mark.parametrize(
    ("safe", "expected"),
    [
        (a_safe(threshold=1), ["one owner alone can spend everything"]),
        (a_safe(modules=(STRANGER,)), ["a module can spend without the owners"]),
        (a_safe(modules=(STRANGER, an_owner(1))), ["2 modules can spend without the owners"]),
        (a_safe(modules=UNKNOWN), ["modules unknown"]),
        (a_safe(guard=STRANGER), ["a guard can refuse what its owners sign"]),
        (a_safe(guard=UNKNOWN, owners=UNKNOWN), []),
    ],
)
def test_what_moves_money_beside_the_owners_is_said(safe: Safe, expected: list[str]) -> None:
    """Or stops them."""
    (words,) = sight_words(a_sight(safes=(safe,)), NOW).safes
    assert [remark.text for remark in words.remarks] == expected
    assert len(words.owners) == (0 if isinstance(safe.owners, Unknown) else len(safe.owners))
