"""The calls inside calls: whose doing they are, when they run, and that none gets lost."""

import time
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.matters import MANAGER, SAFE, USDC, a_call, a_treasury_safe, a_tx, pay
from tests.samples import PAYROLL, STRANGER, an_address
from treasury_desktop.assets.address import ZERO_ADDRESS, Address
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.assets.unknown import UNKNOWN
from treasury_desktop.calls.calldata import encode_arguments
from treasury_desktop.calls.decoded_call import (
    MULTISEND,
    Certainty,
    DecodedCall,
    Problem,
    Reading,
    decode_transaction,
)
from treasury_desktop.calls.inner_calls import OPENERS
from treasury_desktop.calls.known_contracts import functions_with_selector
from treasury_desktop.deployments.calls import Call
from treasury_desktop.resources import read_resource
from treasury_desktop.safes.safe_tx import Operation, SafeTx

READING = Reading(known={USDC: "ERC-20", MANAGER: "Uniswap v3 position manager and router"})
ELSEWHERE, MODULE = an_address("another contract"), an_address("module")
PAID = pay(5)
TOKEN, TRANSFER = PAID.to, PAID.data
EXECUTION = "address,uint256,bytes,uint8"
SALT = bytes(32)


def decoded(call: Call | SafeTx, reading: Reading = READING, **safe: Any) -> DecodedCall:
    """The tree of a call of the Safe of matters."""
    tx = a_tx(call) if isinstance(call, Call) else call
    return decode_transaction(a_treasury_safe(**safe), tx, reading)


def the_transfer(call: DecodedCall) -> DecodedCall:
    """The one call inside, which pays 5 USDC to the payroll."""
    (inner,) = call.calls
    assert (inner.to, inner.data) == (TOKEN, TRANSFER)
    assert inner.certainty is Certainty.KNOWN_CONTRACT
    assert inner.path == "0.0"
    assert not call.problems
    return inner


# ── who acts, and when ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("signature", "arguments", "runs_later"),
    [
        ("execute(address,uint256,bytes,bytes32,bytes32)", (TOKEN, 7, TRANSFER, SALT, SALT), False),
        ("schedule(address,uint256,bytes,bytes32,bytes32,uint256)",
         (TOKEN, 7, TRANSFER, SALT, SALT, 9), True),
        ("executeBatch(address[],uint256[],bytes[],bytes32,bytes32)",
         ((TOKEN,), (7,), (TRANSFER,), SALT, SALT), False),
        ("scheduleBatch(address[],uint256[],bytes[],bytes32,bytes32,uint256)",
         ((TOKEN,), (7,), (TRANSFER,), SALT, SALT, 9), True),
        ("propose(address[],uint256[],bytes[],string)",
         ((TOKEN,), (7,), (TRANSFER,), "why"), True),
        ("propose(address[],uint256[],string[],bytes[],string)",
         ((TOKEN,), (7,), ("",), (TRANSFER,), "why"), True),
        ("propose(address[],uint256[],string[],bytes[],string)",
         ((TOKEN,), (7,), ("transfer(address,uint256)",), (TRANSFER[4:],), "why"), True),
        ("queue(address[],uint256[],bytes[],bytes32)",
         ((TOKEN,), (7,), (TRANSFER,), SALT), True),
        ("execute(address[],uint256[],bytes[],bytes32)",
         ((TOKEN,), (7,), (TRANSFER,), SALT), False),
        ("relay(address,uint256,bytes)", (TOKEN, 7, TRANSFER), False),
        ("queueTransaction(address,uint256,string,bytes,uint256)",
         (TOKEN, 7, "transfer(address,uint256)", TRANSFER[4:], 9), True),
        ("queueTransaction(address,uint256,string,bytes,uint256)",
         (TOKEN, 7, "", TRANSFER, 9), True),
        ("executeTransaction(address,uint256,string,bytes,uint256)",
         (TOKEN, 7, "transfer(address,uint256)", TRANSFER[4:], 9), False),
        ("execute(address,uint256,bytes)", (TOKEN, 7, TRANSFER), False),
        ("executeBatch(address[],uint256[],bytes[])", ((TOKEN,), (7,), (TRANSFER,)), False),
        ("execute(bytes32,(address,uint256,bytes)[],uint256)",
         (SALT, ((TOKEN, 7, TRANSFER),), 0), False),
        ("aggregate3Value((address,bool,uint256,bytes)[])",
         (((TOKEN, True, 7, TRANSFER),),), False),
    ],
)  # fmt: skip
def test_what_a_timelock_governor_or_account_runs(
    signature: str, arguments: tuple[object, ...], runs_later: bool
) -> None:
    """The inner call is the contract's own doing, now or after its vote or delay."""
    inner = the_transfer(decoded(a_call(ELSEWHERE, signature, *arguments)))
    assert (inner.sender, inner.value, inner.runs_later) == (ELSEWHERE, 7, runs_later)


