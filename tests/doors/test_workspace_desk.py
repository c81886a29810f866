"""Other nodes for an open treasury: in its file, and asked from then on."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.samples import a_workspace
from treasury_desktop.application.open_desk import OpenDesk
from treasury_desktop.errors import Malformed, Refused
from treasury_desktop.files.workspace_file import read_workspace, write_workspace
from treasury_desktop.treasury.workspace import Endpoint

NODES = (Endpoint(name="Mine", url="http://127.0.0.1:8545"),)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workspace without a node."""
    write_workspace(tmp_path, replace(a_workspace(), endpoints=(), is_demonstration=False))
    return tmp_path


@pytest.fixture
def desk(folder: Path) -> Iterator[OpenDesk]:
    """It is open."""
    with closing(OpenDesk(folder)) as opened:
        yield opened


def test_nodes_are_written_and_asked(desk: OpenDesk, folder: Path) -> None:
    """Twice in a row too; the desk that opens next has them."""
    assert desk.workspace_changes.keep_nodes(NODES).endpoints == NODES
    first = desk.open_node()
    more = (*NODES, Endpoint(name="Second", url="https://node.example/key"))
    assert desk.workspace_changes.keep_nodes(more).endpoints == more
    assert desk.open_node() is not first
    assert read_workspace(folder) == desk.workspace


def test_what_was_changed_by_hand_is_left_alone(desk: OpenDesk, folder: Path) -> None:
    """The desk goes on with what it read."""
    by_hand = replace(desk.workspace, name="By hand")
    write_workspace(folder, by_hand)
    with pytest.raises(Refused, match="changed meanwhile"):
        desk.workspace_changes.keep_nodes(NODES)
    assert read_workspace(folder) == by_hand
    assert desk.workspace.endpoints == ()


def test_what_is_no_node_is_not_kept(desk: OpenDesk, folder: Path) -> None:
    """Nor two of one name."""
    before = read_workspace(folder)
    for nodes in ((Endpoint(name="Mine", url="file:///x"),), NODES * 2):
        with pytest.raises(Malformed, match="endpoints"):
            desk.workspace_changes.keep_nodes(nodes)
    assert read_workspace(folder) == before
    assert desk.workspace.endpoints == ()


@pytest.mark.parametrize("url", ["http://LOCALHOST.:8545/", "http://me@127.0.0.1:8545"])
def test_a_node_in_another_spelling_is_the_same(desk: OpenDesk, folder: Path, url: str) -> None:
    """Two of one would agree with each other in everything."""
    before = read_workspace(folder)
    with pytest.raises(Malformed, match=r"the same as in chain\.endpoints\[0\]"):
        desk.workspace_changes.keep_nodes((*NODES, Endpoint(name="Other", url=url)))
    assert read_workspace(folder) == before


def test_the_demonstration_keeps_its_own(folder: Path) -> None:
    """Its chain has another port at each start."""
    write_workspace(folder, replace(a_workspace(), is_demonstration=True))
    with closing(OpenDesk(folder, endpoints=NODES)) as opened:
        with pytest.raises(Refused, match="demonstration"):
            opened.workspace_changes.keep_nodes(())
        assert opened.workspace.endpoints == NODES
