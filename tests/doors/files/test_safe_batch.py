"""Batch files: every call, exactly as Safe{Wallet} would make one transaction of them."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.foreign import (
    PAYEE,
    SAFE,
    a_batch,
    a_bundle_json,
    a_call,
    a_method,
    codes,
    leaves,
    shown,
)
from tests.shared_vectors import cases_of
from treasury_desktop.assets.address import Address
from treasury_desktop.bundle import Bundle, read_bundle
from treasury_desktop.calls.abi_type import parse_function
from treasury_desktop.errors import Malformed, Refused
from treasury_desktop.files.foreign_programs.incoming import Known, bundle_of
from treasury_desktop.files.foreign_programs.safe_batch import (
    batch_calls,
    checksum_of,
    read_batch,
    write_batch,
)
from treasury_desktop.safes.multisend import PackedCall, multisend_calldata
from treasury_desktop.safes.safe import Safe, SafeVersion
from treasury_desktop.safes.safe_tx import Operation, SafeTx

CALL_ONLY_1_3_0 = "0x40A2aCCbd92BCA938b02010E17A5b8929b49130D"
PUBLISHED: dict[str, Any] = {
    "version": "1.0",
    "chainId": "4",
    "createdAt": 1646321521061,
    "meta": {
        "name": "test batch file",
        "txBuilderVersion": "1.4.0",
        "checksum": "0x86c81826dbf7e8a37612153294cc85fdf5c81998dd0a44b86d945502a7eace7c",
        "createdFromSafeAddress": "0xDF8a1Ce35c9a6ACE153B4e0767942f1E2291a1Aa",
        "createdFromOwnerAddress": PAYEE,
    },
    "transactions": [
        {
            "to": PAYEE,
            "value": "0",
            "contractMethod": {
                "inputs": [{"internalType": "address", "name": "paramAddress", "type": "address"}],
                "name": "testAddress",
                "payable": False,
            },
            "contractInputsValues": {"paramAddress": PAYEE},
        },
        {
            "to": PAYEE,
            "value": "0",
            "contractMethod": {
                "inputs": [{"internalType": "bool", "name": "paramBool", "type": "bool"}],
                "name": "testBool",
                "payable": False,
            },
            "contractInputsValues": {"paramAddress": "", "paramBool": "false"},
        },
        {
            "to": PAYEE,
            "value": "2000000000000000000",
            "data": "0x42f4579000000000000000000000000049d4450977e2c95362c13d3a31a09311e0ea26a6",
        },
    ],
}
"""The object of the Transaction Builder's own test of its checksum."""


def known(version: str = "1.3.0", chain_id: int = 1) -> Known:
    """What a signer would say of the Safe."""
    safe = Address.parse(SAFE)
    return Known(chain_id=chain_id, safe=safe, version=SafeVersion.parse(version), nonce=7)


def a_release(whom: str) -> str:
    """Calldata of `releaseAll(address)`."""
    selector = parse_function("releaseAll(address)").selector
    return "0x" + (selector + bytes(12) + Address.parse(whom).raw).hex()


# ── checksum ─────────────────────────────────────────────────────────────────────────────────────


def test_published_checksum() -> None:
    """It is that of the Transaction Builder; with an empty one left in it would be another."""
    assert "0x" + checksum_of(PUBLISHED).hex() == PUBLISHED["meta"]["checksum"]
    assert not {"BATCH_CHECKSUM_MISMATCH", "BATCH_CHECKSUM_MISSING"} & set(codes(shown(PUBLISHED)))


@pytest.mark.parametrize("case", cases_of("tx_builder"))
def test_real_checksums(case: Any) -> None:
    """A checksum that fits says nothing; one that does not is a note, never a refusal."""
    assert "0x" + checksum_of(case["file"]).hex() == case["computed"]
    calls = case["file"]["transactions"]
    if not calls or not all(call["to"] for call in calls):
        with pytest.raises(Malformed, match="transactions"):
            shown(case["file"])
        return
    noted = codes(shown(case["file"])).get("BATCH_CHECKSUM_MISMATCH")
    assert noted == (None if case["checksum_valid"] else "note")


