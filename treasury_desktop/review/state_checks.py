"""What is dangerous about a transaction's frame: hash, nonce, prices."""

from collections.abc import Iterator
from dataclasses import replace

from treasury_desktop.assets.address import ZERO_ADDRESS
from treasury_desktop.assets.unknown import UNKNOWN, Unknown
from treasury_desktop.assets.untrusted_text import NAME_LIMIT, plain
from treasury_desktop.bundle import Unnamed
from treasury_desktop.review.exceptions import LIFTED_PREFIXES, exception_in_force
from treasury_desktop.review.findings import Finding, block, danger, note, warn
from treasury_desktop.review.storage_check import SENTINEL
from treasury_desktop.review.subject import Check, Subject
from treasury_desktop.safes.hashes import agreed_hashes, hashes_by_constants
from treasury_desktop.safes.rejection import is_rejection
from treasury_desktop.treasury.evidence import Origin, QueueEntry

COMMON_CHAINS = (
    1, 10, 56, 100, 130, 137, 146, 324, 480, 1101, 5000, 8453, 42161, 42220, 43114, 57073, 59144,
    80094, 81457, 534352, 84532, 421614, 11155111, 11155420, 31337,
)  # fmt: skip
"""Chains on which a claimed hash is looked for when it is wrong here."""
MOST_RIVALS = 3
"""Rivals for the nonce that are named one by one."""


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
    if isinstance(current, Unknown) and subject.facts.origin is Origin.SENDER:
        # Another program's file names the transaction's nonce and cannot name the Safe's; what is
        # signed is decided by the first, and without facts of our own nothing is signed at all.
        yield note(
            "SAFE_NONCE_UNKNOWN",
            f"has nonce {subject.tx.nonce}; whether the Safe is at that nonce is not known here.",
        )
    elif isinstance(current, Unknown):
        yield block("STATE_UNKNOWN", "The Safe's nonce is not known, so the queue cannot be read.")
    elif subject.tx.nonce < current:
        yield block(
            "NONCE_TOO_LOW", f"has nonce {subject.tx.nonce}, but the Safe is at {current} already."
        )
    elif subject.tx.nonce > current:
        between = {number for entry in queue for number in entry.nonces}
        if any(number not in between for number in _gap(current, subject.tx.nonce)):
            yield warn(
                "NONCE_GAP",
                f"has nonce {subject.tx.nonce}; the Safe is at {current} and not every nonce "
                "between is queued.",
            )
    rivals = [entry for entry in queue if _is_rival(subject, entry)]
    if rivals and is_rejection(subject.safe, subject.tx):
        sentence = f"rejects {len(rivals)} other queued for nonce {subject.tx.nonce}"
        yield note("NONCE_CONFLICT", f"{sentence}{_named(subject, rivals)}.")
    elif rivals:
        sentence = f"shares nonce {subject.tx.nonce} with {len(rivals)} other queued"
        sentence += _named(subject, rivals)
        yield danger("NONCE_CONFLICT", f"{sentence}; only one of them can run.")


def _named(subject: Subject, rivals: list[QueueEntry]) -> str:
    """The hashes of the first rivals, by their bytes where there are any."""
    hashes = (_hash_of(subject, entry) for entry in rivals[:MOST_RIVALS])
    known = [f"0x{safe_tx_hash.hex()}" for safe_tx_hash in hashes if safe_tx_hash is not None]
    if not known:
        return ""
    more = len(rivals) - len(known)
    return f" ({', '.join(known)}{f' and {more:,} more' if more else ''})"


def _hash_of(subject: Subject, entry: QueueEntry) -> bytes | None:
    if isinstance(entry.tx, Unknown):
        return None if isinstance(entry.safe_tx_hash, Unknown) else entry.safe_tx_hash
    hashes = agreed_hashes(subject.safe, entry.tx)
    return None if hashes is None else hashes.safe_tx


def _is_rival(subject: Subject, entry: QueueEntry) -> bool:
    """Whether it is another transaction for this nonce; its bytes say which one it is."""
    if subject.tx.nonce not in entry.nonces:
        return False
    hashes, safe = subject.hashes, subject.safe.address
    return hashes is None or not entry.is_transaction(safe, subject.tx, hashes.safe_tx)


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
    if subject.facts.is_of_another_treasury:
        yield block(
            "STATE_UNKNOWN",
            f"is a transaction of the Safe {claimed.address}, which is none of this treasury's; "
            "nobody here knows its owners or its nonce.",
        )
    elif subject.facts.origin is not Origin.SENDER and not subject.facts.is_state_our_own:
        yield block(
            "STATE_UNKNOWN",
            "This desk has not read the Safe yet, so owners and nonce are the sender's claims; "
            "refresh first.",
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


def policy(subject: Subject) -> Iterator[Finding]:
    """A deployment over the limit is what the DAO forbade, however it is cut or called."""
    said = [
        (judgement.verdict, judgement.group, " ".join(judgement.reasons), judgement.codes)
        for judgement in subject.judgements
    ]
    said += [(one.verdict, one.name, one.sentence, one.codes) for one in subject.limits]
    blocking = any(verdict.blocks for verdict, *_ in said)
    exception = exception_in_force(subject) if blocking else None
    for verdict, about, reasons, codes in said:
        what = f"{plain(about, limit=NAME_LIMIT)}: {reasons}"
        for code in codes:
            if not verdict.blocks:
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
    policy,
    origin,
)
