"""One person approves their own work only where every site is solo, and never what loosens."""

import pytest

from formulary.db import db, transaction
from tests.catalogue import test_actions as formulas
from tests.catalogue import test_limits as limits
from tests.catalogue import test_own_rules as rules
from tests.support.builders.catalogue import a_limit, a_product, an_ingredient


def solo(*sites):
    with transaction():
        for site in sites:
            site.solo = True
        db.session.info["audited"] = True


@pytest.fixture
def labelled(app):
    """A product whose label allows 300 mg a session."""
    product = a_product(an_ingredient("labelled"))
    a_limit(product, "300 mg", route="ID")
    return product


def selectors(*rows):
    return [f"ingredient:{row.id}" for row in rows]


def test_a_site_that_is_not_solo_keeps_a_second_person_for_what_holds_there_too(cast, labelled):
    solo(cast.site)
    sides = selectors(an_ingredient("one"), an_ingredient("other"))
    limit, rule = limits.proposed(cast, labelled), rules.proposed(cast, sides)
    assert limits.refusal(limits.approved, cast, limit, by="pharmacist") == ["limit.same_person"]
    assert rules.refusal(rules.approved, cast, rule, by="pharmacist") == ["rule.same_person"]
    formula = formulas.draft(cast, labelled)
    assert rules.refusal(formulas.approve, cast, formula, by="practitioner") == ["formula.same_person"]


def test_nobody_approves_a_governance_entry_of_their_own(cast, labelled, loaded):
    solo(cast.site, cast.other_site)
    label = limits.label_of(labelled)
    entry = limits.proposed(cast, labelled, 400, in_place_of=label, reason="board")
    assert limits.refusal(limits.approved, cast, entry, by="pharmacist") == ["limit.same_person"]
    names = ("bupivacaine hydrochloride", "sodium bicarbonate 8.4%")
    sides = selectors(*(loaded.ingredient(name) for name in names))
    rule = rules.proposed(cast, sides, loosens="26", reason="SOP 9", level="stop")
    assert rules.refusal(rules.approved, cast, rule, by="pharmacist") == ["rule.same_person"]
