"""What the secret-entry window says, worked out from the job's bytes; free of Qt.

Whatever the main window claimed about a transaction is not used here: hashes, words and the one
line that says what happens come from the bytes that the signer will get too.
"""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.amount import decimal_text
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.bundle import Bundle, read_bundle
from treasury_desktop.calls.decoded_call import DecodedCall, Reading, decode_transaction
from treasury_desktop.calls.known_contracts import official_contract
from treasury_desktop.desk.signed_transaction import read_signed
from treasury_desktop.errors import Malformed, Refused
from treasury_desktop.review.review import examine
from treasury_desktop.safes.comparison import comparison_code
from treasury_desktop.safes.hashes import SafeTxHashes, safe_tx_hashes
from treasury_desktop.safes.nested_signature import message_to_sign
from treasury_desktop.safes.safe import Safe
from treasury_desktop.safes.safe_tx import Operation, SafeTx
from treasury_desktop.viewmodels.names import Names
from treasury_desktop.viewmodels.review import leaving_text
from treasury_desktop.windows.secret_entry.message_question import (
    HASH_NAMES,
    facts_of,
    message_review_of,
    said_first,
    shown_hashes,
)
from treasury_desktop.windows.secret_entry.rehearsal import demonstration_account

CHAIN_NAMES: Final = {
    1: "Ethereum",
    10: "OP Mainnet",
    100: "Gnosis Chain",
    137: "Polygon",
    8453: "Base",
    42161: "Arbitrum One",
    31337: "demonstration on this machine",
    11155111: "Sepolia",
}
CHAIN_COINS: Final = {100: "xDAI", 137: "POL"}
NATIVE_DECIMALS: Final = 18
SHOWN_FEE_DIGITS: Final = 6
NAMES_SHOWN: Final = 4
NAMES: Final = ("Domain hash", "Message hash", "Safe transaction hash")
"""What hardware wallets and the Safe interface call them, in their order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Everything the window shows, and which passphrases it asks for.

    `summary` is what happens in one line, `subject` the title of the facts, `refusal` what is said
    when the person cancels. `unlock` offers to keep the key unlocked, where that is possible;
    `why_no_unlock` says why not, and `already_unlocked` why no passphrase is asked.
    """

    title: str
    summary: str
    confirm: str
    refusal: str
    key_label: str
    key_address: Address | None
    key_role: str
    asks_present: bool
    asks_new: bool
    detail: str = ""
    purpose: str = ""
    subject: str = ""
    chain_id: int | None = None
    safe: Address | None = None
    facts: tuple[tuple[str, str], ...] = ()
    hashes: SafeTxHashes | None = None
    hash_names: tuple[str, ...] = NAMES
    words: tuple[str, ...] = ()
    note: str = ""
    unlock: str = ""
    why_no_unlock: str = ""
    already_unlocked: str = ""


Job = Mapping[str, object]


def question_for(job: Job) -> Question:
    """The question a job puts to the person; Malformed or Refused when it must not be put."""
    make = _QUESTIONS.get(str(job.get("job")))
    if make is None:
        raise Malformed("job", "is none that this window knows")
    return make(job)


def _sign_question(job: Job) -> Question:
    bundle = _bundle(job)
    hashes = safe_tx_hashes(bundle.safe, bundle.tx)
    if "0x" + hashes.safe_tx.hex() != job.get("reviewed_hash"):
        raise Refused(
            "The hash of these bytes is not the one that was reviewed; nothing is signed."
        )
    label, address, role = _key(job)
    return Question(
        title="Sign a Safe transaction",
        subject="What is signed",
        summary=headline_of(bundle),
        detail=summary_of(bundle.safe, bundle.tx),
        purpose=bundle.purpose,
        confirm="Sign",
        refusal="Signing was cancelled; nothing was signed.",
        chain_id=bundle.safe.chain_id,
        safe=bundle.safe.address,
        facts=(("Chain", chain_text(bundle.safe.chain_id)), ("Nonce", str(bundle.tx.nonce))),
        key_label=label,
        key_address=address,
        key_role=role,
        hashes=hashes,
        words=tuple(comparison_code(hashes.safe_tx).split()),
        asks_present=True,
        asks_new=False,
        note=_note_on_signing(job, bundle, hashes),
    )


