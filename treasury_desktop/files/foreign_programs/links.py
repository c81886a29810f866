"""Links of other programs: what stands in them is read, nothing they lead to is ever asked.

Eternal Safe and localsafe carry a whole transaction after `tx=` and `importTx=`; a Safe{Wallet}
link only names one by Safe and hash. A link may also bring a node's URL: it is never used.
Sources: Eternal Safe's services/tx/txMagicLink.ts, localsafe's TxDetailsClient.tsx and
SafeTxProvider.tsx, EIP-3770.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.strict_json import read_json_object
from treasury_desktop.assets.unknown import UNKNOWN, Unknown
from treasury_desktop.assets.untrusted_text import NAME_LIMIT, plain
from treasury_desktop.bundle import ClaimedSignature, Remark
from treasury_desktop.bundle.fields import Fields, each, hash32, items
from treasury_desktop.desk.import_signatures import IncomingSignatures
from treasury_desktop.errors import Malformed
from treasury_desktop.files.foreign_programs.chain_names import chain_named, read_prefixed_address
from treasury_desktop.files.foreign_programs.incoming import Incoming
from treasury_desktop.files.foreign_programs.lenient_fields import bytes_or_none, quantity, safe_tx
from treasury_desktop.safes.signature_blob import contract_signature

SCHEMES = ("http", "https")
MOST_PARAMETERS = 64
_PRINTABLE = re.compile(r"[\x21-\x7e]+")
_SAFE_IN_PATH = re.compile(r"/((?:[A-Za-z0-9_.-]{1,64}:)?0x[0-9a-fA-F]{40})(?:/.*)?", re.ASCII)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]*={0,2}", re.ASCII)
_LOCALSAFE_PATH = re.compile(r"/?safe/([^/?]+)/?", re.ASCII)
_MULTISIG_ID = re.compile(r"multisig_(0x[0-9a-fA-F]{40})_(0x[0-9a-fA-F]{64})", re.ASCII)
_CONTENTS = ("tx", "importTx", "importSig", "importMsg", "importMsgSig")
_WITHOUT_TRANSACTION = {
    "importSig": "carries one signature and no transaction; import the transaction first",
    "importMsg": "carries a message to sign, and messages are not reviewed here",
    "importMsgSig": "carries a signature of a message, and messages are not reviewed here",
}


def read_link(link: str) -> Incoming:
    """What a link of Eternal Safe, localsafe or Safe{Wallet} names."""
    parts = _split(link)
    is_routed = parts.fragment.startswith("/")
    path, _, query = parts.fragment.partition("?")
    outer = _parameters(parts.query)
    inner = _parameters(query if is_routed else parts.fragment.lstrip("?"))
    _refuse_two_meanings(outer, inner)
    if is_routed:
        _refuse_another_safe(outer, inner, _LOCALSAFE_PATH.fullmatch(path))
        return _localsafe(path, inner, outer)
    _refuse_another_safe(outer, inner, _SAFE_IN_PATH.fullmatch(parts.path))
    parameters = _with_safe_of_path(outer, parts.path)
    if "tx" in parameters:
        return _eternal_safe(parameters)
    if "id" in parameters:
        return _safe_wallet(parameters)
    raise Malformed("link", "names no transaction: it has neither tx=, importTx= nor id=")


def read_signature_link(link: str) -> IncomingSignatures | None:
    """The signature a link of localsafe carries and of which hash; `None` for every other link."""
    parts = _split(link)
    path, _, query = parts.fragment.partition("?")
    outer, inner = _parameters(parts.query), _parameters(query)
    if "importSig" not in inner or not parts.fragment.startswith("/"):
        return None
    _refuse_two_meanings(outer, inner)
    match = _LOCALSAFE_PATH.fullmatch(path)
    _refuse_another_safe(outer, inner, match)
    if match is None:
        raise Malformed("link", "names no Safe")
    return read_localsafe_signature(_decoded(unquote(inner["importSig"]), "importSig"), "importSig")


def read_localsafe_signature(content: Mapping[str, object], path: str = "") -> IncomingSignatures:
    """One signature as localsafe shares it, with the Safe transaction hash it is of."""
    fields = Fields(content, path)
    return IncomingSignatures(
        safe_tx_hash=fields.required("txHash", hash32),
        signatures=(fields.required("signature", _listed_signature),),
    )


def read_localsafe_file(file: Mapping[str, object]) -> Incoming:
    """The one transaction of a file that localsafe exports; it names neither Safe nor chain."""
    if "tx" in file and "transactions" in file:
        raise Malformed("transactions", "stands beside tx, so the file could mean two transactions")
    if "tx" in file:
        return _with_signature_list(Fields(file["tx"], "tx"))
    transactions = file["transactions"]
    number = len(transactions) if isinstance(transactions, list) else 0
    if not isinstance(transactions, list) or number != 1:
        raise Malformed("transactions", f"lists {number}; one transaction at a time is reviewed")
    return _with_signature_list(Fields(transactions[0], "transactions[0]"))


# ── the parts of a link ──────────────────────────────────────────────────────────────────────────


def _split(link: str) -> SplitResult:
    if not _PRINTABLE.fullmatch(link):
        raise Malformed("link", "holds characters that no link has")
    try:
        parts = urlsplit(link)
    except ValueError:
        raise Malformed("link", "is no link") from None
    if parts.scheme.lower() not in SCHEMES or not parts.netloc:
        raise Malformed("link", "is no http or https link")
    return parts


def _parameters(query: str) -> dict[str, str]:
    """The parameters by name; a name that is there twice means two things."""
    try:
        pairs = parse_qsl(
            query, keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS
        )
    except ValueError:
        raise Malformed("link", "has parameters that cannot be read") from None
    parameters = dict(pairs)
    if len(parameters) != len(pairs):
        raise Malformed("link", "has the same parameter twice")
    return parameters


def _refuse_two_meanings(*groups: Mapping[str, str]) -> None:
    """Another program may look in the other place first, and show another transaction."""
    contents = [name for group in groups for name in _CONTENTS if name in group]
    if len(contents) > 1:
        named = " and ".join(f"{name}=" for name in contents)
        raise Malformed("link", f"could mean two things: it has {named}")
    for name in ("chainId", "id"):
        if len({group[name] for group in groups if name in group}) > 1:
            raise Malformed(name, "is there twice, and says two things")


def _refuse_another_safe(
    outer: Mapping[str, str], inner: Mapping[str, str], in_path: re.Match[str] | None
) -> None:
    """A Safe that stands in several places has to be the same in all of them."""
    texts = [group["safe"] for group in (outer, inner) if "safe" in group]
    texts += [] if in_path is None else [in_path.group(1)]
    if len(texts) < 2:  # noqa: PLR2004  one is no contradiction
        return
    read = [read_prefixed_address(text, "safe") for text in texts]
    chains = {name for name, _ in read if name}
    if len({address for _, address in read}) > 1 or len(chains) > 1:
        raise Malformed("safe", "is there twice, and names two Safes")


def _with_safe_of_path(parameters: dict[str, str], path: str) -> dict[str, str]:
    """Older links name the Safe at the beginning of their path."""
    match = _SAFE_IN_PATH.fullmatch(path)
    if match is None or "safe" in parameters:
        return parameters
    return {**parameters, "safe": match.group(1)}


def _decoded(text: str, field: str) -> dict[str, object]:
    """The JSON object behind base64 in either alphabet, with or without padding."""
    compact = text.replace(" ", "+")  # a plus that nobody escaped
    if not _BASE64.fullmatch(compact):
        raise Malformed(field, "is not base64")
    digits = compact.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        content = base64.b64decode(digits + "=" * (-len(digits) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise Malformed(field, "is not base64") from None
    try:
        return dict(read_json_object(content))
    except Malformed as flaw:
        raise Malformed(f"{field}.{flaw.field}" if flaw.field else field, flaw.problem) from None


def _prefixed(parameters: Mapping[str, str]) -> tuple[int | Unknown, Address, tuple[Remark, ...]]:
    """Chain and Safe of `safe=`, with a remark where only the link vouches for the chain."""
    if "safe" not in parameters:
        raise Malformed("safe", "is missing in the link")
    name, address = read_prefixed_address(parameters["safe"], "safe")
    remarks = _node_remark(parameters)
    claimed = parameters.get("chainId")
    number = UNKNOWN if claimed is None else quantity(claimed, "chainId")
    known = chain_named(name) if name else UNKNOWN
    if isinstance(known, Unknown):
        if name and isinstance(number, int):
            remarks = (*remarks, _own_chain_name(name, number))
        return number, address, remarks
    if isinstance(number, int) and number != known:
        raise Malformed("chainId", f"says {number}, but {name} is chain {known}")
    return known, address, remarks


def _own_chain_name(name: str, number: int) -> Remark:
    shown = plain(name, limit=NAME_LIMIT)
    return Remark(
        code="CHAIN_NAMED_BY_LINK",
        sentence=f"comes in a link that calls chain {number} {shown}; that name is not known here.",
    )


def _node_remark(parameters: Mapping[str, str]) -> tuple[Remark, ...]:
    """A link may bring a node of its own."""
    if "rpc" not in parameters:
        return ()
    return (
        Remark(
            code="NODE_IN_LINK",
            sentence="comes in a link that names a node of its own; that node is not used.",
            evidence=plain(parameters["rpc"], limit=400),
        ),
    )


# ── the three programs ───────────────────────────────────────────────────────────────────────────


def _eternal_safe(parameters: Mapping[str, str]) -> Incoming:
    chain_id, safe, remarks = _prefixed(parameters)
    content = Fields(_decoded(parameters["tx"], "tx"), "tx")
    data_name = "txParams" if content.has("txParams") else "data"
    if content.has("txParams") and content.has("data"):
        raise Malformed("tx", "has both data and txParams")
    data = content.required(data_name, Fields)
    nonce = data.required("nonce", quantity)
    return Incoming(
        chain_id=chain_id,
        safe=safe,
        nonce=nonce,
        tx=safe_tx(data, nonce=nonce),
        claimed_hash=_named_hash(parameters, safe) if "id" in parameters else UNKNOWN,
        signatures=_signature_map(content),
        remarks=remarks,
    )


def _signature_map(content: Fields) -> tuple[ClaimedSignature, ...]:
    """Signatures by signer: a JavaScript Map written down as pairs, or (older) an object."""
    raw, path = content.raw("signatures"), content.path("signatures")
    if raw is None:
        return ()
    if isinstance(raw, dict) and raw.get("dataType") == "Map":
        pairs = Fields(raw, path).required("value", each(_pair))
        return tuple(
            _signature(signer, fields.raw("data"), where) for signer, fields, where in pairs
        )
    if not isinstance(raw, dict):
        raise Malformed(path, "must be an object by signer")
    return tuple(_signature(signer, raw[signer], f"{path}.{signer[:64]}") for signer in raw)


def _pair(value: object, path: str) -> tuple[object, Fields, str]:
    if not isinstance(value, list) or len(value) != 2:  # noqa: PLR2004  key and value
        raise Malformed(path, "must be a pair of signer and signature")
    fields = Fields(value[1], f"{path}[1]")
    signer, key = fields.raw("signer"), Address.parse(value[0], f"{path}[0]")
    if signer is not None and Address.parse(signer, fields.path("signer")) != key:
        raise Malformed(fields.path("signer"), "is another signer than its key")
    return value[0], fields, fields.path("data")


def _signature(signer: object, data: object, path: str) -> ClaimedSignature:
    return ClaimedSignature(signer=Address.parse(signer, path), data=bytes_or_none(data, path))


def _localsafe(path: str, parameters: Mapping[str, str], outer: Mapping[str, str]) -> Incoming:
    for name, why in _WITHOUT_TRANSACTION.items():
        if name in parameters:
            raise Malformed(name, why)
    match = _LOCALSAFE_PATH.fullmatch(path)
    if match is None or "importTx" not in parameters:
        raise Malformed("link", "names no transaction: it has neither tx=, importTx= nor id=")
    content = Fields(_decoded(unquote(parameters["importTx"]), "importTx"), "importTx")
    incoming = _with_signature_list(content.required("tx", Fields))
    everywhere = {**outer, **parameters}
    named = (match.group(1), everywhere.get("safe", ""))  # the same Safe, one may name its chain
    with_chain = next((text for text in named if ":" in text), match.group(1))
    chain_id, safe, remarks = _prefixed({**parameters, "safe": with_chain})
    claimed = _named_hash(everywhere, safe) if "id" in everywhere else UNKNOWN
    return replace(incoming, chain_id=chain_id, safe=safe, claimed_hash=claimed, remarks=remarks)


def _with_signature_list(fields: Fields) -> Incoming:
    data = fields.required("data", Fields)
    nonce = data.required("nonce", quantity)
    return Incoming(
        nonce=nonce,
        tx=safe_tx(data, nonce=nonce),
        signatures=items(fields.raw("signatures"), fields.path("signatures"), _listed_signature),
    )


def _listed_signature(value: object, path: str) -> ClaimedSignature:
    """One signature; of a contract signature only what it carries is written down there."""
    fields = Fields(value, path)
    one = _signature(fields.raw("signer"), fields.raw("data"), path)
    if fields.raw("isContractSignature") is not True or one.signer is None:
        return one
    return ClaimedSignature(signer=one.signer, data=contract_signature(one.signer, one.data))


def _safe_wallet(parameters: Mapping[str, str]) -> Incoming:
    """Safe and hash of a Safe{Wallet} link: what is to be reviewed, and nothing of what it does."""
    chain_id, safe, remarks = _prefixed(parameters)
    claimed = _named_hash(parameters, safe)
    return Incoming(chain_id=chain_id, safe=safe, claimed_hash=claimed, remarks=remarks)


def _named_hash(parameters: Mapping[str, str], safe: Address) -> bytes:
    """The Safe transaction hash in `id=`, which is one of this Safe."""
    match = _MULTISIG_ID.fullmatch(parameters["id"])
    if match is None:
        raise Malformed("id", "is not multisig_, the Safe, _ and the Safe transaction hash")
    if Address.parse(match.group(1), "id") != safe:
        raise Malformed("id", f"is a transaction of another Safe than {safe}")
    return hash32(match.group(2), "id")
