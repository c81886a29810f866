"""What only the chain can verify counts while it says so: in queue, review and execution."""

from dataclasses import dataclass, replace

import pytest

from tests.desk.in_memory import MemoryChain, MemoryRecords, MemorySigner, a_key
from tests.samples import (
    NOW,
    PAYROLL,
    STRANGER,
    VAULT_STRATEGY,
    a_confirmation,
    a_deposit_tx,
    a_safe,
    a_safe_tx,
    a_snapshot,
    a_workspace,
    an_agreed_cost,
    an_owner,
)
from tests.signed import by_key
from treasury_desktop.assets.address import Address
from treasury_desktop.assets.unknown import UNKNOWN
from treasury_desktop.bundle import Bundle, ClaimedSignature, read_bundle
from treasury_desktop.desk.ask_the_chain import (
    MOST_ASKED,
    MOST_CARRIED,
    Question,
    ask_the_chain,
    questions_about,
    with_answer,
    with_answers,
)
from treasury_desktop.desk.collect_confirmations import collect_confirmations, still_aside
from treasury_desktop.desk.execute_transaction import execute_transaction
from treasury_desktop.desk.export_bundle import export_bundle
from treasury_desktop.desk.import_transaction import queued_from
from treasury_desktop.desk.local_facts import local_facts
from treasury_desktop.desk.review_transaction import (
    bundle_of,
    bundle_with_our_evidence,
    review_queued,
)
from treasury_desktop.errors import Refused
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.safes.chain_answer import ChainAnswer, approved_by
from treasury_desktop.safes.execution import exec_transaction_calldata
from treasury_desktop.safes.lifecycle import Event, State
from treasury_desktop.safes.queued import QuarantinedSignature, QueuedTransaction
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.safes.signature import Signature
from treasury_desktop.safes.signature_blob import contract_signature, pack_signatures

APPROVED, CONTRACT = an_owner(2), an_owner(3)
"""Owners of whom only the chain can tell; the third is said to be a contract."""
CARRIED = b"what the contract understands"


@dataclass
class MemoryContracts:
    """A chain on which some signatures are accepted; `asked` is what it was asked."""

    accepted: tuple[Signature, ...] = ()
    asked: tuple[Question, ...] = ()

    def answers(self, questions: tuple[Question, ...]) -> tuple[ChainAnswer, ...]:
        """Yes to what it accepts and no to everything else."""
        self.asked = questions
        return tuple(
            ChainAnswer(
                safe_tx_hash=one.safe_tx_hash,
                owner=one.owner,
                signature=one.signature,
                is_accepted=one.signature in self.accepted,
                block_number=1_234,
            )
            for one in questions
        )


def contract(owner: Address = CONTRACT, carried: bytes = CARRIED) -> Signature:
    """A contract signature as it is asked about."""
    return Signature(owner.number, 0, 0, carried)


def our_facts(*queue: QueuedTransaction) -> LocalFacts:
    """What the sample desk knows."""
    return local_facts(a_workspace(), a_snapshot(), queue)


def kept(
    *sent: bytes, tx: SafeTx | None = None, drafted_here: bool = True
) -> tuple[MemoryRecords, QueuedTransaction]:
    """Records with one transaction that the first owner signed, and what else was sent for it."""
    records = MemoryRecords()
    bundle = bundle_with_our_evidence(
        a_safe(), tx or a_deposit_tx(), our_facts(), purpose="", strategy=VAULT_STRATEGY.name
    )
    queued = queued_from(bundle, now=NOW, drafted_here=drafted_here)
    records.keep_transaction(queued)
    mine = by_key(queued.safe_tx_hash, 1)[1].encoded
    claims = tuple(ClaimedSignature(signer=None, data=data) for data in (mine, *sent))
    collect_confirmations(claims, queued.safe_tx_hash, records, a_safe())
    return records, the_one(records)


def the_one(records: MemoryRecords) -> QueuedTransaction:
    """The one transaction in the records."""
    (queued,) = records.transactions(a_safe().address)
    return queued


def told(queued: QueuedTransaction, *accepted: Signature) -> QueuedTransaction:
    """The transaction with what a chain says that accepts these."""
    answers = ask_the_chain(MemoryContracts(accepted), (queued,), (a_safe(),))
    return with_answers((queued,), answers)[0]


def execute(records: MemoryRecords, contracts: MemoryContracts | None, chain: MemoryChain) -> None:
    """Execute the one transaction."""
    execute_transaction(
        the_one(records).safe_tx_hash,
        our_facts(),
        a_key(7, role="executor"),
        an_agreed_cost(),
        signer=MemorySigner(),
        reader=chain,
        broadcaster=chain,
        records=records,
        now=NOW,
        confirmations_on_chain=contracts,
    )


# ── who confirmed ────────────────────────────────────────────────────────────────────────────────


