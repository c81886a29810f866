"""Writing the links that `links.py` reads: one form each, whatever the program would also take."""

import base64
import json
from urllib.parse import quote

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.bundle import Bundle, ClaimedSignature
from treasury_desktop.bundle.transaction import transaction_json
from treasury_desktop.errors import Refused
from treasury_desktop.files.foreign_programs.chain_names import name_of_chain
from treasury_desktop.safes.confirmation import Confirmation
from treasury_desktop.safes.signature_blob import split_signatures


def write_eternal_safe_link(bundle: Bundle, *, base: str) -> str:
    """The smart link of a bundle; `base` is where somebody runs Eternal Safe."""
    chain = name_of_chain(bundle.safe.chain_id)
    if chain is None:
        raise Refused(f"Chain {bundle.safe.chain_id} has no name that a link could carry.")
    signatures = [
        [str(s.signer).lower(), {"signer": str(s.signer), "data": "0x" + s.data.hex()}]
        for s in _signatures_of(bundle)
    ]
    content = {
        "signatures": {"dataType": "Map", "value": signatures},
        "data": transaction_json(bundle.tx),
    }
    encoded = base64.urlsafe_b64encode(_json(content)).decode().rstrip("=")
    return f"{base}/transactions/tx/?safe={chain}:{bundle.safe.address}&tx={encoded}"


def write_localsafe_link(bundle: Bundle, *, base: str) -> str:
    """The share link of a bundle; `base` is where somebody runs localsafe."""
    signatures = [_localsafe_signature(one) for one in _signatures_of(bundle)]
    content = {"tx": {"data": transaction_json(bundle.tx), "signatures": signatures}}
    encoded = quote(base64.b64encode(_json(content)).decode(), safe="")
    where = f"{base}/#/safe/{bundle.safe.address}"
    return f"{where}?importTx={encoded}&chainId={bundle.safe.chain_id}"


def write_localsafe_signature_link(
    confirmation: Confirmation, safe: Address, chain_id: int, *, base: str
) -> str:
    """The link that hands over one owner's signature, for whoever has the transaction already."""
    claim = ClaimedSignature(signer=confirmation.owner, data=confirmation.signature.encoded)
    content = {
        "signature": _localsafe_signature(claim),
        "txHash": "0x" + confirmation.safe_tx_hash.hex(),
    }
    encoded = quote(base64.b64encode(_json(content)).decode(), safe="")
    return f"{base}/#/safe/{safe}?importSig={encoded}&chainId={chain_id}"


def _localsafe_signature(claim: ClaimedSignature) -> dict[str, object]:
    """Of a contract signature localsafe keeps what it carries, and writes the rest itself."""
    carried = split_signatures(claim.data)[0].dynamic
    return {
        "signer": str(claim.signer),
        "data": "0x" + (claim.data if carried is None else carried).hex(),
        "isContractSignature": carried is not None,
    }


def _signatures_of(bundle: Bundle) -> tuple[ClaimedSignature, ...]:
    """The signatures a link can carry: those that name their signer, one in an entry.

    The first of each signer, because a program that keeps them by signer takes the last: a forged
    one in an owner's name, which bundles list behind the verified ones, would displace theirs.
    """
    if bundle.unnamed:
        raise Refused("What was sent leaves something out, so no link can be made of it.")
    claimed = () if isinstance(bundle.signatures, Unknown) else bundle.signatures
    by_signer: dict[Address, ClaimedSignature] = {}
    for one in claimed:
        if one.signer is not None and len(split_signatures(one.data)) == 1:
            by_signer.setdefault(one.signer, one)
    return tuple(by_signer.values())


def _json(content: object) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode()
