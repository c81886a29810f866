"""Drafting deployments, importing what others send, and what our own facts are made of."""

from dataclasses import replace
from fractions import Fraction

import pytest

from tests.desk.in_memory import MemoryReader, MemoryRecords
from tests.samples import (
    DAI,
    DAY,
    NOW,
    POOL_STRATEGY,
    POP,
    POSITION_MANAGER,
    SAFE,
    STRANGER,
    USDC,
    VAULT,
    VAULT_STRATEGY,
    WETH,
    a_confirmation,
    a_deposit_tx,
    a_holding,
    a_movement,
    a_position,
    a_safe,
    a_safe_tx,
    a_snapshot,
    a_workspace,
    an_address,
    an_amount,
    an_owner,
    some_quotes,
)
from treasury_desktop.assets.unknown import UNKNOWN
from treasury_desktop.bundle import (
    Bundle,
    ClaimedAbi,
    ClaimedException,
    ClaimedSignature,
    Disagreement,
    InnerTransaction,
    ServiceCall,
    read_bundle,
    write_bundle,
)
from treasury_desktop.calls.abi_type import parse_function
from treasury_desktop.deployments.venues.uniswap_v3 import Range
from treasury_desktop.desk.collect_confirmations import collect_confirmations
from treasury_desktop.desk.draft_deployment import (
    DeploymentRequest,
    VenueState,
    draft_deployment,
    next_free_nonce,
)
from treasury_desktop.desk.export_bundle import export_bundle
from treasury_desktop.desk.import_transaction import import_transaction, queued_from
from treasury_desktop.desk.local_facts import exposures, local_facts
from treasury_desktop.desk.record_movements import record_movements
from treasury_desktop.desk.refresh_treasury import refresh_treasury
from treasury_desktop.desk.reorganisation import DEEPEST
from treasury_desktop.errors import Malformed, Refused
from treasury_desktop.safes.hashes import safe_tx_hashes
from treasury_desktop.safes.lifecycle import State
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.treasury.snapshot import OpenAllowance, TreasurySnapshot
from treasury_desktop.treasury.workspace import NamedSafe


def a_request(**changes: object) -> DeploymentRequest:
    """Two hundred thousand USDC into the vault."""
    made = DeploymentRequest(strategy=VAULT_STRATEGY, amounts=(an_amount(USDC, 200_000),))
    return replace(made, **changes)


def drafted(request: DeploymentRequest, *queue: QueuedTransaction, **state: object) -> object:
    """The draft by the sample desk."""
    venue = VenueState(**{"expected_shares": 5, **state})
    return draft_deployment(request, venue, a_workspace(), a_snapshot(), queue)


def a_queue(*nonces: int, state: State = State.DRAFTED) -> tuple[QueuedTransaction, ...]:
    """Transactions of the queue at these nonces."""
    return tuple(
        replace(
            queued_from(bundle_of_tx(a_safe_tx(nonce)), now=NOW, drafted_here=True), state=state
        )
        for nonce in nonces
    )


def bundle_of_tx(tx: SafeTx, **claims: object) -> Bundle:
    """A bundle somebody sends."""
    return Bundle(**{"safe": a_safe(), "tx": tx, **claims})


# ── draft ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("dollars", "verdict"), [(20_000, "within"), (400_000, "above advice"), (1_000_000, "refused")]
)
def test_draft_comes_with_its_judgement(dollars: int, verdict: str) -> None:
    """Entry, exit and review of one transaction, judged by our own facts with what is there."""
    draft = drafted(a_request(amounts=(an_amount(USDC, dollars),), purpose="to earn"))
    judgement = draft.review.judgements[0]
    assert judgement.group == VAULT_STRATEGY.group
    assert judgement.verdict.words == verdict
    assert draft.deployment.tx.nonce == 12
    assert draft.deployment.entry.exit_calls
    assert draft.bundle.claimed_hash == draft.review.hashes.safe_tx
    assert draft.bundle.purpose == "to earn"
    assert draft.bundle.strategy == VAULT_STRATEGY.name


