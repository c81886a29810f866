"""What messages are decoded as: by their exact type, and by nothing that looks like it."""

import json
from typing import Any

import pytest

from tests.samples import NOW, SAFE, STRANGER, USDC_AT, an_address
from tests.typed_data_samples import (
    COW,
    DAY,
    JSON,
    NOBODY,
    ONE_INCH,
    REACTOR,
    SEAPORT,
    a_cow_order,
    a_dai_permit,
    a_domain,
    a_one_inch_order,
    a_permit,
    a_permit2,
    a_seaport_order,
    a_sign_in,
    a_snapshot_proposal,
    a_uniswapx_order,
    a_vote,
    an_authorization,
    as_bytes,
    seaport_item,
    typed,
)
from treasury_desktop.assets.address import Address
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.messages import orders, permit2, permits
from treasury_desktop.messages.decoding import meaning_of
from treasury_desktop.messages.meaning import (
    CONTRADICTION,
    EVERYTHING,
    NOT_READ_WHOLE,
    Kind,
    Meaning,
    NftTaking,
    Receipt,
    Taking,
    Verifier,
)
from treasury_desktop.messages.message_contracts import (
    COW_RELAYER,
    OPENSEA_CONDUIT,
    OPENSEA_CONDUIT_KEY,
    message_contract,
    message_contracts,
)
from treasury_desktop.messages.sign_in import SIGN_IN_ELSEWHERE
from treasury_desktop.messages.text_message import TextMessage
from treasury_desktop.messages.typed_data import read_typed_data

US, USDC, THEM = str(SAFE), str(USDC_AT), str(STRANGER)
DAI = str(an_address("dai"))
UNTIL = NOW + DAY
HERE = {"until": UNTIL, "chain_id": 1}
A_THOUSAND = 1_000 * 10**6


def meant(data: JSON) -> Meaning:
    """What typed data means."""
    meaning = meaning_of(read_typed_data(as_bytes(data)))
    assert meaning is not None
    return meaning


@pytest.mark.parametrize(
    ("described", "type_hash"),
    [
        (permits.ERC_2612, "6e71edae12b1b97f4d1f60370fef10105fa2faae0126114a169c64845d6126c9"),
        (permits.DAI, "ea2aa0a1be11a07ed86d755c93467f4f82362b452371d1ba94d1715123511acb"),
        (permits.NFT, "49ecf333e5b8c95c40fdafc95c1ad136e8914a8fb55e9dc8bb01eaa83a2df9ad"),
        (permits.TRANSFER, "7c7c6cdb67a18743f49ec6fa9b35f50d52ed05cbed4cc592e13b44501c1a2267"),
        (permits.RECEIVE, "d099cc98ef71107a616c4f0f941f04c322d8e254fe26b3c6668db87aae413de8"),
        (permits.CANCEL, "158b0a9edf7a828aad02f63cd515c68ef2f50ba807396f6d12842833a1597429"),
        (orders.COW, "d5a25ba2e97094ad7d83dc28a6572da797d6b3e7fc6663bd93efb789fc17e489"),
        (
            permit2._PERMISSIONS,
            "618358ac3db8dc274f0cd8829da7e234bd48cd73c4a740aede1adec9846d06a1",
        ),
    ],
)
def test_types_are_those_of_the_contracts(described: str, type_hash: str) -> None:
    """The type hashes that the deployed contracts have in their code."""
    assert keccak(described.encode()).hex() == type_hash


def test_an_erc_2612_permit() -> None:
    """Who may take how much of which token, until when it can be used."""
    meaning = meant(a_permit())
    assert (meaning.kind, meaning.verifier) == (Kind.PERMIT, Verifier.TOKEN)
    assert meaning.account == SAFE
    assert meaning.takings == (Taking(USDC_AT, STRANGER, A_THOUSAND),)
    assert meaning.expires == UNTIL
    assert "no end of its own" in meaning.statements[0]
    assert meaning.takes_something


def test_a_permit_of_nothing_takes_nothing() -> None:
    """It takes an allowance back."""
    meaning = meant(a_permit(value=0))
    assert not meaning.takes_something
    assert meaning.statements == ()


