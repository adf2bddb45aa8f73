"""What the rules of a draw look at: of all that is known of a cocktail a part, and no more than that part."""

from dataclasses import replace
from typing import Any

import pytest

from formulary.rules.checklist import asked_at, run
from formulary.rules.checklist.table import RULES
from formulary.rules.facts import Cocktail, LimitPer
from formulary.rules.findings import Stage
from tests.rules.builders import (
    AT,
    GLUTATHIONE,
    SALINE,
    TRANEXAMIC,
    a_cocktail,
    a_draw,
    a_formula,
    a_limit,
    a_line,
    a_patient,
    a_stock,
    an_allergy,
    an_excipient,
    per,
    q,
    some_policies,
)
from tests.rules.test_checklist_bound import EVERYTHING

NOT_OF_IT = frozenset({"stock", "history", "usual", "course", "acting", "points", "precautions"})
NOT_OF_THE_PATIENT = frozenset(
    {"tests", "consents", "answers", "weighed_on", "medicines", "medicines_asked_at"}
)
"""What is not gathered for a draw. Diluents are, wherever one is among what is drawn from."""


class Blind:
    """Facts of which these may not be looked at."""

    def __init__(self, of: Any, unseen: frozenset[str]) -> None:
        self.of, self.unseen = of, unseen

    def __getattr__(self, name: str) -> Any:
        assert name not in self.unseen, f"{name} is looked at and not gathered for a draw"
        computed = getattr(type(self.of), name, None)
        if isinstance(computed, property) and computed.fget:
            return computed.fget(self)
        found = getattr(self.of, name)
        return Blind(found, NOT_OF_THE_PATIENT) if name == "patient" and found else found


def by_weight(product):
    """The product with a preservative whose most is by weight, and no other limit."""
    limit = a_limit(dose=None, per_kg=q("1 mg"), per=LimitPer.SESSION)
    return replace(product, excipients=(an_excipient(amount=per("5 mg/mL"), limits=(limit,)),))


ONCE = replace(EVERYTHING, lines=tuple(replace(line, concentration=None) for line in EVERYTHING.lines))
LIMITED = (a_line(1, by_weight(TRANEXAMIC)), a_line(2, by_weight(SALINE), "1 mL"))
PICKED = a_stock(TRANEXAMIC, vial_id=7, opened_at=AT, beyond_use_at=AT)
WORLDS = {
    "all is known": ONCE,
    "all well": a_cocktail(),
    "nobody": a_cocktail(patient=None),
    "a limit by weight": a_cocktail(lines=LIMITED),
    "above it": a_cocktail(lines=LIMITED, patient=a_patient(weight=q("3 kg"))),
    "unweighed": a_cocktail(lines=LIMITED, patient=a_patient(weight=None)),
    "allergic": a_cocktail(patient=a_patient(allergies=(an_allergy("tranexamic acid"),))),
    "no formula": replace(ONCE, formula=None),
    "a formula that answers": a_cocktail(lines=LIMITED, formula=a_formula(approved=True)),
    "one that does not": a_cocktail(formula=a_formula(approved=False)),
    "a powder": a_cocktail(lines=(a_line(1, GLUTATHIONE, "600 mg"), a_line(2))),
    "one line": a_cocktail(lines=(a_line(1),)),
    "too many": a_cocktail(policies=some_policies(most_products=1, limits_products=True)),
    "undecided": a_cocktail(policies=some_policies(most_products=None, limits_products=None)),
    "begun": a_cocktail(picked=(PICKED,), draws=(a_draw(a_line(1), "0.2 mL"),)),
    "beyond use": a_cocktail(picked=(PICKED,), beyond_use_at=AT),
    "on hold": a_cocktail(picked=(replace(PICKED, held=("recall R-7",)),), planned_for=AT),
}


def test_without_the_hash_the_answers_are_those_of_the_whole_run() -> None:
    report = asked_at(EVERYTHING, Stage.DRAW)
    assert report.answers == run(EVERYTHING, Stage.DRAW).answers
    assert {answer.rule for answer in report.answers} == {r.id for r in RULES if r.runs_at(Stage.DRAW)}


@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
def test_the_rules_of_a_draw_look_at_nothing_that_is_not_gathered_for_it(world: Cocktail) -> None:
    seen: Any = Blind(world, NOT_OF_IT)
    assert asked_at(seen, Stage.DRAW).answers == run(world, Stage.DRAW).answers


def test_these_worlds_come_to_every_kind_of_answer() -> None:
    told = {answer.code for world in WORLDS.values() for answer in asked_at(world, Stage.DRAW).answers}
    assert told >= {
        "excipient.above_max", "excipient.within_max", "excipient.weight_unknown", "excipient.limit_unknown",
        "products.above_limit", "products.limit_undecided", "products.within_category", "allergy.ingredient",
        "beyond_use.passed",
    }  # fmt: skip
