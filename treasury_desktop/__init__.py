"""treasury-desktop: the desk at which a DAO treasury's keys are used."""

__version__ = "0.1.0"
