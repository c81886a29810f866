"""What a sender claims beside the transaction is read strictly and travels on unchanged."""

import json
from typing import Any

import pytest

from tests.matters import OTHER_VAULT, VAULT, a_treasury_safe, a_tx, pay
from treasury_desktop.assets.unknown import UNKNOWN
from treasury_desktop.bundle import (
    Bundle,
    Disagreement,
    InnerTransaction,
    ServiceCall,
    ServiceParameter,
    claimed_functions,
    read_bundle,
    write_bundle,
)
from treasury_desktop.errors import Malformed
from treasury_desktop.safes.safe import SafeVersion

HASH = "0x" + "ab" * 32
MINIMAL = json.loads(write_bundle(Bundle(safe=a_treasury_safe(), tx=a_tx(pay(5)))))
TRANSACTION = MINIMAL["transaction"]
PLACE_ABI: list[dict[str, Any]] = [
    {"type": "constructor", "inputs": [{"type": "whatever"}]},
    {"type": "event", "name": "odd name", "inputs": []},
    {
        "name": "place", "stateMutability": "payable", "outputs": [{"type": "uint256"}],
        "inputs": [
            {
                "name": "orders", "type": "tuple[][2]", "internalType": "struct Order[][2]",
                "components": [
                    {"name": "to", "type": "address"}, {"name": "", "type": "uint8[3]"},
                    {"type": "tuple", "components": []},
                ],
            },
            {"type": "bytes"},
        ],
    },
]  # fmt: skip
SERVICE = {
    "method": "multiSend",
    "parameters": [
        {
            "name": "transactions", "type": "bytes", "value": "0x00",
            "valueDecoded": [
                {
                    "operation": 0, "to": str(VAULT), "value": "0", "data": "0x1234",
                    "dataDecoded": {
                        "method": "f",
                        "parameters": [
                            {"name": "a", "type": "uint256[]", "value": [1, "2", [True], None]}
                        ],
                    },
                },
                {"to": str(VAULT), "dataDecoded": None},
            ],
        },
        {"name": "data", "type": "bytes", "value_decoded": {"method": "g"}},
        {"name": "odd", "value": {"x": 1, "y": "z"}},
    ],
}  # fmt: skip
EVIDENCE: dict[str, Any] = {
    "abis": [{"address": str(VAULT), "abi": PLACE_ABI}, {"address": str(OTHER_VAULT)}],
    "effects": {"preview": {"deposit_shares": str(2**200)}},
    "disagreements": [
        {"field": "safe.threshold", "answers": {"node B": 1, "node A": "3", "node C": None}},
        {"field": "safe.owners", "answers": {}},
        {"answers": {"node A": ["0x1", "0x2"]}},
        {},
    ],
    "service": {"data_decoded": SERVICE},
    "inner_transactions": [
        {"safe": str(VAULT), "version": "1.3.0+L2", "transaction": TRANSACTION,
         "claimed_hash": HASH},
        {"transaction": {}},
        {"safe": None, "version": None, "transaction": None, "claimed_hash": None},
    ],
}  # fmt: skip


def read(**evidence: object) -> Bundle:
    """The bundle with that evidence."""
    return read_bundle(json.dumps({**MINIMAL, "evidence": evidence}).encode())


def refused_field(evidence: object) -> str:
    """The field a refusal names."""
    with pytest.raises(Malformed) as refusal:
        read_bundle(json.dumps({**MINIMAL, "evidence": evidence}).encode())
    return refusal.value.field


def test_claims_travel_unchanged() -> None:
    """Whatever is claimed is written down again, and read equal."""
    bundle = read(**EVIDENCE)
    data = write_bundle(bundle)
    assert read_bundle(data) == bundle
    assert write_bundle(read_bundle(data)) == data
    assert len(bundle.abis) == 2


@pytest.mark.parametrize("name", EVIDENCE)
def test_each_claim_travels_alone(name: str) -> None:
    """One claim leaves the others unknown."""
    bundle = read(**{name: EVIDENCE[name]})
    assert read_bundle(write_bundle(bundle)) == bundle
    assert bundle != read()


