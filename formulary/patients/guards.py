"""The door to patients' pages: scoped to who asks, and noted in the access log."""

from collections.abc import Callable, Sized
from typing import TypeVar

from flask import g, request

from formulary import clock
from formulary.audit import log_access
from formulary.db import transaction
from formulary.patients import queries
from formulary.patients.models import Patient

Rows = TypeVar("Rows", bound=Sized)


def opened(patient_id: int, page: str = "patients.chart") -> Patient:
    """The patient, for a page about them: 404 for a stranger; who looked is noted when the page is opened."""
    at = clock.now()
    if request.method != "GET":
        return queries.patient(patient_id, by=g.actor, at=at)
    with transaction():
        patient = queries.patient(patient_id, by=g.actor, at=at)
        log_access(page, by=g.actor, at=at, subject=patient, patients=1)
    return patient


def seen(page: str, load: Callable[[], Rows], detail: str = "") -> Rows:
    """A list that shows patients, as `load` reads it; that this person saw so many is noted."""
    with transaction():
        rows = load()
        log_access(page, by=g.actor, at=clock.now(), patients=len(rows), detail=detail)
    return rows