def test_changed_and_missing_checksums() -> None:
    """Both are notes with names of their own."""
    changed = {**PUBLISHED, "createdAt": 1}
    assert codes(shown(changed))["BATCH_CHECKSUM_MISMATCH"] == "note"
    assert codes(shown(a_batch(a_call())))["BATCH_CHECKSUM_MISSING"] == "note"


def test_keys_beyond_the_basic_plane_sort_as_javascript_does() -> None:
    """😀 (U+1F600) comes before ﬀ (U+FB00) by UTF-16 code units, after it by code points."""
    assert checksum_of({"😀": 1, "ﬀ": 2}) == checksum_of({"ﬀ": 2, "😀": 1})
    written = json.dumps(["😀", "ﬀ"], ensure_ascii=False, separators=(",", ":"))
    from treasury_desktop.files.foreign_programs import safe_batch  # noqa: PLC0415  its own form is asked for

    assert safe_batch._serialized({"ﬀ": None, "😀": "é"}) == f'{{{written}"é",null,}}'


# ── one Safe transaction ─────────────────────────────────────────────────────────────────────────


def test_a_single_call_stays_a_call() -> None:
    """As Safe{Wallet} does; the hash is that of the same transaction in a bundle."""
    sent = shown(a_batch(a_call()), safe=SAFE, version="1.3.0", nonce="42")
    assert sent["hashes"] == shown(a_bundle_json())["hashes"]
    (call,) = sent["calls"]
    assert (call["operation"], call["to"], call["value"], call["calls"]) == ("call", PAYEE, "5", [])


@pytest.mark.parametrize(
    ("version", "chain_id", "carrier"),
    [
        ("1.3.0", 1, CALL_ONLY_1_3_0),
        ("1.3.0+L2", 100, CALL_ONLY_1_3_0),
        ("1.1.1", 1, CALL_ONLY_1_3_0),
        ("0.1.0", 1, CALL_ONLY_1_3_0),
        ("1.3.0", 10, "0xA1dabEF33b3B82c7814B6D82A79e50F4AC44102B"),
        ("1.3.0", 324, "0xf220D3b4DFb23C4ade8C88E526C1353AbAcbC38F"),
        ("1.4.1", 1, "0x9641d764fc13c8B624c04430C7356C1C7C8102e2"),
        ("1.5.0", 1, "0xA83c336B20401Af773B6219BA5027174338D1836"),
        ("1.4.1", 31337, "0x9641d764fc13c8B624c04430C7356C1C7C8102e2"),
    ],
)
def test_several_calls_go_through_the_call_only_contract(
    version: str, chain_id: int, carrier: str
) -> None:
    """That of the Safe's version, as Safe{Wallet} takes it on that chain; 1.3.0 for older ones."""
    batch = a_batch(a_call(), a_call(value="6"), chainId=str(chain_id))
    made = bundle_of(read_batch(batch), known(version, chain_id))
    assert (str(made.tx.to), made.tx.operation, made.tx.value) == (carrier, 1, 0)
    assert not made.unnamed
    assert [call.value for call in batch_calls(made)] == [5, 6]


def test_without_safe_version_and_nonce() -> None:
    """The calls are decoded, there is no hash, and STATE_UNKNOWN blocks."""
    sent = shown(a_batch(a_call(), a_call(value="6"), meta={}))
    assert sent["hashes"] == {"domain": None, "message": None, "safe_tx": None}
    assert sent["comparison_code"] is None
    assert sent["safe"] == {"chain_id": 1, "address": None, "version": None}
    assert [call["value"] for call in leaves(sent["calls"])] == ["5", "6"]
    assert codes(sent)["STATE_UNKNOWN"] == "block"
    assert sent["verdict"] == "block"


def test_named_in_full_it_is_as_calm_as_its_calls() -> None:
    """A rejection in a batch file is a rejection."""
    sent = shown(a_batch(a_call(to=SAFE, value="0")), safe=SAFE, version="1.4.1", nonce="9")
    assert sent["verdict"] == "ok"
    assert (
        sent["hashes"]["safe_tx"]
        == shown(a_bundle_json("1.4.1", to=SAFE, value="0", nonce=9))["hashes"]["safe_tx"]
    )


