"""Strictness for every test: loopback only, no person's own files, no unexpected log record."""

import gc
import ipaddress
import logging
import os
import sys
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.pop("PYTHON_KEYRING_BACKEND", None)
# How long an example takes says how busy the machine is; benchmarks and the fuzzing measure time.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")


def _only_loopback(event: str, arguments: tuple[object, ...]) -> None:
    """Refuses connections that leave this machine, whoever opens them."""
    if event not in ("socket.connect", "socket.sendto"):
        return
    address = arguments[1]
    if not isinstance(address, tuple) or not isinstance(address[0], str):
        return  # a Unix socket
    host = address[0]
    try:
        is_local = ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_local = host == "localhost"
    if not is_local:
        raise PermissionError(f"a test tried to reach {host}")


sys.addaudithook(_only_loopback)

# As in the program (windows/collector.py): cycles that hold widgets are collected between tests,
# never in the middle of a paint event or in a worker thread.
gc.disable()
MANY_OBJECTS = 50_000


@pytest.fixture(autouse=True)
def garbage_is_collected_between_tests() -> Iterator[None]:
    """Collects when much has come together; no test gives collecting back to the interpreter."""
    yield
    assert not gc.isenabled(), "the interpreter collects"
    if gc.get_count()[0] > MANY_OBJECTS:
        gc.collect()


@pytest.fixture(autouse=True)
def no_unexpected_warnings_in_the_log(
    request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture
) -> Iterator[None]:
    """A record of WARNING or above fails the test unless it is marked `expects_log`."""
    yield
    if request.node.get_closest_marker("expects_log"):
        return
    loud = [r for r in caplog.get_records("call") if r.levelno >= logging.WARNING]
    # hypothesis and asyncio log about themselves; only what our own code says is meant.
    ours = [r.getMessage() for r in loud if r.name.startswith("treasury_desktop")]
    assert not ours, f"unexpected log: {ours}"
