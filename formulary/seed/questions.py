"""The questions that every clinic asks its patients, from the seed data's file, each with its source."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from formulary.seed.clinic_rows import ConditionRow
from formulary.seed.files import read
from formulary.seed.shelf import Shelf, read_shelf


def read_questions(seed_folder: Path) -> list[dict[str, str]]:
    """What `patients.actions.set_condition_kinds` takes; Refused with every fault of the files."""
    rows = read(seed_folder / "clinic" / "contraindications.csv", ConditionRow)
    return list(questions(rows, read_shelf(seed_folder)))


def questions(rows: Iterable[ConditionRow], shelf: Shelf) -> Iterator[dict[str, str]]:
    """Each question: its word, its name, what an answer yes does, and what names it."""
    for row in rows:
        yield {"word": row.word, "name": row.name, "action": row.action, "source": shelf.cited(row.source)}
