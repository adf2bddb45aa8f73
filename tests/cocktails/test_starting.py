"""`/cocktails/new/<patient>`: from a formula, the last session, a file or nothing; and a file of it again."""

from dataclasses import replace
from io import BytesIO

import pytest

from formulary import clock
from formulary.audit.models import AccessEntry
from formulary.catalogue import queries as catalogue
from formulary.cocktails import actions as cocktails
from formulary.cocktails import files, queries
from formulary.cocktails.facts import content_of, gather
from formulary.cocktails.models import Cocktail
from formulary.db import db, transaction
from formulary.patch_tests.facts import with_tests
from formulary.patients.facts import patient_facts
from formulary.rules import checklist
from formulary.rules.findings import Stage
from formulary.rules.formulation import solve_cocktail
from formulary.rules.lot_status import day_of
from tests.support.behind import behind_its_back
from tests.support.builders import an_allergy
from tests.support.road import a_closed_session, a_prescription

TWO_LINES = """\
route = "subcutaneous"
target = "2.5 mL"
overfill = "0.1 mL"
[[line]]
product = "tranexamic acid"
dose = "20000 mcg"
[[line]]
product = "ascorbic acid (unapproved marketed vial)"
concentration = "3 % (w/v)"
[[line]]
product = "glutathione (reduced) lyophilised 600 mg"
reconstitute = "4 mL"
volume = "0.25 mL"
[[line]]
product = "sodium chloride 0.9%"
qs = true
"""
TESTED = (
    "tranexamic acid",
    "ascorbic acid (unapproved marketed vial)",
    "glutathione (reduced) lyophilised 600 mg",
)
page_alone = pytest.mark.databases("sqlite")  # what the page says does not depend on the database


@pytest.fixture
def treated(road):
    road.ready()
    return road.patient


@pytest.fixture
def approved(treated):
    return catalogue.approved_formulas()[0]


@pytest.fixture
def draft(road, treated, approved):
    by = road.clinic.actor("practitioner")
    with transaction():
        return cocktails.create_draft(treated.id, formula_version_id=approved.id, at=clock.now(), by=by)


def the_start(patient):
    return f"/cocktails/new/{patient.id}"


def newest():
    db.session.expire_all()
    return db.session.scalars(db.select(Cocktail).order_by(Cocktail.id.desc()).limit(1)).one()


def content(cocktail):
    return content_of(cocktail, queries.revision(cocktail))


def how_many():
    return db.session.scalar(db.select(db.func.count(Cocktail.id)))


def opened(person, patient, text):
    person.post_ok(f"{the_start(patient)}/file", {"text": text}, at=the_start(patient))
    return newest()


def saved(person, cocktail, **asked):
    answer = person.get(f"/cocktails/{cocktail.id}/file", query_string=asked)
    assert answer.status_code == 200, answer.location
    return answer.get_data(as_text=True)


def figures(facts):
    """What a cocktail comes to: each line's figures, and what every check answers."""
    lines = [(x.number, x.dose, x.volume, x.concentration) for x in solve_cocktail(facts).lines]
    answers = checklist.run(facts, Stage.SIGN).answers
    return lines, sorted((a.rule, a.code, a.line or 0, a.result, a.level or 0, a.accepted) for a in answers)


def test_a_cocktail_saved_as_a_file_is_checked_as_the_page_checks_it(road, draft, clients):
    text = saved(clients("practitioner"), draft)
    told = files.facts_of(
        files.read(text.encode(), at=clock.now(), zone="UTC"), site=road.clinic.site, at=clock.now()
    )
    shown = gather(replace(content(draft), patient_id=None), site=road.clinic.site, at=clock.now())
    assert figures(told) == figures(shown.cocktail)


