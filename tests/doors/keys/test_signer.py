"""The signer process by itself: real processes, jobs through pipes, refusals before any key."""

from dataclasses import replace
from fractions import Fraction

import pytest
from eth_account import Account

from tests.doors.keys.key_samples import (
    PASSPHRASE,
    PUBLIC_KEYS,
    Case,
    a_safe,
    address_of,
    ask,
    blob,
    case_of,
    execution,
    sealed,
    secret,
    signed,
)
from treasury_desktop.assets.address import Address
from treasury_desktop.assets.quote import Quote, QuoteKind
from treasury_desktop.bundle import Bundle, read_bundle, write_bundle
from treasury_desktop.errors import Malformed, Refused
from treasury_desktop.keys.child_process import child_command
from treasury_desktop.keys.encrypted_key import (
    EncryptedKey,
    WrongPassphrase,
    parse_encrypted_key,
    unseal,
)
from treasury_desktop.keys.jobs import (
    SignSafeTx,
    answered_bytes,
)
from treasury_desktop.keys.key_jobs import (
    ChangePassphrase,
    ImportDemonstration,
)
from treasury_desktop.review.clock import aged_to
from treasury_desktop.safes.chain_answer import approved_by
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.safes.signature import Signature, parse_signature
from treasury_desktop.safes.signature_blob import pack_signatures
from treasury_desktop.treasury.evidence import Evidence
from treasury_desktop.treasury.snapshot import Block

NEW_PASSPHRASE = "six other words that anybody may read"


def opened(text: object, passphrase: str) -> str:
    """The private key in an encrypted key, in hex; in tests only, of public keys."""
    key = parse_encrypted_key(str(text))
    return unseal(key, key.kdf.derive(secret(passphrase))).content.hex()


# ── Safe transactions ────────────────────────────────────────────────────────────────────────────


def test_signature_recovers_and_is_deterministic(owner_key: EncryptedKey, honest: Case) -> None:
    """The signature is eth-account's for the same hash: RFC 6979, low s, v 27 or 28."""
    job = SignSafeTx(key=owner_key, bundle=honest.bundle, reviewed_hash=honest.hash)
    answer = ask(job, PASSPHRASE)
    signature = parse_signature(answered_bytes(answer, "signature"))  # type: ignore[arg-type]
    assert signature.signer_of(honest.hash) == owner_key.address
    assert signature.has_low_s
    expected = Account.unsafe_sign_hash(honest.hash, bytes.fromhex(PUBLIC_KEYS[1]))
    assert signature.encoded == bytes(expected.signature)


def test_same_program_signs_when_started_by_its_command(
    owner_key: EncryptedKey, honest: Case
) -> None:
    """`python -I -P -m treasury_desktop signer` is the signer."""
    job = SignSafeTx(key=owner_key, bundle=honest.bundle, reviewed_hash=honest.hash)
    assert "signature" in ask(job, PASSPHRASE, argv=child_command("signer"))


def test_wrong_passphrase_is_one_sentence(owner_key: EncryptedKey, honest: Case) -> None:
    """A wrong passphrase is told apart from other refusals, so that the window can ask again."""
    job = SignSafeTx(key=owner_key, bundle=honest.bundle, reviewed_hash=honest.hash)
    with pytest.raises(WrongPassphrase, match=r"^The passphrase does not open this key\.$"):
        ask(job, "wrong")


def test_other_hash_than_the_reviewed_is_refused(owner_key: EncryptedKey, honest: Case) -> None:
    """The signer derives the hash itself and signs no other."""
    changed = bytes([honest.hash[0] ^ 1]) + honest.hash[1:]
    job = SignSafeTx(key=owner_key, bundle=honest.bundle, reviewed_hash=changed)
    with pytest.raises(Refused, match="not the one that was reviewed"):
        ask(job, PASSPHRASE)


def test_exchanged_bytes_are_refused(owner_key: EncryptedKey, honest: Case) -> None:
    """Another transaction under the reviewed hash is not signed."""
    other = case_of(honest.safe, replace(honest.tx, nonce=8))
    job = SignSafeTx(key=owner_key, bundle=other.bundle, reviewed_hash=honest.hash)
    with pytest.raises(Refused, match="not the one that was reviewed"):
        ask(job, PASSPHRASE)


