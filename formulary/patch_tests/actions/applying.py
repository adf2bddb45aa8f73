"""Applying a test: what went on which spot of the skin, from which lot, now or some time ago."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from formulary.accounts import Actor, Permission
from formulary.accounts.actions import next_code
from formulary.audit import record
from formulary.catalogue import queries as catalogue
from formulary.db import db, once
from formulary.patch_tests.actions.allergic import refuse_grave_allergies
from formulary.patch_tests.actions.drawing import draw
from formulary.patch_tests.actions.exposing import expose
from formulary.patch_tests.models import PatchTest, PatchTestItem
from formulary.patients import queries as patients
from formulary.patients.actions import note_care
from formulary.rules.findings import refuse
from formulary.rules.units import Quantity
from formulary.stock import queries as stock

LATE_AFTER = timedelta(hours=1)
"""Applied longer ago, a test is a late entry: it needs a reason and is recorded whatever holds now."""


@dataclass(frozen=True)
class Spot:
    """What goes on one spot: a product, from a lot or a vial of it (None: not known), and how much."""

    product_id: int
    lot_id: int | None = None
    vial_id: int | None = None
    volume: Quantity | None = None
    dilution: str = "as supplied"
    vehicle: str = ""


@once
def apply_test(
    patient_id: int,
    *,
    spots: Sequence[Spot],
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
    _check_spots(spots, is_mixture)
    if not late:
        refuse_grave_allergies(patient.id, _products_in(spots), at)
    test = PatchTest(
        code=next_code("T"), patient_id=patient.id, site_id=by.site_id, applied_at=when, recorded_at=at
    )
    test.applied_by_id, test.body_site, test.late_reason = (
        by.person_id,
        body_site,
        late_reason if late else "",
    )
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
    return {spot.product_id for spot in spots} | mixed


def _check_spots(spots: Sequence[Spot], is_mixture: bool) -> None:
    if not spots:
        raise refuse("test.empty", "the test", "Nothing was chosen.", "Choose what is applied.")
    if is_mixture and len(spots) == 1:
        told = "A mixture has two products or more."
        raise refuse("test.no_mixture", "the test", told, "Add the others, or untick it.", field="is_mixture")
    for spot in spots:
        _check_spot(spot)


def _check_spot(spot: Spot) -> None:
    name = catalogue.product(spot.product_id).name
    if spot.lot_id is not None and stock.lot(spot.lot_id).product_id != spot.product_id:
        told = f"The lot is not one of {name}."
        raise refuse("test.other_product", name, told, "Choose again.")
    if spot.lot_id is not None and spot.volume is None:
        told = f"How much of {name} was used is not filled in."
        raise refuse("test.no_volume", name, told, "Type the volume that leaves the vial.")


def _item(number: int, spot: Spot, is_mixture: bool) -> PatchTestItem:
    return PatchTestItem(
        number=number,
        product_id=spot.product_id,
        lot_id=spot.lot_id,
        vial_id=spot.vial_id,
        dilution=spot.dilution,
        vehicle=spot.vehicle,
        volume=None if spot.volume is None else spot.volume.whole(),
        is_mixture=is_mixture,
    )


def _told(test: PatchTest) -> dict[str, object]:
    """What the trail keeps of it."""
    what = [[item.product_id, item.lot_id, item.vial_id, item.volume, item.quantity] for item in test.items]
    return {
        "code": test.code,
        "patient": test.patient_id,
        "applied_at": test.applied_at.isoformat(),
        "spots": what,
    }
