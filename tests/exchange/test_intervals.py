"""A session of earlier records counts as a session: the next is not too soon after it, nor one too many."""

from datetime import timedelta

from formulary import clock
from formulary.catalogue.models import Product, Schedule
from formulary.db import db
from tests.cocktails.test_the_person import a_draft, ingredient, refused, sign
from tests.exchange.doing import HISTORY, a_list, recorded
from tests.support.builders import saved
from tests.support.road import clinic, formula, patient, ready
from tests.support.stages import road

__all__ = ["clinic", "formula", "patient", "ready", "road"]


def told_earlier(road, days):
    """Earlier records say that the patient got tranexamic acid so many days ago."""
    product = db.session.scalars(
        db.select(Product).filter_by(ingredient_id=ingredient("tranexamic acid"))
    ).first()
    row = {
        "date": str(clock.now().date() - timedelta(days=days)), "patient": road.patient.code,
        "product": product.name, "lot": "OLD1", "quantity": "1", "unit": "mL",
    }  # fmt: skip
    recorded(road.clinic, "history", a_list(HISTORY, row))


def test_a_session_too_soon_after_one_of_earlier_records_stops(road):
    road.ready()
    saved(Schedule(ingredient_id=ingredient("tranexamic acid"), interval=2, unit="months", source="test"))
    told_earlier(road, 5)
    assert refused(sign, road, a_draft(road)) == ["interval.too_soon"]


def test_one_long_enough_after_it_does_not(road):
    road.ready()
    saved(Schedule(ingredient_id=ingredient("tranexamic acid"), interval=2, unit="months", source="test"))
    told_earlier(road, 90)
    assert sign(road, a_draft(road)).state == "prescribed"
