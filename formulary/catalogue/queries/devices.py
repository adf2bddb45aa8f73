"""The syringes."""

from formulary.catalogue.models import Device
from formulary.catalogue.queries.one import one
from formulary.db import db


def devices() -> list[Device]:
    """The syringes, smallest first."""
    return list(db.session.scalars(db.select(Device).order_by(Device.capacity, Device.graduation)))


def device(device_id: int) -> Device:
    """One syringe; Missing otherwise."""
    return one(Device, device_id, ())
