"""Writing seed rows so that a second run changes nothing: look, compare, then create or correct."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from formulary.db import Base, db

Row = TypeVar("Row", bound=Base)


@dataclass(frozen=True)
class Seeder:
    """Who acts when a file is loaded; the trail names it, and it is no person."""

    name: str = "seed data"
    person_id: int | None = None
    site_id: int | None = None
    role: str = "system"


@dataclass
class Merge:
    """Counts what was created and corrected, by table."""

    created: dict[str, int] = field(default_factory=dict)
    corrected: dict[str, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.created or self.corrected)

    def row(self, model: type[Row], key: Mapping[str, Any], values: Mapping[str, Any]) -> Row:
        """The row with this key, holding these values; created, corrected or left as it is."""
        found = db.session.scalars(db.select(model).filter_by(**key)).one_or_none()
        return self.fill(found, model, {**key, **values})

    def fill(self, found: Row | None, model: type[Row], values: Mapping[str, Any]) -> Row:
        """`found` with these values, or a new row of them."""
        if found is None:
            found = model(**values)
            db.session.add(found)
            self.count(self.created, model)
        elif changed := {name: value for name, value in values.items() if getattr(found, name) != value}:
            for name, value in changed.items():
                setattr(found, name, value)
            self.count(self.corrected, model)
        return found

    @staticmethod
    def count(counts: dict[str, int], model: type[Base]) -> None:
        """One more row of this table."""
        counts[model.__tablename__] = counts.get(model.__tablename__, 0) + 1
