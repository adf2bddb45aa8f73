"""Limits in versions: proposed by one, approved by another, in force from a day on; looser only governed."""

from datetime import timedelta

import pytest

from formulary import clock
from formulary.accounts import Forbidden
from formulary.accounts import queries as accounts
from formulary.catalogue import actions, facts, queries
from formulary.catalogue.models import Limit
from formulary.db import db, transaction
from formulary.rules.facts import LimitKind
from formulary.rules.findings import Refused
from formulary.rules.formulation import ceilings
from formulary.rules.units import Quantity
from tests.support.builders.accounts import PASSWORD
from tests.support.builders.catalogue import a_limit, a_product, an_ingredient

ROUTE = "ID"


def mg(amount):
    return Quantity.of(amount, "mg")


def terms(kind="clinic_limit", **more):
    said = {"kind": kind, "source": "SOP 4, 2026", "route": ROUTE, "valid_from": clock.now().date()}
    return actions.Terms(**said | more)


def proposed(cast, of, dose=100, *, by="pharmacist", in_place_of=None, figures=None, **more):
    told = figures or actions.Figures(dose=mg(dose))
    instead = in_place_of and in_place_of.id
    with transaction():
        return actions.propose_limit(
            of, told, terms(**more), in_place_of=instead, at=clock.now(), by=cast.actor(by)
        )


def approved(cast, row, *, by="practitioner"):
    with transaction():
        return actions.approve_limit(row.id, at=clock.now(), by=cast.actor(by))


def ended(cast, row):
    told = {"reason": "no more", "valid_from": clock.now().date(), "at": clock.now()}
    with transaction():
        return actions.end_limit(row.id, **told, by=cast.actor("pharmacist"))


def most(product, on=None):
    """The doses that limit this product, by what the rules are told."""
    told = facts.products([product.id], on or clock.now().date())[product.id]
    return sorted(str(c.limit.kind) + f" {int(c.most.steps) // 10**6}" for c in ceilings(told, ROUTE, None))


@pytest.fixture
def labelled(app):
    """A product whose label allows 300 mg a session."""
    product = a_product(an_ingredient("labelled"))
    a_limit(product, "300 mg", route=ROUTE)
    return product


def label_of(product):
    return db.session.scalars(db.select(Limit).filter_by(product_id=product.id, kind="label_limit")).one()


def refusal(act, *args, **more):
    with pytest.raises(Refused) as refused:
        act(*args, **more)
    return [finding.code for finding in refused.value.findings]


def test_what_is_proposed_does_not_limit_until_another_person_approves_it(cast, labelled):
    row = proposed(cast, labelled, 200)
    assert (row.status, most(labelled)) == ("proposed", ["label_limit 300"])
    approved(cast, row)
    assert most(labelled) == ["clinic_limit 200", "label_limit 300"]


def test_the_author_does_not_approve_a_limit(cast, labelled):
    row = proposed(cast, labelled)
    assert refusal(approved, cast, row, by="pharmacist") == ["limit.same_person"]


def test_where_every_site_is_solo_the_author_approves_a_limit_and_it_says_so(cast, labelled):
    with transaction():
        cast.site.solo = cast.other_site.solo = True
        db.session.info["audited"] = True
    row = approved(cast, proposed(cast, labelled), by="pharmacist")
    assert [s.self_checked for s in accounts.signatures_on("catalogue_limit", row.id)] == [True]


@pytest.mark.parametrize("by", ["technician", "recall", "auditor", "admin"])
def test_others_neither_propose_nor_approve_a_limit(cast, labelled, by):
    with pytest.raises(Forbidden):
        proposed(cast, labelled, by=by)
    with pytest.raises(Forbidden):
        approved(cast, proposed(cast, labelled), by=by)


def test_a_new_edition_supersedes_from_its_day_on_and_the_old_one_is_kept(cast, labelled, watch):
    old, tomorrow = label_of(labelled), clock.now().date() + timedelta(days=1)
    more = {"in_place_of": old, "kind": "label_limit", "valid_from": tomorrow, "edition": "2027"}
    row = approved(cast, proposed(cast, labelled, 250, **more))
    assert (row.version, row.series, row.route) == (2, old.id, old.route)
    assert (most(labelled), most(labelled, tomorrow)) == (["label_limit 300"], ["label_limit 250"])
    assert [v.id for v in queries.versions_of(row)] == [old.id]


def test_a_limit_never_holds_before_the_day_it_was_approved(cast, labelled):
    row = proposed(cast, labelled, 200, valid_from=clock.now().date() - timedelta(days=30))
    assert approved(cast, row).valid_from == accounts.day_at(cast.site.id, clock.now())


