"""What every check looks at: one transaction with its calls, hashes, facts and judgements."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.assets.untrusted_text import NAME_LIMIT, SYMBOL_LIMIT, plain
from treasury_desktop.bundle import Bundle
from treasury_desktop.calls.decoded_call import DecodedCall
from treasury_desktop.calls.effects import Effects, effects_of
from treasury_desktop.calls.known_contracts import official_contract
from treasury_desktop.deployments.further_limits import LimitOutcome
from treasury_desktop.deployments.judgement import Judgement
from treasury_desktop.deployments.venues import readers_for
from treasury_desktop.review.facts import Facts
from treasury_desktop.review.findings import Finding
from treasury_desktop.review.inner_transactions import ApprovedInner
from treasury_desktop.review.signatures import CheckedSignature
from treasury_desktop.review.touched import touched_addresses
from treasury_desktop.safes.hashes import SafeTxHashes
from treasury_desktop.safes.safe import Safe
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.treasury.evidence import DescribedToken, Evidence


@dataclass(frozen=True, kw_only=True)  # no slots: what is touched is collected once
class Subject:
    """The matter of one review; `inners` are the transactions behind the hashes it approves.

    `now` is the present in Unix seconds where somebody is about to sign.
    """

    bundle: Bundle
    facts: Facts
    call: DecodedCall
    hashes: SafeTxHashes | None
    signatures: tuple[CheckedSignature, ...]
    judgements: tuple[Judgement, ...]
    limits: tuple[LimitOutcome, ...] = ()
    inners: tuple[ApprovedInner, ...] = ()
    now: int | None = None

    @cached_property
    def calls(self) -> tuple[DecodedCall, ...]:
        """Every call of the tree, in the order in which they run."""
        return tuple(self.call.walk())

    def call_at(self, path: str) -> DecodedCall | None:
        """The call that stands at a path of the tree."""
        return self._by_path.get(path)

    @cached_property
    def _by_path(self) -> dict[str, DecodedCall]:
        return {call.path: call for call in self.calls}

    @cached_property
    def touched(self) -> Mapping[Address, str]:
        """Every address called or named in an argument → the path of the first call that does."""
        return touched_addresses(self.call)

    def effects_on(self, accounts: frozenset[Address]) -> Effects:
        """What the calls do to the tokens of some accounts, worked out once."""
        if accounts not in self._effects:
            self._effects[accounts] = effects_of(
                self.call,
                accounts=accounts,
                allowances={},
                readers=readers_for(self.facts.strategies, wrapped=self.evidence.wrapped_native),
            )
        return self._effects[accounts]

    @cached_property
    def _effects(self) -> dict[frozenset[Address], Effects]:
        return {}

    @cached_property
    def own_accounts(self) -> frozenset[Address]:
        """This Safe and the treasury's others."""
        return self.facts.own_safes | {self.safe.address}

    @property
    def tx(self) -> SafeTx:
        """The transaction."""
        return self.bundle.tx

    @property
    def safe(self) -> Safe:
        """The Safe with the state the review goes by."""
        return self.facts.safe

    @property
    def evidence(self) -> Evidence:
        """The evidence the review goes by."""
        return self.facts.evidence

    @property
    def moment(self) -> int | None:
        """When it is judged: now, or as of the evidence's block; `None` where neither is known."""
        if self.now is not None or isinstance(self.evidence.block, Unknown):
            return self.now
        return self.evidence.block.timestamp

    def is_ours(self, address: Address) -> bool:
        """Whether it is this Safe or another Safe of the treasury."""
        return address in self.own_accounts

    def is_strategy_contract(self, address: Address) -> bool:
        """Whether a strategy names it."""
        return address in self._strategy_names

    def is_allow_listed(self, address: Address) -> bool:
        """Whether it is marked trusted or belongs to a strategy."""
        contract = self.evidence.contract_at(address)
        return self.is_strategy_contract(address) or (contract is not None and contract.trusted)

    def code_size_of(self, address: Address) -> int | Unknown:
        """How much code lies at an address: by our own facts, else by what a sender claims."""
        for evidence in (self.evidence, self.facts.claims):
            contract = evidence.contract_at(address)
            if contract is not None and isinstance(contract.code_size, int):
                return contract.code_size
        return Unknown.UNKNOWN

    @cached_property
    def described_tokens(self) -> tuple[DescribedToken, ...]:
        """Every token of which somebody tells, be it the sender alone."""
        return self.evidence.tokens + self.facts.claims.tokens

    def is_known_recipient(self, address: Address) -> bool:
        """Whether money may go there unquestioned: ours, allow-listed, or payees of this chain."""
        return (
            self.is_ours(address)
            or self.is_allow_listed(address)
            or self.evidence.payee_at(address, self.safe.chain_id) is not None
        )

    def is_known_contract(self, address: Address) -> bool:
        """Whether calling it is no surprise: known recipients, described tokens, official Safes."""
        return (
            self.is_known_recipient(address)
            or self.evidence.token_at(address) is not None
            or official_contract(self.safe.chain_id, address) is not None
        )

    def name_of(self, address: Address) -> str:
        """An address with the name it goes by, in full: `Payroll (0x…)`."""
        label = self.label_of(address)
        return f"{label} ({address})" if label else str(address)

    def label_of(self, address: Address) -> str:
        """What an address is called, sanitised; "" where nobody says."""
        if address == self.safe.address:
            return "this Safe"
        if entry := self.evidence.payee_at(address, self.safe.chain_id):
            return plain(entry.name, limit=NAME_LIMIT)
        if official := official_contract(self.safe.chain_id, address):
            return official.label
        token = self.evidence.token_at(address)
        if token is not None and isinstance(token.symbol, str):
            return plain(token.symbol, limit=SYMBOL_LIMIT)
        contract = self.evidence.contract_at(address)
        if contract is not None and contract.name:
            return plain(contract.name, limit=NAME_LIMIT)
        return plain(self._strategy_names.get(address, ""), limit=NAME_LIMIT)

    @cached_property
    def _strategy_names(self) -> dict[Address, str]:
        """The contracts of strategies, each by the first that names it."""
        named = reversed(self.facts.strategies)
        return {contract: strategy.name for strategy in named for contract in strategy.contracts}


Check = Callable[[Subject], Iterator[Finding]]
"""One danger: everything it finds in a subject."""
