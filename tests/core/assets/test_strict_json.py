"""JSON from outside is read in exactly one way, or refused with the path of what is wrong."""

import json
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treasury_desktop.assets.strict_json import (
    MAX_BYTES,
    MAX_DEPTH,
    MAX_INTEGER,
    canonical_json,
    read_json,
    read_json_object,
)
from treasury_desktop.errors import Malformed

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


@given(json_values)
def test_what_is_written_canonically_reads_back_the_same(value: object) -> None:
    """Writing and reading are inverse, and writing again changes no byte."""
    written = canonical_json(value)
    assert read_json(written) == value
    assert canonical_json(read_json(written)) == written


@given(json_values)
def test_any_spelling_the_standard_library_writes_is_read(value: object) -> None:
    """White space and ASCII escapes change nothing."""
    assert read_json(json.dumps(value, indent=1).encode()) == value


@given(st.binary(max_size=200) | st.text('[]{}",:\\u0dD8e1.-NaIfnity ', max_size=60))
def test_no_input_raises_anything_but_malformed(data: bytes | str) -> None:
    """Any bytes are read or refused; nothing else escapes the reader."""
    with suppress(Malformed):
        read_json(data if isinstance(data, bytes) else data.encode())


@pytest.mark.parametrize(
    ("text", "field", "problem"),
    [
        ('{"a":{"b":[0,{"usd":1.5}]}}', "a.b[1].usd", "fraction or exponent"),
        ('{"a":1e5}', "a", "fraction or exponent"),
        ('{"a":[NaN]}', "a[0]", "NaN is not a number"),
        ('{"a":-Infinity}', "a", "-Infinity is not a number"),
        ('{"x":{"to":1,"value":2,"to":1}}', "x.to", "there twice"),
        ('{"x":[{"a":1.0,"a":2}]}', "x[0].a", "there twice"),
        (r'{"a":"\ud800"}', "a", "half a surrogate pair"),
        (r'{"b":{"\udfffa":1}}', r'b["\udfffa"]', "half a surrogate pair"),
        ('{"a":[-0]}', "a[0]", "minus zero"),
        ('{"a":9007199254740993}', "a", "beyond ±2⁵³"),
        ('{"a":-9007199254740993}', "a", "beyond ±2⁵³"),
        ('{"\u202e":1.0}', r'["\u202e"]', "fraction"),
        ('{"a":1,}', "", "line 1, column 8"),
        ("[1,]", "", "not valid JSON"),
        ("{'a':1}", "", "not valid JSON"),
        ('"\t"', "", "not valid JSON"),
        ("01", "", "not valid JSON"),
        ("", "", "not valid JSON"),
        ("1 2", "", "not valid JSON"),
        ("// note\n1", "", "not valid JSON"),
        ("\ufeff{}", "", "byte order mark"),
    ],
)
def test_what_is_refused_and_where(text: str, field: str, problem: str) -> None:
    """Every leniency of common readers is refused, naming the place."""
    with pytest.raises(Malformed) as refusal:
        read_json(text.encode())
    assert refusal.value.field == field
    assert problem in refusal.value.problem


@pytest.mark.parametrize("data", [b'"\xff"', b'"\xc0\x80"', b'"\xed\xa0\x80"', b"\xff\xfe1\x00"])
def test_bytes_that_are_not_plain_utf8_are_refused(data: bytes) -> None:
    """Overlong forms, encoded surrogates and UTF-16 are no UTF-8."""
    with pytest.raises(Malformed):
        read_json(data)


def test_a_surrogate_pair_is_one_character() -> None:
    """An escaped pair is ordinary text."""
    assert read_json(rb'"\ud83d\ude00"') == "😀"


def test_the_largest_plain_integer_is_2_to_the_53() -> None:
    """Both ends are read; one more is text or nothing."""
    assert read_json(b"[9007199254740992,-9007199254740992,0]") == [2**53, -(2**53), 0]


def test_depth_is_counted_outside_of_strings_only() -> None:
    """64 levels are read, 65 refused, brackets in text ignored."""
    assert read_json(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)
    assert read_json(rb'["' + b"[{" * 500 + rb"\"[[\\" + b'"]')
    for opening, closing in ((b"[", b"]"), (b'{"a":', b"}")):
        nested = opening * (MAX_DEPTH + 1) + b"1" + closing * (MAX_DEPTH + 1)
        with pytest.raises(Malformed, match="deeper than 64"):
            read_json(nested)