def test_a_looser_limit_is_a_governance_entry_that_gives_its_reason(cast, labelled):
    label = label_of(labelled)
    assert refusal(proposed, cast, labelled, 400, in_place_of=label) == ["limit.no_reason"]
    row = proposed(cast, labelled, 400, in_place_of=label, reason="board of 3 March")
    assert most(labelled) == ["label_limit 300"]
    approved(cast, row)
    assert most(labelled) == ["clinic_limit 400"]


def test_beside_the_label_a_looser_limit_loosens_nothing(cast, labelled):
    approved(cast, proposed(cast, labelled, 400))
    assert most(labelled) == ["clinic_limit 400", "label_limit 300"]


def test_a_governance_entry_that_ends_lets_the_label_limit_again(cast, labelled):
    row = proposed(cast, labelled, 400, in_place_of=label_of(labelled), reason="board")
    approved(cast, row)
    end = ended(cast, row)
    assert most(labelled) == ["clinic_limit 400"]
    approved(cast, end)
    assert most(labelled) == ["label_limit 300"]


def test_an_entry_that_ends_takes_its_earlier_and_its_coming_versions_with_it(cast, app):
    product = a_product(an_ingredient("set aside twice"))
    a_limit(product, "200 mg", route=ROUTE)
    today = clock.now().date()
    coming, later = today + timedelta(days=40), today + timedelta(days=400)
    first = approved(cast, proposed(cast, product, 400, in_place_of=label_of(product), reason="board"))
    more = {"reason": "board", "valid_from": coming}
    second = approved(cast, proposed(cast, product, 500, in_place_of=first, **more))
    approved(cast, ended(cast, second))
    assert [most(product, day) for day in (today, coming, later)] == [["label_limit 200"]] * 3
    assert [row.valid_until for row in (first, second)] == [today, coming]


def test_a_new_edition_of_the_label_limits_though_the_last_one_was_set_aside(cast, labelled):
    label = label_of(labelled)
    approved(cast, proposed(cast, labelled, 400, in_place_of=label, reason="board"))
    approved(cast, proposed(cast, labelled, 250, in_place_of=label, kind="label_limit"))
    assert most(labelled) == ["clinic_limit 400", "label_limit 250"]


def test_a_limit_of_zero_is_no_figure_to_loosen(cast, app):
    product = a_product(an_ingredient("never"))
    a_limit(product, "0 mg", route=ROUTE)
    more = {"in_place_of": label_of(product), "reason": "board"}
    assert refusal(proposed, cast, product, 5, **more) == ["limit.zero_stands"]


REFUSED = [
    ({"figures": actions.Figures()}, "limit.one_figure"),
    ({"figures": actions.Figures(dose=mg(1), points=3)}, "limit.one_figure"),
    ({"per": "window"}, "limit.no_window"),
]


@pytest.mark.parametrize(("more", "code"), REFUSED, ids=lambda x: x if isinstance(x, str) else "")
def test_what_says_nothing_or_two_things_is_no_limit(cast, labelled, more, code):
    assert refusal(proposed, cast, labelled, **more) == [code]


def test_it_replaces_only_a_figure_of_its_own_thing_and_measure(cast, labelled):
    other, label = a_product(an_ingredient("another")), label_of(labelled)
    assert refusal(proposed, cast, other, in_place_of=label) == ["limit.of_something_else"]
    points = {"figures": actions.Figures(points=3), "kind": "label_limit"}
    assert refusal(proposed, cast, labelled, in_place_of=label, **points) == ["limit.cannot_replace"]


def test_one_version_at_a_time_waits(cast, labelled):
    more = {"in_place_of": label_of(labelled), "kind": "label_limit"}
    first = proposed(cast, labelled, 250, **more)
    assert refusal(proposed, cast, labelled, 240, **more) == ["limit.another_waits"]
    with transaction():
        actions.withdraw_limit(first.id, reason="typed wrong", at=clock.now(), by=cast.actor("pharmacist"))
    assert proposed(cast, labelled, 240, **more).status == "proposed"
    assert refusal(approved, cast, first) == ["limit.not_waiting"]


def test_only_a_version_in_force_is_ended(cast, labelled):
    first = proposed(cast, labelled, 200)
    assert refusal(ended, cast, first) == ["limit.another_waits"]
    approved(cast, first)
    approved(cast, proposed(cast, labelled, 150, in_place_of=first))
    assert refusal(ended, cast, first) == ["limit.not_in_force"]
    assert most(labelled) == ["clinic_limit 150", "label_limit 300"]
    withdrawn = proposed(cast, labelled, 100)
    with transaction():
        actions.withdraw_limit(withdrawn.id, reason="slip", at=clock.now(), by=cast.actor("pharmacist"))
    assert refusal(ended, cast, withdrawn) == ["limit.not_in_force"]