def test_nothing_claimed() -> None:
    """Absent and null claims are none."""
    bundle = read()
    assert bundle.preview_shares is UNKNOWN
    assert bundle.service_decoded is UNKNOWN
    assert (bundle.abis, bundle.disagreements, bundle.inner_transactions) == ((), (), ())
    nothing = dict.fromkeys(EVIDENCE)
    assert read(**nothing) == bundle
    assert read(service={"data_decoded": None}, effects={"preview": None}) == bundle
    assert read(effects={"preview": {"deposit_shares": None}}) == bundle


def test_disagreements() -> None:
    """Each node's answer is kept; numbers as their text, null as an answer of its own."""
    assert read(**EVIDENCE).disagreements == (
        Disagreement(
            field="safe.threshold", answers=(("node A", "3"), ("node B", "1"), ("node C", None))
        ),
        Disagreement(field="safe.owners", answers=()),
        Disagreement(answers=(("node A", ("0x1", "0x2")),)),
        Disagreement(),
    )


def test_service_decoding() -> None:
    """A service's decoding is kept with the calls it sees inside, in either spelling."""
    claimed = read(**EVIDENCE).service_decoded
    assert isinstance(claimed, ServiceCall)
    assert claimed.method == "multiSend"
    assert isinstance(claimed.parameters, tuple)
    batch, data, odd = claimed.parameters
    assert isinstance(batch.calls, tuple)
    assert batch.calls[0].method == "f"
    assert batch.calls[0].operation == "0"
    assert batch.calls[0].parameters == (
        ServiceParameter(name="a", kind="uint256[]", value=("1", "2", ("true",), None)),
    )
    assert batch.calls[1] == ServiceCall(to=str(VAULT))
    assert data.calls == (ServiceCall(method="g"),)
    assert odd.value == ("1", "z")


def test_inner_transactions() -> None:
    """The transaction behind an approved hash is read as strictly as the bundle's own."""
    whole, empty, nothing = read(**EVIDENCE).inner_transactions
    assert whole == InnerTransaction(
        safe=VAULT, version=SafeVersion(1, 3, 0, is_l2=True), tx=a_tx(pay(5)),
        claimed_hash=b"\xab" * 32,
    )  # fmt: skip
    assert empty == nothing == InnerTransaction()


def test_abis() -> None:
    """Of a Solidity ABI only functions are kept, with names and components."""
    first, second = read(**EVIDENCE).abis
    assert [f.signature for f in first.functions] == ["place((address,uint8[3],())[][2],bytes)"]
    orders = first.functions[0].parameters
    assert orders.names == ("orders", "")
    assert orders.members[0].members[0].members[0].names == ("to", "", "")
    assert second.functions == ()


def test_first_function_of_a_selector_counts() -> None:
    """Two ABIs of one address add up; a later claim takes no selector over."""
    one = {"name": "transfer", "inputs": [{"name": "to", "type": "address"}]}
    two = {"name": "transfer", "inputs": [{"name": "spender", "type": "address"}]}
    other = {"name": "other"}
    bundle = read(
        abis=[{"address": str(VAULT), "abi": [one, two]},
              {"address": str(VAULT), "abi": [two, other]}]
    )  # fmt: skip
    functions = claimed_functions(bundle.abis)[VAULT]
    assert sorted(f.name for f in functions.values()) == ["other", "transfer"]
    assert {f.parameters.names for f in functions.values()} == {("to",), ()}


