"""What a file says that a patient takes: still, until which last day, or that nobody knows the day."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from formulary.catalogue import facts as catalogue
from formulary.cocktails.files.days import Days
from formulary.cocktails.files.places import Path, told
from formulary.rules import facts

PATH: Path = ("patient", "medicines")
OPEN = (facts.Taking.STILL, facts.Taking.UNKNOWN)


def read_medicines(said: Any, days: Days) -> tuple[facts.Medicine, ...]:
    """Each under the word of its kind, or in words alone; Unreadable where it says something nobody reads.

    By whose choice it is taken no file says: it counts as prescribed.
    """
    if not isinstance(said, dict):
        raise days.lines.fault(PATH, 'Write it as medicines = { garlic = 2026-05-01, aspirin = "still" }.')
    kinds = {kind.word: kind for kind in catalogue.now().medicine_kinds()} if said else {}
    return tuple(_medicine(word, value, kinds.get(word), days) for word, value in said.items())


def _medicine(word: str, value: Any, kind: catalogue.Kind | None, days: Days) -> facts.Medicine:
    name = kind.name if kind else word
    taking, last = _taken(word, value, days)
    told_of = (kind.word, kind.washouts) if kind else ("", ())
    return facts.Medicine(name, taking, facts.Choice.UNKNOWN, None, last, *told_of)


def _taken(word: str, value: Any, days: Days) -> tuple[facts.Taking, date | None]:
    path = (*PATH, word)
    if isinstance(value, str):
        if value not in OPEN:
            words = f'{word} is “{told(value)}”; write "still", "unknown" or the last day without quotes.'
            raise days.lines.fault(path, words)
        return facts.Taking(value), None
    return facts.Taking.STOPPED, days.day(value, path)


def taken_words(medicines: Iterable[facts.Medicine]) -> dict[str, str]:
    """What a file says of each: of one that is on record twice what counts longer."""
    ordered = sorted(medicines, key=lambda one: (one.taking in OPEN, one.last_taken_on or date.min))
    return {one.kind or one.name: _word(one) for one in ordered}


def _word(one: facts.Medicine) -> str:
    return f'"{one.taking.value}"' if one.last_taken_on is None else one.last_taken_on.isoformat()
