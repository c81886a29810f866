"""Facts about work in the background: what is dropped, what never is, and how it ends."""

import threading
from typing import Any

import pytest
from PySide6.QtCore import QObject, QThread
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from treasury_desktop.errors import Cancelled, Refused
from treasury_desktop.windows.errands import Done, Errands, Failed, Progress, Step

MOST = 2**256 - 1


class Heard(QObject):
    """Remembers outcomes and the threads they came on."""

    def __init__(self) -> None:
        super().__init__()
        self.outcomes: list[Done[Any] | Failed] = []
        self.threads: list[QThread] = []

    def on_outcome(self, outcome: Done[Any] | Failed) -> None:
        """Keeps an outcome."""
        self.outcomes.append(outcome)
        self.threads.append(QThread.currentThread())

    @property
    def values(self) -> list[Any]:
        """The values of those that went well."""
        return [each.value for each in self.outcomes if isinstance(each, Done)]


def test_a_value_comes_back_whole_on_the_gui_thread(errands: Errands, qtbot: QtBot) -> None:
    """Numbers of 256 bits survive, and the listener runs where widgets live."""
    heard = Heard()
    errands.look("balance", lambda _: MOST, heard.on_outcome)
    qtbot.waitUntil(lambda: heard.values == [MOST])
    app = QApplication.instance()
    assert app is not None
    assert heard.threads == [app.thread()]


def test_work_runs_off_the_gui_thread(errands: Errands, qtbot: QtBot) -> None:
    """The identity of the working thread differs."""
    heard = Heard()
    errands.look("where", lambda _: threading.get_ident(), heard.on_outcome)
    qtbot.waitUntil(lambda: bool(heard.values))
    assert heard.values != [threading.get_ident()]


def test_a_newer_look_drops_the_outcome_of_the_older(errands: Errands, qtbot: QtBot) -> None:
    """Only the last of one name is heard, whichever ends first."""
    heard, gate = Heard(), threading.Event()

    def slow(progress: Progress) -> str:
        gate.wait(10)
        return "cancelled" if progress.is_cancelled() else "old"

    errands.look("pool", slow, heard.on_outcome)
    errands.look("pool", lambda _: "new", heard.on_outcome)
    qtbot.waitUntil(lambda: heard.values == ["new"])
    gate.set()
    qtbot.waitUntil(lambda: errands.is_quiet)
    assert heard.values == ["new"]


def test_looks_of_different_names_are_all_heard(errands: Errands, qtbot: QtBot) -> None:
    """Tickets are per name."""
    heard = Heard()
    for number in range(50):
        errands.look(f"row {number}", lambda _, n=number: n, heard.on_outcome)
    qtbot.waitUntil(lambda: sorted(heard.values) == list(range(50)))


def test_an_act_never_runs_twice_under_one_name(errands: Errands, qtbot: QtBot) -> None:
    """The second is refused while the first runs, and allowed after."""
    heard, gate, runs = Heard(), threading.Event(), []

    def sign(_: Progress) -> None:
        runs.append(1)
        gate.wait(10)

    assert errands.act("sign", sign, heard.on_outcome, room="keys")
    assert not errands.act("sign", sign, heard.on_outcome, room="keys")
    assert errands.is_acting("sign")
    gate.set()
    qtbot.waitUntil(lambda: len(heard.outcomes) == 1)
    assert errands.act("sign", sign, heard.on_outcome, room="keys")
    qtbot.waitUntil(lambda: len(heard.outcomes) == 2)
    assert len(runs) == 2


def test_a_refusal_comes_back_as_a_value(errands: Errands, qtbot: QtBot) -> None:
    """The listener gets the sentence; nothing is raised or printed."""
    heard = Heard()

    def judge(_: Progress) -> None:
        raise Refused("12.00% would exceed the limit of 10.00%.")

    errands.act("judge", judge, heard.on_outcome)
    qtbot.waitUntil(lambda: bool(heard.outcomes))
    failed = heard.outcomes[0]
    assert isinstance(failed, Failed)
    assert failed.is_expected
    assert failed.sentence == "12.00% would exceed the limit of 10.00%."


