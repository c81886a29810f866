"""Every danger a call can be: one hostile transaction each, and a benign one that stays calm."""

from dataclasses import replace
from typing import Any

import pytest

from tests.matters import (
    DAI,
    JUNK,
    MANAGER,
    OTHER_VAULT,
    OWN_SAFE,
    SAFE,
    TWIN_VAULT,
    USDC,
    VAULT,
    WETH,
    a_call,
    a_treasury_safe,
    a_tx,
    an_evidence,
    approve,
    deposit,
    entering,
    ether,
    local,
    nested_execution,
    pay,
)
from tests.samples import PAYROLL, STRANGER, an_address
from treasury_desktop.assets.address import ZERO_ADDRESS, Address
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.assets.unknown import UNKNOWN
from treasury_desktop.bundle import Bundle
from treasury_desktop.calls.known_contracts import official_address
from treasury_desktop.deployments.calls import Call
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.review.review import Review, examine
from treasury_desktop.safes.multisend import PackedCall, multisend_calldata
from treasury_desktop.safes.safe_tx import Operation, SafeTx
from treasury_desktop.treasury.evidence import (
    BookEntry,
    DescribedContract,
    DescribedToken,
    HeldAmount,
)
from treasury_desktop.treasury.strategy import Strategy


def official(name: str, version: tuple[int, int, int] = (1, 4, 1)) -> Address:
    """An official contract's address on chain 1."""
    found = official_address(1, name, version)
    assert found is not None
    return found


def reviewed(tx: SafeTx | Call, facts: LocalFacts | None = None, **claims: Any) -> Review:
    """The review by our own facts."""
    made = a_tx(tx) if isinstance(tx, Call) else tx
    bundle = Bundle(safe=a_treasury_safe(), tx=made, **claims)
    return examine(bundle, local() if facts is None else facts)


def found(review: Review) -> dict[str, str]:
    """Findings by code with their severity, the policy's own left out."""
    return {f.code: f.severity.word for f in review.findings}


def batch(*calls: Call, operation: int = 0, to: Address | None = None) -> SafeTx:
    """A batch through the official MultiSend."""
    packed = tuple(PackedCall(operation, call.to, call.value, call.data) for call in calls)
    return SafeTx(
        to=official("MultiSend") if to is None else to,
        data=multisend_calldata(packed),
        operation=Operation.DELEGATECALL,
        nonce=42,
    )


BENIGN: dict[str, SafeTx | Call] = {
    "payment to a payee": pay(1_000),
    "ether to a payee": ether(10**18, PAYROLL),
    "deployment": a_tx(*entering(400_000)),
    "collection": a_call(MANAGER, "collect((uint256,address,uint128,uint128))", (7, SAFE, 1, 1)),
    "revocation": approve(0, STRANGER),
    "rejection": SafeTx(to=SAFE, nonce=42),
    "wrapping": a_call(WETH, "deposit()", value=10**18),
    "unwrapping": a_call(WETH, "withdraw(uint256)", 10**18),
    "exit": a_call(VAULT, "redeem(uint256,address,address)", 10**12, SAFE, SAFE),
    "another Safe of ours": pay(9_000_000, OWN_SAFE),
    "payroll": a_tx(*(pay(100) for _ in range(50))),
}


@pytest.mark.parametrize("name", BENIGN)
def test_benign_transactions_stay_calm(name: str) -> None:
    """Crying wolf is a defect: nothing here is dangerous or blocked, and all can be signed."""
    review = reviewed(BENIGN[name])
    assert review.verdict in ("ok", "warn")
    assert review.why_not_signable is None
    review.require_signable()


def test_foreign_code_as_the_safe_itself() -> None:
    """A delegatecall to anything but an official library blocks, whatever its calldata says."""
    hostile = SafeTx(to=STRANGER, data=pay(1).data, operation=Operation.DELEGATECALL, nonce=42)
    codes = found(reviewed(hostile))
    assert codes["DELEGATECALL_UNKNOWN_TARGET"] == codes["STORAGE_TAKEOVER_RISK"] == "block"


