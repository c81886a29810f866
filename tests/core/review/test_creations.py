"""Contracts and Safes that a transaction creates: calm where they are official, told where not."""

import pytest

from tests.core.calls.test_proxy_creation import FACTORY, SETUP, SINGLETON, a_setup
from tests.matters import (
    OWN_SAFE,
    SAFE,
    STRATEGIES,
    a_call,
    a_tx,
    an_evidence,
    entering,
    local,
    pay,
    words,
)
from tests.samples import PAYROLL, STRANGER, an_owner
from tests.venue_calls import found, reviewed
from treasury_desktop.assets.address import ZERO_ADDRESS, Address
from treasury_desktop.calls.known_contracts import official_address
from treasury_desktop.deployments.calls import Call
from treasury_desktop.safes.multisend import PackedCall, multisend_calldata
from treasury_desktop.safes.safe_tx import Operation, SafeTx
from treasury_desktop.treasury.evidence import QueueEntry

CREATE_CALL, L2_SETUP, L2, MODULE_SETUP, MODULE, HANDLER = (
    official_address(1, name, version) or STRANGER
    for name, version in (
        ("CreateCall", (1, 4, 1)),
        ("SafeToL2Setup", (1, 4, 1)),
        ("SafeL2", (1, 4, 1)),
        ("SafeModuleSetup", (0, 3, 0)),
        ("Safe4337Module", (0, 3, 0)),
        ("CompatibilityFallbackHandler", (1, 4, 1)),
    )
)
CREATE = "createProxyWithNonce(address,bytes,uint256)"
CREATE_1, CREATE_2 = "performCreate(uint256,bytes)", "performCreate2(uint256,bytes,bytes32)"
CODE = b"\x60\x00" * 50


def to_l2(singleton: Address) -> bytes:
    """The call by which a new Safe becomes one that emits events."""
    return a_call(L2_SETUP, "setupToL2(address)", singleton).data


def enabling(*modules: Address) -> bytes:
    """The call by which a new Safe enables modules."""
    return a_call(MODULE_SETUP, "enableModules(address[])", modules).data


def a_new_safe(
    to: Address = ZERO_ADDRESS, data: bytes = b"", singleton: Address = SINGLETON
) -> Call:
    """The creation of a Safe."""
    return a_call(FACTORY, CREATE, singleton, a_setup(to, data), 7)


@pytest.mark.parametrize(
    "calm",
    [
        a_new_safe(),
        a_new_safe(L2_SETUP, to_l2(L2)),
        a_new_safe(MODULE_SETUP, enabling(MODULE)),
        a_call(FACTORY, CREATE, SINGLETON, b"", 7),
        a_call(CREATE_CALL, CREATE_1, 0, CODE),
        a_call(CREATE_CALL, CREATE_2, 0, CODE, bytes(32)),
    ],
)
def test_official_creations_are_calm(calm: Call) -> None:
    """What Safe's own interface creates raises nothing, alone or beside a payment."""
    assert reviewed(calm).verdict == "ok"
    assert reviewed(calm, pay(5)).verdict == "ok"


@pytest.mark.parametrize(
    ("hostile", "code"),
    [
        (a_new_safe(STRANGER, to_l2(L2)), "NESTED_DELEGATECALL_UNKNOWN_TARGET"),
        (a_new_safe(STRANGER, pay(5).data), "NESTED_DELEGATECALL_UNKNOWN_TARGET"),
        (a_new_safe(L2_SETUP, to_l2(STRANGER)), "STORAGE_TAKEOVER_RISK"),
        (a_new_safe(L2_SETUP, to_l2(HANDLER)), "STORAGE_TAKEOVER_RISK"),
        (a_new_safe(L2_SETUP, enabling(MODULE)), "STORAGE_TAKEOVER_RISK"),
        (a_new_safe(MODULE_SETUP, to_l2(L2)), "STORAGE_TAKEOVER_RISK"),
        (a_new_safe(CREATE_CALL, a_call(CREATE_CALL, "signMessage(bytes)", b"").data),
         "STORAGE_TAKEOVER_RISK"),
        (a_call(FACTORY, CREATE, SINGLETON, b"\xde\xad\xbe\xef", 7), "UNDECODED_CALL"),
    ],
)  # fmt: skip
def test_set_ups_that_take_a_new_safe_over(hostile: Call, code: str) -> None:
    """Foreign code in a new Safe's storage makes it somebody else's."""
    assert found(hostile)[code] == "block"


def test_sentences_name_the_new_safe() -> None:
    """It is not this Safe that is taken over."""
    review = reviewed(a_new_safe(STRANGER, to_l2(L2)))
    sentences = [f.sentence for f in review.findings if f.severity.word == "block"]
    assert sentences
    assert all("the new Safe" in sentence for sentence in sentences)


def test_modules_and_code_of_a_new_safe() -> None:
    """A module or a singleton nobody knows is told, whoever the owners are."""
    module = found(a_new_safe(MODULE_SETUP, enabling(MODULE, STRANGER)))
    assert module["MODULE_ENABLED"] == "danger"
    assert "GOVERNANCE_CHANGE_HIDDEN_IN_BATCH" not in module
    for code in (a_new_safe(singleton=STRANGER), a_call(FACTORY, CREATE, STRANGER, b"", 7)):
        assert found(code)["UNKNOWN_CONTRACT"] == "danger"
    older = a_call(STRANGER, "createProxy(address,bytes)", STRANGER, b"")
    assert found(older)["UNKNOWN_CONTRACT"] == "danger"


