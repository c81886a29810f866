"""Stores that take nothing more from nodes that are not asked any more."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, TypeVar, cast

Store = TypeVar("Store")


def while_asked(
    store: Store, lock: AbstractContextManager[Any], require: Callable[[], None]
) -> Store:
    """The store, each of whose acts asks `require` first; both under the lock."""
    return cast("Store", _WhileAsked(store, lock, require))


class _WhileAsked:
    def __init__(
        self, store: object, lock: AbstractContextManager[Any], require: Callable[[], None]
    ) -> None:
        self._store, self._lock, self._require = store, lock, require

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._store, name)
        if not callable(found):
            return found

        def act(*what: Any, **how: Any) -> Any:
            with self._lock:
                self._require()
                return found(*what, **how)

        return act
