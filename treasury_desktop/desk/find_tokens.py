"""Find tokens: whatever was sent to the Safes and stands on no list, shown and never counted.

The treasury itself does not wait for it: where a node fails at this, what it did say is kept, a
sentence says what is missing, and the next refresh goes on from there.
"""

from dataclasses import replace

from treasury_desktop.assets.address import Address
from treasury_desktop.calls.known_tokens import known_token
from treasury_desktop.desk.doors import FoundInLogs, FoundTokens, TokenFinder
from treasury_desktop.desk.reorganisation import first_block_to_read, is_another_chain
from treasury_desktop.errors import TreasuryError
from treasury_desktop.treasury.snapshot import TreasurySnapshot
from treasury_desktop.treasury.unlisted import Unlisted
from treasury_desktop.treasury.workspace import Workspace

MOST_PIECES = 100
"""Pieces of logs that one refresh reads; a whole chain in small pieces takes several."""

MOST_TOKENS = 1_000
"""Of each Safe; the well-known ones are kept beyond it, so that nobody can crowd them out."""


def find_tokens(
    finder: TokenFinder, records: FoundTokens, workspace: Workspace, snapshot: TreasurySnapshot
) -> tuple[str, ...]:
    """Reads Transfer logs up to the snapshot's block and keeps which contracts they are of.

    Answers with sentences that say what was not read.
    """
    chain_id, last = snapshot.chain_id, snapshot.block.number
    reached = last
    try:
        for safes, first in _open_ranges(records, workspace, chain_id, last):
            reached = first - 1
            pieces = finder.transfers(safes, first, last)
            for _, piece in zip(range(MOST_PIECES), pieces, strict=False):
                _keep(records, chain_id, safes, piece)
                reached = piece.last_block
            if reached < last:
                break
    except TreasuryError as failure:
        why = f"{failure.sentence} The next refresh goes on there."
    else:
        why = "The next refresh goes on there."
    if reached >= last:
        return ()
    until = f"up to block {max(reached, 0):,} only"
    return (f"Tokens sent to the Safes were looked for {until}. {why}",)


def with_unlisted(
    finder: TokenFinder,
    records: FoundTokens,
    workspace: Workspace,
    snapshot: TreasurySnapshot,
    before: TreasurySnapshot | None,
    *,
    remarks: tuple[str, ...] = (),
) -> TreasurySnapshot:
    """The snapshot with what the Safes hold of the tokens that were found and are not listed.

    Where that cannot be read, what was known before stays in sight, and a sentence says so.
    """
    found = {
        safe.address: records.found_tokens(snapshot.chain_id, safe.address)
        for safe in workspace.safes
    }
    listed = {each.token.address for each in workspace.tokens}
    listed |= {contract for strategy in workspace.strategies for contract in strategy.contracts}
    pairs = tuple((safe, token) for safe, tokens in found.items() for token in tokens
                  if token not in listed)  # fmt: skip
    full = [_full(safe.name) for safe in workspace.safes if len(found[safe.address]) >= MOST_TOKENS]
    try:
        unlisted = finder.unlisted(snapshot.block, pairs)
    except TreasuryError as failure:
        unlisted = _as_before(before, listed, failure)
    remarks = (*remarks, *full, *unlisted.remarks)
    return replace(snapshot, unlisted=replace(unlisted, remarks=remarks))


def _open_ranges(
    records: FoundTokens, workspace: Workspace, chain_id: int, last: int
) -> list[tuple[tuple[Address, ...], int]]:
    """Safes by the first block to read for them, those first that have been read the least."""
    starts: dict[int, list[Address]] = {}
    for safe in dict.fromkeys(each.address for each in workspace.safes):
        read_up_to = records.found_tokens_read_up_to(chain_id, safe)
        if read_up_to is not None and is_another_chain(read_up_to, last):
            records.forget_found_tokens(chain_id, safe)
        starts.setdefault(first_block_to_read(read_up_to, last), []).append(safe)
    return [(tuple(safes), first) for first, safes in sorted(starts.items())]


def _keep(
    records: FoundTokens, chain_id: int, safes: tuple[Address, ...], piece: FoundInLogs
) -> None:
    for safe in safes:
        room = MOST_TOKENS - len(known := set(records.found_tokens(chain_id, safe)))
        new = [token for token in piece.tokens.get(safe, ()) if token not in known]
        well_known = [token for token in new if known_token(chain_id, token) is not None]
        kept = (*new[: max(room, 0)], *well_known)
        records.keep_found_tokens(chain_id, safe, kept, piece.last_block)


def _as_before(
    before: TreasurySnapshot | None, listed: set[Address | None], failure: TreasuryError
) -> Unlisted:
    sentence = f"Tokens that are not listed could not be read. {failure.sentence}"
    if before is None or before.unlisted is None:
        return Unlisted(remarks=(sentence,))
    holdings = tuple(each for each in before.unlisted.holdings if each.token not in listed)
    if holdings:
        sentence = f"{sentence} What is shown of them was read before."
    return Unlisted(holdings=holdings, remarks=(sentence,))


def _full(name: str) -> str:
    return (
        f"{MOST_TOKENS:,} or more contracts sent tokens to {name}; those that came later are not "
        "asked, unless they are well known."
    )
