"""Stages of the road, kept once per worker and database: a test begins where it needs to, in a moment."""

import shutil
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from flask import Flask
from psycopg import sql

from formulary import clock
from formulary.administrations import actions as administrations
from formulary.administrations.models import Administration
from formulary.catalogue.models import FormulaVersion
from formulary.cocktails.models import Cocktail
from formulary.db import db, transaction
from formulary.patients.models import Patient
from formulary.preparations import actions as preparations
from formulary.preparations import queries as bench
from formulary.preparations.models import Attempt
from tests.support.databases import TABLES, Database, PostgreSQL, Sqlite, rows, tables
from tests.support.road import a_verified_cocktail, draw_step
from tests.support.world import Cast

Ids = dict[str, int]
ALL_WELL = {what: True for what in preparations.INSPECTED}


class Road:
    """The melasma cocktail at a stage of its road, for one patient of the clinic with the real catalogue."""

    def __init__(self, request: pytest.FixtureRequest, app: Flask, database: Database) -> None:
        """Take what the fixtures of the first time are made of."""
        self.request, self.app, self.database = request, app, database

    @property
    def clinic(self) -> Cast:
        """The people of the two sites, as rows of the present session."""
        return Cast()

    @property
    def patient(self) -> Patient:
        """Who may be treated."""
        return db.session.get_one(Patient, self._ids["patient"])

    @property
    def formula_id(self) -> int:
        """The clinic's approved formula."""
        return self._ids["formula"]

    def ready(self) -> Cast:
        """The clinic, its stock, its formula and its patient; nothing is composed yet."""
        self._at("ready", self._make_ready)
        return self.clinic

    def verified(self) -> Cocktail:
        """Signed and verified blind."""
        self._at("verified", self._make_verified)
        return db.session.get_one(Cocktail, self._ids["cocktail"])

    def claimed(self) -> Attempt:
        """In the technician's hands; nothing is drawn."""
        self._at("claimed", self._make_claimed)
        return self._attempt()

    def drawn(self) -> Attempt:
        """Every step drawn as planned."""
        self._at("drawn", self._make_drawn)
        return self._attempt()

    def prepared(self) -> Attempt:
        """Finished; waits for release."""
        self._at("prepared", self._make_prepared)
        return self._attempt()

    def released(self) -> Attempt:
        """Released by the pharmacist."""
        self._at("released", self._make_released)
        return self._attempt()

    def started(self) -> Administration:
        """Being given by the practitioner; no site is recorded."""
        self._at("started", self._make_started)
        return db.session.get_one(Administration, self._ids["session"])

    def _at(self, name: str, make: Callable[[], Ids]) -> None:
        self._ids = reach(self.app, self.database, name, make)

    def _attempt(self) -> Attempt:
        return bench.attempt(self._ids["attempt"], self.clinic.actor("technician"))

    def _make_ready(self) -> Ids:
        found = {name: self.request.getfixturevalue(name).id for name in ("patient", "formula")}
        return found

    def _make_verified(self) -> Ids:
        self.ready()
        formula = db.session.get_one(FormulaVersion, self._ids["formula"])
        return self._ids | {"cocktail": a_verified_cocktail(self.clinic, self.patient, formula).id}

    def _make_claimed(self) -> Ids:
        cocktail, by = self.verified(), self.clinic.actor("technician")
        with transaction():
            attempt = preparations.claim(cocktail.id, at=clock.now(), by=by)
        return self._ids | {"attempt": attempt.id}

    def _make_drawn(self) -> Ids:
        attempt, by = self.claimed(), self.clinic.actor("technician")
        for position in [step.position for step in bench.steps(attempt)]:
            draw_step(attempt.id, position, by)
        return self._ids

    def _make_prepared(self) -> Ids:
        attempt, by = self.drawn(), self.clinic.actor("technician")
        with transaction():
            preparations.finish(attempt.id, at=clock.now(), by=by)
        return self._ids

    def _make_released(self) -> Ids:
        attempt, by = self.prepared(), self.clinic.actor("pharmacist")
        with transaction():
            preparations.release(attempt.id, inspection=ALL_WELL, at=clock.now(), by=by)
        return self._ids

    def _make_started(self) -> Ids:
        attempt, patient = self.released(), self.patient
        told: dict[str, Any] = {"patient_code": patient.code, "born_on": patient.born_on}
        by, [syringe] = self.clinic.actor("practitioner"), bench.syringes(attempt.id)
        with transaction():
            session = administrations.start(syringe.code, **told, anything_new=False, at=clock.now(), by=by)
        return self._ids | {"session": session.id}


def reach(app: Flask, database: Database, name: str, make: Callable[[], Ids]) -> Ids:
    """Bring the database to a stage: made the first time, put back from its copy ever after."""
    kept: dict[str, Ids] = database.__dict__.setdefault("stages", {})
    if name not in kept:
        kept[name] = make()
        at_rest(app)
        _copy(database, name, back=False)
    else:
        at_rest(app)
        _copy(database, name, back=True)
    return kept[name]


def at_rest(app: Flask) -> None:
    """Let go of every connection, so that the database can be copied."""
    db.session.remove()
    db.engine.dispose()


def _copy(database: Database, name: str, *, back: bool) -> None:
    if isinstance(database, Sqlite):
        ends = [database.file, database.folder / f"stage-{name}.db"]
        shutil.copyfile(*(reversed(ends) if back else ends))
    elif isinstance(database, PostgreSQL):
        (_put_back if back else _keep)(database, f"stage_{name}")


def _keep(database: PostgreSQL, schema: str) -> None:
    """Keep the rows in a schema beside the tables, and all of it in a database of its own."""
    with psycopg.connect(database.url) as connection:
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
        for name in tables(connection):
            if rows(connection, name):
                both = {"kept": sql.Identifier(schema, name), "own": sql.Identifier("public", name)}
                connection.execute(sql.SQL("CREATE TABLE {kept} AS TABLE {own}").format(**both))
        database.__dict__.setdefault("scripts", {})[schema] = _script(connection, schema)
    database.cluster.copy("work", schema)


def _put_back(database: PostgreSQL, schema: str) -> None:
    """The kept rows again; where the database was made anew meanwhile, its copy."""
    with psycopg.connect(database.url) as connection:
        there = connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (schema,)).fetchone()
        if there:
            connection.execute(database.__dict__["scripts"][schema])
    if not there:
        database.cluster.copy(schema, "work")


def _script(connection: psycopg.Connection, schema: str) -> bytes:
    """The statements that fill the tables from a schema and set every sequence to where it stood."""
    kept = connection.execute(TABLES.replace("'public'", f"'{schema}'")).fetchall()
    emptied = [sql.SQL("DELETE FROM public.{}").format(sql.Identifier(n)) for n in tables(connection)]
    filled = [
        sql.SQL("INSERT INTO public.{} SELECT * FROM {}").format(
            sql.Identifier(name), sql.Identifier(schema, name)
        )
        for (name,) in kept
    ]
    stood = connection.execute(
        "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'"
    )
    set_back = [
        f"SELECT setval('public.\"{name}\"', {last or 1}, {'true' if last else 'false'})"
        for name, last in stood.fetchall()
    ]
    parts = ["SET LOCAL session_replication_role = replica"]
    parts += [statement.as_string() for statement in (*emptied, *filled)]
    return ";\n".join([*parts, *set_back]).encode()


@pytest.fixture
def road(request: pytest.FixtureRequest, app: Flask, database: Database) -> Road:
    """The road, to be begun at any stage: `road.claimed()`, `road.released()`."""
    return Road(request, app, database)
