"""Other nodes while a refresh is under way: it ends, and nothing of it is kept from then on."""

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.doors.chain.conftest import Demonstration
from tests.doors.chain.lying_endpoint import LyingEndpoint
from tests.samples import a_snapshot
from treasury_desktop.application.open_desk import OpenDesk
from treasury_desktop.errors import Unavailable
from treasury_desktop.files.workspace_file import write_workspace

SOON = 20
"""Seconds: more than it takes to hang up, and far fewer than a deaf endpoint is waited for."""


@pytest.fixture
def desk(chain: Demonstration, liar: LyingEndpoint, tmp_path: Path) -> Iterator[OpenDesk]:
    """Open, with the endpoint that is deaf or honest as told."""
    workspace = replace(chain.workspace, endpoints=(liar.endpoint,), is_demonstration=False)
    write_workspace(tmp_path, workspace)
    with closing(OpenDesk(tmp_path)) as opened:
        yield opened


def sentence_of_refresh(desk: OpenDesk) -> str:
    """Why it failed."""
    with pytest.raises(Unavailable) as failure:
        desk.refresh()
    return failure.value.sentence


def test_a_refresh_ends_when_other_nodes_are_named(
    chain: Demonstration, liar: LyingEndpoint, desk: OpenDesk
) -> None:
    """At once and in a sentence; the next one asks the new nodes only."""
    liar.deaf = True
    node, said = desk.open_node(), list[str]()
    asking = threading.Thread(target=lambda: said.append(sentence_of_refresh(desk)))
    asking.start()
    while not node.is_asking:
        pass
    desk.workspace_changes.keep_nodes((chain.endpoint,))
    asking.join(SOON)
    assert said == ["liar is not asked any more: other nodes are named now."]
    assert desk.snapshot() is None
    before = liar.requests
    assert desk.refresh().snapshot.nodes == (chain.endpoint.name,)
    assert liar.requests == before


def is_about_movements(request: dict[str, object]) -> bool:
    """Whether logs of named contracts are asked for; unlisted tokens are looked for in all."""
    asked = request["params"]
    return request["method"] == "eth_getLogs" and isinstance(asked, list) and "address" in asked[0]


@pytest.mark.parametrize("at", ["holdings", "movements"])
def test_nothing_is_kept_after_the_change(
    chain: Demonstration, liar: LyingEndpoint, desk: OpenDesk, at: str
) -> None:
    """Whatever was read until then: while holdings are read, and while movements are."""

    def changed(request: dict[str, object], response: dict[str, object]) -> object:
        is_time = (
            request["method"] == "eth_call" if at == "holdings" else is_about_movements(request)
        )
        if is_time:
            liar.twist = lambda _request, honest: honest
            desk.use_endpoints((chain.endpoint,))
        return response

    liar.twist = changed
    assert "not asked any more: other nodes are named now." in sentence_of_refresh(desk)
    assert (desk.snapshot() is None) == (at == "holdings")
    assert desk.records.movements_read_up_to(chain.workspace.chain.chain_id) is None


def test_what_was_read_before_the_change_is_not_kept_after_it(
    chain: Demonstration, desk: OpenDesk
) -> None:
    """Also where nothing was left to be asked."""
    records = desk._while_asked(desk.records, desk.open_node())
    records.keep_snapshot(a_snapshot())
    assert records.latest_snapshot(a_snapshot().chain_id) == a_snapshot()
    desk.use_endpoints((chain.endpoint,))
    with pytest.raises(Unavailable, match="not asked any more: other nodes are named now"):
        records.keep_movements(a_snapshot().chain_id, (), 5)
    assert desk.records.movements_read_up_to(a_snapshot().chain_id) is None
