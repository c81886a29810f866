"""Which program wrote it is told by what is there, and only ever one answer."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.foreign import (
    PAYEE,
    SAFE,
    TRANSACTION,
    a_batch,
    a_bundle_json,
    a_call,
    codes,
    eternal_safe_link,
    hashes_of,
    localsafe_link,
    refusal_of,
    service_transaction,
    shown,
    typed_data,
)
from treasury_desktop.assets.address import Address
from treasury_desktop.assets.unknown import UNKNOWN
from treasury_desktop.bundle import Unnamed, read_bundle, write_bundle
from treasury_desktop.errors import Malformed, Refused
from treasury_desktop.files.foreign_programs.incoming import Incoming, Known, as_asked, bundle_of
from treasury_desktop.safes.safe import SafeVersion

EVERY_KIND = {
    "batch": a_batch(a_call()),
    "localsafe": {"tx": {"data": TRANSACTION}},
    "page": {"results": [service_transaction()]},
    "service": service_transaction(),
    "typed data": typed_data(),
}


@pytest.mark.parametrize("name", EVERY_KIND)
def test_every_kind_is_known(name: str) -> None:
    """Each is the same call, whoever wrote it."""
    (call,) = shown(EVERY_KIND[name])["calls"]
    assert (call["to"], call["value"]) == (PAYEE, "5")


@pytest.mark.parametrize("one", EVERY_KIND)
@pytest.mark.parametrize("other", EVERY_KIND)
def test_what_could_be_two_kinds_is_neither(one: str, other: str) -> None:
    """Two programs would show two transactions for the same bytes."""
    if one >= other:
        return
    with pytest.raises(Malformed, match="format: is missing, and the file could be"):
        shown({**EVERY_KIND[one], **EVERY_KIND[other]})


@pytest.mark.parametrize("name", EVERY_KIND)
def test_a_bundle_is_nothing_else(name: str) -> None:
    """With `format` in it, it is a bundle and as strict as one."""
    with pytest.raises(Malformed):
        shown({"format": "treasury-desktop/bundle@1", **EVERY_KIND[name]})
    with pytest.raises(Malformed, match="is no member of this format"):
        shown({**EVERY_KIND[name], **a_bundle_json()})


@pytest.mark.parametrize("sent", ["{}", '{"to":1}', '{"safe":{}}', '{"data":{},"signatures":[]}'])
def test_no_kind(sent: str) -> None:
    """Is refused by the member that would say so."""
    with pytest.raises(Malformed, match="format: must be"):
        shown(sent)


@pytest.mark.parametrize(
    "sent",
    ["", "[]", "[{}]", "5", "null", "ur", "http:", "hello", "\ufeff{}", "\0", "{", "<svg/>", "//"],
)
def test_no_json(sent: str) -> None:
    """Is refused in one sentence."""
    with pytest.raises(Malformed):
        shown(sent)


def test_white_space_around() -> None:
    """A pasted text or a file may have some."""
    for sent in (json.dumps(a_batch(a_call())), eternal_safe_link(), localsafe_link()):
        assert shown(f"\n\t {sent}\r\n ") == shown(sent)
        assert shown(" " * 500 + sent) == shown(sent)


def test_strictness_is_the_same_for_all() -> None:
    """Doubled keys, floats and numbers beyond 2^53 are read differently by different programs."""
    text = json.dumps(a_batch(a_call()))
    with pytest.raises(Malformed, match="twice"):
        shown(text.replace('"value"', '"to": "x", "value"'))
    with pytest.raises(Malformed, match="not exact"):
        shown(text.replace('"5"', "5.0"))
    with pytest.raises(Malformed, match="written as text"):
        shown(text.replace('"5"', str(2**53 + 1)))
    with pytest.raises(Malformed, match="deeper"):
        shown(text.replace('"5"', "[" * 70 + "]" * 70))


# ── filling the gaps ─────────────────────────────────────────────────────────────────────────────


def test_what_is_asked_for_has_to_fit() -> None:
    """A bundle or a link for another Safe, chain, version or nonce blocks."""
    bundle = read_bundle(json.dumps(a_bundle_json()).encode())
    fits = Known(
        chain_id=1, safe=Address.parse(SAFE), version=SafeVersion.parse("1.3.0+L2"), nonce=42
    )
    assert as_asked(bundle, fits).remarks == ()
    for asked, code in (
        (Known(safe=Address.parse(PAYEE)), "STATE_UNKNOWN"),
        (Known(chain_id=5), "CHAIN_MISMATCH"),
        (Known(version=SafeVersion(1, 4, 1)), "STATE_UNKNOWN"),
        (Known(nonce=41), "STATE_UNKNOWN"),
    ):
        (remark,) = as_asked(bundle, asked).remarks
        assert (remark.code, remark.blocks) == (code, True)


@pytest.mark.parametrize(
    ("nonce", "expected"),
    [("42", set()), ("43", {"STATE_UNKNOWN"}), ("40", {"STATE_UNKNOWN"}), ("", set())],
)
def test_the_nonce_asked_for(nonce: str, expected: set[str]) -> None:
    """It is the transaction's: one that names another is another transaction."""
    sent = shown(service_transaction(), safe=f"eth:{SAFE}", version="1.3.0", nonce=nonce)
    assert sent["hashes"] == hashes_of()
    found = {f["code"] for f in sent["findings"]}
    assert found & {"NONCE_TOO_LOW", "NONCE_GAP", "STATE_UNKNOWN"} == expected


