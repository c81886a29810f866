"""Keeping a key unlocked for a while: how long at most, and what ends it before.

One rule covers the rest: whatever is no signature with that key ends it.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from treasury_desktop.assets.strict_json import JsonValue
from treasury_desktop.errors import Malformed
from treasury_desktop.keys.hardening import PARENT_IS_GONE
from treasury_desktop.keys.jobs import Job, SignExecution, SignSafeTx

LONGEST_UNLOCK: Final = 300
"""Seconds. The process that keeps the passphrase refuses more, whoever asks."""
LONGEST_NAP: Final = 0.5
"""Seconds by which the clocks with and without sleep may differ before it was sleep."""


class Ending(IntEnum):
    """Why a passphrase is kept no longer, as the exit status of the process that kept it."""

    DESK = PARENT_IS_GONE
    TIME = 21
    SCREEN = 22
    SLEEP = 23
    DEAF = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One moment on three clocks: only `awake` stands still while the computer sleeps."""

    awake: float
    with_sleep: float
    wall: float


def moment() -> Moment:
    """Now. Where the system has no clock that counts sleep, the wall clock is left to see it."""
    awake = time.monotonic()
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    with_sleep = awake if boot is None else time.clock_gettime(boot)
    return Moment(awake=awake, with_sleep=with_sleep, wall=time.time())


def seconds_left(begun: Moment, now: Moment, seconds: float) -> float:
    """How much of the time is left by the clock that has gone furthest."""
    gone = max(now.awake - begun.awake, now.with_sleep - begun.with_sleep, now.wall - begun.wall)
    return seconds - gone


def ending_by_clock(begun: Moment, now: Moment, seconds: float) -> Ending | None:
    """Whether the time is over or the computer has slept meanwhile."""
    awake, with_sleep = now.awake - begun.awake, now.with_sleep - begun.with_sleep
    if with_sleep - awake > LONGEST_NAP:
        return Ending.SLEEP
    return Ending.TIME if seconds_left(begun, now, seconds) <= 0 else None


def offered_seconds(job: Job, window: Mapping[str, JsonValue]) -> int | None:
    """How long the key of a job may stay unlocked if the person says so; `None` for not at all."""
    if "unlock" not in window:
        return None
    seconds = window["unlock"]
    if isinstance(seconds, bool) or not isinstance(seconds, int):
        raise Malformed("job.window.unlock", "is a number of seconds")
    if not 0 < seconds <= LONGEST_UNLOCK:
        raise Malformed("job.window.unlock", f"is at most {LONGEST_UNLOCK} seconds")
    if not isinstance(job, SignSafeTx | SignExecution) or "rehearsal" in window:
        raise Malformed("job.window.unlock", "is for signing only, by a person")
    return seconds
