"""The look as numbers: every colour and size in the program has its name and value here only.

Free of Qt so that contrast and colour-blind safety are computed in plain tests.
"""

from dataclasses import dataclass, fields
from typing import Final, Literal, get_args

CAPTION_TEXT: Final = 11
SMALL_TEXT: Final = 12
BODY_TEXT: Final = 13
SECTION_TEXT: Final = 15
PAGE_TEXT: Final = 20
FIGURE_TEXT: Final = 28

GRID: Final = 8
PADDING: Final = 16
GAP: Final = 16
PAGE_MARGIN: Final = 24
CARD_RADIUS: Final = 8
CONTROL_RADIUS: Final = 6
CONTROL_HEIGHT: Final = 32
ROW_HEIGHT: Final = 34
ICON_SMALL: Final = 16
ICON: Final = 20
NAVIGATION_WIDTH: Final = 200
COLUMN_WIDTH: Final = 1680
"""Widest column of a page in pixels: beyond it, lines get too long to follow with the eye."""

SANS: Final = ("Inter", "Segoe UI", "SF Pro Text", "Noto Sans", "DejaVu Sans")
MONO: Final = ("JetBrains Mono", "Cascadia Mono", "SF Mono", "DejaVu Sans Mono")

TINT: Final = 10
"""Per cent of a meaning's colour in the quiet background behind its own text."""

Token = Literal[
    "ground", "surface", "raised", "line", "text", "text_quiet", "accent", "on_accent",
    "good", "advice", "danger", "block", "idle",
]  # fmt: skip
TOKENS: Final[tuple[Token, ...]] = get_args(Token)


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """One value for each colour token, and the eight colours of assets and strategies."""

    name: Literal["light", "dark"]
    ground: str
    surface: str
    raised: str
    line: str
    text: str
    text_quiet: str
    accent: str
    on_accent: str
    good: str
    advice: str
    danger: str
    block: str
    idle: str
    series: tuple[str, ...]

    def __post_init__(self) -> None:
        for each in fields(self):
            if each.name not in ("name", "series"):
                rgb(getattr(self, each.name))
        if len(self.series) != SERIES_COUNT:
            raise ValueError(f"a palette has {SERIES_COUNT} series colours, not {len(self.series)}")

    def colour(self, token: Token) -> str:
        """The value of a token as `#rrggbb`."""
        return str(getattr(self, token))

    def tint(self, token: Token, *, per_cent: int = TINT, on: Token = "surface") -> str:
        """The token's colour mixed thinly into a background."""
        return mixed(self.colour(token), self.colour(on), per_cent)

    def series_colour(self, index: int) -> str:
        """The colour of the asset or strategy with this stable index; the ninth is the first."""
        return self.series[index % SERIES_COUNT]


SERIES_COUNT: Final = 8


def rgb(colour: str) -> tuple[int, int, int]:
    """Red, green and blue, 0–255, of `#rrggbb`."""
    digits = colour.removeprefix("#")
    if len(digits) != len("rrggbb") or not colour.startswith("#"):
        raise ValueError(f"{colour!r} is no #rrggbb colour")
    return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def mixed(colour: str, into: str, per_cent: int) -> str:
    """`per_cent` of one colour mixed into another, as `#rrggbb`."""
    pairs = zip(rgb(colour), rgb(into), strict=True)
    parts = [(a * per_cent + b * (100 - per_cent) + 50) // 100 for a, b in pairs]
    return "#{:02x}{:02x}{:02x}".format(*parts)


LIGHT: Final = Palette(
    name="light",
    ground="#f4f5f7",
    surface="#ffffff",
    raised="#eef0f3",
    line="#d9dde3",
    text="#1a1f27",
    text_quiet="#59636f",
    accent="#1f5fbf",
    on_accent="#ffffff",
    good="#1a6e3f",
    advice="#8a5600",
    danger="#b23a06",
    block="#a81d45",
    idle="#5c6673",
    series=(
        "#3950bb", "#da8a15", "#42917a", "#9d2a77", "#2db1c5", "#6b6914", "#976de1", "#673a2a",
    ),
)  # fmt: skip

DARK: Final = Palette(
    name="dark",
    ground="#12151a",
    surface="#191d24",
    raised="#222831",
    line="#323a45",
    text="#e6e9ee",
    text_quiet="#9aa5b4",
    accent="#7fb0f5",
    on_accent="#0d1b2e",
    good="#6cc793",
    advice="#e0b04f",
    danger="#f0905c",
    block="#f2809b",
    idle="#98a3b2",
    series=(
        "#6a8bd0", "#da902c", "#6fb59a", "#93487c", "#5fd3ee", "#efc966", "#6f57bb", "#c26038",
    ),
)  # fmt: skip
