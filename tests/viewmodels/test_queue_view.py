"""The queue in words: lanes, rivals, who signed, and what is mine to do."""

from cProfile import Profile
from dataclasses import replace

import pytest

from tests.nested_safes import outer_queued, the_council, the_treasury, two_safes
from tests.samples import a_deposit_tx, a_safe, a_workspace, an_owner
from tests.signing_desk import EXECUTOR_KEY, OTHER_OWNER_KEY, OWNER_KEY, WATCHED_KEY, a_kept
from treasury_desktop.desk.doors import KeyLabel
from treasury_desktop.desk.import_transaction import Imported
from treasury_desktop.safes.lifecycle import State
from treasury_desktop.safes.queued import QuarantinedSignature, QueuedTransaction
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.viewmodels.arrivals import import_words
from treasury_desktop.viewmodels.next_step import Step
from treasury_desktop.viewmodels.queue import (
    QueueCard,
    QueueView,
    queue_view,
    suggested_file_name,
)

KEYS = (OWNER_KEY, EXECUTOR_KEY)


def view_of(
    *queue: QueuedTransaction,
    keys: tuple[KeyLabel, ...] | None = KEYS,
    verdicts: dict[bytes, str] | None = None,
) -> QueueView:
    """The page of a queue at the sample desk."""
    return queue_view(queue, a_safe(), a_workspace(), keys, verdicts or {})


def only_card(view: QueueView) -> QueueCard:
    """The one card there is."""
    (card,) = (card for lane in view.lanes for card in lane.cards)
    return card


def test_my_missing_signature_waits_for_me() -> None:
    """An owner key that has not signed makes the transaction mine to review."""
    view = view_of(a_kept(signed_by=(2,)))
    card = only_card(view)
    assert (card.step, card.is_main, card.signed) == (Step.SIGN, True, "1 of 2 signed")
    assert view.sentence == "1 of 1 waits for you."


def test_what_i_signed_is_for_my_cosigners() -> None:
    """The next step is the bundle for the others."""
    card = only_card(view_of(a_kept(signed_by=(1,))))
    assert card.step is Step.EXPORT
    assert card.step_words == "You signed. 1 more confirmation from other owners."
    assert not card.waits_for_me


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ((), "This desk has no key yet. 2 more confirmations from owners."),
        ((EXECUTOR_KEY,), "No key of this desk is an owner's. 2 more confirmations from owners."),
    ],
)
def test_a_desk_without_an_owner_key_is_led_to_its_keys(
    keys: tuple[KeyLabel, ...], words: str
) -> None:
    """That comes before sending anything to cosigners."""
    card = only_card(view_of(a_kept(), keys=keys))
    assert (card.step, card.step_text, card.is_main) == (Step.OPEN_KEYS, "Open Keys", True)
    assert card.step_words == words


def test_keys_that_cannot_be_read_are_not_none() -> None:
    """Nobody is sent to create a key while the key ring does not answer."""
    card = only_card(view_of(a_kept(), keys=None))
    assert (card.step, card.is_main) == (Step.READ, False)
    assert card.step_words == "The keys of this desk are not known."


def test_enough_signatures_at_the_next_nonce_can_be_executed() -> None:
    """Executing is the one accented step."""
    ready = a_kept(signed_by=(1, 2), state=State.CONFIRMED)
    later = a_kept(a_deposit_tx(5, nonce=13), signed_by=(2,))
    view = view_of(ready, later)
    main = [card for lane in view.lanes for card in lane.cards if card.is_main]
    assert [(card.nonce, card.step) for card in main] == [(12, Step.EXECUTE)]


def test_without_an_executor_key_somebody_else_has_to_send() -> None:
    """The words say why it is not offered."""
    ready = a_kept(signed_by=(1, 2), state=State.CONFIRMED)
    card = only_card(view_of(ready, keys=(OWNER_KEY,)))
    assert card.step is Step.EXPORT
    assert "no executor key" in card.step_words
    nobody = only_card(view_of(ready, keys=()))
    assert nobody.step is Step.OPEN_KEYS