def test_a_version_nobody_released_has_no_batch_contract() -> None:
    """Then the calls are shown and nothing is hashed."""
    sent = shown(a_batch(a_call(), a_call()), safe=SAFE, version="1.4.0", nonce="1")
    assert sent["hashes"]["safe_tx"] is None
    assert len(leaves(sent["calls"])) == 2
    assert codes(sent)["STATE_UNKNOWN"] == "block"


def test_batch_of_another_safe() -> None:
    """Who asks says for which Safe; the file's own is a note, an unreadable one too."""
    batch = a_batch(a_call(), meta={"createdFromSafeAddress": PAYEE})
    sent = shown(batch, safe=SAFE, version="1.3.0", nonce="42")
    assert sent["safe"]["address"] == SAFE
    assert codes(sent)["BATCH_OF_ANOTHER_SAFE"] == "note"
    wrong = "0xFFFFFFFF964459F3C984682f78A4d30713174b2E"
    sent = shown(a_batch(a_call(), meta={"createdFromSafeAddress": wrong}))
    assert codes(sent)["BATCH_SAFE_UNREADABLE"] == "note"
    assert sent["safe"]["address"] is None


# ── what real files look like ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("changes", "value", "data"),
    [
        ({}, "5", "0x"),
        ({"value": 5}, "5", "0x"),
        ({"value": "0x5"}, "5", "0x"),
        ({"data": None}, "5", "0x"),
        ({"data": ""}, "5", "0x"),
        ({"data": "0xABcd"}, "5", "0xabcd"),
        ({"contractMethod": None, "contractInputsValues": None}, "5", "0x"),
        ({"data": None, "contractMethod": a_method("receive")}, "5", "0x"),
        ({"data": None, "contractMethod": a_method("fallback")}, "5", "0x"),
        ({"data": "0x01", "contractMethod": a_method("transfer")}, "5", "0x01"),
        ({"data": "0x01", "contractMethod": {}}, "5", "0x01"),
        ({"operation": 0}, "5", "0x"),
        ({"operation": "0", "note": "unknown members mean nothing"}, "5", "0x"),
    ],
)
def test_lenient_members(changes: dict[str, Any], value: str, data: str) -> None:
    """Numbers, nulls and empty texts are read as the Transaction Builder reads them."""
    (call,) = shown(a_batch(a_call(**changes)))["calls"]
    assert (call["value"], call["data"]) == (value, data)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"to": ""}, "transactions[0].to"),
        ({"to": None}, "transactions[0].to"),
        ({"to": PAYEE[:-1]}, "transactions[0].to"),
        ({"to": PAYEE.replace("d", "D")}, "transactions[0].to"),
        ({"to": f"eth:{PAYEE}"}, "transactions[0].to"),
        ({"data": "0x123"}, "transactions[0].data"),
        ({"data": "123456"}, "transactions[0].data"),
        ({"data": 5}, "transactions[0].data"),
        ({"value": "1e18"}, "transactions[0].value"),
        ({"value": "-1"}, "transactions[0].value"),
        ({"value": "1.5"}, "transactions[0].value"),
        ({"value": str(2**256)}, "transactions[0].value"),
        ({"value": True}, "transactions[0].value"),
        ({"value": None}, "transactions[0].value"),
        ({"value": ""}, "transactions[0].value"),
        ({"operation": 1}, "transactions[0].operation"),
        ({"data": None, "contractMethod": "transfer"}, "transactions[0].contractMethod"),
        ({"data": None, "contractMethod": {}}, "transactions[0].contractMethod.name"),
        ({"data": None, "contractMethod": {"name": "a(b"}}, "transactions[0].contractMethod.name"),
    ],
)
def test_calls_that_cannot_be_read(changes: dict[str, Any], field: str) -> None:
    """Each is refused by its field, and nothing of the file is shown."""
    with pytest.raises(Malformed) as refused:
        shown(a_batch(a_call(**changes)))
    assert refused.value.field == field