def test_a_limit_of_a_substance_holds_for_each_of_its_products(cast, app):
    substance = an_ingredient("common")
    one, two = a_product(substance), a_product(substance)
    approved(cast, proposed(cast, substance, 50))
    assert (most(one), most(two)) == (["clinic_limit 50"], ["clinic_limit 50"])


def test_units_of_activity_are_limited_product_by_product(cast, app):
    toxin = an_ingredient("toxin", dimension="units")
    assert refusal(proposed, cast, toxin) == ["limit.units_of_a_product"]


def test_each_kind_of_figure_reaches_the_rules(cast, app):
    product = a_product(an_ingredient("all kinds"))
    given = [
        (actions.Figures(dose=mg(300), per_kg=mg(4), minimum=mg(10)), {}),
        (actions.Figures(concentration=mg(10)), {"level": "stop"}),
        (actions.Figures(volume=Quantity.of("0.2", "mL")), {"per": "point", "area": "chin"}),
        (actions.Figures(points=50), {"level": "warn"}),
        (actions.Figures(dose=mg(900)), {"per": "window", "within_h": 24, "jurisdiction": "US"}),
    ]
    for figures, more in given:
        approved(cast, proposed(cast, product, figures=figures, **more))
    dose, concentration, volume, points, window = facts.product(product.id).limits
    assert (dose.dose, dose.per_kg, dose.minimum) == (mg(300), mg(4), mg(10))
    assert (concentration.concentration.amount, concentration.exceeded.name) == (mg(10), "STOP")
    assert (volume.volume, volume.per, volume.area) == (Quantity.of("0.2", "mL"), "point", "chin")
    assert (points.points, points.exceeded.name) == (50, "WARN")
    assert (window.within, window.jurisdiction, window.kind) == (
        timedelta(days=1),
        "US",
        LimitKind.CLINIC_LIMIT,
    )


# --- pages ---

FORM = {"kind": "clinic_limit", "dose": "200", "level": "stop", "source": "SOP 4, 2026", "edition": "1"}


def test_a_limit_is_proposed_and_approved_on_pages_that_name_both_people(clients, loaded):
    product = loaded.product("lidocaine hydrochloride")
    url = f"/catalogue/products/{product.id}/limits/propose"
    page = clients("pharmacist").post_ok(url, FORM)
    assert "waits for approval" in page.text
    row = queries.limits_waiting().rows[0]
    assert "1 limit to approve" in clients("practitioner").get_ok("/catalogue/limits").h1.replace(
        "\u00a0", " "
    )
    here = f"/catalogue/limits/{row.id}"
    page = clients("practitioner").post_ok(f"{here}/approve", {"secret": PASSWORD}, at=here)
    assert ("in force" in page.text, "Proposed by" in page.text, "approved by" in page.text) == (True,) * 3
    shown = clients("technician").get_ok(f"/catalogue/products/{product.id}")
    assert ("limit of the clinic" in shown.text, "Propose a limit" in shown.text) == (True, False)


def test_a_governance_entry_is_named_as_such_beside_the_label_it_sets_aside(clients, cast, loaded):
    product = loaded.product("lidocaine hydrochloride")
    label = next(row for row in product.limits if row.measure == "dose")
    row = proposed(cast, product, 350, in_place_of=label, reason="board of 3 March")
    approved(cast, row)
    text = clients("technician").get_ok(f"/catalogue/products/{product.id}").text
    assert ("governance entry" in text, "set aside by a governance entry" in text) == (True, True)
    page = clients("technician").get_ok(f"/catalogue/limits/{row.id}")
    assert ("In place of the label’s limit" in page.text, "board of 3 March" in page.text) == (True, True)


def test_a_wrong_password_or_the_authors_own_approves_nothing(clients, cast, loaded):
    row = proposed(cast, loaded.product("lidocaine hydrochloride"), 200)
    here = f"/catalogue/limits/{row.id}"
    clients("practitioner").post_refused(f"{here}/approve", {"secret": "wrong"}, at=here)
    page = clients("pharmacist").post_refused(f"{here}/approve", {"secret": PASSWORD}, at=here)
    assert "another person approves it" in page.text
    db.session.expire_all()
    assert queries.limit(row.id).status == "proposed"


def test_a_figure_is_typed_in_the_units_of_the_product_and_by_the_one_grammar(clients, loaded):
    product = loaded.product("lidocaine hydrochloride")
    url = f"/catalogue/products/{product.id}/limits/propose"
    page = clients("pharmacist").post_refused(url, FORM | {"dose": "2,5"})
    assert ["decimals" in error for error in page.errors] == [True]
    page = clients("pharmacist").post_refused(url, FORM | {"dose": ""})
    assert page.errors == [
        "No figure was given. Give one figure: a dose, a concentration, a volume or a number of points."
    ]
