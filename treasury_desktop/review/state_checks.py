"""What is dangerous about a transaction's frame: hash, nonce, gas refund, prices."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from treasury_desktop.assets.address import ZERO_ADDRESS
from treasury_desktop.assets.token import MAX_SHOWN_DECIMALS
from treasury_desktop.assets.unknown import UNKNOWN, Unknown
from treasury_desktop.assets.untrusted_text import NAME_LIMIT, plain
from treasury_desktop.bundle import Unnamed
from treasury_desktop.deployments.denominator import treasury_value
from treasury_desktop.deployments.prices import price_range
from treasury_desktop.review.exceptions import LIFTED_PREFIXES, exception_in_force
from treasury_desktop.review.findings import Finding, block, danger, note, warn
from treasury_desktop.review.storage_check import SENTINEL
from treasury_desktop.review.subject import Check, Subject
from treasury_desktop.safes.hashes import hashes_by_constants
from treasury_desktop.safes.rejection import is_rejection
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.treasury.evidence import NATIVE, Origin, QueueEntry

COMMON_CHAINS = (
    1, 10, 56, 100, 130, 137, 146, 324, 480, 1101, 5000, 8453, 42161, 42220, 43114, 57073, 59144,
    80094, 81457, 534352, 84532, 421614, 11155111, 11155420, 31337,
)  # fmt: skip
"""Chains on which a claimed hash is looked for when it is wrong here."""
REFUND_SHARE_OF_TREASURY = 1000
"""A gas refund above a thousandth of the treasury is no gas refund (bundle.md)."""


def claimed_hash(subject: Subject) -> Iterator[Finding]:
    """A wrong hash beside right-looking fields gets the wrong thing signed elsewhere."""
    claimed, hashes = subject.bundle.claimed_hash, subject.hashes
    if isinstance(claimed, Unknown) or hashes is None or claimed == hashes.safe_tx:
        return
    yield block(
        "SAFE_TX_HASH_MISMATCH",
        f"comes with the hash 0x{claimed.hex()}, but its fields give 0x{hashes.safe_tx.hex()}.",
    )
    safe = subject.bundle.safe
    for chain_id in COMMON_CHAINS:
        if hashes_by_constants(replace(safe, chain_id=chain_id), subject.tx).safe_tx == claimed:
            yield block(
                "CHAIN_MISMATCH",
                f"comes with the hash it would have on chain {chain_id}, but is for chain "
                f"{safe.chain_id}.",
            )
            return


def derivations(subject: Subject) -> Iterator[Finding]:
    """One wrong derivation gets a hash signed that means something else than what was shown."""
    if subject.hashes is None and subject.bundle.can_be_hashed:
        yield block(
            "HASH_DERIVATIONS_DISAGREE",
            "The two derivations of the Safe transaction hash disagree, so no hash is shown; this "
            "is a fault of the program.",
        )


def nonce(subject: Subject) -> Iterator[Finding]:
    """A passed nonce can never run; a rival or a gap changes what runs and when."""
    if not subject.bundle.unnamed.isdisjoint((Unnamed.NONCE, Unnamed.TRANSACTION)):
        return
    current = subject.safe.nonce
    queue = [e for e in subject.evidence.known_queue if e.safe in (subject.safe.address, UNKNOWN)]
    if isinstance(current, Unknown):
        yield block("STATE_UNKNOWN", "The Safe's nonce is not known, so the queue cannot be read.")
    elif subject.tx.nonce < current:
        yield block(
            "NONCE_TOO_LOW", f"has nonce {subject.tx.nonce}, but the Safe is at {current} already."
        )
    elif subject.tx.nonce > current:
        between = {number for entry in queue for number in _nonces_of(entry)}
        if any(number not in between for number in _gap(current, subject.tx.nonce)):
            yield warn(
                "NONCE_GAP",
                f"has nonce {subject.tx.nonce}; the Safe is at {current} and not every nonce "
                "between is queued.",
            )
    rivals = [entry for entry in queue if _is_rival(subject, entry)]
    if rivals and is_rejection(subject.safe, subject.tx):
        yield note(
            "NONCE_CONFLICT", f"rejects {len(rivals)} other queued for nonce {subject.tx.nonce}."
        )
    elif rivals:
        yield danger(
            "NONCE_CONFLICT",
            f"shares nonce {subject.tx.nonce} with {len(rivals)} other queued; only one can run.",
        )


def _nonces_of(entry: QueueEntry) -> set[int]:
    """The nonces an entry may run at: what is said and what its bytes say."""
    bytes_say = UNKNOWN if isinstance(entry.tx, Unknown) else entry.tx.nonce
    return {number for number in (entry.nonce, bytes_say) if isinstance(number, int)}


def _is_rival(subject: Subject, entry: QueueEntry) -> bool:
    """Whether it is another transaction for this nonce; its bytes say which one it is."""
    if subject.tx.nonce not in _nonces_of(entry):
        return False
    if subject.hashes is None:
        return True
    if isinstance(entry.tx, Unknown):
        return entry.safe_tx_hash != subject.hashes.safe_tx
    return entry.tx != subject.tx


def _gap(current: int, ours: int) -> range:
    """The nonces between, or their beginning where somebody claims an absurd distance."""
    return range(current, min(ours, current + 4096))


def domain(subject: Subject) -> Iterator[Finding]:
    """Before 1.3.0 a signature is good on every chain where the same Safe exists."""
    if not subject.safe.version.has_chain_id_in_domain:
        is_exact = Unnamed.EXACT_VERSION not in subject.bundle.unnamed
        version = f"Safe {subject.safe.version}" if is_exact else "a Safe before 1.3.0"
        yield warn(
            "DOMAIN_WITHOUT_CHAINID",
            f"A signature for {version} is valid on every chain on which {subject.safe.address} "
            "exists.",
        )


def identity(subject: Subject) -> Iterator[Finding]:
    """A bundle for another chain or version than ours gives a hash that means another thing."""
    claimed, ours = subject.bundle.safe, subject.safe
    if subject.facts.origin is not Origin.SENDER and not subject.facts.is_state_our_own:
        yield block(
            "STATE_UNKNOWN",
            "This desk has not read the Safe yet, so owners and nonce are the sender's claims; "
            "refresh first.",
        )
    if claimed.address != ours.address:
        yield block(
            "STATE_UNKNOWN",
            f"is a transaction of the Safe {claimed.address}, but the facts here are those of "
            f"{ours.address}.",
        )
    if claimed.chain_id != ours.chain_id:
        yield block(
            "CHAIN_MISMATCH", f"is for chain {claimed.chain_id}; the Safe is on {ours.chain_id}."
        )
    if claimed.version.numbers != ours.version.numbers:
        yield block(
            "STATE_UNKNOWN",
            f"says Safe version {claimed.version}, but the Safe answers {ours.version}.",
        )


def gas_refund(subject: Subject) -> Iterator[Finding]:
    """A gas refund is a payment to whoever executes, of any size the fields allow."""
    yield from _refund_findings(subject, subject.tx, "")
    for inner in subject.inners:
        yield from _refund_findings(subject, inner.tx, inner.path)


def _refund_findings(subject: Subject, tx: SafeTx, path: str) -> Iterator[Finding]:
    receiver = subject.name_of(tx.refund_receiver)
    if tx.gas_price == 0:
        if not tx.refund_receiver.is_zero:
            yield warn(
                "REFUND_RECEIVER_SET",
                f"names {receiver} for a refund that is switched off.",
                path=path,
            )
        return
    bound = _refund_bound_usd(subject, tx)
    net = treasury_value(subject.evidence, subject.facts.terms).net_usd
    is_small = bound is not None and net is not None and bound * REFUND_SHARE_OF_TREASURY <= net
    # The zero address stands for whoever executes.
    is_known = not tx.refund_receiver.is_zero and subject.is_known_recipient(tx.refund_receiver)
    if is_small and is_known:
        yield warn("REFUND_RECEIVER_SET", f"refunds gas to {receiver}.", path=path)
    else:
        whom = "whoever executes it" if tx.refund_receiver.is_zero else receiver
        token = "wei" if tx.gas_token.is_zero else f"base units of {subject.name_of(tx.gas_token)}"
        yield block(
            "GAS_REFUND_DRAIN",
            f"may pay {(tx.safe_tx_gas + tx.base_gas) * tx.gas_price:,} {token} and more to "
            f"{whom} as a gas refund.",
            path=path,
        )


def _refund_bound_usd(subject: Subject, tx: SafeTx) -> Fraction | None:
    """The most the refund can cost in dollars, or `None` where it has no bound we know."""
    if tx.safe_tx_gas == 0:
        return None  # gasUsed is then bounded by the block alone
    token = NATIVE if tx.gas_token.is_zero else str(tx.gas_token)
    range_ = price_range(subject.evidence.quotes_of(token), subject.facts.terms)
    # A price that may not decide is no bound.
    price = None if range_.problems else range_.highest
    decimals = subject.evidence.decimals_of(token)
    if price is None or decimals is None or decimals > MAX_SHOWN_DECIMALS:
        return None
    return price * Fraction((tx.safe_tx_gas + tx.base_gas) * tx.gas_price, 10**decimals)


def policy(subject: Subject) -> Iterator[Finding]:
    """A deployment over the limit is what the DAO forbade, however it is cut or called."""
    blocking = any(judgement.verdict.blocks for judgement in subject.judgements)
    exception = exception_in_force(subject) if blocking else None
    for judgement in subject.judgements:
        what = f"{plain(judgement.group, limit=NAME_LIMIT)}: {' '.join(judgement.reasons)}"
        for code in judgement.codes:
            if not judgement.verdict.blocks:
                yield warn(code, what)
            elif exception is not None and code.startswith(LIFTED_PREFIXES):
                yield danger(code, f"{what} {exception.sentence}.")
            else:
                yield block(code, what)


def impossible_state(subject: Subject) -> Iterator[Finding]:
    """A Safe described as none can be hides how many signatures really bind the treasury."""
    owners, threshold = subject.safe.owners, subject.safe.threshold
    if threshold == 0:
        yield block("STATE_UNKNOWN", "The Safe is said to need no signature, which none can.")
    if isinstance(owners, Unknown):
        return
    if isinstance(threshold, int) and threshold > len(owners):
        yield block(
            "STATE_UNKNOWN",
            f"The Safe is said to need {threshold} signatures of {len(owners)} owners, which "
            "cannot be.",
        )
    impossible = [o for o in owners if o in (ZERO_ADDRESS, SENTINEL, subject.safe.address)]
    for owner in dict.fromkeys(impossible):
        yield block("STATE_UNKNOWN", f"{owner} is said to be an owner, which no Safe accepts.")
    if len(set(owners)) != len(owners):
        yield block("STATE_UNKNOWN", "An owner of the Safe is named twice, which cannot be.")


def origin(subject: Subject) -> Iterator[Finding]:
    """A verdict from a sender's own evidence is the sender's verdict."""
    if subject.facts.origin is Origin.SENDER:
        yield note(
            "EVIDENCE_CLAIMED_BY_SENDER",
            "Prices, names and limits are the sender's claims; nothing here enables signing.",
        )


STATE_CHECKS: tuple[Check, ...] = (
    claimed_hash,
    derivations,
    identity,
    impossible_state,
    nonce,
    domain,
    gas_refund,
    policy,
    origin,
)
