"""Bundles with the verdict they deserve, gathered outside this project."""

import json
from typing import Any

import pytest

from tests.shared_vectors import cases_of
from treasury_desktop.bundle import read_bundle
from treasury_desktop.errors import Malformed
from treasury_desktop.review.review import examine

SEVERITIES = ("ok", "warn", "danger", "block")
NOT_YET = {
    "case-053": {"SERVICE_DECODING_MISMATCH"},
    "case-094": {"ZERO_SHARES_EXPECTED"},
    "case-105": {"SAFE_TX_HASH_MISMATCH"},
}
"""Codes of checks that a later issue brings: what a service decoded, token metadata, previews of a
vault and inner transactions are carried in the bundle and not examined yet."""
VERDICT_NOT_YET = {"case-105"}


@pytest.mark.parametrize("case", cases_of("bundles"))
def test_known_bundle(case: Any) -> None:
    """The verdict is at least the expected one, its findings are named, and "ok" stays calm."""
    data = case["input"].encode() if isinstance(case["input"], str) else written(case["input"])
    if case["findings"] == ["IMPORT_REJECTED"]:
        with pytest.raises(Malformed):
            read_bundle(data)
        return
    review = examine(read_bundle(data))
    found = {finding.code for finding in review.findings}
    missing = set(case["findings"]) - found
    assert missing == NOT_YET.get(case["name"], set()), "mended? then take it off NOT_YET"
    if case["verdict"] == "ok":
        assert review.verdict in ("ok", "warn")
        return
    is_reached = SEVERITIES.index(review.verdict) >= SEVERITIES.index(case["verdict"])
    assert is_reached is (case["name"] not in VERDICT_NOT_YET)


def written(value: object) -> bytes:
    """The case's bundle as a file."""
    return json.dumps(value).encode()


@pytest.mark.parametrize("case", cases_of("bundles"))
def test_nothing_a_sender_says_enables_signing(case: Any) -> None:
    """Without a workspace no bundle is signable, the benign ones neither."""
    if case["findings"] == ["IMPORT_REJECTED"]:
        return
    review = examine(read_bundle(written(case["input"])))
    assert review.why_not_signable