BAD = {
    "evidence.abis": 5,
    "evidence.abis[0]": 5,
    "evidence.abis[0].address": {"address": "0x12"},
    "evidence.abis[0].abi": {"address": str(VAULT), "abi": {}},
    "evidence.abis[0].abi[0]": {"address": str(VAULT), "abi": ["function f()"]},
    "evidence.service": [],
    "evidence.service.data_decoded": {"data_decoded": "transfer"},
    "evidence.service.data_decoded.method": {"data_decoded": {"method": 5}},
    "evidence.service.data_decoded.parameters": {"data_decoded": {"parameters": {}}},
    "evidence.service.data_decoded.parameters[0]": {"data_decoded": {"parameters": [5]}},
    "evidence.service.data_decoded.parameters[0].name": {
        "data_decoded": {"parameters": [{"name": 5}]}
    },
    "evidence.service.data_decoded.parameters[0].valueDecoded": {
        "data_decoded": {"parameters": [{"valueDecoded": "x"}]}
    },
    "evidence.service.data_decoded.parameters[0].valueDecoded[0].dataDecoded": {
        "data_decoded": {"parameters": [{"valueDecoded": [{"dataDecoded": []}]}]}
    },
    "evidence.disagreements": {},
    "evidence.disagreements[0]": "x",
    "evidence.disagreements[0].field": {"field": 5},
    "evidence.disagreements[0].answers": {"answers": ["3", "1"]},
    "evidence.inner_transactions": {},
    "evidence.inner_transactions[0]": None,
    "evidence.inner_transactions[0].safe": {"safe": "0x"},
    "evidence.inner_transactions[0].version": {"version": "1.3"},
    "evidence.inner_transactions[0].transaction": {"transaction": []},
    "evidence.inner_transactions[0].transaction.extra": {
        "transaction": {**TRANSACTION, "extra": 1}
    },
    "evidence.inner_transactions[0].claimed_hash": {"claimed_hash": "0x12"},
    "evidence.effects.preview": {"preview": 5},
    "evidence.effects.preview.deposit_shares": {"preview": {"deposit_shares": "-1"}},
}


@pytest.mark.parametrize("field", BAD)
def test_malformed_claims(field: str) -> None:
    """A claim of another shape is refused by its own path."""
    name, _, _ = field.removeprefix("evidence.").partition(".")
    bare, is_item, _ = name.partition("[")
    assert refused_field({bare: [BAD[field]] if is_item else BAD[field]}) == field


BAD_ENTRIES: dict[str, object] = {
    ".type": {"type": 5},
    ".name": {"name": "no name"},
    ".inputs": {"inputs": {}},
    ".inputs[0]": {"inputs": ["address"]},
    ".inputs[0].type": {"inputs": [{"name": "a", "type": "uint"}]},
    ".inputs[0].name": {"inputs": [{"name": "<b>", "type": "bool"}]},
    ".inputs[0].components": {"inputs": [{"type": "tuple"}]},
    ".inputs[0].components[0].type": {
        "inputs": [{"type": "tuple[]", "components": [{"type": "tuples"}]}]
    },
}


@pytest.mark.parametrize("field", BAD_ENTRIES)
def test_malformed_abi_entries(field: str) -> None:
    """An entry that describes no function is refused by its place in the ABI."""
    entry = BAD_ENTRIES[field]
    assert isinstance(entry, dict)
    abi = [{"type": "function", "name": "f", "inputs": [], **entry}]
    where = f"evidence.abis[0].abi[0]{field}"
    assert refused_field({"abis": [{"address": str(VAULT), "abi": abi}]}) == where


def test_abi_types_have_a_bounded_depth() -> None:
    """A type nested without end is refused before anything recurses into it."""
    kind: dict[str, Any] = {"type": "bool"}
    for _ in range(18):
        kind = {"type": "tuple", "components": [kind]}
    for bad in (kind, {"type": "tuple" + "[]" * 17, "components": []},
                {"type": "uint8" + "[]" * 40}):  # fmt: skip
        abi = [{"name": "f", "inputs": [bad]}]
        assert "abi[0].inputs[0]" in refused_field({"abis": [{"address": str(VAULT), "abi": abi}]})


def test_deepest_service_decoding_is_written_again() -> None:
    """Writing nests no deeper than reading did, so that what was read can be exported."""
    call: dict[str, Any] = {"method": "f"}
    depth = 4
    while depth + 3 <= 64:
        call = {"parameters": [{"valueDecoded": call}]}
        depth += 3
    bundle = read(service={"data_decoded": call})
    assert read_bundle(write_bundle(bundle)) == bundle