@pytest.mark.parametrize("how", ["trusted", "strategy", "address book", "token"])
def test_no_label_unlocks_a_delegatecall(how: str) -> None:
    """Neither trust nor a strategy, a name or a token list makes a delegatecall harmless."""
    targets = {"trusted": STRANGER, "strategy": VAULT, "address book": PAYROLL, "token": USDC}
    evidence = an_evidence(contracts=(DescribedContract(address=STRANGER, trusted=True),))
    tx = SafeTx(to=targets[how], data=pay(1).data, operation=Operation.DELEGATECALL, nonce=42)
    assert "DELEGATECALL_UNKNOWN_TARGET" in found(reviewed(tx, local(evidence)))


def test_foreign_code_inside_a_batch() -> None:
    """A delegatecall hidden as an entry of a batch blocks under its own path."""
    review = reviewed(batch(pay(1), replace(pay(1), to=STRANGER), operation=1))
    hits = [f for f in review.findings if f.code == "NESTED_DELEGATECALL_UNKNOWN_TARGET"]
    assert [f.path for f in hits] == ["0.0", "0.1"]


def test_creation_and_migration() -> None:
    """Operation 2 and the official migrations replace code: both block."""
    assert (
        found(reviewed(SafeTx(to=STRANGER, operation=Operation.CREATE, nonce=42)))[
            "STORAGE_TAKEOVER_RISK"
        ]
        == "block"
    )
    migrate = a_call(official("SafeMigration"), "migrateSingleton()")
    tx = replace(a_tx(migrate), operation=Operation.DELEGATECALL)
    assert found(reviewed(tx))["SINGLETON_CHANGE"] == "block"


def test_bytes_nobody_can_read() -> None:
    """Undecoded data blocks; malformed arguments are told besides."""
    unread = found(reviewed(replace(pay(1), to=VAULT, data=b"\xde\xad\xbe\xef")))
    assert unread["UNDECODED_CALL"] == "block"
    cut = found(reviewed(replace(pay(1), data=pay(1).data[:-1])))
    assert cut["MALFORMED_CALLDATA"] == "danger"
    assert cut["UNDECODED_CALL"] == "block"


def test_odd_bytes() -> None:
    """Trailing bytes warn on a plain call and are dangerous in a batch; gaps are dangerous."""
    call = pay(1)
    longer = replace(call, data=call.data + b"\x01")
    assert found(reviewed(longer))["TRAILING_CALLDATA"] == "warn"
    assert found(reviewed(a_tx(longer, pay(2))))["TRAILING_CALLDATA"] == "danger"
    padded = replace(call, data=call.data + bytes(32))
    assert found(reviewed(padded))["LONG_PADDING"] == "note"
    dirty = replace(call, data=call.data[:4] + b"\x01" + call.data[5:])
    assert found(reviewed(dirty))["NON_CANONICAL_ABI"] == "danger"


def test_batches_that_are_none() -> None:
    """A batch with an operation above 1, cut off, or not delegatecalled."""
    assert found(reviewed(batch(pay(1), operation=2)))["MALFORMED_MULTISEND"] == "block"
    packed = tuple(PackedCall(how, PAYROLL, 1, b"") for how in (0, 255, 1))
    data = multisend_calldata(packed)
    odd = SafeTx(to=official("MultiSend"), data=data, operation=Operation.DELEGATECALL, nonce=42)
    (one,) = (f for f in reviewed(odd).findings if f.code == "MALFORMED_MULTISEND")
    assert (one.path, "operation 255" in one.sentence) == ("0.1", True)
    called = replace(batch(pay(1)), operation=Operation.CALL)
    assert found(reviewed(called))["MULTISEND_WITHOUT_DELEGATECALL"] == "danger"


