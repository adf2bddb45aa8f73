"""Everything that is held on a patient, found by the keys of the database, so that no table is forgotten."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, Table

from formulary.accounts.models import Signature
from formulary.audit.models import AccessEntry, AuditEntry
from formulary.db import db
from formulary.patients.models import Patient, Photo

WORDS = {
    **{"person": "name", "site": "name", "place": "name", "product": "name", "ingredient": "name"},
    **{"lot": "number", "vial": "code", "patient": "code", "condition_kind": "name"},
    **{"recall_case": "code", "reaction_kind": "name", "medicine_kind": "name"},
}
"""By what a row of a table that is not the patient's own is called."""
AT_ONCE = 500

Row = dict[str, Any]


@dataclass(frozen=True)
class Held:
    """The rows of each table that are about a patient, by its name, in the order of their making."""

    tables: dict[str, list[Row]]

    @property
    def rows(self) -> int:
        """How many rows in all."""
        return sum(map(len, self.tables.values()))


def held_on(patient_id: int) -> Held:
    """Every row about the patient and the records merged into theirs, in every room, the trail of it too.

    The tables are those with a key to the patient, and those with a key to one of these. Who signed, who
    looked and what was done stand at the end. The files of photos are left to `photo_files`.
    """
    ids = _records(patient_id)
    found = {"patient": _read(_table("patient"), _table("patient").c.id.in_(ids))}
    for table in db.metadata.sorted_tables:
        if "patient_id" in table.c and table.c.patient_id.foreign_keys:
            found[table.name] = _read(table, table.c.patient_id.in_(ids))
        elif table.name not in found and (child := list(_below(table, found))):
            found[table.name] = child
    for model in (Signature, AuditEntry, AccessEntry):
        found[model.__tablename__] = list(_about(model.__table__, found))
    return Held({name: _in_words(_table(name), rows) for name, rows in found.items() if rows})


def photo_files(patient_id: int) -> Iterator[tuple[str, bytes]]:
    """The name made by us and the content of each photo that was not taken away."""
    query = db.select(Photo.id, Photo.media, Photo.content).where(Photo.patient_id.in_(_records(patient_id)))
    for photo_id, media, content in db.session.execute(query.where(Photo.content.is_not(None))):
        yield f"photos/photo-{photo_id}.{media}", content


def _records(patient_id: int) -> list[int]:
    same = db.or_(Patient.id == patient_id, Patient.merged_into_id == patient_id)
    return list(db.session.scalars(db.select(Patient.id).where(same)))


def _table(name: str) -> Table:
    return db.metadata.tables[name]


def _below(table: Table, found: Mapping[str, list[Row]]) -> Iterator[Row]:
    """The rows of a table that belong to rows found already, by any of its keys: a test's readings."""
    rows: dict[int, Row] = {}
    for key in table.foreign_keys:
        of = key.column.table.name
        if of in found and of != "patient":
            rows |= {row["id"]: row for row in _in_parts(table, key.parent, [row["id"] for row in found[of]])}
    yield from (rows[row_id] for row_id in sorted(rows))


def _in_parts(table: Table, column: ColumnElement[Any], ids: Collection[int]) -> Iterator[Row]:
    wanted = sorted(ids)
    for start in range(0, len(wanted), AT_ONCE):
        yield from _read(table, column.in_(wanted[start : start + AT_ONCE]))


def _about(table: Table, found: Mapping[str, list[Row]]) -> Iterator[Row]:
    """What the trail says of the rows that were found."""
    for kind, rows in found.items():
        if "object_kind" in _table(kind).c:
            continue
        wanted = sorted(row["id"] for row in rows)
        for start in range(0, len(wanted), AT_ONCE):
            these = table.c.object_id.in_(wanted[start : start + AT_ONCE])
            yield from _read(table, db.and_(table.c.object_kind == kind, these))


def _read(table: Table, where: ColumnElement[bool]) -> list[Row]:
    """The rows with every column but contents of files."""
    columns = [column for column in table.c if not isinstance(column.type, LargeBinary)]
    query = db.select(*columns).where(where).order_by(table.c.id)
    return [dict(row._mapping) for row in db.session.execute(query)]


def _in_words(table: Table, rows: list[Row]) -> list[Row]:
    """The same with, beside each key of another table, what the row there is called."""
    names = {
        key.parent.name: _names(key.column.table, {row[key.parent.name] for row in rows})
        for key in table.foreign_keys
        if key.column.table.name in WORDS
    }
    return [{name: _worded(value, names.get(name)) for name, value in row.items()} for row in rows]


def _names(table: Table, ids: set[Any]) -> dict[int, str]:
    wanted = sorted(i for i in ids if i is not None)
    called = table.c[WORDS[table.name]]
    found: dict[int, str] = {}
    for start in range(0, len(wanted), AT_ONCE):
        these = table.c.id.in_(wanted[start : start + AT_ONCE])
        found |= {row[0]: row[1] for row in db.session.execute(db.select(table.c.id, called).where(these))}
    return found


def _worded(value: Any, names: Mapping[int, str] | None) -> Any:
    return value if names is None or value is None else f"{value}: {names.get(value, '')}"
