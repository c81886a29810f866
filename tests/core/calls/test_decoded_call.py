"""Call trees: what is inside, how sure the reading is, and what is wrong with the bytes."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.matters import (
    MANAGER,
    ROUTER,
    SAFE,
    USDC,
    VAULT,
    a_call,
    a_treasury_safe,
    a_tx,
    approve,
    deposit,
    nested_execution,
    pay,
)
from tests.samples import PAYROLL, STRANGER, an_address
from treasury_desktop.assets.address import ZERO_ADDRESS, Address
from treasury_desktop.calls.abi_type import parse_function
from treasury_desktop.calls.decoded_call import (
    MAX_DEPTH,
    Certainty,
    DecodedCall,
    Problem,
    Reading,
    decode_transaction,
)
from treasury_desktop.calls.known_contracts import (
    functions_with_selector,
    official_address,
    official_contract,
)
from treasury_desktop.deployments.calls import Call
from treasury_desktop.safes.multisend import MULTISEND_SELECTOR, PackedCall, multisend_calldata
from treasury_desktop.safes.safe_tx import Operation, SafeTx

READING = Reading(
    known={
        USDC: "ERC-20",
        VAULT: "ERC-4626",
        SAFE: "Safe",
        MANAGER: "Uniswap v3 position manager and router",
    }
)


def official(name: str, version: tuple[int, int, int] = (1, 4, 1)) -> Address:
    """An official contract's address on chain 1."""
    found = official_address(1, name, version)
    assert found is not None
    return found


def decoded(tx: SafeTx | Call, reading: Reading = READING) -> DecodedCall:
    """The tree of a transaction of the Safe of matters."""
    made = a_tx(tx) if isinstance(tx, Call) else tx
    return decode_transaction(a_treasury_safe(), made, reading)


def a_batch(*calls: PackedCall, to: Address | None = None) -> SafeTx:
    """A delegatecall of MultiSend."""
    return SafeTx(
        to=official("MultiSend") if to is None else to,
        data=multisend_calldata(calls),
        operation=Operation.DELEGATECALL,
        nonce=42,
    )


def packed(call: Call, operation: int = 0) -> PackedCall:
    """A call as an entry of a batch."""
    return PackedCall(operation, call.to, call.value, call.data)


# ── how sure ─────────────────────────────────────────────────────────────────────────────────────


def test_certainty_of_a_known_contract() -> None:
    """Where our own side vouches for the contract, its own functions are certain."""
    call = decoded(pay(5))
    assert call.certainty is Certainty.KNOWN_CONTRACT
    assert (call.argument("to"), call.argument("amount")) == (PAYROLL, 5_000_000)
    assert call.abi == "ERC-20"
    with pytest.raises(KeyError):
        call.argument("nobody")


def test_vaults_and_wrapped_ether_are_tokens_too() -> None:
    """A vault's shares and wrapped ether can be transferred as certainly as they are known."""
    weth = an_address("some WETH")
    reading = Reading(known={VAULT: "ERC-4626", weth: "WETH9"})
    for token in (VAULT, weth):
        found = decoded(a_call(token, "transfer(address,uint256)", PAYROLL, 1), reading)
        assert found.certainty is Certainty.KNOWN_CONTRACT


def test_certainty_of_a_known_selector() -> None:
    """At an unknown contract, or for another contract's function, four bytes are all there is."""
    assert decoded(pay(5), Reading()).certainty is Certainty.KNOWN_SELECTOR
    elsewhere = decoded(a_call(USDC, "deposit(uint256,address)", 5, SAFE))
    assert elsewhere.certainty is Certainty.KNOWN_SELECTOR


def test_certainty_of_a_claimed_abi() -> None:
    """What a sender's ABI says is a guess, also where the sender names a known function."""
    function = parse_function("frobnicate(uint256 amount)")
    claimed = Reading(claimed={STRANGER: {function.selector: function}})
    call = decoded(a_call(STRANGER, "frobnicate(uint256)", 7), claimed)
    assert call.certainty is Certainty.GUESS
    assert call.argument("amount") == 7
    lying = parse_function("transfer(address a,uint256 b)")
    known = Reading(claimed={USDC: {lying.selector: lying}}, known=READING.known)
    assert decoded(pay(5), known).argument("to") == PAYROLL


def claim(text: str, contract: Address = STRANGER, **known: Any) -> Reading:
    """A sender's ABI of one function at one contract."""
    function = parse_function(text)
    return Reading(claimed={contract: {function.selector: function}}, **known)


