"""What the practitioner does in the treatment room, by the doors of the room."""

from typing import Any

from formulary import clock
from formulary.administrations import actions, queries
from formulary.administrations.models import Administration
from formulary.db import transaction
from formulary.rules.units import Quantity
from formulary.stock import queries as shelf
from formulary.stock.queries import BalanceSheet
from tests.support.stages import Road
from tests.support.world import Cast

POINT = Quantity.of("0.05", "mL")


def ml(text: str) -> Quantity:
    """So many millilitres."""
    return Quantity.of(text, "mL")


def practitioner() -> Any:
    """Who gives it."""
    return Cast().actor("practitioner")


def start(road: Road, label: str = "C-0001/1.1", **other: Any) -> Administration:
    """Begin: the label scanned, the patient identified twice, nothing new."""
    patient = road.patient
    told = {"patient_code": patient.code, "born_on": patient.born_on, "anything_new": False}
    by = other.pop("by", None) or practitioner()
    with transaction():
        return actions.start(label, **(told | other), at=clock.now(), by=by)


def points(
    session: Administration, count: int, area: str = "Left cheek", each: str = "0.05", **more: Any
) -> None:
    """Record so many points in one area."""
    told = {"area": area, "points": count, "per_point": ml(each)} | more
    with transaction():
        actions.add_site(session.id, **told, at=clock.now(), by=practitioner())


def close(session: Administration, leftover: str, outcome: str = "given", **more: Any) -> Administration:
    """Close it; read afresh with its sites."""
    by = more.pop("by", None) or practitioner()
    with transaction():
        actions.close(session.id, outcome=outcome, leftover=ml(leftover), **more, at=clock.now(), by=by)
    return queries.administration(session.id, practitioner())


def sheet(number: str) -> BalanceSheet:
    """The mass balance of a lot."""
    [lot] = shelf.lots_with_number(number)
    return shelf.balance_sheet(lot.id)
