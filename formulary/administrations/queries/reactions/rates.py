"""How often something was followed by a reaction: n of m sessions, by ingredient, product, lot or formula.

m are the sessions closed as given or partly given in which it reached the patient, at every site; n are
those of them that a reaction which stands was recorded after, each once however many there were. What was
given in an emergency is no session and counts in neither. A rate starts from the reactions, so that its cost
is that of what is listed and of the sessions that gave it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from formulary.administrations.models import (
    EMERGENCY,
    GIVEN,
    Administration,
    AfterRecord,
    GivenLot,
    Reaction,
    ReactionReport,
)
from formulary.catalogue.models import Formula, FormulaVersion, Ingredient, Product
from formulary.cocktails.models import Cocktail, Revision
from formulary.db import db
from formulary.stock.models import Lot

MOST = 100
SUBJECTS = ("ingredient", "product", "lot", "formula")
KEYS = {
    "lot": GivenLot.lot_id,
    "product": Lot.product_id,
    "ingredient": Product.ingredient_id,
    "formula": FormulaVersion.formula_id,
}


@dataclass(frozen=True)
class Span:
    """The sessions that are counted: begun from `since` up to, not at, `until`."""

    since: datetime
    until: datetime

    def holds(self, column: Any) -> Any:
        """That an instant lies in it."""
        return db.and_(column >= self.since, column < self.until)


@dataclass(frozen=True)
class Rate:
    """One subject: of the sessions that gave it, how many a reaction followed, how many a serious one."""

    key: int
    name: str
    detail: str
    followed: int
    serious: int
    given: int


@dataclass(frozen=True)
class Rates:
    """The subjects that a reaction followed, the most often first; `more` says that there are others."""

    rows: tuple[Rate, ...]
    more: bool
    followed: int
    given: int


def rates(subject: str, span: Span, *, most: int = MOST) -> Rates:
    """The rates by a subject within a span; four queries, whatever they find."""
    found = _followed(subject, span, most + 1)
    shown = {key: counts for key, *counts in found[:most]}
    given, names = _given(subject, shown, span), _names(subject, shown)
    rows = (
        Rate(key, *names[key], followed, serious, given.get(key, 0))
        for key, (followed, serious) in shown.items()
    )
    return Rates(tuple(rows), len(found) > most, *_in_all(span))


def behind(subject: str, key: int, span: Span) -> Any:
    """The condition that a reaction is among those behind a rate, for a query about reactions."""
    sessions = _joined(subject, db.select(Reaction.id), span).where(KEYS[subject] == key)
    return Reaction.id.in_(sessions)


def name_of(subject: str, key: int) -> tuple[str, str]:
    """What a subject is called, and what tells it from others; nothing where there is none."""
    return _names(subject, [key]).get(key, ("", ""))


def given_of(subject: str, key: int, span: Span) -> int:
    """In how many sessions one subject was given."""
    return _given(subject, [key], span).get(key, 0)


def _followed(subject: str, span: Span, most: int) -> list[Any]:
    sessions = db.func.count(Reaction.administration_id.distinct())
    grave = db.case((ReactionReport.serious == "yes", Reaction.administration_id))
    columns = (KEYS[subject], sessions, db.func.count(grave.distinct()))
    query = _joined(subject, db.select(*columns), span).group_by(KEYS[subject])
    return list(db.session.execute(query.order_by(sessions.desc(), KEYS[subject]).limit(most)))


def _joined(subject: str, query: Any, span: Span) -> Any:
    """Reactions that stand with their report and what their session gave."""
    last = db.and_(ReactionReport.reaction_id == Reaction.id, ReactionReport.number == Reaction.report_number)
    query = query.select_from(Reaction).join(ReactionReport, last)
    if subject == "formula":
        here = Administration.id == Reaction.administration_id
        query = _to_formula(query.join(Administration, here)).where(_was_given())
    else:
        here = db.and_(GivenLot.administration_id == Reaction.administration_id, GivenLot.given > 0)
        query = _to_product(subject, query.join(GivenLot, here))
    return query.where(
        Reaction.state == "standing",
        span.holds(Reaction.treated_at),
        _of_sessions(Reaction.administration_id),
    )


def _given(subject: str, keys: Iterable[int], span: Span) -> dict[int, int]:
    key = KEYS[subject]
    if subject == "formula":
        query = db.select(key, db.func.count(Administration.id.distinct())).select_from(Administration)
        query = _to_formula(query).where(_was_given(), span.holds(Administration.started_at))
    else:
        query = db.select(key, db.func.count(GivenLot.cocktail_id.distinct())).select_from(GivenLot)
        query = _to_product(subject, query).where(GivenLot.given > 0, span.holds(GivenLot.at))
        query = query.where(_of_sessions(GivenLot.administration_id))
    rows = db.session.execute(query.where(key.in_(list(keys))).group_by(key))
    return {row[0]: row[1] for row in rows}


def _to_product(subject: str, query: Any) -> Any:
    """As far up from the lots as the subject asks."""
    if subject == "lot":
        return query
    query = query.join(Lot, Lot.id == GivenLot.lot_id)
    return query.join(Product, Product.id == Lot.product_id) if subject == "ingredient" else query


def _to_formula(query: Any) -> Any:
    """From sessions to the formula of the revision that was given."""
    last = db.and_(Revision.cocktail_id == Cocktail.id, Revision.number == Cocktail.revision_number)
    query = query.join(Cocktail, Cocktail.id == Administration.cocktail_id).join(Revision, last)
    return query.join(FormulaVersion, FormulaVersion.id == Revision.formula_version_id)


def _was_given() -> Any:
    closed = (Administration.state == "closed", Administration.outcome.in_(GIVEN))
    return db.and_(*closed, _of_sessions(Administration.id))


def _of_sessions(column: Any) -> Any:
    """That a row is of a session, and of none that was given in an emergency."""
    emergencies = db.select(AfterRecord.administration_id).where(AfterRecord.kind == EMERGENCY)
    return column.not_in(emergencies)


def _in_all(span: Span) -> tuple[int, int]:
    """Of all sessions given in the span: how many were followed by a reaction, and how many there were."""
    given = db.select(db.func.count(Administration.id))
    given = given.where(_was_given(), span.holds(Administration.started_at))
    followed = db.select(db.func.count(Reaction.administration_id.distinct()))
    followed = followed.join(Administration, Administration.id == Reaction.administration_id)
    followed = followed.where(_was_given(), Reaction.state == "standing", span.holds(Reaction.treated_at))
    row = db.session.execute(db.select(followed.scalar_subquery(), given.scalar_subquery())).one()
    return row[0], row[1]


def _names(subject: str, keys: Iterable[int]) -> Mapping[int, tuple[str, str]]:
    queries = {
        "lot": db.select(Lot.id, Lot.number, Product.name).join(Product, Product.id == Lot.product_id),
        "product": db.select(Product.id, Product.name, Ingredient.name).join(
            Ingredient, Ingredient.id == Product.ingredient_id
        ),
        "ingredient": db.select(Ingredient.id, Ingredient.name, db.literal("")),
        "formula": db.select(Formula.id, Formula.name, db.literal("")),
    }
    keyed = {"lot": Lot.id, "product": Product.id, "ingredient": Ingredient.id, "formula": Formula.id}
    wanted = queries[subject].where(keyed[subject].in_(list(keys)))
    return {row[0]: (row[1], row[2]) for row in db.session.execute(wanted)}
