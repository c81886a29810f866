"""Whatever a person drops, pastes or names on the command line, as one bundle to review.

A bundle is read as strictly as it always is. Everything else is told apart, read by its own rules
and completed by what the person says or the workspace knows; the readers of other formats are
loaded only when there is something for them to read.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from treasury_desktop.assets.strict_json import MAX_BYTES, read_json_object
from treasury_desktop.assets.unknown import UNKNOWN, Unknown
from treasury_desktop.bundle import Bundle, write_bundle
from treasury_desktop.bundle.reading import bundle_from_json
from treasury_desktop.errors import Malformed

if TYPE_CHECKING:
    from treasury_desktop.desk.import_signatures import IncomingSignatures
    from treasury_desktop.files.foreign_programs.incoming import Incoming, Known
    from treasury_desktop.safes.queued import QueuedTransaction
    from treasury_desktop.treasury.snapshot import TreasurySnapshot
    from treasury_desktop.treasury.workspace import Workspace

NOTICED = 8
"""First bytes that tell a link, a UR and a picture from JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a person says of Safe and transaction, as texts of theirs; "" where they say nothing.

    `nonce` is the one they were asked to sign, which is the transaction's.
    """

    safe: str = ""
    version: str = ""
    nonce: str = ""

    @property
    def says_nothing(self) -> bool:
        """Whether all of it is left to the input."""
        return not (self.safe or self.version or self.nonce)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """What a workspace can say of the Safe."""

    workspace: "Workspace"
    snapshot: "TreasurySnapshot | None"
    queue: "tuple[QueuedTransaction, ...]"


def bundle_in(data: bytes, asked: Asked, ours: Ours | None) -> Bundle:
    """The bundle to review: as it was sent, or made of what another program wrote."""
    content = _content(data)
    if isinstance(content, Bundle) and asked.says_nothing:
        return content
    from treasury_desktop.files.foreign_programs.incoming import as_asked, bundle_of  # noqa: PLC0415  foreign only

    said = known_by_person(asked)
    if not isinstance(content, Bundle):
        known = said if ours is None else said.or_else(known_by_workspace(content, ours))
        content = bundle_of(content, known)
    return as_asked(content, said)


def bundle_bytes_in(data: bytes, ours: Ours) -> tuple[bytes, tuple[str, ...]]:
    """A bundle for the queue, with remarks on how it came; refuses what leaves something out.

    What was sent as a bundle stays as it is, byte for byte.
    """
    data = unwrapped(data)
    content = _content(data)
    if isinstance(content, Bundle):
        return data, ()
    from treasury_desktop.files.foreign_programs.incoming import bundle_of  # noqa: PLC0415  foreign only

    bundle = bundle_of(content, known_by_workspace(content, ours))
    for member in sorted(bundle.unnamed, key=lambda member: member.value):
        raise Malformed(member.value, "is named neither in what was sent nor by this workspace")
    safe = None if ours.snapshot is None else ours.snapshot.safe_at(bundle.safe.address)
    if safe is not None and safe.version.numbers == bundle.safe.version.numbers:
        bundle = replace(bundle, safe=replace(bundle.safe, nonce=safe.nonce))
    if isinstance(bundle.safe.nonce, Unknown):
        raise Malformed("safe.nonce", "is not known here; refresh, then import it again")
    return write_bundle(bundle), tuple(f"It {remark.sentence}" for remark in bundle.remarks)


def text_shown(data: bytes) -> bytes:
    """What was sent, or what the QR codes of the picture that was sent say."""
    start = data.lstrip()[:NOTICED]
    if start[:1] == b"{":
        return data
    from treasury_desktop.files.foreign_programs.kinds import is_picture  # noqa: PLC0415  foreign only

    return _text_in_picture(data).encode() if is_picture(start) else data


def unwrapped(data: bytes) -> bytes:
    """What was sent, out of the picture that shows it and of the `ur:bytes` that carries it."""
    data = text_shown(data)
    if data.lstrip()[:3].lower() != b"ur:":
        return data
    from treasury_desktop.files.air_gapped.carried_bytes import read_carried_bytes  # noqa: PLC0415  as above

    carried = read_carried_bytes(_text_of(data))
    return data if carried is None else carried


def signatures_in(data: bytes) -> "IncomingSignatures | None":
    """The signatures that were sent without their transaction; `None` where it is anything else.

    Only an import asks for them: a signature is no transaction, and a review refuses it.
    """
    from treasury_desktop.files.foreign_programs.lone_signatures import (  # noqa: PLC0415  import only
        signatures_in as found_in,
    )

    return found_in(unwrapped(data))


def known_by_person(asked: Asked) -> "Known":
    """What a person says, read strictly; Malformed names the option."""
    from treasury_desktop.bundle.fields import unsigned  # noqa: PLC0415  as above
    from treasury_desktop.files.foreign_programs.chain_names import (  # noqa: PLC0415  as above
        chain_named,
        read_prefixed_address,
    )
    from treasury_desktop.files.foreign_programs.incoming import Known  # noqa: PLC0415  as above
    from treasury_desktop.safes.safe import SafeVersion  # noqa: PLC0415  as above

    name, address = read_prefixed_address(asked.safe, "--safe") if asked.safe else ("", UNKNOWN)
    chain_id = chain_named(name) if name else UNKNOWN
    if name and isinstance(chain_id, Unknown):
        raise Malformed("--safe", "names a chain that is not known here")
    return Known(
        chain_id=chain_id,
        safe=address,
        version=SafeVersion.parse(asked.version, "--safe-version") if asked.version else UNKNOWN,
        nonce=unsigned(256)(asked.nonce, "--nonce") if asked.nonce else UNKNOWN,
    )


def known_by_workspace(incoming: "Incoming", ours: Ours) -> "Known":
    """What a workspace says of the Safe that is meant: the named one, else its first.

    The nonce is the next free one, as for a transaction drafted here.
    """
    from treasury_desktop.desk.draft_deployment import next_free_nonce  # noqa: PLC0415  as above
    from treasury_desktop.files.foreign_programs.incoming import Known  # noqa: PLC0415  as above

    workspace, chain_id = ours.workspace, ours.workspace.chain.chain_id
    wanted = {incoming.safe, incoming.made_for}
    first = workspace.safes[0]
    named = next((safe for safe in workspace.safes if safe.address in wanted), first)
    if not isinstance(incoming.safe, Unknown) and incoming.safe != named.address:
        return Known(chain_id=chain_id)
    safe = None if ours.snapshot is None else ours.snapshot.safe_at(named.address)
    is_nonce_known = safe is not None and isinstance(safe.nonce, int)
    return Known(
        chain_id=chain_id,
        safe=named.address,
        version=named.version if safe is None else safe.version,
        nonce=next_free_nonce(safe, ours.queue) if safe is not None and is_nonce_known else UNKNOWN,
    )


# ── telling inputs apart ─────────────────────────────────────────────────────────────────────────


def _content(data: bytes) -> "Bundle | Incoming":
    """A bundle, or what another program says."""
    start = data.lstrip()[:NOTICED]
    if start[:1] != b"{":
        from treasury_desktop.files.foreign_programs.kinds import (  # noqa: PLC0415  foreign only
            is_link_or_resource,
            read_foreign_text,
        )

        data = unwrapped(data)
        start = data.lstrip()[:NOTICED]
        if is_link_or_resource(start.decode("latin-1")):
            return read_foreign_text(_text_of(data))
    value = read_json_object(data)
    if "format" in value:
        return bundle_from_json(value)
    from treasury_desktop.files.foreign_programs.kinds import read_foreign  # noqa: PLC0415  foreign only

    return read_foreign(value)


def _text_of(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise Malformed("", f"it has {len(data):,} bytes; at most {MAX_BYTES:,} are read")
    try:
        return data.decode("ascii").strip()
    except UnicodeDecodeError:
        raise Malformed("link", "holds characters that no link has") from None


def _text_in_picture(data: bytes) -> str:
    from treasury_desktop.files.air_gapped.qr import text_in  # noqa: PLC0415  for pictures only
    from treasury_desktop.windows.picture import grey_pixels  # noqa: PLC0415  loads Qt's pictures

    if len(data) > MAX_BYTES:
        raise Malformed("picture", f"has more than {MAX_BYTES:,} bytes")
    return text_in(*grey_pixels(data))