def _nested_question(job: Job) -> Question:
    """As for one's own Safe, and in whose name: the Safe that is an owner of the other one."""
    asked = _sign_question(job)
    bundle, inner = _bundle(job), read_bundle(_text(job, "inner").encode()).safe
    message = message_to_sign(bundle.safe, bundle.tx, inner)
    return replace(
        asked,
        title="Sign for a Safe that is an owner",
        facts=(*asked.facts, ("As owner of Safe", str(inner.address))),
        note=f"{asked.note} The key signs as an owner of Safe {inner.address}, which is an owner "
        f"of Safe {bundle.safe.address}; what it signs is the SafeMessage "
        f"{_in_fours(message)}.".strip(),
    )


def _in_fours(digest: bytes) -> str:
    """A hash in groups of four digits, as people compare it."""
    digits = digest.hex()
    return "0x" + " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


def _note_on_signing(job: Job, bundle: Bundle, hashes: SafeTxHashes) -> str:
    """What this key signed for the nonce before, and which dangers were named; often nothing."""
    notes = []
    before = job.get("already_signed")
    if before not in (None, "0x" + hashes.safe_tx.hex()):
        notes.append(
            f"This key has signed {before} for nonce {bundle.tx.nonce} already. Whichever of the "
            "two runs first uses the nonce; the other can never run."
        )
    notes.append(_note_on_dangers(job))
    return " ".join(filter(None, notes))


def _note_on_dangers(job: Job) -> str:
    dangers = job.get("acknowledged")
    if not isinstance(dangers, list) or not dangers:
        return ""
    named = ", ".join(str(code).lower().replace("_", " ") for code in dangers)
    return f"Dangers acknowledged in the review: {named}."


def _message_question(job: Job) -> Question:
    review = message_review_of(job)
    first, *rest = said_first(review)
    label, address, role = _key(job)
    return Question(
        title="Sign a message",
        subject="What is signed",
        summary=first,
        detail=" ".join(rest),
        confirm="Sign",
        refusal="Signing was cancelled; nothing was signed.",
        chain_id=review.safe.chain_id,
        safe=review.safe.address,
        facts=(("Chain", chain_text(review.safe.chain_id)), *facts_of(review)),
        key_label=label,
        key_address=address,
        key_role=role,
        hashes=shown_hashes(review),
        hash_names=HASH_NAMES,
        words=tuple(review.comparison_code.split()),
        asks_present=True,
        asks_new=False,
        note=_note_on_dangers(job),
    )


def _execution_question(job: Job) -> Question:
    bundle = _bundle(job)
    hashes = safe_tx_hashes(bundle.safe, bundle.tx)
    label, address, role = _key(job)
    question = Question(
        title="Execute a Safe transaction",
        subject="What is executed",
        summary=headline_of(bundle),
        detail=summary_of(bundle.safe, bundle.tx),
        purpose=bundle.purpose,
        confirm="Sign execution",
        refusal="The execution was cancelled; nothing was sent.",
        chain_id=bundle.safe.chain_id,
        safe=bundle.safe.address,
        facts=(
            ("Chain", chain_text(bundle.safe.chain_id)),
            ("Nonce", str(bundle.tx.nonce)),
            ("Gas fee at most", _highest_fee(job)),
        ),
        key_label=label,
        key_address=address,
        key_role=role,
        hashes=hashes,
        words=tuple(comparison_code(hashes.safe_tx).split()),
        asks_present=True,
        asks_new=False,
    )
    return _with_replacement(question, job)