def test_liquidity_is_drafted_from_the_pools_price() -> None:
    """A mint in the given range at the price the pool has now."""
    position = a_position()
    request = a_request(
        strategy=POOL_STRATEGY,
        amounts=tuple(an_amount(t, 10) for t in sorted((WETH, USDC), key=lambda t: t.address.raw)),
        range=Range(tick_lower=position.tick_lower, tick_upper=position.tick_upper),
        deadline=NOW + DAY,
    )
    draft = drafted(request, sqrt_price_x96=position.sqrt_price_x96)
    assert draft.review.judgements[0].group == POOL_STRATEGY.group
    assert not draft.review.blocks


@pytest.mark.parametrize(
    ("request_", "state", "sentence"),
    [
        (a_request(), {"expected_shares": None}, "is not known"),
        (a_request(strategy=replace(VAULT_STRATEGY, venue="lido")), {}, "cannot be built here"),
        (a_request(strategy=POOL_STRATEGY), {}, "needs its pool"),
        (a_request(strategy=replace(POOL_STRATEGY, pool=None)), {}, "needs its pool"),
        (a_request(strategy=POOL_STRATEGY, range=Range(tick_lower=0, tick_upper=1)), {}, "needs"),
        (a_request(amounts=(an_amount(DAI, 5),)), {}, "does not take DAI"),
    ],
)  # fmt: skip
def test_drafts_that_cannot_be_made(
    request_: DeploymentRequest, state: dict[str, object], sentence: str
) -> None:
    """What is missing or does not fit is one sentence."""
    with pytest.raises(Refused, match=sentence):
        drafted(request_, **state)


def test_next_free_nonce_fills_gaps() -> None:
    """The lowest nonce nobody has claimed: a gap would hold up everything behind it."""
    assert next_free_nonce(a_safe(), ()) == 12
    assert next_free_nonce(a_safe(), a_queue(12, 13, 15)) == 14
    assert next_free_nonce(a_safe(), a_queue(13, 14)) == 12
    assert next_free_nonce(a_safe(), a_queue(3)) == 12
    other = tuple(replace(queued, safe=STRANGER) for queued in a_queue(12))
    assert next_free_nonce(a_safe(), other) == 12


def test_what_a_stranger_sends_holds_no_nonce() -> None:
    """Only our drafts and what an owner signed do: a file that never runs cannot block us."""
    sent = replace(a_queue(12)[0], drafted_here=False)
    signed = replace(sent, confirmations=(a_confirmation(sent.safe_tx_hash),))
    assert next_free_nonce(a_safe(), (sent,)) == 12
    assert next_free_nonce(a_safe(), (signed,)) == 13
    draft = drafted(a_request(), sent)
    assert (draft.deployment.tx.nonce, draft.strangers_at_nonce) == (12, 1)
    assert not draft.review.blocks
    assert not any("NONCE" in finding.code for finding in draft.review.findings)
    assert drafted(a_request(), signed).strangers_at_nonce == 0


@pytest.mark.parametrize("state", [State.EXECUTED, State.FAILED, State.REPLACED])
def test_nonces_used_since_the_safe_was_read(state: State) -> None:
    """What is final has used up its nonce, also where our reading of the Safe is older."""
    assert next_free_nonce(a_safe(), a_queue(12, state=state)) == 13


def test_nonce_of_a_safe_nobody_read() -> None:
    """Without the Safe's nonce, and without the Safe, nothing is drafted."""
    with pytest.raises(Refused, match="nonce is not known"):
        next_free_nonce(a_safe(nonce=UNKNOWN), ())
    with pytest.raises(Refused, match="refresh first"):
        draft_deployment(
            a_request(), VenueState(expected_shares=1), a_workspace(), a_snapshot(safes=()), ()
        )


