"""PySide's search through the source of every module for a use of its features, ended.

PySide reads the source text of each module imported after it, and keeps it, to know whether the
module may say `from __feature__ import …`. None does here, and the texts fill nine megabytes.
"""

import linecache
from importlib import import_module
from types import ModuleType

import PySide6.QtCore  # noqa: F401  loads what is changed here


def search_no_sources() -> None:
    """From now on PySide takes every module for one that uses none of its features."""
    features = import_module("shibokensupport.feature")
    vars(features)["_mod_uses_pyside"] = _uses_none  # there is no other switch
    linecache.clearcache()


def _uses_none(_module: ModuleType) -> bool:
    return False
