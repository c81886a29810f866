"""The reading rules of the bundle format: each refusal names its field."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.matters import SAFE, USDC, VAULT, pay
from tests.samples import PAYROLL, an_owner
from treasury_desktop.assets.quote import QuoteKind
from treasury_desktop.assets.unknown import UNKNOWN
from treasury_desktop.bundle import (
    FORMAT,
    Disagreement,
    ServiceCall,
    read_bundle,
    write_bundle,
)
from treasury_desktop.errors import Malformed
from treasury_desktop.safes.safe_tx import Operation
from treasury_desktop.treasury.evidence import Evidence
from treasury_desktop.treasury.terms import PolicyTerms

HASH = "0x" + "ab" * 32
TRANSACTION = {
    "to": str(USDC), "value": "0", "data": "0x" + pay(5).data.hex(), "operation": 0,
    "safeTxGas": "0", "baseGas": "0", "gasPrice": "0", "gasToken": "0x" + "00" * 20,
    "refundReceiver": "0x" + "00" * 20, "nonce": 42,
}  # fmt: skip
MINIMAL = {
    "format": FORMAT, "chain_id": 1,
    "safe": {"address": str(SAFE), "version": "1.4.1", "nonce": 42},
    "transaction": TRANSACTION,
}  # fmt: skip
FULL: dict[str, Any] = {
    **MINIMAL,
    "purpose": "why",
    "safe": {
        "address": str(SAFE), "version": "1.4.1+L2", "nonce": "42", "threshold": 2,
        "owners": [str(an_owner(1)), str(an_owner(2)).lower()], "singleton": str(VAULT),
        "modules": [], "guard": None, "module_guard": None, "fallback_handler": None,
    },
    "safe_tx_hash": HASH,
    "signatures": [{"signer": str(an_owner(1)), "data": "0x" + "11" * 65}, {"data": "0x"}],
    "strategy": "A",
    "policy": {
        "limit_bps": 900, "limit_is_inclusive": True, "advised_low_bps": 100,
        "advised_high_bps": 200, "max_quote_age_seconds": 60, "max_quote_spread_bps": 50,
    },
    "strategies": [
        {"name": "A", "group": "G", "venue": "erc4626", "contracts": [str(VAULT)]}, {"name": "B"},
    ],
    "exceptions": [
        {
            "safe_tx_hash": HASH, "policy_hash": HASH, "reason": "because", "expires": 5,
            "signatures": [],
        }
    ],
    "evidence": {
        "block": {"number": 1, "hash": HASH, "timestamp": "1700000000"},
        "treasury": {"net_usd": "10000000.50"},
        "holdings": [{"token": "native", "amount": "5", "place": "safe"}],
        "quotes": [
            {"token": str(USDC), "usd": "0.9999", "kind": "feed", "source": "f", "age_seconds": 6},
            {"token": "native", "usd": "-1", "kind": "spot"},
        ],
        "debts": [{"token": str(USDC), "amount": str(2**256 - 1), "place": "aave_v3"}],
        "tokens": [
            {"address": str(USDC), "symbol": None, "name": "x", "decimals": str(2**256 - 1)},
            {"address": str(VAULT), "listed": True},
        ],
        "contracts": [{"address": str(VAULT), "name": "V", "trusted": True, "code_size": 1}],
        "address_book": [{"address": str(PAYROLL), "name": "P", "chain_id": 1}],
        "exposures": [{"strategy": "A", "usd": "7"}, {"strategy": "B"}],
        "allowances": [{"token": str(USDC), "spender": str(VAULT), "amount": "3"}],
        "queue": [
            {"nonce": 43, "safe_tx_hash": HASH, "transaction": TRANSACTION, "strategy": "A"},
            {"transaction": {}, "usd": "750000"},
        ],
        "abis": [{"address": str(VAULT), "abi": []}],
        "effects": {
            "balance_changes": [{"account": str(SAFE), "token": str(USDC), "delta": "-1"}],
            "storage_changes": [{"account": str(SAFE), "slot": "0x0", "before": "0x123"}],
            "preview": {"deposit_shares": "0"},
        },
        "disagreements": [{"field": "x"}],
        "service": {"data_decoded": {}},
        "inner_transactions": [],
    },
}  # fmt: skip


def written(value: object) -> bytes:
    """JSON as anybody would write it."""
    return json.dumps(value).encode()


def put(path: str, value: object) -> bytes:
    """The full bundle with one member replaced; a path is dotted, list places are numbers."""
    whole = copy.deepcopy(FULL)
    *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    target: Any = whole
    for step in way:
        target = target[step]
    target[last] = value
    return written(whole)


def refused_field(data: bytes) -> str:
    """The field a refusal names."""
    with pytest.raises(Malformed) as refusal:
        read_bundle(data)
    assert refusal.value.sentence
    return refusal.value.field


def test_full_bundle_is_read() -> None:
    """Everything the format defines is read into values."""
    bundle = read_bundle(written(FULL))
    assert bundle.purpose == "why"
    assert str(bundle.safe.version) == "1.4.1+L2"
    assert bundle.safe.owners == (an_owner(1), an_owner(2))
    assert (bundle.safe.guard, bundle.safe.modules) == (None, ())
    assert bundle.claimed_hash == b"\xab" * 32
    assert isinstance(bundle.signatures, tuple)
    assert [one.signer for one in bundle.signatures] == [an_owner(1), None]
    assert bundle.terms == PolicyTerms(
        limit_bps=900, limit_is_inclusive=True, advised_low_bps=100, advised_high_bps=200,
        max_quote_age_seconds=60, max_quote_spread_bps=50,
    )  # fmt: skip
    assert isinstance(bundle.strategies, tuple)
    assert [s.group for s in bundle.strategies] == ["G", "B"]
    assert bundle.exceptions[0].expires == 5
    evidence = bundle.evidence
    assert isinstance(evidence.quotes, tuple)
    assert [q.kind for q in evidence.quotes] == [QuoteKind.FEED, QuoteKind.SPOT]
    assert not evidence.quotes[1].is_valid
    assert evidence.tokens[0].symbol is None
    assert evidence.tokens[1].symbol is UNKNOWN
    assert evidence.tokens[0].listed is UNKNOWN
    assert evidence.exposures[1].usd is UNKNOWN
    assert evidence.queue[1].tx is UNKNOWN
    assert bundle.preview_shares == 0
    assert bundle.disagreements == (Disagreement(field="x"),)
    assert bundle.service_decoded == ServiceCall()
    assert [abi.address for abi in bundle.abis] == [VAULT]


def test_absent_is_unknown_and_null_is_none() -> None:
    """What is absent is unknown, never zero; null or an empty list is known to be none."""
    bundle = read_bundle(written(MINIMAL))
    for value in (
        bundle.safe.owners, bundle.safe.threshold, bundle.safe.guard, bundle.safe.modules,
        bundle.claimed_hash, bundle.signatures, bundle.strategy, bundle.terms, bundle.strategies,
        bundle.evidence.block, bundle.evidence.net_usd, bundle.evidence.holdings,
        bundle.evidence.quotes, bundle.evidence.debts, bundle.evidence.balance_changes,
    ):  # fmt: skip
        assert value is UNKNOWN
    nothing = {**MINIMAL, "signatures": None, "strategies": None, "evidence": {"quotes": None}}
    empty = {**MINIMAL, "signatures": [], "strategies": [], "evidence": {"quotes": []}}
    assert read_bundle(written(nothing)) == read_bundle(written(empty))
    assert read_bundle(written(nothing)).signatures == ()


@pytest.mark.parametrize(
    "field",
    ["format", "chain_id", "safe", "safe.address", "safe.version", "safe.nonce", "transaction"]
    + [f"transaction.{name}" for name in TRANSACTION],
)
def test_required_fields(field: str) -> None:
    """Without these there is no transaction; the missing one is named."""
    whole = copy.deepcopy(FULL)
    *way, last = field.split(".")
    target = whole[way[0]] if way else whole
    del target[last]
    assert refused_field(written(whole)) == field


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("extra", "extra"), ("safe.extra", "safe.extra"),
        ("transaction.dataGas", "transaction.dataGas"),
        ("signatures.0.extra", "signatures[0].extra"), ("policy.extra", "policy.extra"),
        ("strategies.1.asset", "strategies[1].asset"),
    ],
)  # fmt: skip
def test_unknown_members(path: str, field: str) -> None:
    """New fields come with a new format version."""
    assert refused_field(put(path, 1)) == field


@pytest.mark.parametrize("where", ["evidence", "evidence.block", "evidence.quotes.0"])
def test_evidence_may_say_more(where: str) -> None:
    """Members nobody defined inside the evidence are passed over."""
    assert read_bundle(put(f"{where}.extra", 1)) == read_bundle(written(FULL))


BAD_NUMBERS: tuple[object, ...] = (
    True, False, None, "", " 1", "1 ", "1\n", "+1", "-1", "-0", -1, "0x1", "01", "00", "1e3", "1.0",
    "1_000", "1,000", [], {}, [1], "١", "１", "²", "NaN", "null",
)  # fmt: skip
QUANTITIES = ("value", "safeTxGas", "baseGas", "gasPrice", "nonce", "operation")


@pytest.mark.parametrize("name", QUANTITIES)
@pytest.mark.parametrize("value", BAD_NUMBERS)
def test_quantities_are_decimal_text_or_plain_integers(name: str, value: object) -> None:
    """Whatever else looks like a number is refused by its name; true is no number."""
    assert refused_field(put(f"transaction.{name}", value)) == f"transaction.{name}"


@pytest.mark.parametrize("name", QUANTITIES[:-1])
def test_quantities_within_their_type(name: str) -> None:
    """A uint256 ends at 2**256, and plain integers at 2**53."""
    assert refused_field(put(f"transaction.{name}", str(2**256))) == f"transaction.{name}"
    assert refused_field(put(f"transaction.{name}", "9" * 5000)) == f"transaction.{name}"
    assert refused_field(put(f"transaction.{name}", 2**53 + 2)) == f"transaction.{name}"
    read_bundle(put(f"transaction.{name}", str(2**256 - 1)))
    read_bundle(put(f"transaction.{name}", 2**53))


@pytest.mark.parametrize("operation", [3, 255, 256, "3"])
def test_operations(operation: object) -> None:
    """An operation is 0, 1 or 2; 2 is read, hashed and shown."""
    assert refused_field(put("transaction.operation", operation)) == "transaction.operation"
    assert read_bundle(put("transaction.operation", 2)).tx.operation is Operation.CREATE
    assert read_bundle(put("transaction.operation", "1")).tx.operation is Operation.DELEGATECALL


@pytest.mark.parametrize("number", ["0.5", "1.0", "1e3", "NaN", "Infinity", "-0.0"])
def test_floats_are_refused(number: str) -> None:
    """No float, no NaN, no exponent, wherever it stands."""
    data = written(FULL).replace(b'"nonce": 43', f'"nonce": {number}'.encode())
    assert refused_field(data) == "evidence.queue[0].nonce"


def test_duplicate_keys() -> None:
    """Two programs must not see two different recipients."""
    doubled = written(MINIMAL).replace(b'"value": "0"', b'"value": "0", "to": "0x"')
    assert refused_field(doubled) == "transaction.to"


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("safe.address", "safe.address"), ("transaction.to", "transaction.to"),
        ("safe.owners.0", "safe.owners[0]"), ("safe.guard", "safe.guard"),
        ("signatures.0.signer", "signatures[0].signer"),
        ("strategies.0.contracts.0", "strategies[0].contracts[0]"),
        ("evidence.quotes.0.token", "evidence.quotes[0].token"),
        ("evidence.contracts.0.address", "evidence.contracts[0].address"),
        ("evidence.effects.storage_changes.0.account",
         "evidence.effects.storage_changes[0].account"),
    ],
)  # fmt: skip
def test_addresses(path: str, field: str) -> None:
    """A broken checksum, a wrong length or other letters are refused; one case is accepted."""
    right = str(an_owner(3))
    wrong = "0x" + right[2:].swapcase()
    for bad in (
        wrong,
        right[:-1],
        right + "0",
        right[2:],
        "0X" + right[2:],
        "0x" + "g" * 40,
        5,
        "",
    ):
        assert refused_field(put(path, bad)) == field
    for good in (right, right.lower(), "0x" + right[2:].upper()):
        read_bundle(put(path, good))


@pytest.mark.parametrize("path", ["transaction.data", "signatures.0.data", "safe_tx_hash"])
@pytest.mark.parametrize(
    "text", ["0x1", "0x123", "12", "0xzz", "0x 12", 12, ["0x"], "0X12", "0x١٢"]
)
def test_bytes_are_hex_of_even_length(path: str, text: object) -> None:
    """Half a byte, other letters or no prefix are refused."""
    assert refused_field(put(path, text)) == path.replace(".0.", "[0].")


@pytest.mark.parametrize("text", ["0x", "0x" + "ab" * 31, "0x" + "ab" * 33])
def test_hashes_have_32_bytes(text: str) -> None:
    """A hash of another length is none."""
    assert refused_field(put("safe_tx_hash", text)) == "safe_tx_hash"
    assert refused_field(put("evidence.block.hash", text)) == "evidence.block.hash"


def test_storage_words_may_have_odd_length() -> None:
    """Slots are hex of any length up to a word, or decimal text."""
    path = "evidence.effects.storage_changes.0.slot"
    for text, slot in (("0x1", 1), ("0x", 0), ("7", 7), (7, 7), ("0x" + "f" * 64, 2**256 - 1)):
        changes = read_bundle(put(path, text)).evidence.storage_changes
        assert isinstance(changes, tuple)
        assert changes[0].slot == slot
    field = "evidence.effects.storage_changes[0].slot"
    for bad in ("0x" + "f" * 65, "-1", "0xg", True):
        assert refused_field(put(path, bad)) == field


@pytest.mark.parametrize(
    "text",
    [
        "1,5", "1.", ".5", "1.2.3", "$1", "", "1e3", True, [], "1/3", "--1", "+1", " 1", "01",
        "00.5", "NaN", "Infinity", "١", "1 000", "0x1",
    ],
)  # fmt: skip
def test_dollars_are_decimal_text(text: object) -> None:
    """A dollar figure is digits with at most one point."""
    field = "evidence.quotes[0].usd"
    assert refused_field(put("evidence.quotes.0.usd", text)) == field
    assert refused_field(put("evidence.treasury.net_usd", text)) == "evidence.treasury.net_usd"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("safe", []), ("transaction", None), ("transaction", "x"), ("signatures", {}),
        ("strategies", "x"), ("policy", []), ("evidence", [1]), ("evidence", []),
        ("evidence", False), ("evidence", 0), ("evidence.effects", ""),
        ("evidence.quotes", {}),
        ("evidence.effects", [1]), ("evidence.treasury", [1]), ("evidence.block", []),
        ("purpose", 5), ("strategy", 5), ("safe.owners", "x"), ("safe.modules", [5]),
        ("evidence.tokens.0.listed", "yes"), ("evidence.tokens.0.symbol", 5),
        ("evidence.contracts.0.trusted", 1), ("policy.limit_is_inclusive", 1),
        ("policy.limit_bps", 0), ("policy.limit_bps", 10_001), ("policy.advised_high_bps", 99),
        ("strategies.0.venue", "casino"), ("strategies.0.name", ""),
        ("evidence.quotes.0.kind", "guess"), ("evidence.quotes.0.kind", 5),
        ("chain_id", None), ("chain_id", "-1"), ("chain_id", str(2**256)),
        ("format", "treasury-desktop/bundle@2"), ("format", None), ("exceptions.0.expires", -1),
        ("safe.version", "1.4"), ("safe.threshold", "x"), ("safe.nonce", None),
        ("evidence.block.number", str(2**64)), ("evidence.quotes.0.age_seconds", "1.5"),
        ("evidence.effects.balance_changes.0.delta", str(2**255)),
    ],
)  # fmt: skip
def test_wrong_types(path: str, value: object) -> None:
    """A member of another JSON type, or outside its range, is refused by its own path."""
    steps = path.split(".")
    named = "".join(f"[{s}]" if s.isdigit() else f".{s}" for s in steps).lstrip(".")
    field = refused_field(put(path, value))
    assert field == named or field.startswith(f"{named}[")


@pytest.mark.parametrize(
    "data",
    [
        b"", b"[]", b"5", b"null", b"{", b"\xef\xbb\xbf{}", b'{"a":1,}', b"\xff\xfe", b"{}{}",
        b"[" * 65 + b"]" * 65, b" " * (8 * 1024 * 1024 + 1), b'{"a":"\\ud800"}',
    ],
)  # fmt: skip
def test_files_that_are_no_bundle(data: bytes) -> None:
    """No object, a BOM, a trailing comma, too deep, too large: one sentence each."""
    with pytest.raises(Malformed):
        read_bundle(data)


OPTIONAL = [
    (name, place, member)
    for name, entries in FULL["evidence"].items()
    if isinstance(entries, list)
    for place, entry in enumerate(entries)
    for member in entry
    if name not in ("allowances", "positions")
]


@pytest.mark.parametrize(("name", "place", "member"), OPTIONAL)
def test_members_of_evidence_entries_are_optional(name: str, place: int, member: str) -> None:
    """Whatever an entry leaves out, the file is read and written again."""
    whole = copy.deepcopy(FULL)
    del whole["evidence"][name][place][member]
    bundle = read_bundle(written(whole))
    assert read_bundle(write_bundle(bundle)) == bundle


@pytest.mark.parametrize("where", ["block", "effects", "treasury", "service"])
def test_members_of_evidence_are_optional(where: str) -> None:
    """An object of the evidence may say any part of what it can."""
    for member in FULL["evidence"][where]:
        whole = copy.deepcopy(FULL)
        del whole["evidence"][where][member]
        bundle = read_bundle(written(whole))
        assert read_bundle(write_bundle(bundle)) == bundle


def evidence_of(name: str, *entries: object) -> Evidence:
    """The evidence in which one list has these entries."""
    return read_bundle(put(f"evidence.{name}", list(entries))).evidence


def test_what_is_left_out_is_unknown() -> None:
    """An amount nobody states is no zero: the list it stands in adds up to nothing known."""
    whole = FULL["evidence"]["holdings"][0]
    assert evidence_of("holdings", whole, {"token": "native"}).holdings is UNKNOWN
    assert evidence_of("holdings", whole, {"amount": "5"}).holdings is UNKNOWN
    owing = evidence_of("debts", {"token": "native"}, {"amount": "5"})
    assert isinstance(owing.debts, tuple)
    assert [(debt.token, debt.base_units) for debt in owing.debts] == [
        ("native", UNKNOWN),
        (UNKNOWN, 5),
    ]
    assert owing.holdings == read_bundle(written(FULL)).evidence.holdings
    assert evidence_of("exposures", {"usd": "5"}).exposures is UNKNOWN
    assert evidence_of("exposures").exposures == ()
    assert read_bundle(put("evidence.block", {"number": 1})).evidence.block is UNKNOWN
    quotes = evidence_of("quotes", {"token": "native"}, {"usd": "1"}, {"token": "native", "usd": 1})
    assert isinstance(quotes.quotes, tuple)
    assert [quote.kind for quote in quotes.quotes] == [QuoteKind.SPOT]


def test_signatures_of_the_queue_are_read() -> None:
    """A queued transaction's signatures break the file where they break the format."""
    right = {"nonce": 43, "signatures": [{"signer": str(an_owner(1)), "data": "0x" + "11" * 65}]}
    assert evidence_of("queue", right).queue[0].nonce == 43
    for wrong, field in (
        ({**right, "signatures": "x"}, "evidence.queue[0].signatures"),
        ({**right, "signatures": [{"data": "0x1"}]}, "evidence.queue[0].signatures[0].data"),
        ({**right, "signatures": [{"data": "0x", "v": 1}]}, "evidence.queue[0].signatures[0].v"),
    ):
        assert refused_field(put("evidence.queue", [wrong])) == field


