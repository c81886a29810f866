"""QR codes of air-gapped signers: words, parts, CBOR, and the one kind that is reviewed."""

import itertools
import json
import random
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.foreign import codes, refusal_of, shown
from treasury_desktop.errors import Malformed
from treasury_desktop.files.air_gapped.cbor import Tagged, read_cbor
from treasury_desktop.files.air_gapped.signing_request import read_signing_request
from treasury_desktop.files.air_gapped.uniform_resource import read_uniform_resource
from treasury_desktop.resources import read_resource

SENT = json.loads((Path(__file__).parent / "signing_requests.json").read_text("utf-8"))
WORDS = read_resource("words/bytewords.txt").decode("ascii").split()
PARTS: list[str] = SENT["parts"]


def written(kind: str, content: bytes) -> str:
    """A UR in one piece."""
    with_checksum = content + zlib.crc32(content).to_bytes(4, "big")
    return f"ur:{kind}/" + "".join(WORDS[byte][0] + WORDS[byte][-1] for byte in with_checksum)


def head(kind: int, argument: int) -> bytes:
    """The first bytes of a CBOR value, in the shortest form."""
    if argument < 24:
        return bytes((kind << 5 | argument,))
    size = next(size for size in (1, 2, 4, 8) if argument < 1 << 8 * size)
    return bytes((kind << 5 | 23 + size.bit_length(),)) + argument.to_bytes(size, "big")


def cbor(value: Any) -> bytes:
    """A value as CBOR; a pair (tag, value) is a tagged one."""
    if isinstance(value, bool) or value is None:
        return bytes(({False: 0xF4, True: 0xF5, None: 0xF6}[value],))
    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, bytes | str):
        content = value.encode() if isinstance(value, str) else value
        return head(2 if content is value else 3, len(content)) + content
    if isinstance(value, list):
        return head(4, len(value)) + b"".join(map(cbor, value))
    if isinstance(value, Tagged):
        return head(6, value.tag) + cbor(value.value)
    return head(5, len(value)) + b"".join(cbor(key) + cbor(value[key]) for key in value)


def request(**changes: Any) -> str:
    """A signing request with members replaced by number (k2=…); None takes one out."""
    members: dict[int, Any] = {
        1: Tagged(37, bytes(16)),
        2: json.dumps(SENT["typed_data"]).encode(),
        3: 2,
        4: 1,
        5: Tagged(304, {1: [44, True]}),
        6: bytes(20),
        7: "desk",
    }
    members.update({int(name[1:]): value for name, value in changes.items()})
    return written("eth-sign-request", cbor({k: v for k, v in members.items() if v is not None}))


# ── what another program wrote ───────────────────────────────────────────────────────────────────


def test_a_request_of_another_program() -> None:
    """It is the Safe transaction in it, whole or in parts, in capitals or not."""
    wanted = shown(SENT["typed_data"])
    assert wanted["hashes"]["safe_tx"]
    for text in (SENT["whole"], SENT["whole"].upper(), "\n".join(PARTS), request()):
        assert shown(text) == wanted
    assert codes(wanted)["STATE_UNKNOWN"] == "block"


@pytest.mark.parametrize("seed", range(40))
def test_any_sufficient_parts(seed: int) -> None:
    """Parts of the first round and sums of several, in any order."""
    chosen = random.Random(seed).sample(PARTS, 25)  # noqa: S311  a sample, no secret
    assert read_uniform_resource(" ".join(chosen)).cbor.hex() == SENT["cbor"]


def test_sums_alone() -> None:
    """Not one part of the first round has to be seen."""
    assert read_uniform_resource("\n".join(PARTS[10:40])).cbor.hex() == SENT["cbor"]


def test_too_few_parts() -> None:
    """How many are missing is said; nothing is shown."""
    with pytest.raises(Malformed, match="1 of 10 parts are missing"):
        read_uniform_resource("\n".join(PARTS[:9]))
    with pytest.raises(Malformed, match="9 of 10 parts are missing"):
        read_uniform_resource(PARTS[0])


@pytest.mark.parametrize(
    "text",
    [
        "ur:",
        "ur:eth-sign-request",
        "ur:eth-sign-request/",
        "ur:eth-sign-request/aeadaolazmjendeoti!",
        "ur:eth_sign/aeadaolazmjendeoti",
        "ur:eth-sign-request/zzzzzzzzzzzz",
        "ur:eth-sign-request/aea",
        "ur:eth-sign-request/aeaeaeae",
        "ur:a/" + "ae" * 20,
        SENT["whole"][:-2],
        SENT["whole"][:-1],
        SENT["whole"] + " " + SENT["signature"],
        SENT["whole"] + " " + written("eth-sign-request", b"\0"),
        SENT["whole"] + " " + PARTS[0],
        PARTS[0].replace("/1-10/", "/2-10/"),
        PARTS[0].replace("/1-10/", "/1-11/"),
        PARTS[0] + " " + SENT["whole"].split("/")[0] + "/1-1/" + written("x", b"\0").split("/")[1],
        " ".join([SENT["whole"]] * 1025),
        "ur:x/1-1025/aeaeae " * 1025,
        "ur:x/" + "a" * 2**21,
        "ur:x/1-1/" + written("x", cbor([1, 1, 1, 1])).split("/")[1],
        "ur:x/1-1/" + written("x", cbor([1, 1, 1, True, b"a"])).split("/")[1],
        "ur:x/1-1/" + written("x", cbor([1, 1, 5, 1, b"a"])).split("/")[1],
        "ur:x/1-9/" + written("x", cbor([1, 9, 5, 1, b"aaaa"])).split("/")[1],
        "ur:x/1-1/" + written("x", cbor([1, 1, 1, 1, b""])).split("/")[1],
        "ur:x/1-1/" + written("x", cbor([1, 1, 1, 1, b"a"])).split("/")[1],
        "ur:x/0-1/" + written("x", cbor([0, 1, 1, 1, b"a"])).split("/")[1],
        "ur:x/1-99999/" + written("x", cbor([1, 99999, 99999, 1, b"a"])).split("/")[1],
    ],
)
def test_broken_resources(text: str) -> None:
    """A wrong letter, a wrong number, a mixture, an impossible figure: refused as `ur`."""
    with pytest.raises(Malformed) as refused:
        read_uniform_resource(text)
    assert refused.value.field in ("ur", "cbor")


