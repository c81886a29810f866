"""What a review says of messages: what blocks, what has to be acknowledged, and what is calm."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from tests.matters import (
    BLOCK,
    DAI,
    JUNK,
    OTHER_VAULT,
    OWN_SAFE,
    SAFE,
    USDC,
    VAULT,
    WETH,
    a_price,
    a_treasury_safe,
    an_evidence,
    local,
    prices,
)
from tests.samples import PAYROLL, STRANGER, an_address
from tests.typed_data_samples import (
    JSON,
    NOBODY,
    a_cow_order,
    a_dai_permit,
    a_one_inch_order,
    a_permit,
    a_permit2,
    a_seaport_order,
    a_sign_in,
    a_uniswapx_order,
    a_vote,
    an_authorization,
    as_bytes,
    seaport_item,
    typed,
)
from treasury_desktop.assets.address import Address
from treasury_desktop.assets.unknown import UNKNOWN
from treasury_desktop.calls.known_contracts import official_address
from treasury_desktop.errors import Refused
from treasury_desktop.messages.message import Message
from treasury_desktop.messages.text_message import TextMessage
from treasury_desktop.messages.typed_data import read_typed_data
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.review.findings import Severity
from treasury_desktop.review.messages.message_review import MessageReview, examine_message
from treasury_desktop.safes.comparison import comparison_code
from treasury_desktop.safes.safe import Safe, SafeVersion
from treasury_desktop.treasury.deny_list import DenyList, DenyLists
from treasury_desktop.treasury.evidence import (
    BalanceChange,
    BookEntry,
    DescribedContract,
    DescribedToken,
    HeldAmount,
    ObservedAllowance,
)
from treasury_desktop.treasury.further_limits import FurtherLimits
from treasury_desktop.treasury.terms import PolicyTerms

DAY = 86_400
NOW = BLOCK.timestamp + 60
UNTIL = NOW + DAY
HERE: JSON = {"until": UNTIL, "chain_id": 1}
US = str(SAFE)
MILLION = 10**6 * 10**6
"""A tenth of the treasury, in base units of USDC."""
HANDLER = official_address(1, "CompatibilityFallbackHandler", (1, 4, 1))
assert HANDLER is not None


def the_safe(**changes: Any) -> Safe:
    """The Safe of matters with the official handler."""
    return a_treasury_safe(**{"fallback_handler": HANDLER, **changes})


def reviewed(
    message: JSON | str | Message,
    facts: LocalFacts | None = None,
    *,
    safe: Safe | None = None,
    now: int | None = NOW,
    earlier: tuple[Message, ...] = (),
) -> MessageReview:
    """The review of a message of the Safe of matters."""
    if isinstance(message, dict):
        message = read_typed_data(as_bytes(message))
    elif isinstance(message, str):
        message = TextMessage(message)
    return examine_message(message, safe or the_safe(), facts or local(), now=now, earlier=earlier)


def codes(review: MessageReview, severity: Severity | None = None) -> set[str]:
    """The codes of the findings of one severity, or of all."""
    return {f.code for f in review.findings if severity in {None, f.severity}}


def usdc_domain(**changes: Any) -> JSON:
    """USDC's on chain 1."""
    made = {"name": "USDC", "version": "2", "chainId": 1, "verifyingContract": str(USDC)}
    return {name: value for name, value in (made | changes).items() if value is not None}


def permit(
    dollars: int = 1_000, spender: Address = VAULT, *, domain: JSON | None = None, **changes: Any
) -> JSON:
    """An ERC-2612 permit of USDC to a vault of a strategy."""
    said = {"owner": US, "spender": str(spender), "value": str(dollars * 10**6), "deadline": UNTIL}
    return a_permit(usdc_domain() if domain is None else domain, **(said | changes))


# ── calm ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_small_permit_to_a_vault_of_ours_is_calm() -> None:
    """Exact, allow-listed, soon over: nothing to acknowledge."""
    review = reviewed(permit())
    assert review.verdict == "ok"
    assert review.why_not_signable is None
    review.require_signable()
    assert review.title == "ERC-2612 permit"
    assert review.sentences[0] == (
        f"Lets Vault A ({VAULT}) take up to 1,000 USDC ({USDC}) until 2026-11-19 11:07 UTC."
    )
    assert [j.group for j in review.judgements] == ["Yield"]


