"""What the chain says, as far as several endpoints agree on it.

A single endpoint is allowed and shows as one node. With several, an answer counts when at least
two gave it and no other answer had as many; whoever answers otherwise is left out of `names`.
Whoever is late once enough others answered is left alone for a minute, unless they disagree.
"""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

from treasury_desktop.chain import answers
from treasury_desktop.chain.answers import BlockHeader, Reverted
from treasury_desktop.chain.connection import CLOSING, Ask, Connection, EndpointRefusal, TooSlow
from treasury_desktop.errors import Malformed, Refused, TreasuryError, Unavailable
from treasury_desktop.treasury.workspace import Endpoint

TIMEOUT_SECONDS = 10.0
PATIENCE_SECONDS = 1.0
"""How long the others are waited for, at least, once enough endpoints answered."""

PATIENCE_TIMES = 2
"""Or so many times as long as those took."""

SECONDS_LEFT_ALONE = 60
SECONDS_TO_END = 2
ASKED_AT_ONCE = 8
"""Threads for each endpoint, so that one that is late holds nobody up."""

NEEDED_OF_SEVERAL = 2
CHAIN_ID = Ask("eth_chainId", (), answers.quantity, "chain id")
NEWEST = Ask("eth_getBlockByNumber", ("latest", False), answers.header, "newest block")


@dataclass(frozen=True, slots=True)
class Agreed:
    """Parsed answers and the names of the endpoints that gave exactly these."""

    values: list[Any]
    names: tuple[str, ...]


Outcome = list[Any] | TreasuryError
Outcomes = dict[Connection, Outcome]
IsEnough = Callable[[Outcomes], bool]


