"""`/cocktails/<id>/compose`: every figure and finding as one types, saving, signing, and what is refused."""

import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from formulary import clock
from formulary.catalogue import queries as catalogue
from formulary.cocktails import actions as cocktails
from formulary.cocktails import queries
from formulary.cocktails.labels.banner import banner
from formulary.cocktails.labels.sheet import sheet
from formulary.cocktails.models import Cocktail, CocktailLine, Override, Revision
from formulary.db import db, transaction
from formulary.patch_tests.models import PatchTest
from formulary.rules import checklist
from formulary.rules.findings import Stage
from tests.rules.builders import AT, a_cocktail
from tests.rules.builders import a_patient as some_patient
from tests.support.builders import PASSWORD, a_patient, an_allergy
from tests.support.counting import counting_queries
from tests.support.road import a_closed_session, a_prescription

FIXED = "\N{NO-BREAK SPACE}"
page_alone = pytest.mark.databases("sqlite")  # what the page says does not depend on the database


@pytest.fixture
def draft(clinic, patient, formula):
    return a_draft(clinic, patient, formula)


def a_draft(clinic, patient, formula):
    with transaction():
        return cocktails.create_draft(
            patient.id, formula_version_id=formula.id, at=clock.now(), by=clinic.actor("practitioner")
        )


def the_page(draft):
    return f"/cocktails/{draft.id}/compose"


def in_database(model, **key):
    db.session.expire_all()
    return db.session.scalars(db.select(model).filter_by(**key)).one()


def the_product(name):
    return next(p.id for p in catalogue.products() if p.name == name)


def codes(page):
    return set(page.findings)


def answered(page, reason="Discussed with the patient", words="Seen together, and agreed."):
    """What one types beside every finding that asks for it."""
    names = page.form(button="Sign").names
    reasons = {name: reason for name in names if name.startswith("override:")}
    return reasons | {name: words for name in names if name.startswith("words:")}


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_every_line_shows_dose_volume_mixture_and_its_explanation(draft, clients):
    page = clients("practitioner").get_ok(the_page(draft))
    assert "Ready to sign." in page.text
    for words in ("20 mg ÷ 100 mg/mL = 0.2 mL", "4 mg/mL, as typed", "150 mg ÷ 500 mg/mL = 0.3 mL"):
        assert words in page.text.replace(FIXED, " ")


@page_alone
def test_what_a_share_of_the_most_and_the_volume_prepared_come_from_is_explained(draft, clients):
    page = clients("practitioner").get_ok(the_page(draft))
    buttons = page.all("button", class_="explain-number")
    labels = [button.get("aria-label").partition(":")[0] for button in buttons]
    assert labels[:4] == [
        "dose of tranexamic acid",
        "volume of tranexamic acid",
        "concentration of tranexamic acid",
        "most of tranexamic acid",
    ]
    assert labels[-8:] == [
        "total volume",
        "volume prepared",
        "pH, estimated",
        "Osmolality, estimated",
        "pairs with data",
        "beyond-use time, if prepared now",
        "waste, if prepared now",
        "cost, if prepared now",
    ]
    assert "" not in page.texts("span", role="tooltip")


def test_a_product_is_found_by_letters_or_by_what_is_spelt_nearly_so(draft, clients):
    client, url = clients("practitioner"), the_page(draft)
    for typed, said in (("hyaluron", "Found: "), ("tranexmic", "spelt nearly so: ")):
        page = client.post_refused(url, {"find": typed}, press="Find", status=200)
        offered = [option.text for option in page.one("select", name="add")][1:]
        assert page.texts(id="picker")[0].endswith(f"{said}{len(offered)}.")
        assert 0 < len(offered) < len(catalogue.products())


def test_signing_what_was_shown_prescribes_it(draft, clients):
    page = clients("practitioner").post_ok(the_page(draft), {}, press="Sign")
    assert page.flashes == [f"{draft.code} is signed and waits for verification."]
    assert in_database(Cocktail, id=draft.id).state == "prescribed"
    assert in_database(Revision, cocktail_id=draft.id).snapshot["lines"][0]["dose"] == f"20{FIXED}mg"


