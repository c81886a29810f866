"""What the window's process may ask of the secret-entry and signer processes, and the answers.

One JSON object each way, with a version of its own. The secret-entry process passes the same job on
to the signer, so what it shows and what is signed come from the same bytes. A `window` member says
how to show the job and is not passed on.

Every job says how many secrets the signer `takes` for it, the last number being that of the whole
job, and with which members it `answers` then: nothing else reaches the window's process.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from treasury_desktop.assets.strict_json import (
    JsonSource,
    JsonValue,
    canonical_json,
    read_json_object,
)
from treasury_desktop.desk.doors import NOTHING_KNOWN, ExecutionTransaction, WorkspaceFacts
from treasury_desktop.errors import Cancelled, Malformed, Refused, TreasuryError, Unavailable
from treasury_desktop.keys.cancellation_job import SignCancellation
from treasury_desktop.keys.encrypted_key import EncryptedKey, WrongPassphrase, parse_encrypted_key
from treasury_desktop.keys.execution_fields import execution_table, read_execution_table
from treasury_desktop.keys.frames import MAX_HEADER
from treasury_desktop.keys.job_fields import (
    Fields,
    base64_text,
    bytes_of,
    hash_of,
    hex_text,
    text_of,
    texts_of,
)
from treasury_desktop.keys.key_jobs import (
    ChangePassphrase,
    CreateKey,
    ExportKeystore,
    ImportDemonstration,
    ImportKeystore,
    ImportPrivateKey,
    ImportWords,
    RenameKey,
)
from treasury_desktop.keys.message_job import SignMessage
from treasury_desktop.keys.nested_job import SignForNested
from treasury_desktop.keys.workspace_json import read_workspace_table, workspace_table

JOB_FORMAT: Final = "treasury-desktop/job@1"
ANSWER_FORMAT: Final = "treasury-desktop/answer@1"
WRONG_PASSPHRASE: Final = "WRONG_PASSPHRASE"  # noqa: S105  a code in answers, not a passphrase

Source = Mapping[str, JsonSource]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignSafeTx:
    """Sign a Safe transaction; `already_signed` is what this owner signed for its nonce before.

    `acknowledged` are the codes of the dangers that the person read and named.
    """

    name: ClassVar[str] = "sign_safe_tx"
    takes: ClassVar[tuple[int, ...]] = (1,)
    answers: ClassVar[frozenset[str]] = frozenset({"signature", "safe_tx_hash"})
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
            "bundle": base64_text(self.bundle),
            "reviewed_hash": hex_text(self.reviewed_hash),
            "already_signed": None
            if self.already_signed is None
            else hex_text(self.already_signed),
            "acknowledged": sorted(self.acknowledged),
            "workspace": workspace_table(self.workspace),
        }

    @classmethod
    def parse(cls, fields: Fields) -> "SignSafeTx":
        """The job that JSON members describe."""
        already = fields["already_signed"]
        return cls(
            key=parse_encrypted_key(text_of(fields, "key")),
            bundle=bytes_of(fields, "bundle"),
            reviewed_hash=hash_of(fields, "reviewed_hash"),
            already_signed=None if already is None else hash_of(fields, "already_signed"),
            acknowledged=texts_of(fields, "acknowledged"),
            workspace=read_workspace_table(fields["workspace"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SignExecution:
    """Sign the Ethereum transaction that executes a confirmed Safe transaction.

    `replaces` are the raw bytes of the same with lower fees; empty where nothing is replaced.
    """

    name: ClassVar[str] = "sign_execution"
    takes: ClassVar[tuple[int, ...]] = (1,)
    answers: ClassVar[frozenset[str]] = frozenset({"raw_transaction"})
    key: EncryptedKey
    bundle: bytes
    signatures: bytes
    transaction: ExecutionTransaction
    replaces: bytes = b""
    workspace: WorkspaceFacts = NOTHING_KNOWN

    @property
    def fields(self) -> dict[str, JsonSource]:
        """The job as JSON members; quantities are decimal text."""
        return {
            "key": self.key.text,
            "bundle": base64_text(self.bundle),
            "signatures": base64_text(self.signatures),
            "transaction": execution_table(self.transaction),
            "replaces": base64_text(self.replaces),
            "workspace": workspace_table(self.workspace),
        }

    @classmethod
    def parse(cls, fields: Fields) -> "SignExecution":
        """The job that JSON members describe."""
        return cls(
            key=parse_encrypted_key(text_of(fields, "key")),
            bundle=bytes_of(fields, "bundle"),
            signatures=bytes_of(fields, "signatures"),
            transaction=read_execution_table(fields["transaction"]),
            replaces=bytes_of(fields, "replaces"),
            workspace=read_workspace_table(fields["workspace"]),
        )


Job = (
    SignSafeTx
    | SignForNested
    | SignMessage
    | SignExecution
    | SignCancellation
    | CreateKey
    | ImportWords
    | ImportPrivateKey
    | ImportKeystore
    | ImportDemonstration
    | ExportKeystore
    | RenameKey
    | ChangePassphrase
)

_PARSERS: Final[dict[str, tuple[frozenset[str], Callable[[Fields], Job]]]] = {
    kind.name: (frozenset(members.split()), kind.parse)
    for kind, members in (
        (SignSafeTx, "key bundle reviewed_hash already_signed acknowledged workspace"),
        (
            SignForNested,
            "key bundle reviewed_hash inner already_signed acknowledged workspace",
        ),
        (SignMessage, SignMessage.members),
        (SignExecution, "key bundle signatures transaction replaces workspace"),
        (SignCancellation, SignCancellation.members),
        (CreateKey, "label role"),
        (ImportWords, "label role"),
        (ImportPrivateKey, "label role"),
        (ImportKeystore, "label role keystore"),
        (ImportDemonstration, "label role index chain_id"),
        (ExportKeystore, "key"),
        (RenameKey, "key label"),
        (ChangePassphrase, "key"),
    )
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


def answer_text(answer: Source, unlocked: int = 0) -> bytes:
    """What a job led to, as it goes back through the pipe.

    `unlocked` says for how many seconds the process will answer more jobs for the same key.
    """
    whole: dict[str, JsonSource] = {"format": ANSWER_FORMAT, "answer": answer}
    return canonical_json({**whole, "unlocked": unlocked} if unlocked else whole)


def failure_text(failure: TreasuryError, wrong_passphrases: int = 0) -> bytes:
    """A failure as it goes back through the pipe: its kind, its one sentence, and wrong tries."""
    error: dict[str, JsonSource] = {"kind": _kind(failure), "sentence": failure.sentence}
    if wrong_passphrases:
        error["wrong_passphrases"] = wrong_passphrases
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


def wrong_passphrases_in(text: bytes) -> int:
    """How many passphrases did not open the key before an answer failed."""
    error = _object(text, ANSWER_FORMAT).get("error")
    return _count_in(error if isinstance(error, dict) else {}, "wrong_passphrases")


def unlocked_seconds_in(text: bytes) -> int:
    """For how many seconds the process that answered keeps the key unlocked; often none."""
    return _count_in(_object(text, ANSWER_FORMAT), "unlocked")


def _count_in(fields: Fields, name: str) -> int:
    count = fields.get(name, 0)
    return count if isinstance(count, int) and not isinstance(count, bool) else 0


def answered_bytes(answer: Fields, name: str) -> bytes:
    """Bytes in an answer."""
    try:
        return bytes.fromhex(text_of(answer, name).removeprefix("0x"))
    except ValueError:
        raise Malformed(f"answer.{name}", "is not hex") from None


def _kind(failure: TreasuryError) -> str:
    kinds = ((Malformed, "malformed"), (Unavailable, "unavailable"), (Cancelled, "cancelled"))
    return next((name for kind, name in kinds if isinstance(failure, kind)), "refused")


def _failure(error: Fields) -> TreasuryError:
    sentence = text_of(error, "sentence")
    if error.get("code") == WRONG_PASSPHRASE:
        return WrongPassphrase()
    match error.get("kind"):
        case "malformed":
            return Malformed(text_of(error, "field"), text_of(error, "problem"))
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
