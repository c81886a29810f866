"""The service's door costs nothing until a service is asked."""

import subprocess
import sys
from pathlib import Path

from tests.doors.safe_service.desks import a_folder


def test_making_the_door_loads_no_http() -> None:
    """The window starts without HTTP, TLS or any authority's certificate."""
    asked = (
        "import sys\n"
        "from treasury_desktop.desk import exchange_with_service\n"
        "from treasury_desktop.safe_service import address, meter, service\n"
        "service.TransactionService(\n"
        "    address.ServiceAddress.parse('https://safe.example'),\n"
        "    meter.Meter(meter.Budget(), meter.MonthlyUse(month='2026-11'), on_use=print),\n"
        "    key=address.ServiceKey('public-test-value'))\n"
        "names = ('http', 'ssl', 'socket', 'certifi', 'requests', 'urllib3', 'email')\n"
        "print([name for name in names if name in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"


def test_a_desk_whose_service_is_off_loads_nothing_of_it(tmp_path: Path) -> None:
    """Neither when it never had one, nor with an address it is not to ask."""
    folder = a_folder(tmp_path)
    asked = (
        "import sys, pathlib\n"
        "from tests.doors.safe_service.desks import a_desk\n"
        "from treasury_desktop.desk.service_settings import ServiceSettings\n"
        f"with a_desk(pathlib.Path({str(folder)!r})) as desk:\n"
        "    desk.service.state()\n"
        "    kept = ServiceSettings(address='https://safe.example')\n"
        "    desk.records.keep_service_settings(kept)\n"
        "    desk.service.state()\n"
        "    desk.service.turn_off()\n"
        "    desk.stop_service()\n"
        "ours = 'treasury_desktop.safe_service'\n"
        "print([name for name in sys.modules if name.startswith(ours) or name == 'http.client'])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"
