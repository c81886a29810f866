"""ERC-4527 `eth-signature`: what an air-gapped signer shows once it has signed.

The map has numbers for keys: 1 request id, 2 the 65 bytes, 3 origin. Signers write v as 27 and 28
or as 0 and 1; never does it mean the kinds a Safe has for them.
"""

from collections.abc import Mapping

from treasury_desktop.assets.unknown import UNKNOWN, Unknown
from treasury_desktop.bundle import ClaimedSignature
from treasury_desktop.desk.import_signatures import (
    REQUEST_ID_LENGTH,
    IncomingSignatures,
    request_id_of,
)
from treasury_desktop.errors import Malformed, Refused
from treasury_desktop.files.air_gapped.cbor import Tagged, read_cbor
from treasury_desktop.files.air_gapped.cbor_writing import write_cbor
from treasury_desktop.files.air_gapped.uniform_resource import (
    UniformResource,
    read_uniform_resource,
)
from treasury_desktop.safes.confirmation import Confirmation
from treasury_desktop.safes.signature import SIGNATURE_LENGTH, SignatureKind, parse_signature

SIGNATURE = "eth-signature"
REQUEST_ID, DATA, ORIGIN = range(1, 4)
REQUEST_ID_TAG = 37
WALLET_V = (0, 1)


def read_signature_resource(text: str) -> IncomingSignatures | None:
    """The signature in a `ur:` text, `None` where it is another resource."""
    resource = read_uniform_resource(text)
    if resource.kind != SIGNATURE:
        return None
    answer = read_cbor(resource.cbor)
    if not isinstance(answer, dict) or not set(answer) <= {REQUEST_ID, DATA, ORIGIN}:
        raise Malformed("ur", "is no signature: its members are others")
    data, origin = answer.get(DATA), answer.get(ORIGIN)
    if not isinstance(data, bytes) or len(data) != SIGNATURE_LENGTH:
        raise Malformed("ur", f"is no signature of {SIGNATURE_LENGTH} bytes")
    if origin is not None and not isinstance(origin, str):
        raise Malformed("ur", "names an origin that is no text")
    signature = parse_signature(data)
    if signature.v in WALLET_V:
        signature = signature.as_wallets_mean_it
    claim = ClaimedSignature(signer=None, data=signature.encoded)
    return IncomingSignatures(request_id=_request_id(answer), signatures=(claim,))


def write_signature_resource(confirmation: Confirmation, *, origin: str = "") -> UniformResource:
    """The answer to our own request to sign: an owner's ECDSA signature of that hash."""
    if confirmation.signature.kind is not SignatureKind.EOA:
        raise Refused("Only a signature of the hash itself answers a request to sign.")
    answer: dict[int, object] = {
        REQUEST_ID: Tagged(REQUEST_ID_TAG, request_id_of(confirmation.safe_tx_hash)),
        DATA: confirmation.signature.encoded,
    }
    if origin:
        answer[ORIGIN] = origin
    return UniformResource(SIGNATURE, write_cbor(answer))


def _request_id(answer: Mapping[object, object]) -> bytes | Unknown:
    given = answer.get(REQUEST_ID)
    if given is None:
        return UNKNOWN
    request_id = given.value if isinstance(given, Tagged) and given.tag == REQUEST_ID_TAG else None
    if not isinstance(request_id, bytes) or len(request_id) != REQUEST_ID_LENGTH:
        raise Malformed("ur", "names a request by something that is no UUID")
    return request_id
