"""Builders of what the policy judges: a treasury of ten million dollars, its strategies, its calls.

Two vaults lead to one group, a third is a group of its own, and so is Uniswap. The chain is 1, so
that the official MultiSendCallOnly is where the packaged list has it.
"""

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from typing import Any

from tests.samples import PAYROLL, STRANGER, an_address, an_owner
from treasury_desktop.assets.address import ZERO_ADDRESS, Address
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.assets.quote import Quote, QuoteKind
from treasury_desktop.bundle import Bundle
from treasury_desktop.calls.abi_type import parse_function
from treasury_desktop.calls.decoded_call import decode_transaction
from treasury_desktop.deployments.calls import Call, safe_tx_of
from treasury_desktop.deployments.encoding import encoded_call
from treasury_desktop.deployments.judgement import Judgement
from treasury_desktop.deployments.policy import Matter, judge
from treasury_desktop.review.facts import LocalFacts, facts_for
from treasury_desktop.review.review import reading_for
from treasury_desktop.safes.hashes import safe_tx_hashes
from treasury_desktop.safes.safe import Safe, SafeVersion
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.treasury.evidence import (
    NATIVE,
    BookEntry,
    DescribedContract,
    DescribedToken,
    Evidence,
    QueueEntry,
)
from treasury_desktop.treasury.snapshot import Block
from treasury_desktop.treasury.strategy import Strategy
from treasury_desktop.treasury.terms import PolicyTerms

TREASURY = 10_000_000
SAFE = an_address("the Safe of matters")
OWN_SAFE = an_address("another Safe of the treasury")
USDC, DAI, WETH, JUNK = (an_address(f"token {name}") for name in ("USDC", "DAI", "WETH", "JUNK"))
VAULT, TWIN_VAULT, OTHER_VAULT = (an_address(f"vault {name}") for name in ("a", "b", "c"))
MANAGER, ROUTER = an_address("position manager"), an_address("router")
PERMIT2 = an_address("permit2")
GROUP, OTHER_GROUP, UNISWAP = "Yield", "Other yield", "Uniswap"
STRATEGIES = (
    Strategy(name="Vault A", group=GROUP, venue="erc4626", contracts=(VAULT,), asset=USDC),
    Strategy(name="Vault B", group=GROUP, venue="erc4626", contracts=(TWIN_VAULT,), asset=USDC),
    Strategy(
        name="Vault C", group=OTHER_GROUP, venue="erc4626", contracts=(OTHER_VAULT,), asset=USDC
    ),
    Strategy(name="Pool", group=UNISWAP, venue="uniswap_v3", contracts=(MANAGER, ROUTER)),
)
DECIMALS = {str(USDC): 6, str(DAI): 18, str(WETH): 18, str(JUNK): 18, NATIVE: 18}
BLOCK = Block(number=19_000_000, hash=keccak(b"a block"), timestamp=1_795_000_000)


def a_call(to: Address, signature: str, *arguments: object, value: int = 0) -> Call:
    """A call of a function by its signature, encoded by eth_abi."""
    shown = tuple(_shown(argument) for argument in arguments)
    data = encoded_call(parse_function(signature), *shown)
    return Call(to=to, value=value, data=data, purpose="")


def _shown(argument: object) -> object:
    """Addresses as the text that eth_abi takes."""
    if isinstance(argument, Address):
        return str(argument)
    return tuple(map(_shown, argument)) if isinstance(argument, tuple) else argument


def units(dollars: str | int | Fraction, token: Address = USDC, price: int = 1) -> int:
    """Base units of a token worth that many dollars at a price."""
    amount = Fraction(dollars) / price * 10 ** DECIMALS[str(token)]
    assert amount.denominator == 1
    return int(amount)


def approve(dollars: str | int | Fraction, spender: Address = VAULT, token: Address = USDC) -> Call:
    """An approval of a dollar token."""
    return a_call(token, "approve(address,uint256)", spender, units(dollars, token))


def deposit(dollars: str | int | Fraction, vault: Address = VAULT) -> Call:
    """A deposit of USDC into a vault, shares to the Safe."""
    return a_call(vault, "deposit(uint256,address)", units(dollars), SAFE)


def pay(dollars: str | int | Fraction, to: Address = PAYROLL, token: Address = USDC) -> Call:
    """A transfer of a dollar token."""
    return a_call(token, "transfer(address,uint256)", to, units(dollars, token))


def ether(wei: int, to: Address) -> Call:
    """Native value without calldata."""
    return Call(to=to, value=wei, data=b"", purpose="")


def entering(dollars: str | int | Fraction, vault: Address = VAULT) -> tuple[Call, Call]:
    """Approve and deposit, as venues build it."""
    return approve(dollars, vault), deposit(dollars, vault)


def a_treasury_safe(**changes: Any) -> Safe:
    """A 2-of-3 Safe 1.4.1 on chain 1 at nonce 42."""
    made = Safe(
        chain_id=1,
        address=SAFE,
        version=SafeVersion(1, 4, 1),
        nonce=42,
        owners=(an_owner(1), an_owner(2), an_owner(3)),
        threshold=2,
        singleton=an_address("singleton"),
        modules=(),
        guard=None,
        module_guard=None,
        fallback_handler=None,
    )
    return replace(made, **changes)


