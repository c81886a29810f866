"""Calls in words: whole tokens and base units, names with their source, addresses in full."""

import pytest

from tests.matters import a_call
from tests.samples import (
    PAYROLL,
    SAFE,
    STRANGER,
    USDC,
    VAULT,
    a_deposit_tx,
    a_safe,
    a_snapshot,
    a_workspace,
)
from tests.signing_desk import a_hostile_tx, a_transfer_data
from treasury_desktop.assets.address import ZERO_ADDRESS, Address
from treasury_desktop.calls.decoded_call import DecodedCall, decode_transaction
from treasury_desktop.calls.known_contracts import official_address
from treasury_desktop.desk.local_facts import local_facts
from treasury_desktop.desk.review_transaction import bundle_with_our_evidence
from treasury_desktop.review.facts import Facts, facts_for
from treasury_desktop.review.review import reading_for
from treasury_desktop.safes.safe_tx import Operation, SafeTx
from treasury_desktop.viewmodels.call_lines import CallReader, Line
from treasury_desktop.viewmodels.names import Names

APPROVE = bytes.fromhex("095ea7b3")


def facts() -> Facts:
    """The sample desk's own facts."""
    local = local_facts(a_workspace(), a_snapshot(), ())
    tx = SafeTx(to=PAYROLL, nonce=12)
    return facts_for(
        bundle_with_our_evidence(a_safe(), tx, local, purpose="", strategy=None), local
    )


def decoded(tx: SafeTx) -> DecodedCall:
    """The call tree of a transaction by those facts."""
    return decode_transaction(a_safe(), tx, reading_for(facts()))


def line_of(tx: SafeTx) -> Line:
    """The first line of a transaction."""
    return CallReader(facts()).line(decoded(tx))


def to_usdc(data: bytes, value: int = 0) -> SafeTx:
    """A call of the USDC contract."""
    assert USDC.address is not None
    return SafeTx(to=USDC.address, data=data, value=value, nonce=12)


def approve_data(spender: Address, units: int) -> bytes:
    """Calldata of approve(address,uint256)."""
    return APPROVE + bytes(12) + spender.raw + units.to_bytes(32, "big")


def test_a_transfer_names_amount_and_receiver() -> None:
    """Whole tokens in the sentence, base units below, both exact."""
    tx = to_usdc(a_transfer_data(PAYROLL.raw, 1_234_567))
    reader, call = CallReader(facts()), decoded(tx)
    assert reader.line(call).title == "Pay 1.234567 USDC to Payroll A"
    amount = next(line for line in reader.facts_of(call) if line.kind == "amount")
    assert (amount.title, amount.detail) == ("amount: 1.234567 USDC", "1234567 base units")


def test_an_address_line_is_whole_and_says_who_vouches() -> None:
    """All forty digits, the name and where it comes from."""
    call = decoded(to_usdc(a_transfer_data(PAYROLL.raw, 1)))
    to = next(line for line in CallReader(facts()).facts_of(call) if line.title.startswith("to:"))
    assert to.title == "to: Payroll A · address book"
    assert to.detail == to.address == to.copy == str(PAYROLL)


def test_a_stranger_is_shown_in_full_where_a_name_would_stand() -> None:
    """No name: the sentence carries the whole address, and its line is marked."""
    call = decoded(to_usdc(a_transfer_data(STRANGER.raw, 5)))
    assert str(STRANGER) in CallReader(facts()).line(call).title
    to = next(line for line in CallReader(facts()).facts_of(call) if line.title.startswith("to:"))
    assert (to.title, to.meaning) == ("to: nobody here knows it", "advice")


def test_an_unlimited_approval_is_called_unlimited() -> None:
    """2**256 − 1 base units are not written as an amount."""
    assert line_of(to_usdc(approve_data(VAULT, 2**256 - 1))).title == (
        "Allow USDC yield vault to take unlimited USDC"
    )


def test_a_revocation_takes_back() -> None:
    """Approving zero gives nothing."""
    assert line_of(to_usdc(approve_data(VAULT, 0))).title.startswith("Take back what USDC yield")


def test_a_batch_reads_as_its_calls() -> None:
    """Approve and deposit, in order, each with its own sentence."""
    call = decoded(a_deposit_tx(400_000))
    reader = CallReader(facts())
    assert reader.line(call).title == "Batch of 2 calls"
    assert [reader.line(inner).title for inner in call.calls] == [
        "Allow USDC yield vault to take 400,000 USDC",
        "Deposit 400,000 USDC into USDC yield vault for this Safe",
    ]


