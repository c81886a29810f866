"""What the chain said counts until everything is forgotten; late answers come too late."""

from treasury_desktop.application.chain_answers import ChainAnswers
from treasury_desktop.desk.ask_the_chain import Answers


def some() -> Answers:
    """Answers about one transaction."""
    return {b"\x01" * 32: ()}


def test_what_was_said_counts_until_it_is_forgotten() -> None:
    """Then nothing does."""
    answers = ChainAnswers()
    assert answers.said == {}
    answers.keep(some(), answers.round)
    assert answers.said == some()
    answers.forget()
    assert answers.said == {}


def test_an_answer_of_endpoints_that_are_no_more_is_dropped() -> None:
    """It was asked for before everything was forgotten."""
    answers = ChainAnswers()
    asked_in = answers.round
    answers.forget()
    answers.keep(some(), asked_in)
    assert answers.said == {}
    answers.keep(some(), answers.round)
    assert answers.said == some()