def test_blocked_review_is_refused_here_too(owner_key: EncryptedKey, hostile: Case) -> None:
    """The signer reviews by itself, so a window that was fooled cannot have a key used."""
    job = SignSafeTx(key=owner_key, bundle=hostile.bundle, reviewed_hash=hostile.hash)
    with pytest.raises(Refused, match="Blocked: it runs the code of"):
        ask(job, PASSPHRASE)


def test_second_transaction_for_a_nonce_is_refused(owner_key: EncryptedKey, calm: Case) -> None:
    """One signature for each Safe and nonce; the same hash again is harmless."""
    job = SignSafeTx(key=owner_key, bundle=calm.bundle, reviewed_hash=calm.hash)
    with pytest.raises(Refused, match="a different transaction"):
        ask(replace(job, already_signed=bytes(32)), PASSPHRASE)
    assert "signature" in ask(replace(job, already_signed=calm.hash), PASSPHRASE)


def test_rejection_is_signed_beside_what_was_signed(owner_key: EncryptedKey, honest: Case) -> None:
    """The one second signature for a nonce: it can do nothing but use the nonce up."""
    job = SignSafeTx(key=owner_key, bundle=honest.bundle, reviewed_hash=honest.hash)
    assert "signature" in ask(replace(job, already_signed=bytes(32)), PASSPHRASE)


def test_danger_nobody_acknowledged_is_refused(owner_key: EncryptedKey) -> None:
    """The signer finds it in its own review, whatever it is told of others."""
    lowers = bytes.fromhex("694e80c3") + (1).to_bytes(32, "big")  # changeThreshold(1)
    case = case_of(a_safe(), SafeTx(to=a_safe().address, data=lowers, nonce=7))
    job = SignSafeTx(key=owner_key, bundle=case.bundle, reviewed_hash=case.hash)
    for acknowledged in (frozenset(), frozenset({"OWNER_ADDED"})):
        with pytest.raises(Refused, match=r"nobody acknowledged \(THRESHOLD_LOWERED\): lowers"):
            ask(replace(job, acknowledged=acknowledged), PASSPHRASE)
    named = frozenset({"OWNER_ADDED", "THRESHOLD_LOWERED"})
    assert "signature" in ask(replace(job, acknowledged=named), PASSPHRASE)


def test_stranger_and_executor_sign_no_safe_transaction(
    executor_key: EncryptedKey, honest: Case
) -> None:
    """Only an owner's key signs, and only for a Safe that it owns."""
    job = SignSafeTx(key=executor_key, bundle=honest.bundle, reviewed_hash=honest.hash)
    with pytest.raises(Refused, match="executor's key"):
        ask(job, PASSPHRASE)
    with pytest.raises(Refused, match="not an owner"):
        ask(replace(job, key=sealed(4, "Stranger", "owner")), PASSPHRASE)


def test_key_under_a_foreign_address_does_not_open(owner_key: EncryptedKey, honest: Case) -> None:
    """An address exchanged in the ciphertext breaks its authentication."""
    foreign = replace(owner_key, address=address_of(2))
    job = SignSafeTx(key=foreign, bundle=honest.bundle, reviewed_hash=honest.hash)
    with pytest.raises(WrongPassphrase):
        ask(job, PASSPHRASE)


def test_quotes_are_as_old_as_they_are_now() -> None:
    """The signer's clock ages what the bundle says about its block; undated ones nobody knows."""
    block = Block(number=1, hash=bytes(32), timestamp=1000)
    quotes = tuple(
        Quote(token_key="native", usd=Fraction(1), kind=QuoteKind.FEED, source="x", age_seconds=age)
        for age in (60, None)
    )
    evidence = Evidence(block=block, quotes=quotes)
    bundle = Bundle(safe=a_safe(), tx=SafeTx(to=a_safe().address, nonce=7), evidence=evidence)
    ages = {now: aged_to(bundle.evidence, now).quotes for now in (400, 1000, 4600)}
    assert [[q.age_seconds for q in each] for each in ages.values()] == [
        [60, None],
        [60, None],
        [3660, None],
    ]
    undated = aged_to(Evidence(quotes=quotes), 4600).quotes
    assert [quote.age_seconds for quote in undated] == [None, None]


