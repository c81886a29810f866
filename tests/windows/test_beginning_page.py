"""The page on which a workspace begins: address, nodes, look, names, open."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from tests.desk.test_begin_workspace import a_sight
from tests.samples import NOW, SAFE, STRANGER, USDC, VAULT, a_safe, an_owner
from treasury_desktop.application.beginning import Beginning
from treasury_desktop.desk.begin_workspace import Choices, WantedSafe
from treasury_desktop.errors import Refused, Unavailable
from treasury_desktop.treasury.first_sight import FirstSight
from treasury_desktop.treasury.workspace import Endpoint
from treasury_desktop.windows.beginning.found_cards import OWNERS_IN_LINES
from treasury_desktop.windows.beginning.page import BeginningPage
from treasury_desktop.windows.errands import Errands
from treasury_desktop.windows.untrusted import rich_labels, texts_in
from treasury_desktop.windows.widgets.address_label import AddressLabel, grouped

Show = Callable[..., None]


class BeginningAtHand(Beginning):
    """Reads addresses as the real one; what is found and what becomes of it is laid out."""

    place = "the folder treasury"  # type: ignore[assignment]  no folder is needed here

    def __init__(self, found: FirstSight | Exception) -> None:
        self.found = found
        self.asked: list[tuple[tuple[WantedSafe, ...], tuple[Endpoint, ...]]] = []
        self.created: list[Choices] = []
        self.refusal: Exception | None = None
        self.may_answer = threading.Event()
        self.may_answer.set()

    def now(self) -> int:
        """A fixed moment."""
        return NOW

    def look(self, wanted: tuple[WantedSafe, ...], endpoints: tuple[Endpoint, ...]) -> FirstSight:
        """As laid out, once it may."""
        self.asked.append((wanted, endpoints))
        self.may_answer.wait(20)
        if isinstance(self.found, Exception):
            raise self.found
        return self.found

    def hang_up(self) -> None:
        """Whoever waits hears that there is no answer."""
        self.found = Unavailable("No answer.")
        self.may_answer.set()

    def create(self, sight: FirstSight, choices: Choices, endpoints: tuple[Endpoint, ...]) -> None:
        """Keeps what was chosen, or refuses."""
        if self.refusal is not None:
            raise self.refusal
        self.created.append(choices)


class Opened:
    """A page in sight."""

    def __init__(self, errands: Errands, show: Show, qtbot: QtBot, found: Any) -> None:
        self.actions = BeginningAtHand(found)
        self.page = BeginningPage(errands, self.actions)
        self.qtbot = qtbot
        self.created: list[bool] = []
        self.page.created.connect(lambda: self.created.append(True))
        show(self.page, 1000, 900)

    def fill(self) -> None:
        """An address and a node."""
        self.page.safes.field(0).setText(f"eth:{SAFE}")
        self.page.nodes.field(0, 0).setText("My node")
        self.page.nodes.field(0, 1).setText("http://127.0.0.1:8545")

    def find(self) -> None:
        """Fills, presses and waits for what is found."""
        self.fill()
        self.page.look.button.click()
        self.qtbot.waitUntil(self._shows_names)

    def _shows_names(self) -> bool:
        return self.page.names is not None and self.page.names.isVisible()

    @property
    def words(self) -> str:
        """Everything the page says."""
        return "\n".join(texts_in(self.page))


@pytest.fixture
def opened(errands: Errands, show: Show, qtbot: QtBot) -> Callable[..., Opened]:
    """Opens the page, which will find this."""
    return lambda found=None: Opened(errands, show, qtbot, a_sight() if found is None else found)


def test_nobody_is_asked_before_everything_is_named(opened: Callable[..., Opened]) -> None:
    """The button says what is missing, one thing after the other."""
    made = opened()
    assert made.page.look.reason == "Paste the address of a Safe first."
    made.page.safes.field(0).setText(str(SAFE))
    assert made.page.look.reason == "Name a node that may be asked."
    made.page.nodes.field(0, 1).setText("http://127.0.0.1:8545")
    assert made.page.look.reason == "Every node needs a name and an address."
    made.page.safes.entered.emit()
    made.page.nodes.field(0, 0).setText("My node")
    assert made.page.look.reason == ""
    assert made.actions.asked == []


def test_what_is_found_is_shown_in_full(opened: Callable[..., Opened]) -> None:
    """Owners, threshold, holdings, and which node says so."""
    made = opened(a_sight(safes=(a_safe(threshold=1, modules=(STRANGER,)),)))
    made.find()
    ((wanted, endpoints),) = made.actions.asked
    assert (wanted[0].address, wanted[0].chain_id) == (SAFE, 1)
    assert endpoints == (Endpoint(name="My node", url="http://127.0.0.1:8545"),)
    for words in (
        "1 of 3 owners have to sign", "one owner alone can spend everything",
        "a module can spend without the owners", "2,400,000.000000", "one node",
    ):  # fmt: skip
        assert words in made.words
    assert rich_labels(made.page) == []


def test_the_treasury_opens_under_the_names_that_were_typed(opened: Callable[..., Opened]) -> None:
    """With the tokens that stayed ticked; the chain's own coin cannot be left out."""
    made = opened()
    made.find()
    assert made.page.open.reason == "Name it first: Treasury."
    names, holdings = made.page.names, made.page.holdings
    assert names is not None
    assert holdings is not None
    names.treasury.setText(" Harbour DAO ")
    names.safes[1].setText("Payroll")
    assert [tick.isEnabled() for _, tick in holdings._ticks] == [False, True]
    holdings._ticks[1][1].setChecked(False)
    made.page.open.button.click()
    made.qtbot.waitUntil(lambda: bool(made.created))
    (choices,) = made.actions.created
    assert choices.name == "Harbour DAO"
    assert choices.safe_names == ("Treasury Safe", "Payroll")
    assert USDC not in choices.tokens
    assert choices.tokens[0].is_native


