"""Answers of a key ring that are right nearly always."""

import pytest

from treasury_desktop.keys.reading_alike import read_alike

NO_TEXT = UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid")


def answers(*given: str | Exception | None) -> tuple[str | None, int]:
    """What comes of answers given one after the other, and how many were asked for."""
    left = iter(given)
    asked = 0

    def read() -> str | None:
        nonlocal asked
        asked += 1
        answer = next(left)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return read_alike(read), asked


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (("kept", "kept"), ("kept", 2)),
        ((None,), (None, 1)),
        (("", "kept", "kept"), ("kept", 3)),
        (("kept", "p0Y", "kept", "kept"), ("kept", 4)),
        (("kept", NO_TEXT, "kept"), ("kept", 3)),
        ((NO_TEXT, "", "", "kept", "kept"), ("kept", 5)),
        (("", "", "", ""), ("", 4)),
    ],
)
def test_two_answers_alike_are_believed(
    given: tuple[str | Exception | None, ...], found: tuple[str | None, int]
) -> None:
    """One wrong answer among them changes nothing; nothing kept is nothing at once."""
    assert answers(*given) == found


def test_answers_that_differ_each_time_are_no_answer() -> None:
    """It ends after a few."""
    with pytest.raises(ValueError, match="no two answers"):
        answers(*"abcdefgh")
