"""Protocols in words: sessions, intervals, upkeep; what nobody states is said to be unknown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from formulary.catalogue.models import Protocol
from formulary.web.words import plural

INDICATION_WORDS = {
    "wrinkles": "Wrinkles",
    "pigmentation": "Pigmentation",
    "cellulite": "Cellulite",
    "laxity": "Laxity",
    "hair_loss": "Hair loss",
    "scars": "Scars",
    "hydration": "Hydration",
    "fat": "Fat",
    "pain": "Pain",
}
UNKNOWN = "not stated"


@dataclass(frozen=True)
class ProtocolLine:
    """One protocol as a page shows it."""

    id: int
    name: str
    indication: str
    sessions: str
    interval: str
    upkeep: str
    evidence: str
    note: str
    source: str
    author: str
    is_own: bool
    is_retired: bool


def protocol_line(row: Protocol, names: Mapping[int, str] | None = None) -> ProtocolLine:
    """A protocol in words."""
    own = row.author_id is not None
    return ProtocolLine(
        row.id, row.name, INDICATION_WORDS[row.indication], sessions(row), interval(row), upkeep(row),
        row.evidence, row.note, row.source,
        (names or {}).get(row.author_id or 0, "") if own else "the catalogue's files", own, row.is_retired,
    )  # fmt: skip


def by_indication(rows: Sequence[Protocol], names: Mapping[int, str]) -> list[tuple[str, list[ProtocolLine]]]:
    """The protocols of each indication, which come in their order."""
    lines = [protocol_line(row, names) for row in rows]
    return [(word, list(same)) for word, same in groupby(lines, key=lambda line: line.indication)]


def sessions(row: Protocol) -> str:
    """ "2 to 4 sessions", "at most 6 sessions"."""
    return _range(row.sessions_low, row.sessions_high, "session")


def interval(row: Protocol) -> str:
    """ "7 to 10 days apart, 14 days once it improves"."""
    first = _range(row.least, row.most, row.unit[:-1])
    if row.later_least is None:
        return first
    later = _range(row.later_least, row.later_most, row.later_unit[:-1])
    return f"{first}; {later}{' ' if row.later_when else ''}{row.later_when}"


def upkeep(row: Protocol) -> str:
    """How it is kept up: "every 3 to 6 months"."""
    told = _range(row.upkeep_least, row.upkeep_most, row.upkeep_unit[:-1])
    return told if told == UNKNOWN else f"every {told}"


def _range(low: int | None, high: int | None, word: str) -> str:
    if low is None:
        return UNKNOWN if high is None else f"at most {plural(high, word)}"
    if high is None:
        return f"at least {plural(low, word)}"
    return plural(low, word) if low == high else f"{low} to {plural(high, word)}"
