"""What allows more than the limit before it says why; a limit of 0 is never loosened."""

import pytest

from formulary import clock
from formulary.catalogue import actions
from formulary.db import db, transaction
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


@pytest.fixture
def slip(cast, app):
    """A label of 0 that somebody here typed for 300 mg, and somebody else approved."""
    product = a_product(an_ingredient("slip"), amount_unit="g")
    return approved(cast, proposed(cast, product, 0, kind="label_limit", edition="2026", level="block"))


def test_a_0_typed_by_mistake_is_corrected_with_a_reason_by_two_people(cast, slip):
    of, more = slip.product, newer(slip, 300, edition="2026")
    assert refusal(proposed, cast, of, **more, reason="read again") == ["limit.zero_stands"]
    assert refusal(proposed, cast, of, **more, corrects=True) == ["limit.no_reason"]
    row = proposed(cast, of, **more, corrects=True, reason="300 was meant")
    assert most(of) == ["label_limit 0"]
    with transaction():
        cast.site.solo = cast.other_site.solo = True
        db.session.info["audited"] = True
    assert refusal(approved, cast, row, by="pharmacist") == ["limit.same_person"]
    assert (approved(cast, row).version, most(of)) == (2, ["label_limit 300"])


def test_what_came_with_the_files_is_nobodys_slip(cast, label):
    of = label.product
    more = newer(label, 400, corrects=True, reason="a slip")
    assert refusal(proposed, cast, of, **more) == ["limit.not_typed_here"]
    assert refusal(proposed, cast, of, 400, corrects=True, reason="x") == ["limit.corrects_nothing"]


def restated(cast, label, dose):
    return approved(cast, proposed(cast, label.product, **newer(label, dose, edition="2026")))


def test_a_label_restated_here_is_corrected_to_no_more_than_what_came_with_the_files(cast, label):
    again, said = restated(cast, label, 300), {"corrects": True, "reason": "a slip"}
    for more in ({"dose": 900}, {"level": "info", "dose": 300}, {"basis": "free base", "dose": 300}):
        assert refusal(proposed, cast, label.product, **newer(again, **more), **said) == [
            "limit.looser_than_files"
        ]
    tighter = restated(cast, again, 30)
    approved(cast, proposed(cast, label.product, **newer(tighter, 300), **said))
    assert most(label.product) == ["label_limit 300"]


def test_a_0_that_came_with_the_files_is_0_however_often_it_is_restated(cast, app):
    product = a_product(an_ingredient("nothing again"))
    a_limit(product, "0 mg", route=ROUTE, edition="2026", level="block")
    again, said = restated(cast, label_of(product), 0), {"corrects": True, "reason": "a slip"}
    assert refusal(proposed, cast, product, **newer(again, 50, level="info"), **said) == ["limit.zero_stands"]
    again = approved(cast, proposed(cast, product, **newer(again, 0), **said))
    assert refusal(proposed, cast, product, **newer(again, 50), **said) == ["limit.zero_stands"]
    assert most(product) == ["label_limit 0"]


def test_the_correction_is_proposed_on_the_page_in_the_unit_of_the_product(clients, cast, slip):
    url = f"/catalogue/products/{slip.product_id}/limits/propose"
    client = clients("pharmacist")
    unit = client.get_ok(url).one("select", name="dose-unit")
    assert [option.get("value") for option in unit if option.get("selected") is not None] == ["g"]
    said = {"kind": "label_limit", "in_place_of": slip.id, "corrects": "y", "dose": "0.3", "dose-unit": "g"}
    said |= {"per": "session", "route": ROUTE, "level": "block", "source": "label", "reason": "300 mg meant"}
    page = client.post_ok(url, said | {"valid_from": clock.now().date().isoformat()}, at=url)
    assert "the version before was typed by mistake" in page.text