def test_a_permit_without_a_contract_names_no_token() -> None:
    """What nobody checks is for no token that is known."""
    meaning = meant(a_permit({"name": "USD Coin"}))
    assert meaning.takings[0].token.is_zero


def test_a_dai_permit_is_all_or_nothing() -> None:
    """An expiry of 0 is none."""
    meaning = meant(a_dai_permit(US, THEM, domain=a_domain()))
    assert meaning.takings == (Taking(USDC_AT, STRANGER, EVERYTHING),)
    assert meaning.expires is None
    taken_back = meant(a_dai_permit(US, THEM, domain=a_domain(), allowed=False, expiry=UNTIL))
    assert not taken_back.takes_something
    assert (taken_back.expires, taken_back.statements) == (UNTIL, ())


def test_an_nft_permit() -> None:
    """A Uniswap position is taken by whoever is approved for it."""
    message = {"spender": THEM, "tokenId": 42, "nonce": 0, "deadline": UNTIL}
    data = typed(
        a_domain(),
        "Permit",
        message,
        Permit="address spender,uint256 tokenId,uint256 nonce,uint256 deadline",
    )
    meaning = meant(data)
    assert meaning.nfts == (NftTaking(USDC_AT, STRANGER, 42),)
    assert meaning.takes_something


@pytest.mark.parametrize(
    ("primary", "who"),
    [("TransferWithAuthorization", "Anybody"), ("ReceiveWithAuthorization", "The payee")],
)
def test_an_eip_3009_payment(primary: str, who: str) -> None:
    """Who is paid, and who may carry it out."""
    data = an_authorization(primary, US, THEM, domain=a_domain(), until=UNTIL, validAfter=5)
    meaning = meant(data)
    assert meaning.kind is Kind.PAYMENT
    assert meaning.takings == (Taking(USDC_AT, STRANGER, A_THOUSAND),)
    assert (meaning.begins, meaning.expires) == (5, UNTIL)
    assert who in meaning.statements[0]


def test_an_eip_3009_cancellation_takes_nothing() -> None:
    """It takes a payment back."""
    data = typed(
        a_domain(),
        "CancelAuthorization",
        {"authorizer": US, "nonce": "0x" + "11" * 32},
        CancelAuthorization="address authorizer,bytes32 nonce",
    )
    meaning = meant(data)
    assert meaning.account == SAFE
    assert not meaning.takes_something


@pytest.mark.parametrize("primary", ["PermitSingle", "PermitBatch"])
def test_a_permit2_allowance(primary: str) -> None:
    """It ends with the allowance, not with the signature."""
    data = a_permit2(primary, {USDC: A_THOUSAND}, THEM, **HERE, expiration=UNTIL + DAY)
    meaning = meant(data)
    assert (meaning.kind, meaning.verifier) == (Kind.PERMIT2, Verifier.PERMIT2)
    assert meaning.takings == (Taking(USDC_AT, STRANGER, A_THOUSAND),)
    assert meaning.expires == UNTIL + DAY
    assert meaning.account is None


def test_a_permit2_allowance_that_ends_at_once_ends_with_its_signature() -> None:
    """An expiration of 0 means the block in which it is submitted."""
    data = a_permit2("PermitSingle", {USDC: 1}, THEM, **HERE, expiration=0)
    assert meant(data).expires == UNTIL


def test_an_empty_batch_takes_nothing() -> None:
    """And ends with its signature."""
    meaning = meant(a_permit2("PermitBatch", {}, THEM, **HERE))
    assert (meaning.takings, meaning.expires) == ((), UNTIL)


@pytest.mark.parametrize("primary", ["PermitTransferFrom", "PermitBatchTransferFrom"])
def test_a_permit2_transfer(primary: str) -> None:
    """The spender decides where it goes."""
    meaning = meant(a_permit2(primary, {USDC: A_THOUSAND}, THEM, **HERE))
    assert meaning.takings == (Taking(USDC_AT, STRANGER, A_THOUSAND),)
    assert meaning.expires == UNTIL
    assert meaning.flaws == ()


