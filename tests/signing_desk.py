"""A desk whose drafts and reviews are real: the sample treasury judged by the core itself."""

from dataclasses import replace
from typing import Any

from tests.desk_at_hand import DeskAtHand
from tests.samples import (
    BLOCK_TIME,
    ETH_PRICE,
    PAYROLL,
    STRANGER,
    USDC,
    VAULT,
    VAULT_STRATEGY,
    a_confirmation,
    a_deposit_tx,
    a_safe,
    a_snapshot,
    a_workspace,
    an_owner,
)
from treasury_desktop.application.exchange import Exchange
from treasury_desktop.assets.address import Address
from treasury_desktop.bundle import write_bundle
from treasury_desktop.calls.abi_type import parse_function
from treasury_desktop.deployments.calls import Call, safe_tx_of
from treasury_desktop.deployments.encoding import encoded_call
from treasury_desktop.desk.beside import NOTHING_BESIDE, Beside
from treasury_desktop.desk.doors import WATCHED, KeyLabel
from treasury_desktop.desk.draft_deployment import (
    DeploymentRequest,
    Draft,
    VenueState,
    draft_deployment,
)
from treasury_desktop.desk.import_transaction import Imported
from treasury_desktop.desk.local_facts import local_facts
from treasury_desktop.desk.review_transaction import bundle_with_our_evidence, review_queued
from treasury_desktop.pools.pool import PoolState
from treasury_desktop.pools.price import tick_at_price
from treasury_desktop.pools.tick import sqrt_price_x96_at_tick
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.review.review import Review
from treasury_desktop.safes.hashes import safe_tx_hashes
from treasury_desktop.safes.lifecycle import State
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.safes.safe_tx import Operation, SafeTx
from treasury_desktop.treasury.snapshot import TreasurySnapshot
from treasury_desktop.treasury.workspace import Workspace
from treasury_desktop.viewmodels.handing_over import Form
from treasury_desktop.windows.actions_of_exchange import Written
from treasury_desktop.windows.actions_of_keys import KeyPlaces

OWNER_KEY = KeyLabel(label="Signer A", address=an_owner(1), role="owner", kept_in="Secret Service")
OTHER_OWNER_KEY = KeyLabel(
    label="Signer B", address=an_owner(2), role="owner", kept_in="Secret Service"
)
EXECUTOR_KEY = KeyLabel(label="Gas", address=an_owner(9), role="executor", kept_in="Secret Service")
KEY_RING = KeyPlaces(
    key_ring="Secret Service", why_no_key_ring="", encrypted_file="", is_file_chosen=False
)
WATCHED_KEY = KeyLabel(label="Ledger", address=an_owner(3), role=WATCHED, kept_in="no key here")
NO_KEY_RING = KeyPlaces(
    key_ring="",
    why_no_key_ring="No Secret Service answers on this session's bus.",
    encrypted_file="the folder keys of this workspace",
    is_file_chosen=False,
)

_TICK = tick_at_price(ETH_PRICE, 18, 6)
POOL_STATE = PoolState(
    sqrt_price_x96=sqrt_price_x96_at_tick(_TICK),
    tick=_TICK,
    liquidity=10**18,
    fee_growth_global0_x128=0,
    fee_growth_global1_x128=0,
    observation_index=0,
    observation_cardinality=100,
)


def a_transfer_data(to: bytes, units: int) -> bytes:
    """Calldata of transfer(address,uint256)."""
    return bytes.fromhex("a9059cbb") + bytes(12) + to + units.to_bytes(32, "big")


def a_hostile_tx(nonce: int = 12) -> SafeTx:
    """A delegatecall dressed as a token transfer."""
    return SafeTx(
        to=STRANGER,
        data=a_transfer_data(VAULT.raw, 0),
        operation=Operation.DELEGATECALL,
        nonce=nonce,
    )


