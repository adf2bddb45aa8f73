"""Stages of the road, kept once per worker and database: a test begins where it needs to, in a moment."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

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
from tests.support.databases import Database
from tests.support.road import a_verified_cocktail, draw_step, make_ready
from tests.support.snapshots import Ids, reach
from tests.support.world import Cast

ALL_WELL = {what: True for what in preparations.INSPECTED}


class Road:
    """The melasma cocktail at a stage of its road, for one patient of the clinic with the real catalogue."""

    def __init__(self, app: Flask, database: Database) -> None:
        """Take what the stages are kept in."""
        self.app, self.database = app, database

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
        self._at("ready", make_ready)
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


@pytest.fixture
def road(app: Flask, database: Database) -> Road:
    """The road, to be begun at any stage: `road.claimed()`, `road.released()`."""
    return Road(app, database)
