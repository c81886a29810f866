"""Qt's own settings, kept away from what lies in the person's configuration directory.

Qt's file dialog remembers folders in a settings file of Qt's. A value in such a file may be a
serialised object, and PySide runs what it holds when the value is read.
"""

import os

from PySide6.QtCore import QSettings


def read_no_settings_of_qt() -> None:
    """From now on Qt finds no settings file, and makes none: nothing lies below a device."""
    for kind in (QSettings.Format.NativeFormat, QSettings.Format.IniFormat):
        for scope in (QSettings.Scope.UserScope, QSettings.Scope.SystemScope):
            QSettings.setPath(kind, scope, os.devnull)
