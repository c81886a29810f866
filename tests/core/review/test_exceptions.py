"""Exceptions to the policy: what owners have to sign, and how little that lifts."""

from dataclasses import replace
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data

from tests.matters import (
    BLOCK,
    STRATEGIES,
    a_call,
    a_treasury_safe,
    a_tx,
    an_evidence,
    entering,
    local,
    pay,
)
from tests.samples import STRANGER, a_confirmation
from treasury_desktop.assets.unknown import UNKNOWN
from treasury_desktop.bundle import (
    Bundle,
    ClaimedException,
    ClaimedSignature,
    read_bundle,
    write_bundle,
)
from treasury_desktop.review.exceptions import exception_digest
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.review.review import Review, examine
from treasury_desktop.safes.hashes import safe_tx_hashes
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.treasury.policy_hash import policy_hash
from treasury_desktop.treasury.terms import PolicyTerms

LARGE = a_tx(*entering(1_200_000))
LATER = BLOCK.timestamp + 1000


def an_exception(
    tx: SafeTx = LARGE, *, signers: tuple[int, ...] = (1, 2), **changes: Any
) -> ClaimedException:
    """An exception for a transaction, signed as it stands by owners by number."""
    made = ClaimedException(
        safe_tx_hash=safe_tx_hashes(a_treasury_safe(), tx).safe_tx,
        policy_hash=policy_hash(PolicyTerms()),
        reason="voted in proposal 12",
        expires=LATER,
        signatures=(),
    )
    made = made._replace(**changes)
    digest = exception_digest(a_treasury_safe(), made)
    return made._replace(signatures=tuple(signed(digest, number) for number in signers))


def signed(digest: bytes, number: int) -> ClaimedSignature:
    """An owner's signature of a digest."""
    confirmation = a_confirmation(digest, number)
    return ClaimedSignature(signer=None, data=confirmation.signature.encoded)


def reviewed(
    *exceptions: ClaimedException,
    tx: SafeTx = LARGE,
    facts: LocalFacts | None = None,
    now: int | None = None,
    **claims: Any,
) -> Review:
    """The review of a deployment of 12%, with these exceptions beside it."""
    bundle = Bundle(safe=a_treasury_safe(), tx=tx, exceptions=exceptions, **claims)
    return examine(bundle, local() if facts is None else facts, now=now)


def severities(review: Review) -> dict[str, str]:
    """Findings by code with their severity."""
    return {finding.code: finding.severity.word for finding in review.findings}


def test_digest_is_what_wallets_sign() -> None:
    """The digest is EIP-712 as another program derives it from the types."""
    exception, safe = an_exception(reason="why “é”"), a_treasury_safe()
    signable = encode_typed_data(
        domain_data={
            "name": "treasury-desktop policy exception", "version": "1",
            "chainId": safe.chain_id, "verifyingContract": str(safe.address),
        },
        message_types={
            "PolicyException": [
                {"name": "safeTxHash", "type": "bytes32"},
                {"name": "policyHash", "type": "bytes32"},
                {"name": "reason", "type": "string"},
                {"name": "expires", "type": "uint256"},
            ]
        },
        message_data={
            "safeTxHash": exception.safe_tx_hash, "policyHash": exception.policy_hash,
            "reason": exception.reason, "expires": exception.expires,
        },
    )  # fmt: skip
    account = Account.create()
    theirs = account.sign_message(signable).message_hash
    assert exception_digest(safe, exception) == bytes(theirs)


def test_reason_that_nobody_sees_is_no_reason() -> None:
    """Signed as it stands, it lifts nothing."""
    codes = severities(reviewed(an_exception(reason="\u200b\u2800 \u202e\ufeff")))
    assert codes["POLICY_LIMIT_EXCEEDED"] == "block"
    assert codes["EXCEPTION_NOT_VALID"] == "warn"


def test_exception_in_force() -> None:
    """Owners up to the threshold lift the block; what is left is a danger that says so."""
    assert severities(reviewed()) == {"POLICY_LIMIT_EXCEEDED": "block"}
    review = reviewed(an_exception())
    assert severities(review) == {"POLICY_LIMIT_EXCEEDED": "danger"}
    sentence = review.findings[0].sentence
    assert "2 owners signed" in sentence
    assert "voted in proposal 12" in sentence
    assert "limit" in sentence
    assert review.judgements[0].verdict.words == "refused"
    assert review.why_not_signable is None


@pytest.mark.parametrize("expires", [LATER, 2**64, 2**256 - 1])
def test_exception_travels_in_the_bundle(expires: int) -> None:
    """What is written and read lifts as much as before, whatever uint256 it expires at."""
    exception = an_exception(expires=expires)
    bundle = Bundle(safe=a_treasury_safe(), tx=LARGE, exceptions=(exception,))
    review = examine(read_bundle(write_bundle(bundle)), local())
    assert severities(review)["POLICY_LIMIT_EXCEEDED"] == "danger"