CHANGES = {
    "OWNER_ADDED": ("addOwnerWithThreshold(address,uint256)", (STRANGER, 2)),
    "OWNER_REMOVED": ("removeOwner(address,address,uint256)", (PAYROLL, STRANGER, 2)),
    "OWNER_REPLACED": ("swapOwner(address,address,address)", (PAYROLL, VAULT, STRANGER)),
    "THRESHOLD_LOWERED": ("changeThreshold(uint256)", (1,)),
    "MODULE_ENABLED": ("enableModule(address)", (STRANGER,)),
    "GUARD_CHANGED": ("setGuard(address)", (STRANGER,)),
    "GUARD_REMOVED": ("setGuard(address)", (ZERO_ADDRESS,)),
    "MODULE_GUARD_CHANGED": ("setModuleGuard(address)", (STRANGER,)),
    "FALLBACK_HANDLER_CHANGED": ("setFallbackHandler(address)", (STRANGER,)),
}


@pytest.mark.parametrize("code", CHANGES)
def test_governance_changes(code: str) -> None:
    """As the one top-level call a change is dangerous; inside anything else it blocks."""
    signature, arguments = CHANGES[code]
    change = a_call(SAFE, signature, *arguments)
    alone = found(reviewed(change))
    assert alone[code] == "danger"
    assert "GOVERNANCE_CHANGE_HIDDEN_IN_BATCH" not in alone
    for hidden in (
        a_tx(pay(1), change),
        batch(change),
        batch(replace(change, to=ZERO_ADDRESS), to=official("MultiSend", (1, 5, 0))),
        nested_execution(OWN_SAFE, SAFE, change.data),
    ):
        codes = found(reviewed(hidden))
        assert codes["GOVERNANCE_CHANGE_HIDDEN_IN_BATCH"] == "block"
        assert codes[code] == "danger"


def test_new_code_for_the_safe() -> None:
    """Changing the singleton blocks even as a top-level call."""
    change = a_call(SAFE, "changeMasterCopy(address)", STRANGER)
    assert found(reviewed(change))["SINGLETON_CHANGE"] == "block"


@pytest.mark.parametrize(
    "call",
    [
        a_call(SAFE, "changeThreshold(uint256)", 3),
        a_call(SAFE, "disableModule(address,address)", PAYROLL, STRANGER),
        a_call(STRANGER, "changeThreshold(uint256)", 1),
    ],
)
def test_changes_that_lower_nothing(call: Call) -> None:
    """A higher threshold, one module less, or an unknown contract's threshold is none of these."""
    codes = found(reviewed(call))
    assert not {"THRESHOLD_LOWERED", "MODULE_ENABLED"} & set(codes)


def test_threshold_where_ours_is_unknown() -> None:
    """Any new threshold may be a lower one where nobody knows today's."""
    facts = local()
    assert facts.safe is not None
    unknown = replace(facts, safe=a_treasury_safe(threshold=UNKNOWN))
    review = reviewed(a_call(SAFE, "changeThreshold(uint256)", 3), unknown)
    assert found(review)["THRESHOLD_LOWERED"] == "danger"


@pytest.mark.parametrize("units", [2**95, 2**255, 2**256 - 1])
def test_unlimited_approvals(units: int) -> None:
    """A practically unlimited approval blocks for strangers and warns for the allow-listed."""
    hostile = found(reviewed(a_call(USDC, "approve(address,uint256)", STRANGER, units)))
    assert hostile["UNLIMITED_APPROVAL"] == "block"
    assert hostile["SPENDER_NOT_ALLOWLISTED"] == "danger"
    benign = found(reviewed(a_call(USDC, "approve(address,uint256)", VAULT, units)))
    assert benign["UNLIMITED_APPROVAL"] == "warn"
    assert "SPENDER_NOT_ALLOWLISTED" not in benign


