"""ERC-4527: the request an air-gapped signer shows as a QR code, where it is a Safe transaction.

The map has numbers for keys: 1 request id, 2 what to sign, 3 its kind (2 = typed data as JSON), 4
chain, 5 key path, 6 signer, 7 origin. The text of the standard contradicts itself on tags, so these
follow the vectors of Keystone's ur-registry-eth.
"""

from collections.abc import Mapping
from dataclasses import replace

from treasury_desktop.assets.strict_json import read_json_object
from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.errors import Malformed
from treasury_desktop.files.air_gapped.cbor import Tagged, read_cbor
from treasury_desktop.files.air_gapped.uniform_resource import (
    UniformResource,
    read_uniform_resource,
)
from treasury_desktop.files.foreign_programs.hash_form import HashForm
from treasury_desktop.files.foreign_programs.incoming import Incoming
from treasury_desktop.files.foreign_programs.typed_data_file import read_typed_data

REQUEST, SIGNATURE = "eth-sign-request", "eth-signature"
REQUEST_ID, SIGN_DATA, DATA_TYPE, CHAIN_ID, KEY_PATH, ADDRESS, ORIGIN = range(1, 8)
TYPED_DATA = 2
KINDS = {1: "an Ethereum transaction", 3: "a message", 4: "a typed Ethereum transaction"}
KEY_PATH_TAGS = (304, 40304)
REQUEST_ID_TAG = 37


def read_signing_request(text: str) -> Incoming:
    """The Safe transaction in the `ur:` text of a signing request."""
    resource = read_uniform_resource(text)
    if resource.kind == SIGNATURE:
        raise Malformed("ur", "carries a signature and no transaction; import the transaction")
    if resource.kind != REQUEST:
        raise Malformed("ur", f"is a {resource.kind}; only an {REQUEST} is reviewed")
    return _typed_data_of(resource)


def _typed_data_of(resource: UniformResource) -> Incoming:
    request = read_cbor(resource.cbor)
    if not isinstance(request, dict) or not set(request) <= set(range(REQUEST_ID, ORIGIN + 1)):
        raise Malformed("ur", "is no signing request: its members are others")
    _require_kinds(request)
    kind, content = request.get(DATA_TYPE), request[SIGN_DATA]
    if kind != TYPED_DATA:
        named = KINDS.get(kind, "of no kind known here") if isinstance(kind, int) else "of no kind"
        raise Malformed("ur", f"asks to sign {named}; only typed data of a SafeTx is reviewed")
    try:
        incoming = read_typed_data(read_json_object(content))
    except Malformed as flaw:
        raise Malformed(f"ur.{flaw.field}" if flaw.field else "ur", flaw.problem) from None
    return _on_chain(incoming, request.get(CHAIN_ID))


def _require_kinds(request: Mapping[object, object]) -> None:
    """What a signer reads besides the data has to be of its kind, or signers disagree on it."""
    request_id, path = request.get(REQUEST_ID), request.get(KEY_PATH)
    signer, origin = request.get(ADDRESS), request.get(ORIGIN)
    is_sound = (
        isinstance(request.get(SIGN_DATA), bytes)
        and (request_id is None or _is_tagged(request_id, (REQUEST_ID_TAG,), bytes))
        and (path is None or _is_tagged(path, KEY_PATH_TAGS, dict))
        and (signer is None or isinstance(signer, bytes))
        and (origin is None or isinstance(origin, str))
    )
    if not is_sound:
        raise Malformed("ur", "is no signing request: a member is of another kind")


def _is_tagged(value: object, tags: tuple[int, ...], kind: type) -> bool:
    return isinstance(value, Tagged) and value.tag in tags and isinstance(value.value, kind)


def _on_chain(incoming: Incoming, chain_id: object) -> Incoming:
    """The chain beside the typed data: the only one named where the domain has none."""
    if chain_id is None:
        return incoming
    if not isinstance(chain_id, int) or isinstance(chain_id, bool) or chain_id < 0:
        raise Malformed("ur", "names a chain that is no number")
    if isinstance(incoming.chain_id, Unknown):
        return (
            replace(incoming, chain_id=chain_id)
            if incoming.form is not HashForm.CHAIN
            else incoming
        )
    if incoming.chain_id != chain_id:
        raise Malformed(
            "ur", f"names chain {chain_id} beside typed data for chain {incoming.chain_id}"
        )
    return incoming