def test_chosen_nonce_is_taken() -> None:
    """A nonce the person chose is used as it is."""
    assert drafted(a_request(nonce=77)).deployment.tx.nonce == 77


# ── import and export ────────────────────────────────────────────────────────────────────────────


def test_import_keeps_transaction_and_signatures() -> None:
    """A bundle becomes a transaction of the queue, each signature verified."""
    records, tx = MemoryRecords(), a_deposit_tx()
    safe_tx_hash = safe_tx_hashes(a_safe(), tx).safe_tx
    signatures = tuple(
        ClaimedSignature(signer=None, data=a_confirmation(safe_tx_hash, n).signature.encoded)
        for n in (1, 9)
    )
    data = write_bundle(bundle_of_tx(tx, signatures=signatures, purpose="why"))
    first = import_transaction(data, records, a_workspace(), a_snapshot(), now=NOW)
    assert (first.safe_tx_hash, first.was_known) == (safe_tx_hash, False)
    assert (first.new_confirmations, first.quarantined) == (1, 1)
    again = import_transaction(data, records, a_workspace(), a_snapshot(), now=NOW)
    assert (again.was_known, again.new_confirmations) == (True, 0)
    (queued,) = records.transactions(SAFE)
    assert not queued.drafted_here
    assert queued.purpose == "why"
    assert len(queued.confirmations) == len(queued.quarantined) == 1
    assert [kind for kind, _, _ in records.notes] == ["imported", "imported"]


@pytest.mark.parametrize(
    ("change", "field"),
    [({"chain_id": 1}, "chain_id"), ({"address": STRANGER}, "safe.address")],
)
def test_import_of_foreign_transactions(change: dict[str, object], field: str) -> None:
    """Another chain or a Safe that is none of ours is refused, and nothing is kept."""
    records = MemoryRecords()
    data = write_bundle(bundle_of_tx(a_deposit_tx(), safe=replace(a_safe(), **change)))
    with pytest.raises(Malformed) as refusal:
        import_transaction(data, records, a_workspace(), a_snapshot(), now=NOW)
    assert refusal.value.field == field
    assert not records.kept
    assert not records.notes


SECOND = a_safe(address=an_address("second Safe"), owners=(an_owner(8), an_owner(9)))
TWO_SAFES = replace(
    a_workspace(),
    safes=(
        *a_workspace().safes,
        NamedSafe(address=SECOND.address, name="Second", version=SECOND.version),
    ),
)


@pytest.mark.parametrize(
    ("snapshot", "signers", "counted", "state"),
    [
        (a_snapshot(safes=(a_safe(), SECOND)), (8, 9), 2, State.CONFIRMED),
        (a_snapshot(safes=(a_safe(), SECOND)), (1, 2), 0, State.DRAFTED),
        (a_snapshot(), (8, 9), 0, State.DRAFTED),
        (a_snapshot(), (1, 2), 0, State.DRAFTED),
        (None, (8, 9), 0, State.DRAFTED),
    ],
)
def test_signatures_are_verified_by_the_owners_of_their_own_safe(
    snapshot: TreasurySnapshot | None, signers: tuple[int, ...], counted: int, state: State
) -> None:
    """Owners of one Safe confirm nothing for another; of a Safe nobody read nothing counts."""
    records, tx = MemoryRecords(), a_safe_tx(12)
    safe_tx_hash = safe_tx_hashes(SECOND, tx).safe_tx
    signatures = tuple(
        ClaimedSignature(signer=None, data=a_confirmation(safe_tx_hash, n).signature.encoded)
        for n in signers
    )
    data = write_bundle(bundle_of_tx(tx, safe=SECOND, signatures=signatures))
    imported = import_transaction(data, records, TWO_SAFES, snapshot, now=NOW)
    assert (imported.new_confirmations, imported.quarantined) == (counted, 2 - counted)
    (queued,) = records.transactions(SECOND.address)
    assert queued.state is state