@pytest.mark.parametrize(
    ("signature", "arguments"),
    [
        ("aggregate((address,bytes)[])", (((TOKEN, TRANSFER),),)),
        ("tryAggregate(bool,(address,bytes)[])", (True, ((TOKEN, TRANSFER),))),
        ("blockAndAggregate((address,bytes)[])", (((TOKEN, TRANSFER),),)),
        ("tryBlockAndAggregate(bool,(address,bytes)[])", (False, ((TOKEN, TRANSFER),))),
        ("aggregate3((address,bool,bytes)[])", (((TOKEN, False, TRANSFER),),)),
        ("executeBatch(address[],bytes[])", ((TOKEN,), (TRANSFER,))),
        ("execute(address,bytes)", (TOKEN, TRANSFER)),
    ],
)
def test_batches_of_others_act_as_themselves(signature: str, arguments: tuple[object, ...]) -> None:
    """What Multicall3 or another account does, it does as itself."""
    assert the_transfer(decoded(a_call(ELSEWHERE, signature, *arguments))).sender == ELSEWHERE


def test_a_scheduled_call_of_an_access_manager_runs_later() -> None:
    """An AccessManager schedules one call by its target and data."""
    call = decoded(a_call(ELSEWHERE, "schedule(address,bytes,uint48)", TOKEN, TRANSFER, 9))
    assert the_transfer(call).runs_later


def test_value_is_passed_on_once() -> None:
    """What is sent along goes to the target of an execution that names no value."""
    call = decoded(a_call(ELSEWHERE, "execute(address,bytes)", PAYROLL, b"", value=9))
    assert call.calls[0].value == 9


def test_what_is_proposed_inside_runs_later_all_the_way_down() -> None:
    """A batch inside a proposal waits with it."""
    inside = a_call(ELSEWHERE, "aggregate((address,bytes)[])", ((TOKEN, TRANSFER),))
    proposal = a_call(STRANGER, "relay(address,uint256,bytes)", ELSEWHERE, 0, inside.data)
    call = decoded(
        a_call(
            MODULE, "propose(address[],uint256[],bytes[],string)",
            (STRANGER,), (0,), (proposal.data,), "why",
        )
    )  # fmt: skip
    assert [one.runs_later for one in call.walk()] == [False, True, True, True]
    assert [one.sender for one in call.walk()] == [SAFE, MODULE, STRANGER, ELSEWHERE]


@pytest.mark.parametrize(
    ("signature", "more"),
    [
        (f"execTransactionFromModule({EXECUTION})", ()),
        (f"execTransactionFromModuleReturnData({EXECUTION})", ()),
        (f"executeUserOp({EXECUTION})", ()),
        (f"executeUserOpWithErrorString({EXECUTION})", ()),
        (f"executeNextTx({EXECUTION})", ()),
        (f"execTransactionWithRole({EXECUTION},uint16,bool)", (1, True)),
        (f"execTransactionWithRole({EXECUTION},bytes32,bool)", (SALT, True)),
        (f"execTransactionWithRoleReturnData({EXECUTION},uint16,bool)", (1, True)),
        (f"execTransactionWithRoleReturnData({EXECUTION},bytes32,bool)", (SALT, True)),
    ],
)
def test_what_runs_through_our_own_module_is_our_doing(
    signature: str, more: tuple[object, ...]
) -> None:
    """A module that the Safe enabled spends the Safe's money; another Safe's module does not."""
    call = a_call(MODULE, signature, TOKEN, 0, TRANSFER, 0, *more)
    assert the_transfer(decoded(call, modules=(MODULE,))).sender == SAFE
    assert the_transfer(decoded(call, modules=())).sender == MODULE
    unknown = the_transfer(decoded(call, modules=UNKNOWN)).sender
    assert unknown == (SAFE if "WithRole" in signature else MODULE)


