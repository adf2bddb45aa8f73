"""Whatever three people at two sites do in whatever order: nothing is lost, and all of it is provable."""

from __future__ import annotations

import os
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from formulary import clock
from formulary.accounts import Actor, Role
from formulary.audit import record
from formulary.audit.queries import chain_faults
from formulary.db import Missing, db, transaction
from formulary.rules.units import VOLUME, Quantity
from formulary.stock import actions as stock
from formulary.stock import queries
from formulary.stock.labels import REASONS_FOR
from formulary.stock.models import Balance, Hold, Lot, Movement, Place, Reservation
from formulary.stock.queries import proof
from tests.stock.any_order import DONE, There, balances, one_of
from tests.support.builders import a_policy, a_powder, a_product
from tests.support.builders.accounts import an_actor
from tests.support.watch import Watch
from tests.support.world import Cast

SEQUENCES = int(os.environ.get("FORMULARY_SEQUENCES", "5"))
STEPS = 25
ONE = 5_000_000
ANY = st.integers(min_value=0, max_value=11)
MULTI = {"container": "multi_dose", "after_puncture_h": 48, "after_reconstitution_h": 24}
AWAITED = ("sent", "missing")
SEALED_GOES = st.sampled_from(["storage", "quarantine"])
ENDS = ("patient", "waste", "patch_test")