@pytest.mark.parametrize(
    "path", ["signatures", "exceptions.0.signatures", "evidence.queue.0.signatures"]
)
def test_more_signatures_than_owners_are_not_read(path: str) -> None:
    """A thousand are; one more is refused in one sentence."""
    many: list[Any] = [{"data": "0x"}] * 1_001
    assert read_bundle(put(path, many[1:]))
    with pytest.raises(Malformed, match="holds 1,001 signatures; at most 1,000 are read"):
        read_bundle(put(path, many))


@pytest.mark.parametrize(
    "key", ["\u202etransaction", "a b", "", "<b>", "x" * 500, "tränsaction", "0"]
)
def test_unknown_keys_are_named_safely(key: str) -> None:
    """A key that tries to mislead is named with escapes and cut."""
    field = refused_field(written({**MINIMAL, key: 1}))
    assert field.isascii()
    assert len(field) < 150


def test_keys_that_only_look_different() -> None:
    """An escaped key is the same key, and half of a surrogate pair is no text."""
    twice = written(MINIMAL).replace(b'"chain_id"', b'"chain\\u005fid": 5, "chain_id"')
    assert refused_field(twice) == "chain_id"
    lone = written(MINIMAL).replace(b'"chain_id"', b'"purpose": "\\udc00", "chain_id"')
    assert refused_field(lone) == "purpose"