def test_approval_of_many_balances() -> None:
    """More than ten times the balance is unlimited where the balance is known."""
    held = (HeldAmount(token=str(USDC), base_units=100, place="safe"),)
    facts = local(an_evidence(holdings=held))
    for units, is_unlimited in ((1_000, False), (1_001, True)):
        call = a_call(USDC, "increaseAllowance(address,uint256)", VAULT, units)
        assert ("UNLIMITED_APPROVAL" in found(reviewed(call, facts))) is is_unlimited


def test_approval_of_an_nft_by_its_number() -> None:
    """The same four bytes on a contract that is no token give away one NFT."""
    collection = an_address("collection")
    known = DescribedContract(address=collection, name="Positions", trusted=True)
    facts = local(an_evidence(contracts=(*an_evidence().contracts, known)))
    hostile = a_call(collection, "approve(address,uint256)", STRANGER, 501_234)
    assert found(reviewed(hostile, facts))["NFT_APPROVAL"] == "block"
    friend = a_call(collection, "approve(address,uint256)", VAULT, 501_234)
    assert found(reviewed(friend, facts))["NFT_APPROVAL"] == "warn"


def test_approval_of_a_vaults_shares_is_an_amount() -> None:
    """A vault is a token too: its shares are no NFT."""
    shares = a_call(VAULT, "approve(address,uint256)", OTHER_VAULT, 5)
    assert "NFT_APPROVAL" not in found(reviewed(shares))


def test_operators_of_all_nfts() -> None:
    """An operator for everything blocks unless allow-listed; taking it back is calm."""
    signature = "setApprovalForAll(address,bool)"
    give, back = True, False
    assert (
        found(reviewed(a_call(MANAGER, signature, STRANGER, give)))["NFT_APPROVAL_FOR_ALL"]
        == "block"
    )
    for call in (
        a_call(MANAGER, signature, STRANGER, back),
        a_call(MANAGER, signature, VAULT, give),
    ):
        assert "NFT_APPROVAL_FOR_ALL" not in found(reviewed(call))


def test_nfts_that_leave() -> None:
    """A position given to a stranger blocks; to another Safe of ours it is calm."""
    transfer = "safeTransferFrom(address,address,uint256)"
    assert found(reviewed(a_call(MANAGER, transfer, SAFE, STRANGER, 7)))["NFT_TRANSFER_OUT"] == (
        "block"
    )
    plain = a_call(MANAGER, "transferFrom(address,address,uint256)", SAFE, STRANGER, 7)
    assert found(reviewed(plain))["NFT_TRANSFER_OUT"] == "block"
    for benign in (
        a_call(MANAGER, transfer, SAFE, OWN_SAFE, 7),
        a_call(MANAGER, transfer, STRANGER, SAFE, 7),
        a_call(USDC, "transferFrom(address,address,uint256)", SAFE, STRANGER, 7),
    ):
        assert "NFT_TRANSFER_OUT" not in found(reviewed(benign))


def test_allowances_inside_permit2() -> None:
    """Permit2's own allowance for a stranger blocks; for the allow-listed it is calm."""
    permit2 = an_address("permit2")
    signature = "approve(address,address,uint160,uint48)"
    hostile = a_call(permit2, signature, USDC, STRANGER, 5, 2**40)
    assert found(reviewed(hostile))["PERMIT2_APPROVAL"] == "block"
    for benign in (
        a_call(permit2, signature, USDC, VAULT, 5, 2**40),
        a_call(permit2, signature, USDC, STRANGER, 0, 2**40),
    ):
        assert "PERMIT2_APPROVAL" not in found(reviewed(benign))


def test_money_to_nobody_and_to_the_wrong_place() -> None:
    """The zero address and a token's own contract never want money."""
    assert found(reviewed(pay(1, ZERO_ADDRESS)))["TRANSFER_TO_ZERO"] == "block"
    assert found(reviewed(pay(1, USDC)))["TRANSFER_TO_TOKEN_CONTRACT"] == "block"


