"""A cocktail that follows a formula: in another volume, from what others published, with another product."""

import pytest

from formulary import clock
from formulary.catalogue import actions as catalogue_actions
from formulary.catalogue import queries as catalogue
from formulary.catalogue.actions import DraftLine
from formulary.cocktails import actions as cocktails
from formulary.cocktails.models import Cocktail
from formulary.db import db, transaction
from formulary.rules.findings import Refused
from formulary.rules.units import Quantity
from tests.support.builders import steps

TXA, ASCORBIC = "tranexamic acid", "ascorbic acid (unapproved marketed vial)"
GLUTATHIONE, SALINE = "glutathione (reduced) lyophilised 600 mg", "sodium chloride 0.9%"


def plain(text):
    return text.replace("\N{NO-BREAK SPACE}", " ")


def product(name):
    return next(p for p in catalogue.products() if p.name == name)


def begun(clinic, patient, version, target=None):
    with transaction():
        return cocktails.create_draft(
            patient.id,
            formula_version_id=version.id,
            target=None if target is None else Quantity.of(target, "mL"),
            at=clock.now(),
            by=clinic.actor("practitioner"),
        )


def lines(cocktail):
    """(product, pin, amount, volume) of every line."""
    (revision,) = cocktail.revisions
    return [(line.product.name, line.pin, line.amount, line.volume) for line in revision.lines]


def published(name):
    return catalogue.formula_named(name).versions[0]


@pytest.fixture
def half_fixed(clinic):
    """An approved formula of 5 mL with one line that scales and one that is fixed."""
    txa, ascorbic, saline = product(TXA), product(ASCORBIC), product(SALINE)
    written = [
        DraftLine(txa.ingredient_id, "dose", txa.id, amount=steps("20 mg"), unit="mg"),
        DraftLine(
            ascorbic.ingredient_id,
            "concentration",
            ascorbic.id,
            amount=steps("30 mg"),
            volume=steps("1 mL"),
            unit="mg",
            scaling="fixed",
        ),
        DraftLine(saline.ingredient_id, "qs", saline.id),
    ]
    with transaction():
        row = catalogue_actions.draft_formula(
            "Half fixed",
            lines=written,
            target=Quantity.of(5, "mL"),
            route="ID",
            at=clock.now(),
            by=clinic.actor("practitioner"),
        )
    with transaction():
        catalogue_actions.submit_formula(row.id, at=clock.now(), by=clinic.actor("practitioner"))
    with transaction():
        return catalogue_actions.approve_formula(row.id, at=clock.now(), by=clinic.actor("pharmacist"))


def test_in_another_volume_each_line_scales_by_its_own_rule(clinic, patient, half_fixed):
    assert lines(begun(clinic, patient, half_fixed, "10")) == [
        (TXA, "dose", steps("40 mg"), None),
        (ASCORBIC, "dose", steps("150 mg"), None),
        (SALINE, "qs", None, None),
    ]


def test_in_its_own_volume_it_is_what_was_approved(clinic, patient, half_fixed):
    cocktail = begun(clinic, patient, half_fixed)
    assert cocktail.revisions[0].target == steps("5 mL")
    assert lines(cocktail)[:2] == [
        (TXA, "dose", steps("20 mg"), None),
        (ASCORBIC, "concentration", steps("30 mg"), steps("1 mL")),
    ]


@pytest.mark.databases("sqlite")
def test_the_page_names_the_lines_that_did_not_scale(clients, patient, half_fixed):
    page = clients("practitioner").post_ok(
        f"/cocktails/new/{patient.id}", {"target": "10"}, press=str(half_fixed)
    )
    assert [plain(said) for said in page.flashes] == ["Ascorbic acid stays at 150 mg: it is fixed."]
    filled = page.form(button="Sign").filled({})
    assert (filled["target"], filled["lines-0-value"], filled["lines-1-value"]) == (["10"], ["40"], ["150"])


