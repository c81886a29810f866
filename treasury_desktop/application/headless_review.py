"""A review without window, key ring or network: by a sender's evidence or by a workspace's."""

from pathlib import Path
from typing import TYPE_CHECKING

from treasury_desktop.application.incoming import Asked, Ours, bundle_in
from treasury_desktop.assets.strict_json import canonical_json
from treasury_desktop.assets.untrusted_text import plain
from treasury_desktop.errors import Malformed, TreasuryError
from treasury_desktop.review.review import Review, examine

if TYPE_CHECKING:
    from treasury_desktop.review.facts import LocalFacts

SENTENCE_LIMIT = 400
SAID_NOTHING = Asked()


def review_bytes(data: bytes, workspace: Path | None = None, asked: Asked = SAID_NOTHING) -> Review:
    """The review of a bundle or of what another program wrote.

    A workspace's own facts win over the sender's; what a person says of the Safe has to fit both.
    """
    if workspace is None:
        return examine(bundle_in(data, asked, None))
    ours, facts = facts_of(workspace)
    return examine(bundle_in(data, asked, ours), facts)


def rejection_bytes(failure: TreasuryError, field: str = "") -> bytes:
    """What could not be read, as canonical JSON (bundle.md, exit status 2).

    `field` is where the failure lies that names none itself, such as a file that is not there.
    """
    named = (failure.field if isinstance(failure, Malformed) else "") or field
    return canonical_json(
        {
            "error": {
                "code": "IMPORT_REJECTED",
                "field": plain(named, limit=SENTENCE_LIMIT),
                "sentence": plain(failure.sentence, limit=SENTENCE_LIMIT),
            }
        }
    )


def facts_of(folder: Path) -> "tuple[Ours, LocalFacts]":
    """What a workspace can say of Safe and nonce, and its facts; nothing of it is changed."""
    from treasury_desktop.desk.beside import Beside  # noqa: PLC0415  as below
    from treasury_desktop.desk.deployed_lately import (  # noqa: PLC0415  as below
        deployed_lately,
    )
    from treasury_desktop.desk.local_facts import local_facts  # noqa: PLC0415  with one only
    from treasury_desktop.desk.refresh_treasury import queue_of  # noqa: PLC0415  as above
    from treasury_desktop.files.deny_list_file import (  # noqa: PLC0415  as above
        read_deny_lists,
    )
    from treasury_desktop.files.workspace_file import read_workspace  # noqa: PLC0415  as above
    from treasury_desktop.store.records import open_records_to_read  # noqa: PLC0415  as above

    workspace = read_workspace(folder)
    records = open_records_to_read(folder)
    try:
        snapshot = records.latest_snapshot(workspace.chain.chain_id)
        queue = queue_of(records, workspace)
        ours = Ours(workspace=workspace, snapshot=snapshot, queue=queue)
        beside = Beside(
            deployed=deployed_lately(records, workspace, snapshot),
            denied=read_deny_lists(folder, workspace.deny_lists),
        )
        return ours, local_facts(workspace, snapshot, queue, beside)
    finally:
        records.close()
