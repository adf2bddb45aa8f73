"""The number of a lot is corrected: what was typed wrongly stays on record, and finds the lot for ever."""

from datetime import datetime

from formulary.accounts import Actor, Permission
from formulary.accounts.actions import sign
from formulary.audit import record
from formulary.db import db, expect_version, once
from formulary.rules.findings import Refused, inputs_hash
from formulary.rules.lot_status import number_findings
from formulary.stock import queries
from formulary.stock.actions.arrivals import has_arrived
from formulary.stock.actions.seconding import another_pharmacist
from formulary.stock.labels import corrections
from formulary.stock.models import Lot, LotAlias


@once
def correct_number(
    lot: Lot,
    *,
    number: str,
    reason: str,
    second: Actor | None = None,
    version: int | None = None,
    at: datetime,
    by: Actor,
) -> Lot:
    """Give a lot the number that its pack prints; the one it had is kept as an alias.

    Refused for the same number, for one that no pack prints, for one that another lot of the product has or
    had (two lots are never made one), without a reason, and without another person who may correct lots (on
    a solo site it is marked SELF-CHECKED). Whoever waits for a lot of the new number is told.
    """
    by.must(Permission.RELEASE_QUARANTINE)
    expect_version(lot, version)
    number = number.strip()
    _check(lot, number, reason)
    other = another_pharmacist(second, by, lambda others: corrections.needs_another(lot, others))
    told = {"number": number, "was": lot.number, "reason": reason}
    second_id = other.person_id if other else None
    kept = LotAlias(lot_id=lot.id, number=lot.number, corrected_to=number, reason=reason)
    kept.at, kept.by_id, kept.second_id = at, by.person_id, second_id
    db.session.add(kept)
    lot.number = number
    db.session.flush()
    hashed, self_checked = inputs_hash(lot.id, told), other is None
    sign(other or by, meaning="lot_number", subject=lot, signed_hash=hashed, at=at, self_checked=self_checked)
    new = {"lot": number, "second": second_id}
    record("stock.correct_number", lot, by=by, at=at, old={"lot": kept.number}, new=new, reason=reason)
    has_arrived([lot.id], at=at, by=by, goods=False)
    return lot


def _check(lot: Lot, number: str, reason: str) -> None:
    if found := tuple(number_findings(number)):
        raise Refused(*found)
    if number == lot.number:
        raise corrections.the_same(lot)
    if not reason.strip():
        raise corrections.no_reason(lot)
    if others := [one for one in queries.lots_with_number(number, lot.product_id) if one.id != lot.id]:
        raise corrections.another_lot(lot, number, others[0])