@pytest.mark.parametrize(
    ("signature", "arguments"),
    [
        ("executeProposal(string,bytes32[],address,uint256,bytes,uint8)",
         ("id", (SALT,), TOKEN, 0, TRANSFER, 0)),
        ("executeProposalWithIndex(string,bytes32[],address,uint256,bytes,uint8,uint256)",
         ("id", (SALT,), TOKEN, 0, TRANSFER, 0, 0)),
        ("executeProposal((address,uint8,uint256,bytes)[])", (((TOKEN, 0, 0, TRANSFER),),)),
        ("proposeTransactions((address,uint8,uint256,bytes)[],bytes)",
         (((TOKEN, 0, 0, TRANSFER),), b"")),
    ],
)  # fmt: skip
def test_proposals_of_a_module(signature: str, arguments: tuple[object, ...]) -> None:
    """Reality and the Optimistic Governor run what was proposed as the Safe they belong to."""
    call = decoded(a_call(MODULE, signature, *arguments), modules=(MODULE,))
    inner = the_transfer(call)
    assert (inner.sender, inner.runs_later) == (SAFE, signature.startswith("propose"))


def test_a_delegatecall_through_a_module_is_one() -> None:
    """The operation of what a module runs is kept at every depth."""
    deep = a_call(MODULE, f"execTransactionFromModule({EXECUTION})", ELSEWHERE, 0, TRANSFER, 1)
    call = decoded(deep, modules=(MODULE,))
    assert call.calls[0].is_delegatecall
    assert call.calls[0].sender == SAFE


def test_delegatecalled_batches_act_as_the_sender() -> None:
    """Code that is delegatecalled spends the sender's money, whatever it is."""
    call = a_call(ELSEWHERE, "aggregate((address,bytes)[])", ((TOKEN, TRANSFER),))
    tx = replace(a_tx(call), operation=Operation.DELEGATECALL)
    assert the_transfer(decoded(tx)).sender == SAFE


def test_allowance_module_pays_out_of_the_safe_it_is_told() -> None:
    """A transfer by allowance leaves the Safe that is named, as tokens or as native value."""
    signature = (
        "executeAllowanceTransfer(address,address,address,uint96,address,uint96,address,bytes)"
    )
    told = (SAFE, USDC, PAYROLL, 5_000_000, ZERO_ADDRESS, 0, STRANGER, b"")
    inner = the_transfer(decoded(a_call(MODULE, signature, *told)))
    assert inner.sender == SAFE
    native = (ELSEWHERE, ZERO_ADDRESS, PAYROLL, 5, ZERO_ADDRESS, 0, STRANGER, b"")
    (paid,) = decoded(a_call(MODULE, signature, *native)).calls
    assert (paid.sender, paid.to, paid.value, paid.data) == (ELSEWHERE, PAYROLL, 5, b"")


def test_set_up_of_a_safe_delegatecalls() -> None:
    """Every version's set-up may run foreign code as the new Safe; without a target it does not."""
    for rest in ("", ",address,uint256,address", ",address,address,uint256,address"):
        kinds = f"address[],uint256,address,bytes{rest}"
        more = tuple(0 if kind == "uint256" else ZERO_ADDRESS for kind in rest.split(",")[1:])
        call = decoded(a_call(ELSEWHERE, f"setup({kinds})", (SAFE,), 1, STRANGER, b"", *more))
        (inner,) = call.calls
        assert (inner.operation, inner.sender, inner.to) == (1, ELSEWHERE, STRANGER)
        calm = decoded(a_call(ELSEWHERE, f"setup({kinds})", (SAFE,), 1, ZERO_ADDRESS, b"", *more))
        assert not calm.calls


