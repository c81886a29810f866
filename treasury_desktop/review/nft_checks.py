"""What gives NFTs away, or lets somebody take tokens by other ways than ERC-20 allowances."""

from collections.abc import Iterator

from treasury_desktop.assets.address import Address
from treasury_desktop.calls.decoded_call import Certainty, DecodedCall
from treasury_desktop.calls.known_tokens import known_token
from treasury_desktop.review.findings import Finding, block, danger
from treasury_desktop.review.subject import Subject

APPROVAL_FOR_ALL = "setApprovalForAll(address,bool)"
TRANSFERS = frozenset(
    {
        "safeTransferFrom(address,address,uint256)",
        "safeTransferFrom(address,address,uint256,bytes)",
        "safeTransferFrom(address,address,uint256,uint256,bytes)",
        "safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)",
    }
)


def nft_operators(subject: Subject) -> Iterator[Finding]:
    """An operator for all NFTs may take every position the Safe has or will ever have."""
    for call in subject.calls:
        if call.function is None or call.function.signature != APPROVAL_FOR_ALL:
            continue
        operator = call.argument("operator")
        assert isinstance(operator, Address)
        if not call.argument("approved"):
            continue
        what = f"every NFT of {subject.name_of(call.to)}"
        if not subject.is_allow_listed(operator):
            yield block(
                "NFT_APPROVAL_FOR_ALL",
                f"lets {subject.name_of(operator)} take {what}.",
                path=call.path,
            )
        yield from key_as_spender(subject, operator, what, call.path)


def key_as_spender(subject: Subject, spender: Address, what: str, path: str) -> Iterator[Finding]:
    """Leave to take, given to a person's own key, is a payment when that person chooses."""
    if subject.code_size_of(spender) == 0:
        yield danger(
            "SPENDER_IS_EOA",
            f"lets {subject.name_of(spender)} take {what}; there is no contract at that address, "
            "only somebody's key.",
            path=path,
        )


def nfts_that_leave(subject: Subject) -> Iterator[Finding]:
    """A liquidity position is an NFT: whoever receives it has the money in it."""
    managers = position_managers(subject)
    for call in subject.calls:
        if not _is_nft_transfer(subject, call, managers):
            continue
        sender, to = call.argument("from"), call.argument("to")
        assert isinstance(sender, Address)
        assert isinstance(to, Address)
        if subject.is_ours(sender) and not subject.is_known_recipient(to):
            yield block(
                "NFT_TRANSFER_OUT",
                f"gives an NFT of {subject.name_of(call.to)} to {to}, whom nobody here knows.",
                path=call.path,
            )


def _is_nft_transfer(subject: Subject, call: DecodedCall, managers: frozenset[Address]) -> bool:
    """The functions of NFTs, and ERC-20's own on a contract that holds NFTs."""
    signature = call.function.signature if call.function else ""
    if signature in TRANSFERS:
        return True
    return signature == "transferFrom(address,address,uint256)" and is_nft(subject, call, managers)


def is_nft(subject: Subject, call: DecodedCall, managers: frozenset[Address]) -> bool:
    """Whether a call that ERC-20 and ERC-721 both know means one NFT by its number.

    That is so at a position manager, whoever describes it as a token, and at a contract that is
    described and is no token.
    """
    if "721" in call.abi or call.to in managers:
        return True
    is_token = call.certainty is Certainty.KNOWN_CONTRACT
    if is_token or subject.evidence.token_at(call.to) is not None:
        return False
    return subject.evidence.contract_at(call.to) is not None


def position_managers(subject: Subject) -> frozenset[Address]:
    """Where our positions lie, and the contracts of Uniswap strategies; no well-known token."""
    strategies = [s for s in subject.facts.strategies if s.venue == "uniswap_v3"]
    named = {s.position_manager for s in strategies if s.position_manager is not None}
    found = named.union(*(s.contracts for s in strategies))
    found |= {position.manager for position in subject.evidence.positions}
    return frozenset(a for a in found if known_token(subject.safe.chain_id, a) is None)
