"""Acts of these tests: each in a transaction of its own with its entry, as a room above would do it."""

from __future__ import annotations

from datetime import date
from typing import Any

from formulary import clock
from formulary.accounts import Actor, Role
from formulary.audit import record
from formulary.db import transaction
from formulary.rules.units import Quantity
from formulary.stock import actions as stock
from formulary.stock import queries
from formulary.stock.models import Lot, Movement, Vial
from tests.support.builders import the_place
from tests.support.builders.accounts import an_actor, the_site

EXPIRES = date(2027, 11, 30)


def q(text: str) -> Quantity:
    """`q("0.5 mL")`."""
    number, unit = text.split(" ")
    return Quantity.of(number, unit)


def somebody(role: Role = Role.PHARMACIST) -> Actor:
    """A pharmacist of the site in Paris."""
    return an_actor(the_site(), role)


def received(product_id: int, number: str = "L2231", *, containers: int = 3, **more: Any) -> Lot:
    """A delivery to the shelf."""
    given = {"expires_on": EXPIRES, "place_id": the_place().id, "at": clock.now(), "by": somebody()} | more
    with transaction():
        return stock.receive_lot(
            the_site().id, product_id=product_id, number=number, containers=containers, **given
        )


def opened(lot: Lot, **more: Any) -> Vial:
    """One container of the lot, opened from the shelf."""
    with transaction():
        return stock.open_vial(
            queries.lot(lot.id), **{"place": the_place(), "at": clock.now(), "by": somebody()} | more
        )


def reconstituted(vial: Vial, diluent: Lot, volume: str = "4 mL", **more: Any) -> Vial:
    """The powder of a vial with its diluent."""
    given = {"diluent_source": the_place(), "at": clock.now(), "by": somebody()} | more
    with transaction():
        return stock.reconstitute(
            queries.vial(vial.id), diluent_lot=queries.lot(diluent.id), volume=q(volume), **given
        )


def drawn(
    vial: Vial, volume: str, *, attempt: int = 1, document: str = "attempt", **more: Any
) -> list[stock.Taken]:
    """A volume of the vial, drawn into a preparation."""
    given = {"target": the_place("preparation"), "at": clock.now(), "by": somebody()} | more
    with transaction():
        vial = queries.vial(vial.id)
        taken = stock.take(vial, q(volume), reason="drawn", document=(document, attempt), **given)
        record("test.draw", vial, by=given["by"], at=given["at"], movements=[t.movement for t in taken])
    return taken


def posted(
    lot: Lot, source: str, target: str, quantity: int, *, reason: str = "administered", **more: Any
) -> Movement:
    """So many steps from one kind of place to another."""
    at, by = clock.now(), somebody()
    given = {"document": ("attempt", 1), "occurred_at": at, "at": at, "by": by} | more
    with transaction():
        ends = {"source": the_place(source), "target": the_place(target)}
        movement = stock.post(lot=queries.lot(lot.id), quantity=quantity, reason=reason, **ends, **given)
        record("test.post", lot, by=by, at=at, movements=[movement])
    return movement


def undone(movement: Movement) -> Movement:
    """The row, reversed."""
    at, by = clock.now(), somebody()
    with transaction():
        opposite = stock.reverse(movement, at=at, by=by, why="a slip")
        record("test.undo", movement, by=by, at=at, movements=[opposite])
    return opposite


def held(kind: str, number: int, **more: Any) -> Any:
    """A hold."""
    given = {"reason": "a crack was seen", "at": clock.now(), "by": somebody()} | more
    with transaction():
        return stock.place_hold(kind, number, **given)


def lies(lot: Lot, kind: str) -> int:
    """What the balances of the site say lies at a place of this kind."""
    return sum(c.quantity for c in queries.contents(lot_id=lot.id, place_id=the_place(kind).id))


def refused_codes(refusal: Any) -> list[str]:
    """The codes of a caught refusal."""
    return [finding.code for finding in refusal.value.findings]


def reason_of(refusal: Any) -> str:
    """The first reason of a caught refusal, with ordinary spaces."""
    return refusal.value.findings[0].reason.replace("\N{NO-BREAK SPACE}", " ")
