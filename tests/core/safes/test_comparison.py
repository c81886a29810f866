"""The words and the grid by which people compare hashes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treasury_desktop.assets.keccak import keccak
from treasury_desktop.resources import read_resource
from treasury_desktop.safes import comparison
from treasury_desktop.safes.comparison import (
    LETTERS,
    Cell,
    comparison_code,
    comparison_grid,
    grid_text,
)

WORDS = read_resource("words/bip39_english.txt").decode().split()
HASHES = st.binary(min_size=32, max_size=32)


def digest_bits(safe_tx_hash: bytes) -> str:
    """The digest both are cut from, as zeros and ones."""
    digest = keccak(b"treasury-desktop comparison code" + safe_tx_hash)
    return f"{int.from_bytes(digest, 'big'):0256b}"


@given(HASHES)
def test_words_are_the_first_88_bits(safe_tx_hash: bytes) -> None:
    """Eight words of the BIP-39 list, eleven bits each, from the digest's beginning."""
    bits = digest_bits(safe_tx_hash)
    by_hand = [WORDS[int(bits[at : at + 11], 2)] for at in range(0, 88, 11)]
    assert comparison_code(safe_tx_hash).split(" ") == by_hand


@given(HASHES)
def test_grid_is_the_next_96_bits(safe_tx_hash: bytes) -> None:
    """Four rows of eight cells, three bits each, row by row."""
    bits = digest_bits(safe_tx_hash)
    by_hand = [int(bits[at : at + 3], 2) for at in range(88, 184, 3)]
    grid = comparison_grid(safe_tx_hash)
    assert [len(row) for row in grid] == [8, 8, 8, 8]
    assert [cell.colour for row in grid for cell in row] == by_hand
    assert grid_text(grid).split() == ["AHLQRXYZ"[colour] for colour in by_hand]


@given(HASHES, st.integers(0, 255))
def test_one_bit_changes_words_and_grid(safe_tx_hash: bytes, bit: int) -> None:
    """Whichever bit of a hash differs, most words and many cells differ."""
    other = (int.from_bytes(safe_tx_hash, "big") ^ (1 << bit)).to_bytes(32, "big")
    words, others = comparison_code(safe_tx_hash).split(), comparison_code(other).split()
    assert sum(a != b for a, b in zip(words, others, strict=True)) >= 5
    cells, changed = (
        [cell for row in comparison_grid(each) for cell in row] for each in (safe_tx_hash, other)
    )
    assert sum(a != b for a, b in zip(cells, changed, strict=True)) >= 12


def test_known_codes() -> None:
    """What these hashes were given once they are given always, on every machine."""
    assert comparison_code(bytes(32)) == "gas carry orbit gate ozone toward lady alarm"
    assert grid_text(comparison_grid(bytes(32))).splitlines() == [
        "L A Y Z Q H R A", "X H L L A X R R", "X R L R L Y Z X", "Q Q H R Q Y L R",
    ]  # fmt: skip
    assert comparison_code(b"\xff" * 32) == "kiwi pill meat crucial cement kiss toast team"
    assert grid_text(comparison_grid(b"\xff" * 32)).splitlines() == [
        "R A Q X H Z H A", "Y L A Q R Q Y R", "L L X R Z Z Z Q", "X Y Z A Q Z X L",
    ]  # fmt: skip


def test_each_colour_has_a_letter_of_its_own() -> None:
    """Eight colours, eight letters: nobody needs to see a colour to compare."""
    assert len(set(LETTERS)) == len(LETTERS) == 8
    assert [Cell(colour).letter for colour in range(8)] == list(LETTERS)


def test_word_list_is_the_public_one() -> None:
    """2048 words in order, told apart by their first four letters, as BIP-39 published them."""
    assert len(WORDS) == len({word[:4] for word in WORDS}) == 2048
    assert sorted(WORDS) == WORDS
    assert (WORDS[0], WORDS[-1]) == ("abandon", "zoo")


def test_short_word_list_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A list of another length would make other codes than everybody else's."""
    comparison._words.cache_clear()
    monkeypatch.setattr(comparison, "read_resource", lambda _: b"abandon ability")
    with pytest.raises(ValueError, match="2 words"):
        comparison_code(bytes(32))
    comparison._words.cache_clear()
