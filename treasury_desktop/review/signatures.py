"""Who has signed: every signature classified, recovered and counted only where it is an owner's.

Whatever the chain would accept is what decides. What only the chain can tell (a hash approved in
storage, a contract's answer) is unverifiable here, shown with what it holds and never counted,
unless this desk asked the chain and it accepts it.
"""

from collections.abc import Iterator
from typing import NamedTuple

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.bundle import ClaimedSignature
from treasury_desktop.safes.chain_answer import ON_CHAIN_ONLY, ChainAnswer, answer_to
from treasury_desktop.safes.safe import Safe
from treasury_desktop.safes.safe_message import safe_message_hash
from treasury_desktop.safes.signature import RECOVERABLE, Signature, SignatureKind
from treasury_desktop.safes.signature_blob import split_signatures

MOST_VERIFIED = 2000
"""A Safe has a few dozen owners; what comes after so many is shown without being recovered."""
MOST_INNER = 200
"""The same for what contract signatures hold, all of them together."""


class InnerSignature(NamedTuple):
    """One signature inside a contract signature, read as a Safe's owner would have made it."""

    signer: Address | None
    kind: SignatureKind


class CheckedSignature(NamedTuple):
    """One signature with what it turned out to be; `counts` at most once per owner.

    `claim` is the entry it came in, of which it may be one of several. `inner` is what an owner
    that is a contract was handed, as far as a Safe would understand it; `answer` is what the chain
    said of it.
    """

    signer: Address | None
    kind: SignatureKind
    status: str
    counts: bool
    signature: Signature | None
    claim: ClaimedSignature
    inner: tuple[InnerSignature, ...] = ()
    answer: ChainAnswer | None = None


def checked_signatures(
    claimed: tuple[ClaimedSignature, ...],
    safe: Safe,
    safe_tx_hash: bytes | None,
    answers: tuple[ChainAnswer, ...] = (),
) -> tuple[CheckedSignature, ...]:
    """Each signature of a bundle, in the order given; `status` as bundle.md names it.

    An entry may hold several, one after another. Without a hash, because something it is made of
    is not known, none of them can be verified. `answers` are what this desk was told by the chain.
    """
    counted: set[Address] = set()
    checked: list[CheckedSignature] = []
    checking = _Checking(safe, safe_tx_hash, answers)
    for claim in claimed:
        for one in checking.entry(claim):
            counts = one.status == "valid" and one.signer not in counted
            checked.append(one._replace(counts=True) if counts else one)
            if counts and one.signer is not None:
                counted.add(one.signer)
    return tuple(checked)


class _Checking:
    """Checks entry after entry against one hash, and stops recovering where it is a bomb."""

    def __init__(
        self, safe: Safe, safe_tx_hash: bytes | None, answers: tuple[ChainAnswer, ...]
    ) -> None:
        self._safe = safe
        self._answers = answers
        self._hash = safe_tx_hash
        self._owners = None if isinstance(safe.owners, Unknown) else frozenset(safe.owners)
        self._left = MOST_VERIFIED
        self._inner_left = MOST_INNER

    def entry(self, claim: ClaimedSignature) -> Iterator[CheckedSignature]:
        """The signatures of one entry: usually one."""
        parts = split_signatures(claim.data)
        if not parts:
            yield _uncounted(claim, None, "invalid", claim.signer)
            return
        whole = len(parts) <= self._left
        self._left -= len(parts) if whole else 0
        signed = [self._read(part, claim) if whole else (part, None) for part in parts]
        is_as_claimed = claim.signer is None or any(signer == claim.signer for _, signer in signed)
        for signature, signer in signed:
            shown = claim.signer or signer if len(parts) == 1 else signer
            if self._hash is None or not whole:
                yield _uncounted(claim, signature, "unverifiable", shown)
            elif signer is None or not is_as_claimed:
                yield _uncounted(claim, signature, "invalid", shown)
            else:
                yield self._checked(claim, signature, signer)

    def _read(self, part: Signature, claim: ClaimedSignature) -> tuple[Signature, Address | None]:
        """A signature and whose it says it is; wallets' v of 0 or 1 read as they mean it.

        With such a v the Safe takes r for an address. An r that is none is ECDSA, for which the
        Safe wants 27 or 28: unless its lower bytes are an owner's address, which the Safe would
        accept as that, and which does not come about by chance.
        """
        if self._hash is None:
            return part, None
        signer = part.signer_of(self._hash)
        if part.kind in ON_CHAIN_ONLY and not part.has_address_in_r:
            is_owner = self._owners is not None and signer in self._owners
            if not is_owner or claim.signer not in (None, signer):
                part = part.as_wallets_mean_it
                signer = part.signer_of(self._hash)
        return part, signer

    def _checked(
        self, claim: ClaimedSignature, signature: Signature, signer: Address
    ) -> CheckedSignature:
        if not _is_well_formed(signature, self._safe):
            return _uncounted(claim, signature, "invalid", signer)
        if self._owners is not None and signer not in self._owners:
            return _uncounted(claim, signature, "not an owner", signer)
        if self._owners is not None and signature.kind in RECOVERABLE:
            return _uncounted(claim, signature, "valid", signer)
        # Nobody says who owns the Safe; or only the chain can say whether the hash was approved,
        # or whether the contract agrees.
        one = _uncounted(claim, signature, "unverifiable", signer)
        answer = None
        if self._owners is not None and self._hash is not None:
            answer = answer_to(signature, self._hash, self._answers)
        is_accepted = answer is not None and answer.is_accepted
        return one._replace(
            status="valid" if is_accepted else one.status,
            inner=self._inner(signature, signer),
            answer=answer,
        )

    def _inner(self, signature: Signature, signer: Address) -> tuple[InnerSignature, ...]:
        parts = split_signatures(signature.dynamic or b"")
        if not parts or len(parts) > self._inner_left or self._hash is None:
            return ()
        self._inner_left -= len(parts)
        message_hash = safe_message_hash(self._hash, self._safe, signer)
        return tuple(
            InnerSignature(signer=part.signer_of(message_hash), kind=part.kind) for part in parts
        )


def _is_well_formed(signature: Signature, safe: Safe) -> bool:
    """Whether the Safe gets as far as asking whose it is."""
    if signature.kind is SignatureKind.CONTRACT:
        return signature.dynamic is not None
    return signature.kind is not SignatureKind.ETH_SIGN or safe.version.has_eth_sign


def _uncounted(
    claim: ClaimedSignature, signature: Signature | None, status: str, signer: Address | None
) -> CheckedSignature:
    return CheckedSignature(
        signer=signer,
        kind=SignatureKind.UNKNOWN if signature is None else signature.kind,
        status=status,
        counts=False,
        signature=signature,
        claim=claim,
    )
