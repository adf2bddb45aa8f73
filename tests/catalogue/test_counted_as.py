"""What a limit and an accepted range count: written down with them, and never compared as something else."""

from dataclasses import replace

import pytest

from formulary import clock
from formulary.catalogue import actions, facts
from formulary.db import transaction
from formulary.rules.findings import Refused
from formulary.rules.units import Quantity
from tests.catalogue.test_actions import line
from tests.catalogue.test_limits import approved, proposed
from tests.support.builders.catalogue import a_product, an_ingredient


@pytest.fixture
def several(app):
    """A substance of which one product counts the element and another its salt."""
    substance = an_ingredient("counted")
    a_product(substance, basis="element")
    return a_product(substance, basis="salt")


def drafted(cast, *lines):
    with transaction():
        return actions.draft_formula(
            "Counted", lines=lines, target=Quantity.of(5, "mL"), route="ID",
            at=clock.now(), by=cast.actor("practitioner"),
        )  # fmt: skip


def test_a_limit_of_a_substance_says_what_it_counts_where_its_products_differ(cast, several):
    with pytest.raises(Refused) as refused:
        proposed(cast, several.ingredient)
    assert [f.code for f in refused.value.findings] == ["limit.no_basis"]
    row = approved(cast, proposed(cast, several.ingredient, basis="element"))
    (told,) = facts.product(several.id).limits
    assert (row.basis, told.basis, told.dose) == ("element", "element", None)


def test_a_limit_of_a_substance_counts_what_all_its_products_do(cast, app):
    product = a_product(an_ingredient("alike"), basis="element")
    assert proposed(cast, product.ingredient).basis == "element"


def test_an_accepted_range_is_written_down_with_what_it_counts(cast, several):
    of_any = replace(line(several), product_id=None)
    version = drafted(cast, line(several), of_any, replace(of_any, basis="element"))
    assert [row.accepted_basis for row in version.lines] == ["salt", "", "element"]
    assert [x.basis for x in facts.formula(version.id).ranges] == ["salt", "", "element"]


def test_the_pages_say_what_is_counted(clients, cast, several):
    version, row = drafted(cast, line(several)), proposed(cast, several)
    client = clients("pharmacist")
    for page in (f"/catalogue/formulas/{version.id}", f"/catalogue/limits/{row.id}", "/catalogue/limits"):
        assert "counted as salt" in client.get_ok(page).text
