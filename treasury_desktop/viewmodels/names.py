"""Names of addresses in a review, who says so, and amounts in whole tokens, by its own facts.

Whatever a sender claims says so in its source. A name never replaces an address: it stands before.
"""

from collections.abc import Iterator
from typing import Final

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.amount import decimal_text
from treasury_desktop.assets.token import MAX_SHOWN_DECIMALS
from treasury_desktop.assets.untrusted_text import SYMBOL_LIMIT, plain
from treasury_desktop.calls.known_contracts import official_contract
from treasury_desktop.review.facts import Facts
from treasury_desktop.treasury.evidence import Origin
from treasury_desktop.viewmodels.figures import Party, name_text

NATIVE_DECIMALS: Final = 18


class Names:
    """Who is who in one review; `assets` says what each vault of a strategy takes."""

    def __init__(self, facts: Facts, native_symbol: str = "ETH") -> None:
        self.facts = facts
        self._native = native_symbol
        self.assets = {
            contract: strategy.asset
            for strategy in facts.strategies
            if strategy.asset is not None
            for contract in strategy.contracts
        }

    def party(self, address: Address) -> Party:
        """Who an address is and who says so; the name is empty where nobody does."""
        found = next(self._said_of(address), None)
        name, source = found or ("", "nobody here knows it")
        return Party(name, source, str(address))

    def _said_of(self, address: Address) -> Iterator[tuple[str, str]]:
        """Every name of an address with its source, the most trusted first."""
        facts, chain_id = self.facts, self.facts.safe.chain_id
        whose = ", claimed by the sender" if facts.origin is Origin.SENDER else ""
        if address == facts.safe.address:
            yield "this Safe", "the one that executes"
        if address in facts.own_safes:
            yield "own Safe", "this workspace"
        if entry := facts.evidence.payee_at(address, chain_id):
            yield name_text(entry.name), f"address book{whose}"
        if official := official_contract(chain_id, address):
            yield official.label, "official Safe deployment"
        token = facts.evidence.token_at(address)
        if token is not None and isinstance(token.symbol, str):
            listed = "listed token" if token.listed is True else "token, not listed"
            yield plain(token.symbol, limit=SYMBOL_LIMIT), f"{listed}{whose}"
        strategy = next((s for s in facts.strategies if address in s.contracts), None)
        contract = facts.evidence.contract_at(address)
        if contract is not None and contract.name:
            known = "strategy" if strategy else "allow-list" if contract.trusted else "description"
            yield name_text(contract.name), f"{known}{whose}"
        if strategy is not None:
            yield name_text(strategy.name), f"strategy{whose}"

    def who(self, address: Address) -> str:
        """The name, or the whole address where there is none."""
        party = self.party(address)
        return party.name or party.address

    def amount(self, token: Address | None, units: int) -> str:
        """Base units in whole tokens with the symbol, exactly; `None` is the native coin."""
        if token is None:
            return f"{decimal_text(units, NATIVE_DECIMALS)} {self._native}"
        described = self.facts.evidence.token_at(token)
        decimals = None if described is None else described.decimals
        if not isinstance(decimals, int) or decimals > MAX_SHOWN_DECIMALS:
            return f"{units:,} base units of {self.party(token).name or 'an unknown token'}"
        return f"{decimal_text(units, decimals)} {self.who(token)}"
