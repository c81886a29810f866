"""Mnemonics (BIP-39) and the keys under them (BIP-32, BIP-44), by the library of the field.

Only the signer process comes here. What a person types is normalised first: letter case, spaces and
the ideographic space of Japanese lists are a matter of typing.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from treasury_desktop.errors import Malformed
from treasury_desktop.keys.secret import Secret

WORDS_WRITTEN: Final = 12
"""128 bits of chance, which is the strength of the curve: more words are more to write down."""
WORD_COUNTS: Final = (12, 15, 18, 21, 24)
MAX_PHRASE: Final = 1024
DEFAULT_PATH: Final = "m/44'/60'/0'/0/0"
PATH_KINDS: Final = ("m/44'/60'/0'/0/{}", "m/44'/60'/{}'/0/0", "m/44'/60'/0'/{}")
"""The usual one (BIP-44), Ledger Live's, and the one that old Ledger software and others use."""
SHOWN_OF_EACH: Final = 5
PATH: Final = re.compile(r"m(/(0|[1-9][0-9]{0,9})['Hh]?){1,10}", re.ASCII)
LARGEST_INDEX: Final = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """Words that are a mnemonic of one language, with the extra passphrase some people add."""

    words: str
    extra: str

    def __repr__(self) -> str:
        return "Phrase(…)"

    def key_at(self, path: str) -> Secret:
        """The private key at a path such as m/44'/60'/0'/0/0."""
        return self.keys_at((path,))[0]

    def keys_at(self, paths: tuple[str, ...]) -> tuple[Secret, ...]:
        """The private keys at some paths, of one stretching of the words."""
        # 0.5 s, in the signer only
        from eth_account.hdaccount import key_from_seed  # noqa: PLC0415  see above
        from eth_account.hdaccount.mnemonic import Mnemonic  # noqa: PLC0415  see above

        seed = Mnemonic.to_seed(self.words, self.extra)
        return tuple(Secret(bytearray(key_from_seed(seed, checked_path(path)))) for path in paths)


def new_phrase() -> Phrase:
    """Twelve new English words, from the system's random numbers."""
    from eth_account.hdaccount.mnemonic import Mnemonic  # noqa: PLC0415  as above

    return Phrase(words=Mnemonic().generate(WORDS_WRITTEN), extra="")


def phrase_of(typed: Secret, extra: Secret) -> Phrase:
    """The mnemonic somebody typed; Malformed says what is wrong and never repeats a word."""
    words = _normalised(typed).split()
    if len(words) not in WORD_COUNTS:
        raise Malformed("words", f"are {len(words)}; a mnemonic has 12, 15, 18, 21 or 24")
    phrase = _in_some_language(words)
    if phrase is None:
        raise Malformed("words", _why_not(words))
    return Phrase(words=phrase, extra=_text(extra))


def checked_path(path: str) -> str:
    """A derivation path as everybody writes it, hardened steps with an apostrophe (BIP-32)."""
    if PATH.fullmatch(path) is None:
        raise Malformed("path", f"is written like {DEFAULT_PATH}")
    if any(int(step.rstrip("'Hh")) > LARGEST_INDEX for step in path.split("/")[1:]):
        raise Malformed("path", "has a step above 2147483647")
    return path.replace("H", "'").replace("h", "'")


def usual_paths() -> tuple[str, ...]:
    """The first paths of each kind, each once."""
    found = (kind.format(index) for kind in PATH_KINDS for index in range(SHOWN_OF_EACH))
    return tuple(dict.fromkeys(found))


def _in_some_language(words: list[str]) -> str | None:
    """The words as a language's list spells them, where their checksum is right.

    Whole words come first: their first letters may be enough for another language's words.
    """
    from eth_account.hdaccount.mnemonic import Mnemonic  # noqa: PLC0415  as above

    typed = " ".join(words)
    languages = [Mnemonic(language) for language in Mnemonic.list_languages_enum()]
    if any(one.is_mnemonic_valid(typed) for one in languages):
        return typed
    expanded = {text for one in languages if one.is_mnemonic_valid(text := one.expand(typed))}
    if len(expanded) > 1:
        raise Malformed("words", "fit several languages when shortened; type them whole")
    return next(iter(expanded), None)


def _why_not(words: list[str]) -> str:
    """Whether a word is on no list, and which place it has, or only the checksum is wrong."""
    from eth_account.hdaccount.mnemonic import Mnemonic  # noqa: PLC0415  as above

    best: list[int] | None = None
    for language in Mnemonic.list_languages_enum():
        of_language = Mnemonic(language)
        known = set(of_language.wordlist)
        wrong = [p for p, w in enumerate(words, 1) if of_language.expand_word(w) not in known]
        if best is None or len(wrong) < len(best):
            best = wrong
    if best:
        places = ", ".join(map(str, best[:3])) + (" and others" if len(best) > 3 else "")  # noqa: PLR2004  three are enough to look at
        return f"are on no list at place {places}"
    return "do not belong together: their checksum is wrong, so one is another or out of place"


def _normalised(typed: Secret) -> str:
    return unicodedata.normalize("NFKD", _text(typed)).lower()


def _text(secret: Secret) -> str:
    if len(secret.content) > MAX_PHRASE:
        raise Malformed("words", "are longer than any mnemonic")
    try:
        return secret.content.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("words", "are no text") from None