def test_it_counts_while_the_chain_says_so() -> None:
    """Accepted it confirms; without an answer it is aside, as it was sent."""
    sent = contract_signature(CONTRACT, CARRIED)
    _, queued = kept(sent)
    assert queued.confirmed_by == {an_owner(1)}
    assert [(one.data, one.reason) for one in still_aside(queued)] == [(sent, "unverifiable")]
    accepted = told(queued, contract())
    assert accepted.confirmed_by == {an_owner(1), CONTRACT}
    assert still_aside(accepted) == ()
    refused = told(queued)
    assert refused.confirmed_by == {an_owner(1)}
    assert [one.data for one in still_aside(refused)] == [sent]
    assert told(queued, approved_by(APPROVED)).confirmed_by == {an_owner(1), APPROVED}


def test_an_owner_counts_once_however_they_confirm() -> None:
    """A key's signature before an approval, and an approval before a contract's word."""
    _, queued = kept(contract_signature(CONTRACT, CARRIED), contract_signature(CONTRACT, b"2"))
    every = told(
        queued, contract(), contract(carried=b"2"), approved_by(CONTRACT), approved_by(an_owner(1))
    )
    assert every.confirmed_by == {an_owner(1), CONTRACT}
    assert [one.signature for one in every.accepted] == [approved_by(CONTRACT)]
    two = told(queued, contract(), contract(carried=b"2"))
    assert [one.signature for one in two.accepted] == [contract(carried=b"2")]


def test_records_keep_no_answer() -> None:
    """A transaction that is kept with answers comes back without them."""
    records, queued = kept()
    records.keep_transaction(told(queued, approved_by(APPROVED)))
    assert the_one(records).answered == ()


def test_several_signatures_in_one_entry_stay_aside_together() -> None:
    """Where one of them counts for nothing the entry is not lost."""
    both = pack_signatures([(CONTRACT, contract()), (STRANGER, approved_by(STRANGER))])
    _, queued = kept(both)
    accepted = told(queued, contract())
    assert CONTRACT in accepted.confirmed_by
    assert both in [one.data for one in still_aside(accepted)]


def test_an_answer_is_about_what_a_chain_can_say() -> None:
    """Neither about a key's signature nor in another owner's name."""
    _, queued = kept()
    about = {"safe_tx_hash": queued.safe_tx_hash, "is_accepted": True, "block_number": 1}
    with pytest.raises(ValueError, match="without a chain"):
        ChainAnswer(owner=an_owner(1), signature=by_key(queued.safe_tx_hash, 1)[1], **about)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="another owner"):
        ChainAnswer(owner=an_owner(1), signature=approved_by(APPROVED), **about)  # type: ignore[arg-type]


# ── what is asked ────────────────────────────────────────────────────────────────────────────────


def test_nothing_is_asked_that_cannot_run() -> None:
    """Neither of a Safe nobody read, nor of unknown owners, nor of what is over."""
    records, queued = kept()
    contracts = MemoryContracts((approved_by(APPROVED),))
    for safes in ((), (a_safe(owners=UNKNOWN),), (a_safe(nonce=queued.tx.nonce + 1),)):
        assert ask_the_chain(contracts, (queued,), safes) == {}
        assert contracts.asked == ()
    records.record_event(queued.safe_tx_hash, Event.NONCE_TAKEN)
    assert ask_the_chain(contracts, (the_one(records),), (a_safe(),)) == {}
    assert len(ask_the_chain(contracts, (queued,), (a_safe(nonce=UNKNOWN),))) == 1


def test_no_refresh_asks_without_end() -> None:
    """The next nonces are asked first, and so many questions at most."""
    queue = [kept(tx=a_safe_tx(nonce, to=PAYROLL))[1] for nonce in range(12, 40)]
    many = a_safe(owners=tuple(an_owner(number) for number in range(1, 120)), threshold=2)
    contracts = MemoryContracts()
    ask_the_chain(contracts, reversed(queue), (many,))
    assert len(contracts.asked) == MOST_ASKED
    assert contracts.asked[0].tx.nonce == 12
    assert questions_about(queue[0], many, {})[0].owner == an_owner(2)


# ── review ───────────────────────────────────────────────────────────────────────────────────────


def heaped(nonce: int, value: int, *carried: bytes) -> QueuedTransaction:
    """A transaction of somebody, with so many contract signatures set aside."""
    bundle = Bundle(safe=a_safe(), tx=a_safe_tx(nonce, to=PAYROLL, value=value))
    queued = queued_from(bundle, now=NOW, drafted_here=False)
    aside = tuple(
        QuarantinedSignature(
            safe_tx_hash=queued.safe_tx_hash,
            claimed_signer=CONTRACT,
            data=contract_signature(CONTRACT, each),
            reason="unverifiable",
        )
        for each in carried
    )
    return replace(queued, quarantined=aside)


