"""One open desk: a workspace folder with its stores, its node and its keys, as pages know it.

Nothing heavy is imported before it is needed: the node (web3, 0.8 s) when it is first asked, DuckDB
when a chart is opened, the key ring when keys are looked at.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from treasury_desktop.application.chain_answers import ChainAnswers
from treasury_desktop.application.desk_keys import DeskKeys
from treasury_desktop.application.incoming import Ours, bundle_bytes_in, signatures_in
from treasury_desktop.application.nested_safes import NestedSafes
from treasury_desktop.application.sending_desk import SendingDesk
from treasury_desktop.application.unlocking import DeskUnlocking
from treasury_desktop.application.while_asked import Store, while_asked
from treasury_desktop.application.workspace_desk import WorkspaceDesk
from treasury_desktop.assets.address import Address
from treasury_desktop.bundle import Bundle
from treasury_desktop.deployments.venues.aave_v3 import lending_pool
from treasury_desktop.desk.ask_the_chain import (
    ask_the_chain,
    with_answer,
    with_answers,
)
from treasury_desktop.desk.beside import Beside
from treasury_desktop.desk.collect_confirmations import collect_waiting
from treasury_desktop.desk.collect_message_signatures import collect_waiting_messages
from treasury_desktop.desk.deployed_lately import deployed_lately
from treasury_desktop.desk.doors import IsCancelled, KeyLabel, OnProgress
from treasury_desktop.desk.draft_deployment import (
    DeploymentRequest,
    Draft,
    VenueState,
    draft_deployment,
)
from treasury_desktop.desk.draft_rejection import draft_rejection
from treasury_desktop.desk.find_tokens import with_unlisted
from treasury_desktop.desk.import_signatures import ImportedSignatures, import_signatures
from treasury_desktop.desk.import_transaction import Imported, import_transaction, queued_from
from treasury_desktop.desk.local_facts import local_facts
from treasury_desktop.desk.record_movements import record_movements
from treasury_desktop.desk.refresh_treasury import (
    Refreshed,
    queue_of,
    refresh_treasury,
    settle_contradicted,
    settle_passed_nonces,
    settle_sent,
)
from treasury_desktop.desk.review_transaction import review_queued
from treasury_desktop.desk.sign_transaction import sign_transaction
from treasury_desktop.desk.sync_pools import sync_pools
from treasury_desktop.errors import Refused, Unavailable
from treasury_desktop.files.bundle_file import read_bundle_file
from treasury_desktop.files.deny_list_file import read_deny_lists
from treasury_desktop.files.workspace_file import read_workspace
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.review.review import Review
from treasury_desktop.safes.confirmation import Confirmation
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.safes.safe import Safe
from treasury_desktop.store.records import RecordStore, open_records, open_records_to_read
from treasury_desktop.treasury.deny_list import DenyListFile, DenyLists
from treasury_desktop.treasury.movement import Movement
from treasury_desktop.treasury.snapshot import TreasurySnapshot
from treasury_desktop.treasury.strategy import Strategy
from treasury_desktop.treasury.workspace import Endpoint, Workspace
from treasury_desktop.windows.actions_of_keys import DemonstrationKey

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from treasury_desktop.application.exchange import Exchange
    from treasury_desktop.application.message_desk import MessageDesk
    from treasury_desktop.application.service_desk import ServiceDesk
    from treasury_desktop.chain.node import Node
    from treasury_desktop.keys.signer_process import SignerProcess, WindowWish
    from treasury_desktop.pools.history import PoolSeries
    from treasury_desktop.pools.pool import PoolState
    from treasury_desktop.store.histories import HistoryStore
    from treasury_desktop.viewmodels.movement_exports import ExportForm

OTHER_NODES = "other nodes are named now"


class OpenDesk:
    """A workspace that is open; keeps the Protocol `windows.actions.Actions`."""

    def __init__(
        self,
        folder: Path,
        *,
        endpoints: tuple[Endpoint, ...] = (),
        offered_keys: tuple[DemonstrationKey, ...] = (),
        key_profile: str = "",
        clock: Callable[[], int] = lambda: int(time.time()),
        wish: "WindowWish | None" = None,
    ) -> None:
        self.folder = folder
        self._workspace = read_workspace(folder)
        self.workspace_changes = WorkspaceDesk(self, self._workspace)
        if endpoints:
            self._workspace = replace(self._workspace, endpoints=endpoints)
        self._denied = read_deny_lists(folder, self._workspace.deny_lists)
        self._clock = clock
        self._troubles: tuple[str, ...] = ()
        self._unkept: TreasurySnapshot | None = None
        self._records = self._open_records()
        self._lock = threading.RLock()
        self._keeping = threading.RLock()
        self._node: Node | None = None
        self._histories: HistoryStore | None = None
        self._service: ServiceDesk | None = None
        self.keys = DeskKeys(
            folder,
            chain_id=self._workspace.chain.chain_id,
            signed_hash_for=self._records.signed_hash_for,
            profile=key_profile,
            offered=offered_keys,
            wish=wish,
        )
        self._answers = ChainAnswers()

    def _open_records(self) -> RecordStore:
        """The records to write, or to look at where the folder cannot be written."""
        try:
            return open_records(self.folder)
        except Unavailable as failure:
            records = open_records_to_read(self.folder)
            self._troubles = (
                f"{failure.sentence} This desk shows what is kept and changes nothing.",
            )
            return records

    # ── at once ──────────────────────────────────────────────────────────────────────────────────

    @property
    def workspace(self) -> Workspace:
        """The workspace that is open."""
        return self._workspace

    @property
    def records(self) -> RecordStore:
        """The desk's records."""
        return self._records

    @property
    def messages(self) -> "MessageDesk":
        """Messages of the treasury's Safes."""
        from treasury_desktop.application.message_desk import (  # noqa: PLC0415  when first asked
            MessageDesk,
        )

        return MessageDesk(self)

    @property
    def troubles(self) -> tuple[str, ...]:
        """What the person has to know about the records before anything else."""
        damaged = self._records.damaged_snapshots(self._workspace.chain.chain_id)
        left_out = (
            sentence
            for safe in self._workspace.safes
            for sentence in (
                *self._records.damaged_transactions(safe.address),
                *self._records.damaged_messages(safe.address),
            )
        )
        return (*self._troubles, *damaged, *left_out)

    def examine_records(self) -> tuple[str, ...]:
        """What else is wrong with the records; all of them are read, so ask beside other work."""
        return (
            *self._records.problems(),
            *self._records.damaged_movements(self._workspace.chain.chain_id),
        )

    @property
    def nested(self) -> NestedSafes:
        """What is done for Safes that are owners."""
        return NestedSafes(self, self.signer, self._ask_the_chain)

    @property
    def unlocking(self) -> DeskUnlocking:
        """The key that is unlocked for a while, if one is."""
        return self.keys.unlocking

    @property
    def sending(self) -> SendingDesk:
        """What is done to send executions."""
        return SendingDesk(self)

    def _ask_the_chain(self) -> None:
        """What the chain says now of signatures that nobody else can verify."""
        from treasury_desktop.chain.confirmation_reader import (  # noqa: PLC0415  loads web3
            ConfirmationReader,
        )

        asked_in, snapshot = self._answers.round, self.snapshot()
        if snapshot is not None:
            reader = ConfirmationReader(self.open_node())
            said = ask_the_chain(reader, self.queue(), snapshot.safes)
            self._answers.keep(said, asked_in)

    def now(self) -> int:
        """Unix seconds."""
        return self._clock()

    def snapshot(self) -> TreasurySnapshot | None:
        """The newest snapshot: the one kept, or one that could be read and not kept."""
        if self._unkept is not None:
            return self._unkept
        return self._records.latest_snapshot(self._workspace.chain.chain_id)

    def local_facts(self) -> LocalFacts:
        """What this desk knows itself."""
        snapshot = self.snapshot()
        return local_facts(self._workspace, snapshot, self.queue(), self.beside(snapshot))

    def beside(self, snapshot: TreasurySnapshot | None) -> Beside:
        """What a review goes by besides: deployments of the policy's window, and deny-lists."""
        return Beside(
            deployed=deployed_lately(self._records, self._workspace, snapshot),
            denied=self._denied,
        )

    def use_deny_lists(self, files: tuple[DenyListFile, ...]) -> None:
        """Refuse whoever stands on these lists from now on."""
        denied = read_deny_lists(self.folder, files)
        with self._lock:
            self._workspace = replace(self._workspace, deny_lists=files)
            self._denied = denied

    @property
    def denied(self) -> DenyLists:
        """The deny-lists as they were read."""
        return self._denied

    def use_endpoints(self, endpoints: tuple[Endpoint, ...]) -> None:
        """Ask these nodes from now on; the demonstration's chain has another port at each start."""
        with self._keeping, self._lock:
            node, self._node = self._node, None
            self._workspace = replace(self._workspace, endpoints=endpoints)
        self._answers.forget()
        if node is not None:
            node.hang_up(OTHER_NODES)
            node.close()

    def _while_asked(self, store: Store, node: "Node") -> Store:
        """A store that takes no answers of this node once others are named."""
        return while_asked(store, self._keeping, lambda: self._require_asked(node))

    def _require_asked(self, node: "Node") -> None:
        if self._node is not node:
            raise Unavailable(f"The nodes of before are not asked any more: {OTHER_NODES}.")

    @property
    def service(self) -> "ServiceDesk":
        """The optional Safe Transaction Service; off until somebody turns it on."""
        from treasury_desktop.application.service_desk import ServiceDesk  # noqa: PLC0415  optional

        with self._lock:
            if self._service is None:
                self._service = ServiceDesk(
                    self._records,
                    safes=self._safes_as_read,
                    labels=self.keys.all,
                    open_keys=self.keys.open_service_keys,
                    key_place=self.keys.service_key_place,
                    clock=self._clock,
                )
            return self._service

    def _safes_as_read(self) -> tuple[Safe, ...]:
        snapshot = self.snapshot()
        ours = {named.address for named in self._workspace.safes}
        read = () if snapshot is None else snapshot.safes
        return tuple(safe for safe in read if safe.address in ours)

    # ── looking ──────────────────────────────────────────────────────────────────────────────────

    def refresh(self) -> Refreshed:
        """Read the treasury, record movements, settle what was executed meanwhile.

        A desk that can keep nothing shows the new figures all the same.
        """
        from treasury_desktop.chain.broadcaster import Broadcaster  # noqa: PLC0415  loads web3
        from treasury_desktop.chain.movement_reader import (  # noqa: PLC0415  loads web3
            MovementReader,
        )
        from treasury_desktop.chain.token_finder import TokenFinder  # noqa: PLC0415  loads web3
        from treasury_desktop.chain.treasury_reader import (  # noqa: PLC0415  loads web3
            TreasuryReader,
        )

        self._answers.forget()  # without a node nobody knows what the chain said before
        node = self.open_node()
        if self._records.is_read_only:
            read = TreasuryReader(node).read(self._workspace)
            before = self._records.latest_snapshot(read.chain_id)
            unkept = with_unlisted(TokenFinder(node), self._records, self._workspace, read, before)
            with self._keeping:
                self._require_asked(node)
                self._unkept = unkept
            self._ask_the_chain()
            return Refreshed(snapshot=unkept, queue=self.queue())
        records = self._while_asked(self._records, node)
        refreshed = refresh_treasury(
            TreasuryReader(node), records, self._workspace, TokenFinder(node)
        )
        for safe in refreshed.snapshot.safes:
            collect_waiting(records, safe)  # signatures that came before their owners
            collect_waiting_messages(records, safe)
        movements = record_movements(
            MovementReader(node), records, self._workspace, refreshed.snapshot
        )
        broadcaster = Broadcaster(node)
        settle_sent(broadcaster, records, self._workspace, now=self.now())
        settle_passed_nonces(records, refreshed.snapshot, movements)
        settle_contradicted(broadcaster, records, refreshed)
        self._ask_the_chain()
        return replace(refreshed, queue=self.queue())

    def movements(self) -> tuple[Movement, ...]:
        """Movements as kept, newest first."""
        return self._records.movements(self._workspace.chain.chain_id)

    def exported_movements(self, form: "ExportForm", movements: tuple[Movement, ...]) -> str:
        """Movements as a text for another program, with what the records know of them."""
        from treasury_desktop.desk.account_movements import (  # noqa: PLC0415  for exports only
            known_of_movements,
        )
        from treasury_desktop.viewmodels.movement_exports import exported  # noqa: PLC0415  as above

        known = known_of_movements(self._records, self._workspace, movements)
        return exported(form, movements, self._workspace, known)

    def pool_series(self, pool: str, bucket_seconds: int) -> "PoolSeries":
        """A pool's series as kept."""
        return self._open_histories().pool_series(
            self._workspace.chain.chain_id, Address.parse(pool), bucket_seconds=bucket_seconds
        )

    def sync_pools(self, on_progress: OnProgress, is_cancelled: IsCancelled) -> None:
        """Read pool events up to the newest block."""
        from treasury_desktop.chain.pool_reader import PoolReader  # noqa: PLC0415  loads web3

        node = self.open_node()
        sync_pools(
            PoolReader(node),
            self._while_asked(self._open_histories(), node),
            self._workspace,
            on_progress=on_progress,
            is_cancelled=is_cancelled,
        )

    def pool_state(self, strategy: Strategy) -> "PoolState":
        """A strategy's pool as it is now."""
        from treasury_desktop.chain.venue_reader import VenueReader  # noqa: PLC0415  loads web3

        if strategy.pool is None:
            raise Refused(f"{strategy.name} has no pool.")
        return VenueReader(self.open_node()).pool_state(strategy.pool)

    # ── deploying ────────────────────────────────────────────────────────────────────────────────

    def draft(self, request: DeploymentRequest) -> Draft:
        """A drafted and reviewed deployment; keeps nothing."""
        snapshot = self.snapshot()
        if snapshot is None:
            raise Unavailable("The treasury has not been read yet; refresh first.")
        return draft_deployment(
            request,
            self._venue_state(request),
            self._workspace,
            snapshot,
            self.queue(),
            beside=self.beside(snapshot),
        )

    def _venue_state(self, request: DeploymentRequest) -> VenueState:
        from treasury_desktop.chain.venue_reader import VenueReader  # noqa: PLC0415  loads web3

        reader = VenueReader(self.open_node())
        strategy = request.strategy
        if strategy.venue == "erc4626" and strategy.contracts:
            (amount,) = request.amounts
            shares = reader.expected_shares(strategy.contracts[0], amount.base_units)
            return VenueState(expected_shares=shares)
        pool = lending_pool(strategy)
        if pool is not None and strategy.asset is not None:
            return VenueState(reserve=reader.reserve(pool, strategy.asset))
        if strategy.pool is not None:
            return VenueState(sqrt_price_x96=reader.pool_state(strategy.pool).sqrt_price_x96)
        return VenueState()

    def keep_draft(self, draft: Draft) -> QueuedTransaction:
        """Put a draft into the queue; a draft that blocks stays a draft."""
        if draft.review.blocks:
            raise Refused(f"It cannot go into the queue: {draft.review.blocks[0].sentence}")
        return self._kept_draft(draft.bundle)

    def draft_rejection(self, safe: Address, nonce: int) -> QueuedTransaction:
        """Put the rejection of a nonce into the queue."""
        snapshot = self.snapshot()
        if snapshot is None:
            raise Unavailable("The treasury has not been read yet; refresh first.")
        bundle = draft_rejection(safe, nonce, self._workspace, snapshot, self.queue())
        return self._kept_draft(bundle)

    def _kept_draft(self, bundle: Bundle) -> QueuedTransaction:
        now = self.now()
        queued = queued_from(bundle, now=now, drafted_here=True)
        self._records.keep_transaction(queued)
        self._records.note("drafted", {"safe_tx_hash": "0x" + queued.safe_tx_hash.hex()}, now)
        return queued

    # ── queue and review ─────────────────────────────────────────────────────────────────────────

    def queue(self) -> tuple[QueuedTransaction, ...]:
        """Every transaction kept, by nonce."""
        return with_answers(queue_of(self._records, self._workspace), self._answers.said)

    def review(self, safe_tx_hash: bytes) -> Review:
        """The review of a queued transaction by our own facts."""
        queued = self._records.transaction(safe_tx_hash)
        if queued is None:
            raise Refused("This transaction is not in the queue.")
        return review_queued(with_answer(queued, self._answers.said), self.local_facts())

    def import_file(self, path: Path) -> Imported:
        """Import a bundle, another program's file, or a picture of a QR code."""
        return self.import_bytes(read_bundle_file(path))

    def import_text(self, text: str) -> Imported:
        """Import a pasted bundle, link or UR."""
        return self.import_bytes(text.encode("utf-8", "surrogatepass"))

    def import_bytes(self, data: bytes) -> Imported:
        """Import what was sent, completed by what this workspace knows; signatures alone too."""
        came = self._import_one(data)
        return came if isinstance(came, Imported) else self._of_one_transaction(came)

    def _import_one(self, data: bytes) -> Imported | ImportedSignatures:
        snapshot = self.snapshot()
        signatures = signatures_in(data)
        if signatures is not None:
            return import_signatures(
                signatures, self._records, self._workspace, snapshot, now=self.now()
            )
        ours = Ours(workspace=self._workspace, snapshot=snapshot, queue=self.queue())
        bundle, remarks = bundle_bytes_in(data, ours)
        imported = import_transaction(
            bundle, self._records, self._workspace, snapshot, now=self.now()
        )
        return replace(imported, remarks=remarks)

    def _of_one_transaction(self, came: ImportedSignatures) -> Imported:
        """What signatures without their transaction came to; refused where it is not here."""
        known = [one for one in came.safe_tx_hashes if self._records.transaction(one) is not None]
        if len(known) != 1:
            raise Refused(" ".join(came.told) or "The signatures are of several transactions.")
        return Imported(
            safe_tx_hash=known[0],
            was_known=True,
            new_confirmations=came.new_confirmations,
            quarantined=came.quarantined,
            remarks=came.told,
        )

    @property
    def exchange(self) -> "Exchange":
        """Handing over and taking in without a server."""
        from treasury_desktop.application.exchange import Exchange  # noqa: PLC0415  when first asked

        return Exchange(
            transaction=self._answered,
            local_facts=self.local_facts,
            import_one=self._import_one,
        )

    def _answered(self, safe_tx_hash: bytes) -> QueuedTransaction | None:
        """A queued transaction with what the chain said of its signatures."""
        queued = self._records.transaction(safe_tx_hash)
        return None if queued is None else with_answer(queued, self._answers.said)

    # ── signing and executing ────────────────────────────────────────────────────────────────────

    def sign(self, review: Review, key: KeyLabel) -> Confirmation:
        """Sign what was reviewed; blocks while the person types."""
        with self.signer() as signer:
            return sign_transaction(
                review, self.local_facts(), key, signer, self._records, now=self.now()
            )

    def signer(self) -> "AbstractContextManager[SignerProcess]":
        """A signer for one act with a key."""
        return self.keys.signer()

    # ── doors, opened when first needed ──────────────────────────────────────────────────────────

    def open_node(self) -> "Node":
        """The nodes of this workspace, as one source of answers."""
        from treasury_desktop.chain.node import Node  # noqa: PLC0415  loads web3

        with self._lock:
            if not self._workspace.endpoints:
                raise Unavailable("No node is named in this workspace; name one to go online.")
            if self._node is None:
                self._node = Node(self._workspace.endpoints, self._workspace.chain.chain_id)
            return self._node

    def _open_histories(self) -> "HistoryStore":
        from treasury_desktop.store.histories import HistoryStore  # noqa: PLC0415  for charts only

        with self._lock:
            if self._histories is None:
                self._histories = HistoryStore(self.folder)
            return self._histories

    def hang_up(self) -> None:
        """End every conversation with a node, whoever waits for an answer: the desk closes."""
        self.stop_service()
        node = self._node
        if node is not None:
            node.hang_up()

    def stop_service(self) -> None:
        """End every conversation with the Safe Transaction Service, if there is any."""
        if self._service is not None:
            self._service.stop()

    def close(self) -> None:
        """Close node and stores; the desk is of no use afterwards."""
        self.keys.unlocking.close()
        with self._lock:
            if self._node is not None:
                self._node.close()
            if self._histories is not None:
                self._histories.close()
        self._records.close()