def test_owners_of_another_safe_count_nothing() -> None:
    """Whoever calls it with the wrong Safe collects nothing."""
    records = MemoryRecords()
    (queued,) = a_queue(12)
    records.keep_transaction(queued)
    signature = a_confirmation(queued.safe_tx_hash).signature
    claim = ClaimedSignature(signer=None, data=signature.encoded)
    wrong = replace(SECOND, owners=a_safe().owners)
    assert collect_confirmations((claim,), queued.safe_tx_hash, records, wrong) == (0, 1)


def test_import_of_nonsense() -> None:
    """What is no bundle changes nothing."""
    records = MemoryRecords()
    with pytest.raises(Malformed):
        import_transaction(b"{}", records, a_workspace(), a_snapshot(), now=NOW)
    assert not records.kept


def test_import_takes_nothing_from_our_own_draft() -> None:
    """A bundle that comes back for what we drafted leaves it drafted here, with our purpose."""
    records = MemoryRecords()
    mine = queued_from(bundle_of_tx(a_deposit_tx(), purpose="ours"), now=NOW, drafted_here=True)
    records.keep_transaction(mine)
    data = write_bundle(bundle_of_tx(a_deposit_tx(), purpose="theirs", strategy="X"))
    assert import_transaction(data, records, a_workspace(), None, now=NOW).was_known
    (queued,) = records.transactions(SAFE)
    assert queued.drafted_here
    assert queued.purpose == "ours"


def test_export_carries_evidence_and_signatures() -> None:
    """What cosigners get: our evidence, all confirmations, and the same hash."""
    mine = queued_from(bundle_of_tx(a_deposit_tx()), now=NOW, drafted_here=True)
    signed = replace(mine, confirmations=(a_confirmation(mine.safe_tx_hash, 2),))
    facts = local_facts(a_workspace(), a_snapshot(), ())
    bundle = read_bundle(export_bundle(signed, facts))
    assert bundle.claimed_hash == mine.safe_tx_hash
    assert bundle.evidence.quotes == some_quotes()
    assert isinstance(bundle.signatures, tuple)
    assert len(bundle.signatures) == 1
    offline = read_bundle(export_bundle(signed, replace(facts, safe=None)))
    assert offline.safe == a_safe()


def test_export_passes_on_what_was_claimed() -> None:
    """ABIs, inner transactions and what contradicts the bytes reach the next cosigner too."""
    claims: dict[str, object] = {
        "abis": (ClaimedAbi(address=VAULT, functions=(parse_function("f(uint256 x)"),)),),
        "disagreements": (Disagreement(field="x", answers=(("a", "1"), ("b", "2"))),),
        "inner_transactions": (InnerTransaction(safe=VAULT, tx=a_deposit_tx()),),
        "preview_shares": 7,
        "service_decoded": ServiceCall(method="transfer"),
        "exceptions": (
            ClaimedException(
                safe_tx_hash=bytes(32), policy_hash=bytes(32), reason="r", expires=1, signatures=()
            ),
        ),
    }
    mine = queued_from(bundle_of_tx(a_deposit_tx(), **claims), now=NOW, drafted_here=False)
    bundle = read_bundle(export_bundle(mine, local_facts(a_workspace(), a_snapshot(), ())))
    assert {name: getattr(bundle, name) for name in claims} == claims


# ── our own facts ────────────────────────────────────────────────────────────────────────────────


def test_facts_of_a_workspace() -> None:
    """Tokens, payees and strategies of the workspace; amounts and prices of the snapshot."""
    facts = local_facts(a_workspace(), a_snapshot(), ())
    evidence = facts.evidence
    assert facts.safe == a_safe()
    assert facts.own_safes == {SAFE}
    assert all(token.listed is True for token in evidence.tokens)
    assert evidence.contract_at(VAULT) is not None
    assert evidence.quotes == some_quotes()
    assert isinstance(evidence.holdings, tuple)
    own = [held for held in evidence.holdings if held.is_own_token]
    assert [held.token for held in own] == [POP.key]
    assert {held.place for held in evidence.holdings} == {
        "safe", VAULT_STRATEGY.name, POOL_STRATEGY.name,
    }  # fmt: skip


