"""The service's door costs nothing until a service is asked."""

import subprocess
import sys


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