class Node:
    """The endpoints of a workspace, as one source of answers. Close it when done."""

    def __init__(
        self,
        endpoints: Sequence[Endpoint],
        chain_id: int,
        *,
        timeout_seconds: float = TIMEOUT_SECONDS,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self.chain_id = chain_id
        self._patience_seconds = patience_seconds
        self._connections = tuple(
            Connection(endpoint, timeout_seconds=timeout_seconds) for endpoint in endpoints
        )
        self._is_on_our_chain: set[Connection] = set()
        self._left_alone: dict[Connection, float] = {}
        self._lock = threading.Lock()
        self._threads: ThreadPoolExecutor | None = None
        self._under_way: set[Future[Outcome]] = set()

    @property
    def is_asking(self) -> bool:
        """Whether any endpoint is waited for."""
        return any(each.is_asking for each in self._connections)

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
        outcomes = self._outcomes(asks, self._is_decided)
        failures = [each for each in outcomes.values() if isinstance(each, TreasuryError)]
        return self._decided(asks, _groups(outcomes), failures)

    def ask_each(self, asks: Sequence[Ask], *, everyone: bool = False) -> list[tuple[str, Outcome]]:
        """What each endpoint says on its own: its parsed answers, or why there are none.

        With `everyone` each is asked and waited for, also one that was late a moment ago.
        """
        enough = self._is_never_enough if everyone else self._have_enough_answered
        outcomes = self._outcomes(asks, enough)
        return [(each.name, outcomes.get(each, _late(each))) for each in self._connections]

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
        with self._lock:
            threads, self._threads = self._threads, None
            under_way = tuple(self._under_way)
        for connection in self._connections:
            connection.close()
        if threads is not None:
            _, left = wait(under_way, SECONDS_TO_END)  # a name that is looked up cannot be ended
            threads.shutdown(wait=not left, cancel_futures=True)

    def hang_up(self, why: str = CLOSING) -> None:
        """End all conversations at once and for good, whoever waits for an answer hears why."""
        for connection in self._connections:
            connection.hang_up(why)

    def _outcomes(self, asks: Sequence[Ask], is_enough: IsEnough) -> Outcomes:
        """What as many endpoints say as it takes; those that were late are asked if they decide."""
        if not self._connections:
            raise Unavailable("The workspace names no endpoint to ask.")
        if len(self._connections) == 1:
            only = self._connections[0]
            return {only: self._outcome(only, asks)}
        outcomes: Outcomes = {}
        prompt = [each for each in self._connections if not self._is_left_alone(each)]
        self._gather(asks, prompt, outcomes, is_enough)
        if not is_enough(outcomes):
            others = [each for each in self._connections if each not in outcomes]
            self._gather(asks, others, outcomes, is_enough)
        return {each: outcomes[each] for each in self._connections if each in outcomes}

    def _gather(
        self,
        asks: Sequence[Ask],
        connections: Sequence[Connection],
        outcomes: Outcomes,
        is_enough: IsEnough,
    ) -> None:
        """Asks all of them at once; whoever is not there soon after it is enough is left alone."""
        began = time.monotonic()
        open_ = self._asked(asks, connections)
        until: float | None = None
        while open_:
            left = None if until is None else max(until - time.monotonic(), 0)
            done, _ = wait(open_, left, FIRST_COMPLETED)
            if not done:
                self._leave_alone(open_.values())
                return
            for future in done:
                self._note(open_.pop(future), future.result(), outcomes)
            if until is None and is_enough(outcomes):
                now = time.monotonic()
                until = now + max(self._patience_seconds, PATIENCE_TIMES * (now - began))

    def _asked(
        self, asks: Sequence[Ask], connections: Sequence[Connection]
    ) -> dict[Future[Outcome], Connection]:
        with self._lock:
            if self._threads is None:
                most = ASKED_AT_ONCE * len(self._connections)
                self._threads = ThreadPoolExecutor(most, thread_name_prefix="endpoint")
            open_ = {self._threads.submit(self._outcome, each, asks): each for each in connections}
            self._under_way = {each for each in self._under_way if not each.done()} | set(open_)
        return open_

    def _note(self, connection: Connection, outcome: Outcome, outcomes: Outcomes) -> None:
        outcomes[connection] = outcome
        if isinstance(outcome, TooSlow):
            self._leave_alone((connection,))
        else:
            self._left_alone.pop(connection, None)

    def _leave_alone(self, connections: Iterable[Connection]) -> None:
        until = time.monotonic() + SECONDS_LEFT_ALONE
        self._left_alone.update(dict.fromkeys(connections, until))

    def _is_left_alone(self, connection: Connection) -> bool:
        return self._left_alone.get(connection, 0) > time.monotonic()

    def _is_decided(self, outcomes: Outcomes) -> bool:
        """Whether whoever has not answered yet could change nothing."""
        sizes = sorted((len(names) for _, names in _groups(outcomes)), reverse=True)
        most, second = (*sizes, 0, 0)[:2]
        silent = len(self._connections) - len(outcomes)
        return most >= self.needed and most > second + silent

    def _have_enough_answered(self, outcomes: Outcomes) -> bool:
        answered = [each for each in outcomes.values() if not isinstance(each, TreasuryError)]
        return len(answered) >= self.needed

    def _is_never_enough(self, outcomes: Outcomes) -> bool:
        return len(outcomes) == len(self._connections)

    def _outcome(self, connection: Connection, asks: Sequence[Ask]) -> Outcome:
        try:
            says_chain = any(ask is CHAIN_ID for ask in asks)
            if connection not in self._is_on_our_chain and not says_chain:
                self._require_our_chain(connection, connection.ask_all((CHAIN_ID,))[0])
            found = connection.ask_all(asks)
            if says_chain:
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
            return Agreed(self._without_single_words(groups[0][0]), tuple(groups[0][1]))
        if len(groups) > 1:
            raise _disagreement(asks, groups)
        raise self._too_few(len(groups[0][1]) if groups else 0, failures)

    def _without_single_words(self, values: list[Any]) -> list[Any]:
        """A revert without data has the words of one endpoint only: those nobody agreed on."""
        if self.needed == 1:
            return values
        return [
            Reverted(b"", "") if isinstance(each, Reverted) and not each.data else each
            for each in values
        ]

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


def _groups(outcomes: Outcomes) -> list[tuple[list[Any], list[str]]]:
    """Equal answers with who gave them."""
    groups: list[tuple[list[Any], list[str]]] = []
    for connection, outcome in outcomes.items():
        if isinstance(outcome, TreasuryError):
            continue
        group = next((group for group in groups if group[0] == outcome), None)
        if group is None:
            groups.append((outcome, [connection.name]))
        else:
            group[1].append(connection.name)
    return groups


def _late(connection: Connection) -> TooSlow:
    return TooSlow(f"{connection.name} did not answer in time.")


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