@pytest.mark.parametrize(
    "message",
    [
        a_vote(US),
        a_sign_in(US, chain_id=1),
        "Harbour DAO agrees to this audit.",
        permit(value="0"),
        a_permit2("PermitBatch", {}, str(VAULT), **HERE),
        a_permit2("PermitTransferFrom", {str(USDC): 5}, str(VAULT), **HERE),
        a_permit2("PermitSingle", {str(USDC): 5}, str(OWN_SAFE), **HERE),
        a_cow_order(str(USDC), str(DAI), **HERE),
        a_uniswapx_order(US, str(USDC), str(DAI), **HERE),
        a_one_inch_order(US, str(USDC), str(DAI), **HERE),
        an_authorization(
            "TransferWithAuthorization", US, str(PAYROLL), domain=usdc_domain(), until=UNTIL
        ),
    ],
)
def test_honest_messages_raise_nothing(message: JSON | str) -> None:
    """Votes, sign-ins, texts, revocations, orders at their price, payments to known payees."""
    review = reviewed(message)
    assert codes(review) <= {"TEXT_WITHOUT_FORM"}
    assert review.why_not_signable is None


def test_the_comparison_code_is_that_of_what_owners_sign() -> None:
    """Not of the message's own hash, which nobody signs."""
    review = reviewed(permit())
    assert review.comparison_code == comparison_code(review.hashes.safe_message)


def test_what_an_order_gives_and_takes_is_said() -> None:
    """In tokens, with names, and to whom."""
    said = reviewed(a_cow_order(str(USDC), str(DAI), **HERE)).sentences
    assert "CoW Protocol vault relayer" in said[0]
    assert said[1] == f"Gives at least 999 DAI ({DAI}) to this Safe."


def test_a_payment_and_a_revocation_are_said() -> None:
    """A payment pays, a permit of nothing takes back."""
    paid = an_authorization(
        "ReceiveWithAuthorization", US, str(PAYROLL), domain=usdc_domain(), until=UNTIL,
        validAfter=NOW,
    )  # fmt: skip
    said = reviewed(paid).sentences
    assert said[0].startswith(f"Pays 1,000 USDC ({USDC}) to Payroll ({PAYROLL}) until 2026")
    assert said[-1] == "Does not count before 2026-11-18 11:07 UTC."
    assert reviewed(permit(value="0")).sentences[0].startswith("Takes back what Vault A")


def test_the_end_of_a_sign_in_is_said() -> None:
    """It is a time, not a token."""
    assert "Counts until 2026-11-23 14:02 UTC." in reviewed(a_sign_in(US, chain_id=1)).sentences


# ── readable ─────────────────────────────────────────────────────────────────────────────────────


def test_what_has_no_decoding_cannot_be_signed() -> None:
    """Whatever it is called."""
    data = typed(usdc_domain(), "Login", {"hash": "0x" + "ab" * 32}, Login="bytes32 hash")
    review = reviewed(data)
    assert codes(review, Severity.BLOCK) == {"MESSAGE_NOT_DECODED"}
    assert review.title == "Typed data nobody can read"
    assert review.sentences == ("Nobody here can say what this message does.",)
    with pytest.raises(Refused, match="no decoding cannot be signed"):
        review.require_signable()


def test_half_a_decoding_blocks_too() -> None:
    """A one-inch order with an extension."""
    order = a_one_inch_order(US, str(USDC), str(DAI), **HERE, makerTraits=str(1 << 249))
    assert "MESSAGE_NOT_DECODED" in codes(reviewed(order), Severity.BLOCK)


def test_a_sign_in_elsewhere_is_a_danger() -> None:
    """Shown to one, used by another."""
    text = a_sign_in(US, chain_id=1, uri="https://evil.example.org/")
    review = reviewed(text)
    assert codes(review, Severity.DANGER) == {"SIGN_IN_ELSEWHERE"}
    assert [f.code for f in review.dangers] == ["SIGN_IN_ELSEWHERE"]


def test_texts_that_deceive_are_told() -> None:
    """What steers the direction of writing, in a text and in a domain's name."""
    assert "BIDI_CONTROL_CHARS" in codes(reviewed("Pay \u202e001 to us"), Severity.DANGER)
    data = permit(domain=usdc_domain(name="US\u200bDC"))
    assert "INVISIBLE_CHARS" in codes(reviewed(data))
    assert "OVERSIZED_TEXT" not in codes(reviewed("long " * 2000))


