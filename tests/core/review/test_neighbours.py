"""The search for near numbers finds one exactly where comparing all of them would."""

import random

from hypothesis import given
from hypothesis import strategies as st

from treasury_desktop.review.neighbours import Neighbours

MOST = 4


def digits_that_differ(one: int, other: int) -> int:
    """Counted digit by digit."""
    return sum(a != b for a, b in zip(f"{one:040x}", f"{other:040x}", strict=True))


def near_ones(numbers: list[int], number: int) -> list[int]:
    """What comparing all finds."""
    return [other for other in numbers if 0 < digits_that_differ(number, other) <= MOST]


def agrees(numbers: list[int], number: int) -> None:
    """The search finds one of those, or nothing where there is none."""
    expected = near_ones(numbers, number)
    found = Neighbours(numbers).one_near(number, MOST)
    assert found in expected if expected else found is None


PLACES = st.lists(st.integers(0, 39), min_size=1, max_size=12, unique=True)


@given(base=st.integers(0, 2**160 - 1), places=PLACES, seed=st.integers(0, 2**32))
def test_crowds_that_differ_in_a_few_places(base: int, places: list[int], seed: int) -> None:
    """Anchors and the one compared agree but for some places, where everybody is different."""
    dice = random.Random(seed)  # noqa: S311  a test is no secret

    def another(count: int) -> int:
        changed = dice.sample(places, min(count, len(places)))
        return base ^ sum(dice.randrange(16) << 4 * place for place in changed)

    numbers = sorted({another(dice.randrange(13)) for _ in range(120)})
    for count in (1, 4, 5, 12):
        agrees(numbers, another(count))
    agrees(numbers, numbers[0])
    agrees(numbers, another(3) ^ (1 << 156) ^ (1 << 80))


def test_numbers_in_a_row() -> None:
    """Thousands in a row, and one far away or just outside: nobody is overlooked."""
    numbers = list(range(10**9, 10**9 + 3_000))
    for number in (10**9 + 5, 10**9 - 1, 10**9 + 16**5, 16**8 + 10**9, 10**6, 2**159):
        agrees(numbers, number)
    agrees(numbers, int("f" * 33 + f"{10**9 + 7:07x}"[-7:], 16))


def test_nobody_to_compare_with() -> None:
    """Among no numbers there is none, and a number is not near itself."""
    assert Neighbours([]).one_near(7, MOST) is None
    assert Neighbours([7]).one_near(7, MOST) is None
    assert Neighbours([7]).one_near(8, MOST) == 7