def test_what_is_opened_from_a_file_is_saved_as_the_same_file(treated, road, clients):
    person = clients("practitioner")
    first = saved(person, opened(person, treated, TWO_LINES))
    assert saved(person, opened(person, treated, first)) == first
    assert content(newest()).patient_id == treated.id
    assert first.splitlines()[:3] == ['route = "subcutaneous"', 'target = "2.5 mL"', 'overfill = "0.1 mL"']
    figured = [
        line for line in first.splitlines() if line.split(" ")[0] in ("dose", "volume", "concentration")
    ]
    assert figured == ['dose = "20000 mcg"', 'concentration = "3 % (w/v)"', 'volume = "0.25 mL"']


@page_alone
def test_a_file_is_uploaded_as_well_as_pasted(treated, road, clients):
    answer = uploaded(clients("practitioner"), treated, TWO_LINES.encode())
    assert answer.location == f"/cocktails/{newest().id}/compose"
    assert content(newest()).lines[0].product_id == the_product("tranexamic acid")


def uploaded(person, patient, raw):
    form = person.get_ok(the_start(patient)).form(button="Open")
    data = form.filled({}) | {"file": (BytesIO(raw), "cocktail.toml")}
    return person.open("POST", form.action, data=data, content_type="multipart/form-data")


def the_product(name):
    return next(p.id for p in catalogue.products() if p.name == name)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Line 1: The route is “”"),
        ('route = "ID"\ntarget = 5 mL', "Line 2: "),
        (TWO_LINES.replace("20000 mcg", "20 u"), "Line 6: dose: “20 u” is not accepted: u can be read as 0."),
        (TWO_LINES.replace("2.5 mL", "2,5 mL"), "Line 2: target: “2,5 mL” has a comma"),
        (TWO_LINES.replace('"4 mL"', '"6 mL"'), "Line 12: A draft of glutathione (reduced)"),
        ('formula = "Nothing v1"\n' + TWO_LINES, "Line 1: The clinic has no formula “Nothing v1”"),
    ],
)  # fmt: skip
@page_alone
def test_a_file_that_cannot_be_read_says_where_and_writes_nothing(treated, road, clients, text, words):
    page = clients("practitioner").post_refused(
        f"{the_start(treated)}/file", {"text": text}, at=the_start(treated)
    )
    assert [told for told in page.errors if told.startswith(words)], page.errors
    assert how_many() == 0


@page_alone
def test_a_file_that_is_far_too_long_is_not_read(treated, road, clients):
    person = clients("practitioner")
    page = person.read(uploaded(person, treated, b"#" * 65_537), the_start(treated), 422)
    assert page.errors == [
        "This file has more than 64\N{NO-BREAK SPACE}kB, which no such file has. Choose another one."
    ]


def test_a_patient_goes_into_the_file_only_where_asked_for_and_never_by_name(treated, draft, clients):
    an_allergy(treated, "sulfite", severity="mild")
    person = clients("practitioner")
    assert "patient" not in saved(person, draft)
    before = db.session.scalar(db.select(db.func.count(AccessEntry.id)))
    text = saved(person, draft, with_patient="y")
    [line] = [line for line in text.splitlines() if line.startswith("patient")]
    today = clock.now().date().isoformat()
    weighed = f'weight = "62 kg", weighed = {today}'
    assert line.startswith(
        f'patient = {{ {weighed}, allergies = ["sulfite"], allergies_asked = {today}, answers = {{ '
    )
    read = files.read(text.encode(), at=clock.now(), zone="Europe/Paris").patient
    own = patient_facts(treated.id, clock.now())
    assert {(a.word, a.said) for a in read.answers} == {(a.word, a.said) for a in own.answers}
    assert len(read.answers) > 0
    assert [(test.product_id, test.readings[-1].grade) for test in read.tests] == [
        (the_product(name), "-") for name in TESTED
    ]
    own_days = {day_of(test.applied_at, "Europe/Paris") for test in with_tests(own, treated.id).tests}
    assert {day_of(test.applied_at, "Europe/Paris") for test in read.tests} == own_days
    assert treated.name.split()[-1] not in text
    assert db.session.scalar(db.select(db.func.count(AccessEntry.id))) == before + 1


