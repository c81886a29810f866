"""A decrypted private key in the signer process: for two seconds at most, and by its address.

Every derivation of a passphrase is over before a key exists.
"""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from coincurve import PrivateKey

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.errors import Refused
from treasury_desktop.keys.encrypted_key import EncryptedKey, unseal
from treasury_desktop.keys.secret import Secret

KEY_LIVES_SECONDS: Final = 2


def cipher_key_of(key: EncryptedKey, passphrase: Secret) -> Secret:
    """What the passphrase opens a key with; the passphrase is overwritten."""
    with passphrase:
        return key.kdf.derive(passphrase)


@contextmanager
def opened(key: EncryptedKey, cipher_key: Secret) -> Iterator[Secret]:
    """The decrypted key; refuses one that is not the key of the address it names."""
    with short_life(), unseal(key, cipher_key) as private_key:
        if address_of(private_key) != key.address:
            raise Refused(f"The encrypted key is not the key of {key.address}.")
        yield private_key


@contextmanager
def short_life() -> Iterator[None]:
    """A block after whose two seconds the kernel ends this process, whatever it is doing."""
    if sys.platform == "win32":
        yield
        return
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, KEY_LIVES_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def address_of(private_key: Secret) -> Address:
    """The address of a private key."""
    public_key = PrivateKey(bytes(private_key.content)).public_key.format(compressed=False)
    return Address(keccak(public_key[1:])[12:])
