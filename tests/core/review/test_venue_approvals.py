"""What others may take later, to the letter of its thresholds."""

from typing import Any

import pytest

from tests.matters import (
    JUNK,
    MANAGER,
    OWN_SAFE,
    PERMIT2,
    SAFE,
    USDC,
    VAULT,
    WETH,
    a_call,
    an_evidence,
    approve,
    local,
    units,
)
from tests.samples import PAYROLL, STRANGER, an_address
from tests.venue_calls import (
    NO,
    SOON,
    VENUE,
    VENUE_FACTS,
    YES,
    found,
    reviewed,
)
from treasury_desktop.assets.address import ZERO_ADDRESS, Address
from treasury_desktop.deployments.calls import Call
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.treasury.evidence import (
    DescribedContract,
    DescribedToken,
    HeldAmount,
    OwnPosition,
)
from treasury_desktop.treasury.strategy import Strategy


def test_first_nft_of_a_collection() -> None:
    """On an NFT contract zero is a number like any other; on a token it is a revocation."""
    collection = an_address("collection")
    described = DescribedContract(address=collection, name="Positions", trusted=True)
    facts = local(an_evidence(contracts=(*an_evidence().contracts, described)))
    approval = "approve(address,uint256)"
    for nft in (collection, MANAGER):
        assert found(a_call(nft, approval, STRANGER, 0), facts=facts)["NFT_APPROVAL"] == "block"
        for calm in (a_call(nft, approval, ZERO_ADDRESS, 0), a_call(nft, approval, SAFE, 0)):
            assert reviewed(calm, facts=facts).verdict == "ok"
    for token in (USDC, JUNK, VAULT):
        assert "NFT_APPROVAL" not in found(a_call(token, approval, STRANGER, 0))
        assert "SPENDER_NOT_ALLOWLISTED" not in found(a_call(token, approval, STRANGER, 0))


@pytest.mark.parametrize("amount", [2**95 - 1, 2**95])
def test_unlimited_to_the_letter(amount: int) -> None:
    """At least 2⁹⁵ base units are no amount; one less is one, where no balance is known."""
    codes = found(a_call(USDC, "approve(address,uint256)", STRANGER, amount))
    assert ("UNLIMITED_APPROVAL" in codes) is (amount == 2**95)
    assert codes["SPENDER_NOT_ALLOWLISTED"] == "danger"
    friend = found(a_call(USDC, "approve(address,uint256)", VAULT, amount))
    assert friend.get("UNLIMITED_APPROVAL") == ("warn" if amount == 2**95 else None)


def holding(amount: int, place: str = "safe") -> LocalFacts:
    """Our facts with one balance of USDC."""
    held = (HeldAmount(token=str(USDC), base_units=amount, place=place),)
    return local(an_evidence(holdings=held))


def test_ten_times_the_balance() -> None:
    """More than ten times what lies in the Safe is unlimited; what lies elsewhere is no balance."""
    call = a_call(USDC, "approve(address,uint256)", VAULT, 1_001)
    assert "UNLIMITED_APPROVAL" in found(call, facts=holding(100))
    assert "UNLIMITED_APPROVAL" not in found(call, facts=holding(101))
    assert "UNLIMITED_APPROVAL" not in found(call, facts=holding(1, place="Vault A"))
    assert "UNLIMITED_APPROVAL" in found(call, facts=holding(0))
    wrapped_first = (a_call(WETH, "deposit()", value=5), call)
    assert "UNLIMITED_APPROVAL" not in found(*wrapped_first, facts=holding(0))


def test_exact_allowances_and_their_end() -> None:
    """Exact for the allow-listed, none any more for anybody: calm."""
    for call in (
        approve(400_000),
        approve(0, STRANGER),
        a_call(USDC, "decreaseAllowance(address,uint256)", STRANGER, 5),
        a_call(USDC, "increaseAllowance(address,uint256)", STRANGER, 0),
        a_call(MANAGER, "setApprovalForAll(address,bool)", STRANGER, NO),
    ):
        assert reviewed(call).verdict == "ok"


PERMIT2_APPROVE = "approve(address,address,uint160,uint48)"
PERMIT2_PERMIT = "permit(address,((address,uint160,uint48,uint48),address,uint256),bytes)"


