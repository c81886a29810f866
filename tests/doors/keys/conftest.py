"""Fixtures for tests of keys."""

import pytest

from tests.doors.keys.key_samples import SAFE_ADDRESS, Case, a_safe, case_of, sealed
from treasury_desktop.assets.address import Address
from treasury_desktop.keys.encrypted_key import EncryptedKey
from treasury_desktop.safes.safe_tx import Operation, SafeTx


@pytest.fixture(scope="session")
def owner_key() -> EncryptedKey:
    """Owner A's key."""
    return sealed(1, "Desk A", "owner")


@pytest.fixture(scope="session")
def executor_key() -> EncryptedKey:
    """The executor's key."""
    return sealed(4, "Gas", "executor")


@pytest.fixture(scope="session")
def honest() -> Case:
    """A rejection of nonce 7, which no review objects to."""
    return case_of(a_safe(), SafeTx(to=SAFE_ADDRESS, nonce=7))


@pytest.fixture(scope="session")
def calm() -> Case:
    """A coin the Safe sends itself at nonce 7: no rejection, and no review objects to it."""
    return case_of(a_safe(), SafeTx(to=SAFE_ADDRESS, value=1, nonce=7))


@pytest.fixture(scope="session")
def hostile() -> Case:
    """A delegatecall to an unknown contract, which every review blocks."""
    tx = SafeTx(
        to=Address(b"\x66" * 20),
        data=bytes.fromhex("a9059cbb") + bytes(64),
        operation=Operation.DELEGATECALL,
        nonce=7,
    )
    return case_of(a_safe(), tx)


@pytest.fixture(autouse=True)
def offscreen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows of child processes are drawn nowhere."""
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