def test_what_was_asked_long_ago_is_no_newer_in_the_file(treated, road, draft, clients):
    behind_its_back("UPDATE patient_weight SET measured_on = '2025-01-31'")
    behind_its_back("UPDATE allergy_review SET asked_at = '2025-02-01 10:00:00.000000'")
    behind_its_back("UPDATE patient_condition SET asked_at = '2025-02-02 10:00:00.000000'")
    behind_its_back("UPDATE patient_condition SET asked_at = '2025-02-03 10:00:00.000000' WHERE id = 1")
    text = saved(clients("practitioner"), draft, with_patient="y")
    told = files.facts_of(
        files.read(text.encode(), at=clock.now(), zone="Europe/Paris"), site=road.clinic.site, at=clock.now()
    )
    assert told.patient.weighed_on.isoformat() == "2025-01-31"
    found = {answer.code for answer in checklist.run(told, Stage.SIGN).answers}
    assert found >= {"allergy.asked_long_ago", "condition.asked_long_ago"}
    assert {answer.asked_at.date().isoformat() for answer in told.patient.answers} == {
        "2025-02-01",
        "2025-02-02",
    }


def test_what_is_typed_is_saved_as_a_file_and_nothing_is_written(draft, clients):
    person, page = clients("practitioner"), f"/cocktails/{draft.id}/compose"
    answer = person.submit(person.get_ok(page), {"lines-0-value": "3"}, press="Save as a file")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{draft.code}.toml"'
    assert 'concentration = "3 mg/mL"' in answer.get_data(as_text=True)
    assert content(newest()).lines[0].amount == 4_000_000


@page_alone
def test_a_line_without_a_figure_is_named_instead_of_left_out_of_the_file(draft, clients):
    page = clients("practitioner").post_refused(
        f"/cocktails/{draft.id}/compose", {"lines-1-value": ""}, press="Save as a file"
    )
    assert page.errors == [
        "A file says one figure for each line, and there is none for line 2, ascorbic acid. "
        "Type it, or leave the line out."
    ]


@page_alone
def test_no_file_tells_the_doses_that_wait_for_the_blind_entry(road, treated, approved, clients):
    signed = a_prescription(road.clinic, treated, approved)
    answer = clients("pharmacist").get(f"/cocktails/{signed.id}/file")
    assert (answer.status_code, answer.location) == (302, f"/cocktails/{signed.id}")


@page_alone
def test_enter_in_the_volume_asks_for_a_formula_and_loses_nothing(treated, road, clients):
    page = clients("practitioner").post_refused(the_start(treated), {"target": "7"}, press="Begin")
    assert page.errors == ["Press a formula, or compose line by line."]
    assert (page.form(button="Begin").fields["target"], how_many()) == (["7"], 0)


@page_alone
def test_enter_composes_line_by_line_where_no_formula_is_offered(treated, road, clients):
    behind_its_back("UPDATE formula_version SET status = 'retired'")
    clients("practitioner").post_ok(the_start(treated), {"target": "7"}, press="Begin")
    assert (how_many(), content(newest()).lines) == (1, ())


def test_the_last_session_is_repeated_line_by_line(road, treated, approved, clients):
    person = clients("practitioner")
    assert "given nothing here yet" in person.get_ok(the_start(treated)).text
    a_closed_session(road.clinic, treated, approved)
    last = newest()
    person.post_ok(the_start(treated), {}, press="Repeat the last session")
    assert (newest().id != last.id, content(newest())) == (True, content(last))
    here, there = road.clinic.actor("practitioner"), road.clinic.actor("practitioner3")
    assert [queries.last_given(treated.id, by) is None for by in (here, there)] == [False, True]


@page_alone
def test_the_patients_page_leads_to_composing(treated, road, clients):
    assert clients("practitioner").get_ok(f"/patients/{treated.id}").links["Compose"] == the_start(treated)
