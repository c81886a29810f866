"""Claims beside the bytes: a hostile and a benign case for each way in which they may differ."""

from dataclasses import replace
from typing import Any

import pytest

from tests.core.review.test_call_checks import found, reviewed
from tests.matters import (
    OWN_SAFE,
    SAFE,
    USDC,
    VAULT,
    a_call,
    a_treasury_safe,
    a_tx,
    an_evidence,
    entering,
    ether,
    local,
    nested_execution,
    pay,
    units,
)
from tests.samples import PAYROLL, STRANGER, an_address, an_owner
from treasury_desktop.assets.address import ZERO_ADDRESS, Address
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.assets.unknown import UNKNOWN, Unknown
from treasury_desktop.bundle import (
    Bundle,
    ClaimedAbi,
    Disagreement,
    InnerTransaction,
    ServiceCall,
    ServiceParameter,
    read_bundle,
    write_bundle,
)
from treasury_desktop.bundle.claim_reading import read_service_call
from treasury_desktop.bundle.claims import ServiceValue
from treasury_desktop.calls.abi_type import parse_function
from treasury_desktop.calls.decoded_call import Certainty
from treasury_desktop.deployments.calls import Call
from treasury_desktop.review.findings import Finding
from treasury_desktop.review.review import Review, examine
from treasury_desktop.review.storage_check import (
    APPROVED_HASHES,
    FALLBACK_HANDLER,
    GUARD,
    MODULE_GUARD,
    MODULES,
    NONCE,
    OWNER_COUNT,
    OWNERS,
    SENTINEL,
    SINGLETON,
    THRESHOLD,
    entry_of,
)
from treasury_desktop.safes.hashes import safe_tx_hashes
from treasury_desktop.safes.safe import Safe, SafeVersion
from treasury_desktop.safes.safe_tx import Operation, SafeTx
from treasury_desktop.treasury.evidence import BalanceChange, Evidence, StorageChange

YES = True
CHILD = an_address("a Safe whose owner this Safe is")


def review_of(tx: SafeTx | None = None, **claims: Any) -> Review:
    """The review of a transaction by our own facts, with these claims beside it."""
    made = a_tx(pay(1_000)) if tx is None else tx
    return examine(Bundle(**{"safe": a_treasury_safe(), "tx": made, **claims}), local())


def findings(review: Review, code: str) -> list[Finding]:
    """The findings of one code."""
    return [finding for finding in review.findings if finding.code == code]


def severities(review: Review) -> dict[str, str]:
    """Findings by code with their severity."""
    return {finding.code: finding.severity.word for finding in review.findings}


# ── nodes ────────────────────────────────────────────────────────────────────────────────────────


def disagreement(*answers: ServiceValue, field: str = "safe.threshold") -> Disagreement:
    """One question, and what each node answered."""
    named = tuple((f"node {number}", answer) for number, answer in enumerate(answers))
    return Disagreement(field=field, answers=named)


HOSTILE_ANSWERS: dict[str, Disagreement] = {
    "thresholds": disagreement("3", "1"),
    "a guard or none": disagreement(None, str(STRANGER), field="safe.guard"),
    "owners": disagreement(("0x1", "0x2"), ("0x1", "0x3"), field="safe.owners"),
    "one of three": disagreement("3", "3", "4"),
    "words": disagreement("true", "false"),
    "an order that matters": disagreement(("1", "2"), ("2", "1"), field="x"),
    "answers not given": Disagreement(field="safe.nonce"),
}


@pytest.mark.parametrize("name", HOSTILE_ANSWERS)
def test_nodes_that_disagree(name: str) -> None:
    """Answers that differ block and are named."""
    review = review_of(disagreements=(HOSTILE_ANSWERS[name],))
    assert severities(review)["RPC_DISAGREEMENT"] == "block"
    assert HOSTILE_ANSWERS[name].field in findings(review, "RPC_DISAGREEMENT")[0].sentence


CALM_ANSWERS: dict[str, Disagreement] = {
    "equal": disagreement("3", "3"),
    "hex and decimal": disagreement("0x03", "3", "003"),
    "checksum": disagreement(str(STRANGER), str(STRANGER).lower()),
    "owners in another order": disagreement(("0xA", "0xb"), ("0xb", "0xa"), field="safe.owners"),
    "only one": disagreement("3"),
    "none": Disagreement(field="x", answers=()),
    "both none": disagreement(None, None),
}


@pytest.mark.parametrize("name", CALM_ANSWERS)
def test_nodes_that_agree(name: str) -> None:
    """The same answer in another spelling is no disagreement."""
    assert "RPC_DISAGREEMENT" not in severities(review_of(disagreements=(CALM_ANSWERS[name],)))


def test_disagreement_is_plain_text() -> None:
    """What a node is called or answers cannot steer the sentence."""
    evil = Disagreement(field="\u202enonce", answers=(("a\n", "1"), ("<b>b", "\u2066" * 99)))
    sentence = findings(review_of(disagreements=(evil,)), "RPC_DISAGREEMENT")[0].sentence
    assert not {"\u202e", "\n", "\u2066"} & set(sentence)
    assert len(sentence) < 1000


# ── a service's decoding ─────────────────────────────────────────────────────────────────────────


def a_decoding(method: object, *values: object, **inner: object) -> dict[str, Any]:
    """A `dataDecoded` as services write it."""
    return {
        "method": method,
        "parameters": [{"name": "x", "type": "y", "value": value, **inner} for value in values],
    }


def service(decoding: object) -> ServiceCall:
    """The claim as it is read from a bundle."""
    return read_service_call(decoding, "evidence.service.data_decoded")


TRANSFER = pay(1_000)
AMOUNT = units(1_000)