def test_facts_without_a_snapshot_are_unknown() -> None:
    """Before the first refresh amounts and prices are unknown, never zero."""
    facts = local_facts(a_workspace(), None, ())
    assert facts.safe is None
    for value in (facts.evidence.holdings, facts.evidence.quotes, facts.evidence.block):
        assert value is UNKNOWN


def test_strangers_transactions_do_not_count() -> None:
    """Drafted here or confirmed by an owner counts in the queue; what a stranger sent does not."""
    mine, theirs = a_queue(12, 13)
    theirs = replace(theirs, drafted_here=False)
    signed = replace(theirs, confirmations=(a_confirmation(theirs.safe_tx_hash),))
    counted = local_facts(a_workspace(), a_snapshot(), (mine, theirs)).evidence.queue
    assert [entry.nonce for entry in counted] == [12]
    counted = local_facts(a_workspace(), a_snapshot(), (mine, signed)).evidence.queue
    assert [entry.nonce for entry in counted] == [12, 13]
    assert {entry.safe for entry in counted} == {SAFE}


@pytest.mark.parametrize(
    ("state", "nonce", "counts"),
    [
        (State.EXECUTED, 12, True), (State.EXECUTED, 13, False), (State.SENT, 12, True),
        (State.REPLACED, 12, False), (State.FAILED, 12, False),
    ],
)  # fmt: skip
def test_what_was_executed_after_the_snapshot_still_counts(
    state: State, nonce: int, counts: bool
) -> None:
    """Between an execution and the next refresh its money is in no other figure."""
    queue = a_queue(12, state=state)
    snapshot = a_snapshot(safes=(a_safe(nonce=nonce),))
    assert bool(local_facts(a_workspace(), snapshot, queue).evidence.queue) is counts
    assert not local_facts(a_workspace(), None, a_queue(12, state=State.EXECUTED)).evidence.queue


def test_exposures_at_the_high_end() -> None:
    """What each strategy holds, at its highest quote; unknown where a part has no price."""
    found = {e.strategy: e.usd for e in exposures(a_workspace(), a_snapshot())}
    assert found[VAULT_STRATEGY.name] == Fraction("404118.901233") * Fraction("0.9999")
    unpriced = a_holding(POP, 1, strategy=VAULT_STRATEGY.name)
    snapshot = a_snapshot(
        holdings=(a_holding(USDC, 5, strategy=VAULT_STRATEGY.name), unpriced),
        quotes=some_quotes()[:-1],
    )
    (only,) = exposures(a_workspace(), snapshot)
    assert only.usd is UNKNOWN
    reversed_ = replace(snapshot, holdings=snapshot.holdings[::-1])
    assert exposures(a_workspace(), reversed_) == (only,)


def test_positions_belong_to_their_manager() -> None:
    """A position is known by its number at the manager of the strategy whose pool it is in."""
    elsewhere = a_position(token_id=8, pool=STRANGER)
    facts = local_facts(a_workspace(), a_snapshot(positions=(a_position(), elsewhere)), ())
    assert [(p.manager, p.token_id) for p in facts.evidence.positions] == [(POSITION_MANAGER, 7)]


def test_open_allowances_belong_to_their_safe() -> None:
    """An allowance is evidence with the Safe that gave it."""
    other = an_address("other")
    allowance = OpenAllowance(safe=other, token=VAULT, spender=STRANGER, base_units=5)
    facts = local_facts(a_workspace(), a_snapshot(allowances=(allowance,)), ())
    assert [known.safe for known in facts.evidence.allowances] == [other]


# ── refresh ──────────────────────────────────────────────────────────────────────────────────────


