"""The buckets worked out the slow way, from every row of the ledger in Python: what answers must equal."""

from __future__ import annotations

from collections import defaultdict

from formulary.accounts import queries as accounts
from formulary.db import db
from formulary.patch_tests.models import PatchTest
from formulary.patients.models import Patient
from formulary.preparations.models import Attempt
from formulary.recalls import queries
from formulary.recalls.queries.steps import steps_from
from formulary.rules.trace import Node, trace
from formulary.stock.models import Lot, Movement, Place, Vial

LIES = ("storage", "quarantine", "in_use", "in_transit")
BY_VIAL = ("quarantine", "in_use", "in_transit")
BUCKET = {"administering": "C", "released": "D", "prepared": "E", "in_preparation": "E"}


def rows():
    """Every movement with the kinds of its ends, what was reversed taken out with its reversal."""
    kinds = {key: kind for key, kind in db.session.execute(db.select(Place.id, Place.kind))}
    every = list(db.session.scalars(db.select(Movement).order_by(Movement.id)))
    gone = {m.reverses_id for m in every if m.reverses_id} | {m.id for m in every if m.reverses_id}
    return [(m, kinds[m.from_place_id], kinds[m.to_place_id]) for m in every if m.id not in gone]


def made_from(lot_id):
    """The lot and all that were made from it, however far."""
    found, parents = {lot_id}, {lot.id: lot.made_from_id for lot in db.session.scalars(db.select(Lot))}
    while grown := {child for child, parent in parents.items() if parent in found} - found:
        found |= grown
    return found


def brute(lot_id):
    """What the ledger says of one lot and those made from it, bucket by bucket; the balance is its own."""
    family, every = made_from(lot_id), rows()
    moves = [row for row in every if row[0].lot_id in family]
    own = [row for row in every if row[0].lot_id == lot_id]
    attempts = {a.id: a for a in db.session.scalars(db.select(Attempt))}
    given, in_fluid, tested = defaultdict(int), defaultdict(int), set()
    for move, source, target in moves:
        if move.document_kind == "attempt":
            in_fluid[move.document_id] += (target == "preparation") * move.quantity
            in_fluid[move.document_id] -= (source == "preparation") * move.quantity
            given[move.document_id] += (target == "patient") * move.quantity
        if target == "patch_test":
            tested.add(move.document_id)
    found = {letter: set() for letter in "CDE"}
    for number, quantity in in_fluid.items():
        if quantity:
            found[BUCKET[attempts[number].state]].add((attempts[number].cocktail_id, quantity))
    received = {(attempts[n].patient_id, attempts[n].cocktail_id, q) for n, q in given.items() if q}
    whom = {who for who, _, _ in received}
    touched = whom | {db.session.get_one(PatchTest, test).patient_id for test in tested}
    told = {"A": received, "patients": len({kept(who) for who in whom}), "B": tested}
    told["trace"] = touched | {kept(who) for who in touched}
    return told | found | lying(moves) | {"balance": balance(own)}


def kept(patient_id):
    """The record that was kept of a patient."""
    row = db.session.get_one(Patient, patient_id)
    return row.merged_into_id or row.id


def lying(moves):
    """What lies sealed and open, and what is gone, by summing both ends of every move."""
    opened = {v.id for v in db.session.scalars(db.select(Vial)) if v.state != "sealed"}
    here, gone = defaultdict(int), defaultdict(int)
    for move, source, target in moves:
        for kind, place, sign in ((source, move.from_place_id, -1), (target, move.to_place_id, 1)):
            if kind in LIES:
                vial = move.vial_id if kind in BY_VIAL else None
                here[(move.lot_id, place, vial)] += sign * move.quantity
            if kind in ("waste", "destroyed", "returned"):
                gone[(kind, move.reason)] += sign * move.quantity
    sealed = {(p, q) for (_, p, v), q in here.items() if q and v not in opened}
    vials = {(v, q) for (_, _, v), q in here.items() if q and v in opened}
    return {"G": sealed, "H": vials, "I": {(*key, q) for key, q in gone.items() if q}}


def balance(moves):
    """What came less what is known, which must be nothing."""
    net = defaultdict(int)
    for move, source, target in moves:
        net[source] -= move.quantity
        net[target] += move.quantity
    return {kind: q for kind, q in net.items() if q}


def answered(lot_id, by, at):
    """The same shape from the answer of the room, with every row of bucket A."""
    lookup = queries.look_up_lots([lot_id], at=at, by=by)
    places = {(p.name, p.site_id): p.id for p in db.session.scalars(db.select(Place))}
    sites = {site.name: site.id for site in accounts.sites()}
    received = defaultdict(int)
    for row in queries.everybody(list(lookup.lots)):
        received[(row.patient_id, row.cocktail_id)] += row.quantity
    mixed = defaultdict(int)
    for row in lookup.under_way:
        mixed[(row.bucket, row.attempt_id, row.cocktail_id)] += row.quantity
    gone = defaultdict(int)
    for flow in (*lookup.wasted, *lookup.returned):
        gone[(flow.kind, flow.reason)] += flow.quantity
    return {
        "A": {(*key, q) for key, q in received.items()},
        "patients": lookup.counts["A"],
        "trace": whom_it_reached(lot_id),
        "B": {t.test_id for t in lookup.tested},
        **{letter: {(c, q) for (b, _, c), q in mixed.items() if b == letter} for letter in "CDE"},
        "G": {(places[(row.place, sites[row.site])], row.quantity) for row in lookup.sealed},
        "H": {(row.vial_id, row.quantity) for row in lookup.opened},
        "I": {(*key, q) for key, q in gone.items()},
        "balance": net_of(lookup.balances[lot_id]),
    }


def whom_it_reached(lot_id):
    """Whom the trace leads to by steps that stand, under every record of theirs that it comes to."""
    begun = Node("lot", lot_id)
    found = trace([begun], steps_from([lot_id])[0])
    return {node.key for node, way in found.items() if node.kind == "patient" and way.stands}


def net_of(sheet):
    """A balance sheet as the net of each end, so that both can be compared."""
    kinds = {
        "supplier": -sheet.received,
        "lost_or_found": sheet.unaccounted - sheet.found,
        "on hand": sheet.on_hand,
        "preparation": sheet.in_preparation + sheet.prepared,
        "patient": sheet.administered,
        "patch_test": sheet.tested,
        "waste": sheet.wasted,
        "returned": sheet.returned,
        "destroyed": sheet.destroyed,
    }
    return {kind: q for kind, q in kinds.items() if q}


def on_hand_together(found):
    """Brute force's balance with the four kinds of stock on hand as one."""
    net = dict(found["balance"])
    here = sum(net.pop(kind, 0) for kind in LIES)
    return found | {"balance": net | ({"on hand": here} if here else {})}