@pytest.mark.parametrize(
    "decoding",
    [
        a_decoding("approve", str(PAYROLL), str(AMOUNT)),
        a_decoding("transfer", str(STRANGER), str(AMOUNT)),
        a_decoding("transfer", str(PAYROLL), "1"),
        a_decoding("transfer", str(PAYROLL), AMOUNT + 1),
        a_decoding("transfer", str(PAYROLL), f"{AMOUNT}.0"),
        a_decoding("transfer", str(PAYROLL), "0x1"),
        a_decoding("transfer", str(PAYROLL), [str(AMOUNT)]),
        a_decoding("transfer", str(PAYROLL)),
        a_decoding("transfer"),
        a_decoding("transfer", str(PAYROLL), str(AMOUNT), "0"),
        a_decoding("transfer", str(AMOUNT), str(PAYROLL)),
        a_decoding("Transfer", str(PAYROLL), str(AMOUNT)),
        a_decoding("transfer(address,uint128)", str(PAYROLL), str(AMOUNT)),
        a_decoding(None, str(STRANGER), str(AMOUNT)),
        {"method": "approve"},
    ],
)
def test_service_that_says_otherwise(decoding: object) -> None:
    """Another method, recipient, amount or number of arguments blocks."""
    review = review_of(a_tx(TRANSFER), service_decoded=service(decoding))
    assert severities(review)["SERVICE_DECODING_MISMATCH"] == "block"
    assert findings(review, "SERVICE_DECODING_MISMATCH")[0].path == "0"


@pytest.mark.parametrize(
    "decoding",
    [
        a_decoding("transfer", str(PAYROLL), str(AMOUNT)),
        a_decoding("transfer", str(PAYROLL).lower(), AMOUNT),
        a_decoding("transfer", "0x" + str(PAYROLL)[2:].upper(), hex(AMOUNT)),
        a_decoding("transfer", f"eth:{PAYROLL}", f" {AMOUNT} "),
        a_decoding("transfer", str(PAYROLL), f"0x{AMOUNT:064x}"),
        a_decoding("transfer(address,uint256)", str(PAYROLL), str(AMOUNT)),
        a_decoding("transfer", None, None),
        a_decoding(None),
        {"method": "transfer"},
        {},
    ],
)
def test_service_that_says_the_same(decoding: object) -> None:
    """Spelling is no difference, and what a service leaves out is none either."""
    review = review_of(a_tx(TRANSFER), service_decoded=service(decoding))
    assert not severities(review)


def framed(call: Call, decoding: object = None, **changes: object) -> dict[str, object]:
    """A batched call as services write it."""
    frame = {"operation": 0, "to": str(call.to), "value": str(call.value)}
    return {**frame, "data": "0x" + call.data.hex(), "dataDecoded": decoding, **changes}


def batch_decoding(tx: SafeTx, *inner: dict[str, object]) -> ServiceCall:
    """What a service says of a batch."""
    length = int.from_bytes(tx.data[36:68], "big")
    packed = "0x" + tx.data[68 : 68 + length].hex()
    return service(a_decoding("multiSend", packed, valueDecoded=list(inner)))


DEPLOYMENT = a_tx(*entering(400_000))
APPROVE, DEPOSIT = entering(400_000)
APPROVAL = a_decoding("approve", str(VAULT), str(units(400_000)))
DEPOSITION = a_decoding("deposit", str(units(400_000)), str(SAFE))


def test_service_that_decodes_a_batch_rightly() -> None:
    """The batch, its frames and its inner calls are compared and found equal."""
    for inner in (
        (framed(APPROVE, APPROVAL), framed(DEPOSIT, DEPOSITION)),
        (framed(APPROVE), framed(DEPOSIT, data=None, value=None)),
        (framed(APPROVE, APPROVAL, operation="0", to=str(USDC).lower()), {}),
    ):
        made = batch_decoding(DEPLOYMENT, *inner)
        codes = severities(review_of(DEPLOYMENT, service_decoded=made))
        assert ("SERVICE_DECODING_MISMATCH" in codes) == (inner[1].get("data", 1) is None)


@pytest.mark.parametrize(
    ("inner", "path"),
    [
        ((framed(APPROVE, APPROVAL), framed(DEPOSIT, APPROVAL)), "0.1"),
        ((framed(APPROVE, to=str(STRANGER)), framed(DEPOSIT)), "0.0"),
        ((framed(APPROVE, value="1"), framed(DEPOSIT)), "0.0"),
        ((framed(APPROVE), framed(DEPOSIT, operation=1)), "0.1"),
        ((framed(APPROVE), framed(DEPOSIT, data="0x12")), "0.1"),
        ((framed(APPROVE), framed(DEPOSIT, data=None)), "0.1"),
        ((framed(APPROVE),), "0"),
        ((framed(DEPOSIT), framed(APPROVE)), "0.0"),
        ((), "0"),
    ],
)
def test_service_that_decodes_a_batch_wrongly(
    inner: tuple[dict[str, object], ...], path: str
) -> None:
    """A difference inside is found at its call."""
    made = batch_decoding(DEPLOYMENT, *inner)
    review = review_of(DEPLOYMENT, service_decoded=made)
    assert findings(review, "SERVICE_DECODING_MISMATCH")[0].path == path


def test_service_may_show_the_safe_as_zero() -> None:
    """Since MultiSend 1.5.0 a zero address is the Safe: a service may write either."""
    safe = a_treasury_safe(version=SafeVersion(1, 5, 0))
    item = bytes(1 + 20 + 32 + 32)
    packed = a_call(
        Address.parse("0x218543288004CD07832472D464648173c77D7eB7"), "multiSend(bytes)", item * 2
    )
    tx = SafeTx(to=packed.to, data=packed.data, operation=Operation.DELEGATECALL, nonce=42)
    for to in (SAFE, ZERO_ADDRESS):
        claim = batch_decoding(tx, *(framed(ether(0, to)) for _ in range(2)))
        review = examine(Bundle(safe=safe, tx=tx, service_decoded=claim), local())
        assert not findings(review, "SERVICE_DECODING_MISMATCH")


