"""What the keys page says: which keys there are, where they lie, and what that protects from."""

import re
from dataclasses import dataclass
from typing import Final

from treasury_desktop.assets.address import Address
from treasury_desktop.desk.doors import KeyLabel
from treasury_desktop.errors import Malformed
from treasury_desktop.safes.safe import Safe
from treasury_desktop.viewmodels.figures import name_text

LONGEST_LABEL: Final = 40
LABEL: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,39}", re.ASCII)
LABEL_RULE: Final = "Up to 40 letters, digits, spaces, dots, dashes; begin with a letter or digit."

ROLES: Final[tuple[tuple[str, str], ...]] = (
    ("owner", "Owner – signs Safe transactions"),
    ("executor", "Executor – pays gas, owns nothing"),
)
SOURCES: Final[tuple[tuple[str, str], ...]] = (
    ("create", "New words, which you write down"),
    ("words", "Words you have (12 to 24)"),
    ("private key", "A private key"),
    ("keystore", "A keystore file (V3)"),
    ("watch", "Only an owner's address; its key is elsewhere"),
)
SIGN_ELSEWHERE: Final = (
    "Export the transaction, have it signed where the key is, and import what comes back."
)
FORGETTING: Final = (
    "Type the label to forget this owner. Nothing is lost: its key was never on this machine."
)
REMOVING: Final = (
    "Type the label to remove the key. Its ciphertext is then gone from this machine for good: "
    "only words that were written down, or an exported file, bring it back."
)
PROTECTS: Final = (
    "Keys lie here as ciphertext that only your passphrase opens; a stolen disk is not enough.",
    (
        "The passphrase is asked in a separate window, each time unless you keep a key unlocked "
        "for at most five minutes, and goes to a process that signs once and ends."
    ),
    "That process rebuilds the hash from the bytes and refuses what the review forbids.",
)
DOES_NOT_PROTECT: Final = (
    (
        "Malware that runs as you can watch the keyboard while you type the passphrase; a hardware "
        "device keeps the key away from it."
    ),
    "Whoever has both the ciphertext and the passphrase can sign anywhere, without this program.",
    "A lost passphrase cannot be recovered by anybody; only the words on paper bring the key back.",
)


CONTROLS: Final = (
    "What helps: keep one of them on a machine without network and exchange files or QR pictures; "
    "let another owner sign with a hardware wallet; compare the eight words with a cosigner aloud."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRow:
    """One key: what people call it, what it is for, whose it is, and where it lies."""

    label: str
    role: str
    address: str
    kept_in: str
    standing: str
    standing_kind: str


def key_name(key: KeyLabel) -> str:
    """What an owner of ours is called wherever owners are named: "Signer A (this desk)"."""
    where = "this desk" if key.is_here else "key elsewhere"
    return f"{name_text(key.label)} ({where})"


def key_rows(keys: tuple[KeyLabel, ...], safe: Safe | None) -> tuple[KeyRow, ...]:
    """All keys of this desk, owners first, each with its standing at the Safe."""
    ordered = sorted(keys, key=lambda key: (key.role != "owner", key.label.casefold()))
    return tuple(_row(key, safe) for key in ordered)


def _row(key: KeyLabel, safe: Safe | None) -> KeyRow:
    standing, kind = _standing(key, safe)
    return KeyRow(
        label=name_text(key.label),
        role=key.role,
        address=str(key.address),
        kept_in=name_text(key.kept_in),
        standing=standing,
        standing_kind=kind,
    )


def _standing(key: KeyLabel, safe: Safe | None) -> tuple[str, str]:
    if safe is None:
        return "Safe not read yet", "idle"
    is_owner = safe.is_owner(key.address)
    if key.role == "executor":
        return ("owner of the Safe: must not pay", "block") if is_owner else ("pays gas", "")
    return ("owner of the Safe", "good") if is_owner else ("not an owner yet", "advice")


def too_many_here(keys: tuple[KeyLabel, ...], safe: Safe | None) -> str:
    """A warning where the keys of this machine alone can move the treasury; empty otherwise."""
    if safe is None or not isinstance(safe.threshold, int):
        return ""
    held = sum(safe.is_owner(key.address) for key in keys if key.is_here)
    if not held or held < safe.threshold:
        return ""
    how_many = "One key here is an owner" if held == 1 else f"{held} keys here are owners"
    enough = "one signature is" if safe.threshold == 1 else f"{safe.threshold} signatures are"
    return (
        f"{how_many} of the Safe, and {enough} enough: whoever controls this machine controls the "
        f"treasury. {CONTROLS}"
    )


def why_not_watch(label: str, address: str, keys: tuple[KeyLabel, ...], place: str) -> str:
    """Why an owner cannot be watched by label and address; empty when it can."""
    if why := why_not_create(label, keys, place):
        return why
    try:
        found = Address.parse(address.strip())
    except Malformed as failure:
        return f"The address: {failure.problem}." if address.strip() else "Paste the address."
    known = next((key for key in keys if key.address == found), None)
    return "" if known is None else f"It is here already, as {name_text(known.label)}."


def why_not_rename(label: str, key: KeyLabel, keys: tuple[KeyLabel, ...]) -> str:
    """Why a key cannot get that label; empty when it can."""
    if label.strip() == key.label:
        return "Type another label."
    return why_not_create(label, keys, key.kept_in)


def why_not_remove(typed: str, key: KeyLabel) -> str:
    """Why a key cannot be removed yet; empty when its label was typed."""
    return "" if typed.strip() == key.label else f"Type {name_text(key.label)} first."


def suggested_keystore_name(key: KeyLabel) -> str:
    """A file name as geth's, without a time that nobody asked for."""
    return f"keystore-{key.address.raw.hex()}.json"


def why_not_create(label: str, keys: tuple[KeyLabel, ...], place: str) -> str:
    """Why a key of this label cannot be created now; empty when it can."""
    if not place:
        return "There is nowhere to keep a key yet; choose the encrypted file first."
    if not label.strip():
        return "Give the key a label."
    if LABEL.fullmatch(label.strip()) is None:
        return LABEL_RULE
    if any(key.label == label.strip() for key in keys):
        return f"There is a key with the label {label.strip()} already."
    return ""
