"""A clock that stands until a test moves it."""

from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


class Watch:
    """What `clock.now()` reads in a test: starts at noon UTC on a Tuesday, 24 Nov 2026."""

    def __init__(self, at: datetime = NOON) -> None:
        """Let it stand at `at`."""
        self.at = at

    def now(self) -> datetime:
        """The instant at which it stands."""
        return self.at

    def move(self, **by: float) -> datetime:
        """Go on by so many `days`, `hours`, `minutes`, `seconds`; returns where it stands then."""
        self.at += timedelta(**by)
        return self.at

    def set(self, at: datetime) -> datetime:
        """Let it stand at another instant."""
        self.at = at
        return at