def test_upgrades_call_the_new_code() -> None:
    """What an upgrade calls is decoded as a call of the proxy."""
    data = a_call(ELSEWHERE, "initialize(address)", STRANGER).data
    itself = decoded(a_call(ELSEWHERE, "upgradeToAndCall(address,bytes)", STRANGER, data, value=3))
    (inner,) = itself.calls
    assert (inner.sender, inner.to, inner.value, inner.data) == (SAFE, ELSEWHERE, 3, data)
    admin = decoded(
        a_call(MODULE, "upgradeAndCall(address,address,bytes)", ELSEWHERE, STRANGER, data)
    )
    (inner,) = admin.calls
    assert (inner.sender, inner.to, inner.data) == (MODULE, ELSEWHERE, data)
    silent = decoded(a_call(ELSEWHERE, "upgradeToAndCall(address,bytes)", STRANGER, b""))
    assert not silent.calls
    silent = decoded(
        a_call(MODULE, "upgradeAndCall(address,address,bytes)", ELSEWHERE, STRANGER, b"")
    )
    assert not silent.calls


def test_disperse_pays_everybody_it_names() -> None:
    """Each recipient is a payment of the sender's own money."""
    names, amounts = (PAYROLL, STRANGER), (3, 4)
    ether = decoded(
        a_call(ELSEWHERE, "disperseEther(address[],uint256[])", names, amounts, value=7)
    )
    assert [(c.sender, c.to, c.value) for c in ether.calls] == [
        (SAFE, PAYROLL, 3),
        (SAFE, STRANGER, 4),
    ]
    for name in ("disperseToken", "disperseTokenSimple"):
        signature = f"{name}(address,address[],uint256[])"
        token = decoded(a_call(ELSEWHERE, signature, USDC, names, amounts))
        for inner, to, amount in zip(token.calls, names, amounts, strict=True):
            assert inner.function is not None
            assert inner.function.signature == "transferFrom(address,address,uint256)"
            assert (inner.sender, inner.to) == (SAFE, USDC)
            assert [argument.value for argument in inner.arguments] == [SAFE, to, amount]


def test_third_form_of_multicall() -> None:
    """The router's multicall with a block hash holds calls like the other two."""
    item = a_call(MANAGER, "refundETH()").data
    call = decoded(a_call(MANAGER, "multicall(bytes32,bytes[])", SALT, (item, item), value=2))
    assert [(inner.to, inner.sender, inner.value) for inner in call.calls] == [
        (MANAGER, SAFE, 2),
        (MANAGER, SAFE, 0),
    ]


# ── nothing gets lost ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("signature", "arguments"),
    [
        ("propose(address[],uint256[],bytes[],string)", ((TOKEN, TOKEN), (0,), (TRANSFER,), "")),
        ("propose(address[],uint256[],string[],bytes[],string)",
         ((TOKEN,), (0,), (), (TRANSFER,), "")),
        ("executeBatch(address[],bytes[])", ((TOKEN,), ())),
        ("disperseEther(address[],uint256[])", ((PAYROLL,), (1, 2))),
        ("execute(bytes,bytes[])", (b"\x05\x05", (b"",))),
    ],
)  # fmt: skip
def test_lists_of_different_lengths(signature: str, arguments: tuple[object, ...]) -> None:
    """A batch whose lists do not fit together is malformed and undecoded, never half read."""
    call = decoded(a_call(ELSEWHERE, signature, *arguments))
    assert not call.calls
    assert call.problems == (Problem.MALFORMED_CALLDATA, Problem.UNDECODED)


def test_every_opener_opens_a_packaged_function() -> None:
    """No opener waits for a function that nobody packaged, commands of the router excepted."""
    for signature in OPENERS:
        known = functions_with_selector(keccak(signature.encode())[:4])
        is_command = signature.startswith("EXECUTE_SUB_PLAN")
        assert is_command or any(one.function.signature == signature for one in known)


def packaged_selectors() -> list[bytes]:
    """The four bytes of every packaged function."""
    lines = read_resource("abi/selectors.txt").decode().splitlines()
    return sorted({bytes.fromhex(line[:8]) for line in lines})


SELECTORS = packaged_selectors()
CARRYING = [keccak(text.encode())[:4] for text in sorted({*OPENERS, MULTISEND})]


@given(st.sampled_from(SELECTORS), st.binary(max_size=500), st.sampled_from(Operation))
@settings(max_examples=500)
def test_any_bytes_behind_any_packaged_selector(
    selector: bytes, body: bytes, operation: Operation
) -> None:
    """Random bytes never crash the decoder, and what it reads writes back to them."""
    check_tree(SafeTx(to=ELSEWHERE, data=selector + body, operation=operation, nonce=42))


