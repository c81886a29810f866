"""What the sign page says where a key signs as an owner of a Safe that is an owner."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from treasury_desktop.assets.address import Address
from treasury_desktop.desk.doors import KeyLabel
from treasury_desktop.desk.inside_signatures import inside_of
from treasury_desktop.desk.sign_for_nested import SignedInside
from treasury_desktop.review.review import Review
from treasury_desktop.safes.nested_signature import can_confirm
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.treasury.snapshot import TreasurySnapshot
from treasury_desktop.treasury.workspace import Workspace
from treasury_desktop.viewmodels.figures import hex_text, name_text, party_at
from treasury_desktop.viewmodels.signing import KeyChoice, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class NestedDesk:
    """What of this desk decides who may sign for whom: the Safes as read and the transaction."""

    workspace: Workspace
    snapshot: TreasurySnapshot | None
    queued: QueuedTransaction | None


def with_nested_keys(
    choice: KeyChoice,
    review: Review,
    keys: tuple[KeyLabel, ...],
    desk: NestedDesk,
    signed: AbstractSet[tuple[Address, Address]] = frozenset(),
) -> KeyChoice:
    """The choice with the keys of owners of a Safe that owns this one; `signed` did so just now."""
    outer = review.facts.safe
    if desk.snapshot is None or desk.queued is None:
        return choice
    own = {named.address for named in desk.workspace.safes}
    found = tuple(
        (key, inner.address)
        for inner in desk.snapshot.safes
        if inner.address in own and outer.is_owner(inner.address) and can_confirm(outer, inner)
        for key in keys
        if key.is_here
        and inner.is_owner(key.address)
        and inner.address not in review.valid_signers
        and key.address not in inside_of(desk.queued, outer, inner)
        and (key.address, inner.address) not in signed
    )
    if not found:
        return choice
    return replace(
        choice,
        keys=(*choice.keys, *(key for key, _ in found)),
        why_none="",
        lacks_key=False,
        for_safes=(*(None for _ in choice.keys), *(inner for _, inner in found)),
        names=(*("" for _ in choice.keys), *(_name(inner, desk) for _, inner in found)),
    )


def signed_inside_outcome(signed: SignedInside, key: KeyLabel, workspace: Workspace) -> Outcome:
    """After signing for a Safe: how many of its owners have, and what is left to do."""
    name = party_at(signed.inner, workspace).short
    wanted = "?" if signed.threshold is None else signed.threshold
    is_enough = signed.threshold is not None and signed.signed >= signed.threshold
    rest = (
        "That is enough: it counts as soon as the chain confirms it, at the next refresh."
        if is_enough
        else "The other owners of that Safe sign on their desks, and send what they signed."
    )
    return Outcome(
        kind="good",
        title=f"Signed with {name_text(key.label)} for {name}",
        sentence=f"{signed.signed} of {wanted} signatures inside {name}. Yours is checked and "
        f"kept. {rest}",
        facts=(
            ("As an owner of Safe", str(signed.inner)),
            ("Safe transaction hash", hex_text(signed.safe_tx_hash)),
        ),
        next_step="queue" if is_enough else "export",
        next_words="Show it in the queue" if is_enough else "Export for cosigners…",
        why_not_again="Every owner key of this desk has signed this transaction.",
    )


def _name(inner: Address, desk: NestedDesk) -> str:
    return party_at(inner, desk.workspace).short
