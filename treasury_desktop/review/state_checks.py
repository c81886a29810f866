"""What is dangerous about a transaction's frame: hash, nonce, gas refund, prices, signatures."""

from collections.abc import Iterator
from fractions import Fraction

from treasury_desktop.assets.token import MAX_SHOWN_DECIMALS
from treasury_desktop.assets.unknown import UNKNOWN, Unknown
from treasury_desktop.deployments.denominator import treasury_value
from treasury_desktop.deployments.judgement import Verdict
from treasury_desktop.deployments.prices import price_range
from treasury_desktop.review.findings import Finding, block, danger, note, warn
from treasury_desktop.review.subject import Check, Subject
from treasury_desktop.treasury.evidence import NATIVE, Origin

REFUND_SHARE_OF_TREASURY = 1000
"""A gas refund above a thousandth of the treasury is no gas refund (bundle.md)."""


def claimed_hash(subject: Subject) -> Iterator[Finding]:
    """A wrong hash beside right-looking fields gets the wrong thing signed elsewhere."""
    claimed = subject.bundle.claimed_hash
    if isinstance(claimed, Unknown) or claimed == subject.hashes.safe_tx:
        return
    yield block(
        "SAFE_TX_HASH_MISMATCH",
        f"comes with the hash 0x{claimed.hex()}, but its fields give "
        f"0x{subject.hashes.safe_tx.hex()}.",
    )


def nonce(subject: Subject) -> Iterator[Finding]:
    """A passed nonce can never run; a rival or a gap changes what runs and when."""
    current = subject.safe.nonce
    queue = [e for e in subject.evidence.queue if e.safe in (subject.safe.address, UNKNOWN)]
    if isinstance(current, Unknown):
        yield block("STATE_UNKNOWN", "The Safe's nonce is not known, so the queue cannot be read.")
    elif subject.tx.nonce < current:
        yield block(
            "NONCE_TOO_LOW", f"has nonce {subject.tx.nonce}, but the Safe is at {current} already."
        )
    elif subject.tx.nonce > current:
        between = {entry.nonce for entry in queue if isinstance(entry.nonce, int)}
        if any(number not in between for number in _gap(current, subject.tx.nonce)):
            yield warn(
                "NONCE_GAP",
                f"has nonce {subject.tx.nonce}; the Safe is at {current} and not every nonce "
                "between is queued.",
            )
    rivals = [
        entry
        for entry in queue
        if entry.nonce == subject.tx.nonce and entry.safe_tx_hash != subject.hashes.safe_tx
    ]
    if rivals:
        yield danger(
            "NONCE_CONFLICT",
            f"shares nonce {subject.tx.nonce} with {len(rivals)} other queued; only one can run.",
        )


def _gap(current: int, ours: int) -> range:
    """The nonces between, or their beginning where somebody claims an absurd distance."""
    return range(current, min(ours, current + 4096))


def domain(subject: Subject) -> Iterator[Finding]:
    """Before 1.3.0 a signature is good on every chain where the same Safe exists."""
    if not subject.safe.version.has_chain_id_in_domain:
        yield warn(
            "DOMAIN_WITHOUT_CHAINID",
            f"A signature for Safe {subject.safe.version} is valid on every chain on which "
            f"{subject.safe.address} exists.",
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
    tx = subject.tx
    if tx.gas_price == 0:
        if not tx.refund_receiver.is_zero:
            yield warn(
                "REFUND_RECEIVER_SET",
                f"names {subject.name_of(tx.refund_receiver)} for a refund that is switched off.",
            )
        return
    bound = _refund_bound_usd(subject)
    net = treasury_value(subject.evidence, subject.facts.terms).net_usd
    is_small = bound is not None and net is not None and bound * REFUND_SHARE_OF_TREASURY <= net
    if is_small and subject.is_known_recipient(tx.refund_receiver):
        yield warn(
            "REFUND_RECEIVER_SET",
            f"refunds gas to {subject.name_of(tx.refund_receiver)}.",
        )
    else:
        yield block(
            "GAS_REFUND_DRAIN",
            f"may pay {(tx.safe_tx_gas + tx.base_gas) * tx.gas_price:,} base units and more to "
            f"{subject.name_of(tx.refund_receiver)} as a gas refund.",
        )


def _refund_bound_usd(subject: Subject) -> Fraction | None:
    """The most the refund can cost in dollars, or `None` where it has no bound we know."""
    tx = subject.tx
    if tx.safe_tx_gas == 0:
        return None  # gasUsed is then bounded by the block alone
    token = NATIVE if tx.gas_token.is_zero else str(tx.gas_token)
    price = price_range(subject.evidence.quotes_of(token), subject.facts.terms).highest
    decimals = subject.evidence.decimals_of(token)
    if price is None or decimals is None or decimals > MAX_SHOWN_DECIMALS:
        return None
    return price * Fraction((tx.safe_tx_gas + tx.base_gas) * tx.gas_price, 10**decimals)


def policy(subject: Subject) -> Iterator[Finding]:
    """A deployment over the limit is what the DAO forbade, however it is cut or called."""
    for judgement in subject.judgements:
        what = " ".join(judgement.reasons)
        for code in judgement.codes:
            is_calm = code in ("POLICY_ABOVE_ADVICE", "PAYMENT_NOT_VALUED")
            finding = warn if is_calm else block
            if judgement.verdict is Verdict.NOT_A_DEPLOYMENT:
                finding = warn
            yield finding(code, f"{judgement.group}: {what}")


def signatures(subject: Subject) -> Iterator[Finding]:
    """A stranger's signature shown as one of ours makes a transaction look agreed upon."""
    for checked in subject.signatures:
        if checked.status in ("not an owner", "invalid"):
            whose = checked.signer or "nobody"
            yield danger(
                "SIGNATURE_NOT_FROM_OWNER",
                f"carries a signature of {whose} that does not count ({checked.status}).",
            )


def origin(subject: Subject) -> Iterator[Finding]:
    """A verdict from a sender's own evidence is the sender's verdict."""
    if subject.facts.origin is Origin.SENDER:
        yield note(
            "EVIDENCE_CLAIMED_BY_SENDER",
            "Prices, names and limits are the sender's claims; nothing here enables signing.",
        )


STATE_CHECKS: tuple[Check, ...] = (
    claimed_hash,
    identity,
    nonce,
    domain,
    gas_refund,
    policy,
    signatures,
    origin,
)
