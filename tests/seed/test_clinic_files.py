"""The demo clinic's files: invented, complete, and agreeing with the catalogue and with the rules."""

import re
from collections import Counter
from datetime import date, timedelta

import pytest

from formulary.accounts import Role
from formulary.rules.findings import Refused
from formulary.seed.demo_patients import GRADES, TESTED
from formulary.stock.models import PLACE_KINDS
from formulary.web.gs1 import read_scan

TODAY = date(2026, 11, 24)
STAFF = {
    "admin": "administrator",
    "pharmacist": "pharmacist",
    "pharmacist2": "pharmacist",
    "technician": "technician",
    "practitioner": "practitioner",
    "practitioner2": "practitioner",
    "recall": "recall_officer",
    "auditor": "auditor",
    "practitioner3": "practitioner",
    "pharmacist3": "pharmacist",
    "technician3": "technician",
}
FROM_THE_ARTICLE = {
    "breast_feeding", "cancer", "insulin_treated_diabetes", "coagulation_disorder", "allergy_to_component",
    "paralysis_history", "cardiac_disease", "urticaria", "pregnancy",
}  # fmt: skip
ASKED_BY_THE_ARTICLES = {
    "anticoagulant", "anti_inflammatory", "blood_thinning_supplement", "topical_active", "alcohol",
    "planned_sun",
}  # fmt: skip


def test_two_sites_differ_in_zone_and_decimal_mark(clinic):
    first, second = clinic.sites
    assert (first.zone, first.decimal_mark) == ("Europe/Paris", ".")
    assert second.decimal_mark == ","
    assert first.zone != second.zone


def test_the_staff_are_those_of_the_demo_with_their_roles(clinic):
    assert {user.username: user.role for user in clinic.users} == STAFF
    assert {user.role for user in clinic.users} == {role.value for role in Role}
    elsewhere = [user.username for user in clinic.users if user.site == clinic.sites[1].name]
    assert elsewhere == ["practitioner3", "pharmacist3", "technician3"]


def test_every_name_that_a_file_takes_from_another_is_there(clinic, shelf):
    products = {product.name for product in shelf.products}
    sites = {site.name for site in clinic.sites}
    assert {row.product for row in (*clinic.stock, *clinic.gtins, *clinic.tour)} <= products
    assert {row.product for row in (*clinic.levels, *clinic.orders)} <= products
    suppliers = {row.supplier for row in clinic.stock}
    assert {row.supplier for row in (*clinic.levels, *clinic.orders)} - {""} <= suppliers
    assert {row.site for row in (*clinic.stock, *clinic.users, *clinic.places, *clinic.patients)} <= sites
    assert {policy["site"] for policy in clinic.policies} == sites
    assert {place.kind for place in clinic.places} <= set(PLACE_KINDS)


def test_gtins_are_examples_and_each_stands_once(clinic):
    codes = [row.gtin for row in clinic.gtins]
    assert all(code.startswith("0952") for code in codes)
    assert max(Counter(codes).values()) == 1


def test_every_product_in_stock_has_a_known_content_and_a_code(clinic, shelf):
    by_name = {product.name: product for product in shelf.products}
    coded = {row.product for row in clinic.gtins}
    for row in clinic.stock:
        assert str(by_name[row.product].content_amount) not in ("Unknown.UNKNOWN", "None"), row.product
        assert row.product in coded, row.product


def test_no_tranexamic_acid_lies_where_local_anaesthetics_lie(clinic, shelf):
    anaesthetics = {m.ingredient for m in shelf.members if m.word == "local_anaesthetic"}
    ingredient = {product.name: product.ingredient for product in shelf.products}
    where = {row.place for row in clinic.stock if ingredient[row.product] in anaesthetics}
    tranexamic = {row.place for row in clinic.stock if row.product == "tranexamic acid"}
    assert where
    assert tranexamic
    assert not where & tranexamic


def test_something_is_about_to_expire_and_something_has(clinic):
    relative = [row.expires for row in clinic.stock if isinstance(row.expires, timedelta)]
    assert min(relative) < timedelta(0) < max(relative)


