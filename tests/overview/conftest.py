"""The clinic of these tests: the real catalogue, policies, stock, one patient, at any stage of the road."""

import pytest

from formulary.db import db
from formulary.patients.models import Patient
from tests.overview.doing import a_day
from tests.support.road import clinic, formula, patient, ready
from tests.support.snapshots import reach
from tests.support.stages import road

__all__ = ["clinic", "day", "formula", "patient", "ready", "road"]


@pytest.fixture
def day(app, database):
    """One of everything to do, made once and put back after; whose cocktails they are."""
    ids = reach(app, database, "a day", lambda: {"patient": a_day().id})
    return db.session.get_one(Patient, ids["patient"])
