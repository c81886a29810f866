"""Permits and payments that a token takes by signature: ERC-2612, Dai's own, ERC-4494, EIP-3009.

Sources: EIP-2612; Dai's `dai.sol`; EIP-4494 and the position manager's ERC721Permit; EIP-3009.
"""

from treasury_desktop.assets.address import ZERO_ADDRESS
from treasury_desktop.messages.meaning import (
    EVERYTHING,
    Kind,
    Meaning,
    NftTaking,
    Taking,
    Verifier,
)
from treasury_desktop.messages.typed_data import TypedData
from treasury_desktop.messages.typed_members import address_in, number_in

ERC_2612 = "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
DAI = "Permit(address holder,address spender,uint256 nonce,uint256 expiry,bool allowed)"
NFT = "Permit(address spender,uint256 tokenId,uint256 nonce,uint256 deadline)"
_AUTHORIZATION = (
    "(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
)
TRANSFER = f"TransferWithAuthorization{_AUTHORIZATION}"
RECEIVE = f"ReceiveWithAuthorization{_AUTHORIZATION}"
CANCEL = "CancelAuthorization(address authorizer,bytes32 nonce)"
LASTING = (
    "Once the spender has used it, the allowance has no end of its own: it lasts until it is spent "
    "or taken back on chain."
)


def erc_2612(data: TypedData) -> Meaning:
    """An allowance that the spender writes into the token itself."""
    message = data.message
    taking = Taking(
        token=data.verifying_contract or ZERO_ADDRESS,
        spender=address_in(message, "spender"),
        base_units=number_in(message, "value"),
    )
    return Meaning(
        kind=Kind.PERMIT,
        title="ERC-2612 permit",
        verifier=Verifier.TOKEN,
        account=address_in(message, "owner"),
        takings=(taking,),
        expires=number_in(message, "deadline"),
        statements=() if taking.is_nothing else (LASTING,),
    )


def dai(data: TypedData) -> Meaning:
    """Dai's permit knows all or nothing; an expiry of 0 means never."""
    message = data.message
    allowed = EVERYTHING if message["allowed"] else 0
    return Meaning(
        kind=Kind.PERMIT,
        title="Dai permit",
        verifier=Verifier.TOKEN,
        account=address_in(message, "holder"),
        takings=(
            Taking(
                token=data.verifying_contract or ZERO_ADDRESS,
                spender=address_in(message, "spender"),
                base_units=allowed,
            ),
        ),
        expires=number_in(message, "expiry") or None,
        statements=(LASTING,) if allowed else (),
    )


def nft(data: TypedData) -> Meaning:
    """Whoever is approved for an NFT may take it; a Uniswap position is one."""
    message = data.message
    return Meaning(
        kind=Kind.PERMIT,
        title="NFT permit",
        verifier=Verifier.NFT,
        nfts=(
            NftTaking(
                collection=data.verifying_contract or ZERO_ADDRESS,
                taker=address_in(message, "spender"),
                number=number_in(message, "tokenId"),
            ),
        ),
        expires=number_in(message, "deadline"),
    )


def authorization(data: TypedData) -> Meaning:
    """A payment that anybody, or the payee alone, may carry out."""
    message = data.message
    by_payee = data.primary_type == "ReceiveWithAuthorization"
    who = "The payee carries it out" if by_payee else "Anybody may carry it out"
    return Meaning(
        kind=Kind.PAYMENT,
        title="EIP-3009 transfer",
        verifier=Verifier.TOKEN,
        account=address_in(message, "from"),
        takings=(
            Taking(
                token=data.verifying_contract or ZERO_ADDRESS,
                spender=address_in(message, "to"),
                base_units=number_in(message, "value"),
            ),
        ),
        begins=number_in(message, "validAfter") or None,
        expires=number_in(message, "validBefore"),
        statements=(f"{who}, once.",),
    )


def cancelled_authorization(data: TypedData) -> Meaning:
    """Takes an EIP-3009 payment back that was signed before."""
    return Meaning(
        kind=Kind.WITHDRAWAL,
        title="EIP-3009 cancellation",
        verifier=Verifier.TOKEN,
        account=address_in(data.message, "authorizer"),
        statements=("Takes back a payment that was signed before.",),
    )
