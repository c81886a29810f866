"""What was sent in the name of an inner Safe: a stranger's heap hides no true signature."""

from dataclasses import replace

from tests.samples import a_confirmation, a_safe, an_owner
from tests.signed import by_eth_sign, by_key
from treasury_desktop.safes.nested_signature import signatures_inside
from treasury_desktop.safes.safe import SafeVersion

MESSAGE = bytes(range(32))


def junk(number: int) -> bytes:
    """A signature that recovers to nobody in particular."""
    return number.to_bytes(32, "big") + (number + 7).to_bytes(32, "big") + b"\x1b"


def test_a_heap_in_one_blob_hides_nothing() -> None:
    """The signature that came alone is found, whichever came first."""
    heap = b"".join(junk(number) for number in range(1, 400))
    real = a_confirmation(MESSAGE, 1).signature.encoded
    for carried in ([heap, real], [real, heap]):
        assert set(signatures_inside(carried, MESSAGE, a_safe())) == {an_owner(1)}


def test_the_same_part_is_read_once() -> None:
    """Repeating one does not use up what may be read."""
    real = a_confirmation(MESSAGE, 2).signature.encoded
    carried = [junk(1)] * 1000 + [real + junk(2)]
    assert set(signatures_inside(carried, MESSAGE, a_safe(), most=3)) == {an_owner(2)}


def test_so_many_and_no_more_are_read() -> None:
    """The bound holds over all blobs; strangers inside count for nothing."""
    real = a_confirmation(MESSAGE, 1).signature.encoded
    stranger = a_confirmation(MESSAGE, 9).signature.encoded
    carried = [junk(1), junk(2), real + junk(3)]
    assert signatures_inside(carried, MESSAGE, a_safe(), most=2) == {}
    assert signatures_inside([stranger], MESSAGE, a_safe()) == {}
    assert signatures_inside([real], MESSAGE, replace(a_safe(), owners=())) == {}


def test_what_the_inner_safe_does_not_read_counts_for_nothing() -> None:
    """A Safe 1.0.0 knows no eth_sign; one such would spoil the signature of them together."""
    carried = [by_eth_sign(MESSAGE, 1)[1].encoded, by_key(MESSAGE, 2)[1].encoded]
    old = a_safe(version=SafeVersion(1, 0, 0))
    assert set(signatures_inside(carried, MESSAGE, old)) == {an_owner(2)}
    assert set(signatures_inside(carried, MESSAGE, a_safe())) == {an_owner(1), an_owner(2)}
