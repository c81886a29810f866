"""A review without window, key ring or network: by a sender's evidence or by a workspace's."""

from pathlib import Path

from treasury_desktop.assets.strict_json import canonical_json
from treasury_desktop.assets.untrusted_text import plain
from treasury_desktop.bundle import read_bundle
from treasury_desktop.errors import Malformed
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.review.review import Review, examine

SENTENCE_LIMIT = 400


def review_bytes(data: bytes, workspace: Path | None) -> Review:
    """The review of a bundle's bytes; a workspace's own facts win over the sender's."""
    bundle = read_bundle(data)
    return examine(bundle, None if workspace is None else _facts_of(workspace))


def rejection_bytes(failure: Malformed) -> bytes:
    """What could not be read, as canonical JSON (bundle.md, exit status 2)."""
    return canonical_json(
        {
            "error": {
                "code": "IMPORT_REJECTED",
                "field": plain(failure.field, limit=SENTENCE_LIMIT),
                "sentence": plain(failure.sentence, limit=SENTENCE_LIMIT),
            }
        }
    )


def _facts_of(folder: Path) -> LocalFacts:
    from treasury_desktop.desk.local_facts import local_facts  # noqa: PLC0415  with one only
    from treasury_desktop.desk.refresh_treasury import queue_of  # noqa: PLC0415  as above
    from treasury_desktop.files.workspace_file import read_workspace  # noqa: PLC0415  as above
    from treasury_desktop.store.records import open_records_to_read  # noqa: PLC0415  as above

    workspace = read_workspace(folder)
    records = open_records_to_read(folder)
    try:
        snapshot = records.latest_snapshot(workspace.chain.chain_id)
        return local_facts(workspace, snapshot, queue_of(records, workspace))
    finally:
        records.close()
