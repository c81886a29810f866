"""Settings and Queue with the optional service in each of its states, as pictures for human eyes.

`python -m tests.windows.page_gallery_service FOLDER [only]` writes them without a display.
"""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.samples import STRANGER, a_deposit_tx, a_safe_tx, an_owner
from tests.service_at_hand import OFF, ON, TURNED_OFF, USED_UP, ServiceAtHand, troubled
from tests.signing_desk import a_kept
from tests.windows import page_gallery_signing as gallery
from tests.windows.page_gallery_signing import HONEST, HOSTILE, PAYMENT, PAYROLL_TX, Scene
from treasury_desktop.desk.exchange_with_service import (
    UNSIGNED,
    UNTRUSTED,
    ApartTransaction,
    ListedTransaction,
    ServiceReading,
)
from treasury_desktop.desk.served_transactions import RefusedEntry
from treasury_desktop.desk.service_settings import ServiceState
from treasury_desktop.errors import Malformed
from treasury_desktop.safes.lifecycle import State

HOST = "safe.example"
MINE = a_kept(a_deposit_tx(400_000), signed_by=(1, 2), state=State.CONFIRMED)
STRANGE = ApartTransaction(bytes(range(32)), a_safe_tx(12, value=3), "", UNSIGNED)
UNTRUSTED_ONE = ApartTransaction(
    bytes(range(1, 33)), replace(a_safe_tx(16), to=STRANGER), "", UNTRUSTED
)
LIES = (
    RefusedEntry(
        "entry 2",
        bytes(32),
        f"carries a signature as that of {an_owner(2)} that is not; it does not count.",
    ),
    RefusedEntry("entry 3", bytes(32), "is a transaction on chain 1; this Safe is on 31337."),
    RefusedEntry(
        "entry 4",
        bytes(32),
        f"names the hash 0x{'ab' * 32}, which is not that of its fields for a Safe 1.4.1 on chain "
        "31337.",
    ),
    RefusedEntry("entry 7", None, "safeTxGas: must be a whole number in decimal digits"),
)
CLEAN = ServiceReading(
    listed=(ListedTransaction(PAYROLL_TX.safe_tx_hash, frozenset()),),
    brought=(PAYROLL_TX.safe_tx_hash,),
    new_confirmations=2,
)
LYING = replace(
    CLEAN,
    quarantined=1,
    refused=LIES,
    apart=(STRANGE, UNTRUSTED_ONE),
    remarks=("The service counts with a threshold of 1, the Safe with 2.",),
)
READ_STATE = replace(
    ON,
    is_read=True,
    listed={PAYROLL_TX.safe_tx_hash: frozenset({an_owner(3)})},
    brought_by={PAYROLL_TX.safe_tx_hash: HOST, HOSTILE.safe_tx_hash: HOST},
)
NO_ANSWER = f"{HOST} cannot be reached, or does not answer in HTTP."


def with_service(state: ServiceState, **answers: Any) -> tuple[tuple[str, Any], ...]:
    """The sample desk with that service."""
    return (("service", ServiceAtHand(state, **answers)),)


def type_wrong_address(page: Any) -> None:
    """What is refused beside its field."""
    page.service.fields["service"].setText("http://safe.example")
    page.service.fields["service"].textEdited.emit("")
    page.service._on_main()


def press_read(page: Any) -> None:
    """Reads."""
    page.service.read.button.click()


def press_send(page: Any) -> None:
    """Sends the last of the cards that can be."""
    next(c for c in reversed(page.cards) if not c.service.send.reason).service.send.button.click()


def look_under_way(page: Any) -> None:
    """As while the service takes its time."""
    from treasury_desktop.windows.errands import Step  # noqa: PLC0415  a picture's

    page.service.progress.show_step(Step(done=0, total=1, label=f"Asking {HOST} what waits…"))
    page.service.read.refuse("Under way: waiting for its answer.")


REFUSES = Malformed("service", "only https is asked; http only where it never leaves this computer")
TROUBLES = {
    "unreachable": troubled("unreachable", NO_ANSWER),
    "wrong-address": troubled(
        "wrong address", f"{HOST} does not answer in JSON; is the address right?"
    ),
    "key-refused": troubled(
        "key refused", f"{HOST} does not accept the API key (HTTP status 401)."
    ),
}
QUEUE = (HONEST, PAYROLL_TX, PAYMENT, HOSTILE)
SCENES = (
    Scene(page="settings", name="service-never", answers=with_service(OFF), size=(1280, 1000)),
    Scene(page="settings", name="service-off", answers=with_service(TURNED_OFF)),
    Scene(page="settings", name="service-on", answers=with_service(replace(ON, answer="6.10.1"))),
    Scene(page="settings", name="service-refused", answers=with_service(OFF, turn_on=REFUSES),
          prepare=type_wrong_address),
    Scene(page="settings", name="service-used-up", answers=with_service(USED_UP)),
    *(Scene(page="settings", name=f"service-{name}", answers=with_service(state))
      for name, state in TROUBLES.items()),
    Scene(page="settings", name="service-small", answers=with_service(ON), size=(1024, 700)),
    Scene(page="queue", name="service-off", queue=QUEUE, answers=with_service(TURNED_OFF)),
    Scene(page="queue", name="service-on", queue=QUEUE, answers=with_service(ON)),
    Scene(page="queue", name="service-reading", queue=QUEUE, answers=with_service(ON),
          prepare=look_under_way),
    Scene(page="queue", name="service-clean", queue=QUEUE,
          answers=with_service(READ_STATE, read=CLEAN), prepare=press_read),
    Scene(page="queue", name="service-lying", queue=QUEUE,
          answers=with_service(READ_STATE, read=LYING), prepare=press_read, size=(1280, 1100)),
    Scene(page="queue", name="service-sent", queue=QUEUE,
          answers=with_service(READ_STATE, send=f"Proposed to {HOST}."), prepare=press_send),
    Scene(page="queue", name="service-unreachable", queue=QUEUE,
          answers=with_service(TROUBLES["unreachable"])),
    Scene(page="queue", name="service-used-up", queue=QUEUE, answers=with_service(USED_UP)),
    Scene(page="queue", name="service-offline", queue=QUEUE, answers=with_service(ON),
          is_offline=True),
    Scene(page="queue", name="service-mine", queue=(PAYROLL_TX, MINE),
          answers=with_service(READ_STATE)),
    Scene(page="queue", name="service-unread", queue=(PAYROLL_TX, MINE),
          answers=with_service(TROUBLES["unreachable"])),
    Scene(page="queue", name="service-empty", answers=with_service(ON)),
    Scene(page="queue", name="service-small", queue=QUEUE, answers=with_service(READ_STATE),
          size=(1024, 700)),
)  # fmt: skip


if __name__ == "__main__":
    gallery.SCENES = SCENES  # type: ignore[assignment]
    gallery.main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "")
