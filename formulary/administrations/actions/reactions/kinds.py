"""The checklist of reactions, as the seed data says it."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from formulary.accounts import Actor, Operator, Permission
from formulary.administrations.models import ReactionKind
from formulary.administrations.queries import reactions as queries
from formulary.audit import record
from formulary.db import db


def set_reaction_kinds(
    kinds: Iterable[Mapping[str, str]], *, at: datetime, by: Actor | Operator
) -> list[ReactionKind]:
    """Add or amend the kinds of reaction in their order: word, name, source; none is ever taken away."""
    if isinstance(by, Actor):
        by.must(Permission.MANAGE_CLINIC)
    known = {kind.word: kind for kind in queries.kinds()}
    rows = [_set(known.get(kind["word"]), kind, number) for number, kind in enumerate(kinds, 1)]
    db.session.add_all(rows)
    db.session.flush()
    record("reactions.set_kinds", None, by=by, at=at, new={"words": [row.word for row in rows]})
    return rows


def _set(row: ReactionKind | None, kind: Mapping[str, str], position: int) -> ReactionKind:
    row = row or ReactionKind(word=kind["word"])
    row.name, row.source, row.position = kind["name"], kind["source"], position
    return row
