"""What the secret-entry window works out and says, without a window."""

import base64
from dataclasses import replace

import pytest

from tests.waiting_at_hand import a_raw
from tests.windows.secret_entry.questions import (
    APPROVE,
    CHANGE,
    CREATE,
    DEPOSIT,
    IMPORT,
    OWNER,
    SAFE,
    TOKEN,
    batch,
    execution_job,
    key_text,
    sign_job,
)
from treasury_desktop.assets.address import Address
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.bundle import Bundle, write_bundle
from treasury_desktop.errors import Malformed, Refused
from treasury_desktop.safes.comparison import comparison_code
from treasury_desktop.safes.hashes import safe_tx_hashes
from treasury_desktop.safes.multisend import PackedCall
from treasury_desktop.safes.nested_signature import message_to_sign
from treasury_desktop.safes.safe_tx import Operation, SafeTx
from treasury_desktop.windows.secret_entry.passphrase import is_strong, passphrase_bytes
from treasury_desktop.windows.secret_entry.question import Question, question_for, summary_of
from treasury_desktop.windows.secret_entry.rehearsal import (
    DEMONSTRATION_PASSPHRASE,
    demonstration_account,
    may_rehearse,
)

NAMED_MULTISEND = "MultiSendCallOnly 1.4.1 (0x9641d764fc13c8B624c04430C7356C1C7C8102e2)"
ONE_WEI = "0.000000000000000001 of the chain’s coin"


def test_hashes_and_words_come_from_the_bytes() -> None:
    """The window derives the three hashes and the words itself."""
    question = question_for(sign_job())
    hashes = safe_tx_hashes(SAFE, batch(APPROVE, DEPOSIT))
    assert question.hashes == hashes
    assert question.words == tuple(comparison_code(hashes.safe_tx).split())
    assert len(question.words) == 8
    assert question.safe == SAFE.address
    assert question.facts == (("Chain", "31337 (demonstration on this machine)"), ("Nonce", "7"))
    assert (question.key_label, str(question.key_address)) == ("Desk A", OWNER)


def test_other_hash_than_the_reviewed_is_not_shown() -> None:
    """A job whose bytes are not those of the review never becomes a window."""
    job = sign_job() | {"reviewed_hash": "0x" + "00" * 32}
    with pytest.raises(Refused, match="not the one that was reviewed"):
        question_for(job)


def test_rejection_of_what_was_signed_says_so() -> None:
    """Where this key signed another transaction for the nonce, the window names it."""
    hashes = safe_tx_hashes(SAFE, batch(APPROVE, DEPOSIT))
    assert question_for(sign_job()).note == ""
    same = question_for(sign_job() | {"already_signed": "0x" + hashes.safe_tx.hex()})
    assert same.note == ""
    other = question_for(sign_job() | {"already_signed": "0x" + "12" * 32}).note
    assert other.startswith(f"This key has signed 0x{'12' * 32} for nonce 7 already.")


def test_in_whose_name_a_safe_is_signed_for() -> None:
    """Both Safes stand in full beside the hash of the outer transaction, and the message signed."""
    inner = replace(SAFE, address=Address(b"\x1e" * 20))
    text = write_bundle(Bundle(safe=inner, tx=SafeTx(to=inner.address, nonce=7))).decode()
    job = sign_job() | {"job": "sign_for_nested", "inner": text}
    question = question_for(job)
    assert question.title == "Sign for a Safe that is an owner"
    assert question.facts[2:] == (("As owner of Safe", str(inner.address)),)
    said = f"as an owner of Safe {inner.address}, which is an owner of Safe {SAFE.address}"
    assert said in question.note
    assert question.hashes == safe_tx_hashes(SAFE, batch(APPROVE, DEPOSIT))
    message = message_to_sign(SAFE, batch(APPROVE, DEPOSIT), inner).hex()
    assert f"SafeMessage 0x{message[:4]} {message[4:8]}" in question.note
    with pytest.raises(Refused, match="not the one that was reviewed"):
        question_for(job | {"reviewed_hash": "0x" + "00" * 32})


def test_dangers_that_were_named_are_said_again() -> None:
    """The person sees once more, in this process, what they acknowledged in the other."""
    job = sign_job() | {"acknowledged": ["NONCE_CONFLICT", "OWNER_ADDED"]}
    note = question_for(job).note
    assert note == "Dangers acknowledged in the review: nonce conflict, owner added."


@pytest.mark.parametrize("job", [{}, {"job": "export"}, {"job": "sign_safe_tx"}, {"job": 5}])
def test_unknown_job_is_malformed(job: dict[str, object]) -> None:
    """A job this window does not know is refused by name."""
    with pytest.raises(Malformed):
        question_for(job)


@pytest.mark.parametrize(
    ("tx", "said"),
    [
        (
            batch(APPROVE, DEPOSIT),
            f"approve, deposit: a batch of 2 through {NAMED_MULTISEND} by DELEGATECALL.",
        ),
        (
            SafeTx(to=TOKEN, value=15 * 10**17, nonce=7),
            f"Sends 1.5 of the chain’s coin to {TOKEN}.",
        ),
        (SafeTx(to=SAFE.address, nonce=7), "Rejects nonce 7: the Safe calls itself with nothing."),
        (SafeTx(to=TOKEN, data=APPROVE.data, nonce=7), f"approve on {TOKEN}, 68 bytes."),
        (
            SafeTx(to=TOKEN, data=b"\x12\x34\x56\x78", value=1, nonce=7),
            f"unknown function 0x12345678 on {TOKEN}, 4 bytes, sending {ONE_WEI}.",
        ),
        (
            SafeTx(to=TOKEN, operation=Operation.DELEGATECALL, nonce=7),
            f"Runs the code of {TOKEN} by DELEGATECALL, without calldata.",
        ),
    ],
)
def test_summary_says_what_happens_at_the_top(tx: SafeTx, said: str) -> None:
    """One line from the bytes alone: functions, target, way of calling, coins."""
    assert summary_of(SAFE, tx) == said