def with_witness(primary: str, kind: str, value: Any, **types: str) -> JSON:
    """A Permit2 transfer with a witness of a type."""
    plain = a_permit2(primary.replace("Witness", ""), {USDC: A_THOUSAND}, THEM, **HERE)
    array = "[]" if "Batch" in primary else ""
    return typed(
        plain["domain"],
        primary,
        plain["message"] | {"witness": value},
        **{
            primary: f"TokenPermissions{array} permitted,address spender,uint256 nonce,"
            f"uint256 deadline,{kind} witness",
            "TokenPermissions": "address token,uint256 amount",
            **types,
        },
    )


@pytest.mark.parametrize("primary", ["PermitWitnessTransferFrom", "PermitBatchWitnessTransferFrom"])
@pytest.mark.parametrize(
    ("kind", "value", "types"),
    [
        ("bytes32", "0x" + "00" * 32, {}),
        ("Terms[]", [], {"Terms": "uint256 it"}),
        ("Terms", {"it": 1}, {"Terms": "uint256 it"}),
    ],
)
def test_an_unknown_witness_is_no_decoding(primary: str, kind: str, value: Any, types: Any) -> None:
    """What is taken is said; the conditions nobody can read."""
    meaning = meant(with_witness(primary, kind, value, **types))
    assert meaning.takings == (Taking(USDC_AT, STRANGER, A_THOUSAND),)
    assert [flaw.code for flaw in meaning.flaws] == [NOT_READ_WHOLE]


def test_a_batch_with_an_order_for_a_witness_is_no_decoding() -> None:
    """UniswapX takes one token by one order."""
    order = a_uniswapx_order(US, USDC, DAI, **HERE)
    data = with_witness(
        "PermitBatchWitnessTransferFrom",
        "V2DutchOrder",
        order["message"]["witness"],
        **{
            name: ",".join(f"{m['type']} {m['name']}" for m in order["types"][name])
            for name in ("V2DutchOrder", "OrderInfo", "DutchOutput")
        },
    )
    assert [flaw.code for flaw in meant(data).flaws] == [NOT_READ_WHOLE]


@pytest.mark.parametrize("change", ["permitted", "name", "permissions", "more"])
def test_what_is_only_like_a_witness_transfer_is_no_such(change: str) -> None:
    """One name or type that is another makes it another message."""
    data = with_witness("PermitWitnessTransferFrom", "bytes32", "0x" + "00" * 32)
    members = data["types"]["PermitWitnessTransferFrom"]
    if change == "permitted":
        members[0]["type"] += "[]"
        data["message"]["permitted"] = [data["message"]["permitted"]]
    elif change == "name":
        members[1]["name"] = "receiver"
        data["message"]["receiver"] = data["message"].pop("spender")
    elif change == "permissions":
        data["types"]["TokenPermissions"][1]["type"] = "uint160"
    else:
        members.append({"name": "memo", "type": "string"})
        data["message"]["memo"] = ""
    assert meaning_of(read_typed_data(as_bytes(data))) is None


def test_a_uniswapx_order() -> None:
    """The least it gives is what counts."""
    meaning = meant(a_uniswapx_order(US, USDC, DAI, **HERE))
    reactor = Address.parse(REACTOR)
    assert meaning.kind is Kind.ORDER
    assert (meaning.account, meaning.settled_by) == (SAFE, reactor)
    assert meaning.takings == (Taking(USDC_AT, reactor, A_THOUSAND),)
    assert meaning.receipts == (Receipt(Address.parse(DAI), 999 * 10**18, SAFE),)
    assert meaning.flaws == ()


def test_a_uniswapx_order_for_ether() -> None:
    """The zero address stands for the native coin."""
    outputs = [{"token": NOBODY, "startAmount": "5", "endAmount": "4", "recipient": US}]
    meaning = meant(a_uniswapx_order(US, USDC, DAI, **HERE, baseOutputs=outputs))
    assert meaning.receipts == (Receipt(None, 4, SAFE),)


