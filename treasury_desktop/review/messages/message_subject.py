"""What every check of a message looks at: the message, its meaning, and what we know ourselves."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.amount import decimal_text
from treasury_desktop.assets.token import MAX_SHOWN_DECIMALS
from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.assets.untrusted_text import NAME_LIMIT, SYMBOL_LIMIT, plain
from treasury_desktop.calls.known_contracts import official_contract
from treasury_desktop.calls.known_tokens import known_token
from treasury_desktop.messages.meaning import EVERYTHING, Meaning
from treasury_desktop.messages.message import Message
from treasury_desktop.messages.message_contracts import message_contract
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.review.findings import Finding
from treasury_desktop.safes.safe import Safe
from treasury_desktop.treasury.evidence import Evidence


@dataclass(frozen=True, kw_only=True)  # no slots: what strategies name is collected once
class MessageSubject:
    """The matter of one review; `now` is the present in Unix seconds, where anybody knows it.

    `earlier` are the meanings of messages that owners signed before and whose end has not come:
    what they allow is open still.
    """

    safe: Safe
    message: Message
    meaning: Meaning | None
    facts: LocalFacts
    evidence: Evidence
    earlier: tuple[Meaning, ...] = ()
    now: int | None = None

    @property
    def chain_id(self) -> int:
        """The chain of the Safe."""
        return self.safe.chain_id

    def is_ours(self, address: Address) -> bool:
        """Whether it is this Safe or another Safe of the treasury."""
        return address == self.safe.address or address in self.facts.own_safes

    def is_allow_listed(self, address: Address) -> bool:
        """Whether it is marked trusted or belongs to a strategy."""
        contract = self.evidence.contract_at(address)
        return address in self._strategy_names or (contract is not None and contract.trusted)

    def is_known_recipient(self, address: Address) -> bool:
        """Whether money may go there unquestioned: ours, allow-listed, or payees of this chain."""
        return (
            self.is_ours(address)
            or self.is_allow_listed(address)
            or self.evidence.payee_at(address, self.chain_id) is not None
        )

    def is_listed_token(self, address: Address) -> bool:
        """Whether a token is on our own list or among the packaged ones."""
        token = self.evidence.token_at(address)
        is_listed = token is not None and token.listed is True
        return is_listed or known_token(self.chain_id, address) is not None

    def name_of(self, address: Address) -> str:
        """An address with the name it goes by, in full: `Payroll (0x…)`."""
        label = self.label_of(address)
        return f"{label} ({address})" if label else str(address)

    def label_of(self, address: Address) -> str:
        """What an address is called by what we know ourselves; "" where by nothing."""
        return next(filter(None, self._labels(address)), "")

    def _labels(self, address: Address) -> Iterator[str]:
        """What it may be called, the most certain name first."""
        if address == self.safe.address:
            yield "this Safe"
        if entry := self.evidence.payee_at(address, self.chain_id):
            yield plain(entry.name, limit=NAME_LIMIT)
        if official := official_contract(self.chain_id, address):
            yield official.label
        if packaged := message_contract(self.chain_id, address):
            yield packaged.name
        token = self.evidence.token_at(address)
        if token is not None and isinstance(token.symbol, str):
            yield plain(token.symbol, limit=SYMBOL_LIMIT)
        if known := known_token(self.chain_id, address):
            yield known.symbol
        if contract := self.evidence.contract_at(address):
            yield plain(contract.name, limit=NAME_LIMIT)
        yield plain(self._strategy_names.get(address, ""), limit=NAME_LIMIT)

    def amount_of(self, token: Address | None, base_units: int) -> str:
        """An amount as people read it; in base units where nobody here vouches for decimals."""
        if base_units == EVERYTHING:
            return f"all there ever is of {self._token_name(token)}"
        decimals = 18 if token is None else self._decimals_of(token)
        if decimals is None or decimals > MAX_SHOWN_DECIMALS:
            return f"{base_units:,} base units of {self._token_name(token)}"
        return f"{decimal_text(base_units, decimals)} {self._token_name(token)}"

    def _token_name(self, token: Address | None) -> str:
        return "of the chain’s coin" if token is None else self.name_of(token)

    def _decimals_of(self, token: Address) -> int | None:
        described = self.evidence.token_at(token)
        if described is not None and described.listed is True:
            return described.decimals if isinstance(described.decimals, int) else None
        known = known_token(self.chain_id, token)
        return None if known is None else known.decimals

    @cached_property
    def idle(self) -> dict[str, int]:
        """Token → what lies idle of it in the Safes, for every token whose balance is stated."""
        found: dict[str, int] = {}
        holdings = self.evidence.holdings
        for held in () if isinstance(holdings, Unknown) else holdings:
            if held.place == "safe":
                found[held.token] = found.get(held.token, 0) + held.base_units
        return found

    @cached_property
    def _strategy_names(self) -> dict[Address, str]:
        """The contracts of strategies, each by the first that names it."""
        named = reversed(self.facts.strategies)
        return {contract: strategy.name for strategy in named for contract in strategy.contracts}


MessageCheck = Callable[[MessageSubject], Iterator[Finding]]
"""One danger: everything it finds in a message."""
