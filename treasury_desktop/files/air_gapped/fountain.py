"""The fountain of multipart URs: which fragments each numbered part is the sum (XOR) of.

Whoever shows the parts and whoever reads them compute it alike, so that no part in particular has
to be seen. Source: BCR-2024-001, with the generator and the sampler of the reference bc-ur.
"""

from collections.abc import Iterator
from functools import cache
from hashlib import sha256

MOST_FRAGMENTS = 512
_U64 = (1 << 64) - 1


def places_in(number: int, count: int, checksum: int) -> list[int]:
    """Which fragments a part is the sum of: its own in the first round, drawn ones afterwards.

    `number` counts from 1; `checksum` is the CRC-32 of the whole message of `count` fragments.
    """
    if number <= count:
        return [number - 1]
    draws = draws_from(number.to_bytes(4, "big") + checksum.to_bytes(4, "big"))
    degree = _degree(count, draws)
    left: list[int] = list(range(count))
    chosen: list[int] = []
    while len(chosen) < degree:
        chosen.append(left.pop(int(next(draws) * len(left))))
    return chosen


def draws_from(seed: bytes) -> Iterator[float]:
    """Xoshiro256** seeded with the SHA-256, as fractions of one: both sides draw the same.

    Floats because the specification computes with IEEE doubles. What comes of a wrong draw fails
    the message's checksum; it can decide nothing else.
    """
    digest = sha256(seed).digest()
    a, b, c, d = (int.from_bytes(digest[at : at + 8], "big") for at in range(0, 32, 8))
    while True:
        yield (_rotated(b * 5 & _U64, 7) * 9 & _U64) / (1 << 64)
        shifted = b << 17 & _U64
        c, d = c ^ a, d ^ b
        b, a = b ^ c, a ^ d
        c, d = c ^ shifted, _rotated(d, 45)


def _rotated(number: int, bits: int) -> int:
    return (number << bits | number >> 64 - bits) & _U64


def _degree(count: int, draws: Iterator[float]) -> int:
    """How many fragments a part sums up: n with a weight of 1/n, by the alias method."""
    chances, aliases = _alias_table(count)
    place = int(next(draws) * count)
    return 1 + (place if next(draws) < chances[place] else aliases[place])


@cache
def _alias_table(count: int) -> tuple[list[float], list[int]]:
    """Walker's alias table for the weights 1, 1/2, … 1/count, filled in the specified order."""
    weights = [1 / (place + 1) for place in range(count)]
    whole = sum(weights)
    scaled = [weight * count / whole for weight in weights]
    small = [place for place in reversed(range(count)) if scaled[place] < 1]
    large = [place for place in reversed(range(count)) if scaled[place] >= 1]
    chances, aliases = [1.0] * count, [0] * count
    while small and large:
        less, more = small.pop(), large.pop()
        chances[less], aliases[less] = scaled[less], more
        scaled[more] = scaled[more] + scaled[less] - 1
        (small if scaled[more] < 1 else large).append(more)
    return chances, aliases
