"""Where a service answers, and the key that is told to nobody else."""

import pytest

from tests.doors.safe_service.conftest import KEY_TEXT
from treasury_desktop.errors import Malformed
from treasury_desktop.safe_service.address import ServiceAddress, ServiceKey

PATH = "v2/safes/0x/multisig-transactions/"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://api.safe.global/tx-service/eth", "https://api.safe.global/tx-service/eth"),
        ("https://API.safe.global/tx-service/eth/", "https://api.safe.global/tx-service/eth"),
        (
            "https://api.safe.global:443/tx-service/eth/api/",
            "https://api.safe.global/tx-service/eth",
        ),
        ("HTTPS://safe.example", "https://safe.example"),
        ("https://safe.example:8443/", "https://safe.example:8443"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://localhost:8000/demo", "http://127.0.0.1:8000/demo"),
        ("https://localhost:8000/demo", "https://localhost:8000/demo"),
        ("http://[::1]:8000/demo", "http://[::1]:8000/demo"),
    ],
)
def test_an_address_is_read(text: str, shown: str) -> None:
    """Whatever people copy ends in one spelling."""
    assert str(ServiceAddress.parse(text)) == shown


@pytest.mark.parametrize(
    "text",
    [
        "",
        "api.safe.global",
        "ftp://safe.example",
        "http://safe.example",
        "http://10.0.0.1",
        "http://127.0.0.1.safe.example",
        "http://localhost.safe.example",
        "https://me:secret@safe.example",
        "https://safe.example@127.0.0.1",
        "https://safe.example?key=1",
        "https://safe.example#api",
        "https://safe.example/../other",
        "https://safe.example/./other",
        "https://safe.example//other",
        "https://safe.example/%2e%2e/",
        "https://safe.example/a b",
        "https://safe.example\n",
        "https://safe.example\r\nX-A: b",
        " https://safe.example",
        "https://safe.exämple",
        "https://safe.example:0",
        "https://safe.example:65536",
        "https://safe.example\\@other",
        "https://" + "a" * 300,
    ],
)
def test_a_doubtful_address_is_refused(text: str) -> None:
    """Nothing is repaired: two programs repair differently."""
    with pytest.raises(Malformed):
        ServiceAddress.parse(text)


@pytest.mark.parametrize(
    "link",
    [
        "https://safe.example/tx/api/v2/safes/0x/multisig-transactions/",
        "https://SAFE.example:443/tx/api/v2/safes/0x/multisig-transactions/",
    ],
)
def test_a_link_to_the_same_place_has_a_query(link: str) -> None:
    """Only what follows the question mark is used."""
    address = ServiceAddress.parse("https://safe.example/tx")
    assert address.query_of(f"{link}?offset=50&limit=50", PATH) == "offset=50&limit=50"


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/tx/api/v2/safes/0x/multisig-transactions/?offset=50",
        "http://safe.example/tx/api/v2/safes/0x/multisig-transactions/?offset=50",
        "https://safe.example:444/tx/api/v2/safes/0x/multisig-transactions/?offset=50",
        "https://safe.example/other/api/v2/safes/0x/multisig-transactions/?offset=50",
        "https://safe.example/tx/api/v2/safes/0x1/multisig-transactions/?offset=50",
        "https://safe.example@evil.example/tx/api/v2/safes/0x/multisig-transactions/?offset=50",
        "//evil.example/?offset=50",
        "/tx/api/v2/safes/0x/multisig-transactions/?offset=50",
        "javascript:alert(1)",
        "",
    ],
)
def test_a_link_elsewhere_has_none(link: str) -> None:
    """Another scheme, host, port, path or Safe is elsewhere."""
    assert ServiceAddress.parse("https://safe.example/tx").query_of(link, PATH) is None


def test_no_text_of_a_key_shows_it() -> None:
    """Printed, formatted or in a refusal, the key is never there; the header is the one place."""
    key = ServiceKey(KEY_TEXT)
    assert key.header == f"Bearer {KEY_TEXT}"
    for text in (repr(key), str(key), f"{key}", repr([key]), repr({"key": key})):
        assert not key.is_told_in(text)
    assert key.is_told_in(f"denied: {KEY_TEXT[20:30]}")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "short",
        "a b c d e f g",
        "line\r\nX-Injected: 1",
        "tab\tin-the-key",
        "ä" * 20,
        "k" * 4001,
    ],
)
def test_what_is_no_token_is_no_key(text: str) -> None:
    """A line break in it would begin another header; the refusal does not repeat it."""
    with pytest.raises(Malformed) as refusal:
        ServiceKey(text)
    assert not text or text not in refusal.value.sentence