def a_batch_of_sixty(nonce: int = 15) -> SafeTx:
    """59 payments to the payroll, and a new owner in the thirty-seventh place."""
    assert USDC.address is not None
    pay = a_transfer_data(PAYROLL.raw, 775 * 10**6)
    calls = [Call(to=USDC.address, data=pay, purpose="") for _ in range(60)]
    grant = encoded_call(parse_function("addOwnerWithThreshold(address,uint256)"), str(STRANGER), 1)
    calls[36] = Call(to=a_safe().address, data=grant, purpose="")
    return safe_tx_of(tuple(calls), a_safe(), nonce)


def a_kept(
    tx: SafeTx | None = None,
    *,
    signed_by: tuple[int, ...] = (),
    facts: LocalFacts | None = None,
    **changes: Any,
) -> QueuedTransaction:
    """A queued transaction with the bundle it was drafted into."""
    tx = a_deposit_tx() if tx is None else tx
    facts = local_facts(a_workspace(), a_snapshot(), ()) if facts is None else facts
    safe = a_safe()
    purpose = changes.pop("purpose", "Put idle dollars to work, as proposal 14 decided")
    strategy = changes.pop("strategy", VAULT_STRATEGY.name)
    bundle = bundle_with_our_evidence(safe, tx, facts, purpose=purpose, strategy=strategy)
    safe_tx_hash = safe_tx_hashes(safe, tx).safe_tx
    made = QueuedTransaction(
        chain_id=safe.chain_id,
        safe=safe.address,
        safe_tx_hash=safe_tx_hash,
        tx=tx,
        purpose=purpose,
        strategy=strategy,
        drafted_here=True,
        created_at=BLOCK_TIME - 86_400,
        state=State.COLLECTING if signed_by else State.DRAFTED,
        confirmations=tuple(a_confirmation(safe_tx_hash, number) for number in signed_by),
        bundle=write_bundle(bundle),
    )
    return replace(made, **changes)


def _import_nothing(_data: bytes) -> Imported:
    raise AssertionError("a desk laid out by hand imports nothing itself")


def a_signing_desk(
    queue: tuple[QueuedTransaction, ...] = (),
    *,
    keys: tuple[KeyLabel, ...] = (OWNER_KEY, EXECUTOR_KEY),
    workspace: Workspace | None = None,
    snapshot: TreasurySnapshot | None = None,
    beside: Beside = NOTHING_BESIDE,
    **answers: Any,
) -> DeskAtHand:
    """A desk that drafts and reviews for real and answers the rest as told."""
    workspace = a_workspace() if workspace is None else workspace
    snapshot = a_snapshot() if snapshot is None else snapshot
    by_hash = {q.safe_tx_hash: q for q in queue}

    def facts() -> LocalFacts:
        return local_facts(workspace, snapshot, queue, beside)

    def review(safe_tx_hash: bytes) -> Review:
        return review_queued(by_hash[safe_tx_hash], facts())

    def draft(request: DeploymentRequest) -> Draft:
        is_pool = request.strategy.venue == "uniswap_v3"
        state = VenueState(
            expected_shares=None if is_pool else request.amounts[0].base_units,
            sqrt_price_x96=POOL_STATE.sqrt_price_x96 if is_pool else None,
        )
        return draft_deployment(request, state, workspace, snapshot, queue, beside=beside)

    def write(safe_tx_hash: bytes, form: Form, owner: Address | None, base: str) -> Written:
        door = Exchange(transaction=by_hash.get, local_facts=facts, import_one=_import_nothing)
        return door.write(safe_tx_hash, form, owner=owner, base=base)

    known: dict[str, Any] = {
        "local_facts": facts,
        "write": write,
        "review": review,
        "draft": draft,
        "queue": queue,
        "keys": keys,
        "key_places": KEY_RING,
        "pool_state": POOL_STATE,
    }
    known["denied"] = beside.denied
    return DeskAtHand(workspace, **{**known, **answers})
