"""Everything held on a patient as one file: nothing forgotten, nothing of others, to those who may."""

import io
import json
import zipfile

from formulary import clock
from formulary.accounts.models import Signature
from formulary.audit.models import AuditEntry
from formulary.cocktails.models import CourseEntry
from formulary.db import db
from formulary.exchange.queries.held import held_on
from tests.recalls.doing import a_cocktail
from tests.support.builders import (
    a_course,
    a_lot,
    a_patient,
    a_product,
    a_read_test,
    an_allergy,
    an_ingredient,
    saved,
)

FORBIDDEN, GONE, DONE = 403, 404, 200


def asked(client, patient):
    """What the page gives once its button is pressed."""
    url = f"/lists/patients/{patient.id}/everything"
    return client.open("POST", url, data=client.get_ok(url).form("/everything").filled({}))


def opened(answer):
    """The files inside."""
    with zipfile.ZipFile(io.BytesIO(answer.data)) as file:
        return {name: file.read(name) for name in file.namelist()}


def test_the_file_holds_all_rooms_and_nobody_else_and_is_on_record(clients, cast):
    lot = a_lot(a_product(an_ingredient("tranexamic acid"), name="Tranexamic acid 100"), number="L2231")
    anna, other = a_patient(name="Anna <Kovac>"), a_patient(name="Berta Other")
    an_allergy(anna, an_ingredient("latex"), reaction="a rash")
    twin = a_patient(name="Anna K.", merged_into_id=anna.id)
    for patient in (anna, other, twin):
        a_read_test(patient, lot)
    answer = asked(clients("practitioner"), anna)
    assert (answer.status_code, answer.mimetype) == (DONE, "application/zip")
    files = opened(answer)
    assert sorted(files) == ["index.html", "record.json"]
    tables = json.loads(files["record.json"])["tables"]
    assert {row["code"] for row in tables["patient"]} == {anna.code, twin.code}
    assert [len(tables[name]) for name in ("patch_test", "patch_test_item", "patch_test_reading")] == [
        2,
        2,
        4,
    ]
    assert {row["lot_id"] for row in tables["patch_test_item"]} == {f"{lot.id}: L2231"}
    assert {
        "allergy",
        "consent",
        "patient_weight",
        "patient_medicine",
        "exposure",
        "audit_entry",
    } <= tables.keys()
    index = files["index.html"].decode()
    assert "Anna &lt;Kovac&gt;" in index and "a rash" in index and "Berta" not in index
    (entry,) = db.session.scalars(db.select(AuditEntry).filter_by(action="exchange.hand_out"))
    assert (entry.object_id, entry.new["tables"]) == (anna.id, sorted(tables))


def test_a_row_is_held_by_any_of_its_keys_and_what_was_signed_goes_with_it(app):
    anna, other = a_patient(name="Anna"), a_patient(name="Berta")
    course, own, foreign = a_course(anna), a_cocktail(anna, "draft"), a_cocktail(other, "draft")
    by = {"at": clock.now(), "by_id": anna.created_by_id}
    taken_out = saved(CourseEntry(cocktail_id=own.id, course_id=None, **by))
    counted = saved(CourseEntry(cocktail_id=foreign.id, course_id=course.id, **by))
    saved(CourseEntry(cocktail_id=foreign.id, course_id=None, **by))
    signed = [signature_of(cocktail) for cocktail in (own, foreign)]
    tables = held_on(anna.id).tables
    assert [row["id"] for row in tables["course_entry"]] == [taken_out.id, counted.id]
    assert [row["id"] for row in tables["signature"]] == [signed[0].id]


def signature_of(cocktail):
    """Somebody's signature under a cocktail."""
    told = {"person_id": cocktail.created_by_id, "person_name": "Dr A", "meaning": "prescribed"}
    of = {"object_kind": "cocktail", "object_id": cocktail.id, "signed_hash": "0" * 64}
    return saved(Signature(at=clock.now(), **told, **of))


def test_only_who_may_edit_the_patient_makes_it(clients, cast):
    url = f"/lists/patients/{a_patient().id}/everything"
    assert clients("technician").get(url).status_code == FORBIDDEN
    assert clients("practitioner3").get(url).status_code == GONE
