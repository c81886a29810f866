"""The review command and message files: the same exit statuses as for transactions."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.samples import CHAIN_ID, SAFE, a_confirmation, an_owner
from tests.typed_data_samples import a_vote, as_bytes
from treasury_desktop.application.headless_message import message_report, reviewed_message
from treasury_desktop.bundle import ClaimedSignature
from treasury_desktop.command_line import main
from treasury_desktop.files.message_file import FORMAT, MessageFile, write_message_file
from treasury_desktop.messages.hashes import message_hashes
from treasury_desktop.messages.typed_data import read_typed_data
from treasury_desktop.safes.safe import Safe, SafeVersion

A_SAFE = Safe(chain_id=CHAIN_ID, address=SAFE, version=SafeVersion(1, 4, 1))
VOTE = read_typed_data(as_bytes(a_vote(str(SAFE))))
Captured = pytest.CaptureFixture[bytes]


def saved(folder: Path, content: bytes) -> str:
    """The name of a file with these bytes in it."""
    path = folder / "message.json"
    path.write_bytes(content)
    return str(path)


def a_file() -> bytes:
    """A vote with one signature."""
    digest = message_hashes(A_SAFE, VOTE).safe_message
    signature = ClaimedSignature(an_owner(1), a_confirmation(digest, 1).signature.encoded)
    return write_message_file(
        MessageFile(safe=A_SAFE, message=VOTE, purpose="", signatures=(signature,))
    )


def run(arguments: list[str], captured: Captured) -> tuple[int, bytes]:
    """Status and standard output."""
    status = main(["review", *arguments])
    return status, captured.readouterr().out


def test_a_message_file_is_examined(tmp_path: Path, capfdbinary: Captured) -> None:
    """Without a workspace nobody knows the owners: what it does is said, and it blocks."""
    status, out = run([saved(tmp_path, a_file()), "--json"], capfdbinary)
    report: Any = json.loads(out)
    assert (status, report["verdict"], report["evidence_from"]) == (1, "block", "nobody")
    assert report["title"] == "Snapshot vote"
    assert "Votes for choice 1" in report["sentences"][0]
    assert (
        report["hashes"]["safe_message"] == "0x" + message_hashes(A_SAFE, VOTE).safe_message.hex()
    )
    assert [finding["code"] for finding in report["findings"]] == ["STATE_UNKNOWN"]
    assert report["signatures"][0]["status"] == "unverifiable"
    assert report["confirmations"] == {"valid": 0, "threshold": None}


def test_the_report_is_the_same_each_time() -> None:
    """Byte by byte."""
    first, second = (reviewed_message(a_file(), None) for _ in range(2))
    assert first is not None
    assert second is not None
    assert message_report(first) == message_report(second)


def test_a_message_file_is_told_in_words(tmp_path: Path, capfdbinary: Captured) -> None:
    """In the order in which a signer reads it."""
    status, out = run([saved(tmp_path, a_file())], capfdbinary)
    words = out.decode()
    assert status == 1
    assert words.startswith("Verdict: block\nMessage: Snapshot vote\n")
    assert "0 owners signed" in words


def test_a_broken_message_file_is_refused(tmp_path: Path, capfdbinary: Captured) -> None:
    """Exit status 2, and the member that is wrong."""
    whole = json.loads(a_file()) | {"purpose": 7}
    status, out = run([saved(tmp_path, json.dumps(whole).encode()), "--json"], capfdbinary)
    assert status == 2
    assert json.loads(out)["error"]["field"] == "purpose"


@pytest.mark.parametrize("data", [b'{"purpose":"%s"}' % FORMAT.encode(), b"{}", b"\xff"])
def test_what_only_speaks_of_messages_is_none(data: bytes) -> None:
    """It goes the way of transactions."""
    assert reviewed_message(data, None) is None
