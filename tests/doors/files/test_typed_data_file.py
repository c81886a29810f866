"""Typed data other wallets sign: the same digest, or a refusal by name."""

import json
from typing import Any

import pytest

from tests.foreign import (
    PAYEE,
    SAFE,
    a_bundle_json,
    codes,
    hashes_of,
    shown,
    typed_data,
)
from tests.shared_vectors import cases_of
from treasury_desktop.bundle import read_bundle
from treasury_desktop.errors import Malformed, Refused
from treasury_desktop.files.foreign_programs.incoming import Known, bundle_of
from treasury_desktop.files.foreign_programs.safe_batch import read_batch
from treasury_desktop.files.foreign_programs.typed_data_file import (
    read_typed_data,
    write_typed_data,
)

VERSIONS = ["0.1.0", "1.0.0", "1.2.0", "1.3.0", "1.4.1", "1.5.0"]


@pytest.mark.parametrize("version", VERSIONS)
def test_the_types_tell_what_is_hashed(version: str) -> None:
    """Not the version, which stays unknown and blocks, but its hashes."""
    sent = shown(typed_data(version))
    assert sent["hashes"] == hashes_of(version)
    assert sent["safe"]["version"] is None
    assert codes(sent)["STATE_UNKNOWN"] == "block"
    told = [f["sentence"] for f in sent["findings"] if f["code"] == "STATE_UNKNOWN"]
    alike = "before 1.0.0" if version < "1.0.0" else "from 1.0.0 to 1.2.0"
    ending = "from 1.3.0 on." if version >= "1.3.0" else f"{alike}."
    assert any(sentence.endswith(ending) for sentence in told)


@pytest.mark.parametrize("version", VERSIONS)
def test_named_in_full_nothing_is_missing(version: str) -> None:
    """With version and nonce it is as calm as the same transaction in a bundle."""
    safe = f"eth:{SAFE}"
    sent = shown(typed_data(version, to=SAFE, value="0"), safe=safe, version=version, nonce="42")
    assert sent["safe"] == {"chain_id": 1, "address": SAFE, "version": version}
    assert sent["verdict"] == ("ok" if version >= "1.3.0" else "warn")


@pytest.mark.parametrize(("written", "asked"), [("1.1.1", "1.3.0"), ("1.3.0", "1.0.0")])
def test_typed_data_of_another_version(written: str, asked: str) -> None:
    """A Safe asked to sign what it does not hash is asked to sign for somebody else."""
    assert codes(shown(typed_data(written), version=asked))["STATE_UNKNOWN"] == "block"


@pytest.mark.parametrize("case", cases_of("safe_tx_hashes"))
def test_known_transactions(case: Any) -> None:
    """Every known transaction has its known hashes when it comes as typed data."""
    typed = typed_data(case["version"], **case["transaction"])
    typed["message"].update(
        {"dataGas": case["transaction"]["baseGas"]} if "dataGas" in typed["message"] else {}
    )
    typed["domain"]["verifyingContract"] = case["safe"]
    if "chainId" in typed["domain"]:
        typed["domain"]["chainId"] = str(case["chain_id"])
    assert shown(typed)["hashes"] == case["hashes"]


def test_spellings_of_numbers() -> None:
    """Number, decimal text and hex text are one number; the domain's types may be left out."""
    for chain_id in (1, "1", "0x1"):
        typed = typed_data(nonce="0x2a", value=5, operation="0")
        typed["domain"]["chainId"] = chain_id
        assert shown(typed)["hashes"] == hashes_of()
    del typed["types"]["EIP712Domain"]
    assert shown(typed)["hashes"] == hashes_of()
    older = typed_data("1.1.1")
    del older["types"]["EIP712Domain"]
    assert shown(older)["hashes"] == hashes_of("1.1.1")


def test_other_typed_data_is_refused_by_name() -> None:
    """A permit or a message is no Safe transaction."""
    for name in ("Permit", "SafeMessage", "Mail"):
        with pytest.raises(Malformed, match=f"primaryType: is '{name}'"):
            read_typed_data({**typed_data(), "primaryType": name})


@pytest.mark.parametrize("case", cases_of("eip712"))
def test_other_programs_typed_data(case: Any) -> None:
    """None of it is a Safe transaction, and none of it crashes the reader."""
    with pytest.raises(Malformed, match="primaryType"):
        shown(case["typed_data"])


def changed(path: str, value: Any) -> Any:
    """Typed data with one member replaced (None takes it out)."""
    typed: Any = typed_data()
    *way, last = path.split(".")
    inner = typed
    for step in way:
        inner = inner[int(step)] if step.isdigit() else inner[step]
    if value is None:
        del inner[last]
    elif last.isdigit():
        inner[int(last)] = value
    else:
        inner[last] = value
    return typed


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        ("types.SafeTx.0", {"name": "to", "type": "uint160"}, "types.SafeTx"),
        ("types.SafeTx.5", {"name": "dataGas", "type": "uint256"}, "types.EIP712Domain"),
        ("types.SafeTx", [], "types.SafeTx"),
        ("types.EIP712Domain", [], "types.EIP712Domain"),
        ("types.EIP712Domain.0", {"name": "name", "type": "string"}, "types.EIP712Domain"),
        ("types.Extra", [], "types.Extra"),
        ("types.SafeTx.0", {"name": "to", "type": "address", "x": 1}, "types.SafeTx[0].x"),
        ("domain.verifyingContract", None, "domain.verifyingContract"),
        ("domain.chainId", None, "domain.chainId"),
        ("domain.name", "Safe", "domain.name"),
        ("message.extra", 1, "message.extra"),
        ("message.nonce", None, "message.nonce"),
        ("message.baseGas", None, "message.baseGas"),
        ("message.operation", 3, "message.operation"),
        ("message.data", "0x1", "message.data"),
        ("message.data", "", "message.data"),
        ("message.gasToken", "", "message.gasToken"),
        ("message.refundReceiver", "", "message.refundReceiver"),
        ("message.value", "one", "message.value"),
        ("primaryType", None, "primaryType"),
        ("domain", None, "domain"),
        ("message", None, "message"),
    ],
)
def test_anything_else_is_another_digest(path: str, value: Any, field: str) -> None:
    """A wallet would sign something that no Safe checks: refused by its field."""
    with pytest.raises(Malformed) as refused:
        read_typed_data(changed(path, value))
    assert refused.value.field == field


@pytest.mark.parametrize("member", ["data", "gasToken", "refundReceiver"])
def test_null_is_no_value(member: str) -> None:
    """Services leave these out where they are zero; a wallet that signs has to have them."""
    typed = typed_data()
    typed["message"][member] = None
    with pytest.raises(Malformed) as refused:
        read_typed_data(typed)
    assert refused.value.field == f"message.{member}"


@pytest.mark.parametrize("version", VERSIONS)
def test_written_typed_data_reads_back(version: str) -> None:
    """The same transaction and the same hashes."""
    bundle = read_bundle(json.dumps(a_bundle_json(version)).encode())
    typed = json.loads(write_typed_data(bundle))
    assert bundle_of(read_typed_data(typed), Known(version=bundle.safe.version)).tx == bundle.tx
    assert shown(typed)["hashes"] == hashes_of(version)


def test_incomplete_typed_data_is_not_written() -> None:
    """A stand-in is never signed."""
    batch = {"transactions": [{"to": PAYEE, "value": "0"}], "chainId": "1"}
    with pytest.raises(Refused, match="leaves out"):
        write_typed_data(bundle_of(read_batch(batch), Known()))
