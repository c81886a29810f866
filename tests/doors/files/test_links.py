"""Links carry what they carry: it is read, nothing they lead to is asked."""

import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from tests.foreign import (
    PAYEE,
    SAFE,
    TRANSACTION,
    a_bundle_json,
    codes,
    eternal_safe_link,
    hashes_of,
    localsafe_link,
    shown,
)
from tests.samples import an_owner
from tests.signed import by_eth_sign, by_key, claims
from treasury_desktop.bundle import ClaimedSignature, read_bundle, write_bundle
from treasury_desktop.errors import Malformed, Refused
from treasury_desktop.files.bundle_text import MOST_BYTES, clipboard_text
from treasury_desktop.files.foreign_programs.chain_names import (
    chain_named,
    known_chain_ids,
    name_of_chain,
    read_prefixed_address,
)
from treasury_desktop.files.foreign_programs.incoming import Known, bundle_of
from treasury_desktop.files.foreign_programs.link_writing import (
    write_eternal_safe_link,
    write_localsafe_link,
)
from treasury_desktop.files.foreign_programs.links import read_link
from treasury_desktop.safes.safe import SafeVersion
from treasury_desktop.safes.signature_blob import contract_signature

HASH = "0x684b58d88efedb48ef5648d6c63ea35b95e94d0f0f35875f35ae4fe3d2d405e9"
SIGNATURE = "0x" + "11" * 64 + "1b"
WEB = "https://app.safe.global/transactions/tx"
MULTISIG = f"multisig_{SAFE}_{HASH}"


# ── Eternal Safe ─────────────────────────────────────────────────────────────────────────────────


def test_smart_link() -> None:
    """Safe and chain stand in the link, the version does not."""
    sent = shown(eternal_safe_link())
    assert sent["safe"] == {"chain_id": 1, "address": SAFE, "version": None}
    assert sent["hashes"]["safe_tx"] is None
    assert sent["calls"][0]["value"] == "5"
    assert codes(sent)["STATE_UNKNOWN"] == "block"
    assert shown(eternal_safe_link(), version="1.1.1")["hashes"] == hashes_of("1.1.1")


def test_signatures_in_both_drafts() -> None:
    """Pairs of a Map, or an object by signer: claims either way."""
    pair = [PAYEE.lower(), {"signer": PAYEE, "data": SIGNATURE}]
    newer = {"signatures": {"dataType": "Map", "value": [pair]}, "data": TRANSACTION}
    older = {"signatures": {PAYEE: SIGNATURE}, "txParams": TRANSACTION}
    for content in (newer, older):
        sent = shown(eternal_safe_link(content))
        assert [one["signer"] for one in sent["signatures"]] == [PAYEE]
        assert [one["status"] for one in sent["signatures"]] == ["unverifiable"]
        assert shown(eternal_safe_link(content), version="1.3.0")["hashes"] == hashes_of()


@pytest.mark.parametrize(
    ("safe", "rest", "chain_id"),
    [
        (f"gno:{SAFE}", "", 100),
        (f"matic:{SAFE}", "", 137),
        (f"pol:{SAFE}", "", 137),
        (SAFE, "", None),
        (SAFE, "&chainId=137", 137),
        (f"own-chain:{SAFE}", "", None),
        (f"own-chain:{SAFE}", "&chainId=4711", 4711),
        (f"eth:{SAFE}", "&chainId=1", 1),
    ],
)
def test_chains(safe: str, rest: str, chain_id: int | None) -> None:
    """The packaged table says what a name means; one it does not know means nothing by itself."""
    assert shown(eternal_safe_link(None, safe, rest))["safe"]["chain_id"] == chain_id


def test_a_links_own_chain_and_node() -> None:
    """Both are said; neither is used unseen, and a known name cannot be given another chain."""
    rest = "&chainId=4711&rpc=https%3A%2F%2Fevil.invalid%2F%E2%80%AEx"
    sent = shown(eternal_safe_link(None, f"own-chain:{SAFE}", rest))
    assert codes(sent)["CHAIN_NAMED_BY_LINK"] == "note"
    assert codes(sent)["NODE_IN_LINK"] == "note"
    (node,) = (f["evidence"] for f in sent["findings"] if f["code"] == "NODE_IN_LINK")
    assert node == "https://evil.invalid/⟨U+202E⟩x"
    with pytest.raises(Malformed, match="chainId: says 5, but eth is chain 1"):
        shown(eternal_safe_link(None, f"eth:{SAFE}", "&chainId=5"))


