"""Where in a file something stands, and what is wrong there."""

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real
from typing import Any, TypeVar

from formulary.cocktails.labels.bounds import LARGEST_FILE
from formulary.rules.findings import Refused, joined

Path = tuple[str | int, ...]
T = TypeVar("T")
MOST_DOTS = 40
MOST_SHOWN = 120
MOST_DIGITS = 12

_TABLE = re.compile(r"\s*(\[{1,2})\s*([A-Za-z_.]+)\s*\]")
_KEY = re.compile(r"\s*(?:([A-Za-z0-9_-]+)|\"([^\"]+)\")\s*=")
_AT_LINE = re.compile(r"\s*\(at line ([0-9]+)[^)]*\)")


@dataclass(frozen=True)
class Fault:
    """One thing in a file that cannot be read: the number of its line, and why not."""

    line: int
    words: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.words}"


class Unreadable(Exception):
    """A file that is no cocktail, with everything that keeps it from being one, in the order of the file."""

    def __init__(self, *faults: Fault) -> None:
        """Take one fault or more."""
        self.faults = tuple(sorted(faults, key=lambda fault: fault.line))
        super().__init__("; ".join(map(str, self.faults)))


class Lines:
    """The line of each table and each key, so that a fault is told where it stands."""

    def __init__(self, text: str) -> None:
        """Look through the text once; `[[line]]` tables are counted from 1."""
        self._of: dict[Path, int] = {}
        table: Path = ()
        count = 0
        for number, line in enumerate(text.splitlines(), start=1):
            if found := _TABLE.match(line):
                count += found[1] == "[["
                table = (found[2], count) if found[1] == "[[" else tuple(found[2].split("."))
                self._of[table] = number
            elif key := _KEY.match(line):
                self._of[*table, key[1] or key[2]] = number

    def fault(self, path: Path, words: str) -> Unreadable:
        """What is wrong at this path, or at the nearest thing around it."""
        around = (path[:n] for n in range(len(path), 0, -1))
        return Unreadable(Fault(next((self._of[each] for each in around if each in self._of), 1), words))

    def only(self, said: dict[str, Any], known: tuple[str, ...], path: Path = ()) -> None:
        """Refuse keys that nobody reads: a misspelt one would be left out in silence."""
        for key in said:
            if key not in known:
                raise self.fault((*path, key), f"“{key}” is not known here; known are {joined(known)}.")

    def measured(self, said: Any, path: Path, read: Callable[[str], T]) -> T:
        """An amount written in quotes with its unit, read by `read`; its refusal becomes a fault."""
        if not isinstance(said, str):
            words = f'{path[-1]} is {told(said)}; write number and unit in quotes, as in "5 mL".'
            raise self.fault(path, words)
        try:
            return read(said)
        except Refused as refusal:
            words = " ".join(f"{finding.reason} {finding.remedy}".strip() for finding in refusal.findings)
            raise self.fault(path, f"{path[-1]}: {words}") from None


def told(said: Any) -> str:
    """What a file says at some place, short enough to be repeated."""
    if isinstance(said, str):
        return said if len(said) <= MOST_SHOWN else said[:MOST_SHOWN] + " …"
    if isinstance(said, Real) and abs(said) < 10**MOST_DIGITS:
        return str(said)
    return "a number too long to show" if isinstance(said, int) else "no text"


def parsed(raw: bytes) -> tuple[dict[str, Any], Lines]:
    """The tables of a TOML file and where they stand; Unreadable where it is too long, no text or no TOML."""
    if len(raw) > LARGEST_FILE:
        raise Unreadable(Fault(1, f"The file has {len(raw):,} bytes; {LARGEST_FILE:,} are the most."))
    text = _text(raw)
    _shallow(text)
    try:
        return tomllib.loads(text), Lines(text)
    except tomllib.TOMLDecodeError as fault:
        found = _AT_LINE.search(str(fault))
        number = int(found[1]) if found else len(text.splitlines()) or 1
        raise Unreadable(Fault(number, f"{_AT_LINE.sub('', str(fault))}.")) from None
    except (ValueError, RecursionError):
        raise Unreadable(
            Fault(1, "A number in it is too long, or its brackets are nested too deep.")
        ) from None


def _shallow(text: str) -> None:
    """Refuse keys of many parts: the parser keeps every beginning of one, which fills the memory."""
    for number, line in enumerate(text.splitlines(), start=1):
        if line.count(".") > MOST_DOTS:
            raise Unreadable(
                Fault(number, f"There are {line.count('.'):,} dots; no line of a cocktail has so many.")
            )


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        number = raw[: fault.start].count(b"\n") + 1
        raise Unreadable(Fault(number, "This is no UTF-8 text; save the file as UTF-8.")) from None