# ── whose, where ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "message",
    [
        permit(owner=str(STRANGER)),
        a_vote(str(OWN_SAFE)),
        a_sign_in(str(STRANGER), chain_id=1),
        a_uniswapx_order(str(STRANGER), str(USDC), str(DAI), **HERE),
    ],
)
def test_a_message_in_anothers_name_blocks(message: JSON | str) -> None:
    """Also in the name of another Safe of ours."""
    assert "MESSAGE_OF_ANOTHER_ACCOUNT" in codes(reviewed(message), Severity.BLOCK)


@pytest.mark.parametrize(
    "message", [permit(domain=usdc_domain(chainId=10)), a_sign_in(US, chain_id=10)]
)
def test_a_message_for_another_chain_blocks(message: JSON | str) -> None:
    """By its domain or by its text."""
    assert "CHAIN_MISMATCH" in codes(reviewed(message), Severity.BLOCK)


def test_a_permit_without_a_chain_is_a_danger() -> None:
    """It counts wherever the token has this address."""
    review = reviewed(permit(domain=usdc_domain(chainId=None)))
    assert codes(review, Severity.DANGER) == {"MESSAGE_WITHOUT_CHAIN"}
    harmless = reviewed(permit(domain=usdc_domain(chainId=None), value="0"))
    assert codes(harmless, Severity.WARN) == {"MESSAGE_WITHOUT_CHAIN"}


def test_a_permit_without_a_contract_blocks() -> None:
    """Any contract may take it as its own."""
    review = reviewed(permit(domain=usdc_domain(verifyingContract=None)))
    assert "MESSAGE_WITHOUT_CONTRACT" in codes(review, Severity.BLOCK)


@pytest.mark.parametrize("token", [STRANGER, JUNK])
def test_a_permit_of_an_unlisted_token_blocks(token: Address) -> None:
    """A contract that nobody lists decides what it makes of the signature."""
    review = reviewed(permit(domain=usdc_domain(verifyingContract=str(token))))
    assert {"VERIFIER_NOT_KNOWN", "PAYMENT_NOT_VALUED"} & codes(review, Severity.BLOCK)
    assert "VERIFIER_NOT_KNOWN" in codes(review, Severity.BLOCK)
    assert "TOKEN_NOT_IN_TOKEN_LIST" in codes(review, Severity.WARN)


def test_a_packaged_token_is_known_without_a_list() -> None:
    """Real USDC on chain 1; without a price it cannot be judged all the same."""
    real = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"
    review = reviewed(permit(domain=usdc_domain(verifyingContract=real)))
    assert "VERIFIER_NOT_KNOWN" not in codes(review)
    assert review.sentences[0].startswith(f"Lets Vault A ({VAULT}) take up to 1,000 USDC ({real})")
    assert "PRICE_MISSING" in codes(review, Severity.BLOCK)


def nft_permit(spender: Address, contract: Address) -> JSON:
    """A permit for position 42."""
    message = {"spender": str(spender), "tokenId": 42, "nonce": 0, "deadline": UNTIL}
    return typed(
        usdc_domain(verifyingContract=str(contract)),
        "Permit",
        message,
        Permit="address spender,uint256 tokenId,uint256 nonce,uint256 deadline",
    )


def test_an_nft_permit_always_blocks() -> None:
    """Nobody says what a position is worth; of an unknown contract even less."""
    known = reviewed(nft_permit(VAULT, OTHER_VAULT))
    assert codes(known, Severity.BLOCK) == {"NFT_APPROVAL"}
    assert known.sentences[0].startswith(f"Lets Vault A ({VAULT}) take NFT 42 of Vault C")
    unknown = reviewed(nft_permit(VAULT, STRANGER))
    assert codes(unknown, Severity.BLOCK) == {"NFT_APPROVAL", "VERIFIER_NOT_KNOWN"}


@pytest.mark.parametrize(
    "order",
    [
        a_permit2("PermitSingle", {str(USDC): 5}, str(VAULT), **HERE),
        a_cow_order(str(USDC), str(DAI), **HERE),
        a_one_inch_order(US, str(USDC), str(DAI), **HERE),
    ],
)
def test_another_contract_than_the_known_one_blocks(order: JSON) -> None:
    """A copy of Permit2 or of a settlement is anybody's, and one kind is not another."""
    for contract in (str(STRANGER), "0x0000000000000068F116a894984e2DB1123eB395"):
        order["domain"]["verifyingContract"] = contract
        assert "VERIFIER_NOT_KNOWN" in codes(reviewed(order), Severity.BLOCK)


