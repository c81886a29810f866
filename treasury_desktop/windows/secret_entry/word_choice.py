"""Which words somebody may be typing, and which of those typed are on no list; free of Qt.

The signer decides in the end, by the same lists: whole words, or first letters that fit one word of
the language only, in the decomposed form in which BIP-39 compares (NFKD), small letters.
"""

import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

MOST_CHOICES: Final = 6
FIRST_LANGUAGE: Final = "english"
"""Where several languages fit, its words are offered first."""
BEYOND: Final = "\U0010ffff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A word in the text: its place among the words, counted from 1, and where it stands."""

    place: int
    begin: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What can be chosen for the letters before the cursor, and what is on no list."""

    words: tuple[str, ...] = ()
    begin: int = 0
    end: int = 0
    unknown: tuple[Span, ...] = ()


class WordLists:
    """Lists of words by language; without any nothing is offered and nothing unknown."""

    def __init__(self, lists: Mapping[str, Sequence[str]]) -> None:
        first_first = sorted(lists, key=lambda language: (language != FIRST_LANGUAGE, language))
        self._lists = [_List(lists[language]) for language in first_first]

    def choice(self, text: str, cursor: int) -> Choice:
        """What helps with a text whose cursor is there."""
        if not self._lists:
            return Choice()
        spans = tuple(_spans(text))
        typing = next((span for span in spans if span.begin < cursor <= span.end), None)
        ended = [span for span in spans if span is not typing]
        fitting = self._fitting([text[span.begin : span.end] for span in ended])
        unknown = [s for s in ended if not fitting[0].knows(text[s.begin : s.end])]
        if typing is None:
            return Choice(unknown=tuple(unknown))
        letters = text[typing.begin : cursor]
        words = dict.fromkeys(word for one in fitting for word in one.beginning_with(letters))
        if not words and not fitting[0].knows(text[typing.begin : typing.end]):
            unknown = sorted([*unknown, typing], key=lambda span: span.place)
        return Choice(
            words=tuple(words)[:MOST_CHOICES],
            begin=typing.begin,
            end=cursor,
            unknown=tuple(unknown),
        )

    def _fitting(self, words: Sequence[str]) -> "list[_List]":
        """The languages that know the most of some words; all of them where there are none."""
        known = [sum(one.knows(word) for word in words) for one in self._lists]
        most = max(known)
        return [one for one, number in zip(self._lists, known, strict=True) if number == most]


class _List:
    """The words of one language, in the order of their decomposed forms."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words

    @cached_property
    def _plain(self) -> list[str]:
        return sorted({_plain(word) for word in self._words})

    def knows(self, typed: str) -> bool:
        """Whether it is a word, or first letters that fit one word only."""
        begin, end = self._range(_plain(typed))
        return end - begin == 1 or (end > begin and self._plain[begin] == _plain(typed))

    def beginning_with(self, letters: str) -> Iterator[str]:
        """The first words with these letters, composed as keyboards write them."""
        begin, end = self._range(_plain(letters))
        for word in self._plain[begin : min(end, begin + MOST_CHOICES)]:
            yield unicodedata.normalize("NFC", word)

    def _range(self, letters: str) -> tuple[int, int]:
        return bisect_left(self._plain, letters), bisect_left(self._plain, letters + BEYOND)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKD", text).lower()


def _spans(text: str) -> Iterator[Span]:
    """Every word between spaces of any kind."""
    end = 0
    for place, word in enumerate(text.split(), 1):
        begin = text.index(word, end)
        end = begin + len(word)
        yield Span(place=place, begin=begin, end=end)
