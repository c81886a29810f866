"""The desk as pages know it (`windows.actions.Actions`); a test lays out its answers beforehand."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.samples import NOW, a_workspace, an_estimate
from tests.service_at_hand import ServiceAtHand
from treasury_desktop.assets.address import Address
from treasury_desktop.desk.account_movements import KnownOfMovements
from treasury_desktop.desk.doors import KeyLabel
from treasury_desktop.desk.draft_deployment import DeploymentRequest, Draft
from treasury_desktop.desk.fees import AgreedCost
from treasury_desktop.errors import Unavailable
from treasury_desktop.review.review import Review
from treasury_desktop.treasury.deny_list import NO_DENY_LISTS, DenyLists
from treasury_desktop.treasury.movement import Movement
from treasury_desktop.treasury.strategy import Strategy
from treasury_desktop.treasury.workspace import Endpoint, Workspace
from treasury_desktop.viewmodels.handing_over import Form
from treasury_desktop.viewmodels.movement_exports import ExportForm, exported
from treasury_desktop.windows.actions_of_exchange import Written
from treasury_desktop.windows.actions_of_unlocking import UnlockedKey


class UnlockingAtHand:
    """A key that is unlocked, or none; locking it is what it says."""

    def __init__(self, key: UnlockedKey | None = None) -> None:
        self.key = key
        self.why = ""
        self.on_changed: Callable[[], None] = lambda: None

    def unlocked(self) -> UnlockedKey | None:
        """As laid out."""
        return self.key

    def why_ended(self) -> str:
        """As laid out."""
        return self.why

    def lock(self) -> None:
        """Locked, and told."""
        self.change(None)

    def listen(self, on_changed: Callable[[], None]) -> None:
        """The one who is told."""
        self.on_changed = on_changed

    def change(self, key: UnlockedKey | None, why: str = "") -> None:
        """Another state, which is told."""
        self.key, self.why = key, why
        self.on_changed()


class DeskAtHand:
    """Answers each action with what was given under its name.

    An exception is raised, a function is called with the action's arguments, everything else is
    the answer; an action without one is unavailable. `asked` lists every call in order.
    """

    def __init__(self, workspace: Workspace | None = None, **answers: Any) -> None:
        self.workspace = a_workspace() if workspace is None else workspace
        self.answers: dict[str, Any] = {"now": NOW, **answers}
        self.asked: list[tuple[str, tuple[Any, ...]]] = []
        self.service: ServiceAtHand = self.answers.pop("service", ServiceAtHand())
        self.unlocking = UnlockingAtHand()
        self.denied: DenyLists = self.answers.pop("denied", NO_DENY_LISTS)

    def _answer(self, action: str, *arguments: Any) -> Any:
        self.asked.append((action, arguments))
        answer = self.answers.get(action, Unavailable(f"Nobody laid out an answer to {action}."))
        if isinstance(answer, Exception):
            raise answer
        return answer(*arguments) if callable(answer) else answer

    @property
    def workspace_changes(self) -> "WorkspaceAtHand":
        """What may be changed in the workspace's file."""
        return WorkspaceAtHand(self)

    @property
    def nested(self) -> "NestedAtHand":
        """What is done for Safes that are owners."""
        return NestedAtHand(self)

    @property
    def sending(self) -> "SendingAtHand":
        """Sending executions."""
        return SendingAtHand(self)

    def now(self) -> Any:
        """Unix seconds; `samples.NOW` unless told otherwise."""
        return self._answer("now")

    @property
    def messages(self) -> Any:
        """The desk's part for messages."""
        return self._answer("messages")

    def local_facts(self) -> Any:
        """Our own facts."""
        return self._answer("local_facts")

    def refresh(self) -> Any:
        """A refreshed treasury."""
        return self._answer("refresh")

    def movements(self) -> Any:
        """Movements as kept."""
        return self._answer("movements")

    def exported_movements(self, form: ExportForm, movements: tuple[Movement, ...]) -> str:
        """The real text, with nothing known beside the movements."""
        self.asked.append(("exported_movements", (form, movements)))
        return exported(form, movements, self.workspace, KnownOfMovements())

    def pool_series(self, pool: str, bucket_seconds: int) -> Any:
        """A pool's series."""
        return self._answer("pool_series", pool, bucket_seconds)

    def sync_pools(self, on_progress: object, is_cancelled: object) -> Any:
        """Nothing, after reading."""
        return self._answer("sync_pools", on_progress, is_cancelled)

    def pool_state(self, strategy: Strategy) -> Any:
        """How a pool stands."""
        return self._answer("pool_state", strategy)

    def draft(self, request: DeploymentRequest) -> Any:
        """A draft."""
        return self._answer("draft", request)

    def keep_draft(self, draft: Draft) -> Any:
        """A queued transaction."""
        return self._answer("keep_draft", draft)

    def draft_rejection(self, safe: object, nonce: int) -> Any:
        """A queued transaction."""
        return self._answer("draft_rejection", safe, nonce)

    def queue(self) -> Any:
        """The queue."""
        return self._answer("queue")

    def review(self, safe_tx_hash: bytes) -> Any:
        """A review."""
        return self._answer("review", safe_tx_hash)

    def import_file(self, path: Path) -> Any:
        """What was imported."""
        return self._answer("import_file", path)

    def import_text(self, text: str) -> Any:
        """What was imported."""
        return self._answer("import_text", text)

    def import_bytes(self, data: bytes) -> Any:
        """What was imported."""
        return self._answer("import_bytes", data)

    @property
    def exchange(self) -> "ExchangeAtHand":
        """Handing over and taking in."""
        return ExchangeAtHand(self._answer)

    @property
    def keys(self) -> "KeysAtHand":
        """The keys of this desk."""
        return KeysAtHand(self.answers, self._answer)

    def sign(self, review: Review, key: KeyLabel) -> Any:
        """A confirmation."""
        return self._answer("sign", review, key)


