"""Jobs as the secret-entry process gets them, for tests of its window."""

import base64
import json
from dataclasses import replace

from treasury_desktop.assets.address import Address
from treasury_desktop.bundle import Bundle, write_bundle
from treasury_desktop.safes.hashes import safe_tx_hashes
from treasury_desktop.safes.multisend import PackedCall, multisend_calldata
from treasury_desktop.safes.safe import Safe, SafeVersion
from treasury_desktop.safes.safe_tx import Operation, SafeTx

OWNER = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
TOKEN = Address.parse("0x8617E340B3D01FA5F11F306F4090FD50E238070D")
MULTISEND_CALL_ONLY = Address.parse("0x9641d764fc13c8B624c04430C7356C1C7C8102e2")
SAFE = Safe(
    chain_id=31337,
    address=Address.parse("0x52908400098527886E0F7030069857D2E4169EE7"),
    version=SafeVersion(1, 4, 1),
    nonce=7,
)
APPROVE = PackedCall(0, TOKEN, 0, bytes.fromhex("095ea7b3") + bytes(64))
DEPOSIT = PackedCall(0, TOKEN, 0, bytes.fromhex("6e553f65") + bytes(64))


def batch(*calls: PackedCall) -> SafeTx:
    """A MultiSendCallOnly transaction with nonce 7."""
    data = multisend_calldata(calls)
    return SafeTx(to=MULTISEND_CALL_ONLY, data=data, operation=Operation.DELEGATECALL, nonce=7)


def key_text(label: str = "Desk A", role: str = "owner") -> str:
    """The clear members of an encrypted key that the window shows."""
    return json.dumps({"label": label, "address": OWNER, "role": role})


def sign_job(
    tx: SafeTx | None = None, *, chain_id: int = 31337, purpose: str = "As voted."
) -> dict[str, object]:
    """A job to sign a transaction, a batch of two calls unless another is given."""
    safe, tx = replace(SAFE, chain_id=chain_id), tx or batch(APPROVE, DEPOSIT)
    bundle = write_bundle(Bundle(safe=safe, tx=tx, purpose=purpose))
    return {
        "job": "sign_safe_tx",
        "bundle": base64.b64encode(bundle).decode(),
        "reviewed_hash": "0x" + safe_tx_hashes(safe, tx).safe_tx.hex(),
        "already_signed": None,
        "key": key_text(),
    }


def execution_job() -> dict[str, object]:
    """A job to sign an execution that costs at most 0.0006 of the chain's coin."""
    job = sign_job()
    fees = {"gas": "300000", "max_fee_per_gas": "2000000000"}
    return job | {
        "job": "sign_execution",
        "key": key_text("Gas", "executor"),
        "transaction": fees,
        "replaces": "",
    }


CREATE = {"job": "create", "label": "Desk C", "role": "owner"}
IMPORT = {
    "job": "import_demonstration",
    "label": "Desk A",
    "role": "owner",
    "index": "1",
    "chain_id": "31337",
}
CHANGE = {"job": "change_passphrase", "key": key_text()}
