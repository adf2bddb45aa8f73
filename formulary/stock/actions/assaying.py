"""A lot's assay: what its certificate says a solution holds; one pharmacist enters it, another confirms."""

from datetime import datetime
from fractions import Fraction

from formulary.accounts import Actor, Permission
from formulary.accounts.actions import sign
from formulary.audit import record
from formulary.db import db, expect_version, once
from formulary.rules.findings import inputs_hash
from formulary.rules.units import Quantity
from formulary.stock.actions.seconding import another_pharmacist
from formulary.stock.labels import assays
from formulary.stock.models import Lot

TEN_TIMES = 10


@once
def assay_lot(
    lot: Lot,
    *,
    amount: Quantity,
    volume: Quantity,
    source: str,
    second: Actor | None = None,
    version: int | None = None,
    at: datetime,
    by: Actor,
) -> Lot:
    """Record so much in so much volume of a lot; what is drawn from it is computed with this from now on.

    Refused for a powder, whose strength is what is mixed, for ten times the label or a tenth of it, and
    without another person who may correct lots (on a solo site it is marked SELF-CHECKED).
    """
    by.must(Permission.RELEASE_QUARANTINE)
    expect_version(lot, version)
    _check(lot, amount, volume)
    other = another_pharmacist(second, by, lambda others: assays.needs_another(lot, others))
    old = {"amount": lot.assay_amount, "volume": lot.assay_volume, "source": lot.assay_source}
    new = {"amount": amount.whole(), "volume": volume.whole(), "source": source}
    lot.assay_amount, lot.assay_volume, lot.assay_source = amount.whole(), volume.whole(), source
    lot.assayed_at = at
    db.session.flush()
    sign(
        other or by,
        meaning="assay",
        subject=lot,
        signed_hash=inputs_hash(lot.id, new),
        at=at,
        self_checked=other is None,
    )
    told = new | {"lot": lot.number, "second": other.person_id if other else None}
    record("stock.assay", lot, by=by, at=at, old=old, new=told)
    return lot


def _check(lot: Lot, amount: Quantity, volume: Quantity) -> None:
    product = lot.product
    if product.ledger != "volume" or product.dimension == "volume":
        raise assays.no_assay_of(lot)
    if amount.is_zero or volume.is_zero:
        raise assays.of_nothing(lot)
    if product.strength_amount and product.strength_volume:
        label = Fraction(product.strength_amount, product.strength_volume)
        share = amount.steps / volume.steps / label
        if share >= TEN_TIMES or share <= Fraction(1, TEN_TIMES):
            raise assays.ten_times(lot)
