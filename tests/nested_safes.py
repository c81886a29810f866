"""A treasury of two Safes, of which the council is an owner of the other one."""

from dataclasses import replace
from typing import Any

from tests.samples import (
    CHAIN_ID,
    NOW,
    VAULT_STRATEGY,
    a_deposit_tx,
    a_safe,
    a_snapshot,
    a_workspace,
    an_address,
    an_owner,
)
from tests.signed import by_key
from treasury_desktop.desk.import_transaction import queued_from
from treasury_desktop.desk.local_facts import local_facts
from treasury_desktop.desk.review_transaction import bundle_with_our_evidence
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.safes.nested_signature import message_to_sign
from treasury_desktop.safes.queued import QuarantinedSignature, QueuedTransaction
from treasury_desktop.safes.safe import Safe, SafeVersion
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.safes.signature import Signature
from treasury_desktop.safes.signature_blob import contract_signature, pack_signatures
from treasury_desktop.treasury.snapshot import TreasurySnapshot
from treasury_desktop.treasury.workspace import NamedSafe, Workspace

COUNCIL = an_address("council")
OUTSIDE = an_address("a Safe of somebody else")


def the_council(**changes: Any) -> Safe:
    """A 2-of-3 Safe 1.3.0 at nonce 7, whose owners are the keys 4, 5 and 6."""
    made = Safe(
        chain_id=CHAIN_ID,
        address=COUNCIL,
        version=SafeVersion(1, 3, 0),
        nonce=7,
        owners=(an_owner(4), an_owner(5), an_owner(6)),
        threshold=2,
        singleton=an_address("singleton 1.3.0"),
        modules=(),
        guard=None,
        module_guard=None,
        fallback_handler=an_address("handler 1.3.0"),
    )
    return replace(made, **changes)


def the_treasury(**changes: Any) -> Safe:
    """The sample Safe with the council in the place of its third owner."""
    return replace(a_safe(owners=(an_owner(1), an_owner(2), COUNCIL)), **changes)


def two_safes(**changes: Any) -> Workspace:
    """The sample workspace with the council beside its Safe."""
    named = NamedSafe(address=COUNCIL, name="Council", version=SafeVersion(1, 3, 0))
    made = a_workspace()
    return replace(made, safes=(*made.safes, named), **changes)


def both_read(
    treasury: Safe | None = None, council: Safe | None = None, **changes: Any
) -> TreasurySnapshot:
    """Both Safes at one block."""
    safes = (treasury or the_treasury(), council or the_council())
    return a_snapshot(safes=safes, **changes)


def nested_facts(*queue: QueuedTransaction, **changes: Any) -> LocalFacts:
    """What the desk of both Safes knows."""
    return local_facts(two_safes(), both_read(**changes), queue)


def outer_queued(
    tx: SafeTx | None = None, *, strategy: str | None = VAULT_STRATEGY.name, **changes: Any
) -> QueuedTransaction:
    """A transaction of the treasury's Safe with its bundle, drafted here."""
    bundle = bundle_with_our_evidence(
        the_treasury(),
        tx or a_deposit_tx(),
        nested_facts(),
        purpose="Put idle dollars to work",
        strategy=strategy,
    )
    return replace(queued_from(bundle, now=NOW, drafted_here=True), **changes)


def signed_inside(queued: QueuedTransaction, *numbers: int) -> QueuedTransaction:
    """With what these owners of the council signed for it, each in a piece of its own."""
    message = message_to_sign(the_treasury(), queued.tx, the_council())
    pieces = tuple(
        QuarantinedSignature(
            safe_tx_hash=queued.safe_tx_hash,
            claimed_signer=COUNCIL,
            data=contract_signature(COUNCIL, pack_signatures([by_key(message, number)])),
            reason="unverifiable",
        )
        for number in numbers
    )
    return replace(queued, quarantined=(*queued.quarantined, *pieces))


def a_heap(number: int) -> bytes:
    """One entry of so many contract signatures of the council, each with one of nobody inside."""
    junk = (
        at.to_bytes(32, "big") + (at + 7).to_bytes(32, "big") + b"\x1b"
        for at in range(1, number + 1)
    )
    return pack_signatures((COUNCIL, Signature(COUNCIL.number, 0, 0, one)) for one in junk)


def heaped(queued: QueuedTransaction, number: int) -> QueuedTransaction:
    """With a heap in the council's name that came before anything else."""
    aside = QuarantinedSignature(
        safe_tx_hash=queued.safe_tx_hash,
        claimed_signer=COUNCIL,
        data=a_heap(number),
        reason="unverifiable",
    )
    return replace(queued, quarantined=(aside, *queued.quarantined))