def test_allowances_inside_permit2() -> None:
    """A stranger's blocks, by whatever function; an exact one for the allow-listed is calm."""
    facts = local(
        an_evidence(
            contracts=(
                *an_evidence().contracts,
                DescribedContract(address=PERMIT2, name="Permit2", trusted=True),
            )
        )
    )

    def permit(spender: Address, owner: Address = SAFE) -> Call:
        details = ((USDC, units(5), SOON, 0), spender, SOON)
        return a_call(PERMIT2, PERMIT2_PERMIT, owner, details, b"")

    stranger = a_call(PERMIT2, PERMIT2_APPROVE, USDC, STRANGER, units(5), SOON)
    for hostile in (stranger, permit(STRANGER)):
        assert found(hostile, facts=facts)["PERMIT2_APPROVAL"] == "block"
    for calm in (
        a_call(PERMIT2, PERMIT2_APPROVE, USDC, VAULT, units(5), SOON),
        a_call(PERMIT2, PERMIT2_APPROVE, USDC, STRANGER, 0, SOON),
        a_call(PERMIT2, "lockdown((address,address)[])", ((USDC, STRANGER),)),
        permit(VAULT),
    ):
        codes = found(calm, facts=facts)
        assert not {"PERMIT2_APPROVAL", "UNLIMITED_APPROVAL", "SPENDER_NOT_ALLOWLISTED"} & set(
            codes
        )
    forever = a_call(PERMIT2, PERMIT2_APPROVE, USDC, VAULT, 2**160 - 1, 2**48 - 1)
    codes = found(forever, facts=facts)
    assert codes["UNLIMITED_APPROVAL"] == codes["DEADLINE_UNBOUNDED"] == "warn"
    assert "PERMIT2_APPROVAL" not in found(permit(STRANGER, owner=PAYROLL), facts=facts)


@pytest.mark.parametrize(
    ("signature", "give", "back"),
    [
        ("setRelayerApproval(address,address,bool)", (SAFE, STRANGER, YES), (SAFE, STRANGER, NO)),
        ("setOperator(address,bool)", (STRANGER, True), (STRANGER, False)),
    ],
)  # fmt: skip
def test_operators(signature: str, give: tuple[Any, ...], back: tuple[Any, ...]) -> None:
    """Whoever may act with everything blocks unless allow-listed; taking it back is calm."""
    hostile = found(a_call(VENUE, signature, *give), facts=VENUE_FACTS)
    assert hostile["UNLIMITED_APPROVAL"] == "block"
    assert hostile["SPENDER_NOT_ALLOWLISTED"] == "danger"
    assert reviewed(a_call(VENUE, signature, *back), facts=VENUE_FACTS).verdict == "ok"
    ours = tuple(OWN_SAFE if value == STRANGER else value for value in give)
    assert reviewed(a_call(VENUE, signature, *ours), facts=VENUE_FACTS).verdict == "ok"
    friend = tuple(VENUE if value == STRANGER else value for value in give)
    assert reviewed(a_call(VENUE, signature, *friend), facts=VENUE_FACTS).verdict == "warn"


def test_whoever_claims_rewards() -> None:
    """A claimer says where the Safe's rewards go."""
    hostile = a_call(VENUE, "setClaimer(address,address)", SAFE, STRANGER)
    assert found(hostile, facts=VENUE_FACTS)["ROLE_GRANTED"] == "danger"
    for calm in (ZERO_ADDRESS, SAFE):
        call = a_call(VENUE, "setClaimer(address,address)", SAFE, calm)
        assert reviewed(call, facts=VENUE_FACTS).verdict == "ok"


def test_orders_approved_by_their_number() -> None:
    """A pre-signed order shows neither its price nor its receiver."""
    signature = "setPreSignature(bytes,bool)"
    hostile = a_call(VENUE, signature, bytes(56), YES)
    assert found(hostile, facts=VENUE_FACTS)["ONCHAIN_MESSAGE_SIGNED"] == "danger"
    back = a_call(VENUE, signature, bytes(56), NO)
    assert reviewed(back, facts=VENUE_FACTS).verdict == "ok"


def test_spending_by_a_module() -> None:
    """What the Allowance module lets a stranger spend is an allowance, in ether too."""
    signature = "setAllowance(address,address,uint96,uint16,uint32)"
    for token, name in ((USDC, "USDC"), (ZERO_ADDRESS, "native coin")):
        hostile = reviewed(a_call(VENUE, signature, STRANGER, token, 5, 0, 0), facts=VENUE_FACTS)
        (told,) = (f for f in hostile.findings if f.code == "SPENDER_NOT_ALLOWLISTED")
        assert name in told.sentence


