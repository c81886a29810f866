"""Text of strangers is shown literally, and what is suspicious about it is named."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treasury_desktop.assets.untrusted_text import (
    NAME_LIMIT,
    SYMBOL_LIMIT,
    TextProblem,
    is_blank,
    plain,
    problems_of,
)

FORBIDDEN = (
    [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0))]
    + [chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x061C)]
    + [chr(code) for code in range(0x200B, 0x2010)]
    + [chr(code) for code in (0xAD, 0x2028, 0x2029, 0x2060, 0xFEFF, 0x3164, 0x115F, 0x2800)]
    + [chr(code) for code in (*range(0xFE00, 0xFE10), *range(0xE0000, 0xE0200))]
    + ["\ud800", "\udfff", "\ue000"]
)
any_text = st.text(st.characters() | st.sampled_from(FORBIDDEN), max_size=100)


@given(any_text, st.integers(0, 80))
def test_nothing_that_steers_or_hides_is_shown(text: str, limit: int) -> None:
    """No such character survives, wherever it stands and however the text is cut."""
    shown = plain(text, limit=limit)
    assert not set(shown) & set(FORBIDDEN)
    assert not {unicodedata.category(c) for c in shown} & {"Cc", "Cf", "Cs", "Co", "Cn"}


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=64))
def test_clean_ascii_is_shown_as_it_is(text: str) -> None:
    """Nothing is added to or taken from ordinary text, however often it passes."""
    assert plain(text, limit=NAME_LIMIT) == text


@given(any_text)
def test_what_is_shown_is_not_suspicious_again(text: str) -> None:
    """The shown form neither steers, hides nor breaks a line."""
    shown = plain(text, limit=100)
    found = problems_of(shown, limit=10_000)
    assert not {TextProblem.BIDI, TextProblem.INVISIBLE, TextProblem.CONTROL} & set(found)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("USD\u202eCOD", "USD⟨U+202E⟩COD"),
        ("a\nb\r\nc\rd", "a↵b↵c⟨U+000D⟩d"),
        ("US\u200bDC", "US⟨U+200B⟩DC"),
        ("x\U000e0041", "x⟨U+E0041⟩"),
        ("10\u00a0000", "10⟨U+00A0⟩000"),
        ("e\u0301", "é"),
        ("z" + "\u0336" * 5, "z" + "\u0336" * 3 + "⟨U+0336⟩" * 2),
        ("<b>5 &amp; 6</b>", "<b>5 &amp; 6</b>"),
        ("Привет 東京", "Привет 東京"),
    ],
)
def test_how_a_text_is_shown(text: str, shown: str) -> None:
    """Literally, in composed form, with escapes where the eye would be misled."""
    assert plain(text, limit=NAME_LIMIT) == shown


def test_a_long_text_is_cut_and_says_so() -> None:
    """A symbol of 100 kB shows 32 characters and its length, at once."""
    assert plain("A" * 100_000, limit=SYMBOL_LIMIT) == "A" * 32 + "… (100,000 characters)"
    assert plain("A" * 32, limit=SYMBOL_LIMIT) == "A" * 32


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("USDC", ()),
        ("x < 5% & y > 3", ()),
        ("3–5% of “idle” USD₮ · 1 m²", ()),
        ("Crédit Agricole Zürich", ()),
        ("Фонд с USDC", ()),
        ("Привет", ()),
        ("東京トークンです", ()),
        ("한국 토큰", ()),
        ("µ-cap", ()),
        ("<img src=x>", (TextProblem.RICH_TEXT,)),
        ("</b", (TextProblem.RICH_TEXT,)),
        ("&#x41;", (TextProblem.RICH_TEXT,)),
        ("CDSU\u202e", (TextProblem.BIDI,)),
        ("a\u061c", (TextProblem.BIDI,)),
        ("US\u200bDC", (TextProblem.INVISIBLE,)),
        ("a \u3164", (TextProblem.INVISIBLE,)),
        ("a\ufe0f", (TextProblem.INVISIBLE,)),
        ("a\x00", (TextProblem.CONTROL,)),
        ("two\nlines", (TextProblem.CONTROL,)),
        ("A" * 65, (TextProblem.OVERSIZED,)),
        ("USD\u0421", (TextProblem.HOMOGLYPH,)),  # Cyrillic ES for C
        ("\u0421\u041e\u041c\u0420", (TextProblem.HOMOGLYPH,)),  # COMP, all Cyrillic
        ("\u0421\u041e\u041c\u0420 token", (TextProblem.HOMOGLYPH,)),
        ("Un\u0131swap", (TextProblem.HOMOGLYPH,)),
        ("\uff35\uff33\uff24\uff23", (TextProblem.HOMOGLYPH,)),  # fullwidth
        ("\U0001d414SDC", (TextProblem.HOMOGLYPH,)),  # mathematical bold
        ("\u039fMG", (TextProblem.HOMOGLYPH,)),  # Greek capital omicron
        ("<b>\u202e\u200b\x07\u0421X", tuple(p for p in TextProblem if p.name != "OVERSIZED")),
    ],
)
def test_what_is_suspicious(text: str, problems: tuple[TextProblem, ...]) -> None:
    """Exactly these problems, in the order of the enumeration."""
    assert problems_of(text, limit=NAME_LIMIT) == problems


def test_lines_are_ordinary_in_a_purpose() -> None:
    """Only names and symbols are expected on one line."""
    assert problems_of("two\r\nlines", limit=1000) == ()
    assert problems_of("bell\x07", limit=1000) == (TextProblem.CONTROL,)


@pytest.mark.parametrize(
    "text",
    ["", " ", "\t\r\n", "\u00a0\u2003", "\u200b\ufeff", "\u2800\u3164", "\u202e", "\U000e0041"],
)
def test_what_nobody_sees_is_blank(text: str) -> None:
    """Spaces, controls and invisible characters; one letter among them is something."""
    assert is_blank(text)
    assert not is_blank(f"{text}x{text}")
    assert not is_blank(f"{text}\u00e9")


def test_a_hostile_pile_of_marks_costs_little() -> None:
    """Composing and examining are bounded by what is looked at, not by what was sent."""
    pile = "a" + "\u0315\u0300" * 2_000_000
    began = time.process_time()
    plain(pile, limit=SYMBOL_LIMIT)
    problems_of(pile, limit=SYMBOL_LIMIT)
    assert time.process_time() - began < 2
