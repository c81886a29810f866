"""URs written: the published vectors, another program's parts, and any loss on the way."""

import itertools
import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treasury_desktop.errors import Malformed, Refused
from treasury_desktop.files.air_gapped.carried_bytes import (
    joined_parts,
    read_carried_bytes,
    write_carried_bytes,
)
from treasury_desktop.files.air_gapped.cbor import Tagged, read_cbor
from treasury_desktop.files.air_gapped.cbor_writing import write_cbor
from treasury_desktop.files.air_gapped.fountain import MOST_FRAGMENTS, draws_from
from treasury_desktop.files.air_gapped.resource_writing import (
    FRAGMENT_BYTES,
    FRAMES_BEFORE_LARGE,
    LARGE_FRAGMENT_BYTES,
    fragment_count,
    write_parts,
    write_uniform_resource,
)
from treasury_desktop.files.air_gapped.uniform_resource import (
    UniformResource,
    read_uniform_resource,
)

SENT = json.loads((Path(__file__).parent / "signing_requests.json").read_text("utf-8"))

# Published with the reference implementation bc-ur (test vectors of its encoder): the bytes its
# generator draws from the seed "Wolf", whole and in parts of at most 30 bytes.
WOLF = (
    "ur:bytes/hdeymejtswhhylkepmykhhtsytsnoyoyaxaedsuttydmmhhpktpmsrjtgwdpfnsboxgwlbaawzuefywkdplrsr"
    "jynbvygabwjldapfcsdwkbrkch"
)
WOLF_PARTS = """
1-9/lpadascfadaxcywenbpljkhdcahkadaemejtswhhylkepmykhhtsytsnoyoyaxaedsuttydmmhhpktpmsrjtdkgslpgh
2-9/lpaoascfadaxcywenbpljkhdcagwdpfnsboxgwlbaawzuefywkdplrsrjynbvygabwjldapfcsgmghhkhstlrdcxaefz
3-9/lpaxascfadaxcywenbpljkhdcahelbknlkuejnbadmssfhfrdpsbiegecpasvssovlgeykssjykklronvsjksopdzmol
4-9/lpaaascfadaxcywenbpljkhdcasotkhemthydawydtaxneurlkosgwcekonertkbrlwmplssjtammdplolsbrdzcrtas
5-9/lpahascfadaxcywenbpljkhdcatbbdfmssrkzmcwnezelennjpfzbgmuktrhtejscktelgfpdlrkfyfwdajldejokbwf
6-9/lpamascfadaxcywenbpljkhdcackjlhkhybssklbwefectpfnbbectrljectpavyrolkzczcpkmwidmwoxkilghdsowp
7-9/lpatascfadaxcywenbpljkhdcavszmwnjkwtclrtvaynhpahrtoxmwvwatmedibkaegdosftvandiodagdhthtrlnnhy
8-9/lpayascfadaxcywenbpljkhdcadmsponkkbbhgsoltjntegepmttmoonftnbuoiyrehfrtsabzsttorodklubbuyaetk
9-9/lpasascfadaxcywenbpljkhdcajskecpmdckihdyhphfotjojtfmlnwmadspaxrkytbztpbauotbgtgtaeaevtgavtny
10-9/lpbkascfadaxcywenbpljkhdcahkadaemejtswhhylkepmykhhtsytsnoyoyaxaedsuttydmmhhpktpmsrjtwdkiplzs
11-9/lpbdascfadaxcywenbpljkhdcahelbknlkuejnbadmssfhfrdpsbiegecpasvssovlgeykssjykklronvsjkvetiiapk
12-9/lpbnascfadaxcywenbpljkhdcarllaluzmdmgstospeyiefmwejlwtpedamktksrvlcygmzemovovllarodtmtbnptrs
13-9/lpbtascfadaxcywenbpljkhdcamtkgtpknghchchyketwsvwgwfdhpgmgtylctotzopdrpayoschcmhplffziachrfgd
14-9/lpbaascfadaxcywenbpljkhdcapazewnvonnvdnsbyleynwtnsjkjndeoldydkbkdslgjkbbkortbelomueekgvstegt
15-9/lpbsascfadaxcywenbpljkhdcaynmhpddpzmversbdqdfyrehnqzlugmjzmnmtwmrouohtstgsbsahpawkditkckynwt
16-9/lpbeascfadaxcywenbpljkhdcawygekobamwtlihsnpalnsghenskkiynthdzotsimtojetprsttmukirlrsbtamjtpd
17-9/lpbyascfadaxcywenbpljkhdcamklgftaxykpewyrtqzhydntpnytyisincxmhtbceaykolduortotiaiaiafhiaoyce
18-9/lpbgascfadaxcywenbpljkhdcahkadaemejtswhhylkepmykhhtsytsnoyoyaxaedsuttydmmhhpktpmsrjtntwkbkwy
19-9/lpbwascfadaxcywenbpljkhdcadekicpaajootjzpsdrbalpeywllbdsnbinaerkurspbncxgslgftvtsrjtksplcpeo
20-9/lpbbascfadaxcywenbpljkhdcayapmrleeleaxpasfrtrdkncffwjyjzgyetdmlewtkpktgllepfrltataztksmhkbot
"""


