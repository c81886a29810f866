"""What the chain said of signatures that nobody else can verify, as long as it can be believed."""

import threading

from treasury_desktop.desk.ask_the_chain import Answers


class ChainAnswers:
    """The newest answers of the endpoints that are asked now; several threads read and keep.

    Whoever asks takes the `round` first and keeps by it: an answer to a question of before
    everything was forgotten, such as one of endpoints that are no more, is dropped.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._round = 0
        self._said: Answers = {}

    @property
    def said(self) -> Answers:
        """What counts now; empty where nobody was asked, or nobody answered yet."""
        with self._lock:
            return self._said

    @property
    def round(self) -> int:
        """The round a question is asked in."""
        with self._lock:
            return self._round

    def forget(self) -> None:
        """Nothing counts until somebody is asked anew."""
        with self._lock:
            self._round += 1
            self._said = {}

    def keep(self, said: Answers, asked_in: int) -> None:
        """These count from now on, unless everything was forgotten since they were asked for."""
        with self._lock:
            if asked_in == self._round:
                self._said = said
