"""The word lists of BIP-39 as the signer will read them, for the window in which words are typed.

They lie beside the library that derives keys from words. Importing that library takes half a second
and is the signer's business; here only its files are read.
"""

import importlib.util
from pathlib import Path
from typing import Final

LIBRARY: Final = "eth_account"
LENGTH: Final = 2048


def word_lists() -> dict[str, tuple[str, ...]]:
    """Every list by its language; none that is not whole, for it only helps with typing."""
    spec = importlib.util.find_spec(LIBRARY)
    folders = [] if spec is None else spec.submodule_search_locations or []
    found = {}
    for folder in folders:
        for file in sorted((Path(folder) / "hdaccount" / "wordlist").glob("*.txt")):
            words = tuple(file.read_text(encoding="utf-8").split())
            if len(words) == LENGTH:
                found[file.stem] = words
    return found
