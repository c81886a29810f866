"""What the chain says, as far as several endpoints agree on it.

A single endpoint is allowed and shows as one node. With several, an answer counts when at least
two gave it and no other answer had as many; whoever answers otherwise is left out of `names`.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from treasury_desktop.chain import answers
from treasury_desktop.chain.answers import BlockHeader
from treasury_desktop.chain.connection import Ask, Connection, EndpointRefusal
from treasury_desktop.errors import Malformed, Refused, TreasuryError, Unavailable
from treasury_desktop.treasury.workspace import Endpoint

TIMEOUT_SECONDS = 10.0
NEEDED_OF_SEVERAL = 2
CHAIN_ID = Ask("eth_chainId", (), answers.quantity, "chain id")
NEWEST = Ask("eth_getBlockByNumber", ("latest", False), answers.header, "newest block")


@dataclass(frozen=True, slots=True)
class Agreed:
    """Parsed answers and the names of the endpoints that gave exactly these."""

    values: list[Any]
    names: tuple[str, ...]


class Node:
    """The endpoints of a workspace, as one source of answers. Close it when done."""

    def __init__(
        self,
        endpoints: Sequence[Endpoint],
        chain_id: int,
        *,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        self.chain_id = chain_id
        self._connections = tuple(
            Connection(endpoint, timeout_seconds=timeout_seconds) for endpoint in endpoints
        )
        self._is_on_our_chain: set[Connection] = set()

    @property
    def needed(self) -> int:
        """How many endpoints have to agree."""
        return 1 if len(self._connections) == 1 else NEEDED_OF_SEVERAL

    def ask(self, ask: Ask) -> Any:
        """The one answer enough endpoints agree on."""
        return self.ask_all((ask,)).values[0]

    def ask_all(self, asks: Sequence[Ask]) -> Agreed:
        """Answers enough endpoints agree on, all of them in the same endpoints' view."""
        if not asks:
            return Agreed([], ())
        groups: list[tuple[list[Any], list[str]]] = []
        failures: list[TreasuryError] = []
        for name, outcome in self.ask_each(asks):
            if isinstance(outcome, TreasuryError):
                failures.append(outcome)
                continue
            group = next((group for group in groups if group[0] == outcome), None)
            if group is None:
                groups.append((outcome, [name]))
            else:
                group[1].append(name)
        return self._decided(asks, groups, failures)

    def ask_each(self, asks: Sequence[Ask]) -> list[tuple[str, list[Any] | TreasuryError]]:
        """What each endpoint says on its own: its parsed answers, or why there are none."""
        if not self._connections:
            raise Unavailable("The workspace names no endpoint to ask.")
        if len(self._connections) == 1:
            only = self._connections[0]
            return [(only.name, self._outcome(only, asks))]
        with ThreadPoolExecutor(len(self._connections)) as pool:
            outcomes = list(pool.map(lambda each: self._outcome(each, asks), self._connections))
        return [(each.name, out) for each, out in zip(self._connections, outcomes, strict=True)]

    def newest_header(self) -> BlockHeader:
        """The newest block that enough endpoints know, the same hash in all of them."""
        heights = []
        failures: list[TreasuryError] = []
        for _name, outcome in self.ask_each((CHAIN_ID, NEWEST)):
            if isinstance(outcome, TreasuryError):
                failures.append(outcome)
            else:
                heights.append(outcome[1])
        if len(heights) < self.needed:
            raise self._too_few(len(heights), failures)
        if len(self._connections) == 1:
            found: BlockHeader = heights[0]
            return found
        # Endpoints follow the chain at slightly different times: take what the second knows too.
        height = sorted((each.block.number for each in heights), reverse=True)[self.needed - 1]
        ask = Ask("eth_getBlockByNumber", (hex(height), False), answers.header, "newest block")
        agreed: BlockHeader = self.ask(ask)
        return agreed

    def close(self) -> None:
        """End all conversations; asking again starts them anew."""
        for connection in self._connections:
            connection.close()

    def _outcome(self, connection: Connection, asks: Sequence[Ask]) -> list[Any] | TreasuryError:
        try:
            if connection not in self._is_on_our_chain and CHAIN_ID not in asks:
                self._require_our_chain(connection, connection.ask_all((CHAIN_ID,))[0])
            found = connection.ask_all(asks)
            if CHAIN_ID in asks:
                self._require_our_chain(connection, found[list(asks).index(CHAIN_ID)])
        except (Unavailable, Malformed) as failure:
            self._is_on_our_chain.discard(connection)
            return failure
        return found

    def _require_our_chain(self, connection: Connection, chain_id: int) -> None:
        if chain_id != self.chain_id:
            raise Unavailable(
                f"{connection.name} is a node of chain {chain_id}; "
                f"this treasury is on chain {self.chain_id}."
            )
        self._is_on_our_chain.add(connection)

    def _decided(
        self,
        asks: Sequence[Ask],
        groups: list[tuple[list[Any], list[str]]],
        failures: list[TreasuryError],
    ) -> Agreed:
        groups.sort(key=lambda group: len(group[1]), reverse=True)
        has_rival = len(groups) > 1 and len(groups[0][1]) == len(groups[1][1])
        if groups and not has_rival and len(groups[0][1]) >= self.needed:
            return Agreed(groups[0][0], tuple(groups[0][1]))
        if len(groups) > 1:
            raise _disagreement(asks, groups)
        raise self._too_few(len(groups[0][1]) if groups else 0, failures)

    def _too_few(self, answered: int, failures: list[TreasuryError]) -> TreasuryError:
        if len(self._connections) == 1 and failures:
            return failures[0]
        why = " ".join(each.sentence for each in failures)
        sentence = (
            f"{answered} of {len(self._connections)} endpoints answered, "
            f"and {self.needed} have to agree. {why}"
        ).strip()
        refusals = [each for each in failures if isinstance(each, EndpointRefusal)]
        if refusals:
            return EndpointRefusal(sentence, refusals[0].message)
        return Unavailable(sentence)


def _disagreement(asks: Sequence[Ask], groups: list[tuple[list[Any], list[str]]]) -> Refused:
    (first, names), (second, other_names) = groups[0], groups[1]
    at = next(index for index, pair in enumerate(zip(first, second, strict=True)) if _differ(pair))
    return Refused(
        f"The endpoints disagree on {asks[at].name}: "
        f"{' and '.join(names)} says {answers.shown(first[at])}, "
        f"{' and '.join(other_names)} says {answers.shown(second[at])}."
    )


def _differ(pair: tuple[Any, Any]) -> bool:
    return bool(pair[0] != pair[1])
