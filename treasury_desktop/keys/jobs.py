"""What the window's process may ask of the secret-entry and signer processes, and the answers.

One JSON object each way, with a version of its own. The secret-entry process passes the same job on
to the signer, so what it shows and what is signed come from the same bytes. A `window` member says
how to show the job and is not passed on.
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.strict_json import (
    JsonSource,
    JsonValue,
    canonical_json,
    read_json_object,
)
from treasury_desktop.desk.doors import NOTHING_KNOWN, ExecutionTransaction, WorkspaceFacts
from treasury_desktop.errors import Cancelled, Malformed, Refused, TreasuryError, Unavailable
from treasury_desktop.keys.encrypted_key import (
    ROLES,
    EncryptedKey,
    WrongPassphrase,
    checked_label,
    parse_encrypted_key,
)
from treasury_desktop.keys.frames import MAX_HEADER
from treasury_desktop.keys.workspace_json import read_workspace_table, workspace_table

JOB_FORMAT: Final = "treasury-desktop/job@1"
ANSWER_FORMAT: Final = "treasury-desktop/answer@1"
WRONG_PASSPHRASE: Final = "WRONG_PASSPHRASE"  # noqa: S105  a code in answers, not a passphrase
HASH_LENGTH: Final = 32

Fields = Mapping[str, JsonValue]
Source = Mapping[str, JsonSource]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignSafeTx:
    """Sign a Safe transaction; `already_signed` is what this owner signed for its nonce before.

    `acknowledged` are the codes of the dangers that the person read and named.
    """

    name: ClassVar[str] = "sign_safe_tx"
    key: EncryptedKey
    bundle: bytes
    reviewed_hash: bytes
    already_signed: bytes | None = None
    acknowledged: frozenset[str] = frozenset()
    workspace: WorkspaceFacts = NOTHING_KNOWN

    @property
    def fields(self) -> dict[str, JsonSource]:
        """The job as JSON members."""
        return {
            "key": self.key.text,
            "bundle": _base64(self.bundle),
            "reviewed_hash": _hex(self.reviewed_hash),
            "already_signed": None if self.already_signed is None else _hex(self.already_signed),
            "acknowledged": sorted(self.acknowledged),
            "workspace": workspace_table(self.workspace),
        }

    @classmethod
    def parse(cls, fields: Fields) -> "SignSafeTx":
        """The job that JSON members describe."""
        already = fields["already_signed"]
        return cls(
            key=parse_encrypted_key(_text(fields, "key")),
            bundle=_from_base64(fields, "bundle"),
            reviewed_hash=_hash(fields, "reviewed_hash"),
            already_signed=None if already is None else _hash(fields, "already_signed"),
            acknowledged=_texts(fields, "acknowledged"),
            workspace=read_workspace_table(fields["workspace"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SignExecution:
    """Sign the Ethereum transaction that executes a confirmed Safe transaction."""

    name: ClassVar[str] = "sign_execution"
    key: EncryptedKey
    bundle: bytes
    signatures: bytes
    transaction: ExecutionTransaction
    workspace: WorkspaceFacts = NOTHING_KNOWN

    @property
    def fields(self) -> dict[str, JsonSource]:
        """The job as JSON members; quantities are decimal text."""
        tx = self.transaction
        return {
            "key": self.key.text,
            "bundle": _base64(self.bundle),
            "signatures": _base64(self.signatures),
            "transaction": {
                "chain_id": str(tx.chain_id),
                "sender": str(tx.sender),
                "account_nonce": str(tx.account_nonce),
                "to": str(tx.to),
                "data": _base64(tx.data),
                "gas": str(tx.gas),
                "max_fee_per_gas": str(tx.max_fee_per_gas),
                "max_priority_fee_per_gas": str(tx.max_priority_fee_per_gas),
            },
            "workspace": workspace_table(self.workspace),
        }

    @classmethod
    def parse(cls, fields: Fields) -> "SignExecution":
        """The job that JSON members describe."""
        tx = fields["transaction"]
        if not isinstance(tx, dict):
            raise Malformed("job.transaction", "is an object")
        return cls(
            key=parse_encrypted_key(_text(fields, "key")),
            bundle=_from_base64(fields, "bundle"),
            signatures=_from_base64(fields, "signatures"),
            transaction=ExecutionTransaction(
                chain_id=_quantity(tx, "chain_id"),
                sender=Address.parse(_text(tx, "sender"), "job.sender"),
                account_nonce=_quantity(tx, "account_nonce"),
                to=Address.parse(_text(tx, "to"), "job.to"),
                data=_from_base64(tx, "data"),
                gas=_quantity(tx, "gas"),
                max_fee_per_gas=_quantity(tx, "max_fee_per_gas"),
                max_priority_fee_per_gas=_quantity(tx, "max_priority_fee_per_gas"),
            ),
            workspace=read_workspace_table(fields["workspace"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateKey:
    """Make a new random key and encrypt it."""

    name: ClassVar[str] = "create"
    label: str
    role: str

    @property
    def fields(self) -> dict[str, JsonSource]:
        """The job as JSON members."""
        return {"label": self.label, "role": self.role}

    @classmethod
    def parse(cls, fields: Fields) -> "CreateKey":
        """The job that JSON members describe."""
        return cls(label=checked_label(_text(fields, "label")), role=_role(fields))


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportDemonstration:
    """Encrypt a public account of the demonstration chain, which is not money."""

    name: ClassVar[str] = "import_demonstration"
    label: str
    role: str
    index: int
    chain_id: int

    @property
    def fields(self) -> dict[str, JsonSource]:
        """The job as JSON members."""
        return {
            "label": self.label,
            "role": self.role,
            "index": str(self.index),
            "chain_id": str(self.chain_id),
        }

    @classmethod
    def parse(cls, fields: Fields) -> "ImportDemonstration":
        """The job that JSON members describe."""
        return cls(
            label=checked_label(_text(fields, "label")),
            role=_role(fields),
            index=_quantity(fields, "index"),
            chain_id=_quantity(fields, "chain_id"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePassphrase:
    """Encrypt a key anew: its present passphrase comes first, the new one second."""

    name: ClassVar[str] = "change_passphrase"
    key: EncryptedKey

    @property
    def fields(self) -> dict[str, JsonSource]:
        """The job as JSON members."""
        return {"key": self.key.text}

    @classmethod
    def parse(cls, fields: Fields) -> "ChangePassphrase":
        """The job that JSON members describe."""
        return cls(key=parse_encrypted_key(_text(fields, "key")))


Job = SignSafeTx | SignExecution | CreateKey | ImportDemonstration | ChangePassphrase

_PARSERS: Final[dict[str, tuple[frozenset[str], Callable[[Fields], Job]]]] = {
    SignSafeTx.name: (
        frozenset(
            {"key", "bundle", "reviewed_hash", "already_signed", "acknowledged", "workspace"}
        ),
        SignSafeTx.parse,
    ),
    SignExecution.name: (
        frozenset({"key", "bundle", "signatures", "transaction", "workspace"}),
        SignExecution.parse,
    ),
    CreateKey.name: (frozenset({"label", "role"}), CreateKey.parse),
    ImportDemonstration.name: (
        frozenset({"label", "role", "index", "chain_id"}),
        ImportDemonstration.parse,
    ),
    ChangePassphrase.name: (frozenset({"key"}), ChangePassphrase.parse),
}


def job_text(job: Job, window: Source | None = None) -> bytes:
    """A job as it goes through the pipe; `window` says how to show it."""
    whole: dict[str, JsonSource] = {"format": JOB_FORMAT, "job": job.name, **job.fields}
    return canonical_json(whole if window is None else {**whole, "window": window})


def parse_job(text: bytes) -> tuple[Job, dict[str, JsonValue]]:
    """The job a text describes and its `window` member (empty if there is none)."""
    fields = _object(text, JOB_FORMAT)
    window = fields.pop("window", {})
    name = fields.pop("job", None)
    if not isinstance(name, str) or name not in _PARSERS or not isinstance(window, dict):
        raise Malformed("job", "is none that this version of the program knows")
    expected, parse = _PARSERS[name]
    if set(fields) != expected:
        raise Malformed("job", "has missing or unknown members")
    return parse(fields), window


def answer_text(answer: Source) -> bytes:
    """What a job led to, as it goes back through the pipe."""
    return canonical_json({"format": ANSWER_FORMAT, "answer": answer})


def failure_text(failure: TreasuryError) -> bytes:
    """A failure as it goes back through the pipe: its kind and its one sentence."""
    error: dict[str, JsonSource] = {"kind": _kind(failure), "sentence": failure.sentence}
    if isinstance(failure, WrongPassphrase):
        error["code"] = WRONG_PASSPHRASE
    if isinstance(failure, Malformed):
        error |= {"field": failure.field, "problem": failure.problem}
    return canonical_json({"format": ANSWER_FORMAT, "error": error})


def parse_answer(text: bytes) -> dict[str, JsonValue]:
    """What a job led to; a failure is raised as what it was on the other side."""
    fields = _object(text, ANSWER_FORMAT)
    answer, error = fields.get("answer"), fields.get("error")
    if isinstance(answer, dict):
        return answer
    if not isinstance(error, dict):
        raise Malformed("answer", "says neither what was done nor what failed")
    raise _failure(error)


def answered_bytes(answer: Fields, name: str) -> bytes:
    """Bytes in an answer."""
    try:
        return bytes.fromhex(_text(answer, name).removeprefix("0x"))
    except ValueError:
        raise Malformed(f"answer.{name}", "is not hex") from None


def _kind(failure: TreasuryError) -> str:
    kinds = ((Malformed, "malformed"), (Unavailable, "unavailable"), (Cancelled, "cancelled"))
    return next((name for kind, name in kinds if isinstance(failure, kind)), "refused")


def _failure(error: Fields) -> TreasuryError:
    sentence = _text(error, "sentence")
    if error.get("code") == WRONG_PASSPHRASE:
        return WrongPassphrase()
    match error.get("kind"):
        case "malformed":
            return Malformed(_text(error, "field"), _text(error, "problem"))
        case "unavailable":
            return Unavailable(sentence)
        case "cancelled":
            return Cancelled(sentence)
    return Refused(sentence)


def _object(text: bytes, format_name: str) -> dict[str, JsonValue]:
    fields = read_json_object(text, max_bytes=MAX_HEADER)
    if fields.pop("format", None) != format_name:
        raise Malformed("format", f'a message between our processes says "{format_name}"')
    return fields


def _text(fields: Fields, name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str):
        raise Malformed(f"job.{name}", "is text")
    return value


def _texts(fields: Fields, name: str) -> frozenset[str]:
    values = fields.get(name)
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise Malformed(f"job.{name}", "is a list of texts")
    return frozenset(str(value) for value in values)


def _role(fields: Fields) -> str:
    role = _text(fields, "role")
    if role not in ROLES:
        raise Malformed("job.role", "a key belongs to an owner or to an executor")
    return role


def _quantity(fields: Fields, name: str) -> int:
    text = _text(fields, name)
    if not text.isascii() or not text.isdigit() or int(text) >= 2**256:
        raise Malformed(f"job.{name}", "is a decimal uint256")
    return int(text)


def _hash(fields: Fields, name: str) -> bytes:
    try:
        value = bytes.fromhex(_text(fields, name).removeprefix("0x"))
    except ValueError:
        value = b""
    if len(value) != HASH_LENGTH:
        raise Malformed(f"job.{name}", "is a hash of 32 bytes")
    return value


def _from_base64(fields: Fields, name: str) -> bytes:
    try:
        return base64.b64decode(_text(fields, name), validate=True)
    except ValueError:
        raise Malformed(f"job.{name}", "is not base64") from None


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _hex(content: bytes) -> str:
    return "0x" + content.hex()
