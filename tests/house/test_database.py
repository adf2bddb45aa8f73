"""Both databases after an upgrade: what the models say, with triggers that keep history as it was."""

import warnings
from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import CheckConstraint, Column, Connection, Integer, MetaData, inspect, text
from sqlalchemy.exc import DBAPIError

from formulary.db import db
from tests.house.sources import nothing
from tests.support.builders import a_lot

APPEND_ONLY = {
    "after_record",
    "after_signature",
    "amendment",
    "access_entry",
    "audit_entry",
    "care_decision",
    "care_sheet",
    "cocktail_transition",
    "count_entry",
    "course_entry",
    "exposure",
    "given_lot",
    "imported_use",
    "lot_alias",
    "lot_document",
    "movement",
    "patch_test_reading",
    "price",
    "purchase_order_change",
    "reaction_follow_up",
    "reaction_report",
    "reaction_sign",
    "signature",
    "supplier_return",
    "temperature_reading",
    "undone_act",
    "recall_scope",
    "recall_event",
    "recall_listed",
    "recall_hold",
    "recall_stopped",
    "recall_contact",
    "recall_explanation",
    "recall_document",
    "drill_result",
    "notice_version",
    "kept_less",
    "patient_medicine",
}
TOLD_TO_THE_RULES = {
    "basis_factor",
    "catalogue_limit",
    "compatibility_rule",
    "condition_kind",
    "contraindication",
    "cross_reactivity",
    "device",
    "ingredient",
    "ingredient_group",
    "medicine_kind",
    "policy",
    "product",
    "product_excipient",
    "session_schedule",
    "synonym",
    "washout_decision",
    "washout_statement",
}
NEVER_KEPT = {
    "article_statement",
    "article_topic",
    "care_statement",
    "care_topic",
    "catalogue_edition",
    "catalogue_statement",
    "formula",
    "formula_line",
    "formula_pair",
    "formula_version",
    "product_code",
    "protocol",
    "substance_group",
}
TRIGGERS = {
    "sqlite": "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal",
}
INDEXES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'index'",
    "postgresql": "SELECT indexname FROM pg_indexes WHERE schemaname = 'public'",
}


def differences(connection: Connection, metadata: MetaData) -> list[object]:
    """What a new migration would have to change: tables, columns, indexes, keys, types that tell."""
    exact = connection.dialect.name == "postgresql"
    context = MigrationContext.configure(connection, opts={"compare_type": exact})
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "autogenerate skipping .* expression-based index")
        found = compare_metadata(context, metadata)
    return [*found, *check_differences(connection, metadata), *index_differences(connection, metadata)]


def check_differences(connection: Connection, metadata: MetaData) -> Iterator[str]:
    """CHECK constraints that only the models or only the database have."""
    known = inspect(connection)
    for table in metadata.sorted_tables:
        there = {check["name"] for check in known.get_check_constraints(table.name)}
        ours = {str(c.name) for c in table.constraints if isinstance(c, CheckConstraint) and c.name}
        yield from (f"{table.name}: {name}" for name in sorted(there ^ ours))


def index_differences(connection: Connection, metadata: MetaData) -> Iterator[str]:
    """Indexes that only one side has, those over expressions too, which Alembic passes over on SQLite."""
    there = {name for (name,) in connection.execute(text(INDEXES[connection.dialect.name]))}
    ours = {str(index.name) for table in metadata.sorted_tables for index in table.indexes}
    yield from sorted(ours - there)


def triggers(connection: Connection) -> dict[str, set[str]]:
    """The triggers of each table, by what they forbid or do."""
    found: dict[str, set[str]] = {}
    for table, name in connection.execute(text(TRIGGERS[connection.dialect.name])):
        plain = table.strip('"')
        found.setdefault(plain, set()).add(name.removeprefix(f"{plain}_").removeprefix("no_"))
    return found


def with_one_more_column(metadata: MetaData) -> MetaData:
    """The models with a column that no migration knows."""
    planted = MetaData(naming_convention=metadata.naming_convention)
    for table in metadata.sorted_tables:
        table.to_metadata(planted)
    planted.tables["lot"].append_column(Column("planted", Integer))
    return planted


def test_an_upgrade_makes_what_the_models_say(app: Flask) -> None:
    with db.engine.connect() as connection:
        nothing(differences(connection, db.metadata))


def test_a_column_without_a_migration_is_found(app: Flask) -> None:
    with db.engine.connect() as connection:
        assert "planted" in str(differences(connection, with_one_more_column(db.metadata)))


def test_history_has_its_triggers_after_an_upgrade(app: Flask) -> None:
    forbidden = {"update", "delete"} | ({"truncate"} if db.engine.dialect.name == "postgresql" else set())
    with db.engine.connect() as connection:
        found = triggers(connection)
    assert {table: found[table] for table in found if table not in TOLD_TO_THE_RULES} == {
        table: forbidden for table in APPEND_ONLY
    }


def test_whatever_the_rules_are_told_of_the_catalogue_renews_its_edition(app: Flask) -> None:
    """All tables of the catalogue but those that the kept facts never ask: packs and formulas, and words."""
    on = {"sqlite": {f"renews_catalogue_edition_on_{verb}" for verb in ("insert", "update", "delete")}}
    renewing = on.get(db.engine.dialect.name, {"renews_catalogue_edition"})
    with db.engine.connect() as connection:
        found = triggers(connection)
    assert {table: found[table] for table in found if table not in APPEND_ONLY} == {
        table: renewing for table in TOLD_TO_THE_RULES
    }
    tables = {
        m.local_table.name for m in db.Model.registry.mappers if "formulary.catalogue" in m.class_.__module__
    }
    assert tables - TOLD_TO_THE_RULES == NEVER_KEPT


@pytest.mark.parametrize("table", ["audit_entry", "movement"])
@pytest.mark.parametrize("statement", ["UPDATE {0} SET id = id", "DELETE FROM {0}"])
def test_what_was_written_is_neither_changed_nor_deleted(app: Flask, table: str, statement: str) -> None:
    a_lot()
    with db.engine.connect() as connection, pytest.raises(DBAPIError, match="append-only"):
        connection.execute(text(statement.format(table)))