def test_a_signed_cocktail_is_frozen(draft, clients):
    person = clients("practitioner")
    shown = person.get_ok(the_page(draft))
    person.submit(shown, {}, press="Sign")
    late = person.submit(shown, {"lines-0-value": "5"}, press="Save draft")
    assert late.status_code in (409, 422)
    assert in_database(CocktailLine, revision_id=1, number=1).amount == 4_000_000


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
def test_1500_mg_for_150_is_answered_with_what_does_not_fit(draft, clients):
    values = {"lines-1-value": "1500", "lines-1-unit": "mg"}
    page = clients("practitioner").post_refused(the_page(draft), values, press="Sign")
    assert "dose.outside_formula" in codes(page)
    assert in_database(Cocktail, id=draft.id).state == "draft"


# What a form refuses is decided before any table is asked.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("4 u", "u can be read as 0"),
        ("4,0", "has a comma"),
        ("-4", "4"),
        (".5", ".5"),
        ("4 %", "per cent of what"),
        ("1e3", "1e3"),
    ],
)
def test_what_cannot_be_read_is_answered_at_its_field_and_kept(draft, clients, typed, words):
    page = clients("practitioner").post_refused(the_page(draft), {"lines-0-value": typed}, press="Save draft")
    assert words in " ".join(page.errors)
    assert page.form(button="Sign").fields["lines-0-value"] == [typed]


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
def test_deoxycholic_acid_can_never_be_a_line_of_a_mixture(draft, clients):
    person = clients("practitioner")
    values = {"add": str(the_product("deoxycholic acid (Kybella)"))}
    page = person.submit(person.get_ok(the_page(draft)), values, press="Add the line")
    assert "mix.do_not_mix" in page.text or b"do_not_mix" in page.data


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
def test_before_the_patch_test_is_concluded_a_second_person_must_answer(clinic, patient, formula, clients):
    untested = a_patient(site=clinic.site)
    page = clients("practitioner").get_ok(the_page(a_draft(clinic, untested, formula)))
    assert "STOP" in page.text
    assert {c for c in codes(page) if c.startswith("patch_test")}
    assert (
        db.session.scalar(db.select(db.func.count()).select_from(PatchTest).filter_by(patient_id=untested.id))
        == 0
    )


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
def test_an_allergy_to_an_ingredient_of_the_cocktail_is_found(clinic, patient, formula, clients):
    product = next(p for p in catalogue.products() if p.name == "tranexamic acid")
    an_allergy(patient, product.ingredient, severity="anaphylaxis")
    page = clients("practitioner").get_ok(the_page(a_draft(clinic, patient, formula)))
    assert {c for c in codes(page) if c.startswith("allergy")}
    assert "Not ready to sign" in page.text


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
def test_a_sulfite_in_the_vial_is_found_for_a_patient_allergic_to_sulfites(clinic, patient, formula, clients):
    an_allergy(patient, "sulfite", severity="anaphylaxis")
    person, draft = clients("practitioner"), a_draft(clinic, patient, formula)
    values = {"add": str(the_product("lidocaine + epinephrine 1:100000"))}
    answer = person.submit(person.get_ok(the_page(draft)), values, press="Add the line")
    assert "allergy." in answer.text
    assert "sodium metabisulfite" in answer.text


def test_a_stop_passes_with_a_reason_and_another_persons_secret(clinic, patient, formula, clients):
    untested, person = a_patient(site=clinic.site), clients("practitioner")
    draft = a_draft(clinic, untested, formula)
    answers = answered(person.get_ok(the_page(draft)))
    cosigned = {"signer-username": "pharmacist", "signer-secret": PASSWORD}
    person.post_ok(the_page(draft), answers | cosigned, press="Sign")
    assert in_database(Cocktail, id=draft.id).state == "prescribed"
    rows = db.session.scalars(db.select(Override).filter_by(stage="S")).all()
    assert {row.cosigner_id for row in rows if row.level == "STOP"} == {clinic.actor("pharmacist").person_id}


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
def test_nobody_co_signs_for_themselves(clinic, patient, formula, clients):
    untested, person = a_patient(site=clinic.site), clients("practitioner")
    draft = a_draft(clinic, untested, formula)
    answers = answered(person.get_ok(the_page(draft)))
    own = {"signer-username": "practitioner", "signer-secret": PASSWORD}
    person.post_refused(the_page(draft), answers | own, press="Sign")
    assert in_database(Cocktail, id=draft.id).state == "draft"


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
def test_a_stop_passes_only_with_a_reason_and_another_persons_secret(clinic, patient, formula, clients):
    draft = a_draft(clinic, a_patient(site=clinic.site), formula)
    page = clients("practitioner").post_refused(the_page(draft), {}, press="Sign")
    assert in_database(Cocktail, id=draft.id).state == "draft"
    assert page.errors