@pytest.mark.parametrize(
    "change",
    [
        {"spender": THEM},
        {"nonce": 8},
        {"deadline": UNTIL + 1},
        {"permitted": {"token": DAI, "amount": str(A_THOUSAND)}},
        {"permitted": {"token": USDC, "amount": "1"}},
    ],
)
def test_a_uniswapx_order_says_what_its_permit_says(change: JSON) -> None:
    """Else the one is shown and the other is taken."""
    data = a_uniswapx_order(US, USDC, DAI, **HERE)
    data["message"] |= change
    assert [flaw.code for flaw in meant(data).flaws] == [CONTRADICTION]


def test_a_uniswapx_limit_order_and_an_exclusive_one() -> None:
    """Both name what they take and give in other members."""
    order = a_uniswapx_order(US, USDC, DAI, **HERE)
    witness = order["message"]["witness"]
    given = {"token": DAI, "amount": "9", "recipient": US}
    limit = {
        "info": witness["info"], "inputToken": USDC, "inputAmount": "7", "outputs": [given],
    }  # fmt: skip
    info = ",".join(f"{m['type']} {m['name']}" for m in order["types"]["OrderInfo"])
    data = with_witness(
        "PermitWitnessTransferFrom",
        "LimitOrder",
        limit,
        LimitOrder="OrderInfo info,address inputToken,uint256 inputAmount,OutputToken[] outputs",
        OrderInfo=info,
        OutputToken="address token,uint256 amount,address recipient",
    )
    data["message"] |= {"spender": REACTOR}
    meaning = meant(data)
    assert meaning.receipts == (Receipt(Address.parse(DAI), 9, SAFE),)
    assert meaning.flaws == ()
    exclusive = {
        "info": witness["info"], "decayStartTime": 1, "decayEndTime": 2, "exclusiveFiller": THEM,
        "exclusivityOverrideBps": 100, "inputToken": USDC, "inputStartAmount": "6",
        "inputEndAmount": str(A_THOUSAND), "outputs": witness["baseOutputs"],
    }  # fmt: skip
    data = with_witness(
        "PermitWitnessTransferFrom",
        "ExclusiveDutchOrder",
        exclusive,
        ExclusiveDutchOrder="OrderInfo info,uint256 decayStartTime,uint256 decayEndTime,"
        "address exclusiveFiller,uint256 exclusivityOverrideBps,address inputToken,"
        "uint256 inputStartAmount,uint256 inputEndAmount,DutchOutput[] outputs",
        OrderInfo=info,
        DutchOutput="address token,uint256 startAmount,uint256 endAmount,address recipient",
    )
    data["message"] |= {"spender": REACTOR}
    assert meant(data).flaws == ()
    data["message"]["permitted"]["amount"] = str(A_THOUSAND - 1)
    assert [flaw.code for flaw in meant(data).flaws] == [CONTRADICTION]


def test_a_cow_order() -> None:
    """The relayer takes what is sold, its fee included; zero is whoever signed."""
    meaning = meant(a_cow_order(USDC, DAI, **HERE, feeAmount="5"))
    assert meaning.takings == (Taking(USDC_AT, COW_RELAYER, A_THOUSAND + 5),)
    assert meaning.receipts == (Receipt(Address.parse(DAI), 999 * 10**18, Address.parse(NOBODY)),)
    assert (meaning.settled_by, meaning.statements) == (Address.parse(COW), ())


def test_a_cow_order_says_what_else_is_in_it() -> None:
    """Parts, and what stands behind its app data."""
    order = a_cow_order(USDC, DAI, **HERE, partiallyFillable=True, appData="0x" + "11" * 32)
    said = " ".join(meant(order).statements)
    assert "filled in parts" in said
    assert "app data is a hash" in said


def test_a_cow_order_for_ether() -> None:
    """A marker stands for the native coin."""
    marker = str(orders.COW_NATIVE)
    assert meant(a_cow_order(USDC, marker, **HERE)).receipts[0].token is None


@pytest.mark.parametrize(
    "change", [{"kind": "gift"}, {"sellTokenBalance": "all"}, {"buyTokenBalance": "external"}]
)
def test_a_cow_order_of_another_kind_is_not_read(change: JSON) -> None:
    """Only what the settlement contract knows."""
    meaning = meant(a_cow_order(USDC, DAI, **HERE, **change))
    assert [flaw.code for flaw in meaning.flaws] == [NOT_READ_WHOLE]