@pytest.mark.expects_log
def test_our_own_bug_is_announced_without_its_text(
    errands: Errands, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    """An unexpected error may hold secrets: neither sentence nor log repeats it."""
    heard, bugs = Heard(), []
    errands.failed_unexpectedly.connect(bugs.append)

    def bug(_: Progress) -> None:
        raise KeyError("canary")

    errands.look("bug", bug, heard.on_outcome)
    qtbot.waitUntil(lambda: bool(heard.outcomes))
    failed = heard.outcomes[0]
    assert isinstance(failed, Failed)
    assert not failed.is_expected
    assert "canary" not in failed.sentence + caplog.text
    assert [each.name for each in bugs] == ["bug"]


def test_closing_waits_for_acts_and_tells_what_came_of_them(qtbot: QtBot) -> None:
    """The outcome is delivered before close returns; later errands are refused."""
    errands, heard = Errands(), Heard()
    started = threading.Event()

    def send(progress: Progress) -> str:
        started.set()
        while not progress.is_cancelled():
            pass
        return "sent"

    errands.act("send", send, heard.on_outcome)
    errands.act("queued", lambda _: "done too", heard.on_outcome, room="store")
    qtbot.waitUntil(started.is_set, timeout=10_000)
    errands.close()
    assert sorted(heard.values) == ["done too", "sent"]
    assert not errands.act("late", lambda _: None, heard.on_outcome)
    errands.look("late", lambda _: None, heard.on_outcome)
    assert errands.is_quiet
    assert len(heard.outcomes) == 2


def test_closing_does_not_begin_looks_that_wait(qtbot: QtBot) -> None:
    """A hundred queued looks cost nothing when the window goes."""
    errands, heard, ran = Errands(), Heard(), []
    gate = threading.Event()
    errands.look("first", lambda progress: _until_cancelled(progress, gate), heard.on_outcome,
                 room="store")  # fmt: skip
    for number in range(100):
        errands.look(f"{number}", lambda _: ran.append(1), heard.on_outcome, room="store")
    qtbot.waitUntil(gate.is_set, timeout=10_000)
    errands.close()
    assert ran == []
    assert heard.outcomes == []


def test_closing_waits_for_a_look_only_so_long(qtbot: QtBot) -> None:
    """One that hangs is given up; its outcome, should it ever come, changes nothing."""
    errands, heard, gate, started = Errands(), Heard(), threading.Event(), threading.Event()

    def hang(_: Progress) -> None:
        started.set()
        gate.wait(60)

    errands.seconds_for_looks = 0.05
    errands.look("hangs", hang, heard.on_outcome)
    qtbot.waitUntil(started.is_set, timeout=10_000)
    errands.close()
    assert errands.has_given_up
    gate.set()
    qtbot.waitUntil(lambda: errands.is_quiet)
    assert heard.outcomes == []


def test_what_looks_wait_for_can_be_ended_once_acts_are_over(qtbot: QtBot) -> None:
    """It is said behind the last act and before looks are waited for."""
    errands, heard, gate = Errands(), Heard(), threading.Event()
    told: list[str] = []

    def end() -> None:
        told.append("acts ended")
        gate.set()

    errands.acts_ended.connect(end)
    errands.act("send", lambda _: told.append("sent"), heard.on_outcome)
    errands.look("reads", lambda _: gate.wait(60), heard.on_outcome)
    errands.close()
    assert told == ["sent", "acts ended"]
    assert errands.is_quiet
    assert not errands.has_given_up


def test_an_act_that_could_not_begin_is_cancelled(qtbot: QtBot) -> None:
    """Behind a look that hangs it did nothing yet: it is told so, and does nothing afterwards."""
    errands, heard, gate, started = Errands(), Heard(), threading.Event(), threading.Event()
    done: list[int] = []

    def hang(_: Progress) -> None:
        started.set()
        gate.wait(60)

    errands.seconds_for_looks = 0.05
    errands.look("hangs", hang, heard.on_outcome, room="keys")
    qtbot.waitUntil(started.is_set, timeout=10_000)
    errands.act("sign", lambda _: done.append(1), heard.on_outcome, room="keys")
    errands.close()
    (outcome,) = heard.outcomes
    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, Cancelled)
    gate.set()
    qtbot.waitUntil(lambda: errands.is_quiet)
    assert done == []
    assert len(heard.outcomes) == 1


def _until_cancelled(progress: Progress, gate: threading.Event) -> None:
    gate.set()
    while not progress.is_cancelled():
        pass


