"""The syringes, those in use and what they were before."""

from formulary.catalogue.models import Device
from formulary.catalogue.queries.one import one
from formulary.db import db


def devices() -> list[Device]:
    """The syringes in use, smallest first."""
    query = db.select(Device).filter_by(status="in_use").order_by(Device.capacity, Device.graduation)
    return list(db.session.scalars(query))


def devices_out_of_use() -> list[Device]:
    """What was superseded or retired, the newest first."""
    query = db.select(Device).where(Device.status != "in_use").order_by(Device.id.desc())
    return list(db.session.scalars(query))


def device_versions(name: str) -> list[Device]:
    """Every version of a syringe, the newest first."""
    query = db.select(Device).filter_by(name=name).order_by(Device.version.desc())
    return list(db.session.scalars(query))


def device(device_id: int) -> Device:
    """One version of a syringe; Missing otherwise."""
    return one(Device, device_id, ())
