"""The signer comes to the desk's own verdict: whatever the desk judged by reaches it."""

from dataclasses import replace
from datetime import date

import pytest

from tests.desk.in_memory import MemoryRecords, MemorySigner, a_key
from tests.doors.keys.key_samples import quick_scrypt
from tests.matters import a_call
from tests.samples import (
    DAI,
    NOW,
    PAYROLL,
    SAFE,
    USDC_AT,
    VAULT_STRATEGY,
    a_deposit_tx,
    a_holding,
    a_safe,
    a_snapshot,
    a_workspace,
    an_address,
    an_owner,
)
from treasury_desktop.assets.unknown import UNKNOWN, Unknown
from treasury_desktop.bundle import Bundle, read_bundle
from treasury_desktop.deployments.calls import safe_tx_of
from treasury_desktop.desk.beside import NOTHING_BESIDE, Beside
from treasury_desktop.desk.doors import NOTHING_KNOWN, KeyLabel, WorkspaceFacts
from treasury_desktop.desk.import_transaction import queued_from
from treasury_desktop.desk.local_facts import local_facts
from treasury_desktop.desk.review_transaction import bundle_with_our_evidence, review_queued
from treasury_desktop.desk.sign_transaction import sign_transaction
from treasury_desktop.desk.signer_facts import bundle_for_signer, workspace_facts
from treasury_desktop.errors import Refused
from treasury_desktop.keys.encrypted_key import empty_key
from treasury_desktop.keys.jobs import SignSafeTx, job_text, parse_job
from treasury_desktop.keys.signing_checks import facts_of, hash_to_sign
from treasury_desktop.review.facts import LocalFacts, facts_for
from treasury_desktop.review.review import examine
from treasury_desktop.safes.safe import SafeVersion
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.safes.signature import Signature
from treasury_desktop.treasury.deny_list import DenyList, DenyLists
from treasury_desktop.treasury.evidence import (
    BalanceChange,
    BookEntry,
    Deployed,
    DescribedContract,
    DescribedToken,
    Evidence,
)
from treasury_desktop.treasury.further_limits import FurtherLimits
from treasury_desktop.treasury.snapshot import TreasurySnapshot
from treasury_desktop.treasury.terms import PolicyTerms
from treasury_desktop.treasury.workspace import NamedSafe, Workspace

SECOND_SAFE = an_address("another Safe of the treasury")
TWO_SAFES = replace(
    a_workspace(),
    safes=(
        *a_workspace().safes,
        NamedSafe(address=SECOND_SAFE, name="Second", version=SafeVersion(1, 4, 1)),
    ),
)


class RealChecks(MemorySigner):
    """Signs what the signer process would: the job goes through its pipe and its own checks."""

    job: SignSafeTx

    def sign_safe_tx(
        self,
        key: KeyLabel,
        bundle: bytes,
        reviewed_hash: bytes,
        *,
        acknowledged: frozenset[str] = frozenset(),
        workspace: WorkspaceFacts = NOTHING_KNOWN,
    ) -> Signature:
        """A signature, where the signer process would make one."""
        encrypted = empty_key(
            label=key.label, address=key.address, role=key.role, created=0, kdf=quick_scrypt()
        )
        job = SignSafeTx(
            key=encrypted,
            bundle=bundle,
            reviewed_hash=reviewed_hash,
            acknowledged=acknowledged,
            workspace=workspace,
        )
        read, _ = parse_job(job_text(job))
        assert isinstance(read, SignSafeTx)
        self.job = read
        hash_to_sign(read, NOW)
        return super().sign_safe_tx(key, bundle, reviewed_hash)


EVERY_LIMIT = FurtherLimits(
    protocol_limit_bps=900,
    window_limit_bps=800,
    window_days=30,
    stable_floor_bps=100,
    runway_months=1,
    monthly_spend_usd=10_000,
)
DENIED = DenyList(name="L", published=date(2026, 11, 1), addresses=frozenset({PAYROLL}))
LATELY = Beside(
    deployed=(
        Deployed(
            strategy=VAULT_STRATEGY.name,
            token=str(USDC_AT),
            base_units=10**9,
            timestamp=a_snapshot().block.timestamp - 5,
        ),
    ),
    denied=DenyLists(read=(replace(DENIED, addresses=frozenset({an_address("denied")})),)),
)


