"""Text nobody vouches for: token names and symbols, purposes, file names, memos.

A stranger chooses it, so it may be made to look like something else. `plain` shows it literally,
with everything that steers or hides made visible; `problems_of` says what is suspicious about it.
Both follow the Unicode tables of the standard library and the look-alikes of `lookalikes.py`.
Windows that mix directions still have to isolate the result (U+2068 … U+2069) and show it as
plain text; neither is done here.
"""

import re
import unicodedata
from collections.abc import Iterator
from enum import Enum

from treasury_desktop.assets.lookalikes import has_lookalikes

SYMBOL_LIMIT = 32
NAME_LIMIT = 64

_EXAMINED = 4096
"""Characters that are examined at least, however few are shown."""

_MARKS_ON_A_LETTER = 3
"""More combining marks than this pile up over neighbouring lines."""

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Blank or weightless although their category is that of letters, marks or symbols.
_BLANK = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0\U0001d159"
)
_VARIATION_SELECTORS = range(0xFE00, 0xFE10)
_TAGS_AND_SUPPLEMENTARY_SELECTORS = range(0xE0000, 0xE1000)
_HIDING_CATEGORIES = frozenset(("Cf", "Co", "Cs"))
_CONTROL_CATEGORIES = frozenset(("Cc", "Zl", "Zp"))
_UNASSIGNED, _SPACE = "Cn", "Zs"
_MARKUP = re.compile(r"<[!/?]?[a-zA-Z]|<!--|&(?:#\w{1,8}|[a-zA-Z]{2,31});")


class TextProblem(Enum):
    """What is suspicious about a text, in the order in which it is reported."""

    RICH_TEXT = "looks like markup"
    BIDI = "steers the direction of writing"
    INVISIBLE = "holds invisible characters"
    CONTROL = "holds control characters"
    OVERSIZED = "is longer than is shown"
    HOMOGLYPH = "holds letters that pass for others"


def plain(text: str, *, limit: int) -> str:
    """At most `limit` characters of the text on one line, literally, in Unicode's form C.

    What steers or hides is written as ⟨U+202E⟩ and a line break as ↵. A cut text ends in … and
    says how many characters it really has.
    """
    if len(text) <= limit and text.isascii() and text.isprintable():
        return text
    shown = "".join(_visible(unicodedata.normalize("NFC", text[:limit]).replace("\r\n", "\n")))
    return shown if len(text) <= limit else f"{shown}… ({len(text):,} characters)"


def text_in(raw: bytes) -> str | None:
    """The text that bytes write in UTF-8, or `None` where they write none; nothing is replaced."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return None


def problems_of(text: str, *, limit: int) -> tuple[TextProblem, ...]:
    """Everything suspicious about the text; empty for honest text.

    In texts longer than a name (`limit` above 64), a purpose say, line breaks are ordinary.
    """
    examined = unicodedata.normalize("NFC", text[: max(limit, _EXAMINED)])
    lines = examined.replace("\r\n", "\n").replace("\n", " ") if limit > NAME_LIMIT else examined
    is_printed = lines.isascii() and lines.isprintable()  # as most are; nothing hides in those
    is_there = {
        TextProblem.RICH_TEXT: _MARKUP.search(examined) is not None,
        TextProblem.BIDI: not _BIDI.isdisjoint(examined),
        TextProblem.INVISIBLE: not is_printed and any(map(_is_invisible, examined)),
        TextProblem.CONTROL: not is_printed and any(map(_is_control, lines)),
        TextProblem.OVERSIZED: len(text) > limit,
        TextProblem.HOMOGLYPH: has_lookalikes(examined),
    }
    return tuple(problem for problem in TextProblem if is_there[problem])


def is_blank(text: str) -> bool:
    """Whether there is nothing at the beginning of a text that anybody sees."""
    return not any(map(_is_seen, text[:_EXAMINED]))


def _is_seen(character: str) -> bool:
    if _is_control(character) or _is_invisible(character) or character in _BIDI:
        return False
    return unicodedata.category(character) not in (_UNASSIGNED, _SPACE)


def _visible(text: str) -> Iterator[str]:
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if character == "\n":
            yield "↵"
        elif marks > _MARKS_ON_A_LETTER or _has_to_be_escaped(character):
            yield f"⟨U+{ord(character):04X}⟩"
        else:
            yield character


def _has_to_be_escaped(character: str) -> bool:
    if " " <= character <= "~":
        return False
    return (
        _is_control(character)
        or _is_invisible(character)
        or character in _BIDI
        or unicodedata.category(character) in (_UNASSIGNED, _SPACE)
    )


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in _CONTROL_CATEGORIES


def _is_invisible(character: str) -> bool:
    code = ord(character)
    return (
        (unicodedata.category(character) in _HIDING_CATEGORIES and character not in _BIDI)
        or character in _BLANK
        or code in _VARIATION_SELECTORS
        or code in _TAGS_AND_SUPPLEMENTARY_SELECTORS
    )