def test_a_one_inch_order() -> None:
    """Its end stands in its traits; a receiver of zero is its maker."""
    meaning = meant(a_one_inch_order(US, USDC, DAI, **HERE))
    router = Address.parse(ONE_INCH)
    assert meaning.takings == (Taking(USDC_AT, router, A_THOUSAND),)
    assert meaning.receipts == (Receipt(Address.parse(DAI), 999 * 10**18, SAFE),)
    assert (meaning.expires, meaning.settled_by) == (UNTIL, router)
    other = meant(a_one_inch_order(US, USDC, DAI, **HERE, receiver=THEM, makerTraits="0"))
    assert (other.receipts[0].receiver, other.expires) == (STRANGER, None)


@pytest.mark.parametrize("bit", [249, 251, 252])
def test_a_one_inch_order_with_more_behind_it_is_not_read(bit: int) -> None:
    """An extension may change what is given."""
    traits = str((1 << bit) | (UNTIL << 80))
    meaning = meant(a_one_inch_order(US, USDC, DAI, **HERE, makerTraits=traits))
    assert [flaw.code for flaw in meaning.flaws] == [NOT_READ_WHOLE]
    assert meaning.expires == UNTIL


def test_a_seaport_order() -> None:
    """NFTs, tokens and the native coin, each by its kind of item."""
    punk = str(an_address("punk"))
    offer = [seaport_item(2, punk, 1, 7), seaport_item(4, punk, 1), seaport_item(1, USDC, 3)]
    offer[2]["endAmount"] = "5"
    wanted = [
        seaport_item(0, NOBODY, 10, recipient=US),
        seaport_item(1, DAI, 20, recipient=THEM),
        seaport_item(3, punk, 1, recipient=US),
    ]
    wanted[1]["endAmount"] = "15"
    meaning = meant(a_seaport_order(US, offer, wanted, **HERE))
    seaport, at = Address.parse(SEAPORT), Address.parse(punk)
    assert meaning.nfts == (NftTaking(at, seaport, 7), NftTaking(at, seaport, None))
    assert meaning.takings == (Taking(USDC_AT, seaport, 5),)
    assert meaning.receipts == (Receipt(None, 10, SAFE), Receipt(Address.parse(DAI), 15, STRANGER))
    assert meaning.statements == (f"It asks for an NFT of {punk} too, whose worth nobody says.",)
    assert meaning.flaws == ()


def test_a_seaport_order_through_a_conduit() -> None:
    """OpenSea's is known; any other could be anybody's."""
    offer = [seaport_item(1, USDC, 3)]
    known = meant(
        a_seaport_order(US, offer, [], **HERE, conduitKey="0x" + OPENSEA_CONDUIT_KEY.hex())
    )
    assert known.takings == (Taking(USDC_AT, OPENSEA_CONDUIT, 3),)
    assert known.flaws == ()
    other = meant(a_seaport_order(US, offer, [], **HERE, conduitKey="0x" + "11" * 32))
    assert [flaw.code for flaw in other.flaws] == [NOT_READ_WHOLE]


@pytest.mark.parametrize(
    ("offer", "change"),
    [
        ([seaport_item(0, NOBODY, 3)], {}),
        ([seaport_item(6, USDC, 3)], {}),
        ([seaport_item(1, USDC, 3)], {"orderType": 4}),
    ],
)
def test_a_seaport_order_of_another_kind_is_not_read(offer: list[JSON], change: JSON) -> None:
    """What Seaport does not sign, or would not accept."""
    meaning = meant(a_seaport_order(US, offer, [], **HERE, **change))
    assert [flaw.code for flaw in meaning.flaws] == [NOT_READ_WHOLE]


def test_packaged_contracts_are_told_by_chain() -> None:
    """The same address on another chain may be anybody's, but for Permit2."""
    assert {contract.kind for contract in message_contracts()} >= {
        verifier.value for verifier in Verifier if verifier.name in {"PERMIT2", "COW", "SEAPORT"}
    }
    assert all(contract.source for contract in message_contracts())
    settlement = message_contract(1, Address.parse(COW))
    assert settlement is not None
    assert settlement.kind == Verifier.COW.value
    assert message_contract(31337, Address.parse(COW)) is None
    assert message_contract(31337, Address.parse("0x000000000022D473030F116dDEE9F6B43aC78BA3"))