def paying_vault(venue: str) -> LocalFacts:
    """Our facts, in which a vault's shares are a described token, and its venue is another."""
    shares = DescribedToken(address=VAULT, symbol="vUSDC", name="Vault", decimals=6, listed=True)
    vault = Strategy(name="Vault A", group="Yield", venue=venue, contracts=(VAULT,), asset=USDC)
    evidence = an_evidence(tokens=(*an_evidence().tokens, shares))
    return local(evidence, strategies=(vault,))


def test_money_to_another_tokens_contract() -> None:
    """Whichever token it is, its contract gives nothing back."""
    wrapped = Address.parse("0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2")
    pulled = a_call(USDC, "transferFrom(address,address,uint256)", SAFE, DAI, 5)
    for hostile in (pay(1, DAI), pay(1, JUNK), pay(1, wrapped), pulled):
        review = reviewed(hostile)
        (one,) = (f for f in review.findings if f.code == "TRANSFER_TO_TOKEN_CONTRACT")
        assert one.severity.word == "block"
        assert str(USDC) in one.sentence
        assert "RECIPIENT_NOT_IN_ADDRESS_BOOK" not in found(review)


def test_deposit_is_no_transfer_to_a_token_contract() -> None:
    """Into a vault money goes by a deposit; sent there by a transfer it is lost."""
    facts = paying_vault("erc4626")
    assert found(reviewed(pay(1, VAULT), facts))["TRANSFER_TO_TOKEN_CONTRACT"] == "block"
    assert "TRANSFER_TO_TOKEN_CONTRACT" not in found(reviewed(a_tx(*entering(1)), facts))


@pytest.mark.parametrize("venue", ["transfer", "custom"])
def test_token_contract_that_a_strategy_pays(venue: str) -> None:
    """Where a transfer is how a strategy is entered, its contract may be a token too."""
    review = reviewed(pay(1, VAULT), paying_vault(venue))
    assert "TRANSFER_TO_TOKEN_CONTRACT" not in found(review)


def test_token_contract_that_is_a_payee() -> None:
    """Whom we entered into the address book is paid."""
    payee = BookEntry(address=DAI, name="DAI treasury", chain_id=1)
    facts = local(an_evidence(address_book=(payee,)))
    assert "TRANSFER_TO_TOKEN_CONTRACT" not in found(reviewed(pay(1, DAI), facts))


def test_ether_to_wrapped_ether_is_no_transfer_of_a_token() -> None:
    """Its contract wraps what it is sent."""
    assert "TRANSFER_TO_TOKEN_CONTRACT" not in found(reviewed(ether(5, WETH)))


def test_money_to_strangers() -> None:
    """A payment to nobody we know is dangerous, in ether twice."""
    assert found(reviewed(pay(1, STRANGER)))["RECIPIENT_NOT_IN_ADDRESS_BOOK"] == "danger"
    codes = found(reviewed(ether(1, STRANGER)))
    assert codes["NATIVE_VALUE_TO_UNKNOWN"] == codes["RECIPIENT_NOT_IN_ADDRESS_BOOK"] == "danger"
    with_value = found(reviewed(replace(nested_execution(STRANGER, PAYROLL, b""), value=5)))
    assert with_value["NATIVE_VALUE_TO_UNKNOWN"] == "danger"


def test_payee_of_another_chain() -> None:
    """An address-book entry counts on its own chain only."""
    book = (BookEntry(address=STRANGER, name="Payroll on Arbitrum", chain_id=42161),)
    review = reviewed(pay(1, STRANGER), local(an_evidence(address_book=book)))
    assert "RECIPIENT_NOT_IN_ADDRESS_BOOK" in found(review)