def wolf(length: int) -> UniformResource:
    """The bytes drawn from the seed of the vectors."""
    draws = itertools.islice(draws_from(b"Wolf"), length)
    return write_carried_bytes(bytes(int(draw * 256) for draw in draws))


def first(
    number: int, resource: UniformResource, *, fragment_bytes: int | None = None
) -> list[str]:
    """So many parts of a resource."""
    return list(itertools.islice(write_parts(resource, fragment_bytes=fragment_bytes), number))


def a_resource(length: int, seed: int = 1) -> UniformResource:
    """Made-up bytes of a length."""
    return UniformResource("bytes", random.Random(seed).randbytes(length))  # noqa: S311  no secret


# ── as others write it ───────────────────────────────────────────────────────────────────────────


def test_the_published_resource() -> None:
    """Whole, letter by letter."""
    assert write_uniform_resource(wolf(50)) == WOLF
    assert read_carried_bytes(WOLF.upper()) == read_cbor(wolf(50).cbor)


def test_the_published_parts() -> None:
    """Nine plain ones and the eleven sums behind them, letter by letter."""
    assert first(20, wolf(256), fragment_bytes=30) == [
        f"ur:bytes/{part}" for part in WOLF_PARTS.split()
    ]


def test_the_parts_of_another_program() -> None:
    """Sixty parts of a signing request as ngraveio's bc-ur writes them."""
    resource = UniformResource("eth-sign-request", bytes.fromhex(SENT["cbor"]))
    assert write_uniform_resource(resource) == SENT["whole"]
    assert first(60, resource, fragment_bytes=100) == SENT["parts"]


def test_cbor_of_another_program() -> None:
    """What Keystone's library wrote is written again byte for byte."""
    content = bytes.fromhex(SENT["cbor"])
    assert write_cbor(read_cbor(content)) == content


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**64), 2**64 - 1)
    | st.binary(max_size=300)
    | st.text(max_size=40)
    | st.builds(Tagged, st.integers(0, 2**64 - 1), st.integers(0, 9)),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.integers(0, 99), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(value=values)
def test_cbor_round_trip(value: object) -> None:
    """Every value is read back, so it was written in its one shortest form."""
    assert read_cbor(write_cbor(value)) == value


@pytest.mark.parametrize("value", [1.5, object(), 2**64, -(2**64) - 1])
def test_what_no_signer_knows(value: object) -> None:
    """Is our own mistake."""
    with pytest.raises(ValueError, match=r"knows no|64 bits"):
        write_cbor(value)


# ── any loss on the way ──────────────────────────────────────────────────────────────────────────


