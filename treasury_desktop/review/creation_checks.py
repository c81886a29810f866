"""What is dangerous about the contracts a transaction creates, other Safes among them."""

from collections.abc import Iterator

from treasury_desktop.assets.address import Address
from treasury_desktop.calls.decoded_call import DecodedCall
from treasury_desktop.calls.delegatecalls import SETS_UP_MODULES, is_code_creation, set_ups_of
from treasury_desktop.calls.known_contracts import official_contract
from treasury_desktop.calls.proxy_creation import CREATIONS
from treasury_desktop.review.findings import Finding, danger
from treasury_desktop.review.subject import Subject


def created_code(subject: Subject) -> Iterator[Finding]:
    """A contract that the Safe itself created passes for its own, whatever is in it."""
    for call in subject.calls:
        if not call.is_delegatecall:
            continue
        if is_code_creation(call, official_contract(subject.safe.chain_id, call.to)):
            code = call.argument("deploymentData")
            assert isinstance(code, bytes)
            yield danger(
                "UNKNOWN_CONTRACT",
                f"creates a contract from {len(code):,} bytes of code that nobody here can read.",
                path=call.path,
            )


def created_proxies(subject: Subject) -> Iterator[Finding]:
    """A new Safe with a stranger's code or module is not only its owners'."""
    set_ups = set_ups_of(subject.call)
    for call in subject.calls:
        if call.function is None:
            continue
        if call.function.signature in CREATIONS:
            singleton = call.arguments[0].value
            assert isinstance(singleton, Address)
            if not subject.is_known_contract(singleton):
                yield danger(
                    "UNKNOWN_CONTRACT",
                    f"creates a proxy that runs the code of {singleton}, which nobody here knows.",
                    path=call.path,
                )
        elif call.path.rpartition(".")[0] in set_ups and call.is_delegatecall:
            yield from _modules(subject, call)


def _modules(subject: Subject, call: DecodedCall) -> Iterator[Finding]:
    if call.function is None or call.function.signature != SETS_UP_MODULES:
        return
    modules = call.arguments[0].value
    assert isinstance(modules, tuple)
    for module in modules:
        assert isinstance(module, Address)
        if not subject.is_known_contract(module):
            yield danger(
                "MODULE_ENABLED",
                f"gives a new Safe the module {module}, which nobody here knows; it can act as "
                "that Safe.",
                path=call.path,
            )
