"""What the bench found: ours beside its floor, the ratio, the aim and whether it is met."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

HEAD = ("what", "database", "size", "ours", "floor", "ratio", "aim", "meets")
SPREAD = ("p99", "floor p99", "rows", "peak MB")
LEFT = 3
"""So many columns are words; the others are figures."""


@dataclass(frozen=True)
class Aim:
    """What a ratio should not exceed; with `at_least` what it should reach. `words` is how it is written."""

    value: float
    words: str
    at_least: bool = False

    def met_by(self, ratio: float) -> bool:
        """Whether the ratio meets it."""
        return ratio >= self.value if self.at_least else ratio <= self.value


@dataclass(frozen=True)
class Spread:
    """What else one wants to know of a line: the slowest of a hundred of ours and of the floor (seconds), how
    many rows the answer had, and the most that Python held for it at a time (bytes).
    """

    p99: float | None = None
    floor_p99: float | None = None
    rows: int | None = None
    peak: int | None = None

    def as_data(self) -> dict[str, Any]:
        """Plain data, times in milliseconds as decimal texts."""
        times = {"p99_ms": milliseconds(self.p99), "floor_p99_ms": milliseconds(self.floor_p99)}
        return {**times, "rows": self.rows, "peak_bytes": self.peak}

    def cells(self) -> tuple[str, ...]:
        """The same for a table."""
        rows = None if self.rows is None else f"{self.rows:,}"
        peak = decimals(None if self.peak is None else self.peak / 2**20)
        return tuple(
            cell or "" for cell in (milliseconds(self.p99), milliseconds(self.floor_p99), rows, peak)
        )


@dataclass(frozen=True)
class Found:
    """One line of the table. Seconds; the ratio is ours over the floor unless the note says more."""

    what: str
    database: str
    size: str
    ours: float | None
    floor: float | None
    ratio: float | None
    aim: Aim | None = None
    note: str = ""
    spread: Spread | None = None

    @property
    def meets(self) -> bool | None:
        """Whether the aim is met; None where there is none, or nothing could be measured."""
        return None if self.aim is None or self.ratio is None else self.aim.met_by(self.ratio)

    def as_data(self) -> dict[str, Any]:
        """The line as plain data, times in milliseconds as decimal texts."""
        return {
            "what": self.what,
            "database": self.database,
            "size": self.size,
            "ours_ms": milliseconds(self.ours),
            "floor_ms": milliseconds(self.floor),
            "ratio": decimals(self.ratio),
            "aim": self.aim.words if self.aim else None,
            "meets": self.meets,
            "note": self.note,
            **(self.spread.as_data() if self.spread else {}),
        }


def table(rows: Sequence[Found]) -> str:
    """The lines in columns, each note once below them."""
    notes = list(dict.fromkeys(row.note for row in rows if row.note))
    more = SPREAD if any(row.spread for row in rows) else ()
    cells = [HEAD + more, *(_cells(row, notes, len(more)) for row in rows)]
    widths = [max(len(line[place]) for line in cells) for place in range(len(cells[0]))]
    lines = [_line(line, widths) for line in cells]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join([*lines, *(f"[{number}] {note}" for number, note in enumerate(notes, 1))])


def decimals(value: float | None, places: int = 2) -> str | None:
    """A figure of the bench with so many decimals; these are times and ratios, never doses."""
    if value is None:
        return None
    scaled = int(value * 10**places + 1 / 2)
    return f"{scaled // 10**places}.{scaled % 10**places:0{places}d}"


def milliseconds(seconds: float | None) -> str | None:
    """A time in milliseconds, with three decimals."""
    return decimals(None if seconds is None else seconds * 1000, 3)


def _cells(row: Found, notes: Sequence[str], more: int) -> tuple[str, ...]:
    mark = f" [{notes.index(row.note) + 1}]" if row.note else ""
    meets = {True: "yes", False: "NO", None: ""}[row.meets]
    figures = (milliseconds(row.ours), milliseconds(row.floor), decimals(row.ratio))
    aim = row.aim.words if row.aim else ""
    spread = row.spread.cells() if row.spread else ("",) * more
    shown = (figure or "" for figure in figures)
    return (row.what + mark, row.database, row.size, *shown, aim, meets, *spread)


def _line(cells: Iterable[str], widths: Sequence[int]) -> str:
    parts = (
        cell.ljust(width) if place < LEFT else cell.rjust(width)
        for place, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "  ".join(parts).rstrip()