def test_only_an_object_satisfies_who_asks_for_one() -> None:
    """A list is refused where an object has to be."""
    assert read_json_object(b'{"a":null}') == {"a": None}
    with pytest.raises(Malformed, match="no JSON object"):
        read_json_object(b"[]")


def _filled(opening: bytes, unit: bytes, closing: bytes, size: int = MAX_BYTES // 4) -> bytes:
    count = (size - len(opening) - len(closing)) // len(unit)
    return opening + unit * count + closing


@pytest.mark.parametrize(
    "data",
    [
        b"[" * MAX_BYTES,
        _filled(b"[", b"[],", b"[]]"),
        _filled(b'"', b'\\"', b""),
        _filled(b"[", b'"",', b'""]'),
        b"9" * MAX_BYTES,
        _filled(b"[", b"1.5,", b"1]"),
        _filled(b'{"a":', b"\\", b"}"),
        _filled(b'["\\ud800",', b'"\xc3\xa9",', b"1]"),
    ],
    ids=["open", "pairs", "escapes", "strings", "digits", "floats", "slashes", "surrogate"],
)
def test_large_hostile_files_cost_little_time(data: bytes) -> None:
    """No 2 MiB of anything take longer than linear work does; quadratic work would take hours."""
    began = time.process_time()
    with suppress(Malformed):
        read_json(data)
    assert time.process_time() - began < 3


def test_a_large_honest_bundle_is_read_at_once() -> None:
    """8 MiB of ordinary entries take well under a second on a quiet machine."""
    entry = b'{"token":"0x' + b"a" * 40 + b'","amount":"123456789","place":"safe","n":17},'
    data = _filled(b'{"holdings":[', entry, b"0]}", MAX_BYTES)
    began = time.process_time()
    read_json(data)
    assert time.process_time() - began < 3


def test_one_byte_more_than_the_limit_is_not_read() -> None:
    """The size is judged before anything is parsed."""
    with pytest.raises(Malformed, match="at most 8,388,608"):
        read_json(b" " * (MAX_BYTES + 1))
    assert read_json(b"1".rjust(10), max_bytes=10) == 1


def test_canonical_text_is_that_of_rfc_8785() -> None:
    """Keys go by UTF-16 units and only what must be escaped is (RFC 8785, 3.2.2 and 3.2.3)."""
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\x80", "\xf6"]
    ordered = list(json.loads(canonical_json(dict.fromkeys(keys))))
    assert ordered == ["\r", "1", "\x80", "\xf6", "\u20ac", "\U0001f600", "\ufb33"]
    assert canonical_json("€$\x0f\nA'B\"\\/\x7f") == '"€$\\u000f\\nA\'B\\"\\\\/\x7f"'.encode()
    assert canonical_json((True, None, {})) == b"[true,null,{}]"


@pytest.mark.parametrize("value", [1.5, 2**53 + 1, b"x", "\ud800", {"\ud800": 1}, [{"a": {1}}]])
def test_what_has_no_canonical_form_is_our_mistake(value: object) -> None:
    """Floats, big integers, bytes and half characters cannot be written."""
    with pytest.raises(ValueError):
        canonical_json(value)


def test_writing_is_not_deeper_than_reading() -> None:
    """What we write we can read."""
    value: list[object] = []
    for _ in range(MAX_DEPTH - 1):
        value = [value]
    assert read_json(canonical_json(value)) == value
    with pytest.raises(ValueError, match="not nested"):
        canonical_json([value])


def test_fractions_can_be_kept_as_their_text() -> None:
    """For answers in which nobody needs them: no figure of ours is text like that."""
    found = read_json(b'{"ratio":[0.5,1e-7,-2.25],"n":3}', fractions_as_text=True)
    assert found == {"ratio": ["0.5", "1e-7", "-2.25"], "n": 3}
    with pytest.raises(Malformed, match="is not a number"):
        read_json(b'{"ratio":NaN}', fractions_as_text=True)