@pytest.mark.parametrize(
    "reactor",
    [
        str(STRANGER),
        "0x111111125421cA6dc452d289314280a0f8842A65",
        "0x0000000000000068F116a894984e2DB1123eB395",
        "0xC92E8bdf79f0507f65a392b0ab4667716BFE0110",
    ],
)
def test_an_unknown_reactor_blocks(reactor: str) -> None:
    """Whoever settles an order keeps its terms, or the money; other settlers read other orders."""
    order = a_uniswapx_order(US, str(USDC), str(DAI), **HERE)
    order["message"]["spender"] = reactor
    order["message"]["witness"]["info"]["reactor"] = reactor
    assert "SETTLEMENT_NOT_KNOWN" in codes(reviewed(order), Severity.BLOCK)


def test_a_safe_without_a_handler_answers_nothing() -> None:
    """Known to have none blocks; one that is not official is told; not knowing is no reason."""
    none = reviewed(a_vote(US), safe=the_safe(fallback_handler=None))
    assert codes(none, Severity.BLOCK) == {"SAFE_ANSWERS_NO_MESSAGES"}
    other = reviewed(a_vote(US), safe=the_safe(fallback_handler=STRANGER))
    assert codes(other, Severity.WARN) == {"FALLBACK_HANDLER_NOT_KNOWN"}
    library = official_address(1, "MultiSend", (1, 4, 1))
    wrong = reviewed(a_vote(US), safe=the_safe(fallback_handler=library))
    assert codes(wrong, Severity.WARN) == {"FALLBACK_HANDLER_NOT_KNOWN"}
    assert codes(reviewed(a_vote(US), safe=the_safe(fallback_handler=UNKNOWN))) == set()


@pytest.mark.parametrize("unknown", ["owners", "threshold"])
def test_a_safe_that_nobody_has_read_blocks(unknown: str) -> None:
    """Nobody can say whose signature would count."""
    review = reviewed(a_vote(US), safe=the_safe(**{unknown: UNKNOWN}))
    assert codes(review, Severity.BLOCK) == {"STATE_UNKNOWN"}


def test_an_old_safe_signs_no_messages() -> None:
    """It cannot answer for them."""
    with pytest.raises(Refused, match="since"):
        reviewed(a_vote(US), safe=the_safe(version=SafeVersion(1, 1, 1)))


# ── who takes what ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "message",
    [
        permit(spender=STRANGER),
        permit(spender=PAYROLL),
        a_permit2("PermitSingle", {str(USDC): 5}, str(STRANGER), **HERE),
        a_permit2("PermitBatchTransferFrom", {str(USDC): 5}, str(STRANGER), **HERE),
    ],
)
def test_a_permit_to_an_unknown_spender_blocks(message: JSON) -> None:
    """A payee may be paid; that is no reason to let it take."""
    assert codes(reviewed(message), Severity.BLOCK) == {"PERMIT_TO_UNKNOWN_SPENDER"}


def test_a_trusted_contract_may_be_a_spender() -> None:
    """Also where it belongs to no strategy."""
    trusted = DescribedContract(address=STRANGER, name="Router", trusted=True)
    facts = local(an_evidence(contracts=(trusted,)))
    assert reviewed(permit(spender=STRANGER), facts).why_not_signable is None


def test_an_unlimited_permit_is_a_danger_and_counts_whole() -> None:
    """To an allow-listed spender; without a known balance nobody can say how much it is."""
    review = reviewed(permit(value=str(2**256 - 1)))
    assert "UNLIMITED_PERMIT" in codes(review, Severity.DANGER)
    assert "POLICY_LIMIT_EXCEEDED" in codes(review, Severity.BLOCK)
    assert f"take up to all there ever is of USDC ({USDC})" in review.sentences[0]
    assert "UNLIMITED_PERMIT" in codes(
        reviewed(permit(spender=STRANGER, value=str(2**200))), Severity.BLOCK
    )


