"""The report as bytes: made in canonical order, so that nothing has to be sorted afterwards."""

from typing import Any

import pytest

from tests.foreign import PAYEE, a_batch, a_bundle_json, a_call, service_transaction
from tests.fuzz.corpus import a_full_bundle
from treasury_desktop.application.headless_review import review_bytes
from treasury_desktop.assets.strict_json import canonical_json, json_in_order, read_json
from treasury_desktop.review.report import report, report_bytes

Json = dict[str, Any]
BOTH: Json = a_batch(a_call(), a_call(to=PAYEE, data="0xdeadbeef"))
SENT: dict[str, Json] = {
    "a bundle": a_bundle_json(),
    "one with everything": a_full_bundle(),
    "a batch file": BOTH,
    "a service's answer": service_transaction(),
}


@pytest.mark.parametrize("name", SENT)
def test_report_is_canonical(name: str) -> None:
    """Sorting its members again changes no byte."""
    review = review_bytes(canonical_json(SENT[name]))
    assert report_bytes(review) == canonical_json(report(review))


def test_what_is_in_order_is_written_as_it_is() -> None:
    """Nothing is sorted, and half a character is still our mistake."""
    assert json_in_order({"b": 1, "a": "é"}) == '{"b":1,"a":"é"}'.encode()
    assert read_json(json_in_order([True, None, "x"])) == [True, None, "x"]
    with pytest.raises(ValueError, match="surrogates"):
        json_in_order("\ud800")