@given(length=st.integers(1, 3000), fragment_bytes=st.integers(10, 300), seed=st.integers(0, 999))
def test_whole_again(length: int, fragment_bytes: int, seed: int) -> None:
    """The first round is the plain fragments; in whatever order they come, nothing is missing."""
    resource = a_resource(length, seed)
    number = fragment_count(resource, fragment_bytes=fragment_bytes)
    parts = first(number, resource, fragment_bytes=fragment_bytes)
    random.Random(seed).shuffle(parts)  # noqa: S311  as above
    assert read_uniform_resource("\n".join(parts)) == resource


@given(length=st.integers(100, 6000), loss=st.integers(0, 80), seed=st.integers(0, 9999))
def test_a_reader_that_misses_frames_still_ends(length: int, loss: int, seed: int) -> None:
    """With up to four of five frames lost it ends within eight rounds of what it did see."""
    resource, draw = a_resource(length, seed), random.Random(seed)  # noqa: S311  as above
    needed = fragment_count(resource, fragment_bytes=100)
    seen: list[str] = []
    for part in write_parts(resource, fragment_bytes=100):
        if draw.randrange(100) < loss:
            continue
        seen.append(part)
        if len(seen) < needed:
            continue
        try:
            assert read_uniform_resource(" ".join(seen)) == resource
        except Malformed as flaw:
            assert "is not complete" in flaw.problem  # noqa: PT017  the other outcome of the two
            assert len(seen) < 8 * needed + 8
        else:
            break


def test_where_nothing_is_lost_the_first_round_is_enough() -> None:
    """Not one frame more than there are fragments."""
    for length in (201, 5_000, 20_000, 20_001, 200_000):
        resource = a_resource(length)
        parts = first(fragment_count(resource), resource)
        assert read_uniform_resource("\n".join(parts)) == resource


def test_how_many_parts() -> None:
    """Denser ones where there would be too many, none at all where readers would give up."""
    assert fragment_count(a_resource(FRAGMENT_BYTES)) == 1
    assert first(2, a_resource(9)) == [write_uniform_resource(a_resource(9))] * 2
    assert fragment_count(a_resource(FRAGMENT_BYTES * FRAMES_BEFORE_LARGE)) == FRAMES_BEFORE_LARGE
    assert fragment_count(a_resource(FRAGMENT_BYTES * FRAMES_BEFORE_LARGE + 1)) == 51
    most = LARGE_FRAGMENT_BYTES * MOST_FRAGMENTS
    assert fragment_count(a_resource(most)) == MOST_FRAGMENTS
    with pytest.raises(Refused, match="Send it as a file"):
        fragment_count(a_resource(most + 1))
    with pytest.raises(Refused, match="Send it as a file"):
        write_parts(a_resource(most + 1))


# ── what is carried ──────────────────────────────────────────────────────────────────────────────


def test_carried_bytes() -> None:
    """Bytes come out as they went in; another resource carries none."""
    text = write_uniform_resource(write_carried_bytes(b'{"a":1}'))
    assert read_carried_bytes(text) == b'{"a":1}'
    assert read_carried_bytes(SENT["whole"]) is None
    liar = write_uniform_resource(UniformResource("bytes", write_cbor("text")))
    with pytest.raises(Malformed, match="something else"):
        read_carried_bytes(liar)


def test_parts_that_came_one_by_one() -> None:
    """Parts of one message stand together where its first one stood; all else is left alone."""
    one, other = (
        [part.encode() for part in first(12, a_resource(500, seed), fragment_bytes=50)]
        for seed in (1, 2)
    )
    inputs = [b"{}", other[0], one[11], b"{}", other[5].upper(), one[3], b"ur:bytes/1-9/zz", b"ur:"]
    joined = joined_parts(inputs)
    assert [each.places for each in joined] == [(0,), (1, 4), (2, 5), (3,), (6,), (7,)]
    assert joined[1].content == other[0] + b"\n" + other[5].upper()
    (all_of_one,) = joined_parts(one)
    assert read_uniform_resource(all_of_one.content.decode()) == a_resource(500, 1)
