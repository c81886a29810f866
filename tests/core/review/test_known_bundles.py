"""Bundles with the verdict they deserve, gathered outside this project."""

import json
from typing import Any

import pytest

from tests.shared_vectors import cases_of
from treasury_desktop.bundle import read_bundle
from treasury_desktop.errors import Malformed
from treasury_desktop.review.review import examine

SEVERITIES = ("ok", "warn", "danger", "block")


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
    assert not set(case["findings"]) - found
    if case["verdict"] == "ok":
        assert review.verdict in ("ok", "warn")
        return
    assert SEVERITIES.index(review.verdict) >= SEVERITIES.index(case["verdict"])


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
