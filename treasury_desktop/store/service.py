"""What one desk chose about a Safe Transaction Service, and its count of requests."""

from collections.abc import Iterable

from treasury_desktop.desk.service_settings import RequestCount, ServiceSettings, month_after
from treasury_desktop.store.database import Shelf

MOST_BROUGHT = 5_000
"""As many as are ever asked for, the newest."""


class ServiceShelf(Shelf):
    """Keeps the Protocol `ServiceShelf` of the desk; no key is in here."""

    def service_settings(self) -> ServiceSettings:
        """What was chosen; off where nothing was."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT address, is_on, requests_per_month, key_entry FROM service_settings"
            ).fetchone()
        if row is None:
            return ServiceSettings()
        address, is_on, requests, key_entry = row
        return ServiceSettings(
            address=address,
            is_on=bool(is_on),
            requests_per_month=requests,
            key_entry=key_entry,
        )

    def keep_service_settings(self, settings: ServiceSettings) -> None:
        """Durable when it returns."""
        with self._database.writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO service_settings"
                " (one, address, is_on, requests_per_month, key_entry) VALUES (1, ?, ?, ?, ?)",
                (
                    settings.address,
                    settings.is_on,
                    settings.requests_per_month,
                    settings.key_entry,
                ),
            )

    def service_use(self, month: str) -> RequestCount:
        """The count of a month, or of the one after it where that is greater."""
        with self._database.reading() as connection:
            (requests,) = connection.execute(
                "SELECT coalesce(max(requests), 0) FROM service_use WHERE month IN (?, ?)",
                (month, month_after(month)),
            ).fetchone()
        return RequestCount(month=month, requests=requests)

    def keep_service_use(self, use: RequestCount) -> None:
        """Durable when it returns; a count of a month never falls."""
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO service_use (month, requests) VALUES (?, ?)"
                " ON CONFLICT (month) DO UPDATE SET requests = max(requests, excluded.requests)",
                (use.month, use.requests),
            )

    def keep_brought(self, safe_tx_hashes: Iterable[bytes], host: str) -> None:
        """Remembers who brought transactions first."""
        with self._database.writing() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO service_brought (safe_tx_hash, host) VALUES (?, ?)",
                [(each, host) for each in safe_tx_hashes],
            )

    def brought_by(self) -> dict[bytes, str]:
        """The host that first brought a transaction, by safeTxHash."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT safe_tx_hash, host FROM service_brought ORDER BY rowid DESC LIMIT ?",
                (MOST_BROUGHT,),
            ).fetchall()
        return {bytes(safe_tx_hash): host for safe_tx_hash, host in rows}
