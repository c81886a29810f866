"""A multisig transaction as the Safe Transaction Service answers it (v1 and v2), or is sent it.

The two versions differ in which numbers are text. Neither names the chain or the Safe's version:
where the safeTxHash that came along is the hash of the fields, it tells both as far as needed.
What the service decoded is kept to be compared, and its word on who confirmed is verified.
Source: safe-transaction-service, history/serializers.py.
"""

from collections.abc import Mapping

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.strict_json import read_json
from treasury_desktop.assets.unknown import UNKNOWN, Unknown
from treasury_desktop.bundle import ClaimedSignature, Remark, ServiceCall
from treasury_desktop.bundle.claim_reading import read_service_call
from treasury_desktop.bundle.fields import Fields, hash32, hex_bytes, items
from treasury_desktop.errors import Malformed
from treasury_desktop.files.foreign_programs.incoming import Incoming
from treasury_desktop.files.foreign_programs.lenient_fields import is_unset, quantity, safe_tx

NO_NONCE_YET = 0


def read_service_page(page: Mapping[str, object]) -> Incoming:
    """The one transaction of an answer that lists transactions."""
    results = page["results"]
    if not isinstance(results, list) or len(results) != 1:
        number = len(results) if isinstance(results, list) else 0
        raise Malformed("results", f"lists {number} transactions; one at a time is reviewed")
    return _transaction(Fields(results[0], "results[0]"))


def read_service_transaction(value: Mapping[str, object]) -> Incoming:
    """One transaction of the service, with the signatures it claims."""
    return _transaction(Fields(value, ""))


def _transaction(fields: Fields) -> Incoming:
    nonce = UNKNOWN if is_unset(fields.raw("nonce")) else fields.required("nonce", quantity)
    return Incoming(
        safe=UNKNOWN if is_unset(fields.raw("safe")) else fields.required("safe", Address.parse),
        nonce=nonce,
        tx=safe_tx(fields, nonce=NO_NONCE_YET if isinstance(nonce, Unknown) else nonce),
        purpose=_purpose(fields.raw("origin")),
        claimed_hash=_claimed_hash(fields),
        signatures=_signatures(fields),
        service_decoded=_decoded(fields),
        remarks=_remarks(fields),
    )


def _claimed_hash(fields: Fields) -> bytes | Unknown:
    """`safeTxHash` in what the service answers, `contractTransactionHash` in what it is sent."""
    names = ("safeTxHash", "contractTransactionHash")
    claimed = {n: fields.required(n, hash32) for n in names if not is_unset(fields.raw(n))}
    if len(set(claimed.values())) > 1:
        raise Malformed(fields.path(names[1]), "is another hash than safeTxHash")
    return next(iter(claimed.values()), UNKNOWN)


def _remarks(fields: Fields) -> tuple[Remark, ...]:
    """What the service says became of it: never believed, but worth a look before signing."""
    if fields.raw("isExecuted") is not True:
        return ()
    sentence = (
        "comes marked as executed; if it was, its nonce is used up and it can never run again."
    )
    return (Remark(code="EXECUTED_BY_SERVICE", sentence=sentence),)


def _decoded(fields: Fields) -> ServiceCall | Unknown:
    if fields.raw("dataDecoded") is None:
        return UNKNOWN
    return fields.required("dataDecoded", read_service_call)


def _signatures(fields: Fields) -> tuple[ClaimedSignature, ...] | Unknown:
    """Confirmations one by one; else the packed blob; else the proposer's own signature."""
    confirmations = items(fields.raw("confirmations"), fields.path("confirmations"), _confirmation)
    given = tuple(one for one in confirmations if one is not None)
    if given:
        return given
    if not is_unset(fields.raw("signatures")):
        blob = fields.required("signatures", hex_bytes)
        return (ClaimedSignature(signer=None, data=blob),) if blob else ()
    if not is_unset(fields.raw("signature")):
        sender = fields.raw("sender")
        signer = None if is_unset(sender) else fields.required("sender", Address.parse)
        return (ClaimedSignature(signer=signer, data=fields.required("signature", hex_bytes)),)
    return () if fields.has("confirmations") else UNKNOWN


def _confirmation(value: object, path: str) -> ClaimedSignature | None:
    """One confirmation; `None` where the service knows that it was given but not how."""
    fields = Fields(value, path)
    if is_unset(fields.raw("signature")):
        return None
    return ClaimedSignature(
        signer=fields.required("owner", Address.parse),
        data=fields.required("signature", hex_bytes),
    )


def _purpose(origin: object) -> str:
    """The note in `origin`, which by convention is JSON; other origins as they are."""
    if not isinstance(origin, str):
        return ""
    try:
        parsed = read_json(origin.encode("utf-8", "surrogatepass"))
    except Malformed:
        return origin
    if not isinstance(parsed, dict):
        return origin
    named = next((parsed[name] for name in ("note", "name") if parsed.get(name)), "")
    return named if isinstance(named, str) else ""