def test_a_call_without_a_value() -> None:
    """What nobody said is not zero."""
    with pytest.raises(Malformed, match=r"^transactions\[1\]\.value: is missing"):
        shown(a_batch(a_call(), {"to": PAYEE, "data": "0x"}))


@pytest.mark.parametrize(
    "changes",
    [{"transactions": []}, {"transactions": None}, {"transactions": {}}, {"transactions": [None]}],
)
def test_a_batch_without_calls(changes: dict[str, Any]) -> None:
    """Is refused."""
    with pytest.raises(Malformed, match="transactions"):
        shown(a_batch(**changes))


@pytest.mark.parametrize("chain", ["137", 137, "0x89"])
def test_chain_ids(chain: object) -> None:
    """Text, number and hex; without any the chain stays unnamed."""
    assert shown(a_batch(a_call(), chainId=chain))["safe"]["chain_id"] == 137
    assert shown(a_batch(a_call(), chainId=""))["safe"]["chain_id"] is None


def test_the_method_is_the_senders_word() -> None:
    """Its names are shown, its certainty stays a guess, and the bytes are what counts."""
    method = a_method("releaseAll", {"name": "whom", "type": "address"})
    call = a_call(data=None, contractMethod=method, contractInputsValues={"whom": PAYEE})
    (read,) = shown(a_batch(call))["calls"]
    assert (read["function"], read["certainty"]) == ("releaseAll(address)", "guess")
    assert read["arguments"] == [{"name": "whom", "type": "address", "value": PAYEE}]
    (other,) = shown(a_batch({**call, "data": "0x12345678"}))["calls"]
    assert (other["function"], other["data"]) == (None, "0x12345678")


@pytest.mark.parametrize(
    ("data", "whom", "is_described"),
    [
        (a_release(PAYEE), PAYEE, True),
        (a_release(PAYEE), PAYEE.lower(), True),
        (a_release(PAYEE) + "00", PAYEE, True),
        (a_release(PAYEE), "nobody's address", True),
        (a_release(SAFE), PAYEE, False),
        ("0x12345678", PAYEE, False),
        ("0x", PAYEE, False),
    ],
)
def test_bytes_beside_another_description(data: str, whom: str, is_described: bool) -> None:
    """Who reads the description elsewhere signs the bytes."""
    call = a_call(
        data=data,
        contractMethod=a_method("releaseAll", {"name": "whom", "type": "address"}),
        contractInputsValues={"whom": whom},
    )
    sent = codes(shown(a_batch(a_call(), call, call)))
    assert sent.get("BATCH_METHOD_MISMATCH") == (None if is_described else "danger")


@pytest.mark.parametrize(
    "method", [{}, None, a_method("receive"), a_method("fallback"), {"name": "", "inputs": []}]
)
def test_bytes_beside_no_description(method: Any) -> None:
    """What names no function describes nothing."""
    sent = shown(a_batch(a_call(data="0x12345678", contractMethod=method)))
    assert "BATCH_METHOD_MISMATCH" not in codes(sent)


# ── writing ──────────────────────────────────────────────────────────────────────────────────────


calls = st.builds(
    PackedCall,
    st.just(0),
    st.binary(min_size=20, max_size=20).map(Address),
    st.integers(0, 2**256 - 1),
    st.binary(max_size=80),
)


@given(listed=st.lists(calls, min_size=1, max_size=6), version=st.sampled_from(["1.3.0", "1.4.1"]))
def test_bundle_to_file_to_bundle_keeps_every_call(listed: list[PackedCall], version: str) -> None:
    """The same calls, the same transaction, the same hash, and a checksum that fits."""
    batch = a_batch(
        *({"to": str(c.to), "value": str(c.value), "data": "0x" + c.data.hex()} for c in listed)
    )
    bundle = bundle_of(read_batch(batch), known(version))
    written = write_batch(bundle, created_at_ms=1, name="n")
    again = bundle_of(read_batch(json.loads(written)), known(version))
    assert again.tx == bundle.tx
    assert again.safe == bundle.safe
    assert batch_calls(again) == tuple(listed)
    assert not again.remarks