class WorkspaceAtHand:
    """Answers as its desk was told; what is kept is what the workspace says from then on."""

    def __init__(self, desk: DeskAtHand) -> None:
        self._desk = desk

    def keep_nodes(self, endpoints: tuple[Endpoint, ...]) -> Workspace:
        """The workspace with these nodes; refused where that was laid out."""
        self._desk.answers.setdefault("keep_nodes", None)
        self._desk._answer("keep_nodes", endpoints)
        self._desk.workspace = replace(self._desk.workspace, endpoints=endpoints)
        return self._desk.workspace

    def import_deny_list(self, path: Path, name: str, published: str) -> str:
        """As laid out."""
        return str(self._desk._answer("import_deny_list", path, name, published))


class KeysAtHand:
    """Answers as its desk was told."""

    def __init__(self, answers: dict[str, Any], answer: Callable[..., Any]) -> None:
        self._answers = answers
        self._answer = answer

    def all(self) -> Any:
        """The keys of this desk; none unless told otherwise."""
        return self._answer("keys")

    def troubles(self) -> Any:
        """No trouble unless told otherwise."""
        return self._answers.get("key_troubles", ())

    def offered(self) -> Any:
        """Nothing offered unless told otherwise, as in every workspace but the demonstration."""
        return self._answers.get("demonstration_keys", ())

    def import_offered(self, key: object) -> Any:
        """As told."""
        return self._answer("import_demonstration_key", key)

    def places(self) -> Any:
        """Where keys can be kept."""
        return self._answer("key_places")

    def choose_encrypted_file(self) -> Any:
        """Nothing."""
        return self._answer("choose_encrypted_file")

    def create(self, label: str, role: str) -> Any:
        """A key's label."""
        return self._answer("create_key", label, role)

    def import_words(self, label: str, role: str) -> Any:
        """A key's label."""
        return self._answer("import_words", label, role)

    def import_private_key(self, label: str, role: str) -> Any:
        """A key's label."""
        return self._answer("import_private_key", label, role)

    def import_keystore(self, label: str, role: str, path: Path) -> Any:
        """A key's label."""
        return self._answer("import_keystore", label, role, path)

    def export_keystore(self, key: KeyLabel, path: Path) -> Any:
        """Nothing, after writing."""
        return self._answer("export_keystore", key, path)

    def rename(self, key: KeyLabel, label: str) -> Any:
        """A key's label."""
        return self._answer("rename_key", key, label)

    def change_passphrase(self, key: KeyLabel) -> Any:
        """A key's label."""
        return self._answer("change_passphrase", key)

    def watch(self, label: str, address: str) -> Any:
        """A watched owner."""
        return self._answer("watch_owner", label, address)

    def remove(self, key: KeyLabel) -> Any:
        """Nothing."""
        return self._answer("remove_key", key)


