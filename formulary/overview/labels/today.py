"""The first page in words: its heading, the list of what needs doing, the tables beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from formulary.overview.labels.board import VialLine, board
from formulary.overview.labels.day import Day
from formulary.overview.labels.need import Need
from formulary.overview.labels.needs import needs
from formulary.overview.labels.shortcuts import Shortcut, shortcuts
from formulary.overview.queries import Waiting
from formulary.web import words

NUMBERS = (
    "No",
    "One",
    "Two",
    "Three",
    "Four",
    "Five",
    "Six",
    "Seven",
    "Eight",
    "Nine",
    "Ten",
    "Eleven",
    "Twelve",
)
WITHIN = timedelta(hours=1)
SHOWN, BESIDE = 12, 8


@dataclass(frozen=True)
class ToDo:
    """One line of the list: the need, when it ends in words, and how far away that is."""

    need: Need
    when: str
    sub: str


@dataclass(frozen=True)
class Today:
    """The whole page; `rest` is how many things stand below the list."""

    heading: str
    todo: list[ToDo]
    rest: int
    cocktails: list[Waiting]
    vials: list[VialLine]
    shortcuts: list[Shortcut]
    day: Day

    @property
    def patients(self) -> int:
        """How many patients the page shows by name."""
        shown = {line.need.patient for line in self.todo} | {row.patient_code for row in self.cocktails}
        return len(shown - {""}) if self.day.names_patients else 0


def today(day: Day) -> Today:
    """The page of one person."""
    found = needs(day)
    shown = [ToDo(need, *_when(need.until, day)) for need in found[:SHOWN]]
    rows = [row for row in day.waiting if row.state != "draft" or row.author_id == day.actor.person_id]
    vials, rest = board(day.vials, day.at).lines[:BESIDE], len(found) - len(shown)
    return Today(heading(found, day.at), shown, rest, rows[:BESIDE], vials, shortcuts(day.actor), day)


def heading(found: Sequence[Need], at: datetime) -> str:
    """The page's first sentence: "Six things need you today, two within the hour"."""
    if not found:
        return "Nothing needs you now"
    soon = sum(1 for need in found if need.until is not None and need.until - at <= WITHIN)
    verb = "thing needs" if len(found) == 1 else "things need"
    hurry = f", {_number(soon).lower()} within the hour" if soon else ""
    return f"{_number(len(found))} {verb} you today{hurry}"


def _number(count: int) -> str:
    return NUMBERS[count] if count < len(NUMBERS) else f"{count:,}"


def _when(until: datetime | None, day: Day) -> tuple[str, str]:
    if until is None:
        return "Today", "no hour is set"
    if until <= day.at:
        return "Now", f"since {_moment(until, day)}"
    return _moment(until, day), words.distance(until, day.at, day.zone)


def _moment(at: datetime, day: Day) -> str:
    then, now = at.astimezone(day.zone).date(), day.at.astimezone(day.zone).date()
    if then == now:
        return words.clock_time(at, day.zone)
    return words.day_short(at, day.zone) if then.year == now.year else words.day(at, day.zone)
