"""Letters that pass for ASCII ones, and words that mix scripts: how a false USDC is spelled.

Honest text in another script is not suspicious: a word made of look-alikes counts only where the
text shows no letter of that script that looks like nothing else. After Unicode TR 39.
"""

import re
import unicodedata

# By the ASCII character they pass for; written as escapes because that is the point.
_LOOKALIKES_OF = {
    "0": "\u06f0\u0966\u09e6\u0be6\u0c66\u0d66\u1040",
    "A": "\u0391\u0410\u13aa",
    "B": "\u0392\u0412\u13f4",
    "C": "\u03f9\u0421\u13df",
    "D": "\u13a0",
    "E": "\u0395\u0415\u13ac",
    "G": "\u050c\u13c0",
    "H": "\u0397\u041d\u13bb",
    "I": "\u0399\u0406\u04c0",
    "J": "\u0408\u13ab",
    "K": "\u039a\u041a\u13e6",
    "L": "\u13de",
    "M": "\u039c\u041c\u13b7",
    "N": "\u039d",
    "O": "\u039f\u041e\u0555",
    "P": "\u03a1\u0420\u13e2",
    "Q": "\u051a",
    "R": "\u13a1\u13d2",
    "S": "\u0405\u054f\u13da",
    "T": "\u03a4\u0422\u13a2",
    "U": "\u054d",
    "V": "\u0474\u13d9",
    "W": "\u051c\u13b3",
    "X": "\u03a7\u0425",
    "Y": "\u03a5\u04ae",
    "Z": "\u0396\u13c3",
    "a": "\u03b1\u0430",
    "c": "\u03f2\u0441",
    "d": "\u0501",
    "e": "\u0435\u04bd",
    "g": "\u0581",
    "h": "\u04bb\u0570",
    "i": "\u03b9\u0456",
    "j": "\u03f3\u0458",
    "k": "\u03ba",
    "l": "\u04cf",
    "n": "\u0578",
    "o": "\u03bf\u043e\u0585",
    "p": "\u03c1\u0440",
    "q": "\u051b\u0566",
    "r": "\u0433",
    "s": "\u0455",
    "u": "\u03c5\u057d",
    "v": "\u03bd\u0475",
    "w": "\u051d",
    "x": "\u03c7\u0445",
    "y": "\u03b3\u0443\u04af",
}
_ASCII_OF = {letter: ascii_ for ascii_, letters in _LOOKALIKES_OF.items() for letter in letters}
_PASSING = frozenset("".join(_LOOKALIKES_OF.values()))
# Latin letters of their own that pass for an ASCII letter inside an ASCII word.
_LATIN_PASSING = frozenset("\u0131\u0237\u0251\u0261\u0269\u026a\u028f\u0196\u01c0")
_STYLED = ("<font>", "<wide>", "<narrow>", "<compat>")
_WORD = re.compile(r"\w+")
_ANY_SCRIPT = frozenset(
    ("MICRO", "FEMININE", "MASCULINE", "MODIFIER", "SUPERSCRIPT", "SUBSCRIPT", "VULGAR", "CIRCLED")
)
_WRITTEN_TOGETHER = (
    frozenset(("CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "IDEOGRAPHIC")),
    frozenset(("CJK", "HANGUL")),
    frozenset(("CJK", "BOPOMOFO")),
)


def has_lookalikes(text: str) -> bool:
    """Whether a word mixes scripts or could be mistaken for one written in ASCII."""
    if text.isascii():
        return False
    honest = {script_of(letter) for letter in text if letter.isalnum() and letter not in _PASSING}
    return any(_is_suspicious(word, honest) for word in _WORD.findall(text))


def as_ascii(text: str) -> str:
    """The text with every look-alike replaced by the ASCII character it passes for."""
    return text if text.isascii() else "".join(_ASCII_OF.get(letter, letter) for letter in text)


def skeleton(text: str) -> str:
    """How a symbol looks: without case, dress, marks and invisible characters."""
    # Capitals have look-alikes of their own.
    undressed = as_ascii(unicodedata.normalize("NFKD", text)).casefold()
    return as_ascii("".join(c for c in undressed if c.isalnum() or c in "$.+-_")).casefold()


def script_of(character: str) -> str:
    """The script a letter or digit belongs to, by its Unicode name; "" where it fits every one."""
    if character.isascii() and not character.isalpha():
        return ""
    script = unicodedata.name(character, "").partition(" ")[0]
    return "" if script in _ANY_SCRIPT else script


def _is_suspicious(word: str, honest_scripts: set[str]) -> bool:
    if word.isascii():
        return False
    if any(letter in _LATIN_PASSING or _is_styled_ascii(letter) for letter in word):
        return True
    scripts = {script_of(letter) for letter in word} - {""}
    if len(scripts) > 1 and not any(scripts <= together for together in _WRITTEN_TOGETHER):
        return True
    letters = [letter for letter in word if not letter.isascii()]
    return scripts.isdisjoint(honest_scripts) and all(letter in _PASSING for letter in letters)


def _is_styled_ascii(character: str) -> bool:
    """Whether it is an ASCII letter or digit in fancy dress: fullwidth, mathematical, Roman."""
    if not unicodedata.decomposition(character).startswith(_STYLED):
        return False
    undressed = unicodedata.normalize("NFKC", character)
    return undressed.isascii() and undressed.isalnum()
