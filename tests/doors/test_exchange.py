"""Two desks hand transactions to each other in every form, and nothing is lost on the way."""

import json
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import pytest

from tests.samples import (
    NOW,
    PAYROLL,
    a_confirmation,
    a_safe,
    a_safe_tx,
    a_snapshot,
    a_workspace,
    an_owner,
)
from treasury_desktop.application.open_desk import OpenDesk
from treasury_desktop.bundle import Bundle, ClaimedSignature, read_bundle, write_bundle
from treasury_desktop.desk.import_transaction import Imported
from treasury_desktop.errors import Cancelled, Malformed, Refused, TreasuryError
from treasury_desktop.files.workspace_file import write_workspace
from treasury_desktop.safes.hashes import safe_tx_hashes
from treasury_desktop.store.records import open_records
from treasury_desktop.viewmodels.arrivals import several_words
from treasury_desktop.viewmodels.handing_over import Form
from treasury_desktop.windows.actions_of_exchange import Written
from treasury_desktop.windows.code_picture import png_of_code

TX = a_safe_tx(12, to=PAYROLL, value=1)
HASH = safe_tx_hashes(a_safe(), TX).safe_tx
OTHER = a_safe_tx(13, to=PAYROLL, value=2)
BASE = "https://safe.example"
MANY = 100_000

Open = Callable[[str], OpenDesk]


@pytest.fixture
def open_desk(tmp_path: Path) -> Iterator[Open]:
    """Desks by name, each with a folder of its own, that read their Safe once."""
    opened: list[OpenDesk] = []

    def make(name: str) -> OpenDesk:
        folder = tmp_path / name
        folder.mkdir(mode=0o700)
        write_workspace(folder, a_workspace())
        records = open_records(folder)
        records.keep_snapshot(a_snapshot())
        records.close()
        opened.append(OpenDesk(folder, clock=lambda: NOW))
        return opened[-1]

    yield make
    for desk in opened:
        desk.close()


def a_bundle(*owners: int, purpose: str = "Payroll November") -> bytes:
    """The payment with these owners' signatures on it."""
    signed = tuple(
        ClaimedSignature(one.owner, one.signature.encoded)
        for one in (a_confirmation(HASH, owner) for owner in owners)
    )
    return write_bundle(Bundle(safe=a_safe(), tx=TX, signatures=signed, purpose=purpose))


def unheard(_done: int, _total: int, _label: str) -> None:
    """Nobody listens to progress."""


def never() -> bool:
    """Nobody cancels."""
    return False


def codes(written: Written, *, lost: int = MANY, count: int) -> list[bytes]:
    """Pictures as a camera takes them, every so many of them missed."""
    shown = enumerate(written.codes, 1)
    return [png_of_code(code) for number, code in islice(shown, count) if number % lost]


@pytest.fixture
def first(open_desk: Open) -> OpenDesk:
    """A desk with the payment, signed by one owner."""
    desk = open_desk("first")
    desk.import_bytes(a_bundle(1))
    return desk


@pytest.mark.parametrize("form", [Form.BUNDLE, Form.SHORT, Form.LOCALSAFE])
def test_what_was_written_is_imported_as_text(first: OpenDesk, open_desk: Open, form: Form) -> None:
    """The same hash, and the signature counts on the other desk."""
    written = first.exchange.write(HASH, form, base=BASE)
    second = open_desk("second")
    came = second.import_text(written.text)
    assert (came.safe_tx_hash, came.new_confirmations) == (HASH, 1)


@pytest.mark.parametrize("form", [Form.BUNDLE, Form.SHORT])
def test_saved_pictures_are_imported_together(
    first: OpenDesk, open_desk: Open, tmp_path: Path, form: Form
) -> None:
    """In any order; as many files as are needed, numbered."""
    written = first.exchange.write(HASH, form)
    paths = first.exchange.save_codes(written, tmp_path / "codes.png")
    assert len(paths) == written.parts > 1
    assert paths[0].name.startswith("codes-")
    assert paths[0].name.endswith(f"-of-{len(paths)}.png")
    second = open_desk("second")
    (arrival,) = second.exchange.import_several(tuple(reversed(paths)), unheard, never)
    assert isinstance(arrival.imported, Imported)
    assert (arrival.imported.safe_tx_hash, arrival.imported.new_confirmations) == (HASH, 1)


def test_codes_that_a_camera_missed_are_made_up_for(first: OpenDesk, open_desk: Open) -> None:
    """Every third picture is lost, later ones take their place."""
    written = first.exchange.write(HASH, Form.BUNDLE)
    pictures = codes(written, lost=3, count=3 * written.parts)
    (arrival,) = open_desk("second").exchange.import_several(pictures, unheard, never)
    assert isinstance(arrival.imported, Imported)