def test_a_heap_on_one_transaction_keeps_no_other_from_being_asked_about() -> None:
    """All take turns: what strangers heap up at an earlier nonce uses up no other's questions."""
    contracts, junk = MemoryContracts(), [str(number).encode() for number in range(220)]
    queue = [heaped(12, value, *junk) for value in range(10)]
    last = heaped(13, 0, CARRIED)
    ask_the_chain(contracts, [*queue, last], [a_safe()])
    asked = [one for one in contracts.asked if one.safe_tx_hash == last.safe_tx_hash]
    assert {one.signature for one in asked} >= {contract(), approved_by(APPROVED)}


def test_what_no_node_takes_is_not_asked() -> None:
    """A contract signature of megabytes would fail the whole round, at every refresh."""
    contracts = MemoryContracts()
    ask_the_chain(contracts, [heaped(12, 0, bytes(MOST_CARRIED + 1), CARRIED)], [a_safe()])
    asked = [one.signature for one in contracts.asked if one.signature.dynamic is not None]
    assert asked == [contract()]


def test_the_review_counts_what_the_chain_accepts() -> None:
    """An approval nobody sent is among the signatures; what was refused says at which block."""
    _, queued = kept(contract_signature(CONTRACT, CARRIED), approved_by(APPROVED).encoded)
    review = review_queued(told(queued, approved_by(APPROVED)), our_facts(queued))
    assert review.valid_signers == (an_owner(1), APPROVED)
    (said,) = [one for one in review.findings if one.code == "SIGNATURE_UNVERIFIABLE"]
    assert "did not accept at block 1,234; it does not count" in said.sentence
    refused = review_queued(told(queued, contract()), our_facts(queued))
    (said,) = [one for one in refused.findings if one.code == "SIGNATURE_UNVERIFIABLE"]
    assert "approved the hash; by block 1,234 nobody had, so it does not count" in said.sentence
    unasked = review_queued(queued, our_facts(queued))
    assert unasked.valid_signers == (an_owner(1),)


def test_a_bundle_carries_what_the_chain_accepted() -> None:
    """A cosigner gets it as a signature of which only the chain can tell."""
    _, queued = kept(contract_signature(CONTRACT, CARRIED))
    accepted = told(queued, approved_by(APPROVED), contract())
    sent = read_bundle(export_bundle(accepted, our_facts(queued))).signatures
    assert isinstance(sent, tuple)
    assert {one.data for one in sent} == {
        queued.confirmations[0].signature.encoded,
        approved_by(APPROVED).encoded,
        contract_signature(CONTRACT, CARRIED),
    }
    assert bundle_of(queued).signatures == (
        ClaimedSignature(signer=an_owner(1), data=queued.confirmations[0].signature.encoded),
        ClaimedSignature(signer=None, data=contract_signature(CONTRACT, CARRIED)),
    )


def test_a_strangers_transaction_that_an_owner_approved_counts_in_the_queue() -> None:
    """Its nonce is held and its exposure counts, as if they had signed it."""
    _, queued = kept(drafted_here=False)
    bare = replace(queued, confirmations=())
    assert our_facts(bare).evidence.queue == ()
    told_of = with_answer(
        bare, ask_the_chain(MemoryContracts((approved_by(APPROVED),)), (bare,), (a_safe(),))
    )
    assert len(our_facts(told_of).evidence.known_queue) == 1


# ── execution ────────────────────────────────────────────────────────────────────────────────────


def test_an_execution_asks_the_chain_itself() -> None:
    """What it accepts now is packed with the rest, ascending by owner."""
    records, queued = kept(contract_signature(CONTRACT, CARRIED))
    chain = MemoryChain()
    execute(records, MemoryContracts((contract(),)), chain)
    packed = pack_signatures(
        [(an_owner(1), queued.confirmations[0].signature), (CONTRACT, contract())]
    )
    assert chain.sent[0].endswith(exec_transaction_calldata(queued.tx, packed))
    assert the_one(records).state is State.SENT


def test_keys_confirm_before_the_chain_is_needed() -> None:
    """With enough signatures by keys an execution carries no other ones."""
    records, queued = kept(contract_signature(CONTRACT, CARRIED))
    records.keep_confirmation(a_confirmation(queued.safe_tx_hash, 2))
    chain = MemoryChain()
    execute(records, MemoryContracts((contract(),)), chain)
    both = [(one.owner, one.signature) for one in the_one(records).confirmations]
    assert chain.sent[0].endswith(exec_transaction_calldata(queued.tx, pack_signatures(both)))


@pytest.mark.parametrize("contracts", [None, MemoryContracts()])
def test_without_the_chains_word_nothing_is_executed(contracts: MemoryContracts | None) -> None:
    """Whatever was accepted at the last refresh."""
    records, _ = kept(contract_signature(CONTRACT, CARRIED))
    chain = MemoryChain()
    with pytest.raises(Refused, match="1 of 2 confirmations"):
        execute(records, contracts, chain)
    assert not chain.sent
