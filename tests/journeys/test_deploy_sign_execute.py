"""What a signer does from draft to executed deployment, on real parts throughout."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.conftest import (
    Ceremony,
    drafted,
    executed,
    key_of,
    save_bundle,
)
from treasury_desktop.application.open_desk import OpenDesk
from treasury_desktop.errors import Refused
from treasury_desktop.safes.lifecycle import State


def test_four_seven_and_twelve_per_cent_are_judged_as_voted(ceremony: Ceremony) -> None:
    """4% is within, 7% above advice, 12% refused, and a refused draft cannot enter the queue."""
    desk = ceremony.desk()
    desk.refresh()

    judged = {share: drafted(desk, share) for share in (4, 7, 12)}

    words = {s: d.review.judgements[0].verdict.words for s, d in judged.items()}
    assert words == {4: "within", 7: "above advice", 12: "refused"}
    with pytest.raises(Refused, match="limit"):
        desk.keep_draft(judged[12])


def test_queued_amounts_count(ceremony: Ceremony) -> None:
    """7% in the queue and 7% more in the same group are over the limit together."""
    desk = ceremony.desk()
    desk.refresh()
    desk.keep_draft(drafted(desk, 7))

    second = drafted(desk, 7)

    assert second.review.judgements[0].verdict.words == "refused"


def test_two_desks_sign_and_the_first_executes(ceremony: Ceremony, tmp_path: Path) -> None:
    """Two signatures exchanged by file execute a deployment, and the treasury changes by it."""
    first, second = ceremony.desk(), ceremony.desk(as_second_signer=True)
    first.refresh()
    queued = first.keep_draft(drafted(first, 4))
    owner_a = key_of(first, "Owner A")
    executor = key_of(first, "Executor")

    first.sign(first.review(queued.safe_tx_hash), owner_a)
    save_bundle(first, queued.safe_tx_hash, tmp_path / "for-cosigner.json")
    second.refresh()
    second.import_file(tmp_path / "for-cosigner.json")
    owner_b = key_of(second, "Owner B")
    second.sign(second.review(queued.safe_tx_hash), owner_b)
    save_bundle(second, queued.safe_tx_hash, tmp_path / "signed.json")
    first.import_file(tmp_path / "signed.json")
    before = _vault_shares(first)
    receipt = executed(first, queued.safe_tx_hash, executor)
    first.refresh()

    assert (receipt.status, receipt.execution_success) == (1, True)
    kept = first.records.transaction(queued.safe_tx_hash)
    assert kept is not None
    assert kept.state is State.EXECUTED
    assert _vault_shares(first) > before
    assert first.movements()[0].safe_tx_hash == queued.safe_tx_hash


def test_hostile_delegatecall_cannot_be_signed(ceremony: Ceremony) -> None:
    """A delegatecall dressed as a token transfer is blocked before any passphrase is asked."""
    desk = ceremony.desk()
    desk.refresh()
    owner = key_of(desk, "Owner A")
    hostile = next(queued for queued in desk.queue() if queued.tx.operation == 1 and not
                   queued.confirmations)  # fmt: skip

    review = desk.review(hostile.safe_tx_hash)

    assert {f.code for f in review.blocks} >= {"DELEGATECALL_UNKNOWN_TARGET"}
    with pytest.raises(Refused):
        desk.sign(review, owner)


def test_everything_kept_is_there_offline(ceremony: Ceremony) -> None:
    """Without any node the desk shows snapshot, queue, movements and a pool's year."""
    desk = ceremony.desk(is_online=False)

    pool = desk.workspace.pools[0]
    series = desk.pool_series(str(pool.address), 86_400)

    assert desk.snapshot() is not None
    assert len(desk.queue()) == 2
    assert desk.movements()
    assert len(series) >= 365


@pytest.mark.parametrize("moment", ["before broadcast", "after broadcast"])
def test_killed_during_execution_shows_the_truth_afterwards(
    ceremony: Ceremony, tmp_path: Path, moment: str
) -> None:
    """Killed around the broadcast, the next start says what happened and finishes it."""
    desk = ceremony.desk()
    desk.refresh()
    queued = desk.keep_draft(drafted(desk, 4))
    executor = _signed_by_both(ceremony, desk, queued.safe_tx_hash, tmp_path)
    desk.close()

    ended = subprocess.run(
        [sys.executable, "-m", "tests.journeys.execute_and_die", moment, str(desk.folder),
         ceremony.endpoint, queued.safe_tx_hash.hex()],
        check=False, cwd=Path(__file__).parents[2], env=os.environ, timeout=120,
    )  # fmt: skip
    again = ceremony.desk()
    at_start = again.records.transaction(queued.safe_tx_hash)
    again.refresh()
    after_refresh = again.records.transaction(queued.safe_tx_hash)

    assert ended.returncode == -signal.SIGKILL
    assert at_start is not None
    assert at_start.state is State.SENT
    assert after_refresh is not None
    if moment == "after broadcast":
        assert after_refresh.state is State.EXECUTED
        with pytest.raises(Refused):
            executed(again, queued.safe_tx_hash, executor)
    else:
        assert after_refresh.state is State.SENT
        assert executed(again, queued.safe_tx_hash, executor).execution_success is True


def _signed_by_both(
    ceremony: Ceremony, first: OpenDesk, safe_tx_hash: bytes, folder: Path
) -> object:
    """Both owners' confirmations on the first desk; the executor's key."""
    second = ceremony.desk(as_second_signer=True)
    second.refresh()
    first.sign(first.review(safe_tx_hash), key_of(first, "Owner A"))
    save_bundle(first, safe_tx_hash, folder / "a.json")
    second.import_file(folder / "a.json")
    second.sign(second.review(safe_tx_hash), key_of(second, "Owner B"))
    save_bundle(second, safe_tx_hash, folder / "b.json")
    first.import_file(folder / "b.json")
    return key_of(first, "Executor")


def _vault_shares(desk: OpenDesk) -> int:
    snapshot = desk.snapshot()
    assert snapshot is not None
    return sum(
        holding.amount.base_units
        for holding in snapshot.holdings
        if holding.detail == "vault shares"
    )
