"""Whether a transaction has to do with somebody on a deny-list of the workspace.

No exception lifts it: it is no rule of the policy but of those with whom the DAO deals at all.
"""

from collections.abc import Iterable, Iterator

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.assets.untrusted_text import NAME_LIMIT, plain
from treasury_desktop.review.findings import Finding, block
from treasury_desktop.review.subject import Subject
from treasury_desktop.treasury.deny_list import DenyLists


def denied_addresses(subject: Subject) -> Iterator[Finding]:
    """Every address it names, and every account whose balance a simulation saw change."""
    named = dict(subject.touched)
    for address in (subject.tx.refund_receiver, subject.tx.gas_token):
        named.setdefault(address, "")
    changes = subject.evidence.balance_changes
    for change in () if isinstance(changes, Unknown) else changes:
        named.setdefault(change.account, "")
    yield from denied_among(subject.evidence.denied, named.items())


def denied_among(denied: DenyLists, named: Iterable[tuple[Address, str]]) -> Iterator[Finding]:
    """One finding for each address and list, and one for each list that could not be read."""
    for address, path in named:
        for each in () if address.is_zero else denied.that_deny(address):
            name = plain(each.name, limit=NAME_LIMIT)
            yield block(
                "ADDRESS_DENIED",
                f"names {address}, which stands on the deny-list {name} of {each.published}.",
                path=path,
            )
    for sentence in denied.unread:
        yield block("DENY_LIST_UNREAD", sentence)
