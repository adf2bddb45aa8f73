"""Lots that nobody booked in: written down as they were read, so that a recall of their number finds them."""

from dataclasses import replace

from formulary.administrations.actions.afterwards.told import AsRead, Mixed, Past, Source
from formulary.stock import actions as stock
from formulary.stock.models import Lot

GRADE = "possible"
"""What was read off a pack of which nothing else is known is no more than possible."""


def on_record(source: Source, past: Past) -> Source:
    """The same with its lots on record, and of those that were written for it how sure that is."""
    mixed = None if source.mixed is None else _mixed(source.mixed, past)
    if source.as_read is None:
        return replace(source, mixed=mixed)
    lot = _written(source.as_read, past)
    return replace(source, lot_id=lot.id, mixed=mixed, grade=GRADE, as_read=None)


def _mixed(mixed: Mixed, past: Past) -> Mixed:
    if mixed.as_read is None:
        return mixed
    return replace(mixed, diluent_lot_id=_written(mixed.as_read, past).id, grade=GRADE, as_read=None)


def _written(read: AsRead, past: Past) -> Lot:
    told = {"what": past.reason, "at": past.at, "by": past.by}
    return stock.read_lot(read.product_id, read.number, read.expires_on, **told)
