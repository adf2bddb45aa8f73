"""The syringes, those in use and what they were before."""

from formulary.catalogue.models import Device
from formulary.catalogue.queries.one import one
from formulary.db import db, read_once
from formulary.web.paging import Page, Window, page


def devices() -> list[Device]:
    """The syringes in use, smallest first."""
    query = db.select(Device).filter_by(status="in_use").order_by(Device.capacity, Device.graduation)
    return list(read_once(Device, "in use", lambda: db.session.scalars(query).all()))


def devices_out_of_use(window: Window | None = None) -> Page:
    """What was superseded or retired, the newest first, by pages."""
    return page(db.select(Device).where(Device.status != "in_use"), (Device.id,), window=window)


def device_versions(name: str) -> list[Device]:
    """Every version of a syringe, the newest first."""
    query = db.select(Device).filter_by(name=name).order_by(Device.version.desc())
    return list(db.session.scalars(query))


def device(device_id: int) -> Device:
    """One version of a syringe; Missing otherwise."""
    return one(Device, device_id, ())
