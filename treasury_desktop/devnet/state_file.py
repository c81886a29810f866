"""Makes the node's state dump small enough to load at every start.

Four fifths of a year's dump are the call traces of the market's trades, which nobody asks for:
logs, receipts and transactions stay, and so do the traces of everybody else's transactions.
"""

import json
from pathlib import Path

from treasury_desktop.assets.address import Address
from treasury_desktop.errors import Unavailable


def drop_traces(state: Path, sender: Address) -> None:
    """Rewrite the dump without the call traces of this sender's transactions."""
    try:
        dump = json.loads(state.read_bytes())
    except (OSError, ValueError) as failure:
        raise Unavailable(
            "The demonstration chain's state could not be saved; is the disk full?"
        ) from failure
    for transaction in dump["transactions"]:
        if bytes.fromhex(transaction["info"]["from"][2:]) == sender.raw:
            transaction["info"]["traces"] = []
    state.write_text(json.dumps(dump, separators=(",", ":")), encoding="ascii")
