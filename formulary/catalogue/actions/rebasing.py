"""What a changed basis leaves as it was: figures that name none counted what the strength did until now."""

from datetime import datetime

from formulary.accounts import Actor
from formulary.audit import record
from formulary.catalogue import queries
from formulary.catalogue.models import Product

ACT = "catalogue.keep_basis"


def keep_basis(product: Product, becomes: str, *, at: datetime, by: Actor) -> None:
    """Write what the strength counts into the limits and accepted ranges that leave it to the strength.

    Call it before the strength counts something else. Each is audited. Where nothing was on record, what the
    figures counted is not known either, and they go by what is stated first.
    """
    was = product.basis
    if not was or was == becomes:
        return
    for limit in queries.limits_as_the_strength(product.id):
        limit.basis = was
        record(ACT, limit, by=by, at=at, old={"basis": ""}, new={"basis": was})
    for line in queries.ranges_as_the_strength(product.id):
        line.accepted_basis = was
        told = {"line": line.number, "accepted_basis": was}
        record(ACT, line.version, by=by, at=at, old=told | {"accepted_basis": ""}, new=told)
