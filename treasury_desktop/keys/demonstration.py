"""The public accounts of the demonstration chain: everybody knows their keys.

They come from the test mnemonic that local nodes publish. Only the signer process derives them, and
only for the demonstration's chain, so that nobody can mistake one for a key of their own.
"""

from typing import Final

from treasury_desktop.errors import Refused
from treasury_desktop.keys.encrypted_key import EXECUTOR, OWNER
from treasury_desktop.keys.secret import Secret

DEMONSTRATION_CHAIN_ID: Final = 31337
PUBLIC_TEST_MNEMONIC: Final = "test test test test test test test test test test test junk"
ACCOUNT_ROLES: Final = {1: OWNER, 2: OWNER, 3: OWNER, 4: EXECUTOR}
"""Which account plays what: the three owners, and the first desk's executor."""


def demonstration_key(index: int, chain_id: int, role: str) -> Secret:
    """The private key of a public account; refuses other chains, accounts and roles."""
    if chain_id != DEMONSTRATION_CHAIN_ID:
        raise Refused(
            f"The demonstration's accounts are public; on chain {chain_id} anybody could use them."
        )
    if ACCOUNT_ROLES.get(index) != role:
        raise Refused(f"Account {index} is no {role} in the demonstration.")
    # BIP-39 and BIP-44; importing eth_account takes half a second, hence only here
    from eth_account.hdaccount import (  # noqa: PLC0415  see above
        key_from_seed,
        seed_from_mnemonic,
    )

    seed = seed_from_mnemonic(PUBLIC_TEST_MNEMONIC, "")
    return Secret(bytearray(key_from_seed(seed, f"m/44'/60'/0'/0/{index}")))