def with_a_key(address: Address) -> LocalFacts:
    """Our facts, in which an address is trusted and has no code: somebody's key."""
    key = DescribedContract(address=address, name="It", trusted=True, code_size=0)
    return local(an_evidence(contracts=(*an_evidence().contracts, key)))


PERMIT = "permit(address,address,uint256,uint256,uint8,bytes32,bytes32)"
WAYS_TO_ALLOW = {
    "an allowance": lambda amount: approve(amount, KEY),
    "more of one": lambda amount: a_call(
        USDC, "increaseAllowance(address,uint256)", KEY, int(amount)
    ),
    "a permit": lambda amount: a_call(
        USDC, PERMIT, SAFE, KEY, int(amount), SOON, 27, NO_HASH, NO_HASH
    ),
    "Permit2": lambda amount: a_call(
        PERMIT2, "approve(address,address,uint160,uint48)", USDC, KEY, int(amount), SOON
    ),
    "every NFT": lambda amount: a_call(
        MANAGER, "setApprovalForAll(address,bool)", KEY, bool(amount)
    ),
}
KEY = an_address("a key")
NO_HASH = bytes(32)


@pytest.mark.parametrize("way", WAYS_TO_ALLOW)
def test_keys_that_may_take(way: str) -> None:
    """Whatever lets a person's key take something is a danger; taking it back is calm."""
    facts = with_a_key(KEY)
    assert found(WAYS_TO_ALLOW[way](1), facts=facts)["SPENDER_IS_EOA"] == "danger"
    assert "SPENDER_IS_EOA" not in found(WAYS_TO_ALLOW[way](0), facts=facts)


def test_key_that_may_take_one_nft() -> None:
    """An NFT's number may be zero: that takes nothing back."""
    hostile = a_call(MANAGER, "approve(address,uint256)", KEY, 0)
    assert found(hostile, facts=with_a_key(KEY))["SPENDER_IS_EOA"] == "danger"


def test_permit_of_somebody_else_for_a_key() -> None:
    """What others allow is their own affair."""
    theirs = a_call(USDC, PERMIT, PAYROLL, KEY, 1, SOON, 27, NO_HASH, NO_HASH)
    assert "SPENDER_IS_EOA" not in found(theirs, facts=with_a_key(KEY))


def test_spending_limit_of_a_key() -> None:
    """The Allowance module's limits are made for people's keys."""
    limit = a_call(VENUE, "setAllowance(address,address,uint96,uint16,uint32)", KEY, USDC, 5, 0, 0)
    assert "SPENDER_IS_EOA" not in found(limit, facts=with_a_key(KEY))


def described_as_token(address: Address, **changes: Any) -> LocalFacts:
    """Our facts, in which somebody calls a contract a listed token."""
    token = DescribedToken(address=address, symbol="NPM", name="NPM", decimals=6, listed=True)
    return local(an_evidence(tokens=(*an_evidence().tokens, token), **changes))


def test_position_manager_described_as_a_token() -> None:
    """Its positions are NFTs, whatever it is called."""
    facts = described_as_token(MANAGER)
    approval = a_call(MANAGER, "approve(address,uint256)", STRANGER, 501_234)
    assert found(approval, facts=facts)["NFT_APPROVAL"] == "block"
    leaving = a_call(MANAGER, "transferFrom(address,address,uint256)", SAFE, STRANGER, 501_234)
    assert found(leaving, facts=facts)["NFT_TRANSFER_OUT"] == "block"


def test_manager_of_our_positions_described_as_a_token() -> None:
    """Where a position of ours lies there are NFTs, without any strategy too."""
    manager = an_address("another manager")
    position = OwnPosition(manager=manager, token_id=7, token0=USDC, token1=WETH)
    approval = a_call(manager, "approve(address,uint256)", STRANGER, 7)
    facts = described_as_token(manager, positions=(position,))
    assert found(approval, facts=facts)["NFT_APPROVAL"] == "block"
    assert "NFT_APPROVAL" not in found(approval, facts=described_as_token(manager))


def test_token_among_the_contracts_of_a_pool() -> None:
    """A well-known token that a Uniswap strategy names stays a token."""
    dai = Address.parse("0x6B175474E89094C44Da98b954EedeAC495271d0F")
    pool = Strategy(name="Pool", group="Pool", venue="uniswap_v3", contracts=(MANAGER, dai))
    facts = local(strategies=(pool,))
    assert "NFT_APPROVAL" not in found(
        a_call(dai, "approve(address,uint256)", STRANGER, 5), facts=facts
    )