def a_payment(to: object, whole: int) -> SafeTx:
    """So many USDC to an address."""
    call = a_call(USDC_AT, "transfer(address,uint256)", to, whole * 10**6)
    return safe_tx_of((call,), a_safe(), 12)


def signed_with(
    tx: SafeTx,
    workspace: Workspace,
    snapshot: TreasurySnapshot | None = None,
    beside: Beside = NOTHING_BESIDE,
) -> tuple[RealChecks, LocalFacts]:
    """Signs a transaction of this workspace, through the signer's own checks."""
    facts = local_facts(workspace, snapshot or a_snapshot(), (), beside)
    bundle = bundle_with_our_evidence(a_safe(), tx, facts, purpose="", strategy=None)
    records, signer = MemoryRecords(), RealChecks()
    queued = queued_from(bundle, now=NOW, drafted_here=True)
    records.keep_transaction(queued)
    review = review_queued(queued, facts)
    sign_transaction(review, facts, a_key(), signer, records, now=NOW)
    assert len(records.signed) == 1
    return signer, facts


def test_half_the_treasury_to_our_own_second_safe() -> None:
    """A transfer among our own Safes is none for the policy, on the desk and in the signer."""
    signed_with(a_payment(SECOND_SAFE, 3_000_000), TWO_SAFES)
    with pytest.raises(Refused):
        signed_with(a_payment(SECOND_SAFE, 3_000_000), a_workspace())


def test_what_only_the_sender_describes_reaches_the_signer() -> None:
    """As the sender's: it is suspected there too, and neither listed, trusted nor a payee."""
    new, key = an_address("a token on no list"), an_address("a spender without code")
    said = Evidence(
        tokens=(DescribedToken(new, symbol="NEW", name="New", decimals=6, listed=True),),
        contracts=(DescribedContract(key, name="Friend", trusted=True, code_size=0),),
        address_book=(BookEntry(new, name="Friend", chain_id=5),),
    )
    call = a_call(new, "transfer(address,uint256)", PAYROLL, 10)
    tx = safe_tx_of((call,), a_safe(), 12)
    facts = local_facts(a_workspace(), a_snapshot(), ())
    bundle = Bundle(safe=a_safe(), tx=tx, evidence=said)
    review = examine(bundle, facts)
    records, signer = MemoryRecords(), RealChecks()
    records.keep_transaction(queued_from(bundle, now=NOW, drafted_here=False))
    sign_transaction(review, facts, a_key(), signer, records, now=NOW)
    carried = read_bundle(signer.job.bundle)
    theirs = examine(carried, facts_of(carried, signer.job.workspace))
    assert theirs.facts.claims == review.facts.claims
    assert set(theirs.facts.claims.tokens) == {said.tokens[0]._replace(listed=False)}
    assert [j.evidence_digest for j in theirs.judgements] == [
        j.evidence_digest for j in review.judgements
    ]
    assert {f.code for f in theirs.findings} == {f.code for f in review.findings}
    assert not theirs.facts.evidence.token_at(new)
    assert not theirs.facts.evidence.contract_at(key)


def test_senders_simulation_reaches_the_signer() -> None:
    """What leaves by it is refused in both places."""
    facts = local_facts(a_workspace(), a_snapshot(), ())
    lost = BalanceChange(account=SAFE, token=str(USDC_AT), delta=-3_000_000 * 10**6)
    bundle = Bundle(
        safe=a_safe(), tx=a_deposit_tx(1_000), evidence=Evidence(balance_changes=(lost,))
    )
    review = examine(bundle, facts)
    assert "POLICY_LIMIT_EXCEEDED" in {finding.code for finding in review.blocks}
    carried = bundle_for_signer(bundle, facts)
    theirs = examine(carried, facts_of(carried, workspace_facts(facts)))
    assert "POLICY_LIMIT_EXCEEDED" in {finding.code for finding in theirs.blocks}


def test_outsiders_are_not_judged_where_the_workspace_says_so() -> None:
    """A payment above the limit to a known payee."""
    tx = a_payment(PAYROLL, 3_000_000)
    with pytest.raises(Refused, match="limit"):
        signed_with(tx, a_workspace())
    signed_with(tx, replace(a_workspace(), terms=PolicyTerms(judge_outsiders=False)))


