"""What the Export page says: the forms a transaction can take on its way to somebody else.

Forms others read, never a server: a bundle, links of other programs, and what air-gapped signers
show and take. Each says who can use it, and why it cannot be had where it cannot.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.desk.doors import KeyLabel
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.safes.safe import Safe
from treasury_desktop.safes.signature import SignatureKind
from treasury_desktop.treasury.workspace import Workspace
from treasury_desktop.viewmodels.figures import party_at
from treasury_desktop.viewmodels.keys import key_name


class Form(Enum):
    """One way of writing a transaction down."""

    BUNDLE = "bundle"
    SHORT = "short"
    REQUEST = "request"
    SIGNATURE = "signature"
    ETERNAL_SAFE = "eternal safe"
    LOCALSAFE = "localsafe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A form as it is offered.

    `owners` are whom it can be made for, by address and in words, where it is made for one;
    `base` is the address proposed for a link, "" where the form is none. `what` names the text in
    the words of its buttons, `suffix` its file's.
    """

    form: Form
    title: str
    words: str
    what: str
    suffix: str = ""
    owners: tuple[tuple[Address, str], ...] = ()
    base: str = ""
    why_not: str = ""


ETERNAL_SAFE_AT: Final = "https://eternalsafe.eth.limo"
LOCALSAFE_AT: Final = "https://localsafe.eth.limo"
"""Where each of the two is usually run; nothing there is contacted by writing a link."""


def offers(
    queued: QueuedTransaction,
    safe: Safe | None,
    workspace: Workspace,
    keys: Sequence[KeyLabel],
) -> tuple[Offer, ...]:
    """Every form, the most complete first; all are listed, so that places stay the same."""
    owners = () if safe is None or isinstance(safe.owners, Unknown) else safe.owners
    signed = [c.owner for c in queued.confirmations]
    plainly = [c.owner for c in queued.confirmations if c.signature.kind is SignatureKind.EOA]

    def named(addresses: Sequence[Address]) -> tuple[tuple[Address, str], ...]:
        return tuple((each, _owner_words(each, workspace, keys)) for each in addresses)

    missing = named([owner for owner in owners if owner not in signed])
    return (
        Offer(
            form=Form.BUNDLE,
            title="Review bundle",
            words="Transaction, evidence and every signature: all it takes to check it offline.",
            what="the bundle",
            suffix="json",
        ),
        Offer(
            form=Form.SHORT,
            title="Transaction and signatures only",
            words="For cosigners whose own desk knows this Safe. Fits few QR codes.",
            what="the transaction",
            suffix="json",
        ),
        Offer(
            form=Form.REQUEST,
            title="Request to sign on another device",
            words="For an air-gapped signer or hardware wallet that reads QR codes (ERC-4527). "
            "Import its answer on the Queue page.",
            what="the request",
            owners=missing,
            why_not="" if missing else _why_no_request(safe, owners),
        ),
        Offer(
            form=Form.SIGNATURE,
            title="One owner's signature",
            words="For a desk that has the transaction already (ERC-4527).",
            what="the signature",
            owners=named(plainly),
            why_not="" if plainly else "No owner's plain signature is here yet.",
        ),
        Offer(
            form=Form.ETERNAL_SAFE,
            title="Eternal Safe link",
            words="All of it is in the link. Whoever opens it tells it to whoever runs that page.",
            what="the link",
            base=ETERNAL_SAFE_AT,
        ),
        Offer(
            form=Form.LOCALSAFE,
            title="localsafe link",
            words="As above, but behind a #: what stands there, browsers send to nobody.",
            what="the link",
            base=LOCALSAFE_AT,
        ),
    )


def code_words(parts: int, number: int) -> str:
    """Which of the codes is shown; of an animation any will do that a camera catches."""
    if parts <= 1:
        return "One QR code holds all of it."
    return f"{parts} QR codes in turn, number {number}; any {parts} or a few more make it whole."


def saved_words(names: Sequence[str]) -> str:
    """What was written, by name."""
    if len(names) == 1:
        return f"Saved as {names[0]}."
    return f"Saved {len(names)} pictures, {names[0]} to {names[-1]}. They are imported together."


def _why_no_request(safe: Safe | None, owners: Sequence[Address]) -> str:
    if safe is None or not owners:
        return "The Safe's owners are not known; refresh first."
    return "Every owner has signed already."


def _owner_words(owner: Address, workspace: Workspace, keys: Sequence[KeyLabel]) -> str:
    key = next((each for each in keys if each.address == owner), None)
    name = party_at(owner, workspace).name if key is None else key_name(key)
    return f"{name} · {owner}" if name else str(owner)
