"""Work that takes longer than a frame, done off the GUI thread and brought back to it.

Two kinds: a *look* may be forgotten when a newer one of its name was asked for; an *act* (sign,
import, send) is never forgotten and never runs twice under one name. What the work returns or
raises comes back as a value, `Done` or `Failed`, so no failure is lost in a thread.
"""

import logging
import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Generic, Literal, TypeVar

import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QThreadPool, QTimer, Signal

from treasury_desktop.errors import Cancelled, TreasuryError

T = TypeVar("T")
Room = Literal["reading", "store", "keys"]

THREADS: Final[dict[Room, int]] = {"reading": 4, "store": 1, "keys": 1}
"""One thread each for the store and the keys: neither is asked two things at once."""

PAUSE_BEFORE_LOOKS_MS: Final = 30
"""A page is painted first; Python works for one thread at a time. Nothing is read for what somebody
is still typing."""

SECONDS_FOR_LOOKS: Final = 3.0
"""How long closing waits for what may be forgotten."""

_given_up: Final[list[QThreadPool]] = []
"""Pools whose threads hang somewhere in the system: Qt would wait for them in their destructor."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """How far long work has come: `done` of `total` (0 when nobody knows), and its words."""

    done: int
    total: int
    label: str


@dataclass(frozen=True)  # no slots: with them Done[T](…) fails in Python 3.11
class Done(Generic[T]):
    """The work returned this value."""

    value: T


@dataclass(frozen=True, slots=True)
class Failed:
    """The work raised this error."""

    error: Exception

    @property
    def is_expected(self) -> bool:
        """Whether a person can act on it; everything else is our bug."""
        return isinstance(self.error, TreasuryError)

    @property
    def sentence(self) -> str:
        """What to tell the person: never the text of an unexpected error, it may hold secrets."""
        if isinstance(self.error, TreasuryError):
            return self.error.sentence
        return f"Something went wrong inside the program ({type(self.error).__name__})."


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """An errand that ended: its name and what came of it."""

    name: str
    outcome: Done[Any] | Failed


class Progress:
    """What long work is given to say how far it is and to learn that it should stop.

    `report` and `is_cancelled` fit `OnProgress` and `IsCancelled` of desk/doors.py. Safe from any
    thread. Reports that come faster than the window shows them are merged.
    """

    def __init__(self, said: Callable[[], None] | None = None) -> None:
        self._said = said
        self._stop = threading.Event()
        self._latest: Step | None = None
        self._lock = threading.Lock()

    def report(self, done: int, total: int, label: str) -> None:
        """Says that `done` of `total` steps are over and what is going on now."""
        with self._lock:
            is_news = self._latest is None
            self._latest = Step(done=done, total=total, label=label)
        if is_news and self._said is not None:
            self._said()

    def is_cancelled(self) -> bool:
        """Whether the work should stop at the next place where nothing is half-done."""
        return self._stop.is_set()

    def cancel(self) -> None:
        """Asks the work to stop."""
        self._stop.set()

    def take(self) -> Step | None:
        """The newest report not yet shown."""
        with self._lock:
            latest, self._latest = self._latest, None
        return latest


Work = Callable[[Progress], T]
OnOutcome = Callable[[Done[T] | Failed], None]
OnStep = Callable[[Step], None]


class _Errand:
    """One piece of work on its way."""

    def __init__(
        self,
        name: str,
        work: Work[Any],
        on_outcome: OnOutcome[Any],
        on_step: OnStep | None,
        *,
        is_act: bool,
    ) -> None:
        self.name = name
        self.work = work
        self.on_outcome = on_outcome
        self.on_step = on_step
        self.is_act = is_act
        self.progress = Progress()
        self.outcome: Done[Any] | Failed | None = None
        self.ended = threading.Event()
        self._lock = threading.Lock()
        self._is_begun = False
        self._is_dropped = False

    def begin(self) -> bool:
        """Whether it may run: nobody dropped it before."""
        with self._lock:
            self._is_begun = not self._is_dropped
            return self._is_begun

    def drop(self) -> bool:
        """Whether it will never run: it had not begun."""
        with self._lock:
            self._is_dropped = not self._is_begun
            return self._is_dropped


class Errands(QObject):
    """Runs work in three pools and delivers every outcome on the GUI thread.

    Signals: `finished` with each `Finished`, dropped looks excepted; `failed_unexpectedly` with a
    `Finished` whose error is our bug; `became_busy` and `became_idle` when acts start and end;
    `stop_asked` with the name of an act that was asked to stop, `closing` before acts are waited
    for and `acts_ended` before looks are: whoever can end what they wait for does so then.
    """

    finished = Signal(object)
    failed_unexpectedly = Signal(object)
    became_busy = Signal()
    became_idle = Signal()
    stop_asked = Signal(object)
    closing = Signal()
    acts_ended = Signal()
    _arrived = Signal(object)
    _stepped = Signal(object)

    all: Final[weakref.WeakSet["Errands"]] = weakref.WeakSet()
    """Every living one, so that tests can see that nothing was left running."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pools: dict[Room, QThreadPool] = {}
        self._looks: dict[str, _Errand] = {}
        self._acts: dict[str, _Errand] = {}
        self._under_way: set[_Errand] = set()
        self._is_closed = False
        self.seconds_for_looks = SECONDS_FOR_LOOKS
        self.has_given_up = False
        self._arrived.connect(self._on_arrived)
        self._stepped.connect(self._on_stepped)
        Errands.all.add(self)

    def look(
        self,
        name: str,
        work: Work[T],
        on_outcome: OnOutcome[T],
        *,
        room: Room = "reading",
        on_step: OnStep | None = None,
    ) -> None:
        """Reads something; an earlier look of this name is told to stop and its outcome dropped."""
        if self._is_closed:
            return
        self.cancel_look(name)
        errand = _Errand(name, work, on_outcome, on_step, is_act=False)
        self._looks[name] = errand
        QTimer.singleShot(PAUSE_BEFORE_LOOKS_MS, self, lambda: self._start_look(errand, room))

    def act(
        self,
        name: str,
        work: Work[T],
        on_outcome: OnOutcome[T],
        *,
        room: Room = "reading",
        on_step: OnStep | None = None,
    ) -> bool:
        """Does something with consequences; False, and nothing done, while one of this name runs.

        The work records its own result before it returns: the outcome only tells the window.
        """
        if self._is_closed or name in self._acts:
            return False
        errand = _Errand(name, work, on_outcome, on_step, is_act=True)
        self._acts[name] = errand
        if len(self._acts) == 1:
            self.became_busy.emit()
        self._start(errand, room)
        return True

    def cancel(self, name: str) -> None:
        """Asks the errand of this name to stop; an act still delivers its outcome."""
        self.cancel_look(name)
        if name in self._acts:
            self._acts[name].progress.cancel()
            self.stop_asked.emit(name)

    def cancel_look(self, name: str) -> None:
        """Forgets the look of this name, if one is under way."""
        errand = self._looks.pop(name, None)
        if errand is not None:
            errand.progress.cancel()

    def is_acting(self, name: str) -> bool:
        """Whether an act of this name is under way."""
        return name in self._acts

    @property
    def is_busy(self) -> bool:
        """Whether any act is under way."""
        return bool(self._acts)

    @property
    def is_quiet(self) -> bool:
        """Whether no work of any kind is queued or running."""
        return not self._under_way and not self._looks

    def close(self) -> None:
        """Refuses new errands, drops looks, waits for acts, and delivers their outcomes.

        Looks are waited for only so long; one that hangs in the system does not keep the window.
        """
        self._is_closed = True
        for errand in self._under_way:
            errand.progress.cancel()
        self._looks.clear()
        self.closing.emit()
        self._wait_for_acts()
        self.acts_ended.emit()
        until = time.monotonic() + self.seconds_for_looks
        for room, pool in tuple(self._pools.items()):
            if not pool.waitForDone(max(round((until - time.monotonic()) * 1000), 0)):
                self._give_up(self._pools.pop(room))
        QCoreApplication.sendPostedEvents(self, QEvent.Type.MetaCall)

    def _wait_for_acts(self) -> None:
        """To their end, but for those that could not even begin: they have done nothing."""
        until = time.monotonic() + self.seconds_for_looks
        for act in tuple(self._acts.values()):
            if not act.ended.wait(max(until - time.monotonic(), 0)) and act.drop():
                act.outcome = Failed(Cancelled())
                self._on_arrived(act)
            else:
                act.ended.wait()

    def _give_up(self, pool: QThreadPool) -> None:
        pool.setParent(None)
        _given_up.append(pool)
        self.has_given_up = True

    def _start_look(self, errand: _Errand, room: Room) -> None:
        """Unless it was forgotten meanwhile, as while somebody types."""
        if self._looks.get(errand.name) is errand:
            self._start(errand, room)

    def _start(self, errand: _Errand, room: Room) -> None:
        self._under_way.add(errand)
        errand.progress = Progress(lambda: self._stepped.emit(errand))
        if room not in self._pools:
            pool = QThreadPool(self)
            pool.setMaxThreadCount(THREADS[room])
            self._pools[room] = pool
        self._pools[room].start(lambda: self._run(errand))

    def _run(self, errand: _Errand) -> None:
        """In the pool's thread. Work of a forgotten look does not even begin."""
        if not errand.begin():
            return
        if errand.is_act or not errand.progress.is_cancelled():
            try:
                errand.outcome = Done(errand.work(errand.progress))
            except Exception as error:  # noqa: BLE001  the program's one: an outcome is a value
                errand.outcome = Failed(error)
        if shiboken6.isValid(self):  # not so where the look was given up and the window is gone
            self._arrived.emit(errand)
        errand.ended.set()

    def _on_arrived(self, errand: _Errand) -> None:
        self._under_way.discard(errand)
        if errand.is_act:
            del self._acts[errand.name]
            self._deliver(errand)
            if not self._acts:
                self.became_idle.emit()
        elif self._looks.get(errand.name) is errand:
            del self._looks[errand.name]
            self._deliver(errand)

    def _on_stepped(self, errand: _Errand) -> None:
        step = errand.progress.take()
        is_current = errand.is_act or self._looks.get(errand.name) is errand
        if step and is_current and errand.on_step and _is_alive(errand.on_step):
            errand.on_step(step)

    def _deliver(self, errand: _Errand) -> None:
        if errand.outcome is None:
            return
        ended = Finished(name=errand.name, outcome=errand.outcome)
        if isinstance(errand.outcome, Failed) and not errand.outcome.is_expected:
            kind = type(errand.outcome.error).__name__  # its text and locals may hold secrets
            _log.error("errand %s failed unexpectedly: %s", errand.name, kind)
            self.failed_unexpectedly.emit(ended)
        if _is_alive(errand.on_outcome):
            errand.on_outcome(errand.outcome)
        self.finished.emit(ended)


def is_anything_given_up() -> bool:
    """Whether some thread hangs: Python would wait for it at its end, and so has to be ended."""
    return bool(_given_up)


def _is_alive(listener: Callable[..., None]) -> bool:
    """Whether a bound method's Qt object still exists; calling a deleted one would raise."""
    owner = getattr(listener, "__self__", None)
    return not isinstance(owner, QObject) or shiboken6.isValid(owner)
