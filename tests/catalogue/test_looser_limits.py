"""What allows more than the limit before it says why; a limit of 0 is never loosened."""

import pytest

from formulary.catalogue import actions
from formulary.rules.units import Quantity
from tests.catalogue.test_limits import ROUTE, approved, label_of, mg, most, proposed, refusal
from tests.support.builders.catalogue import a_limit, a_product, an_ingredient


@pytest.fixture
def label(app):
    """A label of 300 mg a session, of its edition of 2026, beyond which nobody goes."""
    product = a_product(an_ingredient("looser"))
    a_limit(product, "300 mg", route=ROUTE, edition="2026", level="block")
    return label_of(product)


def newer(label, dose=400, **more):
    return {"in_place_of": label, "kind": "label_limit", "level": "block", "dose": dose} | more


def test_every_version_of_a_governance_entry_gives_its_reason(cast, label):
    of = label.product
    entry = approved(cast, proposed(cast, of, 350, in_place_of=label, reason="board of 3 March"))
    assert refusal(proposed, cast, of, 900, in_place_of=entry) == ["limit.no_reason"]
    assert refusal(proposed, cast, of, 320, in_place_of=entry, reason=" ") == ["limit.no_reason"]
    approved(cast, proposed(cast, of, 400, in_place_of=entry, reason="board of 4 May"))
    assert most(of) == ["clinic_limit 400"]


LOOSER = [
    {"dose": 400},
    {"level": "stop", "dose": 300},
    {"figures": actions.Figures(minimum=mg(10))},
    {"basis": "free base", "dose": 300},
]


@pytest.mark.parametrize("said", LOOSER, ids="-".join)
def test_a_looser_label_is_of_another_edition_and_says_why(cast, label, said):
    of, more = label.product, newer(label, **said)
    assert refusal(proposed, cast, of, **more, reason="read again") == ["limit.same_edition"]
    assert refusal(proposed, cast, of, **more, reason="x", edition="2026") == ["limit.same_edition"]
    assert refusal(proposed, cast, of, **more, edition="2027") == ["limit.no_reason"]
    assert proposed(cast, of, **more, edition="2027", reason="the maker's letter").version == 2


def test_a_concentration_is_compared_by_what_a_mL_holds(cast, app):
    product = a_product(an_ingredient("thick"))
    two = Quantity.of(2, "mL").whole()
    a_limit(product, "20 mg", measure="concentration", volume=two, edition="1", level="block")
    label = label_of(product)
    twelve, ten = (actions.Figures(concentration=mg(amount)) for amount in (12, 10))
    assert refusal(proposed, cast, product, **newer(label, figures=twelve)) == ["limit.same_edition"]
    assert proposed(cast, product, **newer(label, figures=ten)).version == 2


def test_a_limit_of_zero_is_never_loosened_by_whatever_it_says(cast, app):
    product = a_product(an_ingredient("nothing at all"))
    a_limit(product, "0 mg", route=ROUTE, edition="1", level="block")
    label, said = label_of(product), {"edition": "2", "reason": "the maker's letter"}
    for more in ({"dose": 5}, {"dose": 0, "level": "info"}, {"figures": actions.Figures(minimum=mg(1))}):
        assert refusal(proposed, cast, product, **newer(label, **more), **said) == ["limit.zero_stands"]
    own = approved(cast, proposed(cast, product, 0))
    assert refusal(proposed, cast, product, 5, in_place_of=own, **said) == ["limit.zero_stands"]
