"""A history of bare facts as the rows that a clinic would have written, in the act under way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from formulary import clock
from formulary.accounts import Role
from formulary.administrations.models import Administration, GivenLot, ImportedUse
from formulary.cocktails.models import Cocktail, Revision
from formulary.db import db
from formulary.db.bulk import load
from formulary.db.files import StoredFile
from formulary.patch_tests.models import PatchTest, PatchTestItem
from formulary.patients.models import Patient
from formulary.preparations.models import Attempt, Draw
from formulary.rules.lot_status import near, normalise
from formulary.stock.models import Lot, Movement, Place, Vial
from tests.recalls.graphs import GIVEN, NUMBERS, Graph, Went, key
from tests.support.builders import a_product
from tests.support.builders.accounts import an_actor, the_site

HASH = "0" * 64
Row = dict[str, Any]


class Ground:
    """Three products, a site with its places and somebody: what every history stands on."""

    def __init__(self) -> None:
        """Make the products; the rest is there."""
        self.products = [a_product().id for _ in range(3)]
        self.site = the_site().id
        self.person = an_actor(the_site(), Role.PHARMACIST).person_id
        self.places = {
            kind: number
            for number, kind in db.session.execute(
                db.select(Place.id, Place.kind).filter_by(site_id=self.site)
            )
        }
        self.at = clock.now()


class Rows:
    """The rows of one graph, table by table, in the order in which they name each other."""

    def __init__(self, graph: Graph, ground: Ground) -> None:
        """Work them all out; nothing is written yet."""
        self.graph, self.ground, self.at = graph, ground, ground.at
        self.by = {"site_id": ground.site, "at": self.at}
        self.rows: dict[Any, list[Row]] = {StoredFile: [self._file()]}
        self.rows |= {
            table: [] for table in (Patient, Lot, Vial, Cocktail, Revision, Attempt, Movement, Draw)
        }
        self.rows |= {t: [] for t in (Administration, PatchTest, PatchTestItem, ImportedUse, GivenLot)}
        for part in (
            self._people,
            self._stock,
            self._mixed,
            self._made,
            self._drawn,
            self._tested,
            self._told,
        ):
            part()

    def write(self) -> None:
        """Write them; what was kept of a patient comes before what was merged into it."""
        self.rows[Patient].sort(key=lambda row: row["merged_into_id"] is not None)
        for table, rows in self.rows.items():
            if rows:
                load(table, rows)

    def _put(self, table: Any, place: int, **row: Any) -> Row:
        self.rows[table].append({"id": key(place), "row_version": 1} | row)
        return self.rows[table][-1]

    def _file(self) -> Row:
        row = {"id": key(0), "kind": "history", "name": "history.csv", "sha256": HASH, "size": 1}
        return row | {"site_id": self.ground.site, "person_id": self.ground.person, "stored_at": self.at}

    def _people(self) -> None:
        for place, kept in enumerate(self.graph.merged):
            row = {"code": f"P-G{place}", "name": "Nobody", "folded": "nobody", "born_on": date(1990, 1, 1)}
            merged = None if kept is None else key(kept)
            more = {"created_at": self.at, "created_by_id": self.ground.person, "merged_into_id": merged}
            self._put(Patient, place, **row, **more)

    def _stock(self) -> None:
        for place, (number, product, made_from) in enumerate(self.graph.lots):
            text = NUMBERS[number]
            row = {"number": text, "normalised": normalise(text), "near": near(text), "created_at": self.at}
            row |= {"product_id": self.ground.products[product], "expires_on": date(2030, 1, 1 + place)}
            self._put(Lot, place, **row, made_from_id=None if made_from is None else key(made_from))
        for place, lot in enumerate(self.graph.vials):
            self._put(Vial, place, code=f"V-G{place}", lot_id=key(lot), site_id=self.ground.site)

    def _mixed(self) -> None:
        """Through the preparation place, as pouring is booked: out of one vial, into the other."""
        for one in self.graph.mixings:
            lot = self.graph.vials[one.vial]
            way = {"document": ("reconstitution", key(one.into)), "reason": "reconstituted"}
            self._move(lot, one.vial, "in_use", "preparation", one.stands, **way)
            self._move(lot, one.into, "preparation", "in_use", one.stands, **way)

    def _made(self) -> None:
        person = self.ground.person
        for place, (patient, state) in enumerate(self.graph.cocktails):
            outcome = state if state.endswith("given") else ""
            held = {"patient_id": key(patient), "site_id": self.ground.site}
            of_it = {"cocktail_id": key(place)}
            now = "administered" if outcome else state
            told = {"code": f"C-G{place}", "state": now, "created_at": self.at, "created_by_id": person}
            self._put(Cocktail, place, **held, **told, outcome=outcome)
            self._put(Revision, place, **of_it, number=1, saved_at=self.at, saved_by_id=person)
            acted = {"prescriber_id": person, "preparer_id": person, "claimed_at": self.at, "state": now}
            bench = {"revision_id": key(place), "place_id": self.ground.places["preparation"]}
            self._put(Attempt, place, **of_it, **held, **bench, **acted)
            if outcome or state == "administering":
                session = {"state": "closed" if outcome else "started", "outcome": outcome, "released": 1}
                began = {"started_at": self.at, "started_by_id": person, "identity": {}}
                self._put(Administration, place, attempt_id=key(place), **of_it, **held, **session, **began)

    def _drawn(self) -> None:
        for draw in self.graph.draws:
            patient, state = self.graph.cocktails[draw.into]
            for lot, moved in self._took(draw, "attempt", "preparation"):
                row = {"attempt_id": key(draw.into), "cocktail_id": key(draw.into), "lot_id": key(lot)}
                row |= {"vial_id": key(draw.vial), "patient_id": key(patient), "movement_id": moved["id"]}
                row |= {"line_number": 1, "volume": 1, "quantity": 1, "drawn_at": self.at}
                drawn = self._put(
                    Draw, len(self.rows[Draw]), **row, by_id=self.ground.person, undone=not draw.stands
                )
                if draw.stands:
                    self._gone(draw, lot, state, drawn)

    def _gone(self, draw: Went, lot: int, state: str, drawn: Row) -> None:
        """What became of it: it reached the patient, or went to waste."""
        if state not in (*GIVEN, "not_given", "wasted"):
            return
        given, way = state in GIVEN, {"document": ("attempt", key(draw.into)), "reason": "administered"}
        self._move(lot, draw.vial, "preparation", "patient" if given else "waste", True, **way)
        if state != "wasted":
            row = {"administration_id": drawn["cocktail_id"], "draw_id": drawn["id"], "at": self.at}
            row |= {name: drawn[name] for name in ("lot_id", "patient_id", "cocktail_id")}
            self._put(GivenLot, len(self.rows[GivenLot]), **row, given=int(given), wasted=int(not given))

    def _tested(self) -> None:
        """A sitting is void where all of it was taken back."""
        graph = self.graph
        stood = {spot.into for spot in graph.spots if spot.stands}
        stood |= {test for test, _, how in graph.loose if how != "taken back"}
        for place, patient in enumerate(graph.tests):
            state = "applied" if place in stood else "void"
            row = {"patient_id": key(patient), "code": f"T-G{place}", "state": state}
            when = {"applied_at": self.at, "recorded_at": self.at, "applied_by_id": self.ground.person}
            self._put(PatchTest, place, **row, **when, site_id=self.ground.site)
        for spot in graph.spots:
            list(self._took(spot, "patch_test", "patch_test"))
            self._spot(spot.into, graph.vials[spot.vial], key(spot.vial))
        for test, lot, how in graph.loose:
            if how != "noted":
                way = {"document": ("patch_test", key(test)), "reason": "patch_tested"}
                self._move(lot, None, "storage", "patch_test", how == "booked", **way)
            self._spot(test, lot, None)

    def _spot(self, test: int, lot: int, vial_id: int | None) -> None:
        number = len(self.rows[PatchTestItem])
        row = {"lot_id": key(lot), "product_id": self.ground.products[self.graph.lots[lot][1]], "quantity": 1}
        of_it = {"test_id": key(test), "vial_id": vial_id, "number": number + 1}
        self._put(PatchTestItem, number, **row, **of_it)

    def _told(self) -> None:
        """By earlier records, from the supplier to the patient."""
        for place, (patient, lot) in enumerate(self.graph.earlier):
            told = {"patient_id": key(patient), "lot_id": key(lot), "at": self.at}
            row = told | {"file_id": key(0), "line": place, "site_id": self.ground.site, "quantity": 1}
            row |= {"product_id": self.ground.products[self.graph.lots[lot][1]], "written": "1 mL"}
            self._put(ImportedUse, place, **row, identity=f"graph {place}", hash=HASH)
            way = {"document": ("imported_use", key(place)), "reason": "imported"}
            self._move(lot, None, "supplier", "patient", True, **way)
            self._put(GivenLot, len(self.rows[GivenLot]), **told, imported_id=key(place), given=1)

    def _took(self, went: Went, document: str, place: str) -> Iterator[tuple[int, Row]]:
        """A row for each lot that lies in the vial itself."""
        for lot in sorted({self.graph.vials[went.vial], *self._fluids(went.vial)}):
            way = {"document": (document, key(went.into)), "reason": "drawn"}
            yield lot, self._move(lot, went.vial, "in_use", place, went.stands, **way)

    def _fluids(self, vial: int) -> Iterator[int]:
        for one in self.graph.mixings:
            if one.into == vial and one.stands:
                yield from (self.graph.vials[one.vial], *self._fluids(one.vial))

    def _move(
        self,
        lot: int,
        vial: int | None,
        source: str,
        target: str,
        stands: bool,
        *,
        document: tuple[str, int],
        reason: str,
    ) -> Row:
        """A movement, and where it was taken back its reversal a minute later."""
        ends = [self.ground.places[source], self.ground.places[target]]
        row = {"lot_id": key(lot), "vial_id": None if vial is None else key(vial), "quantity": 1}
        row |= {"document_kind": document[0], "document_id": document[1], "reason": reason, "hash": HASH}
        row |= {"by_id": self.ground.person, "occurred_at": self.at, "recorded_at": self.at}
        moved = self._put(
            Movement, len(self.rows[Movement]), **row, from_place_id=ends[0], to_place_id=ends[1]
        )
        if not stands:
            back = row | {"occurred_at": self.at + timedelta(minutes=1), "reverses_id": moved["id"]}
            self._put(Movement, len(self.rows[Movement]), **back, from_place_id=ends[1], to_place_id=ends[0])
        return moved