FORGED = an_exception()
NOT_VALID: dict[str, tuple[ClaimedException, str]] = {
    "another transaction": (an_exception(a_tx(*entering(1_300_000))), "another transaction"),
    "another nonce": (an_exception(replace(LARGE, nonce=43)), "another transaction"),
    "another policy": (
        an_exception(policy_hash=policy_hash(PolicyTerms(limit_bps=2000))), "another policy"
    ),
    "too few": (an_exception(signers=(1,)), "only 1 of 2"),
    "one owner twice": (an_exception(signers=(1, 1, 1)), "only 1 of 2"),
    "nobody": (an_exception(signers=()), "only 0 of 2"),
    "strangers": (an_exception(signers=(1, 8, 9)), "only 1 of 2"),
    "expired": (an_exception(expires=BLOCK.timestamp), "expired"),
    "no reason": (an_exception(reason=" "), "no reason"),
    "a reason nobody sees": (an_exception(reason="\u00a0\u2003"), "no reason"),
    "another reason": (FORGED._replace(reason="something else"), "only 0 of 2"),
    "a longer life": (FORGED._replace(expires=LATER + 1), "only 0 of 2"),
    "signatures of the transaction": (
        FORGED._replace(
            signatures=tuple(signed(FORGED.safe_tx_hash, number) for number in (1, 2, 3)),
        ),
        "only 0 of 2",
    ),
    "approved on chain, perhaps": (
        FORGED._replace(
            signatures=tuple(
                ClaimedSignature(signer=None, data=bytes(12) + owner.raw + bytes(32) + b"\x01")
                for owner in a_treasury_safe().owners  # type: ignore[union-attr]
            ),
        ),
        "only 0 of 2",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_VALID)
def test_exceptions_that_lift_nothing(name: str) -> None:
    """One that does not hold is shown with its reason, and the block stays."""
    exception, why = NOT_VALID[name]
    review = reviewed(exception)
    assert severities(review) == {
        "POLICY_LIMIT_EXCEEDED": "block", "EXCEPTION_NOT_VALID": "warn",
    }  # fmt: skip
    assert any(why in finding.sentence for finding in review.findings)


def test_valid_one_among_others() -> None:
    """Others beside it take nothing from the one that holds."""
    review = reviewed(NOT_VALID["too few"][0], an_exception())
    assert severities(review)["POLICY_LIMIT_EXCEEDED"] == "danger"


def test_time_of_signing_decides() -> None:
    """An exception that held at the block is void once the clock has passed it."""
    assert severities(reviewed(an_exception(), now=LATER - 1))["POLICY_LIMIT_EXCEEDED"] == "danger"
    late = severities(reviewed(an_exception(), now=LATER))
    assert late["POLICY_LIMIT_EXCEEDED"] == "block"
    timeless = local(an_evidence(block=UNKNOWN))
    assert severities(reviewed(an_exception(), facts=timeless))["POLICY_LIMIT_EXCEEDED"] == "block"


@pytest.mark.parametrize("state", [{"owners": UNKNOWN}, {"threshold": UNKNOWN}, {"threshold": 0}])
def test_safe_of_which_too_little_is_known(state: dict[str, Any]) -> None:
    """Without owners and threshold nobody can say that enough of them signed."""
    codes = severities(reviewed(an_exception(), facts=local(**state)))
    assert codes["POLICY_LIMIT_EXCEEDED"] == "block"


def test_stricter_policy_of_a_bundle() -> None:
    """Where a sender's stricter terms bind, an exception has to be for these."""
    strict = PolicyTerms(limit_bps=900)
    codes = severities(reviewed(an_exception(), terms=strict))
    assert codes["POLICY_LIMIT_EXCEEDED"] == "block"
    fitting = an_exception(policy_hash=policy_hash(strict))
    assert severities(reviewed(fitting, terms=strict))["POLICY_LIMIT_EXCEEDED"] == "danger"


def test_prices_are_lifted_and_nothing_else() -> None:
    """A missing price is lifted; a stranger, a delegatecall and an unknown treasury are not."""
    unpriced = local(an_evidence(quotes=()))
    small = a_tx(*entering(5))
    assert severities(reviewed(tx=small, facts=unpriced))["PRICE_MISSING"] == "block"
    lifted = reviewed(an_exception(small), tx=small, facts=unpriced)
    assert severities(lifted)["PRICE_MISSING"] == "danger"
    nobody_knows = local(an_evidence(net_usd=UNKNOWN))
    unknown = reviewed(an_exception(small), tx=small, facts=nobody_knows)
    assert severities(unknown)["STATE_UNKNOWN"] == "block"
    mixed = a_tx(*entering(1_200_000), pay(1, STRANGER), a_call(STRANGER, "unheardOf()"))
    codes = severities(reviewed(an_exception(mixed), tx=mixed))
    assert codes["POLICY_LIMIT_EXCEEDED"] == "danger"
    assert codes["RECIPIENT_NOT_IN_ADDRESS_BOOK"] == "danger"
    assert codes["UNDECODED_CALL"] == "block"


def test_sender_alone_still_enables_nothing() -> None:
    """An exception among a sender's own claims opens no signing."""
    bundle = Bundle(
        safe=a_treasury_safe(), tx=LARGE, exceptions=(an_exception(),), evidence=an_evidence(),
        strategies=STRATEGIES,
    )  # fmt: skip
    assert examine(bundle).why_not_signable is not None


def test_reason_is_plain_text() -> None:
    """What the exception gives as its reason cannot steer the sentence."""
    review = reviewed(an_exception(reason="\u202egood\n" + "x" * 999))
    assert not {"\u202e", "\n"} & set(review.findings[0].sentence)


def test_flood_of_exceptions() -> None:
    """Only the first few are looked at."""
    flood = tuple(an_exception(signers=(), reason=f"{n}") for n in range(40))
    review = reviewed(*flood, an_exception())
    assert severities(review)["POLICY_LIMIT_EXCEEDED"] == "block"
    assert len([f for f in review.findings if f.code == "EXCEPTION_NOT_VALID"]) == 16