@pytest.mark.parametrize(
    ("batch_contract", "written"),
    [
        ("0xA83c336B20401Af773B6219BA5027174338D1836", SAFE),
        (CALL_ONLY_1_3_0, "0x0000000000000000000000000000000000000000"),
    ],
    ids=["1.5.0", "1.3.0"],
)
def test_a_zero_address_is_written_as_whom_it_means(batch_contract: str, written: str) -> None:
    """Since 1.5.0 the batch contract takes it for the Safe itself; before, it is nobody."""
    packed = (
        PackedCall(0, Address(bytes(20)), 0, b"\1" * 4),
        PackedCall(0, Address.parse(PAYEE), 1, b""),
    )
    tx = SafeTx(
        to=Address.parse(batch_contract),
        data=multisend_calldata(packed),
        operation=Operation.DELEGATECALL,
        nonce=1,
    )
    safe = Safe(chain_id=1, address=Address.parse(SAFE), version=SafeVersion(1, 5, 0))
    file = json.loads(write_batch(Bundle(safe=safe, tx=tx), created_at_ms=1))
    assert [call["to"] for call in file["transactions"]] == [written, PAYEE]


def test_a_bundle_is_written_as_a_batch() -> None:
    """With every member the Transaction Builder writes, and readable by our own reader."""
    bundle = read_bundle(json.dumps({**a_bundle_json(), "purpose": "Rent"}).encode())
    written = json.loads(write_batch(bundle, created_at_ms=1646321521061))
    assert written["chainId"] == "1"
    assert written["createdAt"] == 1646321521061
    assert written["meta"]["description"] == "Rent"
    assert written["meta"]["createdFromSafeAddress"] == SAFE
    assert written["transactions"] == [
        {
            "to": PAYEE,
            "value": "5",
            "data": "0x",
            "contractMethod": None,
            "contractInputsValues": None,
        }
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"operation": 1},
        {"operation": 2},
        {"operation": 1, "to": CALL_ONLY_1_3_0, "data": "0x8d80ff0a"},
        {"gasPrice": "1"},
        {"safeTxGas": "1"},
        {"refundReceiver": PAYEE},
    ],
)
def test_what_a_batch_cannot_carry(changes: dict[str, Any]) -> None:
    """Nothing is lost in silence."""
    bundle = read_bundle(json.dumps(a_bundle_json(**changes)).encode())
    with pytest.raises(Refused):
        write_batch(bundle, created_at_ms=1)


def test_texts_that_encode_to_more_than_a_file_can_hold() -> None:
    """A bomb of small numbers is refused before the memory is gone."""
    listed = {"x": "[" + "1," * 100_000 + "1]"}
    method = a_method("f", {"name": "x", "type": "uint256[]"})
    call = a_call(data=None, contractMethod=method, contractInputsValues=listed)
    with pytest.raises(Malformed, match="transactions: encode to more than"):
        shown(a_batch(call, call))


def test_a_batch_that_runs_foreign_code_is_no_batch_file() -> None:
    """An inner delegatecall has no place in the format."""
    inner = (PackedCall(1, Address.parse(PAYEE), 0, b""),)
    bundle = read_bundle(json.dumps(a_bundle_json()).encode())
    tx = SafeTx(
        to=Address.parse("0xA238CBeb142c10Ef7Ad8442C6D1f9E89e07e7761"),
        data=multisend_calldata(inner),
        operation=Operation.DELEGATECALL,
        nonce=1,
    )
    with pytest.raises(Refused, match="foreign code"):
        write_batch(Bundle(safe=bundle.safe, tx=tx), created_at_ms=1)


def test_what_is_incomplete_is_not_written() -> None:
    """A stand-in never leaves the program."""
    with pytest.raises(Refused, match="leaves something out"):
        write_batch(bundle_of(read_batch(a_batch(a_call())), Known()), created_at_ms=1)
