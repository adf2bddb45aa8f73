"""An emergency in tests: so much of the enzyme that was given, and the form as it is filled in."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from formulary import clock
from formulary.administrations.actions import afterwards as actions
from formulary.catalogue import queries as catalogue
from formulary.db import transaction
from formulary.stock import queries as shelf
from tests.administrations.doing import ml

VITRASE = "hyaluronidase ovine (Vitrase)"
BOTOX = "onabotulinumtoxinA (Botox Cosmetic)"
AGO = timedelta(minutes=20)


def product(name):
    return next(p for p in catalogue.products() if p.name == name)


def lot(number="VIT-1"):
    [found] = shelf.lots_with_number(number)
    return found


def given(road, volume="1", **other):
    """So much of the enzyme, twenty minutes ago, by the practitioner who also records it."""
    by = other.pop("by", None) or road.clinic.actor("practitioner")
    when = {"done_at": clock.now() - other.pop("ago", AGO), "reason": other.pop("reason", "")}
    when |= {"sure": other.pop("sure", "")}
    told_of_it = {name: other.pop(name, None) for name in ("vial_id", "mixed", "as_read")}
    lot_id = other.pop("lot_id") if "lot_id" in other else lot().id
    source = actions.Source(1, lot_id, ml(volume), **told_of_it)
    told = {"area": "Left cheek", "route": "SC", "words": "Blanching, slow refill."} | other
    emergency = actions.Emergency("occlusion", source, given_by_id=by.person_id, **told)
    with transaction():
        return actions.record_emergency(road.patient.id, emergency, **when, at=clock.now(), by=by)


def local(at):
    """An instant as the field of the site takes it."""
    return f"{at.astimezone(ZoneInfo('Europe/Paris')):%Y-%m-%dT%H:%M}"


def sheet(number="VIT-1"):
    return shelf.balance_sheet(lot(number).id)


def filled(road, **other):
    """The form as it is filled in."""
    return {
        "indication": "occlusion", "product_id": product(VITRASE).id, "lot": "VIT-1", "volume": "1",
        "route": "SC", "done_at": local(clock.now() - AGO), "words": "Blanching.",
    } | other  # fmt: skip