def a_tx(*calls: Call, nonce: int = 42) -> SafeTx:
    """One call as it is, several through MultiSendCallOnly."""
    return safe_tx_of(calls, a_treasury_safe(), nonce)


def a_price(token: Address | str = USDC, usd: str | int | Fraction = 1, **changes: Any) -> Quote:
    """A feed's price, a minute old."""
    made = Quote(
        token_key=str(token), usd=Fraction(usd), kind=QuoteKind.FEED, source="feed", age_seconds=60
    )
    return replace(made, **changes)


def prices(**usd: str | int) -> tuple[Quote, ...]:
    """Feeds of USDC, DAI, WETH and the native coin at 1, 1, 2,500 and 2,500 dollars."""
    stated: dict[str, str | int] = {"usdc": 1, "dai": 1, "weth": 2500, "native": 2500, **usd}
    keys: dict[str, Address | str] = {"usdc": USDC, "dai": DAI, "weth": WETH, "native": NATIVE}
    return tuple(a_price(keys[name], price) for name, price in stated.items())


def tokens() -> tuple[DescribedToken, ...]:
    """USDC, DAI and WETH as listed tokens, and one that is not."""
    named = (("USDC", USDC, 6), ("DAI", DAI, 18), ("WETH", WETH, 18), ("JUNK", JUNK, 18))
    return tuple(
        DescribedToken(
            address=address, symbol=symbol, name=symbol, decimals=places, listed=symbol != "JUNK"
        )
        for symbol, address, places in named
    )


def an_evidence(**changes: Any) -> Evidence:
    """Ten million dollars net as stated, prices of a minute ago, nothing owed, deployed, queued."""
    made = Evidence(
        block=BLOCK,
        net_usd=Fraction(TREASURY),
        quotes=prices(),
        debts=(),
        tokens=tokens(),
        contracts=tuple(
            DescribedContract(address=contract, name=strategy.name, trusted=True)
            for strategy in STRATEGIES
            for contract in strategy.contracts
        ),
        address_book=(BookEntry(address=PAYROLL, name="Payroll", chain_id=1),),
    )
    return replace(made, **changes)


def local(
    evidence: Evidence | None = None,
    *,
    strategies: tuple[Strategy, ...] = STRATEGIES,
    terms: PolicyTerms | None = None,
    **safe: Any,
) -> LocalFacts:
    """Our own facts about the Safe of matters."""
    return LocalFacts(
        safe=a_treasury_safe(**safe),
        evidence=an_evidence() if evidence is None else evidence,
        strategies=strategies,
        terms=PolicyTerms() if terms is None else terms,
        own_safes=frozenset({SAFE, OWN_SAFE}),
    )


def a_matter(
    tx: SafeTx | Call | Iterable[Call],
    evidence: Evidence | None = None,
    *,
    strategies: tuple[Strategy, ...] = STRATEGIES,
    terms: PolicyTerms | None = None,
) -> Matter:
    """A transaction with all that the policy asks for, as a review puts it together."""
    if isinstance(tx, Call):
        tx = a_tx(tx)
    elif not isinstance(tx, SafeTx):
        tx = a_tx(*tx)
    ours = local(evidence, strategies=strategies, terms=terms)
    facts = facts_for(Bundle(safe=a_treasury_safe(), tx=tx), ours)
    reading = reading_for(facts)
    return Matter(
        safe=facts.safe,
        tx=tx,
        call=decode_transaction(facts.safe, tx, reading),
        safe_tx_hash=safe_tx_hashes(facts.safe, tx).safe_tx,
        evidence=facts.evidence,
        strategies=facts.strategies,
        terms=facts.terms,
        reading=reading,
        own_safes=facts.own_safes,
    )


def judged(
    tx: SafeTx | Call | Iterable[Call], evidence: Evidence | None = None, **changes: Any
) -> dict[str, Judgement]:
    """The judgements of a transaction by group; an outsider's group is named by its address."""
    return {j.group: j for j in judge(a_matter(tx, evidence, **changes))}


def words(
    tx: SafeTx | Call | Iterable[Call], evidence: Evidence | None = None, **changes: Any
) -> dict[str, str]:
    """The verdicts of a transaction by group, in words."""
    return {group: j.verdict.words for group, j in judged(tx, evidence, **changes).items()}


def queued(
    *calls: Call, nonce: int = 41, safe: Address | None = None, strategy: str | None = None
) -> QueueEntry:
    """A transaction of the queue that is judged by its bytes."""
    tx = a_tx(*calls, nonce=nonce)
    whose = a_treasury_safe(address=SAFE if safe is None else safe)
    made = QueueEntry(nonce=nonce, tx=tx, safe_tx_hash=safe_tx_hashes(whose, tx).safe_tx)
    made = made if safe is None else made._replace(safe=safe)
    return made if strategy is None else made._replace(strategy=strategy)


def outsider(address: Address = STRANGER) -> str:
    """The group of an account of no strategy."""
    return f"outsider {address}"


def nested_execution(safe: Address, to: Address, data: bytes, value: int = 0) -> Call:
    """An execution on another Safe, by us as its owner."""
    return a_call(
        safe,
        "execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)",
        to, value, data, 0, 0, 0, 0, ZERO_ADDRESS, ZERO_ADDRESS, b"",
    )  # fmt: skip