def test_an_unlimited_permit_is_worth_what_there_is() -> None:
    """The policy counts it as an allowance: capped by the balance where that is known."""
    held = HeldAmount(token=str(USDC), base_units=MILLION // 100, place="safe")
    deployed = HeldAmount(token=str(USDC), base_units=MILLION, place="Vault A")
    facts = local(an_evidence(holdings=(held, deployed)))
    review = reviewed(permit(value=str(2**256 - 1)), facts)
    assert codes(review, Severity.BLOCK) == set()
    assert codes(review, Severity.DANGER) == {"UNLIMITED_PERMIT"}
    ten_times = reviewed(permit(100_001), facts)
    assert codes(ten_times, Severity.DANGER) == {"UNLIMITED_PERMIT"}


def test_dai_gives_all_or_nothing() -> None:
    """Without an expiry it lasts for ever."""
    domain = usdc_domain(verifyingContract=str(DAI))
    review = reviewed(a_dai_permit(US, str(VAULT), domain=domain))
    assert {"UNLIMITED_PERMIT", "MESSAGE_NEVER_EXPIRES"} <= codes(review, Severity.DANGER)
    assert "without an end" in review.sentences[0]


def test_a_treasury_sized_permit_blocks_by_the_policy() -> None:
    """A tenth of the treasury is the limit, one base unit less is not."""
    assert "POLICY_LIMIT_EXCEEDED" in codes(reviewed(permit(1_000_000)), Severity.BLOCK)
    below = reviewed(permit(value=str(MILLION - 1)))
    assert below.why_not_signable is None
    assert codes(below, Severity.WARN) == {"POLICY_ABOVE_ADVICE"}


def test_orders_and_payments_count_too() -> None:
    """Whoever takes it, a tenth is a tenth."""
    order = a_cow_order(
        str(USDC), str(DAI), **HERE, sellAmount=str(MILLION), buyAmount=str(10**6 * 10**18)
    )
    assert codes(reviewed(order), Severity.BLOCK) == {"POLICY_LIMIT_EXCEEDED"}
    paid = an_authorization(
        "TransferWithAuthorization", US, str(PAYROLL), domain=usdc_domain(), until=UNTIL,
        value=str(MILLION),
    )  # fmt: skip
    assert codes(reviewed(paid), Severity.BLOCK) == {"POLICY_LIMIT_EXCEEDED"}


def test_what_has_no_price_cannot_be_judged() -> None:
    """Where an outsider takes it a transaction only warns; here it blocks."""
    facts = local(an_evidence(quotes=prices()[2:]))
    to_a_strategy = reviewed(permit(), facts)
    assert codes(to_a_strategy, Severity.BLOCK) == {"PRICE_MISSING"}
    paid = an_authorization(
        "TransferWithAuthorization", US, str(PAYROLL), domain=usdc_domain(), until=UNTIL
    )
    assert codes(reviewed(paid, facts), Severity.BLOCK) == {"PAYMENT_NOT_VALUED"}


def test_prices_are_as_old_as_the_present_says() -> None:
    """A review that waits becomes stale, and blocks."""
    review = reviewed(permit(deadline=UNTIL + DAY), now=NOW + DAY)
    assert "PRICE_STALE" in codes(review, Severity.BLOCK)


def test_without_a_clock_a_review_judges_as_of_its_block() -> None:
    """And says nothing of ends it cannot compare."""
    assert codes(reviewed(permit(), now=None)) == set()


def test_a_simulation_of_something_else_counts_nothing() -> None:
    """No message was ever simulated."""
    change = BalanceChange(account=SAFE, token=str(USDC), delta=-9 * MILLION)
    assert reviewed(permit(), local(an_evidence(balance_changes=(change,)))).verdict == "ok"


def open_already(spender: str, units: int, **changes: Any) -> LocalFacts:
    """Facts with an allowance that is open."""
    allowance = ObservedAllowance(
        token=str(USDC), spender=Address.parse(spender), base_units=units, **changes
    )
    return local(an_evidence(allowances=(allowance,)))


@pytest.mark.parametrize("changes", [{}, {"safe": SAFE}])
def test_an_allowance_that_is_open_already_counts(changes: JSON) -> None:
    """A permit of less takes nothing back before somebody uses it."""
    review = reviewed(permit(), open_already(str(VAULT), MILLION, **changes))
    assert "POLICY_LIMIT_EXCEEDED" in codes(review, Severity.BLOCK)


def test_the_allowance_of_a_known_settlement_counts_by_its_orders() -> None:
    """The relayer takes by signed orders only, and those are counted."""
    facts = open_already("0xC92E8bdf79f0507f65a392b0ab4667716BFE0110", 2**256 - 1)
    assert reviewed(a_cow_order(str(USDC), str(DAI), **HERE), facts).verdict == "ok"


def test_what_was_signed_before_counts_as_long_as_it_is_open() -> None:
    """Ten permits of a hundredth are a tenth; one that ended is none."""
    half = read_typed_data(as_bytes(permit(500_000)))
    again = permit(500_000, nonce=1)
    review = reviewed(again, earlier=(half,))
    assert "POLICY_LIMIT_EXCEEDED" in codes(review, Severity.BLOCK)
    over = read_typed_data(as_bytes(permit(500_000, deadline=NOW - 1)))
    assert reviewed(again, earlier=(over,)).why_not_signable is None
    harmless = (TextMessage("hello"), read_typed_data(as_bytes(a_vote(US))))
    assert reviewed(again, earlier=harmless).why_not_signable is None
    endless = read_typed_data(
        as_bytes(a_dai_permit(US, str(VAULT), domain=usdc_domain(verifyingContract=str(DAI))))
    )
    assert "POLICY_LIMIT_EXCEEDED" in codes(reviewed(again, earlier=(endless,)))
    unread = read_typed_data(as_bytes(typed(usdc_domain(), "Login", {"it": 1}, Login="uint256 it")))
    assert reviewed(again, earlier=(unread,), now=None).why_not_signable is None
    assert "POLICY_LIMIT_EXCEEDED" in codes(reviewed(again, earlier=(over,), now=None))


def test_terms_decide_about_outsiders() -> None:
    """Where payments to outsiders are not measured, they are not here either."""
    paid = an_authorization(
        "TransferWithAuthorization", US, str(PAYROLL), domain=usdc_domain(), until=UNTIL,
        value=str(MILLION),
    )  # fmt: skip
    facts = local(terms=PolicyTerms(judge_outsiders=False))
    assert reviewed(paid, facts).why_not_signable is None


@pytest.mark.parametrize(
    ("to", "severity", "code"),
    [
        (STRANGER, Severity.DANGER, "RECIPIENT_NOT_IN_ADDRESS_BOOK"),
        (Address.parse(NOBODY), Severity.BLOCK, "TRANSFER_TO_ZERO"),
        (USDC, Severity.BLOCK, "TRANSFER_TO_TOKEN_CONTRACT"),
    ],
)
def test_a_payment_goes_to_somebody_known(to: Address, severity: Severity, code: str) -> None:
    """As payments in transactions do."""
    paid = an_authorization(
        "TransferWithAuthorization", US, str(to), domain=usdc_domain(), until=UNTIL
    )
    assert codes(reviewed(paid), severity) == {code}


def test_a_lookalike_blocks() -> None:
    """A spender that reads as a vault of ours, and is another."""
    twin = Address(VAULT.raw[:2] + bytes(16) + VAULT.raw[-2:])
    review = reviewed(permit(spender=twin))
    assert {"LOOKALIKE_ADDRESS", "PERMIT_TO_UNKNOWN_SPENDER"} == codes(review, Severity.BLOCK)


@pytest.mark.parametrize("denied", [VAULT, USDC, SAFE])
def test_whoever_is_denied_blocks(denied: Address) -> None:
    """As spender, as token, anywhere in the typed data; and so does a list that nobody read."""
    one = DenyList(name="OFAC", published=date(2026, 11, 1), addresses=frozenset({denied}))
    for lists, code in (
        (DenyLists(read=(one,)), "ADDRESS_DENIED"),
        (DenyLists(unread=("It is not known.",)), "DENY_LIST_UNREAD"),
    ):
        review = reviewed(permit(), local(an_evidence(denied=lists)))
        assert codes(review, Severity.BLOCK) == {code}


def test_further_limits_bind_messages_too() -> None:
    """What a permit lets somebody take is taken of the stablecoins."""
    held = (HeldAmount(token=str(USDC), base_units=2 * MILLION, place="safe"),)
    evidence = an_evidence(holdings=held, stablecoins=frozenset({str(USDC)}))
    floor = FurtherLimits(runway_months=1, monthly_spend_usd=1_950_000)
    assert not codes(reviewed(permit(50_000), local(evidence)), Severity.BLOCK)
    strict = local(evidence, terms=PolicyTerms(further=floor))
    assert not codes(reviewed(permit(50_000), strict), Severity.BLOCK)
    assert codes(reviewed(permit(50_001), strict), Severity.BLOCK) == {"POLICY_RUNWAY_FLOOR"}


# ── until when ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("deadline", "severity", "code"),
    [
        (NOW - 1, Severity.BLOCK, "MESSAGE_EXPIRED"),
        (NOW + 30 * DAY + 1, Severity.WARN, "MESSAGE_EXPIRES_LATE"),
        (NOW + 366 * DAY + 1, Severity.DANGER, "MESSAGE_NEVER_EXPIRES"),
        (2**256 - 1, Severity.DANGER, "MESSAGE_NEVER_EXPIRES"),
    ],
)
def test_a_permit_ends_soon(deadline: int, severity: Severity, code: str) -> None:
    """Nobody can take it back before."""
    assert codes(reviewed(permit(deadline=str(deadline))), severity) == {code}