RECEIVERS = {
    "deposit": (VAULT, "deposit(uint256,address)", lambda to: (5, to)),
    "mint": (VAULT, "mint(uint256,address)", lambda to: (5, to)),
    "withdraw": (VAULT, "withdraw(uint256,address,address)", lambda to: (5, to, SAFE)),
    "redeem": (VAULT, "redeem(uint256,address,address)", lambda to: (5, to, SAFE)),
    "supply": (VAULT, "supply(address,uint256,address,uint16)", lambda to: (USDC, 5, to, 0)),
    "take": (VAULT, "withdraw(address,uint256,address)", lambda to: (USDC, 5, to)),
    "collect": (MANAGER, "collect((uint256,address,uint128,uint128))", lambda to: ((7, to, 1, 1),)),
    "sweep": (MANAGER, "sweepToken(address,uint256,address)", lambda to: (USDC, 0, to)),
    "unwrap": (MANAGER, "unwrapWETH9(uint256,address)", lambda to: (0, to)),
}


@pytest.mark.parametrize("name", RECEIVERS)
def test_receivers(name: str) -> None:
    """What comes back goes to the Safe, or it blocks."""
    contract, signature, arguments = RECEIVERS[name]
    hostile = found(reviewed(a_call(contract, signature, *arguments(STRANGER))))
    assert hostile["RECEIVER_NOT_SAFE"] == "block"
    benign = found(reviewed(a_call(contract, signature, *arguments(SAFE))))
    assert "RECEIVER_NOT_SAFE" not in benign


def test_nobody_as_receiver() -> None:
    """Shares for the zero address are lost; by it Uniswap means itself, where anybody may take."""
    assert "RECEIVER_NOT_SAFE" in found(
        reviewed(a_call(VAULT, "deposit(uint256,address)", 5, ZERO_ADDRESS))
    )
    left = a_call(MANAGER, "collect((uint256,address,uint128,uint128))", (7, ZERO_ADDRESS, 1, 1))
    assert "RECEIVER_NOT_SAFE" in found(reviewed(left))


def test_contracts_nobody_knows() -> None:
    """A meaning read from four bytes at an unknown contract is dangerous."""
    hostile = a_call(STRANGER, "burn(uint256)", 5)
    assert found(reviewed(hostile))["UNKNOWN_CONTRACT"] == "danger"
    junk = a_call(JUNK, "approve(address,uint256)", VAULT, 0)
    assert "UNKNOWN_CONTRACT" not in found(reviewed(junk))


POWERS = {
    "transferOwnership(address)": ("CONTRACT_OWNERSHIP_TRANSFER", "danger", (STRANGER,)),
    "renounceOwnership()": ("CONTRACT_OWNERSHIP_TRANSFER", "danger", ()),
    "changeAdmin(address)": ("CONTRACT_OWNERSHIP_TRANSFER", "danger", (STRANGER,)),
    "transferProxyOwnership(address)": ("CONTRACT_OWNERSHIP_TRANSFER", "danger", (STRANGER,)),
    "upgradeBeaconToAndCall(address,bytes,bool)": (
        "CONTRACT_UPGRADE",
        "danger",
        (STRANGER, b"", False),
    ),
    "diamondCut((address,uint8,bytes4[])[],address,bytes)": (
        "CONTRACT_UPGRADE",
        "danger",
        (((STRANGER, 0, ()),), STRANGER, b""),
    ),
    "upgradeTo(address)": ("CONTRACT_UPGRADE", "danger", (STRANGER,)),
    "upgradeAndCall(address,address,bytes)": ("CONTRACT_UPGRADE", "danger", (VAULT, VAULT, b"")),
    "grantRole(bytes32,address)": ("ROLE_GRANTED", "danger", (bytes(32), STRANGER)),
    "approveDelegation(address,uint256)": ("CREDIT_DELEGATION", "block", (STRANGER, 5)),
    "signMessage(bytes)": ("ONCHAIN_MESSAGE_SIGNED", "danger", (b"x",)),
    "approveHash(bytes32)": ("OPAQUE_HASH_APPROVAL", "danger", (bytes(32),)),
}


@pytest.mark.parametrize("signature", POWERS)
def test_powers_given_away(signature: str) -> None:
    """Control over a contract, credit or signature given away is named for what it is."""
    code, severity, arguments = POWERS[signature]
    assert found(reviewed(a_call(VAULT, signature, *arguments)))[code] == severity


