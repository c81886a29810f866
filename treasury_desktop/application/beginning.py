"""A folder that holds no workspace yet; keeps the Protocol `BeginningActions` of the windows."""

import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.desk.begin_workspace import (
    Choices,
    WantedSafe,
    begun_workspace,
    chain_wanted,
    require_named_once,
)
from treasury_desktop.errors import Malformed, Refused, Unavailable
from treasury_desktop.files.bundle_file import write_new_file
from treasury_desktop.files.foreign_programs.chain_names import (
    chain_named,
    read_prefixed_address,
)
from treasury_desktop.files.workspace_file import WORKSPACE_NAME, workspace_in
from treasury_desktop.files.workspace_text import workspace_text
from treasury_desktop.treasury.first_sight import FirstSight
from treasury_desktop.treasury.workspace import Endpoint

if TYPE_CHECKING:
    from treasury_desktop.chain.first_look import FirstLook

FIELD = "Safe"


class Beginning:
    """Looks and writes for one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._under_way: FirstLook | None = None
        self._hung_up = 0

    @property
    def place(self) -> str:
        """The folder, in words."""
        return str(self._folder)

    def now(self) -> int:
        """Unix seconds."""
        return int(time.time())

    def wanted_safe(self, text: str) -> WantedSafe:
        """The Safe of `0x…`, `eth:0x…`, or of a link with `safe=eth:0x…` in it."""
        written = text.strip()
        if "://" in written:
            written = _safe_in_link(written)
        name, address = read_prefixed_address(written, FIELD)
        chain_id = chain_named(name) if name else None
        if isinstance(chain_id, Unknown):
            raise Malformed(FIELD, f"is on a chain named {name}, which nobody here knows")
        if address.is_zero:
            raise Malformed(FIELD, "is the zero address, at which no Safe lies")
        return WantedSafe(address=address, chain_id=chain_id)

    def look(self, wanted: tuple[WantedSafe, ...], endpoints: tuple[Endpoint, ...]) -> FirstSight:
        """What these endpoints say of these Safes; nobody else is asked."""
        hung_up = self._hung_up
        from treasury_desktop.chain.first_look import FirstLook  # noqa: PLC0415  loads web3

        expected = chain_wanted(wanted)
        require_named_once(wanted, endpoints)
        self._under_way = look = FirstLook(endpoints)
        try:
            if hung_up != self._hung_up:  # while web3 was loaded, which takes a second
                look.hang_up()
            return look.look(tuple(each.address for each in wanted), expected=expected)
        finally:
            look.close()
            if self._under_way is look:
                self._under_way = None

    def hang_up(self) -> None:
        """Ends a look that is under way, or about to be."""
        self._hung_up += 1
        under_way = self._under_way
        if under_way is not None:
            under_way.hang_up()

    def create(self, sight: FirstSight, choices: Choices, endpoints: tuple[Endpoint, ...]) -> None:
        """Writes treasury.toml, after it was read back as it will be; refuses to replace one."""
        text = workspace_text(begun_workspace(sight, choices, endpoints))
        workspace_in(text)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except (OSError, ValueError) as failure:  # ValueError: a name with a zero byte in it
            reason = getattr(failure, "strerror", None) or "its name is impossible"
            raise Unavailable(f"The folder cannot be made: {reason}.") from None
        if not write_new_file(self._folder / WORKSPACE_NAME, text.encode()):
            raise Refused(
                f"There is a {WORKSPACE_NAME} in this folder already; nothing was written."
            )


def beginning_of(folder: Path) -> Beginning | None:
    """The beginning of a folder without a workspace; `None` where there is one to open.

    Also where nobody can tell, as below a file or in a folder of somebody else: whoever opens that
    hears why it cannot be read.
    """
    try:
        (folder / WORKSPACE_NAME).lstat()
    except FileNotFoundError:
        return Beginning(folder)
    except (OSError, ValueError):  # ValueError: a name with a zero byte in it
        return None
    return None


def _safe_in_link(link: str) -> str:
    try:
        parts = urlsplit(link)
        found = [
            each
            for query in (parts.query, urlsplit(parts.fragment).query)
            for each in parse_qs(query, max_num_fields=32).get("safe", [])
        ]
    except ValueError:
        found = []
    if len(found) != 1:
        raise Malformed(FIELD, "is a link that names no Safe")
    return found[0]
