"""The job, step by step: look, deploy, review, sign, let the cosigner sign, execute, look again."""

import json
import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from treasury_desktop.application import demonstration
from treasury_desktop.application.demonstration import NODE_NAME, DemonstrationFolders
from treasury_desktop.application.open_desk import OpenDesk
from treasury_desktop.application.window import DeskWindow, started_application
from treasury_desktop.chain.node import Node
from treasury_desktop.chain.safe_reader import SafeReader
from treasury_desktop.desk.doors import Receipt
from treasury_desktop.desk.draft_deployment import Draft
from treasury_desktop.errors import TreasuryError
from treasury_desktop.keys.signer_process import WindowWish
from treasury_desktop.safes.lifecycle import State
from treasury_desktop.tour.driver import Driver, StepFailed, let_live
from treasury_desktop.treasury.snapshot import TreasurySnapshot
from treasury_desktop.treasury.workspace import Endpoint
from treasury_desktop.windows.deploy.page import DeployPage
from treasury_desktop.windows.errands import Errands
from treasury_desktop.windows.export.page import ExportPage
from treasury_desktop.windows.heartbeat import Heartbeat
from treasury_desktop.windows.keys.page import KeysPage
from treasury_desktop.windows.queue.page import QueuePage
from treasury_desktop.windows.review.page import ReviewPage
from treasury_desktop.windows.sign.page import SignPage

SHARES = ("12%", "7%", "4%")
EXPECTED = {"4%": "within", "7%": "above advice", "12%": "refused"}
WIDTH, HEIGHT = 1280, 800


