"""What every clinic asks its patients, and the kinds of reaction, from the seed data, with sources."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from formulary.seed.clinic_rows import ConditionRow, ReactionKindRow
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


def read_reaction_kinds(seed_folder: Path) -> list[dict[str, str]]:
    """What `administrations.actions.set_reaction_kinds` takes; Refused with every fault of the files."""
    rows = read(seed_folder / "clinic" / "reactions.csv", ReactionKindRow)
    return list(reaction_kinds(rows, read_shelf(seed_folder)))


def reaction_kinds(rows: Iterable[ReactionKindRow], shelf: Shelf) -> Iterator[dict[str, str]]:
    """Each kind of reaction: its word, its name, and what names it."""
    for row in rows:
        yield {"word": row.word, "name": row.name, "source": shelf.cited(row.source)}
