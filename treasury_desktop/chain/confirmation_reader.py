"""Asks the chain whether contracts agree and whether hashes are approved, all at one block.

A contract signature is asked of the owner's contract the way its Safe asks, and of the Safe itself
where it has a function for that: a contract may answer an eth_call and still fail inside a Safe.
Source: Safe.sol `checkNSignatures` (1.0.0 to 1.5.0), EIP-1271.
"""

from treasury_desktop.assets.address import ZERO_ADDRESS
from treasury_desktop.chain.answers import Reverted
from treasury_desktop.chain.batch import PinnedBlock
from treasury_desktop.chain.contract_call import WORD, ContractCall, asking
from treasury_desktop.chain.node import Node
from treasury_desktop.desk.ask_the_chain import Question
from treasury_desktop.errors import TreasuryError
from treasury_desktop.safes.chain_answer import ChainAnswer
from treasury_desktop.safes.hashes import safe_tx_hashes
from treasury_desktop.safes.signature import SignatureKind
from treasury_desktop.safes.signature_blob import pack_signatures

FIRST_ASKING_CONTRACTS, FIRST_CHECKING_SOME = (1, 0, 0), (1, 3, 0)
YES_TO_BYTES = bytes.fromhex("20c13b0b")
YES_TO_HASH = bytes.fromhex("1626ba7e")


class ConfirmationReader:
    """Asks at the newest block enough endpoints know, fresh at every call."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def answers(self, questions: tuple[Question, ...]) -> tuple[ChainAnswer, ...]:
        """What the chain says; nothing of a question the endpoints do not agree on.

        All of them in two rounds. Where the second fails each contract is asked on its own: what
        one contract does to a node must not hide what the others say.
        """
        if not questions:
            return ()
        pinned = PinnedBlock.newest(self._node)
        approvals = [q for q in questions if q.signature.kind is SignatureKind.APPROVED_HASH]
        words = pinned.calls([_approval(question) for question in approvals])
        said = [
            _answer(question, pinned, is_accepted=_is_set(word))
            for question, word in zip(approvals, words, strict=True)
        ]
        return (*said, *_of_contracts([q for q in questions if _is_of_a_contract(q)], pinned))


def _is_of_a_contract(question: Question) -> bool:
    is_asked = question.safe.version.numbers >= FIRST_ASKING_CONTRACTS
    return is_asked and question.signature.kind is SignatureKind.CONTRACT


def _of_contracts(questions: list[Question], pinned: PinnedBlock) -> list[ChainAnswer]:
    """An answer for each, but for those of which the endpoints give none."""
    asked = [_contract_calls(question) for question in questions]
    try:
        words = iter(pinned.calls([call for calls, _ in asked for call in calls]))
    except TreasuryError:
        if len(questions) == 1:
            return []
        return [answer for one in questions for answer in _of_contracts([one], pinned)]
    return [
        _answer(question, pinned, is_accepted=_is_yes([next(words) for _ in calls], yes))
        for question, (calls, yes) in zip(questions, asked, strict=True)
    ]


def _is_yes(answers: list[bytes | Reverted], yes: bytes) -> bool:
    """Whether the contract answers yes and the Safe, where it was asked, lets it pass."""
    agreed, *checked = answers
    if isinstance(agreed, Reverted) or any(isinstance(each, Reverted) for each in checked):
        return False
    return agreed[:WORD] == yes + bytes(WORD - len(yes))


def _contract_calls(question: Question) -> tuple[list[ContractCall], bytes]:
    """The questions to the owner's contract and to the Safe, and the contract's word for yes."""
    safe, owner, signature = question.safe, question.owner, question.signature
    hashes = safe_tx_hashes(safe, question.tx)
    encoded = b"\x19\x01" + hashes.domain + hashes.message
    carried = signature.dynamic or b""
    name = f"isValidSignature of {owner}"
    if safe.version.asks_contracts_by_hash:
        first = "isValidSignature(bytes32,bytes)"
        asked = asking(owner, first, hashes.safe_tx, carried, name=name, sender=safe.address)
        yes = YES_TO_HASH
    else:
        first = "isValidSignature(bytes,bytes)"
        asked = asking(owner, first, encoded, carried, name=name, sender=safe.address)
        yes = YES_TO_BYTES
    if safe.version.numbers < FIRST_CHECKING_SOME:
        return [asked], yes
    checking = asking(
        safe.address, "checkNSignatures(bytes32,bytes,bytes,uint256)",
        hashes.safe_tx, encoded, pack_signatures([(owner, signature)]), 1,
        name=f"checkNSignatures of {safe.address}", sender=ZERO_ADDRESS,
    )  # fmt: skip
    return [asked, checking], yes


def _approval(question: Question) -> ContractCall:
    return asking(
        question.safe.address, "approvedHashes(address,bytes32)",
        question.owner, question.safe_tx_hash,
        name=f"approvedHashes of {question.safe.address}",
    )  # fmt: skip


def _is_set(word: bytes | Reverted) -> bool:
    return not isinstance(word, Reverted) and len(word) == WORD and any(word)


def _answer(question: Question, pinned: PinnedBlock, *, is_accepted: bool) -> ChainAnswer:
    return ChainAnswer(
        safe_tx_hash=question.safe_tx_hash,
        owner=question.owner,
        signature=question.signature,
        is_accepted=is_accepted,
        block_number=pinned.block.number,
    )
