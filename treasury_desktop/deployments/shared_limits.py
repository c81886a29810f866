"""Which groups of strategies share one limit, because they lead to the same contracts.

Product.md, "The policy", 2: strategies that lead to the same venue form a group, so giving one
vault a second name and group is no way around the limit. Nor is a group's name that nobody can tell
from another one.
"""

import unicodedata
from dataclasses import dataclass, field

from treasury_desktop.assets.address import Address
from treasury_desktop.treasury.strategy import Strategy


@dataclass(frozen=True, slots=True)
class SharedLimits:
    """Every limit goes by the first name of the groups that share it.

    `groups` are the names under each limit; the other three say which limit a group's name, a
    contract or a strategy's name leads to.
    """

    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    of_group: dict[str, str] = field(default_factory=dict)
    of_contract: dict[Address, str] = field(default_factory=dict)
    of_strategy: dict[str, tuple[str, ...]] = field(default_factory=dict)


def shared_limits(strategies: tuple[Strategy, ...]) -> SharedLimits:
    """The limits of these strategies: each contract joins all groups that name it."""
    joined = _Joined()
    first: dict[Address, str] = {}
    alike: dict[str, str] = {}
    for strategy in strategies:
        joined.add(strategy.group)
        joined.join(strategy.group, alike.setdefault(as_read(strategy.group), strategy.group))
        for contract in strategy.contracts:
            joined.join(strategy.group, first.setdefault(contract, strategy.group))
    groups = joined.groups()
    of_group = {name: limit for limit, names in groups.items() for name in names}
    named: dict[str, set[str]] = {}
    for strategy in strategies:
        named.setdefault(strategy.name, set()).add(of_group[strategy.group])
    return SharedLimits(
        groups=groups,
        of_group=of_group,
        of_contract={contract: of_group[group] for contract, group in first.items()},
        of_strategy={name: tuple(sorted(limits)) for name, limits in named.items()},
    )


def as_read(name: str) -> str:
    """A name as it looks: without blanks around it, in one Unicode form."""
    return unicodedata.normalize("NFC", name).strip()


class _Joined:
    """Disjoint sets of names (union-find), so that long chains of aliases cost no more."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def add(self, name: str) -> None:
        self._above.setdefault(name, name)

    def join(self, one: str, other: str) -> None:
        self._above[self._top(one)] = self._top(other)

    def groups(self) -> dict[str, tuple[str, ...]]:
        """The names of each set in order, by the first of them."""
        members: dict[str, list[str]] = {}
        for name in sorted(self._above):
            members.setdefault(self._top(name), []).append(name)
        return {names[0]: tuple(names) for names in members.values()}

    def _top(self, name: str) -> str:
        above = self._above
        while above[name] != name:
            above[name] = above[above[name]]
            name = above[name]
        return name