def test_too_few_pictures_say_how_many_are_missing(first: OpenDesk, open_desk: Open) -> None:
    """Nothing is kept of them."""
    written = first.exchange.write(HASH, Form.BUNDLE)
    pictures = codes(written, count=written.parts - 1)
    second = open_desk("second")
    (arrival,) = second.exchange.import_several(pictures, unheard, never)
    assert arrival.imported is None
    assert "part" in arrival.refusal
    assert second.queue() == ()


def test_a_signature_travels_alone(first: OpenDesk, open_desk: Open) -> None:
    """As the answer of an air-gapped signer, for a desk that has the transaction."""
    written = first.exchange.write(HASH, Form.SIGNATURE, owner=an_owner(1))
    assert written.parts == 1
    second = open_desk("second")
    second.import_bytes(a_bundle())
    (picture,) = codes(written, count=1)
    assert second.import_bytes(picture).new_confirmations == 1


def test_a_request_is_of_the_transaction_itself(first: OpenDesk, open_desk: Open) -> None:
    """Another desk reads the request as the transaction that it asks to sign."""
    written = first.exchange.write(HASH, Form.REQUEST, owner=an_owner(2))
    assert written.text.startswith("ur:eth-sign-request/")
    assert open_desk("second").import_text(written.text).safe_tx_hash == HASH


def test_a_short_bundle_says_nothing_of_the_treasury(first: OpenDesk) -> None:
    """Neither holdings nor prices nor payees; transaction, purpose and signatures are whole."""
    whole = read_bundle(first.exchange.write(HASH, Form.BUNDLE).text.encode())
    short = read_bundle(first.exchange.write(HASH, Form.SHORT).text.encode())
    assert whole.evidence.holdings
    assert "Payroll A" not in first.exchange.write(HASH, Form.SHORT).text
    assert (short.tx, short.purpose, short.signatures) == (TX, "Payroll November", whole.signatures)


@pytest.mark.parametrize(
    ("base", "problem"),
    [
        ("", "must be one such as"),
        ("safe.example", "must be one such as"),
        ("javascript:alert(1)", "must be one such as"),
        ("https://somebody@safe.example", "must be one such as"),
        ("https://safe.example/?next=", "must be one such as"),
        ("https://safe.example/#", "must be one such as"),
        ("https://[", "is none"),
        ("https://safe.example/a b", "plain characters"),
        ("https://säfe.example", "plain characters"),
        ("https://safe.example/" + "a" * 200, "plain characters"),
    ],
)
def test_a_link_begins_with_an_honest_address(first: OpenDesk, base: str, problem: str) -> None:
    """What is no plain web address is refused by name."""
    with pytest.raises(Malformed, match=problem):
        first.exchange.write(HASH, Form.LOCALSAFE, base=base)


def test_a_link_ends_where_its_address_does(first: OpenDesk) -> None:
    """A slash at the end makes no difference."""
    plain = first.exchange.write(HASH, Form.LOCALSAFE, base=BASE)
    assert first.exchange.write(HASH, Form.LOCALSAFE, base=f" {BASE}/ ").text == plain.text
    assert plain.text.startswith(f"{BASE}/#/safe/")


def test_what_cannot_be_written_says_why(first: OpenDesk) -> None:
    """No transaction, no owner, no signature of theirs, no name of the chain."""
    exchange = first.exchange
    with pytest.raises(Refused, match="not in the queue"):
        exchange.write(bytes(32), Form.BUNDLE)
    with pytest.raises(Refused, match="Name the owner"):
        exchange.write(HASH, Form.REQUEST)
    with pytest.raises(Refused, match="has not signed here"):
        exchange.write(HASH, Form.SIGNATURE, owner=an_owner(2))
    with pytest.raises(Refused, match="no name"):
        exchange.write(HASH, Form.ETERNAL_SAFE, base=BASE)


def test_a_bundle_too_large_for_codes_is_still_a_file(open_desk: Open, tmp_path: Path) -> None:
    """The sentence sends the person to the file, and no picture is written."""
    desk = open_desk("first")
    desk.import_bytes(a_bundle(purpose="x" * 250_000))
    written = desk.exchange.write(HASH, Form.SHORT)
    assert (written.parts, tuple(written.codes)) == (0, ())
    assert "Send it as a file" in written.why_no_code
    with pytest.raises(Refused, match="Send it as a file"):
        desk.exchange.save_codes(written, tmp_path / "codes.png")
    desk.exchange.save_text(written, tmp_path / "bundle.json")
    assert (tmp_path / "bundle.json").read_text() == written.text