def test_foreign_code_is_not_read_as_what_it_is_dressed_as() -> None:
    """A delegatecall to a stranger is a warning, whatever its calldata looks like."""
    line = line_of(a_hostile_tx())
    assert line.title == "Runs foreign code as this Safe, dressed as transfer"
    assert line.meaning == "block"


def test_data_nobody_can_read_is_marked_and_kept_whole_for_copying() -> None:
    """The row shows the beginning and its length; copying gives every byte."""
    tx = SafeTx(to=STRANGER, data=b"\xde\xad\xbe\xef" * 100, nonce=12)
    line = line_of(tx)
    assert line.title == f"Call {STRANGER} with 400 bytes of data"
    assert line.meaning == "block"
    (data,) = (x for x in CallReader(facts()).facts_of(decoded(tx)) if x.kind == "bytes")
    assert "400 bytes" in data.detail
    assert data.copy == "0x" + "deadbeef" * 100


@pytest.mark.parametrize(
    ("tx", "said"),
    [
        (SafeTx(to=PAYROLL, value=15 * 10**17, nonce=12), "Send 1.5 ETH to Payroll A"),
        (SafeTx(to=SAFE, nonce=12), "Nothing: an empty transaction that uses up its nonce"),
        (SafeTx(to=PAYROLL, nonce=12), "Empty call to Payroll A"),
    ],
)
def test_plain_transfers_are_plain(tx: SafeTx, said: str) -> None:
    """Without calldata there is only value, or nothing."""
    assert line_of(tx).title == said


def test_tokens_without_known_decimals_count_base_units() -> None:
    """An amount is never scaled by a guess."""
    assert Names(facts()).amount(STRANGER, 10**18) == (
        "1,000,000,000,000,000,000 base units of an unknown token"
    )


def test_a_new_safe_is_set_up_in_words() -> None:
    """The owners of a new Safe are listed, also where its set-up runs code; so is foreign code."""
    singleton = official_address(1, "Safe", (1, 4, 1))
    factory = official_address(1, "SafeProxyFactory", (1, 4, 1))
    assert singleton is not None
    assert factory is not None
    rest = (ZERO_ADDRESS, ZERO_ADDRESS, 0, ZERO_ADDRESS)
    kinds = "address[],uint256,address,bytes,address,address,uint256,address"
    owners = (PAYROLL, STRANGER)
    set_up = a_call(STRANGER, f"setup({kinds})", owners, 1, STRANGER, b"\1\2\3\4", *rest)
    create = "createProxyWithNonce(address,bytes,uint256)"
    call = a_call(factory, create, singleton, set_up.data, 7)
    tree = decoded(SafeTx(to=factory, data=call.data, nonce=12))
    reader, (inner,) = CallReader(facts()), tree.calls
    assert reader.line(tree).title == "Create a new account that runs the code of Safe 1.4.1"
    assert reader.line(inner).title == f"Set up the Safe {inner.to}: 1 of 2 owners"
    shown = [line.address for line in reader.facts_of(inner)]
    assert {str(PAYROLL), str(STRANGER)} <= set(shown)
    assert reader.line(inner.calls[0]).title == f"Runs foreign code as {inner.to}"


def test_a_created_contract_in_words() -> None:
    """How long its code is; what it is nobody can say."""
    library = official_address(1, "CreateCall", (1, 4, 1))
    assert library is not None
    call = a_call(library, "performCreate(uint256,bytes)", 0, bytes(2_000))
    tx = SafeTx(to=library, data=call.data, operation=Operation.DELEGATECALL, nonce=12)
    assert line_of(tx).title == "Create a contract from 2,000 bytes"


def test_texts_stand_as_text() -> None:
    """Whole where they are short; a long one is cut, says so, and is copied as its bytes."""
    shape = "propose(address[],uint256[],bytes[],string)"
    for text, shown in (("Pay\tthem", "Pay⟨U+0009⟩them"), ("y" * 500, "y" * 400)):
        call = a_call(VAULT, shape, (PAYROLL,), (0,), (b"",), text)
        tx = SafeTx(to=VAULT, data=call.data, nonce=12)
        lines = CallReader(facts()).facts_of(decoded(tx))
        (line,) = (line for line in lines if line.detail == "string")
        assert line.title.startswith(f"description: {shown}")
        is_whole = len(text) <= 400
        assert line.title.endswith("them" if is_whole else "… (500 characters)")
        assert line.copy == (shown if is_whole else f"0x{text.encode().hex()}")