def test_long_batches_are_counted() -> None:
    """A batch names its first four calls and counts the others."""
    coin = PackedCall(0, TOKEN, 5, b"")
    said = summary_of(SAFE, batch(APPROVE, coin, coin, APPROVE, APPROVE, DEPOSIT))
    start = "approve, transfer of coin, transfer of coin, approve and 2 more: a batch of 6"
    assert said.startswith(start)


def test_execution_shows_its_highest_fee() -> None:
    """An execution says what it may cost at most."""
    question = question_for(execution_job())
    assert ("Gas fee at most", "0.0006 of the chain’s coin") in question.facts
    assert (question.key_label, question.key_role) == ("Gas", "executor")


def test_a_speed_up_says_what_it_takes_the_place_of() -> None:
    """The hash of what waits and its account nonce, from the bytes that the signer reads too."""
    raw = a_raw()
    job = execution_job() | {"replaces": base64.b64encode(raw).decode()}
    question = question_for(job)
    assert question.title == "Speed up an execution"
    assert ("Account nonce", "41") in question.facts
    assert f"0x{keccak(raw).hex()}" in question.note
    assert question_for(execution_job()).title == "Execute a Safe transaction"


def test_a_cancellation_shows_its_highest_fee_and_what_it_cancels() -> None:
    """Computed from the job's own bytes; nothing else leaves the executor."""
    raw = a_raw()
    fees = {"gas": "25200", "max_fee_per_gas": "30000000000"}
    question = question_for(
        {
            "job": "sign_cancellation",
            "key": key_text("Gas", "executor"),
            "transaction": fees,
            "replaces": base64.b64encode(raw).decode(),
        }
    )
    facts = dict(question.facts)
    assert facts["Gas fee at most"] == "0.000756 of the chain’s coin"
    assert facts["Account nonce"] == "41"
    assert facts["Cancels"].replace(" ", "") == f"0x{keccak(raw).hex()}"
    assert question.summary == "Nothing leaves the executor but the fee."


def test_what_would_be_replaced_has_to_be_readable() -> None:
    """Nobody is asked for a passphrase for bytes that are none."""
    job = execution_job() | {"replaces": base64.b64encode(b"\x02\xc0").decode()}
    with pytest.raises(Malformed, match="raw transaction"):
        question_for(job)


def asks(question: Question) -> tuple[bool, bool]:
    """Whether a question asks for the present and for a new passphrase."""
    return question.asks_present, question.asks_new


def test_each_question_asks_for_its_passphrases() -> None:
    """Signing asks for one, making a key for a new one, changing for both."""
    assert asks(question_for(sign_job())) == (True, False)
    assert asks(question_for(execution_job())) == (True, False)
    assert asks(question_for(CREATE)) == (False, True)
    assert asks(question_for(IMPORT)) == (False, True)
    assert asks(question_for(CHANGE)) == (True, True)


def test_import_says_that_the_key_is_public() -> None:
    """Nobody takes a demonstration account for a key of their own."""
    question = question_for(IMPORT)
    assert "its key is public, and it is not money" in question.summary
    assert str(question.key_address) == OWNER


@pytest.mark.parametrize(
    ("chain_id", "address", "may"),
    [
        (31337, demonstration_account(1), True),
        (31337, demonstration_account(4), True),
        (1, demonstration_account(1), False),
        (None, demonstration_account(1), False),
        (31337, Address(bytes(20)), False),
        (31337, None, False),
        (31337, demonstration_account(5), False),
    ],
)
def test_rehearsal_needs_chain_and_account(
    chain_id: int | None, address: Address | None, may: bool
) -> None:
    """Both have to be the demonstration's; nothing else opens that road."""
    assert may_rehearse(chain_id, address) is may


@pytest.mark.parametrize(
    ("passphrase", "strong"),
    [
        (DEMONSTRATION_PASSPHRASE, True),
        ("correct horse battery staple gold rush", True),
        ("kN7#tq9!Lw2$xR5&", True),
        ("", False),
        ("password", False),
        ("aaaaaaaaaaaaaaaaaaaaaaaa", False),
        ("one one one one one one one one one one", False),
        ("a b c d e f", False),
        ("kN7#tq9!Lw2$xR5", False),
    ],
)
def test_new_passphrases_are_six_words_or_sixteen_characters(passphrase: str, strong: bool) -> None:
    """The stated rule, at its edges."""
    assert is_strong(passphrase) is strong


def test_passphrase_is_the_same_from_every_keyboard() -> None:
    """Composed, decomposed and full-width characters give the same bytes."""
    assert passphrase_bytes("é") == passphrase_bytes("e\u0301") == b"e\xcc\x81"
    assert passphrase_bytes("Ａ") == b"A"


def test_question_is_a_value() -> None:
    """What is shown cannot change after it was worked out."""
    question = question_for(sign_job())
    assert replace(question) == question
