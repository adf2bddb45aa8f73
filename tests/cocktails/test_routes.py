"""The compose page, by route and product: a formula answers for its own, a label for what it names."""

import pytest

from formulary import clock
from formulary.catalogue import queries as catalogue
from formulary.cocktails import actions as cocktails
from formulary.db import transaction
from tests.support.builders import an_allergy

MELASMA = "Melasma cocktail v1"


@pytest.fixture
def draft(clinic, patient, formula):
    with transaction():
        return cocktails.create_draft(
            patient.id, formula_version_id=formula.id, at=clock.now(), by=clinic.actor("practitioner")
        )


@pytest.fixture
def bare(clinic, patient):
    with transaction():
        return cocktails.create_draft(patient.id, at=clock.now(), by=clinic.actor("practitioner"))


def the_page(draft):
    return f"/cocktails/{draft.id}/compose"


def the_product(name):
    return next(p.id for p in catalogue.products() if p.name == name)


def press(person, draft, page, values, button):
    """The page that comes after a button which edits or checks, and saves nothing."""
    return person.read(person.submit(page, values, press=button), the_page(draft), 200)


def recalculated(draft, clients, values):
    person = clients("practitioner")
    return press(person, draft, person.get_ok(the_page(draft)), values, "Recalculate")


def composed(draft, clients, name, values):
    """The page with one line of this product, typed so."""
    person = clients("practitioner")
    shown = person.get_ok(the_page(draft))
    added = {"add": str(the_product(name)), "target": "1"}
    page = press(person, draft, shown, added, "Add the line")
    return press(person, draft, page, values, "Recalculate")


def test_by_its_own_route_the_formula_answers_for_three_labels_that_do_not_name_it(draft, clients):
    page = clients("practitioner").get_ok(the_page(draft))
    assert "Ready to sign." in page.text
    assert page.text.count(f"outside its label, accepted in formula {MELASMA}") == 3


@pytest.mark.parametrize("route", ["IM", "SC", "infiltration"])
def test_by_another_route_it_answers_for_nothing(draft, clients, route):
    page = recalculated(draft, clients, {"route": route})
    assert {"dose.limit_unknown", "concentration.limit_unknown", "route.not_on_label"} < set(page.findings)
    assert "accepted in formula" not in page.text
    assert "Ready to sign." not in page.text


def test_a_product_that_its_approver_did_not_see_is_not_accepted(draft, clients):
    other = {"lines-2-product_id": str(the_product("glutathione compounded solution"))}
    page = recalculated(draft, clients, other)
    assert {"dose.limit_unknown", "concentration.limit_unknown", "route.not_on_record", "pair.no_data"} < set(
        page.findings
    )
    assert f"formula {MELASMA} answers for another product of it" in page.text


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("zinc sulfate (as elemental zinc)", "IV admix only; not for direct injection"),
        ("retinol palmitate (Aquasol A)", "IM only (IV contraindicated)"),
    ],
)
def test_what_a_label_keeps_to_another_route_is_found_in_its_words(bare, clients, name, words):
    page = composed(bare, clients, name, {"lines-0-value": "1", "lines-0-unit": "mL"})
    assert "route.not_on_label" in page.findings
    assert words in page.text


@pytest.mark.parametrize(("route", "found"), [("infiltration", True), ("ID", False)])
def test_a_limit_for_infiltration_holds_for_infiltration(bare, clients, route, found):
    typed = {"lines-0-value": "500", "lines-0-unit": "mg", "route": route}
    page = composed(bare, clients, "lidocaine hydrochloride", typed)
    assert ("dose.above_max" in page.findings, "route.not_on_label" in page.findings) == (found, not found)


def test_an_anaphylaxis_in_words_finds_an_excipient(bare, patient, clients):
    an_allergy(patient, "benzyl alcohol", group_word=None, severity="anaphylaxis")
    page = composed(bare, clients, "cyanocobalamin", {"lines-0-value": "1", "lines-0-unit": "mL"})
    assert "allergy.excipient" in page.findings
    assert "Not ready to sign" in page.text


# What a form refuses is decided before any table is asked.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("typed", "unit", "words"),
    [
        ("20000 µg", "mcg", "micrograms are written mcg"),
        ("50 mcg", "mg", "50 mcg; the unit beside it was “mg”."),
        ("5.0", "mg", "“5.0” is read as 5 mg: a zero at the end is not written."),
        ("4 mg/mL", "mg", "“4 mg/mL” is read as typed; the unit beside it was “mg”."),
    ],
)
def test_what_was_rewritten_is_said_at_the_field(draft, clients, typed, unit, words):
    page = recalculated(draft, clients, {"lines-0-value": typed, "lines-0-unit": unit})
    assert words in page.text
    sent = page.form(button="Sign").filled({})
    assert words in clients("practitioner").post(f"/cocktails/{draft.id}/preview", sent).text
