"""QR codes as modules: painted and read back by another library."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from treasury_desktop.errors import Refused
from treasury_desktop.files.air_gapped.carried_bytes import read_carried_bytes, write_carried_bytes
from treasury_desktop.files.air_gapped.qr import text_in
from treasury_desktop.files.air_gapped.qr_writing import (
    QUIET_ZONE,
    Modules,
    picture_series,
    still_picture,
)
from treasury_desktop.files.air_gapped.resource_writing import (
    fragment_count,
    write_uniform_resource,
)

SCALE = 3
LINK = "https://app.safe.global/transactions/tx?safe=eth:0x5aFE3855358E112B5647B952709E6165e1c1eEEe"


def painted(modules: Modules) -> tuple[bytes, int, int]:
    """Grey pixels, three for each module, as a window paints them."""
    rows = [
        bytes(0 if is_dark else 255 for is_dark in row for _ in range(SCALE)) for row in modules
    ]
    side = len(modules) * SCALE
    return b"".join(row for row in rows for _ in range(SCALE)), side, side


def read_back(modules: Modules | None) -> str:
    """What another library reads in the painted code."""
    assert modules is not None
    return text_in(*painted(modules))


def version_of(modules: Modules | None) -> int:
    """The version, which decides the side."""
    assert modules is not None
    return (len(modules) - 2 * QUIET_ZONE - 17) // 4


def test_a_link_is_read_back() -> None:
    """Letter by letter, small ones too."""
    assert read_back(still_picture(LINK)) == LINK


def test_a_resource_takes_capital_letters() -> None:
    """They need fewer modules, and mean the same in a UR."""
    text = "ur:bytes/" + "a" * 400
    assert read_back(still_picture(text)) == text.upper()
    assert version_of(still_picture(text)) < version_of(still_picture("xr" + text[2:]))


def test_the_light_zone_around_it() -> None:
    """Four modules on each side, as readers need them; the code is a square."""
    modules = still_picture("1")
    assert modules is not None
    assert {len(row) for row in modules} == {len(modules)}
    edge = [*modules[:QUIET_ZONE], *modules[-QUIET_ZONE:]]
    edge += [(*row[:QUIET_ZONE], *row[-QUIET_ZONE:]) for row in modules]
    assert not any(itertools.chain.from_iterable(edge))
    assert modules[QUIET_ZONE][QUIET_ZONE]


@pytest.mark.parametrize(("letter", "most"), [("A", 1853), ("a", 1273)])
def test_the_longest_still_picture(letter: str, most: int) -> None:
    """As much as version 25 holds with correction L; one letter more takes a series."""
    longest = still_picture(letter * most)
    assert version_of(longest) == 25
    assert read_back(longest) == letter * most
    assert still_picture(letter * (most + 1)) is None
    assert still_picture(letter * 10_000_000) is None
    assert still_picture("€" * most) is None


@settings(deadline=None, max_examples=15)
@given(content=st.binary(min_size=1, max_size=900))
def test_every_resource_is_read_back(content: bytes) -> None:
    """Whatever it carries, as long as one picture holds it."""
    modules = still_picture(write_uniform_resource(write_carried_bytes(content)))
    if modules is not None:
        assert read_carried_bytes(read_back(modules)) == content
    else:
        assert len(content) > 880


def test_a_series_of_which_every_other_frame_is_missed() -> None:
    """The frames that are seen give the whole, and none is denser than a camera reads."""
    content = bytes(range(256)) * 8
    resource = write_carried_bytes(content)
    needed = fragment_count(resource)
    shown = list(itertools.islice(picture_series(resource), 6 * needed))
    assert {version_of(modules) for modules in shown} <= set(range(10, 17))
    seen = [read_back(modules) for modules in shown[::2]]
    assert read_carried_bytes("\n".join(seen)) == content


def test_a_frame_that_fits_no_code() -> None:
    """Is refused where the series is asked for its first one."""
    with pytest.raises(Refused, match="choose a smaller one"):
        next(picture_series(write_carried_bytes(bytes(1890)), fragment_bytes=950))