def test_the_preview_answers_with_figures_and_writes_nothing(draft, clients):
    person = clients("practitioner")
    form = person.get_ok(the_page(draft)).form(button="Sign")
    answer = person.post(f"/cocktails/{draft.id}/preview", form.filled({"lines-0-value": "3"}, None))
    assert answer.status_code == 200
    assert f"3{FIXED}".encode() in answer.data or b"3&nbsp;" in answer.data
    assert in_database(CocktailLine, revision_id=1, number=1).amount == 4_000_000


def test_a_top_up_is_said_on_the_page_and_kept(draft, clients):
    page = clients("practitioner").post_ok(the_page(draft), {"is_top_up": "y"}, press="Save draft")
    assert page.form(button="Sign").fields["is_top_up"] == ["y"]
    assert in_database(Cocktail, id=draft.id).is_top_up is True


@page_alone
def test_what_cannot_be_read_is_said_live_and_leaves_no_old_figure(draft, clients):
    person = clients("practitioner")
    form = person.get_ok(the_page(draft)).form(button="Sign")
    answer = person.post(f"/cocktails/{draft.id}/preview", form.filled({"lines-0-value": "4 u"}, None)).text
    told = answer.partition('id="figures-1"')[2].partition('id="figures-2"')[0]
    assert "u can be read as 0" in told
    assert ("explain-number" in told, told.count("unknown</span>")) == (False, 3)
    assert "Not ready to sign: what is marked cannot be read." in answer


@page_alone
def test_a_fix_is_pressed_and_all_is_checked_anew(draft, clients):
    person = clients("practitioner")
    sent = person.get_ok(the_page(draft)).form(button="Sign").filled({"lines-0-value": "40"})
    page = person.read(person.post(the_page(draft), sent | {"act": ["check"]}), the_page(draft), 200)
    [fix] = [
        b.get("value") for b in page.all("button", name="fix") if b.get("value", "").endswith("=4.2 mg/mL")
    ]
    after = person.read(person.post(the_page(draft), sent | {"fix": [fix]}), the_page(draft), 200)
    assert figures_of(after)[0] == (["4.2"], ["mg/mL"])
    assert "dose.outside_formula" not in after.findings


def test_a_line_is_added_and_removed_without_javascript(draft, clients):
    person = clients("practitioner")
    values = {"add": str(the_product("sodium chloride 0.9%"))}
    page = person.submit(person.get_ok(the_page(draft)), values, press="Add the line")
    assert b"lines-4-value" in page.data


def figures_of(page):
    """What is typed, line by line, as the form would send it."""
    fields = page.form(button="Sign").fields
    numbers = range(sum(name.endswith("-product_id") for name in fields))
    return [(fields[f"lines-{n}-value"], fields[f"lines-{n}-unit"]) for n in numbers]


@page_alone
def test_lines_move_and_go_and_keep_what_was_typed(draft, clients):
    person = clients("practitioner")
    page = person.get_ok(the_page(draft))
    first, second, third, last = figures_of(page)

    def pressed(act):
        sent = page.form(button="Sign").filled({}) | {"act": [act]}
        return person.read(person.post(the_page(draft), sent), the_page(draft), 200)

    page = pressed("up-3")
    assert figures_of(page) == [first, third, second, last]
    assert [e.get("name") for e in page.all("input") if e.get("autofocus") is not None] == ["lines-1-value"]
    page = pressed("remove-1")
    assert figures_of(page) == [third, second, last]
    page = pressed("down-3")
    assert figures_of(page) == [third, second, last]
    assert figures_of(pressed("makeup-2"))[1] == ([""], ["make up"])


