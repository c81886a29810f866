"""A transaction comes from a service and, whole, from a colleague: whose words the desk shows."""

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.doors.safe_service.desks import a_desk, a_folder
from tests.doors.safe_service.loopback_service import LoopbackService
from tests.samples import a_confirmation, a_safe, a_safe_tx, an_owner
from treasury_desktop.application.open_desk import OpenDesk
from treasury_desktop.bundle import Bundle, write_bundle
from treasury_desktop.safes.hashes import safe_tx_hashes

TX = a_safe_tx(12)
HASH = safe_tx_hashes(a_safe(), TX).safe_tx
OURS = Bundle(
    safe=a_safe(),
    tx=TX,
    purpose="As the committee decided",
    claimed_hash=HASH,
    signatures=(),
    strategy="core",
)


def from_service(desk: OpenDesk) -> object:
    """It is listed, signed by an owner, with a note of the service's own."""
    return desk.service.read(
        with_untrusted=False, on_progress=lambda *_: None, is_cancelled=lambda: False
    )


def from_colleague(desk: OpenDesk) -> object:
    """The whole bundle, as a file."""
    return desk.import_bytes(write_bundle(OURS))


def from_another_colleague(desk: OpenDesk) -> object:
    """The transaction and a purpose, and nothing to judge it by."""
    bare = Bundle(safe=a_safe(), tx=TX, purpose="Please sign", claimed_hash=HASH, signatures=())
    return desk.import_bytes(write_bundle(bare))


@pytest.mark.parametrize(
    "order", tuple(itertools.permutations((from_service, from_colleague, from_another_colleague)))
)
def test_a_bare_copy_keeps_no_whole_bundle_away(
    tmp_path: Path, served: LoopbackService, order: tuple[Callable[[OpenDesk], object], ...]
) -> None:
    """Whichever came first: otherwise whoever is quickest decides what the review is told."""
    note = '{"note":"Send it quickly"}'
    served.add(TX, (an_owner(2), a_confirmation(HASH, 2).signature.encoded), origin=note)
    with a_desk(a_folder(tmp_path)) as desk:
        desk.service.turn_on(str(served.address), "200", "")
        for bring in order:
            bring(desk)
        (queued,) = desk.queue()
        bundle = desk.review(HASH).bundle
    assert (queued.purpose, queued.strategy) == (OURS.purpose, OURS.strategy)
    assert (bundle.purpose, bundle.strategy) == (OURS.purpose, OURS.strategy)
    assert [one.owner for one in queued.confirmations] == [an_owner(2)]
