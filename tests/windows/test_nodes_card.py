"""The nodes in Settings: named, changed, kept."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from tests.samples import a_workspace
from tests.signing_desk import a_signing_desk
from treasury_desktop.errors import Refused
from treasury_desktop.treasury.workspace import Endpoint
from treasury_desktop.windows.errands import Errands
from treasury_desktop.windows.settings.nodes_card import NodesCard
from treasury_desktop.windows.untrusted import rich_labels, texts_in
from treasury_desktop.windows.widgets.node_rows import MOST

Show = Callable[..., None]
MINE = Endpoint(name="Mine", url="http://127.0.0.1:8545")
SECOND = Endpoint(name="Second", url="https://node.example/key")


class Opened:
    """A card in sight, and the desk behind it."""

    def __init__(self, errands: Errands, show: Show, **changes: Any) -> None:
        answers = changes.pop("answers", {})
        workspace = replace(a_workspace(), **({"endpoints": (MINE,)} | changes))
        self.desk = a_signing_desk(workspace=workspace, **answers)
        self.card = NodesCard(errands, self.desk)
        self.changed: list[bool] = []
        self.card.changed.connect(lambda: self.changed.append(True))
        show(self.card, 700, 400)

    @property
    def words(self) -> str:
        """Everything the card says."""
        return "\n".join(texts_in(self.card))

    def type_second(self) -> None:
        """A second node in the fields."""
        self.card.change.click()
        assert self.card.rows is not None
        self.card.rows.add.click()
        self.card.rows.field(1, 0).setText(SECOND.name)
        self.card.rows.field(1, 1).setText(SECOND.url)


@pytest.fixture
def opened(errands: Errands, show: Show) -> Callable[..., Opened]:
    """Opens the card on a desk."""
    return lambda **changes: Opened(errands, show, **changes)


def test_nodes_are_read_until_somebody_changes_them(opened: Callable[..., Opened]) -> None:
    """Names and addresses as they are written."""
    made = opened()
    assert "http://127.0.0.1:8545" in made.words
    assert made.card.rows is None
    assert not made.card.keep.isVisible()
    assert "None in this workspace." in opened(endpoints=()).words
    assert rich_labels(made.card) == []


def test_other_nodes_are_kept(opened: Callable[..., Opened], qtbot: QtBot) -> None:
    """All of them at once; then the card says so, and whoever reads the chain is told."""
    made = opened()
    made.type_second()
    made.card.keep.button.click()
    qtbot.waitUntil(lambda: bool(made.changed))
    assert ("keep_nodes", ((MINE, SECOND),)) in made.desk.asked
    qtbot.waitUntil(lambda: "https://node.example/key" in made.words)
    assert made.card.rows is None


def test_the_button_says_why_it_is_shut(opened: Callable[..., Opened]) -> None:
    """Nothing was changed, or a row is half typed."""
    made = opened()
    made.card.change.click()
    assert made.card.keep.reason == "Nothing was changed."
    assert made.card.rows is not None
    made.card.rows.field(0, 0).setText("")
    assert made.card.keep.reason == "Every node needs a name and an address."
    made.card.rows.field(0, 1).setText("")
    assert made.card.keep.reason == ""


def test_what_was_written_by_hand_is_changed_whole(
    opened: Callable[..., Opened], qtbot: QtBot
) -> None:
    """More nodes than may be added here, and a longer address; none is cut off or lost."""
    nodes = tuple(
        Endpoint(name=f"Node {at}", url=f"https://node.example/{at}/{'k' * 3_000}")
        for at in range(MOST + 1)
    )
    made = opened(endpoints=nodes)
    made.card.change.click()
    assert made.card.rows is not None
    assert made.card.rows.endpoints == nodes
    assert made.card.keep.reason == "Nothing was changed."
    assert not made.card.rows.add.isVisible()
    made.card.rows.field(0).setText("Mine")
    made.card.keep.button.click()
    qtbot.waitUntil(lambda: bool(made.changed))
    kept = (replace(nodes[0], name="Mine"), *nodes[1:])
    assert ("keep_nodes", (kept,)) in made.desk.asked


def test_what_is_refused_is_said_and_stays_in_the_fields(
    opened: Callable[..., Opened], qtbot: QtBot
) -> None:
    """It can be mended and kept again, or left."""
    refusal = Refused("treasury.toml was changed meanwhile; nothing was written.")
    made = opened(answers={"keep_nodes": refusal})
    made.type_second()
    made.card.keep.button.click()
    qtbot.waitUntil(lambda: "changed meanwhile" in made.words)
    assert made.card.rows is not None
    assert made.card.keep.reason == ""
    assert made.changed == []
    made.card.cancel.click()
    assert made.card.rows is None
    assert made.desk.workspace.endpoints == (MINE,)


def test_nodes_stay_while_something_is_signed(
    opened: Callable[..., Opened], errands: Errands, qtbot: QtBot
) -> None:
    """Whoever waits for a receipt keeps the node that was asked."""
    made = opened()
    made.type_second()
    ended: list[object] = []
    errands.act("execute", lambda _p: None, ended.append)
    made.card.keep.button.click()
    assert "being signed or sent" in made.card.keep.reason
    qtbot.waitUntil(lambda: bool(ended))
    made.card.rows.entered.emit()  # type: ignore[union-attr]  they are open
    qtbot.waitUntil(lambda: bool(made.changed))


def test_the_demonstration_has_its_own_node(opened: Callable[..., Opened]) -> None:
    """There is nothing to change, and the card says why."""
    made = opened(is_demonstration=True)
    assert not made.card.change.isEnabled()
    assert "The demonstration asks its own chain only." in made.words
