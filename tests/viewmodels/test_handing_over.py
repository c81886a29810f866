"""What the Export page offers, and what an import of several things says."""

from typing import NamedTuple

import pytest

from tests.samples import a_confirmation, a_safe, a_workspace, an_owner
from tests.signing_desk import EXECUTOR_KEY, OWNER_KEY, a_kept
from treasury_desktop.desk.import_signatures import ImportedSignatures
from treasury_desktop.desk.import_transaction import Imported
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.safes.safe import Safe
from treasury_desktop.viewmodels.arrivals import has_several_lines, several_words
from treasury_desktop.viewmodels.handing_over import Form, Offer, code_words, offers, saved_words

KEYS = (OWNER_KEY, EXECUTOR_KEY)


def offered(queued: QueuedTransaction, safe: Safe | None) -> dict[Form, Offer]:
    """Every offer by its form."""
    return {each.form: each for each in offers(queued, safe, a_workspace(), KEYS)}


def test_every_form_is_listed_wherever_it_cannot_be_had() -> None:
    """Places stay the same; the reason stands in place of the description."""
    nobody = offered(a_kept(), None)
    assert tuple(nobody) == tuple(Form)
    assert nobody[Form.REQUEST].why_not == "The Safe's owners are not known; refresh first."
    assert nobody[Form.SIGNATURE].why_not == "No owner's plain signature is here yet."
    assert not nobody[Form.BUNDLE].why_not


def test_a_request_is_for_an_owner_who_has_not_signed() -> None:
    """In full and by name; whoever signed is offered as a signature instead."""
    both = offered(a_kept(signed_by=(2,)), a_safe())
    asked = dict(both[Form.REQUEST].owners)
    assert asked == {
        an_owner(1): f"Signer A (this desk) · {an_owner(1)}",
        an_owner(3): str(an_owner(3)),
    }
    assert [owner for owner, _ in both[Form.SIGNATURE].owners] == [an_owner(2)]


def test_nobody_is_asked_twice() -> None:
    """With all signatures there is nothing to request."""
    everyone = offered(a_kept(signed_by=(1, 2, 3)), a_safe())
    assert everyone[Form.REQUEST].why_not == "Every owner has signed already."


def test_a_series_says_that_any_codes_will_do() -> None:
    """And one code says that it is all."""
    assert code_words(1, 1) == "One QR code holds all of it."
    assert code_words(9, 12).startswith("9 QR codes in turn, number 12; any 9 or a few more")


def test_what_was_saved_is_named() -> None:
    """One file by its name, several by the first and the last."""
    assert saved_words(["a.json"]) == "Saved as a.json."
    assert saved_words(["a-1.png", "a-2.png"]).startswith("Saved 2 pictures, a-1.png to a-2.png.")


class Came(NamedTuple):
    """One of several things."""

    name: str
    imported: Imported | ImportedSignatures | None
    refusal: str = ""


def an_import(first: int, *, new: int = 1, aside: int = 0, is_known: bool = False) -> Imported:
    """A transaction that came in."""
    return Imported(
        safe_tx_hash=bytes([first]) * 32,
        was_known=is_known,
        new_confirmations=new,
        quarantined=aside,
    )


def test_several_imports_are_added_up() -> None:
    """With one transaction among them it is offered for review."""
    lone = ImportedSignatures(
        safe_tx_hashes=(a_confirmation(bytes([7]) * 32, 1).safe_tx_hash,),
        new_confirmations=2,
        quarantined=0,
    )
    words, kind, only = several_words([Came("a", an_import(7)), Came("b", lone)])
    assert words == "2 things imported: 1 new transaction, 3 new confirmations."
    assert (kind, only) == ("good", bytes([7]) * 32)


def test_what_lies_aside_and_what_was_refused_is_said() -> None:
    """At most three refusals in full; the others are counted."""
    bad = [Came(f"{n}.json", None, "it is no bundle.") for n in range(5)]
    words, kind, only = several_words(
        [Came("a", an_import(1, aside=2)), Came("b", an_import(2, is_known=True)), *bad]
    )
    assert words.startswith("2 things imported: 1 new transaction, 2 new confirmations. 2 sig")
    assert "2 signatures kept aside, not counted. 0.json: it is no bundle." in words
    assert words.endswith("2.json: it is no bundle. 2 more were refused.")
    assert (kind, only) == ("advice", None)


def test_nothing_imported_is_said_at_once() -> None:
    """As the kind that stops."""
    words, kind, only = several_words([Came("a", None, "it is no bundle.")])
    assert (words, kind, only) == ("Nothing was imported. a: it is no bundle.", "block", None)


def test_what_signatures_were_told_is_told_on() -> None:
    """Once, however often it was said."""
    lone = ImportedSignatures(
        safe_tx_hashes=(), new_confirmations=0, quarantined=0, unplaced=1, told=("It fits none.",)
    )
    words, kind, _only = several_words([Came("a", lone), Came("b", lone)])
    assert words.count("It fits none.") == 1
    assert kind == "advice"


@pytest.mark.parametrize(
    ("text", "is_several"),
    [
        ("https://a.example/1\nhttps://a.example/2", True),
        ("UR:BYTES/1-2/AA UR:BYTES/2-2/BB", True),
        ("ur:bytes/aa\n", False),
        ('{"a": 1,\n"b": 2}', False),
        ("", False),
    ],
)
def test_lines_of_links_are_several_things(text: str, *, is_several: bool) -> None:
    """JSON over several lines is one."""
    assert has_several_lines(text) is is_several