def test_service_that_decodes_a_nested_execution() -> None:
    """The call inside another Safe's execution stands bare under its data."""
    call = nested_execution(OWN_SAFE, USDC, TRANSFER.data)
    right = a_decoding("transfer", str(PAYROLL), str(AMOUNT))
    wrong = a_decoding("transfer", str(PAYROLL), "5")

    def claimed(inner: object) -> ServiceCall:
        values = [str(USDC), "0", "0x" + TRANSFER.data.hex(), "0", "0", "0", "0",
                  str(ZERO_ADDRESS), str(ZERO_ADDRESS), "0x"]  # fmt: skip
        parameters = [{"name": "p", "value": value} for value in values]
        parameters[2]["valueDecoded"] = inner  # type: ignore[assignment]
        return service({"method": "execTransaction", "parameters": parameters})

    assert not findings(
        review_of(a_tx(call), service_decoded=claimed(right)), "SERVICE_DECODING_MISMATCH"
    )
    review = review_of(a_tx(call), service_decoded=claimed(wrong))
    assert [f.path for f in findings(review, "SERVICE_DECODING_MISMATCH")] == ["0.0"]


def test_service_that_words_a_plain_transfer() -> None:
    """A method where there is no calldata at all is an invention."""
    tx = a_tx(ether(5, PAYROLL))
    wrong = review_of(tx, service_decoded=service(a_decoding("transfer", str(PAYROLL), "5")))
    assert severities(wrong)["SERVICE_DECODING_MISMATCH"] == "block"
    nameless = review_of(tx, service_decoded=service(a_decoding(None, "5")))
    assert severities(nameless)["SERVICE_DECODING_MISMATCH"] == "block"
    assert not severities(review_of(tx, service_decoded=service({})))


def test_service_that_reads_what_we_cannot() -> None:
    """Four bytes tell whether it can be right; without types the unread call blocks by itself."""
    call = a_call(VAULT, "unheardOf(uint256)", 5)

    def codes(decoding: object) -> dict[str, str]:
        return severities(review_of(a_tx(call), service_decoded=service(decoding)))

    typed = {"method": "unheardOf", "parameters": [{"type": "uint256", "value": "5"}]}
    lying = {"method": "claim", "parameters": [{"type": "uint256", "value": "5"}]}
    for honest in (typed, {"method": "unheardOf"}, {"method": "unheardOf(uint256)"}):
        assert "SERVICE_DECODING_MISMATCH" not in codes(honest)
        assert codes(honest)["UNDECODED_CALL"] == "block"
    for wrong in (lying, {"method": "claim(uint256)"}):
        assert codes(wrong)["SERVICE_DECODING_MISMATCH"] == "block"
    odd = {"method": "claim", "parameters": [{"type": "tuple", "value": []}]}
    assert "SERVICE_DECODING_MISMATCH" not in codes(odd)


SHAPES = parse_function(
    "shapes(bool flag,int256 number,string text,bytes4 tag,(address to,uint8[] list)[] pairs)"
)
SHAPED = a_call(
    VAULT, "shapes(bool,int256,string,bytes4,(address,uint8[])[])",
    YES, -5, "hé", b"\x12\x34\x56\x78", ((PAYROLL, (1, 2)),),
)  # fmt: skip


def shape_codes(**changes: object) -> dict[str, str]:
    """What is found where a service decodes arguments of every shape, one of them otherwise."""
    said: dict[str, object] = {
        "flag": True, "number": -5, "text": "hé", "tag": "0x12345678",
        "pairs": [[str(PAYROLL), ["1", 2]]], **changes,
    }  # fmt: skip
    claim = service(a_decoding("shapes", *said.values()))
    abi = ClaimedAbi(address=VAULT, functions=(SHAPES,))
    return severities(review_of(a_tx(SHAPED), service_decoded=claim, abis=(abi,)))


@pytest.mark.parametrize(
    "change",
    [
        {}, {"flag": "True"}, {"flag": "1"}, {"number": f"0x{2**256 - 5:x}"}, {"number": "-5"},
        {"tag": "0x12345678" + "00" * 28}, {"tag": "12345678"},
        {"pairs": f'[["{PAYROLL}",[1,2]]]'}, {"pairs": [{"to": str(PAYROLL), "list": [1, "2"]}]},
        {"pairs": [[str(PAYROLL).lower(), "[1,2]"]]},
    ],
)  # fmt: skip
def test_spelling_of_every_shape(change: dict[str, object]) -> None:
    """Booleans, negative numbers, texts, words and lists have several honest spellings."""
    assert "SERVICE_DECODING_MISMATCH" not in shape_codes(**change)


@pytest.mark.parametrize(
    "change",
    [
        {"flag": "yes"}, {"flag": False}, {"number": 5}, {"text": "he"}, {"text": "hé "},
        {"tag": "0x1234567800ff"}, {"tag": "xyz"}, {"pairs": []}, {"pairs": "[1.5]"},
        {"pairs": [[str(STRANGER), [1, 2]]]}, {"pairs": [[str(PAYROLL), [1, 3]]]},
        {"pairs": [[str(PAYROLL), [1, 2, 3]]]}, {"pairs": "nothing"}, {"number": "٥"},
    ],
)  # fmt: skip
def test_lies_of_every_shape(change: dict[str, object]) -> None:
    """One wrong bit in any of them blocks."""
    assert shape_codes(**change)["SERVICE_DECODING_MISMATCH"] == "block"


def test_service_words_are_plain_text() -> None:
    """What a service writes cannot steer the sentence that quotes it."""
    evil = ServiceCall(
        method="\u202e<b>transfer" + "x" * 500, parameters=(ServiceParameter(value=("\n",) * 90),)
    )
    finding = findings(review_of(service_decoded=evil), "SERVICE_DECODING_MISMATCH")[0]
    assert not {"\u202e", "\n"} & set(finding.sentence)
    assert len(finding.sentence) < 400


def test_service_lies_about_a_whole_batch() -> None:
    """Differences are named up to a number that can be read."""
    tx = a_tx(*(pay(number + 1) for number in range(60)))
    lies = (framed(pay(number + 1), to=str(STRANGER)) for number in range(60))
    claim = batch_decoding(tx, *lies)
    review = review_of(tx, service_decoded=claim)
    assert len(findings(review, "SERVICE_DECODING_MISMATCH")) == 16