def test_another_address_makes_what_was_found_void(opened: Callable[..., Opened]) -> None:
    """Nothing is opened that was not looked at as it stands there."""
    made = opened()
    made.find()
    made.page.safes.field(0).setText(str(VAULT))
    assert made.page.names is None
    assert not made.page.open.isVisible()
    made.qtbot.waitUntil(lambda: "owners have to sign" not in made.words)


def test_a_sentence_says_why_nothing_was_found(opened: Callable[..., Opened]) -> None:
    """From the nodes, or of the address itself; the fields stay as they were."""
    made = opened(Refused("The nodes are of chain 10; the address was given for chain 1."))
    made.fill()
    made.page.look.button.click()
    made.qtbot.waitUntil(lambda: "given for chain 1" in made.words)
    assert made.page.look.reason == ""
    made.page.safes.field(0).setText("0x12")
    made.page.look.button.click()
    assert "Safe" in made.page.says.text()
    assert len(made.actions.asked) == 1


def test_a_look_can_be_cancelled(opened: Callable[..., Opened], errands: Errands) -> None:
    """Whoever waits is hung up on, and what comes late counts for nothing."""
    made = opened()
    made.actions.may_answer.clear()
    made.fill()
    made.page.look.button.click()
    made.qtbot.waitUntil(lambda: bool(made.actions.asked))
    assert made.page.look.reason == "Looking…"
    made.page.cancel.click()
    assert "was cancelled" in made.words
    assert not made.page.cancel.isVisible()
    made.qtbot.waitUntil(lambda: errands.is_quiet)
    assert made.page.names is None


def test_another_address_ends_a_look_under_way(
    opened: Callable[..., Opened], errands: Errands
) -> None:
    """Nobody waits for an answer about what no longer stands there."""
    made = opened()
    made.actions.may_answer.clear()
    made.fill()
    made.page.look.button.click()
    made.qtbot.waitUntil(lambda: bool(made.actions.asked))
    made.page.safes.field(0).setText(str(VAULT))
    made.qtbot.waitUntil(lambda: errands.is_quiet)
    assert made.page.names is None
    assert made.page.look.reason == ""


def test_what_cannot_be_written_is_said(opened: Callable[..., Opened]) -> None:
    """And can be tried again."""
    made = opened()
    made.find()
    assert made.page.names is not None
    made.page.names.treasury.setText("Harbour DAO")
    made.actions.refusal = Unavailable("The folder cannot be made: Permission denied.")
    made.page.open.button.click()
    made.qtbot.waitUntil(lambda: "Nothing was written. The folder" in made.words)
    assert made.page.open.reason == ""
    assert made.created == []


def test_rows_come_and_go(opened: Callable[..., Opened]) -> None:
    """The last one stays; an empty one counts for nothing."""
    made = opened()
    rows = made.page.safes
    rows.field(0).setText("one")
    rows.add.click()
    assert rows.texts == (("one",),)
    rows.field(1).setText("two")
    rows._rows[0][2].click()
    assert rows.texts == (("two",),)
    assert rows._rows[0][2].isHidden()
    for _ in range(30):
        rows.add.click()
    assert rows.add.isHidden()
    assert len(rows._rows) == 20


def test_a_thousand_owners_are_shown_in_full_and_few_widgets(
    opened: Callable[..., Opened],
) -> None:
    """A node that tells of so many does not freeze the window, and none of them is left out."""
    owners = tuple(an_owner(number) for number in range(1, 201))
    made = opened(a_sight(safes=(a_safe(owners=owners),), holdings=()))
    made.find()
    in_lines = made.page.findChildren(AddressLabel)
    assert len(in_lines) == 1 + OWNERS_IN_LINES
    for owner in owners[OWNERS_IN_LINES:]:
        assert " ".join(grouped(str(owner))) in made.words