@page_alone
def test_enter_in_a_field_only_checks(draft, clients):
    form = clients("practitioner").get_ok(the_page(draft)).form(button="Sign")
    assert next(b.get("value") for b in form.element.iter("button") if b.get("type") == "submit") == "check"


def test_a_stranger_of_another_site_finds_nothing(draft, clients):
    clients("practitioner3").get_page(the_page(draft), status=404)


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_a_technician_may_not_compose(draft, clients):
    clients("technician").get_page(the_page(draft), status=403)


def test_the_page_asks_as_many_queries_for_four_lines_as_for_one(draft, clients):
    person = clients("practitioner")
    person.get_ok(the_page(draft))
    with counting_queries() as asked:
        person.get_ok(the_page(draft))
    assert len(asked) <= 35, asked


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
def test_until_when_it_keeps_is_not_known_while_a_line_has_no_source(draft, clients):
    person = clients("practitioner")
    assert "use before" in person.get_ok(the_page(draft)).text
    values = {"add": str(the_product("lidocaine + epinephrine 1:100000"))}
    text = person.submit(person.get_ok(the_page(draft)), values, press="Add the line").get_data(as_text=True)
    assert ("beyond use not known" in text, "use before" in text) == (True, False)
    assert "Lidocaine + epinephrine 1:100000 has no usable source" in text


def test_what_is_kept_for_another_cocktail_is_not_shown_as_usable(clinic, patient, formula, clients):
    before = usable(clients("practitioner").get_ok(the_page(a_draft(clinic, patient, formula))))
    a_prescription(clinic, patient, formula)
    after = usable(clients("practitioner").get_ok(the_page(a_draft(clinic, patient, formula))))
    assert before[0] - after[0] == Decimal(10)  # the container that is opened for one patient


def usable(page):
    """How many millilitres of each liquid line the page calls usable."""
    found = re.findall(r"([\d.]+) mL usable", page.text.replace(FIXED, " "))
    return [Decimal(number) for number in found]


def test_what_was_given_before_stands_beside_its_line(clinic, patient, formula, clients):
    a_closed_session(clinic, patient, formula)
    page = clients("practitioner").get_ok(the_page(a_draft(clinic, patient, formula)))
    assert "before: 20 mg on 24 Nov 2026" in page.text.replace(FIXED, " ")


def test_another_site_sees_nothing_of_what_was_given(clinic, patient, formula):
    a_closed_session(clinic, patient, formula)
    draft = a_draft(clinic, patient, formula)
    here, there = clinic.actor("practitioner"), clinic.actor("practitioner3")
    assert [bool(queries.given_before(draft, by)) for by in (here, there)] == [True, False]


def test_the_day_allergies_were_asked_is_the_day_of_the_clinic():
    late = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    shown = banner(a_cocktail(patient=some_patient(allergies_asked_at=late)), AT)
    assert [fact.sub for fact in shown if fact.label == "Allergies"] == ["asked 21 Nov 2026"]


def test_the_page_counts_pairs_as_the_report_does():
    cocktail = a_cocktail()
    shown = sheet(cocktail, checklist.run(cocktail, Stage.SIGN))
    examined = checklist.examined(cocktail)
    assert (shown.pairs_known, shown.pairs_total) == (examined.known, examined.total)


@page_alone
def test_a_line_more_than_there_may_be_is_answered_and_nothing_is_lost(draft, clients):
    client = clients("practitioner")
    page = client.get_ok(the_page(draft))
    form = page.form(button="Add the line")
    sent = dict(form.filled({"add": the_product("tranexamic acid")}, "Add the line"))
    first = {name: value for name, value in sent.items() if name.startswith("lines-0-")}
    more = {name.replace("-0-", f"-{n}-"): value for n in range(4, 20) for name, value in first.items()}
    answer = client.read(client.post(form.action, sent | more), form.action, 422)
    assert "There are 20 lines, the most there may be." in answer.text.replace(FIXED, " ")
    assert [name for name in answer.form(button="Sign").names if name.endswith("-19-value")] == [
        "lines-19-value"
    ]
