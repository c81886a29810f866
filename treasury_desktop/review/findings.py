"""A finding: something the reviewer must know, about one object, with its evidence."""

from enum import IntEnum
from typing import NamedTuple


class Severity(IntEnum):
    """How hard a finding is: block refuses to sign, danger wants a typed acknowledgement."""

    NOTE = 0
    WARN = 1
    DANGER = 2
    BLOCK = 3

    @property
    def word(self) -> str:
        """The severity as it is written in reports."""
        return _WORDS[self]


_WORDS = tuple(severity.name.lower() for severity in Severity)

VERDICTS = {
    Severity.NOTE: "ok",
    Severity.WARN: "warn",
    Severity.DANGER: "danger",
    Severity.BLOCK: "block",
}


class Finding(NamedTuple):
    """What, which object, why it matters; `path` is the call it is about, "" for the whole."""

    severity: Severity
    code: str
    sentence: str
    path: str = ""
    evidence: str = ""

    @property
    def place(self) -> tuple[int, ...]:
        """Where its call stands: the tenth call comes after the second."""
        return tuple(map(int, self.path.split("."))) if self.path else ()


def note(code: str, sentence: str, *, path: str = "", evidence: str = "") -> Finding:
    """Information."""
    return Finding(
        severity=Severity.NOTE, code=code, sentence=sentence, path=path, evidence=evidence
    )


def warn(code: str, sentence: str, *, path: str = "", evidence: str = "") -> Finding:
    """Visible, without friction."""
    return Finding(
        severity=Severity.WARN, code=code, sentence=sentence, path=path, evidence=evidence
    )


def danger(code: str, sentence: str, *, path: str = "", evidence: str = "") -> Finding:
    """Signed only after a typed acknowledgement."""
    return Finding(
        severity=Severity.DANGER, code=code, sentence=sentence, path=path, evidence=evidence
    )


def block(code: str, sentence: str, *, path: str = "", evidence: str = "") -> Finding:
    """Never signed."""
    return Finding(
        severity=Severity.BLOCK, code=code, sentence=sentence, path=path, evidence=evidence
    )
