"""The measuring devices."""

from formulary.catalogue.facts.figures import volume
from formulary.catalogue.models import Device
from formulary.db import FRESH, db
from formulary.rules import facts


def syringes() -> tuple[facts.Syringe, ...]:
    """The measuring devices in use, smallest first."""
    query = db.select(Device).filter_by(status="in_use")
    ordered = query.order_by(Device.capacity, Device.graduation)
    rows = db.session.scalars(ordered, execution_options=FRESH)
    return tuple(syringe(row) for row in rows)


def syringe(row: Device) -> facts.Syringe:
    """One measuring device as the rules see it."""
    dead_space = None if row.dead_space is None else volume(row.dead_space)
    return facts.Syringe(row.name, volume(row.capacity), volume(row.graduation), dead_space, row.source)
