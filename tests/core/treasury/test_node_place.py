"""Where a node answers: one place for all spellings, and different places stay different."""

import pytest

from treasury_desktop.errors import Malformed
from treasury_desktop.treasury.node_place import node_place

HERE = "http://node.example:8545/v3/key"


def place(url: str) -> object:
    """Its place."""
    return node_place(url, "url")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (HERE, "http://NODE.Example:8545/v3/key"),
        (HERE, "http://node.example.:8545/v3/key/"),
        (HERE, "http://node.example:8545/v3/k%65y"),
        (HERE, "http://node.example:08545/./v3/x/../key#part"),
        (HERE, "http://me:secret@node.example:8545/v3/key"),
        (HERE, "https://node.example:8545/v3/key?"),
        (HERE, "http://n%6Fde.example:8545/v3/key"),
        ("https://node.example", "https://node.example:443/"),
        ("http://node.example/%2f", "http://node.example:80/%2F"),
        ("http://127.0.0.1:8545", "http://localhost:8545"),
        ("http://127.0.0.1:8545", "http://[::1]:8545"),
        ("http://127.0.0.1:8545", "http://127.1:8545"),
        ("http://10.0.0.1", "http://0xa.1"),
        ("http://10.0.0.1", "http://167772161"),
        ("http://10.0.0.1", "http://[::ffff:10.0.0.1]"),
        ("http://[2001:db8::1]", "http://[2001:DB8:0:0::1]"),
    ],
)
def test_another_spelling_is_the_same_place(one: str, other: str) -> None:
    """Letters, port, dots, escapes, passwords and numbers."""
    assert place(one) == place(other)


@pytest.mark.parametrize(
    "other",
    [
        "http://node.example:8546/v3/key",
        "http://node2.example:8545/v3/key",
        "http://node.example:8545/v3/KEY",
        "http://node.example:8545/v3/key?chain=1",
        "http://node.example:8545/v3%2Fkey",
    ],
)
def test_another_place_is_another(other: str) -> None:
    """Keys in a path or a query are whose they are."""
    assert place(HERE) != place(other)


@pytest.mark.parametrize("port", ["0", "99999", "abc", "-1", "1_0", "00"])
def test_a_port_that_is_none_is_refused(port: str) -> None:
    """In a sentence about the port."""
    with pytest.raises(Malformed, match="from 1 to 65535"):
        place(f"http://node.example:{port}/")


@pytest.mark.parametrize(
    "url",
    ["", "node.example", "ftp://node.example", "http://", "http://[::1", "http://a b",
     "http://n\u00f6de.example", "http://a\\@b"],
)  # fmt: skip
def test_what_is_no_address_is_refused(url: str) -> None:
    """As before."""
    with pytest.raises(Malformed, match="http or https"):
        place(url)