def test_base64_in_all_spellings() -> None:
    """With or without padding, in either alphabet."""
    content = {"signatures": {}, "data": {**TRANSACTION, "note": "?>?>?>~~~"}}
    raw = json.dumps(content, ensure_ascii=False).encode()
    spelled = {
        base64.urlsafe_b64encode(raw).decode(),
        base64.urlsafe_b64encode(raw).decode().rstrip("="),
        base64.b64encode(raw).decode().replace("+", "%2B"),
        base64.b64encode(raw).decode(),
    }
    for encoded in spelled:
        link = f"https://x.invalid/?safe=eth:{SAFE}&tx={encoded}"
        assert shown(link, version="1.3.0")["hashes"] == hashes_of()


@pytest.mark.parametrize(
    ("link", "field"),
    [
        ("https://x.invalid/", "link"),
        ("https://x.invalid/?safe=eth:" + SAFE, "link"),
        ("https://", "link"),
        ("https://[", "link"),
        ("ftp://x.invalid/?tx=", "link"),
        (f"https://x.invalid/?safe={SAFE}&tx=a&tx=b", "link"),
        (f"https://x.invalid/?safe={SAFE}&tx=%FF", "link"),
        (f"https://x.invalid/?safe={SAFE}&tx=\u202e", "link"),
        (f"https://x.invalid/?safe={SAFE}&tx= a", "link"),
        ("https://x.invalid/?" + "&".join(f"a{n}=" for n in range(100)), "link"),
        ("https://x.invalid/?tx=e30", "safe"),
        ("https://x.invalid/?safe=eth:0x12&tx=e30", "safe"),
        (f"https://x.invalid/?safe=e!th:{SAFE}&tx=e30", "safe"),
        (f"https://x.invalid/?safe=eth:{SAFE}&tx=!", "tx"),
        (f"https://x.invalid/?safe=eth:{SAFE}&tx=e", "tx"),
        (f"https://x.invalid/?safe=eth:{SAFE}&tx=", "tx"),
        (f"https://x.invalid/?safe=eth:{SAFE}&tx=W10", "tx"),
        (f"https://x.invalid/?safe=eth:{SAFE}&tx=e30", "tx.data"),
        (f"https://x.invalid/?safe=eth:{SAFE}&chainId=one&tx=e30", "chainId"),
    ],
)
def test_links_that_carry_nothing_readable(link: str, field: str) -> None:
    """Each is refused by what is wrong with it."""
    with pytest.raises(Malformed) as refused:
        read_link(link)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({"data": {**TRANSACTION, "to": None}}, "tx.data.to"),
        ({"data": {**TRANSACTION, "nonce": None}}, "tx.data.nonce"),
        ({"data": TRANSACTION, "txParams": TRANSACTION}, "tx"),
        ({"data": TRANSACTION, "signatures": []}, "tx.signatures"),
        (
            {"data": TRANSACTION, "signatures": {"dataType": "Map", "value": [[1]]}},
            "tx.signatures.value[0]",
        ),
        (
            {
                "data": TRANSACTION,
                "signatures": {"dataType": "Map", "value": [[PAYEE, {"signer": SAFE}]]},
            },
            "tx.signatures.value[0][1].signer",
        ),
        ({"data": TRANSACTION, "signatures": {PAYEE: "0x1"}}, f"tx.signatures.{PAYEE}"),
    ],
)
def test_contents_that_cannot_be_read(content: Any, field: str) -> None:
    """The field is named as in the link."""
    with pytest.raises(Malformed) as refused:
        read_link(eternal_safe_link(content))
    assert refused.value.field == field


def test_content_is_read_strictly() -> None:
    """A doubled key is no transaction for a link either."""
    encoded = base64.urlsafe_b64encode(b'{"data":{"to":"a","to":"b"}}').decode()
    with pytest.raises(Malformed, match=r"tx\.data\.to: the key is there twice"):
        read_link(f"https://x.invalid/?safe=eth:{SAFE}&tx={encoded}")


# ── localsafe ────────────────────────────────────────────────────────────────────────────────────


def test_share_link() -> None:
    """Safe, chain, transaction and signatures."""
    signed = {"signer": PAYEE, "data": SIGNATURE, "isContractSignature": False}
    sent = shown(
        localsafe_link({"tx": {"data": TRANSACTION, "signatures": [signed]}}), version="1.4.1"
    )
    assert sent["hashes"] == hashes_of("1.4.1")
    assert [one["signer"] for one in sent["signatures"]] == [PAYEE]
    assert shown(localsafe_link(chain="137"))["safe"]["chain_id"] == 137