def test_a_long_link_has_no_code(open_desk: Open) -> None:
    """It is copied; the reason says how long it is."""
    desk = open_desk("first")
    tx = a_safe_tx(12, to=PAYROLL, value=1, data=bytes(3000))
    came = desk.import_bytes(write_bundle(Bundle(safe=a_safe(), tx=tx)))
    written = desk.exchange.write(came.safe_tx_hash, Form.LOCALSAFE, base=BASE)
    assert (written.parts, "more than one QR code holds" in written.why_no_code) == (0, True)


def test_one_bad_thing_loses_no_other(open_desk: Open, tmp_path: Path) -> None:
    """Files and pasted lines, each by itself; a signature may stand before its transaction."""
    desk = open_desk("desk")
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_bytes(a_bundle(1))
    bad.write_text('{"format": "treasury-desktop/bundle@1"}')
    alone = json.dumps({"signature": "0x" + a_confirmation(HASH, 2).signature.encoded.hex()})
    things = [alone.encode(), bad, good, tmp_path / "gone.json"]
    arrivals = desk.exchange.import_several(things, unheard, never)
    assert [bool(each.imported) for each in arrivals] == [True, False, True, False]
    (queued,) = desk.queue()
    assert {c.owner for c in queued.confirmations} == {an_owner(1), an_owner(2)}
    words, kind, only = several_words(arrivals)
    assert words.startswith("2 things imported: 1 new transaction, 2 new confirmations. bad.json: ")
    assert (kind, only) == ("advice", HASH)


def test_lines_are_things_of_their_own(first: OpenDesk, open_desk: Open) -> None:
    """Two links in one text are two imports."""
    other = write_bundle(Bundle(safe=a_safe(), tx=OTHER))
    second_hash = first.import_bytes(other).safe_tx_hash
    links = [first.exchange.write(h, Form.LOCALSAFE, base=BASE).text for h in (HASH, second_hash)]
    desk = open_desk("second")
    arrivals = desk.exchange.import_several(["\n".join(links).encode()], unheard, never)
    assert [bool(each.imported) for each in arrivals] == [True, True]
    assert len(desk.queue()) == 2


def test_too_much_at_once_is_refused(open_desk: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """By number of things, by lines and by size; each with what would help."""
    desk = open_desk("desk")
    with pytest.raises(Refused, match="512 at a time"):
        desk.exchange.import_several([b"{}"] * 513, unheard, never)
    lines = b"ur:bytes/1-9/aa\n" * 1025
    (arrival,) = desk.exchange.import_several([lines], unheard, never)
    assert "more than 1,024 lines" in arrival.refusal
    monkeypatch.setattr("treasury_desktop.application.exchange.MOST_BYTES_AT_ONCE", 10)
    (arrival,) = desk.exchange.import_several([a_bundle()], unheard, never)
    assert "import fewer at a time" in arrival.refusal


@pytest.mark.parametrize("after", [0, 3])
def test_a_cancel_keeps_what_is_whole(open_desk: Open, after: int) -> None:
    """Before anything was imported nothing is; later each thing is there or not at all."""
    desk = open_desk("desk")
    looks = iter(range(10))
    things = [a_bundle(1), write_bundle(Bundle(safe=a_safe(), tx=OTHER))]
    with pytest.raises(Cancelled):
        desk.exchange.import_several(things, unheard, lambda: next(looks) >= after)
    assert len(desk.queue()) == (1 if after else 0)


def test_progress_names_what_is_read(open_desk: Open, tmp_path: Path) -> None:
    """File names come from strangers: they are shown as plain text."""
    desk = open_desk("desk")
    named = tmp_path / "a\u202egnp.json"
    named.write_bytes(a_bundle(1))
    said: list[str] = []
    desk.exchange.import_several([named], lambda _d, _t, label: said.append(label), never)
    assert len(said) == 2
    assert not any("\u202e" in words for words in said)


def test_a_picture_that_shows_nothing_is_named(open_desk: Open, tmp_path: Path) -> None:
    """And what else came is kept."""
    desk = open_desk("desk")
    (tmp_path / "white.png").write_bytes(png_of_code(((False,) * 40,) * 40))
    arrivals = desk.exchange.import_several([tmp_path / "white.png", a_bundle(1)], unheard, never)
    assert {each.name: bool(each.imported) for each in arrivals} == {
        "white.png": False,
        "pasted 2": True,
    }


def test_a_bug_of_ours_is_no_refusal(open_desk: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no error of the outside ends the whole import and is told as ours."""
    desk = open_desk("desk")

    def broken(_data: bytes) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(desk, "_import_one", broken)
    with pytest.raises(ZeroDivisionError):
        desk.exchange.import_several([a_bundle()], unheard, never)
    assert not issubclass(ZeroDivisionError, TreasuryError)