@pytest.mark.parametrize("deadline", [NOW, NOW + 30 * DAY])
def test_the_ends_that_are_calm(deadline: int) -> None:
    """From this second to thirty days from now."""
    assert codes(reviewed(permit(deadline=deadline))) == set()


def test_a_sign_in_without_an_end_is_a_warning() -> None:
    """It takes nothing."""
    review = reviewed(a_sign_in(US, chain_id=1, expires=""))
    assert codes(review, Severity.WARN) == {"MESSAGE_NEVER_EXPIRES"}


# ── what orders give ─────────────────────────────────────────────────────────────────────────────


def test_an_order_that_pays_somebody_else_blocks() -> None:
    """Whatever its price."""
    order = a_cow_order(str(USDC), str(DAI), **HERE, receiver=str(STRANGER))
    assert codes(reviewed(order), Severity.BLOCK) == {"RECEIVER_NOT_SAFE"}
    to_ours = a_cow_order(str(USDC), str(DAI), **HERE, receiver=str(OWN_SAFE))
    assert reviewed(to_ours).verdict == "ok"


def test_zero_is_the_signer_with_cow_only() -> None:
    """Elsewhere the zero address is nobody."""
    outputs = [{"token": str(DAI), "startAmount": "1", "endAmount": "1", "recipient": NOBODY}]
    order = a_uniswapx_order(US, str(USDC), str(DAI), **HERE, baseOutputs=outputs)
    assert "RECEIVER_NOT_SAFE" in codes(reviewed(order), Severity.BLOCK)