def test_contract_signature_in_a_share_link() -> None:
    """A share link holds only what a contract signature carries; read and written it is whole."""
    signed = {"signer": PAYEE, "data": SIGNATURE, "isContractSignature": True}
    link = localsafe_link({"tx": {"data": TRANSACTION, "signatures": [signed]}})
    (one,) = shown(link, version="1.4.1")["signatures"]
    assert (one["signer"], one["kind"]) == (PAYEE, "contract")
    bundle = bundle_of(read_link(link), Known(version=SafeVersion(1, 4, 1)))
    again = read_link(write_localsafe_link(bundle, base="https://x.invalid"))
    assert again.signatures == bundle.signatures


@pytest.mark.parametrize("name", ["importSig", "importMsg", "importMsgSig"])
def test_links_without_a_transaction(name: str) -> None:
    """A signature or a message is refused by name, with what to do."""
    with pytest.raises(Malformed, match=f"{name}: carries"):
        read_link(localsafe_link({"signature": {}, "txHash": HASH}, name))


ETERNAL, LOCAL = eternal_safe_link(), localsafe_link()
LOCAL_QUERY = LOCAL.partition("?")[2]
OTHER = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045"


@pytest.mark.parametrize(
    ("link", "field"),
    [
        (f"{ETERNAL}#/safe/{SAFE}?{LOCAL_QUERY}", "link"),
        (f"{ETERNAL}&{LOCAL_QUERY}", "link"),
        (f"{ETERNAL}&importSig=e30", "link"),
        (f"{ETERNAL}#tx=e30", "link"),
        (f"{LOCAL}&importMsg=e30", "link"),
        (LOCAL.replace("/#/", "/?tx=e30#/"), "link"),
        (LOCAL.replace("/#/", f"/?safe=eth:{OTHER}#/"), "safe"),
        (f"{LOCAL}&safe=eth:{OTHER}", "safe"),
        (ETERNAL.replace("/transactions", f"/eth:{OTHER}", 1), "safe"),
        (ETERNAL.replace("/transactions/tx", f"/arb1:{SAFE}", 1), "safe"),
        (f"{LOCAL}&safe=arb1:{SAFE}", "chainId"),
        (LOCAL.replace("/#/", "/?chainId=5#/"), "chainId"),
        (f"{ETERNAL}&id=multisig_{OTHER}_{HASH}", "id"),
        (f"{ETERNAL}&id={HASH}", "id"),
    ],
)
def test_links_that_could_mean_two_things(link: str, field: str) -> None:
    """Another program would show the other transaction, or the other Safe."""
    with pytest.raises(Malformed) as refused:
        read_link(link)
    assert refused.value.field == field


def test_the_same_said_twice() -> None:
    """A Safe that stands in two places is one Safe."""
    assert read_link(f"{LOCAL}&safe=eth:{SAFE}").safe == read_link(LOCAL).safe
    assert read_link(LOCAL.replace("/#/", "/?chainId=1#/")) == read_link(LOCAL)
    assert read_link(f"{ETERNAL}#top") == read_link(ETERNAL)
    assert read_link(ETERNAL.replace("/transactions/tx", f"/{SAFE}")) == read_link(ETERNAL)


@pytest.mark.parametrize("link", [ETERNAL, LOCAL], ids=["Eternal Safe", "localsafe"])
def test_a_hash_beside_a_transaction_is_compared(link: str) -> None:
    """It is the transaction's hash as somebody claims it."""
    right = hashes_of()["safe_tx"]
    fits = shown(f"{link}&id=multisig_{SAFE}_{right}", version="1.3.0")
    assert "SAFE_TX_HASH_MISMATCH" not in codes(fits)
    differs = shown(f"{link}&id=multisig_{SAFE}_{HASH}", version="1.3.0")
    assert codes(differs)["SAFE_TX_HASH_MISMATCH"] == "block"


@pytest.mark.parametrize(
    "link",
    [
        "https://x.invalid/#/safe/0x12?importTx=e30",
        f"https://x.invalid/#/safe/{SAFE}",
        f"https://x.invalid/#/{SAFE}?importTx=e30",
        f"https://x.invalid/#/safe/{SAFE}?importTx=e30",
    ],
)
def test_broken_share_links(link: str) -> None:
    """Without Safe or transaction there is nothing to review."""
    with pytest.raises(Malformed):
        read_link(link)


def test_exported_files() -> None:
    """One transaction, in either form; the file names neither Safe nor chain."""
    one = {"data": TRANSACTION, "signatures": [{"signer": PAYEE, "data": SIGNATURE}]}
    for file in ({"transactions": [one]}, {"tx": one}):
        assert shown(file)["safe"] == {"chain_id": None, "address": None, "version": None}
        assert shown(file, safe=f"eth:{SAFE}", version="1.3.0")["hashes"] == hashes_of()
    with pytest.raises(Malformed, match="transactions: lists 2"):
        shown({"transactions": [one, one]})
    with pytest.raises(Malformed, match="transactions: stands beside tx"):
        shown({"tx": one, "transactions": [one]})