def test_a_snapshot_vote() -> None:
    """For which choice, on which proposal of which space."""
    meaning = meant(a_vote(US))
    assert (meaning.kind, meaning.verifier) == (Kind.VOTE, Verifier.NONE)
    assert meaning.account == SAFE
    proposal = "0x" + "ab" * 32
    assert meaning.statements == (f"Votes for choice 1 on proposal {proposal} of maiadao.eth.",)


@pytest.mark.parametrize(
    ("kind", "choice", "words"),
    [
        ("uint32[]", [2, 1], "for choices 2, 1 in this order"),
        ("string", '{"1":3}', 'with the weights {"1":3}'),
    ],
)
def test_a_snapshot_vote_of_another_kind(kind: str, choice: Any, words: str) -> None:
    """Ranked and weighted choices."""
    data = a_vote(US, choice=choice)
    data["types"]["Vote"][4]["type"] = kind
    assert words in meant(data).statements[0]


def test_an_old_snapshot_vote() -> None:
    """Proposals were once named by text, and votes had fewer members."""
    data = a_vote(US, proposal="Qmabc")
    data["types"]["Vote"] = [
        {"name": name, "type": kind}
        for name, kind in (
            ("from", "string"), ("space", "string"), ("proposal", "string"), ("choice", "uint32"),
        )
    ]  # fmt: skip
    data["message"] = {
        name: data["message"][name] for name in ("from", "space", "proposal", "choice")
    }
    meaning = meant(data)
    assert "Qmabc" in meaning.statements[0]
    assert meaning.account == SAFE


def test_a_vote_of_nobody_contradicts_itself() -> None:
    """An author that is no address is no one's vote."""
    data = a_vote("the treasury")
    data["types"]["Vote"][0]["type"] = "string"
    meaning = meant(data)
    assert meaning.account is None
    assert [flaw.code for flaw in meaning.flaws] == [CONTRADICTION]


def test_a_snapshot_proposal_and_its_withdrawal() -> None:
    """What is proposed, the choices there are, and for how long."""
    meaning = meant(a_snapshot_proposal(US))
    assert meaning.title == "Snapshot proposal"
    assert meaning.statements == (
        "Proposes to maiadao.eth: Deploy into the vault.",
        "Choices: Yay; Nay.",
        "Voting is open for 432,000 seconds.",
    )
    assert ("body", "As discussed.") in meaning.texts
    assert ("choices", "Nay") in meaning.texts
    cancelled = typed(
        {"name": "snapshot", "version": "0.1.4"},
        "CancelProposal",
        {"from": US, "space": "maiadao.eth", "timestamp": NOW, "proposal": "0x" + "ab" * 32},
        CancelProposal="address from,string space,uint64 timestamp,bytes32 proposal",
    )
    assert meant(cancelled).statements[0].startswith("Takes back proposal 0xabab")


def test_a_snapshot_proposal_says_what_its_plugins_carry() -> None:
    """Some execute transactions when the vote is over; older types have none."""
    carried = meant(a_snapshot_proposal(US, plugins='{"safeSnap":{}}')).statements
    assert carried[-1] == 'It carries plugins that may execute something: {"safeSnap":{}}'
    older = a_snapshot_proposal(US)
    del older["message"]["plugins"]
    older["types"]["Proposal"] = [m for m in older["types"]["Proposal"] if m["name"] != "plugins"]
    assert len(meant(older).statements) == 3


def strange_votes() -> list[JSON]:
    """Typed data that is almost a vote."""
    elsewhere, bound, lacking, more = (a_vote(US) for _ in range(4))
    elsewhere["domain"]["name"] = "snapshots"
    bound = a_vote(US)
    bound["domain"]["chainId"] = 1
    bound["types"]["EIP712Domain"].append({"name": "chainId", "type": "uint256"})
    del lacking["message"]["choice"]
    lacking["types"]["Vote"].pop(4)
    more["message"]["hash"] = "0x" + "00" * 32
    more["types"]["Vote"].append({"name": "hash", "type": "bytes32"})
    return [elsewhere, bound, lacking, more]


