"""Patch tests, applied through the ledger, and their readings."""

from datetime import timedelta
from typing import Any

from formulary import clock
from formulary.accounts import Role
from formulary.accounts.models import Site
from formulary.patch_tests import actions
from formulary.patch_tests.models import PatchTest, PatchTestItem, PatchTestReading
from formulary.patients.models import Patient
from formulary.rules.units import Quantity
from formulary.stock.models import Lot
from tests.support.builders.accounts import an_actor, the_site
from tests.support.builders.base import act, saved

NOW = timedelta()


def a_test(
    patient: Patient,
    *lots: Lot,
    ago: timedelta = NOW,
    volume: str = "0.05 mL",
    site: Site | None = None,
    **more: Any,
) -> PatchTest:
    """A test of 0.05 mL of each lot, drawn from a vial opened for it, applied so long ago (now)."""
    amount, unit = volume.split(" ")
    drawn = Quantity.of(amount, unit)
    told = {"late_reason": "entered by hand"} if ago else {}
    with act():
        return actions.apply_test(
            patient.id,
            spots=[actions.Spot(lot.product_id, lot.id, volume=drawn) for lot in lots],
            applied_at=clock.now() - ago,
            at=clock.now(),
            by=an_actor(site or the_site(), Role.PRACTITIONER),
            **told | more,
        )


def a_reading(item: PatchTestItem, grade: str = "-", *, hours: int = 48, **columns: Any) -> PatchTestReading:
    """A look at one spot so many hours after it was applied: no reaction at 48 h."""
    row = {
        "grade": grade,
        "read_at": item.test.applied_at + timedelta(hours=hours),
        "entered_at": clock.now(),
    }
    row |= {"item_id": item.id, "reader_id": item.test.applied_by_id}
    return saved(PatchTestReading(**row | columns))


def a_read_test(patient: Patient, *lots: Lot, grade: str = "-", days: int = 5, **more: Any) -> PatchTest:
    """A test applied five days ago and read at 48 h and at 72 h, with this grade at the second reading."""
    test = a_test(patient, *lots, ago=timedelta(days=days), **more)
    for item in test.items:
        a_reading(item, "-", hours=48)
        a_reading(item, grade, hours=72)
    return test