def test_lookalikes_among_new_owners() -> None:
    """An owner who looks like somebody we pay is found in the initialiser."""
    twin = Address(PAYROLL.raw[:2] + b"\x11" * 16 + PAYROLL.raw[-2:])
    nobody = (ZERO_ADDRESS, ZERO_ADDRESS, 0, ZERO_ADDRESS)
    data = a_call(STRANGER, SETUP, (an_owner(1), twin), 1, ZERO_ADDRESS, b"", *nobody).data
    assert found(a_call(FACTORY, CREATE, SINGLETON, data, 7))["LOOKALIKE_ADDRESS"] == "block"


def test_set_up_of_a_safe_that_is_planned() -> None:
    """A Safe of ours that is still to be created may be listed already."""
    new = reviewed(a_new_safe()).call.calls[0].to
    facts = local()
    facts = type(facts)(
        safe=facts.safe, evidence=facts.evidence, strategies=STRATEGIES, terms=facts.terms,
        own_safes=frozenset({SAFE, OWN_SAFE, new}),
    )  # fmt: skip
    assert reviewed(a_new_safe(), facts=facts).verdict == "ok"
    again = a_call(new, SETUP, (SAFE,), 1, ZERO_ADDRESS, b"", *(ZERO_ADDRESS,) * 2, 0, ZERO_ADDRESS)
    assert found(again, facts=facts)["SINGLETON_CHANGE"] == "block"


# ── contracts the Safe creates itself ────────────────────────────────────────────────────────────


def delegated(call: Call) -> SafeTx:
    """A call as the Safe's own."""
    return SafeTx(to=call.to, data=call.data, operation=Operation.DELEGATECALL, nonce=42)


def in_a_batch(call: Call) -> SafeTx:
    """The same inside the official MultiSend."""
    batch = official_address(1, "MultiSend", (1, 4, 1)) or STRANGER
    data = multisend_calldata((PackedCall(1, call.to, 0, call.data),))
    return SafeTx(to=batch, data=data, operation=Operation.DELEGATECALL, nonce=42)


CREATIONS = {
    "create": a_call(CREATE_CALL, CREATE_1, 0, CODE),
    "create2": a_call(CREATE_CALL, CREATE_2, 0, CODE, bytes(32)),
}


@pytest.mark.parametrize("name", CREATIONS)
def test_the_safe_creates_a_contract(name: str) -> None:
    """Official, and still code that nobody reads: told as a danger, not as foreign code."""
    for tx in (delegated(CREATIONS[name]), in_a_batch(CREATIONS[name])):
        codes = found(tx)
        assert codes["UNKNOWN_CONTRACT"] == "danger"
        assert not any("DELEGATECALL" in code or "STORAGE" in code for code in codes)


@pytest.mark.parametrize(
    "call",
    [
        a_call(CREATE_CALL, CREATE_1, 1, CODE),
        a_call(CREATE_CALL, CREATE_2, 10**21, CODE, bytes(32)),
        a_call(CREATE_CALL, "signMessage(bytes)", b""),
        Call(to=CREATE_CALL, data=b"\xde\xad\xbe\xef", purpose=""),
        Call(to=CREATE_CALL, data=b"", purpose=""),
        a_call(FACTORY, CREATE, SINGLETON, a_setup(), 7),
        a_call(STRANGER, CREATE_1, 0, CODE),
        a_call(L2_SETUP, "setupToL2(address)", L2),
        a_call(MODULE_SETUP, "enableModules(address[])", (MODULE,)),
    ],
)
def test_everything_else_run_as_the_safe_blocks(call: Call) -> None:
    """Value to nobody knows whom, other functions, other contracts, set-ups of this Safe."""
    assert found(delegated(call))["DELEGATECALL_UNKNOWN_TARGET"] == "block"
    assert found(in_a_batch(call))["NESTED_DELEGATECALL_UNKNOWN_TARGET"] == "block"


def queue_of(tx: SafeTx) -> QueueEntry:
    """A transaction that waits."""
    return QueueEntry(nonce=43, tx=tx, safe_tx_hash=b"\x01" * 32)


@pytest.mark.parametrize(
    ("waiting", "is_hidden"),
    [
        (a_tx(a_new_safe(L2_SETUP, to_l2(L2)), nonce=43), False),
        (delegated(CREATIONS["create2"]), False),
        (delegated(a_call(CREATE_CALL, CREATE_1, 1, CODE)), True),
        (a_tx(a_new_safe(STRANGER, to_l2(L2)), nonce=43), True),
        (delegated(a_call(L2_SETUP, "setupToL2(address)", L2)), True),
    ],
)
def test_creations_in_the_queue(waiting: SafeTx, is_hidden: bool) -> None:
    """An official creation that waits hides nothing; foreign code does."""
    evidence = an_evidence(queue=(queue_of(waiting),))
    verdicts = set(words(entering(400_000), evidence).values())
    assert verdicts == {"cannot be judged" if is_hidden else "within"}
