"""What is judged: one transaction with its evidence, and which strategies share a limit."""

from dataclasses import dataclass

from treasury_desktop.assets.address import Address
from treasury_desktop.calls.decoded_call import DecodedCall, Reading
from treasury_desktop.safes.safe import Safe
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.treasury.evidence import Evidence
from treasury_desktop.treasury.strategy import Strategy
from treasury_desktop.treasury.terms import PolicyTerms

OUTSIDER = "outsider "


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What is to be judged: one transaction of one Safe, with all evidence and the terms.

    `own_safes` are the treasury's other Safes: transfers among them are netted.
    """

    safe: Safe
    tx: SafeTx
    call: DecodedCall
    safe_tx_hash: bytes
    evidence: Evidence
    strategies: tuple[Strategy, ...]
    terms: PolicyTerms
    reading: Reading
    own_safes: frozenset[Address] = frozenset()

    @property
    def accounts(self) -> frozenset[Address]:
        """Every Safe whose money this is."""
        return self.own_safes | {self.safe.address}

    def groups_of(self, account: Address) -> tuple[str, ...]:
        """The groups that money for an account counts in; an outsider is a group of its own."""
        named = tuple(s.group for s in self.strategies if account in s.contracts)
        if not named:
            return (f"{OUTSIDER}{account}",)
        return tuple(sorted(self.sharing_groups(named[0])))

    def sharing_groups(self, group: str) -> frozenset[str]:
        """A group and all that lead to the same contracts as it: they share one limit.

        Product.md, "The policy", 2: strategies that lead to the same venue form a group, so giving
        one vault a second name and group is no way around the limit.
        """
        groups = {group}
        while True:
            contracts = {c for s in self.strategies if s.group in groups for c in s.contracts}
            reached = {s.group for s in self.strategies if contracts.intersection(s.contracts)}
            if reached <= groups:
                return frozenset(groups)
            groups |= reached

    def is_outsider(self, group: str) -> bool:
        """Whether a group is one account of no strategy."""
        return all(strategy.group != group for strategy in self.strategies)