def test_refresh_keeps_what_was_read() -> None:
    """The snapshot is durable before anybody sees it."""
    records = MemoryRecords()
    found = refresh_treasury(MemoryReader(a_snapshot()), records, a_workspace())
    assert records.latest_snapshot(a_snapshot().chain_id) == found.snapshot == a_snapshot()
    assert found.queue == ()


def at_block(number: int) -> TreasurySnapshot:
    """The treasury at that block."""
    return a_snapshot(block=replace(a_snapshot().block, number=number))


def test_a_lower_block_is_told_where_it_is_another_chains() -> None:
    """A node a block behind is everyday; one far behind is said, and shown all the same."""
    records = MemoryRecords()
    told = []
    for number in (5_000, 4_999, 5_000, 5_005_000, 5_001):
        found = refresh_treasury(MemoryReader(at_block(number)), records, a_workspace())
        told.append((found.blocks_back, found.remark))
        assert records.latest_snapshot(a_snapshot().chain_id) == at_block(number)
    assert [back for back, _ in told] == [0, 1, 0, 0, 4_999_999]
    assert [remark for _, remark in told[:4]] == [""] * 4
    assert told[4][1] == (
        "The newest block is 5,001 now, 4,999,999 blocks before the one read last: figures and "
        "movements were read anew, and those of before are not counted."
    )


def test_movements_of_the_last_blocks_are_read_again() -> None:
    """A reorganisation, or a node that lied about them, is forgotten at the next refresh."""
    records = MemoryRecords()
    gone, stays = a_movement(block_number=4_990), a_movement(block_number=5, log_index=9)
    record_movements(
        MemoryReader(at_block(5_000), (gone, stays)), records, a_workspace(), at_block(5_000)
    )
    reader = MemoryReader(at_block(5_010), (stays,))
    assert record_movements(reader, records, a_workspace(), at_block(5_010)) == (stays,)
    assert reader.asked == [(5_001 - DEEPEST, 5_010)]


def test_movements_of_another_chain_are_read_anew() -> None:
    """A far block named once: what was read of it goes, and nothing below it is left out."""
    records = MemoryRecords()
    forged, true = a_movement(block_number=5_000_100), a_movement(block_number=90, log_index=9)
    record_movements(
        MemoryReader(at_block(5_000_200), (forged,)), records, a_workspace(), at_block(5_000_200)
    )
    reader = MemoryReader(at_block(200), (true,))
    assert record_movements(reader, records, a_workspace(), at_block(200)) == (true,)
    assert reader.asked == [(0, 200)]
    assert records.movements_read_up_to(a_snapshot().chain_id) == 200


def test_an_execution_the_safe_knows_nothing_of_has_movements_read_anew() -> None:
    """Its nonce is still waited for, so the log that announced it was never there."""
    records = MemoryRecords()
    (queued,) = a_queue(12)
    records.keep_transaction(queued)
    forged = a_movement(block_number=5, safe_tx_hash=queued.safe_tx_hash)
    records.keep_movements(a_snapshot().chain_id, (forged,), 19_000_000)
    reader = MemoryReader(a_snapshot(), ())
    assert record_movements(reader, records, a_workspace(), a_snapshot()) == ()
    assert reader.asked[1:] == [(0, 19_000_123)]


def test_movements_are_read_once() -> None:
    """Each refresh reads from a little before where the last one ended."""
    records = MemoryRecords()
    reader = MemoryReader(a_snapshot(), (a_movement(block_number=5),))
    first = record_movements(reader, records, a_workspace(), a_snapshot())
    again = record_movements(reader, records, a_workspace(), a_snapshot())
    later = a_snapshot(block=replace(a_snapshot().block, number=19_000_200))
    record_movements(reader, records, a_workspace(), later)
    assert first == again == (a_movement(block_number=5),)
    assert reader.asked == [
        (0, 19_000_123),
        (19_000_124 - DEEPEST, 19_000_123),
        (19_000_124 - DEEPEST, 19_000_200),
    ]
