"""The review as plain text: whole sentences, whole amounts, nothing said sixty times."""

from dataclasses import replace

from tests.core.review.test_call_checks import reviewed
from tests.matters import (
    DAI,
    SAFE,
    USDC,
    VAULT,
    a_call,
    a_treasury_safe,
    a_tx,
    an_evidence,
    approve,
    entering,
    local,
    pay,
)
from tests.samples import PAYROLL, STRANGER
from treasury_desktop.assets.unknown import UNKNOWN
from treasury_desktop.deployments.calls import Call
from treasury_desktop.treasury.evidence import BookEntry
from treasury_desktop.viewmodels.transcript import MOST_CALLS, transcript


def test_calls_are_told_in_units_and_base_units() -> None:
    """Who gets what, and the exact number beside it."""
    said = transcript(reviewed(pay(1_500)))

    assert "Pay 1,500 USDC to Payroll" in said
    assert "amount: 1,500 USDC  1500000000 base units" in said
    assert str(PAYROLL) in said


def test_calls_of_a_batch_stand_under_it() -> None:
    """Indented by their depth, addresses in full."""
    lines = transcript(reviewed(a_tx(*entering(100)))).splitlines()

    batch = lines.index("Batch of 2 calls")
    inner = [line for line in lines[batch:] if line.startswith("  ") and line[2] != " "]
    assert [line.split()[0] for line in inner] == ["Allow", "Deposit"]
    assert any(str(SAFE) in line for line in lines)


def test_a_finding_about_many_calls_stands_once() -> None:
    """With the first calls it is about, and how many more."""
    said = transcript(reviewed(a_tx(*(pay(1, to=STRANGER) for _ in range(12)))))

    assert said.count("RECIPIENT_NOT_IN_ADDRESS_BOOK") == 1
    assert "calls 0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7 and 4 more: It pays" in said


def test_findings_are_whole_sentences() -> None:
    """Every one has a subject."""
    said = transcript(reviewed(approve(1, spender=STRANGER, token=DAI)))

    assert f"danger SPENDER_NOT_ALLOWLISTED call 0: It lets {STRANGER} take DAI" in said


def test_long_batches_are_cut_and_say_so() -> None:
    """The whole is one option away."""
    said = transcript(reviewed(a_tx(*(pay(1) for _ in range(MOST_CALLS + 1)))))

    assert f"more calls than the {MOST_CALLS} shown here; see --json" in said


def test_names_from_outside_cannot_write_over_the_lines() -> None:
    """Control characters of a payee's name are written out."""
    book = (BookEntry(address=PAYROLL, name="Pay\x1b[2Kroll\u202e", chain_id=1),)
    said = transcript(reviewed(pay(1), local(an_evidence(address_book=book))))

    assert "\x1b" not in said
    assert "\u202e" not in said
    assert "⟨U+202E⟩" in said


def test_unread_calldata_is_shown_as_bytes() -> None:
    """What nobody can read is not left out."""
    call = a_call(USDC, "transfer(address,uint256)", PAYROLL, 1)
    unread = call.data.replace(bytes.fromhex("a9059cbb"), bytes.fromhex("deadbeef"), 1)
    said = transcript(reviewed(type(call)(to=USDC, value=0, data=unread, purpose="")))

    assert "0xdeadbeef" in said
    assert "UNDECODED_CALL" in said


def test_unread_calldata_is_shown_to_its_end() -> None:
    """All of it, and where it is too long for a terminal, where all of it is."""
    unread = b"\xde\xad\xbe\xef" + bytes(range(200))
    said = transcript(reviewed(Call(to=USDC, value=0, data=unread, purpose="")))
    assert f"data: 204 bytes  0x{unread.hex()}\n" in said
    said = transcript(reviewed(Call(to=USDC, value=0, data=unread * 40, purpose="")))
    assert "(--json shows them all)" in said
    assert "copy for all" not in said


def test_texts_in_calldata_are_safe_to_print() -> None:
    """A string stands as text, with what steers written out; what is no text, as bytes."""
    propose = "propose(address[],uint256[],bytes[],string)"
    call = a_call(VAULT, propose, (PAYROLL,), (0,), (b"",), "Pay\n\x1b[2K\u202ethem")
    said = transcript(reviewed(call))
    assert "description: Pay↵⟨U+001B⟩[2K⟨U+202E⟩them  string" in said
    broken = Call(to=VAULT, value=0, data=call.data.replace(b"them", b"\xff\xfeem"), purpose="")
    assert "description (no text): 15 bytes  0x5061790a1b5b324be280aefffe656d" in transcript(
        reviewed(broken)
    )


def test_confirmations_are_counted() -> None:
    """How many are valid and how many are needed."""
    assert "Confirmations: 0 valid of 2 needed\n" in transcript(reviewed(pay(1)))
    nobody_knows = replace(a_treasury_safe(), threshold=UNKNOWN)
    said = transcript(reviewed(pay(1), replace(local(), safe=nobody_knows)))
    assert "Confirmations: 0 valid of an unknown number needed\n" in said


def test_judgements_say_what_they_were_measured_by() -> None:
    """Limit, treasury and the meaning of each word, once for all judgements."""
    said = transcript(reviewed(a_tx(*entering(100), pay(5, to=STRANGER))))
    assert said.count("; limit 10.00%, treasury $10,000,000.00\n") == 2
    assert said.count("    limit: 10%, must not be reached\n") == 1
    assert said.count("    quotes: at most 1 hour old") == 1