@pytest.mark.parametrize("bundle", [b"", b"{}", b"\xff", b'{"format":"x"}'])
def test_unreadable_bundle_is_malformed(owner_key: EncryptedKey, bundle: bytes) -> None:
    """Bytes that are no bundle come back as that, without a stack trace."""
    with pytest.raises(Malformed):
        ask(SignSafeTx(key=owner_key, bundle=bundle, reviewed_hash=bytes(32)), PASSPHRASE)


# ── executions ───────────────────────────────────────────────────────────────────────────────────


def test_execution_is_signed_by_the_executor(executor_key: EncryptedKey, honest: Case) -> None:
    """The raw transaction is EIP-1559, to the Safe, without value, from the executor."""
    job = execution(honest, executor_key, blob(honest, 1, 2))
    answer = ask(job, PASSPHRASE)
    raw = answered_bytes(answer, "raw_transaction")  # type: ignore[arg-type]
    assert raw[0] == 2
    assert Account.recover_transaction(raw) == str(executor_key.address)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"to": Address(b"\x11" * 20)}, "not to the Safe"),
        ({"chain_id": 1}, "is for chain 1"),
        ({"max_fee_per_gas": 10_000 * 10**9 + 1}, "more than the 10,000 this program signs"),
        (
            {"max_fee_per_gas": 10**13, "max_priority_fee_per_gas": 100 * 10**9 + 1},
            "more than the 100 this program signs",
        ),
        ({"gas": 100_000_001}, "more than any chain lets a transaction use"),
        ({"data": b"\x6a\x76\x12\x02"}, "not the execution of the reviewed"),
        ({"sender": Address(b"\x11" * 20)}, "is sent by"),
        ({"max_priority_fee_per_gas": 4_000_000_000}, "priority fee"),
    ],
)
def test_altered_execution_is_refused(
    executor_key: EncryptedKey, honest: Case, changes: dict[str, object], sentence: str
) -> None:
    """Every field that could send something else somewhere else is checked."""
    with pytest.raises(Refused, match=sentence):
        ask(execution(honest, executor_key, blob(honest, 1, 2), **changes), PASSPHRASE)


def test_confirmations_are_counted_anew(executor_key: EncryptedKey, honest: Case) -> None:
    """Too few, twice the same, out of order, a stranger's or cut signatures are refused."""
    one, two = (signed(index, honest.hash).encoded for index in (1, 2))
    low, high = sorted((one, two), key=lambda each: parse_signature(each).signer_of(honest.hash))
    stranger = signed(4, honest.hash).encoded
    for signatures, sentence in (
        (one, "1 of 2 needed"),
        (b"", "0 of 2 needed"),
        (one + one, "ascending order"),
        (high + low, "ascending order"),
        (one + stranger, "not come from an owner"),
        (low + high + b"\x00", "belong to none of them"),
        (low + high[:-1], "belong to none of them|1 of 2"),
        (one + (b"\x02" + one[1:64] + b"\x02"), "unknown signature cannot be verified"),
    ):
        with pytest.raises(Refused, match=sentence):
            ask(execution(honest, executor_key, signatures), PASSPHRASE)


def test_what_only_the_safe_can_verify(executor_key: EncryptedKey, honest: Case) -> None:
    """A contract's word and an approval are passed on to the Safe, of owners only and whole."""
    (low, low_key), (high, high_key) = sorted((address_of(index), index) for index in (1, 2))
    mine = (low, signed(low_key, honest.hash))
    contract = Signature(high.number, 0, 0, b"anything the contract understands")
    stranger = (address_of(4), Signature(address_of(4).number, 0, 1))
    for good in ((high, approved_by(high)), (high, contract)):
        job = execution(honest, executor_key, pack_signatures((mine, good)))
        assert "raw_transaction" in ask(job, PASSPHRASE)
    whole = pack_signatures((mine, (high, contract)))
    both = (mine, (high, signed(high_key, honest.hash)), stranger)
    for signatures, sentence in (
        (pack_signatures((mine, stranger)), "not come from an owner"),
        (pack_signatures(both), "not come from an owner"),
        (whole[:-1], "cannot be verified"),
        (whole + b"\x00", "belong to none of them"),
    ):
        with pytest.raises(Refused, match=sentence):
            ask(execution(honest, executor_key, signatures), PASSPHRASE)


