"""The PostgreSQL server of a test run: safe against no power cut, and fast for it."""

from formulary.bench import postgres
from tests.support.folders import on_disk, own_folder

QUIET = (
    "fsync=off", "full_page_writes=off", "synchronous_commit=off", "wal_level=minimal", "max_wal_senders=0",
    "autovacuum=off", "lock_timeout=20s",
)  # fmt: skip


class Cluster(postgres.Cluster):
    """One server for the tests of one process."""

    def __init__(self) -> None:
        """Start it."""
        super().__init__(QUIET, own_folder("postgres", on_disk()))