# ── ABIs ─────────────────────────────────────────────────────────────────────────────────────────


def test_claimed_abi_is_a_guess() -> None:
    """A sender's ABI makes bytes readable and never certain, however well known the contract."""
    for to in (STRANGER, PAYROLL, USDC, VAULT):
        call = a_call(to, "unheardOf(uint256)", 5)
        abi = ClaimedAbi(address=to, functions=(parse_function("unheardOf(uint256 amount)"),))
        bundle = Bundle(safe=a_treasury_safe(), tx=a_tx(call), evidence=an_evidence())
        assert severities(examine(bundle))["UNDECODED_CALL"] == "block"
        review = examine(replace(bundle, abis=(abi,)))
        assert review.call.certainty is Certainty.GUESS
        assert "UNDECODED_CALL" not in severities(review)
        assert severities(review)["UNKNOWN_CONTRACT"] == "danger"


def test_claimed_abi_lifts_nothing_of_a_workspace() -> None:
    """With facts of our own, what only the sender's ABI explains stays unread and blocks."""
    for to in (STRANGER, PAYROLL, USDC, VAULT):
        call = a_call(to, "unheardOf(uint256)", 5)
        abi = ClaimedAbi(address=to, functions=(parse_function("unheardOf(uint256 amount)"),))
        review = review_of(a_tx(call), abis=(abi,))
        assert review.call.function is not None
        assert severities(review)["UNDECODED_CALL"] == "block"
    known = ClaimedAbi(address=VAULT, functions=(parse_function("deposit(uint256,address)"),))
    assert not severities(review_of(a_tx(*entering(1)), abis=(known,)))


def test_claimed_abi_takes_no_known_function_over() -> None:
    """What the packaged ABIs know keeps their meaning, whatever a sender calls it."""
    renamed = parse_function("transfer(address nobody,uint256 nothing)")
    abi = ClaimedAbi(address=USDC, functions=(renamed,))
    review = review_of(a_tx(pay(5, STRANGER)), abis=(abi,))
    assert review.call.certainty is Certainty.KNOWN_CONTRACT
    assert severities(review)["RECIPIENT_NOT_IN_ADDRESS_BOOK"] == "danger"


BORROWED_NAMES = (
    "signMessage", "approveHash", "addOwnerWithThreshold", "changeThreshold", "setGuard", "setup",
    "execTransaction", "multiSend", "multicall", "transfer", "approve", "safeTransferFrom",
    "setApprovalForAll", "permit", "deposit", "withdraw", "mint", "collect", "exactInput",
    "upgradeTo",
    "transferOwnership", "grantRole", "approveDelegation", "schedule", "propose", "enableModule",
)  # fmt: skip


@pytest.mark.parametrize("name", BORROWED_NAMES)
@pytest.mark.parametrize("kinds", [(), ("bool",), ("bytes[]", "string", "(uint256,address)[2]")])
def test_claimed_functions_with_borrowed_names(name: str, kinds: tuple[str, ...]) -> None:
    """A claimed function may bear any name with any arguments: it is read, and stays a guess."""
    function = parse_function(f"{name}({','.join(kinds)})")
    values = {"bool": YES, "bytes[]": (b"x",), "string": "y"}
    arguments = [values.get(kind, ((1, SAFE), (2, SAFE))) for kind in kinds]
    for to in (SAFE, USDC, VAULT, STRANGER):
        call = a_call(to, function.signature, *arguments)
        abi = ClaimedAbi(address=to, functions=(function,))
        for operation in (Operation.CALL, Operation.DELEGATECALL):
            tx = replace(a_tx(call), operation=operation)
            storage = Evidence(storage_changes=(changed(THRESHOLD, 2, 1),))
            review = review_of(tx, abis=(abi,), evidence=storage)
            assert review.call.certainty in (Certainty.GUESS, Certainty.NONE) or not kinds
            assert severities(review)["STORAGE_TAKEOVER_RISK"] == "block"


# ── storage ──────────────────────────────────────────────────────────────────────────────────────


def changed(
    slot: int | Unknown, before: int | Unknown, after: int | Unknown, account: Address = SAFE
) -> StorageChange:
    """A simulated change of a slot."""
    return StorageChange(account=account, slot=slot, before=before, after=after)


def simulated(*changes: StorageChange, calls: tuple[Call, ...] = (pay(1_000),)) -> Review:
    """The review of calls for which a sender shows a simulation."""
    return review_of(a_tx(*calls), evidence=Evidence(storage_changes=changes))


HOSTILE_CHANGES: dict[str, tuple[StorageChange, str | None]] = {
    "code": (changed(SINGLETON, 5, STRANGER.number), "SINGLETON_CHANGE"),
    "owner list": (changed(entry_of(OWNERS, SENTINEL), 5, STRANGER.number), None),
    "an owner's entry": (changed(entry_of(OWNERS, an_owner(1)), 5, 6), None),
    "a new owner": (changed(entry_of(OWNERS, STRANGER), 0, 1), None),
    "more owners": (changed(OWNER_COUNT, 3, 4), "OWNER_ADDED"),
    "fewer owners": (changed(OWNER_COUNT, 3, 2), "OWNER_REMOVED"),
    "threshold": (changed(THRESHOLD, 2, 1), "THRESHOLD_LOWERED"),
    "higher threshold": (changed(THRESHOLD, 2, 3), None),
    "threshold from nobody knows what": (changed(THRESHOLD, UNKNOWN, 2), "THRESHOLD_LOWERED"),
    "nonce ahead": (changed(NONCE, 42, 50), None),
    "nonce back": (changed(NONCE, 42, 41), None),
    "module": (changed(entry_of(MODULES, SENTINEL), 1, STRANGER.number), "MODULE_ENABLED"),
    "guard set": (changed(GUARD, 0, STRANGER.number), "GUARD_CHANGED"),
    "guard gone": (changed(GUARD, STRANGER.number, 0), "GUARD_REMOVED"),
    "module guard": (changed(MODULE_GUARD, 0, STRANGER.number), "MODULE_GUARD_CHANGED"),
    "fallback": (changed(FALLBACK_HANDLER, 0, STRANGER.number), "FALLBACK_HANDLER_CHANGED"),
    "some slot": (changed(2**200, 0, 1), None),
    "no slot": (changed(UNKNOWN, 0, 1), None),
    "no values": (changed(THRESHOLD, UNKNOWN, UNKNOWN), "THRESHOLD_LOWERED"),
    "nobody's slot": (StorageChange(slot=SINGLETON, before=1, after=2), "SINGLETON_CHANGE"),
    "another Safe of ours": (changed(THRESHOLD, 2, 1, OWN_SAFE), "THRESHOLD_LOWERED"),
    "its nonce": (changed(NONCE, 2, 3, OWN_SAFE), None),
}


