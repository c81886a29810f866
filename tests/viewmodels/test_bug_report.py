"""What is said of our own bugs: where, never with which values."""

import pytest

from treasury_desktop.viewmodels.bug_report import Program, bug_report

PROGRAM = Program(version="0.1.0", python="3.11.7", qt="6.11.1", system="Linux x86_64")
SECRET = "correct horse battery staple"


def _met() -> BaseException:
    """An error whose text, cause and local variables hold a passphrase."""
    passphrase = SECRET
    try:
        try:
            raise KeyError(passphrase)  # noqa: TRY301  the cause is what is tested
        except KeyError as cause:
            raise ValueError(f"no key under {passphrase}") from cause
    except ValueError as error:
        return error


def test_a_report_names_program_kind_function_and_line() -> None:
    """Enough to find the place."""
    error = _met()

    report = bug_report(error, PROGRAM, doing="sign")

    assert report.startswith("treasury-desktop 0.1.0\nPython 3.11.7, Qt 6.11.1, Linux x86_64\n")
    assert "while doing: sign" in report
    assert error.__traceback__ is not None
    line = error.__traceback__.tb_lineno
    assert f"ValueError\n  {__name__}, line {line}, in _met" in report


def test_a_report_names_what_the_error_came_from() -> None:
    """The cause, with its own place."""
    assert f"after KeyError\n  {__name__}, line " in bug_report(_met(), PROGRAM)


def test_a_report_holds_no_text_of_errors_and_no_path() -> None:
    """An error's text may hold a secret; a path names the person."""
    report = bug_report(_met(), PROGRAM)

    assert SECRET not in report
    assert __file__ not in report
    assert "/" not in report


def test_an_error_that_is_its_own_cause_is_told_once() -> None:
    """A circle of causes ends."""
    error = ValueError("round")
    other = KeyError("and round")
    error.__context__, other.__context__ = other, error

    report = bug_report(error, PROGRAM)

    assert report.count("ValueError") == 1
    assert report.count("KeyError") == 1


def test_a_deep_recursion_is_cut_in_the_middle() -> None:
    """Beginning and end of a long way are what helps."""

    def deeper(left: int) -> None:
        if not left:
            raise RuntimeError("deep")
        deeper(left - 1)

    with pytest.raises(RuntimeError) as met:
        deeper(200)

    report = bug_report(met.value, PROGRAM)
    assert "lines left out" in report
    assert len(report.splitlines()) < 60