@given(letters=st.text("aedt", max_size=60), where=st.integers(0, 400))
def test_no_text_crashes_the_reader(letters: str, where: int) -> None:
    """Whatever is changed, it is the same request or refused."""
    text = SENT["whole"][: 20 + where] + letters + SENT["whole"][20 + where + len(letters) :]
    read: list[str] = []
    refused = refusal_of(lambda: read.append(read_uniform_resource(text).cbor.hex()))
    assert read == [SENT["cbor"]] or isinstance(refused, Malformed)


# ── requests ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SENT["signature"], "carries a signature and no transaction"),
        (SENT["ethereum_transaction"], "an Ethereum transaction"),
        (written("crypto-hdkey", cbor({3: b""})), "is a crypto-hdkey"),
        (request(k3=3), "asks to sign a message"),
        (request(k3=4), "a typed Ethereum transaction"),
        (request(k3=9), "of no kind known here"),
        (request(k3=None), "of no kind"),
        (request(k2=None), "a member is of another kind"),
        (request(k2="text"), "a member is of another kind"),
        (request(k1=b"id"), "a member is of another kind"),
        (request(k5={}), "a member is of another kind"),
        (request(k6="0x"), "a member is of another kind"),
        (request(k7=1), "a member is of another kind"),
        (request(k8=1), "its members are others"),
        (request(k4=5), "names chain 5 beside typed data for chain 1"),
        (request(k4="1"), "names a chain that is no number"),
        (request(k4=True), "names a chain that is no number"),
        (request(k4=-1), "names a chain that is no number"),
        (request(k2=b"{"), "is not valid JSON"),
        (request(k2=b'{"primaryType":"Permit"}'), "is 'Permit'"),
        (written("eth-sign-request", cbor([])), "its members are others"),
    ],
)
def test_what_is_no_safe_transaction(text: str, said: str) -> None:
    """Is refused by what it is."""
    with pytest.raises(Malformed, match=said):
        read_signing_request(text)


def test_members_a_request_may_leave_out() -> None:
    """Only what to sign and its kind are needed; the newer tag of key paths is known too."""
    wanted = shown(SENT["typed_data"])
    few = request(k1=None, k4=None, k5=None, k6=None, k7=None)
    assert shown(few) == shown(request(k5=Tagged(40304, {}))) == wanted


def test_the_chain_beside_older_typed_data() -> None:
    """Where the domain has no chain, the request's own is the only one named."""
    older = json.loads(json.dumps(SENT["typed_data"]))
    older["types"]["EIP712Domain"] = older["types"]["EIP712Domain"][1:]
    del older["domain"]["chainId"]
    sent = shown(request(k2=json.dumps(older).encode(), k4=137))
    assert sent["safe"]["chain_id"] == 137
    assert sent["hashes"] == shown(older)["hashes"]


# ── CBOR ─────────────────────────────────────────────────────────────────────────────────────────


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**64), 2**64 - 1)
    | st.binary(max_size=300)
    | st.text(max_size=40),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.integers(0, 99), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(value=values)
def test_cbor_round_trip(value: Any) -> None:
    """The shortest form of every value reads back as that value."""
    assert read_cbor(cbor(value)) == value


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x00",
        b"\x18\x17",
        b"\x19\x00\xff",
        b"\x1a\x00\x00\xff\xff",
        b"\x1b" + bytes(4) + b"\xff\xff\xff\xff",
        b"\x1c",
        b"\x1f",
        b"\x5f\xff",
        b"\x42\x00",
        b"\x61\xff",
        b"\x9b" + b"\xff" * 8,
        b"\xbb" + b"\xff" * 8,
        b"\xa2\x01\x01\x01\x02",
        b"\xa1\x40\x01",
        b"\xa1\xf5\x01",
        b"\xf7",
        b"\xf8\x20",
        b"\xf9\x00\x00",
        b"\x81" * 20 + b"\x00",
        b"\xc1" * 20 + b"\x00",
    ],
)
def test_cbor_in_another_spelling(content: bytes) -> None:
    """Longer numbers, open lengths, floats, doubled keys, depth, cut or surplus bytes: refused."""
    with pytest.raises(Malformed, match="cbor"):
        read_cbor(content)


@given(content=st.binary(max_size=60))
def test_no_bytes_crash_the_cbor_reader(content: bytes) -> None:
    """Any bytes are a value or refused."""
    refused = refusal_of(lambda: read_cbor(content))
    assert refused is None or isinstance(refused, Malformed)


def test_every_word_stands_for_one_byte() -> None:
    """First and last letters tell all 256 apart."""
    pairs = {word[0] + word[-1] for word in WORDS}
    assert len(WORDS) == len(pairs) == 256
    assert all(len(word) == 4 for word in itertools.chain(WORDS))