@pytest.mark.parametrize("data", strange_votes())
def test_what_is_only_like_a_vote_is_no_vote(data: JSON) -> None:
    """Another domain, or other members, and nobody can say what it is."""
    assert meaning_of(read_typed_data(as_bytes(data))) is None


@pytest.mark.parametrize("member", ["value", "deadline"])
def test_what_is_only_like_a_permit_is_no_permit(member: str) -> None:
    """One type that is another makes it another message."""
    data = json.loads(json.dumps(a_permit()))
    (found,) = [each for each in data["types"]["Permit"] if each["name"] == member]
    found["type"] = "uint128"
    assert meaning_of(read_typed_data(as_bytes(data))) is None


def test_a_raw_hash_in_typed_data_is_no_decoding() -> None:
    """A type that wraps thirty-two bytes says nothing of what they are."""
    data = typed(a_domain(), "Sign", {"hash": "0x" + "ab" * 32}, Sign="bytes32 hash")
    assert meaning_of(read_typed_data(as_bytes(data))) is None


# ── texts ────────────────────────────────────────────────────────────────────────────────────────


def test_a_text_is_what_it_says() -> None:
    """And nothing is known of what it leads to."""
    meaning = meaning_of(TextMessage("Harbour DAO agrees."))
    assert meaning is not None
    assert (meaning.kind, meaning.flaws) == (Kind.TEXT, ())
    assert meaning.texts == (("text", "Harbour DAO agrees."),)


def signed_in(text: str) -> Meaning:
    """What a sign-in means."""
    meaning = meaning_of(TextMessage(text))
    assert meaning is not None
    return meaning


def test_a_sign_in() -> None:
    """Where, as whom, on which chain, until when."""
    meaning = signed_in(a_sign_in(US, chain_id=1))
    assert meaning.kind is Kind.SIGN_IN
    assert (meaning.account, meaning.chain_id) == (SAFE, 1)
    assert meaning.expires == 1_795_442_520
    assert meaning.statements == ("Signs in to app.example.org as this Safe.",)
    assert meaning.flaws == ()


def test_a_sign_in_with_everything() -> None:
    """Or without what may be left out."""
    tail = "\nNot Before: 2026-11-22T14:02:00+01:00\nRequest ID: 7\nResources:\n- https://a\n- ipfs://b"
    meaning = signed_in(a_sign_in(US, chain_id=1, tail=tail))
    assert meaning.statements[1] == "Asks for: https://a, ipfs://b."
    assert meaning.begins == 1_795_352_520
    short = signed_in(a_sign_in(US, chain_id=1, statement="", expires=""))
    assert (short.kind, short.expires) == (Kind.SIGN_IN, None)


@pytest.mark.parametrize(
    "uri", ["https://evil.example.org/", "https://app.example.org.evil.org", "app.example.org"]
)
def test_a_sign_in_elsewhere_is_told(uri: str) -> None:
    """Who asks is not where it leads to."""
    meaning = signed_in(a_sign_in(US, chain_id=1, uri=uri))
    assert [flaw.code for flaw in meaning.flaws] == [SIGN_IN_ELSEWHERE]


@pytest.mark.parametrize(
    "text",
    [
        a_sign_in(US, chain_id=1) + "\nand pay us",
        a_sign_in(US, chain_id=1).replace("Version: 1", "Version: 2"),
        a_sign_in(US, chain_id=1).replace("\n", "\r\n"),
        a_sign_in(US.lower().replace("0x", "0X"), chain_id=1),
        "evil WANTS YOU TO SIGN IN with your Ethereum account",
        a_sign_in(US, chain_id=1, expires="\nExpiration Time: 2026-13-41T14:02:00Z"),
        a_sign_in("0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", chain_id=1),
    ],
)
def test_what_is_only_like_a_sign_in_is_not_read(text: str) -> None:
    """A sign-in has one form."""
    assert [flaw.code for flaw in signed_in(text).flaws] == [NOT_READ_WHOLE]