def test_an_order_for_nothing_blocks() -> None:
    """Of a token, of nothing at all, or by nobody."""
    order = a_cow_order(str(USDC), str(DAI), **HERE, buyAmount="0")
    assert codes(reviewed(order), Severity.BLOCK) == {"ORDER_GIVES_NOTHING"}
    none = a_uniswapx_order(US, str(USDC), str(DAI), **HERE, baseOutputs=[])
    assert codes(reviewed(none), Severity.BLOCK) == {"RECEIVER_NOT_SAFE"}


@pytest.mark.parametrize(
    ("dollars", "severity"),
    [(899, Severity.BLOCK), (900, Severity.DANGER), (979, Severity.DANGER), (980, None)],
)
def test_an_order_gives_about_what_it_takes(dollars: int, severity: Severity | None) -> None:
    """A thousand for nearly a thousand."""
    order = a_cow_order(str(USDC), str(DAI), **HERE, buyAmount=str(dollars * 10**18))
    found = [f.severity for f in reviewed(order).findings if f.code == "ORDER_FAR_BELOW_PRICE"]
    assert found == ([] if severity is None else [severity])


def test_an_order_is_measured_at_the_worst_prices() -> None:
    """What it takes at the highest quote, what it gives at the lowest."""
    quotes = (a_price(USDC, "1.01"), a_price(USDC, "1.00"), a_price(DAI, "0.99"), a_price(DAI, 1))
    facts = local(an_evidence(quotes=quotes))
    order = a_cow_order(str(USDC), str(DAI), **HERE, buyAmount=str(990 * 10**18))
    (found,) = [f for f in reviewed(order, facts).findings if f.code == "ORDER_FAR_BELOW_PRICE"]
    assert found.severity is Severity.DANGER
    assert found.sentence == "The order takes $1,010.00 and may be filled for $980.10."


@pytest.mark.parametrize("bought", [JUNK, WETH])
def test_an_order_for_what_has_no_price_blocks(bought: Address) -> None:
    """Nobody can say whether it is enough."""
    facts = local(an_evidence(quotes=prices()[:2]))
    order = a_cow_order(str(USDC), str(bought), **HERE)
    assert codes(reviewed(order, facts), Severity.BLOCK) == {"PRICE_MISSING"}


