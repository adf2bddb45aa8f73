"""The check report on its page, the promises about signing, and what is counted of findings."""

import pytest

from formulary import clock
from formulary.catalogue import queries as catalogue
from formulary.cocktails import actions as cocktails
from formulary.cocktails import queries
from formulary.cocktails.models import CheckReport, Cocktail, CocktailLine, Override, ShownFinding
from formulary.db import db, transaction
from formulary.rules.checklist import RULES
from formulary.rules.findings import Level, Stage
from tests.support.builders import an_allergy

REASON, WORDS = "Tolerated before without event", "Two sessions in spring, under watch."
FIXED = "\N{NO-BREAK SPACE}"
page_alone = pytest.mark.databases("sqlite")  # what the page says does not depend on the database


@pytest.fixture
def draft(road):
    clinic = road.ready()
    formula, doctor = catalogue.approved_formulas()[0], clinic.actor("practitioner")
    with transaction():
        return cocktails.create_draft(
            road.patient.id, formula_version_id=formula.id, at=clock.now(), by=doctor
        )


@pytest.fixture
def allergic(road, draft):
    """A mild reaction to the first line, so that its allergy is a STOP to be answered."""
    return an_allergy(road.patient, tranexamic(), severity="mild")


def tranexamic():
    return next(p.ingredient for p in catalogue.products() if p.name == "tranexamic acid")


def signed(road, draft):
    """Signed, every finding that asks for it answered and co-signed."""
    doctor, other = road.clinic.actor("practitioner"), road.clinic.actor("pharmacist2")
    report = cocktails.check(queries.cocktail(draft.id, doctor), Stage.SIGN, at=clock.now(), by=doctor).report
    said = [cocktails.Answer(f.key, REASON, WORDS, other) for f in report.at_least(Level.WARN)]
    with transaction():
        return cocktails.sign(draft.id, seen_hash=report.inputs_hash, answers=said, at=clock.now(), by=doctor)


def the_page(draft):
    return f"/cocktails/{draft.id}/compose"


def count(model, **key):
    return db.session.scalar(db.select(db.func.count(model.id)).filter_by(**key))


def recalculated(person, draft, values, button="Recalculate"):
    shown = person.get_ok(the_page(draft))
    return person.read(person.submit(shown, values, press=button), the_page(draft), 200)


@page_alone
def test_the_report_of_a_draft_has_every_rule_that_signing_asks(draft, clients):
    page = clients("practitioner").get_ok(f"/cocktails/{draft.id}/checks")
    asked = {rule.id for rule in RULES if rule.runs_at(Stage.SIGN)}
    assert {head.split()[0] for head in page.texts("th", scope="row")} == asked
    assert "is not kept" in page.text
    assert count(CheckReport) == 0


def test_a_kept_report_says_who_overrode_what_and_that_it_still_holds(road, draft, allergic, clients):
    cocktail = signed(road, draft)
    report = db.session.scalars(db.select(CheckReport)).one()
    person = clients("practitioner")
    page = person.get_ok(f"/cocktails/{cocktail.id}/checks", follow=True)
    assert page.url.endswith(f"/checks/{report.id}")
    assert "It still holds" in page.text
    for words in (report.inputs_hash, report.data_version, "allergy.ingredient", REASON, WORDS, "Hugo Petit"):
        assert words in page.text
    assert "answers nothing any more" not in page.text


def test_a_report_is_stale_once_its_inputs_change_and_so_is_the_override(road, draft, allergic, clients):
    cocktail = signed(road, draft)
    an_allergy(road.patient, tranexamic(), severity="moderate")
    page = clients("practitioner").get_ok(f"/cocktails/{cocktail.id}/checks", follow=True)
    assert "It is stale" in page.text
    assert "answers nothing any more" in page.text


@page_alone
def test_no_report_tells_the_doses_that_wait_for_the_blind_entry(road, draft, allergic, clients):
    cocktail = signed(road, draft)
    page = clients("pharmacist").get_ok(f"/cocktails/{cocktail.id}/checks", follow=True)
    assert f"20{FIXED}mg" not in page.text
    assert "shown once the blind entry is made" in page.text