def test_bare_four_bytes_are_a_guess() -> None:
    """At a contract nobody vouches for, bytes that do not write back leave only four that fit."""
    dirty = replace(pay(5), data=pay(5).data[:4] + b"\x01" + pay(5).data[5:])
    longer = replace(pay(5), data=pay(5).data + b"\x01")
    padded = replace(pay(5), data=pay(5).data + bytes(32))
    for call, certainty in (
        (dirty, Certainty.GUESS),
        (longer, Certainty.GUESS),
        (padded, Certainty.KNOWN_SELECTOR),
    ):
        assert decoded(call, Reading()).certainty is certainty
        assert decoded(call).certainty is Certainty.KNOWN_CONTRACT


def test_two_meanings_of_the_same_bytes_are_a_guess() -> None:
    """Where a claimed function has the four bytes of a packaged one and fits too, nobody knows."""
    twin = claim("collate_propagate_storage(bytes16 a)")
    for number, certainty in ((5 << 128, Certainty.GUESS), (5, Certainty.KNOWN_SELECTOR)):
        call = decoded(a_call(STRANGER, "burn(uint256)", number), twin)
        assert call.function is not None
        assert call.function.name == "burn"
        assert call.certainty is certainty


def test_the_meaning_that_writes_back_wins() -> None:
    """Bytes that fit a claimed function only are read by it, and stay a guess."""
    transfer = pay(5).data[:4]
    for data in (transfer + b"\x07" + bytes(31), transfer + b"\x07" + bytes(63)):
        call = decoded(
            Call(to=STRANGER, value=0, data=data, purpose=""), claim("many_msg_babbage(bytes1 a)")
        )
        assert call.function is not None
        assert call.function.name == "many_msg_babbage"
        assert call.certainty is Certainty.GUESS
        assert not set(call.problems) & {Problem.UNDECODED, Problem.NON_CANONICAL_ABI}


def test_claims_add_nothing_to_a_contract_we_vouch_for() -> None:
    """A token's own function is read as such, whatever else somebody says it is."""
    twin = claim("many_msg_babbage(bytes1 a)", USDC, known=READING.known)
    short = replace(pay(5), data=pay(5).data[:4] + b"\x07" + bytes(31))
    assert decoded(pay(5), twin).certainty is Certainty.KNOWN_CONTRACT
    assert decoded(short, twin).problems == (Problem.MALFORMED_CALLDATA, Problem.UNDECODED)


def test_names_of_parameters_are_those_of_the_contract_we_vouch_for() -> None:
    """The same function goes by the names its own kind of contract gives it."""
    burnt = a_call(MANAGER, "burn(uint256)", 7)
    assert decoded(burnt).arguments[0].name == "tokenId"
    assert decoded(burnt, Reading()).arguments[0].name == "amount"


@pytest.mark.parametrize("name", ["MultiSend", "MultiSendCallOnly", "SignMessageLib"])
@pytest.mark.parametrize("operation", list(Operation)[:2])
@pytest.mark.parametrize(
    "signature",
    ["transfer(address,uint256)", "addOwnerWithThreshold(address,uint256)", "migrateSingleton()"],
)
def test_library_has_its_own_functions_only(
    name: str, operation: Operation, signature: str
) -> None:
    """Nobody's claim and no known selector make a library do what it cannot."""
    library = official(name)
    arguments = (PAYROLL, 1) if "address" in signature else ()
    data = a_call(library, signature, *arguments).data
    tx = SafeTx(to=library, data=data, operation=operation, nonce=42)
    for reading in (READING, claim(signature, library)):
        call = decoded(tx, reading)
        assert call.function is None
        assert call.problems == (Problem.UNDECODED,)


def test_library_does_what_it_is_for() -> None:
    """A message is signed through its library, a batch read through its own."""
    library = official("SignMessageLib")
    sign = decoded(a_call(library, "signMessage(bytes)", b"x"))
    assert sign.certainty is Certainty.KNOWN_CONTRACT
    assert decoded(a_batch(packed(pay(1)))).certainty is Certainty.KNOWN_CONTRACT


def test_no_certainty_where_nobody_can_read() -> None:
    """A selector nobody knows keeps its bytes and says so."""
    call = decoded(replace(pay(1), data=b"\xde\xad\xbe\xef\x01"))
    assert call.certainty is Certainty.NONE
    assert call.problems == (Problem.UNDECODED,)
    assert call.function is None


@pytest.mark.parametrize("data", [b"\x01", b"\xa9\x05\x9c", b"\xa9\x05\x9c\xbb"])
def test_short_calldata_is_not_read(data: bytes) -> None:
    """Fewer bytes than a selector, or a selector without its arguments, is undecoded."""
    call = decoded(replace(pay(1), data=data))
    assert Problem.UNDECODED in call.problems
    assert not call.arguments


