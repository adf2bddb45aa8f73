"""A long history told in brief: of each cocktail what a recall reads, proved like any other, and no more.

Five products, whose lots serve from 5 cocktails to 20,000, so that an answer of every length is in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from random import Random
from typing import Any

from formulary.accounts import Operator
from formulary.administrations.models import Administration, GivenLot
from formulary.audit import record
from formulary.bench.history.book import Book, Entry, Purpose
from formulary.bench.history.exposing import expose
from formulary.bench.history.ground import Hand, stand_on
from formulary.bench.history.lots import Lots
from formulary.bench.history.people import People, Person
from formulary.bench.history.recipes import TENTH, Recipe
from formulary.bench.history.telling import Progress
from formulary.bench.history.vials import Open, Vials
from formulary.bench.history.wares import Ware
from formulary.catalogue.models import Ingredient, Product
from formulary.cocktails.models import Cocktail, Revision
from formulary.db import db, transaction
from formulary.preparations.models import Attempt, Draw

SERVES = (5, 50, 500, 2_000, 20_000)
"""In how many cocktails a lot of each product is; the last is what fills up."""
DRAWS = len(SERVES)
"""So many draws make a cocktail."""
AT_ONCE, PATIENTS = 500, 40_000
NAME = "Recalled for the bench"
CONTENT, TEN_MG, ONE_ML = 100_000_000, 10_000_000, 1_000_000
SPREAD, KEEPS = timedelta(days=250), timedelta(hours=12)
WAITING, SHARE = 200, 100
"""One cocktail in a hundred, and no more than 200, is released and waits to be given."""


def tell_in_brief(draws: int, *, at: datetime, by: Operator) -> Iterator[Progress]:
    """Write a history of so many draws that ends at `at`, and say after each transaction how far it is.

    What is kept in mind does not grow with it.
    """
    cocktails = draws // DRAWS
    with transaction():
        _lay_out(at=at, by=by)
    with transaction():
        ground = stand_on(None, {"draws": draws, "told": "in brief"}, at=at, by=by)
    recipe = _recipe(tuple(ware for ware in ground.wares if ware.name.startswith(NAME)))
    brief = Brief(Book(ground), recipe, Random(1), cocktails, at)  # noqa: S311 - always the same history
    acts, done = brief.acts(), 0
    while done < cocktails:
        with transaction():
            brief.book.open()
            done += sum(islice(acts, AT_ONCE))
            brief.book.save()
        brief.forget()
        yield Progress(done * DRAWS, cocktails * DRAWS, "draws")


def _lay_out(*, at: datetime, by: Operator) -> None:
    """The five products, each of an ingredient of its own, in vials for many doses."""
    for number in range(1, DRAWS + 1):
        ingredient = Ingredient(name=f"{NAME} {number}", role="diluent" if number == DRAWS else "active")
        db.session.add(ingredient)
        db.session.flush()
        strength = {"strength_amount": TEN_MG, "strength_volume": ONE_ML, "dimension": "mass"}
        vials = {"container": "multi_dose", "content": CONTENT, "after_puncture_h": 100_000}
        kind = {"form": "solution", "ledger": "volume", **vials, **strength}
        db.session.add(Product(ingredient_id=ingredient.id, name=f"{NAME} {number}", **kind))
    record("bench.products", ingredient, by=by, at=at, new={"products": DRAWS})


def _recipe(wares: tuple[Ware, ...]) -> Recipe:
    return Recipe(tuple((ware, (number + 2) * TENTH) for number, ware in enumerate(wares, 1)))


@dataclass(slots=True)
class Drawn:
    """One line of a cocktail as it was drawn: its row, from which vial, how much."""

    id: int
    vial: Open
    quantity: int


class Brief:
    """Tells the cocktails one after the other, evenly over the days before `at`."""

    def __init__(self, book: Book, recipe: Recipe, dice: Random, cocktails: int, at: datetime) -> None:
        """Stand at the beginning: nobody is registered, and nothing has come in."""
        self.book, self.recipe, self.cocktails = book, recipe, cocktails
        serves = {ware.id: most for (ware, _), most in zip(recipe.lines, SERVES, strict=True)}
        self.vials = Vials(book, Lots(book, dice, serves), recipe.diluent)
        self.people = People(book, self.vials, dice, [recipe])
        self.begins, self.step = at - SPREAD, SPREAD / (cocktails + 1)
        self.gone: list[int] = []

    def acts(self) -> Iterator[int]:
        """A cocktail each; a patient is registered when first prepared for."""
        waiting = min(WAITING, self.cocktails // SHARE)
        for number in range(self.cocktails):
            at = self.begins + self.step * number
            person = self._person(number, at)
            self._tell(person, at, is_given=number < self.cocktails - waiting)
            yield 1

    def forget(self) -> None:
        """Lots that are used up never move again: nothing of them need be kept in mind."""
        self.book.forget(self.gone)
        self.gone = []

    def _person(self, number: int, at: datetime) -> Person:
        if number < PATIENTS:
            return self.people.register(at=at, by=self._hand("prescriber"))
        return self.people.known[number % PATIENTS]

    def _hand(self, part: str) -> Hand:
        return self.book.ground.staff[part]

    def _tell(self, person: Person, at: datetime, *, is_given: bool) -> None:
        state = "administered" if is_given else "released"
        cocktail, attempt = self._prepared(person, at, state)
        moved = list[Entry]()
        drawn = [
            self._draw(line, person, (cocktail, attempt), at, moved)
            for line in enumerate(self.recipe.lines, 1)
        ]
        new: dict[str, Any] = {"patient": person.id, "draws": [row.id for row in drawn]}
        by = self._hand("preparer")
        self.book.note("preparations.draw", Attempt, attempt, by=by, at=at, new=new, movements=moved)
        if is_given:
            self._given(person, (cocktail, attempt), drawn, at + self.step / 2)

    def _prepared(self, person: Person, at: datetime, state: str) -> tuple[int, int]:
        """The cocktail, what was signed of it, and its preparation up to the release."""
        ours = {"patient_id": person.id, "site_id": self.book.ground.site_id}
        prescriber, verifier, releaser, preparer = (
            self._hand(part).person_id for part in ("prescriber", "verifier", "releaser", "preparer")
        )
        outcome, told = "given" if state == "administered" else "", {"row_version": 1}
        made = {"created_at": at, "created_by_id": prescriber, "outcome": outcome}
        cocktail = self.book.add(
            Cocktail, code=self.book.code("C"), **ours, state=state, planned_for=at, **made, **told
        )
        signed = {
            "prescriber_id": prescriber,
            "prescribed_at": at,
            "verifier_id": verifier,
            "verified_at": at,
        }
        saved = {"saved_at": at, "saved_by_id": prescriber, "state": "frozen", "number": 1}
        revision = self.book.add(
            Revision, cocktail_id=cocktail, target=self.recipe.target, **saved, **signed, **told
        )
        whose = {"cocktail_id": cocktail, "revision_id": revision, **ours}
        hands = {"prescriber_id": prescriber, "verifier_id": verifier, "preparer_id": preparer}
        when = {"claimed_at": at, "prepared_at": at, "released_at": at, "beyond_use_at": at + KEEPS}
        where = {"place_id": self.book.ground.places["preparation"], "total": self.recipe.target}
        attempt = self.book.add(
            Attempt, **whose, **hands, **when, **where, state=state, releaser_id=releaser, **told
        )
        return cocktail, attempt

    def _draw(
        self,
        line: tuple[int, tuple[Ware, int]],
        person: Person,
        keys: tuple[int, int],
        at: datetime,
        moved: list[Entry],
    ) -> Drawn:
        number, (ware, volume) = line
        (cocktail, attempt), by = keys, self._hand("preparer")
        vial = self.vials.with_volume(ware, volume, person.id, at=at, by=by)
        purpose = Purpose("in_use", "preparation", "drawn", ("attempt", attempt))
        [part] = self.vials.take(vial, volume, purpose, at=at, by=by)
        moved.append(part.entry)
        whose = {"attempt_id": attempt, "cocktail_id": cocktail, "patient_id": person.id}
        what = {"lot_id": vial.lot.id, "vial_id": vial.id, "volume": volume, "quantity": volume}
        how = {"movement_id": part.entry[0], "drawn_at": at, "by_id": by.person_id, "scan": vial.code}
        return Drawn(self.book.add(Draw, **whose, **what, **how, line_number=number), vial, volume)

    def _given(self, person: Person, keys: tuple[int, int], drawn: list[Drawn], at: datetime) -> None:
        """The session, begun and closed at once: every lot of the cocktail reached the patient."""
        (cocktail, attempt), by, target = keys, self._hand("prescriber"), self.recipe.target
        whose = {"attempt_id": attempt, "cocktail_id": cocktail, "patient_id": person.id}
        times = {
            "started_at": at,
            "started_by_id": by.person_id,
            "closed_at": at,
            "closed_by_id": by.person_id,
        }
        closed = {
            "state": "closed",
            "outcome": "given",
            "given": target,
            "released": target,
            "row_version": 1,
        }
        session = self.book.add(
            Administration, **whose, **times, **closed, site_id=by.site_id, identity={"code": person.code}
        )
        purpose = Purpose("preparation", "patient", "administered", ("attempt", attempt))
        moved = [self.book.move(row.vial.lot.id, None, purpose, row.quantity, by=by, at=at) for row in drawn]
        for row, (ware, _) in zip(drawn, self.recipe.lines, strict=True):
            self._reached(session, row, {"cocktail_id": cocktail, "patient_id": person.id}, at)
            document = ("administration", session)
            expose(self.book, ware, row.quantity, patient_id=person.id, document=document, at=at)
        new = {"outcome": "given", "patient": person.id, "draws": [row.id for row in drawn]}
        self.book.note(
            "administrations.close", Administration, session, by=by, at=at, new=new, movements=moved
        )
        lots = [row.vial.lot for row in drawn]
        self.vials.served(lots, at=at, by=by)
        self.gone += [lot.id for lot in lots if lot.served >= lot.serves]

    def _reached(self, session: int, row: Drawn, whose: dict[str, int], at: datetime) -> None:
        of = {"administration_id": session, "draw_id": row.id, "lot_id": row.vial.lot.id}
        self.book.add(GivenLot, **of, **whose, given=row.quantity, at=at)
