"""What is known of the patient stops signing and giving, through the actions themselves."""

from dataclasses import replace
from datetime import date

import pytest

from formulary import clock
from formulary.accounts import queries as accounts
from formulary.administrations import actions as administrations
from formulary.audit import record
from formulary.catalogue.models import FormulaVersion, Ingredient, Product, Schedule
from formulary.cocktails import actions as cocktails
from formulary.cocktails import queries
from formulary.cocktails.facts import TypedLine, content_of
from formulary.cocktails.queries import courses
from formulary.db import db, transaction
from formulary.patients.models import ConditionKind
from formulary.preparations import actions as preparations
from formulary.preparations import queries as bench
from formulary.rules.findings import Refused, Stage
from tests.administrations.doing import close, points
from tests.support.builders import a_condition, a_policy, an_allergy, saved
from tests.support.counting import counting_queries
from tests.support.road import blind_answers


def a_draft(road):
    by = road.clinic.actor("practitioner")
    with transaction():
        return cocktails.create_draft(
            road.patient.id, formula_version_id=road.formula_id, at=clock.now(), by=by
        )


def sign(road, drafted, username="practitioner"):
    by = road.clinic.actor(username)
    checked = cocktails.check(drafted, Stage.SIGN, at=clock.now(), by=by)
    with transaction():
        return cocktails.sign(drafted.id, seen_hash=checked.report.inputs_hash, at=clock.now(), by=by)


def refused(act, *args):
    with pytest.raises(Refused) as refusal:
        act(*args)
    return [finding.code for finding in refusal.value.findings]


def says(road, word, answer="yes"):
    kind = db.session.scalars(db.select(ConditionKind).filter_by(word=word)).one()
    a_condition(road.patient, kind, answer)


def test_a_contraindication_of_the_label_cannot_be_signed(road):
    road.ready()
    says(road, "subarachnoid_haemorrhage")
    assert refused(sign, road, a_draft(road)) == ["condition.contraindicated"]


def test_an_allergy_to_a_relative_of_an_excipient_stops_signing(road):
    """The catalogue: lidocaine with epinephrine holds metabisulfite; the patient reacted to bisulfite."""
    road.ready()
    an_allergy(road.patient, row(Ingredient, "sodium bisulfite (excipient)"), severity="mild")
    drafted, by = a_draft(road), road.clinic.actor("practitioner")
    with transaction():
        content = content_of(drafted, queries.revision(drafted))
        product = row(Product, "lidocaine + epinephrine 1:100000")
        more = TypedLine(5, product.id, "volume", volume=100_000, unit="mL", entered="0.1")
        content = replace(content, lines=(*content.lines, more))
        cocktails.save_draft(drafted.id, content, version=None, at=clock.now(), by=by)
    assert "allergy.related" in refused(sign, road, drafted)


def test_a_condition_that_came_up_meanwhile_stops_the_giving(road):
    attempt, patient = road.released(), road.patient
    says(road, "pregnancy")
    [syringe] = bench.syringes(attempt.id)
    assert refused(begin, road, syringe.code, patient) == ["condition.contraindicated"]


def begin(road, label, patient):
    told = {"patient_code": patient.code, "born_on": patient.born_on, "anything_new": False}
    with transaction():
        by = road.clinic.actor("practitioner")
        return administrations.start(label, **told, at=clock.now(), by=by)


def lapses(road, username, kind):
    with transaction():
        for row in accounts.credentials_of(road.clinic.actor(username).person_id):
            if row.kind == kind:
                row.valid_to = date(2026, 11, 23)
        record("tests.lapse", None, by=road.clinic.actor("admin"), at=clock.now())


def test_a_prescriber_whose_credential_lapsed_cannot_sign(road):
    road.ready()
    lapses(road, "practitioner", "prescribe")
    assert refused(sign, road, a_draft(road)) == ["credential.lapsed"]


def test_a_preparer_whose_credential_lapsed_cannot_claim(road):
    cocktail, by = road.verified(), road.clinic.actor("technician")
    lapses(road, "technician", "prepare")

    def claim():
        with transaction():
            preparations.claim(cocktail.id, at=clock.now(), by=by)

    assert refused(claim) == ["credential.lapsed"]


def test_an_injector_whose_credential_lapsed_cannot_begin(road):
    attempt, patient = road.released(), road.patient
    lapses(road, "practitioner", "inject")
    [syringe] = bench.syringes(attempt.id)
    assert refused(begin, road, syringe.code, patient) == ["credential.lapsed"]


def test_a_second_order_of_the_same_asks_for_a_reason(road):
    first = road.verified()
    with pytest.raises(Refused) as refusal:
        sign(road, a_draft(road))
    (finding,) = refusal.value.findings
    assert (finding.code, finding.inputs[0]) == ("order.duplicate", ("order", first.code))


def test_a_session_too_soon_after_the_last_stops_the_next(road, watch):
    begun = road.started()
    points(begun, 80)
    close(begun, "1")
    soon = Schedule(ingredient_id=ingredient("tranexamic acid"), interval=2, unit="months", source="test")
    saved(soon)
    watch.move(days=40)
    assert refused(sign, road, a_draft(road)) == ["interval.too_soon"]


def test_what_was_ordered_before_is_read_in_one_query(road):
    patient, acid = road.started().patient_id, ingredient("tranexamic acid")
    with counting_queries() as asked:
        (order,), more = courses.ordered_for(patient, [acid], but_not=None)
    assert (order.state, order.given_at is not None, more, len(asked)) == ("administering", True, False, 1)


def row(model, name):
    return db.session.scalars(db.select(model).filter_by(name=name)).one()


def ingredient(name):
    return row(Ingredient, name).id


def supersede(road):
    """A second version of the formula, approved: the first is superseded from then on."""
    old = db.session.get_one(FormulaVersion, road.formula_id)
    with transaction():
        old.status = "superseded"
        row = FormulaVersion(
            formula_id=old.formula_id, number=2, status="approved", target=old.target, route=old.route
        )
        db.session.add(row)
        record("tests.supersede", None, by=road.clinic.actor("admin"), at=clock.now())
    db.session.expire_all()


def test_a_formula_superseded_since_the_draft_stops_signing(road):
    road.ready()
    drafted = a_draft(road)
    supersede(road)
    assert "formula.superseded" in refused(sign, road, drafted)


def test_a_formula_superseded_since_signing_stops_verifying(road):
    road.ready()
    drafted, by = a_draft(road), road.clinic.actor("pharmacist")
    sign(road, drafted)
    supersede(road)
    checked = cocktails.check(drafted, Stage.VERIFY, at=clock.now())

    def verify():
        with transaction():
            cocktails.verify(drafted.id, answers=blind_answers(checked), at=clock.now(), by=by)

    assert "formula.superseded" in refused(verify)


def test_more_products_than_the_category_takes_cannot_be_signed_without_a_second_person(road):
    clinic = road.ready()
    limit = {"name": "Immediate use", "room_h": "4", "limits_products": True, "most_products": 3}
    a_policy(clinic.site, "preparation_limit", limit)
    assert refused(sign, road, a_draft(road)) == ["products.above_limit"]