def test_owners_key_never_pays_for_an_execution(owner_key: EncryptedKey, honest: Case) -> None:
    """Neither an owner's key by its role, nor by its address under another role."""
    with pytest.raises(Refused, match="owner's key"):
        ask(execution(honest, owner_key, blob(honest, 1, 2)), PASSPHRASE)
    disguised = sealed(1, "Gas", "executor")
    with pytest.raises(Refused, match="is an owner of the Safe"):
        ask(execution(honest, disguised, blob(honest, 1, 2)), PASSPHRASE)


def test_an_executor_owns_no_safe_of_the_treasury(executor_key: EncryptedKey, honest: Case) -> None:
    """Such a Safe may be an owner of the one that executes."""
    job = execution(honest, executor_key, blob(honest, 1, 2))
    inner = a_safe(address=Address(b"\x11" * 20), owners=(executor_key.address,), threshold=1)
    owning = replace(job, workspace=replace(job.workspace, safes=(inner,)))
    with pytest.raises(Refused, match=f"is an owner of the Safe {inner.address}"):
        ask(owning, PASSPHRASE)


def test_execution_needs_known_owners_and_threshold(executor_key: EncryptedKey) -> None:
    """Where the bundle does not say who owns the Safe, nothing is executed."""
    tx = SafeTx(to=a_safe().address, nonce=7)
    whole = case_of(a_safe(), tx)
    bundle = read_bundle(whole.bundle)
    unknown = replace(bundle, safe=replace(a_safe(), threshold=0))
    case = replace(whole, bundle=write_bundle(unknown))
    with pytest.raises((Refused, Malformed)):
        ask(execution(case, executor_key, blob(whole, 1, 2)), PASSPHRASE)


# ── making keys ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("index", "role"), [(1, "owner"), (2, "owner"), (4, "executor")])
def test_demonstration_accounts_are_the_public_ones(index: int, role: str) -> None:
    """Derived from the published mnemonic by the published path."""
    job = ImportDemonstration(label="Demo", role=role, index=index, chain_id=31337)
    answer = ask(job, PASSPHRASE)
    assert answer["address"] == str(address_of(index))
    assert opened(answer["encrypted_key"], PASSPHRASE) == PUBLIC_KEYS[index]


@pytest.mark.parametrize(
    ("index", "role", "chain_id"),
    [(1, "owner", 1), (1, "executor", 31337), (5, "owner", 31337), (0, "owner", 31337)],
)
def test_demonstration_stays_in_the_demonstration(index: int, role: str, chain_id: int) -> None:
    """Other chains, roles and accounts are refused: those keys are public."""
    job = ImportDemonstration(label="Demo", role=role, index=index, chain_id=chain_id)
    with pytest.raises(Refused):
        ask(job, PASSPHRASE)


def test_passphrase_changes_and_the_key_stays(owner_key: EncryptedKey) -> None:
    """The new ciphertext opens with the new passphrase only."""
    answer = ask(ChangePassphrase(key=owner_key), PASSPHRASE, NEW_PASSPHRASE)
    assert opened(answer["encrypted_key"], NEW_PASSPHRASE) == PUBLIC_KEYS[1]
    changed = parse_encrypted_key(str(answer["encrypted_key"]))
    assert (changed.label, changed.role, changed.address) == ("Desk A", "owner", address_of(1))
    with pytest.raises(WrongPassphrase):
        opened(changed.text, PASSPHRASE)
    with pytest.raises(WrongPassphrase):
        ask(ChangePassphrase(key=owner_key), NEW_PASSPHRASE, PASSPHRASE + ".")


@pytest.mark.parametrize("passphrases", [(), (PASSPHRASE, PASSPHRASE)])
def test_wrong_number_of_passphrases_is_malformed(
    owner_key: EncryptedKey, honest: Case, passphrases: tuple[str, ...]
) -> None:
    """A job comes with exactly the secrets it needs."""
    job = SignSafeTx(key=owner_key, bundle=honest.bundle, reviewed_hash=honest.hash)
    with pytest.raises(Malformed, match="wrong number"):
        ask(job, *passphrases)