def test_a_published_protocol_is_begun_with_what_lies_on_the_shelf_and_answers_for_nothing(clients, patient):
    published("Melasma A (Iraji 2019)")
    page = clients("practitioner").post_ok(
        f"/cocktails/new/{patient.id}", {"target": "5"}, press="Melasma A (Iraji 2019)"
    )
    cocktail = db.session.scalars(db.select(Cocktail)).one()
    assert [name for name, *_ in lines(cocktail)] == [TXA, ASCORBIC, GLUTATHIONE]
    assert {"dose.limit_unknown", "concentration.limit_unknown"} <= set(page.findings)
    assert "accepted with the formula" not in plain(page.text)


def test_a_figure_that_a_protocol_does_not_state_is_left_to_be_typed(clinic, patient):
    protocol = published("Melasma, tranexamic acid side (Kumawat 2022)")
    assert lines(begun(clinic, patient, protocol)) == [(TXA, "dose", None, None)]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Lipodissolve series (Mahmud 2012)", "formula.not_in_catalogue"),
        ("Rejuvenation B (Savoia 2013)", "formula.not_in_catalogue"),
    ],
)
def test_what_the_catalogue_does_not_hold_is_refused_in_words(clinic, patient, name, code):
    with pytest.raises(Refused) as refusal:
        begun(clinic, patient, published(name))
    assert [finding.code for finding in refusal.value.findings] == [code]
    assert db.session.scalars(db.select(Cocktail)).first() is None


def test_another_product_is_put_into_a_line_and_everything_is_checked_anew(clients, clinic, patient, formula):
    """The dose stays; the approved formula answers for the product that it names, and not for the other."""
    draft, client = begun(clinic, patient, formula), clients("practitioner")
    url = f"/cocktails/{draft.id}/compose"
    page = client.get_ok(url)
    assert "Ready to sign." in plain(page.text)
    assert "Another product of ascorbic acid" in plain(page.text)
    other = product("ascorbic acid (Ascor)")
    sent = page.form(button="Sign").filled({}) | {"act": f"swap-2-{other.id}"}
    page = client.read(client.post(url, sent), url, 200)
    filled = page.form(button="Sign").filled({})
    assert (filled["lines-1-product_id"], filled["lines-1-value"]) == ([str(other.id)], ["30"])
    assert "answers for another product of it" in plain(page.text)
    assert "Ready to sign." not in plain(page.text)
    db.session.expire_all()
    assert lines(draft)[1][0] == ASCORBIC


@pytest.mark.databases("sqlite")
def test_what_is_no_substitute_is_refused_and_the_line_stays(clients, clinic, patient, formula):
    draft, client = begun(clinic, patient, formula), clients("practitioner")
    url = f"/cocktails/{draft.id}/compose"
    sent = client.get_ok(url).form(button="Sign").filled({}) | {"act": f"swap-1-{product(SALINE).id}"}
    page = client.read(client.post(url, sent), url, 422)
    assert page.form(button="Sign").filled({})["lines-0-product_id"] == [str(product(TXA).id)]
    assert "Only another product of the same substance takes its place" in plain(page.text)


@pytest.mark.databases("sqlite")
def test_what_is_changed_is_told_against_the_formula_and_without_figures_to_whoever_verifies(
    clients, clinic, patient, formula
):
    draft, client = begun(clinic, patient, formula), clients("practitioner")
    url = f"/cocktails/{draft.id}/compose"
    page = client.get_ok(url)
    assert "patient-specific" not in plain(page.text)
    page = client.read(client.submit(page, {"lines-0-value": "4.1"}, press="Recalculate"), url, 200)
    said = "Tranexamic acid, concentration: 4 mg/mL becomes 4.1 mg/mL (+2.5 %)."
    assert said in plain(page.text)
    assert client.submit(page, press="Sign").status_code == 302
    page = clients("pharmacist").get_ok(f"/cocktails/{draft.id}/verify")
    assert "tranexamic acid, dose; tranexamic acid, concentration" in plain(page.text)
    assert "4.1 mg" not in plain(page.text)