class SendingAtHand:
    """Answers as its desk was told, under the names of what is asked."""

    def __init__(self, desk: DeskAtHand) -> None:
        self._desk = desk

    def estimate(self, safe_tx_hash: bytes, executor: KeyLabel) -> Any:
        """A cost; a sample one unless told otherwise."""
        self._desk.answers.setdefault("estimate", an_estimate())
        return self._desk._answer("estimate", safe_tx_hash, executor)

    def execute(self, safe_tx_hash: bytes, executor: KeyLabel, agreed: AgreedCost) -> Any:
        """A receipt."""
        return self._desk._answer("execute", safe_tx_hash, executor, agreed)

    def waiting(self, safe_tx_hash: bytes) -> Any:
        """What is on its way."""
        return self._desk._answer("waiting", safe_tx_hash)

    def estimate_replacement(self, safe_tx_hash: bytes, *, cancels: bool) -> Any:
        """A cost; a sample one unless told otherwise."""
        self._desk.answers.setdefault("estimate_replacement", an_estimate())
        return self._desk._answer("estimate_replacement", safe_tx_hash, cancels)

    def replace_sending(self, safe_tx_hash: bytes, agreed: AgreedCost, *, cancels: bool) -> Any:
        """A receipt."""
        return self._desk._answer("replace_sending", safe_tx_hash, agreed, cancels)


class ExchangeAtHand:
    """The part that speaks with other desks; a series of codes goes on whatever was laid out."""

    def __init__(self, answer: Callable[..., Any]) -> None:
        self._answer = answer

    def write(
        self, safe_tx_hash: bytes, form: Form, *, owner: object = None, base: str = ""
    ) -> Any:
        """What was written."""
        return self._answer("write", safe_tx_hash, form, owner, base)

    def next_codes(self, written: Written, count: int) -> Any:
        """The next codes."""
        return tuple(itertools.islice(written.codes, count))

    def save_text(self, written: Written, path: Path) -> Any:
        """Nothing, after writing."""
        return self._answer("save_text", written, path)

    def save_codes(self, written: Written, path: Path) -> Any:
        """The files."""
        return self._answer("save_codes", written, path)

    def import_several(self, things: object, on_progress: object, is_cancelled: object) -> Any:
        """What came of each."""
        return self._answer("import_several", things, on_progress, is_cancelled)


class NestedAtHand:
    """Answers as its desk was told, under the names `draft_approval` and `sign_for_nested`."""

    def __init__(self, desk: DeskAtHand) -> None:
        self._desk = desk

    def draft_approval(self, safe_tx_hash: bytes, inner: Address) -> Any:
        """A queued transaction."""
        return self._desk._answer("draft_approval", safe_tx_hash, inner)

    def sign(self, review: Review, inner: Address, key: KeyLabel) -> Any:
        """A signature inside a Safe."""
        return self._desk._answer("sign_for_nested", review, inner, key)
