"""Into Aave v3 and out again: drafted, reviewed, signed by two, executed on the real contracts."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.aave_market import AaveMarket, deploy_aave
from tests.journeys.conftest import Ceremony, executed, key_of, save_bundle
from treasury_desktop.application.open_desk import OpenDesk
from treasury_desktop.assets.amount import TokenAmount
from treasury_desktop.bundle import write_bundle
from treasury_desktop.deployments.calls import safe_tx_of
from treasury_desktop.desk.draft_deployment import DeploymentRequest, Draft, next_free_nonce
from treasury_desktop.desk.review_transaction import bundle_with_our_evidence
from treasury_desktop.devnet.json_rpc import JsonRpc
from treasury_desktop.devnet.packages import calldata
from treasury_desktop.devnet.prepared_folder import facts_of
from treasury_desktop.errors import Refused
from treasury_desktop.review.review import Review
from treasury_desktop.safes.lifecycle import FINAL

AMOUNT = 300_000 * 10**6
STRATEGY = """
[[strategies]]
name = "USDC lending"
group = "Aave"
venue = "aave_v3"
contracts = ["{pool}"]
asset = "{usdc}"
"""


@pytest.fixture
def market(ceremony: Ceremony) -> Iterator[AaveMarket]:
    """The real market on the ceremony's chain, and a strategy at it in both workspaces."""
    with closing(JsonRpc(ceremony.endpoint)) as rpc:
        found = deploy_aave(rpc, facts_of(ceremony.folders.chain))
        for as_second_signer in (False, True):
            file = ceremony.folders.desk(as_second_signer=as_second_signer) / "treasury.toml"
            words = STRATEGY.format(pool=found.pool, usdc=found.usdc)
            file.write_text(file.read_text(encoding="utf-8") + words, encoding="utf-8")
        yield found


def _drafted(desk: OpenDesk, base_units: int = AMOUNT) -> Draft:
    strategy = desk.workspace.strategy_named("USDC lending")
    assert strategy is not None
    token = desk.workspace.token_at(strategy.asset)
    assert token is not None
    amount = TokenAmount(token=token, base_units=base_units)
    return desk.draft(DeploymentRequest(strategy=strategy, amounts=(amount,), purpose="to lend"))


def _held(desk: OpenDesk) -> tuple[int, int]:
    """USDC that is idle, and USDC that is lent, by the desk's own reading."""
    snapshot = desk.refresh().snapshot
    usdc = [h for h in snapshot.holdings if h.amount.token.symbol == "USDC"]
    return (
        sum(h.amount.base_units for h in usdc if h.is_idle),
        sum(h.amount.base_units for h in usdc if h.strategy == "USDC lending"),
    )


def _signed_and_executed(
    desks: tuple[OpenDesk, OpenDesk], safe_tx_hash: bytes, folder: Path
) -> None:
    """Signed here and on the second desk, exchanged by file, executed from here."""
    desk, second = desks
    second.refresh()
    desk.sign(desk.review(safe_tx_hash), key_of(desk, "Owner A"))
    there, back = (folder / f"{safe_tx_hash.hex()}-{n}.json" for n in range(2))
    save_bundle(desk, safe_tx_hash, there)
    second.import_file(there)
    second.sign(second.review(safe_tx_hash), key_of(second, "Owner B"))
    save_bundle(second, safe_tx_hash, back)
    desk.import_file(back)
    receipt = executed(desk, safe_tx_hash, key_of(desk, "Executor"))
    assert (receipt.status, receipt.execution_success) == (1, True)


def _pay_the_payroll(desk: OpenDesk) -> None:
    """What waits at the nonce between: an owner who is not here has signed it."""
    waiting = (queued for queued in desk.queue() if queued.state not in FINAL)
    payroll = next(queued for queued in waiting if queued.confirmed_by)
    desk.sign(desk.review(payroll.safe_tx_hash), key_of(desk, "Owner A"))
    executed(desk, payroll.safe_tx_hash, key_of(desk, "Executor"))