def test_decimals_that_nobody_shows_have_no_price() -> None:
    """A token of a hundred decimals is worth what it likes."""
    absurd = DescribedToken(address=DAI, symbol="DAI", name="DAI", decimals=100, listed=True)
    evidence = an_evidence()
    tokens = tuple(absurd if t.address == DAI else t for t in evidence.tokens)
    review = reviewed(
        a_cow_order(str(USDC), str(DAI), **HERE), local(replace(evidence, tokens=tokens))
    )
    assert "PRICE_MISSING" in codes(review, Severity.BLOCK)
    assert "base units of" in review.sentences[1]


def test_an_order_that_takes_nothing_is_not_measured() -> None:
    """There is nothing to lose by it."""
    order = a_cow_order(str(USDC), str(DAI), **HERE, sellAmount="0")
    assert codes(reviewed(order)) == set()


def test_what_buyers_pay_others_beside_us_is_a_fee() -> None:
    """A marketplace's share is told and does not block."""
    offer = [seaport_item(1, str(USDC), 1_000 * 10**6)]
    wanted = [
        seaport_item(1, str(DAI), 999 * 10**18, recipient=US),
        seaport_item(0, NOBODY, 10**15, recipient=str(STRANGER)),
    ]
    review = reviewed(a_seaport_order(US, offer, wanted, **HERE))
    assert review.verdict == "ok"
    assert codes(review) == {"ORDER_PAYS_FEES"}
    assert any("0.001 of the chain’s coin" in sentence for sentence in review.sentences)


def test_what_goes_to_nobody_is_not_said_to_come_to_us() -> None:
    """A receiver of zero means the Safe in CoW's orders alone."""
    offer = [seaport_item(1, str(USDC), 1_000 * 10**6)]
    wanted = [seaport_item(1, str(DAI), 999 * 10**18, recipient=NOBODY)]
    review = reviewed(a_seaport_order(US, offer, wanted, **HERE))
    assert review.verdict == "block"
    said = next(one for one in review.sentences if one.startswith("Gives at least"))
    assert NOBODY in said
    assert "this Safe" not in said


def test_an_order_that_sells_an_nft_blocks() -> None:
    """Its worth nobody says, whatever is paid."""
    punk = str(an_address("punk"))
    offer = [seaport_item(2, punk, 1, 7), seaport_item(4, punk, 1)]
    wanted = [seaport_item(0, NOBODY, 10**18, recipient=US)]
    review = reviewed(a_seaport_order(US, offer, wanted, **HERE))
    assert codes(review, Severity.BLOCK) == {"NFT_TRANSFER_OUT"}
    assert "take any NFT of" in review.sentences[1]


def test_more_is_never_more_allowed() -> None:
    """The verdict of a permit does not become milder with its amount."""
    hardness = [
        reviewed(permit(dollars)).severity
        for dollars in (1, 100_000, 499_999, 500_001, 999_999, 1_000_000, 5_000_000)
    ]
    assert hardness == sorted(hardness)


def test_labels_come_from_what_we_know_ourselves() -> None:
    """A strategy's contract without a name of its own goes by its strategy."""
    evidence = an_evidence(
        contracts=(DescribedContract(address=VAULT, name=""),),
        address_book=(BookEntry(address=VAULT, name="", chain_id=1),),
        tokens=tuple(t for t in an_evidence().tokens if t.symbol is not None),
        net_usd=Fraction(10_000_000),
    )
    assert reviewed(permit(), local(evidence)).sentences[0].startswith("Lets Vault A (")
    nameless = an_evidence(
        tokens=tuple(t._replace(symbol=None, decimals=None) for t in an_evidence().tokens)
    )
    assert "CompatibilityFallbackHandler 1.4.1" in reviewed(permit(spender=HANDLER)).sentences[0]
    said = reviewed(permit(), local(nameless)).sentences[0]
    assert f"1,000,000,000 base units of {USDC}" in said


@pytest.mark.parametrize(
    ("time", "words"),
    [
        ("0001-01-01T00:00:00+14:00", "before 1970"),
        ("9999-12-31T23:59:59-14:00", "after the year 9999"),
    ],
)
def test_times_beyond_the_calendar_are_said(time: str, words: str) -> None:
    """No date makes a review fail."""
    text = a_sign_in(US, chain_id=1, expires=f"\nExpiration Time: {time}")
    assert f"Counts until {words}." in reviewed(text).sentences
