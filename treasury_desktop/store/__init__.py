"""The door to this desk's own memory: records in SQLite, series in DuckDB."""