def _exit(desk: OpenDesk, draft: Draft) -> bytes:
    """The exit that was built with the entry, taken into the queue; its Safe transaction hash."""
    snapshot = desk.snapshot()
    assert snapshot is not None
    (safe,) = snapshot.safes
    nonce = next_free_nonce(safe, desk.queue())
    tx = safe_tx_of(draft.deployment.entry.exit_calls, safe, nonce)
    bundle = bundle_with_our_evidence(
        safe, tx, desk.local_facts(), purpose="back from lending", strategy="USDC lending"
    )
    return desk.import_bytes(write_bundle(bundle)).safe_tx_hash


def _nothing_stands_out(review: Review) -> None:
    assert (review.verdict, [f.sentence for f in review.findings if f.severity]) == ("ok", [])


def test_into_aave_and_out_again(ceremony: Ceremony, market: AaveMarket, tmp_path: Path) -> None:
    """Holdings before, while it is lent, and after: nothing is lost and no allowance is left."""
    desks = ceremony.desk(), ceremony.desk(as_second_signer=True)
    desk = desks[0]
    idle, lent = _held(desk)
    assert lent == 0
    draft = _drafted(desk)
    _nothing_stands_out(draft.review)
    queued = desk.keep_draft(draft)
    _nothing_stands_out(desk.review(queued.safe_tx_hash))

    _signed_and_executed(desks, queued.safe_tx_hash, tmp_path)

    safe = desk.workspace.safes[0].address
    a_token, _, _ = market.tokens_of(market.usdc)
    assert market.words(market.usdc, "allowance(address,address)", safe, market.pool) == [0]
    idle_after, lent_after = _held(desk)
    assert idle - idle_after == AMOUNT
    assert 0 <= lent_after - AMOUNT <= 10**6
    assert market.words(a_token, "balanceOf(address)", safe)[0] >= lent_after
    assert {e.strategy for e in desk.local_facts().evidence.exposures or ()} >= {"USDC lending"}

    _pay_the_payroll(desk)
    market.pass_time(3_600)
    idle_before_exit, _ = _held(desk)
    leave = _exit(desk, draft)
    _nothing_stands_out(desk.review(leave))
    _signed_and_executed(desks, leave, tmp_path)

    idle_at_last, lent_at_last = _held(desk)
    assert lent_at_last == 0
    came_back = idle_at_last - idle_before_exit
    assert 0 < came_back - AMOUNT < 100 * 10**6, "the interest of an hour"
    assert market.words(a_token, "balanceOf(address)", safe) == [0]


def test_supplying_again_takes_back_an_old_allowance(
    ceremony: Ceremony, market: AaveMarket
) -> None:
    """What the pool may take already is set to zero first, and only this amount comes back."""
    desk = ceremony.desk()
    safe = desk.workspace.safes[0].address
    market.supply(safe, market.usdc, 10**9)
    allow = calldata("approve(address,uint256)", market.pool.raw, 55)
    market.perform(safe, market.usdc, allow)
    desk.refresh()

    entry = _drafted(desk).deployment.entry

    assert len(entry.calls) == 3
    assert int.from_bytes(entry.calls[0].data[36:], "big") == 0
    (leave,) = entry.exit_calls
    assert int.from_bytes(leave.data[36:68], "big") == AMOUNT


def test_frozen_reserve_is_refused_at_drafting(ceremony: Ceremony, market: AaveMarket) -> None:
    """A reserve that takes nothing more says so before there is anything to sign."""
    desk = ceremony.desk()
    desk.refresh()
    market.configure("setReserveFreeze(address,bool)", market.usdc, True)  # noqa: FBT003  a word
    with pytest.raises(Refused, match="reserve of USDC at USDC lending is frozen"):
        _drafted(desk)