WORDS = st.one_of(
    st.integers(0, 24).map(lambda number: (32 * number).to_bytes(32, "big")),
    st.integers(0, 3).map(lambda number: number.to_bytes(32, "big")),
    st.sampled_from(CARRYING).map(lambda selector: selector.ljust(32, b"\0")),
    st.sampled_from((SAFE, USDC, MODULE)).map(lambda address: address.raw.rjust(32, b"\0")),
    st.binary(min_size=32, max_size=32),
)


@given(st.sampled_from(CARRYING), st.lists(WORDS, max_size=40), st.integers(0, 31))
@settings(max_examples=800)
def test_likely_words_behind_functions_that_carry_calls(
    selector: bytes, words: list[bytes], cut: int
) -> None:
    """Words that look like offsets, lengths and selectors never crash the decoder either."""
    body = b"".join(words)
    check_tree(SafeTx(to=MODULE, data=selector + body[: len(body) - cut], nonce=42))


def check_tree(tx: SafeTx) -> None:
    """What is read writes back to the same bytes, and what is not read says so."""
    tree = decode_transaction(a_treasury_safe(modules=(MODULE,)), tx, READING)
    for call in tree.walk():
        assert call.depth <= 16
        if call.function is None:
            assert call.certainty is Certainty.NONE
            is_dark = bool(call.data) and call.operation != Operation.CREATE
            assert (Problem.UNDECODED in call.problems) is is_dark
            continue
        values = tuple(argument.value for argument in call.arguments)
        written = encode_arguments(call.function.parameters, values)
        is_command = call.function.name.isupper()
        body = call.data[1 if is_command else 4 :]
        is_same = body[: len(written)] == written
        assert is_same is (Problem.NON_CANONICAL_ABI not in call.problems)
        if is_same and len(body) > len(written):
            assert {Problem.LONG_PADDING, Problem.TRAILING_CALLDATA} & set(call.problems)


# ── bombs ────────────────────────────────────────────────────────────────────────────────────────


def word(number: int) -> bytes:
    """A 32-byte word."""
    return number.to_bytes(32, "big")


def array_of_one_place(selector: str, items: int, lead: bytes = b"") -> bytes:
    """A call with an array of bytes whose items are all the same empty place."""
    data = bytes.fromhex(selector) + lead + word(len(lead) + 32)
    return data + word(items) + word(32 * items) * items + word(0)


@pytest.mark.parametrize(
    "data",
    [
        array_of_one_place("ac9650d8", 60_000),
        array_of_one_place("5ae401dc", 60_000, lead=word(2**40)),
        array_of_one_place("252dba42", 60_000),
        array_of_one_place("ac9650d8", 60_000)[:900_000],
        bytes.fromhex("ac9650d8") + word(32) + word(2**64) + word(0) * 60_000,
    ],
)
def test_bombs_of_empty_items_end_soon(data: bytes) -> None:
    """Items that all lead to one empty place are malformed, and told so at once."""
    start = time.perf_counter()
    call = decoded(SafeTx(to=MANAGER, data=data, nonce=42))
    assert time.perf_counter() - start < 1
    assert call.problems == (Problem.MALFORMED_CALLDATA, Problem.UNDECODED)


def test_nested_batches_do_not_multiply() -> None:
    """Sixteen levels of half a megabyte are read in linear time."""
    call = Call(to=MANAGER, value=0, data=a_call(MANAGER, "refundETH()").data, purpose="")
    filler = tuple(call.data for _ in range(2_000))
    for _ in range(16):
        call = a_call(MANAGER, "multicall(bytes[])", (call.data, *filler))
    start = time.perf_counter()
    tree = decoded(call)
    assert time.perf_counter() - start < 4
    assert sum(1 for _ in tree.leaves()) == 16 * 2_000 + 1


def test_addresses_are_what_the_bytes_say() -> None:
    """An inner call's target is the twenty bytes, whatever stands before them."""
    call = a_call(ELSEWHERE, "execute(address,uint256,bytes)", TOKEN, 0, TRANSFER)
    dirty = call.data[:4] + b"\xff" * 12 + call.data[16:]
    found = decoded(replace(call, data=dirty))
    assert found.problems == (Problem.NON_CANONICAL_ABI,)
    assert found.calls[0].to == TOKEN
    assert isinstance(found.calls[0].to, Address)
