"""What the messages page says, in words."""

from dataclasses import replace

import pytest

from tests.desk.in_memory import a_key
from tests.messages_at_hand import HANDLED, MessagesAtHand
from tests.samples import NOW, SAFE, VAULT, an_owner
from tests.signing_desk import WATCHED_KEY
from tests.typed_data_samples import a_permit, a_seaport_order, a_sign_in, as_bytes, seaport_item
from treasury_desktop.assets.unknown import UNKNOWN
from treasury_desktop.desk.final_signature import FinalSignature
from treasury_desktop.desk.import_message import ImportedMessage
from treasury_desktop.messages.kept_message import AsideSignature, KeptMessage
from treasury_desktop.messages.text_message import TextMessage
from treasury_desktop.messages.typed_data import read_typed_data
from treasury_desktop.viewmodels.messages import (
    LINES_SHOWN,
    content_text,
    final_words,
    imported_words,
    keys_for_message,
    message_rows,
    message_view,
    suggested_name,
)


def kept(text: str) -> tuple[MessagesAtHand, KeptMessage]:
    """A desk that took a message in, and the message."""
    desk = MessagesAtHand()
    came = desk.messages.import_text(text)
    found = desk.records.message(came.safe_message_hash)
    assert found is not None
    return desk, found


def test_messages_are_listed_by_what_they_are() -> None:
    """A text by its words, a sign-in as one, typed data nobody reads by its type."""
    titles = []
    for text in (
        "Harbour\nDAO agrees.",
        a_sign_in(str(SAFE), chain_id=31337),
        as_bytes(a_permit()).decode(),
        '{"types":{"Login":[{"name":"it","type":"uint8"}]},"domain":{"name":"x"},"message":{"it":1}}',
    ):
        (row,) = message_rows((kept(text)[1],))
        titles.append(row.title)
        assert row.caption == "0 signed · 2026-11-22"
    assert titles == ["Harbour↵DAO agrees.", "Sign-in (EIP-4361)", "ERC-2612 permit", "Login"]


def test_typed_data_is_shown_whole_in_the_order_of_its_types() -> None:
    """Structs, lists, bytes, truth values and empty lists."""
    offer = [seaport_item(1, str(VAULT), 5)]
    order = read_typed_data(as_bytes(a_seaport_order(str(SAFE), offer, [], until=NOW, chain_id=1)))
    shown = content_text(order).split("\n")
    assert shown[0].startswith("OrderComponents(address offerer")
    assert shown[2:4] == ["domain", "    name: Seaport"]
    assert "    offer" in shown
    assert "        [0]" in shown
    assert f"            token: {VAULT}" in shown
    assert "    consideration: none" in shown
    assert "    zoneHash: 0x" + "00" * 32 in shown


def test_truth_values_are_words() -> None:
    """As they stand in JSON."""
    permit = read_typed_data(
        b'{"types":{"A":[{"name":"b","type":"bool"}]},"domain":{"name":"x"},"message":{"b":true}}'
    )
    assert content_text(permit).endswith("b: true")


def test_a_long_message_ends_in_how_much_is_left() -> None:
    """Nobody reads ten thousand lines, and nothing hangs."""
    data = (
        '{"types":{"A":[{"name":"b","type":"uint8[]"}]},"domain":{"name":"x"},"message":{"b":['
        + ",".join("1" for _ in range(LINES_SHOWN + 100))
        + "]}}"
    )
    assert content_text(read_typed_data(data.encode())).endswith("lines more")


def test_what_hides_in_a_text_is_shown() -> None:
    """Line by line."""
    assert content_text(TextMessage("a\r\nb\u202ec")) == "a⟨U+000D⟩\nb⟨U+202E⟩c"


def test_strangers_signatures_are_told_and_not_counted() -> None:
    """Nor is that of somebody who is no owner any more."""
    desk, message = kept("Harbour DAO agrees.")
    aside = AsideSignature(
        safe_message_hash=message.safe_message_hash,
        claimed_signer=None,
        data=b"\1",
        reason="invalid",
    )
    review = desk.messages.review(message.safe_message_hash)
    view = message_view(replace(message, aside=(aside,)), review, "Treasury")
    assert view.aside == ("Nobody named: invalid, kept and not counted",)
    assert view.safe == "Treasury · version 1.4.1 · chain 31337"
    assert (view.own_hash_name, view.signed, view.is_complete) == (
        "EIP-191 hash", "0 of 2 signed", False,
    )  # fmt: skip


def test_keys_that_may_sign() -> None:
    """Owners that have not; else why not."""
    _, message = kept("Harbour DAO agrees.")
    assert keys_for_message(message, HANDLED, (a_key(1), a_key(9)), frozenset()).keys == (a_key(1),)
    signed = frozenset({an_owner(1)})
    cases = (
        ((a_key(1),), HANDLED, signed, "has signed this message already"),
        ((a_key(9),), HANDLED, frozenset(), "belongs to an owner"),
        ((), HANDLED, frozenset(), "no key yet"),
        ((a_key(1),), replace(HANDLED, owners=UNKNOWN), frozenset(), "not known"),
        ((WATCHED_KEY,), HANDLED, frozenset(), "belongs to an owner"),
    )
    for keys, safe, done, words in cases:
        choice = keys_for_message(message, safe, keys, done)
        assert choice.keys == ()
        assert words in choice.why_none


@pytest.mark.parametrize(
    ("imported", "words", "kind"),
    [
        ((False, 0, 0), "The message is kept.", "good"),
        ((True, 2, 0), "here already. 2 signatures of owners came with it.", "good"),
        ((False, 1, 1), "1 did not verify and is kept aside.", "advice"),
        ((False, 0, 2), "The message is kept. 2 did not verify and are kept aside.", "advice"),
    ],
)
def test_what_came_of_an_import(imported: tuple[bool, int, int], words: str, kind: str) -> None:
    """In counts."""
    was_known, new, aside = imported
    came = ImportedMessage(
        safe_message_hash=bytes(32), was_known=was_known, new_confirmations=new, set_aside=aside
    )
    said, how = imported_words(came)
    assert said.endswith(words)
    assert how == kind


@pytest.mark.parametrize(("is_valid", "kind"), [(None, "advice"), (True, "good"), (False, "block")])
def test_what_the_safe_says_of_its_signature(is_valid: object, kind: str) -> None:
    """Unverified is not valid."""
    final = FinalSignature(data=b"\1", is_valid=None, why_unverified="No node.")
    assert final_words(replace(final, is_valid=is_valid))[1] == kind


def test_a_file_is_named_after_the_hash() -> None:
    """Short enough to read."""
    assert suggested_name(bytes.fromhex("ab" * 32)) == "message-abababab.json"
