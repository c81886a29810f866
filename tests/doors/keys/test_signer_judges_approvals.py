"""The signer reviews what an approval approves by itself, from the job alone."""

from dataclasses import replace

import pytest

from tests.desk.in_memory import MemoryRecords, a_key
from tests.doors.keys.test_signer_judges_as_the_desk import RealChecks
from tests.nested_safes import (
    COUNCIL,
    both_read,
    nested_facts,
    outer_queued,
    the_council,
    the_treasury,
    two_safes,
)
from tests.samples import NOW, a_deposit_tx
from treasury_desktop.bundle import Bundle, read_bundle, write_bundle
from treasury_desktop.desk.draft_approval import draft_approval
from treasury_desktop.desk.import_transaction import queued_from
from treasury_desktop.desk.review_transaction import review_queued
from treasury_desktop.desk.sign_transaction import sign_transaction
from treasury_desktop.errors import Refused
from treasury_desktop.keys.signing_checks import hash_to_sign
from treasury_desktop.safes.queued import QueuedTransaction


def signed(outer: QueuedTransaction, *, with_it: bool = True) -> RealChecks:
    """The council's owner signs the approval, drafted here or sent without what it approves."""
    facts = nested_facts(outer)
    draft = draft_approval(outer, COUNCIL, two_safes(), both_read(), (outer,))
    bundle = draft.bundle if with_it else Bundle(safe=the_council(), tx=draft.bundle.tx)
    queued = queued_from(bundle, now=NOW, drafted_here=with_it)
    records, signer = MemoryRecords(), RealChecks()
    records.keep_transaction(queued)
    sign_transaction(review_queued(queued, facts), facts, a_key(4), signer, records, now=NOW)
    return signer


@pytest.mark.parametrize("with_it", [True, False])
def test_the_signer_gets_what_is_approved(with_it: bool) -> None:
    """From the bundle or from our queue, with both Safes as they were read."""
    outer = outer_queued()
    job = signed(outer, with_it=with_it).job
    assert [one.tx for one in read_bundle(job.bundle).inner_transactions] == [outer.tx]
    assert {safe.address: safe for safe in job.workspace.safes} == {
        COUNCIL: the_council(), outer.safe: the_treasury(),
    }  # fmt: skip


def test_the_signer_refuses_by_itself() -> None:
    """Where what is approved is left out, its Safe unread, or what it does forbidden."""
    job = signed(outer_queued()).job
    bundle = read_bundle(job.bundle)
    bare = replace(job, bundle=write_bundle(replace(bundle, inner_transactions=())))
    with pytest.raises(Refused, match=r"approves a transaction of .* that is not here"):
        hash_to_sign(bare, NOW)
    unread = replace(job, workspace=replace(job.workspace, safes=()))
    with pytest.raises(Refused, match="has not read the Safe yet"):
        hash_to_sign(unread, NOW)
    huge = outer_queued(a_deposit_tx(2_000_000))
    forbidden = draft_approval(huge, COUNCIL, two_safes(), both_read(), (huge,)).bundle
    with pytest.raises(Refused):
        hash_to_sign(
            replace(
                job,
                bundle=write_bundle(replace(forbidden, safe=the_council())),
                reviewed_hash=queued_from(forbidden, now=NOW, drafted_here=True).safe_tx_hash,
            ),
            NOW,
        )