class Journey:
    """One tour: its folder, its findings for tour.json, and everything it opened."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pictures: list[str] = []
        self._told: dict[str, Any] = {"judgements": {}, "screenshots": self._pictures}
        self._seconds: dict[str, float] = {}
        self._open_windows: list[Driver] = []
        self._opened = ExitStack()
        self._heartbeat = Heartbeat()

    def run(self) -> str:
        """Everything; the sentence of what failed, or "". tour.json is written either way."""
        failure = ""
        with self._opened:
            try:
                self._all_steps()
            except TreasuryError as failed:
                failure = failed.sentence
            finally:
                for driver in tuple(self._open_windows):
                    self._close(driver)
        self._told["seconds"] = {name: round(took, 3) for name, took in self._seconds.items()}
        self._told["failure"] = failure or None
        text = json.dumps(self._told, indent=2, sort_keys=True) + "\n"
        (self._folder / "tour.json").write_text(text, encoding="utf-8")
        return failure

    def _all_steps(self) -> None:
        folders = self._built()
        endpoint = self._living(folders)
        first = self._opened_desk(folders, endpoint, as_second_signer=False)
        driver = self._opened_window(first)
        self._heartbeat.start()
        self._refresh(driver)
        self._choose_key_place(first)
        self._told["holdings_before"] = _holdings(driver)
        self._look_around(driver)
        self._take_in_keys(driver)
        safe_tx_hash = self._deploy(driver)
        with driver.uncounted():
            self._compare_with_contract(first, safe_tx_hash)
        self._review_the_hostile_one(driver)
        self._sign(driver, safe_tx_hash)
        self._cosign(driver, folders, endpoint, safe_tx_hash)
        self._execute(driver, safe_tx_hash)
        self._look_again(driver)
        self._seconds["longest_gui_block"] = self._heartbeat.stop() / 1000

    # ── opening ──────────────────────────────────────────────────────────────────────────────────

    def _built(self) -> DemonstrationFolders:
        """A demonstration of the tour's own, so that every tour begins with the same treasury."""
        root = Path(tempfile.mkdtemp(prefix="treasury-tour-"))
        self._opened.callback(shutil.rmtree, root, ignore_errors=True)
        folders = DemonstrationFolders(root)
        begun = time.monotonic()
        demonstration.build(folders, on_progress=lambda *_: None, is_cancelled=lambda: False)
        self._seconds["build"] = time.monotonic() - begun
        return folders

    def _living(self, folders: DemonstrationFolders) -> Endpoint:
        begun = time.monotonic()
        chain = demonstration.start_chain(folders)
        self._seconds["start"] = time.monotonic() - begun
        self._opened.callback(demonstration.stop_chain, folders, chain)
        return Endpoint(name=NODE_NAME, url=chain.endpoint)

    def _opened_desk(
        self, folders: DemonstrationFolders, endpoint: Endpoint, *, as_second_signer: bool
    ) -> OpenDesk:
        return OpenDesk(
            folders.desk(as_second_signer=as_second_signer),
            endpoints=(endpoint,),
            offered_keys=demonstration.KEYS[as_second_signer],
            key_profile=f"tour of the {demonstration.PROFILES[as_second_signer]}",
            wish=WindowWish(theme="light", rehearse=True),
        )

    def _opened_window(self, desk: OpenDesk) -> Driver:
        started_application()
        begun = time.monotonic()
        desk_window = DeskWindow(lambda: desk)
        driver = Driver(desk_window, self._heartbeat, self._folder, self._pictures)
        desk_window.window.resize(WIDTH, HEIGHT)
        desk_window.window.show()
        desk_window.window.repaint()
        self._seconds.setdefault("first_paint", time.monotonic() - begun)
        driver.wait_until("the desk to open", lambda: desk_window.window.shown_page != "")
        self._open_windows.append(driver)
        return driver

    def _close(self, driver: Driver) -> None:
        """Closes a window and waits until its desk is closed too."""
        self._open_windows.remove(driver)
        _forget_keys(driver.desk_window.desk)
        closed: list[bool] = []
        driver.desk_window.window.closed.connect(lambda: closed.append(True))
        driver.desk_window.window.close()
        driver.wait_until("the window to close", lambda: bool(closed))
        let_live(50)

    # ── looking ──────────────────────────────────────────────────────────────────────────────────

    def _refresh(self, driver: Driver) -> None:
        session = driver.desk_window.session
        session.ask_refresh()
        driver.wait_until("the refresh", lambda: not session.is_refreshing)
        if session.chain_trouble:
            raise StepFailed(session.chain_trouble)

    def _look_around(self, driver: Driver) -> None:
        for page in ("overview", "holdings", "strategies", "pools", "movements", "settings"):
            driver.show(page)
            driver.wait_until(f"{page} to be read", lambda: driver.desk_window.errands.is_quiet)
            driver.photograph(page)

    def _look_again(self, driver: Driver) -> None:
        self._refresh(driver)
        self._told["holdings_after"] = _holdings(driver)
        for page in ("overview", "movements", "keys"):
            driver.show(page)
            driver.wait_until(f"{page} to be read", lambda: driver.desk_window.errands.is_quiet)
            driver.photograph(f"{page}-after")

    # ── deploying ────────────────────────────────────────────────────────────────────────────────

    def _deploy(self, driver: Driver) -> bytes:
        """Judges 12%, 7% and 4%, and puts the last into the queue; its safeTxHash."""
        driver.show("deploy")
        page = driver.desk_window.window.page_widget("deploy")
        assert isinstance(page, DeployPage)
        driver.type_into(page.form.purpose, "Idle USDC into the yield vault, as voted")
        for share in SHARES:
            before = page.draft
            driver.type_into(page.form.amount, share)
            self._wait_for_draft(driver, page, before, share)
            driver.photograph(f"deploy-{share.removesuffix('%')}-per-cent")
        if self._told["judgements"] != EXPECTED:
            raise StepFailed(f"judged otherwise than voted: {self._told['judgements']}")
        driver.press(page.keep.button)
        window = driver.desk_window.window
        driver.wait_until("the review page", lambda: window.shown_page == "review")
        selection = driver.desk_window.session.selection
        if selection is None:
            raise StepFailed("the deployment did not come into the queue")
        self._told["safe_tx_hash"] = "0x" + selection.hex()
        return selection

    def _wait_for_draft(
        self, driver: Driver, page: DeployPage, before: Draft | None, share: str
    ) -> None:
        """The judgement of what was typed, not of what stood there before."""

        def is_drafted() -> bool:
            return page.draft is not None and page.draft is not before

        driver.wait_until(f"the judgement of {share}", is_drafted)
        assert page.draft is not None
        worst = page.draft.review.judgements[0]
        self._told["judgements"][share] = worst.verdict.words

    def _compare_with_contract(self, desk: OpenDesk, safe_tx_hash: bytes) -> None:
        """What the Safe contract itself answers for the same fields."""
        queued = desk.records.transaction(safe_tx_hash)
        if queued is None:
            raise StepFailed("the deployment is not on record")
        node = Node(desk.workspace.endpoints, desk.workspace.chain.chain_id)
        try:
            answer = SafeReader(node).transaction_hash_on_chain(queued.safe, queued.tx)
        finally:
            node.close()
        self._told["contract_hash"] = "0x" + answer.hex()
        if answer != safe_tx_hash:
            raise StepFailed("the contract derives another hash")

    # ── reviewing and signing ────────────────────────────────────────────────────────────────────

    def _review_the_hostile_one(self, driver: Driver) -> None:
        """The delegatecall dressed as a transfer cannot be signed."""
        session = driver.desk_window.session
        hostile = max(session.queue, key=lambda queued: queued.tx.nonce)
        session.select(hostile.safe_tx_hash)
        driver.show("queue")
        driver.wait_until("the verdicts", lambda: driver.desk_window.errands.is_quiet)
        driver.photograph("queue")
        driver.show("review")
        page = driver.desk_window.window.page_widget("review")
        assert isinstance(page, ReviewPage)
        driver.wait_until("the review", lambda: driver.desk_window.errands.is_quiet)
        let_live(1600)
        driver.photograph("review-hostile")
        if page.sign.button.isEnabled():
            raise StepFailed("the hostile transaction could be signed")

    def _sign(self, driver: Driver, safe_tx_hash: bytes) -> None:
        """Reviews, goes on to sign, and lets the passphrase window do its part."""
        session = driver.desk_window.session
        session.select(safe_tx_hash)
        driver.show("review")
        review = driver.desk_window.window.page_widget("review")
        assert isinstance(review, ReviewPage)
        driver.wait_until("the review", lambda: driver.desk_window.errands.is_quiet)
        driver.photograph("review")
        driver.press(review.sign.button)
        window = driver.desk_window.window
        driver.wait_until("the sign page", lambda: window.shown_page == "sign")
        page = window.page_widget("sign")
        assert isinstance(page, SignPage)
        driver.wait_until("the keys", lambda: driver.desk_window.errands.is_quiet)
        driver.photograph("sign")
        self._picture_of_passphrase(driver, "passphrase-to-sign")
        driver.press(page.sign.button)
        driver.wait_until("the signature", lambda: page.outcome.is_shown, 120)
        driver.photograph("signed")
        self._require_signatures(driver, safe_tx_hash)

    def _require_signatures(self, driver: Driver, safe_tx_hash: bytes) -> None:
        queued = driver.desk_window.desk.records.transaction(safe_tx_hash)
        if queued is None or not queued.confirmations:
            raise StepFailed("no signature was kept")
        self._told["signers"] = [str(c.owner) for c in queued.confirmations]

    def _cosign(
        self,
        driver: Driver,
        folders: DemonstrationFolders,
        endpoint: Endpoint,
        safe_tx_hash: bytes,
    ) -> None:
        """The second signer's desk gets the bundle file, signs, and returns its own by file."""
        outgoing, incoming = folders.root / "for-cosigner.json", folders.root / "signed.json"
        self._export(driver, safe_tx_hash, outgoing)
        with driver.uncounted():
            second = self._opened_desk(folders, endpoint, as_second_signer=True)
            self._choose_key_place(second)
            cosigner = self._opened_window(second)
        self._refresh(cosigner)
        self._take_in_keys(cosigner)
        cosigner.show("queue")
        page = cosigner.desk_window.window.page_widget("queue")
        assert isinstance(page, QueuePage)
        page.import_file(outgoing)
        queue = cosigner.desk_window.session
        cosigner.wait_until("the import", lambda: bool(queue.queue))
        cosigner.photograph("cosigner-queue")
        self._sign(cosigner, safe_tx_hash)
        self._export(cosigner, safe_tx_hash, incoming)
        with driver.uncounted():
            self._close(cosigner)
        driver.show("queue")
        first_page = driver.desk_window.window.page_widget("queue")
        assert isinstance(first_page, QueuePage)
        first_page.import_file(incoming)
        driver.wait_until("the second signature", lambda: self._is_confirmed(driver, safe_tx_hash))
        driver.photograph("queue-confirmed")
        self._require_signatures(driver, safe_tx_hash)

    def _export(self, driver: Driver, safe_tx_hash: bytes, path: Path) -> None:
        """Saves the bundle as the Export page does once a file was chosen."""
        driver.desk_window.session.select(safe_tx_hash)
        driver.show("export")
        page = driver.desk_window.window.page_widget("export")
        assert isinstance(page, ExportPage)
        driver.wait_until("the bundle", lambda: page.written is not None)
        driver.wait_until("its QR codes", lambda: page.code.picture.code is not None)
        driver.photograph(f"export-{path.stem}")
        page.save_text(path)
        driver.wait_until("the bundle file", path.exists)
        driver.wait_until("the export", lambda: not driver.desk_window.errands.is_busy)

    def _is_confirmed(self, driver: Driver, safe_tx_hash: bytes) -> bool:
        queue = driver.desk_window.session.queue
        return any(q.safe_tx_hash == safe_tx_hash and q.state is State.CONFIRMED for q in queue)

    # ── executing ────────────────────────────────────────────────────────────────────────────────

    def _execute(self, driver: Driver, safe_tx_hash: bytes) -> None:
        page = driver.desk_window.window.page_widget("queue")
        assert isinstance(page, QueuePage)
        driver.wait_until("the queue's keys", lambda: driver.desk_window.errands.is_quiet)
        page.open_execution(safe_tx_hash)
        driver.photograph("execute")
        self._picture_of_passphrase(driver, "passphrase-to-execute")
        driver.press(page.execute.send.button)
        driver.wait_until("the receipt", lambda: page.execute.outcome.is_shown, 120)
        driver.wait_until("the refresh", lambda: driver.desk_window.errands.is_quiet)
        driver.photograph("executed")
        receipt = page.execute.receipt
        if not isinstance(receipt, Receipt):
            outcome = page.execute.outcome.outcome
            raise StepFailed("no receipt" if outcome is None else outcome.sentence)
        self._told["receipt_status"] = receipt.status
        self._told["execution_success"] = receipt.execution_success
        if receipt.status != 1 or receipt.execution_success is not True:
            raise StepFailed("the execution did not succeed")

    # ── keys ─────────────────────────────────────────────────────────────────────────────────────

    def _choose_key_place(self, desk: OpenDesk) -> None:
        """The key ring where there is one; else the encrypted file, and tour.json says so."""
        places = desk.keys.places()
        self._told["keys_in"] = places.key_ring or "encrypted file"
        if not places.key_ring:
            self._told["why_no_key_ring"] = places.why_no_key_ring
            desk.keys.choose_encrypted_file()

    def _take_in_keys(self, driver: Driver) -> None:
        """Takes the demonstration's public accounts in on the Keys page, one after another."""
        driver.show("keys")
        page = driver.desk_window.window.page_widget("keys")
        assert isinstance(page, KeysPage)
        errands = driver.desk_window.errands
        driver.wait_until("the keys to be read", lambda: errands.is_quiet)
        driver.photograph("keys-offered")
        while page.demonstration.buttons:
            left = len(page.demonstration.buttons)
            self._picture_of_passphrase(driver, "passphrase-of-a-new-key")
            driver.press(page.demonstration.buttons[0])
            driver.wait_until("the key to be kept", _fewer(page, left, errands), 120)

    def _picture_of_passphrase(self, driver: Driver, name: str) -> None:
        """The passphrase window takes its own picture: it is another process."""
        picture = driver.next_picture(name)
        driver.desk_window.desk.keys.wish = WindowWish(
            theme="light", rehearse=True, screenshot=str(picture)
        )


def _fewer(page: KeysPage, before: int, errands: Errands) -> Callable[[], bool]:
    """Whether fewer accounts are offered than before and nothing is under way."""
    return lambda: errands.is_quiet and len(page.demonstration.buttons) < before


def _forget_keys(desk: OpenDesk) -> None:
    """Leaves the person's key ring as it was found."""
    for key in desk.keys.all():
        desk.keys.remove(key)


def _holdings(driver: Driver) -> dict[str, str]:
    """Base units by place and token, as they stand in the session."""
    snapshot = driver.desk_window.session.snapshot
    if not isinstance(snapshot, TreasurySnapshot):
        raise StepFailed("the treasury was not read")
    total: dict[str, int] = {}
    for holding in snapshot.holdings:
        key = f"{holding.strategy or 'Safe'}: {holding.amount.token.symbol}"
        total[key] = total.get(key, 0) + holding.amount.base_units
    return {name: str(units) for name, units in sorted(total.items())}