def test_reports_arrive_merged_and_the_last_one_counts(errands: Errands, qtbot: QtBot) -> None:
    """Thousands of reports become few, and none is shown after the outcome's."""
    heard, steps = Heard(), []

    def build(progress: Progress) -> None:
        for done in range(1, 5001):
            progress.report(done, 5000, "Replaying swaps")

    errands.act("build", build, heard.on_outcome, on_step=steps.append)
    qtbot.waitUntil(lambda: bool(heard.outcomes))
    assert steps[-1] == Step(done=5000, total=5000, label="Replaying swaps")
    assert len(steps) < 5000


def test_who_waits_with_an_act_hears_that_it_is_to_stop(errands: Errands, qtbot: QtBot) -> None:
    """Cancelling says which act; a look, and an act that is not there, stop without a word."""
    heard, gate, asked = Heard(), threading.Event(), []
    errands.stop_asked.connect(asked.append)
    errands.act("sign", lambda _: gate.wait(10), heard.on_outcome)
    errands.look("keys", lambda _: None, heard.on_outcome)
    for name in ("keys", "execute", "sign"):
        errands.cancel(name)
    assert asked == ["sign"]
    gate.set()
    qtbot.waitUntil(lambda: bool(heard.values))


def test_closing_is_said_before_acts_are_waited_for(errands: Errands, qtbot: QtBot) -> None:
    """Whoever hears it can end what an act waits for; otherwise closing would wait with it."""
    heard, gate = Heard(), threading.Event()
    errands.closing.connect(gate.set)
    errands.act("sign", lambda _: gate.wait(60), heard.on_outcome)
    errands.close()
    assert heard.values == [True]


def test_a_cancelled_act_still_tells_how_it_ended(errands: Errands, qtbot: QtBot) -> None:
    """Cancelling asks; the work decides where to stop."""
    heard, gate = Heard(), threading.Event()

    def build(progress: Progress) -> str:
        _until_cancelled(progress, gate)
        return "stopped"

    errands.act("build", build, heard.on_outcome)
    qtbot.waitUntil(gate.is_set, timeout=10_000)
    errands.cancel("build")
    qtbot.waitUntil(lambda: heard.values == ["stopped"])


def test_a_listener_that_is_gone_is_not_called(errands: Errands, qtbot: QtBot) -> None:
    """A page deleted in mid-errand costs nothing; `finished` still tells."""
    heard, finished, gate = Heard(), [], threading.Event()
    errands.finished.connect(finished.append)
    errands.act("import", lambda _: gate.wait(10), heard.on_outcome)
    with qtbot.waitSignal(heard.destroyed):
        heard.deleteLater()
    gate.set()
    qtbot.waitUntil(lambda: [each.name for each in finished] == ["import"])


def test_busy_is_told_when_acts_begin_and_end(errands: Errands, qtbot: QtBot) -> None:
    """Looks do not count."""
    heard, told = Heard(), []
    errands.became_busy.connect(lambda: told.append("busy"))
    errands.became_idle.connect(lambda: told.append("idle"))
    errands.look("look", lambda _: 1, heard.on_outcome)
    errands.act("act", lambda _: 2, heard.on_outcome)
    assert errands.is_busy
    qtbot.waitUntil(lambda: len(heard.values) == 2)
    assert told == ["busy", "idle"]
    assert not errands.is_busy


def test_two_thousand_errands_lose_nothing(errands: Errands, qtbot: QtBot) -> None:
    """Every act of a storm is heard exactly once."""
    heard = Heard()
    for number in range(2000):
        errands.act(f"{number}", lambda _, n=number: n, heard.on_outcome)
    qtbot.waitUntil(lambda: len(heard.outcomes) == 2000, timeout=20_000)
    assert sorted(heard.values) == list(range(2000))


def test_the_store_is_never_asked_two_things_at_once(errands: Errands, qtbot: QtBot) -> None:
    """Its room has one thread."""
    heard, inside, most = Heard(), [], []

    def read(_: Progress) -> None:
        inside.append(1)
        most.append(len(inside))
        inside.pop()

    for number in range(200):
        errands.act(f"{number}", read, heard.on_outcome, room="store")
    qtbot.waitUntil(lambda: len(heard.outcomes) == 200)
    assert max(most) == 1
