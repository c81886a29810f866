"""A sending that waits, laid out by hand: really signed, by a key that is public."""

from dataclasses import replace
from typing import Any

from eth_account import Account

from tests.samples import a_safe
from treasury_desktop.assets.address import Address
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.desk.doors import KeyLabel, Sending
from treasury_desktop.desk.follow_sendings import Fate, WaitingSending
from treasury_desktop.desk.signed_transaction import read_signed

SECRET = (7).to_bytes(32, "big")
SENDER = Address.parse(Account.from_key(SECRET).address)
SENDER_KEY = KeyLabel(label="Gas", address=SENDER, role="executor", kept_in="Secret Service")


def a_raw(*, cancels: bool = False) -> bytes:
    """An execution of the sample Safe, or nothing in its place."""
    fields = {
        "type": 2, "chainId": 1, "nonce": 41, "value": 0, "gas": 257_173,
        "maxFeePerGas": 26 * 10**9, "maxPriorityFeePerGas": 10**9,
        "to": str(SENDER if cancels else a_safe().address),
        "data": b"" if cancels else bytes.fromhex("6a761202"),
    }  # fmt: skip
    return bytes(Account.sign_transaction(fields, SECRET).raw_transaction)


def a_waiting(
    fate: Fate = Fate.WAITING, *, cancels: bool = False, **changes: Any
) -> WaitingSending:
    """A sending of account nonce 41 that is where it is."""
    raw = a_raw(cancels=cancels)
    signed = read_signed(raw)
    made = WaitingSending(
        sending=Sending(transaction_hash=keccak(raw), raw_transaction=raw),
        signed=signed,
        offered=(signed,),
        fate=fate,
    )
    return replace(made, **changes)
