"""A transaction as some other program describes it, and how it becomes a bundle.

Foreign formats leave things out: a batch file knows no nonce, a link no version. `Incoming` keeps
apart what was said from what was not; `bundle_of` fills the gaps by what is known here and leaves
the rest unnamed, so that no gap is ever filled by a guess.
"""

import json
from dataclasses import dataclass, replace
from functools import cache

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.unknown import UNKNOWN, Unknown
from treasury_desktop.bundle import (
    Bundle,
    ClaimedAbi,
    ClaimedSignature,
    Remark,
    ServiceCall,
    Unnamed,
)
from treasury_desktop.bundle.unnamed import NO_CHAIN, NO_NONCE, NO_SAFE, NO_VERSION
from treasury_desktop.deployments.calls import FIRST_CALL_ONLY_VERSION, multisend_call_only
from treasury_desktop.errors import Refused
from treasury_desktop.files.foreign_programs.hash_form import HashForm, form_of, forms_that_give
from treasury_desktop.resources import read_resource
from treasury_desktop.safes.multisend import PackedCall, multisend_calldata
from treasury_desktop.safes.safe import Safe, SafeVersion
from treasury_desktop.safes.safe_tx import Operation, SafeTx


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """What a foreign format says.

    `tx` has a stand-in for its nonce where `nonce` is UNKNOWN, and is `None` where the format
    carries `calls` to be made into one, or only the hash of a transaction. `made_for` is the Safe
    a batch was written in, which is no statement about where it will run.
    """

    chain_id: int | Unknown = UNKNOWN
    safe: Address | Unknown = UNKNOWN
    made_for: Address | Unknown = UNKNOWN
    form: HashForm | Unknown = UNKNOWN
    nonce: int | Unknown = UNKNOWN
    tx: SafeTx | None = None
    calls: tuple[PackedCall, ...] = ()
    purpose: str = ""
    claimed_hash: bytes | Unknown = UNKNOWN
    signatures: tuple[ClaimedSignature, ...] | Unknown = UNKNOWN
    service_decoded: ServiceCall | Unknown = UNKNOWN
    abis: tuple[ClaimedAbi, ...] = ()
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known beside the input: said by the person who asks, or by a workspace.

    `nonce` is the transaction's, where the input names none; at which nonce the Safe is, only a
    bundle or a workspace says.
    """

    chain_id: int | Unknown = UNKNOWN
    safe: Address | Unknown = UNKNOWN
    version: SafeVersion | Unknown = UNKNOWN
    nonce: int | Unknown = UNKNOWN

    def or_else(self, other: "Known") -> "Known":
        """This, and what `other` knows of what is unknown here."""
        return Known(
            chain_id=other.chain_id if isinstance(self.chain_id, Unknown) else self.chain_id,
            safe=other.safe if isinstance(self.safe, Unknown) else self.safe,
            version=other.version if isinstance(self.version, Unknown) else self.version,
            nonce=other.nonce if isinstance(self.nonce, Unknown) else self.nonce,
        )


def bundle_of(incoming: Incoming, known: Known) -> Bundle:
    """One bundle from what was said and what is known; what nobody named stays unnamed."""
    incoming, is_refuted = _with_form_from_hash(incoming, known)
    safe, unnamed = _safe(incoming, known)
    tx, unnamed_in_tx = _transaction(incoming, known, safe, unnamed)
    bundle = Bundle(
        safe=safe,
        tx=tx,
        purpose=incoming.purpose,
        claimed_hash=incoming.claimed_hash,
        signatures=incoming.signatures,
        service_decoded=incoming.service_decoded,
        abis=incoming.abis,
        unnamed=unnamed | unnamed_in_tx,
        remarks=incoming.remarks + _remarks(incoming, known),
    )
    if is_refuted and not bundle.can_be_hashed and isinstance(bundle.claimed_hash, bytes):
        return replace(bundle, remarks=(*bundle.remarks, _refuted(bundle.claimed_hash)))
    return bundle


def as_asked(bundle: Bundle, asked: Known) -> Bundle:
    """The bundle by what the person who asks says of the Safe: each contradiction blocks."""
    said: list[Remark] = []
    safe = bundle.safe
    if not isinstance(asked.safe, Unknown) and asked.safe != safe.address:
        said.append(_other("STATE_UNKNOWN", "Safe", safe.address, asked.safe))
    if not isinstance(asked.chain_id, Unknown) and asked.chain_id != safe.chain_id:
        said.append(_other("CHAIN_MISMATCH", "chain", safe.chain_id, asked.chain_id))
    if not isinstance(asked.version, Unknown) and asked.version.numbers != safe.version.numbers:
        is_exact = Unnamed.EXACT_VERSION not in bundle.unnamed
        theirs = str(safe.version) if is_exact else "with another typed data"
        said.append(_other("STATE_UNKNOWN", "Safe version", theirs, asked.version))
    if not isinstance(asked.nonce, Unknown) and asked.nonce != bundle.tx.nonce:
        said.append(_other("STATE_UNKNOWN", "nonce", bundle.tx.nonce, asked.nonce))
    return replace(bundle, remarks=bundle.remarks + tuple(said))


def _other(code: str, what: str, theirs: object, ours: object) -> Remark:
    return Remark(
        code=code, sentence=f"is for the {what} {theirs}; asked for was {ours}.", blocks=True
    )


def _with_form_from_hash(incoming: Incoming, known: Known) -> tuple[Incoming, bool]:
    """Form and chain of the hash that came along; whether its fields give it in no way at all.

    A service's answer names neither. A hash that the fields give on one chain proves what was
    hashed; one they give on none of those known here is wrong, or of a chain nobody knows.
    """
    safe = known.safe if isinstance(incoming.safe, Unknown) else incoming.safe
    tx, claimed = incoming.tx, incoming.claimed_hash
    if isinstance(claimed, Unknown) or isinstance(safe, Unknown):
        return incoming, False
    if tx is None or isinstance(incoming.nonce, Unknown):
        return incoming, False
    chain_id = known.chain_id if isinstance(incoming.chain_id, Unknown) else incoming.chain_id
    form = form_of(known.version) if isinstance(incoming.form, Unknown) else incoming.form
    found = forms_that_give(claimed, safe, tx, chain_id=chain_id, form=form)
    if found is None:
        return incoming, True
    is_chain_proven = isinstance(incoming.chain_id, Unknown)
    return replace(
        incoming,
        form=found.form,
        chain_id=found.chain_id if is_chain_proven else incoming.chain_id,
    ), False


def _refuted(claimed: bytes) -> Remark:
    return Remark(
        code="SAFE_TX_HASH_MISMATCH",
        sentence=f"comes with the hash 0x{claimed.hex()}, which its fields give on no chain known "
        "here.",
        evidence=f"0x{claimed.hex()}",
        blocks=True,
    )


def _safe(incoming: Incoming, known: Known) -> tuple[Safe, frozenset[Unnamed]]:
    """The Safe, and what nobody named about it."""
    unnamed: set[Unnamed] = set()
    address, chain_id = _address(incoming, known), incoming.chain_id
    if isinstance(address, Unknown):
        unnamed.add(Unnamed.SAFE)
    if isinstance(chain_id, Unknown):
        chain_id = known.chain_id
    if isinstance(chain_id, Unknown):
        unnamed.add(Unnamed.CHAIN)
    version, form = known.version, incoming.form
    if not isinstance(form, Unknown) and form_of(version) != form:
        version = form.a_version
        unnamed.add(Unnamed.EXACT_VERSION)
    elif isinstance(version, Unknown):
        unnamed.add(Unnamed.VERSION)
    safe = Safe(
        chain_id=NO_CHAIN if isinstance(chain_id, Unknown) else chain_id,
        address=NO_SAFE if isinstance(address, Unknown) else address,
        version=NO_VERSION if isinstance(version, Unknown) else version,
    )
    return safe, frozenset(unnamed)


def _address(incoming: Incoming, known: Known) -> Address | Unknown:
    """Whose transaction it is: as the input says; else as we say; else whose batch it was."""
    for address in (incoming.safe, known.safe, incoming.made_for):
        if not isinstance(address, Unknown):
            return address
    return UNKNOWN


def _transaction(
    incoming: Incoming, known: Known, safe: Safe, unnamed_of_safe: frozenset[Unnamed]
) -> tuple[SafeTx, frozenset[Unnamed]]:
    """The transaction, and what nobody named about it."""
    nonce = known.nonce if isinstance(incoming.nonce, Unknown) else incoming.nonce
    number = NO_NONCE if isinstance(nonce, Unknown) else nonce
    if incoming.tx is None and not incoming.calls:
        return SafeTx(to=safe.address, nonce=number), frozenset({Unnamed.TRANSACTION})
    unnamed = frozenset({Unnamed.NONCE} if isinstance(nonce, Unknown) else ())
    if incoming.tx is not None:
        return replace(incoming.tx, nonce=number), unnamed
    if len(incoming.calls) == 1:
        (call,) = incoming.calls
        return SafeTx(to=call.to, value=call.value, data=call.data, nonce=number), unnamed
    carrier = _batch_contract(safe, unnamed_of_safe)
    if carrier is None:
        unnamed |= {Unnamed.BATCH_CONTRACT}
        carrier = multisend_call_only(replace(safe, version=NO_VERSION))
    tx = SafeTx(
        to=carrier,
        data=multisend_calldata(incoming.calls),
        operation=Operation.DELEGATECALL,
        nonce=number,
    )
    return tx, unnamed


def _batch_contract(safe: Safe, unnamed: frozenset[Unnamed]) -> Address | None:
    """The MultiSendCallOnly that Safe{Wallet} takes for this Safe, `None` where that is unknown."""
    if unnamed & {Unnamed.VERSION, Unnamed.CHAIN}:
        return None
    version = ".".join(map(str, max(safe.version.numbers, FIRST_CALL_ONLY_VERSION)))
    for address, chains in _before_the_canonical().get(version, {}).items():
        if str(safe.chain_id) in chains.split():
            return Address.parse(address)
    try:
        return multisend_call_only(safe)
    except Refused:
        return None


@cache
def _before_the_canonical() -> dict[str, dict[str, str]]:
    """Version → contract → chains on which it is listed before the canonical one."""
    table: dict[str, dict[str, str]] = json.loads(read_resource("official/batch_contracts.json"))
    return table


def _remarks(incoming: Incoming, known: Known) -> tuple[Remark, ...]:
    made_for, safe = incoming.made_for, known.safe
    if isinstance(made_for, Unknown) or isinstance(safe, Unknown) or made_for == safe:
        return ()
    sentence = f"was written as a batch of the Safe {made_for}; it is reviewed for {safe}."
    return (Remark(code="BATCH_OF_ANOTHER_SAFE", sentence=sentence),)
