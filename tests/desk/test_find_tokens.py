"""Finding tokens goes on where it ended, keeps what it has, and holds nothing else up."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.desk.in_memory import MemoryReader, MemoryRecords
from tests.samples import (
    CHAIN_ID,
    SAFE,
    USDC_AT,
    VAULT,
    a_block,
    a_snapshot,
    a_workspace,
    an_address,
)
from treasury_desktop.assets.address import Address
from treasury_desktop.calls.known_tokens import known_tokens
from treasury_desktop.desk.doors import FoundInLogs, TokenFinder
from treasury_desktop.desk.find_tokens import (
    MOST_PIECES,
    MOST_TOKENS,
    find_tokens,
    with_unlisted,
)
from treasury_desktop.desk.refresh_treasury import refresh_treasury
from treasury_desktop.desk.reorganisation import DEEPEST
from treasury_desktop.errors import Unavailable
from treasury_desktop.safes.safe import SafeVersion
from treasury_desktop.treasury.snapshot import Block, TreasurySnapshot
from treasury_desktop.treasury.unlisted import Unlisted, UnlistedHolding
from treasury_desktop.treasury.workspace import NamedSafe

DUST, BAIT = an_address("dust"), an_address("bait")
OTHER_SAFE = an_address("another safe")
LAST = 10_000
SILENT = Unavailable("The node does not answer.")


@dataclass
class MemoryFinder:
    """A chain of announcements by block, read in pieces of a span; a piece may fail."""

    announced: dict[int, dict[Address, tuple[Address, ...]]] = field(default_factory=dict)
    span: int = 1_000
    fails_from: int = 10**9
    is_silent: bool = False
    says: Unlisted | None = None
    asked_ranges: list[tuple[tuple[Address, ...], int, int]] = field(default_factory=list)
    asked_pairs: list[tuple[tuple[Address, Address], ...]] = field(default_factory=list)

    def transfers(
        self, safes: tuple[Address, ...], first_block: int, last_block: int
    ) -> Iterator[FoundInLogs]:
        """Piece by piece, until it fails."""
        self.asked_ranges.append((safes, first_block, last_block))
        for start in range(first_block, last_block + 1, self.span):
            end = min(start + self.span - 1, last_block)
            if end >= self.fails_from:
                raise SILENT
            found: dict[Address, tuple[Address, ...]] = {}
            for block, tokens in self.announced.items():
                if start <= block <= end:
                    for safe in safes:
                        found[safe] = (*found.get(safe, ()), *tokens.get(safe, ()))
            yield FoundInLogs(last_block=end, tokens=found)

    def unlisted(self, block: Block, pairs: tuple[tuple[Address, Address], ...]) -> Unlisted:
        """One base unit of each."""
        self.asked_pairs.append(pairs)
        if self.is_silent:
            raise SILENT
        held = tuple(UnlistedHolding(safe=safe, token=token, base_units=1) for safe, token in pairs)
        return self.says or Unlisted(holdings=held)


FINDER: TokenFinder = MemoryFinder()


def at(number: int) -> TreasurySnapshot:
    """The sample treasury at a block."""
    return a_snapshot(block=a_block(number=number))


def announcing(*tokens: Address, block: int = 5) -> MemoryFinder:
    """A chain on which these were sent to the Safe."""
    return MemoryFinder(announced={block: {SAFE: tokens}})


def test_what_is_on_no_list_is_found() -> None:
    """Listed tokens and the contracts of strategies are not asked for a second time."""
    records = MemoryRecords()
    finder = announcing(DUST, USDC_AT, VAULT, BAIT)
    found = refresh_treasury(MemoryReader(at(LAST)), records, a_workspace(), finder).snapshot
    assert found.unlisted is not None
    assert {each.token for each in found.unlisted.holdings} == {DUST, BAIT}
    assert found.unlisted.remarks == ()
    assert records.latest_snapshot(CHAIN_ID) == found
    assert records.found_tokens_read_up_to(CHAIN_ID, SAFE) == LAST


def test_a_token_that_is_listed_later_is_found_no_more() -> None:
    """What is kept of logs knows no lists: the workspace decides anew each time."""
    records = MemoryRecords()
    find_tokens(announcing(USDC_AT), records, a_workspace(), at(LAST))
    finder = MemoryFinder()
    with_unlisted(finder, records, a_workspace(tokens=()), at(LAST), None)
    with_unlisted(finder, records, a_workspace(), at(LAST), None)
    assert finder.asked_pairs == [((SAFE, USDC_AT),), ()]


def test_the_next_refresh_reads_the_last_blocks_again_and_new_ones() -> None:
    """A reorganisation may have put a token into them."""
    records = MemoryRecords()
    find_tokens(announcing(DUST), records, a_workspace(), at(LAST))
    again = announcing(BAIT, block=LAST - 3)
    assert find_tokens(again, records, a_workspace(), at(LAST + 10)) == ()
    assert again.asked_ranges == [((SAFE,), LAST + 1 - DEEPEST, LAST + 10)]
    assert set(records.found_tokens(CHAIN_ID, SAFE)) == {DUST, BAIT}


def test_another_chain_is_read_from_the_start() -> None:
    """What was found on the chain before is not asked on this one."""
    records = MemoryRecords()
    find_tokens(announcing(DUST), records, a_workspace(), at(LAST))
    other = announcing(BAIT)
    find_tokens(other, records, a_workspace(), at(LAST - DEEPEST - 1))
    assert other.asked_ranges[0][1] == 0
    assert records.found_tokens(CHAIN_ID, SAFE) == (BAIT,)


def test_a_safe_that_is_new_is_read_from_the_start() -> None:
    """The one that is known goes on where it was."""
    records = MemoryRecords()
    find_tokens(announcing(DUST), records, a_workspace(), at(LAST))
    named = NamedSafe(address=OTHER_SAFE, name="Second", version=SafeVersion(1, 4, 1))
    both = a_workspace(safes=(*a_workspace().safes, named))
    finder = MemoryFinder(announced={7: {OTHER_SAFE: (BAIT,), SAFE: (BAIT,)}})
    assert find_tokens(finder, records, both, at(LAST)) == ()
    assert [(safes, first) for safes, first, _ in finder.asked_ranges] == [
        ((OTHER_SAFE,), 0),
        ((SAFE,), LAST + 1 - DEEPEST),
    ]
    assert records.found_tokens(CHAIN_ID, OTHER_SAFE) == (BAIT,)
    assert records.found_tokens(CHAIN_ID, SAFE) == (DUST,)


@given(st.integers(0, LAST), st.integers(1, 3_000))
def test_what_failed_goes_on_where_it_ended(fails_from: int, span: int) -> None:
    """Wherever a node falls silent: it is said, and a second refresh finds all there is."""
    records, chain = MemoryRecords(), {0: {SAFE: (DUST,)}, LAST: {SAFE: (BAIT,)}}
    failing = MemoryFinder(announced=chain, span=span, fails_from=fails_from)
    (remark,) = find_tokens(failing, records, a_workspace(), at(LAST))
    reached = records.found_tokens_read_up_to(CHAIN_ID, SAFE)
    assert f"up to block {reached or 0:,} only." in remark
    remarks: tuple[str, ...] = (remark,)
    rounds = 0
    while remarks:
        rounds += 1
        assert rounds <= LAST // span // (MOST_PIECES // 2) + 2
        finder = MemoryFinder(announced=chain, span=max(span, DEEPEST))
        remarks = find_tokens(finder, records, a_workspace(), at(LAST))
    assert set(records.found_tokens(CHAIN_ID, SAFE)) == {DUST, BAIT}


def test_a_long_chain_takes_several_refreshes() -> None:
    """One reads so many pieces and says how far it came."""
    records = MemoryRecords()
    finder = MemoryFinder(announced={LAST: {SAFE: (DUST,)}}, span=60)
    (remark,) = find_tokens(finder, records, a_workspace(), at(LAST))
    assert remark == (
        f"Tokens sent to the Safes were looked for up to block {60 * MOST_PIECES - 1:,} only. "
        "The next refresh goes on there."
    )
    assert find_tokens(finder, records, a_workspace(), at(LAST)) == ()
    assert records.found_tokens(CHAIN_ID, SAFE) == (DUST,)


def test_spam_fills_its_room_and_no_more() -> None:
    """That there are more is said; a token everybody knows finds room all the same."""
    workspace = a_workspace(chain=replace(a_workspace().chain, chain_id=1))
    records, snapshot = MemoryRecords(), replace(at(LAST), chain_id=1)
    spam = tuple(an_address(f"spam {number}") for number in range(MOST_TOKENS + 20))
    known = known_tokens(1)[3].address
    finder = announcing(*spam, known)
    for _ in range(2):
        find_tokens(finder, records, workspace, snapshot)
    kept = records.found_tokens(1, SAFE)
    assert len(kept) == MOST_TOKENS + 1
    assert known in kept
    found = with_unlisted(finder, records, workspace, snapshot, None)
    assert found.unlisted is not None
    assert found.unlisted.remarks == (
        (
            "1,000 or more contracts sent tokens to Treasury; those that came later are not "
            "asked, unless they are well known."
        ),
    )


def test_what_cannot_be_read_now_stays_as_it_was_read_before() -> None:
    """The figures of the treasury are there, and one sentence says what is old."""
    records = MemoryRecords()
    workspace = a_workspace()
    before = refresh_treasury(MemoryReader(at(LAST)), records, workspace, announcing(DUST)).snapshot
    silent = MemoryFinder(is_silent=True, fails_from=0)
    found = refresh_treasury(MemoryReader(at(LAST + 1)), records, workspace, silent).snapshot
    assert before.unlisted is not None
    assert found.unlisted is not None
    assert found.unlisted.holdings == before.unlisted.holdings
    assert found.holdings == at(LAST + 1).holdings
    assert found.unlisted.remarks == (
        (
            f"Tokens sent to the Safes were looked for up to block {LAST - DEEPEST:,} only. "
            "The node does not answer. The next refresh goes on there."
        ),
        (
            "Tokens that are not listed could not be read. The node does not answer. What is "
            "shown of them was read before."
        ),
    )


def test_the_first_failure_leaves_nothing_to_show() -> None:
    """It is said all the same; nothing was lost."""
    silent = MemoryFinder(is_silent=True)
    found = with_unlisted(silent, MemoryRecords(), a_workspace(), at(LAST), None)
    assert found.unlisted == Unlisted(
        remarks=("Tokens that are not listed could not be read. The node does not answer.",)
    )


def test_remarks_of_the_door_are_kept() -> None:
    """They stand behind those of the desk."""
    finder = MemoryFinder(says=Unlisted(remarks=("Not all were asked.",)))
    found = with_unlisted(
        finder, MemoryRecords(), a_workspace(), at(LAST), None, remarks=("Not all was read.",)
    )
    assert found.unlisted is not None
    assert found.unlisted.remarks == ("Not all was read.", "Not all were asked.")


@pytest.mark.parametrize("changes", [{"base_units": 2**256}, {"base_units": 1, "decimals": 78}])
def test_impossible_figures_are_no_holding(changes: dict[str, int]) -> None:
    """A door has to leave them out."""
    with pytest.raises(ValueError, match=r"uint256|decimals"):
        UnlistedHolding(safe=SAFE, token=DUST, **changes)
