"""What was deployed within the policy's window, from the movements that the records keep."""

from treasury_desktop.assets.unknown import UNKNOWN, Unknown
from treasury_desktop.desk.doors import Records
from treasury_desktop.errors import Malformed
from treasury_desktop.treasury.evidence import Deployed
from treasury_desktop.treasury.movement import MovementKind
from treasury_desktop.treasury.snapshot import TreasurySnapshot
from treasury_desktop.treasury.workspace import Workspace

DAY = 86_400


def deployed_lately(
    records: Records, workspace: Workspace, snapshot: TreasurySnapshot | None
) -> tuple[Deployed, ...] | Unknown:
    """The deployments of the policy's window before the snapshot's block, each of them whole.

    UNKNOWN where the policy has no window, where the chain was not read that far for movements, or
    where one of them is damaged: what is missing would make room below the limit.
    """
    days, chain_id = workspace.terms.further.window_days, workspace.chain.chain_id
    if days is None or snapshot is None:
        return UNKNOWN
    read = records.movements_read_up_to(chain_id)
    if read is None or read < snapshot.block.number:
        return UNKNOWN
    try:
        movements = records.movements_since(chain_id, snapshot.block.timestamp - days * DAY)
    except Malformed:
        return UNKNOWN
    return tuple(
        Deployed(
            strategy=movement.strategy or "",
            token=movement.amount.token.key,
            base_units=movement.amount.base_units,
            timestamp=movement.timestamp,
        )
        for movement in movements
        if movement.kind is MovementKind.DEPLOYMENT and movement.amount is not None
    )