def test_depth_and_size_at_their_ends() -> None:
    """64 levels and 8 MiB are read, one more of either is not."""

    def nested(levels: int) -> bytes:
        inner = "[" * levels + "]" * levels
        return written({**MINIMAL, "evidence": {"else": 1}}).replace(b"1}", f"{inner}}}".encode())

    assert read_bundle(nested(62))
    with pytest.raises(Malformed, match="64 levels"):
        read_bundle(nested(63))
    data = written(MINIMAL)
    assert read_bundle(data.ljust(8 * 1024 * 1024))
    with pytest.raises(Malformed, match="bytes"):
        read_bundle(data.ljust(8 * 1024 * 1024 + 1))


@pytest.mark.parametrize("text", ["/* x */", "// x\n", "\0", "\ufeff", "\u00a0", "\x0b"])
def test_nothing_but_white_space_around(text: str) -> None:
    """Comments, zero bytes and exotic spaces are no JSON; plain white space is."""
    with pytest.raises(Malformed):
        read_bundle(text.encode() + written(MINIMAL))
    assert read_bundle(b" \t\r\n" + written(MINIMAL) + b"\n")


def test_null_evidence_members_mean_nothing_is_said() -> None:
    """Null where an object may stand says as much as its absence."""
    for path in ("evidence", "policy", "safe_tx_hash", "strategy", "evidence.block",
                 "evidence.effects", "evidence.treasury", "safe.threshold"):  # fmt: skip
        read_bundle(put(path, None))