def test_own_token_counts_where_the_workspace_says_so() -> None:
    """What is above the limit without the DAO's own token is below it with it."""
    tx = a_deposit_tx(600_000)
    with pytest.raises(Refused, match="limit"):
        signed_with(tx, a_workspace())
    signed_with(tx, replace(a_workspace(), terms=PolicyTerms(count_own_token=True)))


def test_vault_takes_the_asset_its_strategy_names() -> None:
    """A deposit of an allowance given earlier: which token it is only the workspace says."""
    deposit = a_call(VAULT_STRATEGY.contracts[0], "deposit(uint256,address)", 10**9, SAFE)
    tx = safe_tx_of((deposit,), a_safe(), 12)
    signer, _ = signed_with(tx, a_workspace())
    strategies = tuple(replace(s, asset=None) for s in signer.job.workspace.strategies)
    bare = replace(signer.job, workspace=replace(signer.job.workspace, strategies=strategies))
    with pytest.raises(Refused):
        hash_to_sign(bare, NOW)


@pytest.mark.parametrize("tx", [a_deposit_tx(1_000), a_payment(PAYROLL, 1)])
def test_signer_judges_by_the_veryfacts_of_the_desk(tx: SafeTx) -> None:
    """Safe, evidence, strategies, terms and own Safes are equal after both pipes and two bundles.

    Whoever adds evidence that no bundle carries has to hand it to the signer too.
    """
    snapshot = a_snapshot(
        holdings=(*a_snapshot().holdings, a_holding(DAI, 7)),
        safes=(a_safe(owners=(an_owner(1), an_owner(2), an_owner(5))),),
    )
    terms = PolicyTerms(
        count_own_token=True, judge_outsiders=False, limit_bps=950, further=EVERY_LIMIT
    )
    stable = tuple(replace(each, is_stable=True) for each in TWO_SAFES.tokens)
    workspace = replace(TWO_SAFES, terms=terms, tokens=stable)
    signer, ours = signed_with(tx, workspace, snapshot, LATELY)
    told = read_bundle(signer.job.bundle)
    desk = facts_for(bundle_with_our_evidence(a_safe(), tx, ours, purpose="", strategy=None), ours)
    assert facts_for(told, facts_of(told, signer.job.workspace)) == desk


@pytest.mark.parametrize(
    ("further", "deployed"),
    [
        (FurtherLimits(protocol_limit_bps=100), UNKNOWN),
        (FurtherLimits(window_limit_bps=100, window_days=7), ()),
        (FurtherLimits(window_limit_bps=900, window_days=7), UNKNOWN),
        (FurtherLimits(stable_floor_bps=9_000), UNKNOWN),
        (FurtherLimits(runway_months=12, monthly_spend_usd=10**9), UNKNOWN),
    ],
)
def test_further_limits_bind_in_the_signer_too(
    further: FurtherLimits, deployed: tuple[Deployed, ...] | Unknown
) -> None:
    """What the desk refuses by one of them the signer refuses, whatever its window was told."""
    stable = tuple(
        replace(each, is_stable=each.token.address == USDC_AT) for each in a_workspace().tokens
    )
    lax = replace(a_workspace(), tokens=stable)
    signer, _ = signed_with(a_deposit_tx(100_000), lax)
    strict = replace(lax, terms=PolicyTerms(further=further))
    with pytest.raises(Refused):
        signed_with(a_deposit_tx(100_000), strict, beside=Beside(deployed=deployed))
    facts = local_facts(strict, a_snapshot(), (), Beside(deployed=deployed))
    with pytest.raises(Refused):
        hash_to_sign(replace(signer.job, workspace=workspace_facts(facts)), NOW)


@pytest.mark.parametrize(
    "denied", [DenyLists(read=(DENIED,)), DenyLists(unread=("The list is not known.",))]
)
def test_whoever_is_denied_gets_no_signature(denied: DenyLists) -> None:
    """On the desk and in the signer; nor does anybody while a list cannot be read."""
    tx = a_payment(PAYROLL, 1)
    signer, _ = signed_with(tx, a_workspace())
    beside = Beside(denied=denied)
    with pytest.raises(Refused, match=r"deny-list|not known"):
        signed_with(tx, a_workspace(), beside=beside)
    facts = local_facts(a_workspace(), a_snapshot(), (), beside)
    with pytest.raises(Refused, match=r"deny-list|not known"):
        hash_to_sign(replace(signer.job, workspace=workspace_facts(facts)), NOW)