# ── Safe{Wallet} ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "link",
    [f"{WEB}?safe=eth:{SAFE}&id={MULTISIG}", f"https://x.invalid/eth:{SAFE}/tx?id={MULTISIG}"],
)
def test_reference_link(link: str) -> None:
    """It names a transaction and shows nothing of it: no call, no hash of ours, and it blocks."""
    sent = shown(link, version="1.3.0", nonce="1")
    assert sent["calls"] == []
    assert sent["hashes"] == {"domain": None, "message": None, "safe_tx": None}
    assert sent["safe"] == {"chain_id": 1, "address": SAFE, "version": "1.3.0"}
    (finding,) = (f for f in sent["findings"] if f["code"] == "STATE_UNKNOWN")
    assert finding["severity"] == "block"
    assert HASH in finding["sentence"]
    assert finding["evidence"] == HASH


@pytest.mark.parametrize(
    ("rest", "field"),
    [
        (f"?safe=eth:{SAFE}&id=multisig_{PAYEE}_{HASH}", "id"),
        (f"?safe=eth:{SAFE}&id=module_{SAFE}_{HASH}", "id"),
        (f"?safe=eth:{SAFE}&id=multisig_{SAFE}_{HASH[:-2]}", "id"),
        (f"?id={MULTISIG}", "safe"),
    ],
)
def test_broken_reference_links(rest: str, field: str) -> None:
    """A hash of another Safe, of a module, or cut short is none."""
    with pytest.raises(Malformed) as refused:
        read_link(WEB + rest)
    assert refused.value.field == field


# ── chain names and writing ──────────────────────────────────────────────────────────────────────


def test_chain_names() -> None:
    """The table is that of Safe{Wallet}."""
    named = {"eth": 1, "arb1": 42161, "oeth": 10, "base": 8453, "sep": 11155111}
    assert {name: chain_named(name) for name in named} == named
    assert not chain_named("ETH")
    assert name_of_chain(100) == "gno"
    assert name_of_chain(2**200) is None
    assert len(known_chain_ids()) == len(set(known_chain_ids())) > 500
    assert read_prefixed_address(SAFE, "f")[0] == ""


def test_written_links_read_back() -> None:
    """The same transaction and signatures, by either program's form."""
    signature = {"signer": PAYEE, "data": SIGNATURE}
    unnamed = {"signer": None, "data": SIGNATURE}
    sent = {**a_bundle_json(), "signatures": [signature, unnamed]}
    bundle = read_bundle(json.dumps(sent).encode())
    known = Known(version=SafeVersion(1, 3, 0))
    for write in (write_eternal_safe_link, write_localsafe_link):
        again = bundle_of(read_link(write(bundle, base="https://x.invalid")), known)
        assert again.tx == bundle.tx
        assert again.safe.address == bundle.safe.address
        assert again.safe.chain_id == 1
        assert not again.unnamed
        assert [str(one.signer) for one in again.signatures] == [PAYEE]
    with pytest.raises(Refused, match="leaves something out"):
        write_localsafe_link(bundle_of(read_link(localsafe_link()), Known()), base="")
    other = json.dumps({**a_bundle_json(), "chain_id": 4711}).encode()
    with pytest.raises(Refused, match="no name"):
        write_eternal_safe_link(read_bundle(other), base="")


@pytest.mark.parametrize("write", [write_eternal_safe_link, write_localsafe_link])
def test_written_signatures_read_back(write: Any) -> None:
    """Each owner's, bytes for bytes, of every kind; of one signer only the first in the bundle."""
    hashed = bytes(range(32))
    true = claims(by_key(hashed, 1), by_eth_sign(hashed, 2))
    carried = contract_signature(an_owner(3), b"what a contract is handed")
    kinds = (*true, ClaimedSignature(signer=an_owner(3), data=carried))
    forged = ClaimedSignature(signer=an_owner(1), data=true[1].data)
    bundle = replace(
        read_bundle(json.dumps(a_bundle_json()).encode()), signatures=(*kinds, forged, kinds[1])
    )
    assert read_link(write(bundle, base="https://x.invalid")).signatures == kinds


def test_text_of_a_clipboard() -> None:
    """The bundle itself, unless no clipboard carries it."""
    bundle = write_bundle(read_bundle(json.dumps(a_bundle_json()).encode()))
    assert clipboard_text(bundle).encode() == bundle
    with pytest.raises(Refused, match="send the file"):
        clipboard_text(b" " * (MOST_BYTES + 1))