def told(call: Call, code: str) -> str:
    """The sentence of a finding."""
    return next(f.sentence for f in reviewed(call).findings if f.code == code)


@pytest.mark.parametrize(
    ("signature", "rest"), [("upgrade(address,address)", ()),
                            ("upgradeAndCall(address,address,bytes)", (b"",))]
)  # fmt: skip
def test_upgrade_names_the_proxy_and_its_new_code(signature: str, rest: tuple[bytes, ...]) -> None:
    """Through an admin the proxy changes, not the admin that is called."""
    sentence = told(a_call(VAULT, signature, OTHER_VAULT, STRANGER, *rest), "CONTRACT_UPGRADE")
    assert f"replaces the code of Vault C ({OTHER_VAULT}) by {STRANGER}" in sentence
    assert str(VAULT) in sentence
    itself = told(a_call(VAULT, "upgradeTo(address)", STRANGER), "CONTRACT_UPGRADE")
    assert f"replaces the code of Vault A ({VAULT}) by {STRANGER}." in itself


def test_facets_of_a_diamond_are_its_new_code() -> None:
    """A diamond's new facets are named, and where they go."""
    cuts = ((STRANGER, 0, (b"\1\2\3\4",)), (OTHER_VAULT, 1, ()))
    signature = "diamondCut((address,uint8,bytes4[])[],address,bytes)"
    sentence = told(a_call(VAULT, signature, cuts, ZERO_ADDRESS, b""), "CONTRACT_UPGRADE")
    assert all(str(one) in sentence for one in (VAULT, STRANGER, OTHER_VAULT))


@pytest.mark.parametrize(
    ("message", "shown"),
    [(b"", "0x "), (b"1" * 32, "0x" + "31" * 32), (b"1" * 4096, keccak(b"1" * 4096).hex())],
)
def test_signed_message_is_named(message: bytes, shown: str) -> None:
    """A short message is shown whole, a long one by its hash, and in whose name it is signed."""
    library = official("SignMessageLib")
    data = a_call(library, "signMessage(bytes)", message).data
    tx = SafeTx(to=library, data=data, operation=Operation.DELEGATECALL, nonce=42)
    (one,) = (f for f in reviewed(tx).findings if f.code == "ONCHAIN_MESSAGE_SIGNED")
    assert shown in one.sentence
    assert f"in the name of this Safe ({SAFE})." in one.sentence
    assert len(one.sentence) < 300


def test_ownership_nobody_gets_names_the_contract() -> None:
    """Giving up control is a whole sentence about its object."""
    sentence = told(a_call(VAULT, "renounceOwnership()"), "CONTRACT_OWNERSHIP_TRANSFER")
    assert sentence.endswith(f"gives up control of Vault A ({VAULT}) for good.")


def test_power_for_a_stranger_and_for_a_friend() -> None:
    """Who gets the power matters: a stranger is named, another Safe of ours is not."""
    hostile = found(reviewed(a_call(VAULT, "transferOwnership(address)", STRANGER)))
    assert hostile["RECIPIENT_NOT_IN_ADDRESS_BOOK"] == "danger"
    friend = found(reviewed(a_call(VAULT, "transferOwnership(address)", OWN_SAFE)))
    assert "RECIPIENT_NOT_IN_ADDRESS_BOOK" not in friend


def test_first_owner_of_a_contract() -> None:
    """Whoever is named when a contract is set up controls it; a Safe of ours is no stranger."""
    setting_up = "initialize(address)"
    hostile = found(reviewed(a_call(VAULT, setting_up, STRANGER)))
    assert hostile["CONTRACT_OWNERSHIP_TRANSFER"] == "danger"
    assert hostile["RECIPIENT_NOT_IN_ADDRESS_BOOK"] == "danger"
    for ours in (SAFE, OWN_SAFE):
        calm = found(reviewed(a_call(VAULT, setting_up, ours)))
        assert "CONTRACT_OWNERSHIP_TRANSFER" not in calm
    pool = found(reviewed(a_call(VAULT, "initialize(uint160)", 2**96)))
    assert "CONTRACT_OWNERSHIP_TRANSFER" not in pool