def test_the_three_deliveries_of_the_tour_are_read_whole(clinic):
    good = [row for row in clinic.tour if row.expects == "received"]
    gtins = {row.gtin: row.product for row in clinic.gtins}
    assert [row.words.split()[0] for row in good] == ["tranexamic", "ascorbic", "glutathione"]
    for row in good:
        scan = read_scan(row.code, captured=False, today=TODAY)
        assert gtins[scan.gtin] == row.product
        assert scan.expires_on > date(2028, 1, 1)
        assert scan.lot in row.code


def test_the_tour_has_an_expired_delivery_a_bad_digit_and_a_known_lot(clinic):
    by_step = {row.step: row for row in clinic.tour}
    assert read_scan(by_step["expired"].code, captured=False, today=TODAY).expires_on < TODAY
    with pytest.raises(Refused) as refusal:
        read_scan(by_step["bad-check-digit"].code, captured=False, today=TODAY)
    assert refusal.value.findings[0].code == by_step["bad-check-digit"].expects
    other = read_scan(by_step["other-expiry"].code, captured=False, today=TODAY)
    (known,) = {row.expires for row in clinic.stock if row.number == other.lot}
    assert other.expires_on != known


def test_what_the_tour_receives_is_not_in_stock_beyond_what_tests_and_the_session_use_up(clinic):
    toured = {row.product for row in clinic.tour if row.expects == "received"}
    held = {row.number: row.containers for row in clinic.stock if row.product in toured}
    assert set(held) == set(TESTED.values())
    used = Counter(TESTED.values())  # the session of the course
    for patient in clinic.patients:
        for test in patient.tests:
            what = test.rsplit(" ", 2)[0]
            used.update(TESTED.values() if what == "all" else [TESTED[what]])
    assert held == used


def test_everybody_is_entitled_to_what_the_role_does(clinic):
    entitled = {
        "practitioner": {"prescribe", "prepare", "inject"},
        "pharmacist": {"prepare"},
        "technician": {"prepare"},
    }
    for user in clinic.users:
        kinds = {row.kind for row in clinic.credentials if row.username == user.username}
        assert kinds == entitled.get(user.role, set()), user.username


def test_every_contraindication_is_about_a_question_that_is_asked(clinic, shelf):
    asked = {row.word for row in clinic.contraindications}
    assert {row.word for row in shelf.contraindications} == asked


def test_patients_are_plainly_invented_and_each_shows_something_else(clinic):
    assert all(re.fullmatch(r"\w+ Ex[ae]mpl[eo]", row.name) for row in clinic.patients)
    outcomes = {test.rsplit(" ", 2)[1] for row in clinic.patients for test in row.tests}
    assert outcomes == set(GRADES)
    assert ("group:sulfite anaphylaxis",) in [row.allergies for row in clinic.patients]
    assert () in [row.allergies for row in clinic.patients]


def test_allergies_name_what_the_catalogue_holds(clinic, shelf):
    ingredients = {row.name for row in shelf.ingredients}
    allergens = {row.word for row in shelf.groups if row.allergy}
    for text in (text for row in clinic.patients for text in row.allergies if text != "none"):
        kind, _, name = text.rsplit(" ", 1)[0].partition(":")
        assert name in (allergens if kind == "group" else ingredients), text


def test_the_contraindications_of_the_article_are_all_asked(clinic):
    words = {row.word for row in clinic.contraindications}
    assert words >= FROM_THE_ARTICLE
    assert all(row.source for row in clinic.contraindications)


def test_what_the_articles_ask_before_a_session_is_asked(clinic):
    actions = {row.word: row.action for row in clinic.contraindications}
    assert actions.keys() >= ASKED_BY_THE_ARTICLES
    assert {actions[word] for word in ("alcohol", "planned_sun")} == {"inform"}


def test_every_site_has_the_policies_that_the_rules_ask_for(clinic):
    for site in clinic.sites:
        decided = {p["kind"]: p for p in clinic.policies if p["site"] == site.name}
        assert {
            "preparation_limit",
            "patch_test",
            "consent",
            "allergy_asked_within_days",
            "conditions_asked_within_days",
            "weighed_within_days",
            "tolerances",
        } <= set(decided)
        assert all(p["edition"] and p["source"] for p in decided.values())
        assert decided["preparation_limit"]["value"]["room_h"] == "12"
        assert decided["preparation_limit"]["value"]["fridge_h"] == "24"
        consent = clinic.settings["consent"]
        assert decided["consent"]["value"] == {
            "procedure": consent["procedure"],
            "version": consent["version"],
        }
