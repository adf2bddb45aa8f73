"""A connection to PostgreSQL that keeps what the server has prepared when a transaction is rolled back.

Every page that only reads ends with a rollback, and psycopg then has the server forget each statement that it
has prepared, since tables may have been made and dropped meanwhile. No page of ours makes a table. So
statements are planned once and not on every page. A migration beside a running server does change tables: a
plan that no longer holds fails once on a connection, and after a failure psycopg rolls back and forgets.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from psycopg.pq import ExecStatus, PipelineStatus, TransactionStatus

KEPT = 500
"""So many statements of a connection stay prepared."""


class Lasting(psycopg.Connection[Any]):
    """A connection whose prepared statements outlast the rollback of what went well."""

    @property
    def is_whole(self) -> bool:
        """Whether a transaction is open in which nothing has failed."""
        return self.pgconn.transaction_status == TransactionStatus.INTRANS

    def rollback(self) -> None:
        """Roll back, and let the server go on knowing its statements; what goes wrong psycopg tells."""
        if not self._is_rolled_back():
            super().rollback()

    def _is_rolled_back(self) -> bool:
        with self.lock:
            server = self.pgconn
            if server.pipeline_status != PipelineStatus.OFF:
                return False
            if not self.is_whole:
                return False  # a plan may have failed that no longer holds
            return server.exec_(b"ROLLBACK").status == ExecStatus.COMMAND_OK


def connect(args: Sequence[Any], settings: Mapping[str, Any]) -> Lasting:
    """A new one, by what the driver takes; each statement of it sees what is committed, whatever the server's
    own way is.
    """
    connection = Lasting.connect(*args, **settings)
    connection.prepared_max = KEPT
    connection.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
    return connection