@pytest.mark.parametrize(
    ("safes", "code", "severity"), [(50, "NONCE_TOO_LOW", "block"), (40, "NONCE_GAP", "warn")]
)
def test_the_nonce_asked_for_is_not_the_safes(safes: int, code: str, severity: str) -> None:
    """What a bundle says of its Safe stays, whatever is asked."""
    bundle = a_bundle_json()
    bundle["safe"]["nonce"] = safes
    assert codes(shown(bundle, nonce="42"))[code] == severity


@pytest.mark.parametrize(
    "sent",
    [
        service_transaction(to=SAFE, value="0", safeTxHash=None),
        typed_data(to=SAFE, value="0"),
        eternal_safe_link({"data": {**TRANSACTION, "to": SAFE, "value": "0"}}),
    ],
    ids=["service", "typed data", "link"],
)
def test_a_rejection_named_in_full_is_calm(sent: Any) -> None:
    """No other program names the Safe's own nonce; that it is not known here is a note."""
    review = shown(sent, safe=f"eth:{SAFE}", version="1.3.0")
    assert review["verdict"] == "ok"
    assert codes(review)["SAFE_NONCE_UNKNOWN"] == "note"
    assert "STATE_UNKNOWN" not in codes(review)
    assert "SAFE_NONCE_UNKNOWN" not in codes(shown(a_bundle_json(to=SAFE, value="0")))


def test_what_a_person_says_comes_first() -> None:
    """A workspace fills what is left."""
    person, workspace = Known(nonce=1), Known(nonce=2, chain_id=5)
    assert person.or_else(workspace) == Known(nonce=1, chain_id=5)


def test_an_incomplete_bundle_is_neither_hashed_nor_written() -> None:
    """No stand-in leaves the program."""
    bundle = bundle_of(Incoming(safe=Address.parse(SAFE)), Known())
    assert bundle.unnamed == {Unnamed.CHAIN, Unnamed.VERSION, Unnamed.TRANSACTION}
    assert not bundle.can_be_hashed
    with pytest.raises(Refused, match="nobody named"):
        write_bundle(bundle)
    assert bundle.claimed_hash is UNKNOWN


# ── anything at all ──────────────────────────────────────────────────────────────────────────────


junk = st.none() | st.booleans() | st.integers(-5, 300) | st.sampled_from(["", "0x", "0x1", PAYEE])


def paths_of(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every member, at every depth."""
    if not isinstance(value, (dict, list)):
        return []
    members = list(value.items() if isinstance(value, dict) else enumerate(value))
    inner = [path for key, member in members for path in paths_of(member, (*way, key))]
    return [(*way, key) for key, _ in members] + inner


RICH = {
    **EVERY_KIND,
    "method": a_batch(
        a_call(
            data=None,
            contractMethod={
                "name": "f",
                "inputs": [
                    {"name": "a", "type": "tuple[]", "components": [{"name": "b", "type": "bytes"}]}
                ],
            },
            contractInputsValues={"a": '[["0x01"]]'},
        )
    ),
    "signed": service_transaction(
        confirmations=[{"owner": PAYEE, "signature": "0x" + "11" * 65}],
        dataDecoded={"method": "m", "parameters": [{"name": "n", "type": "t", "value": ["v"]}]},
    ),
}


@given(data=st.data())
def test_no_member_crashes_a_reader(data: st.DataObject) -> None:
    """With any member replaced by anything, a file is reviewed or refused in one sentence."""
    sent = json.loads(json.dumps(RICH[data.draw(st.sampled_from(sorted(RICH)))]))
    for _ in range(data.draw(st.integers(1, 2))):
        *way, last = data.draw(st.sampled_from(paths_of(sent)))
        inner = sent
        try:
            for step in way:
                inner = inner[step]
            inner[last] = data.draw(junk | st.lists(junk, max_size=2))
        except (KeyError, IndexError, TypeError):
            continue  # the second change aims at what the first one took away
    refused = refusal_of(lambda: shown(sent))
    assert refused is None or "\n" not in refused.sentence


@given(text=st.text(max_size=80), start=st.sampled_from(["", "ur:", "https://", "{", '{"tx":']))
def test_no_text_crashes_a_reader(text: str, start: str) -> None:
    """Whatever is pasted."""
    refused = refusal_of(lambda: shown(start + text))
    assert refused is None or refused.sentence