PLACES = st.sampled_from(
    [
        "format", "chain_id", "safe", "safe.owners", "safe.version", "safe.nonce", "transaction",
        "transaction.data", "transaction.to", "transaction.nonce", "signatures", "signatures.0",
        "policy", "policy.limit_bps", "strategies", "strategies.0.contracts", "exceptions",
        "exceptions.0", "evidence", "evidence.block", "evidence.quotes", "evidence.quotes.0",
        "evidence.quotes.0.usd", "evidence.queue", "evidence.queue.0.transaction",
        "evidence.tokens.0.decimals", "evidence.effects", "evidence.effects.storage_changes.0",
        "evidence.holdings.0", "evidence.exposures.0.usd", "evidence.allowances.0.spender",
    ]
)  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.floats(),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@given(PLACES, JSON)
@settings(max_examples=500)
def test_any_value_anywhere_is_read_or_malformed(path: str, value: object) -> None:
    """Whatever stands in whichever place: a bundle or a refusal, never an error of ours."""
    _read_or_refuse(put(path, value))


@given(st.integers(0), st.binary(max_size=3), st.integers(0, 4))
@settings(max_examples=500)
def test_changed_bytes_are_read_or_malformed(place: int, new: bytes, cut: int) -> None:
    """A file with bytes exchanged or lost is a bundle or a refusal."""
    data = written(FULL)
    at = place % len(data)
    _read_or_refuse(data[:at] + new + data[at + cut :])


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_malformed(data: bytes) -> None:
    """Any file at all."""
    _read_or_refuse(data)


def _read_or_refuse(data: bytes) -> None:
    try:
        bundle = read_bundle(data)
    except Malformed:
        return
    assert read_bundle(write_bundle(bundle)) == bundle


def test_writing_is_canonical_and_complete() -> None:
    """What was read is written so that it reads back equal, and always as the same bytes."""
    bundle = read_bundle(written(FULL))
    data = write_bundle(bundle)
    assert read_bundle(data) == bundle
    assert write_bundle(read_bundle(data)) == data
    shuffled = dict(reversed(list(FULL.items())))
    assert write_bundle(read_bundle(written(shuffled))) == data
