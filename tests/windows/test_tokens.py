"""Facts about colours: they can be read, and told apart by people who see fewer of them."""

from itertools import combinations

import pytest

from treasury_desktop.windows.look.tokens import (
    DARK,
    LIGHT,
    SERIES_COUNT,
    TOKENS,
    Palette,
    Token,
    mixed,
    rgb,
)

TEXTS: tuple[Token, ...] = (
    "text", "text_quiet", "accent", "good", "advice", "danger", "block", "idle",
)  # fmt: skip
GROUNDS: tuple[Token, ...] = ("ground", "surface", "raised")
Colour = tuple[float, float, float]

# Machado, Oliveira, Fernandes 2009, severity 1, on linear RGB.
SIGHTS: dict[str, tuple[Colour, Colour, Colour]] = {
    "everyone": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


def linear(colour: str) -> Colour:
    """Linear RGB of `#rrggbb` (sRGB transfer curve)."""
    parts = [value / 255 for value in rgb(colour)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return red, green, blue


def contrast(first: str, second: str) -> float:
    """Contrast ratio of WCAG 2.2."""

    def luminance(colour: str) -> float:
        red, green, blue = linear(colour)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def through(matrix: tuple[Colour, Colour, Colour], colour: Colour) -> Colour:
    """A colour through a matrix, kept within the screen's."""
    red, green, blue = (
        min(1.0, max(0.0, sum(a * b for a, b in zip(row, colour, strict=True)))) for row in matrix
    )
    return red, green, blue


def oklab(colour: Colour) -> Colour:
    """Oklab (Ottosson 2020) of linear RGB."""
    red, green, blue = colour
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    medium = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=lambda p: p.name)
@pytest.mark.parametrize("token", TEXTS)
def test_every_text_colour_can_be_read_on_every_ground(palette: Palette, token: Token) -> None:
    """Contrast is at least 4.5 on ground, surface, raised and the token's own tint."""
    grounds = [palette.colour(ground) for ground in GROUNDS] + [palette.tint(token)]
    assert all(contrast(palette.colour(token), ground) >= 4.5 for ground in grounds)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=lambda p: p.name)
def test_the_words_on_a_main_button_and_a_chosen_row_can_be_read(palette: Palette) -> None:
    """Contrast on the accent and on its stronger tint is at least 4.5."""
    assert contrast(palette.on_accent, palette.accent) >= 4.5
    assert contrast(palette.accent, palette.tint("accent", per_cent=14)) >= 4.5


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=lambda p: p.name)
@pytest.mark.parametrize("sight", SIGHTS)
def test_the_eight_series_colours_differ_for_every_kind_of_sight(
    palette: Palette, sight: str
) -> None:
    """Any two of them are at least 0.08 apart in Oklab, four just noticeable differences."""
    seen = [oklab(through(SIGHTS[sight], linear(colour))) for colour in palette.series]
    for first, second in combinations(seen, 2):
        assert sum((a - b) ** 2 for a, b in zip(first, second, strict=True)) ** 0.5 >= 0.08


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=lambda p: p.name)
def test_series_colours_stand_out_from_the_surface(palette: Palette) -> None:
    """Contrast of each with the surface is at least 2.3: bars also have gaps and words."""
    assert all(contrast(colour, palette.surface) >= 2.3 for colour in palette.series)


def test_an_asset_keeps_its_colour_by_its_index() -> None:
    """The colour depends on the index only, and repeats after eight."""
    assert LIGHT.series_colour(3) == LIGHT.series_colour(3 + SERIES_COUNT)
    assert len(set(LIGHT.series)) == len(set(DARK.series)) == SERIES_COUNT


def test_both_palettes_have_every_token() -> None:
    """Each token is a colour in light and in dark."""
    for palette in (LIGHT, DARK):
        assert all(len(rgb(palette.colour(token))) == 3 for token in TOKENS)


def test_mixing_runs_from_one_colour_to_the_other() -> None:
    """0 per cent is the background and 100 the colour."""
    assert mixed("#ff0000", "#0000ff", 0) == "#0000ff"
    assert mixed("#ff0000", "#0000ff", 100) == "#ff0000"
    assert mixed("#ffffff", "#000000", 50) == "#808080"


@pytest.mark.parametrize("bad", ["red", "#fff", "ffffff", "#gggggg"])
def test_what_is_no_colour_is_refused(bad: str) -> None:
    """Only #rrggbb counts."""
    with pytest.raises(ValueError, match=r".+"):
        rgb(bad)