STAKED = an_address("staked ether")


def staking(*, listed: bool | None) -> LocalFacts:
    """Facts that describe staked ether as a token, and as nothing else."""
    token = DescribedToken(address=STAKED, symbol="stETH", name="", decimals=18, listed=listed)
    return local(an_evidence(tokens=(*an_evidence().tokens, token)))


def test_ether_for_a_function_of_a_listed_token() -> None:
    """Staking is no payment to somebody nobody knows; a plain payment to a token is lost."""
    stake = replace(a_call(STAKED, "submit(address)", ZERO_ADDRESS), value=10**16)
    calm = found(reviewed(stake, staking(listed=True)))
    assert not {"NATIVE_VALUE_TO_UNKNOWN", "RECIPIENT_NOT_IN_ADDRESS_BOOK"} & calm.keys()
    unlisted = found(reviewed(stake, staking(listed=False)))
    assert unlisted["NATIVE_VALUE_TO_UNKNOWN"] == "danger"
    plain = found(reviewed(ether(10**16, STAKED), staking(listed=True)))
    assert "RECIPIENT_NOT_IN_ADDRESS_BOOK" in plain


def test_money_of_others_passed_on() -> None:
    """What a payee allowed the Safe may come to us and to people we know, not to a stranger."""
    pull = "transferFrom(address,address,uint256)"
    hostile = reviewed(a_call(USDC, pull, PAYROLL, STRANGER, 5))
    (one,) = (f for f in hostile.findings if f.code == "RECIPIENT_NOT_IN_ADDRESS_BOOK")
    assert one.severity.word == "danger"
    assert f"of Payroll ({PAYROLL}) to {STRANGER}" in one.sentence
    for known in (SAFE, OWN_SAFE, VAULT, PAYROLL):
        calm = found(reviewed(a_call(USDC, pull, PAYROLL, known, 5)))
        assert "RECIPIENT_NOT_IN_ADDRESS_BOOK" not in calm
    burnt = found(reviewed(a_call(USDC, "burnFrom(address,uint256)", PAYROLL, 5)))
    assert "RECIPIENT_NOT_IN_ADDRESS_BOOK" not in burnt


def twin_of(address: Address, *, ends: bool) -> Address:
    """An address that agrees where people look, or nearly everywhere."""
    raw = bytearray(address.raw)
    places = range(2, 18) if ends else (9, 10)
    for place in places:
        raw[place] ^= 0xFF
    return Address(bytes(raw))


@pytest.mark.parametrize("ends", [True, False])
@pytest.mark.parametrize("anchor", [PAYROLL, VAULT, SAFE, OWN_SAFE])
def test_lookalikes(anchor: Address, ends: bool) -> None:
    """A poisoned twin of a payee, a strategy or a Safe of ours blocks, wherever it stands."""
    twin = twin_of(anchor, ends=ends)
    for call in (pay(1, twin), approve(1, twin), ether(1, twin), deposit(1, twin)):
        assert found(reviewed(call))["LOOKALIKE_ADDRESS"] == "block"
    assert "LOOKALIKE_ADDRESS" not in found(reviewed(pay(1, anchor)))


def test_trusted_lookalikes_of_each_other() -> None:
    """An address that is trusted itself is nobody's twin."""
    twin = twin_of(PAYROLL, ends=True)
    book = (*an_evidence().address_book, BookEntry(address=twin, name="Other", chain_id=1))
    review = reviewed(pay(1, twin), local(an_evidence(address_book=book)))
    assert "LOOKALIKE_ADDRESS" not in found(review)
    assert "LOOKALIKE_ADDRESS" not in found(reviewed(pay(1, TWIN_VAULT)))
