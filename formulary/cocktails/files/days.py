"""On which day something was asked or weighed, as a file says it; where it says none, it is true now."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from formulary.cocktails.files.places import Lines, Path, told
from formulary.rules.lot_status import day_of, end_of_day

ONE_DAY = timedelta(days=1)
EARLIEST = date(1900, 1, 1)


@dataclass(frozen=True)
class Days:
    """Reads the days of a file: `at` is the moment of the reading, `zone` where its days begin."""

    lines: Lines
    at: datetime
    zone: str

    def day(self, said: Any, path: Path) -> date:
        """The day that is said, today where None; Unreadable where it is no day, or has not come."""
        today = day_of(self.at, self.zone)
        if said is None:
            return today
        if not isinstance(said, date) or isinstance(said, datetime):
            words = f"{path[-1]} is “{told(said)}”; write the day without quotes, as in {today.isoformat()}."
            raise self.lines.fault(path, words)
        if said < EARLIEST:
            raise self.lines.fault(path, f"{path[-1]} is {said.isoformat()}, which is before any record.")
        if said > today:
            raise self.lines.fault(path, f"{path[-1]} is {said.isoformat()}, which has not come yet.")
        return said

    def moment(self, said: Any, path: Path) -> datetime:
        """The earliest moment of a day before today, and this one of today: nothing is told as newer."""
        day = self.day(said, path)
        if day == day_of(self.at, self.zone):
            return self.at
        return end_of_day(day - ONE_DAY, self.zone)
