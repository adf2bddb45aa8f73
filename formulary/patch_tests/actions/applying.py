"""Applying a test: what went on which spot of the skin, from which lot, now or some time ago."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from formulary.accounts import Actor, Permission
from formulary.accounts.actions import next_code
from formulary.audit import record
from formulary.db import db, once
from formulary.patch_tests.actions.allergic import refuse_grave_allergies
from formulary.patch_tests.actions.checking import Spot, check_guideline, check_spots
from formulary.patch_tests.actions.drawing import draw
from formulary.patch_tests.actions.exposing import expose
from formulary.patch_tests.models import PatchTest, PatchTestItem
from formulary.patients import queries as patients
from formulary.patients.actions import note_care
from formulary.rules.findings import refuse
from formulary.rules.patch_test.guidelines import ICDRG
from formulary.stock import queries as stock

LATE_AFTER = timedelta(hours=1)
"""Applied longer ago, a test is a late entry: it needs a reason and is recorded whatever holds now."""


@once
def apply_test(
    patient_id: int,
    *,
    spots: Sequence[Spot],
    guideline: str = ICDRG.word,
    body_site: str = "",
    is_mixture: bool = False,
    applied_at: datetime | None = None,
    late_reason: str = "",
    at: datetime,
    by: Actor,
) -> PatchTest:
    """Record a test that is being applied, or was; what is used leaves the stock.

    Applied now, a held, expired or short source is refused, and so is what the patient is gravely allergic
    to. A late entry records what happened all the same: what the ledger does not hold comes visibly from
    lost-or-found, and an unnoted lot stays unknown.
    """
    by.must(Permission.TEST_PATIENTS)
    patient = patients.patient(patient_id, by=by, at=at)
    when = applied_at or at
    late = _is_late(when, late_reason, at)
    check_spots(spots, is_mixture)
    check_guideline(guideline, spots, late=late)
    if not late:
        refuse_grave_allergies(patient.id, _products_in(spots), at)
    test = PatchTest(
        code=next_code("T"), patient_id=patient.id, site_id=by.site_id, applied_at=when, recorded_at=at
    )
    test.applied_by_id, test.body_site, test.guideline = by.person_id, body_site, guideline
    test.late_reason = late_reason if late else ""
    test.items = [_item(number, spot, is_mixture) for number, spot in enumerate(spots, 1)]
    db.session.add(test)
    db.session.flush()
    note_care(patient.id, by.site_id, why="patch_test", at=at)
    drawn = [m for item in test.items for m in draw(test, item, late=late, at=at, by=by)]
    expose(test)
    db.session.flush()
    record("patch_tests.apply", test, by=by, at=at, new=_told(test), reason=test.late_reason, movements=drawn)
    return test


def _is_late(when: datetime, late_reason: str, at: datetime) -> bool:
    if when > at:
        told = "This time has not come yet."
        raise refuse("test.in_future", "the test", told, "Type when it was applied.", field="applied_at")
    late = at - when > LATE_AFTER
    if late and not late_reason.strip():
        told = "The test was applied more than an hour ago, so this is a late entry."
        raise refuse(
            "test.late_without_reason", "the test", told, "Say why it is entered now.", field="late_reason"
        )
    return late


def _products_in(spots: Sequence[Spot]) -> set[int]:
    """The products that touch the skin: what is tested, and what a vial of it was mixed with."""
    vials = [stock.vial(spot.vial_id) for spot in spots if spot.vial_id is not None]
    mixed = {stock.lot(v.diluent_lot_id).product_id for v in vials if v.diluent_lot_id is not None}
    return {spot.product_id for spot in spots if spot.product_id is not None} | mixed


def _item(number: int, spot: Spot, is_mixture: bool) -> PatchTestItem:
    return PatchTestItem(
        number=number,
        role=spot.role,
        product_id=spot.product_id,
        lot_id=spot.lot_id,
        vial_id=spot.vial_id,
        dilution=spot.dilution,
        vehicle=spot.vehicle,
        volume=None if spot.volume is None else spot.volume.whole(),
        is_mixture=is_mixture and spot.role == "test",
    )


def _told(test: PatchTest) -> dict[str, object]:
    """What the trail keeps of it."""
    what = [[i.role, i.product_id, i.lot_id, i.vial_id, i.volume, i.quantity] for i in test.items]
    return {
        "code": test.code,
        "patient": test.patient_id,
        "applied_at": test.applied_at.isoformat(),
        "guideline": test.guideline,
        "spots": what,
    }
