"""How the databases answer what every check asks: of this patient and of what lies here."""

import pytest

from formulary import clock
from formulary.bench.measures.compose import ten_lines
from formulary.bench.queries import plans_of
from formulary.db import db
from formulary.patients.facts import history
from formulary.stock.facts import candidates
from formulary.stock.models import Place
from tests.bench.conftest import Tell

pytestmark = pytest.mark.databases("sqlite")  # PostgreSQL goes by what it has counted, and here is little


def test_what_a_patient_got_is_read_by_the_patient(tell: Tell) -> None:
    """Not by what each exposure takes back, which is nothing for nearly all of them."""
    tell(cocktails=40)
    patient = ten_lines().patient_id or 0
    [plan] = plans_of(lambda: history(patient, range(1, 20), clock.now()))
    assert plan.uses("ix_exposure_patient"), plan.lines


def test_what_lies_at_a_site_is_found_lot_by_lot_where_it_lies(tell: Tell) -> None:
    """Of a lot that was given a thousand times, what is left is read and not what was given."""
    tell(cocktails=40)
    site = db.session.scalar(db.select(Place.site_id).limit(1))
    wanted = {line.product_id for line in ten_lines().lines}
    plan = plans_of(lambda: candidates(site, wanted, clock.now()))[0]
    assert [line for line in plan.lines if "ix_balance_lot" in line and "place_id=?" in line], plan.lines