def test_creation_is_not_read_as_a_call() -> None:
    """Operation 2 runs its data as code: nothing in it is a function."""
    call = decoded(replace(a_tx(pay(1)), operation=Operation.CREATE))
    assert call.function is None
    assert call.operation == Operation.CREATE


def test_official_contracts_are_known_where_they_are() -> None:
    """A canonical address holds the official contract on every chain since 1.3.0."""
    address = official("MultiSendCallOnly")
    for chain_id in (1, 31337, 2**200):
        found = official_contract(chain_id, address)
        assert found is not None
        assert found.label == "MultiSendCallOnly 1.4.1"
        assert found.is_multisend
    assert official_contract(1, STRANGER) is None
    old = official_address(1, "MultiSend", (1, 1, 1))
    assert old is not None
    assert official_contract(1, old) is not None
    assert official_contract(2**200, old) is None
    assert official_address(1, "MultiSend", (9, 9, 9)) is None


def test_packaged_functions_are_unambiguous_where_money_moves() -> None:
    """No packaged selector of a token or vault means two things."""
    for signature in ("transfer(address,uint256)", "deposit(uint256,address)"):
        found = functions_with_selector(parse_function(signature).selector)
        assert {known.function.signature for known in found} == {signature}


# ── what is inside ───────────────────────────────────────────────────────────────────────────────


def test_batches_in_batches() -> None:
    """A nested batch shows every leaf with its path, and all act as the Safe."""
    inner = a_batch(packed(pay(2)), packed(deposit(3)))
    outer = a_batch(packed(pay(1)), PackedCall(1, inner.to, 0, inner.data), packed(approve(4)))
    call = decoded(outer)
    assert [leaf.path for leaf in call.leaves()] == ["0.0", "0.1.0", "0.1.1", "0.2"]
    assert [one.path for one in call.walk()] == ["0", "0.0", "0.1", "0.1.0", "0.1.1", "0.2"]
    assert {one.sender for one in call.walk()} == {SAFE}
    assert [one.depth for one in call.walk()] == [0, 1, 1, 2, 2, 1]


def test_batch_that_is_called_acts_as_itself() -> None:
    """Without delegatecall the calls come from the batch contract, and that is told."""
    batch = replace(a_batch(packed(pay(1))), operation=Operation.CALL)
    call = decoded(batch)
    assert call.problems == (Problem.MULTISEND_WITHOUT_DELEGATECALL,)
    assert call.calls[0].sender == batch.to


def test_execution_on_another_safe() -> None:
    """What another Safe executes is shown inside, as that Safe's own doing."""
    other = an_address("other safe")
    call = decoded(nested_execution(other, USDC, pay(7).data))
    (inner,) = call.calls
    assert inner.sender == other
    assert inner.path == "0.0"
    assert inner.function is not None
    assert inner.function.name == "transfer"


@pytest.mark.parametrize(
    "name", ["execTransactionFromModule", "execTransactionFromModuleReturnData"]
)
def test_execution_by_a_module(name: str) -> None:
    """What the Safe executes as a module of another one is shown inside."""
    other = an_address("other safe")
    call = decoded(a_call(other, f"{name}(address,uint256,bytes,uint8)", STRANGER, 5, b"", 1))
    (inner,) = call.calls
    assert (inner.sender, inner.to, inner.value, inner.operation) == (other, STRANGER, 5, 1)


@pytest.mark.parametrize("signature", ["multicall(bytes[])", "multicall(uint256,bytes[])"])
def test_multicall_of_a_router(signature: str) -> None:
    """Each item is a call to the contract itself, for the same sender; value goes to the first."""
    items = (a_call(ROUTER, "refundETH()").data, a_call(ROUTER, "burn(uint256)", 5).data)
    arguments = (items,) if signature.count(",") == 0 else (2**40, items)
    call = decoded(a_call(MANAGER, signature, *arguments, value=9))
    assert [inner.to for inner in call.calls] == [MANAGER, MANAGER]
    assert [inner.sender for inner in call.calls] == [SAFE, SAFE]
    assert [inner.value for inner in call.calls] == [9, 0]
    assert [inner.certainty for inner in call.calls] == [Certainty.KNOWN_CONTRACT] * 2


def nested(depth: int) -> SafeTx:
    """A payment inside that many batches."""
    tx = a_batch(packed(pay(1)))
    for _ in range(depth - 1):
        tx = a_batch(PackedCall(1, tx.to, 0, tx.data))
    return tx


def test_sixteen_levels_are_read_and_more_are_not() -> None:
    """At depth 16 the leaf is still there; one level more is a problem, never silence."""
    call = decoded(nested(MAX_DEPTH))
    assert [leaf.depth for leaf in call.leaves()] == [16]
    assert not any(one.problems for one in call.walk())
    deeper = decoded(nested(MAX_DEPTH + 1))
    assert Problem.TOO_DEEP in next(iter(deeper.leaves())).problems


