"""The door to a test's page: scoped to who may see the patient, and noted in the access log."""

from flask import g, request

from formulary import clock
from formulary.audit import log_access
from formulary.db import transaction
from formulary.patch_tests import queries
from formulary.patch_tests.models import PatchTest
from formulary.patients import queries as patients
from formulary.patients.models import Patient


def opened(test_id: int) -> tuple[PatchTest, Patient]:
    """The test and its patient: 404 for a stranger; who looked is noted when the page is opened."""
    if request.method != "GET":
        return _found(test_id)
    with transaction():
        test, patient = _found(test_id)
        log_access("patch_tests.test", by=g.actor, at=clock.now(), subject=patient, patients=1)
    return test, patient


def _found(test_id: int) -> tuple[PatchTest, Patient]:
    at = clock.now()
    test = queries.test(test_id, by=g.actor, at=at)
    return test, patients.patient(test.patient_id, by=g.actor, at=at)