@pytest.mark.parametrize("name", HOSTILE_CHANGES)
def test_storage_that_no_call_changes(name: str) -> None:
    """A payment that rewrites the Safe's own storage blocks, and what the slot means is named."""
    change, code = HOSTILE_CHANGES[name]
    codes = severities(simulated(changed(NONCE, 42, 43), change))
    assert codes["STORAGE_TAKEOVER_RISK"] == "block"
    assert set(codes) == {"STORAGE_TAKEOVER_RISK", *([code] if code else [])}
    if code is not None:
        assert codes[code] == ("block" if code == "SINGLETON_CHANGE" else "danger")


def test_storage_of_others_and_no_change() -> None:
    """Tokens keep books of their own, an unchanged slot is none, and the nonce goes up by one."""
    assert not severities(
        simulated(
            changed(NONCE, 42, 43), changed(THRESHOLD, 2, 2), changed(SINGLETON, 5, 5),
            changed(3, 7, 8, USDC), changed(0, 1, 2, STRANGER),
        )
    )  # fmt: skip
    assert not severities(simulated(changed(NONCE, UNKNOWN, 43)))


def own(signature: str, *arguments: object, safe: Address = SAFE) -> Call:
    """A call by which a Safe changes itself."""
    return a_call(safe, signature, *arguments)


