"""A secret in memory: bytes that are never printed and are overwritten when no longer needed.

Overwriting is best effort. Python and OpenSSL copy bytes where they like, so what really protects
a secret is that the process holding it ends within seconds (see SECURITY.md).
"""

from types import TracebackType
from typing import Self


class Secret:
    """Owns a bytearray; a `with` block overwrites it at its end."""

    __slots__ = ("_content",)

    def __init__(self, content: bytearray) -> None:
        self._content = content

    @property
    def content(self) -> bytearray:
        """The bytes themselves, not a copy."""
        return self._content

    def wipe(self) -> None:
        """Overwrites the bytes with zeros, and keeps their number."""
        wipe(self._content)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.wipe()

    def __repr__(self) -> str:
        return "Secret(…)"


def wipe(content: bytearray) -> None:
    """Overwrites a buffer in place."""
    content[:] = bytes(len(content))