class Clinic(There):
    """Two pharmacists and a technician, with a solution, a powder and a diluent."""

    def __init__(self) -> None:
        super().__init__()
        cast = Cast()
        self.first = db.session.scalar(db.select(db.func.coalesce(db.func.max(Lot.id), 0))) or 0
        self.sites = [cast.site.id, cast.other_site.id]
        self.people = [cast.actor("pharmacist"), cast.actor("technician")]
        self.people.append(an_actor(cast.other_site, Role.PHARMACIST))
        self.products = [a_product(**MULTI).id, a_powder(**MULTI).id, a_product().id]
        self.attempts = self.steps = 0
        for who in (1, 2):
            for product in range(3):
                self.receive(who, product, number=0, containers=6, away=False)
                self.open(who, product, late=False)
        self.reconstitute(1, 0, 0, 8, sealed=False)
        self.pack_lot(1, 0, 2)
        self.pack_vial(1, 0)
        self.send(0)

    # what they do

    @rule(who=ANY, product=ANY, number=st.integers(0, 2), containers=st.integers(1, 4), away=st.booleans())
    def receive(self, who: int, product: int, number: int, containers: int, *, away: bool) -> None:
        def act(by: Actor) -> None:
            place = self.here(by, "quarantine" if away else "storage")
            given = {"number": f"L{number}", "expires_on": date(2027, 11, 30), "containers": containers}
            chosen = one_of(self.products, product)
            stock.receive_lot(
                by.site_id, product_id=chosen, place_id=place.id, second_record=True, **given, **self.now(by)
            )

        self.act(who, act)

    @rule(who=ANY, which=ANY, late=st.booleans())
    def open(self, who: int, which: int, *, late: bool) -> None:
        def act(by: Actor) -> None:
            lot, place, _ = one_of(self.lying(by, "storage"), which)
            more = {"opened_at": clock.now() - timedelta(hours=1), "late_reason": "busy"} if late else {}
            stock.open_vial(lot, place=place, **self.now(by), **more)

        self.act(who, act)

    @rule(who=ANY, which=ANY, source=ANY, ml=st.integers(1, 12), sealed=st.booleans())
    def reconstitute(self, who: int, which: int, source: int, ml: int, *, sealed: bool) -> None:
        def act(by: Actor) -> None:
            powders = [v for v in self.vials(site=by.site_id) if v.lot.product_id == self.products[1]]
            diluents = [v for v in self.vials(site=by.site_id) if v.lot.product_id == self.products[2]]
            given: dict[str, Any] = {"volume": Quantity(ml * 500_000, VOLUME)}
            if sealed:
                shelf = [(lot, place) for lot, place, _ in self.lying(by, "storage")]
                fits = [pair for pair in shelf if pair[0].product_id == self.products[2]]
                lot, place = one_of(fits, source)
                given |= {"diluent_lot": lot, "diluent_source": place}
            else:
                diluent = one_of(diluents, source)
                given |= {"diluent_lot": diluent.lot, "diluent_source": stock.where_is(diluent)}
                given |= {"diluent_vial": diluent}
            stock.reconstitute(one_of(powders, which), **given, **self.now(by))

        self.act(who, act)

    @rule(who=ANY, which=ANY, tenths=st.integers(1, 20), end=ANY, stays=st.booleans())
    def draw(self, who: int, which: int, tenths: int, end: int, *, stays: bool) -> None:
        """A volume is drawn into a preparation, and given, tested, wasted, or left there."""

        def act(by: Actor) -> None:
            full = [v for v in self.vials(site=by.site_id) if queries.volume_left(v)]
            vial, self.attempts = one_of(full, which), self.attempts + 1
            document, bench = ("attempt", self.attempts), self.here(by, "preparation")
            given = {"document": document, "for_patient": 7, "for_ref": "session:1", **self.now(by)}
            volume = Quantity(tenths * 100_000, VOLUME)
            rows = [t.movement for t in stock.take(vial, volume, target=bench, reason="drawn", **given)]
            for row in [] if stays else list(rows):
                kind = ENDS[end % len(ENDS)]
                reason = "not_given" if kind == "waste" else "administered"
                ends = {"source": bench, "target": self.here(by, kind), "quantity": row.quantity}
                when = {"occurred_at": clock.now(), **self.now(by)}
                lot = queries.lot(row.lot_id)
                rows.append(stock.post(lot=lot, vial=vial, reason=reason, document=document, **ends, **when))
            record("test.draw", vial, movements=rows, **self.now(by))

        self.act(who, act)

    @rule(who=ANY)
    def undraw(self, who: int) -> None:
        """The last draw that nothing followed is reversed, ingredient and diluent."""

        def act(by: Actor) -> None:
            document = ("attempt", self.attempts)
            query = db.select(Movement).filter_by(document_kind=document[0], document_id=document[1])
            rows = list(db.session.scalars(query.where(Movement.lot_id > self.first).order_by(Movement.id)))
            if not rows or any(row.reason != "drawn" or row.reverses_id for row in rows):
                raise Missing("nothing to reverse")
            if queries.moved_since(rows[0]):
                raise Missing("it has moved since")
            made = [stock.reverse(row, **self.now(by)) for row in reversed(rows)]
            record("test.undo", rows[0], movements=made, **self.now(by))

        self.act(who, act)

    @rule(who=ANY, which=ANY, part=st.booleans(), reason=ANY)
    def waste_vial(self, who: int, which: int, reason: int, *, part: bool) -> None:
        def act(by: Actor) -> None:
            vial = one_of(self.vials(site=by.site_id), which)
            why = one_of(REASONS_FOR["waste"], reason)
            volume = Quantity(700_001, VOLUME) if part else None
            stock.waste_vial(vial, reason=why, remark="seen", volume=volume, **self.now(by))

        self.act(who, act)

    @rule(who=ANY, which=ANY, containers=st.integers(1, 3))
    def waste_lot(self, who: int, which: int, containers: int) -> None:
        def act(by: Actor) -> None:
            lot, place, _ = one_of(self.lying(by, "storage", "quarantine"), which)
            quantity = containers * (lot.product.content or 1)
            stock.waste_lot(lot, place=place, quantity=quantity, reason="broken", **self.now(by))

        self.act(who, act)

    @rule(who=ANY, stream=ANY)
    def dispose(self, who: int, stream: int) -> None:
        def act(by: Actor) -> None:
            stream_id = one_of([None, *(row.id for row in queries.streams(by.site_id))], stream)
            stock.dispose(by.site_id, stream_id=stream_id, method="incinerated", **self.now(by))

        self.act(who, act)

    @rule(
        who=ANY, which=ANY, goes_to=st.sampled_from(["storage", "quarantine"]), containers=st.integers(1, 2)
    )
    def move_lot(self, who: int, which: int, goes_to: str, containers: int) -> None:
        def act(by: Actor) -> None:
            lot, place, _ = one_of(self.lying(by, "storage", "quarantine"), which)
            ends = {"source": place, "target": self.here(by, goes_to)}
            stock.move_lot(lot, quantity=containers * (lot.product.content or 1), **ends, **self.now(by))

        self.act(who, act)

    @rule(who=ANY, which=ANY, goes_to=st.sampled_from(["in_use", "quarantine"]))
    def move_vial(self, who: int, which: int, goes_to: str) -> None:
        def act(by: Actor) -> None:
            vial = one_of(self.vials(site=by.site_id), which)
            stock.move_vial(vial, target=self.here(by, goes_to), **self.now(by))

        self.act(who, act)

    @rule(who=ANY, which=ANY)
    def release_lot(self, who: int, which: int) -> None:
        def act(by: Actor) -> None:
            lot, _, _ = one_of(self.lying(by, "quarantine"), which)
            stock.release_lot(lot, place=self.here(by, "storage"), remark="seen", **self.now(by))

        self.act(who, act)

    @rule(who=ANY, which=ANY, vial=st.booleans())
    def hold(self, who: int, which: int, *, vial: bool) -> None:
        def act(by: Actor) -> None:
            chosen = one_of(self.vials() if vial else self.lots(), which)
            stock.place_hold("vial" if vial else "lot", chosen.id, reason="a crack", **self.now(by))

        self.act(who, act)

    @rule(who=ANY, which=ANY)
    def release_hold(self, who: int, which: int) -> None:
        def act(by: Actor) -> None:
            standing = db.session.scalars(db.select(Hold).where(Hold.released_at.is_(None)).order_by(Hold.id))
            stock.release_hold(one_of(list(standing), which).id, reason="a shadow", **self.now(by))

        self.act(who, act)

    @rule(who=ANY, which=ANY, ref=st.integers(1, 3), share=st.integers(1, 4))
    def reserve(self, who: int, which: int, ref: int, share: int) -> None:
        def act(by: Actor) -> None:
            db.session.info["audited"] = True
            lot, place, steps = one_of(self.lying(by, "storage"), which)
            stock.reserve(f"cocktail:{ref}", [stock.Pick(lot.id, steps // share, place.id)], **self.now(by))

        self.act(who, act)

    @rule(ref=st.integers(1, 3))
    def unreserve(self, ref: int) -> None:
        def act(by: Actor) -> None:
            db.session.info["audited"] = True
            stock.end_reservations(f"cocktail:{ref}", why="given up", at=clock.now())

        self.act(0, act)

    @rule(who=ANY, which=ANY, containers=st.integers(1, 3))
    def return_lot(self, who: int, which: int, containers: int) -> None:
        def act(by: Actor) -> None:
            lot, place, _ = one_of(self.lying(by, "storage", "quarantine"), which)
            quantity = containers * (lot.product.content or 1)
            stock.return_lot(lot, place=place, quantity=quantity, reason="defect", **self.now(by))

        self.act(who, act)

    @rule(who=ANY, which=ANY)
    def return_vial(self, who: int, which: int) -> None:
        def act(by: Actor) -> None:
            stock.return_vial(one_of(self.vials(site=by.site_id), which), reason="defect", **self.now(by))

        self.act(who, act)

    @rule(who=ANY, which=ANY, containers=st.integers(1, 3))
    def pack_lot(self, who: int, which: int, containers: int) -> None:
        def act(by: Actor) -> None:
            lot, place, _ = one_of(self.lying(by, "storage"), which)
            quantity, to = containers * (lot.product.content or 1), self.other(by)
            stock.pack_lot(lot, to_site_id=to, place=place, quantity=quantity, **self.now(by))

        self.act(who, act)

    @rule(who=ANY, which=ANY)
    def pack_vial(self, who: int, which: int) -> None:
        def act(by: Actor) -> None:
            vial = one_of(self.vials(site=by.site_id), which)
            stock.pack_vial(vial, to_site_id=self.other(by), **self.now(by))

        self.act(who, act)

    @rule(which=ANY)
    def send(self, which: int) -> None:
        def act(by: Actor) -> None:
            mine = [box for box in self.transfers("packing") if box.site_id == by.site_id]
            stock.send_transfer(one_of(mine, which).id, why="needed_there", **self.now(by))

        self.act(which, act)

    @rule(who=ANY, which=ANY)
    def call_back(self, who: int, which: int) -> None:
        def act(by: Actor) -> None:
            box = one_of(self.transfers("packing", "sent"), which)
            stock.cancel_transfer(box.id, reason="no courier", **self.now(by))

        self.act(who, act)

    @rule(which=ANY, damaged=st.booleans(), less=st.booleans())
    def arrive(self, which: int, *, damaged: bool, less: bool) -> None:
        def act(by: Actor) -> None:
            coming = [box for box in self.transfers(*AWAITED) if box.to_site_id == by.site_id]
            box = one_of(coming, which)
            came = []
            for line in queries.lines_of([box.id])[box.id]:
                left, one = line.row.outstanding, line.lot.product.content or 1
                whole = left if line.vial is not None or not less else max(0, left - one)
                place = self.here(by, "storage" if line.vial is None else "in_use")
                parts = (0, whole) if damaged else (whole, 0)
                came.append(stock.Arrived(line.row.id, *parts, place))
            stock.receive_transfer(box.id, came=came, remark="looked at", **self.now(by))

        self.act(2 if any(b.to_site_id == self.sites[1] for b in self.transfers(*AWAITED)) else 0, act)

    @rule(who=ANY, which=ANY)
    def lose(self, who: int, which: int) -> None:
        def act(by: Actor) -> None:
            box = one_of(self.transfers("missing"), which)
            lines = [line for line in queries.lines_of([box.id])[box.id] if line.row.outstanding]
            stock.lose(box.id, one_of(lines, which).row.id, reason="torn", **self.now(by))

        self.act(who, act)

    @rule(who=ANY, kind=st.sampled_from(["storage", "in_use", "quarantine"]), more=st.integers(-2, 2))
    def count(self, who: int, kind: str, more: int) -> None:
        """A place is counted and closed: so many containers more or fewer than there are."""

        def act(by: Actor) -> None:
            count = stock.open_count(by.site_id, [self.here(by, kind).id], **self.now(by))
            for line in queries.count_lines(count.id):
                self.count_line(count.id, line, more, by)
            stock.close_count(count.id, reason="in daylight", **self.now(by))

        self.act(who, act)

    def count_line(self, count_id: int, line: Any, more: int, by: Actor) -> None:
        given: dict[str, Any] = {"outcome": "not_counted"}
        if line.vial is None:
            held = queries.locked_quantity(line.place, line.lot.id, None)
            found = max(0, held // (line.lot.product.content or 1) + more)
            given = {"outcome": "counted", "containers": found} if found else {"outcome": "none"}
        elif (left := queries.volume_left(line.vial)) and left > abs(more):
            given = {"outcome": "counted", "part": Quantity(left - abs(more), VOLUME)}
        stock.count_line(line.row.id, count_id, **given, **self.now(by))

    @rule(who=ANY, which=ANY, more=st.integers(1, 3))
    def happened(self, who: int, which: int, more: int) -> None:
        """More was used than the ledger knew of, and it is recorded late all the same."""

        def act(by: Actor) -> None:
            lot, place, steps = one_of(self.lying(by, "storage"), which)
            ends = {"source": place, "target": self.here(by, "patient"), "quantity": steps + more * ONE}
            told = {"reason": "administered", "document": ("attempt", None), "what": "more was given"}
            when = {"occurred_at": clock.now() - timedelta(hours=3), **self.now(by)}
            found = stock.record_shortfall(lot=lot, **ends, **told, **when)
            record("test.late", lot, movements=found.movements, **self.now(by))

        self.act(who, act)

    @rule(who=ANY)
    def undo(self, who: int) -> None:
        def act(by: Actor) -> None:
            entry = stock.undoable_now(by, clock.now())
            if entry is None:
                raise Missing("nothing to undo")
            stock.undo(entry.id, why="a slip", **self.now(by))

        self.act(who, act)

    @rule(minutes=st.sampled_from([1, 5, 20, 600]))
    def time_passes(self, minutes: int) -> None:
        WATCHES[-1].move(minutes=minutes)

    # what always holds

    @invariant()
    def nothing_is_lost(self) -> None:
        """Every lot's sheet ends at zero, every balance is the sum of its movements, and none is negative."""
        db.session.expire_all()
        self.steps += 1
        for lot in self.lots() if self.steps % 5 == 0 else ():
            balances(lot)
        assert list(proof.movement_faults()) == []
        below = db.select(Balance.id).where(Balance.quantity < 0)
        assert db.session.scalars(below).all() == []

    @invariant()
    def each_vial_says_where_it_is(self) -> None:
        """A vial is open where something of its own lot is in it, at the site that it belongs to."""
        for vial in self.vials():
            lies = queries.contents(vial_id=vial.id, lot_id=vial.lot_id)
            assert len(lies) == 1, f"{vial} stands open in {lies}"
            site_id = db.session.get_one(Place, lies[0].place_id).site_id
            assert site_id == vial.site_id
            left = queries.volume_left(vial)
            assert left is None or left > 0

    def teardown(self) -> None:
        """At the end the whole ledger and its trail are proved."""
        for lot in self.lots():
            balances(lot)
        assert [*proof.ledger_faults(), *chain_faults()] == []
        with transaction() as session:
            session.info["audited"] = True
            ended = {"ended_at": clock.now(), "ended_why": "over"}
            db.session.execute(db.update(Reservation).where(Reservation.ended_at.is_(None)).values(ended))


WATCHES: list[Watch] = []


@pytest.mark.usefixtures("cast")
def test_whatever_is_done_in_whatever_order_everything_adds_up(app: Flask, watch: Watch) -> None:
    for site in (Cast().site, Cast().other_site):
        a_policy(site, "first_receipt_quarantine", {"required": False})
        a_policy(site, "count_variance", {"share": "10", "containers": "9", "volume": "9"})
    WATCHES.append(watch)
    DONE.clear()
    run_state_machine_as_test(
        Clinic,
        settings=settings(
            max_examples=SEQUENCES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize="FORMULARY_SEQUENCES" not in os.environ,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False,
        ),
    )
    print(sorted(DONE.items()))