def _with_replacement(question: Question, job: Job) -> Question:
    """As told, and which sending it takes the place of, where it takes one."""
    replaced = base64.b64decode(_text(job, "replaces"), validate=True)
    if not replaced:
        return question
    before = read_signed(replaced)
    return replace(
        question,
        title="Speed up an execution",
        facts=(*question.facts, ("Account nonce", str(before.account_nonce))),
        note=f"The same execution with higher fees, in the place of 0x{keccak(replaced).hex()}: "
        "only one of the two can be mined.",
    )


def _cancellation_question(job: Job) -> Question:
    replaced = base64.b64decode(_text(job, "replaces"), validate=True)
    before = read_signed(replaced)
    label, address, role = _key(job)
    return Question(
        title="Cancel a sending",
        subject="What is signed",
        summary="Nothing leaves the executor but the fee.",
        detail="An empty transfer to itself takes the account nonce of what waits.",
        confirm="Sign cancellation",
        refusal="It was not cancelled; what was sent before may still be mined.",
        chain_id=before.chain_id,
        facts=(
            ("Chain", chain_text(before.chain_id)),
            ("Account nonce", str(before.account_nonce)),
            ("Cancels", _in_fours(keccak(replaced))),
            ("Gas fee at most", _highest_fee(job)),
        ),
        key_label=label,
        key_address=address,
        key_role=role,
        asks_present=True,
        asks_new=False,
        note="Whichever of the two is mined first counts; the other never is.",
    )


_NEW_KEYS: Final = {
    "create": (
        "Create a key",
        "A new random key. You write its words down, then choose the passphrase it is kept under.",
        "Create key",
        "No key was created.",
    ),
    "import_words": (
        "Import a key from its words",
        "The words are typed here, and seen by the signer process alone.",
        "Import key",
        "No key was imported.",
    ),
    "import_private_key": (
        "Import a private key",
        "The key is typed here, and seen by the signer process alone.",
        "Import key",
        "No key was imported.",
    ),
    "import_keystore": (
        "Import a keystore file",
        "The file is opened by the signer process, and its key encrypted anew.",
        "Import key",
        "No key was imported.",
    ),
}


def _new_key_question(job: Job) -> Question:
    title, summary, confirm, refusal = _NEW_KEYS[_text(job, "job")]
    return Question(
        title=title,
        summary=summary,
        confirm=confirm,
        refusal=refusal,
        key_label=_text(job, "label"),
        key_address=None,
        key_role=_text(job, "role"),
        asks_present=False,
        asks_new=True,
    )


def _import_question(job: Job) -> Question:
    chain_id, index = int(_text(job, "chain_id")), int(_text(job, "index"))
    return Question(
        title="Import a demonstration account",
        summary=f"Account {index} of the demonstration: its key is public, and it is not money.",
        confirm="Import",
        refusal="No key was imported.",
        chain_id=chain_id,
        facts=(("Chain", chain_text(chain_id)),),
        key_label=_text(job, "label"),
        key_address=demonstration_account(index),
        key_role=_text(job, "role"),
        asks_present=False,
        asks_new=True,
        note="Never send anything of value to this address.",
    )


def _change_question(job: Job) -> Question:
    label, address, role = _key(job)
    return Question(
        title="Change a passphrase",
        summary="The key stays the same; it is encrypted anew.",
        confirm="Change passphrase",
        refusal="The passphrase was not changed.",
        key_label=label,
        key_address=address,
        key_role=role,
        asks_present=True,
        asks_new=True,
        note="Copies made before, such as backups, still open with the present passphrase.",
    )


def _rename_question(job: Job) -> Question:
    label, address, role = _key(job)
    return Question(
        title="Rename a key",
        summary=f"From now on it is called {_text(job, 'label')}.",
        detail="The label is protected together with the key, so changing it takes the passphrase.",
        confirm="Rename",
        refusal="The key was not renamed.",
        key_label=label,
        key_address=address,
        key_role=role,
        asks_present=True,
        asks_new=False,
    )


def _export_question(job: Job) -> Question:
    label, address, role = _key(job)
    return Question(
        title="Export a key as a keystore file",
        summary="A file that other programs read (keystore V3), under a passphrase of its own.",
        confirm="Export",
        refusal="Nothing was exported.",
        key_label=label,
        key_address=address,
        key_role=role,
        asks_present=True,
        asks_new=True,
        note="Whoever has the file and its passphrase can sign anywhere, without this program.",
    )