def test_a_confirmed_transaction_waits_for_its_nonce() -> None:
    """Enough signatures do not jump the queue."""
    card = only_card(view_of(a_kept(a_deposit_tx(5, nonce=14), signed_by=(1, 2))))
    assert card.step is Step.WAIT
    assert card.step_words == "Enough owners signed; it waits for nonce 12."


def test_sent_is_unknown_and_never_failed() -> None:
    """Until the chain says so, nobody knows."""
    sent = a_kept(signed_by=(1, 2), state=State.SENT)
    card = only_card(view_of(sent))
    assert card.step is Step.LOOK_AGAIN
    assert card.state.text == "sent, outcome unknown"
    assert "failed" not in f"{card.state.text} {card.step_words}"


def test_a_blocked_transaction_is_never_the_accented_one() -> None:
    """The desk does not invite anybody to sign what the review forbids."""
    queued = a_kept()
    view = view_of(queued, verdicts={queued.safe_tx_hash: "block"})
    card = only_card(view)
    assert (card.step, card.is_main, view.waiting) == (Step.READ, False, 0)


def test_rivals_stand_in_one_lane_and_only_one_may_be_signed() -> None:
    """Having signed one of them, the other is for reading."""
    mine, rival = a_kept(signed_by=(1,)), a_kept(a_deposit_tx(7))
    view = view_of(mine, rival)
    (lane,) = view.lanes
    assert "2 rivals" in lane.caption
    other = next(card for card in lane.cards if card.safe_tx_hash == rival.safe_tx_hash)
    assert other.step_words == "You signed another transaction for nonce 12."


def test_a_used_nonce_can_never_run() -> None:
    """It stays in sight and nothing is offered."""
    card = only_card(view_of(a_kept(a_deposit_tx(5, nonce=11))))
    assert card.state.text == "nonce used"


def test_signatures_kept_aside_are_shown_with_their_reason() -> None:
    """Foreign words are made harmless."""
    queued = a_kept()
    bad = QuarantinedSignature(
        safe_tx_hash=queued.safe_tx_hash, claimed_signer=None, data=b"", reason="odd\u202e"
    )
    card = only_card(view_of(replace(queued, quarantined=(bad,))))
    assert card.quarantined == ("nobody: odd⟨U+202E⟩",)


def test_names_say_who_signed_and_who_has_not() -> None:
    """My own keys go by their label."""
    card = only_card(view_of(a_kept(signed_by=(2,)), keys=(OWNER_KEY, OTHER_OWNER_KEY)))
    assert card.names.startswith("signed: Signer B (this desk) · not yet: Signer A (this desk)")
    assert [dot.is_signed for dot in card.dots] == [False, True, False]
    assert card.dots[2].address == str(an_owner(3))


def test_a_signature_of_somebody_else_is_not_counted() -> None:
    """Only the Safe's owners fill a dot."""
    card = only_card(view_of(a_kept(signed_by=(5,))))
    assert card.signed == "0 of 2 signed"


def test_without_the_safe_nothing_is_offered() -> None:
    """Nobody knows who the owners are."""
    view = queue_view((a_kept(),), None, a_workspace(), KEYS, {})
    assert only_card(view).step is Step.WAIT


@pytest.mark.parametrize(
    ("imported", "words", "kind"),
    [
        ((False, 1, 0), "Imported a new transaction. 1 new confirmation.", "good"),
        (
            (True, 0, 2),
            "Known already. 0 new confirmations. 2 signatures kept aside, not counted.",
            "advice",
        ),
    ],
)
def test_an_import_says_what_came_of_it(
    imported: tuple[bool, int, int], words: str, kind: str
) -> None:
    """Counted and uncounted signatures are told apart."""
    known, new, bad = imported
    outcome = Imported(
        safe_tx_hash=bytes(32), was_known=known, new_confirmations=new, quarantined=bad
    )
    assert import_words(outcome) == (words, kind)


