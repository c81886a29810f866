"""Finding numbers that differ from a given one in a few hex digits, among thousands.

Where at most four digits differ, one of five groups of digits is the same; so numbers are put into
buckets by each of five groups, and buckets into buckets. Digits that all numbers of a bucket share
are compared once. No search looks at more than all numbers once, whoever made them up.
"""

from collections.abc import Iterator

DIGITS = 40
GROUPS = 5
FEW = 16
"""So many are compared one by one."""
LOWEST_BITS = int("1" * DIGITS, 16)


class Neighbours:
    """Numbers of forty hex digits, in order; `open_digits` is where they may still differ."""

    def __init__(self, numbers: list[int], open_digits: int = LOWEST_BITS) -> None:
        self._numbers = numbers
        varying = 0
        for number in numbers:
            varying |= number ^ numbers[0]
        self._shared = ~_digits(varying) & LOWEST_BITS
        self._masks = tuple(_groups(open_digits & ~self._shared))
        self._buckets: dict[tuple[int, int], list[int] | Neighbours] = {}
        self._open_digits = open_digits

    def __len__(self) -> int:
        return len(self._numbers)

    def one_near(self, number: int, most: int) -> int | None:
        """A number that differs in at least one and at most `most` of forty digits, or `None`."""
        if not self._numbers:
            return None
        left = most - (_digits(number ^ self._numbers[0]) & self._shared).bit_count()
        if left < 0:
            return None
        # With no more groups than digits that may differ, each group may.
        if len(self) <= FEW or len(self._masks) <= left:
            return self._first_near(number, most)
        if not self._buckets:
            self._fill()
        buckets = self._buckets
        places = [p for mask in self._masks if (p := (mask, number & mask)) in buckets]
        if not places:
            return None
        if sum(len(self._buckets[place]) for place in places) >= len(self):
            return self._first_near(number, most)
        near = (self._in_bucket(place).one_near(number, most) for place in places)
        return next((found for found in near if found is not None), None)

    def _first_near(self, number: int, most: int) -> int | None:
        for other in self._numbers:
            if 0 < _digits(number ^ other).bit_count() <= most:
                return other
        return None

    def _fill(self) -> None:
        for mask in self._masks:
            for number in self._numbers:
                bucket = self._buckets.setdefault((mask, number & mask), [])
                assert isinstance(bucket, list)
                bucket.append(number)

    def _in_bucket(self, place: tuple[int, int]) -> "Neighbours":
        bucket = self._buckets[place]
        if isinstance(bucket, list):
            bucket = Neighbours(bucket, self._open_digits & ~place[0])
            self._buckets[place] = bucket
        return bucket


def _digits(bits: int) -> int:
    """The lowest bit of every hex digit in which any bit is set."""
    return (bits | bits >> 1 | bits >> 2 | bits >> 3) & LOWEST_BITS


def _groups(places: int) -> Iterator[int]:
    """The digits at some places in five groups, neighbours in different ones, as masks."""
    for group in range(GROUPS):
        mask, rest, at = 0, places, 0
        while rest:
            lowest = rest & -rest
            if at % GROUPS == group:
                mask |= lowest * 0xF
            rest, at = rest ^ lowest, at + 1
        if mask:
            yield mask
