"""What holds for every message: a review, never a crash, and no way around by extreme values."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.review.messages.test_message_review import HERE, US, permit, reviewed, usdc_domain
from tests.matters import DAI, USDC, VAULT
from tests.typed_data_samples import (
    JSON,
    TEXTS,
    a_cow_order,
    a_dai_permit,
    a_one_inch_order,
    a_permit2,
    a_seaport_order,
    a_snapshot_proposal,
    a_uniswapx_order,
    a_vote,
    an_authorization,
    any_typed_data,
    leaf_values,
    seaport_item,
)
from treasury_desktop.errors import TreasuryError
from treasury_desktop.review.findings import Severity

EACH: tuple[JSON, ...] = (
    permit(),
    a_dai_permit(US, str(VAULT), domain=usdc_domain()),
    a_permit2("PermitSingle", {str(USDC): 5}, str(VAULT), **HERE),
    a_permit2("PermitBatch", {str(USDC): 5, str(DAI): 7}, str(VAULT), **HERE),
    a_permit2("PermitBatchTransferFrom", {str(USDC): 5}, str(VAULT), **HERE),
    a_cow_order(str(USDC), str(DAI), **HERE),
    a_uniswapx_order(US, str(USDC), str(DAI), **HERE),
    a_one_inch_order(US, str(USDC), str(DAI), **HERE),
    a_seaport_order(
        US, [seaport_item(1, str(USDC), 5)], [seaport_item(1, str(DAI), 5, recipient=US)], **HERE
    ),
    an_authorization("TransferWithAuthorization", US, str(VAULT), domain=usdc_domain(), until=1),
    a_vote(US),
    a_snapshot_proposal(US),
)
ENDS = {
    "address": ("0x" + "00" * 20, "0x" + "ff" * 20, US, str(USDC), str(VAULT)),
    "bool": (True, False),
    "string": ("", "sell", "\u202e", "{}"),
}


def values_of(kind: str) -> st.SearchStrategy[Any]:
    """Values of a type, its ends among them."""
    base = kind.partition("[")[0]
    ends: tuple[Any, ...] = ENDS.get(base, ())
    if base.startswith("uint"):
        ends = (0, 1, str(2 ** int(base[4:]) - 1), str(2 ** (int(base[4:]) - 1)))
    one = leaf_values(base) | st.sampled_from(ends) if ends else leaf_values(base)
    return st.lists(one, max_size=2) if kind.endswith("]") else one


@st.composite
def changed_messages(draw: st.DrawFn) -> JSON:
    """A message of a known kind, some of whose members say something else."""
    data: JSON = json.loads(json.dumps(draw(st.sampled_from(EACH))))
    pending: list[tuple[Any, str]] = [(data["message"], data["primaryType"])]
    while pending:
        value, kind = pending.pop()
        for member in data["types"][kind]:
            name, base = member["name"], member["type"].partition("[")[0]
            if base in data["types"]:
                inner = value[name] if isinstance(value[name], list) else [value[name]]
                pending.extend((each, base) for each in inner)
            elif draw(st.integers(0, 3)) == 0:
                value[name] = draw(values_of(member["type"]))
    return data


@settings(max_examples=400, deadline=None)
@given(changed_messages())
def test_no_value_makes_a_review_fail(data: JSON) -> None:
    """It says what it does, in sentences, and whether it may be signed."""
    review = reviewed(data)
    assert review.sentences
    assert (review.why_not_signable is None) == (review.severity is not Severity.BLOCK)


@settings(max_examples=150, deadline=None)
@given(any_typed_data())
def test_typed_data_that_nobody_knows_always_blocks(data: JSON) -> None:
    """Whatever its types are called."""
    assert "MESSAGE_NOT_DECODED" in {finding.code for finding in reviewed(data).findings}


@given(TEXTS)
def test_no_text_makes_a_review_fail(text: str) -> None:
    """It is reviewed, or refused in one sentence."""
    try:
        review = reviewed("to " + text)
    except TreasuryError as refused:
        assert refused.sentence  # noqa: PT017  every refusal is a sentence
        return
    assert review.sentences


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**256 - 1), st.integers(0, 2**256 - 1))
def test_more_is_never_more_allowed(one: int, other: int) -> None:
    """Of two permits that differ in the amount alone the larger is judged as hard at least."""
    less, more = sorted((one, other))
    hardness = [reviewed(permit(value=str(amount))).severity for amount in (less, more)]
    assert hardness == sorted(hardness)
