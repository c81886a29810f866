"""Fields nobody expected are refused by a name that cannot mislead."""

import pytest

from treasury_desktop.assets.strict_fields import read_table
from treasury_desktop.errors import Malformed


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("owns", "file.owns"),
        ("a b", 'file."a b"'),
        ("", 'file.""'),
        ("\u202e\x1b[2Jlive", 'file."⟨U+202E⟩⟨U+001B⟩[2Jlive"'),
        ("a\nb", 'file."a↵b"'),
        ("x" * 65, f'file."{"x" * 64}… (65 characters)"'),
    ],
)
def test_an_unknown_field_is_named_harmlessly(name: str, shown: str) -> None:
    """A plain name as it is, any other quoted, cut and with everything visible."""
    with pytest.raises(Malformed) as refusal:
        read_table({name: 1}, "file", lambda _fields: None)
    assert refusal.value.field == shown
    assert refusal.value.problem == "is not a field known here"
