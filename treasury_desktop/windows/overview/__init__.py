"""The treasury at a glance."""
