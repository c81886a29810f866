"""Figures at a price axis: grouped thousands and round numbers, also where it is logarithmic."""

from collections.abc import Sequence
from math import ceil, floor, log10
from typing import Any, Final

_APART: Final = 36
"""Pixels between two figures, at least."""
_DIGITS: Final = 6
_ROUND: Final = (1, 2, 5, 10)
_ONE_LEVEL: Final = 1.0
_DECADE: Final = 1.0


def write_figures(axis: Any) -> None:
    """Makes a pyqtgraph axis write figures for people; its own would be 1.5e+06 and 3.4."""
    usual_values = axis.tickValues

    def values(low: float, high: float, size: float) -> Any:
        wanted = max(1, int(size // _APART))
        if not axis.logMode:
            return [(_ONE_LEVEL, round_figures(low, high, wanted))]
        if high - low > _DECADE:
            return usual_values(low, high, size)
        prices = round_figures(10.0**low, 10.0**high, wanted)
        return [(_ONE_LEVEL, [log10(price) for price in prices])]

    def strings(at: Sequence[float], _scale: float, _spacing: float) -> list[str]:
        return [figure_text(10.0**value if axis.logMode else value) for value in at]

    axis.tickValues, axis.tickStrings = values, strings


def figure_text(value: float) -> str:
    """A figure at an axis; it stands at a tick, so it has few digits."""
    if value == 0 or abs(value) >= 100:  # noqa: PLR2004  cents do not matter at an axis from here on
        return f"{value:,.0f}"
    return f"{value:,.{_DIGITS}g}"


def round_figures(low: float, high: float, wanted: int) -> list[float]:
    """Multiples of 1, 2 or 5 times a power of ten between two figures, at most `wanted` steps."""
    raw = (high - low) / wanted
    if raw <= 0:
        return [low]
    power = 10.0 ** floor(log10(raw))
    step = next(power * part for part in _ROUND if power * part >= raw * 0.999)
    first, last = ceil(low / step), floor(high / step)
    return [step * number for number in range(first, last + 1)]