NEW = an_address("a new owner")
EXPLAINED: dict[str, tuple[Call, tuple[StorageChange, ...]]] = {
    "owner added": (
        own("addOwnerWithThreshold(address,uint256)", NEW, 3),
        (
            changed(entry_of(OWNERS, SENTINEL), an_owner(1).number, NEW.number),
            changed(entry_of(OWNERS, NEW), 0, an_owner(1).number),
            changed(OWNER_COUNT, 3, 4), changed(THRESHOLD, 2, 3),
        ),
    ),
    "owner replaced": (
        own("swapOwner(address,address,address)", an_owner(1), an_owner(2), NEW),
        (
            changed(entry_of(OWNERS, an_owner(1)), an_owner(2).number, NEW.number),
            changed(entry_of(OWNERS, an_owner(2)), 7, 0), changed(entry_of(OWNERS, NEW), 0, 7),
        ),
    ),
    "threshold": (own("changeThreshold(uint256)", 3), (changed(THRESHOLD, 2, 3),)),
    "module": (
        own("enableModule(address)", NEW),
        (
            changed(entry_of(MODULES, SENTINEL), 1, NEW.number),
            changed(entry_of(MODULES, NEW), 0, 1),
        ),
    ),
    "guard": (own("setGuard(address)", NEW), (changed(GUARD, 0, NEW.number),)),
    "module guard": (own("setModuleGuard(address)", NEW), (changed(MODULE_GUARD, 0, NEW.number),)),
    "fallback": (
        own("setFallbackHandler(address)", NEW), (changed(FALLBACK_HANDLER, 0, NEW.number),)
    ),
    "another Safe's nonce": (
        nested_execution(OWN_SAFE, PAYROLL, b""), (changed(NONCE, 7, 8, OWN_SAFE),)
    ),
    "an approved hash": (
        own("approveHash(bytes32)", b"\x07" * 32, safe=OWN_SAFE),
        (
            changed(
                int.from_bytes(
                    keccak(
                        b"\x07" * 32 + entry_of(APPROVED_HASHES, SAFE).to_bytes(32, "big")
                    ), "big",
                ), 0, 1, OWN_SAFE,
            ),
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EXPLAINED)
def test_storage_that_a_call_changes(name: str) -> None:
    """What the calls say they write is no surprise when a simulation sees it written."""
    call, changes = EXPLAINED[name]
    review = simulated(changed(NONCE, 42, 43), *changes, calls=(call,))
    assert "STORAGE_TAKEOVER_RISK" not in severities(review)


def test_storage_that_ends_elsewhere_than_said() -> None:
    """A threshold set to 3 that ends at 1 is not explained by the call that sets it."""
    for call, change in (
        (own("changeThreshold(uint256)", 3), changed(THRESHOLD, 2, 1)),
        (own("setGuard(address)", NEW), changed(GUARD, 0, STRANGER.number)),
        (own("changeThreshold(uint256)", 3, safe=OWN_SAFE), changed(THRESHOLD, 2, 3)),
        (own("enableModule(address)", NEW), changed(entry_of(MODULES, STRANGER), 0, 1)),
    ):
        assert severities(simulated(change, calls=(call,)))["STORAGE_TAKEOVER_RISK"] == "block"


def test_our_own_simulation_counts_too() -> None:
    """Storage changes of our own facts are looked at as well, each only once."""
    change = changed(THRESHOLD, 2, 1)
    facts = local(an_evidence(storage_changes=(change,)))
    bundle = Bundle(
        safe=a_treasury_safe(), tx=a_tx(pay(5)), evidence=Evidence(storage_changes=(change,))
    )
    assert len(findings(examine(bundle, facts), "STORAGE_TAKEOVER_RISK")) == 1


def test_storage_of_a_signed_message() -> None:
    """The library that signs messages writes the one slot of its message."""
    call = a_call(VAULT, "signMessage(bytes)", b"hello")
    library = Address.parse("0xA65387F16B013cf2Af4605Ad8aA5ec25a2cbA3a2")  # SignMessageLib 1.3.0
    tx = SafeTx(to=library, data=call.data, operation=Operation.DELEGATECALL, nonce=42)
    domain = safe_tx_hashes(a_treasury_safe(), tx).domain
    type_hash = keccak(b"SafeMessage(bytes message)")
    message = keccak(b"\x19\x01" + domain + keccak(type_hash + keccak(b"hello")))
    slot = int.from_bytes(keccak(message + (7).to_bytes(32, "big")), "big")
    for seen, is_calm in ((slot, True), (slot + 1, False)):
        review = review_of(tx, evidence=Evidence(storage_changes=(changed(seen, 0, 1),)))
        assert ("STORAGE_TAKEOVER_RISK" not in severities(review)) is is_calm


# ── hashes approved on other Safes ───────────────────────────────────────────────────────────────


def child(version: str = "1.3.0") -> Safe:
    """Another Safe, of which ours is an owner."""
    return Safe(chain_id=1, address=CHILD, version=SafeVersion.parse(version))


def inner_tx(*calls: Call, nonce: int = 7, **changes: Any) -> SafeTx:
    """A transaction of the other Safe."""
    return replace(a_tx(*(calls or (pay(1_000),)), nonce=nonce), **changes)


def hash_of(tx: SafeTx, version: str = "1.3.0") -> bytes:
    """Its Safe transaction hash."""
    return safe_tx_hashes(child(version), tx).safe_tx


def approving(approved: bytes, safe: Address = CHILD) -> Call:
    """Our approval of a hash on another Safe."""
    return a_call(safe, "approveHash(bytes32)", approved)


def supplied(tx: SafeTx | Unknown, **changes: Any) -> InnerTransaction:
    """The transaction as a sender shows it."""
    made = InnerTransaction(safe=CHILD, version=SafeVersion(1, 3, 0), tx=tx)
    return made._replace(**changes)


def approval_of(
    tx: SafeTx, *inners: InnerTransaction, shown: InnerTransaction | None = None
) -> Review:
    """The review of an approval of that transaction, shown as it is or as stated."""
    made = (supplied(tx) if shown is None else shown, *inners)
    return review_of(a_tx(approving(hash_of(tx))), inner_transactions=made)


def test_approved_hash_that_nobody_explains() -> None:
    """A hash whose transaction is not shown is dangerous."""
    review = review_of(a_tx(approving(b"\x01" * 32)))
    assert severities(review)["OPAQUE_HASH_APPROVAL"] == "danger"
    assert "01" * 32 in findings(review, "OPAQUE_HASH_APPROVAL")[0].sentence


def test_approved_hash_that_is_shown() -> None:
    """The transaction that has the hash stands under the approval, and a clean one is calm."""
    review = approval_of(inner_tx())
    assert not severities(review)
    inner = review.call.calls[0]
    assert (inner.path, inner.sender, inner.to) == ("0.0", CHILD, USDC)
    assert inner.function is not None
    assert inner.function.name == "transfer"


@pytest.mark.parametrize(
    "change",
    [
        {"safe": UNKNOWN}, {"version": UNKNOWN}, {"safe": UNKNOWN, "version": UNKNOWN},
        {"version": SafeVersion(1, 4, 1, is_l2=True)}, {"claimed_hash": hash_of(inner_tx())},
    ],
)  # fmt: skip
def test_what_may_be_left_out(change: dict[str, Any]) -> None:
    """Only the hash decides: Safe and version may be missing, a claimed hash may be there."""
    assert not severities(approval_of(inner_tx(), shown=supplied(inner_tx(), **change)))


@pytest.mark.parametrize("version", ["0.1.0", "1.0.0", "1.1.1", "1.2.0"])
def test_hashes_of_old_safes(version: str) -> None:
    """Older Safes hash in other ways; their approvals are good on every chain."""
    tx = inner_tx()
    for said in (SafeVersion.parse(version), UNKNOWN):
        shown = supplied(tx, version=said)
        review = review_of(a_tx(approving(hash_of(tx, version))), inner_transactions=(shown,))
        assert severities(review) == {"DOMAIN_WITHOUT_CHAINID": "warn"}
        assert review.call.calls


@pytest.mark.parametrize("distance", [-5, -1, 1, 5])
def test_nonce_that_moved_on(distance: int) -> None:
    """Nonces up to five away are tried, and the other one is named."""
    tx = inner_tx(nonce=7 + distance)
    review = approval_of(tx, shown=supplied(inner_tx(nonce=7)))
    assert severities(review) == {"INNER_NONCE_DIFFERS": "warn"}
    sentence = findings(review, "INNER_NONCE_DIFFERS")[0].sentence
    assert f"nonce {7 + distance} " in sentence
    assert "says 7" in sentence


@pytest.mark.parametrize(("ours", "shown"), [(13, 7), (1, 7), (0, 6)])
def test_nonce_too_far(ours: int, shown: int) -> None:
    """Six away is another transaction."""
    review = approval_of(inner_tx(nonce=ours), shown=supplied(inner_tx(nonce=shown)))
    assert severities(review)["OPAQUE_HASH_APPROVAL"] == "danger"
    assert severities(review)["SAFE_TX_HASH_MISMATCH"] == "block"


def test_nonces_at_the_ends() -> None:
    """No nonce below zero or above uint256 is tried."""
    for ours, shown in ((0, 3), (2**256 - 1, 2**256 - 2)):
        review = approval_of(inner_tx(nonce=ours), shown=supplied(inner_tx(nonce=shown)))
        assert severities(review) == {"INNER_NONCE_DIFFERS": "warn"}


HARMLESS = inner_tx(pay(1))
LIES: dict[str, InnerTransaction] = {
    "another transaction": supplied(HARMLESS),
    "another transaction with its hash": supplied(HARMLESS, claimed_hash=hash_of(inner_tx())),
    "another transaction with its own hash": supplied(HARMLESS, claimed_hash=hash_of(HARMLESS)),
    "another Safe": supplied(inner_tx(), safe=STRANGER),
    "another version": supplied(inner_tx(), version=SafeVersion(1, 1, 1)),
    "any Safe": supplied(HARMLESS, safe=UNKNOWN, version=UNKNOWN),
}


@pytest.mark.parametrize("name", LIES)
def test_transactions_that_have_another_hash(name: str) -> None:
    """Something else shown for the hash blocks, and the approval stays opaque."""
    codes = severities(approval_of(inner_tx(), shown=LIES[name]))
    assert codes["SAFE_TX_HASH_MISMATCH"] == "block"
    assert codes["OPAQUE_HASH_APPROVAL"] == "danger"


def test_false_hash_of_a_true_transaction() -> None:
    """A claimed hash is compared although the fields give the approved one."""
    review = approval_of(inner_tx(), shown=supplied(inner_tx(), claimed_hash=b"\x09" * 32))
    assert severities(review) == {"SAFE_TX_HASH_MISMATCH": "block"}
    moved = supplied(inner_tx(nonce=8), claimed_hash=hash_of(inner_tx(nonce=8)))
    assert severities(approval_of(inner_tx(), shown=moved))["SAFE_TX_HASH_MISMATCH"] == "block"


def test_false_hash_without_an_approval() -> None:
    """A false claim is one even where nothing is approved; what cannot be hashed is none."""
    lying = supplied(inner_tx(), claimed_hash=b"\x09" * 32)
    assert severities(review_of(inner_transactions=(lying,)))["SAFE_TX_HASH_MISMATCH"] == "block"
    for silent in (
        supplied(inner_tx()),
        supplied(inner_tx(), claimed_hash=hash_of(inner_tx())),
        supplied(inner_tx(), safe=UNKNOWN, claimed_hash=b"\x09" * 32),
        supplied(UNKNOWN, claimed_hash=b"\x09" * 32),
        InnerTransaction(),
    ):
        assert not severities(review_of(inner_transactions=(silent,)))


def test_more_transactions_than_approvals() -> None:
    """Where every approval is explained, another transaction shown beside is no lie."""
    assert not severities(approval_of(inner_tx(), supplied(HARMLESS)))


def test_approval_on_another_safe_than_shown() -> None:
    """A hash approved on one Safe is not explained by a transaction of another."""
    tx = a_tx(approving(hash_of(inner_tx()), safe=OWN_SAFE))
    codes = severities(review_of(tx, inner_transactions=(supplied(inner_tx()),)))
    assert codes["OPAQUE_HASH_APPROVAL"] == "danger"
    assert codes["SAFE_TX_HASH_MISMATCH"] == "block"


INNER_DANGERS: dict[str, tuple[SafeTx, str, str, str]] = {
    "delegatecall": (
        inner_tx(pay(1), operation=Operation.DELEGATECALL),
        "NESTED_DELEGATECALL_UNKNOWN_TARGET", "block", "0.0",
    ),
    "a stranger is paid": (
        inner_tx(pay(1, STRANGER)), "RECIPIENT_NOT_IN_ADDRESS_BOOK", "danger", "0.0",
    ),
    "inside its batch": (
        inner_tx(pay(1), pay(1, STRANGER)), "RECIPIENT_NOT_IN_ADDRESS_BOOK", "danger", "0.0.1",
    ),
    "its owners": (
        inner_tx(a_call(CHILD, "addOwnerWithThreshold(address,uint256)", STRANGER, 1)),
        "GOVERNANCE_CHANGE_HIDDEN_IN_BATCH", "block", "0.0",
    ),
    "its gas refund": (
        inner_tx(gas_price=1, safe_tx_gas=1, refund_receiver=STRANGER),
        "GAS_REFUND_DRAIN", "block", "0",
    ),
    "bytes nobody reads": (
        inner_tx(a_call(VAULT, "unheardOf(uint256)", 5)), "UNDECODED_CALL", "block", "0.0",
    ),
    "shares for somebody else": (
        inner_tx(a_call(VAULT, "deposit(uint256,address)", 5, STRANGER)),
        "RECEIVER_NOT_SAFE", "block", "0.0",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", INNER_DANGERS)
def test_dangers_of_the_inner_transaction(name: str) -> None:
    """What is approved is examined like what is executed, and found at its path."""
    tx, code, severity, path = INNER_DANGERS[name]
    review = approval_of(tx)
    assert severities(review)[code] == severity
    assert path in [finding.path for finding in findings(review, code)]


def test_deposits_of_the_other_safe_for_itself() -> None:
    """What the other Safe's money buys belongs to it."""
    tx = inner_tx(a_call(VAULT, "deposit(uint256,address)", 5, CHILD))
    assert "RECEIVER_NOT_SAFE" not in severities(approval_of(tx))


def test_approvals_within_batches_and_approvals() -> None:
    """Approvals are explained wherever they stand, those inside inner transactions too."""
    deepest = inner_tx(nonce=1)
    middle = inner_tx(approving(hash_of(deepest)), nonce=2)
    tx = a_tx(pay(5), approving(hash_of(middle)))
    review = review_of(tx, inner_transactions=(supplied(middle), supplied(deepest)))
    assert not severities(review)
    assert [call.path for call in review.call.leaves()] == ["0.0", "0.1.0.0"]
    opaque = review_of(tx, inner_transactions=(supplied(middle),))
    assert [f.path for f in findings(opaque, "OPAQUE_HASH_APPROVAL")] == ["0.1.0"]


def test_one_transaction_approved_twice() -> None:
    """Both approvals are explained by the one that is shown."""
    tx = inner_tx()
    review = review_of(
        a_tx(approving(hash_of(tx)), approving(hash_of(tx))), inner_transactions=(supplied(tx),)
    )
    assert not severities(review)


def test_approvals_that_multiply() -> None:
    """Each level approving the one below sixty times ends with a danger, not with the memory."""
    shown, tx = [], inner_tx(*(pay(1) for _ in range(60)))
    for level in range(5):
        shown.append(supplied(tx))
        tx = inner_tx(*(approving(hash_of(tx)) for _ in range(60)), nonce=level)
    codes = severities(
        review_of(a_tx(approving(hash_of(tx))), inner_transactions=(*shown, supplied(tx)))
    )
    assert codes["OPAQUE_HASH_APPROVAL"] == "danger"


def test_more_inner_transactions_than_are_checked() -> None:
    """A flood of claims is refused as such."""
    flood = tuple(supplied(UNKNOWN) for _ in range(2049))
    assert severities(review_of(inner_transactions=flood))["STATE_UNKNOWN"] == "block"
    assert not severities(review_of(inner_transactions=flood[1:]))


def test_flood_of_hashes_to_try() -> None:
    """Many Safes and many transactions together are given up on, which leaves them opaque."""
    shown = tuple(
        supplied(inner_tx(nonce=100 * number), safe=UNKNOWN, version=UNKNOWN)
        for number in range(200)
    )
    tx = a_tx(*(approving(b"\x05" * 32, an_address(f"target {number}")) for number in range(100)))
    review = review_of(tx, inner_transactions=shown)
    assert len(findings(review, "OPAQUE_HASH_APPROVAL")) == 100


def test_what_an_unknown_safe_may_take() -> None:
    """An approval on a contract nobody knows may use what was allowed to it before."""
    tx = inner_tx()
    calls = (
        a_call(USDC, "approve(address,uint256)", CHILD, units(2_000_000)),
        approving(hash_of(tx)),
        a_call(USDC, "approve(address,uint256)", CHILD, 0),
    )
    review = review_of(a_tx(*calls), inner_transactions=(supplied(tx),))
    assert severities(review)["POLICY_LIMIT_EXCEEDED"] == "block"


def test_claims_of_a_file_reach_the_review() -> None:
    """What is written into a bundle's file is examined like what is built here."""
    tx = inner_tx()
    bundle = Bundle(
        safe=a_treasury_safe(), tx=a_tx(approving(hash_of(tx))),
        inner_transactions=(supplied(tx),), disagreements=(disagreement("1", "2"),),
        service_decoded=ServiceCall(method="other"),
    )  # fmt: skip
    review = examine(read_bundle(write_bundle(bundle)), local())
    assert set(severities(review)) == {"RPC_DISAGREEMENT", "SERVICE_DECODING_MISMATCH"}


def test_nothing_claimed_is_calm() -> None:
    """Without claims there is nothing to compare."""
    assert not severities(review_of())
    assert not found(reviewed(pay(1_000)))


# ── balances ─────────────────────────────────────────────────────────────────────────────────────


def moving(
    *changes: tuple[Address, Address | str, int], calls: tuple[Call, ...] = (TRANSFER,), **tx: Any
) -> dict[str, str]:
    """What is found where a sender shows these balances moving."""
    moved = tuple(
        BalanceChange(account=account, token=str(token), delta=delta)
        for account, token, delta in changes
    )
    made = replace(a_tx(*calls), **tx)
    return severities(review_of(made, evidence=Evidence(balance_changes=moved)))


HOSTILE_MOVES: dict[str, tuple[tuple[Address, Address | str, int], ...]] = {
    "more than said": ((SAFE, USDC, -AMOUNT - 1), (PAYROLL, USDC, AMOUNT + 1)),
    "another token too": ((SAFE, USDC, -AMOUNT), (PAYROLL, USDC, AMOUNT), (SAFE, VAULT, -1)),
    "native coin too": ((SAFE, "native", -1),),
    "somebody else": ((SAFE, USDC, -AMOUNT), (STRANGER, USDC, AMOUNT)),
    "another Safe of ours pays": ((OWN_SAFE, USDC, -AMOUNT - 1),),
}


@pytest.mark.parametrize("name", HOSTILE_MOVES)
def test_simulations_that_differ(name: str) -> None:
    """More that leaves, or somebody else who gets it, is a danger beside plain payments."""
    assert moving(*HOSTILE_MOVES[name])["SIMULATION_DIFFERS"] == "danger"


def test_simulations_that_agree() -> None:
    """Exact payments, a token's fee, income and what other kinds of calls move are calm."""
    exact = (SAFE, USDC, -AMOUNT)
    fee = an_address("collector of fees")
    for changes in (
        (),
        (exact, (PAYROLL, USDC, AMOUNT)),
        (exact, (PAYROLL, USDC, AMOUNT - 5), (fee, USDC, 5)),
        ((SAFE, USDC, -AMOUNT + 5),),
        (exact, (OWN_SAFE, VAULT, 5)),
    ):
        assert "SIMULATION_DIFFERS" not in moving(*changes)
    refund = {"gas_price": 1, "safe_tx_gas": 1, "refund_receiver": PAYROLL}
    assert "SIMULATION_DIFFERS" not in moving(exact, (SAFE, "native", -1), **refund)
    deposited = moving((SAFE, USDC, -units(400_001)), calls=entering(400_000))
    assert "SIMULATION_DIFFERS" not in deposited


def test_our_own_simulation_comes_first() -> None:
    """Where we simulated ourselves a sender's simulation is not looked at."""
    honest = (BalanceChange(account=SAFE, token=str(USDC), delta=-AMOUNT),)
    lying = (BalanceChange(account=SAFE, token=str(USDC), delta=-AMOUNT - 1),)
    for ours, theirs, is_calm in ((honest, lying, True), (lying, honest, False)):
        bundle = Bundle(
            safe=a_treasury_safe(), tx=a_tx(TRANSFER), evidence=Evidence(balance_changes=theirs)
        )
        review = examine(bundle, local(an_evidence(balance_changes=ours)))
        assert ("SIMULATION_DIFFERS" not in severities(review)) is is_calm
