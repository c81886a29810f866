"""Writing the ERC-4527 request that `signing_request.py` reads: sign this Safe transaction.

The signer gets the typed data itself and derives the hash on its own. A key path is told where it
is known; without one the signer looks the address up among its own.
"""

import re
from dataclasses import dataclass

from treasury_desktop.assets.address import Address
from treasury_desktop.bundle import Bundle
from treasury_desktop.desk.import_signatures import request_id_of
from treasury_desktop.errors import Malformed, Refused
from treasury_desktop.files.air_gapped.cbor import Tagged
from treasury_desktop.files.air_gapped.cbor_writing import write_cbor
from treasury_desktop.files.air_gapped.signing_request import (
    ADDRESS,
    CHAIN_ID,
    DATA_TYPE,
    KEY_PATH,
    KEY_PATH_TAGS,
    ORIGIN,
    REQUEST,
    REQUEST_ID,
    REQUEST_ID_TAG,
    SIGN_DATA,
    TYPED_DATA,
)
from treasury_desktop.files.air_gapped.uniform_resource import UniformResource
from treasury_desktop.files.foreign_programs.typed_data_file import write_typed_data
from treasury_desktop.safes.hashes import safe_tx_hashes

OUR_NAME = "treasury-desktop"
COMPONENTS, SOURCE_FINGERPRINT = 1, 2
HARDENED = ("'", "h", "H")
MOST_STEPS = 10
LARGEST_CHAIN_ID = (1 << 53) - 1
"""Devices and their companions read it with JavaScript."""
_PATH = re.compile(r"m((?:/\d{1,10}['hH]?)+)", re.ASCII)
_STEP_END = 1 << 31
_FINGERPRINT_END = 1 << 32


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPath:
    """Where in a signer's tree of keys (BIP-32) a key lies, such as m/44'/60'/0'/0/0.

    `fingerprint` is the first four bytes of the master key's hash as a number; `None` if unknown.
    """

    path: str
    fingerprint: int | None = None

    def __post_init__(self) -> None:
        match = _PATH.fullmatch(self.path)
        if match is None or len(self.steps) > MOST_STEPS:
            raise Malformed("key path", "is no path such as m/44'/60'/0'/0/0")
        if any(number >= _STEP_END for number, _ in self.steps):
            raise Malformed("key path", "has a step above 2147483647")
        if self.fingerprint is not None and not 0 < self.fingerprint < _FINGERPRINT_END:
            raise Malformed("key path", "comes with a fingerprint that is none")

    @property
    def steps(self) -> tuple[tuple[int, bool], ...]:
        """Each step's number and whether it is hardened."""
        return tuple(
            (int(step.rstrip("".join(HARDENED))), step.endswith(HARDENED))
            for step in self.path.split("/")[1:]
        )


def write_signing_request(
    bundle: Bundle, signer: Address, *, key_path: KeyPath | None = None, origin: str = OUR_NAME
) -> UniformResource:
    """The request to a signer's device.

    Refused where the bundle leaves out what is hashed, or its chain has no number a device takes.
    """
    if bundle.safe.chain_id > LARGEST_CHAIN_ID:
        raise Refused(f"No signer's device takes a chain id as large as {bundle.safe.chain_id}.")
    sign_data = write_typed_data(bundle)
    safe_tx_hash = safe_tx_hashes(bundle.safe, bundle.tx).safe_tx
    request: dict[int, object] = {
        REQUEST_ID: Tagged(REQUEST_ID_TAG, request_id_of(safe_tx_hash)),
        SIGN_DATA: sign_data,
        DATA_TYPE: TYPED_DATA,
        CHAIN_ID: bundle.safe.chain_id,
    }
    if key_path is not None:
        request[KEY_PATH] = _key_path(key_path)
    request[ADDRESS] = signer.raw
    request[ORIGIN] = origin
    return UniformResource(REQUEST, write_cbor(request))


def _key_path(key_path: KeyPath) -> Tagged:
    """A crypto-keypath: numbers and hardening in turn, then whose master key it starts from."""
    components = [part for step in key_path.steps for part in step]
    members: dict[int, object] = {COMPONENTS: components}
    if key_path.fingerprint is not None:
        members[SOURCE_FINGERPRINT] = key_path.fingerprint
    return Tagged(KEY_PATH_TAGS[0], members)