def headline_of(bundle: Bundle) -> str:
    """What leaves the Safe and for whom, in tokens, as the bundle's own evidence names them."""
    review = examine(bundle)
    coin = CHAIN_COINS.get(bundle.safe.chain_id, "ETH")
    leaving = leaving_text(review, Names(review.facts, coin))
    return leaving or "No tokens leave the Safe."


def summary_of(safe: Safe, tx: SafeTx) -> str:
    """What a transaction does at its top level, in one line, from its bytes alone."""
    if tx.to == safe.address and not tx.value and not tx.data:
        return f"Rejects nonce {tx.nonce}: the Safe calls itself with nothing."
    by = " by DELEGATECALL" if tx.operation is Operation.DELEGATECALL else ""
    coins = f", sending {_coins(tx.value)}" if tx.value else ""
    call = decode_transaction(safe, tx, Reading())
    if call.calls:
        names = _names(call)
        return f"{names}: a batch of {len(call.calls)} through {_named(safe, tx.to)}{by}{coins}."
    if tx.data:
        return f"{_name_of(call)} on {_named(safe, tx.to)}{by}, {len(tx.data)} bytes{coins}."
    if tx.operation is Operation.CALL:
        return f"Sends {_coins(tx.value)} to {tx.to}."
    return f"Runs the code of {tx.to}{by}, without calldata{coins}."


def chain_text(chain_id: int) -> str:
    """A chain's number, with its name where we know it."""
    name = CHAIN_NAMES.get(chain_id)
    return f"{chain_id} ({name})" if name else str(chain_id)


def _names(batch: DecodedCall) -> str:
    names = [_name_of(call) for call in batch.calls]
    more = len(names) - NAMES_SHOWN
    shown = ", ".join(names[:NAMES_SHOWN])
    return f"{shown} and {more} more" if more > 0 else shown


def _name_of(call: DecodedCall) -> str:
    if call.is_plain_transfer:
        return "transfer of coin"
    if call.function is None:
        return f"unknown function 0x{call.data[:4].hex()}"
    return call.function.name


def _named(safe: Safe, address: Address) -> str:
    official = official_contract(safe.chain_id, address)
    return f"{official.label} ({address})" if official is not None else str(address)


def _coins(wei: int) -> str:
    return f"{decimal_text(wei, NATIVE_DECIMALS)} of the chain’s coin"


def _highest_fee(job: Job) -> str:
    transaction = job.get("transaction")
    if not isinstance(transaction, dict):
        raise Malformed("job.transaction", "is an object")
    wei = int(_text(transaction, "gas")) * int(_text(transaction, "max_fee_per_gas"))
    step = 10 ** (NATIVE_DECIMALS - SHOWN_FEE_DIGITS)
    return _coins(-(-wei // step) * step)  # rounded up: "at most" stays true


def _bundle(job: Job) -> Bundle:
    return read_bundle(base64.b64decode(_text(job, "bundle"), validate=True))


def _key(job: Job) -> tuple[str, Address, str]:
    """Label, address and role as the ciphertext carries them; the signer authenticates them."""
    fields = json.loads(_text(job, "key"))
    return fields["label"], Address.parse(fields["address"]), fields["role"]


def _text(fields: Mapping[str, object], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str):
        raise Malformed(f"job.{name}", "is text")
    return value


_QUESTIONS: Final[Mapping[str, Callable[[Job], Question]]] = {
    "sign_safe_tx": _sign_question,
    "sign_for_nested": _nested_question,
    "sign_message": _message_question,
    "sign_execution": _execution_question,
    "sign_cancellation": _cancellation_question,
    **dict.fromkeys(_NEW_KEYS, _new_key_question),
    "import_demonstration": _import_question,
    "export_keystore": _export_question,
    "rename": _rename_question,
    "change_passphrase": _change_question,
}