def test_the_report_of_another_cocktail_is_not_found_under_this_one(road, draft, allergic, clients):
    cocktail = signed(road, draft)
    report = db.session.scalars(db.select(CheckReport)).one()
    clients("practitioner").get_page(f"/cocktails/{cocktail.id}/checks/{report.id + 1}", status=404)
    clients("practitioner3").get_page(f"/cocktails/{cocktail.id}/checks/{report.id}", status=404)


@page_alone
def test_an_empty_mixture_cannot_be_signed(road, draft, clients):
    person, page = clients("practitioner"), clients("practitioner").get_ok(the_page(draft))
    for number in (4, 3, 2, 1):
        sent = page.form(button="Sign").filled({}) | {"act": [f"remove-{number}"]}
        page = person.read(person.post(the_page(draft), sent), the_page(draft), 200)
    assert "mix.no_lines" in page.findings
    sent = page.form(button="Sign").filled({}) | {"act": ["sign"]}
    refused = person.read(person.post(the_page(draft), sent), the_page(draft), 422)
    assert "mix.no_lines" in refused.findings
    assert count(Cocktail, id=draft.id, state="draft") == 1


@page_alone
def test_changing_a_dose_with_a_finding_recomputes_its_volume(draft, clients):
    person = clients("practitioner")
    much = recalculated(person, draft, {"lines-0-value": "40"})
    assert ("dose.outside_formula" in much.findings, volume(much)) == (True, f"2{FIXED}mL")
    less = recalculated(person, draft, {"lines-0-value": "4.1"})
    assert ("dose.outside_formula" in less.findings, volume(less)) == (False, f"0.205{FIXED}mL")


def volume(page):
    """The volume of the first line, as the page says it."""
    [cell] = [e for e in page.one(id="figures-1").iter() if e.get("data-label") == "Volume"]
    return next(b for b in cell.iter("button")).get("aria-label").split(": ")[1].removesuffix(", explained")


def test_totals_sent_by_the_client_are_ignored(draft, clients):
    person = clients("practitioner")
    form = person.get_ok(the_page(draft)).form(button="Sign").filled({})
    forged = {"total": ["1"], "lines-0-volume": ["9"], "lines-0-dose": ["9"], "prepared": ["9"]}
    answers = [person.post(f"/cocktails/{draft.id}/preview", sent) for sent in (form, form | forged)]
    assert len({without_time(answer.text) for answer in answers}) == 1
    saved = form | forged | {"act": ["save"], "lines-0-amount": ["1"]}
    assert person.post(the_page(draft), saved).status_code == 302
    line = db.session.scalars(db.select(CocktailLine).filter_by(number=1)).one()
    assert (line.pin, line.amount, line.volume) == ("concentration", 4_000_000, 1_000_000)


def without_time(html):
    return html.partition("checked")[2].partition("</span>")[2]


def test_what_a_saved_draft_shows_is_counted_once_and_what_is_overridden_too(road, draft, allergic, clients):
    person = clients("practitioner")
    for _ in range(2):
        person.post_ok(the_page(draft), {}, press="Save draft")
    person.post_refused(the_page(draft), {}, press="Sign")
    assert count(ShownFinding, code="allergy.ingredient") == 1
    signed(road, draft)
    assert count(Override, code="allergy.ingredient") == 1
    page = clients("auditor").get_ok("/rules")
    [row] = [r for r in page.texts("tr") if "allergy.ingredient" in r]
    assert row.replace(FIXED, " ") == "A1 allergy.ingredient 1 1 100 % 0 of 0 given 0 of 0 given review"
    assert "A1 Not allergic to anything in it" in page.text
    assert "It says what came after, not why." in page.text


@page_alone
def test_what_was_mended_before_signing_counts_as_shown_and_not_overridden(draft, clients):
    person = clients("practitioner")
    person.post_ok(the_page(draft), {"lines-0-value": "40"}, press="Save draft")
    person.post_ok(the_page(draft), {"lines-0-value": "4"}, press="Save draft")
    [row] = [r for r in clients("pharmacist").get_ok("/rules").texts("tr") if "dose.outside_formula" in r]
    assert row.replace(FIXED, " ") == "D1 dose.outside_formula 1 0 0 % 0 of 0 given 0 of 0 given no"
    clients("technician").get_page("/rules", status=403)
