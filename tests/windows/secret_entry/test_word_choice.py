"""Which words are offered while somebody types, and which are on no list; the library is asked."""

import unicodedata

import pytest
from eth_account.hdaccount.mnemonic import Mnemonic
from eth_account.types import Language
from hypothesis import given
from hypothesis import strategies as st

from treasury_desktop.keys.word_lists import word_lists
from treasury_desktop.windows.secret_entry.word_choice import MOST_CHOICES, Choice, WordLists

LISTS = word_lists()
ALL = WordLists(LISTS)
ENGLISH = WordLists({"english": LISTS["english"]})
LANGUAGES = sorted(LISTS)
LETTERS = "abcdefghijklmnopqrstuvwxyzéñ"


def typed(text: str, lists: WordLists = ALL) -> Choice:
    """What is offered behind the last letter."""
    return lists.choice(text, len(text))


def unknown(text: str, lists: WordLists = ALL) -> list[int]:
    """The places of words on no list."""
    return [span.place for span in typed(text, lists).unknown]


def test_lists_are_those_of_the_library() -> None:
    """Every language of BIP-39, word by word."""
    assert [language.value for language in Mnemonic.list_languages_enum()] == LANGUAGES
    for language in Mnemonic.list_languages_enum():
        assert list(LISTS[language.value]) == Mnemonic(language).wordlist


def test_words_that_begin_with_the_letters_are_offered() -> None:
    """In the order of the alphabet, the whole word first, and not too many."""
    assert typed("act", ENGLISH).words == ("act", "action", "actor", "actress", "actual")
    assert typed("s", ENGLISH).words[:2] == ("sad", "saddle")
    assert len(typed("s", ENGLISH).words) == MOST_CHOICES
    assert typed("zoo ac", ENGLISH).words[0] == "access"


def test_english_comes_first_and_what_was_typed_decides() -> None:
    """The first letters fit several languages; the words before them fewer."""
    assert typed("ab").words[0] in LISTS["english"]
    after_french = typed("abaisser ab").words
    french = {unicodedata.normalize("NFC", word) for word in LISTS["french"]}
    assert after_french
    assert set(after_french) <= french


def test_nothing_is_offered_between_words() -> None:
    """A space ends a word, and an empty field offers nothing."""
    assert typed("zoo ").words == ()
    assert typed("").words == ()
    assert ALL.choice("zoo wrong", 0).words == ()


def test_word_in_the_middle_is_offered_for() -> None:
    """The letters before the cursor count, wherever it is."""
    text = "zoo actio wrong"
    found = ENGLISH.choice(text, len("zoo act"))
    assert "action" in found.words
    assert text[found.begin : found.end] == "act"


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("zoo wrong ", []),
        ("zoo wrongg ", [2]),
        ("zoo qqq", [2]),
        ("zoo qqq wrong xyzzy ", [2, 4]),
        ("zoo wron", []),
        ("zoo wron ", []),
        ("ZOO Wrong ", []),
        ("zoo ac ", [2]),
        ("zoo ac", []),
        ("zoo　wrong\nzoo", []),
    ],
)
def test_words_on_no_list_are_named_at_once(text: str, places: list[int]) -> None:
    """As soon as no word begins so; letters that fit several words only once they are left."""
    assert unknown(text) == places


def test_decomposed_and_composed_letters_are_the_same() -> None:
    """As keyboards write them, and as the lists do."""
    composed = unicodedata.normalize("NFC", "ábaco")
    decomposed = unicodedata.normalize("NFD", "ábaco")
    spanish = WordLists({"spanish": LISTS["spanish"]})
    assert unknown(f"{composed} {decomposed} ", spanish) == []
    assert typed(decomposed[:4], spanish).words == typed(composed[:3], spanish).words
    assert typed(composed[:3], spanish).words[0] == composed


@given(st.sampled_from(LANGUAGES), st.integers(0, 2047), st.integers(1, 8))
def test_first_letters_of_a_word_are_never_unknown_while_typed(
    language: str, number: int, length: int
) -> None:
    """Every word can be typed letter by letter, and is offered at the latest when it is whole."""
    word = unicodedata.normalize("NFC", LISTS[language][number])
    assert unknown(word[:length]) == []
    only = WordLists({language: LISTS[language]})
    assert word in typed(word, only).words


@given(st.sampled_from(LANGUAGES), st.text(LETTERS, min_size=1, max_size=6))
def test_what_is_unknown_is_what_the_library_does_not_know(language: str, letters: str) -> None:
    """The window marks what the signer would refuse, and nothing else."""
    mnemonic = Mnemonic(Language(language))
    plain = unicodedata.normalize("NFKD", letters)
    is_known = mnemonic.expand_word(plain) in mnemonic.wordlist
    only = WordLists({language: LISTS[language]})
    assert (unknown(f"{letters} ", only) == []) is is_known


@given(st.text(max_size=40), st.integers(0, 40))
def test_any_text_can_be_looked_at(text: str, cursor: int) -> None:
    """Spans lie inside the text, and what is offered begins with what was typed."""
    found = ALL.choice(text, min(cursor, len(text)))
    for span in found.unknown:
        assert text[span.begin : span.end].split() == [text[span.begin : span.end]]
    letters = unicodedata.normalize("NFKD", text[found.begin : found.end]).lower()
    for word in found.words:
        assert unicodedata.normalize("NFKD", word).startswith(letters)


def test_without_lists_nothing_is_offered_or_unknown() -> None:
    """The signer says what is wrong then."""
    assert typed("qqq ", WordLists({})) == Choice()
