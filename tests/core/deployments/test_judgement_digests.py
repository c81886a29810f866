"""What a judgement's evidence digest is of: one canonical object, however it is put together."""

from tests.matters import STRANGER, a_matter, entering, outsider, pay
from treasury_desktop.assets.keccak import keccak, keccak_after
from treasury_desktop.assets.strict_json import canonical_json
from treasury_desktop.assets.usd import exact_text
from treasury_desktop.deployments.evidence_digest import evidence_digest
from treasury_desktop.deployments.flows import flows_by_limit
from treasury_desktop.deployments.policy import judge
from treasury_desktop.deployments.worth import value_of


def test_digest_of_a_payment() -> None:
    """It is that of all its members written down at once."""
    matter = a_matter([pay("1234.56", STRANGER), *entering(1_000)])
    group = outsider(STRANGER)
    judgement = next(j for j in judge(matter) if j.group == group)
    flow = flows_by_limit(matter, matter.call)[group]
    amount = value_of(matter, flow)
    assert amount.high is not None
    assert judgement.treasury_usd is not None
    whole = {
        "evidence": evidence_digest(matter).hex(),
        "group": group,
        "units": [[token, str(units)] for token, units in sorted(flow.units.items())],
        "has_unknown": False,
        "net_usd": exact_text(judgement.treasury_usd),
        "figures": [[exact_text(amount.low), exact_text(amount.high)], ["0", "0"], ["0", "0"]],
        "definitions": dict(judgement.definitions),
    }
    assert judgement.evidence_digest == keccak(canonical_json(whole))


def test_digest_after_a_beginning() -> None:
    """Nothing of one text is left in the next."""
    digest_of = keccak_after(b"the same beginning of ")
    for rest in (b"one", b"", b"another" * 100):
        assert digest_of(rest) == keccak(b"the same beginning of " + rest)
