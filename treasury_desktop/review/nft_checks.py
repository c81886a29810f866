"""What gives NFTs away, or lets somebody take tokens by other ways than ERC-20 allowances."""

from collections.abc import Iterator

from treasury_desktop.assets.address import Address
from treasury_desktop.calls.decoded_call import Certainty, DecodedCall
from treasury_desktop.review.findings import Finding, block
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
    for call in subject.call.walk():
        if call.function is None or call.function.signature != APPROVAL_FOR_ALL:
            continue
        operator = call.argument("operator")
        assert isinstance(operator, Address)
        if call.argument("approved") and not subject.is_allow_listed(operator):
            yield block(
                "NFT_APPROVAL_FOR_ALL",
                f"lets {subject.name_of(operator)} take every NFT of {subject.name_of(call.to)}.",
                path=call.path,
            )


def nfts_that_leave(subject: Subject) -> Iterator[Finding]:
    """A liquidity position is an NFT: whoever receives it has the money in it."""
    for call in subject.call.walk():
        if not _is_nft_transfer(subject, call):
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


def _is_nft_transfer(subject: Subject, call: DecodedCall) -> bool:
    """The functions of NFTs, and ERC-20's own on a contract that is described as no token."""
    signature = call.function.signature if call.function else ""
    if signature in TRANSFERS:
        return True
    is_known_token = call.certainty is Certainty.KNOWN_CONTRACT and "721" not in call.abi
    is_token = is_known_token or subject.evidence.token_at(call.to) is not None
    is_described = subject.evidence.contract_at(call.to) is not None
    return signature == "transferFrom(address,address,uint256)" and is_described and not is_token