def test_a_suggested_file_name_holds_only_our_figures() -> None:
    """A purpose cannot choose where a file goes."""
    queued = a_kept(purpose="../../etc/passwd")
    assert suggested_file_name(queued) == f"safe-nonce-12-{queued.safe_tx_hash.hex()[:8]}.json"


def test_the_rejection_of_what_i_signed_is_mine_to_sign() -> None:
    """The one second signature that can do no harm is offered, and waits for me."""
    signed = a_kept(a_deposit_tx(5), signed_by=(1,))
    rejection = a_kept(SafeTx(to=a_safe().address, nonce=12), strategy=None)
    (lane,) = view_of(signed, rejection).lanes
    card = next(card for card in lane.cards if card.safe_tx_hash == rejection.safe_tx_hash)
    assert (card.step, card.waits_for_me) == (Step.SIGN, True)


def test_a_gap_has_a_lane_of_its_own() -> None:
    """Nobody proposed anything for 12 and 14; what waits behind them says so."""
    lanes = view_of(a_kept(a_deposit_tx(5, 13)), a_kept(a_deposit_tx(5, 17))).lanes
    assert [(lane.title, len(lane.cards)) for lane in lanes] == [
        ("Nonce 12", 0),
        ("Nonce 13", 1),
        ("Nonces 14 to 16", 0),
        ("Nonce 17", 1),
    ]
    assert [lane.rejects for lane in lanes] == [
        "Fill nonce 12 with a rejection",
        "Draft a rejection of nonce 13",
        "Fill nonce 14 with a rejection",
        "Draft a rejection of nonce 17",
    ]


def test_a_rejection_is_offered_where_it_can_help() -> None:
    """Not beside another one, not for what is on its way, and not for a nonce that was used."""
    rejection = a_kept(SafeTx(to=a_safe().address, nonce=12), strategy=None)
    (beside,) = view_of(a_kept(a_deposit_tx(5)), rejection).lanes
    (sent,) = view_of(a_kept(a_deposit_tx(5), state=State.SENT)).lanes
    (passed,) = view_of(a_kept(a_deposit_tx(5, 11))).lanes
    assert [lane.rejects for lane in (beside, sent, passed)] == ["", "", ""]


def test_without_a_nonce_nothing_is_a_gap() -> None:
    """Unknown is not zero."""
    lanes = queue_view((a_kept(a_deposit_tx(5, 13)),), None, a_workspace(), KEYS, {}).lanes
    assert [(lane.title, lane.rejects) for lane in lanes] == [("Nonce 13", "")]


def test_owner_whose_key_is_elsewhere_is_asked_by_exporting() -> None:
    """His dot is mine, and what to do next is not a button that cannot sign."""
    view = view_of(a_kept(signed_by=(2,)), keys=(WATCHED_KEY, EXECUTOR_KEY))
    card = only_card(view)
    assert card.step is Step.EXPORT
    assert (view.waiting, view.sentence) == (1, "1 of 1 waits for you.")
    assert card.step_words.startswith("Ledger (key elsewhere) has not signed. Export")
    assert [dot.is_mine for dot in card.dots] == [False, False, True]
    both = only_card(view_of(a_kept(signed_by=(2,)), keys=(OWNER_KEY, WATCHED_KEY)))
    assert both.step_words == "Your confirmation is missing."


def calls_for(number: int) -> int:
    """How many calls it takes to show so many rivals, of which a Safe of ours is an owner."""
    base = outer_queued(bundle=b"")
    queue = tuple(
        replace(base, tx=replace(base.tx, value=at), safe_tx_hash=at.to_bytes(32, "big"))
        for at in range(number)
    )
    with Profile() as profile:
        queue_view(queue, the_treasury(), two_safes(), (OWNER_KEY,), {}, others=(the_council(),))
    return sum(entry.callcount for entry in profile.getstats())


def test_rivals_are_looked_up_and_not_searched() -> None:
    """Thousands that somebody sends do not freeze the page: each costs what the first did."""
    calls_for(10)  # what is remembered from the first time on
    assert calls_for(1_600) < 5 * calls_for(400)