def test_other_nestings_end_as_well() -> None:
    """Executions and multicalls nested without end are cut at the same depth."""
    call = pay(1)
    for _ in range(18):
        call = nested_execution(an_address("safe"), call.to, call.data)
    assert Problem.TOO_DEEP in next(iter(decoded(call).leaves())).problems
    item = a_call(MANAGER, "refundETH()")
    for _ in range(18):
        item = a_call(MANAGER, "multicall(bytes[])", (item.data,))
    assert Problem.TOO_DEEP in next(iter(decoded(item).leaves())).problems


@pytest.mark.parametrize(
    ("name", "version", "is_self"),
    [
        ("MultiSend", (1, 5, 0), True),
        ("MultiSendCallOnly", (1, 5, 0), True),
        ("MultiSend", (1, 4, 1), False),
        ("MultiSend", (1, 3, 0), False),
    ],
)
def test_zero_address_in_a_batch(name: str, version: tuple[int, int, int], is_self: bool) -> None:
    """Since 1.5.0 a zero address in a batch means the Safe itself; before, nobody."""
    change = a_call(ZERO_ADDRESS, "changeThreshold(uint256)", 1)
    call = decoded(a_batch(packed(change), to=official(name, version)))
    assert call.calls[0].to == (SAFE if is_self else ZERO_ADDRESS)


@pytest.mark.parametrize("operation", [2, 3, 255])
def test_operations_no_batch_knows(operation: int) -> None:
    """An inner operation above 1 makes the batch malformed, and its calls stay visible."""
    call = decoded(a_batch(packed(pay(1)), packed(pay(2), operation)))
    assert call.problems == (Problem.MALFORMED_MULTISEND,)
    assert len(call.calls) == 2


def test_batch_cut_off() -> None:
    """A batch whose last call is cut off shows no calls and says why."""
    tx = a_batch(packed(pay(1)))
    inner = tx.data[4 + 64 : 4 + 64 + 85 + 68 - 1]
    data = MULTISEND_SELECTOR + (32).to_bytes(32, "big") + len(inner).to_bytes(32, "big")
    call = decoded(replace(tx, data=data + inner + bytes(-len(inner) % 32)))
    assert call.problems == (Problem.MALFORMED_MULTISEND,)
    assert not call.calls


# ── odd bytes ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        (bytes(32), Problem.LONG_PADDING),
        (b"\x01", Problem.TRAILING_CALLDATA),
        (bytes(31) + b"\x01", Problem.TRAILING_CALLDATA),
    ],
)
def test_bytes_after_the_arguments(more: bytes, problem: Problem) -> None:
    """Zeros after the arguments are padding, anything else is told."""
    call = pay(1)
    assert decoded(replace(call, data=call.data + more)).problems == (problem,)


def test_gapped_batch_is_read_and_told() -> None:
    """An odd offset hides nothing: the calls are there, and so is the problem."""
    tx = a_batch(packed(pay(1)))
    gapped = tx.data[:4] + (64).to_bytes(32, "big") + bytes(32) + tx.data[36:]
    call = decoded(replace(tx, data=gapped))
    assert call.problems == (Problem.NON_CANONICAL_ABI,)
    assert len(call.calls) == 1


@given(st.binary(max_size=500), st.sampled_from(Operation), st.sampled_from((USDC, VAULT, SAFE)))
@settings(max_examples=300)
def test_any_calldata_is_decoded_somehow(data: bytes, operation: Operation, to: Address) -> None:
    """No bytes crash the decoder; data without a function is always a problem."""
    call = decoded(SafeTx(to=to, data=data, operation=operation, nonce=42))
    for one in call.walk():
        if one.data and one.function is None and one.operation != Operation.CREATE:
            assert Problem.UNDECODED in one.problems


@given(st.data())
@settings(max_examples=300)
def test_any_arguments_of_packaged_functions(data: st.DataObject) -> None:
    """Random bytes behind packaged selectors are read or malformed, never an error."""
    selectors = [MULTISEND_SELECTOR, pay(1).data[:4], b"\x6a\x76\x12\x02", b"\xac\x96\x50\xd8"]
    body = data.draw(st.binary(max_size=300))
    for selector in selectors:
        call = decoded(SafeTx(to=MANAGER, data=selector + body, operation=Operation(1), nonce=42))
        assert call.problems or call.function is not None


def test_plain_transfers_have_nothing_to_read() -> None:
    """Without calldata there is nothing to misread."""
    call = decoded(SafeTx(to=PAYROLL, value=3, nonce=42))
    assert call.is_plain_transfer
    assert not call.is_delegatecall
    assert not call.problems
